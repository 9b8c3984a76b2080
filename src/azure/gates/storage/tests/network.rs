//! The network gates over worlds, together; and that less facts never turn a verdict round.

use serde_json::{Value, json};

use super::super::super::words::{Account, account};
use super::super::{firewall, perimeter};
use super::{
    ACCOUNT, NSP, PERIMETERS, SUBNET, WORKSPACE, World, by_service_endpoint, complete, public, service, way, word,
    world,
};
use crate::azure::network::{Arrival, Way};
use crate::facts::{FactStatus, Known, Why};
use crate::model::{Judgement, Verdict};
use crate::provider::Ask;

/// The verdicts of security-perimeter, public-network-access, vnet-rule, ip-rule and resource-rule, in a word each.
fn network(world: &World, way: &Known<Way>) -> [Judgement; 5] {
    let by = |judge: &dyn Fn(&Ask<'_>, Account<'_>) -> Judgement| {
        world.ask(|ask| match account(ask, "it") {
            Ok(account) => judge(ask, account),
            Err(judgement) => *judgement,
        })
    };
    let firewall = |mine| by(&|ask, account| firewall::by_way(ask, account, mine, way.clone()));
    [
        by(&|ask, account| perimeter::by_way(ask, account, way.clone())),
        firewall(firewall::SWITCH),
        firewall(firewall::SUBNETS),
        firewall(firewall::ADDRESSES),
        firewall(firewall::RESOURCES),
    ]
}

fn deny(more: Value) -> Value {
    let mut acls = json!({"defaultAction": "Deny", "bypass": "None"});
    acls.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    acls
}

/// Worlds, ways, and what the five network gates say in their order.
#[allow(clippy::too_many_lines)]
fn worlds() -> Vec<(&'static str, World, Way, [&'static str; 5])> {
    let off = || json!({"publicNetworkAccess": "Disabled", "networkAcls": deny(json!({}))});
    let on = |acls: Value| json!({"publicNetworkAccess": "Enabled", "networkAcls": acls});
    let here = || public("203.0.113.7");
    let rule = json!([{"properties": {"direction": "Inbound", "addressPrefixes": ["203.0.113.0/24"]}}]);
    let in_region =
        |region: Option<&str>| Way { region: region.map(str::to_owned), subnet: Some(SUBNET.into()), ..here() };
    let address = on(deny(json!({"ipRules": [{"value": "203.0.113.7"}]})));
    let subnet =
        |state: &str| on(deny(json!({"virtualNetworkRules": [{"id": SUBNET.to_uppercase(), "state": state}]})));
    let resource = |tenant: &str| deny(json!({"resourceAccessRules": [{"resourceId": WORKSPACE, "tenantId": tenant}]}));
    let machine = || Way { resource: Some(format!("{WORKSPACE}/computes/ci")), ..service() };
    vec![
        ("a private endpoint passes all of it", world(off()), way(Arrival::PrivateEndpoint), ["-", "-", "-", "-", "-"]),
        ("switched off, from a public address", world(off()), here(), ["-", "disabled", "-", "-", "-"]),
        ("switched off, by a service endpoint", world(off()), by_service_endpoint(), ["-", "disabled", "-", "-", "-"]),
        ("no switches at all", world(json!({})), here(), ["-", "open", "-", "open", "-"]),
        ("no rule for the address", world(on(deny(json!({})))), here(), ["-", "open", "-", "missing", "-"]),
        ("a rule for the address", world(address.clone()), here(), ["-", "open", "-", "open", "-"]),
        (
            "in the account's region",
            world(address.clone()),
            in_region(Some("westeurope")),
            ["-", "open", "-", "same-region", "-"],
        ),
        ("in another region", world(address.clone()), in_region(Some("eastus")), ["-", "open", "-", "open", "-"]),
        ("in a region nobody knows", world(address.clone()), in_region(None), ["-", "open", "-", "?", "-"]),
        ("an address nobody knows", world(address.clone()), way(Arrival::Public), ["-", "open", "-", "?", "-"]),
        (
            "an address nobody knows, no rule",
            world(on(deny(json!({})))),
            way(Arrival::Public),
            ["-", "open", "-", "missing", "-"],
        ),
        (
            "an address nobody knows, and it does not matter",
            world(json!({})),
            way(Arrival::Public),
            ["-", "open", "-", "open", "-"],
        ),
        ("IPv6", world(address.clone()), public("2001:db8::7"), ["-", "open", "-", "missing", "-"]),
        ("a rule for the subnet", world(subnet("Succeeded")), by_service_endpoint(), ["-", "open", "open", "-", "-"]),
        (
            "no rule for the subnet",
            world(on(deny(json!({})))),
            by_service_endpoint(),
            ["-", "open", "missing", "-", "-"],
        ),
        (
            "a dead rule",
            world(subnet("NetworkSourceDeleted")),
            by_service_endpoint(),
            ["-", "open", "network-source-deleted", "-", "-"],
        ),
        (
            "every network is let in",
            world(on(json!({"defaultAction": "Allow"}))),
            by_service_endpoint(),
            ["-", "open", "open", "-", "-"],
        ),
        ("a rule for the workspace", world(on(resource("t1"))), service(), ["-", "open", "-", "-", "open"]),
        (
            "a rule, public access off",
            world(json!({"publicNetworkAccess": "Disabled", "networkAcls": resource("t1")})),
            service(),
            ["-", "-", "-", "-", "open"],
        ),
        ("a rule of another tenant", world(on(resource("t2"))), service(), ["-", "open", "-", "-", "missing"]),
        ("no rule, no trust", world(off()), service(), ["-", "-", "-", "-", "missing"]),
        (
            "trust",
            world(on(json!({"defaultAction": "Deny", "bypass": "AzureServices"}))),
            service(),
            ["-", "open", "-", "-", "open"],
        ),
        (
            "no trust in machines",
            world(on(json!({"defaultAction": "Deny", "bypass": "AzureServices"}))),
            machine(),
            ["-", "open", "-", "-", "missing"],
        ),
        ("every service is let in", world(json!({})), machine(), ["-", "open", "-", "-", "open"]),
        (
            "enforced, no rule",
            world(json!({})).perimeter("Enforced", json!([])),
            here(),
            ["no-rule", "-", "-", "-", "-"],
        ),
        ("enforced, a rule", world(off()).perimeter("Enforced", rule.clone()), here(), ["open", "-", "-", "-", "-"]),
        (
            "enforced, an address nobody knows",
            world(off()).perimeter("Enforced", rule.clone()),
            way(Arrival::Public),
            ["?", "-", "-", "-", "-"],
        ),
        (
            "enforced, a service",
            world(json!({})).perimeter("Enforced", rule.clone()),
            service(),
            ["no-rule", "-", "-", "-", "-"],
        ),
        (
            "enforced, a private endpoint",
            world(json!({})).perimeter("Enforced", json!([])),
            way(Arrival::PrivateEndpoint),
            ["-", "-", "-", "-", "-"],
        ),
        ("transition, a rule", world(off()).perimeter("Learning", rule.clone()), here(), ["open", "-", "-", "-", "-"]),
        (
            "transition, no rule",
            world(off()).perimeter("Transition", json!([])),
            here(),
            ["open", "disabled", "-", "-", "-"],
        ),
        (
            "only by a perimeter, and there is none",
            world(json!({"publicNetworkAccess": "SecuredByPerimeter"})),
            here(),
            ["no-rule", "-", "-", "-", "-"],
        ),
        (
            "a perimeter that could not be read",
            world(json!({})).ended(PERIMETERS, FactStatus::Denied),
            here(),
            ["?", "open", "-", "open", "-"],
        ),
        (
            "a refused perimeter could let it in",
            world(off()).ended(PERIMETERS, FactStatus::Denied),
            here(),
            ["?", "?", "-", "-", "-"],
        ),
        (
            "a perimeter that nobody asked for",
            world(off()).ended(PERIMETERS, FactStatus::Skipped),
            here(),
            ["?", "?", "-", "-", "-"],
        ),
        (
            "an API without perimeters",
            world(json!({})).ended(PERIMETERS, FactStatus::NotFound),
            here(),
            ["-", "open", "-", "open", "-"],
        ),
        (
            "an account that could not be read",
            world(off()).ended("storage:GetAccount", FactStatus::Denied),
            here(),
            ["?"; 5],
        ),
    ]
}

#[test]
fn one_gate_says_what_stops_the_request() {
    for (about, world, way, wanted) in worlds() {
        let judgements = network(&world, &Known::Yes(way));
        assert_eq!(judgements.each_ref().map(word), wanted, "{about}");
        judgements.iter().for_each(complete);
        for judgement in judgements.iter().filter(|judgement| judgement.verdict == Verdict::Closed) {
            let perimeter = judgement.reason == "no-rule"
                && world.facts.iter().any(|fact| fact.body.iter().any(|body| body.to_string().contains(NSP)));
            assert_eq!(judgement.blame.as_deref(), Some(if perimeter { NSP } else { ACCOUNT }), "{about}");
        }
    }
}

/// Without a way, what does not depend on it is decided all the same.
#[test]
fn a_way_that_nobody_knows_leaves_what_it_decides_unknown() {
    let unknown = || Known::Unknown(Why::not_readable("where the request comes from"));
    for (about, properties, wanted) in [
        ("lets everybody in", json!({}), ["-", "open", "open", "open", "open"]),
        ("asks rules", json!({"networkAcls": deny(json!({}))}), ["-", "open", "?", "?", "?"]),
        ("switched off", json!({"publicNetworkAccess": "Disabled"}), ["-", "?", "?", "?", "?"]),
        ("only by a perimeter", json!({"publicNetworkAccess": "SecuredByPerimeter"}), ["?", "-", "-", "-", "-"]),
    ] {
        assert_eq!(network(&world(properties), &unknown()).map(|judgement| word(&judgement)), wanted, "{about}");
    }
    let transition = world(json!({})).perimeter("Learning", json!([]));
    assert_eq!(word(&network(&transition, &unknown())[0]), "open");
    let enforced = world(json!({})).perimeter("Enforced", json!([]));
    assert_eq!(word(&network(&enforced, &unknown())[0]), "?");
}

/// Taking a fact away, or being refused it, never opens what is closed, never closes what is open, and never says that a closed gate
/// does not apply.
#[test]
fn less_facts_never_turn_a_verdict_round() {
    let may_become = |full: &Judgement, less: &Judgement| match full.verdict {
        Verdict::Closed => matches!(less.verdict, Verdict::Closed | Verdict::Unknown),
        Verdict::Open => less.verdict != Verdict::Closed,
        _ => true,
    };
    let gates: [fn(&Ask<'_>) -> Judgement; 4] = [
        super::super::account_state,
        super::super::public_blob_access,
        super::super::shared_key,
        super::super::transport,
    ];
    let all = |world: &World, way: &Way| -> Vec<Judgement> {
        let ways = [Known::Yes(way.clone())];
        let by_way = ways.iter().flat_map(|way| network(world, way));
        by_way.chain(gates.iter().map(|gate| world.ask(gate))).collect()
    };
    for (about, world, way, _) in worlds() {
        let mut anonymous = world.clone();
        anonymous.request.principal = "anonymous".into();
        for world in [world, anonymous] {
            let full = all(&world, &way);
            for at in 0..world.facts.len() {
                let mut without = world.clone();
                let call = without.facts.remove(at).call;
                for (how, less) in [("without", without), ("refused", world.clone().ended(&call, FactStatus::Denied))] {
                    for (full, less) in full.iter().zip(all(&less, &way)) {
                        assert!(may_become(full, &less), "{about}, {how} {call}: {full:?} became {less:?}");
                    }
                }
            }
        }
    }
}
