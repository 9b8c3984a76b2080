//! `gatewalk snapshot import`.

use std::path::{Path, PathBuf};

use super::Failure;

/// The command.
pub fn import(_paths: &[PathBuf], _output: &Path) -> Result<u8, Failure> {
    Err(Failure::usage("snapshot import is not built yet", ""))
}
