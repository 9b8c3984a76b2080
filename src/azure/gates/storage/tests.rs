//! Each gate over small sets of facts: what it says, whose fault it names, and that less facts never turn a verdict round.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::words::account;
use super::{firewall, perimeter, sas};
use crate::azure::network::{Arrival, Way};
use crate::facts::{Fact, FactError, FactStatus, Facts, Known, Reading, Why};
use crate::model::{Judgement, Request, Verdict};
use crate::provider::Ask;

const ACCOUNT: &str = "/subscriptions/s1/resourceGroups/ml-rg/providers/Microsoft.Storage/storageAccounts/mldata";
const SUBNET: &str =
    "/subscriptions/s1/resourceGroups/net-rg/providers/Microsoft.Network/virtualNetworks/v/subnets/compute";
const WORKSPACE: &str =
    "/subscriptions/s1/resourceGroups/ml-rg/providers/Microsoft.MachineLearningServices/workspaces/ws";
const NSP: &str = "/subscriptions/s1/resourceGroups/net-rg/providers/Microsoft.Network/networkSecurityPerimeters/nsp";
const BLOBS: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";
const PERIMETERS: &str = "storage:ListPerimeterConfigurations";
const CONTAINER: &str = "storage:GetContainer";
const SUBSCRIPTION: &str = "subscriptions:Get";

/// A question with its facts.
#[derive(Clone)]
struct World {
    facts: Vec<Fact>,
    with: BTreeMap<String, Value>,
    request: Request,
}

fn fact(call: &str, id: &str, status: FactStatus, body: Option<Value>) -> Fact {
    let params = json!({"id": id}).as_object().unwrap().clone();
    let error = body.is_none().then(|| FactError { code: "AuthorizationFailed".into(), message: String::new() });
    let at = "2026-01-15T12:00:00Z".into();
    Fact { id: "f".into(), call: call.into(), params, status, at, took_ms: 1, body, error }
}

/// An account with these properties.
fn world(properties: Value) -> World {
    let body = json!({"id": ACCOUNT, "name": "mldata", "location": "westeurope", "properties": properties});
    let request = Request {
        action: format!("{BLOBS}/read"),
        principal: "00000000-0000-0000-0000-0000000000aa".into(),
        ..Request::default()
    };
    let with = [("account", ACCOUNT), ("container", "train"), ("blob", "a.csv")].map(|(k, v)| (k.to_owned(), json!(v)));
    World { facts: vec![fact("storage:GetAccount", ACCOUNT, FactStatus::Ok, Some(body))], with: with.into(), request }
        .knows(PERIMETERS, ACCOUNT, json!({"value": []}))
        .knows(SUBSCRIPTION, "/subscriptions/s1", json!({"state": "Enabled", "tenantId": "t1"}))
        .knows(
            CONTAINER,
            &format!("{ACCOUNT}/blobServices/default/containers/train"),
            json!({"properties": {"publicAccess": "None"}}),
        )
}

impl World {
    fn knows(mut self, call: &str, id: &str, body: Value) -> Self {
        self.facts.retain(|fact| fact.call != call);
        self.facts.push(fact(call, id, FactStatus::Ok, Some(body)));
        self
    }

    fn container(self, properties: Value) -> Self {
        self.knows(
            CONTAINER,
            &format!("{ACCOUNT}/blobServices/default/containers/train"),
            json!({"properties": properties}),
        )
    }

    fn ended(mut self, call: &str, status: FactStatus) -> Self {
        for fact in self.facts.iter_mut().filter(|fact| fact.call == call) {
            (fact.status, fact.body) = (status, None);
        }
        self
    }

    fn with(mut self, name: &str, value: Value) -> Self {
        self.with.insert(name.into(), value);
        self
    }

    fn doing(mut self, action: &str) -> Self {
        self.request.action = action.into();
        self
    }

    fn perimeter(self, mode: &str, rules: Value) -> Self {
        self.knows(
            PERIMETERS,
            ACCOUNT,
            json!({"value": [{"properties": {"networkSecurityPerimeter": {"id": NSP}, "resourceAssociation": {"accessMode": mode},
                   "profile": {"name": "p", "accessRules": rules}}}]}),
        )
    }

    fn ask(&self, judge: impl Fn(&Ask<'_>) -> Judgement) -> Judgement {
        let facts =
            Facts::new(self.facts.iter().cloned().enumerate().map(|(at, fact)| Fact { id: format!("f{at}"), ..fact }));
        let reading = Reading::new(&facts);
        judge(&Ask { request: &self.request, reading: &reading, with: &self.with, action: &self.request.action })
    }
}

fn way(arrival: Arrival) -> Way {
    Way {
        arrival,
        subnet: None,
        private_endpoint: None,
        connection: None,
        source_ip: Known::Absent,
        region: None,
        resource: None,
        label: "the caller".into(),
    }
}

fn public(ip: &str) -> Way {
    Way { source_ip: Known::Yes(ip.parse().unwrap()), ..way(Arrival::Public) }
}

fn by_service_endpoint() -> Way {
    Way { subnet: Some(SUBNET.into()), ..way(Arrival::ServiceEndpoint) }
}

fn service() -> Way {
    Way { resource: Some(WORKSPACE.into()), ..way(Arrival::AzureService) }
}

/// The verdicts of security-perimeter, public-network-access, vnet-rule, ip-rule and resource-rule, in a word each.
fn network(world: &World, way: &Known<Way>) -> [Judgement; 5] {
    let by = |judge: &dyn Fn(&Ask<'_>, super::Account<'_>) -> Judgement| {
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

fn word(judgement: &Judgement) -> String {
    match judgement.verdict {
        Verdict::Open => "open".into(),
        Verdict::NotApplicable => "-".into(),
        Verdict::Unknown => "?".into(),
        Verdict::Closed => judgement.reason.to_string(),
    }
}

/// What every closed and every unknown gate owes.
fn complete(judgement: &Judgement) {
    match judgement.verdict {
        Verdict::Closed => {
            assert!(judgement.blame.is_some() && judgement.effect.is_some(), "{judgement:?}");
            assert!(!judgement.decisive.is_empty() && !judgement.summary.is_empty(), "{judgement:?}");
            let first = judgement.fixes.first().unwrap_or_else(|| panic!("no fix: {judgement:?}"));
            assert!(first.commands.iter().all(|command| command.tool == "az" && !command.text.is_empty()), "{first:?}");
            assert!(!first.commands[0].text.contains("--default-action Allow"), "{first:?}");
            assert!(judgement.fixes.iter().all(|fix| fix.risk < crate::model::Risk::High || !fix.widens.is_empty()));
        }
        Verdict::Unknown => assert!(!judgement.summary.is_empty()),
        _ => {}
    }
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
            ["?", "disabled", "-", "-", "-"],
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

fn one(world: &World, judge: fn(&Ask<'_>) -> Judgement) -> String {
    let judgement = world.ask(judge);
    complete(&judgement);
    word(&judgement)
}

#[test]
fn transport_is_held_to_the_account() {
    for (properties, scheme, tls, wanted) in [
        (json!({}), "https", None, "open"),
        (json!({}), "http", None, "https-only"),
        (json!({"supportsHttpsTrafficOnly": false}), "http", None, "open"),
        (json!({"enableHttpsTrafficOnly": false}), "http", None, "open"),
        (json!({"supportsHttpsTrafficOnly": true}), "http", None, "https-only"),
        (json!({"supportsHttpsTrafficOnly": "yes"}), "http", None, "?"),
        (json!({"minimumTlsVersion": "TLS1_2"}), "https", None, "open"),
        (json!({"minimumTlsVersion": "TLS1_2"}), "https", Some("1.1"), "tls-version"),
        (json!({"minimumTlsVersion": "TLS1_0"}), "https", Some("1.0"), "open"),
        (json!({"minimumTlsVersion": "TLS1_3"}), "https", None, "?"),
        (json!({"minimumTlsVersion": "TLS1_3"}), "https", Some("TLSv1.3"), "open"),
        (json!({"minimumTlsVersion": "TLS1_2"}), "https", Some("new"), "?"),
    ] {
        let mut world = world(properties.clone()).with("scheme", json!(scheme));
        if let Some(tls) = tls {
            world = world.with("tls", json!(tls));
        }
        assert_eq!(one(&world, super::transport), wanted, "{properties} {scheme} {tls:?}");
    }
}

#[test]
fn keys_and_anonymous_reading_are_held_to_the_account() {
    for (auth, properties, wanted) in [
        ("entra", json!({"allowSharedKeyAccess": false}), "-"),
        ("user-delegation-sas", json!({"allowSharedKeyAccess": false}), "-"),
        ("key", json!({}), "open"),
        ("key", json!({"allowSharedKeyAccess": null}), "open"),
        ("key", json!({"allowSharedKeyAccess": false}), "disabled"),
        ("account-sas", json!({"allowSharedKeyAccess": false}), "disabled"),
        ("service-sas", json!({"allowSharedKeyAccess": false}), "disabled"),
        ("key", json!({"allowSharedKeyAccess": 1}), "?"),
    ] {
        assert_eq!(
            one(&world(properties.clone()).with("auth", json!(auth)), super::shared_key),
            wanted,
            "{auth} {properties}"
        );
    }
    let (read, list) = (format!("{BLOBS}/read"), "list".to_owned());
    for (allowed, level, action, wanted) in [
        (json!(true), "Blob", &read, "open"),
        (json!(true), "Container", &read, "open"),
        (json!(true), "Container", &list, "open"),
        (json!(true), "Blob", &list, "container-private"),
        (json!(true), "None", &read, "container-private"),
        (json!(true), "Container", &format!("{BLOBS}/write"), "container-private"),
        (json!(false), "Container", &read, "account-off"),
        (Value::Null, "Container", &read, "?"),
        (Value::Null, "None", &read, "container-private"),
    ] {
        let world =
            world(json!({"allowBlobPublicAccess": allowed})).container(json!({"publicAccess": level})).doing(action);
        let mut anonymous = world.clone();
        anonymous.request.principal = "anonymous".into();
        assert_eq!(one(&anonymous, super::public_blob_access), wanted, "{allowed} {level} {action}");
        assert_eq!(one(&world, super::public_blob_access), "-", "a request that is signed");
        let refused = word(&anonymous.ended(CONTAINER, FactStatus::Denied).ask(super::public_blob_access));
        assert_eq!(refused, if wanted == "account-off" { wanted } else { "?" }, "{allowed} {level} {action}");
    }
}

#[test]
fn states_are_told_apart() {
    let (write, delete) = (format!("{BLOBS}/write"), format!("{BLOBS}/delete"));
    let good = || world(json!({"statusOfPrimary": "available", "provisioningState": "Succeeded"}));
    let state = |state: &str| good().knows(SUBSCRIPTION, "/subscriptions/S1", json!({"state": state}));
    let mut unnamed = good();
    unnamed.with.remove("account");
    for (about, world, wanted) in [
        ("all well", good(), "open"),
        ("unavailable", world(json!({"statusOfPrimary": "unavailable"})), "unavailable"),
        ("being made", world(json!({"provisioningState": "ResolvingDNS"})), "unavailable"),
        ("warned", state("Warned"), "subscription-disabled"),
        ("disabled", state("Disabled"), "subscription-disabled"),
        ("past due", state("PastDue"), "open"),
        ("subscription refused", good().ended(SUBSCRIPTION, FactStatus::Denied), "?"),
        ("no such account", good().ended("storage:GetAccount", FactStatus::NotFound), "no-such-account"),
        ("account refused", good().ended("storage:GetAccount", FactStatus::Denied), "?"),
        ("no account of that name", unnamed, "?"),
        ("no such container", good().ended(CONTAINER, FactStatus::NotFound), "no-such-container"),
        ("a deleted container", good().container(json!({"deleted": true})), "no-such-container"),
        ("container refused", good().ended(CONTAINER, FactStatus::Denied), "?"),
        ("a hold does not keep from reading", good().container(json!({"hasLegalHold": true})), "open"),
        ("a hold keeps from deleting", good().container(json!({"hasLegalHold": true})).doing(&delete), "immutable"),
        (
            "a policy keeps from writing",
            good().container(json!({"hasImmutabilityPolicy": true})).doing(&write),
            "immutable",
        ),
        ("nothing keeps from writing", good().container(json!({"hasLegalHold": false})).doing("write"), "open"),
    ] {
        assert_eq!(one(&world, super::account_state), wanted, "{about}");
    }
    let disabled = state("Disabled").ask(super::account_state);
    assert_eq!(disabled.blame.as_deref(), Some("/subscriptions/s1"));
    let mut probed = fact("probe:HeadBlob", "", FactStatus::NotFound, None);
    probed.params = json!({"url": "https://mldata.blob.core.windows.net/train/a.csv"}).as_object().unwrap().clone();
    let mut new = good().container(json!({"hasLegalHold": true})).doing(&write);
    new.facts.push(probed);
    assert_eq!(one(&new, super::account_state), "open", "a new blob");
}

#[test]
fn signatures_are_held_to_their_use_and_never_shown() {
    let good = json!({"sp": "r", "se": "2026-02-01T00:00:00Z", "sr": "c", "sv": "2023-11-03", "sig": "KEEPOUT"});
    let but = |name: &str, value: &str| {
        let mut fields = good.clone();
        fields[name] = json!(value);
        fields
    };
    let ways = || [Known::Yes(public("203.0.113.7")), Known::Unknown(Why::not_readable("x"))];
    for (about, fields, wanted) in [
        ("good", good.clone(), ["open", "open"]),
        ("as a query", json!("?sp=r&se=2026-02-01&sr=b&sig=KEEPOUT"), ["open", "open"]),
        ("expired", but("se", "2026-01-15T11:00:00Z"), ["expired", "expired"]),
        ("not yet", but("st", "2026-01-16"), ["not-yet-valid", "not-yet-valid"]),
        ("for writing", but("sp", "w"), ["permission", "permission"]),
        ("for this address", but("sip", "203.0.113.7"), ["open", "?"]),
        ("for another address", but("sip", "203.0.113.8"), ["ip", "?"]),
        ("with a stored policy", but("si", "readers"), ["?", "?"]),
        ("without an end", json!({"sp": "r", "sr": "b"}), ["?", "?"]),
        ("nothing", json!({"sig": "KEEPOUT"}), ["?", "?"]),
    ] {
        for (way, wanted) in ways().into_iter().zip(wanted) {
            let world = world(json!({})).with("auth", json!("service-sas")).with("sas", fields.clone());
            let judgement = world.ask(|ask| match account(ask, "it") {
                Ok(account) => sas::by_way(ask, account, way.clone()),
                Err(judgement) => *judgement,
            });
            complete(&judgement);
            assert_eq!(word(&judgement), wanted, "{about}");
            assert!(!format!("{judgement:?}").contains("KEEPOUT"), "{about}: {judgement:?}");
        }
    }
    assert_eq!(one(&world(json!({})), super::sas), "-");
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
    let gates: [fn(&Ask<'_>) -> Judgement; 4] =
        [super::account_state, super::public_blob_access, super::shared_key, super::transport];
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
