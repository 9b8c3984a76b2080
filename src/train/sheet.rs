//! All of a level on paper, for whoever runs a drill: the ticket to read aloud, the truth, what each read shows, hints, choices, rubric, model answer.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use super::debrief::{culprits, escaped, model_way};
use super::feedback::Saw;
use super::scenario::Scenario;
use super::schema::Goal;
use super::score::HINT_COSTS;
use super::session::SPARE;
use super::world::Probe;
use crate::facts::{Call, Fact};
use crate::model::{Diagnosis, GateReport, Layer, Verdict};

/// How a drill goes, for somebody who has never run one.
const HOW: &str = "\
1. One person is on call; the others watch. Read the ticket aloud, and nothing else. Start a clock.\n\
2. Before each read the person says where they look, what they expect to see, and, where they leave the order of the layers, why there first.\n\
3. Answer only what is asked, from \"What each read shows\". Whoever wants to see the cloud's own answers plays the same level on a shared screen.\n\
4. Take the reads from the budget. Give a hint only when asked, and note what it costs.\n\
5. The drill ends with a verdict: the edge, the cause, the smallest change. Then the person explains it to whoever wrote the ticket.\n\
6. Fill in the rubric together, read the model answer, and ask what would have prevented it here.";

/// The sheet, as Markdown.
pub fn sheet(scenario: &Scenario) -> String {
    let mut out = String::new();
    head(&mut out, scenario);
    truth(&mut out, scenario);
    reads(&mut out, scenario);
    way(&mut out, scenario);
    choices(&mut out, scenario);
    rubric(&mut out);
    close(&mut out, scenario);
    out
}

fn line(out: &mut String, text: &str) {
    let _ = writeln!(out, "{text}");
}

fn head(out: &mut String, scenario: &Scenario) {
    let (level, request) = (&scenario.level, &scenario.broken.request);
    let seed = scenario.seed.map(|seed| format!(" --seed {seed}")).unwrap_or_default();
    line(out, &format!("# {}\n\nThe sheet of whoever runs the drill: it tells the answer.\n", escaped(&level.title)));
    let budget = scenario.budget_cost() + SPARE;
    let difficulty = level.difficulty.as_str();
    line(out, &format!("`{}`, {difficulty}, {} minutes, {budget} probe points.", level.id, level.minutes));
    line(out, &format!("On a shared screen: `gatewalk train {} --mode interview{seed} --no-record`\n", level.id));
    line(out, &format!("## How it goes\n\n{HOW}\n\n## The ticket\n"));
    for paragraph in level.brief.trim().lines() {
        line(out, &format!("> {}", escaped(paragraph)));
    }
    line(out, "\nTold when asked:\n");
    for (name, text) in
        [("who", &request.principal), ("does", &request.action), ("to", &request.resource), ("from", &request.origin)]
    {
        line(out, &format!("- {name}: `{text}`"));
    }
}

fn truth(out: &mut String, scenario: &Scenario) {
    line(out, "\n## The truth\n");
    for fault in &scenario.level.faults {
        line(out, &format!("- {}", escaped(&fault.does)));
    }
    for culprit in culprits(scenario) {
        line(out, &format!("- `{}` on `{}`: {}", culprit.code, culprit.edge, escaped(&culprit.summary)));
        for decisive in &culprit.decisive {
            line(out, &format!("\n{} {}:\n", escaped(&decisive.document), escaped(&decisive.statement)));
            if let Some(text) = &decisive.text {
                line(out, &format!("```json\n{}\n```\n", text.replace("```", "'''")));
            }
        }
    }
    for herring in &scenario.level.herrings {
        line(out, &format!("- Looks odd and is harmless: {}", escaped(&herring.harmless)));
    }
}

/// What each read shows, so that a host can answer without looking anything up.
fn reads(out: &mut String, scenario: &Scenario) {
    line(out, "\n## What each read shows\n\nA read brings along the reads it cannot be asked without.");
    let showing = showing(scenario);
    for layer in Layer::ALL {
        line(out, &format!("\n### {layer}\n"));
        for probe in scenario.probes.iter().filter(|probe| probe.layer == layer) {
            let cost = if probe.cost == 1 { String::new() } else { format!(", costs {}", probe.cost) };
            line(out, &format!("- **{}** (`{}`{cost}): {}", probe.name, probe.call, escaped(&probe.why)));
            let mut said: Vec<String> = Vec::new();
            for (gate, names) in showing.iter().filter(|(_, names)| names.contains(&probe.name.as_str())) {
                let others: Vec<&str> = names.iter().copied().filter(|name| *name != probe.name).collect();
                let with = if others.is_empty() { String::new() } else { format!(" (with {})", others.join(", ")) };
                let text = format!("{}, {}: {}{with}", mark(scenario, gate), gate.gate, escaped(&gate.summary));
                if !said.contains(&text) {
                    said.push(text);
                }
            }
            if said.is_empty() {
                let leads = scenario.probes.iter().any(|other| other.brings.contains(&probe.name));
                said.push(
                    if leads { "decides nothing, and leads to other reads" } else { "decides nothing here" }.into(),
                );
            }
            said.iter().for_each(|said| line(out, &format!("  - {said}")));
        }
    }
}

fn mark(scenario: &Scenario, gate: &GateReport) -> &'static str {
    match (gate.status, scenario.level.goal) {
        (Verdict::Closed, Goal::Reach) => "**stops it**",
        (Verdict::Closed, Goal::KeepOut) => "guards",
        _ => "open",
    }
}

/// Each judged gate with the reads that show it: the first that shows it alone, with what it brings along; else those that it cannot be judged without, less
/// those that others of them bring along. What stops the request comes first.
fn showing(scenario: &Scenario) -> Vec<(&GateReport, BTreeSet<&str>)> {
    let all: BTreeSet<String> = scenario.probes.iter().flat_map(|probe| probe.keys.clone()).collect();
    let told = |probe: &Probe| {
        let without = all.iter().filter(|key| !probe.keys.contains(key)).cloned().collect();
        let alone = scenario.keys_of(probe).cloned().collect();
        [without, alone].map(|keys| scenario.broken.known(&keys).diagnosis)
    };
    let told: Vec<(&Probe, [Arc<Diagnosis>; 2])> = scenario.probes.iter().map(|probe| (probe, told(probe))).collect();
    let facts = scenario.broken.whole().facts;
    let reads = |probe: &Probe, gate: &GateReport| {
        let key = |fact: &Fact| Call { name: fact.call.clone(), params: fact.params.clone() }.key();
        facts.all().iter().any(|fact| gate.facts.contains(&fact.id) && probe.keys.contains(&key(fact)))
    };
    let by = |gate: &GateReport| {
        let same = |known: &Diagnosis| {
            let one = |other: &GateReport| {
                (&other.step, &other.action, other.status) == (&gate.step, &gate.action, gate.status)
            };
            known.gates.iter().any(one)
        };
        let mut by: Vec<&Probe> = told
            .iter()
            .filter(|(probe, [_, alone])| reads(probe, gate) && same(alone))
            .map(|(probe, _)| *probe)
            .collect();
        if by.is_empty() {
            by = told.iter().filter(|(_, [without, _])| !same(without)).map(|(probe, _)| *probe).collect();
            let brought: BTreeSet<&String> = by.iter().flat_map(|probe| &probe.brings).collect();
            by.retain(|probe| !brought.contains(&probe.name));
        } else {
            let names: BTreeSet<String> = by.iter().map(|probe| probe.name.clone()).collect();
            by.retain(|probe| !probe.brings.iter().any(|brought| names.contains(brought)));
        }
        by.iter().map(|probe| probe.name.as_str()).collect()
    };
    let judged = |gate: &&GateReport| matches!(gate.status, Verdict::Open | Verdict::Closed);
    let mut showing: Vec<(&GateReport, BTreeSet<&str>)> =
        scenario.truth.gates.iter().filter(judged).map(|gate| (gate, by(gate))).collect();
    showing.sort_by_key(|(gate, _)| gate.status != Verdict::Closed);
    showing
}

fn way(out: &mut String, scenario: &Scenario) {
    line(out, "\n## The model path\n\n| step | layer | read | expect | shows | why |\n|---|---|---|---|---|---|");
    for (at, step) in model_way(scenario).iter().enumerate() {
        let saw = match step.feedback.saw {
            Saw::Closed => "what stops it",
            Saw::Open => "nothing that stops it",
            Saw::Nothing => "nothing yet",
        };
        let (expect, why) = (step.expect.as_str(), escaped(&step.why));
        line(out, &format!("| {} | {} | `{}` | {expect} | {saw} | {why} |", at + 1, step.layer, step.probe));
    }
}

fn choices(out: &mut String, scenario: &Scenario) {
    line(out, "\n## Hints, when asked\n");
    for (tier, cost) in (1_u8..).zip(HINT_COSTS) {
        let hint = scenario.level.hint(tier).unwrap_or_default();
        line(out, &format!("{tier}. (minus {cost}) {}", escaped(hint)));
    }
    let item = |right: bool, text: &str, wrong: &str| {
        let mark = if right { "x" } else { " " };
        let why = if wrong.is_empty() { String::new() } else { format!(" {}", escaped(wrong)) };
        format!("- [{mark}] {}{why}", escaped(text))
    };
    line(out, "\n## Causes\n");
    scenario.causes.iter().for_each(|cause| line(out, &item(cause.right, &cause.text, &cause.wrong)));
    line(out, "\n## Changes\n");
    for fix in &scenario.fixes {
        let wide = if fix.wide { " **Far too wide: nothing for the fix.**" } else { "" };
        line(out, &format!("{}{wide}", item(fix.right, &fix.text, &fix.wrong)));
    }
}

fn rubric(out: &mut String) {
    line(out, "\n## Rubric\n\n| row | of | points |\n|---|---|---|");
    for (row, of) in [
        ("the right edge", "30"),
        ("the right cause", "20"),
        ("the right fix, no wider than needed", "15"),
        ("layers in order; a jump without a reason costs 5", "15"),
        ("no more probes than the model path; each more costs 3", "10"),
        ("a hypothesis before each probe", "10"),
        ("hints: 5, 10, 20", "−35"),
    ] {
        line(out, &format!("| {row} | {of} | |"));
    }
}

fn close(out: &mut String, scenario: &Scenario) {
    let level = &scenario.level;
    let answer = &level.model_answer;
    line(out, "\n## The model answer, in ninety seconds\n");
    for (name, text) in [
        ("identity", &answer.identity),
        ("network", &answer.network),
        ("storage", &answer.storage),
        ("so", &answer.close),
    ] {
        line(out, &format!("- **{name}**: {}", escaped(text)));
    }
    line(out, &format!("\n## To take home\n\n{}\n", escaped(&level.lesson)));
    line(out, &format!("What would have prevented it: {}", escaped(&level.prevention)));
    if !level.links.is_empty() {
        line(out, "");
    }
    level.links.iter().for_each(|link| line(out, &format!("- <{link}>")));
}
