//! The terminal interface: keys, engine events and signals become one message, `update` turns it into state and
//! effects, widgets draw the state. It never asks a cloud itself; what it needs from outside is [`Host`].

use std::io;
use std::sync::Arc;

use crate::model::Diagnosis;

mod host;

pub use host::{ExampleEntry, Host, HostError, InputEntry, LiveRequest, PlaybookEntry, StartRequest};

/// How the interface shall look and behave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Draw with ASCII only; it is chosen anyway where the locale or terminal knows no better.
    pub ascii: bool,
}

/// How a session ended.
#[derive(Debug, Clone, Default)]
pub struct Exit {
    /// The last finished diagnosis, for the exit code and a last line after the screen is gone.
    pub diagnosis: Option<Arc<Diagnosis>>,
    /// The last walk could not start, and nothing was walked since.
    pub error: Option<HostError>,
}

/// Runs a session until the user quits. Makes its own async runtime: call it outside of any.
pub fn run(_host: Arc<dyn Host>, _start: Option<StartRequest>, _options: Options) -> io::Result<Exit> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "the terminal interface is not built yet"))
}
