//! Styles and glyphs: themes of few colours, and what is made of them. The background is always the terminal's own, and nothing is told by colour
//! alone: every state has a glyph, a word and a line of its own.

use std::env;
use std::str::FromStr;

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

use crate::config::{Settings, Theme};
use crate::model::{Status, Verdict};

/// How things look on this terminal.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    palette: Palette,
    ascii: bool,
}

#[derive(Debug, Clone, Copy)]
struct Palette {
    open: Style,
    broken: Style,
    unknown: Style,
    heading: Style,
    quiet: Style,
    selected: Style,
}

impl Palette {
    fn of(theme: Theme) -> Self {
        let plain = Style::new();
        // Bold, underline and reverse tell states apart where there are no colours, or where they are not seen.
        let (open, broken) = (plain, plain.add_modifier(Modifier::BOLD));
        let unknown = plain.add_modifier(Modifier::UNDERLINED);
        let heading = plain.add_modifier(Modifier::BOLD);
        let quiet = plain.add_modifier(Modifier::DIM);
        let selected = plain.add_modifier(Modifier::REVERSED);
        let mono = Palette { open, broken, unknown, heading, quiet, selected };
        let with = |colours: [Color; 4]| Palette {
            open: open.fg(colours[0]),
            broken: broken.fg(colours[1]),
            unknown: plain.fg(colours[2]),
            heading: heading.fg(colours[3]),
            quiet,
            selected,
        };
        match theme {
            Theme::Mono => mono,
            Theme::Default => with([Color::Green, Color::Red, Color::Yellow, Color::Cyan]),
            // Dark enough for white: dark green, dark red, brown, dark cyan of the 256.
            Theme::Light => with([Color::Indexed(22), Color::Indexed(124), Color::Indexed(94), Color::Indexed(24)]),
            // The blue/orange axis, which deuteranopia and protanopia keep; both read on black and on white.
            Theme::Colorblind => {
                with([Color::Indexed(33), Color::Indexed(166), Color::Indexed(136), Color::Indexed(67)])
            }
        }
    }

    fn part(&mut self, name: &str) -> Option<&mut Style> {
        match name {
            "open" => Some(&mut self.open),
            "broken" => Some(&mut self.broken),
            "unknown" => Some(&mut self.unknown),
            "heading" => Some(&mut self.heading),
            "quiet" => Some(&mut self.quiet),
            "selected" => Some(&mut self.selected),
            _ => None,
        }
    }
}

/// Reads `bold red`, `#d75f00`, `33`; says what is wrong with it.
pub fn style(text: &str) -> Result<Style, String> {
    let mut style = Style::new();
    for word in text.split_whitespace() {
        style = match word {
            "bold" => style.add_modifier(Modifier::BOLD),
            "dim" => style.add_modifier(Modifier::DIM),
            "italic" => style.add_modifier(Modifier::ITALIC),
            "underline" => style.add_modifier(Modifier::UNDERLINED),
            "reverse" => style.add_modifier(Modifier::REVERSED),
            colour => style.fg(Color::from_str(colour).map_err(|_| {
                format!("`{colour}` is no color: a name (`red`, `lightblue`), a number to 255 or `#rrggbb`, with `bold`, `dim`, `italic`, `underline`, `reverse`")
            })?),
        };
    }
    Ok(style)
}

/// Whether the locale and the terminal can only do ASCII.
pub fn needs_ascii() -> bool {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
    let utf8 = locale.is_some_and(|locale| locale.to_ascii_lowercase().replace('-', "").contains("utf8"));
    let term = env::var("TERM").unwrap_or_default();
    !utf8 || term == "linux" || term == "dumb"
}

/// Whether the user or the terminal wants no colours.
pub fn wants_no_colour() -> bool {
    let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    no_color || env::var("TERM").is_ok_and(|term| term == "dumb")
}

impl Look {
    /// What the settings and the environment ask for.
    pub fn of(settings: &Settings, ascii: bool) -> Self {
        let ascii = ascii || settings.ascii.unwrap_or_else(needs_ascii);
        let theme = if wants_no_colour() { Theme::Mono } else { settings.theme };
        let mut look = Look::fixed(theme, ascii);
        if theme != Theme::Mono {
            for (part, text) in &settings.colors {
                if let (Some(part), Ok(style)) = (look.palette.part(part), style(text)) {
                    *part = style;
                }
            }
        }
        look
    }

    /// Whatever the environment says.
    pub fn fixed(theme: Theme, ascii: bool) -> Self {
        Look { palette: Palette::of(theme), ascii }
    }

    /// Only ASCII is drawn.
    pub fn is_ascii(self) -> bool {
        self.ascii
    }

    /// The style of a verdict.
    pub fn verdict(self, verdict: Verdict) -> Style {
        match verdict {
            Verdict::Open => self.palette.open,
            Verdict::Closed => self.palette.broken,
            Verdict::Unknown => self.palette.unknown,
            Verdict::NotApplicable => self.palette.quiet,
        }
    }

    /// The style of a status.
    pub fn status(self, status: Status) -> Style {
        self.verdict(verdict_of(status))
    }

    /// Headings.
    pub fn heading(self) -> Style {
        self.palette.heading
    }

    /// What is said by the way.
    pub fn quiet(self) -> Style {
        self.palette.quiet
    }

    /// What is selected.
    pub fn selected(self) -> Style {
        self.palette.selected
    }

    /// One of two texts.
    pub fn pick(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.ascii { ascii } else { unicode }
    }

    /// The glyph of a verdict: a shape of its own each.
    pub fn glyph(self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Open => self.pick("✓", "+"),
            Verdict::Closed => self.pick("✗", "X"),
            Verdict::Unknown => "?",
            Verdict::NotApplicable => self.pick("·", "-"),
        }
    }

    /// Glyph and word of a status.
    pub fn status_word(self, status: Status) -> String {
        let word = match status {
            Status::Open => "open",
            Status::Broken => "BROKEN",
            Status::Unknown => "unknown",
        };
        format!("{} {word}", self.glyph(verdict_of(status)))
    }

    /// What waits for an answer.
    pub fn waiting(self) -> &'static str {
        self.pick("…", "~")
    }

    /// The border of panes.
    pub fn borders(self) -> border::Set<'static> {
        if !self.ascii {
            return border::PLAIN;
        }
        border::Set {
            top_left: "+",
            top_right: "+",
            bottom_left: "+",
            bottom_right: "+",
            vertical_left: "|",
            vertical_right: "|",
            horizontal_top: "-",
            horizontal_bottom: "-",
        }
    }

    /// A rule across a pane.
    pub fn rule(self) -> &'static str {
        self.pick("─", "-")
    }

    /// An arrow between words.
    pub fn arrow(self) -> &'static str {
        self.pick("→", "->")
    }

    /// Between the parts of where one is.
    pub fn crumb(self) -> &'static str {
        self.pick("›", ">")
    }

    /// Marks the selected entry beside its style, for terminals without.
    pub fn marker(self) -> &'static str {
        self.pick("▸", ">")
    }

    /// Marks a decisive line beside its style.
    pub fn bar(self) -> &'static str {
        self.pick("▌", "!")
    }

    /// Something folded, and something open.
    pub fn fold(self, folded: bool) -> &'static str {
        if folded { self.pick("▸", "+") } else { self.pick("▾", "-") }
    }
}

/// The verdict that looks like a status.
pub fn verdict_of(status: Status) -> Verdict {
    match status {
        Status::Open => Verdict::Open,
        Status::Broken => Verdict::Closed,
        Status::Unknown => Verdict::Unknown,
    }
}
