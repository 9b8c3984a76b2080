//! The contract's JSON (schema version 1): for scripts.

use serde_json::{Value, json};

use crate::facts::{Fact, Facts};
use crate::model::{Decisive, Diagnosis, Fix, GateReport, SCHEMA_VERSION};

/// The diagnosis with its facts, as one JSON value.
#[must_use]
pub fn json(diagnosis: &Diagnosis, facts: &Facts) -> Value {
    let request = &diagnosis.request;
    json!({
        "schema_version": SCHEMA_VERSION,
        "verdict": diagnosis.verdict,
        "sentence": diagnosis.sentence,
        "request": {
            "provider": request.provider, "principal": request.principal, "action": request.action,
            "resource": request.resource, "origin": request.origin,
        },
        "playbook": diagnosis.playbook,
        "layers": diagnosis.layers.iter().map(|layer| json!({
            "id": layer.id, "status": layer.status, "gates": layer.gates,
        })).collect::<Vec<_>>(),
        "path": diagnosis.path,
        "broken_edge": diagnosis.broken_edge,
        "gates": diagnosis.gates.iter().map(gate).collect::<Vec<_>>(),
        "fixes": diagnosis.fixes.iter().map(|(id, gate, of)| fix(id, gate, of)).collect::<Vec<_>>(),
        "facts": facts.all().iter().map(fact).collect::<Vec<_>>(),
    })
}

fn gate(gate: &GateReport) -> Value {
    let decisive = |part: &Decisive| json!({"document": part.document, "statement": part.statement});
    json!({
        "id": gate.id, "edge": gate.edge, "layer": gate.layer, "gate": gate.gate, "status": gate.status,
        "effect": gate.effect, "code": gate.code, "action": gate.action, "blame": gate.blame,
        "decisive": gate.decisive.iter().map(decisive).collect::<Vec<_>>(),
        "summary": gate.summary, "why": gate.why, "confidence": gate.confidence,
        "missing": gate.missing, "facts": gate.facts, "fixes": gate.fixes,
    })
}

fn fix(id: &str, gate: &str, fix: &Fix) -> Value {
    json!({
        "id": id, "gate": gate, "title": fix.title, "owner": fix.owner, "risk": fix.risk, "verified": fix.verified,
        "widens": fix.widens, "commands": fix.commands,
    })
}

fn fact(fact: &Fact) -> Value {
    json!({
        "id": fact.id, "call": fact.call, "status": fact.status, "at": fact.at, "took_ms": fact.took_ms,
        "error": fact.error,
    })
}
