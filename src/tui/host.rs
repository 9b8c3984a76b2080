//! What the terminal interface needs from outside: the one door to playbooks, clouds and files of diagnoses.
//!
//! The command line implements it. No screen knows a cloud, and a test plays a whole session with a host of its own.

use std::collections::BTreeMap;
use std::path::PathBuf;

use futures::future::BoxFuture;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use crate::engine::Event;
use crate::facts::{Call, Facts};
use crate::model::Diagnosis;

/// An embedded walk that needs no credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleEntry {
    /// What [`StartRequest::Example`] calls it.
    pub name: String,
    /// One line for the list.
    pub title: String,
}

/// A playbook to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaybookEntry {
    /// `aws/s3-object`.
    pub id: String,
    /// One line for the list.
    pub title: String,
    /// What it may be told beside the request, in the order of the file.
    pub inputs: Vec<InputEntry>,
}

/// An input of a playbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputEntry {
    /// The name of `-i NAME=VALUE`.
    pub name: String,
    /// What a form asks.
    pub prompt: String,
    /// An example.
    pub example: Option<String>,
    /// Whether the walk cannot start without it.
    pub required: bool,
}

/// A diagnosis to be asked of a live cloud, in the user's words. `None` leaves the default to the playbook.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiveRequest {
    /// To what.
    pub resource: String,
    /// Who.
    pub principal: Option<String>,
    /// Does what.
    pub action: Option<String>,
    /// From where.
    pub origin: Option<String>,
    /// A playbook's id or file.
    pub playbook: Option<String>,
    /// `-i NAME=VALUE`.
    pub inputs: BTreeMap<String, String>,
    /// The error text that the request was read from.
    pub error: Option<String>,
}

/// What to walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartRequest {
    /// An embedded example, by name.
    Example(String),
    /// A recorded diagnosis.
    Snapshot(PathBuf),
    /// A live cloud.
    Live(LiveRequest),
}

/// Why something could not be done: a sentence, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostError {
    /// What went wrong, one sentence.
    pub sentence: String,
    /// What to do next, one sentence; empty when there is nothing to say.
    pub next: String,
    /// The exit code of the contract that stands for it.
    pub exit: u8,
}

/// What the terminal interface may ask for. Every method but [`Host::walk`] answers at once and asks no network.
pub trait Host: Send + Sync {
    /// The credentials that live calls would use, as far as that can be told without asking the cloud: `profile dev`, `AWS_ACCESS_KEY_ID`.
    /// `None` when there are none. Never a secret.
    fn identity(&self) -> Option<String>;

    /// The embedded examples.
    fn examples(&self) -> Vec<ExampleEntry>;

    /// The playbooks there are.
    fn playbooks(&self) -> Vec<PlaybookEntry>;

    /// The request that an error text tells, and a sentence on what the cloud reported; `None` when the text tells none.
    fn request_of(&self, error: &str) -> Option<(LiveRequest, String)>;

    /// Walks to the end, telling `events` what happens; ends early (with a diagnosis all the same) once `cancel` is cancelled.
    /// Everything that can take time belongs into the future. An error means that there was nothing to walk: no such resource,
    /// no credentials, a broken file.
    fn walk(
        &self,
        what: StartRequest,
        events: UnboundedSender<Event>,
        cancel: CancellationToken,
    ) -> BoxFuture<'static, Result<(), HostError>>;

    /// What a person would type to make this call.
    fn command(&self, call: &Call) -> String;

    /// The diagnosis as Markdown, for tickets.
    fn markdown(&self, diagnosis: &Diagnosis, facts: &Facts) -> String;

    /// Writes the Markdown into a new file of the current directory, and says which.
    fn export(&self, diagnosis: &Diagnosis, facts: &Facts) -> Result<PathBuf, HostError>;

    /// Writes the facts as a snapshot into a new file of the current directory, and says which.
    fn save_snapshot(&self, diagnosis: &Diagnosis, facts: &Facts) -> Result<PathBuf, HostError>;
}
