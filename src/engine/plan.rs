//! Which calls can start now, and what has come of the others. No I/O: the runner asks and tells.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::{Value, json};

use super::names::{Answers, queries_behind};
use crate::facts::{Call, Credentials, FactStatus};
use crate::playbook::expr::{Evaluated, Scope};
use crate::playbook::schema::As;
use crate::playbook::{Loaded, LoadedQuery};

/// One call that a query makes.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The query's position in the playbook.
    pub query: usize,
    /// Its position among the query's calls.
    pub item: usize,
    /// The call.
    pub call: Call,
    /// Whose credentials make it.
    pub credentials: Credentials,
}

/// What has come of a call: how it ended, and its body.
#[derive(Debug, Clone)]
struct Ended {
    status: FactStatus,
    body: Option<Value>,
}

#[derive(Debug, Default)]
struct State {
    started: bool,
    done: bool,
    depth: usize,
    calls: Vec<Call>,
}

/// The plan of one run.
#[derive(Debug)]
pub struct Plan<'l> {
    loaded: &'l Loaded,
    states: Vec<State>,
    behind: Vec<Vec<usize>>,
    ended: HashMap<String, Option<Ended>>,
    answers: Answers,
}

impl<'l> Plan<'l> {
    /// A plan in which nothing has been asked.
    pub fn new(loaded: &'l Loaded) -> Self {
        let behind =
            loaded.queries.iter().map(|query| queries_behind(loaded, query.names()).into_iter().collect()).collect();
        let states = loaded.queries.iter().map(|_| State::default()).collect();
        Plan { loaded, states, behind, ended: HashMap::new(), answers: Answers::new() }
    }

    /// Answers so far, by name.
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// The longest chain of calls that had to wait for one another.
    pub fn depth(&self) -> usize {
        self.states.iter().map(|state| state.depth).max().unwrap_or(0)
    }

    /// The calls that can be made now. Equal calls are made once.
    pub fn start(&mut self, scope: &Scope<'_>) -> Vec<Planned> {
        let mut planned = Vec::new();
        for at in 0..self.states.len() {
            if !self.states[at].started {
                self.start_query(at, scope, &mut planned);
            }
        }
        planned
    }

    fn start_query(&mut self, at: usize, scope: &Scope<'_>, planned: &mut Vec<Planned>) {
        let query = &self.loaded.queries[at];
        match query.when.as_ref().map_or(Evaluated::Yes(true), |when| when.test(scope)) {
            Evaluated::Yes(true) => {}
            Evaluated::Yes(false) => {
                self.states[at].started = true;
                self.states[at].done = true;
                let nothing = if query.each.is_some() { json!([]) } else { json!({}) };
                self.answers.insert(query.name.clone(), nothing);
                return;
            }
            Evaluated::Missing(_) | Evaluated::Failed(_) => return,
        }
        let Some(calls) = calls(query, scope) else { return };
        let waited = self.behind[at].iter().map(|behind| self.states[*behind].depth).max().unwrap_or(0);
        self.states[at].started = true;
        self.states[at].depth = waited + usize::from(!calls.is_empty());
        self.add(at, calls, planned);
        self.finish(at);
    }

    fn add(&mut self, at: usize, calls: Vec<Call>, planned: &mut Vec<Planned>) -> bool {
        let query = &self.loaded.queries[at];
        let credentials = match query.spec.credentials {
            As::Caller => Credentials::Caller,
            As::Organization => Credentials::Organization,
        };
        let mut added = false;
        for call in calls {
            if self.states[at].calls.contains(&call) {
                continue;
            }
            added = true;
            if let Entry::Vacant(vacant) = self.ended.entry(call.key()) {
                vacant.insert(None);
                let item = self.states[at].calls.len();
                planned.push(Planned { query: at, item, call: call.clone(), credentials });
            }
            self.states[at].calls.push(call);
        }
        added
    }

    /// True when an answer of this call may lead to further items of its query.
    pub fn climbs(&self, call: &Call) -> bool {
        let by = |(at, query): (usize, &LoadedQuery)| query.more.is_some() && self.states[at].calls.contains(call);
        self.loaded.queries.iter().enumerate().any(by)
    }

    /// Notes an answer; further calls that it leads to come back. `scope` is looked at only where [`Plan::climbs`].
    pub fn answered(
        &mut self,
        call: &Call,
        status: FactStatus,
        body: Option<Value>,
        scope: &Scope<'_>,
    ) -> Vec<Planned> {
        self.ended.insert(call.key(), Some(Ended { status, body: body.clone() }));
        let mut planned = Vec::new();
        for at in 0..self.states.len() {
            if self.states[at].done || !self.states[at].calls.contains(call) {
                continue;
            }
            if let Some(body) = &body {
                self.climb(at, body, scope, &mut planned);
            }
            self.finish(at);
        }
        planned
    }

    /// Further items of a query that climbs.
    fn climb(&mut self, at: usize, body: &Value, scope: &Scope<'_>, planned: &mut Vec<Planned>) {
        let query = &self.loaded.queries[at];
        let Some(more) = &query.more else { return };
        let mut inner = scope.inner();
        inner.set("answer", body);
        let Evaluated::Yes(Value::Array(items)) = more.evaluate(&inner) else { return };
        let calls = items.iter().filter_map(|item| call_for(query, Some(item), scope)).collect();
        if self.add(at, calls, planned) {
            self.states[at].depth += 1;
        }
    }

    /// Gives the query's name its value once every call of it has ended.
    fn finish(&mut self, at: usize) {
        let query = &self.loaded.queries[at];
        let ended: Option<Vec<(&Call, &Ended)>> = self.states[at]
            .calls
            .iter()
            .map(|call| self.ended.get(&call.key()).and_then(Option::as_ref).map(|ended| (call, ended)))
            .collect();
        let Some(ended) = ended else { return };
        let value = match (&query.each, &ended[..]) {
            (None, [(_, one)]) => match one.status {
                FactStatus::Ok => one.body.clone(),
                FactStatus::NotFound => Some(json!({})),
                _ => None,
            },
            (None, _) => None,
            (Some(_), all) => {
                Some(Value::Array(all.iter().filter_map(|(call, ended)| with_asked(call, ended)).collect()))
            }
        };
        if let Some(value) = value {
            self.answers.insert(query.name.clone(), value);
        }
        self.states[at].done = true;
    }
}

/// The calls of a query; `None` while they cannot be told.
fn calls(query: &LoadedQuery, scope: &Scope<'_>) -> Option<Vec<Call>> {
    let Some(each) = &query.each else { return Some(vec![call_for(query, None, scope)?]) };
    let Value::Array(items) = each.evaluate(scope).yes()? else { return None };
    items.iter().map(|item| call_for(query, Some(item), scope)).collect()
}

fn call_for(query: &LoadedQuery, item: Option<&Value>, scope: &Scope<'_>) -> Option<Call> {
    let mut inner = scope.inner();
    if let Some(item) = item {
        inner.set("each", item);
    }
    match query.with.evaluate(&inner) {
        Evaluated::Yes(Value::Object(params)) => Some(Call { name: query.spec.call.clone(), params }),
        _ => None,
    }
}

fn with_asked(call: &Call, ended: &Ended) -> Option<Value> {
    let mut body = ended.body.clone().filter(|_| ended.status == FactStatus::Ok)?;
    if let Some(fields) = body.as_object_mut() {
        fields.insert("asked".into(), Value::Object(call.params.clone()));
    }
    Some(body)
}
