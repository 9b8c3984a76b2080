//! `gatewalk playbook …`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::diagnose::shelf;
use super::{Failure, print};
use crate::playbook::schema::Playbook;
use crate::playbook::{Loaded, parse};

/// Lists all.
pub fn list() -> Result<u8, Failure> {
    let mut out = String::new();
    for file in shelf().files().iter().filter(|file| !file.is_fragment()) {
        let title = match parse(file) {
            Ok(playbook) => playbook.metadata.title,
            Err(error) => format!("cannot be read: {}", error.message),
        };
        let _ = writeln!(out, "{:<28}{title}", file.id());
    }
    print(&out)
}

/// Shows what a playbook asks, judges and needs.
pub fn show(id: &str) -> Result<u8, Failure> {
    let loaded = shelf().open(id)?;
    print(&described(&loaded))
}

fn described(loaded: &Loaded) -> String {
    let mut out = String::new();
    let (metadata, spec) = (&loaded.playbook.metadata, &loaded.playbook.spec);
    let _ = writeln!(out, "{} version {}: {}\n{}", metadata.id, metadata.version, metadata.title, metadata.description);
    let _ = writeln!(out, "\nfor");
    for each in &spec.matches {
        let _ = writeln!(out, "  {}", each.resource);
    }
    let _ = writeln!(out, "\ninputs (-i NAME=VALUE)");
    for (name, input) in &spec.inputs {
        let needed = if input.required { " (needed)" } else { "" };
        let _ = writeln!(out, "  {name:<20}{}{needed}", input.prompt);
    }
    let _ = writeln!(out, "\nwalks");
    for step in &loaded.steps {
        let _ = writeln!(out, "  {:<9}{:<26}{}", step.spec.layer.as_str(), step.spec.gate, step.spec.question);
    }
    let _ = writeln!(out, "\nasks");
    for query in &loaded.queries {
        let _ = writeln!(out, "  {:<42}{}", query.spec.call, query.spec.why);
    }
    let provider = loaded.provider();
    let permissions: BTreeSet<_> =
        loaded.queries.iter().filter_map(|query| provider?.permission(&query.spec.call)).collect();
    let _ = writeln!(out, "\nneeds at most these permissions (all of them only read)");
    for permission in permissions {
        let _ = writeln!(out, "  {permission}");
    }
    out
}

/// Checks playbooks; the first that is wrong ends it.
pub fn check(files: &[String]) -> Result<u8, Failure> {
    let shelf = shelf();
    let names: Vec<String> = match files {
        [] => shelf.files().iter().filter(|file| !file.is_fragment()).map(crate::playbook::SourceFile::id).collect(),
        files => files.to_vec(),
    };
    let mut out = String::new();
    for name in &names {
        let loaded = shelf.open(name)?;
        let _ = writeln!(out, "{name}: right ({} steps, {} queries)", loaded.steps.len(), loaded.queries.len());
    }
    print(&out)
}

/// The JSON Schema of playbooks.
pub fn schema_text() -> String {
    format!("{:#}\n", schemars::schema_for!(Playbook).to_value())
}

/// Prints the JSON Schema.
pub fn schema() -> Result<u8, Failure> {
    print(&schema_text())
}

/// Prints a playbook to start from.
pub fn new(id: &str) -> Result<u8, Failure> {
    print(&include_str!("../../assets/playbook-template.yaml").replace("my/playbook", id))
}
