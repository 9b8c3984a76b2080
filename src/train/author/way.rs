//! A model path to start from: few reads that tell the causes apart, in the order of the layers, with what each shows.

use std::collections::BTreeSet;

use super::super::debrief::{ModelTaken, model_way};
use super::super::feedback::Saw;
use super::super::moves::Expect;
use super::super::scenario::Scenario;
use super::super::schema::ModelStep;
use super::super::score::jumps;
use super::super::way::shortest;
use crate::model::Layer;

/// Proposes the path and the layers in which to begin, and puts both into the level.
pub fn propose(scenario: &mut Scenario) {
    let mut names = shortest(scenario, &[]);
    names = with_each_layer(scenario, names);
    names = with_what_shows(scenario, names);
    let told = walk(scenario, names);
    // Where a layer has nothing to read, the next one is the place to begin.
    let mut seen = BTreeSet::new();
    for layer in told.iter().map(|step| step.layer) {
        if jumps(layer, &seen) {
            scenario.level.starts.push(layer);
        }
        seen.insert(layer);
    }
}

/// No layer is jumped over: where none of its reads is needed, one is made that shows something.
fn with_each_layer(scenario: &mut Scenario, mut names: Vec<String>) -> Vec<String> {
    let layer_of = |scenario: &Scenario, name: &String| scenario.probe(name).map(|probe| probe.layer);
    let last = names.iter().filter_map(|name| layer_of(scenario, name)).max();
    for layer in Layer::ALL.into_iter().filter(|layer| Some(*layer) < last) {
        if names.iter().any(|name| layer_of(scenario, name) == Some(layer)) {
            continue;
        }
        let own = scenario.probes.iter().filter(|probe| probe.layer == layer).map(|probe| probe.name.clone());
        for name in own.collect::<Vec<_>>() {
            let (other, at) = inserted(scenario, &names, name);
            if walk(scenario, other.clone())[at].feedback.saw == Saw::Open {
                names = other;
                break;
            }
        }
    }
    names
}

/// Where a read shows what stops the request only by what it brings along, that is the read to make.
fn with_what_shows(scenario: &mut Scenario, names: Vec<String>) -> Vec<String> {
    let told = walk(scenario, names.clone());
    let Some(shows) = told.iter().find(|step| step.feedback.saw == Saw::Closed) else { return names };
    let brings = scenario.probe(&shows.probe).map(|probe| probe.brings.clone()).unwrap_or_default();
    for brought in brings.into_iter().filter(|name| !names.contains(name)) {
        let (other, at) = inserted(scenario, &names, brought);
        if walk(scenario, other.clone())[at].feedback.saw == Saw::Closed {
            return other;
        }
    }
    names
}

/// The path with one more read, at the end of its layer but before those that bring it along; and where it stands.
fn inserted(scenario: &Scenario, names: &[String], name: String) -> (Vec<String>, usize) {
    let layer = scenario.probe(&name).map(|probe| probe.layer);
    let comes_before = |other: &String| {
        scenario.probe(other).is_some_and(|other| Some(other.layer) > layer || other.brings.contains(&name))
    };
    let at = names.iter().position(comes_before).unwrap_or(names.len());
    let mut other = names.to_vec();
    other.insert(at, name);
    (other, at)
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
