//! The start screen, and the prompt for a file.

use std::path::PathBuf;

use tui_input::Input;

use super::{App, Prompt, Screen, Wanted};
use crate::tui::action::Action;
use crate::tui::finder::Lists;
use crate::tui::fuzzy::ranked;
use crate::tui::message::Effect;
use crate::tui::{Field, LiveRequest, SnapshotEntry, StartRequest};

/// How many of each kind the start screen shows; `/` finds the others.
const SHOWN: usize = 4;

/// What the start screen offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// The walk that was left.
    GoOn,
    /// The form.
    Diagnose,
    /// The training.
    Train,
    /// A file.
    Snapshot,
    /// An embedded example.
    Example(usize),
    /// A diagnosis of late.
    Recent(usize),
    /// A snapshot of this folder.
    Saved(usize),
    /// A playbook.
    Playbook(usize),
}

impl App {
    /// Everything the start screen has, in order; `short`: only so many of a kind.
    pub fn offers(&self, short: bool) -> Vec<Offer> {
        let most = if short { SHOWN } else { usize::MAX };
        let mut offers = Vec::new();
        if self.walk.is_some() {
            offers.push(Offer::GoOn);
        }
        offers.extend([Offer::Diagnose, Offer::Train, Offer::Snapshot]);
        offers.extend((0..self.world.examples.len()).map(Offer::Example));
        offers.extend((0..self.world.recents.len()).take(most).map(Offer::Recent));
        offers.extend((0..self.world.snapshots.len()).take(most).map(Offer::Saved));
        offers.extend((0..self.world.playbooks.len()).map(Offer::Playbook));
        offers
    }

    pub(super) fn in_start(&mut self, action: Action) -> Vec<Effect> {
        let offers = self.offers(true);
        let last = offers.len().saturating_sub(1);
        match action {
            Action::Down => self.selected = (self.selected + 1).min(last),
            Action::Up => self.selected = self.selected.saturating_sub(1),
            Action::PageDown => self.selected = (self.selected + 8).min(last),
            Action::PageUp => self.selected = self.selected.saturating_sub(8),
            Action::First => self.selected = 0,
            Action::Last => self.selected = last,
            Action::Back => self.go_back(),
            Action::Find => self.find(Lists::Offers),
            Action::Open | Action::Step => {
                if let Some(offer) = offers.get(self.selected) {
                    return self.take_offer(*offer, action == Action::Step);
                }
            }
            _ => self.common(action),
        }
        Vec::new()
    }

    /// Takes an offer; `stepwise`: a walk waits before each query.
    pub fn take_offer(&mut self, offer: Offer, stepwise: bool) -> Vec<Effect> {
        let walk = |what| vec![Effect::Walk(what, stepwise)];
        match offer {
            Offer::GoOn => self.show(Screen::Walk),
            Offer::Diagnose => {
                self.form.error = None;
                self.show(Screen::Form);
                return self.check();
            }
            Offer::Train => {
                self.show(Screen::Levels);
                return vec![Effect::Levels];
            }
            Offer::Snapshot => self.prompt(Wanted::Walk),
            Offer::Example(at) => {
                if let Some(example) = self.world.examples.get(at) {
                    return walk(StartRequest::Example(example.name.clone()));
                }
            }
            Offer::Saved(at) => {
                if let Some(saved) = self.world.snapshots.get(at) {
                    return walk(StartRequest::Snapshot(saved.path.clone()));
                }
            }
            Offer::Recent(at) => {
                let Some(recent) = self.world.recents.get(at).cloned() else { return Vec::new() };
                if let Some(path) = recent.snapshot {
                    return walk(StartRequest::Snapshot(path));
                }
                // Asking a cloud again is the user's own decision: the form is filled, Enter walks.
                self.form.fill(&LiveRequest {
                    resource: recent.resource,
                    principal: recent.principal,
                    action: recent.action,
                    origin: recent.origin,
                    ..LiveRequest::default()
                });
                self.form.focus = 0;
                self.show(Screen::Form);
                self.toast = Some("The same question as before. Enter asks the cloud again.".into());
                return self.check();
            }
            Offer::Playbook(at) => {
                if let Some(playbook) = self.world.playbooks.get(at) {
                    let id = playbook.id.clone();
                    self.form.fill(&LiveRequest { playbook: Some(id), ..LiveRequest::default() });
                    self.form.focus = 0;
                    self.show(Screen::Form);
                    return self.check();
                }
            }
        }
        Vec::new()
    }

    pub(super) fn prompt(&mut self, wanted: Wanted) {
        self.prompt = Some(Prompt { wanted, input: Input::default(), chosen: None });
        self.show(Screen::Prompt);
    }

    /// The known snapshots that fit what was typed.
    pub fn known_files(&self) -> Vec<SnapshotEntry> {
        let typed = self.prompt.as_ref().map_or("", |prompt| prompt.input.value());
        let mut known = self.world.snapshots.clone();
        for recent in &self.world.recents {
            if let Some(path) = &recent.snapshot
                && !known.iter().any(|other| other.path == *path)
            {
                known.push(SnapshotEntry { path: path.clone(), about: recent.sentence.clone() });
            }
        }
        let names: Vec<String> = known.iter().map(|entry| entry.path.display().to_string()).collect();
        ranked(typed, names.iter().map(String::as_str)).into_iter().map(|at| known[at].clone()).collect()
    }

    pub(super) fn in_prompt(&mut self, action: Action) -> Vec<Effect> {
        let known = self.known_files();
        let Some(prompt) = &mut self.prompt else {
            self.go_back();
            return Vec::new();
        };
        match action {
            Action::Help => self.common(action),
            Action::Back => self.go_back(),
            Action::Down if !known.is_empty() => {
                prompt.chosen = Some(prompt.chosen.map_or(0, |at| (at + 1).min(known.len() - 1)));
            }
            Action::Up => prompt.chosen = prompt.chosen.and_then(|at| at.checked_sub(1)),
            Action::Open => {
                let path = match prompt.chosen.and_then(|at| known.get(at)) {
                    Some(entry) => entry.path.clone(),
                    None => PathBuf::from(prompt.input.value().trim()),
                };
                if path.as_os_str().is_empty() {
                    self.toast = Some("Name the file of a snapshot first.".into());
                    return Vec::new();
                }
                let wanted = prompt.wanted;
                return match wanted {
                    Wanted::Walk => {
                        self.screens.retain(|screen| *screen != Screen::Prompt);
                        vec![Effect::Walk(StartRequest::Snapshot(path), false)]
                    }
                    Wanted::Compare => vec![Effect::Compare(path)],
                };
            }
            _ => {}
        }
        Vec::new()
    }

    /// Puts pasted text where it belongs. A name has no spaces: what has some is an error text, or was pasted by mistake.
    pub(super) fn pasted(&mut self, text: &str) -> Vec<Effect> {
        self.toast = None;
        let text = text.trim();
        let takes_errors = match self.screen() {
            _ if self.finder.is_some() => false,
            Screen::Start => true,
            Screen::Form => self.form.field() == Field::Resource,
            _ => false,
        };
        if takes_errors && text.contains([' ', '\n']) {
            return vec![Effect::Read(text.to_owned())];
        }
        self.paste_plainly(text)
    }
}
