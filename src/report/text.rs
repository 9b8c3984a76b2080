//! Plain text: for a pipe, a mail, a screen reader. No colours, no drawing characters; words say everything.

use std::fmt::Write as _;

use super::{facts_of, titled};
use crate::engine::Outcome;
use crate::engine::evidence::compared;
use crate::facts::Facts;
use crate::model::{Diagnosis, GateReport, Layer, Status, Verdict};
use crate::visible::{one_line, visible};

/// The diagnosis as text.
#[must_use]
pub fn text(diagnosis: &Diagnosis, facts: &Facts) -> String {
    let mut out = String::new();
    let request = &diagnosis.request;
    line(&mut out, &format!("{}: {}", shout(diagnosis.verdict), diagnosis.sentence));
    line(&mut out, "");
    line(&mut out, &format!("who    {}", request.principal));
    line(&mut out, &format!("does   {}", request.action));
    line(&mut out, &format!("to     {}", request.resource));
    line(&mut out, &format!("from   {}", request.origin));
    if let Some((reported, computed)) = compared(diagnosis, facts) {
        line(&mut out, "");
        line(&mut out, &format!("reported  {}", one_line(&reported)));
        line(&mut out, &format!("computed  {}", one_line(&computed)));
    }
    for fact in facts.all().iter().filter(|fact| fact.call.starts_with("probe:")) {
        let about = fact.params.values().filter_map(|value| value.as_str()).collect::<Vec<_>>().join(" ");
        let how =
            fact.error.as_ref().map_or_else(|| "ok".to_owned(), |error| format!("{}: {}", error.code, error.message));
        line(&mut out, &format!("probed    {} {about}: {}", fact.call.trim_start_matches("probe:"), one_line(&how)));
    }
    for layer in Layer::ALL {
        one_layer(&mut out, diagnosis, layer);
    }
    for gate in diagnosis.closed() {
        details(&mut out, diagnosis, gate, facts);
    }
    unknown(&mut out, diagnosis, facts);
    out
}

/// Gates that the same things would settle are told together.
fn unknown(out: &mut String, diagnosis: &Diagnosis, facts: &Facts) {
    let mut groups: Vec<(&[String], Vec<&GateReport>)> = Vec::new();
    for gate in diagnosis.unknown() {
        match groups.iter_mut().find(|(missing, _)| *missing == gate.missing) {
            Some((_, gates)) => gates.push(gate),
            None => groups.push((&gate.missing, vec![gate])),
        }
    }
    for (missing, gates) in groups {
        if let [only] = gates[..] {
            details(out, diagnosis, only, facts);
            continue;
        }
        line(out, "");
        line(out, &format!("unknown {}", gates.iter().map(|gate| titled(gate)).collect::<Vec<_>>().join(", ")));
        for missing in missing {
            line(out, &format!("  would be settled by: {missing}"));
        }
    }
}

/// How long it took: a line for people and scripts.
#[must_use]
pub fn timings(outcome: &Outcome) -> String {
    let slowest = outcome.facts.all().iter().max_by_key(|fact| fact.took_ms);
    let slowest = slowest.map(|fact| format!("; slowest {} {} ms", fact.call, fact.took_ms)).unwrap_or_default();
    format!("{} calls, {} deep, {} ms{slowest}\n", outcome.calls, outcome.depth, outcome.took_ms)
}

fn line(out: &mut String, text: &str) {
    // Writing to a text cannot fail.
    let _ = writeln!(out, "{}", visible(text));
}

fn shout(status: Status) -> &'static str {
    match status {
        Status::Open => "OPEN",
        Status::Broken => "BROKEN",
        Status::Unknown => "UNKNOWN",
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Open => "open",
        Verdict::Closed => "CLOSED",
        Verdict::Unknown => "unknown",
        Verdict::NotApplicable => "not used",
    }
}

fn one_layer(out: &mut String, diagnosis: &Diagnosis, layer: Layer) {
    let gates: Vec<&GateReport> = diagnosis.gates.iter().filter(|gate| gate.layer == layer).collect();
    let status = diagnosis.layers.iter().find(|report| report.id == layer).map_or("", |report| report.status.as_str());
    line(out, "");
    line(out, &format!("{layer}: {status}"));
    for gate in gates.iter().filter(|gate| gate.status != Verdict::NotApplicable) {
        line(out, &format!("  {:<8} {}: {}", word(gate.status), titled(gate), one_line(&gate.summary)));
    }
    let unused = gates.iter().filter(|gate| gate.status == Verdict::NotApplicable).count();
    if unused > 0 {
        line(out, &format!("  {:<8} {unused} more gates that this request does not use", word(Verdict::NotApplicable)));
    }
}

fn details(out: &mut String, diagnosis: &Diagnosis, gate: &GateReport, facts: &Facts) {
    line(out, "");
    line(out, &format!("{} {} at {} ({})", word(gate.status), titled(gate), ends(diagnosis, gate), gate.code));
    line(out, &format!("  {}", one_line(&gate.summary)));
    line(out, &format!("  why it matters: {}", gate.why));
    if let Some(blame) = &gate.blame {
        line(out, &format!("  blame: {blame}"));
    }
    for part in &gate.decisive {
        let how = super::decides(gate);
        line(out, &format!("  {how} statement {} of {}:", part.statement, part.document));
        for source in part.text.as_deref().unwrap_or_default().lines() {
            line(out, &format!("    {source}"));
        }
    }
    for missing in &gate.missing {
        line(out, &format!("  would be settled by: {missing}"));
    }
    for fact in facts_of(gate, facts).into_iter().filter(|fact| fact.body.is_none()) {
        let error = fact.error.as_ref().map(|error| format!(" {}: {}", error.code, error.message)).unwrap_or_default();
        line(out, &format!("  {} {}{}", fact.call, fact.status.as_str(), one_line(&error)));
    }
    for note in &gate.notes {
        line(out, &format!("  note: {note}"));
    }
    for (_, fix) in diagnosis.fixes_of(&gate.id) {
        line(out, &format!("  fix ({}, {} risk): {}", fix.owner, format!("{:?}", fix.risk).to_lowercase(), fix.title));
        for command in &fix.commands {
            line(out, &format!("    {}", command.text));
        }
    }
}

fn ends(diagnosis: &Diagnosis, gate: &GateReport) -> String {
    let label =
        |id: &str| diagnosis.path.nodes.iter().find(|node| node.id == id).map_or("", |node| node.label.as_str());
    match diagnosis.path.edges.iter().find(|edge| edge.id == gate.edge) {
        Some(edge) => format!("{} -> {}", label(&edge.from), label(&edge.to)),
        None => String::new(),
    }
}
