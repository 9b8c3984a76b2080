//! One world, one change a case (`tests/data/azure/network`): what each gate of the network says to it, and the law that less knowledge never
//! turns a verdict over.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::azure::network::{Arrival, Way, view, way};
use crate::azure::{Azure, calls, id};
use crate::facts::{Fact, FactStatus, Facts, Known, Reading};
use crate::model::{Judgement, Request, Verdict};
use crate::provider::{Ask, Gate, Provider as _};

/// Short spellings of ids in the world and in the cases.
const SHORT: &[(&str, &str)] = &[
    ("$A", "$M/Microsoft.Storage/storageAccounts/frauddata"),
    ("$W", "$M/Microsoft.MachineLearningServices/workspaces/ws"),
    ("$N/", "$M/Microsoft.Network/"),
    ("$H/", "$S2/resourceGroups/hub-rg/providers/Microsoft.Network/"),
    ("$X/", "/subscriptions/00000000-0000-0000-0000-0000000000ff/resourceGroups/managed/providers/Microsoft.Network/"),
    ("$M", "$S1/resourceGroups/ml-rg/providers"),
    ("$S1", "/subscriptions/00000000-0000-0000-0000-000000000001"),
    ("$S2", "/subscriptions/00000000-0000-0000-0000-000000000002"),
];

/// Short words for where a request comes from.
const PLACES: &[(&str, &str)] = &[
    ("subnet", "$N/virtualNetworks/ml-vnet/subnets/compute"),
    ("vm", "$M/Microsoft.Compute/virtualMachines/vm"),
    ("instance", "$W/computes/ci"),
    ("cluster", "$W/computes/cluster"),
    ("endpoint", "$W/onlineEndpoints/fraud"),
];

fn long(text: &str) -> String {
    SHORT.iter().fold(text.to_owned(), |text, (short, long)| text.replace(short, long))
}

/// One case of `cases.txt`.
#[derive(Debug, Clone)]
struct Case {
    gate: String,
    name: String,
    origin: String,
    sub: String,
    edits: Vec<String>,
    expected: String,
}

/// The cases, the edits of their worlds put in.
fn cases() -> Vec<Case> {
    let mut worlds: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut cases = Vec::new();
    for block in include_str!("../../../../tests/data/azure/network/cases.txt").split("\n\n") {
        let mut lines = block.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let Some(title) = lines.next() else { continue };
        let body: Vec<&str> = lines.map(str::trim).collect();
        if let Some(world) = title.strip_prefix("world ") {
            worlds.insert(world.trim_end_matches(':').into(), body.iter().map(ToString::to_string).collect());
            continue;
        }
        let (gate, name) = title.split_once(": ").unwrap();
        let (origin, sub) = body[0].strip_prefix("from ").unwrap().split_once(" to ").unwrap();
        let edits = body[1..body.len() - 1].iter().flat_map(|edit| match edit.strip_prefix("world ") {
            Some(world) => worlds[world].clone(),
            None => vec![(*edit).to_owned()],
        });
        cases.push(Case {
            gate: gate.into(),
            name: name.into(),
            origin: origin.into(),
            sub: sub.into(),
            edits: edits.collect(),
            expected: body[body.len() - 1].strip_prefix("= ").unwrap().into(),
        });
    }
    cases
}

/// The edits of one of the worlds in `cases.txt`, and some more.
fn edits(world: &str, more: &[&str]) -> Vec<String> {
    let text = include_str!("../../../../tests/data/azure/network/cases.txt");
    let block = text.split("\n\n").find(|block| block.contains(&format!("\nworld {world}:\n")));
    let own = block.into_iter().flat_map(|block| block.lines().filter_map(|line| line.strip_prefix("  ")));
    own.chain(more.iter().copied()).map(str::to_owned).collect()
}

struct World {
    facts: Vec<Fact>,
}

impl World {
    fn new(edits: &[String]) -> Self {
        let text = long(include_str!("../../../../tests/data/azure/network/world.json"));
        let list: Vec<Value> = serde_json::from_str(&text).unwrap();
        let fact = |(at, fact): (usize, Value)| Fact {
            id: format!("f{at}"),
            call: fact["call"].as_str().unwrap().to_owned(),
            params: fact["params"].as_object().unwrap().clone(),
            status: FactStatus::Ok,
            at: "2026-01-31T09:00:00Z".into(),
            took_ms: 1,
            body: Some(fact["body"].clone()),
            error: None,
        };
        let mut world = World { facts: list.into_iter().enumerate().map(fact).collect() };
        edits.iter().for_each(|edit| world.edit(&long(edit)));
        world
    }

    /// `set CALL NAME POINTER JSON`, `move CALL NAME ID`, `refuse CALL NAME`, `gone CALL NAME`, `never CALL NAME`.
    fn edit(&mut self, line: &str) {
        let words: Vec<&str> = line.splitn(5, ' ').collect();
        let (verb, call, name) = (words[0], words[1], words[2]);
        let wanted = |fact: &Fact| {
            let id = fact.params["id"].as_str().unwrap();
            fact.call.ends_with(&format!(":{call}")) && (id == name || id::name(id) == name)
        };
        let at = self.facts.iter().position(wanted).unwrap_or_else(|| panic!("no fact for: {line}"));
        let fact = &mut self.facts[at];
        match verb {
            "never" => drop(self.facts.remove(at)),
            "refuse" => (fact.status, fact.body) = (FactStatus::Denied, None),
            "gone" => (fact.status, fact.body) = (FactStatus::NotFound, None),
            "move" => drop(fact.params.insert("id".into(), words[3].into())),
            "set" => {
                let value = serde_json::from_str(words[4]).unwrap_or_else(|_| panic!("no JSON: {line}"));
                put(fact.body.as_mut().unwrap(), words[3], value);
            }
            _ => panic!("no such edit: {line}"),
        }
    }

    fn ask<T>(&self, origin: &str, sub: &str, with: impl FnOnce(&Ask<'_>) -> T) -> T {
        let facts = Facts::new(self.facts.clone());
        let reading = Reading::new(&facts);
        let origin = PLACES.iter().find(|(word, _)| *word == origin).map_or(origin, |(_, id)| id);
        let request = Request { provider: "azure".into(), origin: long(origin), ..Request::default() };
        let account = ("account".to_owned(), Value::from(long("$A")));
        let params = BTreeMap::from([account, ("sub-resource".to_owned(), Value::from(sub))]);
        with(&Ask { request: &request, reading: &reading, with: &params, action: "" })
    }

    fn judge(&self, case: &Case) -> (Judgement, Vec<String>) {
        self.ask(&case.origin, &case.sub, |ask| {
            let judgement = (gates().find(|gate| gate.name == case.gate).unwrap().judge)(ask);
            let rights = ask.reading.missing().into_iter().filter_map(|why| calls::permission(&why.call));
            let missing = judgement.missing.iter().cloned().chain(rights.map(str::to_owned)).collect();
            (judgement, missing)
        })
    }

    /// What every gate says, the way, and which facts were read for it.
    fn judge_all(&self, case: &Case) -> (Vec<Judgement>, Known<Way>, Vec<usize>) {
        self.ask(&case.origin, &case.sub, |ask| {
            let judgements = gates().map(|gate| (gate.judge)(ask)).collect();
            (judgements, way(ask, &long("$A"), &case.sub), ask.reading.used())
        })
    }

    fn way(&self, origin: &str, sub: &str) -> Known<Way> {
        self.ask(origin, sub, |ask| way(ask, &long("$A"), sub))
    }
}

fn gates() -> impl Iterator<Item = &'static Gate> {
    Azure.gates().iter().filter(|gate| gate.layer == crate::model::Layer::Network)
}

fn put(body: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match body.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}")) {
        Value::Array(list) if key == "-" => list.push(value),
        Value::Array(list) => list[key.parse::<usize>().unwrap()] = value,
        Value::Object(map) => drop(map.insert(key.to_owned(), value)),
        _ => panic!("nothing to set at {pointer}"),
    }
}

/// What a judgement says, in the words of a case.
fn said(judgement: &Judgement, missing: &[String]) -> String {
    match judgement.verdict {
        Verdict::Open => "open".into(),
        Verdict::NotApplicable => "na".into(),
        Verdict::Closed => format!("closed {} {}", judgement.reason, judgement.blame.clone().unwrap_or_default()),
        Verdict::Unknown => format!("unknown {}", missing.join("; ")),
    }
}

#[test]
fn every_change_has_its_verdict() {
    let (mut wrong, cases) = (Vec::new(), cases());
    assert!(cases.len() > 120 && gates().all(|gate| cases.iter().any(|case| case.gate == gate.name)));
    for case in cases {
        let (judgement, missing) = World::new(&case.edits).judge(&case);
        let said = said(&judgement, &missing);
        let fits = match case.expected.strip_prefix("unknown ") {
            Some(part) => judgement.verdict == Verdict::Unknown && said.contains(part),
            None => said == long(&case.expected),
        };
        if !fits {
            let (gate, name, expected) = (&case.gate, &case.name, &case.expected);
            wrong.push(format!("{gate}: {name}: expected {expected}, got {said}: {}", judgement.summary));
        }
        if judgement.verdict == Verdict::Closed {
            let gate = gates().find(|gate| gate.name == case.gate).unwrap();
            assert!(gate.reasons.iter().any(|(reason, _)| *reason == judgement.reason), "{judgement:?}");
            let mut commands = judgement.fixes.iter().flat_map(|fix| &fix.commands).peekable();
            assert!(commands.peek().is_some() && commands.all(|command| command.text.starts_with("az ")), "{case:?}");
            assert!(judgement.effect.is_some(), "{case:?}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One fact refused, or never asked, in every case's world, for every gate.
#[test]
fn a_fact_taken_away_never_turns_a_verdict_over() {
    let mut wrong = Vec::new();
    let mut worlds = cases();
    worlds.sort_by_key(|case| (case.edits.clone(), case.origin.clone(), case.sub.clone()));
    worlds.dedup_by_key(|case| (case.edits.clone(), case.origin.clone(), case.sub.clone()));
    for case in worlds {
        let whole = World::new(&case.edits);
        let (before, way, used) = whole.judge_all(&case);
        for at in used {
            let mut less = World { facts: whole.facts.clone() };
            (less.facts[at].status, less.facts[at].body) = (FactStatus::Denied, None);
            let refused = less.judge_all(&case);
            let gone = less.facts.remove(at);
            let never = less.judge_all(&case);
            for (how, (after, less, _)) in [("refused", refused), ("never asked", never)] {
                let without = format!("{}: {}: with {} {} {how}", case.gate, case.name, gone.call, gone.params["id"]);
                for ((gate, before), after) in gates().zip(&before).zip(after) {
                    if after.verdict != before.verdict && after.verdict != Verdict::Unknown {
                        let (was, is) = ((before.verdict, &before.reason), (after.verdict, &after.reason));
                        wrong.push(format!("{without} {} was {was:?}, is {is:?}", gate.name));
                    }
                }
                if !weaker(&less, &way) {
                    wrong.push(format!("{without} the way was {way:?}, is {less:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
}

/// True when a way tells nothing else than another, only less.
fn weaker(less: &Known<Way>, whole: &Known<Way>) -> bool {
    fn part<T: PartialEq>(less: Option<T>, whole: Option<T>) -> bool {
        less.is_none() || less == whole
    }
    let (Known::Yes(less), Known::Yes(whole)) = (less, whole) else { return matches!(less, Known::Unknown(_)) };
    let address = matches!(less.source_ip, Known::Unknown(_)) || less.source_ip == whole.source_ip;
    let endpoint = part(less.private_endpoint.as_ref(), whole.private_endpoint.as_ref())
        && part(less.connection.as_ref(), whole.connection.as_ref());
    less.arrival == whole.arrival && address && endpoint && part(less.region.as_ref(), whole.region.as_ref())
}

const BLOB_PE: &str = r#"set ListPrivateEndpointConnections frauddata /value [{"name":"x","properties":{"privateEndpoint":{"id":"$N/privateEndpoints/blob-pe"},"privateLinkServiceConnectionState":{"status":"Approved"}}}]"#;
const RECORD: &str = r#"set ListAddressRecords privatelink.blob.core.windows.net /value [{"name":"frauddata","properties":{"aRecords":[{"ipv4Address":"10.20.2.5"}]}}]"#;
const CLOSED: &str = r#"set GetAccount frauddata /properties/publicNetworkAccess "Disabled""#;
const TO_FIREWALL: &str =
    r#"set GetVirtualNetwork ml-vnet /properties/subnets/0/properties/routeTable {"id":"$N/routeTables/to-fw"}"#;
const FREE: &str =
    r#"set GetWorkspace ws /properties/managedNetwork {"isolationMode":"AllowInternetOutbound","outboundRules":{}}"#;

#[test]
fn the_way_is_the_one_that_is_meant() {
    for (preset, more, origin, sub, arrival, label) in [
        ("", &[][..], "vm", "blob", Arrival::PrivateEndpoint, "private endpoint blob-pe"),
        ("", &[], "vm", "dfs", Arrival::PrivateEndpoint, "private endpoint dfs-pe"),
        ("hub", &[], "subnet", "blob", Arrival::PrivateEndpoint, "private endpoint blob-pe"),
        ("service", &[], "subnet", "blob", Arrival::ServiceEndpoint, "service endpoint of compute"),
        // Both: the private endpoint counts where the name leads to it.
        ("service", &[BLOB_PE, RECORD], "subnet", "blob", Arrival::PrivateEndpoint, "private endpoint blob-pe"),
        ("service", &[BLOB_PE], "subnet", "blob", Arrival::ServiceEndpoint, "service endpoint of compute"),
        // With public access off a service endpoint leads nowhere.
        ("service", &[BLOB_PE, CLOSED], "subnet", "blob", Arrival::PrivateEndpoint, "private endpoint blob-pe"),
        ("public", &[], "subnet", "blob", Arrival::Public, "20.31.5.9"),
        ("", &[], "ip:203.0.113.7", "blob", Arrival::Public, "203.0.113.7"),
        ("", &[], "internet", "blob", Arrival::Public, "a public address that is not known"),
        ("", &[], "$W", "blob", Arrival::AzureService, "ws, as a service of Azure"),
        ("", &[], "cluster", "blob", Arrival::PrivateEndpoint, "private endpoint of ws's managed network"),
        ("", &[FREE], "cluster", "blob", Arrival::Public, "a public address that is not known"),
    ] {
        let way = World::new(&edits(preset, more)).way(origin, sub).yes().unwrap();
        assert_eq!((way.arrival, way.label.as_str()), (arrival, label), "{preset} {origin} {sub}");
    }
    let nat = World::new(&edits("public", &[])).way("subnet", "blob").yes().unwrap();
    assert_eq!(nat.source_ip, Known::Yes("20.31.5.9".parse().unwrap()));
    assert_eq!(nat.region.as_deref(), Some("westeurope"));
    let managed = World::new(&[]).way("cluster", "blob").yes().unwrap();
    assert_eq!(managed.connection, Some(long("$A/privateEndpointConnections/frauddata.3")));
    let behind = World::new(&edits("public", &[TO_FIREWALL])).way("subnet", "blob").yes().unwrap();
    assert!(matches!(behind.source_ip, Known::Unknown(_)));
}

/// A private endpoint that nobody may read: in a subscription of no network in reach it does not matter; in a near one it leaves the way open.
#[test]
fn endpoints_that_cannot_be_read_are_neither_there_nor_absent() {
    for (id, known) in
        [("$X/privateEndpoints/far", true), ("$H/privateEndpoints/near", false), ("$N/privateEndpoints/near", false)]
    {
        let connection = BLOB_PE.replace("$N/privateEndpoints/blob-pe", id);
        let way = World::new(&edits("public", &[&connection])).way("subnet", "blob");
        assert_eq!(matches!(way, Known::Yes(_)), known, "{id}");
    }
}

#[test]
fn playbooks_see_place_and_way() {
    let facts = Facts::new(World::new(&[]).facts);
    let reading = Reading::new(&facts);
    let request =
        |origin: &str, resource: &str| Request { origin: long(origin), resource: long(resource), ..Request::default() };
    let endpoint = |sub: &str| {
        let id = long(&format!("$N/privateEndpoints/{sub}-pe"));
        json!({"label": format!("private endpoint {sub}-pe"), "id": id, "kind": "private-endpoint"})
    };
    let machine = PLACES[1].1;
    let vm = json!({"label": "vm", "id": long(machine), "kind": "virtual-machine"});
    for (origin, resource, expected) in [
        (machine, "https://FraudData.dfs.core.windows.net/raw/x", json!({"place": vm, "way": endpoint("dfs")})),
        (machine, "$A/blobServices/default/containers/raw", json!({"place": vm, "way": endpoint("blob")})),
        (machine, "https://other.blob.core.windows.net/x", json!({"place": vm})),
        ("unknown", "https://frauddata.blob.core.windows.net/x", json!({})),
    ] {
        assert_eq!(view(&request(origin, resource), &reading), expected, "{origin} {resource}");
    }
}
