//! `gatewalk train new` and `gatewalk train check`.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use super::super::diagnose::shelf;
use super::super::{Failure, print};
use super::{bank, no_scenario, wrong_level};
use crate::facts::Snapshot;
use crate::train::author::{NoLevel, skeleton};
use crate::train::check;

/// Prints a level to start from.
pub fn new(broken: &Path, healthy: Option<&Path>, id: &str) -> Result<u8, Failure> {
    let snapshot = Snapshot::load(broken)?;
    let repaired = healthy.map(Snapshot::load).transpose()?;
    if snapshot.playbook.is_empty() {
        return Err(Failure::usage(
            format!("{} holds answers but no question, so nothing can be broken in it", broken.display()),
            "diagnose it first: gatewalk diagnose RESOURCE --snapshot FILE --save ASKED, then train new ASKED",
        ));
    }
    let loaded = Arc::new(shelf().open(&snapshot.playbook)?);
    // The level lies beside its world.
    let base = healthy.unwrap_or(broken).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let made = skeleton(&bank(), id, &base, &loaded, &snapshot, repaired.as_ref()).map_err(|error| no_level(&error))?;
    print(&made.text)?;
    let left = made.left.join(", ");
    let _ = writeln!(
        io::stderr(),
        "Left to write: {left}. Read what is proposed as well. Keep the level beside {base}; then: gatewalk train check LEVEL"
    );
    Ok(0)
}

fn no_level(error: &NoLevel) -> Failure {
    let next = match error {
        NoLevel::NoCloud => "",
        NoLevel::NotBroken(_) => "save it while the request is stopped: gatewalk diagnose … --save FILE",
        NoLevel::OtherQuestion(..) => "ask the same question before and after the repair",
        NoLevel::Untold(_) => "an answer that the diagnosis needs is not in the snapshot: save it again",
        NoLevel::NotRepaired(_) => {
            "save it again once the request gets through, or leave --healthy out and repair the world in `changes`"
        }
    };
    Failure::invalid(error.to_string(), next)
}

/// Checks levels; all that is wrong is told, and what to do once for those that want the same.
pub fn check(names: &[String]) -> Result<u8, Failure> {
    let bank = bank();
    let files = match names {
        [] => bank.files(),
        names => names.iter().map(|name| bank.find(name).map_err(no_scenario)).collect::<Result<_, _>>()?,
    };
    let mut out = String::new();
    let mut failures: Vec<Failure> = Vec::new();
    for file in &files {
        let wrong = check::check(&bank, file);
        if wrong.is_empty() {
            out.push_str(&format!("{}: right\n", file.id()));
        }
        failures.extend(wrong.into_iter().map(wrong_level));
    }
    print(&out)?;
    let Some(last) = failures.last() else {
        let word = if files.len() == 1 { "level is" } else { "levels are" };
        return print(&format!("{} {word} right\n", files.len()));
    };
    let next = last.next.clone();
    let mut told: Vec<String> = Vec::new();
    for (at, failure) in failures.iter().enumerate() {
        told.push(failure.sentence.clone());
        if failures.get(at + 1).is_some_and(|after| after.next != failure.next) {
            told.push(format!("  next: {}", failure.next));
        }
    }
    if failures.len() > 1 {
        told.insert(0, format!("{} things are wrong", failures.len()));
    }
    Err(Failure::invalid(told.join("\n"), next))
}
