//! The arrows of the house point down: a room imports only from rooms below it (`src/lib.rs`, "Rooms, from the ground up").
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, missing_docs)]

use std::fs;
use std::path::Path;

/// From the ground up; rooms of one line do not know each other.
const FLOORS: &[&[&str]] = &[
    &["model", "pasted", "pattern", "secret", "shell", "visible"],
    &["facts"],
    &["provider"],
    &["aws", "azure"],
    &["cloud"],
    &["playbook", "path"],
    &["engine"],
    &["train"],
    &["report", "config"],
    &["tui"],
    &["cli"],
];

#[test]
fn rooms_import_only_from_below() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (floor, rooms) in FLOORS.iter().enumerate() {
        for room in *rooms {
            let above: Vec<&str> =
                FLOORS[floor..].iter().flat_map(|rooms| rooms.iter().copied()).filter(|other| other != room).collect();
            for (file, text) in files(&src, room) {
                for other in &above {
                    if text.contains(&format!("crate::{other}::")) || text.contains(&format!("crate::{other};")) {
                        wrong.push(format!("{file} imports from {other}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let known: Vec<&str> = FLOORS.iter().flat_map(|rooms| rooms.iter().copied()).collect();
    let map = fs::read_to_string(src.join("lib.rs")).unwrap();
    for room in map.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')) {
        assert!(known.contains(&room), "{room} has no floor");
        assert!(map.contains(&format!("[`{room}`]")), "{room} is not on the map");
    }
}

/// The files of a room, without their tests.
fn files(src: &Path, room: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut waiting = vec![src.join(format!("{room}.rs")), src.join(room)];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let text = fs::read_to_string(&path).unwrap();
            let own = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
            let code = own.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            found.push((path.strip_prefix(src).unwrap().display().to_string(), code));
        }
    }
    assert!(!found.is_empty(), "there is no room {room}");
    found
}
