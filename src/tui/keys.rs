//! Keys by name, as the settings write them and the help shows them; and which action a key stands for.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{Action, Entry, Place, TABLE};
use crate::config::Settings;

/// Keys with a name.
const NAMED: &[(&str, KeyCode)] = &[
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("BackTab", KeyCode::BackTab),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PageUp", KeyCode::PageUp),
    ("PageDown", KeyCode::PageDown),
    ("Delete", KeyCode::Delete),
    ("Insert", KeyCode::Insert),
    ("Space", KeyCode::Char(' ')),
];

/// What a key is called.
pub fn name(key: KeyEvent) -> String {
    let named = NAMED.iter().find(|(_, code)| *code == key.code).map(|(name, _)| (*name).to_owned());
    let base = match (named, key.code) {
        (Some(named), _) => named,
        (None, KeyCode::Char(c)) => c.to_string(),
        (None, KeyCode::F(number)) => format!("F{number}"),
        (None, other) => format!("{other:?}"),
    };
    // Shift is part of a letter already, and of what terminals call BackTab.
    let shifted =
        key.modifiers.contains(KeyModifiers::SHIFT) && !matches!(key.code, KeyCode::Char(_) | KeyCode::BackTab);
    let mut name = String::new();
    for (held, prefix) in [
        (key.modifiers.contains(KeyModifiers::CONTROL), "Ctrl-"),
        (key.modifiers.contains(KeyModifiers::ALT), "Alt-"),
        (shifted, "Shift-"),
    ] {
        name.push_str(if held { prefix } else { "" });
    }
    name + &base
}

/// The key of this name.
pub fn key(name: &str) -> Option<KeyEvent> {
    let (mut rest, mut modifiers) = (name, KeyModifiers::NONE);
    for (prefix, modifier) in
        [("Ctrl-", KeyModifiers::CONTROL), ("Alt-", KeyModifiers::ALT), ("Shift-", KeyModifiers::SHIFT)]
    {
        if let Some(after) = rest.strip_prefix(prefix).filter(|after| !after.is_empty()) {
            rest = after;
            modifiers |= modifier;
        }
    }
    let named = NAMED.iter().find(|(known, _)| *known == rest).map(|(_, code)| *code);
    let numbered = || rest.strip_prefix('F')?.parse().ok().filter(|number| (1..=12).contains(number)).map(KeyCode::F);
    let mut chars = rest.chars();
    let single = match (chars.next(), chars.next()) {
        (Some(c), None) => Some(KeyCode::Char(c)),
        _ => None,
    };
    Some(KeyEvent::new(named.or_else(numbered).or(single)?, modifiers))
}

/// Says what is wrong with the name of a key.
pub fn check(name: &str) -> Result<(), String> {
    key(name).map(drop).ok_or_else(|| {
        format!("`{name}` is no key: a letter, `F1` to `F12`, `Enter`, `Space`, `Tab`, `PageDown` …, with `Ctrl-`, `Alt-` or `Shift-` before it")
    })
}

/// The keys in force.
#[derive(Debug, Clone, Default)]
pub struct Keymap {
    own: Vec<(Action, Vec<String>)>,
}

impl Keymap {
    /// The default keys, and the user's own over them.
    pub fn of(settings: &Settings) -> Self {
        let own = settings.keys.iter().filter_map(|(name, keys)| {
            let entry = TABLE.iter().find(|entry| entry.name == name)?;
            let keys = keys.iter().filter_map(|key| self::key(key)).map(self::name).collect();
            Some((entry.action, keys))
        });
        Keymap { own: own.collect() }
    }

    /// The keys of an action, the first one the usual one.
    pub fn keys(&self, entry: &Entry) -> Vec<&str> {
        match self.own.iter().find(|(action, _)| *action == entry.action) {
            Some((_, keys)) => keys.iter().map(String::as_str).collect(),
            None => entry.keys.to_vec(),
        }
    }

    /// A text in which `{action}` stands for the usual key of that action, whatever the settings made of it.
    pub fn keyed(&self, text: &str) -> String {
        let mut keyed = text.to_owned();
        for entry in TABLE.iter().filter(|_| text.contains('{')) {
            let place = format!("{{{}}}", entry.name);
            if keyed.contains(&place) {
                let key = self.keys(entry).first().map_or("(no key)", |key| key).to_owned();
                keyed = keyed.replace(&place, &key);
            }
        }
        keyed
    }

    /// What a key does here.
    pub fn action(&self, key: KeyEvent, place: Place) -> Option<Action> {
        let pressed = name(key);
        // Whatever the settings say, there is a way out.
        if pressed == "Ctrl-c" {
            return Some(Action::ForceQuit);
        }
        // A field takes letters as letters, and moves in its text.
        let letter =
            pressed.chars().count() == 1 || matches!(pressed.as_str(), "Space" | "Left" | "Right" | "Home" | "End");
        if place.takes_text() && letter {
            return None;
        }
        let own = self.own.iter().find(|(action, keys)| {
            keys.contains(&pressed)
                && TABLE.iter().any(|entry| entry.action == *action && entry.places.contains(&place))
        });
        if let Some((action, _)) = own {
            return Some(*action);
        }
        let here = |entry: &&Entry| {
            entry.places.contains(&place)
                && entry.keys.contains(&pressed.as_str())
                && !self.own.iter().any(|(action, _)| *action == entry.action)
        };
        TABLE.iter().find(here).map(|entry| entry.action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_keys_go_both_ways() {
        for name in ["a", "A", "Space", "Ctrl-p", "Alt-x", "Shift-Left", "F5", "PageDown", ":", "-", "Ctrl--"] {
            assert_eq!(super::name(key(name).unwrap()), name);
        }
        assert!(check("hyper-x").is_err() && check("F13").is_err() && check("").is_err());
    }

    #[test]
    fn own_keys_replace_the_default_ones_and_ctrl_c_stays() {
        let mut settings = Settings::default();
        settings.keys.insert("export".into(), vec!["y".into()]);
        settings.keys.insert("quit".into(), vec!["Ctrl-c".into()]);
        let keymap = Keymap::of(&settings);
        assert_eq!(
            keymap.keyed("{export} writes, {back} goes back, {\"a\": 1}"),
            "y writes, Esc goes back, {\"a\": 1}"
        );
        let press = |name: &str| keymap.action(key(name).unwrap(), Place::Verdict);
        assert_eq!(press("y"), Some(Action::Export));
        assert_eq!(press("e"), None);
        assert_eq!(press("Ctrl-c"), Some(Action::ForceQuit));
    }
}
