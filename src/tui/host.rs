//! What the terminal interface needs from outside: the one door to playbooks, clouds and files of diagnoses.
//!
//! The command line implements it. No screen knows a cloud, and a test plays a whole session with a host of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use crate::config::Recent;
use crate::engine::{Event, Steering};
use crate::facts::Facts;
use crate::model::{Diagnosis, Layer};
use crate::train::{Debrief, Entry, Mode, Scenario};

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

/// A saved snapshot to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotEntry {
    /// The file.
    pub path: PathBuf,
    /// What it asks, one line.
    pub about: String,
}

/// Whose identity live calls would use. Never a secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// `profile dev`, `AWS_ACCESS_KEY_ID of the environment`; none: no credentials were found.
    pub credentials: Option<String>,
    /// The account, as far as that can be told without asking the cloud.
    pub account: Option<String>,
}

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// To what.
    Resource,
    /// Who.
    Principal,
    /// Does what.
    Action,
    /// From where.
    Origin,
    /// A playbook's id or file.
    Playbook,
    /// `NAME=VALUE` pairs.
    Inputs,
}

impl Field {
    /// All, in the form's order.
    pub const ALL: [Field; 6] =
        [Field::Resource, Field::Principal, Field::Action, Field::Origin, Field::Playbook, Field::Inputs];
}

/// A value that a field of the form may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// For which field.
    pub field: Field,
    /// The value.
    pub value: String,
    /// Where it comes from, in a few words.
    pub about: String,
}

/// Everything the start screen and the form show of the user's environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct World {
    /// Whose identity live calls would use.
    pub identity: Identity,
    /// The embedded examples.
    pub examples: Vec<ExampleEntry>,
    /// The playbooks there are.
    pub playbooks: Vec<PlaybookEntry>,
    /// The diagnoses of late, the newest first.
    pub recents: Vec<Recent>,
    /// Snapshots in this folder.
    pub snapshots: Vec<SnapshotEntry>,
    /// Values for the form.
    pub suggestions: Vec<Suggestion>,
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

/// Which of a level's variants is played.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Variant {
    /// The level as it is written.
    #[default]
    Written,
    /// One that nobody has chosen.
    Any,
    /// This one.
    Seed(u64),
}

/// A level to train on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelRequest {
    /// Its id, or a file.
    pub id: String,
    /// How much the session helps.
    pub mode: Mode,
    /// Which variant.
    pub variant: Variant,
}

/// A level in the list, and where the user stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelEntry {
    /// The level.
    pub level: Entry,
    /// Its box, from 1 to 4; none: it was never played.
    pub leitner: Option<usize>,
    /// The best score.
    pub best: Option<u32>,
    /// Whether it is to be played again by now.
    pub is_due: bool,
    /// `new`, `due, best 80`, `in 3 days, best 80`.
    pub told: String,
}

/// Everything there is to train on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels {
    /// The levels, easy ones first.
    pub entries: Vec<LevelEntry>,
    /// What to train next.
    pub next: Option<String>,
    /// Of each layer: how many levels are mastered, and of how many.
    pub mastered: Vec<(Layer, usize, usize)>,
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
    /// A level to train on.
    Level(LevelRequest),
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

/// A diagnosis with its facts.
pub type Walked = (Arc<Diagnosis>, Arc<Facts>);

/// What the terminal interface may ask for. Every method but [`Host::walk`] answers at once and asks no network.
pub trait Host: Send + Sync {
    /// What there is to choose from.
    fn world(&self) -> World;

    /// The request that an error text tells, and a sentence on what the cloud reported; `None` when the text tells none.
    fn request_of(&self, error: &str) -> Option<(LiveRequest, String)>;

    /// Whether this can be walked: a sentence on what would be walked, or what is wrong with the words.
    fn check(&self, live: &LiveRequest) -> Result<String, HostError>;

    /// Walks to the end, telling `events` what happens; ends early (with a diagnosis all the same) once `cancel` is cancelled.
    /// Everything that can take time belongs into the future. An error means that there was nothing to walk: no such resource,
    /// no credentials, a broken file.
    fn walk(
        &self,
        what: StartRequest,
        events: UnboundedSender<Event>,
        steering: Steering,
        cancel: CancellationToken,
    ) -> BoxFuture<'static, Result<(), HostError>>;

    /// Judges a saved snapshot, to compare with.
    fn open(&self, snapshot: &Path) -> Result<Walked, HostError>;

    /// The permission that a read call needs.
    fn permission(&self, call: &str) -> Option<String>;

    /// The diagnosis as Markdown, for tickets.
    fn markdown(&self, diagnosis: &Diagnosis, facts: &Facts) -> String;

    /// Writes the Markdown into a new file of the current directory, and says which.
    fn export(&self, diagnosis: &Diagnosis, facts: &Facts) -> Result<PathBuf, HostError>;

    /// Writes the facts as a snapshot into a new file of the current directory, and says which.
    fn save_snapshot(&self, diagnosis: &Diagnosis, facts: &Facts) -> Result<PathBuf, HostError>;

    /// Keeps a text that no clipboard took in a file, and says which.
    fn keep_text(&self, text: &str) -> Result<PathBuf, HostError>;

    /// The levels, and where the user stands. It may take a moment: files are read for it.
    fn levels(&self) -> Levels;

    /// Makes a level ready. It may take a moment.
    fn level(&self, what: &LevelRequest) -> Result<Arc<Scenario>, HostError>;

    /// Keeps the result of a session, for what is due again.
    fn trained(&self, debrief: &Debrief) -> Result<(), HostError>;

    /// Writes the debrief as Markdown into a new file of the current directory, and says which.
    fn write_debrief(&self, debrief: &Debrief) -> Result<PathBuf, HostError>;

    /// Notes a finished diagnosis among those of late; `saved` is where its answers were saved.
    fn remember(&self, what: &StartRequest, diagnosis: &Diagnosis, saved: Option<&Path>);
}
