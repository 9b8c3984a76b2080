//! The loop of a session: waits for something to happen, lets the state change, does what is asked, draws when there is something new.
//!
//! Nothing is drawn on a clock: the only tick is the seconds of a walk under way.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crossterm::event::{Event as Input, EventStream, KeyEventKind};
use futures::StreamExt;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::app::App;
use super::message::{Effect, Msg};
use super::{Exit, Host, HostError, LevelRequest, SnapshotEntry, StartRequest, clipboard, terminal};
use crate::engine::{Event, Known, Pace, Steering};
use crate::facts::{Call, Facts};
use crate::model::Diagnosis;
use crate::report;

/// So long nothing is typed, then the form is looked at.
const SETTLED: Duration = Duration::from_millis(120);

/// Runs a session until the user quits.
pub async fn session(
    host: Arc<dyn Host>,
    start: Option<StartRequest>,
    mut app: App,
    screen: &mut terminal::Screen,
) -> io::Result<Exit> {
    let (sender, mut messages) = mpsc::unbounded_channel();
    let mut runner = Runner::new(host, sender);
    let mut signals = terminal::Signals::listen()?;
    // The first frame comes before anything is asked of anyone.
    app.hits = screen.draw(&app)?;
    app.meet(runner.host.world());
    if let Some(what) = start {
        runner.carry_out(&mut app, screen, vec![Effect::Walk(what, false)])?;
    }
    let mut inputs = EventStream::new();
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    loop {
        app.hits = screen.draw(&app)?;
        let under_way = app.walk.as_ref().is_some_and(super::walk::Walk::is_under_way);
        // Keys go first: a flood of answers must not keep the user from cancelling it.
        let message = tokio::select! {
            biased;
            input = inputs.next() => match input {
                Some(Ok(input)) => message_of(input),
                Some(Err(error)) => return Err(error),
                None => Some(Msg::Quit),
            },
            signal = signals.next() => Some(match signal {
                terminal::Signal::End => Msg::Quit,
                terminal::Signal::Back => {
                    screen.take_again(app.mouse)?;
                    Msg::Resize
                }
            }),
            message = messages.recv() => message,
            _ = seconds.tick(), if under_way => Some(Msg::Tick),
        };
        let Some(message) = message else { continue };
        let mut effects = runner.hear(&mut app, message);
        // A burst of answers is drawn once.
        while let Ok(message) = messages.try_recv() {
            effects.extend(runner.hear(&mut app, message));
        }
        if runner.carry_out(&mut app, screen, effects)? {
            return Ok(app.exit());
        }
    }
}

fn message_of(input: Input) -> Option<Msg> {
    match input {
        // Windows tells of keys that are let go, too.
        Input::Key(key) if key.kind != KeyEventKind::Release => Some(Msg::Key(key)),
        Input::Mouse(mouse) => Some(Msg::Mouse(mouse)),
        Input::Paste(text) => Some(Msg::Paste(text)),
        Input::Resize(..) => Some(Msg::Resize),
        _ => None,
    }
}

/// Carries out what `update` asks for.
pub struct Runner {
    host: Arc<dyn Host>,
    sender: mpsc::UnboundedSender<Msg>,
    cancel: CancellationToken,
    pace: Pace,
    /// The state of the form that is to be looked at; older ones need not be any more.
    typed: Arc<AtomicU64>,
}

/// What only a session with a terminal can do.
pub trait Stage {
    /// Listens to the mouse, or does not.
    fn mouse(&mut self, on: bool) -> io::Result<()>;
    /// Back to the shell for a moment.
    fn suspend(&mut self, mouse: bool) -> io::Result<()>;
    /// Whether text can be handed to other programs.
    fn has_clipboard(&self) -> bool;
}

impl Runner {
    /// With a door to the outside, and a way to tell what happened.
    pub fn new(host: Arc<dyn Host>, sender: mpsc::UnboundedSender<Msg>) -> Self {
        Runner { host, sender, cancel: CancellationToken::new(), pace: Pace::default(), typed: Arc::default() }
    }

    /// Lets the state change by a message.
    pub fn hear(&self, app: &mut App, message: Msg) -> Vec<Effect> {
        if let Msg::Engine(_, event) = &message
            && let Event::Asked { call, .. } = &**event
            && !app.permissions.contains_key(&call.name)
            && let Some(permission) = self.host.permission(&call.name)
        {
            app.permissions.insert(call.name.clone(), permission);
        }
        app.update(message)
    }

    /// True when the session is over.
    pub fn carry_out(&mut self, app: &mut App, stage: &mut dyn Stage, effects: Vec<Effect>) -> io::Result<bool> {
        let mut waiting = std::collections::VecDeque::from(effects);
        while let Some(effect) = waiting.pop_front() {
            match effect {
                Effect::Walk(StartRequest::Level(level), _) => self.play(app, level),
                Effect::Levels => self.levels(),
                Effect::Trained(debrief) => {
                    app.kept(self.host.trained(&debrief));
                    self.levels();
                }
                Effect::WriteDebrief(debrief) => app.wrote("debrief", Some(self.host.write_debrief(&debrief))),
                Effect::Walk(what, stepwise) => {
                    let number = app.begin_walk(what.clone(), stepwise);
                    self.walk(number, what, Steering { pace: pace(stepwise), known: None });
                }
                Effect::Retry(call) => self.retry(app, call),
                Effect::Cancel => self.cancel.cancel(),
                Effect::Pause => self.pace.pause(),
                Effect::GoOn => self.pace.go_on(),
                Effect::Step => self.pace.step(),
                Effect::Skip => self.pace.skip(),
                Effect::Read(text) => waiting.extend(app.filled(&text, self.host.request_of(&text))),
                Effect::Check(version, request) => self.check(version, request),
                Effect::Copy(what, text) => self.copy(stage, what, text),
                Effect::CopyVerdict => match walked(app) {
                    Some((diagnosis, facts)) => {
                        self.copy(stage, "the verdict, as Markdown,", self.host.markdown(&diagnosis, &facts));
                    }
                    None => app.wrote("verdict", None),
                },
                Effect::Export => {
                    let done = walked(app).map(|(diagnosis, facts)| self.host.export(&diagnosis, &facts));
                    app.wrote("report", done);
                }
                Effect::Save => self.save(app),
                Effect::Compare(path) => self.compare(app, &path),
                Effect::Remember => self.remember(app),
                Effect::Mouse(on) => stage.mouse(on)?,
                Effect::Suspend => stage.suspend(app.mouse)?,
                Effect::Quit => {
                    self.cancel.cancel();
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn play(&mut self, app: &mut App, level: LevelRequest) {
        let number = app.begin_walk(StartRequest::Level(level.clone()), false);
        self.cancel.cancel();
        let (host, sender) = (self.host.clone(), self.sender.clone());
        tokio::task::spawn_blocking(move || {
            let _ = sender.send(Msg::Level(number, host.level(&level)));
        });
        if app.shelf.levels.is_none() {
            self.levels();
        }
    }

    fn levels(&self) {
        let (host, sender) = (self.host.clone(), self.sender.clone());
        tokio::task::spawn_blocking(move || {
            let _ = sender.send(Msg::Levels(Box::new(host.levels())));
        });
    }

    fn retry(&mut self, app: &mut App, call: Call) {
        let Some((what, facts)) = app.walk.as_ref().and_then(|walk| Some((walk.what.clone(), walk.facts.clone()?)))
        else {
            return;
        };
        let number = app.begin_again();
        self.walk(number, what, Steering { pace: Pace::default(), known: Some(Known { facts, but: call }) });
    }

    fn save(&self, app: &mut App) {
        let done = walked(app).map(|(diagnosis, facts)| self.host.save_snapshot(&diagnosis, &facts));
        if let (Some(Ok(path)), Some(walk)) = (&done, &mut app.walk) {
            walk.saved = Some(path.clone());
            let about = walk.title.clone();
            self.remember(app);
            // It is offered at once: to be compared with, to be walked again.
            if !app.world.snapshots.iter().any(|known| known.path == *path) {
                app.world.snapshots.push(SnapshotEntry { path: path.clone(), about });
            }
        }
        app.wrote("snapshot", done);
    }

    fn remember(&self, app: &mut App) {
        // Only what was asked of a cloud is worth being asked again; a snapshot is its own memory.
        if let Some(walk) = app.walk.as_ref().filter(|walk| walk.is_live() && walk.finished)
            && let Some(diagnosis) = &walk.diagnosis
        {
            self.host.remember(&walk.what, diagnosis, walk.saved.as_deref());
            app.meet(self.host.world());
        }
    }

    fn compare(&self, app: &mut App, path: &std::path::Path) {
        let Some((diagnosis, facts)) = walked(app) else { return };
        let found =
            self.host.open(path).map(|(before, known)| report::compare((&before, &known), (&diagnosis, &facts)));
        app.compared_with(&path.display().to_string(), found);
    }

    fn check(&self, version: u64, request: super::LiveRequest) {
        let (host, sender, typed) = (self.host.clone(), self.sender.clone(), self.typed.clone());
        typed.store(version, Ordering::SeqCst);
        tokio::spawn(async move {
            // Who types goes on typing: what was typed over is not looked at.
            tokio::time::sleep(SETTLED).await;
            if typed.load(Ordering::SeqCst) != version {
                return;
            }
            // Playbooks are read for it: nothing else waits for that.
            let found = tokio::task::spawn_blocking(move || host.check(&request)).await;
            if let Ok(found) = found {
                let _ = sender.send(Msg::Checked(version, found));
            }
        });
    }

    fn copy(&self, stage: &dyn Stage, what: &'static str, text: String) {
        let (host, sender) = (self.host.clone(), self.sender.clone());
        let has = stage.has_clipboard();
        tokio::task::spawn_blocking(move || {
            let taken = if has { clipboard::copy(&text) } else { Err(io::Error::other("there is no terminal")) };
            let said = match taken {
                Ok(route) => format!("Copied {what} ({route})."),
                Err(error) => match host.keep_text(&text) {
                    Ok(path) => format!("No clipboard took it ({error}): {what} is in {}.", path.display()),
                    Err(kept) => super::app::said(&kept),
                },
            };
            let _ = sender.send(Msg::Copied(said));
        });
    }

    fn walk(&mut self, number: u64, what: StartRequest, steering: Steering) {
        self.cancel.cancel();
        self.cancel = CancellationToken::new();
        self.pace = steering.pace.clone();
        let (events, mut received) = mpsc::unbounded_channel();
        let walking = self.host.walk(what, events, steering, self.cancel.clone());
        let sender = self.sender.clone();
        tokio::spawn(async move {
            let forward = async {
                while let Some(event) = received.recv().await {
                    let _ = sender.send(Msg::Engine(number, Box::new(event)));
                }
            };
            let (ended, ()) = tokio::join!(walking, forward);
            let ended: Result<(), HostError> = ended;
            let _ = sender.send(Msg::Ended(number, ended));
        });
    }
}

fn pace(stepwise: bool) -> Pace {
    if stepwise { Pace::stepwise() } else { Pace::default() }
}

fn walked(app: &App) -> Option<(Arc<Diagnosis>, Arc<Facts>)> {
    let walk = app.walk.as_ref()?;
    Some((walk.diagnosis.clone()?, walk.facts.clone()?))
}
