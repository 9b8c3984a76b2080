//! The rubric: one hundred points, and the same moves always get the same.

use std::collections::BTreeSet;

use serde::Serialize;

use super::scenario::Scenario;
use super::session::Taken;
use crate::model::Layer;

/// What each hint costs.
pub const HINT_COSTS: [u32; 3] = [5, 10, 20];
/// What an unjustified jump costs.
const JUMP: u32 = 5;
/// What a probe more than the model path's costs.
const EXTRA: u32 = 3;
/// Points from which a level counts as mastered, with edge and cause right.
const PASS: u32 = 70;

/// What a trainee decided.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Verdict {
    /// Where the path breaks.
    pub edges: BTreeSet<String>,
    /// Why.
    pub causes: BTreeSet<String>,
    /// What to change.
    pub fixes: BTreeSet<String>,
    /// A note.
    pub note: String,
}

/// One row of the rubric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// `edge`, `cause`, `fix`, `order`, `economy`, `hypotheses`, `hints`.
    pub name: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// Points; those of hints are negative.
    pub points: i32,
    /// At most.
    pub of: u32,
    /// Why that many.
    pub why: String,
}

/// The score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Score {
    /// 0 to 100.
    pub total: u32,
    /// Whether the level counts as mastered.
    pub passed: bool,
    /// Row by row.
    pub rows: Vec<Row>,
}

/// Scores a verdict and the way to it.
pub fn score(scenario: &Scenario, taken: &[Taken], hints: usize, verdict: &Verdict) -> Score {
    let own: Vec<&Taken> = taken.iter().filter(|step| !step.by_tutor).collect();
    let rows = vec![
        edge(scenario, verdict),
        cause(scenario, verdict),
        fix(scenario, verdict),
        order(scenario, &own),
        economy(scenario, taken),
        hypotheses(&own),
        hinted(hints),
    ];
    let sum: i32 = rows.iter().map(|row| row.points).sum();
    let total = u32::try_from(sum.clamp(0, 100)).unwrap_or_default();
    let full = |name: &str| rows.iter().any(|row| row.name == name && i64::from(row.points) == i64::from(row.of));
    Score { total, passed: total >= PASS && full("edge") && full("cause"), rows }
}

fn row(name: &'static str, about: &'static str, points: u32, of: u32, why: impl Into<String>) -> Row {
    Row { name, about, points: i32::try_from(points).unwrap_or_default(), of, why: why.into() }
}

/// The share of what is right among what was chosen and what should have been.
fn share(of: u32, right: &BTreeSet<String>, chosen: &BTreeSet<String>) -> (u32, String) {
    let hit = right.intersection(chosen).count();
    let among = right.len().max(chosen.len());
    let points = match among {
        0 => 0,
        _ => of * u32::try_from(hit).unwrap_or(0) / u32::try_from(among).unwrap_or(1),
    };
    let why = match (hit, right.len(), chosen.len()) {
        (_, _, 0) => "nothing was chosen".to_owned(),
        (hit, needed, chosen) if hit == needed && chosen == needed => "right".to_owned(),
        (hit, needed, chosen) => format!("{hit} of {needed} right, {} wrong", chosen - hit),
    };
    (points, why)
}

fn edge(scenario: &Scenario, verdict: &Verdict) -> Row {
    let (points, why) = share(30, &scenario.right_edges, &verdict.edges);
    row("edge", "the right edge", points, 30, why)
}

fn cause(scenario: &Scenario, verdict: &Verdict) -> Row {
    let right = scenario.causes.iter().filter(|cause| cause.right).map(|cause| cause.id.clone()).collect();
    let (points, why) = share(20, &right, &verdict.causes);
    row("cause", "the right cause", points, 20, why)
}

fn fix(scenario: &Scenario, verdict: &Verdict) -> Row {
    const ABOUT: &str = "the right fix, no wider than needed";
    if let Some(wide) = scenario.fixes.iter().find(|fix| fix.wide && verdict.fixes.contains(&fix.id)) {
        return row("fix", ABOUT, 0, 15, format!("it opens far more than is needed: {}", wide.text));
    }
    let right = scenario.fixes.iter().filter(|fix| fix.right).map(|fix| fix.id.clone()).collect();
    let (points, why) = share(15, &right, &verdict.fixes);
    row("fix", ABOUT, points, 15, why)
}

/// Whether a step left the order of the layers: it read a later one while an earlier one had not been looked at.
pub fn jumps(layer: Layer, seen: &BTreeSet<Layer>) -> bool {
    Layer::ALL.iter().any(|earlier| *earlier < layer && !seen.contains(earlier)) && !seen.contains(&layer)
}

/// A reason is one when it has at least three words.
pub fn is_reason(text: &str) -> bool {
    text.split_whitespace().count() >= 3
}

fn order(scenario: &Scenario, own: &[&Taken]) -> Row {
    const ABOUT: &str = "layers in order, or a justified jump";
    if own.is_empty() {
        return row("order", ABOUT, 0, 15, "no probe was made");
    }
    let justified =
        |step: &Taken| step.why.as_deref().is_some_and(is_reason) || scenario.level.starts.contains(&step.layer);
    let jumped: Vec<&&Taken> = own.iter().filter(|step| step.jump).collect();
    let bare: Vec<&str> = jumped.iter().filter(|step| !justified(step)).map(|step| step.probe.as_str()).collect();
    let why = match (jumped.len(), bare.len()) {
        (0, _) => "identity, then network, then storage".to_owned(),
        (jumped, 0) => format!("{jumped} justified jump{}", if jumped == 1 { "" } else { "s" }),
        _ => format!("jumped without a reason at {}", bare.join(", ")),
    };
    let lost = JUMP * u32::try_from(bare.len()).unwrap_or(u32::MAX).min(3);
    row("order", ABOUT, 15 - lost, 15, why)
}

fn economy(scenario: &Scenario, taken: &[Taken]) -> Row {
    const ABOUT: &str = "no more probes than needed";
    if taken.iter().all(|step| step.by_tutor) {
        return row("economy", ABOUT, 0, 10, "no probe was made");
    }
    let spent: u32 = taken.iter().map(|step| step.cost).sum();
    let model = scenario.model_cost();
    let over = spent.saturating_sub(model);
    row(
        "economy",
        ABOUT,
        10_u32.saturating_sub(EXTRA.saturating_mul(over)),
        10,
        format!("{spent} spent, the model path costs {model}"),
    )
}

fn hypotheses(own: &[&Taken]) -> Row {
    const ABOUT: &str = "a hypothesis before each probe";
    if own.is_empty() {
        return row("hypotheses", ABOUT, 0, 10, "no probe was made");
    }
    let stated = own.iter().filter(|step| step.hypothesis.is_some()).count();
    let points = 10 * stated / own.len();
    row(
        "hypotheses",
        ABOUT,
        u32::try_from(points).unwrap_or_default(),
        10,
        format!("stated before {stated} of {} probes", own.len()),
    )
}

fn hinted(hints: usize) -> Row {
    let lost: u32 = HINT_COSTS.iter().take(hints).sum();
    let why = match hints {
        0 => "none was asked for".to_owned(),
        1 => "one was asked for".to_owned(),
        more => format!("{more} were asked for"),
    };
    Row { name: "hints", about: "hints", points: -i32::try_from(lost).unwrap_or_default(), of: 0, why }
}
