//! What is kept of a session: the result in the state folder, the debrief in a file.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{record_file, records, write};
use crate::cli::Failure;
use crate::train::progress::{self, Record};
use crate::train::{Bank, Debrief};
use crate::tui::{LevelEntry, Levels};

/// What the user wants to be kept.
#[derive(Debug, Clone)]
pub struct Keeping {
    /// Remember the result.
    pub record: bool,
    /// Write the debrief as Markdown.
    pub debrief: Option<PathBuf>,
}

impl Default for Keeping {
    fn default() -> Self {
        Keeping { record: true, debrief: None }
    }
}

impl Keeping {
    /// Keeps a result.
    pub fn keep(&self, debrief: &Debrief) -> Result<(), Failure> {
        if let Some(path) = &self.debrief {
            write(path, &debrief.markdown())?;
        }
        let Some(path) = record_file().filter(|_| self.record) else { return Ok(()) };
        progress::add(&path, &Record::of(debrief, Timestamp::now())).map_err(|error| cannot(&path, &error))
    }
}

fn cannot(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(
        format!("the result cannot be kept in {}: {error}", path.display()),
        "name a folder you may write to in GATEWALK_STATE_DIR, or use --no-record",
    )
}

/// When a level comes again, and what is next.
pub fn told(bank: &Bank, id: &str) -> String {
    let (entries, records, now) = (bank.list(), records(), Timestamp::now());
    let standing = progress::standings(&records).get(id).map(|standing| standing.told(now)).unwrap_or_default();
    let next = match progress::next(&entries, &records, now) {
        Some(next) => format!("next: gatewalk train {}", next.id),
        None => "nothing else is due".to_owned(),
    };
    format!("{id} comes again {standing}; {next}\n")
}

/// All levels, and where the user stands.
pub fn levels(bank: &Bank) -> Levels {
    let (all, records, now) = (bank.list(), records(), Timestamp::now());
    let standings = progress::standings(&records);
    let next = progress::next(&all, &records, now).map(|entry| entry.id.clone());
    let mastered = progress::by_layer(&all, &records);
    let entry = |level: crate::train::Entry| {
        let standing = standings.get(&level.id);
        LevelEntry {
            leitner: standing.map(|standing| standing.leitner),
            best: standing.map(|standing| standing.best),
            is_due: standing.is_some_and(|standing| standing.due <= now),
            told: standing.map_or_else(|| "new".into(), |standing| standing.told(now)),
            level,
        }
    };
    Levels { entries: all.into_iter().map(entry).collect(), next, mastered }
}
