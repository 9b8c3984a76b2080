//! `gatewalk train`.

mod author;
mod keep;
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
use super::{Failure, print, start};
use crate::config;
use crate::playbook::PlaybookError;
use crate::train::progress::{self, Record};
use crate::tui::{LevelRequest, Variant};

use crate::train::script::{self, Timed};
use crate::train::sheet::sheet;
use crate::train::{Bank, Entry, Event, Mode, Scenario, Session};
pub use keep::{Keeping, levels};

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
        Some(TrainCommand::Check { files }) => author::check(files),
        Some(TrainCommand::New { broken, healthy, id }) => author::new(broken, healthy.as_deref(), id),
        Some(TrainCommand::Show { scenario, seed }) => {
            let bank = bank();
            let seed = seed_of(&bank, scenario, seed.map_or(Variant::Written, Variant::Seed))?;
            print(&sheet(&Scenario::open(&bank, scenario, seed).map_err(no_scenario)?))
        }
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
            let (entries, records) = (bank.list(), records());
            let next = progress::next(&entries, &records, Timestamp::now());
            next.map(|entry| entry.id.clone()).ok_or_else(|| nothing_due(&entries, &records))?
        }
    };
    // A person at a terminal gets screens; the conversation is for every other place, and for who asks for it.
    let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    if args.script.is_none() && !args.plain && !dumb && start::is_interactive() {
        let variant = args.seed.map_or(Variant::Written, Variant::Seed);
        // What cannot be played is said here, not on a screen.
        bank.find(&id).map_err(no_scenario)?;
        return start::train(LevelRequest { id, mode, variant }, keeping(args));
    }
    // A script plays the same level each time; a person is told the seed that drew it.
    let seed = match &args.script {
        Some(_) => args.seed,
        None => seed_of(&bank, &id, args.seed.map_or(Variant::Written, Variant::Seed))?,
    };
    let scenario = Arc::new(Scenario::open(&bank, &id, seed).map_err(no_scenario)?);
    let debrief = match &args.script {
        Some(path) => return scripted(args, mode, scenario, path),
        None => line::play(scenario, mode)?,
    };
    if let Some(debrief) = debrief {
        keeping(args).keep(&debrief)?;
        if !args.no_record {
            return print(&keep::told(&bank, &debrief.scenario));
        }
    }
    Ok(0)
}

/// Why there is nothing to train now.
fn nothing_due(entries: &[Entry], records: &[Record]) -> Failure {
    match progress::soonest(entries, records) {
        None => Failure::usage("there are no levels", "`gatewalk train check` says what is wrong with yours"),
        Some((entry, standing)) => Failure::usage(
            format!("nothing is due: the next to come is {}, {}", entry.id, standing.told(Timestamp::now())),
            format!("name a level to play it all the same: gatewalk train {} --seed 7", entry.id),
        ),
    }
}

/// Something that is wrong with a level, or with a script.
fn wrong_level(mut error: Box<PlaybookError>) -> Failure {
    error.help.get_or_insert_with(|| {
        "`gatewalk train schema` prints what a level may hold; docs/training.md has scripts as well".into()
    });
    Failure::from(error)
}

/// A name that no level has is the user's slip; anything else is wrong with a level.
fn no_scenario(error: Box<PlaybookError>) -> Failure {
    let unknown = error.line == 0 && error.message.starts_with("there is no scenario");
    let mut failure = wrong_level(error);
    let file = Path::new(failure.sentence.split(": ").next().unwrap_or_default()).extension().is_some();
    if unknown && !file {
        failure.exit = 2;
    }
    failure
}

fn keeping(args: &Train) -> Keeping {
    Keeping { record: !args.no_record, debrief: args.debrief.clone() }
}

/// Opens a level for a screen.
pub fn open(level: &LevelRequest) -> Result<Scenario, Failure> {
    let bank = bank();
    let seed = seed_of(&bank, &level.id, level.variant)?;
    Scenario::open(&bank, &level.id, seed).map_err(no_scenario)
}

/// The seed of a variant. A drill that nobody gave a seed is drawn by chance.
fn seed_of(bank: &Bank, id: &str, variant: Variant) -> Result<Option<u64>, Failure> {
    // Short enough to be told and typed again.
    let any = || u64::from(Timestamp::now().subsec_nanosecond().unsigned_abs()) / 1000 % 10_000;
    Ok(match variant {
        Variant::Seed(seed) => Some(seed),
        Variant::Any => Some(any()),
        Variant::Written => bank.draw(id, None).map_err(no_scenario)?.map(|_| any()),
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
    let moves = script::parse(&name, &text).map_err(wrong_level)?;
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
        keeping(args).keep(debrief)?;
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
