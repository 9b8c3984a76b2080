//! Every action can be reached and is told; the keys mean the same everywhere.

use ratatui::layout::Position;

use super::sample::{app, drawn, live, press, pressed, screens, told, type_in, walked};
use crate::tui::action::{Action, Place, TABLE, here, names};
use crate::tui::app::Screen;
use crate::tui::finder::Run;
use crate::tui::keys::{Keymap, check};
use crate::tui::message::{Effect, Hit, Msg};
use crate::tui::walk::View;

#[test]
fn every_action_has_a_key_that_works_a_name_and_a_help() {
    let keymap = Keymap::default();
    for entry in TABLE {
        assert!(!entry.help.is_empty() && !entry.keys.is_empty() && !entry.places.is_empty(), "{entry:?}");
        for key in entry.keys {
            check(key).unwrap();
        }
        for place in entry.places {
            let works = entry.keys.iter().any(|name| keymap.action(pressed(name), *place) == Some(entry.action));
            assert!(works, "{:?} cannot be reached in {place:?}", entry.action);
        }
    }
    let mut all = names();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), TABLE.len(), "every action has a name of its own");
}

#[test]
fn the_help_lists_every_action_of_its_place_and_runs_what_is_typed() {
    for (name, mut app) in screens() {
        let place = app.place();
        if matches!(place, Place::Finder | Place::Search) {
            continue;
        }
        press(&mut app, &["F1"]);
        let finder = app.finder.as_ref().unwrap_or_else(|| panic!("{name} has no help"));
        let listed: Vec<Run> = finder.all.iter().map(|entry| entry.run).collect();
        for entry in here(place) {
            assert!(listed.contains(&Run::Do(entry.action)), "{:?} is not in the help of {name}", entry.action);
        }
    }
    let mut app = walked();
    press(&mut app, &["?"]);
    type_in(&mut app, "snapshot into");
    assert_eq!(press(&mut app, &["Enter"]), [Effect::Save]);
    assert!(app.finder.is_none());
}

#[test]
fn the_palette_finds_gates_too() {
    let mut app = walked();
    press(&mut app, &["Ctrl-p"]);
    type_in(&mut app, "identity-pol");
    press(&mut app, &["Enter"]);
    assert_eq!(app.walk.as_ref().unwrap().gate().unwrap().gate, "identity-policy");
    press(&mut app, &["/"]);
    type_in(&mut app, "key");
    press(&mut app, &["Enter"]);
    assert_eq!(app.walk.unwrap().gate().unwrap().gate, "key-policy");
}

#[test]
fn the_footer_tells_only_what_works_here() {
    let footer = |app: &mut _| drawn(app, 140, 30).lines().last().unwrap().to_owned();
    let done = footer(&mut walked());
    assert!(done.contains("y copy fix") && done.contains("n next broken") && !done.contains("cancel"), "{done}");
    let running = footer(&mut told(live(), false, 5));
    assert!(running.contains("x cancel") && running.contains("Space pause") && !running.contains("skip"), "{running}");
    let paused = footer(&mut told(live(), true, 3));
    assert!(paused.contains("Space go on") && paused.contains(". step") && paused.contains("- skip"), "{paused}");
    let mut form = app();
    press(&mut form, &["Enter"]);
    let form = footer(&mut form);
    assert!(form.contains("Enter walk") && form.contains("Ctrl-c quit"), "{form}");
}

#[test]
fn esc_goes_back_from_everywhere_to_the_beginning_and_never_further() {
    for (name, mut app) in screens() {
        for _ in 0..12 {
            let effects = press(&mut app, &["Esc"]);
            assert!(
                effects.iter().all(|effect| matches!(effect, Effect::Check(..) | Effect::Levels)),
                "{name}: Esc only goes back"
            );
        }
        assert_eq!((app.place(), app.screens.len()), (Place::Start, 1), "{name}");
    }
    let mut app = walked();
    press(&mut app, &["Enter", "Enter"]);
    assert!(drawn(&mut app, 100, 30).contains("Diagnose › s3://b/k › Verdict › Steps › Evidence"));
    press(&mut app, &["Esc"]);
    assert_eq!(app.walk.as_ref().unwrap().view(), View::Steps);
    press(&mut app, &["Esc", "Esc"]);
    assert_eq!(app.screen(), Screen::Form, "behind a live walk stands its form");
    assert!(drawn(&mut app, 80, 24).contains("s3://b/k"));
}

#[test]
fn q_asks_only_when_answers_would_be_lost_and_ctrl_c_never() {
    assert_eq!(press(&mut walked(), &["q"]), [Effect::Quit]);
    assert_eq!(press(&mut app(), &["q"]), [Effect::Quit]);
    let mut running = told(live(), false, 4);
    assert!(press(&mut running, &["q"]).is_empty());
    assert!(drawn(&mut running, 80, 24).contains("q again leaves"));
    assert!(press(&mut running, &["j", "q"]).is_empty(), "another key takes the question back");
    assert_eq!(press(&mut running, &["q"]), [Effect::Quit]);
    for (name, mut app) in screens() {
        assert_eq!(press(&mut app, &["Ctrl-c"]), [Effect::Quit], "{name}");
    }
}

#[test]
fn the_mouse_is_off_until_asked_for_and_clicks_do_what_they_touch() {
    use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
    let mut app = walked();
    assert!(!app.mouse);
    assert_eq!(press(&mut app, &["m"]), [Effect::Mouse(true)]);
    assert!(drawn(&mut app, 120, 30).contains("mouse"));
    let click = |app: &mut crate::tui::app::App, hit: &Hit| {
        let (area, _) = app.hits.iter().find(|(_, what)| what == hit).unwrap_or_else(|| panic!("no {hit:?}")).clone();
        let Position { x, y } = area.as_position();
        let event = MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: x + u16::from(area.width > 1),
            row: y,
            modifiers: KeyModifiers::NONE,
        };
        app.update(Msg::Mouse(event))
    };
    drawn(&mut app, 120, 30);
    click(&mut app, &Hit::Gate(0));
    assert_eq!(app.walk.as_ref().unwrap().selected, 0);
    drawn(&mut app, 120, 30);
    click(&mut app, &Hit::Way("n3".into(), "n4".into()));
    assert_eq!(app.walk.as_ref().unwrap().gate().unwrap().gate, "endpoint-policy", "the edge shows its gate");
    drawn(&mut app, 120, 30);
    click(&mut app, &Hit::Station("n1".into()));
    assert_eq!(app.walk.as_ref().unwrap().gate().unwrap().gate, "identity-policy", "a station shows what is about it");
    drawn(&mut app, 120, 30);
    click(&mut app, &Hit::Station("n3".into()));
    assert_eq!(app.walk.as_ref().unwrap().gate().unwrap().gate, "endpoint-policy", "what is closed first");
    drawn(&mut app, 120, 30);
    assert!(
        matches!(click(&mut app, &Hit::Do(Action::Copy))[..], [Effect::Copy(..)]),
        "hints of the footer are clicked"
    );
    click(&mut app, &Hit::View(View::Facts));
    drawn(&mut app, 120, 30);
    let wheel = MouseEvent { kind: MouseEventKind::ScrollDown, column: 5, row: 8, modifiers: KeyModifiers::NONE };
    app.update(Msg::Mouse(wheel));
    assert_eq!(app.walk.as_ref().unwrap().fact, 1);
}
