use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{acl, deny_assignment, role_assignment, role_condition, token};
use crate::facts::{Fact, FactStatus, Facts, Reading};
use crate::model::{Judgement, Request, Verdict};
use crate::provider::Ask;

const SUB: &str = "/subscriptions/00000000-0000-0000-0000-000000000001";
const ACCOUNT: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/ml-rg/providers/Microsoft.Storage/storageAccounts/frauddata";
const SCOPE: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/ml-rg/providers/Microsoft.Storage/storageAccounts/frauddata/blobServices/default/containers/raw";
const ME: &str = "00000000-0000-0000-0000-0000000000b1";
const GROUP: &str = "00000000-0000-0000-0000-0000000000a1";
const OTHER: &str = "00000000-0000-0000-0000-0000000000c1";
const TENANT: &str = "00000000-0000-0000-0000-0000000000ff";
const READ: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";
const BLOB_READER: &str = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";
const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const CONDITION: &str =
    "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path] StringStartsWith 'public/'";
const ASSIGNMENTS: &str = "authorization:ListRoleAssignments";
const DENIES: &str = "authorization:ListDenyAssignments";

/// A world of facts, and a request in it.
#[derive(Clone)]
struct World {
    facts: Vec<Fact>,
    with: BTreeMap<String, Value>,
    request: Request,
}

fn fact(call: &str, params: Value, status: FactStatus, body: Option<Value>) -> Fact {
    Fact {
        id: String::new(),
        call: call.into(),
        params: params.as_object().unwrap().clone(),
        status,
        at: "2026-03-01T09:00:00Z".into(),
        took_ms: 1,
        body,
        error: None,
    }
}

fn ok(call: &str, params: Value, body: Value) -> Fact {
    fact(call, params, FactStatus::Ok, Some(body))
}

fn role(id: &str, role: &str, oid: &str, scope: &str) -> Value {
    json!({"id": format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{id}"), "name": id, "properties": {
        "roleDefinitionId": format!("{SUB}/providers/Microsoft.Authorization/roleDefinitions/{role}"),
        "principalId": oid, "principalType": if oid == GROUP { "Group" } else { "User" }, "scope": scope,
        "createdOn": "2026-01-01T00:00:00Z"}})
}

fn conditional(id: &str, condition: &str) -> Value {
    let mut assignment = role(id, BLOB_READER, ME, ACCOUNT);
    assignment["properties"]["condition"] = condition.into();
    assignment
}

fn deny(principals: Value, excluded: Value) -> Value {
    json!({"id": format!("{SUB}/providers/Microsoft.Authorization/denyAssignments/d1"), "properties": {
        "denyAssignmentName": "stack lock", "scope": SUB, "principals": principals, "excludePrincipals": excluded,
        "permissions": [{"actions": [], "notActions": [], "dataActions": ["*"], "notDataActions": []}]}})
}

fn everybody() -> Value {
    json!([{"id": "00000000-0000-0000-0000-000000000000", "type": "SystemDefined"}])
}

fn id(scope: &str, filter: &str) -> Value {
    json!({"id": scope, "filter": filter})
}

fn mine() -> String {
    format!("assignedTo('{ME}')")
}

impl World {
    /// The caller reads a blob; these assignments are all there are at and above the scope, those of the caller and its groups apply to it.
    fn new(assignments: &[Value], groups: &[&str]) -> World {
        let is_mine = |one: &&Value| {
            let oid = one["properties"]["principalId"].as_str().unwrap();
            oid == ME || groups.contains(&oid)
        };
        let own: Vec<&Value> = assignments.iter().filter(is_mine).collect();
        let with = [
            ("account", ACCOUNT),
            ("scope", SCOPE),
            ("container", "raw"),
            ("blob", "private/x.csv"),
            ("plane", "data"),
        ];
        World {
            facts: vec![
                ok(
                    "entra:GetToken",
                    json!({}),
                    json!({"oid": ME, "tid": TENANT, "upn": "ds@contoso.com", "idtyp": "user"}),
                ),
                ok("subscriptions:Get", json!({"id": SUB}), json!({"id": SUB, "tenantId": TENANT, "state": "Enabled"})),
                ok(
                    "storage:GetAccount",
                    json!({"id": ACCOUNT}),
                    json!({"id": ACCOUNT, "properties": {"isHnsEnabled": false}}),
                ),
                ok("graph:GetMemberObjects", json!({"id": ME}), json!({"value": groups})),
                ok(ASSIGNMENTS, id(SCOPE, "atScope()"), json!({"value": assignments})),
                ok(ASSIGNMENTS, id(SCOPE, &mine()), json!({"value": own})),
                ok(DENIES, id(SCOPE, "atScope()"), json!({"value": []})),
                ok(DENIES, id(SCOPE, &mine()), json!({"value": []})),
            ],
            with: with.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect(),
            request: Request {
                provider: "azure".into(),
                principal: ME.into(),
                action: READ.into(),
                resource: SCOPE.into(),
                ..Request::default()
            },
        }
    }

    fn add(mut self, fact: Fact) -> World {
        self.facts.retain(|other| other.call != fact.call || other.params != fact.params);
        self.facts.push(fact);
        self
    }

    fn with(mut self, name: &str, value: impl Into<Value>) -> World {
        self.with.insert(name.into(), value.into());
        self
    }

    fn without(mut self, name: &str) -> World {
        self.with.remove(name);
        self
    }

    fn principal(mut self, words: &str) -> World {
        self.request.principal = words.into();
        self
    }

    fn input(mut self, name: &str, value: &str) -> World {
        self.request.inputs.insert(name.into(), value.into());
        self
    }

    fn action(mut self, action: &str) -> World {
        self.request.action = action.into();
        self
    }

    fn refused(mut self, call: &str) -> World {
        for fact in self.facts.iter_mut().filter(|fact| fact.call == call) {
            fact.status = FactStatus::Denied;
            fact.body = None;
        }
        self
    }

    /// A hierarchical namespace with these lists: path, ACL.
    fn lists(mut self, lists: &[(&str, &str)]) -> World {
        self = self.add(ok(
            "storage:GetAccount",
            json!({"id": ACCOUNT}),
            json!({"id": ACCOUNT, "properties": {"isHnsEnabled": true}}),
        ));
        for (path, acl) in lists {
            let params = json!({"account": "frauddata", "filesystem": "raw", "path": path});
            self = self.add(ok(
                "probe:GetAccessControl",
                params,
                json!({"owner": OTHER, "group": "$superuser", "permissions": "rwxr-x---+", "acl": acl}),
            ));
        }
        self
    }

    fn denies(self, deny: &Value, applies: bool) -> World {
        let own = if applies { vec![deny.clone()] } else { Vec::new() };
        self.add(ok(DENIES, id(SCOPE, "atScope()"), json!({"value": [deny]}))).add(ok(
            DENIES,
            id(SCOPE, &mine()),
            json!({"value": own}),
        ))
    }

    fn judge(&self, gate: fn(&Ask<'_>) -> Judgement) -> Judgement {
        let facts = Facts::new(self.facts.clone());
        let reading = Reading::new(&facts);
        let action = self.request.action.clone();
        gate(&Ask { request: &self.request, reading: &reading, with: &self.with, action: &action })
    }

    fn verdicts(&self) -> [Verdict; 5] {
        GATES.map(|(_, gate)| self.judge(gate).verdict)
    }
}

type Gate = fn(&Ask<'_>) -> Judgement;

const GATES: [(&str, Gate); 5] = [
    ("token", token),
    ("deny-assignment", deny_assignment),
    ("role-assignment", role_assignment),
    ("role-condition", role_condition),
    ("acl", acl),
];

const O: Verdict = Verdict::Open;
const C: Verdict = Verdict::Closed;
const U: Verdict = Verdict::Unknown;
const N: Verdict = Verdict::NotApplicable;

const PASS: &str = "user::rwx,group::r-x,mask::r-x,other::--x";
const SHUT: &str = "user::rwx,group::r-x,mask::r-x,other::---";

fn named(rights: &str) -> String {
    format!("user::rwx,user:{ME}:{rights},group::r-x,mask::rwx,other::---")
}

fn in_group(rights: &str) -> String {
    format!("user::rwx,group::r-x,group:{GROUP}:{rights},mask::rwx,other::---")
}

fn eligible() -> Fact {
    let mut body = role("e1", BLOB_READER, ME, SUB);
    body["id"] = "e1".into();
    ok("authorization:ListEligibilities", id(SCOPE, &mine()), json!({"value": [body]}))
}

/// Name, world, verdicts in the order of the gates, the gate that tells most with its reason.
fn worlds() -> Vec<(&'static str, World, [Verdict; 5], &'static str)> {
    let reader = || role("a1", BLOB_READER, ME, ACCOUNT);
    let own = |assignments: &[Value]| World::new(assignments, &[]);
    let direct =
        |assignments: Value| ok(ASSIGNMENTS, id(SUB, &format!("principalId eq '{ME}'")), json!({"value": assignments}));
    let compute =
        format!("{SUB}/resourceGroups/ml-rg/providers/Microsoft.MachineLearningServices/workspaces/ws/computes/ci-1");
    let lists_of = |item: &str| {
        [("", PASS), ("private", PASS)]
            .into_iter()
            .map(|(path, acl)| (path, acl.to_owned()))
            .chain([("private/x.csv", item.to_owned())])
            .collect::<Vec<_>>()
    };
    let hns = |world: World, item: &str| {
        let lists = lists_of(item);
        let lists: Vec<(&str, &str)> = lists.iter().map(|(path, acl)| (*path, acl.as_str())).collect();
        world.lists(&lists)
    };
    let read_by_path = |path: &str| own(&[conditional("a1", CONDITION)]).with("blob", path);
    vec![
        // Roles.
        ("the role is there", own(&[reader()]), [O, O, O, O, N], ""),
        ("through a group", World::new(&[role("a1", BLOB_READER, GROUP, ACCOUNT)], &[GROUP]), [O, O, O, O, N], ""),
        ("at a management group", own(&[role("a1", BLOB_READER, ME, "/providers/Microsoft.Management/managementGroups/corp")]), [O, O, O, O, N], ""),
        ("nothing", own(&[]), [O, O, C, N, N], "no-role"),
        ("another's role", own(&[role("a1", BLOB_READER, OTHER, ACCOUNT)]), [O, O, C, N, N], "no-role"),
        ("a group it is not in", own(&[role("a1", BLOB_READER, GROUP, ACCOUNT)]), [O, O, C, N, N], "no-role"),
        ("listed, and below the scope", own(&[role("a1", BLOB_READER, ME, &format!("{SCOPE}/x"))]), [O, O, C, N, N], "wrong-scope"),
        ("another container", own(&[]).add(direct(json!([role("a1", BLOB_READER, ME, &format!("{SCOPE}2"))]))), [O, O, C, N, N], "wrong-scope"),
        ("Owner only", own(&[role("a1", OWNER, ME, SUB)]), [O, O, C, N, N], "control-plane-only"),
        ("eligible before elsewhere", own(&[]).add(eligible()).add(direct(json!([role("a1", BLOB_READER, ME, &format!("{SCOPE}2"))]))), [O, O, C, N, N], "eligible-not-active"),
        ("elsewhere before management", own(&[role("a2", OWNER, ME, SUB)]).add(direct(json!([role("a1", BLOB_READER, ME, &format!("{SCOPE}2"))]))), [O, O, C, N, N], "wrong-scope"),
        ("another identity on the way", own(&[role("a1", BLOB_READER, OTHER, ACCOUNT)]).with("others", json!({"workspace": OTHER, "gone": null})), [O, O, C, N, N], "other-identity"),
        ("a live definition wins", own(&[reader()]).add(ok("authorization:GetRoleDefinition", json!({"id": format!("/providers/Microsoft.Authorization/roleDefinitions/{BLOB_READER}")}), json!({"id": BLOB_READER, "properties": {"roleName": "Mine", "permissions": []}}))), [O, O, C, N, N], "no-role"),
        ("a role nobody read", own(&[role("a1", "custom", ME, ACCOUNT)]), [O, O, U, U, N], "unread"),
        ("assignments refused", own(&[reader()]).refused(ASSIGNMENTS), [O, O, U, U, N], "unread"),
        ("refused, and known in the subscription", own(&[]).refused(ASSIGNMENTS).add(direct(json!([reader()]))), [O, O, O, O, N], ""),
        ("management", own(&[role("a1", OWNER, ME, SUB)]).with("plane", "control").with("auth", "key").action("Microsoft.Storage/storageAccounts/listKeys/action"), [O, O, O, O, N], ""),
        ("lists asked for the container tell of the account", own(&[reader()]).with("scope", ACCOUNT), [O, O, O, O, N], ""),
        ("lists asked for the account do not tell of the container", own(&[reader()]).with("scope", SCOPE.replace("/raw", "/raw/x")), [O, U, U, U, N], "unread"),
        ("management, no role", own(&[reader()]).with("plane", "control").action("Microsoft.Storage/storageAccounts/listKeys/action"), [O, O, C, N, N], "no-role"),
        // Who.
        ("a key", own(&[]).with("auth", "key"), [N; 5], ""),
        ("a signature", own(&[]).with("auth", "service-sas"), [N; 5], ""),
        ("nobody", own(&[]).principal("anonymous"), [N; 5], ""),
        ("another tenant", own(&[reader()]).add(ok("subscriptions:Get", json!({"id": SUB}), json!({"tenantId": OTHER}))), [C, O, O, O, N], "other-tenant"),
        ("unknown to the directory", own(&[]).principal(OTHER).add(fact("graph:GetDirectoryObject", json!({"id": OTHER}), FactStatus::NotFound, None)), [C, N, N, N, N], "no-such-principal"),
        ("nobody knows whether there is such an identity", own(&[]).principal(OTHER), [U, O, C, N, N], "unread"),
        ("no such user", own(&[]).principal("no@contoso.com").add(fact("graph:GetUser", json!({"id": "no@contoso.com"}), FactStatus::NotFound, None)), [C, N, N, N, N], "no-such-principal"),
        ("a user", own(&[reader()]).principal("ds@contoso.com").add(ok("graph:GetUser", json!({"id": "ds@contoso.com"}), json!({"id": ME}))), [O, O, O, O, N], ""),
        ("a user nobody may look up", own(&[reader()]).principal("x@contoso.com").refused("entra:GetToken"), [U, U, U, U, U], "unread"),
        ("not the caller", own(&[reader()]).add(ok("entra:GetToken", json!({}), json!({"oid": OTHER, "tid": OTHER}))), [O, O, O, O, N], ""),
        ("a compute", own(&[reader()]).principal(&compute).add(ok("ml:GetCompute", json!({"id": compute}), json!({"identity": {"type": "SystemAssigned", "principalId": ME}}))), [O, O, O, O, N], ""),
        ("a compute without identity", own(&[reader()]).principal(&compute).add(ok("ml:GetCompute", json!({"id": compute}), json!({"properties": {}}))), [C, N, N, N, N], "no-such-principal"),
        // Denies.
        ("denied to everybody", own(&[reader()]).denies(&deny(everybody(), json!([])), true), [O, C, O, O, N], "explicit-deny"),
        ("denied to a group of it", World::new(&[reader()], &[GROUP]).denies(&deny(json!([{"id": GROUP, "type": "Group"}]), json!([])), true), [O, C, O, O, N], "explicit-deny"),
        ("denied to a group it is not in", own(&[reader()]).denies(&deny(json!([{"id": GROUP, "type": "Group"}]), json!([])), false), [O, O, O, O, N], ""),
        ("excluded by group", World::new(&[reader()], &[GROUP]).denies(&deny(everybody(), json!([{"id": GROUP, "type": "Group"}])), false), [O, O, O, O, N], ""),
        ("another user is denied", own(&[reader()]).refused("graph:GetMemberObjects").denies(&deny(json!([{"id": OTHER, "type": "User"}]), json!([])), false), [O, O, O, O, N], ""),
        ("excluded by a group nobody could read", own(&[reader()]).refused("graph:GetMemberObjects").denies(&deny(everybody(), json!([{"id": GROUP, "type": "Group"}])), false), [O, U, O, O, N], "unread"),
        ("denies refused", own(&[reader()]).refused(DENIES), [O, U, O, O, N], "unread"),
        // Conditions.
        ("the condition holds", read_by_path("public/x.csv"), [O, O, O, O, N], ""),
        ("the condition does not hold", read_by_path("private/x.csv"), [O, O, O, C, N], "condition-failed"),
        ("a tag nobody knows", own(&[conditional("a1", "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags:P<$key_case_sensitive$>] StringEquals 'x'")]), [O, O, O, U, N], "unknown-attributes"),
        ("a tag that is stated", own(&[conditional("a1", "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags:P<$key_case_sensitive$>] StringEquals 'x'")]).input("context:Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags:P", "x"), [O, O, O, O, N], ""),
        ("an attribute the step states", own(&[conditional("a1", "@Principal[p] StringEquals 'x'")]).with("context", json!({"p": "y"})), [O, O, O, C, N], "condition-failed"),
        ("another assignment has none", own(&[conditional("a1", CONDITION), role("a2", BLOB_READER, ME, SUB)]), [O, O, O, O, N], ""),
        ("a listing with a prefix", own(&[conditional("a1", "@Request[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:prefix] StringStartsWith 'public/'")]).with("sub-operation", "Blob.List").without("blob").input("prefix", "public/"), [O, O, O, O, N], ""),
        ("a listing without a prefix", own(&[conditional("a1", "@Request[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:prefix] StringStartsWith 'public/'")]).with("sub-operation", "Blob.List").without("blob"), [O, O, O, C, N], "condition-failed"),
        ("the container's name", own(&[conditional("a1", "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'raw' AND @Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'frauddata'")]), [O, O, O, O, N], ""),
        ("the time of asking", own(&[conditional("a1", "@Environment[UtcNow] DateTimeLessThan '2026-03-01T08:00:00.0Z'")]), [O, O, O, C, N], "condition-failed"),
        ("a condition nobody understands", own(&[conditional("a1", "@Resource[a] Is 'x'")]), [O, O, O, U, N], "unknown-attributes"),
        // Lists.
        ("a role, whatever the lists say", hns(own(&[reader()]), SHUT), [O, O, O, O, N], ""),
        ("no role, and lists not read", own(&[]).lists(&[]), [O, O, U, N, U], "unread"),
        ("the list names it", hns(own(&[]), &named("r--")), [O, O, N, N, O], ""),
        ("the list names a group of it", hns(World::new(&[], &[GROUP]), &in_group("r--")), [O, O, N, N, O], ""),
        ("the list gives it to everybody", hns(own(&[]), "user::rwx,group::r-x,other::r--"), [O, O, N, N, O], ""),
        ("the list names it and gives too little", hns(own(&[]), &named("-w-")), [O, O, N, N, C], "no-permission"),
        ("the list names a group of it and gives too little", hns(World::new(&[], &[GROUP]), &in_group("--x")), [O, O, N, N, C], "no-permission"),
        ("the list names a group nobody could read", hns(own(&[]), &in_group("--x")).refused("graph:GetMemberObjects"), [O, O, U, N, U], "unread"),
        ("a folder on the way is shut", own(&[]).lists(&[("", PASS), ("private", SHUT), ("private/x.csv", &named("r--"))]), [O, O, N, N, C], "no-execute"),
        ("the list does not know it", hns(own(&[]), SHUT), [O, O, C, N, N], "no-role"),
        ("the condition fails and the list allows", hns(own(&[conditional("a1", CONDITION)]), &named("r--")), [O, O, O, N, O], ""),
        ("the condition fails and the list refuses", hns(own(&[conditional("a1", CONDITION)]), &named("---")), [O, O, O, C, N], "condition-failed"),
        ("the condition fails and the lists were not read", own(&[conditional("a1", CONDITION)]).lists(&[]), [O, O, O, U, U], "unread"),
        ("no role, and nobody knows whether there are lists", own(&[]).refused("storage:GetAccount"), [O, O, U, N, U], "unread"),
        ("lists do not matter to tags", own(&[]).lists(&[]).action(&READ.replace("blobs/read", "blobs/tags/read")), [O, O, C, N, N], "no-role"),
        ("a new file needs its folder", own(&[]).lists(&[("", PASS), ("private", &named("-wx"))]).action(&READ.replace("blobs/read", "blobs/write")).add(fact("probe:GetAccessControl", json!({"account": "frauddata", "filesystem": "raw", "path": "private/x.csv"}), FactStatus::NotFound, None)), [O, O, N, N, O], ""),
        ("deleting needs its folder", own(&[]).lists(&[("", PASS), ("private", &named("r-x"))]).action(&READ.replace("blobs/read", "blobs/delete")), [O, O, N, N, C], "no-permission"),
        ("listing the root", own(&[]).lists(&[("", &named("r-x"))]).without("blob").with("sub-operation", "Blob.List"), [O, O, N, N, O], ""),
    ]
}

#[test]
fn worlds_are_judged() {
    let mut wrong = Vec::new();
    for (name, world, verdicts, reason) in worlds() {
        let judgements = GATES.map(|(gate, judge)| (gate, world.judge(judge)));
        let given = judgements.each_ref().map(|(_, judgement)| judgement.verdict);
        let reasons: Vec<&str> =
            judgements.iter().map(|(_, one)| one.reason.as_ref()).filter(|reason| !reason.is_empty()).collect();
        if given != verdicts || reasons.first().copied().unwrap_or_default() != reason {
            let told: Vec<String> = judgements
                .iter()
                .map(|(gate, one)| format!("  {gate}: {:?} {} {}", one.verdict, one.reason, one.summary))
                .collect();
            wrong.push(format!("{name}: wanted {verdicts:?} {reason}\n{}", told.join("\n")));
        }
        for (gate, judgement) in judgements {
            let known = crate::azure::gates::all().iter().find(|known| known.name == gate).unwrap();
            assert!(
                judgement.reason.is_empty() || known.reasons.iter().any(|(reason, _)| *reason == judgement.reason),
                "{gate} {}",
                judgement.reason
            );
            if judgement.verdict == C {
                assert!(
                    judgement.effect.is_some() && judgement.blame.as_ref().is_some_and(|blame| !blame.is_empty()),
                    "{name} {gate}"
                );
                assert!(!judgement.decisive.is_empty() && !judgement.fixes.is_empty(), "{name} {gate}");
                assert!(
                    judgement
                        .fixes
                        .iter()
                        .all(|fix| fix.commands.iter().any(|command| command.text.starts_with("az "))),
                    "{name} {gate}"
                );
            }
            assert!(!judgement.summary.is_empty(), "{name} {gate}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]
    #[test]
    fn fewer_facts_never_turn_a_verdict_round(at in any::<prop::sample::Index>(), gone in prop::collection::vec(any::<prop::sample::Index>(), 1..6)) {
        let worlds: Vec<_> = worlds().into_iter().filter(|(name, ..)| *name != "a live definition wins").collect();
        let (name, world, ..) = at.get(&worlds);
        let mut fewer = world.clone();
        for index in gone {
            if !fewer.facts.is_empty() {
                let at = index.index(fewer.facts.len());
                fewer.facts.remove(at);
            }
        }
        for (at, (before, after)) in world.verdicts().into_iter().zip(fewer.verdicts()).enumerate() {
            let turned = matches!((before, after), (Verdict::Open, C) | (Verdict::Closed, O | N));
            prop_assert!(!turned, "{}: {} was {:?} and is {:?}", name, GATES[at].0, before, after);
        }
    }
}

/// Each fact taken away, and each refused.
#[test]
fn a_fact_less_never_turns_a_verdict_round() {
    // Azure's built-in roles are not the user's to change: a definition that differs from the table cannot be taken away.
    for (name, world, _, _) in worlds().into_iter().filter(|(name, ..)| *name != "a live definition wins") {
        let before = world.verdicts();
        for at in 0..world.facts.len() {
            let mut gone = world.clone();
            let fact = gone.facts.remove(at);
            let mut refused = world.clone();
            refused.facts[at].status = FactStatus::Denied;
            refused.facts[at].body = None;
            for (how, fewer) in [("gone", gone), ("refused", refused)] {
                for (at, (before, after)) in before.iter().zip(fewer.verdicts()).enumerate() {
                    let turned = matches!((before, after), (Verdict::Open, C) | (Verdict::Closed, O | N));
                    assert!(
                        !turned,
                        "{name}: {} was {before:?} and is {after:?} with {} {:?} {how}",
                        GATES[at].0, fact.call, fact.params
                    );
                }
            }
        }
    }
}

#[test]
fn what_is_said_is_what_decides() {
    let control = World::new(&[role("a1", OWNER, ME, SUB)], &[]).judge(role_assignment);
    assert_eq!(
        control.blame.as_deref(),
        Some(format!("{SUB}/providers/Microsoft.Authorization/roleAssignments/a1").as_str())
    );
    assert!(control.notes.iter().any(|note| note.contains("keys")), "{control:?}");
    assert_eq!(
        control.fixes[0].commands[0].text,
        format!(
            "az role assignment create --assignee-object-id {ME} --assignee-principal-type User --role 'Storage Blob Data Reader' --scope {SCOPE}"
        )
    );
    let no_keys = World::new(&[role("a1", OWNER, ME, SUB)], &[])
        .add(ok("storage:GetAccount", json!({"id": ACCOUNT}), json!({"properties": {"allowSharedKeyAccess": false}})))
        .judge(role_assignment);
    assert!(no_keys.notes.is_empty(), "{no_keys:?}");

    let condition = World::new(&[conditional("a1", CONDITION)], &[]).judge(role_condition);
    assert!(
        condition.summary.contains("private/x.csv") && condition.decisive[0].text.as_deref() == Some(CONDITION),
        "{condition:?}"
    );
    assert!(condition.fixes[0].commands[0].text.contains("blobs:path] StringEquals"), "{condition:?}");

    let listing =
        "@Request[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:prefix] StringStartsWith 'public/'";
    let listing = World::new(&[conditional("a1", listing)], &[]).with("sub-operation", "Blob.List").without("blob");
    assert!(listing.judge(role_condition).notes[0].contains("prefix"));

    let unread = World::new(&[], &[]).refused(ASSIGNMENTS).judge(role_assignment);
    assert_eq!(unread.missing, ["Microsoft.Authorization/roleAssignments/read"]);
    let lists = World::new(&[], &[]).lists(&[]);
    assert_eq!(lists.judge(acl).missing, ["the access control lists (--probe)"]);
    assert_eq!(lists.judge(role_assignment).missing, ["the access control lists (--probe)"]);
    let tag = World::new(&[conditional("a1", "@Principal[p] StringEquals 'x'")], &[]).judge(role_condition);
    assert_eq!(tag.missing, ["the attribute @Principal[p] (-i 'context:p=VALUE')"]);

    let mut young = role("a1", BLOB_READER, ME, ACCOUNT);
    young["properties"]["updatedOn"] = "2026-03-01T08:57:00Z".into();
    assert!(World::new(&[young], &[]).judge(role_assignment).notes[0].contains("3 minutes"));
    let mut lost = role("a1", BLOB_READER, OTHER, ACCOUNT);
    lost["properties"]["principalType"] = "Unknown".into();
    assert!(World::new(&[lost], &[]).judge(role_assignment).notes.iter().any(|note| note.contains(OTHER)));

    let shut =
        World::new(&[], &[]).lists(&[("", PASS), ("private", SHUT), ("private/x.csv", &named("r--"))]).judge(acl);
    assert_eq!(shut.blame.as_deref(), Some("https://frauddata.dfs.core.windows.net/raw/private"));
    let text = &shut.fixes[0].commands[0].text;
    assert!(text.contains(&format!("user:{ME}:--x,user::rwx")) && text.contains("--path private "), "{text}");
}
