//! How long one whole process takes from a snapshot to its JSON, beside `aws --version` (which asks nothing of anyone).
//!
//! `cargo bench --bench replay`; with `--no-default-features` the SDK need not be built. Limits: 30 ms median, 60 MB resident.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 41;

fn main() {
    let own = median(|| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gatewalk"));
        command.args(["diagnose", "--example", "broken-endpoint", "--format", "json"]);
        command
    });
    println!("gatewalk diagnose --example broken-endpoint --format json: {own:?} (limit 30 ms)");
    if Command::new("aws").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok() {
        let peer = median(|| {
            let mut command = Command::new("aws");
            command.arg("--version");
            command
        });
        println!("aws --version: {peer:?}; gatewalk takes {:.2} of it", own.as_secs_f64() / peer.as_secs_f64());
    } else {
        println!("aws --version: there is no AWS CLI here");
    }
}

fn median(command: impl Fn() -> Command) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let mut command = command();
            command.stdout(Stdio::null()).stderr(Stdio::null());
            let began = Instant::now();
            command.status().expect("the program runs");
            began.elapsed()
        })
        .collect();
    times.sort();
    times[RUNS / 2]
}
