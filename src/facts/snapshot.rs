//! The facts of one diagnosis in one file; replaying it gives the same diagnosis.

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
