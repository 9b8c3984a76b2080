//! A person's hand on a run: pause, one query at a time, skip one, or ask one again while all other answers stay. Both are sources
//! around a source, so that the run itself knows nothing of them.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::run::skipped;
use crate::facts::{Answer, Call, Credentials, FactStatus, Facts, Source};

/// How a run is steered. The default lets it run through.
#[derive(Debug, Clone, Default)]
pub struct Steering {
    /// Whether calls wait for a person.
    pub pace: Pace,
    /// What an earlier run of the same question was answered.
    pub known: Option<Known>,
}

/// The answers of an earlier run that stand, but for one call.
#[derive(Debug, Clone)]
pub struct Known {
    /// The answers.
    pub facts: Arc<Facts>,
    /// The call that is asked again.
    pub but: Call,
}

/// Pause, step and skip. Clones steer the same run.
#[derive(Debug, Clone, Default)]
pub struct Pace(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    hand: Mutex<Hand>,
    moved: Notify,
}

#[derive(Debug, Default)]
struct Hand {
    paused: bool,
    /// What the next waiting calls may do, in order.
    granted: VecDeque<Turn>,
    /// Tickets of the calls that wait, in the order in which they came.
    waiting: VecDeque<u64>,
    tickets: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Ask,
    Skip,
}

impl Pace {
    /// A pace that waits from the start.
    #[must_use]
    pub fn stepwise() -> Self {
        let pace = Pace::default();
        pace.pause();
        pace
    }

    /// No further call is made until told.
    pub fn pause(&self) {
        self.hand().paused = true;
    }

    /// Runs through.
    pub fn go_on(&self) {
        self.hand().paused = false;
        self.0.moved.notify_waiters();
    }

    /// Lets one call through, and waits again.
    pub fn step(&self) {
        self.grant(Turn::Ask);
    }

    /// Answers one call with "skipped", and waits again.
    pub fn skip(&self) {
        self.grant(Turn::Skip);
    }

    /// Whether calls wait.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.hand().paused
    }

    fn grant(&self, turn: Turn) {
        let mut hand = self.hand();
        hand.paused = true;
        hand.granted.push_back(turn);
        drop(hand);
        self.0.moved.notify_waiters();
    }

    fn hand(&self) -> MutexGuard<'_, Hand> {
        // Nothing is left half done under this lock, so a panic elsewhere does not spoil it.
        self.0.hand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for leave to ask: calls get it in the order in which they came.
    async fn turn(&self) -> Turn {
        let ticket = {
            let mut hand = self.hand();
            hand.tickets += 1;
            let ticket = hand.tickets;
            hand.waiting.push_back(ticket);
            ticket
        };
        loop {
            let moved = self.0.moved.notified();
            tokio::pin!(moved);
            // Listening begins before looking, so that no move falls between the two.
            moved.as_mut().enable();
            if let Some(turn) = self.taken(ticket) {
                self.0.moved.notify_waiters();
                return turn;
            }
            moved.await;
        }
    }

    fn taken(&self, ticket: u64) -> Option<Turn> {
        let mut hand = self.hand();
        let turn = match hand.paused {
            false => Turn::Ask,
            true if hand.waiting.front() == Some(&ticket) => hand.granted.pop_front()?,
            true => return None,
        };
        hand.waiting.retain(|waiting| *waiting != ticket);
        Some(turn)
    }
}

/// A source under a person's hand.
pub struct Steered<'s> {
    steering: &'s Steering,
    inner: &'s dyn Source,
}

impl Steering {
    /// Steers what this source is asked.
    #[must_use]
    pub fn over<'s>(&'s self, inner: &'s dyn Source) -> Steered<'s> {
        Steered { steering: self, inner }
    }

    /// The answer that stands. What was never asked before is none.
    fn known(&self, call: &Call) -> Option<Answer> {
        let known = self.known.as_ref().filter(|known| known.but != *call)?;
        let fact = known.facts.exactly(call).filter(|fact| fact.status != FactStatus::Skipped)?;
        Some(Answer {
            status: fact.status,
            body: fact.body.clone(),
            error: fact.error.clone(),
            at: fact.at.clone(),
            took_ms: fact.took_ms,
        })
    }
}

impl Source for Steered<'_> {
    fn ask<'a>(
        &'a self,
        call: &'a Call,
        credentials: Credentials,
    ) -> Pin<Box<dyn Future<Output = Answer> + Send + 'a>> {
        Box::pin(async move {
            if let Some(answer) = self.steering.known(call) {
                return answer;
            }
            match self.steering.pace.turn().await {
                Turn::Ask => self.inner.ask(call, credentials).await,
                Turn::Skip => skipped("SkippedByUser", "you skipped this call"),
            }
        })
    }

    fn concurrency(&self) -> usize {
        self.inner.concurrency()
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use serde_json::{Map, json};

    use super::*;
    use crate::facts::Fact;

    struct Echo;

    impl Source for Echo {
        fn ask<'a>(&'a self, call: &'a Call, _: Credentials) -> Pin<Box<dyn Future<Output = Answer> + Send + 'a>> {
            let body = Some(json!(call.name));
            Box::pin(std::future::ready(Answer {
                status: FactStatus::Ok,
                body,
                error: None,
                at: String::new(),
                took_ms: 1,
            }))
        }
    }

    fn call(name: &str) -> Call {
        Call { name: name.into(), params: Map::new() }
    }

    #[test]
    fn a_paused_run_asks_one_call_at_a_time_in_order() {
        let steering = Steering { pace: Pace::stepwise(), known: None };
        let source = steering.over(&Echo);
        let (a, b, c) = (call("a"), call("b"), call("c"));
        let mut first = source.ask(&a, Credentials::Caller);
        let mut second = source.ask(&b, Credentials::Caller);
        let mut third = source.ask(&c, Credentials::Caller);
        assert!((&mut first).now_or_never().is_none() && (&mut second).now_or_never().is_none());
        assert!((&mut third).now_or_never().is_none());
        steering.pace.step();
        assert!((&mut second).now_or_never().is_none(), "the one that came first goes first");
        assert_eq!(first.now_or_never().unwrap().status, FactStatus::Ok);
        steering.pace.skip();
        assert_eq!(second.now_or_never().unwrap().status, FactStatus::Skipped);
        assert!((&mut third).now_or_never().is_none());
        steering.pace.go_on();
        assert_eq!(third.now_or_never().unwrap().status, FactStatus::Ok);
        assert!(!steering.pace.is_paused());
    }

    #[test]
    fn one_call_is_asked_again_and_the_others_stand() {
        let old = |name: &str, status| Fact {
            id: String::new(),
            call: name.into(),
            params: Map::new(),
            status,
            at: String::new(),
            took_ms: 0,
            body: Some(json!("old")),
            error: None,
        };
        let facts = Facts::new([old("a", FactStatus::Ok), old("b", FactStatus::Denied), old("c", FactStatus::Skipped)]);
        let known = Some(Known { facts: Arc::new(facts), but: call("b") });
        let steering = Steering { pace: Pace::default(), known };
        let source = steering.over(&Echo);
        let body = |name: &str| {
            let call = call(name);
            let answer = source.ask(&call, Credentials::Caller).now_or_never().unwrap();
            answer.body.unwrap()
        };
        assert_eq!(body("a"), json!("old"));
        assert_eq!(body("b"), json!("b"), "it is asked again");
        assert_eq!(body("c"), json!("c"), "what was cancelled is asked now");
        assert_eq!(body("d"), json!("d"), "what was never asked is asked now");
    }
}
