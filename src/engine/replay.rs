//! A snapshot as a source of answers.

use std::future::{Future, ready};
use std::pin::Pin;

use crate::facts::{Answer, Call, Credentials, Fact, FactError, FactStatus, Facts, Source};
use crate::provider::Provider;

/// Answers from recorded facts: of exactly the same call, else of a broader one that the provider can narrow, else what
/// other answers tell.
pub struct Replay<'p> {
    facts: Facts,
    provider: &'p dyn Provider,
}

impl<'p> Replay<'p> {
    /// Answers from these facts.
    pub fn new(facts: impl IntoIterator<Item = Fact>, provider: &'p dyn Provider) -> Self {
        Replay { facts: Facts::new(facts), provider }
    }

    fn answer(&self, call: &Call) -> Answer {
        if let Some(fact) = self.facts.exactly(call) {
            return recorded(fact);
        }
        for (_, fact) in self.facts.of_call(&call.name) {
            let broader = Call { name: fact.call.clone(), params: fact.params.clone() };
            if let Some(body) = fact.body.as_ref().and_then(|body| self.provider.narrow(call, &broader, body)) {
                return Answer { body: Some(body), ..recorded(fact) };
            }
        }
        if let Some(body) = self.provider.derived(call, &self.facts) {
            return Answer { status: FactStatus::Ok, body: Some(body), error: None, at: String::new(), took_ms: 0 };
        }
        let message = "the snapshot holds no answer to this call".to_owned();
        Answer {
            status: FactStatus::Skipped,
            body: None,
            error: Some(FactError { code: "NotRecorded".into(), message }),
            at: String::new(),
            took_ms: 0,
        }
    }
}

fn recorded(fact: &Fact) -> Answer {
    Answer {
        status: fact.status,
        body: fact.body.clone(),
        error: fact.error.clone(),
        at: fact.at.clone(),
        took_ms: fact.took_ms,
    }
}

impl Source for Replay<'_> {
    fn ask<'a>(&'a self, call: &'a Call, _: Credentials) -> Pin<Box<dyn Future<Output = Answer> + Send + 'a>> {
        Box::pin(ready(self.answer(call)))
    }

    fn concurrency(&self) -> usize {
        usize::MAX
    }
}
