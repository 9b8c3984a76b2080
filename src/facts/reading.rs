//! Facts as a gate reads them: every look is noted, so that a judgement's evidence and its missing
//! permissions come about by construction.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::Value;

use super::{Call, Fact, FactStatus, Facts, Known, Why, WhyNot};

/// A reader of facts that remembers what it has read and what it could not.
#[derive(Debug)]
pub struct Reading<'a> {
    facts: &'a Facts,
    used: RefCell<BTreeSet<usize>>,
    missed: RefCell<Vec<Why>>,
}

impl<'a> Reading<'a> {
    /// Starts reading.
    #[must_use]
    pub fn new(facts: &'a Facts) -> Self {
        Reading { facts, used: RefCell::default(), missed: RefCell::default() }
    }

    /// Everything there is, without noting anything.
    #[must_use]
    pub fn facts(&self) -> &'a Facts {
        self.facts
    }

    /// The body of the one answer of `call` whose parameters contain all of `params`.
    ///
    /// `Absent` when the cloud said that there is none; `Unknown` when it was refused, failed or was never asked.
    pub fn answer(&self, call: &str, params: &[(&str, &str)]) -> Known<&'a Value> {
        // In a large account a call has thousands of answers: the very one is looked up, others are searched.
        let exactly = Call {
            name: call.to_owned(),
            params: params.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect(),
        };
        if let Some((at, fact)) = self.facts.position(&exactly)
            && let (FactStatus::Ok, Some(body)) = (fact.status, &fact.body)
        {
            self.used.borrow_mut().insert(at);
            return Known::Yes(body);
        }
        self.find(call, |fact| {
            params.iter().all(|(name, value)| fact.params.get(*name).and_then(Value::as_str) == Some(*value))
        })
    }

    /// The body of the first answer of `call` that `wanted` accepts (judge by its parameters, which are there
    /// whatever became of it).
    pub fn find(&self, call: &str, wanted: impl Fn(&Fact) -> bool) -> Known<&'a Value> {
        let mut why = None;
        for (at, fact) in self.facts.of_call(call).filter(|(_, fact)| wanted(fact)) {
            self.used.borrow_mut().insert(at);
            match fact.status {
                FactStatus::Ok => {
                    if let Some(body) = &fact.body {
                        return Known::Yes(body);
                    }
                }
                FactStatus::NotFound => return Known::Absent,
                _ => {}
            }
            why.get_or_insert_with(|| ended(fact));
        }
        Known::Unknown(self.missed(why.unwrap_or_else(|| self.not_asked(call))))
    }

    /// All answers of `call` that `wanted` accepts and that came with a body.
    /// `Unknown` when one of them did not answer, or when none was asked; never `Absent`.
    pub fn all(&self, call: &str, wanted: impl Fn(&Fact) -> bool) -> Known<Vec<(&'a Fact, &'a Value)>> {
        let mut bodies = Vec::new();
        let mut asked = false;
        for (at, fact) in self.facts.of_call(call).filter(|(_, fact)| wanted(fact)) {
            asked = true;
            self.used.borrow_mut().insert(at);
            match (&fact.body, fact.status) {
                (Some(body), FactStatus::Ok) => bodies.push((fact, body)),
                (_, FactStatus::NotFound) => {}
                _ => return Known::Unknown(self.missed(ended(fact))),
            }
        }
        if asked && !self.facts.is_pending(call) {
            Known::Yes(bodies)
        } else {
            Known::Unknown(self.missed(self.not_asked(call)))
        }
    }

    /// Notes that a fact outside the store is missing, and hands it back.
    pub fn missed(&self, why: Why) -> Why {
        let mut missed = self.missed.borrow_mut();
        if !missed.contains(&why) {
            missed.push(why.clone());
        }
        why
    }

    /// What was read: positions in the store, ascending.
    #[must_use]
    pub fn used(&self) -> Vec<usize> {
        self.used.borrow().iter().copied().collect()
    }

    /// What could not be read, in the order it was missed.
    #[must_use]
    pub fn missing(&self) -> Vec<Why> {
        self.missed.borrow().clone()
    }

    fn not_asked(&self, call: &str) -> Why {
        if self.facts.is_pending(call) {
            Why { call: call.into(), not: WhyNot::Pending, text: format!("{call} has not answered yet") }
        } else {
            Why { call: call.into(), not: WhyNot::NotAsked, text: format!("{call} was not asked") }
        }
    }
}

fn ended(fact: &Fact) -> Why {
    let how = match fact.status {
        FactStatus::Denied => "was refused",
        FactStatus::Skipped => "was not made",
        _ => "failed",
    };
    let detail = fact.error.as_ref().map(|error| format!(" ({})", error.code)).unwrap_or_default();
    Why { call: fact.call.clone(), not: WhyNot::Ended(fact.status), text: format!("{} {how}{detail}", fact.call) }
}
