//! The state of one walk: of a diagnosis, or of a level that is trained on.

mod evidence;
mod trained;

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;

pub use evidence::Reading;

use super::action::Action;
use super::drill::Drill;
use super::route::Route;
use super::{HostError, StartRequest};
use crate::engine::Event;
use crate::facts::{Call, Fact, FactStatus, Facts};
use crate::model::{Diagnosis, Edge, GateReport, Layer, Verdict};
use crate::secret::scrubbed;

/// What is shown of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The session of a level: the reads, what was said, the verdict's form, the debrief.
    Session,
    /// The path and its verdict.
    Verdict,
    /// The walk, question by question.
    Steps,
    /// The documents behind the selected gate.
    Evidence,
    /// Every call.
    Facts,
}

impl View {
    /// Those of a diagnosis, in order.
    pub const ALL: [View; 4] = [View::Verdict, View::Steps, View::Evidence, View::Facts];

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            View::Session => "Session",
            View::Verdict => "Verdict",
            View::Steps => "Steps",
            View::Evidence => "Evidence",
            View::Facts => "Facts",
        }
    }
}

/// A call as the walk shows it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The query's name.
    pub query: String,
    /// What a person would type.
    pub command: String,
    /// The call.
    pub call: Call,
    /// How it ended; none while it is under way.
    pub fact: Option<Arc<Fact>>,
}

/// One walk.
#[expect(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
#[derive(Debug)]
pub struct Walk {
    /// What is walked.
    pub what: StartRequest,
    /// In the user's words.
    pub title: String,
    /// The path as judged so far.
    pub diagnosis: Option<Arc<Diagnosis>>,
    /// The facts so far.
    pub facts: Option<Arc<Facts>>,
    /// Calls in the order they were made.
    pub calls: Vec<Asked>,
    /// Why each query is asked, by name.
    pub why: Vec<(String, String)>,
    /// Position of the selected gate.
    pub selected: usize,
    /// Whether the user has moved by himself.
    pub moved: bool,
    /// What is shown, and what was before it: `Esc` goes back.
    pub views: Vec<View>,
    /// Position of the selected call.
    pub fact: usize,
    /// The document that is read.
    pub reading: Reading,
    /// How far the open step is scrolled.
    pub scroll: usize,
    /// How far the picture is moved: columns and rows.
    pub pan: (i32, i32),
    /// Calls wait for the user.
    pub paused: bool,
    /// Nothing more will come.
    pub finished: bool,
    /// It was cancelled.
    pub cancelled: bool,
    /// It could not be walked.
    pub error: Option<HostError>,
    /// What it took: calls, depth, milliseconds.
    pub took: Option<(usize, usize, u64)>,
    /// Seconds since it began, while it is under way.
    pub seconds: u64,
    /// Where its answers were saved.
    pub saved: Option<PathBuf>,
    /// The picture of the path, kept for as long as it fits.
    pub route: RefCell<Option<Route>>,
    /// The level that is trained on.
    pub drill: Option<Box<Drill>>,
    /// What of it is shown.
    shown: Option<trained::Shown>,
}

impl Walk {
    /// A walk that begins.
    pub fn new(what: StartRequest, paused: bool) -> Self {
        let title = match &what {
            StartRequest::Example(name) => format!("example {name}"),
            StartRequest::Snapshot(path) => path.display().to_string(),
            StartRequest::Live(live) => scrubbed(&live.resource),
            StartRequest::Level(level) => level.id.clone(),
        };
        let first = match (&what, paused) {
            (StartRequest::Level(_), _) => View::Session,
            (_, true) => View::Steps,
            (_, false) => View::Verdict,
        };
        Walk {
            what,
            title,
            diagnosis: None,
            facts: None,
            calls: Vec::new(),
            why: Vec::new(),
            selected: 0,
            moved: false,
            views: vec![first],
            fact: 0,
            reading: Reading::default(),
            scroll: 0,
            pan: (0, 0),
            paused,
            finished: false,
            cancelled: false,
            error: None,
            took: None,
            seconds: 0,
            saved: None,
            route: RefCell::new(None),
            drill: None,
            shown: None,
        }
    }

    /// The same question is asked again, and the user stays where he is.
    pub fn again(&mut self) {
        self.calls.clear();
        self.finished = false;
        self.cancelled = false;
        self.paused = false;
        self.error = None;
        self.took = None;
        self.seconds = 0;
        self.moved = true;
    }

    /// Whether answers come from a live cloud.
    pub fn is_live(&self) -> bool {
        matches!(self.what, StartRequest::Live(_))
    }

    /// What is shown.
    pub fn view(&self) -> View {
        self.views.last().copied().unwrap_or(View::Verdict)
    }

    /// Shows something else, from where `Esc` leads back.
    pub fn open(&mut self, view: View) {
        if self.view() != view {
            self.views.retain(|known| *known != view);
            self.views.push(view);
        }
        if view == View::Evidence {
            self.read(0);
        }
    }

    /// Goes back; false when there is nothing to go back to.
    pub fn back(&mut self) -> bool {
        if self.views.len() < 2 {
            return false;
        }
        self.views.pop();
        true
    }

    /// The next view, in place of this one.
    pub fn turn(&mut self, forward: bool) {
        let all = self.all_views();
        let count = all.len();
        let at = all.iter().position(|view| *view == self.view()).unwrap_or(0);
        let view = all[(at + if forward { 1 } else { count - 1 }) % count];
        self.views.clear();
        if view != all[0] {
            self.views.push(all[0]);
        }
        self.open(view);
        if self.views.is_empty() {
            self.views.push(view);
        }
    }

    /// The gates in walking order.
    pub fn gates(&self) -> &[GateReport] {
        self.diagnosis.as_ref().map_or(&[], |diagnosis| &diagnosis.gates)
    }

    /// The selected gate.
    pub fn gate(&self) -> Option<&GateReport> {
        self.gates().get(self.selected)
    }

    /// The selected call.
    pub fn call(&self) -> Option<&Asked> {
        self.calls.get(self.fact)
    }

    /// How many calls were made, and answered.
    pub fn progress(&self) -> (usize, usize) {
        (self.calls.iter().filter(|asked| asked.fact.is_some()).count(), self.calls.len())
    }

    /// The calls that wait, the next one first.
    pub fn waiting(&self) -> impl Iterator<Item = &Asked> {
        self.calls.iter().filter(|asked| asked.fact.is_none())
    }

    /// The call that gave a fact.
    pub fn asked(&self, fact: &Fact) -> Option<&Asked> {
        self.calls.iter().find(|asked| asked.call.name == fact.call && asked.call.params == fact.params)
    }

    /// Why a query is asked.
    pub fn reason(&self, query: &str) -> Option<&str> {
        self.why.iter().find(|(name, why)| name == query && !why.is_empty()).map(|(_, why)| why.as_str())
    }

    /// Takes an engine event in.
    pub fn take(&mut self, event: Event) {
        match event {
            Event::Planned { queries } => self.why = queries.into_iter().map(|query| (query.name, query.why)).collect(),
            Event::Asked { query, call, command } => self.calls.push(Asked { query, command, call, fact: None }),
            Event::Answered { query, fact } => {
                let waiting = |asked: &&mut Asked| {
                    asked.fact.is_none()
                        && asked.query == query
                        && asked.call.name == fact.call
                        && asked.call.params == fact.params
                };
                if let Some(asked) = self.calls.iter_mut().find(waiting) {
                    asked.fact = Some(fact);
                }
            }
            Event::Judged { diagnosis, facts } => self.judged(diagnosis, facts),
            Event::Finished { diagnosis, facts, calls, depth, took_ms } => {
                self.judged(diagnosis, facts);
                self.finished = true;
                self.paused = false;
                self.took = Some((calls, depth, took_ms));
                if !self.moved {
                    self.select_pressing();
                }
            }
        }
    }

    /// Keeps the selection on its gate, wherever that stands now.
    fn judged(&mut self, diagnosis: Arc<Diagnosis>, facts: Arc<Facts>) {
        let step = self.gate().map(|gate| (gate.step.clone(), gate.action.clone()));
        self.diagnosis = Some(diagnosis);
        self.facts = Some(facts);
        let found = step
            .and_then(|(step, action)| self.gates().iter().position(|gate| gate.step == step && gate.action == action));
        self.selected = found.unwrap_or(self.selected).min(self.gates().len().saturating_sub(1));
        // Until the user moves, the walk leads: to the question that is open now.
        if let Some(open) = self.gates().iter().position(|gate| gate.pending).filter(|_| !self.moved) {
            self.selected = open;
        }
        if self.view() == View::Evidence {
            self.reread();
        }
    }

    /// The first closed gate, else the first unknown one, else the first.
    fn select_pressing(&mut self) {
        let first = |verdict: Verdict| self.gates().iter().position(|gate| gate.status == verdict);
        self.selected = first(Verdict::Closed).or_else(|| first(Verdict::Unknown)).unwrap_or(0);
    }

    /// Selects a gate by its position.
    pub fn select(&mut self, at: usize) {
        self.moved = true;
        let at = at.min(self.gates().len().saturating_sub(1));
        if at != self.selected {
            self.selected = at;
            self.scroll = 0;
            self.pan = (0, 0);
        }
    }

    /// The next or previous gate that needs a look, going round; false when there is none.
    pub fn next_pressing(&mut self, forward: bool) -> bool {
        let count = self.gates().len();
        let pressing = |at: &usize| {
            self.gates().get(*at).is_some_and(|gate| matches!(gate.status, Verdict::Closed | Verdict::Unknown))
        };
        let mut round = (1..=count)
            .map(|step| if forward { (self.selected + step) % count } else { (self.selected + count - step) % count });
        let found = round.find(pressing);
        found.inspect(|at| self.select(*at)).is_some()
    }

    /// Moves the picture.
    pub fn pan_by(&mut self, action: Action) {
        match action {
            Action::PanLeft => self.pan.0 -= 8,
            Action::PanRight => self.pan.0 += 8,
            Action::PanUp => self.pan.1 -= 4,
            Action::PanDown => self.pan.1 += 4,
            _ => {}
        }
    }

    /// The first gate of a layer.
    pub fn select_layer(&mut self, layer: Layer) {
        if let Some(at) = self.gates().iter().position(|gate| gate.layer == layer) {
            self.select(at);
        }
    }

    /// The most telling gate between two stations.
    pub fn select_way(&mut self, from: &str, to: &str) {
        self.select_on(|edge| edge.from == from && edge.to == to);
    }

    /// The most telling gate on the ways to and from a station.
    pub fn select_station(&mut self, id: &str) {
        self.select_on(|edge| edge.from == id || edge.to == id);
    }

    /// The first closed gate on these edges, else the first unknown one, else any.
    fn select_on(&mut self, wanted: impl Fn(&Edge) -> bool) {
        let Some(diagnosis) = self.diagnosis.clone() else { return };
        let on_way: Vec<&str> =
            diagnosis.path.edges.iter().filter(|edge| wanted(edge)).map(|edge| edge.id.as_str()).collect();
        let gates = || self.gates().iter().enumerate().filter(|(_, gate)| on_way.contains(&gate.edge.as_str()));
        let first = |verdict: Verdict| gates().find(|(_, gate)| gate.status == verdict).map(|(at, _)| at);
        let found = first(Verdict::Closed)
            .or_else(|| first(Verdict::Unknown))
            .or_else(|| first(Verdict::Open))
            .or_else(|| gates().next().map(|(at, _)| at));
        if let Some(at) = found {
            self.select(at);
        }
    }

    /// The next or previous way of the path: two stations and all gates between them.
    pub fn next_way(&mut self, forward: bool) {
        let Some(diagnosis) = self.diagnosis.clone() else { return };
        let mut ways: Vec<(&str, &str)> = Vec::new();
        for gate in &diagnosis.gates {
            if let Some(edge) = diagnosis.path.edges.iter().find(|edge| edge.id == gate.edge) {
                let way = (edge.from.as_str(), edge.to.as_str());
                if !ways.contains(&way) {
                    ways.push(way);
                }
            }
        }
        let on = self.gate().and_then(|gate| diagnosis.path.edges.iter().find(|edge| edge.id == gate.edge));
        let at = on.and_then(|edge| ways.iter().position(|way| *way == (edge.from.as_str(), edge.to.as_str())));
        let count = ways.len();
        if count > 0 {
            let next = at.map_or(0, |at| if forward { (at + 1) % count } else { (at + count - 1) % count });
            self.select_way(ways[next].0, ways[next].1);
        }
    }

    /// The facts behind the selected gate: what was refused first, then what speaks of the thing to blame.
    pub fn evidence(&self) -> Vec<&Fact> {
        let (Some(gate), Some(facts)) = (self.gate(), &self.facts) else { return Vec::new() };
        // What a trainee has not read yet is no document.
        let read = |fact: &&Fact| !self.is_masked() || fact.status != FactStatus::Skipped;
        let mut found: Vec<&Fact> = gate.facts.iter().filter_map(|id| facts.by_id(id)).filter(read).collect();
        let blamed = |fact: &Fact| match (&gate.blame, &fact.body) {
            (Some(blame), Some(body)) => body.to_string().contains(blame.as_str()),
            _ => false,
        };
        let answered = |fact: &Fact| matches!(fact.status, FactStatus::Ok | FactStatus::NotFound);
        found.sort_by_cached_key(|fact| (answered(fact), !blamed(fact)));
        found
    }
}
