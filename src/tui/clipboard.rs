//! Text for other programs: over SSH by the terminal itself (OSC 52), else by the desktop's own tool, which must not hang, else by the terminal. What is
//! said afterwards names the way it took.

use std::env;
use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crossterm::clipboard::CopyToClipboard;
use crossterm::execute;

/// How long a tool may take; some wait for a desktop that is not there.
const PATIENCE: Duration = Duration::from_millis(700);
/// The way by the terminal.
const TERMINAL: &str = "OSC 52, by the terminal";

/// The tools of desktops: the variable that says there is one, the tool and its words.
const TOOLS: &[(&str, &str, &[&str])] = &[
    ("WAYLAND_DISPLAY", "wl-copy", &[]),
    ("DISPLAY", "xclip", &["-selection", "clipboard"]),
    ("DISPLAY", "xsel", &["--clipboard", "--input"]),
];

/// Over SSH a tool would succeed on the wrong machine.
fn is_remote() -> bool {
    ["SSH_TTY", "SSH_CONNECTION", "SSH_CLIENT"].iter().any(|name| env::var_os(name).is_some())
}

fn tools() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let desktop = TOOLS.iter().filter(move |(variable, ..)| set(variable)).map(|(_, tool, words)| (*tool, *words));
    let mac: &[(&str, &[&str])] = if cfg!(target_os = "macos") { &[("pbcopy", &[])] } else { &[] };
    mac.iter().copied().chain(desktop)
}

/// The way that is tried first, for `doctor`.
pub fn route() -> &'static str {
    if is_remote() { TERMINAL } else { tools().next().map_or(TERMINAL, |(tool, _)| tool) }
}

/// Hands text on; the way it took.
pub fn copy(text: &str) -> io::Result<&'static str> {
    if !is_remote() {
        for (tool, words) in tools() {
            if by_tool(tool, words, text).is_ok() {
                return Ok(tool);
            }
        }
    }
    let mut out = io::stdout();
    execute!(out, CopyToClipboard::to_clipboard_from(text))?;
    out.flush()?;
    Ok(TERMINAL)
}

fn by_tool(tool: &str, words: &[&str], text: &str) -> io::Result<()> {
    let mut child =
        Command::new(tool).args(words).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(text.as_bytes())?;
    }
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait()? {
            return if status.success() { Ok(()) } else { Err(io::Error::other("it failed")) };
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill()?;
    child.wait()?;
    Err(io::Error::new(io::ErrorKind::TimedOut, "it did not end"))
}
