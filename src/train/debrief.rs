//! After the verdict: the way taken beside the model's, the score with its reasons, the lesson.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use serde::Serialize;

use super::feedback::{Feedback, feedback};
use super::moves::{Expect, Hypothesis, Mode};
use super::scenario::Scenario;
use super::schema::{Goal, ModelAnswer};
use super::score::{Score, Verdict};
use super::session::Taken;
use crate::model::{Decisive, Fix, Layer};

/// One step of the model path, as it would have gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelTaken {
    /// The probe.
    pub probe: String,
    /// Its layer.
    pub layer: Layer,
    /// What a good diagnostician expects.
    pub expect: Expect,
    /// Why it comes now.
    pub why: String,
    /// What it tells.
    pub feedback: Feedback,
}

/// One of two columns of choices: what was offered, and what it was worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Weighed {
    /// Its id.
    pub id: String,
    /// Its text.
    pub text: String,
    /// Whether it was right.
    pub right: bool,
    /// Whether it was chosen.
    pub chosen: bool,
    /// Why it is wrong.
    pub why: String,
}

/// A gate that the level is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Culprit {
    /// The edge it stands on.
    pub edge: String,
    /// `aws.endpoint-policy.no-allow`.
    pub code: String,
    /// What the engine says of it.
    pub summary: String,
    /// The decisive lines.
    pub decisive: Vec<Decisive>,
    /// What the engine would change.
    pub fixes: Vec<Fix>,
}

/// The debrief.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Debrief {
    /// The level.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// Of a drill: the level that was drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drawn: Option<String>,
    /// The mode.
    pub mode: Mode,
    /// The variant.
    pub seed: Option<u64>,
    /// How long it took.
    pub took_ms: u64,
    /// The score.
    pub score: Score,
    /// What was decided.
    pub verdict: Verdict,
    /// The edges that were right.
    pub right_edges: Vec<String>,
    /// Causes, weighed.
    pub causes: Vec<Weighed>,
    /// Fixes, weighed.
    pub fixes: Vec<Weighed>,
    /// The engine's own findings.
    pub culprits: Vec<Culprit>,
    /// What was broken, in sentences.
    pub broken: Vec<String>,
    /// What looked suspicious and did not matter.
    pub harmless: Vec<String>,
    /// The way taken.
    pub own: Vec<Taken>,
    /// The model's way.
    pub model: Vec<ModelTaken>,
    /// The first step at which the two part, from 1; nothing when they do not.
    pub parts_at: Option<usize>,
    /// All hints, whether they were asked for or not.
    pub hints: Vec<String>,
    /// How many were asked for.
    pub hints_taken: usize,
    /// What to remember.
    pub lesson: String,
    /// What would have prevented it.
    pub prevention: String,
    /// The answer told in ninety seconds.
    pub model_answer: ModelAnswer,
    /// The trainee's own explanation.
    pub explanation: String,
    /// Documentation.
    pub links: Vec<String>,
}

impl Debrief {
    /// Puts it together.
    pub fn new(
        scenario: &Scenario,
        mode: Mode,
        taken: &[Taken],
        hints: usize,
        verdict: &Verdict,
        score: Score,
        took_ms: u64,
    ) -> Self {
        let level = &scenario.level;
        let model = model_way(scenario);
        let same = taken.iter().zip(&model).take_while(|(own, model)| own.probe == model.probe).count();
        let parts_at = (same < taken.len().max(model.len())).then_some(same + 1);
        let causes = scenario.causes.iter().map(|cause| Weighed {
            id: cause.id.clone(),
            text: cause.text.clone(),
            right: cause.right,
            chosen: verdict.causes.contains(&cause.id),
            why: cause.wrong.clone(),
        });
        let fixes = scenario.fixes.iter().map(|fix| Weighed {
            id: fix.id.clone(),
            text: fix.text.clone(),
            right: fix.right,
            chosen: verdict.fixes.contains(&fix.id),
            why: fix.wrong.clone(),
        });
        Debrief {
            scenario: level.id.clone(),
            title: level.title.clone(),
            drawn: scenario.drawn.as_ref().map(|drawn| drawn.level.clone()),
            mode,
            seed: scenario.seed,
            took_ms,
            score,
            verdict: verdict.clone(),
            right_edges: scenario.right_edges.iter().cloned().collect(),
            causes: causes.collect(),
            fixes: fixes.collect(),
            culprits: culprits(scenario),
            broken: level.faults.iter().map(|fault| fault.does.clone()).collect(),
            harmless: level.herrings.iter().map(|herring| herring.harmless.clone()).collect(),
            own: taken.to_vec(),
            model,
            parts_at,
            hints: [&level.hints.place, &level.hints.what, &level.hints.cause].map(Clone::clone).to_vec(),
            hints_taken: hints,
            lesson: level.lesson.clone(),
            prevention: level.prevention.clone(),
            model_answer: level.model_answer.clone(),
            explanation: String::new(),
            links: level.links.clone(),
        }
    }

    /// The debrief as Markdown.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        let mut line = |text: &str| _ = writeln!(out, "{text}");
        let minutes = self.took_ms / 60_000;
        let seed = self.seed.map(|seed| format!(", seed {seed}")).unwrap_or_default();
        line(&format!("# {} ({})\n", escaped(&self.title), self.scenario));
        line(&format!("**{} of 100**, {} mode{seed}, {minutes} min\n", self.score.total, self.mode.as_str()));
        line("| row | points | why |\n|---|---|---|");
        for row in &self.score.rows {
            let of = if row.of == 0 { String::new() } else { format!(" of {}", row.of) };
            line(&format!("| {} | {}{of} | {} |", row.about, row.points, escaped(&row.why)));
        }
        line("\n## What was broken\n");
        if let Some(drawn) = &self.drawn {
            line(&format!("Drawn was the level `{drawn}`.\n"));
        }
        for broken in &self.broken {
            line(&format!("- {}", escaped(broken)));
        }
        for culprit in &self.culprits {
            line(&format!("\n`{}` on `{}`: {}\n", culprit.code, culprit.edge, escaped(&culprit.summary)));
            for decisive in &culprit.decisive {
                line(&format!("{} {}:\n", escaped(&decisive.document), escaped(&decisive.statement)));
                if let Some(text) = &decisive.text {
                    line(&format!("```json\n{}\n```\n", text.replace("```", "'''")));
                }
            }
            for command in culprit.fixes.iter().flat_map(|fix| &fix.commands).filter(|command| !command.text.is_empty())
            {
                line(&format!("```sh\n{}\n```\n", command.text.replace("```", "'''")));
            }
        }
        for (title, items) in [("Causes", &self.causes), ("Fixes", &self.fixes)] {
            line(&format!("\n## {title}\n"));
            for item in items {
                let (mark, chosen) = (if item.right { "x" } else { " " }, if item.chosen { " (chosen)" } else { "" });
                let why = if item.why.is_empty() { String::new() } else { format!(" {}", item.why) };
                line(&format!("- [{mark}] {}{chosen}{}", escaped(&item.text), escaped(&why)));
            }
        }
        line("\n## The two ways\n\n| step | yours | the model's |\n|---|---|---|");
        for at in 0..self.own.len().max(self.model.len()) {
            let own = self.own.get(at).map(|step| format!("{}: `{}`", step.layer, step.probe)).unwrap_or_default();
            let model =
                self.model.get(at).map(|step| format!("{}: `{}`, {}", step.layer, step.probe, escaped(&step.why)));
            line(&format!("| {} | {own} | {} |", at + 1, model.unwrap_or_default()));
        }
        line(&format!("\n{}", self.parting()));
        for harmless in &self.harmless {
            line(&format!("\nHarmless: {}", escaped(harmless)));
        }
        line("\n## In ninety seconds\n");
        for (name, text) in self.told() {
            line(&format!("- **{name}**: {}", escaped(text)));
        }
        if !self.explanation.is_empty() {
            line(&format!("\nIn my own words: {}", escaped(&self.explanation)));
        }
        line(&format!(
            "\n## To remember\n\n{}\n\nWhat would have prevented it: {}",
            escaped(&self.lesson),
            escaped(&self.prevention)
        ));
        line("\n## Hints\n");
        for (at, hint) in self.hints.iter().enumerate() {
            let taken = if at < self.hints_taken { " (asked for)" } else { "" };
            line(&format!("{}. {}{taken}", at + 1, escaped(hint)));
        }
        if !self.links.is_empty() {
            line("");
        }
        for link in &self.links {
            line(&format!("- <{link}>"));
        }
        out
    }

    /// Where the two ways part, in a sentence.
    pub fn parting(&self) -> String {
        match self.parts_at {
            None => "Your way is the model's.".into(),
            Some(at) => {
                let of = |step: Option<&str>| step.map_or("the verdict".to_owned(), |name| format!("`{name}`"));
                let own = of(self.own.get(at - 1).map(|step| step.probe.as_str()));
                let model = of(self.model.get(at - 1).map(|step| step.probe.as_str()));
                format!("The ways part at step {at}: yours has {own}, the model's {model}.")
            }
        }
    }

    /// The probes that told causes apart.
    pub fn discriminating(&self) -> Vec<&str> {
        self.own.iter().filter(|step| step.feedback.discriminates).map(|step| step.probe.as_str()).collect()
    }

    /// The model answer, part by part.
    pub fn told(&self) -> [(&'static str, &str); 4] {
        let answer = &self.model_answer;
        [
            ("identity", &answer.identity),
            ("network", &answer.network),
            ("storage", &answer.storage),
            ("so", &answer.close),
        ]
    }
}

/// The model path, walked.
pub fn model_way(scenario: &Scenario) -> Vec<ModelTaken> {
    let mut known = BTreeSet::new();
    let mut before = scenario.broken.known(&known).diagnosis;
    let mut way = Vec::new();
    for step in &scenario.level.model_path {
        let Some(probe) = scenario.probe(&step.probe) else { continue };
        known.extend(scenario.keys_of(probe).cloned());
        let after = scenario.broken.known(&known).diagnosis;
        let said = Hypothesis { layer: probe.layer, expect: step.expect, why: None };
        way.push(ModelTaken {
            probe: probe.name.clone(),
            layer: probe.layer,
            expect: step.expect,
            why: step.why.clone(),
            feedback: feedback(scenario, probe.layer, Some(&said), &before, &after),
        });
        before = Arc::clone(&after);
    }
    way
}

/// What the engine says of the gates of the answer; of a guard that is missing, what it says of it in the healthy world.
pub fn culprits(scenario: &Scenario) -> Vec<Culprit> {
    let healthy;
    let diagnosis = match scenario.level.goal {
        Goal::Reach => &scenario.truth,
        Goal::KeepOut => {
            healthy = scenario.healthy.whole().diagnosis;
            &healthy
        }
    };
    let mut found = Vec::new();
    for gate in diagnosis.closed() {
        let Some(step) = scenario.broken.loaded().steps.iter().find(|step| step.spec.id == gate.step) else { continue };
        found.push(Culprit {
            edge: super::scenario::edge_id(step.spec.layer, &step.from, &step.to),
            code: gate.code.clone(),
            summary: match scenario.level.goal {
                Goal::Reach => gate.summary.clone(),
                Goal::KeepOut => format!("Repaired, this guard says: {}", gate.summary),
            },
            decisive: gate.decisive.clone(),
            fixes: match scenario.level.goal {
                Goal::Reach => diagnosis.fixes_of(&gate.id).map(|(_, fix)| fix.clone()).collect(),
                Goal::KeepOut => Vec::new(),
            },
        });
    }
    found
}

/// Text that Markdown shall not read as markup.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in crate::visible::one_line(text).chars() {
        if "\\`*_{}[]<>|#".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
