//! A level to start from, made of a saved incident: the broken snapshot beside a healthy one gives the faults, the diagnosis gives the answer, levels that
//! break alike lend wrong causes and fixes, and what only a person can write is marked.

mod differences;
mod lent;
mod way;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Value, json};

use self::lent::{Lenders, Lent};
use super::bank::{Bank, parse};
use super::check::{TODO, closed, told, unsettled};
use super::scenario::{Makings, Scenario};
use super::schema::{Answer, FixChoice, ModelStep, Written};
use super::world::World;
use crate::facts::Snapshot;
use crate::model::{Diagnosis, GateReport, Layer, Status, Verdict};
use crate::playbook::{Loaded, SourceFile};

/// A level to start from.
#[derive(Debug)]
pub struct Skeleton {
    /// The YAML.
    pub text: String,
    /// What is left to write, by name.
    pub left: Vec<String>,
}

/// Why no level comes of a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum NoLevel {
    /// The playbook's cloud is not known.
    #[error("the snapshot is of a cloud that this gatewalk does not know")]
    NoCloud,
    /// There is nothing to find.
    #[error("the snapshot of the incident is not broken: {0}")]
    NotBroken(String),
    /// The two cannot be compared.
    #[error("the two snapshots ask different questions: one has {0}, the other {1}")]
    OtherQuestion(String, String),
    /// It is not repaired.
    #[error("the repaired snapshot is not open: {0}")]
    NotRepaired(String),
    /// A person who reads everything that can be read would not know.
    #[error("all reads together do not tell the causes apart: {0}")]
    Untold(String),
}

/// The model path, and the layers in which to begin it.
#[derive(Default)]
struct Way {
    steps: Vec<ModelStep>,
    starts: Vec<Layer>,
}

/// What a level is made of.
struct Incident<'i> {
    id: &'i str,
    base: &'i str,
    broken: &'i Snapshot,
    truth: Arc<Diagnosis>,
    answer: Vec<Answer>,
    lenders: Lenders,
}

/// Writes the level. `base` is how the level names the healthy world; without a healthy snapshot the broken one is the base, and the author repairs it in `changes`.
pub fn skeleton(
    bank: &Bank,
    id: &str,
    base: &str,
    loaded: &Arc<Loaded>,
    broken: &Snapshot,
    healthy: Option<&Snapshot>,
) -> Result<Skeleton, NoLevel> {
    let world = |snapshot: &Snapshot| World::new(Arc::clone(loaded), snapshot).ok_or(NoLevel::NoCloud);
    let truth = world(broken)?.whole().diagnosis;
    let answer: Vec<Answer> =
        closed(&truth).into_iter().map(|(step, gate, reason)| Answer { step, gate, reason }).collect();
    if answer.is_empty() {
        return Err(NoLevel::NotBroken(told(&truth)));
    }
    if let Some(healthy) = healthy {
        comparable(broken, healthy)?;
        let diagnosis = world(healthy)?.whole().diagnosis;
        if diagnosis.verdict != Status::Open {
            return Err(NoLevel::NotRepaired(told(&diagnosis)));
        }
    }
    let lenders = Lenders::of(bank, &broken.request.provider, &broken.playbook);
    let incident = Incident { id, base, broken, truth, answer, lenders };
    let mut text = incident.head();
    text.push_str(&incident.faults(healthy));
    text.push_str(&incident.choices());
    let start = healthy.unwrap_or(broken).clone();
    let path = incident.path(&text, start, loaded)?;
    text.push_str(&incident.texts(&path));
    let left = left(&text);
    Ok(Skeleton { text, left })
}

/// Snapshots of two questions have other differences than the repair.
fn comparable(broken: &Snapshot, healthy: &Snapshot) -> Result<(), NoLevel> {
    let (one, other) = (&broken.request, &healthy.request);
    for (before, after) in [
        (&one.principal, &other.principal),
        (&one.action, &other.action),
        (&one.resource, &other.resource),
        (&one.origin, &other.origin),
        (&broken.playbook, &healthy.playbook),
    ] {
        if before != after {
            return Err(NoLevel::OtherQuestion(before.clone(), after.clone()));
        }
    }
    Ok(())
}

/// The fields of a level that begin with the mark.
fn left(text: &str) -> Vec<String> {
    let name = |line: &str| line.trim().trim_start_matches("- {id: ").split([':', ',']).next().map(str::to_owned);
    text.lines().filter(|line| !line.trim_start().starts_with('#') && line.contains(TODO)).filter_map(name).collect()
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A line that says where its text comes from.
fn from<T>(lent: &Lent<T>) -> String {
    format!("  # as in {}", lent.level)
}

impl Incident<'_> {
    /// What the engine says of the first gate that is closed.
    fn first(&self) -> Option<&GateReport> {
        self.truth.closed().next()
    }

    fn summary(&self) -> String {
        self.first().map(|gate| gate.summary.clone()).unwrap_or_default()
    }

    fn steps(&self) -> BTreeSet<&str> {
        self.answer.iter().map(|answer| answer.step.as_str()).collect()
    }

    fn head(&self) -> String {
        let layers: BTreeSet<&str> = self.truth.closed().map(|gate| gate.layer.as_str()).collect();
        let request = &self.broken.request;
        let difficulty = if self.answer.len() > 1 { "hard" } else { "medium" };
        format!(
            "# A level made of a saved incident. Write what begins with {TODO}; read the rest, which is proposed from the diagnosis and from levels\n\
             # that break alike, and mend what does not fit. Then: gatewalk train check THIS-FILE\n\
             format_version: 1\nid: {}\ntitle: {TODO} one line that does not tell the cause\ndifficulty: {difficulty}\ntags: [{}]\nbase: {}\n\
             # The ticket, in the words of {} who wanted {} on {}.\n\
             brief: {TODO} what they did, what they saw, since when\n",
            self.id,
            layers.into_iter().collect::<Vec<_>>().join(", "),
            self.base,
            request.principal,
            request.action,
            request.resource,
        )
    }

    fn faults(&self, healthy: Option<&Snapshot>) -> String {
        let fault = format!("faults:\n  - name: incident\n    does: {}\n    edits:", quoted(&self.summary()));
        let Some(healthy) = healthy else {
            return format!(
                "# The base is broken as it was saved. Repair it here, by edits like those of `faults`, and break it again there:\n\
                 changes: []  # {TODO}\n{fault} []  # {TODO}\n"
            );
        };
        let edits = differences::differences(healthy, self.broken, &self.truth);
        let edits: String = edits.iter().map(|edit| format!("      - {edit}\n")).collect();
        format!("{fault}\n{edits}")
    }

    fn choices(&self) -> String {
        let mut out = String::from("answer:\n");
        for Answer { step, gate, reason } in &self.answer {
            let _ = writeln!(out, "  - {{step: {step}, gate: {gate}, reason: {reason}}}");
        }
        out.push_str("causes:\n");
        for answer in &self.answer {
            let step = &answer.step;
            let own = || self.truth.closed().find(|gate| gate.step == *step).map(|gate| gate.summary.clone());
            let lent = self.lenders.cause(answer);
            let text = lent.as_ref().map(|lent| lent.what.clone()).or_else(own).unwrap_or_default();
            let from = lent.as_ref().map(from).unwrap_or_default();
            let _ = writeln!(out, "  - {{id: at-{step}, right: true, steps: [{step}], text: {}}}{from}", quoted(&text));
        }
        for gate in self.suspects() {
            let step = &gate.step;
            let lent = self.lenders.suspicion(step).map(|(lent, _)| lent);
            let text = match &lent {
                Some(lent) => lent.what.clone(),
                None => format!("{TODO} a cause that would show at: {}", gate.question),
            };
            let from = lent.as_ref().map(from).unwrap_or_default();
            let (text, wrong) = (quoted(&text), quoted(&gate.summary));
            let _ = writeln!(out, "  - {{id: at-{step}, steps: [{step}], text: {text}, wrong: {wrong}}}{from}");
        }
        out.push_str("fixes:\n");
        self.fixes(&mut out);
        out
    }

    fn fixes(&self, out: &mut String) {
        let layers: BTreeSet<Layer> = self.truth.closed().map(|gate| gate.layer).collect();
        let mut steps = BTreeSet::new();
        for gate in self.truth.closed().filter(|gate| steps.insert(&gate.step)) {
            for (_, fix) in self.truth.fixes_of(&gate.id).take(1) {
                let _ = writeln!(out, "  - {{id: mend-{}, right: true, text: {}}}", gate.step, quoted(&fix.title));
            }
        }
        for (id, wide, what, why) in [
            ("wide", true, "a change that opens far too much", "what it opens besides"),
            ("elsewhere", false, "a change that repairs nothing", "why it repairs nothing"),
        ] {
            let lent = self.lenders.fix(&self.steps(), &layers, wide);
            let from = lent.as_ref().map(from).unwrap_or_default();
            let (text, wrong) = match lent {
                Some(Lent { what: FixChoice { text, wrong, .. }, .. }) => (text, wrong),
                None => (format!("{TODO} {what}"), format!("{TODO} {why}")),
            };
            let mark = if wide { "wide: true, " } else { "" };
            let _ = writeln!(out, "  - {{id: {id}, {mark}text: {}, wrong: {}}}{from}", quoted(&text), quoted(&wrong));
        }
    }

    /// Open gates that another diagnostician might suspect: one of each layer, those that most levels suspect first, then those with most evidence.
    fn suspects(&self) -> Vec<&GateReport> {
        let open = |gate: &&GateReport| gate.status == Verdict::Open && !self.steps().contains(gate.step.as_str());
        let of = |layer: Layer| {
            let gates = self.truth.gates.iter().filter(|gate| gate.layer == layer && gate.facts.len() > 1);
            gates.filter(open).max_by_key(|gate| self.weight(gate))
        };
        let mut suspects: Vec<&GateReport> = Layer::ALL.into_iter().filter_map(of).collect();
        // What no level suspects has no text yet: it is taken where there are not enough others.
        let of_somebody = |gate: &&GateReport| self.weight(gate).0 > 0;
        if suspects.iter().filter(|gate| of_somebody(gate)).count() >= 2 {
            suspects.retain(of_somebody);
        }
        suspects
    }

    /// How much a gate draws suspicion.
    fn weight(&self, gate: &GateReport) -> (usize, usize) {
        (self.lenders.suspicion(&gate.step).map_or(0, |(_, count)| count), gate.facts.len())
    }

    /// The model path for what is written so far; none when that cannot be played yet.
    fn path(&self, so_far: &str, base: Snapshot, loaded: &Arc<Loaded>) -> Result<Way, NoLevel> {
        let text = format!("{so_far}{}", self.texts(&Way::default()));
        let file = SourceFile { name: self.id.to_owned(), text, path: None };
        let scenario = |level| -> Option<Scenario> {
            let makings = Makings { level, file: file.clone(), healthy: base, loaded: Arc::clone(loaded) };
            makings.scenario(None).ok()
        };
        let Ok(Written::Level(level)) = parse(&file) else { return Ok(Way::default()) };
        let Some(mut scenario) = scenario(*level) else { return Ok(Way::default()) };
        let keys = scenario.probes.iter().flat_map(|probe| probe.keys.clone()).collect();
        let known = scenario.broken.known(&keys).diagnosis;
        if !scenario.told_apart(&known) {
            return Err(NoLevel::Untold(unsettled(&scenario, &known)));
        }
        way::propose(&mut scenario);
        Ok(Way { steps: scenario.level.model_path, starts: scenario.level.starts })
    }

    fn texts(&self, path: &Way) -> String {
        let mut out = String::new();
        let gate = self.first();
        let text = |of: fn(&GateReport) -> &String| quoted(gate.map(of).map_or("", String::as_str));
        let _ = writeln!(
            out,
            "hints:\n  where: {}\n  what: {}\n  cause: {}",
            text(|gate| &gate.question),
            quoted(&self.look_at()),
            quoted(&self.summary())
        );
        if !path.starts.is_empty() {
            let layers: Vec<&str> = path.starts.iter().map(|layer| layer.as_str()).collect();
            let _ = writeln!(out, "# The layers before it have nothing to read here.\nstarts: [{}]", layers.join(", "));
        }
        out.push_str(if path.steps.is_empty() { "model_path: []\n" } else { "model_path:\n" });
        for ModelStep { probe, expect, why } in &path.steps {
            let _ = writeln!(out, "  - {{probe: {probe}, expect: {}, why: {}}}", expect.as_str(), quoted(why));
        }
        let prevention = match self.lenders.prevention(&self.steps()) {
            Some(lent) => format!("{}{}", quoted(&lent.what), from(&lent)),
            None => format!("{TODO} what would have caught it before anybody noticed"),
        };
        let _ = writeln!(out, "lesson: {}\nprevention: {prevention}\nmodel_answer:", text(|gate| &gate.why));
        for layer in Layer::ALL {
            let _ = writeln!(out, "  {layer}: {}", quoted(&self.told(layer)));
        }
        let _ = writeln!(out, "  close: {}", quoted(&self.close()));
        if let Some(gate) = gate.filter(|gate| !gate.links.is_empty()) {
            let _ = writeln!(out, "links: {}", json!(gate.links));
        }
        out
    }

    /// The second hint: where the deciding part stands.
    fn look_at(&self) -> String {
        match self.first().and_then(|gate| gate.decisive.first()) {
            Some(decisive) if decisive.statement.is_empty() => format!("Look at {}.", decisive.document),
            Some(decisive) => format!("Look at {}: {}.", decisive.document, decisive.statement),
            None => {
                match self.first().and_then(|gate| gate.blame.as_deref()).and_then(|blame| blame.rsplit('/').next()) {
                    Some(name) => format!("Look closely at {name}."),
                    None => format!("{TODO} what to compare with what"),
                }
            }
        }
    }

    /// A layer as one would tell it: what the gates say that people suspect most, and what follows.
    fn told(&self, layer: Layer) -> String {
        const MOST: usize = 3;
        let of =
            |status: Verdict| self.truth.gates.iter().filter(move |gate| gate.layer == layer && gate.status == status);
        let mut told: Vec<&GateReport> = of(Verdict::Open).filter(|gate| !gate.summary.is_empty()).collect();
        told.sort_by_key(|gate| std::cmp::Reverse(self.weight(gate)));
        told.truncate(MOST);
        told.sort_by_key(|gate| self.truth.gates.iter().position(|other| other.id == gate.id));
        let end = match (of(Verdict::Closed).next(), told.is_empty()) {
            (Some(_), _) => "There it breaks.".to_owned(),
            (None, false) => format!("The {layer} layer is ruled out."),
            (None, true) => format!("Nothing in the {layer} layer takes part in this request."),
        };
        let mut said: Vec<&str> = Vec::new();
        for gate in told.into_iter().chain(of(Verdict::Closed)) {
            if !said.contains(&gate.summary.as_str()) {
                said.push(&gate.summary);
            }
        }
        said.push(&end);
        said.join(" ")
    }

    fn close(&self) -> String {
        let label = |id: &str| {
            let node = self.truth.path.nodes.iter().find(|node| node.id == id);
            node.map_or_else(String::new, |node| node.label.clone())
        };
        let mut said = Vec::new();
        let mut steps = BTreeSet::new();
        for gate in self.truth.closed().filter(|gate| steps.insert(&gate.step)) {
            if let Some(edge) = self.truth.path.edges.iter().find(|edge| edge.id == gate.edge) {
                said.push(format!("The broken edge leads from {} to {}.", label(&edge.from), label(&edge.to)));
            }
            said.extend(
                self.truth.fixes_of(&gate.id).take(1).map(|(_, fix)| format!("The smallest change: {}.", fix.title)),
            );
        }
        said.join(" ")
    }
}
