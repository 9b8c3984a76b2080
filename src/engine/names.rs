//! What expressions see: the request, its inputs, every `let`, every answer by its query's name, and the provider's view.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::model::Request;
use crate::playbook::expr::{Evaluated, Scope};
use crate::playbook::{Loaded, scope};

/// Answers by the name of their query. A query that was refused or failed has none.
pub type Answers = BTreeMap<String, Value>;

/// The scope of a run so far. A `let` whose answers are not there is not there either.
pub fn names(loaded: &Loaded, request: &Request, answers: &Answers) -> Scope<'static> {
    let mut scope = scope(request);
    for (name, value) in answers {
        scope.set(name, value);
    }
    for (name, expr) in &loaded.lets {
        if let Evaluated::Yes(value) = expr.evaluate(&scope) {
            scope.set(name, &value);
        }
    }
    scope
}

/// The queries behind a set of names, through lets.
pub fn queries_behind<'l>(loaded: &'l Loaded, names: impl IntoIterator<Item = &'l str>) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut waiting: Vec<&str> = names.into_iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        if !seen.insert(name) {
            continue;
        }
        if let Some(at) = loaded.queries.iter().position(|query| query.name == name) {
            found.insert(at);
        } else if let Some(expr) = loaded.named(name) {
            waiting.extend(expr.names().iter().map(String::as_str));
        } else if name == "request" {
            // The principal is found out by the provider, from whatever answers it needs; those come first anyway.
        }
    }
    found
}
