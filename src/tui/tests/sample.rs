//! A walk to play with: a path that breaks at its endpoint, with a hostile name in it.

use std::sync::{Arc, OnceLock};

use crossterm::event::KeyEvent;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use serde_json::json;

use crate::config::{Recent, Theme};
use crate::engine::{Event, PlannedQuery};
use crate::facts::{Call, Fact, Facts};
use crate::model::{
    Command, Confidence, Decisive, Diagnosis, Edge, Effect as Stop, Fix, GateReport, Layer, LayerReport, Node,
    PathReport, PlaybookRef, Request, Risk, Status, Verdict, Verified,
};
use crate::playbook::Shelf;
use crate::train::schema::{Difficulty, Written};
use crate::train::{Bank, Entry, Mode, Scenario};
use crate::tui::app::App;
use crate::tui::keys::{Keymap, key};
use crate::tui::look::Look;
use crate::tui::message::{Effect, Msg};
use crate::tui::{
    ExampleEntry, Field, Identity, LevelEntry, LevelRequest, Levels, LiveRequest, PlaybookEntry, SnapshotEntry,
    StartRequest, Suggestion, Variant, World, screen,
};

/// What no terminal may obey.
pub const HOSTILE: &str = "\u{1b}[2J\u{202e}\u{7}";

pub fn world() -> World {
    World {
        identity: Identity { credentials: Some("profile dev".into()), account: Some("123456789012".into()) },
        examples: vec![ExampleEntry { name: "broken".into(), title: "A broken one".into() }],
        playbooks: vec![PlaybookEntry { id: "aws/s3-object".into(), title: "Objects".into(), inputs: Vec::new() }],
        recents: vec![Recent::new(
            "2026-01-31T09:00:00Z".into(),
            format!("s3://late{HOSTILE}"),
            Status::Broken,
            format!("It is closed.{HOSTILE}"),
        )],
        snapshots: vec![SnapshotEntry { path: "saved.json".into(), about: "s3:GetObject arn:aws:s3:::b/k".into() }],
        suggestions: vec![Suggestion {
            field: Field::Principal,
            value: "arn:aws:iam::123456789012:role/dev".into(),
            about: "the role of profile dev".into(),
        }],
    }
}

pub fn look() -> Look {
    Look::fixed(Theme::Default, false)
}

pub fn app() -> App {
    let mut app = App::new(look(), Keymap::default(), false);
    app.meet(world());
    app
}

pub fn pressed(name: &str) -> KeyEvent {
    key(name).unwrap_or_else(|| panic!("{name} is no key"))
}

/// Presses keys by name.
pub fn press(app: &mut App, names: &[&str]) -> Vec<Effect> {
    names.iter().flat_map(|name| app.update(Msg::Key(pressed(name)))).collect()
}

/// Types letters.
pub fn type_in(app: &mut App, text: &str) -> Vec<Effect> {
    text.chars().flat_map(|c| app.update(Msg::Key(pressed(&c.to_string().replace(' ', "Space"))))).collect()
}

pub fn live() -> StartRequest {
    StartRequest::Live(LiveRequest { resource: "s3://b/k".into(), ..LiveRequest::default() })
}

fn gate(id: &str, edge: &str, layer: Layer, name: &str, status: Verdict) -> GateReport {
    let missing = if status == Verdict::Unknown { vec!["kms:GetKeyPolicy".into()] } else { Vec::new() };
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
        summary: format!("{name} is {}.{HOSTILE}", status.as_str()),
        question: "Does it let the request through?".into(),
        why: "Because it stands on the way.".into(),
        confidence: Confidence::Config,
        missing,
        facts: vec!["f1".into(), "f2".into()],
        fixes: Vec::new(),
        notes: vec![format!("A remark.{HOSTILE}")],
        links: vec!["https://docs.example.com/page".into()],
        controls: Vec::new(),
        pending: false,
    }
}

pub fn diagnosis(finished: bool) -> Arc<Diagnosis> {
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
        gate("g4", "e4", Layer::Storage, "key-policy", Verdict::Unknown),
        gate("g5", "e4", Layer::Storage, "grant", Verdict::NotApplicable),
    ];
    if !finished {
        gates[2].status = Verdict::Unknown;
        gates[2].pending = true;
    }
    let fix = Fix {
        title: format!("Add the bucket to the policy of vpce-1.{HOSTILE}"),
        owner: "whoever administers the network".into(),
        risk: Risk::Low,
        widens: Vec::new(),
        commands: vec![Command {
            tool: "aws".into(),
            text: "aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-1".into(),
        }],
        verified: Verified::Unverified,
    };
    let layers = [(Layer::Identity, Status::Open), (Layer::Network, Status::Broken), (Layer::Storage, Status::Unknown)];
    Arc::new(Diagnosis {
        verdict: Status::Broken,
        sentence: format!("The endpoint's policy does not allow it.{HOSTILE}"),
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
                node("n3", "endpoint", &format!("vpce-1{HOSTILE}")),
                node("n4", "bucket", "s3://a-bucket-with-a-name-that-is-rather-long"),
                node("n5", "key", "key-1"),
            ],
            edges: vec![
                edge("e1", "n1", "n4", Layer::Identity, Status::Open, &["g1"]),
                edge("e2", "n2", "n3", Layer::Network, Status::Open, &["g2"]),
                edge("e3", "n3", "n4", Layer::Network, Status::Broken, &["g3"]),
                edge("e4", "n4", "n5", Layer::Storage, Status::Unknown, &["g4", "g5"]),
            ],
        },
        broken_edge: Some("e3".into()),
        gates,
        fixes: vec![("x1".into(), "g3".into(), fix)],
    })
}

pub fn fact() -> Fact {
    let policy = json!({"Statement": [{"Effect": "Allow"}, {"Effect": "Deny", "Action": "s3:PutObject"}]}).to_string();
    serde_json::from_value(json!({
        "id": "f1", "call": "ec2:DescribeVpcEndpoints", "params": {}, "status": "ok", "at": "2026-01-31T09:00:00Z", "took_ms": 31,
        "body": {"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "PolicyDocument": policy, "Name": HOSTILE, "Tags": [{"Key": "team"}]}]},
    }))
    .unwrap()
}

pub fn refused() -> Fact {
    serde_json::from_value(json!({
        "id": "f2", "call": "kms:GetKeyPolicy", "params": {"KeyId": "key-1"}, "status": "denied", "at": "2026-01-31T09:00:01Z",
        "took_ms": 12, "error": {"code": "AccessDenied", "message": format!("not allowed{HOSTILE}")},
    }))
    .unwrap()
}

pub fn call(fact: &Fact) -> Call {
    Call { name: fact.call.clone(), params: fact.params.clone() }
}

/// What the engine tells of a walk, up to its end.
pub fn events() -> Vec<Event> {
    let facts = Arc::new(Facts::new([fact(), refused()]));
    let planned =
        |name: &str, call: &str| PlannedQuery { name: name.into(), call: call.into(), why: "The ways out.".into() };
    let asked = |query: &str, fact: &Fact, command: &str| Event::Asked {
        query: query.into(),
        call: call(fact),
        command: format!("{command}{HOSTILE}"),
    };
    vec![
        Event::Planned {
            queries: vec![planned("endpoints", "ec2:DescribeVpcEndpoints"), planned("key", "kms:GetKeyPolicy")],
        },
        asked("endpoints", &fact(), "aws ec2 describe-vpc-endpoints"),
        asked("key", &refused(), "aws kms get-key-policy --key-id key-1"),
        Event::Answered { query: "endpoints".into(), fact: Arc::new(fact()) },
        Event::Judged { diagnosis: diagnosis(false), facts: facts.clone() },
        Event::Answered { query: "key".into(), fact: Arc::new(refused()) },
        Event::Finished { diagnosis: diagnosis(true), facts, calls: 2, depth: 1, took_ms: 31 },
    ]
}

/// A walk that the engine has told so many events of.
pub fn told(what: StartRequest, stepwise: bool, count: usize) -> App {
    let mut app = app();
    let number = app.begin_walk(what, stepwise);
    for event in events().into_iter().take(count) {
        app.update(Msg::Engine(number, Box::new(event)));
    }
    if count >= events().len() {
        app.update(Msg::Ended(number, Ok(())));
    }
    app.permissions.insert("kms:GetKeyPolicy".into(), "kms:GetKeyPolicy".into());
    app
}

/// A walk that has ended.
pub fn walked() -> App {
    told(live(), false, usize::MAX)
}

pub fn frame(app: &mut App, width: u16, height: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let drawn = terminal.draw(|frame| app.hits = screen::draw(app, frame)).unwrap();
    drawn.buffer.clone()
}

pub fn drawn(app: &mut App, width: u16, height: u16) -> String {
    let buffer = frame(app, width, height);
    let row = |y| (0..width).filter_map(|x| buffer.cell((x, y))).map(ratatui::buffer::Cell::symbol).collect::<String>();
    (0..height).map(|y| row(y) + "\n").collect()
}

/// A level to play with; the hostile text is in what it tells.
pub fn level() -> Arc<Scenario> {
    static LEVEL: OnceLock<Arc<Scenario>> = OnceLock::new();
    let open = || {
        let bank = Bank::new(Vec::new(), Shelf::new(Vec::new()));
        let file = bank.find("aws/half-a-door").unwrap();
        let Written::Level(mut level) = crate::train::bank::parse(&file).unwrap() else { panic!("it is a drill") };
        for text in level.texts() {
            text.push_str(HOSTILE);
        }
        Arc::new(Scenario::of(&bank, file, *level, None).unwrap())
    };
    LEVEL.get_or_init(open).clone()
}

/// A session that has just begun.
pub fn drilled(mode: Mode) -> App {
    let mut app = app();
    let request = LevelRequest { id: "aws/half-a-door".into(), mode, variant: Variant::Written };
    let number = app.begin_walk(StartRequest::Level(request), false);
    app.update(Msg::Level(number, Ok(level())));
    app
}

/// Three levels: new, due and for later.
pub fn levels() -> Levels {
    let entry = |id: &str, difficulty, tags: &[Layer], leitner: Option<usize>, is_due, told: &str| LevelEntry {
        level: Entry {
            id: id.into(),
            title: format!("A ticket{HOSTILE}"),
            difficulty,
            tags: tags.to_vec(),
            is_drill: false,
        },
        leitner,
        best: leitner.map(|_| 40),
        is_due,
        told: told.into(),
    };
    Levels {
        entries: vec![
            entry("a/new", Difficulty::Easy, &[Layer::Identity], None, false, "new"),
            entry("b/due", Difficulty::Medium, &[Layer::Network], Some(1), true, "due, best 40"),
            entry(
                "c/later",
                Difficulty::Hard,
                &[Layer::Identity, Layer::Storage],
                Some(3),
                false,
                "in 3 days, best 40",
            ),
        ],
        next: Some("b/due".into()),
        mastered: vec![(Layer::Identity, 1, 2), (Layer::Network, 0, 1), (Layer::Storage, 1, 1)],
    }
}

/// A screen's name, and how one gets there.
pub type Way = (&'static str, fn() -> App, &'static [&'static str]);

/// Gets to a screen.
pub fn reached((_, begin, keys): &Way) -> App {
    let mut app = begin();
    press(&mut app, keys);
    app
}

/// Every screen there is, with its name.
pub fn screens() -> impl Iterator<Item = (&'static str, App)> {
    WAYS.iter().map(|way| (way.0, reached(way)))
}

fn failed() -> App {
    let mut app = app();
    let number = app.begin_walk(live(), false);
    let error = crate::tui::HostError { sentence: format!("no credentials{HOSTILE}"), next: "sign in".into(), exit: 5 };
    app.update(Msg::Ended(number, Err(error)));
    app
}

fn compared() -> App {
    let mut app = walked();
    let facts = Facts::new([fact(), refused()]);
    let comparison = crate::report::compare((&diagnosis(false), &facts), (&diagnosis(true), &facts));
    app.compared_with(&format!("old{HOSTILE}.json"), Ok(comparison));
    app
}

fn shelf() -> App {
    let mut app = app();
    press(&mut app, &["Down", "Enter"]);
    app.update(Msg::Levels(Box::new(levels())));
    app
}

/// The ways to all of them.
pub const WAYS: &[Way] = &[
    ("start", app, &[]),
    ("verdict", walked, &[]),
    ("steps", walked, &["Tab"]),
    ("evidence", walked, &["Enter", "Enter", "]"]),
    ("search", walked, &["Enter", "Enter", "/", "v"]),
    ("facts", walked, &["BackTab"]),
    ("help", walked, &["?"]),
    ("palette", walked, &[":"]),
    ("find a gate", walked, &["/", "e"]),
    ("find a call", walked, &["BackTab", "/"]),
    ("find an offer", app, &["/"]),
    ("form", app, &["Enter", "s", "3"]),
    ("prompt", app, &["Down", "Down", "Enter"]),
    ("levels being found", app, &["Down", "Enter"]),
    ("levels", shelf, &["f"]),
    ("session", || drilled(Mode::Practice), &["o", "Enter"]),
    ("interview", || drilled(Mode::Interview), &[]),
    ("interviewer asks", || drilled(Mode::Interview), &["o", "Enter"]),
    ("edge", || drilled(Mode::Practice), &["v", "Space"]),
    ("cause", || drilled(Mode::Practice), &["v", "Tab"]),
    ("note", || drilled(Mode::Practice), &["v", "Tab", "Tab", "Tab"]),
    ("debrief", || drilled(Mode::Practice), &["v", "Enter", "Enter", "Enter", "Enter"]),
    ("model path", || drilled(Mode::Practice), &["v", "Enter", "Enter", "Enter", "Enter", "r"]),
    ("begun", || told(live(), false, 0), &[]),
    ("under way", || told(live(), false, 5), &["Tab"]),
    ("step by step", || told(live(), true, 3), &[]),
    ("failed", failed, &[]),
    ("compare", compared, &[]),
];
