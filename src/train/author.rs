//! A level to start from, made of a saved incident: the broken snapshot beside a healthy one gives the faults, the diagnosis gives the answer, and what
//! only a person can write is marked.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Value, json};

use super::check::{TODO, closed};
use super::world::World;
use crate::facts::{Call, Fact, FactStatus, Facts, Snapshot};
use crate::model::{Diagnosis, GateReport};
use crate::playbook::Loaded;

/// Writes the level. `base` is how the level names the healthy world; without a healthy snapshot the broken one is the base, and the author repairs it in `changes`.
pub fn skeleton(
    id: &str,
    base: &str,
    loaded: &Arc<Loaded>,
    broken: &Snapshot,
    healthy: Option<&Snapshot>,
) -> Option<String> {
    let world = World::new(Arc::clone(loaded), broken)?;
    let diagnosis = world.whole().diagnosis;
    let mut out = String::new();
    head(&mut out, id, base, broken, &diagnosis);
    match healthy {
        Some(healthy) => {
            out.push_str("faults:\n  - name: incident\n");
            let _ = writeln!(out, "    does: {}\n    edits:", quoted(&first(&diagnosis)));
            for edit in differences(healthy, broken, &diagnosis) {
                let _ = writeln!(out, "      - {edit}");
            }
        }
        None => {
            out.push_str("# The base is broken as it was saved. Repair it here, by edits like those of `faults`:\nchanges: []\nfaults:\n  - name: incident\n");
            let _ = writeln!(out, "    does: {}\n    edits: []", quoted(&first(&diagnosis)));
        }
    }
    choices(&mut out, &diagnosis);
    let path = probes(&world, &diagnosis);
    texts(&mut out, &diagnosis, &path);
    Some(out)
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn first(diagnosis: &Diagnosis) -> String {
    diagnosis.closed().next().map(|gate| gate.summary.clone()).unwrap_or_default()
}

fn head(out: &mut String, id: &str, base: &str, broken: &Snapshot, diagnosis: &Diagnosis) {
    let layers: BTreeSet<&str> = diagnosis.closed().map(|gate| gate.layer.as_str()).collect();
    let request = &broken.request;
    let _ = writeln!(
        out,
        "# A level made of a saved incident. Write what begins with {TODO}, then: gatewalk train check THIS-FILE\n\
         format_version: 1\nid: {id}\ntitle: {TODO} one line that does not tell the cause\ndifficulty: medium\ntags: [{}]\nbase: {base}\n\
         # The ticket, in the words of {} who wanted {} on {}.\n\
         brief: {TODO} what they did, what they saw, since when",
        layers.into_iter().collect::<Vec<_>>().join(", "),
        request.principal,
        request.action,
        request.resource,
    );
}

fn choices(out: &mut String, diagnosis: &Diagnosis) {
    out.push_str("answer:\n");
    for (step, gate, reason) in closed(diagnosis) {
        let _ = writeln!(out, "  - {{step: {step}, gate: {gate}, reason: {reason}}}");
    }
    out.push_str("causes:\n");
    let mut steps = BTreeSet::new();
    for gate in diagnosis.closed().filter(|gate| steps.insert(&gate.step)) {
        let _ = writeln!(
            out,
            "  - {{id: right-{}, right: true, steps: [{}], text: {}}}",
            gate.step,
            gate.step,
            quoted(&gate.summary)
        );
    }
    for gate in others(diagnosis).into_iter().take(3) {
        let text = format!("{TODO} a cause that would show at: {}", gate.question);
        let why = format!("It is not the cause: {}", gate.summary);
        let _ = writeln!(
            out,
            "  - {{id: not-{}, steps: [{}], text: {}, wrong: {}}}",
            gate.step,
            gate.step,
            quoted(&text),
            quoted(&why)
        );
    }
    out.push_str("fixes:\n");
    for gate in diagnosis.closed() {
        for (id, fix) in diagnosis.fixes_of(&gate.id).take(1) {
            let _ = writeln!(out, "  - {{id: {id}, right: true, text: {}}}", quoted(&fix.title));
        }
    }
    let _ = writeln!(
        out,
        "  - {{id: wide, wide: true, text: {}, wrong: {}}}\n  - {{id: elsewhere, text: {}, wrong: {}}}",
        quoted(&format!("{TODO} a change that opens far too much")),
        quoted(&format!("{TODO} what it opens besides")),
        quoted(&format!("{TODO} a change that repairs nothing")),
        quoted(&format!("{TODO} why it repairs nothing")),
    );
}

/// Open gates that another diagnostician might suspect: one of each layer, those with most evidence first.
fn others(diagnosis: &Diagnosis) -> Vec<&GateReport> {
    let mut open: Vec<&GateReport> = diagnosis
        .gates
        .iter()
        .filter(|gate| gate.status == crate::model::Verdict::Open && gate.facts.len() > 1)
        .collect();
    open.sort_by_key(|gate| std::cmp::Reverse(gate.facts.len()));
    let mut layers = BTreeSet::new();
    open.retain(|gate| layers.insert(gate.layer));
    open.sort_by_key(|gate| gate.layer);
    open
}

/// Reads that settle the closed gates and those others, few and in the order of the layers: name, whether it shows what stops the request, why it is made.
fn probes(world: &World, diagnosis: &Diagnosis) -> Vec<(String, bool, String)> {
    let closed: BTreeSet<&str> = diagnosis.closed().map(|gate| gate.step.as_str()).collect();
    let wanted: BTreeSet<&str> =
        closed.iter().copied().chain(others(diagnosis).into_iter().map(|gate| gate.step.as_str())).collect();
    let all = world.probes();
    let keys = |names: &[&super::world::Probe]| -> BTreeSet<String> {
        let brought = names
            .iter()
            .flat_map(|probe| &probe.brings)
            .filter_map(|name| all.iter().find(|probe| probe.name == *name));
        names.iter().copied().chain(brought).flat_map(|probe| probe.keys.clone()).collect()
    };
    let settles = |names: &[&super::world::Probe]| {
        let known = world.known(&keys(names)).diagnosis;
        let settled = |step: &&str| {
            known
                .gates
                .iter()
                .filter(|gate| gate.step == **step)
                .all(|gate| gate.status != crate::model::Verdict::Unknown)
        };
        wanted.iter().all(settled)
    };
    let mut path: Vec<&super::world::Probe> = all.iter().collect();
    for probe in all.iter().rev() {
        let without: Vec<_> = path.iter().copied().filter(|other| other.name != probe.name).collect();
        if settles(&without) {
            path = without;
        }
    }
    path.sort_by_key(|probe| probe.layer);
    let mut steps = Vec::new();
    let mut closed_before = 0;
    for (at, probe) in path.iter().enumerate() {
        let closed = world.known(&keys(&path[..=at])).diagnosis.closed().count();
        steps.push((probe.name.clone(), closed > closed_before, probe.why.clone()));
        closed_before = closed;
    }
    steps
}

fn texts(out: &mut String, diagnosis: &Diagnosis, path: &[(String, bool, String)]) {
    let gate = diagnosis.closed().next();
    let question = gate.map(|gate| gate.question.clone()).unwrap_or_default();
    let why = gate.map(|gate| gate.why.clone()).unwrap_or_default();
    let _ = writeln!(
        out,
        "hints:\n  where: {}\n  what: {}\n  cause: {}",
        quoted(&question),
        quoted(&format!("{TODO} what to compare with what")),
        quoted(&first(diagnosis))
    );
    out.push_str("model_path:\n");
    for (name, shows, why) in path {
        let expect = if *shows { "closed" } else { "open" };
        let _ = writeln!(out, "  - {{probe: {name}, expect: {expect}, why: {}}}", quoted(why));
    }
    let _ = writeln!(
        out,
        "lesson: {}\nprevention: {TODO} what would have caught it before anybody noticed\nmodel_answer:\n  identity: {TODO} what was checked there, and what it ruled out\n  network: {TODO} the same\n  storage: {TODO} the same\n  close: {TODO} the broken edge, the decisive line, the smallest change",
        quoted(&why)
    );
    if let Some(gate) = gate.filter(|gate| !gate.links.is_empty()) {
        let _ = writeln!(out, "links: {}", json!(gate.links));
    }
}

/// Edits that make the broken world of the healthy one, in facts that the diagnosis read for its closed gates; all of them where that is none.
pub fn differences(healthy: &Snapshot, broken: &Snapshot, diagnosis: &Diagnosis) -> Vec<Value> {
    let facts = Facts::new(healthy.facts.iter().cloned());
    let read: BTreeSet<&str> = diagnosis.closed().flat_map(|gate| gate.facts.iter().map(String::as_str)).collect();
    let of = |fact: &&Fact| read.contains(fact.id.as_str());
    let mut edits: Vec<Value> = broken.facts.iter().filter(of).flat_map(|fact| of_fact(&facts, fact)).collect();
    if edits.is_empty() {
        edits = broken.facts.iter().flat_map(|fact| of_fact(&facts, fact)).collect();
    }
    edits
}

fn of_fact(healthy: &Facts, fact: &Fact) -> Vec<Value> {
    let before = healthy.exactly(&Call { name: fact.call.clone(), params: fact.params.clone() });
    let edit = |more: Value| {
        let mut edit = json!({"call": fact.call, "with": fact.params});
        if let (Some(fields), Value::Object(more)) = (edit.as_object_mut(), more) {
            fields.extend(more);
        }
        edit
    };
    match (before, fact.status, &fact.body) {
        (Some(before), FactStatus::Ok, Some(body)) => match &before.body {
            Some(was) => {
                let mut found = Vec::new();
                diff("", was, body, &mut found);
                found.into_iter().map(edit).collect()
            }
            None => vec![edit(json!({"body": body}))],
        },
        (None, FactStatus::Ok, Some(body)) => vec![edit(json!({"body": body}))],
        (Some(before), status, _) if before.status != status => match status {
            FactStatus::Denied => vec![edit(json!({"ends": "denied"}))],
            FactStatus::NotFound => vec![edit(json!({"ends": "not-found"}))],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The smallest edits from one value to another.
fn diff(at: &str, was: &Value, is: &Value, found: &mut Vec<Value>) {
    if was == is {
        return;
    }
    match (was, is) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, value) in after {
                let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                match before.get(name) {
                    Some(was) => diff(&at, was, value, found),
                    None => found.push(json!({"at": at, "set": value})),
                }
            }
            for name in before.keys().filter(|name| !after.contains_key(*name)) {
                found.push(
                    json!({"at": format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), "remove": true}),
                );
            }
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (index, (was, is)) in before.iter().zip(after).enumerate() {
                diff(&format!("{at}/{index}"), was, is, found);
            }
        }
        (Value::String(before), Value::String(after)) => match (opened(before), opened(after)) {
            (Some(was), Some(is)) => diff(at, &was, &is, found),
            _ => found.push(json!({"at": at, "set": is})),
        },
        // What is null is not there, for every provider.
        (_, Value::Null) => found.push(json!({"at": at, "remove": true})),
        _ => found.push(json!({"at": at, "set": is})),
    }
}

fn opened(text: &str) -> Option<Value> {
    text.starts_with('{').then(|| serde_json::from_str(text).ok()).flatten()
}
