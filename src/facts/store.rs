//! All facts of one diagnosis.

use std::collections::HashMap;

use super::fact::key;
use super::{Call, Fact};

/// The facts of one diagnosis in the order of the plan, with the calls that have been asked and not answered.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    facts: Vec<Fact>,
    by_key: HashMap<String, usize>,
    by_call: HashMap<String, Vec<usize>>,
    pending: HashMap<String, Call>,
}

impl Facts {
    /// A store of these facts.
    pub fn new(facts: impl IntoIterator<Item = Fact>) -> Self {
        let mut store = Facts::default();
        for fact in facts {
            store.add(fact);
        }
        store
    }

    /// Notes that a call was asked; views answer `Pending` for it until [`Facts::add`].
    pub fn expect(&mut self, call: &Call) {
        self.pending.insert(call.key(), call.clone());
    }

    /// Adds an answer. A second answer of an equal call replaces the first.
    pub fn add(&mut self, fact: Fact) {
        let key = key(&fact.call, &fact.params);
        self.pending.remove(&key);
        if let Some(&at) = self.by_key.get(&key) {
            self.facts[at] = fact;
            return;
        }
        let at = self.facts.len();
        self.by_key.insert(key, at);
        self.by_call.entry(fact.call.clone()).or_default().push(at);
        self.facts.push(fact);
    }

    /// All of them, in order.
    #[must_use]
    pub fn all(&self) -> &[Fact] {
        &self.facts
    }

    /// The fact with this id.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.id == id)
    }

    /// The answer of exactly this call.
    #[must_use]
    pub fn exactly(&self, call: &Call) -> Option<&Fact> {
        self.by_key.get(&call.key()).map(|&at| &self.facts[at])
    }

    /// The answer of exactly this call, with its position.
    #[must_use]
    pub fn position(&self, call: &Call) -> Option<(usize, &Fact)> {
        self.by_key.get(&call.key()).map(|&at| (at, &self.facts[at]))
    }

    /// The answers of a call by name, with their positions.
    pub fn of_call<'a>(&'a self, name: &str) -> impl Iterator<Item = (usize, &'a Fact)> {
        self.by_call.get(name).into_iter().flatten().map(|&at| (at, &self.facts[at]))
    }

    /// The calls that have not answered yet.
    #[must_use]
    pub fn pending(&self) -> Vec<Call> {
        self.pending.values().cloned().collect()
    }

    /// True when some call of this name has not answered yet.
    #[must_use]
    pub fn is_pending(&self, name: &str) -> bool {
        self.pending.values().any(|pending| pending.name == name)
    }

    /// Puts the facts into another order (of the plan) and numbers them `f1`, `f2`, ….
    pub fn renumber(&mut self, order: impl Fn(&Fact) -> (usize, usize)) {
        self.facts.sort_by_key(|fact| order(fact));
        let facts = std::mem::take(&mut self.facts);
        self.by_key.clear();
        self.by_call.clear();
        for (at, mut fact) in facts.into_iter().enumerate() {
            fact.id = format!("f{}", at + 1);
            self.add(fact);
        }
    }
}
