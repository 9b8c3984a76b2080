//! `gatewalk train`.

mod line;
mod list;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::args::{Train, TrainCommand, TrainMode};
use super::diagnose::shelf;
use super::{Failure, print};
use crate::config;
use crate::facts::Snapshot;
use crate::playbook::PlaybookError;
use crate::train::progress::{self, Record};
use crate::train::script::{self, Timed};
use crate::train::{Bank, Debrief, Event, Mode, Scenario, Session, author, check};

/// All levels.
pub fn bank() -> Bank {
    Bank::new(config::level_dirs(), shelf())
}

/// The file of what was trained; none where there is no folder for it.
fn record_file() -> Option<PathBuf> {
    config::state_dir().map(|dir| dir.join("training.jsonl"))
}

fn records() -> Vec<Record> {
    record_file().map(|path| progress::read(&path)).unwrap_or_default()
}

/// The command.
pub fn train(args: Train) -> Result<u8, Failure> {
    match &args.command {
        Some(TrainCommand::List { layer, difficulty, due, json }) => list::list(*layer, *difficulty, *due, *json),
        Some(TrainCommand::Check { files }) => check_levels(files),
        Some(TrainCommand::New { broken, healthy, id }) => new(broken, healthy.as_deref(), id),
        Some(TrainCommand::Schema) => print(&schema_text()),
        None => play(&args),
    }
}

/// The JSON Schema of levels.
pub fn schema_text() -> String {
    format!("{:#}\n", schemars::schema_for!(crate::train::schema::Written).to_value())
}

fn play(args: &Train) -> Result<u8, Failure> {
    let mode = match args.mode {
        TrainMode::Guided => Mode::Guided,
        TrainMode::Practice => Mode::Practice,
        TrainMode::Interview => Mode::Interview,
    };
    let bank = bank();
    let id = match (&args.scenario, &args.script) {
        (Some(id), _) => id.clone(),
        (None, Some(_)) => {
            return Err(Failure::usage(
                "a script needs to know its level",
                "name it: gatewalk train SCENARIO --script FILE",
            ));
        }
        (None, None) => {
            let entries = bank.list();
            let next = progress::next(&entries, &records(), Timestamp::now());
            next.map(|entry| entry.id.clone()).ok_or_else(|| {
                Failure::usage("there are no levels", "`gatewalk train check` says what is wrong with yours")
            })?
        }
    };
    let scenario = Arc::new(Scenario::open(&bank, &id, args.seed).map_err(no_scenario)?);
    let debrief = match &args.script {
        Some(path) => return scripted(args, mode, scenario, path),
        None => line::play(scenario, mode)?,
    };
    if let Some(debrief) = debrief {
        remember(args, &debrief)?;
    }
    Ok(0)
}

/// A name that no level has is the user's slip; anything else is wrong with a level.
fn no_scenario(error: Box<PlaybookError>) -> Failure {
    let unknown = error.line == 0 && error.message.starts_with("there is no scenario");
    let mut failure = Failure::from(error);
    let file = Path::new(failure.sentence.split(": ").next().unwrap_or_default()).extension().is_some();
    if unknown && !file {
        failure.exit = 2;
    }
    failure
}

fn remember(args: &Train, debrief: &Debrief) -> Result<(), Failure> {
    if let Some(path) = &args.debrief {
        write(path, &debrief.markdown())?;
    }
    if args.no_record {
        return Ok(());
    }
    let Some(path) = record_file() else { return Ok(()) };
    progress::add(&path, &Record::of(debrief, Timestamp::now())).map_err(|error| {
        Failure::usage(
            format!("the result cannot be kept in {}: {error}", path.display()),
            "name a folder you may write to in GATEWALK_STATE_DIR, or use --no-record",
        )
    })
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| {
        Failure::usage(format!("{} cannot be written: {error}", path.display()), "change to a folder you may write to")
    })
}

/// Plays a script and prints what came of it.
fn scripted(args: &Train, mode: Mode, scenario: Arc<Scenario>, path: &Path) -> Result<u8, Failure> {
    let name = path.display().to_string();
    let text = match name.as_str() {
        "-" => io::read_to_string(io::stdin()),
        _ => fs::read_to_string(path),
    };
    let text =
        text.map_err(|error| Failure::usage(format!("{name} cannot be read: {error}"), "name a file of moves"))?;
    let moves = script::parse(&name, &text)?;
    let (mut session, opening) = Session::new(scenario, mode);
    let mut turns = vec![json!({"move": null, "events": opening})];
    let mut wrong = false;
    let mut now = 0;
    for Timed { at, make } in moves {
        now = now.max(at.saturating_mul(1000));
        let events = session.apply(now, make);
        wrong |= events.iter().any(|event| matches!(event, Event::Refused { unknown: true, .. }));
        turns.push(json!({"at": now / 1000, "events": events}));
    }
    print(&format!("{:#}\n", result(&session, now, &turns)))?;
    if let Some(debrief) = session.debrief() {
        remember(args, debrief)?;
    }
    Ok(if wrong { 4 } else { 0 })
}

fn result(session: &Session, now: u64, turns: &[Value]) -> Value {
    let view = session.view(now);
    let scenario = session.scenario();
    json!({
        "schema_version": 1,
        "scenario": scenario.level.id,
        "mode": session.mode().as_str(),
        "seed": scenario.seed,
        "finished": session.debrief().is_some(),
        "score": session.debrief().map(|debrief| &debrief.score),
        "budget": view.budget,
        "choices": {
            "probes": view.probes.iter().map(|probe| json!({"name": probe.name, "layer": probe.layer, "cost": probe.cost})).collect::<Vec<_>>(),
            "edges": view.edges, "causes": pairs(&view.causes), "fixes": pairs(&view.fixes),
        },
        "turns": turns,
        "debrief": session.debrief(),
    })
}

fn pairs(choices: &[(&str, &str)]) -> Vec<Value> {
    choices.iter().map(|(id, text)| json!({"id": id, "text": text})).collect()
}

/// Checks levels; all that is wrong is told.
fn check_levels(names: &[String]) -> Result<u8, Failure> {
    let bank = bank();
    let files = match names {
        [] => bank.files(),
        names => names.iter().map(|name| bank.find(name).map_err(no_scenario)).collect::<Result<_, _>>()?,
    };
    let mut out = String::new();
    let mut failures = Vec::new();
    for file in &files {
        let wrong = check::check(&bank, file);
        if wrong.is_empty() {
            out.push_str(&format!("{}: right\n", file.id()));
        }
        failures.extend(wrong.into_iter().map(Failure::from));
    }
    print(&out)?;
    let count = failures.len();
    match failures.split_last() {
        None => print(&format!("{} levels are right\n", files.len())),
        Some((last, before)) => {
            let mut sentence: String =
                before.iter().map(|failure| format!("{}\n  next: {}\n", failure.sentence, failure.next)).collect();
            sentence.push_str(&last.sentence);
            if count > 1 {
                sentence = format!("{count} things are wrong\n{sentence}");
            }
            Err(Failure::invalid(sentence, last.next.clone()))
        }
    }
}

/// Prints a level to start from.
fn new(broken: &Path, healthy: Option<&Path>, id: &str) -> Result<u8, Failure> {
    let snapshot = Snapshot::load(broken)?;
    let repaired = healthy.map(Snapshot::load).transpose()?;
    let loaded = Arc::new(shelf().open(&snapshot.playbook)?);
    // The level lies beside its world.
    let base = healthy.unwrap_or(broken).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let text = author::skeleton(id, &base, &loaded, &snapshot, repaired.as_ref())
        .ok_or_else(|| Failure::invalid("the snapshot is of a cloud that this gatewalk does not know", ""))?;
    print(&text)
}
