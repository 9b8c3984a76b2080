//! `gatewalk` alone: the start screen.

use std::io::{self, IsTerminal};
use std::sync::Arc;

use super::Failure;
use super::diagnose::exit_code;
use super::host::CliHost;
use super::live::LiveWords;
use crate::tui::{self, Options, StartRequest};

/// Opens the start screen.
pub fn start() -> Result<u8, Failure> {
    if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
        return Err(Failure::usage(
            "the start screen needs a terminal",
            "without one, name a command: `gatewalk diagnose --example broken-endpoint`, `gatewalk --help`",
        ));
    }
    run(None, LiveWords::default(), Options::default())
}

/// Opens the terminal interface; the exit code is that of the last diagnosis.
pub fn run(start: Option<StartRequest>, live: LiveWords, options: Options) -> Result<u8, Failure> {
    let asked = start.is_some();
    let host = Arc::new(CliHost::new(live));
    let exit = tui::run(host, start, options)
        .map_err(|error| Failure::usage(format!("the terminal cannot be used: {error}"), "use --format text"))?;
    match (exit.diagnosis, exit.error) {
        (Some(diagnosis), _) if asked => Ok(exit_code(diagnosis.verdict)),
        (None, Some(error)) if asked => Err(Failure { sentence: error.sentence, next: error.next, exit: error.exit }),
        _ => Ok(0),
    }
}
