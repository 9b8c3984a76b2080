//! The terminal interface: keys, engine events and signals become one message, `update` turns it into state and
//! effects, screens draw the state. It never asks a cloud itself; what it needs from outside is [`Host`].
//!
//! | file | what is in it |
//! |---|---|
//! | `message` | what can happen, and what is asked to be done about it |
//! | `app`, `app/` | the state, and what a message does to it, screen by screen |
//! | `action`, `keys` | every action, its keys and its help: footer, help and palette come from this table |
//! | `walk`, `form`, `finder` | the state of one walk, of the form, of a list that is filtered by typing |
//! | `drill`, `drill/` | the session of a level: what was said, the form of the verdict |
//! | `document` | a provider's answer as lines that fold |
//! | `picture`, `route` | the path laid out, and made to fit a pane |
//! | `screen/` | one file per screen |
//! | `look`, `text`, `fuzzy` | styles and glyphs; texts in cells; what few letters may mean |
//! | `session` | the loop: it alone does what `update` asks for |
//! | `terminal`, `clipboard` | in and out of the full screen, whatever happens; text for other programs |
//! | `host` | what is needed from outside |
//! | `rehearsal` | a session without a terminal, for pictures, measurements and tests |

use std::io;
use std::sync::Arc;

use crate::config::Settings;
use crate::model::Diagnosis;

mod action;
mod app;
mod clipboard;
mod document;
mod drill;
mod finder;
mod form;
mod fuzzy;
mod host;
mod keys;
mod look;
mod message;
mod picture;
mod rehearsal;
mod route;
mod screen;
mod session;
mod terminal;
#[cfg(test)]
mod tests;
mod text;
mod walk;

use app::App;

pub use action::names as action_names;
pub use clipboard::route as clipboard_route;
pub use host::{
    ExampleEntry, Field, Host, HostError, Identity, InputEntry, LevelEntry, LevelRequest, Levels, LiveRequest,
    PlaybookEntry, SnapshotEntry, StartRequest, Suggestion, Variant, Walked, World,
};
pub use keys::check as check_key;
pub use look::{needs_ascii, wants_no_colour};
pub use rehearsal::Rehearsal;

/// Says what is wrong with a colour of the settings.
pub fn check_colour(text: &str) -> Result<(), String> {
    look::style(text).map(drop)
}

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
pub fn run(
    host: Arc<dyn Host>,
    start: Option<StartRequest>,
    options: Options,
    settings: &Settings,
) -> io::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let app = app_of(options, settings);
    let mut screen = terminal::Screen::enter(app.mouse)?;
    let exit = runtime.block_on(session::session(host, start, app, &mut screen));
    drop(screen);
    // A walk that hangs in a call must not keep the program.
    runtime.shutdown_background();
    exit
}

fn app_of(options: Options, settings: &Settings) -> App {
    let look = look::Look::of(settings, options.ascii);
    App::new(look, keys::Keymap::of(settings), settings.mouse)
}
