//! The list of levels: which are shown, how one is played.

use super::{App, Screen};
use crate::model::Layer;
use crate::train::Mode;
use crate::train::schema::Difficulty;
use crate::tui::action::Action;
use crate::tui::finder::Found;
use crate::tui::message::Effect;
use crate::tui::{LevelEntry, LevelRequest, Levels, StartRequest, Variant};

/// The levels on their shelf.
#[derive(Debug, Default)]
pub struct Shelf {
    /// All; none: they are being found.
    pub levels: Option<Levels>,
    /// Only those of a layer.
    pub layer: Option<Layer>,
    /// Only those of a difficulty.
    pub difficulty: Option<Difficulty>,
    /// Only those that are due.
    pub due: bool,
    /// How a level is played.
    pub mode: Mode,
    /// Whether a variant is played.
    pub variant: bool,
    /// The selected one of those that are shown.
    pub selected: usize,
}

impl Shelf {
    /// Takes the levels in; the one to train next is selected, or the one that was.
    pub fn meet(&mut self, levels: Levels) {
        let before = self.level().map(|entry| entry.level.id.clone());
        let id = before.or_else(|| levels.next.clone());
        self.levels = Some(levels);
        self.select_id(id.as_deref());
    }

    /// Those that are shown.
    pub fn shown(&self) -> Vec<&LevelEntry> {
        let fits = |entry: &&LevelEntry| {
            self.layer.is_none_or(|layer| entry.level.tags.contains(&layer))
                && self.difficulty.is_none_or(|difficulty| entry.level.difficulty == difficulty)
                && (!self.due || entry.is_due)
        };
        self.levels.iter().flat_map(|levels| &levels.entries).filter(fits).collect()
    }

    /// The selected one.
    pub fn level(&self) -> Option<&LevelEntry> {
        self.shown().get(self.selected).copied()
    }

    /// Selects by the position among all; what hides it is taken away.
    pub fn select(&mut self, at: usize) {
        let id = self.levels.as_ref().and_then(|levels| levels.entries.get(at)).map(|entry| entry.level.id.clone());
        (self.layer, self.difficulty, self.due) = (None, None, false);
        self.select_id(id.as_deref());
    }

    fn select_id(&mut self, id: Option<&str>) {
        let at = self.shown().iter().position(|entry| Some(entry.level.id.as_str()) == id);
        self.selected = at.unwrap_or(0);
    }

    /// Shows others; the selected level stays selected where it is still shown.
    fn filter(&mut self, change: impl FnOnce(&mut Self)) {
        let id = self.level().map(|entry| entry.level.id.clone());
        change(self);
        self.select_id(id.as_deref());
    }

    fn only(&mut self, layer: Layer) {
        self.filter(|shelf| shelf.layer = (shelf.layer != Some(layer)).then_some(layer));
    }

    /// What is played of a level.
    fn request(&self, id: &str) -> LevelRequest {
        let variant = if self.variant { Variant::Any } else { Variant::Written };
        LevelRequest { id: id.to_owned(), mode: self.mode, variant }
    }
}

fn next_mode(mode: Mode) -> Mode {
    match mode {
        Mode::Guided => Mode::Practice,
        Mode::Practice => Mode::Interview,
        Mode::Interview => Mode::Guided,
    }
}

fn next_difficulty(difficulty: Option<Difficulty>) -> Option<Difficulty> {
    match difficulty {
        None => Some(Difficulty::Easy),
        Some(Difficulty::Easy) => Some(Difficulty::Medium),
        Some(Difficulty::Medium) => Some(Difficulty::Hard),
        Some(Difficulty::Hard) => None,
    }
}

impl App {
    pub(super) fn in_levels(&mut self, action: Action) -> Vec<Effect> {
        let last = self.shelf.shown().len().saturating_sub(1);
        let levels = &mut self.shelf;
        match action {
            Action::Down => levels.selected = (levels.selected + 1).min(last),
            Action::Up => levels.selected = levels.selected.saturating_sub(1),
            Action::PageDown => levels.selected = (levels.selected + 10).min(last),
            Action::PageUp => levels.selected = levels.selected.saturating_sub(10),
            Action::First => levels.selected = 0,
            Action::Last => levels.selected = last,
            Action::Identity => levels.only(Layer::Identity),
            Action::Network => levels.only(Layer::Network),
            Action::Storage => levels.only(Layer::Storage),
            Action::Difficulty => levels.filter(|levels| levels.difficulty = next_difficulty(levels.difficulty)),
            Action::DueOnly => levels.filter(|levels| levels.due = !levels.due),
            Action::NextMode => levels.mode = next_mode(levels.mode),
            Action::Variant => levels.variant = !levels.variant,
            Action::Back => self.go_back(),
            Action::Open => return self.play(),
            _ => self.common(action),
        }
        Vec::new()
    }

    /// Plays the selected level; one that is under way goes on.
    fn play(&mut self) -> Vec<Effect> {
        let Some(entry) = self.shelf.level() else { return Vec::new() };
        let request = self.shelf.request(&entry.level.id);
        if self.is_playing(&request.id) {
            self.show(Screen::Walk);
            return Vec::new();
        }
        vec![Effect::Walk(StartRequest::Level(request), false)]
    }

    /// Whether a level's session is under way.
    pub fn is_playing(&self, id: &str) -> bool {
        let walk = self.walk.as_ref().filter(|walk| walk.is_masked());
        walk.is_some_and(|walk| matches!(&walk.what, StartRequest::Level(level) if level.id == id))
    }

    /// The levels, to be found by typing.
    pub(super) fn shelved(&self) -> Vec<Found> {
        let entries = self.shelf.levels.iter().flat_map(|levels| &levels.entries).enumerate();
        let found = |(at, entry): (usize, &LevelEntry)| Found {
            name: crate::visible::one_line(&entry.level.id),
            about: crate::visible::one_line(&entry.level.title),
            keys: entry.level.difficulty.as_str().to_owned(),
            run: crate::tui::finder::Run::Level(at),
            ready: true,
        };
        entries.map(found).collect()
    }
}
