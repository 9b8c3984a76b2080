//! Each gate over small sets of facts: what it says, whose fault it names, and that less facts never turn a verdict round.

mod methods;
mod network;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::azure::network::{Arrival, Way};
use crate::facts::{Fact, FactError, FactStatus, Facts, Known, Reading};
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

fn one(world: &World, judge: fn(&Ask<'_>) -> Judgement) -> String {
    let judgement = world.ask(judge);
    complete(&judgement);
    word(&judgement)
}
