//! What expressions see: the request, its inputs, every `let`, every answer by its query's name, and the provider's view.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::model::Request;
use crate::playbook::expr::{Evaluated, Scope};
use crate::playbook::{Loaded, scope};

/// Answers by the name of their query. A query that was refused or failed has none.
pub type Answers = BTreeMap<String, Value>;

/// The scope of a run so far. A `let` whose answers are not there is not there either. An answer does not change once it is there, nor
/// does a `let` that has a value, so that each is worked out once.
#[derive(Debug, Default)]
pub struct Names {
    scope: Scope<'static>,
    request: Option<Request>,
    known: BTreeSet<String>,
}

impl Names {
    /// Takes in what has come since. Another request (its principal was found out) starts anew.
    pub fn update(&mut self, loaded: &Loaded, request: &Request, answers: &Answers) -> &Scope<'static> {
        if self.request.as_ref() != Some(request) {
            *self = Names { scope: scope(request), request: Some(request.clone()), known: BTreeSet::new() };
        }
        for (name, value) in answers.iter().filter(|(name, _)| !self.known.contains(*name)) {
            self.scope.set(name, value);
        }
        self.known.extend(answers.keys().cloned());
        for (name, expr) in &loaded.lets {
            if !self.known.contains(name)
                && let Evaluated::Yes(value) = expr.evaluate(&self.scope)
            {
                self.scope.set(name, &value);
                self.known.insert(name.clone());
            }
        }
        &self.scope
    }
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
