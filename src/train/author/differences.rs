//! The edits that make one snapshot of another.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::facts::{Call, Fact, FactStatus, Facts, Snapshot};
use crate::model::Diagnosis;

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
            FactStatus::Denied => vec![edit(match fact.error.as_ref().filter(|error| !error.message.is_empty()) {
                Some(error) => json!({"ends": "denied", "says": {"code": error.code, "message": error.message}}),
                None => json!({"ends": "denied"}),
            })],
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
