//! The diagnoses of late: what was asked and what came out, one JSON a line in the state folder. No facts are kept here: those are the user's to save.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::model::Status;

/// The version of a line.
const VERSION: u32 = 1;
/// How many are kept.
const KEPT: usize = 50;

/// One diagnosis of late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// Always 1.
    pub version: u32,
    /// When (RFC 3339, UTC).
    pub at: String,
    /// To what, in the user's words.
    pub resource: String,
    /// Who, when the user said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// Does what, when the user said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// From where, when the user said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// What came out.
    pub verdict: Status,
    /// In one sentence.
    pub sentence: String,
    /// Where its answers were saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<PathBuf>,
}

impl Recent {
    /// Of the current version.
    #[must_use]
    pub fn new(at: String, resource: String, verdict: Status, sentence: String) -> Self {
        Recent {
            version: VERSION,
            at,
            resource,
            principal: None,
            action: None,
            origin: None,
            verdict,
            sentence,
            snapshot: None,
        }
    }

    fn same_question(&self, other: &Recent) -> bool {
        (&self.resource, &self.principal, &self.action, &self.origin, &self.snapshot)
            == (&other.resource, &other.principal, &other.action, &other.origin, &other.snapshot)
    }
}

fn file(state: &Path) -> PathBuf {
    state.join("recent.jsonl")
}

/// The newest first, each question once. Lines that cannot be read are passed over: another version may have written them.
#[must_use]
pub fn recents(state: &Path) -> Vec<Recent> {
    let text = fs::read_to_string(file(state)).unwrap_or_default();
    let mut found: Vec<Recent> = Vec::new();
    for recent in text.lines().rev().filter_map(|line| serde_json::from_str::<Recent>(line).ok()) {
        if recent.version == VERSION && !found.iter().any(|known| known.same_question(&recent)) {
            found.push(recent);
        }
    }
    found
}

/// Adds one.
pub fn remember(state: &Path, recent: &Recent) -> std::io::Result<()> {
    fs::create_dir_all(state)?;
    let mut line = serde_json::to_string(recent)?;
    line.push('\n');
    // One write of one line: two programs at once do not mix theirs.
    OpenOptions::new().create(true).append(true).open(file(state))?.write_all(line.as_bytes())
}

/// Drops what is older than the newest few.
pub fn forget_older(state: &Path) -> std::io::Result<()> {
    let known = recents(state);
    if known.len() <= KEPT {
        return Ok(());
    }
    let mut text = String::new();
    for recent in known.iter().take(KEPT).rev() {
        text.push_str(&serde_json::to_string(recent)?);
        text.push('\n');
    }
    let new = state.join("recent.jsonl.new");
    fs::write(&new, text)?;
    fs::rename(new, file(state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_comes_first_and_each_question_once() {
        let state = std::env::temp_dir().join(format!("gatewalk-recent-{}", std::process::id()));
        let _ = fs::remove_dir_all(&state);
        assert!(recents(&state).is_empty());
        for at in 0..60 {
            let resource = format!("s3://b/{}", at % 55);
            remember(&state, &Recent::new(at.to_string(), resource, Status::Broken, "No.".into())).unwrap();
        }
        OpenOptions::new().append(true).open(file(&state)).unwrap().write_all(b"{\"version\": 9\n").unwrap();
        let known = recents(&state);
        assert_eq!((known.len(), known[0].at.as_str(), known[5].at.as_str()), (55, "59", "54"));
        forget_older(&state).unwrap();
        assert_eq!((recents(&state).len(), recents(&state)[0].at.as_str()), (KEPT, "59"));
        fs::remove_dir_all(&state).unwrap();
    }
}
