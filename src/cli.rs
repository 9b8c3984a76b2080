//! The command line: one file per subcommand.

mod args;
mod compare;
mod diagnose;
mod doctor;
mod environment;
mod eval;
mod examples;
mod failure;
mod folder;
mod host;
mod import;
mod live;
mod playbook;
mod redact;
mod start;
mod train;
mod why;

use std::io::{self, Write};

use clap::{CommandFactory, Parser};

use args::{Args, Command, PlaybookCommand, SnapshotCommand};
pub use failure::Failure;

/// Runs the program with these words, and gives its exit code.
pub fn main(words: impl IntoIterator<Item = std::ffi::OsString>) -> u8 {
    let args = match Args::try_parse_from(words) {
        Ok(args) => args,
        Err(error) => {
            // Help and version are no errors; clap prints both kinds where they belong.
            let _ = error.print();
            return if error.use_stderr() { 2 } else { 0 };
        }
    };
    match dispatch(args) {
        Ok(code) => code,
        Err(failure) => {
            let _ = write!(io::stderr(), "{failure}");
            failure.exit
        }
    }
}

fn dispatch(args: Args) -> Result<u8, Failure> {
    match args.command {
        None => start::start(),
        Some(Command::Diagnose(args)) => diagnose::diagnose(*args),
        Some(Command::Why(args)) => why::why(*args),
        Some(Command::Compare { before, after, format }) => compare::compare(&before, &after, format),
        Some(Command::Eval { kind, facts, jobs }) => eval::eval(kind, facts.as_deref(), usize::from(jobs)),
        Some(Command::Snapshot { command: SnapshotCommand::Import { paths, output } }) => {
            import::import(&paths, &output)
        }
        Some(Command::Snapshot { command: SnapshotCommand::Redact { paths, output, seed } }) => {
            redact::redact(&paths, &output, seed)
        }
        Some(Command::Train(args)) => train::train(args),
        Some(Command::Playbook { command }) => match command {
            PlaybookCommand::List => playbook::list(),
            PlaybookCommand::Show { id } => playbook::show(&id),
            PlaybookCommand::Check { files } => playbook::check(&files),
            PlaybookCommand::Schema => playbook::schema(),
            PlaybookCommand::New { id } => playbook::new(&id),
        },
        Some(Command::Causes) => print(&crate::aws::causes::markdown()),
        Some(Command::Doctor) => doctor::doctor(),
        Some(Command::Completions { shell }) => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "gatewalk", &mut text);
            print(&String::from_utf8_lossy(&text))
        }
        Some(Command::Man) => {
            let mut text = Vec::new();
            clap_mangen::Man::new(Args::command()).render(&mut text).map_err(|error| Failure::output(&error))?;
            print(&String::from_utf8_lossy(&text))
        }
    }
}

/// What the terminal interface may ask of this program; for pictures and measurements.
pub fn host() -> std::sync::Arc<dyn crate::tui::Host> {
    std::sync::Arc::new(host::CliHost::new(live::LiveWords::default()))
}

/// The diagnosis of a snapshot; an error when its playbook cannot be opened.
///
/// For tests and tools that judge many snapshots in one process.
pub fn replay(snapshot: crate::facts::Snapshot) -> Result<crate::model::Diagnosis, Failure> {
    diagnose::replayed(snapshot)
}

/// Prints to standard output. A reader that has gone away is no failure.
fn print(text: &str) -> Result<u8, Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::output(&error)),
        _ => Ok(0),
    }
}
