//! Graphviz: the path as a picture. Broken edges are told by word, line and colour.

use std::fmt::Write as _;

use super::titled;
use crate::model::{Diagnosis, Edge, Status, Verdict};
use crate::visible::one_line;

/// The path in Graphviz's language.
#[must_use]
pub fn dot(diagnosis: &Diagnosis) -> String {
    let mut out = String::from(
        "digraph gatewalk {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\"];\n",
    );
    let _ = writeln!(out, "  label={};", quoted(&diagnosis.sentence));
    for node in &diagnosis.path.nodes {
        let label = format!("{}\n{}", node.kind, one_line(&node.label));
        let _ = writeln!(out, "  {} [label={}, tooltip={}];", node.id, quoted(&label), quoted(&node.reference));
    }
    for edge in &diagnosis.path.edges {
        let (style, color) = match edge.status {
            Status::Open => ("solid", "#2e7d32"),
            Status::Broken => ("bold", "#c62828"),
            Status::Unknown => ("dotted", "#757575"),
        };
        let label = format!("{}: {}{}", edge.layer, edge.status.as_str(), named(diagnosis, edge));
        let _ = writeln!(
            out,
            "  {} -> {} [label={}, style={style}, color=\"{color}\"];",
            edge.from,
            edge.to,
            quoted(&label)
        );
    }
    out.push_str("}\n");
    out
}

fn named(diagnosis: &Diagnosis, edge: &Edge) -> String {
    let gates = edge.gates.iter().filter_map(|id| diagnosis.gate(id));
    let pressing = gates.filter(|gate| matches!(gate.status, Verdict::Closed | Verdict::Unknown));
    pressing.map(|gate| format!("\n{} {}", gate.status.as_str(), titled(gate))).collect()
}

fn quoted(text: &str) -> String {
    let lines: Vec<String> =
        text.lines().map(|line| one_line(line).replace('\\', "\\\\").replace('"', "\\\"")).collect();
    format!("\"{}\"", lines.join("\\n"))
}
