//! How long it takes from a key to the whole frame at 200x60, with a path of 300 stations and 600 gates; and how long a first frame takes.
//!
//! `cargo bench --no-default-features --bench terminal`. Limits: 16 ms from key to frame, 50 ms to the first frame. What is measured is the state's change,
//! the layout and the drawing into cells; the terminal's own work is not.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use gatewalk::config::Settings;
use gatewalk::engine::{Event, Steering};
use gatewalk::facts::Facts;
use gatewalk::model::{
    Confidence, Diagnosis, Edge, GateReport, Layer, LayerReport, Node, PathReport, PlaybookRef, Request, Status,
    Verdict,
};
use gatewalk::train::{Debrief, Scenario};
use gatewalk::tui::{
    Host, HostError, LevelRequest, Levels, LiveRequest, Options, Rehearsal, StartRequest, Walked, World,
};
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

const STATIONS: usize = 300;
const RUNS: usize = 200;

fn main() {
    let first = median((0..20).map(|_| {
        let began = Instant::now();
        session().frame(200, 60);
        began.elapsed()
    }));
    println!("first frame: {first:?} (limit 50 ms)");
    let mut session = session();
    session.walk(StartRequest::Example("large".into()));
    let began = Instant::now();
    session.frame(200, 60);
    println!("{STATIONS} stations laid out and drawn for the first time: {:?}", began.elapsed());
    for (name, keys) in [
        ("next gate", &["j"][..]),
        ("next edge", &["Right"]),
        ("move the picture", &["L", "J"]),
        ("next view", &["Tab"]),
        ("help", &["?", "Esc"]),
    ] {
        let times = (0..RUNS).map(|run| {
            let began = Instant::now();
            session.press(&keys[run % keys.len()..=run % keys.len()]);
            session.frame(200, 60);
            began.elapsed()
        });
        let mut times: Vec<Duration> = times.collect();
        times.sort();
        println!("{name}: median {:?}, worst {:?} (limit 16 ms)", times[RUNS / 2], times[RUNS - 1]);
    }
}

fn session() -> Rehearsal {
    Rehearsal::new(Arc::new(Large), Options::default(), &Settings::default()).unwrap()
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort();
    times[times.len() / 2]
}

/// A path in which every station leads to the next two.
fn large() -> Diagnosis {
    let node = |at: usize| Node {
        id: format!("n{at}"),
        kind: "station".into(),
        label: format!("station-{at}"),
        reference: format!("station-{at}"),
    };
    let status = |at: usize| match at % 50 {
        0 => Verdict::Closed,
        1 => Verdict::Unknown,
        _ => Verdict::Open,
    };
    let ends = (0..STATIONS).flat_map(|at| [(at, at + 1), (at, at + 2)]).filter(|(_, to)| *to < STATIONS);
    let mut diagnosis = Diagnosis {
        verdict: Status::Broken,
        sentence: "It is broken.".into(),
        request: Request::default(),
        playbook: PlaybookRef { id: "aws/large".into(), version: 1 },
        layers: Layer::ALL.map(|id| LayerReport { id, status: Status::Broken, gates: Vec::new() }).into(),
        path: PathReport { nodes: (0..STATIONS).map(node).collect(), edges: Vec::new() },
        broken_edge: None,
        gates: Vec::new(),
        fixes: Vec::new(),
    };
    for (at, (from, to)) in ends.enumerate() {
        let (edge, gate) = (format!("e{at}"), format!("g{at}"));
        diagnosis.path.edges.push(Edge {
            id: edge.clone(),
            from: format!("n{from}"),
            to: format!("n{to}"),
            layer: Layer::Network,
            status: Status::of([status(at)]),
            gates: vec![gate.clone()],
        });
        diagnosis.gates.push(GateReport {
            id: gate,
            edge,
            layer: Layer::ALL[at * 3 / (STATIONS * 2)],
            gate: "route".into(),
            step: format!("step-{at}"),
            status: status(at),
            effect: None,
            code: "aws.route.open".into(),
            action: None,
            blame: None,
            decisive: Vec::new(),
            summary: "The route table leads on, as far as anybody can tell from what was read of it just now.".into(),
            question: "Does it lead on?".into(),
            why: "Because it stands on the way.".into(),
            confidence: Confidence::Config,
            missing: Vec::new(),
            facts: Vec::new(),
            fixes: Vec::new(),
            notes: Vec::new(),
            links: Vec::new(),
            controls: Vec::new(),
            pending: false,
        });
    }
    diagnosis
}

struct Large;

impl Host for Large {
    fn world(&self) -> World {
        World::default()
    }

    fn request_of(&self, _: &str) -> Option<(LiveRequest, String)> {
        None
    }

    fn check(&self, _: &LiveRequest) -> Result<String, HostError> {
        Ok(String::new())
    }

    fn walk(
        &self,
        _: StartRequest,
        events: UnboundedSender<Event>,
        _: Steering,
        _: CancellationToken,
    ) -> BoxFuture<'static, Result<(), HostError>> {
        Box::pin(async move {
            let (diagnosis, facts) = (Arc::new(large()), Arc::new(Facts::default()));
            let _ = events.send(Event::Finished { diagnosis, facts, calls: 0, depth: 0, took_ms: 0 });
            Ok(())
        })
    }

    fn open(&self, _: &Path) -> Result<Walked, HostError> {
        panic!("nothing is opened here")
    }

    fn permission(&self, _: &str) -> Option<String> {
        None
    }

    fn markdown(&self, _: &Diagnosis, _: &Facts) -> String {
        String::new()
    }

    fn export(&self, _: &Diagnosis, _: &Facts) -> Result<PathBuf, HostError> {
        panic!("nothing is written here")
    }

    fn save_snapshot(&self, _: &Diagnosis, _: &Facts) -> Result<PathBuf, HostError> {
        panic!("nothing is written here")
    }

    fn keep_text(&self, _: &str) -> Result<PathBuf, HostError> {
        panic!("nothing is written here")
    }

    fn levels(&self) -> Levels {
        Levels::default()
    }

    fn level(&self, what: &LevelRequest) -> Result<Arc<Scenario>, HostError> {
        Err(HostError { sentence: format!("there is no level {}", what.id), next: String::new(), exit: 2 })
    }

    fn trained(&self, _: &Debrief) -> Result<(), HostError> {
        Ok(())
    }

    fn write_debrief(&self, _: &Debrief) -> Result<PathBuf, HostError> {
        Ok("gatewalk-debrief.md".into())
    }

    fn remember(&self, _: &StartRequest, _: &Diagnosis, _: Option<&Path>) {}
}
