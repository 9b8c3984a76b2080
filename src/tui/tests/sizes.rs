//! Every screen at every size; nothing of a cloud obeyed; nothing but ASCII where nothing else is known.

use proptest::prelude::*;

use super::sample::{HOSTILE, WAYS, drawn, frame, reached, screens, walked};
use crate::config::Theme;
use crate::tui::look::Look;

#[test]
fn every_screen_at_every_small_size_and_at_the_usual_ones() {
    for (name, mut app) in screens() {
        let small = (0..=24).flat_map(|width| (0..=8).map(move |height| (width, height)));
        let edge = (58..=63).flat_map(|width| (14..=18).map(move |height| (width, height)));
        for (width, height) in small.chain(edge).chain([(80, 24), (100, 30), (120, 40), (200, 60), (200, 1), (1, 60)]) {
            let text = drawn(&mut app, width, height);
            let area = ratatui::layout::Rect::new(0, 0, width, height);
            for (hit, what) in &app.hits {
                assert!(area.union(*hit) == area || hit.is_empty(), "{name} {width}x{height}: {what:?} at {hit:?}");
            }
            assert!((width, height) != (80, 24) || text.trim().len() > 100, "{name} is empty");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    /// Any size, any keys: no panic, and nothing outside.
    #[test]
    fn any_size_after_any_keys(
        at in 0_usize..40,
        keys in proptest::collection::vec(prop::sample::select(KEYS), 0..12),
        width in 0_u16..=200,
        height in 0_u16..=60,
    ) {
        let app = &mut reached(&WAYS[at % WAYS.len()]);
        frame(app, width, height);
        super::sample::press(app, &keys);
        frame(app, width, height);
        frame(app, height, width.min(60));
    }
}

const KEYS: &[&str] = &[
    "Enter", "Esc", "Tab", "BackTab", "Up", "Down", "Left", "Right", "PageDown", "PageUp", "Home", "End", "n", "N",
    "/", "?", ":", "y", "a", "r", "x", "Space", ".", "-", "z", "[", "]", "H", "J", "K", "L", "d", "s", "w", "m", "1",
    "3", "q", "é", "日", "o", "v", "h", "t", "f", "u", "b",
];

#[test]
fn control_characters_are_shown_on_every_screen_and_never_obeyed() {
    let mut seen = 0;
    for (name, mut app) in screens() {
        for (width, height) in [(80, 24), (200, 60), (30, 8)] {
            let text = drawn(&mut app, width, height);
            let bad = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!text.chars().any(bad), "{name} {width}x{height}: {text:?}");
            seen += usize::from(text.contains("\\u{1b}"));
        }
    }
    assert!(seen > 10, "the hostile text {HOSTILE:?} is on many screens: {seen}");
}

#[test]
fn below_the_least_size_the_verdict_is_said_in_words() {
    let text = drawn(&mut walked(), 40, 10);
    assert!(
        text.contains("BROKEN") && text.contains("endpoint's policy does not") && text.contains("needs 60x16"),
        "{text}"
    );
}

#[test]
fn ascii_means_ascii_on_every_screen() {
    for (name, mut app) in screens() {
        app.look = Look::fixed(Theme::Mono, true);
        // Lists are written when they are opened.
        let opens = match name {
            "palette" => &["Esc", ":"][..],
            "find a gate" => &["Esc", "/"],
            "find an offer" => &["Esc", "/"],
            _ => &[],
        };
        super::sample::press(&mut app, opens);
        for (width, height) in [(80, 24), (200, 60), (40, 10)] {
            let text = drawn(&mut app, width, height);
            let odd: String = text.chars().filter(|c| !c.is_ascii()).collect();
            assert!(odd.is_empty(), "{name}: {odd:?}\n{text}");
        }
    }
}
