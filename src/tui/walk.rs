//! The state of one walk.

use std::sync::Arc;

use crate::engine::Event;
use crate::facts::{Fact, FactStatus, Facts};
use crate::model::{Diagnosis, GateReport, Layer, Verdict};
use crate::tui::HostError;

/// What the right pane shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// The path as a picture.
    Path,
    /// The selected gate.
    Gate,
    /// The documents behind it.
    Evidence,
    /// Every call.
    Calls,
}

impl Tab {
    /// All, in order.
    pub const ALL: [Tab; 4] = [Tab::Path, Tab::Gate, Tab::Evidence, Tab::Calls];

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Tab::Path => "Path",
            Tab::Gate => "Gate",
            Tab::Evidence => "Evidence",
            Tab::Calls => "Calls",
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
    /// `service:Operation`.
    pub call: String,
    /// How it ended; none while it is under way.
    pub fact: Option<Arc<Fact>>,
}

/// One walk.
#[derive(Debug, Default)]
pub struct Walk {
    /// What is walked, in the user's words.
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
    /// What the right pane shows.
    pub tab: usize,
    /// How far the right pane is scrolled.
    pub scroll: u16,
    /// Nothing more will come.
    pub finished: bool,
    /// It was cancelled.
    pub cancelled: bool,
    /// It could not be walked.
    pub error: Option<HostError>,
    /// What it took: calls, depth, milliseconds.
    pub took: Option<(usize, usize, u64)>,
}

impl Walk {
    /// The gates in walking order.
    pub fn gates(&self) -> &[GateReport] {
        self.diagnosis.as_ref().map_or(&[], |diagnosis| &diagnosis.gates)
    }

    /// The selected gate.
    pub fn gate(&self) -> Option<&GateReport> {
        self.gates().get(self.selected)
    }

    /// What the right pane shows.
    pub fn tab(&self) -> Tab {
        Tab::ALL.get(self.tab).copied().unwrap_or(Tab::Path)
    }

    /// How many calls were made, and answered.
    pub fn progress(&self) -> (usize, usize) {
        (self.calls.iter().filter(|asked| asked.fact.is_some()).count(), self.calls.len())
    }

    /// Takes an engine event in.
    pub fn take(&mut self, event: Event) {
        match event {
            Event::Planned { queries } => self.why = queries.into_iter().map(|query| (query.name, query.why)).collect(),
            Event::Asked { query, call, command } => {
                self.calls.push(Asked { query, command, call: call.name, fact: None });
            }
            Event::Answered { query, fact } => {
                let waiting =
                    |asked: &&mut Asked| asked.query == query && asked.call == fact.call && asked.fact.is_none();
                if let Some(asked) = self.calls.iter_mut().find(waiting) {
                    asked.fact = Some(fact);
                }
            }
            Event::Judged { diagnosis, facts } => self.judged(diagnosis, facts),
            Event::Finished { diagnosis, facts, calls, depth, took_ms } => {
                self.judged(diagnosis, facts);
                self.finished = true;
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
    }

    /// The first closed gate, else the first unknown one.
    fn select_pressing(&mut self) {
        let first = |verdict: Verdict| self.gates().iter().position(|gate| gate.status == verdict);
        if let Some(at) = first(Verdict::Closed).or_else(|| first(Verdict::Unknown)) {
            self.selected = at;
        }
    }

    /// Selects a gate by its position.
    pub fn select(&mut self, at: usize) {
        self.moved = true;
        let at = at.min(self.gates().len().saturating_sub(1));
        if at != self.selected {
            self.selected = at;
            self.scroll = 0;
        }
    }

    /// The next or previous gate that needs a look, going round.
    pub fn next_pressing(&mut self, forward: bool) {
        let count = self.gates().len();
        let pressing = |at: &usize| {
            self.gates().get(*at).is_some_and(|gate| matches!(gate.status, Verdict::Closed | Verdict::Unknown))
        };
        let round = (1..=count)
            .map(|step| if forward { (self.selected + step) % count } else { (self.selected + count - step) % count });
        if let Some(at) = round.collect::<Vec<_>>().into_iter().find(pressing) {
            self.select(at);
        }
    }

    /// The first gate of a layer.
    pub fn select_layer(&mut self, layer: Layer) {
        if let Some(at) = self.gates().iter().position(|gate| gate.layer == layer) {
            self.select(at);
        }
    }

    /// The facts behind the selected gate.
    pub fn evidence(&self) -> Vec<&Fact> {
        let (Some(gate), Some(facts)) = (self.gate(), &self.facts) else { return Vec::new() };
        let mut found: Vec<&Fact> = gate.facts.iter().filter_map(|id| facts.by_id(id)).collect();
        // What was refused matters most; then what speaks of the thing to blame.
        let blamed = |fact: &Fact| match (&gate.blame, &fact.body) {
            (Some(blame), Some(body)) => body.to_string().contains(blame.as_str()),
            _ => false,
        };
        found.sort_by_cached_key(|fact| (fact.status == FactStatus::Ok, !blamed(fact)));
        found
    }
}
