//! In and out of the full screen, whatever happens: a guard restores the terminal on every way out, also on panic.

use std::io::{self, Stdout, Write};
use std::sync::Once;

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use super::app::App;

/// The full screen.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Screen {
    /// Takes the terminal over.
    pub fn enter() -> io::Result<Self> {
        restore_on_panic();
        // Colours are this program's own decision (see `look`), not the library's.
        crossterm::style::force_color_output(true);
        enable_raw_mode()?;
        let mut out = io::stdout();
        if let Err(error) = execute!(out, EnterAlternateScreen, EnableBracketedPaste) {
            restore();
            return Err(error);
        }
        Terminal::new(CrosstermBackend::new(out)).map(|terminal| Screen { terminal }).inspect_err(|_| restore())
    }

    /// Draws the state.
    pub fn draw(&mut self, app: &App) -> io::Result<()> {
        self.terminal.draw(|frame| super::screen::draw(app, frame)).map(drop)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

fn restore() {
    // On the way out nothing can be done about a terminal that does not listen.
    let _ = disable_raw_mode();
    let _ = execute!(io::stdout(), DisableBracketedPaste, LeaveAlternateScreen, crossterm::cursor::Show);
}

fn restore_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            restore();
            before(panic);
        }));
    });
}

/// Hands text to the clipboard of the terminal, also over SSH (OSC 52).
pub fn copy(text: &str) -> io::Result<()> {
    let mut out = io::stdout();
    execute!(out, CopyToClipboard::to_clipboard_from(text))?;
    out.flush()
}

#[cfg(unix)]
pub type Signals = [tokio::signal::unix::Signal; 2];
#[cfg(not(unix))]
pub type Signals = ();

/// Signals that end the session orderly.
#[cfg(unix)]
pub fn signals() -> io::Result<Signals> {
    use tokio::signal::unix::{SignalKind, signal};
    Ok([signal(SignalKind::terminate())?, signal(SignalKind::hangup())?])
}

/// Signals that end the session orderly.
#[cfg(not(unix))]
pub fn signals() -> io::Result<Signals> {
    Ok(())
}

/// Waits for one of them.
#[cfg(unix)]
pub async fn signalled(signals: &mut Signals) {
    let [terminate, hangup] = signals;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
}

/// Waits for one of them.
#[cfg(not(unix))]
pub async fn signalled(_: &mut Signals) {
    std::future::pending().await
}
