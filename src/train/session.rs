//! The state machine of a session. It makes no call, reads no clock and draws nothing: moves come in with their time, events and a view go out.

mod chart;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde::Serialize;

use super::debrief::Debrief;
use super::feedback::{Feedback, feedback};
use super::moves::{Event, Expect, Hypothesis, Mode, Move, Seen};
use super::scenario::{EdgeChoice, Scenario};
use super::schema::{Cause, FixChoice};
use super::score::{self, HINT_COSTS, Verdict};
use super::voice;
use super::world::Probe;
use crate::engine::Outcome;
use crate::facts::{Call, Fact};
use crate::model::{Diagnosis, Layer, PathReport, Status};

pub use chart::Read;

/// Probes beyond the model path that an interview allows.
pub const SPARE: u32 = 3;
/// The longest text that is kept of what a trainee writes.
const LONGEST: usize = 4000;

/// One probe that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Its name.
    pub probe: String,
    /// Its layer.
    pub layer: Layer,
    /// What it cost.
    pub cost: u32,
    /// Whether the tutor made it.
    pub by_tutor: bool,
    /// What was said before.
    pub hypothesis: Option<Hypothesis>,
    /// Why there.
    pub why: Option<String>,
    /// Whether it left the order of the layers.
    pub jump: bool,
    /// What it told.
    pub feedback: Feedback,
    /// When it was made, in milliseconds from the start.
    pub at_ms: u64,
}

/// What the session waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Hypotheses, probes, hints, the verdict.
    Working,
    /// The interviewer's question is open; any move but `why` passes it over.
    Why,
    /// The verdict was given; an explanation may follow.
    Explaining,
    /// All is said.
    Done,
}

/// A session.
#[derive(Debug)]
pub struct Session {
    scenario: Arc<Scenario>,
    mode: Mode,
    stage: Stage,
    known: BTreeSet<String>,
    outcome: Outcome,
    taken: Vec<Taken>,
    seen: Vec<Seen>,
    hypothesis: Option<Hypothesis>,
    hints: usize,
    verdict: Option<Verdict>,
    explanation: String,
    debrief: Option<Debrief>,
    now_ms: u64,
}

/// The clock of an interview.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Clock {
    /// Milliseconds since the start.
    pub used_ms: u64,
    /// Milliseconds there are.
    pub limit_ms: u64,
}

/// Probe points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Budget {
    /// Spent.
    pub spent: u32,
    /// There are.
    pub total: u32,
    /// Whether probes end when it is spent.
    pub binding: bool,
}

/// Everything there is to draw.
#[derive(Debug, Clone, Serialize)]
pub struct View<'s> {
    /// The level's title.
    pub title: &'s str,
    /// The ticket.
    pub brief: &'s str,
    /// The mode.
    pub mode: Mode,
    /// What is waited for.
    pub stage: Stage,
    /// Interviews only.
    pub clock: Option<Clock>,
    /// Probe points.
    pub budget: Budget,
    /// Reads that can be made, in the playbook's order.
    pub probes: &'s [Probe],
    /// Those that were made.
    pub taken: &'s [Taken],
    /// Answers so far.
    pub seen: &'s [Seen],
    /// Said and not yet used.
    pub hypothesis: Option<&'s Hypothesis>,
    /// Hints so far: tier and text.
    pub hints: Vec<(u8, &'s str)>,
    /// The path as far as it is known, nowhere broken before the verdict; nothing in an interview until then.
    pub path: Option<PathReport>,
    /// Edges to choose from.
    pub edges: &'s [EdgeChoice],
    /// Causes to choose from: id and text.
    pub causes: Vec<(&'s str, &'s str)>,
    /// Fixes to choose from: id and text.
    pub fixes: Vec<(&'s str, &'s str)>,
    /// How many edges, causes and fixes a verdict names at most.
    pub answers: usize,
    /// Whether exactly so many things are broken; in a drill it may be fewer.
    pub is_exact: bool,
    /// After the verdict.
    pub debrief: Option<&'s Debrief>,
}

impl Session {
    /// Begins. The events are the first words, and in the guided mode the tutor's first step.
    pub fn new(scenario: Arc<Scenario>, mode: Mode) -> (Self, Vec<Event>) {
        let outcome = scenario.broken.known(&BTreeSet::new());
        let mut session = Session {
            scenario,
            mode,
            stage: Stage::Working,
            known: BTreeSet::new(),
            outcome,
            taken: Vec::new(),
            seen: Vec::new(),
            hypothesis: None,
            hints: 0,
            verdict: None,
            explanation: String::new(),
            debrief: None,
            now_ms: 0,
        };
        let events = session.opening();
        (session, events)
    }

    fn opening(&mut self) -> Vec<Event> {
        match self.mode {
            Mode::Practice => Vec::new(),
            Mode::Interview => {
                let text = voice::interview_opens(self.scenario.level.minutes, self.budget().total);
                vec![Event::Said { text }]
            }
            Mode::Guided => {
                let scenario = Arc::clone(&self.scenario);
                let Some(first) = scenario.level.model_path.first() else { return Vec::new() };
                let Some(probe) = scenario.probe(&first.probe) else { return Vec::new() };
                let mut events = vec![Event::Said { text: voice::worked(&scenario, first) }];
                self.hypothesis =
                    Some(Hypothesis { layer: probe.layer, expect: first.expect, why: Some(first.why.clone()) });
                events.push(self.make(probe, true));
                events.extend(voice::fading(&scenario, &self.taken).map(|text| Event::Said { text }));
                events
            }
        }
    }

    /// The level.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The level, to be shared.
    pub fn scenario_arc(&self) -> Arc<Scenario> {
        Arc::clone(&self.scenario)
    }

    /// The probes that were made.
    pub fn taken(&self) -> &[Taken] {
        &self.taken
    }

    /// Whether everything that a probe tells is known, because it was made or came along with another one.
    pub fn knows(&self, probe: &Probe) -> bool {
        probe.keys.iter().all(|key| self.known.contains(key))
    }

    /// The answers known so far.
    pub fn facts(&self) -> Arc<crate::facts::Facts> {
        Arc::clone(&self.outcome.facts)
    }

    /// The mode.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// What is waited for.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// The debrief, once there is a verdict.
    pub fn debrief(&self) -> Option<&Debrief> {
        self.debrief.as_ref()
    }

    /// Makes a move. `at_ms` is the time since the start; it never runs backwards.
    pub fn apply(&mut self, at_ms: u64, what: Move) -> Vec<Event> {
        self.now_ms = self.now_ms.max(at_ms);
        if self.verdict.is_some() && !matches!(what, Move::Explain { .. }) {
            return vec![refused("the verdict is given; the session is over")];
        }
        if self.stage == Stage::Why && !matches!(what, Move::Why { .. }) {
            self.stage = Stage::Working;
        }
        match what {
            Move::Hypothesis { layer, expect, why } => self.state(layer, expect, why),
            Move::Probe { name } => self.probe(&name),
            Move::Why { text } => self.why(&text),
            Move::Hint { confirm } => self.hint(confirm),
            Move::Verdict { edges, causes, fixes, note } => self.decide(&edges, &causes, &fixes, &note),
            Move::Explain { text } => self.explain(&text),
        }
    }

    fn state(&mut self, layer: Layer, expect: Expect, why: Option<String>) -> Vec<Event> {
        let hypothesis = Hypothesis { layer, expect, why: why.map(|text| short(&text)) };
        self.hypothesis = Some(hypothesis.clone());
        vec![Event::Noted { hypothesis }]
    }

    fn probe(&mut self, name: &str) -> Vec<Event> {
        let scenario = Arc::clone(&self.scenario);
        let Some(probe) = scenario.probe(name) else {
            let like = crate::playbook::closest(name, scenario.probes.iter().map(|probe| probe.name.as_str()));
            let like = like.map(|like| format!("; did you mean `{like}`?")).unwrap_or_default();
            return vec![unknown(format!("there is no read `{name}` here{like}"))];
        };
        if self.taken.iter().any(|step| step.probe == name) {
            return vec![refused(format!("`{name}` was read already; its answer has not changed"))];
        }
        if self.mode == Mode::Interview {
            if self.is_late() {
                return vec![refused(voice::TIME_IS_UP)];
            }
            let budget = self.budget();
            if budget.spent + probe.cost > budget.total {
                let left = budget.total - budget.spent;
                return vec![refused(format!("`{name}` costs {} and {left} of the budget is left", probe.cost))];
            }
        }
        let first = self.taken.is_empty();
        let mut events = vec![self.make(probe, false)];
        match self.mode {
            Mode::Practice => {}
            Mode::Guided => {
                events.extend(voice::fading(&scenario, &self.taken).map(|text| Event::Said { text }));
            }
            Mode::Interview => {
                let last = self.taken.last();
                let asks = last.is_some_and(|step| (step.jump || first) && step.why.is_none());
                let text = match asks {
                    true => voice::why_there(probe.layer, first),
                    false => voice::noted(self.budget().total.saturating_sub(self.budget().spent)),
                };
                if asks {
                    self.stage = Stage::Why;
                }
                events.push(Event::Said { text });
            }
        }
        events
    }

    /// Makes a probe and takes its answers in.
    fn make(&mut self, probe: &Probe, by_tutor: bool) -> Event {
        let before = Arc::clone(&self.outcome.diagnosis);
        let fresh: Vec<String> =
            self.scenario.keys_of(probe).filter(|key| !self.known.contains(*key)).cloned().collect();
        self.known.extend(fresh.iter().cloned());
        self.outcome = self.scenario.broken.known(&self.known);
        let facts = self.shown(&fresh);
        self.seen.extend(facts.iter().cloned());
        let hypothesis = self.hypothesis.take();
        let told = feedback(&self.scenario, probe.layer, hypothesis.as_ref(), &before, &self.outcome.diagnosis);
        let layers: BTreeSet<Layer> = self.taken.iter().map(|step| step.layer).collect();
        self.taken.push(Taken {
            probe: probe.name.clone(),
            layer: probe.layer,
            cost: probe.cost,
            by_tutor,
            why: hypothesis.as_ref().and_then(|said| said.why.clone()).filter(|text| !text.trim().is_empty()),
            hypothesis,
            jump: score::jumps(probe.layer, &layers),
            feedback: told.clone(),
            at_ms: self.now_ms,
        });
        Event::Answered {
            probe: probe.name.clone(),
            by_tutor,
            layer: probe.layer,
            cost: probe.cost,
            facts,
            feedback: (self.mode != Mode::Interview).then_some(told),
        }
    }

    /// The answers of calls, in the playbook's order, each with the query that made it.
    fn shown(&self, keys: &[String]) -> Vec<Seen> {
        let by: HashMap<&str, (&str, &str)> = self
            .scenario
            .probes
            .iter()
            .flat_map(|probe| {
                let names = probe.keys.iter().zip(&probe.commands);
                names.map(|(key, command)| (key.as_str(), (probe.name.as_str(), command.as_str())))
            })
            .collect();
        let key = |fact: &Fact| Call { name: fact.call.clone(), params: fact.params.clone() }.key();
        let wanted: BTreeSet<&str> = keys.iter().map(String::as_str).collect();
        let mut seen = Vec::new();
        for fact in self.outcome.facts.all() {
            let key = key(fact);
            if let (true, Some((probe, command))) = (wanted.contains(key.as_str()), by.get(key.as_str())) {
                seen.push(Seen {
                    probe: (*probe).to_owned(),
                    command: (*command).to_owned(),
                    status: fact.status.as_str(),
                    body: fact.body.clone().or_else(|| refusal(fact)),
                });
            }
        }
        seen
    }

    fn why(&mut self, text: &str) -> Vec<Event> {
        let waits = std::mem::replace(&mut self.stage, Stage::Working) == Stage::Why;
        match self.taken.last_mut() {
            Some(step) if waits => {
                step.why = Some(short(text)).filter(|text| !text.trim().is_empty());
                let left = self.budget().total.saturating_sub(self.budget().spent);
                vec![Event::Said { text: voice::noted(left) }]
            }
            _ => vec![refused("nobody asked why")],
        }
    }

    fn hint(&mut self, confirm: bool) -> Vec<Event> {
        let tier = u8::try_from(self.hints + 1).unwrap_or(u8::MAX);
        let Some(text) = self.scenario.level.hint(tier) else {
            return vec![refused("there are no more hints")];
        };
        let cost = HINT_COSTS.get(self.hints).copied().unwrap_or_default();
        if tier == 3 && !confirm {
            return vec![Event::Confirm { cost }];
        }
        let text = text.to_owned();
        self.hints += 1;
        vec![Event::Hinted { tier, cost, text }]
    }

    fn decide(&mut self, edges: &[String], causes: &[String], fixes: &[String], note: &str) -> Vec<Event> {
        let scenario = Arc::clone(&self.scenario);
        let ids = [
            (edges, "edge", scenario.edges.iter().map(|edge| edge.id.as_str()).collect::<Vec<_>>()),
            (causes, "cause", scenario.causes.iter().map(|cause| cause.id.as_str()).collect()),
            (fixes, "fix", scenario.fixes.iter().map(|fix| fix.id.as_str()).collect()),
        ];
        for (chosen, what, known) in &ids {
            if let Some(wrong) = chosen.iter().find(|id| !known.contains(&id.as_str())) {
                return vec![unknown(format!("there is no {what} `{wrong}`; there is {}", known.join(", ")))];
            }
        }
        let set = |chosen: &[String]| chosen.iter().cloned().collect::<BTreeSet<_>>();
        let verdict = Verdict { edges: set(edges), causes: set(causes), fixes: set(fixes), note: short(note) };
        let score = score::score(&scenario, &self.taken, self.hints, &verdict);
        let debrief = Debrief::new(&scenario, self.mode, &self.taken, self.hints, &verdict, score, self.now_ms);
        self.verdict = Some(verdict);
        self.debrief = Some(debrief.clone());
        self.stage = Stage::Explaining;
        vec![Event::Debriefed { debrief: Box::new(debrief) }, Event::Said { text: voice::EXPLAIN.into() }]
    }

    fn explain(&mut self, text: &str) -> Vec<Event> {
        let Some(debrief) = &mut self.debrief else {
            return vec![refused("the explanation comes after the verdict")];
        };
        self.explanation = short(text);
        debrief.explanation.clone_from(&self.explanation);
        self.stage = Stage::Done;
        vec![Event::Explained]
    }

    fn is_late(&self) -> bool {
        self.now_ms >= self.limit_ms()
    }

    fn limit_ms(&self) -> u64 {
        u64::from(self.scenario.level.minutes) * 60_000
    }

    /// Probe points spent and there.
    pub fn budget(&self) -> Budget {
        Budget {
            spent: self.taken.iter().map(|step| step.cost).sum(),
            total: self.scenario.budget_cost() + SPARE,
            binding: self.mode == Mode::Interview,
        }
    }

    /// What is known so far, as the engine judges it. It tells the answer: for the debrief, not for a screen before the verdict.
    pub fn known(&self) -> &Outcome {
        &self.outcome
    }

    /// Everything there is to draw, at a time since the start.
    pub fn view(&self, at_ms: u64) -> View<'_> {
        let level = &self.scenario.level;
        let interview = self.mode == Mode::Interview;
        let hints = (1_u8..=3).take(self.hints).filter_map(|tier| Some((tier, level.hint(tier)?)));
        View {
            title: &level.title,
            brief: &level.brief,
            mode: self.mode,
            stage: self.stage,
            clock: interview.then(|| Clock { used_ms: at_ms.max(self.now_ms), limit_ms: self.limit_ms() }),
            budget: self.budget(),
            probes: &self.scenario.probes,
            taken: &self.taken,
            seen: &self.seen,
            hypothesis: self.hypothesis.as_ref(),
            hints: hints.collect(),
            path: match (&self.verdict, interview) {
                (Some(_), _) => Some(self.scenario.truth.path.clone()),
                (None, true) => None,
                (None, false) => Some(unbroken(&self.outcome.diagnosis)),
            },
            edges: &self.scenario.edges,
            causes: self.scenario.causes.iter().map(|Cause { id, text, .. }| (id.as_str(), text.as_str())).collect(),
            fixes: self.scenario.fixes.iter().map(|FixChoice { id, text, .. }| (id.as_str(), text.as_str())).collect(),
            answers: self.scenario.answers,
            is_exact: self.scenario.drawn.is_none(),
            debrief: self.debrief.as_ref(),
        }
    }
}

/// The path so far, where what is broken looks like what is not known: the verdict is the trainee's.
fn unbroken(diagnosis: &Diagnosis) -> PathReport {
    let mut path = diagnosis.path.clone();
    for edge in &mut path.edges {
        if edge.status == Status::Broken {
            edge.status = Status::Unknown;
        }
    }
    path
}

/// What was said instead of an answer.
fn refusal(fact: &Fact) -> Option<serde_json::Value> {
    let error = fact.error.as_ref().filter(|error| !error.message.is_empty())?;
    Some(serde_json::json!({"error": {"code": error.code, "message": error.message}}))
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

fn refused(why: impl Into<String>) -> Event {
    Event::Refused { why: why.into(), unknown: false }
}

fn unknown(why: impl Into<String>) -> Event {
    Event::Refused { why: why.into(), unknown: true }
}
