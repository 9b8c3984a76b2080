//! A short way through a level: the reads that tell its causes apart.

use std::collections::BTreeSet;

use super::scenario::Scenario;
use super::touch;
use super::world::Probe;

/// The probes whose answers the gates in question read, and those to be kept; all of them where that is not enough.
fn candidates<'s>(scenario: &'s Scenario, keep: &[&str]) -> Vec<&'s Probe> {
    let whole = scenario.broken.whole();
    let level = &scenario.level;
    let mut steps: BTreeSet<&str> = level.answer.iter().map(|answer| answer.step.as_str()).collect();
    steps.extend(scenario.causes.iter().flat_map(|cause| level.steps_of(cause)));
    let gates = whole.diagnosis.gates.iter().filter(|gate| steps.contains(gate.step.as_str()));
    let read: BTreeSet<&str> = gates.flat_map(|gate| gate.facts.iter().map(String::as_str)).collect();
    let facts = whole.facts.all().iter().filter(|fact| read.contains(fact.id.as_str()));
    let keys: BTreeSet<String> = facts.map(touch::key).collect();
    let is_one =
        |probe: &&Probe| keep.contains(&probe.name.as_str()) || probe.keys.iter().any(|key| keys.contains(key));
    let some: Vec<&Probe> = scenario.probes.iter().filter(is_one).collect();
    let known = some.iter().flat_map(|probe| scenario.keys_of(probe)).cloned().collect();
    match scenario.told_apart(&scenario.broken.known(&known).diagnosis) {
        true => some,
        false => scenario.probes.iter().collect(),
    }
}

/// A short path that tells the causes apart: all probes, less each that can be left out and need not be kept. Costly ones are left out first, then those
/// at the end.
pub fn shortest(scenario: &Scenario, keep: &[&str]) -> Vec<String> {
    let mut path = candidates(scenario, keep);
    let mut order: Vec<usize> = (0..path.len()).rev().collect();
    order.sort_by_key(|at| std::cmp::Reverse(path[*at].cost));
    let names: Vec<String> = order.into_iter().map(|at| path[at].name.clone()).collect();
    for name in names.into_iter().filter(|name| !keep.contains(&name.as_str())) {
        let without: Vec<&Probe> = path.iter().copied().filter(|probe| probe.name != name).collect();
        let known: BTreeSet<String> = without.iter().flat_map(|probe| scenario.keys_of(probe)).cloned().collect();
        if scenario.told_apart(&scenario.broken.known(&known).diagnosis) {
            path = without;
        }
    }
    path.sort_by_key(|probe| probe.layer);
    path.into_iter().map(|probe| probe.name.clone()).collect()
}
