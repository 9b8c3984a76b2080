//! Training on screens: the list, a session in each mode, the verdict on the graph, the debrief, the model path.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::sample::{drawn, drilled, level, levels, press, type_in};
use crate::playbook::Shelf;
use crate::train::{Bank, Mode, Scenario};
use crate::tui::action::Place;
use crate::tui::app::App;
use crate::tui::drill::{Choosing, Part};
use crate::tui::message::{Effect, Msg};
use crate::tui::{LevelRequest, StartRequest, Variant};

fn seen(app: &mut App) -> String {
    drawn(app, 100, 40)
}

fn sees(app: &mut App, texts: &[&str]) {
    let text = seen(app);
    for wanted in texts {
        assert!(text.contains(wanted), "{wanted:?} is not in\n{text}");
    }
}

/// Selects the read of this name, wherever it stands.
fn at_read(app: &mut App, name: &str) {
    let drill = app.walk.as_mut().unwrap().drill.as_mut().unwrap();
    let at = drill.reads().iter().position(|probe| probe.name == name).unwrap();
    drill.select(at);
}

/// Goes through the form: the right edge, cause and fix.
fn judge_rightly(app: &mut App) -> Vec<Effect> {
    press(app, &["v"]);
    for part in [Part::Edge, Part::Cause, Part::Fix] {
        let drill = app.walk.as_ref().unwrap().drill.as_ref().unwrap();
        let scenario = drill.session.scenario();
        let right = |id: &str| match part {
            Part::Edge => scenario.right_edges.contains(id),
            Part::Cause => scenario.causes.iter().any(|cause| cause.id == id && cause.right),
            _ => scenario.fixes.iter().any(|fix| fix.id == id && fix.right),
        };
        let at = Choosing::choices(&drill.session, part).iter().position(|(id, _)| right(id)).unwrap();
        press(app, &vec!["Down"; at]);
        press(app, &["Enter"]);
    }
    press(app, &["Enter"])
}

#[test]
fn the_list_is_narrowed_down_and_a_level_is_played_as_chosen() {
    let mut app = super::sample::app();
    assert_eq!(press(&mut app, &["Down", "Enter"]), [Effect::Levels]);
    sees(&mut app, &["being found"]);
    app.update(Msg::Levels(Box::new(levels())));
    sees(&mut app, &["▸ b/due", "due, best 40", "■□□□", "practice: hints on demand", "as written", "identity 1 of 2"]);
    press(&mut app, &["1"]);
    sees(&mut app, &["only identity", "a/new"]);
    assert!(!seen(&mut app).contains("b/due"));
    press(&mut app, &["1", "u"]);
    sees(&mut app, &["1 of 3 levels, only due", "b/due"]);
    press(&mut app, &["u", "f", "f", "f"]);
    sees(&mut app, &["only hard", "c/later"]);
    press(&mut app, &["2"]);
    sees(&mut app, &["No level fits. 1 2 3, f and u choose"]);
    assert_eq!(press(&mut app, &["Enter"]), []);
    press(&mut app, &["2", "f", "Tab", "v", "/", "l", "a", "t", "e", "r", "Enter"]);
    let request = LevelRequest { id: "c/later".into(), mode: Mode::Interview, variant: Variant::Any };
    assert_eq!(press(&mut app, &["Enter"]), [Effect::Walk(StartRequest::Level(request), false)]);
}

#[test]
fn practice_says_what_it_expects_looks_and_gives_its_verdict() {
    let mut app = drilled(Mode::Practice);
    sees(&mut app, &["Ticket", "8 of 8 left", "Expect: 1 2 3 layer", "identity ?"]);
    // A look without a hypothesis is asked for twice, a jump for its reason, the last hint twice.
    at_read(&mut app, "endpoints");
    press(&mut app, &["Enter"]);
    sees(&mut app, &["Say first what you expect", "8 of 8 left"]);
    press(&mut app, &["x"]);
    sees(&mut app, &["You expect: network, something stops it"]);
    press(&mut app, &["x"]);
    sees(&mut app, &["Expect: 1 2 3 layer"]);
    press(&mut app, &["x", "Enter"]);
    sees(&mut app, &["Why there first?", "8 of 8 left"]);
    press(&mut app, &["Esc"]);
    sees(&mut app, &["You expect: network", "8 of 8 left"]);
    press(&mut app, &["Enter"]);
    type_in(&mut app, "the image came by it");
    press(&mut app, &["Enter"]);
    sees(&mut app, &["Expected closed, saw closed: consistent.", "the image came by it", "describe-vpc-endpoints"]);
    sees(&mut app, &["7 of 8 left"]);
    press(&mut app, &["h"]);
    sees(&mut app, &["Hint 1 of 3, minus 5 points"]);
    press(&mut app, &["h", "h"]);
    sees(&mut app, &["costs 20 points. h again shows it"]);
    assert!(!seen(&mut app).contains("Hint 3 of 3"));
    press(&mut app, &["h"]);
    sees(&mut app, &["Hint 3 of 3"]);
    press(&mut app, &["t"]);
    sees(&mut app, &["Ticket"]);
    // What was chosen is still there after a look back; an empty part is asked about once.
    press(&mut app, &["v", "Space", "Esc"]);
    sees(&mut app, &["Reads"]);
    press(&mut app, &["v"]);
    sees(&mut app, &["[● edge]"]);
    press(&mut app, &["Tab", "Tab", "Tab"]);
    type_in(&mut app, "the way was there");
    press(&mut app, &["Enter"]);
    sees(&mut app, &["There is no cause and no fix yet. Enter again gives the verdict without."]);
    press(&mut app, &["BackTab", "BackTab", "BackTab", "Space", "Esc"]);
    let effects = judge_rightly(&mut app);
    let [Effect::Trained(debrief)] = &effects[..] else { panic!("{effects:?}") };
    // By hand: edge 30, cause 20, fix 15, a justified jump 15, one cheap probe 10, its hypothesis 10; hints 5, 10 and 20.
    assert_eq!(debrief.score.total, 30 + 20 + 15 + 15 + 10 + 10 - 5 - 10 - 20);
    assert_eq!(debrief.verdict.note, "the way was there");
    sees(&mut app, &["65 of 100", "What was broken", "explain the right answer in your own words"]);
}

#[test]
fn the_debrief_is_read_explained_taken_along_and_walked_as_the_model_did() {
    let mut app = drilled(Mode::Practice);
    at_read(&mut app, "inline");
    press(&mut app, &["1", "o", "Enter"]);
    judge_rightly(&mut app);
    let text = drawn(&mut app, 140, 200);
    for part in [
        "Causes",
        "Fixes",
        "Your way, and the model's",
        "told causes apart",
        "The ways part at step 2",
        "In ninety seconds",
        "To remember",
        "What would have prevented it",
        "All hints",
        "https://",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    press(&mut app, &["x"]);
    type_in(&mut app, "It has a policy of its own");
    press(&mut app, &["Enter"]);
    let effects = press(&mut app, &["y"]);
    assert!(
        matches!(&effects[..], [Effect::Copy(_, text)] if text.contains("own words: It has a policy of its own")),
        "{effects:?}"
    );
    assert!(matches!(&press(&mut app, &["e"])[..], [Effect::WriteDebrief(_)]));
    let steps = level().level.model_path.len();
    press(&mut app, &["r"]);
    sees(&mut app, &[&format!("The model path: step 1 of {steps}"), "Why "]);
    press(&mut app, &vec!["Enter"; steps - 1]);
    sees(&mut app, &[&format!("step {steps} of {steps}")]);
    press(&mut app, &["Enter"]);
    sees(&mut app, &["That was the model path."]);
    press(&mut app, &["Esc", "Enter"]);
    // The same screens as the real thing, with the whole truth now.
    sees(&mut app, &["[Verdict]", "✗ closed: endpoint-policy", "BROKEN"]);
    press(&mut app, &["Esc"]);
    app.update(Msg::Levels(Box::new(levels())));
    let next = LevelRequest { id: "b/due".into(), mode: Mode::Practice, variant: Variant::Written };
    assert_eq!(press(&mut app, &["n"]), [Effect::Walk(StartRequest::Level(next), false)]);
}

#[test]
fn nothing_tells_the_answer_before_the_verdict() {
    for mode in [Mode::Guided, Mode::Practice, Mode::Interview] {
        let mut app = drilled(mode);
        // Everything is read that the budget allows.
        let names: Vec<String> = level().probes.iter().map(|probe| probe.name.clone()).collect();
        for name in &names {
            at_read(&mut app, name);
            press(&mut app, &["Enter", "Enter"]);
            if app.place() == Place::Words {
                press(&mut app, &["Esc"]);
            }
        }
        for _ in 0..5 {
            let text = drawn(&mut app, 200, 60);
            for bad in ["endpoint-policy.no-allow", "✗", "BROKEN", "modify-vpc-endpoint", "closed:"] {
                assert!(!text.contains(bad), "{mode:?}: {bad} in\n{text}");
            }
            press(&mut app, &["Tab"]);
        }
    }
}

#[test]
fn what_lets_the_request_through_is_not_ruled_out_where_it_must_be_kept_out() {
    let bank = Bank::new(Vec::new(), Shelf::new(Vec::new()));
    let scenario = Scenario::open(&bank, "aws/walls-between-units", None).unwrap();
    let names: Vec<String> = scenario.probes.iter().map(|probe| probe.name.clone()).collect();
    let mut app = super::sample::app();
    let what = LevelRequest { id: "k".into(), mode: Mode::Practice, variant: Variant::Written };
    let number = app.begin_walk(StartRequest::Level(what), false);
    app.update(Msg::Level(number, Ok(Arc::new(scenario))));
    for name in &names {
        at_read(&mut app, name);
        press(&mut app, &["Enter", "Enter"]);
        let text = drawn(&mut app, 200, 60).to_lowercase();
        assert!(!text.contains("ruled out") && !text.contains("rules out"), "{name}\n{text}");
    }
    sees(&mut app, &["✓ open"]);
}

#[test]
fn a_drill_does_not_tell_how_much_is_broken() {
    let bank = Bank::new(Vec::new(), Shelf::new(Vec::new()));
    let mut counts = BTreeSet::new();
    // Seeds that draw each of its levels.
    for seed in 0..12 {
        let scenario = Scenario::open(&bank, "aws/since-this-morning", Some(seed)).unwrap();
        if !counts.insert(scenario.level.answer.len()) {
            continue;
        }
        let mut app = super::sample::app();
        let what = LevelRequest { id: "d".into(), mode: Mode::Practice, variant: Variant::Seed(seed) };
        let number = app.begin_walk(StartRequest::Level(what), false);
        app.update(Msg::Level(number, Ok(Arc::new(scenario))));
        press(&mut app, &["v"]);
        sees(&mut app, &["Your verdict: at most 2 things are broken"]);
        // Enter chooses one, and a second one only by itself.
        press(&mut app, &["Space", "Down", "Enter", "BackTab"]);
        assert_eq!(seen(&mut app).matches('◉').count(), 1);
        press(&mut app, &["Space"]);
        assert_eq!(seen(&mut app).matches('◉').count(), 2);
    }
    assert_eq!(counts.len(), 2, "one fault, and two at once");
}

#[test]
fn an_interview_has_a_clock_a_budget_no_path_and_asks_why() {
    let mut app = drilled(Mode::Interview);
    sees(&mut app, &["Interviewer", "minutes and 8 probe points", ":00 left", "[Session]  Facts"]);
    assert!(!seen(&mut app).contains("Path"));
    at_read(&mut app, "inline");
    press(&mut app, &["1", "o", "Enter"]);
    sees(&mut app, &["Why there first, in the identity layer?", "Your reason"]);
    type_in(&mut app, "it comes first");
    press(&mut app, &["Enter"]);
    sees(&mut app, &["Noted. 7 probe points are left."]);
    let limit = level().level.minutes * 60;
    for _ in 0..limit {
        app.update(Msg::Tick);
    }
    sees(&mut app, &["time is up", "v opens the form."]);
    at_read(&mut app, "endpoints");
    press(&mut app, &["x", "Enter"]);
    sees(&mut app, &["Not done: The time is up."]);
    // The form shows the path to point at, with nothing ruled out.
    press(&mut app, &["v"]);
    let text = seen(&mut app);
    assert!(text.contains("[○ edge]") && text.contains("bucket") && !text.contains("ruled out"), "{text}");
    press(&mut app, &["Space"]);
    assert!(seen(&mut app).contains('✗'), "the chosen edge is painted as broken");
    press(&mut app, &["Space", "Esc"]);
    let effects = judge_rightly(&mut app);
    let [Effect::Trained(debrief)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(debrief.score.total, 100, "{:?}", debrief.score);
    sees(&mut app, &["100 of 100, mastered", "Verdict"]);
}

#[test]
fn guidance_takes_the_first_step_and_a_session_waits_when_it_is_left() {
    let mut app = drilled(Mode::Guided);
    let text = drawn(&mut app, 200, 60);
    for wanted in ["Tutor", "I take the first step", "Step 2 is yours", "7 of 8 left"] {
        assert!(text.contains(wanted), "{wanted} is not in\n{text}");
    }
    press(&mut app, &["Esc"]);
    app.update(Msg::Levels(Box::new(levels())));
    sees(&mut app, &["Train: 3 levels", "The session waits"]);
    press(&mut app, &["Esc", "Enter"]);
    sees(&mut app, &["7 of 8 left"]);
    assert_eq!(press(&mut app, &["q"]), []);
    sees(&mut app, &["nothing of it is kept before the verdict"]);
    assert_eq!(press(&mut app, &["q"]), [Effect::Quit]);
}
