//! Styles and glyphs. Only the terminal's own sixteen colours are used, so that light and dark terminals both work; with
//! `NO_COLOR` none. A verdict is never told by colour alone.

use std::env;

use ratatui::style::{Color, Modifier, Style};

use crate::model::{Status, Verdict};

/// How things look on this terminal.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    colours: bool,
    ascii: bool,
}

impl Look {
    /// What the environment asks for.
    pub fn of(ascii: bool) -> Self {
        let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
        let utf8 = locale.is_some_and(|locale| locale.to_ascii_lowercase().replace('-', "").contains("utf8"));
        let term = env::var("TERM").unwrap_or_default();
        Look { colours: !no_color && term != "dumb", ascii: ascii || !utf8 || term == "linux" || term == "dumb" }
    }

    /// For tests.
    #[cfg(test)]
    pub fn fixed(colours: bool, ascii: bool) -> Self {
        Look { colours, ascii }
    }

    fn colour(self, colour: Color, modifier: Modifier) -> Style {
        let style = Style::new().add_modifier(modifier);
        if self.colours { style.fg(colour) } else { style }
    }

    /// The style of a verdict.
    pub fn verdict(self, verdict: Verdict) -> Style {
        match verdict {
            Verdict::Open => self.colour(Color::Green, Modifier::empty()),
            Verdict::Closed => self.colour(Color::Red, Modifier::BOLD),
            Verdict::Unknown => self.colour(Color::Yellow, Modifier::empty()),
            Verdict::NotApplicable => Style::new().add_modifier(Modifier::DIM),
        }
    }

    /// The style of a status.
    pub fn status(self, status: Status) -> Style {
        match status {
            Status::Open => self.verdict(Verdict::Open),
            Status::Broken => self.verdict(Verdict::Closed),
            Status::Unknown => self.verdict(Verdict::Unknown),
        }
    }

    /// Headings.
    pub fn heading(self) -> Style {
        self.colour(Color::Cyan, Modifier::BOLD)
    }

    /// What is said by the way.
    pub fn quiet(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// What is selected.
    pub fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    fn pick(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.ascii { ascii } else { unicode }
    }

    /// The glyph of a verdict.
    pub fn glyph(self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Open => self.pick("✓", "+"),
            Verdict::Closed => self.pick("✗", "X"),
            Verdict::Unknown => "?",
            Verdict::NotApplicable => self.pick("·", "-"),
        }
    }

    /// A gate that waits for an answer.
    pub fn waiting(self) -> &'static str {
        self.pick("…", ".")
    }

    /// The line and the arrow head of an edge.
    pub fn line(self, status: Status) -> (&'static str, &'static str) {
        match status {
            Status::Open => (self.pick("─", "-"), self.pick("▶", ">")),
            Status::Broken => (self.pick("━", "="), self.pick("▶", ">")),
            Status::Unknown => (self.pick("┄", "."), self.pick("▷", ">")),
        }
    }

    /// The border of panes.
    pub fn borders(self) -> ratatui::symbols::border::Set<'static> {
        if self.ascii {
            ratatui::symbols::border::Set {
                top_left: "+",
                top_right: "+",
                bottom_left: "+",
                bottom_right: "+",
                vertical_left: "|",
                vertical_right: "|",
                horizontal_top: "-",
                horizontal_bottom: "-",
            }
        } else {
            ratatui::symbols::border::PLAIN
        }
    }

    /// An arrow between words.
    pub fn arrow(self) -> &'static str {
        self.pick("→", "->")
    }

    /// Marks the selected entry beside its style, for terminals without.
    pub fn marker(self) -> &'static str {
        self.pick("▸", ">")
    }
}
