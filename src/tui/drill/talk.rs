//! What was said in a session, line by line: the ticket, hypotheses, answers, what they told, hints.

use std::cell::Cell;

use crate::train::moves::Seen;
use crate::train::outline::outline;
use crate::train::session::Taken;
use crate::train::{Event, Expect, Hypothesis, Scenario};
use crate::visible::one_line;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// A heading.
    Heading,
    /// The ticket, and what is said plainly.
    Plain,
    /// The trainee.
    You,
    /// Somebody else, by name.
    Other(&'static str),
    /// A query, as a person would type it.
    Query,
    /// What came back.
    Answer,
}

/// One thing said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// By whom.
    pub voice: Voice,
    /// What. Answers keep their indent.
    pub text: String,
    /// The read whose answer it begins.
    answers: Option<String>,
}

/// Everything that was said.
#[derive(Debug, Default)]
pub struct Talk {
    /// In order.
    pub said: Vec<Said>,
    /// The first one to show.
    pub first: usize,
    /// The first and the last one that were shown whole, as drawn last.
    pub shown: Cell<(usize, usize)>,
}

impl Talk {
    /// Says something.
    pub fn say(&mut self, voice: Voice, text: &str) {
        self.said.push(Said { voice, text: text.to_owned(), answers: None });
    }

    /// To the ticket.
    pub fn top(&mut self) {
        self.first = 0;
    }

    /// To the answer of a read.
    pub fn turn_to(&mut self, probe: &str) {
        if let Some(at) = self.said.iter().position(|said| said.answers.as_deref() == Some(probe)) {
            self.first = at;
        }
    }

    /// A page on or back, by what was drawn last; the ends hold.
    pub fn turn(&mut self, forward: bool) {
        let (first, last) = self.shown.get();
        self.first = match forward {
            true if last + 1 >= self.said.len() => first,
            true => last.max(first + 1),
            false => first.saturating_sub((last - first.min(last)).max(1)),
        };
    }

    /// The ticket, and the question that is walked.
    pub fn ticket(&mut self, scenario: &Scenario) {
        let (level, request) = (&scenario.level, &scenario.broken.request);
        let variant = scenario.seed.map(|seed| format!(", variant {seed}")).unwrap_or_default();
        self.say(Voice::Heading, &format!("{} ({}{variant})", one_line(&level.title), level.difficulty.as_str()));
        self.say(Voice::Other("Ticket"), &level.brief);
        for (name, value) in [
            ("Who", &request.principal),
            ("Does", &request.action),
            ("To", &request.resource),
            ("From", &request.origin),
        ] {
            self.say(Voice::Other(name), value);
        }
    }

    /// Takes an event in; `taken` is the read made last.
    pub fn hear(&mut self, event: Event, taken: Option<&Taken>, interview: bool) {
        match event {
            Event::Said { text } => self.say(Voice::Other(if interview { "Interviewer" } else { "Tutor" }), &text),
            Event::Noted { hypothesis } => self.say(Voice::You, &expected(&hypothesis)),
            Event::Answered { probe, layer, facts, feedback, .. } => {
                let hypothesis = taken.and_then(|step| step.hypothesis.as_ref());
                let heading = match facts.len() {
                    0 => format!("{probe} ({layer}): nothing new"),
                    1 => format!("{probe} ({layer}): one answer"),
                    count => format!("{probe} ({layer}): {count} answers"),
                };
                self.said.push(Said { voice: Voice::Heading, text: heading, answers: Some(probe.clone()) });
                // What was asked for first, then what came along.
                let (own, along): (Vec<&Seen>, Vec<&Seen>) = facts.iter().partition(|seen| seen.probe == probe);
                for seen in own.into_iter().chain(along) {
                    self.said.push(Said {
                        voice: Voice::Query,
                        text: seen.command.clone(),
                        answers: Some(seen.probe.clone()),
                    });
                    match &seen.body {
                        Some(body) => outline(body).iter().for_each(|line| self.say(Voice::Answer, line)),
                        None => self.say(Voice::Answer, ended(seen.status)),
                    }
                }
                for sentence in feedback.iter().flat_map(|told| told.sentences(hypothesis)) {
                    self.say(Voice::Other("So"), &sentence);
                }
            }
            Event::Hinted { tier, cost, text } => {
                self.say(Voice::Heading, &format!("Hint {tier} of 3, minus {cost} points"));
                self.say(Voice::Plain, &text);
            }
            Event::Explained | Event::Confirm { .. } | Event::Refused { .. } | Event::Debriefed { .. } => {}
        }
    }
}

/// A hypothesis in words.
fn expected(hypothesis: &Hypothesis) -> String {
    let what = expectation(hypothesis.expect);
    match &hypothesis.why {
        Some(why) => format!("In the {} layer I expect {what}. {why}", hypothesis.layer),
        None => format!("In the {} layer I expect {what}.", hypothesis.layer),
    }
}

/// What is expected, in words.
pub fn expectation(expect: Expect) -> &'static str {
    match expect {
        Expect::Open => "nothing that stops the request",
        Expect::Closed => "something that stops the request",
    }
}

/// How a call ended that gave no answer.
fn ended(status: &str) -> &'static str {
    match status {
        "denied" => "refused: the rights of your account do not reach that far",
        "not-found" => "there is no such thing",
        _ => "it gave no answer",
    }
}
