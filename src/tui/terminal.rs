//! In and out of the full screen, whatever happens: a guard restores the terminal on every way out, also on panic and on Ctrl-Z.

use std::io::{self, Stdout};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::execute;
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;

use super::app::App;
use super::message::Hit;
use super::session::Stage;

/// The full screen.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Screen {
    /// Takes the terminal over.
    pub fn enter(mouse: bool) -> io::Result<Self> {
        restore_on_panic();
        // With NO_COLOR set crossterm 0.29 drops bold and reverse too, so the selection would be lost (crossterm pull request 1069).
        // Colours are this program's own decision: see `look`.
        crossterm::style::force_color_output(true);
        take(mouse).inspect_err(|_| restore())?;
        Terminal::new(CrosstermBackend::new(io::stdout()))
            .map(|terminal| Screen { terminal })
            .inspect_err(|_| restore())
    }

    /// Draws the state, and gives what clicks do where.
    pub fn draw(&mut self, app: &App) -> io::Result<Vec<(Rect, Hit)>> {
        let mut hits = Vec::new();
        execute!(io::stdout(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| hits = super::screen::draw(app, frame))?;
        execute!(io::stdout(), EndSynchronizedUpdate)?;
        Ok(hits)
    }

    /// Takes the terminal over again, after another program had it.
    pub fn take_again(&mut self, mouse: bool) -> io::Result<()> {
        take(mouse)?;
        execute!(io::stdout(), Clear(ClearType::All))?;
        // The library's own way to begin anew asks the terminal where its cursor is, and the answer would be read as keys.
        self.terminal = Terminal::new(CrosstermBackend::new(io::stdout()))?;
        Ok(())
    }
}

impl Stage for Screen {
    fn mouse(&mut self, on: bool) -> io::Result<()> {
        match on {
            true => execute!(io::stdout(), EnableMouseCapture),
            false => execute!(io::stdout(), DisableMouseCapture),
        }
    }

    #[cfg(unix)]
    fn suspend(&mut self, mouse: bool) -> io::Result<()> {
        restore();
        // Everything stops here until the shell says `fg`.
        signal_hook::low_level::raise(signal_hook::consts::SIGTSTP)?;
        self.take_again(mouse)
    }

    #[cfg(not(unix))]
    fn suspend(&mut self, _: bool) -> io::Result<()> {
        Ok(())
    }

    fn has_clipboard(&self) -> bool {
        true
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Whether the terminal is this program's now. Giving it back twice would move the cursor over what was said in between.
static TAKEN: AtomicBool = AtomicBool::new(false);

fn take(mouse: bool) -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
    if mouse { execute!(io::stdout(), EnableMouseCapture) } else { Ok(()) }
}

fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // On the way out nothing can be done about a terminal that does not listen.
    let _ = disable_raw_mode();
    let _ = execute!(
        io::stdout(),
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        crossterm::cursor::Show
    );
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

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// An orderly end.
    End,
    /// The program was stopped from outside and goes on now: the terminal is to be taken over again.
    Back,
}

/// The signals that a session listens to.
#[cfg(unix)]
pub struct Signals {
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
    go_on: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Begins to listen.
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            go_on: signal(SignalKind::from_raw(signal_hook::consts::SIGCONT))?,
        })
    }

    /// Waits for one of them.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => Signal::End,
            _ = self.hang_up.recv() => Signal::End,
            _ = self.go_on.recv() => Signal::Back,
        }
    }
}

/// The signals that a session listens to: there are none here.
#[cfg(not(unix))]
pub struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Begins to listen.
    pub fn listen() -> io::Result<Self> {
        Ok(Signals)
    }

    /// Waits for one of them.
    pub async fn next(&mut self) -> Signal {
        std::future::pending().await
    }
}
