//! The facts of one diagnosis in one file; replaying it gives the same diagnosis.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Fact;
use crate::model::Request;

/// The file, contract section 5.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Always `gatewalk.snapshot`.
    pub format: String,
    /// Always 1.
    pub version: u32,
    /// `gatewalk 0.1.0`.
    pub tool: String,
    /// When (RFC 3339, UTC).
    pub taken_at: String,
    /// The question that was asked.
    pub request: Request,
    /// The id of the playbook that was walked.
    pub playbook: String,
    /// The answers.
    pub facts: Vec<Fact>,
}

/// What is wrong with a snapshot file (exit code 4).
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// The file cannot be read or written.
    #[error("cannot access snapshot `{path}`: {source}")]
    Io {
        /// Which file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// It is not JSON of the right shape: where, and what.
    #[error("snapshot `{path}`, line {line}, column {column}: {message}")]
    Shape {
        /// Which file.
        path: String,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// It is a snapshot of another version or no snapshot at all.
    #[error("snapshot `{path}`: {message}")]
    Version {
        /// Which file.
        path: String,
        /// What is wrong.
        message: String,
    },
}

/// What the file calls itself.
const FORMAT: &str = "gatewalk.snapshot";
/// The only version there is.
const VERSION: u32 = 1;

impl Snapshot {
    /// A snapshot of these facts.
    #[must_use]
    pub fn new(request: Request, playbook: impl Into<String>, facts: Vec<Fact>, taken_at: impl Into<String>) -> Self {
        Snapshot {
            format: FORMAT.into(),
            version: VERSION,
            tool: concat!("gatewalk ", env!("CARGO_PKG_VERSION")).into(),
            taken_at: taken_at.into(),
            request,
            playbook: playbook.into(),
            facts,
        }
    }

    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self, SnapshotError> {
        let name = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|source| SnapshotError::Io { path: name.clone(), source })?;
        Snapshot::parse(&name, &text)
    }

    /// Reads a text; `name` is said in errors.
    pub fn parse(name: &str, text: &str) -> Result<Self, SnapshotError> {
        let shape = |error: &serde_json::Error| SnapshotError::Shape {
            path: name.to_owned(),
            line: error.line(),
            column: error.column(),
            message: match error.is_eof() {
                true => "the file ends too early; it was cut off".to_owned(),
                false => said(error),
            },
        };
        // The kind of file first: a better answer than a missing field.
        let kind: Kind = serde_json::from_str(text).map_err(|error| shape(&error))?;
        match (kind.format.as_deref(), kind.version) {
            (Some(FORMAT), Some(VERSION)) => serde_json::from_str(text).map_err(|error| shape(&error)),
            (Some(FORMAT), version) => Err(SnapshotError::Version {
                path: name.to_owned(),
                message: format!(
                    "it is of version {}, and this gatewalk reads version {VERSION}",
                    version.map_or("unknown".to_owned(), |version| version.to_string())
                ),
            }),
            _ => Err(SnapshotError::Version {
                path: name.to_owned(),
                message: format!("it is no snapshot: \"format\" is not \"{FORMAT}\""),
            }),
        }
    }

    /// Writes the file.
    pub fn save(&self, path: &Path) -> Result<(), SnapshotError> {
        let io = |source| SnapshotError::Io { path: path.display().to_string(), source };
        let mut text = serde_json::to_string_pretty(self).map_err(|error| io(error.into()))?;
        text.push('\n');
        fs::write(path, text).map_err(io)
    }
}

#[derive(Deserialize)]
struct Kind {
    format: Option<String>,
    version: Option<u32>,
}

/// The error without its position, which is said elsewhere.
fn said(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_file_says_where() {
        let good = Snapshot::new(Request::default(), "aws/s3-object", Vec::new(), "2026-01-31T09:00:00Z");
        let text = serde_json::to_string_pretty(&good).unwrap();
        assert_eq!(Snapshot::parse("x", &text).unwrap(), good);
        for (text, sentence) in [
            (text[..text.len() / 2].to_owned(), "cut off"),
            (text.replace("\"version\": 1", "\"version\": 9"), "version 9"),
            (text.replace("gatewalk.snapshot", "other"), "it is no snapshot"),
            (text.replace("\"facts\": []", "\"facts\": 7"), "column"),
            ("[1]".to_owned(), "line 1"),
        ] {
            let error = Snapshot::parse("x.json", &text).unwrap_err().to_string();
            assert!(error.contains(sentence) && error.contains("x.json"), "{error}");
        }
    }
}
