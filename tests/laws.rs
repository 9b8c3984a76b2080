//! Laws that hold for every world: what is not known is never taken for open or closed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, missing_docs)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use gatewalk::facts::{FactError, FactStatus, Snapshot};
use gatewalk::model::{Diagnosis, Status, Verdict};
use proptest::prelude::*;
use serde_json::{Value, json};

const WORLDS: &[(&str, &str)] = &[
    ("healthy-read", include_str!("data/healthy-read.json")),
    ("healthy-assume", include_str!("data/healthy-assume.json")),
    ("healthy-pull", include_str!("data/healthy-pull.json")),
    ("healthy-start", include_str!("data/healthy-start.json")),
    ("two-faults-read", include_str!("data/two-faults-read.json")),
    ("isolated-key", include_str!("data/isolated-key.json")),
    ("healthy-azure-private", include_str!("data/azure/recorded/healthy-read-private.json")),
    ("healthy-azure-service-endpoint", include_str!("data/azure/recorded/healthy-read-service-endpoint.json")),
    ("healthy-azure-lists", include_str!("data/azure/recorded/healthy-read-acl.json")),
    ("healthy-azure-managed", include_str!("data/azure/recorded/healthy-read-managed.json")),
    ("healthy-azure-compute", include_str!("data/azure/recorded/healthy-compute-walk.json")),
    ("healthy-azure-endpoint", include_str!("data/azure/recorded/healthy-endpoint-walk.json")),
    ("two-faults-azure-private", include_str!("data/azure/recorded/two-faults-read-private.json")),
];

fn replay(snapshot: Snapshot) -> Diagnosis {
    gatewalk::cli::replay(snapshot).unwrap()
}

fn world(at: usize) -> Snapshot {
    let (name, text) = WORLDS[at];
    Snapshot::parse(name, text).unwrap()
}

/// Verdicts by step and action.
fn verdicts(diagnosis: &Diagnosis) -> BTreeMap<(String, Option<String>), Verdict> {
    diagnosis.gates.iter().map(|gate| ((gate.step.clone(), gate.action.clone()), gate.status)).collect()
}

#[test]
fn the_worlds_are_what_they_are_called() {
    for (at, (name, _)) in WORLDS.iter().enumerate() {
        let wanted = if name.starts_with("healthy") { Status::Open } else { Status::Broken };
        assert_eq!(replay(world(at)).verdict, wanted, "{name}");
    }
}

/// Each fact taken away by itself.
#[test]
fn no_single_missing_fact_turns_a_verdict_into_its_opposite() {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(_) = WORLDS.get(at) else { break };
                    without_each(at);
                }
            });
        }
    });
}

fn without_each(at: usize) {
    let (name, _) = WORLDS[at];
    let whole = replay(world(at));
    for fact in 0..world(at).facts.len() {
        let mut snapshot = world(at);
        withhold(&mut snapshot, fact);
        compare(name, &whole, &replay(snapshot));
        // Not refused, but not there at all.
        let mut snapshot = world(at);
        snapshot.facts.remove(fact);
        compare(name, &whole, &replay(snapshot));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn missing_facts_never_turn_a_verdict_into_its_opposite(at in 0..WORLDS.len(), gone in proptest::collection::vec(any::<prop::sample::Index>(), 1..12)) {
        let whole = replay(world(at));
        let mut snapshot = world(at);
        let count = snapshot.facts.len();
        for index in gone {
            withhold(&mut snapshot, index.index(count));
        }
        compare(WORLDS[at].0, &whole, &replay(snapshot));
    }
}

fn withhold(snapshot: &mut Snapshot, at: usize) {
    let fact = &mut snapshot.facts[at];
    fact.status = FactStatus::Denied;
    fact.body = None;
    fact.error = Some(FactError { code: "AccessDenied".into(), message: "withheld".into() });
}

fn compare(name: &str, whole: &Diagnosis, less: &Diagnosis) {
    let before = verdicts(whole);
    for (key, now) in verdicts(less) {
        match (before.get(&key), now) {
            (Some(Verdict::Open), Verdict::Closed) | (Some(Verdict::Closed), Verdict::Open) => {
                panic!("{name}: {key:?} turned from {:?} to {now:?}", before[&key]);
            }
            (Some(Verdict::Closed), Verdict::NotApplicable) => {
                panic!("{name}: {key:?} is closed, and was said not to apply")
            }
            _ => {}
        }
    }
    let opposite =
        matches!((whole.verdict, less.verdict), (Status::Open, Status::Broken) | (Status::Broken, Status::Open));
    assert!(!opposite, "{name}: {:?} became {:?}: {}", whole.verdict, less.verdict, less.sentence);
}

/// A role that is bound to a condition nobody can evaluate opens nothing, for callers of an endpoint, for the endpoint itself, and for its model.
#[test]
fn the_condition_of_every_role_on_the_way_is_judged() {
    let at = WORLDS.iter().position(|(name, _)| *name == "healthy-azure-endpoint").unwrap();
    for (scope, step) in [
        ("onlineEndpoints", "score-condition"),
        ("Microsoft.ContainerRegistry", "image-condition"),
        ("Microsoft.Storage", "model-condition"),
    ] {
        let mut snapshot = world(at);
        for fact in snapshot.facts.iter_mut().filter(|fact| fact.call == "authorization:ListRoleAssignments") {
            if !fact.params["id"].as_str().unwrap().contains(scope) {
                continue;
            }
            for assignment in fact.body.as_mut().and_then(|body| body["value"].as_array_mut()).into_iter().flatten() {
                assignment["properties"]["condition"] = "@Principal[a:b] StringEquals 'c'".into();
            }
        }
        let diagnosis = replay(snapshot);
        let judged = diagnosis.gates.iter().find(|gate| gate.step == step).unwrap();
        assert_eq!((judged.status, diagnosis.verdict), (Verdict::Unknown, Status::Unknown), "{step}");
    }
}

/// A datastore that keeps a key is read with that key: whoever may fetch it only under a condition that does not hold, or that nobody can evaluate, reads
/// nothing.
#[test]
fn the_condition_of_the_role_for_a_datastores_secret_is_judged() {
    const SECRET: &str = "Microsoft.MachineLearningServices/workspaces/datastores/listsecrets/action";
    let at = WORLDS.iter().position(|(name, _)| *name == "healthy-azure-compute").unwrap();
    for (condition, verdict) in [
        (json!(null), Verdict::Open),
        (json!(format!("!(ActionMatches{{'{SECRET}'}})")), Verdict::Closed),
        (json!("@Principal[a:b] StringEquals 'c'"), Verdict::Unknown),
    ] {
        let mut snapshot = world(at);
        let asker = snapshot.request.principal.clone();
        let workspace = snapshot.request.origin.split("/computes/").next().unwrap().to_owned();
        let role = "/providers/Microsoft.Authorization/roleDefinitions/5ec40000-0000-4000-8000-000000000001";
        let datastore = snapshot.facts.iter_mut().find(|fact| fact.call == "ml:GetDatastore").unwrap();
        datastore.body.as_mut().unwrap()["properties"]["credentials"]["credentialsType"] = "AccountKey".into();
        let account = snapshot.facts.iter_mut().find(|fact| fact.call == "storage:GetAccount").unwrap();
        account.body.as_mut().unwrap()["properties"]["allowSharedKeyAccess"] = true.into();
        let mut told = |id: &str, call: &str, params: Value, body: Value| {
            let mut fact = snapshot.facts.iter().find(|fact| fact.call == call).unwrap().clone();
            (fact.id, fact.params, fact.body) = (id.into(), serde_json::from_value(params).unwrap(), Some(body));
            snapshot.facts.push(fact);
        };
        told(
            "f901",
            "authorization:ListRoleAssignments",
            json!({"id": workspace, "filter": format!("assignedTo('{asker}')")}),
            json!({"value": [{
                "id": format!("{workspace}/providers/Microsoft.Authorization/roleAssignments/5ec40000-0000-4000-8000-000000000002"),
                "properties": {
                    "scope": workspace, "principalId": asker, "principalType": "ServicePrincipal", "roleDefinitionId": role,
                    "condition": condition, "conditionVersion": "2.0",
                },
            }]}),
        );
        told(
            "f902",
            "authorization:GetRoleDefinition",
            json!({"id": role}),
            json!({"id": role, "properties": {"roleName": "Datastore secrets", "type": "CustomRole", "permissions": [{"actions": [SECRET]}]}}),
        );
        let diagnosis = replay(snapshot);
        let judged = |step: &str| diagnosis.gates.iter().find(|gate| gate.step == step).unwrap().status;
        assert_eq!(judged("datastore-secret"), Verdict::Open, "{condition}");
        assert_eq!(judged("datastore-secret-condition"), verdict, "{condition}");
        assert_eq!(diagnosis.verdict == Status::Open, verdict == Verdict::Open, "{condition}: {}", diagnosis.sentence);
    }
}
