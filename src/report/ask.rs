//! "Please": the text for the person who can open a gate, or who can let one look.

use std::fmt::Write as _;

use super::titled;
use crate::model::{Diagnosis, GateReport, Verdict};
use crate::visible::{one_line, visible};

/// A message to the owner of a closed gate, or to whoever can grant what an unknown one needs; `None` for gates that need neither.
#[must_use]
pub fn ask_for_it(diagnosis: &Diagnosis, gate: &GateReport) -> Option<String> {
    match gate.status {
        Verdict::Closed => Some(change(diagnosis, gate)),
        Verdict::Unknown => Some(look(diagnosis, gate)),
        Verdict::Open | Verdict::NotApplicable => None,
    }
}

fn change(diagnosis: &Diagnosis, gate: &GateReport) -> String {
    let fix = diagnosis.fixes_of(&gate.id).next().map(|(_, fix)| fix);
    let mut out = format!("To {}:\n\n", fix.map_or("the owner of this control", |fix| fix.owner.as_str()));
    subject(&mut out, diagnosis);
    let _ = writeln!(out, "It is stopped here: {}", one_line(&gate.summary));
    if let Some(blame) = &gate.blame {
        let _ = writeln!(out, "What stops it: {} ({}).", one_line(blame), gate.code);
    }
    for part in &gate.decisive {
        let _ = writeln!(out, "See statement {} of {}.", one_line(&part.statement), one_line(&part.document));
    }
    if let Some(fix) = fix {
        let _ = write!(out, "\nWould you please: {}\n", one_line(&fix.title));
        for command in &fix.commands {
            let _ = writeln!(out, "  {}", one_line(&command.text));
        }
        let _ = write!(out, "\nRisk: {}.", format!("{:?}", fix.risk).to_lowercase());
        for widens in &fix.widens {
            let _ = write!(out, " It also opens: {}.", one_line(widens).trim_end_matches('.'));
        }
        out.push('\n');
    }
    visible(&out).into_owned()
}

fn look(diagnosis: &Diagnosis, gate: &GateReport) -> String {
    let mut out = String::from("To whoever grants read access here:\n\n");
    subject(&mut out, diagnosis);
    let _ = writeln!(
        out,
        "Whether {} lets it through cannot be told, because something could not be read.",
        one_line(&titled(gate))
    );
    out.push_str("\nWould you please grant me, or look up for me (read-only):\n");
    let mut missing: Vec<&str> = Vec::new();
    for what in diagnosis.unknown().flat_map(|gate| &gate.missing) {
        if !missing.contains(&what.as_str()) {
            missing.push(what);
        }
    }
    for what in missing {
        let _ = writeln!(out, "  - {}", one_line(what));
    }
    visible(&out).into_owned()
}

fn subject(out: &mut String, diagnosis: &Diagnosis) {
    let request = &diagnosis.request;
    let _ = writeln!(out, "{} needs to do {}", one_line(&request.principal), one_line(&request.action));
    let _ = writeln!(out, "on {}", one_line(&request.resource));
    let _ = writeln!(out, "from {}.\n", one_line(&request.origin));
}
