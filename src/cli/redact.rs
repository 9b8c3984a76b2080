//! `gatewalk snapshot redact`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::diagnose::shelf;
use super::{Failure, print};
use crate::facts::Snapshot;
use crate::playbook::Loaded;
use crate::train::redact::{RedactError, redact as redacted};

/// The command.
pub fn redact(paths: &[PathBuf], output: &Path, seed: u64) -> Result<u8, Failure> {
    let several = paths.len() > 1;
    let mut snapshots = Vec::new();
    for path in paths {
        let snapshot = Snapshot::load(path)?;
        if snapshot.playbook.is_empty() {
            return Err(Failure::usage(
                format!("{} holds answers but no question, so no diagnosis can be compared", path.display()),
                "diagnose it first: gatewalk diagnose RESOURCE --snapshot FILE --save ASKED, then redact ASKED",
            ));
        }
        let loaded = Arc::new(shelf().open(&snapshot.playbook)?);
        snapshots.push((snapshot, loaded));
    }
    if several {
        std::fs::create_dir_all(output).map_err(|error| {
            Failure::usage(
                format!("the folder {} cannot be made: {error}", output.display()),
                "name another one with -o",
            )
        })?;
    }
    let together: Vec<(&Snapshot, &Arc<Loaded>)> =
        snapshots.iter().map(|(snapshot, loaded)| (snapshot, loaded)).collect();
    let done = redacted(&together, seed).map_err(|error| {
        let next = match &error {
            RedactError::Differs(_) => "try another --seed; a pattern in a policy may fit other names than it should",
            RedactError::NoCloud => "",
        };
        Failure::invalid(error.to_string(), next)
    })?;
    let mut out = String::new();
    for (path, snapshot) in paths.iter().zip(&done.snapshots) {
        let to = match (several, path.file_name()) {
            (true, Some(name)) => output.join(name),
            _ => output.to_owned(),
        };
        snapshot.save(&to)?;
        out.push_str(&format!("{}: the same verdict and the same gates as before\n", to.display()));
    }
    out.push_str(&format!(
        "{} words were replaced. Read it once before you give it away: free text can hold anything.\n",
        done.words
    ));
    print(&out)
}
