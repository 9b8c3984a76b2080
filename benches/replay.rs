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
    let why = median(|| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gatewalk"));
        command.args(["why", "--no-query", "--format", "json", MESSAGE]);
        command
    });
    println!("gatewalk why --no-query: {why:?} (limit 5 ms)");
    peer_why();
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

const MESSAGE: &str = "An error occurred (AccessDenied) when calling the GetObject operation: User: \
    arn:aws:sts::123456789012:assumed-role/app/sess is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::data-bucket/k.csv\" \
    with an explicit deny in a service control policy";

/// The peer `aws-why` (PyPI), where it is installed.
fn peer_why() {
    if Command::new("aws-why").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        return println!("aws-why: not installed here (pip install aws-why)");
    }
    let peer = median(|| {
        let mut command = Command::new("sh");
        command.args(["-c", "printf %s \"$1\" | aws-why explain -", "sh", MESSAGE]);
        command
    });
    println!("aws-why: {peer:?}");
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
