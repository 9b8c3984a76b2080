//! `gatewalk train list`.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::json;

use super::super::args::{TrainDifficulty, TrainLayer};
use super::super::{Failure, print};
use super::{bank, records};
use crate::model::Layer;
use crate::train::Entry;
use crate::train::progress;
use crate::train::schema::Difficulty;

/// Prints the levels, and which are due.
pub fn list(
    layer: Option<TrainLayer>,
    difficulty: Option<TrainDifficulty>,
    due: bool,
    as_json: bool,
) -> Result<u8, Failure> {
    let (entries, records, now) = (bank().list(), records(), Timestamp::now());
    let standings = progress::standings(&records);
    let is_due = |entry: &Entry| standings.get(&entry.id).is_some_and(|standing| standing.due <= now);
    let shown: Vec<&Entry> = entries
        .iter()
        .filter(|entry| layer.is_none_or(|layer| entry.tags.contains(&layer_of(layer))))
        .filter(|entry| difficulty.is_none_or(|difficulty| entry.difficulty == difficulty_of(difficulty)))
        .filter(|entry| !due || is_due(entry))
        .collect();
    if as_json {
        let rows: Vec<_> = shown
            .iter()
            .map(|entry| {
                let standing = standings.get(&entry.id);
                json!({
                    "id": entry.id, "title": entry.title, "difficulty": entry.difficulty, "layers": entry.tags,
                    "box": standing.map(|standing| standing.leitner), "best": standing.map(|standing| standing.best),
                    "due": standing.map(|standing| standing.due.to_string()), "is_due": is_due(entry),
                })
            })
            .collect();
        return print(&format!("{:#}\n", json!({"schema_version": 1, "levels": rows})));
    }
    let mut out = String::new();
    let width = shown.iter().map(|entry| entry.id.len()).max().unwrap_or(0);
    for entry in &shown {
        let layers: Vec<&str> = entry.tags.iter().map(|layer| layer.as_str()).collect();
        let state = standings.get(&entry.id).map_or_else(|| "new".to_owned(), |standing| standing.told(now));
        let _ = writeln!(
            out,
            "{:<width$}  {:<6}  {:<24}  {state:<20}  {}",
            entry.id,
            entry.difficulty.as_str(),
            layers.join("+"),
            entry.title
        );
    }
    if shown.is_empty() {
        out.push_str("no level fits\n");
    }
    out.push('\n');
    for (layer, known, of) in progress::by_layer(&entries, &records) {
        let _ = writeln!(out, "{layer:<9} {known} of {of} mastered");
    }
    if let Some(next) = progress::next(&entries, &records, now) {
        let _ = writeln!(out, "\nnext: gatewalk train {}", next.id);
    }
    print(&out)
}

fn layer_of(layer: TrainLayer) -> Layer {
    match layer {
        TrainLayer::Identity => Layer::Identity,
        TrainLayer::Network => Layer::Network,
        TrainLayer::Storage => Layer::Storage,
    }
}

fn difficulty_of(difficulty: TrainDifficulty) -> Difficulty {
    match difficulty {
        TrainDifficulty::Easy => Difficulty::Easy,
        TrainDifficulty::Medium => Difficulty::Medium,
        TrainDifficulty::Hard => Difficulty::Hard,
    }
}
