//! The binary: parse, dispatch, translate errors to exit codes.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::SUCCESS
}
