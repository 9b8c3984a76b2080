//! `gatewalk compare`: two snapshots, judged by this program, side by side.

use std::path::Path;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::args::CompareFormat;
use super::diagnose::{From, prepare, walk};
use super::live::LiveWords;
use super::{Failure, print};
use crate::facts::Snapshot;
use crate::report;
use crate::tui::Walked;

/// A snapshot's diagnosis, with its facts.
pub fn walked(path: &Path) -> Result<Walked, Failure> {
    let ready = prepare(None, None, From::Recorded(Box::new(Snapshot::load(path)?)))?;
    // Recorded answers are there at once.
    let outcome = futures::executor::block_on(walk(ready, LiveWords::default(), None, &CancellationToken::new()))?;
    Ok((Arc::clone(&outcome.diagnosis), Arc::clone(&outcome.facts)))
}

/// The command.
pub fn compare(before: &Path, after: &Path, format: CompareFormat) -> Result<u8, Failure> {
    let (old, old_facts) = walked(before)?;
    let (new, new_facts) = walked(after)?;
    let comparison = report::compare((&old, &old_facts), (&new, &new_facts));
    print(&match format {
        CompareFormat::Text => comparison.text(),
        CompareFormat::Json => format!("{:#}\n", comparison.json()),
    })
}
