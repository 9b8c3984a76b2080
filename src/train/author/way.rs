//! A model path to start from: few reads that tell the causes apart, in the order of the layers, with what each shows.

use std::collections::BTreeSet;

use super::super::check::shortest;
use super::super::debrief::{ModelTaken, model_way};
use super::super::feedback::Saw;
use super::super::moves::Expect;
use super::super::scenario::Scenario;
use super::super::schema::ModelStep;

/// Proposes the path, and puts it into the level.
pub fn propose(scenario: &mut Scenario) {
    walk(scenario, shortest(scenario));
    // Where a read shows what stops the request only by what it brings along, that is the read to make.
    let told = model_way(scenario);
    let Some(at) = told.iter().position(|step| step.feedback.saw == Saw::Closed) else { return };
    let brings = scenario.probe(&told[at].probe).map(|probe| probe.brings.clone()).unwrap_or_default();
    let names: Vec<String> = told.iter().map(|step| step.probe.clone()).collect();
    for brought in brings.into_iter().filter(|name| !names.contains(name)) {
        let mut other = names.clone();
        other.insert(at, brought);
        let told = walk(scenario, other);
        if told[at].feedback.saw == Saw::Closed {
            return;
        }
    }
    walk(scenario, names);
}

/// Walks these reads, expecting what they show.
fn walk(scenario: &mut Scenario, names: Vec<String>) -> Vec<ModelTaken> {
    let why = |name: &str| scenario.probe(name).map(|probe| probe.why.clone()).unwrap_or_default();
    let step = |name: String| ModelStep { why: why(&name), probe: name, expect: Expect::Open };
    scenario.level.model_path = names.into_iter().map(step).collect();
    let told = model_way(scenario);
    let closed: BTreeSet<&str> =
        told.iter().filter(|step| step.feedback.saw == Saw::Closed).map(|step| step.probe.as_str()).collect();
    for step in &mut scenario.level.model_path {
        if closed.contains(step.probe.as_str()) {
            step.expect = Expect::Closed;
        }
    }
    told
}
