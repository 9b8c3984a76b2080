//! The pictures of the documentation are the screens themselves: a stale one fails here. `GATEWALK_PICTURES=update cargo test --test terminal_pictures` draws them anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, missing_docs)]

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use gatewalk::config::{Settings, Theme};
use gatewalk::train::Mode;
use gatewalk::tui::{LevelRequest, Options, Rehearsal, StartRequest, Variant};
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

#[path = "support/host.rs"]
mod support;

fn session(theme: Theme) -> Rehearsal {
    let settings = Settings { theme, ascii: Some(false), ..Settings::default() };
    Rehearsal::new(Arc::new(support::Calm { panics: false }), Options::default(), &settings).unwrap()
}

fn walked(theme: Theme) -> Rehearsal {
    example(theme, "broken-endpoint")
}

fn example(theme: Theme, name: &str) -> Rehearsal {
    let mut session = session(theme);
    session.walk(StartRequest::Example(name.into()));
    session
}

/// A screen as a terminal would be told to draw it.
fn ansi(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut before = Style::reset();
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            if cell.style() != before {
                before = cell.style();
                out.push_str("\u{1b}[0m");
                out.push_str(&codes(cell.fg, cell.modifier));
            }
            out.push_str(cell.symbol());
        }
        out.push_str("\u{1b}[0m\n");
    }
    out
}

fn codes(fg: Color, modifier: Modifier) -> String {
    let mut out = String::new();
    for (held, code) in [(Modifier::BOLD, 1), (Modifier::DIM, 2), (Modifier::UNDERLINED, 4), (Modifier::REVERSED, 7)] {
        if modifier.contains(held) {
            let _ = write!(out, "\u{1b}[{code}m");
        }
    }
    let colour = match fg {
        Color::Red => "31".to_owned(),
        Color::Green => "32".to_owned(),
        Color::Yellow => "33".to_owned(),
        Color::Cyan => "36".to_owned(),
        Color::Indexed(index) => format!("38;5;{index}"),
        _ => return out,
    };
    let _ = write!(out, "\u{1b}[{colour}m");
    out
}

fn picture(name: &str, session: &mut Rehearsal, width: u16, height: u16) {
    let svg = anstyle_svg::Term::new().render_svg(&ansi(&session.frame(width, height)));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(format!("{name}.svg"));
    if std::env::var_os("GATEWALK_PICTURES").is_some_and(|value| value == "update") {
        std::fs::write(&path, &svg).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let text = session.text(width, height);
    assert!(
        kept == svg,
        "assets/{name}.svg is stale; GATEWALK_PICTURES=update draws it anew. The screen is now:\n{text}"
    );
}

#[test]
fn the_pictures_of_the_documentation_are_up_to_date() {
    picture("start", &mut session(Theme::Default), 100, 28);
    picture("verdict", &mut walked(Theme::Default), 120, 36);
    picture("verdict-80x24", &mut walked(Theme::Colorblind), 80, 24);
    picture("azure", &mut example(Theme::Default, "azure-private-blob"), 120, 36);
    picture("steps", walked(Theme::Default).press(&["Enter"]), 110, 40);
    picture("evidence", walked(Theme::Default).press(&["Enter", "Enter"]), 130, 32);
    picture("help", walked(Theme::Default).press(&["?"]), 110, 34);
    let error = "An error occurred (AccessDenied) when calling the GetObject operation: User: arn:aws:sts::072335615623:assumed-role/trainer/s is not \
                 authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::fraud-features-072335615623/features/fraud/train.csv\" because no \
                 VPC endpoint policy allows the s3:GetObject action";
    picture("form", session(Theme::Default).paste(error).settle(), 100, 26);
    let level = LevelRequest { id: "aws/half-a-door".into(), mode: Mode::Practice, variant: Variant::Written };
    let mut training = session(Theme::Default);
    training.walk(StartRequest::Level(level)).press(&["1", "o", "Down", "Down", "Down", "Down", "Down", "Enter"]);
    picture("training", training.press(&["1", "o"]), 170, 44);
}

#[test]
fn an_on_call_engineer_pastes_an_error_and_a_newcomer_steps_through() {
    let mut session = walked(Theme::Default);
    let before = session.text(100, 30);
    assert!(before.contains("BROKEN"));
    // One query asked again leaves the same verdict, and the user where he is.
    session.press(&["BackTab", "G", "r"]).until_finished();
    let text = session.text(100, 30);
    assert!(text.contains("[Facts]") && text.contains("BROKEN"), "{text}");
    // Step by step: nothing is judged open before it is answered.
    session.press(&["."]);
    session.settle();
    let text = session.text(100, 30);
    assert!(text.contains("Waiting for you") && !text.contains('✓'), "{text}");
    session.press(&["Space"]).until_finished();
    assert!(session.text(100, 30).contains("network ✗ BROKEN"));
    session.press(&["x", "q"]);
    assert!(session.is_over());
}
