//! One file per output format. Each takes a finished diagnosis and gives text.

mod ask;
mod compare;
mod dot;
mod json;
mod markdown;
mod text;

pub use ask::ask_for_it;
pub use compare::{Comparison, FactChange, FactHow, GateChange, Said, compare};
pub use dot::dot;
pub use json::json;
pub use markdown::markdown;
pub use text::{text, timings};

use crate::facts::{Fact, Facts};
use crate::model::{Effect, GateReport, Verdict};

/// The facts behind a gate.
fn facts_of<'f>(gate: &GateReport, facts: &'f Facts) -> Vec<&'f Fact> {
    gate.facts.iter().filter_map(|id| facts.by_id(id)).collect()
}

/// `endpoint-policy (s3:GetObject)`.
fn titled(gate: &GateReport) -> String {
    match &gate.action {
        Some(action) => format!("{} ({action})", gate.gate),
        None => gate.gate.clone(),
    }
}

/// How the decisive statements stand to the verdict: where an allow is missing, they are those that come nearest.
fn decides(gate: &GateReport) -> &'static str {
    if gate.effect == Some(Effect::NoAllow) { "does not fit:" } else { "decided by" }
}

/// Gates that a reader must see first: closed ones, then unknown ones.
fn pressing(gates: &[GateReport]) -> impl Iterator<Item = &GateReport> {
    let of = |wanted: Verdict| gates.iter().filter(move |gate| gate.status == wanted);
    of(Verdict::Closed).chain(of(Verdict::Unknown))
}
