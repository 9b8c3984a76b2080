//! A level made ready: its worlds, its probes, its choices.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::bank::{Bank, Checked, parse};
use super::schema::{Cause, Edit, FixChoice, Goal, Level, Written};
use super::vary;
use super::world::{Probe, World};
use super::{drill, edit};
use crate::facts::Snapshot;
use crate::model::{Diagnosis, Layer, Verdict};
use crate::playbook::{Loaded, PlaybookError, SourceFile};

/// An edge of the path, by the playbook's own names of its two ends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct EdgeChoice {
    /// `network: place -> way`.
    pub id: String,
    /// Its layer.
    pub layer: Layer,
    /// What it starts at: kind and label.
    pub from: String,
    /// What it leads to.
    pub to: String,
    /// Kind and label of both, for a picture.
    #[serde(skip)]
    pub ends: ((String, String), (String, String)),
    /// The questions of the steps on it.
    pub questions: Vec<String>,
}

/// A level, ready to be played.
#[derive(Debug)]
pub struct Scenario {
    /// The level, with the variant's names.
    pub level: Level,
    /// The variant.
    pub seed: Option<u64>,
    /// The file.
    pub file: SourceFile,
    /// As it should be.
    pub healthy: World,
    /// As it is.
    pub broken: World,
    /// The truth: the diagnosis of the broken world.
    pub truth: Arc<Diagnosis>,
    /// The reads that can be made.
    pub probes: Vec<Probe>,
    /// The edges to choose from.
    pub edges: Vec<EdgeChoice>,
    /// The edges that are right.
    pub right_edges: BTreeSet<String>,
    /// Causes in the order shown.
    pub causes: Vec<Cause>,
    /// Fixes in the order shown.
    pub fixes: Vec<FixChoice>,
    /// How many edges, causes and fixes a verdict names: exactly so many, or in a drill at most.
    pub answers: usize,
    /// Of a drill.
    pub drawn: Option<Drawn>,
}

/// What was drawn for a drill. Nothing of it is for a screen before the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// The level's id.
    pub level: String,
    /// What the longest model path among the drill's levels costs: the budget is the same whichever was drawn.
    pub cost: u32,
}

impl Scenario {
    /// Opens a level by id or path.
    pub fn open(bank: &Bank, id_or_path: &str, seed: Option<u64>) -> Checked<Self> {
        let file = bank.find(id_or_path)?;
        match parse(&file)? {
            Written::Level(level) => Scenario::of(bank, file, *level, seed),
            Written::Drill(drill) => drill::open(bank, &file, &drill, seed),
        }
    }

    /// Makes a level ready.
    pub fn of(bank: &Bank, file: SourceFile, level: Level, seed: Option<u64>) -> Checked<Self> {
        let makings = Makings::of(bank, file, level)?;
        makings.scenario(seed)
    }

    /// The probe of this name.
    pub fn probe(&self, name: &str) -> Option<&Probe> {
        self.probes.iter().find(|probe| probe.name == name)
    }

    /// What the probes of the model path cost.
    pub fn model_cost(&self) -> u32 {
        self.level.model_path.iter().filter_map(|step| self.probe(&step.probe)).map(|probe| probe.cost).sum()
    }

    /// What an interview's budget is made of: the model path's cost; in a drill that of the longest one there is.
    pub fn budget_cost(&self) -> u32 {
        self.drawn.as_ref().map_or_else(|| self.model_cost(), |drawn| drawn.cost)
    }

    /// Keys of the calls that a probe makes, with those it brings along.
    pub fn keys_of<'s>(&'s self, probe: &'s Probe) -> impl Iterator<Item = &'s String> {
        let brought = probe.brings.iter().filter_map(|name| self.probe(name)).flat_map(|probe| &probe.keys);
        probe.keys.iter().chain(brought)
    }

    /// Whether a cause is ruled out by what is known: at each of its steps the diagnosis says that it is not there.
    pub fn ruled_out(&self, cause: &Cause, known: &Diagnosis) -> bool {
        let steps = self.level.steps_of(cause);
        !steps.is_empty() && steps.iter().all(|step| self.harmless_at(step, known))
    }

    /// Whether nothing is wrong at a step, as far as is known.
    pub fn harmless_at(&self, step: &str, known: &Diagnosis) -> bool {
        let mut gates = known.gates.iter().filter(|gate| gate.step == step);
        match self.level.goal {
            Goal::Reach => gates.all(|gate| matches!(gate.status, Verdict::Open | Verdict::NotApplicable)),
            // A guard does its work when it is closed; one that was judged and is open may be the one that is missing.
            Goal::KeepOut => gates.any(|gate| gate.status == Verdict::Closed),
        }
    }

    /// Whether a step is judged, as far as is known.
    pub fn settled_at(&self, step: &str, known: &Diagnosis) -> bool {
        known.gates.iter().filter(|gate| gate.step == step).all(|gate| gate.status != Verdict::Unknown)
    }

    /// Whether what is known tells the declared causes apart: every answer is judged, every wrong cause that shows at a step is ruled out (goal
    /// `keep-out`: judged).
    pub fn told_apart(&self, known: &Diagnosis) -> bool {
        let judged =
            self.level.answer.iter().all(|answer| self.settled_at(&answer.step, known) && !known.gates.is_empty());
        let ruled = |cause: &Cause| match self.level.goal {
            Goal::Reach => self.ruled_out(cause, known),
            Goal::KeepOut => self.level.steps_of(cause).iter().all(|step| self.settled_at(step, known)),
        };
        judged && self.causes.iter().filter(|cause| !cause.right && !cause.steps.is_empty()).all(ruled)
    }
}

/// A level's file with its healthy snapshot and its playbook, before faults and names are chosen.
#[derive(Debug)]
pub struct Makings {
    /// The level as written.
    pub level: Level,
    /// Its file.
    pub file: SourceFile,
    /// The base with the level's own question and changes.
    pub healthy: Snapshot,
    /// The playbook.
    pub loaded: Arc<Loaded>,
}

impl Makings {
    /// Reads what a level needs.
    pub fn of(bank: &Bank, file: SourceFile, level: Level) -> Checked<Self> {
        let base = bank.base(&file, &level)?;
        let loaded = Arc::new(bank.playbook(&file, &level, &base)?);
        let mut makings = Makings { healthy: base, file, level, loaded };
        makings.ask();
        let changes = makings.level.changes.clone();
        makings.healthy = makings.edited(&makings.healthy, &changes, "changes:")?;
        Ok(makings)
    }

    fn ask(&mut self) {
        let request = &mut self.healthy.request;
        let Some(question) = &self.level.request else { return };
        for (asked, field) in [
            (&question.principal, &mut request.principal),
            (&question.action, &mut request.action),
            (&question.resource, &mut request.resource),
            (&question.origin, &mut request.origin),
        ] {
            if let Some(asked) = asked {
                field.clone_from(asked);
            }
        }
        request.inputs.extend(question.inputs.clone());
    }

    /// A snapshot with edits; `near` says where in the file they stand.
    pub fn edited(&self, snapshot: &Snapshot, edits: &[Edit], near: &str) -> Checked<Snapshot> {
        let mut other = snapshot.clone();
        for one in edits {
            edit::apply(&mut other.facts, one).map_err(|why| {
                PlaybookError::where_is(&self.file.name, &self.file.text, near, &one.call, why)
                    .help("`gatewalk train new` lists the calls of a snapshot and what they answered")
            })?;
        }
        Ok(other)
    }

    /// The world of a snapshot.
    pub fn world(&self, snapshot: &Snapshot) -> Checked<World> {
        World::new(Arc::clone(&self.loaded), snapshot).ok_or_else(|| {
            PlaybookError::where_is(
                &self.file.name,
                &self.file.text,
                "",
                "base:",
                "the world is of a cloud that is not known",
            )
        })
    }

    /// The snapshot with the faults of a variant.
    pub fn faulted(&self, seed: Option<u64>) -> Checked<Snapshot> {
        let mut broken = self.healthy.clone();
        for fault in &self.level.faults {
            broken = self.edited(&broken, vary::edits_of(fault, seed), &format!("name: {}", fault.name))?;
        }
        Ok(broken)
    }

    /// The snapshot of a variant with its herrings on.
    pub fn with_herrings(&self, snapshot: &Snapshot) -> Checked<Snapshot> {
        let mut other = snapshot.clone();
        for herring in &self.level.herrings {
            other = self.edited(&other, &herring.edits, &format!("name: {}", herring.name))?;
        }
        Ok(other)
    }

    /// Makes a variant ready.
    pub fn scenario(self, seed: Option<u64>) -> Checked<Scenario> {
        let mut level = self.level.clone();
        let (mut healthy, mut broken) = (self.with_herrings(&self.healthy)?, self.with_herrings(&self.faulted(seed)?)?);
        if let Some(renamer) = vary::renamer(seed, &broken) {
            healthy = vary::renamed(&healthy, &renamer);
            broken = vary::renamed(&broken, &renamer);
            vary::rename_texts(&mut level, &renamer);
        }
        let (healthy, broken) = (self.world(&healthy)?, self.world(&broken)?);
        let truth = broken.whole().diagnosis;
        let edges = edges(broken.loaded(), &truth, &healthy.whole().diagnosis);
        let right = |step: &str| {
            let step = broken.loaded().steps.iter().find(|known| known.spec.id == step)?;
            Some(edge_id(step.spec.layer, &step.from, &step.to))
        };
        let right_edges = level.answer.iter().filter_map(|answer| right(&answer.step)).collect();
        let (mut causes, mut fixes) = (level.causes.clone(), level.fixes.clone());
        vary::shuffled(&mut causes, |cause| &cause.id, &level.id, seed);
        vary::shuffled(&mut fixes, |fix| &fix.id, &level.id, seed);
        let probes = probes(&broken, &healthy);
        let (answers, drawn) = (level.answer.len(), None);
        Ok(Scenario {
            level,
            seed,
            file: self.file,
            healthy,
            broken,
            truth,
            probes,
            edges,
            right_edges,
            causes,
            fixes,
            answers,
            drawn,
        })
    }
}

/// The reads of the broken world, each in the layer that it has in the healthy one: where a read stands must not tell what is broken.
fn probes(broken: &World, healthy: &World) -> Vec<Probe> {
    let known = healthy.probes();
    let mut probes = broken.probes();
    for probe in &mut probes {
        if let Some(same) = known.iter().find(|known| known.name == probe.name) {
            probe.layer = same.layer;
        }
    }
    probes
}

/// The name of an edge.
pub fn edge_id(layer: Layer, from: &str, to: &str) -> String {
    format!("{layer}: {from} -> {to}")
}

/// The edges of the path in walking order, labelled as in the healthy world, where labels do not tell the fault.
fn edges(loaded: &Loaded, truth: &Diagnosis, healthy: &Diagnosis) -> Vec<EdgeChoice> {
    let mut edges: Vec<EdgeChoice> = Vec::new();
    for gate in &truth.gates {
        let Some(step) = loaded.steps.iter().find(|step| step.spec.id == gate.step) else { continue };
        let id = edge_id(step.spec.layer, &step.from, &step.to);
        if let Some(known) = edges.iter_mut().find(|edge| edge.id == id) {
            if !known.questions.contains(&gate.question) {
                known.questions.push(gate.question.clone());
            }
            continue;
        }
        let ends = ends(healthy, &gate.step).or_else(|| ends(truth, &gate.step)).unwrap_or_default();
        let [from, to] = [&ends.0, &ends.1].map(|(kind, label)| format!("{kind} {label}"));
        edges.push(EdgeChoice { id, layer: step.spec.layer, from, to, ends, questions: vec![gate.question.clone()] });
    }
    edges
}

/// Kind and label of the two ends of a step's edge.
fn ends(diagnosis: &Diagnosis, step: &str) -> Option<((String, String), (String, String))> {
    let gate = diagnosis.gates.iter().find(|gate| gate.step == step)?;
    let edge = diagnosis.path.edges.iter().find(|edge| edge.id == gate.edge)?;
    let named = |id: &str| {
        let node = diagnosis.path.nodes.iter().find(|node| node.id == id)?;
        Some((node.kind.clone(), node.label.clone()))
    };
    Some((named(&edge.from)?, named(&edge.to)?))
}
