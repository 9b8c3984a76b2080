//! Drills: one ticket over several levels of the same world and question. A seed draws the level, so that nobody knows beforehand in which layer the fault
//! is; nothing that is shown before the verdict depends on the draw.

use std::collections::BTreeSet;

use super::bank::{Bank, Checked, parse};
use super::check::{Problem, TODO};
use super::debrief::model_way;
use super::moves::Expect;
use super::rename::mix;
use super::scenario::{Drawn, Makings, Scenario};
use super::schema::{Cause, Drill, FixChoice, Level, ModelStep, Written};
use super::way::shortest;
use crate::model::{Diagnosis, Layer, Verdict};
use crate::playbook::{PlaybookError, SourceFile, closest};

/// The longest way through a drill: a ticket that tells nothing takes more reads than one that does.
const LONGEST_PATH: usize = 12;

/// A level of a drill.
struct Part {
    id: String,
    file: SourceFile,
    level: Level,
}

/// The level that a seed draws; without a seed the first.
pub fn drawn(drill: &Drill, seed: Option<u64>) -> Option<&String> {
    let among = drill.levels.len().max(1) as u64;
    let at = seed.map_or(0, |seed| usize::try_from(mix(seed, &format!("draw {}", drill.id)) % among).unwrap_or(0));
    drill.levels.get(at)
}

/// Draws, and makes the scenario ready.
pub fn open(bank: &Bank, file: &SourceFile, drill: &Drill, seed: Option<u64>) -> Checked<Scenario> {
    let parts = parts(bank, file, drill)?;
    let part = drawn(drill, seed).and_then(|id| parts.iter().find(|part| part.id == *id));
    let part = part.ok_or_else(|| at(file, "levels:", "a drill needs levels"))?;
    compose(bank, file, drill, &parts, part, seed)
}

fn at(file: &SourceFile, needle: &str, message: impl Into<String>) -> Problem {
    PlaybookError::where_is(&file.name, &file.text, "levels:", needle, message)
}

/// The drill's levels, read.
fn parts(bank: &Bank, file: &SourceFile, drill: &Drill) -> Checked<Vec<Part>> {
    let mut parts = Vec::new();
    for id in &drill.levels {
        let beside = file.path.as_ref().and_then(|path| Some(path.parent()?.join(id))).filter(|path| path.is_file());
        let name = beside.map_or_else(|| id.clone(), |path| path.display().to_string());
        let found = bank.find(&name).map_err(|error| {
            let ids: Vec<String> = bank.files().iter().map(SourceFile::id).collect();
            let wrong = at(file, id, format!("there is no level `{id}`"));
            match closest(id, ids.iter().map(String::as_str)) {
                Some(like) => wrong.help(format!("did you mean `{like}`?")),
                None => wrong.help(error.message.clone()),
            }
        })?;
        match parse(&found)? {
            Written::Level(level) => parts.push(Part { id: id.clone(), file: found, level: *level }),
            Written::Drill(_) => return Err(at(file, id, format!("`{id}` is a drill itself; a drill draws levels"))),
        }
    }
    Ok(parts)
}

/// The drawn level under the drill's ticket, with the choices of all.
fn compose(
    bank: &Bank,
    file: &SourceFile,
    drill: &Drill,
    parts: &[Part],
    part: &Part,
    seed: Option<u64>,
) -> Checked<Scenario> {
    let mut level = part.level.clone();
    level.id.clone_from(&drill.id);
    level.title.clone_from(&drill.title);
    level.brief.clone_from(&drill.brief);
    level.difficulty = drill.difficulty;
    level.tags.clone_from(&drill.tags);
    level.minutes = drill.minutes;
    level.starts.clone_from(&drill.starts);
    level.causes = causes(drill, parts, part);
    level.fixes = fixes(drill, parts, part);
    let mut scenario = Makings::of(bank, part.file.clone(), level)?.scenario(seed)?;
    scenario.file = file.clone();
    scenario.answers = parts.iter().map(|part| part.level.answer.len()).max().unwrap_or(1);
    scenario.drawn = Some(Drawn { level: part.id.clone(), cost: drill.cost });
    explain(&mut scenario, parts);
    complete(&mut scenario);
    Ok(scenario)
}

/// The causes of all levels: right are the drawn one's.
fn causes(drill: &Drill, parts: &[Part], part: &Part) -> Vec<Cause> {
    let mut causes: Vec<Cause> = Vec::new();
    for id in parts.iter().flat_map(|part| &part.level.causes).map(|cause| &cause.id) {
        let of = |part: &'_ Part| -> Option<usize> { part.level.causes.iter().position(|cause| cause.id == *id) };
        let by_id = |part: &'_ Part| of(part).map(|at| part.level.causes[at].clone());
        let spoken = parts.iter().find(|part| by_id(part).is_some_and(|cause| cause.right));
        let Some(spoken) = spoken.or_else(|| parts.iter().find(|part| of(part).is_some())) else { continue };
        let is_new = !drill.without.contains(id) && causes.iter().all(|known| known.id != *id);
        let Some(mut cause) = by_id(spoken).filter(|_| is_new) else { continue };
        cause.steps = spoken.level.steps_of(&cause).into_iter().map(str::to_owned).collect();
        let own = by_id(part);
        cause.right = own.as_ref().is_some_and(|own| own.right);
        cause.wrong = own.map(|own| own.wrong).unwrap_or_default();
        if let Some(text) = drill.texts.get(id) {
            cause.text.clone_from(text);
        }
        causes.push(cause);
    }
    causes
}

/// The right fixes and the too wide ones of all levels, and those that are wrong in each of them. A small change that is wrong in one level may help in
/// another, so it is not offered.
fn fixes(drill: &Drill, parts: &[Part], part: &Part) -> Vec<FixChoice> {
    let mut fixes: Vec<FixChoice> = Vec::new();
    for id in parts.iter().flat_map(|part| &part.level.fixes).map(|fix| &fix.id) {
        let by_id = |part: &'_ Part| part.level.fixes.iter().find(|fix| fix.id == *id).cloned();
        let all: Vec<FixChoice> = parts.iter().filter_map(by_id).collect();
        let is_wide = all.iter().any(|fix| fix.wide);
        let is_offered = is_wide || all.len() == parts.len() || all.iter().any(|fix| fix.right);
        let Some(mut fix) = all.iter().find(|fix| fix.right).or_else(|| all.first()).cloned() else { continue };
        if !is_offered || drill.without.contains(id) || fixes.iter().any(|known| known.id == *id) {
            continue;
        }
        let own = by_id(part);
        fix.right = own.as_ref().is_some_and(|own| own.right);
        fix.wide = is_wide && !fix.right;
        fix.wrong = own.map_or_else(
            || all.iter().find(|fix| fix.wide).map(|fix| fix.wrong.clone()).unwrap_or_default(),
            |own| own.wrong,
        );
        if let Some(text) = drill.texts.get(id) {
            fix.text.clone_from(text);
        }
        fixes.push(fix);
    }
    fixes
}

/// What is right in another level is told to be wrong here in the engine's words: they are true of this world.
fn explain(scenario: &mut Scenario, parts: &[Part]) {
    for cause in scenario.causes.iter_mut().filter(|cause| !cause.right && cause.wrong.is_empty()) {
        cause.wrong = format!("It is not the cause here: {}", summaries(&scenario.truth, &cause.steps));
    }
    for fix in scenario.fixes.iter_mut().filter(|fix| !fix.right && fix.wrong.is_empty()) {
        let of = parts.iter().find(|part| part.level.fixes.iter().any(|other| other.id == fix.id && other.right));
        let steps = of.map(|part| mended(&part.level, &fix.id)).unwrap_or_default();
        fix.wrong = format!("Nothing there is in the way here: {}", summaries(&scenario.truth, &steps));
    }
}

/// The steps that a right fix of a level mends: its own where there is one for each, else all.
fn mended(level: &Level, fix: &str) -> Vec<String> {
    let right: Vec<&str> = level.fixes.iter().filter(|fix| fix.right).map(|fix| fix.id.as_str()).collect();
    let steps = || level.answer.iter().map(|answer| answer.step.clone());
    match right.iter().position(|id| *id == fix) {
        Some(at) if right.len() == level.answer.len() => steps().skip(at).take(1).collect(),
        _ => steps().collect(),
    }
}

fn summaries(truth: &Diagnosis, steps: &[String]) -> String {
    let mut told: Vec<&str> = Vec::new();
    for gate in truth.gates.iter().filter(|gate| steps.contains(&gate.step)) {
        if !told.contains(&gate.summary.as_str()) {
            told.push(&gate.summary);
        }
    }
    told.join(" ")
}

/// The drawn level's model path, with what else must be read because the ticket tells less: in the order of the layers.
fn complete(scenario: &mut Scenario) {
    let own: Vec<&str> = scenario.level.model_path.iter().map(|step| step.probe.as_str()).collect();
    let mut path: Vec<ModelStep> = scenario.level.model_path.clone();
    for name in shortest(scenario, &own) {
        if let Some(probe) = scenario.probe(&name).filter(|probe| !own.contains(&probe.name.as_str())) {
            path.push(ModelStep { probe: name, expect: Expect::Open, why: probe.why.clone() });
        }
    }
    path.sort_by_key(|step| scenario.probe(&step.probe).map(|probe| probe.layer));
    scenario.level.model_path = path;
    let shown = model_way(scenario);
    for (step, taken) in scenario.level.model_path.iter_mut().zip(shown) {
        if taken.feedback.consistent == Some(false) {
            step.expect = if step.expect == Expect::Open { Expect::Closed } else { Expect::Open };
        }
    }
}

/// Everything that is wrong with a drill; its levels are checked by themselves.
pub fn check(bank: &Bank, file: &SourceFile, drill: &Drill) -> Vec<Problem> {
    let mut wrong = Vec::new();
    for (name, text) in [("title", &drill.title), ("brief", &drill.brief)] {
        if text.trim().is_empty() || text.starts_with(TODO) {
            let message = format!("`{name}` still has to be written");
            wrong.push(PlaybookError::where_is(&file.name, &file.text, "", &format!("{name}:"), message));
        }
    }
    let parts = match parts(bank, file, drill) {
        Ok(parts) => parts,
        Err(error) => return wrong.into_iter().chain([error]).collect(),
    };
    let [first, .., _] = &parts[..] else {
        wrong.push(at(file, "levels:", "a drill draws one of at least two levels"));
        return wrong;
    };
    for part in &parts {
        if question(&part.level) != question(&first.level) {
            let message = format!("`{}` asks another question, or of another world, than `{}`", part.id, first.id);
            wrong
                .push(at(file, &part.id, message).help("the levels of a drill share base, playbook, request and goal"));
        }
    }
    if wrong.is_empty()
        && let Err(error) = draws(bank, file, drill, &parts, &mut wrong)
    {
        wrong.push(error);
    }
    wrong
}

fn question(level: &Level) -> serde_json::Value {
    serde_json::json!([level.base, level.playbook, level.request, level.goal])
}

/// Each level drawn.
fn draws(bank: &Bank, file: &SourceFile, drill: &Drill, parts: &[Part], wrong: &mut Vec<Problem>) -> Checked<()> {
    let (mut layers, mut cost, mut first) = (BTreeSet::new(), 0, None);
    for part in parts {
        let scenario = compose(bank, file, drill, parts, part, None)?;
        layers.extend(scenario.truth.closed().map(|gate| gate.layer));
        cost = cost.max(scenario.model_cost());
        one(file, parts, part, &scenario, wrong);
        let offered = visible(&scenario);
        let before = first.get_or_insert_with(|| offered.clone());
        if *before != offered {
            let differs = before.symmetric_difference(&offered).next().cloned().unwrap_or_default();
            wrong.push(at(file, &part.id, format!("what is shown tells that `{}` was drawn: {differs}", part.id)));
        }
    }
    for id in drill.texts.keys().chain(&drill.without).filter(|id| !parts.iter().any(|part| is_choice(&part.level, id)))
    {
        let message = format!("no level has a cause or fix `{id}`");
        wrong.push(PlaybookError::where_is(&file.name, &file.text, "levels:", id, message));
    }
    let tags: BTreeSet<Layer> = drill.tags.iter().copied().collect();
    if tags != layers {
        let layers: Vec<&str> = layers.iter().map(|layer| layer.as_str()).collect();
        let message = format!("its levels have the layers {}", layers.join(", "));
        wrong.push(PlaybookError::where_is(&file.name, &file.text, "", "tags:", message));
    }
    if drill.cost != cost {
        let message = format!("the longest model path costs {cost}");
        wrong.push(PlaybookError::where_is(&file.name, &file.text, "", "cost:", message));
    }
    Ok(())
}

fn is_choice(level: &Level, id: &str) -> bool {
    level.causes.iter().any(|cause| cause.id == id) || level.fixes.iter().any(|fix| fix.id == id)
}

/// What must hold of one level drawn.
fn one(file: &SourceFile, parts: &[Part], part: &Part, scenario: &Scenario, wrong: &mut Vec<Problem>) {
    let right = |level: &Level| {
        level.causes.iter().filter(|cause| cause.right).count() + level.fixes.iter().filter(|fix| fix.right).count()
    };
    let offered = scenario.causes.iter().filter(|cause| cause.right).count()
        + scenario.fixes.iter().filter(|fix| fix.right).count();
    if right(&part.level) != offered {
        wrong.push(at(file, "without:", format!("what is right with `{}` drawn is left out", part.id)));
    }
    let closed: BTreeSet<&str> = scenario
        .truth
        .gates
        .iter()
        .filter(|gate| gate.status == Verdict::Closed)
        .map(|gate| gate.step.as_str())
        .collect();
    for cause in scenario.causes.iter().filter(|cause| !cause.right) {
        if cause.steps.iter().any(|step| closed.contains(step.as_str())) {
            let message =
                format!("with `{}` drawn the cause `{}` counts as wrong, and its step is closed", part.id, cause.id);
            let help =
                format!("give the same cause the same id in each level, or leave it out: `without: [{}]`", cause.id);
            wrong.push(at(file, &part.id, message).help(help));
        }
    }
    for fix in scenario.fixes.iter().filter(|fix| !fix.right && !fix.wide) {
        let others =
            parts.iter().filter(|other| other.level.fixes.iter().any(|known| known.id == fix.id && known.right));
        if others.flat_map(|other| mended(&other.level, &fix.id)).any(|step| closed.contains(step.as_str())) {
            let message =
                format!("with `{}` drawn the fix `{}` counts as wrong, and it mends what is closed", part.id, fix.id);
            wrong.push(at(file, &part.id, message).help("give the same fix the same id in each level"));
        }
    }
    let steps = scenario.level.model_path.len();
    if steps > LONGEST_PATH {
        wrong.push(at(
            file,
            &part.id,
            format!("with `{}` drawn the way is {steps} reads long; at most {LONGEST_PATH}", part.id),
        ));
    }
    let probes = scenario.level.model_path.iter().filter_map(|step| scenario.probe(&step.probe));
    let known: BTreeSet<String> = probes.flat_map(|probe| scenario.keys_of(probe)).cloned().collect();
    if !scenario.told_apart(&scenario.broken.known(&known).diagnosis) {
        wrong.push(at(file, &part.id, format!("with `{}` drawn no reads tell the causes apart", part.id)));
    }
}

/// Everything that a screen shows before the verdict without a read: one line each.
fn visible(scenario: &Scenario) -> BTreeSet<String> {
    let probes = scenario.probes.iter().map(|probe| {
        format!("the read `{}` ({}, {}, {} calls)", probe.name, probe.layer, probe.cost, probe.commands.len())
    });
    let edges = scenario.edges.iter().map(|edge| format!("the edge `{}` ({} to {})", edge.id, edge.from, edge.to));
    let causes = scenario.causes.iter().map(|cause| format!("the cause `{}`: {}", cause.id, cause.text));
    let fixes = scenario.fixes.iter().map(|fix| format!("the fix `{}`: {}", fix.id, fix.text));
    probes.chain(edges).chain(causes).chain(fixes).collect()
}
