//! What a session lets the screens of a diagnosis show: before the verdict nothing that decides it, after it everything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Session;
use crate::facts::{Call, Fact, Facts};
use crate::model::{Diagnosis, Edge, GateReport, Node, Status, Verdict};
use crate::train::moves::Mode;
use crate::train::scenario::edge_id;

/// Said of every gate that is not known to be open.
const NOT_YET: &str = "Not known to be open: this is yours to judge.";

/// An answer that was read, and what it was asked with.
#[derive(Debug, Clone)]
pub struct Read {
    /// The query.
    pub query: String,
    /// What a person would type.
    pub command: String,
    /// The answer.
    pub fact: Fact,
}

impl Session {
    /// The diagnosis to look at now. Before the verdict a gate is open or not ruled out yet, whatever was read of it; in an interview there is none.
    pub fn masked(&self) -> Option<Arc<Diagnosis>> {
        match (&self.verdict, self.mode) {
            (Some(_), _) => Some(Arc::clone(&self.scenario.truth)),
            (None, Mode::Interview) => None,
            (None, _) => Some(Arc::new(masked(&self.outcome.diagnosis))),
        }
    }

    /// The path to point at in a verdict: every edge there is to choose, those that are ruled out as open, the chosen ones as broken. An interview shows
    /// nothing as ruled out.
    pub fn chart(&self, chosen: &[String]) -> Arc<Diagnosis> {
        let open = self.open_edges();
        let mut chart = masked(&self.outcome.diagnosis);
        chart.path = crate::model::PathReport::default();
        chart.gates.clear();
        chart.layers.clear();
        let mut nodes: BTreeMap<(String, String), String> = BTreeMap::new();
        for choice in &self.scenario.edges {
            let ends = [&choice.ends.0, &choice.ends.1].map(|end| {
                let next = format!("n{}", nodes.len() + 1);
                let id = nodes.entry(end.clone()).or_insert_with(|| {
                    let (kind, label) = end.clone();
                    chart.path.nodes.push(Node { id: next.clone(), kind, label, reference: String::new() });
                    next
                });
                id.clone()
            });
            let [from, to] = ends;
            let status = match (chosen.contains(&choice.id), open.contains(&choice.id)) {
                (true, _) => Status::Broken,
                (false, true) => Status::Open,
                (false, false) => Status::Unknown,
            };
            let edge = Edge { id: choice.id.clone(), from, to, layer: choice.layer, status, gates: Vec::new() };
            chart.path.edges.push(edge);
            chart.gates.push(question(choice.id.clone(), choice.layer, choice.questions.join(" ")));
        }
        Arc::new(chart)
    }

    /// Edges of which every gate is known to be open.
    fn open_edges(&self) -> BTreeSet<String> {
        if self.mode == Mode::Interview {
            return BTreeSet::new();
        }
        let mut edges: BTreeMap<String, bool> = BTreeMap::new();
        for gate in &self.outcome.diagnosis.gates {
            let Some(step) = self.scenario.broken.loaded().steps.iter().find(|step| step.spec.id == gate.step) else {
                continue;
            };
            let passes = matches!(gate.status, Verdict::Open | Verdict::NotApplicable);
            *edges.entry(edge_id(step.spec.layer, &step.from, &step.to)).or_insert(true) &= passes;
        }
        edges.into_iter().filter(|(_, open)| *open).map(|(id, _)| id).collect()
    }

    /// All answers of the world: for after the verdict.
    pub fn all_facts(&self) -> Arc<Facts> {
        self.scenario.broken.whole().facts
    }

    /// The answers that were read, in the playbook's order; after the verdict all there are.
    pub fn read(&self) -> Vec<Read> {
        let facts = match self.verdict {
            Some(_) => self.all_facts(),
            None => Arc::clone(&self.outcome.facts),
        };
        let mut read = Vec::new();
        for probe in &self.scenario.probes {
            for (key, command) in probe.keys.iter().zip(&probe.commands) {
                let known = self.verdict.is_some() || self.known.contains(key);
                let of = |fact: &&Fact| Call { name: fact.call.clone(), params: fact.params.clone() }.key() == *key;
                if let Some(fact) = facts.all().iter().find(of).filter(|_| known) {
                    read.push(Read { query: probe.name.clone(), command: command.clone(), fact: fact.clone() });
                }
            }
        }
        read
    }
}

fn masked(diagnosis: &Diagnosis) -> Diagnosis {
    let mut masked = diagnosis.clone();
    masked.verdict = Status::Unknown;
    masked.sentence = String::new();
    masked.broken_edge = None;
    masked.fixes.clear();
    for status in masked
        .layers
        .iter_mut()
        .map(|layer| &mut layer.status)
        .chain(masked.path.edges.iter_mut().map(|edge| &mut edge.status))
    {
        if *status == Status::Broken {
            *status = Status::Unknown;
        }
    }
    for gate in &mut masked.gates {
        if matches!(gate.status, Verdict::Open | Verdict::NotApplicable) {
            continue;
        }
        let GateReport { id, edge, layer, gate: name, step, action, question, why, confidence, facts, .. } =
            gate.clone();
        *gate = GateReport {
            edge,
            gate: name,
            step,
            action,
            why,
            confidence,
            facts,
            ..self::question(id, layer, question)
        };
    }
    masked
}

/// A gate of which nothing is said but its question.
fn question(id: String, layer: crate::model::Layer, question: String) -> GateReport {
    GateReport {
        edge: id.clone(),
        id,
        layer,
        gate: String::new(),
        step: String::new(),
        status: Verdict::Unknown,
        effect: None,
        code: String::new(),
        action: None,
        blame: None,
        decisive: Vec::new(),
        summary: NOT_YET.into(),
        question,
        why: String::new(),
        confidence: crate::model::Confidence::Config,
        missing: Vec::new(),
        facts: Vec::new(),
        fixes: Vec::new(),
        notes: Vec::new(),
        links: Vec::new(),
        controls: Vec::new(),
        pending: false,
    }
}
