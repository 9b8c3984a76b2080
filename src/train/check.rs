//! What must hold of every level, so that each is a fair question and a test of the diagnosis.
//!
//! a. The broken world breaks at the declared steps and nowhere else, in every variant.
//! b. Without the faults it is as it should be.
//! c. No herring matters, alone or with the others, in every variant; and each is shown by some read, or nobody would wonder about it.
//! d. The model path is short and keeps the order of the layers, each of its probes tells something, it tells the declared causes apart, and what it
//!    leaves out does not.
//! e. Every text is there.
//!
//! What must hold of a drill stands in `drill`.

use std::collections::BTreeSet;

use super::bank::{Bank, Checked, parse};
use super::debrief::model_way;
use super::drill;
use super::feedback::Saw;
use super::moves::Expect;
use super::scenario::{Makings, Scenario};
use super::schema::{Goal, Herring, Level, Written};
use super::score::jumps;
use super::touch;
use super::way::shortest;
use crate::facts::Snapshot;
use crate::model::{Diagnosis, Status};
use crate::playbook::{PlaybookError, SourceFile, closest};

/// The longest model path that a person can keep in mind.
const LONGEST_PATH: usize = 9;
/// What a text begins with that still has to be written.
pub const TODO: &str = "TODO";

/// Something that is wrong with a level.
pub type Problem = Box<PlaybookError>;

/// Everything that is wrong with a level; nothing when it is right.
pub fn check(bank: &Bank, file: &SourceFile) -> Vec<Problem> {
    let level = match parse(file) {
        Ok(Written::Level(level)) => *level,
        Ok(Written::Drill(drill)) => return drill::check(bank, file, &drill),
        Err(error) => return vec![error],
    };
    let mut wrong = Vec::new();
    let checker = Checker { file };
    checker.texts(&level, &mut wrong);
    match Makings::of(bank, file.clone(), level) {
        Ok(makings) => {
            if let Err(error) = checker.worlds(makings, &mut wrong) {
                wrong.push(error);
            }
        }
        Err(error) => wrong.push(error),
    }
    wrong
}

struct Checker<'f> {
    file: &'f SourceFile,
}

impl Checker<'_> {
    fn at(&self, near: &str, needle: &str, message: impl Into<String>) -> Box<PlaybookError> {
        PlaybookError::where_is(&self.file.name, &self.file.text, near, needle, message)
    }

    /// e, and the choices.
    fn texts(&self, level: &Level, wrong: &mut Vec<Problem>) {
        let answer = &level.model_answer;
        for (near, name, text) in [
            ("", "title", &level.title),
            ("", "brief", &level.brief),
            ("hints:", "where", &level.hints.place),
            ("hints:", "what", &level.hints.what),
            ("hints:", "cause", &level.hints.cause),
            ("", "lesson", &level.lesson),
            ("", "prevention", &level.prevention),
            ("model_answer:", "identity", &answer.identity),
            ("model_answer:", "network", &answer.network),
            ("model_answer:", "storage", &answer.storage),
            ("model_answer:", "close", &answer.close),
        ] {
            if text.trim().is_empty() || text.starts_with(TODO) {
                wrong.push(self.at(near, &format!("{name}:"), format!("`{name}` still has to be written")));
            }
        }
        for (list, empty) in [
            ("answer:", level.answer.is_empty()),
            ("faults:", level.faults.is_empty()),
            ("tags:", level.tags.is_empty()),
            ("model_path:", level.model_path.is_empty()),
        ] {
            if empty {
                wrong.push(self.at("", list, format!("`{}` has nothing in it", list.trim_end_matches(':'))));
            }
        }
        let causes = level.causes.iter().map(|cause| (&cause.id, &cause.text, cause.right, &cause.wrong));
        self.choices("causes:", causes, level.answer.len(), wrong);
        let fixes = level.fixes.iter().map(|fix| (&fix.id, &fix.text, fix.right, &fix.wrong));
        self.choices("fixes:", fixes, level.answer.len(), wrong);
        if !level.fixes.iter().any(|fix| fix.wide && !fix.right) {
            wrong.push(self.at(
                "",
                "fixes:",
                "no fix is marked `wide`: one that opens too much belongs among the choices",
            ));
        }
    }

    fn choices<'l>(
        &self,
        list: &str,
        choices: impl Iterator<Item = (&'l String, &'l String, bool, &'l String)>,
        answers: usize,
        wrong: &mut Vec<Problem>,
    ) {
        let (mut ids, mut right, mut others) = (BTreeSet::new(), 0, 0);
        for (id, text, is_right, why) in choices {
            let near = format!("id: {id}");
            if !ids.insert(id) {
                wrong.push(self.at(list, &near, format!("there are two of the id `{id}`")));
            }
            if text.trim().is_empty() || text.starts_with(TODO) {
                wrong.push(self.at(list, &near, format!("`{id}` has no text")));
            }
            if is_right {
                right += 1;
            } else {
                others += 1;
                if why.trim().is_empty() || why.starts_with(TODO) {
                    wrong.push(self.at(list, &near, format!("`{id}` does not say why it is wrong (`wrong`)")));
                }
            }
        }
        if right == 0 || right > answers {
            wrong.push(self.at("", list, format!("{right} are right, and the answer has {answers} step(s)")));
        }
        if others < 2 {
            wrong.push(self.at("", list, "at least two wrong ones are needed to choose from"));
        }
    }

    fn worlds(&self, makings: Makings, wrong: &mut Vec<Problem>) -> Checked<()> {
        self.names(&makings, wrong);
        self.healthy(&makings, wrong)?;
        self.faulted(&makings, wrong)?;
        self.herrings(&makings, wrong)?;
        if wrong.is_empty() {
            let scenario = makings.scenario(None)?;
            self.model_path(&scenario, wrong);
        }
        Ok(())
    }

    /// Steps that the level names are the playbook's.
    fn names(&self, makings: &Makings, wrong: &mut Vec<Problem>) {
        let level = &makings.level;
        let steps: Vec<&str> = makings.loaded.steps.iter().map(|step| step.spec.id.as_str()).collect();
        let named =
            level.answer.iter().map(|answer| &answer.step).chain(level.causes.iter().flat_map(|cause| &cause.steps));
        for name in named.filter(|name| !steps.contains(&name.as_str())) {
            let error = self.at(
                "answer:",
                name,
                format!("the playbook {} has no step `{name}`", makings.loaded.reference().id),
            );
            wrong.push(match closest(name, steps.iter().copied()) {
                Some(like) => error.help(format!("did you mean `{like}`?")),
                None => error,
            });
        }
    }

    fn diagnosis(&self, makings: &Makings, snapshot: &Snapshot) -> Checked<std::sync::Arc<Diagnosis>> {
        Ok(makings.world(snapshot)?.whole().diagnosis)
    }

    /// The declared answer as (step, gate, reason).
    fn declared(level: &Level) -> BTreeSet<(String, String, String)> {
        level.answer.iter().map(|answer| (answer.step.clone(), answer.gate.clone(), answer.reason.clone())).collect()
    }

    /// b.
    fn healthy(&self, makings: &Makings, wrong: &mut Vec<Problem>) -> Checked<()> {
        let diagnosis = self.diagnosis(makings, &makings.healthy)?;
        let ok = match makings.level.goal {
            Goal::Reach => diagnosis.verdict == Status::Open,
            Goal::KeepOut => closed(&diagnosis) == Self::declared(&makings.level),
        };
        if !ok {
            wrong.push(self.at(
                "",
                "base:",
                format!("without the faults the world is not as it should be: {}", told(&diagnosis)),
            ));
        }
        Ok(())
    }

    /// a.
    fn faulted(&self, makings: &Makings, wrong: &mut Vec<Problem>) -> Checked<()> {
        for snapshot in every_way(makings)? {
            self.breaks(makings, &snapshot, wrong)?;
        }
        Ok(())
    }

    fn breaks(&self, makings: &Makings, snapshot: &Snapshot, wrong: &mut Vec<Problem>) -> Checked<()> {
        let level = &makings.level;
        let diagnosis = self.diagnosis(makings, snapshot)?;
        let ok = match level.goal {
            Goal::Reach => closed(&diagnosis) == Self::declared(level),
            Goal::KeepOut => diagnosis.verdict == Status::Open,
        };
        if !ok {
            let step = level.answer.first().map(|answer| format!("step: {}", answer.step)).unwrap_or_default();
            let message = match level.goal {
                Goal::Reach => {
                    format!("the broken world does not break exactly where `answer` says: {}", told(&diagnosis))
                }
                Goal::KeepOut => format!("the faults do not let the request through: {}", told(&diagnosis)),
            };
            wrong.push(self.at("answer:", &step, message));
        }
        Ok(())
    }

    /// c.
    fn herrings(&self, makings: &Makings, wrong: &mut Vec<Problem>) -> Checked<()> {
        let before = self.diagnosis(makings, &makings.healthy)?;
        let mut all = makings.healthy.clone();
        for herring in &makings.level.herrings {
            let near = format!("name: {}", herring.name);
            let alone = makings.edited(&makings.healthy, &herring.edits, &near)?;
            all = makings.edited(&all, &herring.edits, &near)?;
            self.shown(makings, herring, wrong)?;
            let after = self.diagnosis(makings, &alone)?;
            if (after.verdict, closed(&after)) != (before.verdict, closed(&before)) {
                wrong.push(self.at(
                    "herrings:",
                    &near,
                    format!("the herring `{}` matters: {}", herring.name, told(&after)),
                ));
            }
        }
        let after = self.diagnosis(makings, &all)?;
        if (after.verdict, closed(&after)) != (before.verdict, closed(&before)) {
            wrong.push(self.at("", "herrings:", format!("all herrings together matter: {}", told(&after))));
        }
        for broken in every_way(makings)? {
            self.breaks(makings, &makings.with_herrings(&broken)?, wrong)?;
        }
        Ok(())
    }

    /// c: a herring that no read shows misleads nobody.
    fn shown(&self, makings: &Makings, herring: &Herring, wrong: &mut Vec<Problem>) -> Checked<()> {
        let near = format!("name: {}", herring.name);
        let before = makings.faulted(None)?;
        let after = makings.edited(&before, &herring.edits, &near)?;
        let changed = after.facts.iter().filter(|fact| !before.facts.contains(fact)).map(touch::key);
        let changed: BTreeSet<String> = changed.collect();
        let probes = makings.world(&after)?.probes();
        if !probes.iter().flat_map(|probe| &probe.keys).any(|key| changed.contains(key)) {
            let message = format!("no read of this level shows the herring `{}`", herring.name);
            wrong.push(self.at("herrings:", &near, message).help("change an answer that the playbook asks for here"));
        }
        Ok(())
    }

    /// d.
    fn model_path(&self, scenario: &Scenario, wrong: &mut Vec<Problem>) {
        let level = &scenario.level;
        let (mut known, mut seen, mut layers) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for step in &level.model_path {
            let near = format!("probe: {}", step.probe);
            let Some(probe) = scenario.probe(&step.probe) else {
                let error = self.at("model_path:", &near, format!("no read `{}` is made in this world", step.probe));
                wrong.push(match closest(&step.probe, scenario.probes.iter().map(|probe| probe.name.as_str())) {
                    Some(like) => error.help(format!("did you mean `{like}`?")),
                    None => error,
                });
                continue;
            };
            if !seen.insert(&step.probe) {
                wrong.push(self.at("model_path:", &near, format!("`{}` is read twice", step.probe)));
            }
            let back = layers.last().is_some_and(|last| probe.layer < *last);
            if back && !level.starts.iter().any(|start| layers.iter().all(|layer| layer == start)) {
                let message = format!("`{}` goes back to the {} layer", step.probe, probe.layer);
                wrong.push(self.at("model_path:", &near, message).help("identity, then network, then storage"));
            }
            if jumps(probe.layer, &layers) && !level.starts.contains(&probe.layer) {
                let message = format!("`{}` jumps to the {} layer", step.probe, probe.layer);
                let error = self.at("model_path:", &near, message);
                wrong.push(
                    error.help("read the layers before it, or name it in `starts` where the ticket justifies it"),
                );
            }
            layers.insert(probe.layer);
            known.extend(scenario.keys_of(probe).cloned());
        }
        if !wrong.is_empty() {
            return;
        }
        if level.model_path.len() > LONGEST_PATH {
            wrong.push(self.at(
                "",
                "model_path:",
                format!("it has {} probes; more than {LONGEST_PATH} nobody keeps in mind", level.model_path.len()),
            ));
        }
        if !scenario.told_apart(&scenario.broken.known(&known).diagnosis) {
            let missing = unsettled(scenario, &scenario.broken.known(&known).diagnosis);
            let error = self.at("", "model_path:", format!("it does not tell the causes apart: {missing}"));
            wrong.push(error.help(format!("these together do: {}", shortest(scenario, &[]).join(", "))));
            return;
        }
        let own: BTreeSet<&String> = scenario
            .level
            .model_path
            .iter()
            .filter_map(|step| scenario.probe(&step.probe))
            .flat_map(|probe| &probe.keys)
            .collect();
        let rest: BTreeSet<String> =
            scenario.probes.iter().flat_map(|probe| &probe.keys).filter(|key| !own.contains(key)).cloned().collect();
        if scenario.told_apart(&scenario.broken.known(&rest).diagnosis) {
            wrong.push(self.at("", "model_path:", "the causes can be told apart without anything that it reads"));
        }
        for step in model_way(scenario) {
            if step.feedback.consistent == Some(false) {
                let message = format!("`{}` does not show at this point what the model expects of it", step.probe);
                let error = self.at("model_path:", &format!("probe: {}", step.probe), message);
                wrong.push(
                    error.help(format!("expect {}", if step.expect == Expect::Open { "closed" } else { "open" })),
                );
            }
            let silent = step.feedback.saw == Saw::Nothing && !step.feedback.discriminates;
            // One answer may tell nothing without the next: then it must at least be needed.
            if silent && !Self::is_needed(scenario, &step.probe) {
                let message = format!("`{}` tells nothing, and the causes can be told apart without it", step.probe);
                wrong.push(self.at("model_path:", &format!("probe: {}", step.probe), message));
            }
        }
    }

    fn is_needed(scenario: &Scenario, name: &str) -> bool {
        let others = scenario.level.model_path.iter().filter(|step| step.probe != name);
        let probes = others.filter_map(|step| scenario.probe(&step.probe));
        let known: BTreeSet<String> = probes.flat_map(|probe| scenario.keys_of(probe)).cloned().collect();
        !scenario.told_apart(&scenario.broken.known(&known).diagnosis)
    }
}

/// The broken world in every variant: each fault's other ways, one at a time.
fn every_way(makings: &Makings) -> Checked<Vec<Snapshot>> {
    let faults = &makings.level.faults;
    let mut ways = vec![makings.faulted(None)?];
    for (at, fault) in faults.iter().enumerate() {
        for other in &fault.or {
            let mut snapshot = makings.healthy.clone();
            for (which, each) in faults.iter().enumerate() {
                let edits = if which == at { &other.edits } else { &each.edits };
                snapshot = makings.edited(&snapshot, edits, &format!("name: {}", each.name))?;
            }
            ways.push(snapshot);
        }
    }
    Ok(ways)
}

/// Closed gates as (step, gate, reason), each once.
pub fn closed(diagnosis: &Diagnosis) -> BTreeSet<(String, String, String)> {
    let reason = |code: &str| code.rsplit('.').next().unwrap_or_default().to_owned();
    diagnosis.closed().map(|gate| (gate.step.clone(), gate.gate.clone(), reason(&gate.code))).collect()
}

/// What is closed and what is unknown, in a sentence.
pub fn told(diagnosis: &Diagnosis) -> String {
    let closed: Vec<String> =
        closed(diagnosis).into_iter().map(|(step, gate, reason)| format!("{step} ({gate}.{reason})")).collect();
    let unknown: BTreeSet<&str> = diagnosis.unknown().map(|gate| gate.step.as_str()).collect();
    let unknown = match unknown.len() {
        0 => String::new(),
        _ => format!("; unknown at {}", unknown.into_iter().collect::<Vec<_>>().join(", ")),
    };
    match closed.len() {
        0 => format!("the verdict is {}, nothing is closed{unknown}", diagnosis.verdict.as_str()),
        _ => format!("closed at {}{unknown}", closed.join(", ")),
    }
}

/// What is not settled yet, for the author.
pub fn unsettled(scenario: &Scenario, known: &Diagnosis) -> String {
    let answers = scenario
        .level
        .answer
        .iter()
        .filter(|answer| !scenario.settled_at(&answer.step, known))
        .map(|answer| answer.step.clone());
    let causes = scenario
        .causes
        .iter()
        .filter(|cause| !cause.right && !cause.steps.is_empty() && !scenario.ruled_out(cause, known));
    let mut names: Vec<String> = answers.map(|step| format!("the step {step} is not judged")).collect();
    names.extend(causes.map(|cause| format!("the cause `{}` is still possible", cause.id)));
    names.join(", ")
}
