//! Sessions of a user, without a terminal: messages in, screens out.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::action::{Place, TABLE, action};
use super::app::{App, Effect, Msg};
use super::look::Look;
use super::{ExampleEntry, HostError, StartRequest, screen};
use crate::engine::{Event, PlannedQuery};
use crate::facts::{Call, Fact, FactStatus, Facts};
use crate::model::{
    Confidence, Decisive, Diagnosis, Edge, Effect as Stop, GateReport, Layer, LayerReport, Node, PathReport,
    PlaybookRef, Request, Status, Verdict,
};

fn look() -> Look {
    Look::fixed(true, false)
}

fn app() -> App {
    let mut app = App::new(look());
    app.meet(None, vec![ExampleEntry { name: "broken".into(), title: "A broken one".into() }], Vec::new());
    app
}

fn key(code: KeyCode) -> Msg {
    Msg::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    keys.chars().flat_map(|c| app.update(key(KeyCode::Char(c)))).collect()
}

fn gate(id: &str, edge: &str, layer: Layer, name: &str, status: Verdict) -> GateReport {
    GateReport {
        id: id.into(),
        edge: edge.into(),
        layer,
        gate: name.into(),
        step: name.into(),
        status,
        effect: (status == Verdict::Closed).then_some(Stop::NoAllow),
        code: format!("aws.{name}.{}", status.as_str()),
        action: Some("s3:GetObject".into()),
        blame: (status == Verdict::Closed).then(|| "vpce-1".into()),
        decisive: vec![Decisive {
            document: "vpce-1 policy".into(),
            statement: "#0".into(),
            text: Some("{\n  \"Effect\": \"Allow\"\n}".into()),
        }],
        summary: format!("{name} is {}.\u{1b}[31m\u{202e}", status.as_str()),
        question: "Does it let the request through?".into(),
        why: "Because it stands on the way.".into(),
        confidence: Confidence::Config,
        missing: Vec::new(),
        facts: vec!["f1".into()],
        fixes: Vec::new(),
        notes: Vec::new(),
        links: Vec::new(),
        controls: Vec::new(),
        pending: false,
    }
}

fn diagnosis(finished: bool) -> Arc<Diagnosis> {
    let edge = |id: &str, from: &str, to: &str, layer, status, gates: &[&str]| Edge {
        id: id.into(),
        from: from.into(),
        to: to.into(),
        layer,
        status,
        gates: gates.iter().map(|gate| (*gate).to_owned()).collect(),
    };
    let node = |id: &str, kind: &str, label: &str| Node {
        id: id.into(),
        kind: kind.into(),
        label: label.into(),
        reference: label.into(),
    };
    let mut gates = vec![
        gate("g1", "e1", Layer::Identity, "identity-policy", Verdict::Open),
        gate("g2", "e2", Layer::Network, "route", Verdict::Open),
        gate("g3", "e3", Layer::Network, "endpoint-policy", Verdict::Closed),
        gate("g4", "e3", Layer::Storage, "key-policy", Verdict::Unknown),
    ];
    if !finished {
        gates[2].status = Verdict::Unknown;
        gates[2].pending = true;
    }
    let layers = [(Layer::Identity, Status::Open), (Layer::Network, Status::Broken), (Layer::Storage, Status::Unknown)];
    Arc::new(Diagnosis {
        verdict: Status::Broken,
        sentence: "The endpoint's policy does not allow it.".into(),
        request: Request {
            principal: "role/trainer".into(),
            action: "s3:GetObject".into(),
            resource: "arn:aws:s3:::b/k".into(),
            origin: "eni-1".into(),
            ..Request::default()
        },
        playbook: PlaybookRef { id: "aws/s3-object".into(), version: 1 },
        layers: layers.into_iter().map(|(id, status)| LayerReport { id, status, gates: Vec::new() }).collect(),
        path: PathReport {
            nodes: vec![
                node("n1", "role", "trainer"),
                node("n2", "subnet", "subnet-1"),
                node("n3", "endpoint", "vpce-1"),
                node("n4", "bucket", "s3://a-bucket-with-a-name-that-is-rather-long"),
            ],
            edges: vec![
                edge("e1", "n1", "n4", Layer::Identity, Status::Open, &["g1"]),
                edge("e2", "n2", "n3", Layer::Network, Status::Open, &["g2"]),
                edge("e3", "n3", "n4", Layer::Network, Status::Broken, &["g3"]),
                edge("e4", "n3", "n4", Layer::Storage, Status::Unknown, &["g4"]),
            ],
        },
        broken_edge: Some("e3".into()),
        gates,
        fixes: Vec::new(),
    })
}

fn fact() -> Fact {
    serde_json::from_value(serde_json::json!({
        "id": "f1", "call": "ec2:DescribeVpcEndpoints", "params": {}, "status": "ok", "at": "2026-01-31T09:00:00Z", "took_ms": 31,
        "body": {"VpcEndpoints": [{"VpcEndpointId": "vpce-1"}]},
    }))
    .unwrap()
}

/// A walk as the engine tells it, up to its end.
fn walked() -> App {
    let mut app = app();
    app.begin_walk(&StartRequest::Example("broken".into()));
    let call = Call { name: "ec2:DescribeVpcEndpoints".into(), params: serde_json::Map::new() };
    let facts = Arc::new(Facts::new([fact()]));
    for event in [
        Event::Planned {
            queries: vec![PlannedQuery {
                name: "endpoints".into(),
                call: call.name.clone(),
                why: "The ways out.".into(),
            }],
        },
        Event::Asked { query: "endpoints".into(), call, command: "aws ec2 describe-vpc-endpoints".into() },
        Event::Answered { query: "endpoints".into(), fact: Arc::new(fact()) },
        Event::Judged { diagnosis: diagnosis(false), facts: facts.clone() },
        Event::Finished { diagnosis: diagnosis(true), facts, calls: 1, depth: 1, took_ms: 31 },
    ] {
        app.update(Msg::Engine(Box::new(event)));
    }
    app.update(Msg::Ended(Ok(())));
    app
}

fn drawn(app: &App, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| screen::draw(app, frame)).unwrap();
    if width == 0 || height == 0 { String::new() } else { terminal.backend().to_string() }
}

#[test]
fn no_size_is_too_small_or_too_big() {
    let mut screens = vec![app(), walked()];
    let mut form = app();
    form.update(key(KeyCode::Enter));
    form.update(Msg::Paste("s3://bucket/some/key".into()));
    screens.push(form);
    for tab in 1..4 {
        let mut other = walked();
        for _ in 0..tab {
            other.update(key(KeyCode::Tab));
        }
        screens.push(other);
    }
    let mut help = walked();
    press(&mut help, "?");
    screens.push(help);
    for app in &screens {
        for (width, height) in
            (0..40).flat_map(|width| (0..16).map(move |height| (width, height))).chain([(80, 24), (100, 30), (200, 60)])
        {
            drawn(app, width, height);
        }
    }
}

#[test]
fn the_screens_look_as_they_should() {
    insta::assert_snapshot!("start_80x24", drawn(&app(), 80, 24));
    insta::assert_snapshot!("walk_80x24", drawn(&walked(), 80, 24));
    insta::assert_snapshot!("walk_120x30", drawn(&walked(), 120, 30));
    let mut plain = walked();
    plain.look = Look::fixed(false, true);
    let ascii = drawn(&plain, 80, 24);
    assert!(ascii.is_ascii() && ascii.contains("BROKEN"), "{ascii}");
    insta::assert_snapshot!("walk_ascii_80x24", ascii);
}

#[test]
fn a_finished_walk_shows_the_broken_gate_unless_the_user_has_moved() {
    assert_eq!(walked().walk.unwrap().gate().unwrap().gate, "endpoint-policy");
    let mut app = walked();
    press(&mut app, "1");
    assert_eq!(app.walk.as_ref().unwrap().gate().unwrap().gate, "identity-policy");
    press(&mut app, "nn");
    assert_eq!(app.walk.as_ref().unwrap().gate().unwrap().gate, "key-policy");
    press(&mut app, "n");
    assert_eq!(app.walk.as_ref().unwrap().gate().unwrap().gate, "endpoint-policy", "it goes round");
}

#[test]
fn nothing_of_a_cloud_is_obeyed() {
    let mut app = walked();
    app.update(key(KeyCode::Tab));
    let text = drawn(&app, 120, 40);
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}') && text.contains("\\u{1b}[31m"), "{text}");
}

#[test]
fn every_action_has_a_key_that_works_and_a_help() {
    for entry in TABLE {
        assert!(!entry.help.is_empty() && !entry.keys.is_empty() && !entry.places.is_empty(), "{entry:?}");
        for place in entry.places {
            let works = entry.keys.iter().any(|name| action(named(name), *place) == Some(entry.action));
            assert!(works, "{:?} cannot be reached in {place:?}", entry.action);
        }
    }
}

fn named(name: &str) -> KeyEvent {
    let code = match name {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "BackTab" => KeyCode::BackTab,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "PageUp" => KeyCode::PageUp,
        "PageDown" => KeyCode::PageDown,
        "Space" => KeyCode::Char(' '),
        "Ctrl-c" => return KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL),
        other => KeyCode::Char(other.chars().next().unwrap()),
    };
    KeyEvent::new(code, KeyModifiers::NONE)
}

#[test]
fn a_session_from_the_form() {
    let mut app = app();
    assert!(app.update(key(KeyCode::Enter)).is_empty());
    assert!(app.update(key(KeyCode::Enter)).is_empty(), "an empty resource is refused");
    assert!(app.toast.as_ref().unwrap().contains("resource"));
    press(&mut app, "s3://b/q?");
    app.update(key(KeyCode::Tab));
    press(&mut app, "arn");
    let effects = app.update(key(KeyCode::Enter));
    let [Effect::Walk(StartRequest::Live(live))] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(
        (live.resource.as_str(), live.principal.as_deref(), live.action.as_deref()),
        ("s3://b/q?", Some("arn"), None)
    );
    // It could not be walked: the sentence is shown, and the form is kept.
    app.begin_walk(&StartRequest::Live(live.clone()));
    app.update(Msg::Ended(Err(HostError { sentence: "no credentials".into(), next: "sign in".into(), exit: 5 })));
    assert!(drawn(&app, 80, 24).contains("no credentials"));
    app.update(key(KeyCode::Esc));
    app.update(key(KeyCode::Enter));
    assert!(drawn(&app, 80, 24).contains("s3://b/q?"));
    assert_eq!(app.exit().error.unwrap().exit, 5);
}

#[test]
fn a_walk_under_way_is_cancelled_before_it_is_left() {
    let mut app = app();
    app.begin_walk(&StartRequest::Example("broken".into()));
    assert_eq!(app.update(key(KeyCode::Esc)), [Effect::Cancel]);
    assert!(app.update(key(KeyCode::Esc)).is_empty());
    assert_eq!(app.place(), Place::Start);
}

#[test]
fn copying_takes_the_meaning_along() {
    let effects = press(&mut walked(), "y");
    let [Effect::Copy(text)] = &effects[..] else { panic!("{effects:?}") };
    assert!(text.contains("aws.endpoint-policy.closed"), "{text}");
}

#[test]
fn facts_that_failed_come_first() {
    let mut app = walked();
    let mut refused = fact();
    refused.id = "f2".into();
    refused.call = "kms:GetKeyPolicy".into();
    refused.status = FactStatus::Denied;
    refused.body = None;
    let walk = app.walk.as_mut().unwrap();
    walk.facts = Some(Arc::new(Facts::new([fact(), refused])));
    let mut changed = (*diagnosis(true)).clone();
    changed.gates[2].facts.push("f2".into());
    walk.diagnosis = Some(Arc::new(changed));
    assert_eq!(walk.evidence()[0].call, "kms:GetKeyPolicy");
}

#[test]
fn a_pasted_error_fills_the_form() {
    let mut app = app();
    let error = "User: ann is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::b/k\"";
    assert_eq!(app.update(Msg::Paste(error.into())), [Effect::Read(error.into())]);
    let read = super::LiveRequest {
        resource: "arn:aws:s3:::b/k".into(),
        action: Some("s3:GetObject".into()),
        ..super::LiveRequest::default()
    };
    app.filled(error, Some((read, "Reported: scp.".into())));
    assert!(drawn(&app, 80, 24).contains("arn:aws:s3:::b/k"));
    let walks = app.update(key(KeyCode::Enter));
    let [Effect::Walk(StartRequest::Live(live))] = &walks[..] else { panic!("{walks:?}") };
    assert_eq!((live.error.as_deref(), live.action.as_deref()), (Some(error), Some("s3:GetObject")));
    // A text that tells nothing is not lost.
    let mut other = self::app();
    other.filled("what is this", None);
    assert!(drawn(&other, 80, 24).contains("what is this") && drawn(&other, 80, 24).contains("No refusal"));
}
