//! Every action, its keys, its help, and where it applies. Footer and help are made from this table, so no key can be undocumented.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Where the focus is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The start screen's list.
    Start,
    /// A field that takes text.
    Form,
    /// A walk.
    Walk,
    /// The help.
    Help,
}

/// Something the user can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    NextPressing,
    PreviousPressing,
    Identity,
    Network,
    Storage,
    NextTab,
    PreviousTab,
    Accept,
    Back,
    Copy,
    Export,
    Save,
    Again,
    Help,
    Quit,
}

/// One line of the table.
#[derive(Debug)]
pub struct Entry {
    /// What it does.
    pub action: Action,
    /// Its keys, by the names of [`name`].
    pub keys: &'static [&'static str],
    /// In the footer: one or two words.
    pub short: &'static str,
    /// In the help.
    pub help: &'static str,
    /// Where it applies.
    pub places: &'static [Place],
}

use Place::{Form, Help, Start, Walk};

/// Every action. The order is that of footer and help.
pub static TABLE: &[Entry] = &[
    Entry {
        action: Action::Accept,
        keys: &["Enter"],
        short: "go",
        help: "Take what is selected; in a form, walk",
        places: &[Start, Form],
    },
    Entry {
        action: Action::NextTab,
        keys: &["Tab", "Right", "l"],
        short: "next pane",
        help: "Next pane: path, gate, evidence, calls; next field of a form",
        places: &[Form, Walk],
    },
    Entry {
        action: Action::NextPressing,
        keys: &["n"],
        short: "next broken",
        help: "Next gate that is closed or unknown",
        places: &[Walk],
    },
    Entry { action: Action::Help, keys: &["?"], short: "help", help: "This help", places: &[Start, Walk] },
    Entry {
        action: Action::Back,
        keys: &["Esc"],
        short: "back",
        help: "One step back; a walk under way is cancelled first",
        places: &[Start, Form, Walk, Help],
    },
    Entry {
        action: Action::Quit,
        keys: &["q", "Ctrl-c"],
        short: "quit",
        help: "Leave; Ctrl-c leaves from anywhere",
        places: &[Start, Walk, Help],
    },
    Entry {
        action: Action::Copy,
        keys: &["y"],
        short: "copy",
        help: "Copy the gate's finding and its fixes (the terminal's clipboard, also over SSH)",
        places: &[Walk],
    },
    Entry {
        action: Action::Save,
        keys: &["s"],
        short: "snapshot",
        help: "Save the answers as a snapshot into this folder",
        places: &[Walk],
    },
    Entry {
        action: Action::Export,
        keys: &["m"],
        short: "markdown",
        help: "Write the report as Markdown into this folder",
        places: &[Walk],
    },
    Entry { action: Action::Again, keys: &["r"], short: "again", help: "Walk again", places: &[Walk] },
    Entry {
        action: Action::Down,
        keys: &["Down", "j"],
        short: "down",
        help: "Next entry or gate",
        places: &[Start, Walk, Help],
    },
    Entry {
        action: Action::Up,
        keys: &["Up", "k"],
        short: "up",
        help: "Previous entry or gate",
        places: &[Start, Walk, Help],
    },
    Entry {
        action: Action::PreviousTab,
        keys: &["BackTab", "Left", "h"],
        short: "",
        help: "Previous pane or field",
        places: &[Form, Walk],
    },
    Entry {
        action: Action::PreviousPressing,
        keys: &["p"],
        short: "",
        help: "Previous gate that is closed or unknown",
        places: &[Walk],
    },
    Entry {
        action: Action::Identity,
        keys: &["1"],
        short: "",
        help: "First gate of the identity layer",
        places: &[Walk],
    },
    Entry {
        action: Action::Network,
        keys: &["2"],
        short: "",
        help: "First gate of the network layer",
        places: &[Walk],
    },
    Entry {
        action: Action::Storage,
        keys: &["3"],
        short: "",
        help: "First gate of the storage layer",
        places: &[Walk],
    },
    Entry {
        action: Action::PageDown,
        keys: &["PageDown", "Space"],
        short: "",
        help: "Scroll the pane down",
        places: &[Walk, Help],
    },
    Entry {
        action: Action::PageUp,
        keys: &["PageUp", "b"],
        short: "",
        help: "Scroll the pane up",
        places: &[Walk, Help],
    },
    Entry {
        action: Action::First,
        keys: &["Home", "g"],
        short: "",
        help: "First entry or gate",
        places: &[Start, Walk],
    },
    Entry { action: Action::Last, keys: &["End", "G"], short: "", help: "Last entry or gate", places: &[Start, Walk] },
];

/// What a key does here.
pub fn action(key: KeyEvent, place: Place) -> Option<Action> {
    let pressed = name(key);
    if pressed == "Ctrl-c" {
        return Some(Action::Quit);
    }
    // A field takes letters as letters.
    let letter = pressed.chars().count() == 1 || matches!(pressed.as_str(), "Space" | "Left" | "Right");
    if place == Form && letter {
        return None;
    }
    let here = |entry: &&Entry| entry.places.contains(&place) && entry.keys.contains(&pressed.as_str());
    TABLE.iter().find(here).map(|entry| entry.action)
}

/// What a key is called.
pub fn name(key: KeyEvent) -> String {
    let base = match key.code {
        KeyCode::Char(' ') => "Space".into(),
        KeyCode::Char(c) => c.to_string(),
        KeyCode::Enter => "Enter".into(),
        KeyCode::Esc => "Esc".into(),
        KeyCode::Tab => "Tab".into(),
        KeyCode::BackTab => "BackTab".into(),
        KeyCode::Up => "Up".into(),
        KeyCode::Down => "Down".into(),
        KeyCode::Left => "Left".into(),
        KeyCode::Right => "Right".into(),
        KeyCode::Home => "Home".into(),
        KeyCode::End => "End".into(),
        KeyCode::PageUp => "PageUp".into(),
        KeyCode::PageDown => "PageDown".into(),
        other => format!("{other:?}"),
    };
    if key.modifiers.contains(KeyModifiers::CONTROL) { format!("Ctrl-{base}") } else { base }
}

/// The footer's hints for a place: key and word.
pub fn hints(place: Place) -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE
        .iter()
        .filter(move |entry| entry.places.contains(&place) && !entry.short.is_empty())
        .map(|entry| (entry.keys[0], entry.short))
}
