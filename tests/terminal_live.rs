//! A live walk on screen, against the small Azure of `tests/support/azure`: a refused read is seen, asked for, granted and asked again; a slow one is cancelled; the diagnosis is
//! remembered.
#![cfg(feature = "azure")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, missing_docs)]

#[path = "support/azure.rs"]
mod azure;
mod support;

use std::path::Path;
use std::time::Duration;

use azure::{Azure, World};
use serde_json::json;
use termlens::{Key, Terminal};

const QUESTION: &str = "read-private";
const RIGHT: &str = "Microsoft.Network/networkSecurityGroups/read";

/// The program on a screen, with the world's application signed in.
fn on_screen(azure: &Azure, world: &World, home: &Path, args: &[String]) -> Terminal {
    let command = azure.gatewalk(Some(world));
    let envs = command.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
    Terminal::builder()
        .size(120, 40)
        .env_clear()
        .envs(envs)
        .env("HOME", home)
        .env("PATH", "/usr/bin:/bin")
        .env("TERM", "xterm-256color")
        .env("LC_ALL", "C.UTF-8")
        .env("SSH_TTY", "/dev/pts/9")
        .env("CI", "")
        .args(args)
        .current_dir(home)
        .timeout(Duration::from_secs(30))
        .spawn(env!("CARGO_BIN_EXE_gatewalk"))
        .unwrap()
}

#[test]
fn a_refused_read_is_asked_for_granted_and_asked_again() {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("terminal-live");
    let _ = std::fs::remove_dir_all(&home);
    std::fs::create_dir_all(&home).unwrap();
    let azure = Azure::start();
    let world = azure.world(&[]);
    azure.set(&json!({"deny": [RIGHT]}));
    let mut terminal = on_screen(&azure, &world, &home, &world.words(QUESTION));
    terminal.wait_until(|screen| screen.contains("? UNKNOWN") && screen.contains("unknown: nsg")).unwrap();
    terminal.wait_until(|screen| screen.contains("Microsoft.Network/networkSecurityGroup")).unwrap();
    terminal.send(Key::Char('a')).unwrap();
    terminal.wait_until(|screen| screen.contains("Copied the message to the owner")).unwrap();
    let screen = terminal.screen();
    assert!(screen.clipboard().and_then(|clipboard| clipboard.text()).unwrap().contains(&format!("- {RIGHT}")));
    // Somebody granted it: one query is asked again, and what only its answer leads to.
    azure.set(&json!({"deny": []}));
    terminal.send(Key::Char('r')).unwrap();
    terminal.wait_until(|screen| screen.contains("✓ OPEN")).unwrap();
    let log = azure.log();
    let asked: Vec<&String> =
        log.iter().filter(|call| call.starts_with("Microsoft.") || call.contains("Graph")).collect();
    assert!(asked[0].starts_with(RIGHT) && asked.len() <= 2, "{log:#?}");
    // Behind the walk stands its form, with the words.
    terminal.send(Key::Esc).unwrap();
    terminal.wait_until(|screen| screen.contains("✓ walks azure/blob")).unwrap();
    terminal.send(Key::Esc).unwrap();
    terminal.wait_until(|screen| screen.contains("Of late") && screen.contains("frauddata.blob.core")).unwrap();
    terminal.send(Key::Char('q')).unwrap();
    assert_eq!(terminal.wait_exit().unwrap().code(), Some(0));
    // A query that takes long is given up; what is known is judged.
    azure.set(&json!({"slow": {"/networkSecurityGroups/": 20000}}));
    let mut slow = on_screen(&azure, &world, &home, &world.words(QUESTION));
    slow.wait_until(|screen| screen.contains("walking") && screen.contains("identity ✓ open")).unwrap();
    slow.send(Key::Char('x')).unwrap();
    slow.wait_until(|screen| screen.contains("? UNKNOWN") && screen.contains("identity ✓ open")).unwrap();
    slow.send(Key::Char('q')).unwrap();
    assert_eq!(slow.wait_exit().unwrap().code(), Some(3));
}
