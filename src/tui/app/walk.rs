//! The keys of a walk.

use super::{App, Screen, Wanted};
use crate::facts::FactStatus;
use crate::model::Layer;
use crate::tui::action::Action;
use crate::tui::finder::Lists;
use crate::tui::message::Effect;
use crate::tui::walk::{View, Walk};

/// Lines of a page.
const PAGE: isize = 10;

impl App {
    pub(super) fn in_walk(&mut self, action: Action) -> Vec<Effect> {
        let Some(walk) = &mut self.walk else {
            self.go_back();
            return Vec::new();
        };
        match action {
            Action::Back if walk.reading.typing => {
                walk.reading.typing = false;
                walk.reading.word.reset();
            }
            Action::Open if walk.reading.typing => walk.reading.typing = false,
            // A search that was made is given up before the document is left.
            Action::Back if walk.view() == View::Evidence && !walk.reading.word.value().is_empty() => {
                walk.reading.word.reset();
            }
            Action::Back => {
                if !walk.back() {
                    self.go_back();
                    return match self.screen() {
                        Screen::Form => self.check(),
                        Screen::Levels => vec![Effect::Levels],
                        _ => Vec::new(),
                    };
                }
            }
            Action::NextView => walk.turn(true),
            Action::PreviousView => walk.turn(false),
            Action::Identity => walk.select_layer(Layer::Identity),
            Action::Network => walk.select_layer(Layer::Network),
            Action::Storage => walk.select_layer(Layer::Storage),
            Action::NextMark | Action::PreviousMark => self.mark(action == Action::NextMark),
            Action::Pause | Action::Step | Action::Skip | Action::Cancel | Action::Retry | Action::Again => {
                return self.steer(action);
            }
            Action::Copy | Action::CopyVerdict | Action::CopyName | Action::CopyCommand | Action::AskForIt => {
                return self.take_along(action);
            }
            Action::Export => return vec![Effect::Export],
            Action::Save => return vec![Effect::Save],
            Action::Compare => match walk.diagnosis.is_some() && walk.finished {
                true => self.prompt(Wanted::Compare),
                false => self.toast = Some("There is nothing to compare before the walk has ended.".into()),
            },
            Action::Find => match walk.view() {
                View::Evidence => {
                    walk.reading.word.reset();
                    walk.reading.typing = true;
                }
                View::Facts => self.find(Lists::Calls),
                View::Session | View::Verdict | View::Steps => self.find(Lists::Gates),
            },
            Action::Help | Action::Palette => self.common(action),
            _ => {
                if let Some(walk) = &mut self.walk {
                    in_view(walk, action);
                }
            }
        }
        Vec::new()
    }

    fn mark(&mut self, forward: bool) {
        let Some(walk) = &mut self.walk else { return };
        let (found, nothing) = match walk.view() {
            View::Evidence if walk.reading.word.value().is_empty() => {
                (walk.reading.jump(forward), "Nothing in this document decides; {next-document} turns to the next one.")
            }
            View::Evidence => (walk.reading.jump(forward), "The word does not stand in this document."),
            View::Facts => (next_failed(walk, forward), "Every call was answered."),
            View::Session | View::Verdict | View::Steps => {
                (walk.next_pressing(forward), "No gate is closed or unknown.")
            }
        };
        if !found {
            self.toast = Some(nothing.into());
        }
    }

    fn steer(&mut self, action: Action) -> Vec<Effect> {
        let Some(walk) = &mut self.walk else { return Vec::new() };
        if walk.drill.is_some() && action != Action::Again {
            self.toast = Some("A level asks no cloud: its reads are made in the view Session.".into());
            return Vec::new();
        }
        let mut say = |text: &str| {
            self.toast = Some(text.to_owned());
            Vec::new()
        };
        match (action, walk.finished) {
            (Action::Pause, false) => {
                walk.paused = !walk.paused;
                vec![if walk.paused { Effect::Pause } else { Effect::GoOn }]
            }
            (Action::Step, false) => {
                walk.paused = true;
                vec![Effect::Step]
            }
            (Action::Step, true) => vec![Effect::Walk(walk.what.clone(), true)],
            (Action::Skip, false) if walk.paused => vec![Effect::Skip],
            (Action::Skip, false) => say("Pause first ({pause}): then {skip} skips the query that waits."),
            (Action::Pause | Action::Skip, true) => say("The walk has ended. {step} walks again, step by step."),
            (Action::Cancel, false) => {
                walk.cancelled = true;
                self.toast = Some("Cancelled. What is known is judged; {retry} asks a query again.".into());
                vec![Effect::Cancel]
            }
            (Action::Cancel, true) => say("The walk has ended already."),
            (Action::Again, _) => vec![Effect::Walk(walk.what.clone(), false)],
            (Action::Retry, false) => say("One query can be asked again once the walk has ended; {cancel} cancels it."),
            (Action::Retry, true) => self.retry(),
            _ => Vec::new(),
        }
    }

    /// The query in focus: the selected call, the document that is read, else the first that failed behind the gate.
    fn retry(&mut self) -> Vec<Effect> {
        let Some(walk) = &self.walk else { return Vec::new() };
        let call = match walk.view() {
            View::Facts => walk.call().map(|asked| asked.call.clone()),
            View::Evidence => {
                walk.documents().get(walk.reading.at).and_then(|fact| walk.asked(fact)).map(|asked| asked.call.clone())
            }
            View::Session => None,
            View::Verdict | View::Steps => walk
                .evidence()
                .into_iter()
                .find(|fact| !matches!(fact.status, FactStatus::Ok | FactStatus::NotFound))
                .and_then(|fact| walk.asked(fact))
                .map(|asked| asked.call.clone()),
        };
        match call {
            Some(call) => {
                self.toast = Some(format!("Asking {} again.", call.name));
                vec![Effect::Retry(call)]
            }
            None => {
                self.toast =
                    Some("No query behind this gate failed. Any call can be asked again in the view Facts.".into());
                Vec::new()
            }
        }
    }

    /// Opens what is found.
    pub(super) fn open_gate(&mut self, at: usize) {
        if let Some(walk) = &mut self.walk {
            walk.select(at);
            if !matches!(walk.view(), View::Verdict | View::Steps) {
                walk.open(View::Steps);
            }
            self.show(Screen::Walk);
        }
    }
}

/// The keys that mean another thing in each view.
fn in_view(walk: &mut Walk, action: Action) {
    match walk.view() {
        View::Session => {}
        View::Verdict | View::Steps => in_gates(walk, action),
        View::Evidence => in_evidence(walk, action),
        View::Facts => in_facts(walk, action),
    }
}

fn in_gates(walk: &mut Walk, action: Action) {
    let page = PAGE.unsigned_abs();
    match action {
        Action::Down => walk.select(walk.selected + 1),
        Action::Up => walk.select(walk.selected.saturating_sub(1)),
        // A step may be longer than the screen.
        Action::PageDown if walk.view() == View::Steps => walk.scroll = walk.scroll.saturating_add(page),
        Action::PageUp if walk.view() == View::Steps => walk.scroll = walk.scroll.saturating_sub(page),
        Action::PageDown => walk.select(walk.selected + page),
        Action::PageUp => walk.select(walk.selected.saturating_sub(page)),
        Action::First => walk.select(0),
        Action::Last => walk.select(usize::MAX),
        Action::Right => walk.next_way(true),
        Action::Left => walk.next_way(false),
        Action::PanLeft | Action::PanRight | Action::PanUp | Action::PanDown => walk.pan_by(action),
        Action::Open => walk.open(if walk.view() == View::Verdict { View::Steps } else { View::Evidence }),
        _ => {}
    }
}

fn in_evidence(walk: &mut Walk, action: Action) {
    let reading = &mut walk.reading;
    match action {
        Action::Down => reading.go(1),
        Action::Up => reading.go(-1),
        Action::PageDown => reading.go(PAGE),
        Action::PageUp => reading.go(-PAGE),
        Action::First => reading.go(isize::MIN),
        Action::Last => reading.go(isize::MAX),
        Action::Right => reading.fold(false),
        Action::Left => reading.fold(true),
        Action::Open => reading.toggle(),
        Action::FoldAll => reading.fold_all(),
        Action::NextDocument => walk.turn_document(true),
        Action::PreviousDocument => walk.turn_document(false),
        _ => {}
    }
}

fn in_facts(walk: &mut Walk, action: Action) {
    let last = walk.calls.len().saturating_sub(1);
    let page = PAGE.unsigned_abs();
    match action {
        Action::Down => walk.fact = (walk.fact + 1).min(last),
        Action::Up => walk.fact = walk.fact.saturating_sub(1),
        Action::PageDown => walk.fact = (walk.fact + page).min(last),
        Action::PageUp => walk.fact = walk.fact.saturating_sub(page),
        Action::First => walk.fact = 0,
        Action::Last => walk.fact = last,
        Action::Open if walk.call().is_some() => walk.read_call(walk.fact),
        _ => {}
    }
}

/// The next or previous call that was refused or failed, going round.
fn next_failed(walk: &mut Walk, forward: bool) -> bool {
    let count = walk.calls.len();
    let failed = |at: &usize| {
        let fact = walk.calls.get(*at).and_then(|asked| asked.fact.as_ref());
        fact.is_some_and(|fact| !matches!(fact.status, FactStatus::Ok | FactStatus::NotFound))
    };
    let mut round =
        (1..=count).map(|step| if forward { (walk.fact + step) % count } else { (walk.fact + count - step) % count });
    match round.find(failed) {
        Some(at) => {
            walk.fact = at;
            true
        }
        None => false,
    }
}
