//! `gatewalk` alone: the start screen.

use std::io::{self, IsTerminal};
use std::sync::Arc;

use super::Failure;
use super::diagnose::exit_code;
use super::host::CliHost;
use super::live::LiveWords;
use super::train::Keeping;
use crate::config::{self, Settings};
use crate::tui::{self, LevelRequest, Options, StartRequest};

/// Whether a person sits at this terminal. In CI a screen would only flood the log, whatever it pretends to be.
pub fn is_interactive() -> bool {
    let ci = std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"));
    !ci && io::stdout().is_terminal() && io::stdin().is_terminal()
}

/// Opens the start screen.
pub fn start() -> Result<u8, Failure> {
    if !is_interactive() {
        return Err(Failure::usage(
            "the start screen needs a terminal",
            "without one, name a command: `gatewalk diagnose --example broken-endpoint`, `gatewalk --help`",
        ));
    }
    run(None, LiveWords::default(), Options::default())
}

/// Opens the terminal interface; the exit code is that of the last diagnosis.
pub fn run(start: Option<StartRequest>, live: LiveWords, options: Options) -> Result<u8, Failure> {
    run_with(CliHost::new(live), start, options)
}

/// Opens the terminal interface on a level.
pub fn train(level: LevelRequest, keeping: Keeping) -> Result<u8, Failure> {
    let host = CliHost::new(LiveWords::default()).keeping(keeping);
    run_with(host, Some(StartRequest::Level(level)), Options::default())
}

fn run_with(host: CliHost, start: Option<StartRequest>, options: Options) -> Result<u8, Failure> {
    let asked = start.is_some();
    let host = Arc::new(host);
    let settings = settings()?;
    let exit = tui::run(host, start, options, &settings)
        .map_err(|error| Failure::usage(format!("the terminal cannot be used: {error}"), "use --format text"))?;
    match (exit.diagnosis, exit.error) {
        (Some(diagnosis), _) if asked => Ok(exit_code(diagnosis.verdict)),
        (None, Some(error)) if asked => Err(Failure { sentence: error.sentence, next: error.next, exit: error.exit }),
        _ => Ok(0),
    }
}

/// What the user's file says of looks and keys.
pub fn settings() -> Result<Settings, Failure> {
    match config::settings_file() {
        Some(file) => Ok(config::load(&file, &tui::action_names(), tui::check_key, tui::check_colour)?),
        None => Ok(Settings::default()),
    }
}
