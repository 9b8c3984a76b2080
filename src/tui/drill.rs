//! A level that is being played: the session, what was said in it, and the question that is open.

mod talk;
mod verdict;

use std::cell::Cell;

use tui_input::Input;

pub use talk::{Said, Talk, Voice};
pub use verdict::{Choosing, Part};

use crate::model::Layer;
use crate::train::session::Stage;
use crate::train::world::Probe;
use crate::train::{Debrief, Event, Expect, Mode, Move, Session};

/// What the trainee is asked for in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Why he leaves the order of the layers; this read follows.
    Reason(String),
    /// The interviewer's "why there?".
    Why,
    /// The right answer in his own words.
    Explain,
}

impl Question {
    /// What is asked.
    pub fn asks(&self) -> &'static str {
        match self {
            Question::Reason(_) => "You leave the order of the layers. Why there first? (a reason keeps the points)",
            Question::Why => "Your reason",
            Question::Explain => "The right answer in your own words, to the person who wrote the ticket",
        }
    }
}

/// An open question and what was typed so far.
#[derive(Debug)]
pub struct Words {
    /// What is asked.
    pub question: Question,
    /// What was typed.
    pub input: Input,
}

/// The model path, walked step by step after the verdict.
#[derive(Debug)]
pub struct Replay {
    session: Session,
    /// What was said.
    pub talk: Talk,
    /// Steps made.
    pub at: usize,
    /// Steps there are.
    pub of: usize,
}

/// What came of a key.
#[derive(Debug, Default)]
pub struct Told {
    /// A word to the user until the next key.
    pub toast: Option<String>,
    /// The verdict was given.
    pub debrief: Option<Debrief>,
}

impl Told {
    fn toast(text: impl Into<String>) -> Self {
        Told { toast: Some(text.into()), debrief: None }
    }
}

/// A level that is being played.
#[derive(Debug)]
pub struct Drill {
    /// The session.
    pub session: Session,
    /// What was said.
    pub talk: Talk,
    /// The selected read.
    pub at: usize,
    /// The layer of what is expected, as far as it was said.
    pub layer: Option<Layer>,
    /// What is expected.
    pub expect: Option<Expect>,
    /// The question that is open.
    pub words: Option<Words>,
    /// The verdict that is being made.
    pub choosing: Option<Choosing>,
    /// The form is shown.
    pub judging: bool,
    /// The model path.
    pub replay: Option<Replay>,
    /// How far the debrief is scrolled.
    pub scroll: usize,
    /// How far it can be, as drawn last.
    pub most: Cell<usize>,
    /// The user was told that a look without a hypothesis costs points; or what the last hint costs; or that parts of the verdict are empty.
    warned: Option<&'static str>,
    late: bool,
}

impl Drill {
    /// A session that has just begun.
    pub fn new(session: Session, opening: Vec<Event>) -> Self {
        let mut talk = Talk::default();
        talk.ticket(session.scenario());
        let mut drill = Drill {
            session,
            talk,
            at: 0,
            layer: None,
            expect: None,
            words: None,
            choosing: None,
            judging: false,
            replay: None,
            scroll: 0,
            most: Cell::new(0),
            warned: None,
            late: false,
        };
        drill.hear(opening);
        drill.talk.top();
        drill.select_unread(None);
        drill
    }

    /// Whether the verdict is still to be given.
    pub fn is_open(&self) -> bool {
        self.session.debrief().is_none()
    }

    /// The reads in the order shown: layer by layer.
    pub fn reads(&self) -> Vec<&Probe> {
        let probes = &self.session.scenario().probes;
        Layer::ALL.into_iter().flat_map(|layer| probes.iter().filter(move |probe| probe.layer == layer)).collect()
    }

    /// Whether a read was made, or its answers came along with another one.
    pub fn was_read(&self, probe: &Probe) -> bool {
        self.session.knows(probe) || self.session.taken().iter().any(|step| step.probe == probe.name)
    }

    /// The selected read.
    pub fn read(&self) -> Option<&Probe> {
        self.reads().get(self.at).copied()
    }

    /// Selects a read.
    pub fn select(&mut self, at: usize) {
        self.at = at.min(self.session.scenario().probes.len().saturating_sub(1));
        self.warned = None;
    }

    /// Goes to the next read that was not made, of a layer or of any.
    fn select_unread(&mut self, layer: Option<Layer>) {
        let reads = self.reads();
        let fits = |at: &usize| {
            reads.get(*at).is_some_and(|probe| layer.is_none_or(|layer| probe.layer == layer) && !self.was_read(probe))
        };
        let found = (self.at..reads.len()).find(fits).or_else(|| (0..self.at).find(fits));
        if let Some(at) = found {
            self.at = at;
        }
    }

    /// Says of which layer something is expected, and goes there.
    pub fn expect_in(&mut self, layer: Layer) {
        self.layer = Some(layer);
        if self.read().is_none_or(|probe| probe.layer != layer || self.was_read(probe)) {
            self.at = 0;
            self.select_unread(Some(layer));
        }
        self.warned = None;
    }

    /// Says what is expected, of the selected read's layer where none was said; once more takes it back.
    pub fn expect(&mut self, expect: Expect) {
        self.warned = None;
        if self.expect == Some(expect) {
            (self.expect, self.layer) = (None, None);
            return;
        }
        self.expect = Some(expect);
        if self.layer.is_none() {
            self.layer = self.read().map(|probe| probe.layer);
        }
    }

    /// Makes the selected read, as far as nothing is to be asked before.
    pub fn look(&mut self, at_ms: u64) -> Told {
        let Some(probe) = self.read().cloned() else { return Told::default() };
        if self.was_read(&probe) {
            self.talk.turn_to(&probe.name);
            return Told::toast(
                "This was read already, or came along with another read: here it is. It costs nothing.",
            );
        }
        if self.expect.is_none() && !self.warned_of("hypothesis") {
            return Told::toast(
                "Say first what you expect: {identity} {network} {storage} a layer, {expect-open} nothing stops it, {expect-closed} something does. {open} again looks without.",
            );
        }
        let seen = self.session.taken().iter().map(|step| step.layer).collect();
        let jumps = crate::train::score::jumps(probe.layer, &seen);
        if self.expect.is_some() && jumps && self.session.mode() != Mode::Interview {
            self.ask(Question::Reason(probe.name));
            return Told::default();
        }
        self.make_read(at_ms, &probe.name, None)
    }

    fn make_read(&mut self, at_ms: u64, name: &str, why: Option<String>) -> Told {
        let from = self.talk.said.len();
        if let Some(expect) = self.expect.take() {
            let layer = self.layer.take().or_else(|| self.session.scenario().probe(name).map(|probe| probe.layer));
            if let Some(layer) = layer {
                self.make(at_ms, Move::Hypothesis { layer, expect, why });
            }
        }
        self.layer = None;
        self.warned = None;
        let mut told = self.make(at_ms, Move::Probe { name: name.to_owned() });
        if told.toast.is_none() {
            self.talk.first = from;
            let layer = self.session.taken().last().map(|step| step.layer);
            self.select_unread(layer);
            let fresh = self.session.taken().last().filter(|_| self.session.mode() != Mode::Interview);
            told.toast = fresh.map(|step| step.feedback.short(step.hypothesis.as_ref()));
            if self.session.stage() == Stage::Why {
                self.ask(Question::Why);
            }
        }
        told
    }

    /// True when this warning was given just before; else it is now.
    fn warned_of(&mut self, what: &'static str) -> bool {
        if self.warned.take() == Some(what) {
            return true;
        }
        self.warned = Some(what);
        false
    }

    /// Opens a question.
    pub fn ask(&mut self, question: Question) {
        let typed = match (&question, self.session.debrief()) {
            (Question::Explain, Some(debrief)) => debrief.explanation.clone(),
            _ => String::new(),
        };
        self.words = Some(Words { question, input: Input::new(typed) });
    }

    /// The question is answered.
    pub fn answer(&mut self, at_ms: u64) -> Told {
        let Some(Words { question, input }) = self.words.take() else { return Told::default() };
        let text = input.value().trim().to_owned();
        match question {
            Question::Reason(name) => self.make_read(at_ms, &name, Some(text).filter(|text| !text.is_empty())),
            Question::Why => {
                // The answer is what one goes on reading; the interviewer's word comes beside it.
                let first = self.talk.first;
                let mut told = self.make(at_ms, Move::Why { text });
                self.talk.first = first;
                let said = self.talk.said.last().map(|said| said.text.clone());
                told.toast = told.toast.or(said);
                told
            }
            Question::Explain if text.is_empty() => Told::default(),
            Question::Explain => {
                self.make(at_ms, Move::Explain { text });
                Told::toast("Noted, and part of the debrief: {copy} copies it, {export} writes it.")
            }
        }
    }

    /// Asks for the next hint; the last one, which tells the cause, only when it is asked for twice.
    pub fn hint(&mut self, at_ms: u64) -> Told {
        let confirm = self.warned_of("hint");
        let told = self.make(at_ms, Move::Hint { confirm });
        if told.toast.is_none() || confirm {
            self.warned = None;
        }
        told
    }

    /// Shows the form of the verdict; what was chosen before is still chosen.
    pub fn judge(&mut self) {
        self.choosing.get_or_insert_default();
        self.judging = true;
        self.warned = None;
    }

    /// Gives the verdict, or says what is missing in it.
    pub fn decide(&mut self, at_ms: u64) -> Told {
        let Some(choosing) = &self.choosing else { return Told::default() };
        let missing = choosing.missing();
        if !missing.is_empty() && !self.warned_of("verdict") {
            return Told::toast(format!(
                "There is no {} yet. {{open}} again gives the verdict without.",
                missing.join(" and no ")
            ));
        }
        let Some(choosing) = self.choosing.take() else { return Told::default() };
        self.judging = false;
        let told = self.make(at_ms, choosing.verdict());
        self.scroll = 0;
        told
    }

    /// Makes a move, and tells what came of it.
    fn make(&mut self, at_ms: u64, what: Move) -> Told {
        let events = self.session.apply(at_ms, what);
        self.hear(events)
    }

    fn hear(&mut self, events: Vec<Event>) -> Told {
        let mut told = Told::default();
        let from = self.talk.said.len();
        let interview = self.session.mode() == Mode::Interview;
        for event in events {
            match event {
                Event::Refused { why, .. } => told.toast = Some(format!("Not done: {why}.")),
                Event::Confirm { cost } => {
                    told.toast = Some(format!(
                        "The last hint tells the cause and costs {cost} points. {{hint}} again shows it."
                    ));
                }
                Event::Debriefed { debrief } => told.debrief = Some(*debrief),
                event => self.talk.hear(event, self.session.taken().last(), interview),
            }
        }
        if self.talk.said.len() > from {
            self.talk.first = from;
        }
        told
    }

    /// A second has passed: the interviewer says when the time is up, once.
    pub fn tick(&mut self, at_ms: u64) -> Option<String> {
        let clock = self.session.view(at_ms).clock?;
        if self.late || !self.is_open() || clock.used_ms < clock.limit_ms {
            return None;
        }
        self.late = true;
        self.talk.first = self.talk.said.len();
        self.talk.say(Voice::Other("Interviewer"), crate::train::voice::TIME_IS_UP);
        Some(format!("{} {{verdict-form}} opens the form.", crate::train::voice::TIME_IS_UP))
    }

    /// Walks the model path: begins, or makes the next step. False when there is no further one.
    pub fn replay(&mut self) -> bool {
        let scenario = self.session.scenario_arc();
        let steps = &scenario.level.model_path;
        let replay = self.replay.get_or_insert_with(|| {
            let (session, _) = Session::new(scenario.clone(), Mode::Practice);
            let mut talk = Talk::default();
            talk.ticket(&scenario);
            Replay { session, talk, at: 0, of: steps.len() }
        });
        let Some(step) = steps.get(replay.at) else { return false };
        replay.talk.first = replay.talk.said.len();
        let layer = scenario.probe(&step.probe).map_or(Layer::Identity, |probe| probe.layer);
        replay.talk.say(Voice::Heading, &format!("Step {} of {}: {} ({layer})", replay.at + 1, replay.of, step.probe));
        replay.talk.say(Voice::Other("Why"), &step.why);
        let hypothesis = Move::Hypothesis { layer, expect: step.expect, why: None };
        let mut events = replay.session.apply(0, hypothesis);
        events.extend(replay.session.apply(0, Move::Probe { name: step.probe.clone() }));
        for event in events {
            replay.talk.hear(event, replay.session.taken().last(), false);
        }
        replay.at += 1;
        true
    }
}
