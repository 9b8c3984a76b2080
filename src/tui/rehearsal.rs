//! A session without a terminal: keys in, screens out. For the pictures of the documentation, for measurements, and for tests from outside.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::app::{App, Screen};
use super::message::{Effect, Msg};
use super::session::{Runner, Stage};
use super::{Host, Options, StartRequest, app_of, keys, screen};
use crate::config::Settings;

/// A session that is played.
pub struct Rehearsal {
    runtime: Runtime,
    runner: Runner,
    messages: mpsc::UnboundedReceiver<Msg>,
    app: App,
    over: bool,
}

struct NoTerminal;

impl Stage for NoTerminal {
    fn mouse(&mut self, _: bool) -> io::Result<()> {
        Ok(())
    }

    fn suspend(&mut self, _: bool) -> io::Result<()> {
        Ok(())
    }

    fn has_clipboard(&self) -> bool {
        false
    }
}

impl Rehearsal {
    /// A session that has just begun.
    pub fn new(host: Arc<dyn Host>, options: Options, settings: &Settings) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (sender, messages) = mpsc::unbounded_channel();
        let mut app = app_of(options, settings);
        app.meet(host.world());
        Ok(Rehearsal { runtime, runner: Runner::new(host, sender), messages, app, over: false })
    }

    /// Walks, up to the end.
    pub fn walk(&mut self, what: StartRequest) -> &mut Self {
        self.carry_out(vec![Effect::Walk(what, false)]);
        self.until_finished()
    }

    /// Waits until the walk under way has ended, or for ten seconds.
    pub fn until_finished(&mut self) -> &mut Self {
        let under_way = |app: &App| app.walk.as_ref().is_some_and(|walk| !walk.finished);
        while under_way(&self.app) && self.hear_one(Duration::from_secs(10)) {}
        // What came with the end is taken in, too.
        while self.hear_one(Duration::from_millis(1)) {}
        self
    }

    fn hear_one(&mut self, patience: Duration) -> bool {
        let messages = &mut self.messages;
        let heard = self.runtime.block_on(async { tokio::time::timeout(patience, messages.recv()).await });
        let Ok(Some(message)) = heard else { return false };
        let effects = self.runner.hear(&mut self.app, message);
        self.carry_out(effects);
        true
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        let guard = self.runtime.enter();
        self.over |= self.runner.carry_out(&mut self.app, &mut NoTerminal, effects).unwrap_or(true);
        drop(guard);
    }

    /// Presses keys by their names, as the settings write them; what is no name is typed letter by letter.
    pub fn press(&mut self, names: &[&str]) -> &mut Self {
        for name in names {
            match keys::key(name) {
                Some(key) => self.send(Msg::Key(key)),
                None => name.chars().filter_map(|c| keys::key(&c.to_string())).for_each(|key| self.send(Msg::Key(key))),
            }
        }
        self
    }

    /// Pastes text.
    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.send(Msg::Paste(text.to_owned()));
        self
    }

    /// Waits for what was begun beside: a check of the form, a copy.
    pub fn settle(&mut self) -> &mut Self {
        let unchecked =
            |app: &App| app.screen() == Screen::Form && app.form.request().is_some() && app.form.checked.is_none();
        while unchecked(&self.app) && self.hear_one(Duration::from_secs(10)) {}
        while self.hear_one(Duration::from_millis(100)) {}
        self
    }

    fn send(&mut self, message: Msg) {
        let effects = self.runner.hear(&mut self.app, message);
        self.carry_out(effects);
    }

    /// Whether the user has left.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// The screen as it is now.
    pub fn frame(&mut self, width: u16, height: u16) -> Buffer {
        let Ok(mut terminal) = Terminal::new(TestBackend::new(width, height));
        let Ok(drawn) = terminal.draw(|frame| self.app.hits = screen::draw(&self.app, frame));
        drawn.buffer.clone()
    }

    /// The screen as text.
    pub fn text(&mut self, width: u16, height: u16) -> String {
        let buffer = self.frame(width, height);
        let mut text = String::new();
        for y in 0..height {
            let row: String =
                (0..width).filter_map(|x| buffer.cell((x, y))).map(ratatui::buffer::Cell::symbol).collect();
            text.push_str(row.trim_end());
            text.push('\n');
        }
        text
    }
}
