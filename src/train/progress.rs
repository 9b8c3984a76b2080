//! What was trained, as JSON lines, and what is due again: Leitner's boxes of 1, 3, 7 and 21 days.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use super::bank::Entry;
use super::debrief::Debrief;
use super::moves::Mode;
use crate::model::Layer;

/// The version of a line.
const FORMAT_VERSION: u32 = 1;
/// Days until a level of each box comes again.
pub const DAYS: [i64; 4] = [1, 3, 7, 21];

/// One session that came to a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Always 1.
    pub format_version: u32,
    /// When (RFC 3339, UTC).
    #[serde(with = "stamp")]
    pub at: Timestamp,
    /// The level.
    pub scenario: String,
    /// The mode.
    pub mode: Mode,
    /// The variant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The score.
    pub score: u32,
    /// Whether it counts as mastered.
    pub passed: bool,
    /// How long it took.
    pub took_ms: u64,
}

/// A moment as a text.
mod stamp {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(at)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl Record {
    /// Of a debrief.
    pub fn of(debrief: &Debrief, at: Timestamp) -> Self {
        Record {
            format_version: FORMAT_VERSION,
            at,
            scenario: debrief.scenario.clone(),
            mode: debrief.mode,
            seed: debrief.seed,
            score: debrief.score.total,
            passed: debrief.score.passed,
            took_ms: debrief.took_ms,
        }
    }
}

/// Where a level stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// From 1 to 4.
    pub leitner: usize,
    /// The last score.
    pub last: u32,
    /// The best score.
    pub best: u32,
    /// How often it was played.
    pub played: usize,
    /// When it comes again.
    pub due: Timestamp,
}

impl Standing {
    /// `due, best 80`; `in 3 days, best 80`.
    pub fn told(&self, now: Timestamp) -> String {
        if self.due <= now {
            return format!("due, best {}", self.best);
        }
        let days = (self.due.as_second() - now.as_second() + 86_399) / 86_400;
        let unit = if days == 1 { "day" } else { "days" };
        format!("in {days} {unit}, best {}", self.best)
    }
}

/// Adds a line to the file.
pub fn add(path: &Path, record: &Record) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut line = serde_json::to_string(record)?;
    line.push('\n');
    // One write of one line: two sessions that end at once do not mix.
    OpenOptions::new().create(true).append(true).open(path)?.write_all(line.as_bytes())
}

/// All lines of the file; none when there is no file. A line that cannot be read, or of another version, is passed over.
pub fn read(path: &Path) -> Vec<Record> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let records = text.lines().filter_map(|line| serde_json::from_str::<Record>(line).ok());
    records.filter(|record| record.format_version == FORMAT_VERSION).collect()
}

/// Where each level stands. A level that was mastered moves one box on, any other one goes back to the first.
pub fn standings(records: &[Record]) -> BTreeMap<String, Standing> {
    let mut standings: BTreeMap<String, Standing> = BTreeMap::new();
    for record in records {
        let before = standings.get(&record.scenario);
        let leitner = match before {
            Some(before) if record.passed => (before.leitner + 1).min(DAYS.len()),
            None if record.passed => 2,
            _ => 1,
        };
        let days = DAYS[leitner - 1];
        let standing = Standing {
            leitner,
            last: record.score,
            best: record.score.max(before.map_or(0, |before| before.best)),
            played: before.map_or(0, |before| before.played) + 1,
            due: record.at.checked_add(Span::new().hours(days * 24)).unwrap_or(Timestamp::MAX),
        };
        standings.insert(record.scenario.clone(), standing);
    }
    standings
}

/// What to train next: what is due longest, then what was never played, easy ones first; another layer than the last session's where there is a choice.
/// What is easier than something of the same layer that was mastered waits for the end. Nothing that is mastered is offered before it is due.
pub fn next<'e>(entries: &'e [Entry], records: &[Record], now: Timestamp) -> Option<&'e Entry> {
    let standings = standings(records);
    let layer_of = |entry: &Entry| entry.tags.first().copied();
    let last = records.last().and_then(|record| entries.iter().find(|entry| entry.id == record.scenario));
    let layer = last.and_then(layer_of);
    let mut due: Vec<(&Entry, Timestamp)> = entries
        .iter()
        .filter_map(|entry| Some((entry, standings.get(&entry.id)?.due)))
        .filter(|(_, due)| *due <= now)
        .collect();
    due.sort_by_key(|(_, due)| *due);
    let due: Vec<&Entry> = due.into_iter().map(|(entry, _)| entry).collect();
    let mastered: Vec<&Entry> =
        entries.iter().filter(|entry| standings.get(&entry.id).is_some_and(|standing| standing.leitner > 1)).collect();
    let outgrown = |entry: &&Entry| {
        mastered.iter().any(|other| layer_of(other) == layer_of(entry) && other.difficulty > entry.difficulty)
    };
    let fresh = entries.iter().filter(|entry| !standings.contains_key(&entry.id));
    let (outgrown, fresh): (Vec<&Entry>, Vec<&Entry>) = fresh.partition(outgrown);
    [due, fresh, outgrown].iter().find_map(|choice| {
        choice.iter().copied().find(|entry| layer_of(entry) != layer).or_else(|| choice.first().copied())
    })
}

/// What becomes due first, where nothing is to be trained now.
pub fn soonest<'e>(entries: &'e [Entry], records: &[Record]) -> Option<(&'e Entry, Standing)> {
    let standings = standings(records);
    let known = entries.iter().filter_map(|entry| Some((entry, *standings.get(&entry.id)?)));
    known.min_by_key(|(_, standing)| standing.due)
}

/// How the layers stand: levels of each that are in the last two boxes, and all.
pub fn by_layer(entries: &[Entry], records: &[Record]) -> Vec<(Layer, usize, usize)> {
    let standings = standings(records);
    let known = |entry: &&&Entry| standings.get(&entry.id).is_some_and(|standing| standing.leitner >= 3);
    let count = |layer: Layer| {
        let of: Vec<&Entry> = entries.iter().filter(|entry| entry.tags.contains(&layer)).collect();
        (layer, of.iter().filter(known).count(), of.len())
    };
    Layer::ALL.into_iter().map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::super::schema::Difficulty;
    use super::*;

    fn record(scenario: &str, day: i64, passed: bool) -> Record {
        let at = Timestamp::UNIX_EPOCH + Span::new().hours(day * 24);
        Record {
            format_version: 1,
            at,
            scenario: scenario.into(),
            mode: Mode::Practice,
            seed: None,
            score: if passed { 90 } else { 30 },
            passed,
            took_ms: 1,
        }
    }

    fn entry(id: &str, layer: Layer) -> Entry {
        Entry { id: id.into(), title: id.into(), difficulty: Difficulty::Easy, tags: vec![layer], is_drill: false }
    }

    #[test]
    fn boxes_go_up_one_by_one_and_down_to_the_first() {
        let played =
            [("a", 0, true), ("a", 3, true), ("a", 10, true), ("a", 31, true), ("b", 0, true), ("b", 3, false)];
        let records: Vec<Record> = played.iter().map(|(id, day, passed)| record(id, *day, *passed)).collect();
        let day = |day: i64| Timestamp::UNIX_EPOCH + Span::new().hours(day * 24);
        let at = |count: usize| standings(&records[..count])["a"];
        assert_eq!([1, 2, 3, 4].map(|count| at(count).leitner), [2, 3, 4, 4]);
        assert_eq!([1, 2, 3, 4].map(|count| at(count).due), [day(3), day(10), day(31), day(52)]);
        let b = standings(&records)["b"];
        assert_eq!((b.leitner, b.due, b.last, b.best, b.played), (1, day(4), 30, 90, 2));
    }

    #[test]
    fn what_is_due_comes_first_and_layers_take_turns() {
        let entries = [entry("i1", Layer::Identity), entry("i2", Layer::Identity), entry("n", Layer::Network)];
        let now = Timestamp::UNIX_EPOCH + Span::new().hours(100 * 24);
        let next = |records: &[Record]| next(&entries, records, now).map(|entry| entry.id.as_str());
        assert_eq!(next(&[]), Some("i1"));
        assert_eq!(next(&[record("i1", 100, true)]), Some("n"), "another layer than the last one");
        assert_eq!(next(&[record("i1", 10, true), record("n", 100, false)]), Some("i1"), "it is due");
        let all = [record("i1", 99, true), record("n", 98, true), record("i2", 100, true)];
        assert_eq!(next(&all), None, "what is mastered is not offered before it is due");
        assert_eq!(soonest(&entries, &all).map(|(entry, _)| entry.id.as_str()), Some("n"));
    }

    #[test]
    fn who_masters_a_hard_one_is_spared_the_easy_ones_of_its_layer() {
        let hard = Entry { difficulty: Difficulty::Hard, ..entry("i-hard", Layer::Identity) };
        let entries = [entry("i-easy", Layer::Identity), entry("n-easy", Layer::Network), hard];
        let now = Timestamp::UNIX_EPOCH + Span::new().hours(24);
        let next = |records: &[Record]| next(&entries, records, now).map(|entry| entry.id.as_str());
        assert_eq!(next(&[]), Some("i-easy"));
        let placed = [record("i-hard", 1, true), record("n-easy", 1, true)];
        assert_eq!(next(&placed[..1]), Some("n-easy"));
        assert_eq!(next(&placed), Some("i-easy"), "at the very end all the same");
        let both = [record("n-easy", 1, true), record("i-hard", 1, false)];
        assert_eq!(next(&both), Some("i-easy"), "failing places nobody");
    }
}
