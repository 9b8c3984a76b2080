//! The keys of a session.

use std::sync::Arc;

use tui_input::Input;

use super::App;
use crate::model::Layer;
use crate::train::{Debrief, Expect, Scenario, Session};
use crate::tui::action::{Action, Place};
use crate::tui::drill::{Drill, Part, Question, Told};
use crate::tui::message::Effect;
use crate::tui::walk::{View, Walk};
use crate::tui::{HostError, LevelRequest, StartRequest, Variant};

/// Entries or lines of a page.
const PAGE: isize = 8;

/// Where the focus is in a session.
pub fn place(walk: &Walk) -> Place {
    let Some(drill) = &walk.drill else { return Place::Facts };
    let note = drill.judging && drill.choosing.as_ref().is_some_and(|choosing| choosing.part == Part::Note);
    match drill {
        drill if drill.words.is_some() || note => Place::Words,
        drill if drill.judging => Place::Judge,
        drill if drill.replay.is_some() => Place::Replay,
        drill if drill.is_open() => Place::Session,
        _ => Place::Debrief,
    }
}

/// Whether an action would do something now; nothing where the rules of any walk hold.
pub fn is_ready(walk: &Walk, action: Action) -> Option<bool> {
    let drill = walk.drill.as_ref()?;
    match action {
        // A level asks no cloud, and has no owner to write to.
        Action::Pause | Action::Step | Action::Skip | Action::Cancel | Action::Retry | Action::Compare => Some(false),
        Action::AskForIt | Action::CopyVerdict | Action::Save => Some(!drill.is_open()),
        Action::Copy if drill.is_open() => Some(!matches!(walk.view(), View::Verdict | View::Steps)),
        Action::Export => Some(!drill.is_open()),
        // One question has one field.
        Action::NextField | Action::PreviousField => Some(drill.words.is_none()),
        Action::Find => Some(walk.view() != View::Session),
        Action::Choose | Action::ReadOn | Action::NextView | Action::PreviousView | Action::Again => Some(true),
        _ => None,
    }
}

impl App {
    /// A level is ready, or cannot be played.
    pub(super) fn begin_drill(&mut self, ready: Result<Arc<Scenario>, HostError>) {
        let Some(walk) = &mut self.walk else { return };
        let StartRequest::Level(LevelRequest { mode, variant, .. }) = &mut walk.what else { return };
        match ready {
            Ok(scenario) => {
                // Once more is the same variant.
                if let Some(seed) = scenario.seed {
                    *variant = Variant::Seed(seed);
                }
                let (session, opening) = Session::new(scenario, *mode);
                walk.begin(Drill::new(session, opening));
            }
            Err(error) => {
                walk.finished = true;
                walk.error = Some(error);
            }
        }
    }

    /// The field that takes letters in a session.
    pub(super) fn words(&mut self) -> Option<&mut Input> {
        let drill = self.walk.as_mut()?.drill.as_mut()?;
        match &mut drill.words {
            Some(words) => Some(&mut words.input),
            None => drill.choosing.as_mut().map(|choosing| &mut choosing.note),
        }
    }

    pub(super) fn tick_drill(&mut self) {
        let Some(walk) = &mut self.walk else { return };
        let at = walk.at_ms();
        if let Some(said) = walk.drill.as_mut().and_then(|drill| drill.tick(at)) {
            self.toast = Some(said);
        }
    }

    pub(super) fn in_drill(&mut self, action: Action) -> Vec<Effect> {
        let place = self.below();
        let Some(walk) = &mut self.walk else { return Vec::new() };
        let at = walk.at_ms();
        let Some(drill) = &mut walk.drill else { return Vec::new() };
        let mut effects = Vec::new();
        let told = match place {
            Place::Words => in_words(drill, action, at),
            Place::Judge => in_judge(drill, action),
            Place::Replay => in_replay(drill, action),
            Place::Session => in_session(drill, action, at),
            _ => {
                effects = in_debrief(drill, action);
                Some(Told::default())
            }
        };
        let Some(told) = told else { return self.around(action, place) };
        walk.look_again();
        if let Some(toast) = told.toast {
            self.toast = Some(toast);
        }
        if let Some(debrief) = told.debrief {
            self.toast = Some(verdict_in_words(&debrief));
            effects.push(Effect::Trained(Box::new(debrief)));
        }
        if effects.is_empty() && place == Place::Debrief {
            return self.around(action, place);
        }
        effects
    }

    /// What is not the session's own.
    fn around(&mut self, action: Action, place: Place) -> Vec<Effect> {
        let next = self.shelf.levels.as_ref().and_then(|levels| levels.next.clone());
        let Some(walk) = &mut self.walk else { return Vec::new() };
        match (action, place) {
            (Action::Open, Place::Debrief) => walk.open(View::Verdict),
            (Action::NextLevel, _) => {
                let Some(id) = next else {
                    self.toast = Some("{back} leads to the list of levels.".into());
                    return Vec::new();
                };
                let request = LevelRequest { id, mode: self.shelf.mode, variant: Variant::Written };
                return vec![Effect::Walk(StartRequest::Level(request), false)];
            }
            (Action::Help | Action::Palette, _) => self.common(action),
            (Action::Back, Place::Session | Place::Debrief) => {
                let open = walk.is_masked();
                let effects = self.in_walk(action);
                if open && self.screen() != super::Screen::Walk {
                    self.toast = Some("The session waits: {open} on its level goes on with it.".into());
                }
                return effects;
            }
            (Action::PanLeft | Action::PanRight | Action::PanUp | Action::PanDown, _) => walk.pan_by(action),
            (Action::NextView | Action::PreviousView | Action::Again, _) => return self.in_walk(action),
            _ => {}
        }
        Vec::new()
    }

    /// A result was kept, or could not be.
    pub fn kept(&mut self, done: Result<(), HostError>) {
        if let Err(error) = done {
            self.toast = Some(super::said(&error));
        }
    }

    pub(super) fn click_read(&mut self, at: usize) -> Vec<Effect> {
        let Some(drill) = self.walk.as_mut().and_then(|walk| walk.drill.as_mut()) else { return Vec::new() };
        if drill.at == at {
            return self.act(Action::Open);
        }
        drill.select(at);
        Vec::new()
    }

    pub(super) fn click_part(&mut self, part: Part) {
        if let Some(choosing) = self.walk.as_mut().and_then(|walk| walk.drill.as_mut()?.choosing.as_mut()) {
            choosing.part = part;
        }
    }

    pub(super) fn click_choice(&mut self, at: usize) -> Vec<Effect> {
        let Some(walk) = &mut self.walk else { return Vec::new() };
        let Some(drill) = &mut walk.drill else { return Vec::new() };
        let Some(choosing) = &mut drill.choosing else { return Vec::new() };
        let list = Part::ALL.iter().position(|part| *part == choosing.part).unwrap_or(0);
        if choosing.at.get(list) == Some(&at) {
            return self.act(Action::Choose);
        }
        choosing.select(&drill.session, at);
        walk.look_again();
        Vec::new()
    }
}

fn verdict_in_words(debrief: &Debrief) -> String {
    let score = &debrief.score;
    match score.passed {
        true => format!("{} of 100: mastered. It comes again later, to stay with you.", score.total),
        false => format!("{} of 100: not mastered yet. It comes again tomorrow.", score.total),
    }
}

/// Nothing: the action is not the session's own.
fn in_session(drill: &mut Drill, action: Action, at: u64) -> Option<Told> {
    let here = isize::try_from(drill.at).unwrap_or(0);
    let go = |to: isize| usize::try_from(to.max(0)).unwrap_or(0);
    match action {
        Action::Down => drill.select(go(here + 1)),
        Action::Up => drill.select(go(here - 1)),
        Action::First => drill.select(0),
        Action::Last => drill.select(usize::MAX),
        Action::ReadOn | Action::PageDown => drill.talk.turn(true),
        Action::ReadBack | Action::PageUp => drill.talk.turn(false),
        Action::Identity => drill.expect_in(Layer::Identity),
        Action::Network => drill.expect_in(Layer::Network),
        Action::Storage => drill.expect_in(Layer::Storage),
        Action::ExpectOpen => drill.expect(Expect::Open),
        Action::ExpectClosed => drill.expect(Expect::Closed),
        Action::Open => return Some(drill.look(at)),
        Action::Hint => return Some(drill.hint(at)),
        Action::Ticket => drill.talk.top(),
        Action::Judge => drill.judge(),
        _ => return None,
    }
    Some(Told::default())
}

fn in_words(drill: &mut Drill, action: Action, at: u64) -> Option<Told> {
    match action {
        Action::Open if drill.words.is_some() => return Some(drill.answer(at)),
        Action::Back if drill.words.is_some() => drill.words = None,
        Action::Open => return Some(drill.decide(at)),
        Action::Back => drill.judging = false,
        Action::NextField | Action::PreviousField => {
            if let Some(choosing) = &mut drill.choosing {
                choosing.turn(action == Action::NextField);
            }
        }
        _ => return None,
    }
    Some(Told::default())
}

fn in_judge(drill: &mut Drill, action: Action) -> Option<Told> {
    let choosing = drill.choosing.as_mut()?;
    let session = &drill.session;
    match action {
        Action::Down | Action::Right => choosing.go(session, 1),
        Action::Up | Action::Left => choosing.go(session, -1),
        Action::PageDown => choosing.go(session, PAGE),
        Action::PageUp => choosing.go(session, -PAGE),
        Action::First => choosing.go(session, isize::MIN),
        Action::Last => choosing.go(session, isize::MAX),
        Action::Choose => choosing.toggle(session),
        Action::Open => choosing.take(session),
        Action::NextField => choosing.turn(true),
        Action::PreviousField => choosing.turn(false),
        Action::Back => drill.judging = false,
        _ => return None,
    }
    Some(Told::default())
}

fn in_replay(drill: &mut Drill, action: Action) -> Option<Told> {
    let replay = drill.replay.as_mut()?;
    match action {
        Action::Open => {
            if !drill.replay() {
                let toast = Some("That was the model path. {back} leads back to the debrief.".into());
                return Some(Told { toast, debrief: None });
            }
        }
        Action::ReadOn | Action::PageDown | Action::Down => replay.talk.turn(true),
        Action::ReadBack | Action::PageUp | Action::Up => replay.talk.turn(false),
        Action::Back => drill.replay = None,
        _ => return None,
    }
    Some(Told::default())
}

fn in_debrief(drill: &mut Drill, action: Action) -> Vec<Effect> {
    let Some(debrief) = drill.session.debrief().cloned() else { return Vec::new() };
    drill.scroll = drill.scroll.min(drill.most.get());
    match action {
        Action::Down => drill.scroll = drill.scroll.saturating_add(1),
        Action::Up => drill.scroll = drill.scroll.saturating_sub(1),
        Action::ReadOn | Action::PageDown => drill.scroll = drill.scroll.saturating_add(12),
        Action::ReadBack | Action::PageUp => drill.scroll = drill.scroll.saturating_sub(12),
        Action::First => drill.scroll = 0,
        Action::Last => drill.scroll = usize::MAX,
        Action::Replay => _ = drill.replay(),
        Action::Explain => drill.ask(Question::Explain),
        Action::Copy => return vec![Effect::Copy("the debrief, as Markdown,", debrief.markdown())],
        Action::Export => return vec![Effect::WriteDebrief(Box::new(debrief))],
        _ => {}
    }
    Vec::new()
}
