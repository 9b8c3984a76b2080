//! `config.yaml`: the user's own taste. Every part may be left out; what is there is laid over the defaults. What cannot be used is said with file,
//! line, column and a suggestion.

use std::fs;
use std::path::Path;

use indexmap::IndexMap;
use serde::Deserialize;

use crate::playbook::{PlaybookError, closest};

/// The parts that can have a colour of their own.
pub const COLOURS: &[&str] = &["open", "broken", "unknown", "heading", "quiet", "selected"];

/// A set of colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// The terminal's own sixteen colours.
    #[default]
    Default,
    /// Darker colours, for light backgrounds.
    Light,
    /// Blue against orange, which red-green blindness tells apart.
    Colorblind,
    /// No colours: bold, reverse and underline.
    Mono,
}

/// Colours by part, each a text such as `bold red`, `#d75f00` or `33`.
pub type Colours = IndexMap<String, String>;

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Settings {
    /// The set of colours.
    #[serde(default)]
    pub theme: Theme,
    /// Single colours, over the theme's.
    #[serde(default)]
    pub colors: Colours,
    /// Draw with ASCII only; without it the terminal decides.
    #[serde(default)]
    pub ascii: Option<bool>,
    /// Whether the mouse is listened to from the start.
    #[serde(default)]
    pub mouse: bool,
    /// Keys by action, in place of the default ones.
    #[serde(default)]
    pub keys: IndexMap<String, Vec<String>>,
}

/// Reads the file; the defaults where there is none. `actions` are the names of what keys can do; `key` and `colour` say what is wrong with a word.
pub fn load(
    file: &Path,
    actions: &[&str],
    key: fn(&str) -> Result<(), String>,
    colour: fn(&str) -> Result<(), String>,
) -> Result<Settings, Box<PlaybookError>> {
    let name = file.display().to_string();
    match fs::read_to_string(file) {
        Ok(text) => parse(&name, &text, actions, key, colour),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Settings::default()),
        Err(error) => Err(PlaybookError::at(&name, "", 0, 0, format!("cannot be read: {error}"))),
    }
}

/// Reads a text.
pub fn parse(
    file: &str,
    text: &str,
    actions: &[&str],
    key: fn(&str) -> Result<(), String>,
    colour: fn(&str) -> Result<(), String>,
) -> Result<Settings, Box<PlaybookError>> {
    // An empty file, or one of comments only, is no map to the YAML reader.
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Settings::default());
    }
    let settings: Settings = serde_saphyr::from_str(text).map_err(|error| PlaybookError::yaml(file, text, &error))?;
    let unknown = |near: &str, what: &str, name: &str, known: &[&str]| {
        let error = PlaybookError::where_is(file, text, near, name, format!("there is no {what} `{name}`"));
        match closest(name, known.iter().copied()) {
            Some(like) => error.help(format!("did you mean `{like}`?")),
            None => error.help(format!("there is {}", known.join(", "))),
        }
    };
    for (part, value) in &settings.colors {
        if !COLOURS.contains(&part.as_str()) {
            return Err(unknown("colors:", "part with a color", part, COLOURS));
        }
        colour(value).map_err(|why| PlaybookError::where_is(file, text, "colors:", value, why))?;
    }
    for (action, keys) in &settings.keys {
        if !actions.contains(&action.as_str()) {
            return Err(unknown("keys:", "action", action, actions));
        }
        for name in keys {
            key(name).map_err(|why| PlaybookError::where_is(file, text, &format!("{action}:"), name, why))?;
        }
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, String> {
        let key = |name: &str| if name.len() < 8 { Ok(()) } else { Err(format!("`{name}` is no key")) };
        let colour = |name: &str| if name == "mauve" { Err("`mauve` is no color".into()) } else { Ok(()) };
        parse("config.yaml", text, &["copy", "export"], key, colour)
            .map_err(|error| format!("{error} {}", error.help.clone().unwrap_or_default()))
    }

    #[test]
    fn every_part_may_be_left_out() {
        assert_eq!(read("").unwrap(), Settings::default());
        assert_eq!(read("# theme: light\n").unwrap(), Settings::default());
        let some = read("theme: colorblind\nkeys:\n  copy: [c, y]\n").unwrap();
        assert_eq!((some.theme, some.keys["copy"].len(), some.mouse), (Theme::Colorblind, 2, false));
    }

    #[test]
    fn what_cannot_be_used_is_said_with_its_place() {
        for (text, said) in [
            ("theme: lihgt\n", "config.yaml:1:8"),
            ("mouse: true\nkees: {}\n", "did you mean `keys`?"),
            (
                "keys:\n  export: [e]\n  coppy: [c]\n",
                "config.yaml:3:3: there is no action `coppy` did you mean `copy`?",
            ),
            ("keys:\n  copy: [hyper-space]\n", "config.yaml:2:10: `hyper-space` is no key"),
            ("colors:\n  open: mauve\n", "config.yaml:2:9: `mauve` is no color"),
            ("colors:\n  brokn: red\n", "did you mean `broken`?"),
            ("keys: [copy]\n", "config.yaml:1:7"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(said), "{text:?}: {error}");
        }
    }
}
