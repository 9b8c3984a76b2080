//! Markdown: for a ticket.

use std::fmt::Write as _;

use super::{facts_of, pressing, titled};
use crate::engine::evidence::compared;
use crate::facts::Facts;
use crate::model::{Diagnosis, GateReport, Verdict};
use crate::visible::{one_line, visible};

/// The diagnosis as Markdown.
#[must_use]
pub fn markdown(diagnosis: &Diagnosis, facts: &Facts) -> String {
    let mut out = String::new();
    let request = &diagnosis.request;
    line(&mut out, &format!("# {}: {}", diagnosis.verdict.as_str(), escape(&diagnosis.sentence)));
    line(&mut out, "");
    line(&mut out, "| | |\n|---|---|");
    for (name, value) in
        [("who", &request.principal), ("does", &request.action), ("to", &request.resource), ("from", &request.origin)]
    {
        line(&mut out, &format!("| {name} | {} |", code(value)));
    }
    line(&mut out, &format!("| playbook | {} version {} |", code(&diagnosis.playbook.id), diagnosis.playbook.version));
    if let Some((reported, computed)) = compared(diagnosis, facts) {
        line(&mut out, &format!("| reported | {} |", escape(&reported)));
        line(&mut out, &format!("| computed | {} |", escape(&computed)));
    }
    for gate in pressing(&diagnosis.gates) {
        details(&mut out, diagnosis, gate, facts);
    }
    line(&mut out, "\n## All gates\n");
    line(&mut out, "| layer | gate | verdict | finding |\n|---|---|---|---|");
    for gate in &diagnosis.gates {
        let (verdict, summary) = (gate.status.as_str(), escape(&gate.summary));
        line(&mut out, &format!("| {} | {} | {verdict} | {summary} |", gate.layer, titled(gate)));
    }
    out
}

fn line(out: &mut String, text: &str) {
    let _ = writeln!(out, "{}", visible(text));
}

fn code(text: &str) -> String {
    format!("`{}`", one_line(text).replace('`', "'").replace('|', "\\|"))
}

/// Text that Markdown shall not read as markup.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in one_line(text).chars() {
        if "\\`*_{}[]<>|#".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

fn details(out: &mut String, diagnosis: &Diagnosis, gate: &GateReport, facts: &Facts) {
    line(
        out,
        &format!("\n## {} {}\n", if gate.status == Verdict::Closed { "Closed:" } else { "Unknown:" }, titled(gate)),
    );
    line(out, &escape(&gate.summary));
    line(out, "");
    line(out, &format!("- why it matters: {}", escape(&gate.why)));
    if let Some(blame) = &gate.blame {
        line(out, &format!("- blame: {}", code(blame)));
    }
    for missing in &gate.missing {
        line(out, &format!("- would be settled by: {}", code(missing)));
    }
    for fact in facts_of(gate, facts).into_iter().filter(|fact| fact.body.is_none()) {
        let error = fact.error.as_ref().map(|error| format!(": {}", escape(&error.message))).unwrap_or_default();
        line(out, &format!("- {} {}{error}", code(&fact.call), fact.status.as_str()));
    }
    for part in &gate.decisive {
        line(
            out,
            &format!("- {} statement {} of {}", super::decides(gate), code(&part.statement), code(&part.document)),
        );
        fenced(out, "json", part.text.as_deref().unwrap_or_default());
    }
    for (_, fix) in diagnosis.fixes_of(&gate.id) {
        line(out, &format!("- fix, for {}: {}", escape(&fix.owner), escape(&fix.title)));
        for command in &fix.commands {
            fenced(out, "sh", &command.text);
        }
    }
    for link in &gate.links {
        line(out, &format!("- <{link}>"));
    }
}

fn fenced(out: &mut String, language: &str, text: &str) {
    if !text.is_empty() {
        line(out, &format!("\n  ```{language}\n  {}\n  ```\n", text.replace("```", "'''").replace('\n', "\n  ")));
    }
}
