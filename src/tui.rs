//! The terminal interface: keys, engine events and signals become one message, `update` turns it into state and
//! effects, screens draw the state. It never asks a cloud itself; what it needs from outside is [`Host`].
//!
//! | file | what is in it |
//! |---|---|
//! | `app` | the state, and what a message does to it |
//! | `action` | every action, its keys and its help: footer and help come from this table |
//! | `walk` | the state of one walk |
//! | `screen/` | one file per screen |
//! | `graph` | the path as lines |
//! | `look` | styles and glyphs |
//! | `terminal` | in and out of the full screen, whatever happens |
//! | `host` | what is needed from outside |

use std::io;
use std::sync::Arc;

use crossterm::event::{Event as Input, EventStream, KeyEventKind};
use futures::StreamExt;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::model::Diagnosis;

mod action;
mod app;
mod graph;
mod host;
mod look;
mod screen;
mod terminal;
#[cfg(test)]
mod tests;
mod walk;

use app::{App, Effect, Msg};

pub use host::{ExampleEntry, Host, HostError, InputEntry, LiveRequest, PlaybookEntry, StartRequest};

/// How the interface shall look and behave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Draw with ASCII only; it is chosen anyway where the locale or terminal knows no better.
    pub ascii: bool,
}

/// How a session ended.
#[derive(Debug, Clone, Default)]
pub struct Exit {
    /// The last finished diagnosis, for the exit code and a last line after the screen is gone.
    pub diagnosis: Option<Arc<Diagnosis>>,
    /// The last walk could not start, and nothing was walked since.
    pub error: Option<HostError>,
}

/// Runs a session until the user quits. Makes its own async runtime: call it outside of any.
pub fn run(host: Arc<dyn Host>, start: Option<StartRequest>, options: Options) -> io::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut screen = terminal::Screen::enter()?;
    let app = App::new(look::Look::of(options.ascii));
    let exit = runtime.block_on(session(host, start, app, &mut screen));
    drop(screen);
    // A walk that hangs in a call must not keep the program.
    runtime.shutdown_background();
    exit
}

async fn session(
    host: Arc<dyn Host>,
    start: Option<StartRequest>,
    mut app: App,
    screen: &mut terminal::Screen,
) -> io::Result<Exit> {
    let (sender, mut messages) = mpsc::unbounded_channel();
    let mut runner = Runner { host, sender, cancel: CancellationToken::new(), last: start.clone() };
    let mut signals = terminal::signals()?;
    // The first frame comes before anything is asked of anyone.
    screen.draw(&app)?;
    app.meet(runner.host.identity(), runner.host.examples(), runner.host.playbooks());
    if let Some(what) = start {
        runner.carry_out(&mut app, vec![Effect::Walk(what)]);
    }
    let mut inputs = EventStream::new();
    loop {
        screen.draw(&app)?;
        let message = tokio::select! {
            biased;
            input = inputs.next() => match input {
                Some(Ok(input)) => message_of(input),
                Some(Err(error)) => return Err(error),
                None => Some(Msg::Quit),
            },
            () = terminal::signalled(&mut signals) => Some(Msg::Quit),
            message = messages.recv() => message,
        };
        let Some(message) = message else { continue };
        let mut effects = app.update(message);
        // A burst of answers is drawn once.
        while let Ok(message) = messages.try_recv() {
            effects.extend(app.update(message));
        }
        if runner.carry_out(&mut app, effects) {
            return Ok(app.exit());
        }
    }
}

fn message_of(input: Input) -> Option<Msg> {
    match input {
        Input::Key(key) if key.kind != KeyEventKind::Release => Some(Msg::Key(key)),
        Input::Paste(text) => Some(Msg::Paste(text)),
        Input::Resize(..) => Some(Msg::Resize),
        _ => None,
    }
}

/// Carries out what `update` asks for.
struct Runner {
    host: Arc<dyn Host>,
    sender: mpsc::UnboundedSender<Msg>,
    cancel: CancellationToken,
    last: Option<StartRequest>,
}

impl Runner {
    /// True when the session is over.
    fn carry_out(&mut self, app: &mut App, effects: Vec<Effect>) -> bool {
        for effect in effects {
            match effect {
                Effect::Walk(what) => {
                    self.last = Some(what.clone());
                    app.begin_walk(&what);
                    self.walk(what);
                }
                Effect::Again => {
                    if let Some(what) = self.last.clone() {
                        app.begin_walk(&what);
                        self.walk(what);
                    }
                }
                Effect::Cancel => self.cancel.cancel(),
                Effect::Read(text) => app.filled(&text, self.host.request_of(&text)),
                Effect::Copy(text) => app.copied(terminal::copy(&text)),
                Effect::Export => app.wrote("report", |diagnosis, facts| self.host.export(diagnosis, facts)),
                Effect::Save => app.wrote("snapshot", |diagnosis, facts| self.host.save_snapshot(diagnosis, facts)),
                Effect::Quit => {
                    self.cancel.cancel();
                    return true;
                }
            }
        }
        false
    }

    fn walk(&mut self, what: StartRequest) {
        self.cancel.cancel();
        self.cancel = CancellationToken::new();
        let (events, mut received) = mpsc::unbounded_channel();
        let walking = self.host.walk(what, events, self.cancel.clone());
        let (sender, cancel) = (self.sender.clone(), self.cancel.clone());
        tokio::spawn(async move {
            let forward = async {
                while let Some(event) = received.recv().await {
                    // A walk that was given up for another one is not heard any more.
                    let _ = sender.send(Msg::Engine(Box::new(event)));
                }
            };
            let (ended, ()) = tokio::join!(walking, forward);
            if !cancel.is_cancelled() || ended.is_ok() {
                let _ = sender.send(Msg::Ended(ended));
            }
        });
    }
}
