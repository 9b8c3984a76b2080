//! Themes: the broken edge and the selection are told apart in every one of them, without colour too.

use ratatui::style::Modifier;

use super::sample::{drawn, frame, press, walked};
use crate::config::{Settings, Theme};
use crate::tui::look::{Look, style};

/// The row of the picture that holds the mark of the broken way.
fn broken_cells(app: &mut crate::tui::app::App) -> Vec<ratatui::buffer::Cell> {
    let buffer = frame(app, 120, 30);
    let picture = buffer.area.width * 3 / 5;
    let cells = buffer.content.iter().enumerate();
    cells
        .filter(|(at, cell)| at % 120 < usize::from(picture) && *at > 120 * 3 && "┃━┏┓┗┛#=".contains(cell.symbol()))
        .map(|(_, cell)| cell.clone())
        .collect()
}

#[test]
fn the_broken_edge_is_unmistakable_in_every_theme() {
    for theme in [Theme::Default, Theme::Light, Theme::Colorblind, Theme::Mono] {
        for ascii in [false, true] {
            let mut app = walked();
            app.look = Look::fixed(theme, ascii);
            let cells = broken_cells(&mut app);
            assert!(!cells.is_empty(), "a line of its own: {theme:?} {ascii}");
            assert!(cells.iter().all(|cell| cell.modifier.contains(Modifier::BOLD)), "{theme:?} {ascii}");
            let buffer = frame(&mut app, 120, 30);
            let glyph = if ascii { "X" } else { "✗" };
            let marked =
                |cell: &&ratatui::buffer::Cell| cell.symbol() == glyph && cell.modifier.contains(Modifier::REVERSED);
            assert!(buffer.content.iter().any(|cell| marked(&cell)), "a mark in reverse: {theme:?} {ascii}");
            let text = drawn(&mut app, 120, 30);
            assert!(text.contains("BROKEN") && text.contains("unknown"), "and words: {text}");
            let dotted = if ascii { [':', '.'] } else { ['┊', '┈'] };
            assert!(text.contains(dotted), "unknown is dotted: {text}");
        }
    }
}

#[test]
fn the_selection_is_seen_without_colours_and_the_background_is_left_alone() {
    for theme in [Theme::Default, Theme::Light, Theme::Colorblind, Theme::Mono] {
        let mut app = walked();
        app.look = Look::fixed(theme, false);
        press(&mut app, &["BackTab"]);
        let buffer = frame(&mut app, 100, 30);
        assert!(buffer.content.iter().any(|cell| cell.modifier.contains(Modifier::REVERSED)), "{theme:?}");
        assert!(buffer.content.iter().all(|cell| cell.bg == ratatui::style::Color::Reset), "{theme:?}");
        let hard = [ratatui::style::Color::White, ratatui::style::Color::Black, ratatui::style::Color::Blue];
        assert!(buffer.content.iter().all(|cell| !hard.contains(&cell.fg)), "no hard white, black or ANSI blue");
        let coloured = buffer.content.iter().any(|cell| cell.fg != ratatui::style::Color::Reset);
        assert_eq!(coloured, theme != Theme::Mono);
    }
}

#[test]
fn a_colour_of_ones_own_lies_over_the_theme() {
    assert!(style("bold #d75f00").is_ok() && style("33").is_ok() && style("lightred").is_ok());
    assert!(style("mauve").unwrap_err().contains("`mauve` is no color"));
    let mut settings = Settings { theme: Theme::Light, ..Settings::default() };
    settings.colors.insert("broken".into(), "bold magenta".into());
    if !crate::tui::wants_no_colour() {
        let look = Look::of(&settings, false);
        let broken = look.status(crate::model::Status::Broken);
        assert_eq!(broken.fg, Some(ratatui::style::Color::Magenta));
        assert_eq!(look.status(crate::model::Status::Open).fg, Some(ratatui::style::Color::Indexed(22)));
    }
}

#[test]
fn narrow_paths_are_lists_and_large_ones_follow_the_selection() {
    let mut app = walked();
    let text = drawn(&mut app, 62, 20);
    assert!(text.contains("✗ BROKEN") && text.contains("→"), "{text}");
    // A picture that is larger than its pane can be moved.
    let mut large = walked();
    let before = drawn(&mut large, 80, 18);
    press(&mut large, &["J", "J", "J"]);
    assert_ne!(before, drawn(&mut large, 80, 18));
}
