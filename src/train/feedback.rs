//! What a probe told: computed from the diagnosis before and after it, never written beforehand.

use std::collections::BTreeMap;

use serde::Serialize;

use super::moves::{Expect, Hypothesis};
use super::scenario::Scenario;
use super::schema::Goal;
use crate::model::{Diagnosis, GateReport, Layer, Verdict};

/// What a probe showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Saw {
    /// Something that stops the request.
    Closed,
    /// Gates that let the request pass, and none that stops it.
    Open,
    /// Nothing that decides a gate by itself.
    Nothing,
}

/// What a probe told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Feedback {
    /// What it showed.
    pub saw: Saw,
    /// Whether that is what was expected; nothing when nothing was expected or nothing was shown.
    pub consistent: Option<bool>,
    /// Whether the hypothesis spoke of the layer that the probe reads.
    pub layer_fits: Option<bool>,
    /// Gates that are known to let the request pass now: their questions.
    pub opened: Vec<String>,
    /// Layers that are ruled out now, as a whole.
    pub rules_out: Vec<Layer>,
    /// How many of the causes to choose from were possible before, and are now.
    pub causes_before: usize,
    /// See `causes_before`.
    pub causes_after: usize,
    /// Whether it told causes apart.
    pub discriminates: bool,
}

/// Compares the diagnosis before and after a probe.
pub fn feedback(
    scenario: &Scenario,
    layer: Layer,
    hypothesis: Option<&Hypothesis>,
    before: &Diagnosis,
    after: &Diagnosis,
) -> Feedback {
    let known: BTreeMap<(&str, Option<&str>), Verdict> =
        before.gates.iter().map(|gate| (key(gate), gate.status)).collect();
    let settled: Vec<&GateReport> = after
        .gates
        .iter()
        .filter(|gate| {
            gate.status != Verdict::Unknown && known.get(&key(gate)).is_none_or(|was| *was == Verdict::Unknown)
        })
        .collect();
    let closes = settled.iter().any(|gate| gate.status == Verdict::Closed);
    let opens = settled.iter().any(|gate| gate.status == Verdict::Open);
    let saw = match (closes, opens) {
        (true, _) => Saw::Closed,
        (false, true) => Saw::Open,
        _ => Saw::Nothing,
    };
    let consistent = hypothesis.and_then(|said| match (said.expect, saw) {
        (_, Saw::Nothing) => None,
        (Expect::Closed, Saw::Closed) | (Expect::Open, Saw::Open) => Some(true),
        _ => Some(false),
    });
    let open_layer = |diagnosis: &Diagnosis, layer: Layer| {
        let mut gates = diagnosis.gates.iter().filter(|gate| gate.layer == layer).peekable();
        gates.peek().is_some() && gates.all(|gate| matches!(gate.status, Verdict::Open | Verdict::NotApplicable))
    };
    // Where the request must be kept out, a layer that lets it through may be the one with the hole.
    let can_rule = scenario.level.goal == Goal::Reach;
    let ruled = |layer: &Layer| can_rule && open_layer(after, *layer) && !open_layer(before, *layer);
    let possible =
        |diagnosis: &Diagnosis| scenario.causes.iter().filter(|cause| !scenario.ruled_out(cause, diagnosis)).count();
    let (causes_before, causes_after) = (possible(before), possible(after));
    let mut opened: Vec<String> = Vec::new();
    for gate in settled.iter().filter(|gate| gate.status == Verdict::Open) {
        if !opened.contains(&gate.question) {
            opened.push(gate.question.clone());
        }
    }
    Feedback {
        saw,
        consistent,
        layer_fits: hypothesis.map(|said| said.layer == layer),
        opened,
        rules_out: Layer::ALL.iter().filter(|layer| ruled(layer)).copied().collect(),
        causes_before,
        causes_after,
        discriminates: closes || causes_after < causes_before,
    }
}

fn key(gate: &GateReport) -> (&str, Option<&str>) {
    (&gate.step, gate.action.as_deref())
}

impl Feedback {
    /// The same in one line: what was expected and seen, what is ruled out, how many causes are left.
    pub fn short(&self, hypothesis: Option<&Hypothesis>) -> String {
        let saw = match self.saw {
            Saw::Closed => "closed",
            Saw::Open => "open",
            Saw::Nothing => "nothing that decides yet",
        };
        let mut said = match (hypothesis, self.consistent) {
            (Some(said), Some(fits)) => {
                let word = if fits { "consistent" } else { "not as expected" };
                format!("Expected {}, saw {saw}: {word}.", said.expect.as_str())
            }
            (Some(said), None) => format!("Expected {}, saw {saw}.", said.expect.as_str()),
            (None, _) => format!("Saw {saw}."),
        };
        for layer in &self.rules_out {
            said.push_str(&format!(" Rules out {layer}."));
        }
        if self.causes_after < self.causes_before {
            said.push_str(&format!(" Causes left: {} of {}.", self.causes_after, self.causes_before));
        }
        said
    }

    /// What it told, in sentences. It never says which gate stops the request: that is the verdict's.
    pub fn sentences(&self, hypothesis: Option<&Hypothesis>) -> Vec<String> {
        let mut said = Vec::new();
        let saw = match self.saw {
            Saw::Closed => "something that stops the request",
            Saw::Open => "nothing that stops the request",
            Saw::Nothing => "nothing that decides a gate by itself yet",
        };
        said.push(match (hypothesis, self.consistent) {
            (Some(hypothesis), Some(fits)) => {
                let expected = match hypothesis.expect {
                    Expect::Closed => "something that stops the request",
                    Expect::Open => "nothing that stops it",
                };
                let word = if fits { "consistent" } else { "not what you expected" };
                format!("You expected {expected}; these answers, with what you knew, show {saw}: {word}.")
            }
            _ => format!("These answers, with what you knew, show {saw}."),
        });
        if self.layer_fits == Some(false) {
            said.push("Your hypothesis was about another layer than the one this read tells of.".into());
        }
        for layer in &self.rules_out {
            said.push(format!("That rules out the {layer} layer."));
        }
        match self.opened.len() {
            0 => {}
            count @ 1..=4 => {
                let word = if count == 1 { "One question is" } else { "These questions are" };
                said.push(format!("{word} answered with yes: {}", self.opened.join(" ")));
            }
            count => said
                .push(format!("{count} questions are answered with yes, among them: {}", self.opened[..3].join(" "))),
        }
        if self.causes_after < self.causes_before {
            said.push(format!(
                "Of the {} causes that were possible, {} still {}.",
                self.causes_before,
                self.causes_after,
                if self.causes_after == 1 { "is" } else { "are" }
            ));
        }
        said
    }
}
