//! The terminal interface in a real pseudo-terminal: what a newcomer sees without credentials.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, missing_docs)]

use std::time::Duration;

use termlens::{Key, Terminal};

fn spawn(size: (u16, u16), args: &[&str], env: &[(&str, &str)]) -> Terminal {
    let home = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("terminal");
    std::fs::create_dir_all(&home).unwrap();
    Terminal::builder()
        .size(size.0, size.1)
        .env_clear()
        .env("HOME", &home)
        .env("PATH", "/usr/bin:/bin")
        .env("TERM", "xterm-256color")
        .env("LC_ALL", "C.UTF-8")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(env.iter().copied())
        .args(args)
        .current_dir(&home)
        .timeout(Duration::from_secs(20))
        .spawn(env!("CARGO_BIN_EXE_gatewalk"))
        .unwrap()
}

#[test]
fn a_newcomer_walks_the_example_to_its_broken_edge() {
    let mut terminal = spawn((80, 24), &[], &[]);
    terminal
        .wait_until(|screen| screen.contains("Diagnose a resource") && screen.contains("No credentials found"))
        .unwrap();
    terminal.send(Key::Down).unwrap();
    terminal.send(Key::Enter).unwrap();
    terminal.wait_until(|screen| screen.contains("BROKEN") && screen.contains("endpoint-policy s3:GetObject")).unwrap();
    terminal.send(Key::Tab).unwrap();
    terminal.wait_until(|screen| screen.contains("Does the endpoint's policy let this request through")).unwrap();
    terminal.resize(120, 40).unwrap();
    terminal.wait_until(|screen| screen.contains("modify-vpc-endpoint")).unwrap();
    terminal.send(Key::Char('?')).unwrap();
    terminal.wait_until(|screen| screen.contains("Leave; Ctrl-c leaves from anywhere")).unwrap();
    terminal.send(Key::Esc).unwrap();
    terminal.wait_until(|screen| !screen.contains("Leave; Ctrl-c")).unwrap();
    terminal.send(Key::Char('q')).unwrap();
    assert_eq!(terminal.wait_exit().unwrap().code(), Some(0));
}

#[test]
fn a_diagnosis_in_a_terminal_ends_with_its_exit_code() {
    for env in [&[][..], &[("NO_COLOR", "1")], &[("LC_ALL", "C")]] {
        let mut terminal = spawn((100, 30), &["diagnose", "--example", "broken-endpoint"], env);
        terminal.wait_until(|screen| screen.contains("BROKEN")).unwrap();
        terminal.send(Key::Char('q')).unwrap();
        assert_eq!(terminal.wait_exit().unwrap().code(), Some(1));
    }
}

#[test]
#[cfg(feature = "aws")]
fn without_credentials_a_live_walk_says_what_to_do() {
    let mut terminal = spawn(
        (80, 24),
        &["diagnose", "s3://bucket/key"],
        &[("AWS_REGION", "us-east-1"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:9")],
    );
    terminal.wait_until(|screen| screen.contains("no credentials")).unwrap();
    terminal.send(Key::Char('q')).unwrap();
    assert_eq!(terminal.wait_exit().unwrap().code(), Some(5));
}

#[test]
fn a_signal_gives_the_terminal_back() {
    let mut terminal = spawn((80, 24), &[], &[]);
    terminal.wait_until(|screen| screen.contains("Diagnose a resource")).unwrap();
    terminal.signal(termlens::Signal::Term).unwrap();
    assert_eq!(terminal.wait_exit().unwrap().code(), Some(0));
}
