//! Lists over a screen: help, palette, finding; and what can be done now.

use super::{App, Offer, Screen};
use crate::model::Verdict;
use crate::tui::action::{self, Action, Place};
use crate::tui::finder::{Finder, Found, Lists, Run};
use crate::tui::message::Effect;
use crate::tui::walk::View;
use crate::visible::one_line;

impl App {
    /// Whether an action would do something now. The footer shows these only; the help shows all.
    pub fn is_ready(&self, action: Action) -> bool {
        let Some(walk) = self.walk.as_ref().filter(|_| self.screen() == Screen::Walk) else {
            return !matches!(action, Action::Find) || matches!(self.screen(), Screen::Start | Screen::Levels);
        };
        if let Some(ready) = super::drill::is_ready(walk, action) {
            return ready;
        }
        let judged = walk.diagnosis.is_some() && walk.error.is_none();
        let pressing = || walk.gates().iter().any(|gate| matches!(gate.status, Verdict::Closed | Verdict::Unknown));
        match action {
            Action::Pause | Action::Cancel => !walk.finished,
            Action::Skip => !walk.finished && walk.paused,
            Action::Step => walk.paused || (walk.finished && walk.view() == View::Steps),
            Action::Retry => walk.finished && self.can_retry(),
            Action::AskForIt => {
                walk.finished
                    && walk.gate().is_some_and(|gate| matches!(gate.status, Verdict::Closed | Verdict::Unknown))
            }
            Action::NextMark | Action::PreviousMark => match walk.view() {
                View::Evidence => !walk.reading.targets().is_empty(),
                _ => judged && pressing(),
            },
            Action::NextDocument | Action::PreviousDocument => walk.documents().len() > 1,
            Action::Open => match walk.view() {
                View::Verdict | View::Steps => judged,
                View::Session => true,
                View::Evidence => !walk.reading.document.rows.is_empty(),
                View::Facts => walk.call().is_some_and(|asked| asked.fact.is_some()),
            },
            Action::Copy | Action::CopyVerdict | Action::CopyName | Action::Export | Action::Save => judged,
            Action::Compare => judged && walk.finished,
            Action::Find | Action::NextView | Action::PreviousView => walk.error.is_none(),
            _ => true,
        }
    }

    fn can_retry(&self) -> bool {
        use crate::facts::FactStatus;
        let Some(walk) = &self.walk else { return false };
        let failed = |status: FactStatus| !matches!(status, FactStatus::Ok | FactStatus::NotFound);
        match walk.view() {
            View::Facts => walk.call().is_some(),
            _ => walk.evidence().first().is_some_and(|fact| failed(fact.status)),
        }
    }

    /// What an action is called here, in the footer.
    pub fn short(&self, action: Action, short: &'static str) -> &'static str {
        let walk = self.walk.as_ref().filter(|_| self.screen() == Screen::Walk);
        match (action, self.place(), walk) {
            (Action::Pause, _, Some(walk)) if walk.paused => "go on",
            (Action::Step, Place::Start, _) => "step by step",
            (Action::Step, _, Some(walk)) if walk.finished => "step through",
            (Action::Open, Place::Form, _) if self.form.chosen.is_none() => "walk",
            (Action::Open, Place::Form, _) => "take",
            (Action::Open, Place::Prompt, _) => match self.prompt.as_ref().map(|prompt| prompt.wanted) {
                Some(super::Wanted::Compare) => "compare",
                _ => "walk",
            },
            (Action::Open, Place::Finder, _) => "run",
            (Action::Open, Place::Levels, _) => "play",
            (Action::Open, Place::Session, _) => "read",
            (Action::Open, Place::Words, _) => "say it",
            (Action::Open, Place::Judge, _) => "choose, go on",
            (Action::Open, Place::Debrief, _) => "the real thing",
            (Action::Open, Place::Replay, _) => "next step",
            (Action::Identity, Place::Levels, _) => "layer",
            (Action::Copy, Place::Debrief, _) => "copy",
            (Action::Open, Place::Search, _) => "found",
            (Action::Open, Place::Verdict, _) => "steps",
            (Action::Open, Place::Steps, _) => "evidence",
            (Action::Open, Place::Evidence, _) => "fold",
            (Action::Open, Place::Facts, _) => "document",
            (Action::Copy, Place::Evidence | Place::Facts | Place::Compare, _) => "copy",
            (Action::Copy, _, Some(walk)) => match (walk.gate(), &walk.diagnosis) {
                (Some(gate), Some(d)) if d.fixes_of(&gate.id).next().is_some() => "copy fix",
                _ => "copy finding",
            },
            (Action::NextMark, Place::Verdict | Place::Steps, Some(walk)) if walk.is_masked() => "next",
            (Action::NextMark, Place::Verdict | Place::Steps, _) => "next broken",
            _ => short,
        }
    }

    /// What every screen knows.
    pub(super) fn common(&mut self, action: Action) {
        let lists = match action {
            Action::Help => Lists::Help,
            Action::Palette => Lists::Palette,
            Action::Find if self.screen() == Screen::Start => Lists::Offers,
            Action::Find if self.screen() == Screen::Levels => Lists::Levels,
            _ => return,
        };
        self.find(lists);
    }

    pub(super) fn find(&mut self, lists: Lists) {
        let all = match lists {
            Lists::Help => self.actions(),
            Lists::Palette => self.actions().into_iter().filter(|found| found.ready).chain(self.gates()).collect(),
            Lists::Gates => self.gates(),
            Lists::Calls => self.calls(),
            Lists::Offers => self.offered(),
            Lists::Levels => self.shelved(),
        };
        self.finder = Some(Finder::new(lists, all));
    }

    fn actions(&self) -> Vec<Found> {
        let place = self.below();
        let found = |entry: &action::Entry| Found {
            name: entry.name.replace('-', " "),
            about: entry.help.to_owned(),
            keys: self.keymap.keys(entry).join(" "),
            run: Run::Do(entry.action),
            ready: self.is_ready(entry.action),
        };
        action::here(place).map(found).collect()
    }

    fn gates(&self) -> Vec<Found> {
        let Some(walk) = &self.walk else { return Vec::new() };
        let gates = walk.gates().iter().enumerate();
        let found = |(at, gate): (usize, &crate::model::GateReport)| Found {
            name: format!("{} {}", self.look.glyph(gate.status), one_line(&gate.gate)),
            about: format!("{} {}", gate.action.as_deref().unwrap_or_default(), one_line(&gate.summary)),
            keys: gate.layer.to_string(),
            run: Run::Gate(at),
            ready: true,
        };
        gates.map(found).collect()
    }

    fn calls(&self) -> Vec<Found> {
        let Some(walk) = &self.walk else { return Vec::new() };
        let found = |(at, asked): (usize, &crate::tui::walk::Asked)| Found {
            name: one_line(&asked.call.name),
            about: one_line(&asked.command),
            keys: asked.fact.as_ref().map_or("", |fact| fact.status.as_str()).to_owned(),
            run: Run::Call(at),
            ready: true,
        };
        walk.calls.iter().enumerate().map(found).collect()
    }

    fn offered(&self) -> Vec<Found> {
        let offers = self.offers(false);
        let found = |(at, offer): (usize, &Offer)| {
            let (name, about) = self.worded(*offer);
            Found { name, about, keys: String::new(), run: Run::Offer(at), ready: true }
        };
        offers.iter().enumerate().map(found).collect()
    }

    /// An offer in words: its name, and more about it.
    pub fn worded(&self, offer: Offer) -> (String, String) {
        let world = &self.world;
        let named = |name: &str, about: &str| (name.to_owned(), about.to_owned());
        match offer {
            Offer::GoOn => {
                ("Back to the walk".into(), self.walk.as_ref().map(|walk| one_line(&walk.title)).unwrap_or_default())
            }
            Offer::Diagnose => named("Diagnose", "ask a live cloud; or paste an error here"),
            Offer::Train => named("Train", "practise on broken worlds"),
            Offer::Snapshot => named("Open a snapshot", "walk recorded answers, offline"),
            Offer::Example(at) => world.examples.get(at).map_or_else(Default::default, |example| {
                (format!("Walk the example {}", one_line(&example.name)), one_line(&example.title))
            }),
            Offer::Recent(at) => world.recents.get(at).map_or_else(Default::default, |recent| {
                let verdict = self.look.status_word(recent.verdict);
                let day = recent.at.get(..10).unwrap_or_default();
                (one_line(&recent.resource), format!("{verdict}  {day}  {}", one_line(&recent.sentence)))
            }),
            Offer::Saved(at) => world.snapshots.get(at).map_or_else(Default::default, |saved| {
                (one_line(&saved.path.display().to_string()), one_line(&saved.about))
            }),
            Offer::Playbook(at) => world
                .playbooks
                .get(at)
                .map_or_else(Default::default, |playbook| (one_line(&playbook.id), one_line(&playbook.title))),
        }
    }

    pub(super) fn in_finder(&mut self, action: Action) -> Vec<Effect> {
        let Some(finder) = &mut self.finder else { return Vec::new() };
        match action {
            Action::Down => finder.go(1),
            Action::Up => finder.go(-1),
            Action::PageDown => finder.go(10),
            Action::PageUp => finder.go(-10),
            Action::Back => self.finder = None,
            Action::Open => {
                let run = finder.run();
                self.finder = None;
                return run.map(|run| self.run(run)).unwrap_or_default();
            }
            _ => {}
        }
        Vec::new()
    }

    fn run(&mut self, run: Run) -> Vec<Effect> {
        match run {
            Run::Do(action) => self.act(action),
            Run::Gate(at) => {
                self.open_gate(at);
                Vec::new()
            }
            Run::Call(at) => {
                if let Some(walk) = &mut self.walk {
                    walk.fact = at;
                }
                Vec::new()
            }
            Run::Level(at) => {
                self.shelf.select(at);
                Vec::new()
            }
            Run::Offer(at) => match self.offers(false).get(at) {
                Some(offer) => self.take_offer(*offer, false),
                None => Vec::new(),
            },
        }
    }
}
