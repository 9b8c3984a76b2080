//! The list over a screen that is filtered by typing: help, palette, and what `/` finds. Enter runs what is selected.

use tui_input::Input;

use super::action::Action;
use super::fuzzy::ranked;

/// What it lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lists {
    /// Everything that can be done here.
    Help,
    /// Every action here and every gate.
    Palette,
    /// The gates.
    Gates,
    /// The calls.
    Calls,
    /// What the start screen offers.
    Offers,
    /// The levels.
    Levels,
}

impl Lists {
    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Lists::Help => "Help: type to filter, Enter runs",
            Lists::Palette => "Actions: type to filter, Enter runs",
            Lists::Gates => "Find a gate",
            Lists::Calls => "Find a call",
            Lists::Levels => "Find a level",
            Lists::Offers => "Find a playbook, a snapshot, a diagnosis of late",
        }
    }
}

/// What Enter does with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// This action, in the screen below.
    Do(Action),
    /// Selects this gate.
    Gate(usize),
    /// Selects this call.
    Call(usize),
    /// Takes this offer of the start screen.
    Offer(usize),
    /// Selects this level.
    Level(usize),
}

/// An entry.
#[derive(Debug, Clone)]
pub struct Found {
    /// What it is called.
    pub name: String,
    /// More about it.
    pub about: String,
    /// Its keys.
    pub keys: String,
    /// What Enter does.
    pub run: Run,
    /// Whether it can be done now.
    pub ready: bool,
}

/// The list.
#[derive(Debug)]
pub struct Finder {
    /// What it lists.
    pub lists: Lists,
    /// What was typed.
    pub input: Input,
    /// Everything.
    pub all: Vec<Found>,
    /// Position of the selected entry among those that fit.
    pub selected: usize,
}

impl Finder {
    /// A list of these.
    pub fn new(lists: Lists, all: Vec<Found>) -> Self {
        Finder { lists, input: Input::default(), all, selected: 0 }
    }

    /// The entries that fit, the best first.
    pub fn found(&self) -> Vec<&Found> {
        let texts: Vec<String> =
            self.all.iter().map(|entry| format!("{} {} {}", entry.name, entry.keys, entry.about)).collect();
        ranked(self.input.value(), texts.iter().map(String::as_str)).into_iter().map(|at| &self.all[at]).collect()
    }

    /// What Enter does now.
    pub fn run(&self) -> Option<Run> {
        self.found().get(self.selected).map(|entry| entry.run)
    }

    /// Goes so many entries down (or up).
    pub fn go(&mut self, entries: isize) {
        let last = self.found().len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(entries).min(last);
    }
}
