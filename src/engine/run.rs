//! Asks everything that can be asked, as early as it can be, and judges after every burst of answers.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use super::event::{Event, PlannedQuery};
use super::judge::judge;
use super::names::Names;
use super::plan::{Plan, Planned};
use crate::facts::{Answer, Call, Fact, FactError, FactStatus, Facts, Reading, Source};
use crate::model::{Diagnosis, Request};
use crate::playbook::Loaded;
use crate::playbook::expr::Scope;
use crate::provider::Provider;

/// What a run gives.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The answer.
    pub diagnosis: Arc<Diagnosis>,
    /// What was read, numbered in the order of the plan.
    pub facts: Arc<Facts>,
    /// How many calls were made.
    pub calls: usize,
    /// The longest chain of calls that had to wait for one another.
    pub depth: usize,
    /// Wall time in milliseconds.
    pub took_ms: u64,
}

/// Runs a playbook to its end, beside evidence that no call gives. Once `cancel` is cancelled no further call is made, those under way are given up, and what is
/// known is judged.
pub async fn run(
    loaded: &Loaded,
    provider: &dyn Provider,
    request: Request,
    evidence: Vec<Fact>,
    source: &dyn Source,
    events: Option<&UnboundedSender<Event>>,
    cancel: &CancellationToken,
) -> Outcome {
    let began = Instant::now();
    let mut run = Run {
        loaded,
        provider,
        asked: request.clone(),
        request,
        events,
        facts: Facts::new(evidence),
        order: HashMap::new(),
        names: Names::default(),
    };
    run.tell(|| Event::Planned { queries: planned_queries(loaded) });
    let mut plan = Plan::new(loaded);
    let mut waiting: std::collections::VecDeque<Planned> = run.next(&mut plan).into();
    let mut flying = FuturesUnordered::new();
    let mut calls = 0;
    // Before anything is answered the gates are there already, and wait.
    run.judged(&plan);
    loop {
        while flying.len() < source.concurrency() && !cancel.is_cancelled() {
            let Some(planned) = waiting.pop_front() else { break };
            calls += 1;
            run.asking(&planned);
            flying.push(async move {
                let answer = source.ask(&planned.call, planned.credentials).await;
                (planned, answer)
            });
        }
        let landed = tokio::select! {
            biased;
            () = cancel.cancelled() => None,
            landed = flying.next() => landed,
        };
        let Some((planned, answer)) = landed else { break };
        run.landed(&mut plan, &mut waiting, &planned, answer);
        // Take in whatever else has come meanwhile, so that judging is done once a burst.
        while let Some(Some((planned, answer))) = futures::FutureExt::now_or_never(flying.next()) {
            run.landed(&mut plan, &mut waiting, &planned, answer);
        }
        waiting.extend(run.next(&mut plan));
        run.judged(&plan);
    }
    drop(flying);
    run.give_up(waiting);
    run.finish(&plan, calls, began)
}

struct Run<'r> {
    loaded: &'r Loaded,
    provider: &'r dyn Provider,
    /// As the user asked.
    asked: Request,
    /// With what was found out.
    request: Request,
    events: Option<&'r UnboundedSender<Event>>,
    facts: Facts,
    order: HashMap<String, (usize, usize)>,
    names: Names,
}

impl Run<'_> {
    fn tell(&self, event: impl FnOnce() -> Event) {
        if let Some(events) = self.events {
            // Nobody listening any more is no reason to stop.
            let _ = events.send(event());
        }
    }

    fn complete(&mut self) {
        let mut request = self.asked.clone();
        self.provider.complete(&mut request, &Reading::new(&self.facts));
        self.request = request;
    }

    fn next(&mut self, plan: &mut Plan<'_>) -> Vec<Planned> {
        let mut planned = Vec::new();
        loop {
            let before = plan.answers().len();
            planned.extend(plan.start(self.names.update(self.loaded, &self.request, plan.answers())));
            // A query that is not needed has an answer at once, which others may wait for.
            if plan.answers().len() == before {
                return planned;
            }
        }
    }

    fn asking(&mut self, planned: &Planned) {
        self.order.insert(planned.call.key(), (planned.query, planned.item));
        self.facts.expect(&planned.call);
        self.tell(|| Event::Asked {
            query: self.loaded.queries[planned.query].name.clone(),
            call: planned.call.clone(),
            command: self.provider.command(&planned.call),
        });
    }

    fn landed(
        &mut self,
        plan: &mut Plan<'_>,
        waiting: &mut std::collections::VecDeque<Planned>,
        planned: &Planned,
        answer: Answer,
    ) {
        let fact = fact(&planned.call, answer);
        let (status, body) = (fact.status, fact.body.clone());
        self.tell(|| Event::Answered {
            query: self.loaded.queries[planned.query].name.clone(),
            fact: Arc::new(fact.clone()),
        });
        self.facts.add(fact);
        self.complete();
        let nothing = Scope::new();
        let scope = match plan.climbs(&planned.call) {
            true => self.names.update(self.loaded, &self.request, plan.answers()),
            false => &nothing,
        };
        waiting.extend(plan.answered(&planned.call, status, body, scope));
    }

    fn judged(&mut self, plan: &Plan<'_>) {
        if self.events.is_none() {
            return;
        }
        // Numbered for now, so that a reader finds the facts behind a gate before the end.
        self.facts.renumber(|fact| place(&self.order, fact));
        let diagnosis = self.judge(plan, false);
        self.tell(|| Event::Judged { diagnosis: Arc::new(diagnosis), facts: Arc::new(self.facts.clone()) });
    }

    fn judge(&mut self, plan: &Plan<'_>, finished: bool) -> Diagnosis {
        let names = self.names.update(self.loaded, &self.request, plan.answers());
        judge(self.loaded, self.provider, &self.request, &self.facts, names, finished)
    }

    /// Calls that were never made are facts too: a cancelled run says what it did not ask.
    fn give_up(&mut self, waiting: impl IntoIterator<Item = Planned>) {
        for planned in waiting {
            self.order.insert(planned.call.key(), (planned.query, planned.item));
            self.facts
                .add(fact(&planned.call, skipped("Cancelled", "the run was cancelled before this call was made")));
        }
        for call in self.facts.pending() {
            self.facts.add(fact(&call, skipped("Cancelled", "the run was cancelled before this call was answered")));
        }
    }

    fn finish(mut self, plan: &Plan<'_>, calls: usize, began: Instant) -> Outcome {
        let order = std::mem::take(&mut self.order);
        self.facts.renumber(|fact| place(&order, fact));
        let diagnosis = self.judge(plan, true);
        let outcome = Outcome {
            diagnosis: Arc::new(diagnosis),
            facts: Arc::new(std::mem::take(&mut self.facts)),
            calls,
            depth: plan.depth(),
            took_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        self.tell(|| Event::Finished {
            diagnosis: Arc::clone(&outcome.diagnosis),
            facts: Arc::clone(&outcome.facts),
            calls,
            depth: outcome.depth,
            took_ms: outcome.took_ms,
        });
        outcome
    }
}

/// Where a fact stands in the plan.
fn place(order: &HashMap<String, (usize, usize)>, fact: &Fact) -> (usize, usize) {
    let key = Call { name: fact.call.clone(), params: fact.params.clone() }.key();
    order.get(&key).copied().unwrap_or((usize::MAX, 0))
}

fn planned_queries(loaded: &Loaded) -> Vec<PlannedQuery> {
    let planned = |query: &crate::playbook::LoadedQuery| PlannedQuery {
        name: query.name.clone(),
        call: query.spec.call.clone(),
        why: query.spec.why.clone(),
    };
    loaded.queries.iter().map(planned).collect()
}

/// The answer of a call that was not made.
pub(super) fn skipped(code: &str, message: &str) -> Answer {
    Answer {
        status: FactStatus::Skipped,
        body: None,
        error: Some(FactError { code: code.into(), message: message.into() }),
        at: String::new(),
        took_ms: 0,
    }
}

fn fact(call: &Call, answer: Answer) -> Fact {
    Fact {
        id: String::new(),
        call: call.name.clone(),
        params: call.params.clone(),
        status: answer.status,
        at: answer.at,
        took_ms: answer.took_ms,
        body: answer.body,
        error: answer.error,
    }
}
