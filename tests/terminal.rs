//! The terminal interface in a real pseudo-terminal: a newcomer's walk, colours off, the clipboard, the mouse, and that the terminal is given back whatever happens.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use termlens::{Key, Screen, Signal, Terminal};

const PROGRAM: &str = env!("CARGO_BIN_EXE_gatewalk");

/// So long nothing comes, then a screen is complete.
const STILL: Duration = Duration::from_millis(200);

/// A home of its own for each test.
fn home(name: &str) -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("terminal").join(name);
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(&home).unwrap();
    home
}

fn spawn_in(home: &Path, program: &str, size: (u16, u16), args: &[&str], env: &[(&str, &str)]) -> Terminal {
    Terminal::builder()
        .size(size.0, size.1)
        .env_clear()
        .env("HOME", home)
        .env("PATH", "/usr/bin:/bin")
        .env("TERM", "xterm-256color")
        .env("LC_ALL", "C.UTF-8")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(env.iter().copied())
        .args(args)
        .current_dir(home)
        .timeout(Duration::from_secs(20))
        .spawn(program)
        .unwrap()
}

fn spawn(name: &str, size: (u16, u16), args: &[&str], env: &[(&str, &str)]) -> Terminal {
    spawn_in(&home(name), PROGRAM, size, args, env)
}

fn example(name: &str, size: (u16, u16), env: &[(&str, &str)]) -> Terminal {
    let mut terminal = spawn(name, size, &["diagnose", "--example", "broken-endpoint"], env);
    terminal.wait_until(|screen| screen.contains("closed: endpoint-policy")).unwrap();
    terminal
}

fn has_mouse(screen: &Screen) -> bool {
    !screen.mouse_modes().is_empty()
}

#[test]
fn a_newcomer_walks_the_example_to_its_broken_edge() {
    let mut terminal = spawn("newcomer", (80, 24), &[], &[]);
    terminal
        .wait_until(|screen| {
            ["Diagnose", "Train", "Open a snapshot", "read-only", "No credentials found"]
                .iter()
                .all(|word| screen.contains(word))
        })
        .unwrap();
    terminal.send(Key::Char('/')).unwrap();
    terminal.send_str("example").unwrap();
    terminal.wait_until(|screen| screen.contains("Walk the example broken-endpoint")).unwrap();
    terminal.send(Key::Enter).unwrap();
    terminal.wait_until(|screen| screen.contains("BROKEN") && screen.contains("closed: endpoint-policy")).unwrap();
    terminal.send(Key::Enter).unwrap();
    terminal.wait_until(|screen| screen.contains("Does the endpoint's policy let this request through")).unwrap();
    terminal.send(Key::Enter).unwrap();
    terminal.wait_until(|screen| screen.contains("\"Sid\": \"ImageLayers\"")).unwrap();
    terminal.resize(160, 45).unwrap();
    terminal.wait_until(|screen| screen.contains("Documents")).unwrap();
    terminal.send(Key::Char('?')).unwrap();
    terminal.send_str("owner").unwrap();
    terminal.wait_until(|screen| screen.contains("ask for it")).unwrap();
    terminal.send(Key::Esc).unwrap();
    terminal.wait_until(|screen| !screen.contains("ask for it")).unwrap();
    terminal.send(Key::Char('q')).unwrap();
    assert_eq!(terminal.wait_exit().unwrap().code(), Some(0));
    assert!(!terminal.screen().alternate_screen());
}

#[test]
fn a_diagnosis_in_a_terminal_ends_with_its_exit_code() {
    for (at, env) in [&[][..], &[("NO_COLOR", "1")], &[("LC_ALL", "C")], &[("TERM", "dumb")]].iter().enumerate() {
        let mut terminal = example(&format!("exit-{at}"), (100, 30), env);
        assert!(terminal.screen().contains("BROKEN"));
        terminal.send(Key::Char('q')).unwrap();
        assert_eq!(terminal.wait_exit().unwrap().code(), Some(1));
    }
}

#[test]
fn without_colours_the_selection_and_the_broken_edge_are_still_seen() {
    let mut terminal = example("mono", (120, 35), &[("NO_COLOR", "1")]);
    let screen = terminal.wait_stable(STILL).unwrap();
    let reversed = |(row, col): (u16, u16)| screen.cell(row, col).unwrap().style().reverse;
    assert!(screen.find_all("endpoint-policy").into_iter().any(reversed), "the selected gate is reversed");
    let heavy = screen.find_by(|cell| "┃━┏┓┗┛".contains(cell.contents()) && !cell.contents().trim().is_empty());
    assert!(heavy.is_some(), "the broken way is a heavy line");
    let coloured = screen.find_by(|cell| cell.style().fg != termlens::Color::Default);
    assert!(coloured.is_none(), "no colour at all: {coloured:?}");
    terminal.send(Key::Char('q')).unwrap();
    terminal.wait_exit().unwrap();
}

#[test]
fn over_ssh_the_terminal_itself_takes_the_copy_and_the_toast_says_so() {
    let mut terminal = example("ssh", (100, 30), &[("SSH_TTY", "/dev/pts/9"), ("DISPLAY", ":7")]);
    terminal.send(Key::Char('y')).unwrap();
    terminal.wait_until(|screen| screen.contains("Copied the fix's command (OSC 52, by the terminal).")).unwrap();
    let screen = terminal.screen();
    let copied = screen.clipboard().and_then(|clipboard| clipboard.text()).unwrap();
    assert!(copied.starts_with("aws ec2 modify-vpc-endpoint") && !copied.contains('│'), "{copied}");
    terminal.send(Key::Char('Y')).unwrap();
    terminal.wait_until(|screen| screen.contains("Copied the verdict, as Markdown,")).unwrap();
    let screen = terminal.screen();
    assert!(screen.clipboard().and_then(|clipboard| clipboard.text()).unwrap().starts_with("# broken: "));
    terminal.send(Key::Char('q')).unwrap();
    terminal.wait_exit().unwrap();
}

#[test]
fn what_is_saved_is_offered_compared_and_exported() {
    let home = home("saved");
    let mut terminal = spawn_in(&home, PROGRAM, (100, 30), &["diagnose", "--example", "broken-endpoint"], &[]);
    terminal.wait_until(|screen| screen.contains("closed: endpoint-policy")).unwrap();
    terminal.send(Key::Char('s')).unwrap();
    terminal.wait_until(|screen| screen.contains("The snapshot is in gatewalk-snapshot.json.")).unwrap();
    terminal.send(Key::Char('e')).unwrap();
    terminal.wait_until(|screen| screen.contains("The report is in gatewalk-report.md.")).unwrap();
    terminal.send(Key::Char('d')).unwrap();
    terminal.wait_until(|screen| screen.contains("Compare this walk with a snapshot")).unwrap();
    terminal.send_str("gatewalk-snapshot.json").unwrap();
    terminal.send(Key::Enter).unwrap();
    terminal.wait_until(|screen| screen.contains("No gate differs") && screen.contains("No answer differs")).unwrap();
    terminal.send(Key::Char('q')).unwrap();
    terminal.wait_exit().unwrap();
    assert!(fs::read_to_string(home.join("gatewalk-report.md")).unwrap().starts_with("# broken: "));
    let mut again = spawn_in(&home, PROGRAM, (100, 30), &[], &[]);
    again
        .wait_until(|screen| screen.contains("Snapshots in this folder") && screen.contains("gatewalk-snapshot.json"))
        .unwrap();
    again.send(Key::Char('q')).unwrap();
    again.wait_exit().unwrap();
}

#[test]
fn the_example_is_walked_one_query_at_a_time() {
    let mut terminal = spawn("steps", (100, 30), &[], &[]);
    terminal.wait_until(|screen| screen.contains("Walk the example")).unwrap();
    for _ in 0..3 {
        terminal.send(Key::Down).unwrap();
    }
    terminal.send(Key::Char('.')).unwrap();
    terminal
        .wait_until(|screen| screen.contains("Waiting for you") && screen.contains("$ aws sts get-caller-identity"))
        .unwrap();
    terminal.send(Key::Char('.')).unwrap();
    terminal.wait_until(|screen| screen.contains("paused … 1 of") && screen.contains("$ aws iam get-role")).unwrap();
    terminal.send(Key::Char('-')).unwrap();
    terminal.wait_until(|screen| screen.contains("paused … 2 of")).unwrap();
    terminal.send(Key::Char(' ')).unwrap();
    // The role was skipped: what rests on it is unknown, what does not is judged.
    terminal.wait_until(|screen| screen.contains("identity ? unknown") && screen.contains("network ✗ BROKEN")).unwrap();
    terminal.send(Key::Char('1')).unwrap();
    terminal.send(Key::Down).unwrap();
    terminal.send(Key::Char('r')).unwrap();
    terminal.wait_until(|screen| screen.contains("identity ✓ open")).unwrap();
    terminal.send(Key::Char('q')).unwrap();
    terminal.wait_exit().unwrap();
}

#[test]
fn the_mouse_belongs_to_the_terminal_until_asked_for() {
    let mut terminal = example("mouse", (120, 35), &[]);
    assert!(!has_mouse(&terminal.screen()));
    terminal.send(Key::Char('m')).unwrap();
    terminal.wait_until(|screen| has_mouse(screen) && screen.contains("read-only · mouse")).unwrap();
    // The toast takes a row: what is clicked is looked for when all is drawn.
    let (row, col) = terminal.wait_stable(STILL).unwrap().find("identity-policy").unwrap();
    terminal.click(col, row).unwrap();
    terminal.wait_until(|screen| screen.contains("open: identity-policy")).unwrap();
    let (row, col) = terminal.wait_stable(STILL).unwrap().find("? help").unwrap();
    terminal.click(col, row).unwrap();
    terminal.wait_until(|screen| screen.contains("Help: type to filter")).unwrap();
    terminal.send(Key::Esc).unwrap();
    // Esc and a letter at once would be Alt and that letter.
    terminal.wait_until(|screen| !screen.contains("Help: type")).unwrap();
    terminal.send(Key::Char('m')).unwrap();
    terminal.wait_until(|screen| !has_mouse(screen)).unwrap();
    terminal.send(Key::Char('q')).unwrap();
    terminal.wait_exit().unwrap();
}

#[cfg(feature = "aws")]
#[test]
fn without_credentials_a_live_walk_says_what_to_do() {
    let mut terminal = spawn(
        "live",
        (80, 24),
        &["diagnose", "s3://bucket/key"],
        &[("AWS_REGION", "us-east-1"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:9")],
    );
    terminal
        .wait_until(|screen| screen.contains("It could not be walked") && screen.contains("aws sso login"))
        .unwrap();
    terminal.send(Key::Char('q')).unwrap();
    assert_eq!(terminal.wait_exit().unwrap().code(), Some(5));
}

#[test]
fn signals_give_the_terminal_back() {
    for (name, signal) in [("term", Signal::Term), ("hup", Signal::Hup)] {
        let mut terminal = spawn(name, (80, 24), &[], &[]);
        terminal.wait_until(|screen| screen.alternate_screen() && screen.contains("Diagnose")).unwrap();
        terminal.signal(signal).unwrap();
        assert_eq!(terminal.wait_exit().unwrap().code(), Some(0), "{name}");
        let screen = terminal.screen();
        assert!(!screen.alternate_screen() && !screen.bracketed_paste() && screen.cursor_visible(), "{name}");
    }
}

#[test]
fn ctrl_z_goes_to_the_shell_and_fg_returns() {
    let mut shell =
        spawn_in(&home("shell"), "/bin/bash", (100, 30), &["--norc", "--noprofile", "-i"], &[("PS1", "READY> ")]);
    shell.wait_until(|screen| screen.contains("READY>")).unwrap();
    shell.send_str(&format!("{PROGRAM} diagnose --example broken-endpoint")).unwrap();
    shell.send(Key::Enter).unwrap();
    shell.wait_until(|screen| screen.contains("closed: endpoint-policy")).unwrap();
    shell.send(Key::Ctrl('z')).unwrap();
    shell.wait_until(|screen| !screen.alternate_screen() && screen.contains("Stopped")).unwrap();
    shell.send_str("echo here; fg").unwrap();
    shell.send(Key::Enter).unwrap();
    shell.wait_until(|screen| screen.alternate_screen() && screen.contains("closed: endpoint-policy")).unwrap();
    shell.send(Key::Char('q')).unwrap();
    shell.wait_until(|screen| !screen.alternate_screen() && screen.contains("READY>")).unwrap();
    shell.send_str("exit").unwrap();
    shell.send(Key::Enter).unwrap();
    shell.wait_exit().unwrap();
}

#[test]
fn a_panic_gives_the_terminal_back() {
    // This very program, in a terminal of its own, with a host that panics.
    let own = std::env::current_exe().unwrap();
    let words = ["panicking", "--exact", "--ignored", "--nocapture"];
    let mut terminal = spawn_in(&home("panic"), own.to_str().unwrap(), (80, 24), &words, &[]);
    terminal.wait_until(|screen| screen.contains("the host fell over")).unwrap();
    assert_ne!(terminal.wait_exit().unwrap().code(), Some(0));
    let screen = terminal.screen();
    assert!(!screen.alternate_screen() && !screen.bracketed_paste() && screen.cursor_visible());
}

#[test]
#[ignore = "run by the test above, in a terminal"]
fn panicking() {
    let host = std::sync::Arc::new(support::Calm { panics: true });
    let _ = gatewalk::tui::run(host, None, gatewalk::tui::Options::default(), &gatewalk::config::Settings::default());
}

#[path = "support/host.rs"]
mod support;

#[test]
fn settings_of_ones_own_are_obeyed_and_errors_say_where() {
    let home = home("settings");
    let config = home.join("config");
    fs::create_dir_all(&config).unwrap();
    let dir = config.to_str().unwrap().to_owned();
    let env = [("GATEWALK_CONFIG_DIR", dir.as_str())];
    fs::write(config.join("config.yaml"), "theme: colorblind\nmouse: true\nkeys:\n  help: [F2]\n").unwrap();
    let mut terminal = spawn_in(&home, PROGRAM, (100, 30), &["diagnose", "--example", "broken-endpoint"], &env);
    terminal.wait_until(|screen| screen.contains("BROKEN") && screen.contains("F2 help")).unwrap();
    let screen = terminal.wait_stable(STILL).unwrap();
    assert!(has_mouse(&screen));
    let (row, col) = screen.find("BROKEN").unwrap();
    assert_eq!(screen.cell(row, col).unwrap().style().fg, termlens::Color::Indexed(166), "orange, not red");
    terminal.send(Key::Char('q')).unwrap();
    terminal.wait_exit().unwrap();
    fs::write(config.join("config.yaml"), "theme: light\nkeys:\n  coppy: [c]\n").unwrap();
    let mut wrong = spawn_in(&home, PROGRAM, (200, 30), &[], &env);
    wrong.wait_until(|screen| screen.contains("config.yaml:3:3") && screen.contains("did you mean `copy`?")).unwrap();
    assert_eq!(wrong.wait_exit().unwrap().code(), Some(4));
}

#[test]
fn two_snapshots_are_compared_on_the_command_line() {
    let home = home("compare");
    let before = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/examples/broken-endpoint.json");
    let text = fs::read_to_string(&before).unwrap();
    let mended = text.replace("arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*", "*");
    assert_ne!(mended, text);
    fs::write(home.join("after.json"), mended).unwrap();
    let run = |format: &str| {
        let out = std::process::Command::new(PROGRAM)
            .args(["compare", before.to_str().unwrap(), home.join("after.json").to_str().unwrap(), "--format", format])
            .output()
            .unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    };
    let text = run("text");
    for word in [
        "before  broken",
        "after   open",
        "network: endpoint-policy (s3:GetObject): closed -> open",
        "ec2:DescribeVpcEndpoints",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let json: serde_json::Value = serde_json::from_str(&run("json")).unwrap();
    assert_eq!((json["schema_version"].as_u64(), json["gates"].as_array().unwrap().len()), (Some(1), 1));
}

#[test]
fn in_ci_a_terminal_gets_lines_without_escape_codes() {
    let mut terminal = spawn("ci", (200, 60), &["diagnose", "--example", "broken-endpoint"], &[("CI", "true")]);
    assert_eq!(terminal.wait_exit().unwrap().code(), Some(1));
    let screen = terminal.screen();
    assert!(!screen.alternate_screen() && screen.contains("BROKEN: The endpoint policy"));
    assert!(screen.find_by(|cell| *cell.style() != termlens::Style::default()).is_none(), "no styles at all");
    let mut start = spawn("ci-start", (100, 30), &[], &[("CI", "true")]);
    start.wait_until(|screen| screen.contains("needs a terminal")).unwrap();
    assert_eq!(start.wait_exit().unwrap().code(), Some(2));
}

#[test]
fn doctor_tells_versions_files_terminal_and_credentials_but_no_values() {
    let home = home("doctor");
    let out = std::process::Command::new(PROGRAM)
        .arg("doctor")
        .env_clear()
        .env("HOME", &home)
        .env("TERM", "xterm")
        .env("SSH_TTY", "/dev/pts/1")
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "KEEPOUT")
        .output()
        .unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    for word in [
        "version       0.1.0",
        "config.yaml (not there; the defaults are used)",
        "state         ",
        "log           ",
        "TERM=xterm",
        "glyphs        ASCII",
        "clipboard     OSC 52",
        "AWS_ACCESS_KEY_ID of the environment",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(!text.contains("AKIA") && !text.contains("KEEPOUT"), "{text}");
}
