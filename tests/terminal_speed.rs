//! What the terminal interface costs: nothing while nobody does anything, and next to nothing until its first frame. These stand alone, since other tests
//! beside them would be measured, too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, missing_docs)]

use std::fs;
use std::time::{Duration, Instant};

use termlens::{Key, Terminal};

fn spawn(size: (u16, u16), args: &[&str]) -> Terminal {
    let home = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("terminal-speed");
    fs::create_dir_all(&home).unwrap();
    Terminal::builder()
        .size(size.0, size.1)
        .env_clear()
        .env("HOME", &home)
        .env("PATH", "/usr/bin:/bin")
        .env("TERM", "xterm-256color")
        .env("LC_ALL", "C.UTF-8")
        .args(args)
        .current_dir(&home)
        .timeout(Duration::from_secs(20))
        .spawn(env!("CARGO_BIN_EXE_gatewalk"))
        .unwrap()
}

/// Ticks of the processor that a process has used (proc_pid_stat(5), fields 14 and 15).
fn ticks(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn who_does_nothing_costs_nothing() {
    let mut terminal = spawn((120, 40), &["diagnose", "--example", "broken-endpoint"]);
    terminal.wait_until(|screen| screen.contains("closed: endpoint-policy")).unwrap();
    terminal.wait_idle(Duration::from_millis(300)).unwrap();
    let pid = terminal.pid().unwrap();
    let (before, frames) = (ticks(pid), terminal.screen().repaints());
    std::thread::sleep(Duration::from_secs(2));
    assert!(ticks(pid) - before <= 1, "{} ticks of 10 ms in 2 s", ticks(pid) - before);
    assert_eq!(terminal.screen().repaints(), frames, "nothing is drawn");
    terminal.send(Key::Char('q')).unwrap();
    terminal.wait_exit().unwrap();
}

#[test]
fn the_first_frame_is_there_before_anything_is_asked() {
    // The best of a few: the machine has other things to do.
    let best = (0..10)
        .map(|_| {
            let began = Instant::now();
            let mut terminal = spawn((80, 24), &[]);
            terminal.wait_until(|screen| screen.contains("Diagnose")).unwrap();
            let took = began.elapsed();
            terminal.send(Key::Char('q')).unwrap();
            terminal.wait_exit().unwrap();
            took
        })
        .min()
        .unwrap();
    assert!(best < Duration::from_millis(50), "{best:?}, a debug build and a terminal included");
}
