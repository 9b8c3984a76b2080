//! The state, and what a message does to it.

use std::io;
use std::path::PathBuf;

use crossterm::event::{Event as CrosstermEvent, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::action::{Action, Place, action};
use super::look::Look;
use super::walk::{Tab, Walk};
use super::{ExampleEntry, Exit, HostError, LiveRequest, PlaybookEntry, StartRequest};
use crate::engine::Event;
use crate::facts::Facts;
use crate::model::{Diagnosis, Layer};
use crate::visible::visible;

/// Something that happened.
#[derive(Debug)]
pub enum Msg {
    /// A key.
    Key(KeyEvent),
    /// Text pasted at once.
    Paste(String),
    /// The terminal has another size.
    Resize,
    /// The walk tells something.
    Engine(Box<Event>),
    /// The walk has ended, or could not begin.
    Ended(Result<(), HostError>),
    /// The session shall end.
    Quit,
}

/// Something to be done outside.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Walk this.
    Walk(StartRequest),
    /// Walk the same again.
    Again,
    /// Give the walk up.
    Cancel,
    /// Read a pasted text as an error message.
    Read(String),
    /// Hand text to the clipboard.
    Copy(String),
    /// Write the report.
    Export,
    /// Write the snapshot.
    Save,
    /// End the session.
    Quit,
}

/// A field of the form.
pub struct Field {
    /// What is asked.
    pub label: &'static str,
    /// An example.
    pub hint: &'static str,
    /// What was typed.
    pub input: Input,
}

/// What the start screen offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// The form.
    Diagnose,
    /// An embedded example.
    Example(usize),
    /// A file.
    Snapshot,
}

/// Which screen is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The list of the start screen.
    Start,
    /// The form for a request.
    Form,
    /// The prompt for a file.
    File,
    /// A walk.
    Walk,
}

/// Everything the interface knows.
pub struct App {
    pub look: Look,
    pub shown: Shown,
    pub identity: Option<String>,
    pub examples: Vec<ExampleEntry>,
    pub playbooks: Vec<PlaybookEntry>,
    pub selected: usize,
    pub fields: Vec<Field>,
    pub focus: usize,
    pub file: Input,
    pub walk: Option<Walk>,
    /// How far the help is scrolled, when it is shown.
    pub help: Option<u16>,
    /// A word until the next key.
    pub toast: Option<String>,
    /// The error text that the form was filled from.
    error: Option<String>,
    last: Exit,
}

fn field(label: &'static str, hint: &'static str) -> Field {
    Field { label, hint, input: Input::default() }
}

impl App {
    /// The start screen, before anything is known.
    pub fn new(look: Look) -> Self {
        App {
            look,
            shown: Shown::Start,
            identity: None,
            examples: Vec::new(),
            playbooks: Vec::new(),
            selected: 0,
            fields: vec![
                field("Resource", "s3://BUCKET/KEY, an ARN, or paste an error message"),
                field("As", "an ARN; empty: you"),
                field("Do", "read, list, write, delete or s3:GetObject"),
                field("From", "eni-…, i-…, subnet-…, sagemaker:training-job/NAME, internet"),
            ],
            focus: 0,
            file: Input::default(),
            walk: None,
            help: None,
            toast: None,
            error: None,
            last: Exit::default(),
        }
    }

    /// What the host knows.
    pub fn meet(&mut self, identity: Option<String>, examples: Vec<ExampleEntry>, playbooks: Vec<PlaybookEntry>) {
        self.identity = identity;
        self.examples = examples;
        self.playbooks = playbooks;
    }

    /// What the start screen offers, in order.
    pub fn offers(&self) -> Vec<Offer> {
        let mut offers = vec![Offer::Diagnose];
        offers.extend((0..self.examples.len()).map(Offer::Example));
        offers.push(Offer::Snapshot);
        offers
    }

    /// Where the focus is.
    pub fn place(&self) -> Place {
        match (self.help, self.shown) {
            (Some(_), _) => Place::Help,
            (None, Shown::Start) => Place::Start,
            (None, Shown::Form | Shown::File) => Place::Form,
            (None, Shown::Walk) => Place::Walk,
        }
    }

    /// How the session ended.
    pub fn exit(self) -> Exit {
        self.last
    }

    /// Takes a message in.
    pub fn update(&mut self, message: Msg) -> Vec<Effect> {
        match message {
            Msg::Key(key) => self.key(key),
            // A name has no spaces: what has some is an error text, or was pasted by mistake.
            Msg::Paste(text) if self.takes_errors() && text.trim().contains([' ', '\n']) => vec![Effect::Read(text)],
            Msg::Paste(text) => {
                self.paste(&text);
                Vec::new()
            }
            Msg::Resize => Vec::new(),
            Msg::Engine(event) => {
                if let Event::Finished { diagnosis, .. } = &*event {
                    self.last = Exit { diagnosis: Some(diagnosis.clone()), error: None };
                }
                if let Some(walk) = &mut self.walk {
                    walk.take(*event);
                }
                Vec::new()
            }
            Msg::Ended(ended) => {
                self.ended(ended);
                Vec::new()
            }
            Msg::Quit => vec![Effect::Quit],
        }
    }

    fn ended(&mut self, ended: Result<(), HostError>) {
        if let (Some(walk), Err(error)) = (&mut self.walk, ended) {
            walk.finished = true;
            walk.error = Some(error.clone());
            self.last = Exit { diagnosis: None, error: Some(error) };
        }
    }

    /// A walk begins.
    pub fn begin_walk(&mut self, what: &StartRequest) {
        let title = match what {
            StartRequest::Example(name) => format!("example {name}"),
            StartRequest::Snapshot(path) => path.display().to_string(),
            StartRequest::Live(live) => live.resource.clone(),
        };
        self.walk = Some(Walk { title, ..Walk::default() });
        self.shown = Shown::Walk;
        self.help = None;
    }

    /// What came of copying.
    pub fn copied(&mut self, done: io::Result<()>) {
        self.toast = Some(match done {
            Ok(()) => "Copied by the terminal's clipboard (OSC 52).".into(),
            Err(error) => format!("Not copied: {error}. Write the report with m instead."),
        });
    }

    /// Writes something of the walk, and says what came of it.
    pub fn wrote(&mut self, what: &str, write: impl FnOnce(&Diagnosis, &Facts) -> Result<PathBuf, HostError>) {
        let walked = self.walk.as_ref().and_then(|walk| Some((walk.diagnosis.as_ref()?, walk.facts.as_ref()?)));
        self.toast = Some(match walked {
            None => format!("There is no {what} yet."),
            Some((diagnosis, facts)) => match write(diagnosis, facts) {
                Ok(path) => format!("The {what} is in {}.", path.display()),
                Err(error) => format!("{} {}", error.sentence, error.next),
            },
        });
    }

    /// Where a pasted error text fills the form.
    fn takes_errors(&self) -> bool {
        self.shown == Shown::Start || (self.shown == Shown::Form && self.focus == 0)
    }

    /// Fills the form from an error text.
    pub fn filled(&mut self, text: &str, read: Option<(LiveRequest, String)>) {
        let Some((request, said)) = read else {
            self.paste(text);
            self.toast = Some("No refusal that gatewalk can read. Paste the whole error, or name the resource.".into());
            return;
        };
        self.shown = Shown::Form;
        let values = [Some(request.resource), request.principal, request.action, request.origin];
        for (field, value) in self.fields.iter_mut().zip(values) {
            field.input = Input::new(visible(&value.unwrap_or_default()).into_owned());
        }
        self.focus = self.fields.iter().position(|field| field.input.value().is_empty()).unwrap_or(0);
        self.error = Some(text.to_owned());
        self.toast = Some(said);
    }

    fn paste(&mut self, text: &str) {
        let text = text.trim();
        match self.shown {
            Shown::Start => {
                self.shown = Shown::Form;
                self.focus = 0;
                self.fields[0].input = Input::new(visible(text).into_owned());
            }
            Shown::Form => {
                if let Some(field) = self.fields.get_mut(self.focus) {
                    let joined = format!("{}{}", field.input.value(), visible(text));
                    field.input = Input::new(joined);
                }
            }
            Shown::File => self.file = Input::new(format!("{}{}", self.file.value(), visible(text))),
            Shown::Walk => {}
        }
    }

    fn key(&mut self, key: KeyEvent) -> Vec<Effect> {
        self.toast = None;
        let place = self.place();
        let Some(action) = action(key, place) else {
            let event = CrosstermEvent::Key(key);
            match (place, self.shown) {
                (Place::Form, Shown::File) => {
                    self.file.handle_event(&event);
                }
                (Place::Form, _) => {
                    if let Some(field) = self.fields.get_mut(self.focus) {
                        field.input.handle_event(&event);
                    }
                }
                _ => {}
            }
            return Vec::new();
        };
        if action == Action::Quit {
            return vec![Effect::Quit];
        }
        match place {
            Place::Help => self.in_help(action),
            Place::Start => self.in_start(action),
            Place::Form => self.in_form(action),
            Place::Walk => self.in_walk(action),
        }
    }

    fn in_help(&mut self, action: Action) -> Vec<Effect> {
        let scroll = self.help.unwrap_or(0);
        self.help = match action {
            Action::Down => Some(scroll.saturating_add(1)),
            Action::PageDown => Some(scroll.saturating_add(10)),
            Action::Up => Some(scroll.saturating_sub(1)),
            Action::PageUp => Some(scroll.saturating_sub(10)),
            _ => None,
        };
        Vec::new()
    }

    fn in_start(&mut self, action: Action) -> Vec<Effect> {
        let last = self.offers().len() - 1;
        match action {
            Action::Down => self.selected = (self.selected + 1).min(last),
            Action::Up => self.selected = self.selected.saturating_sub(1),
            Action::First => self.selected = 0,
            Action::Last => self.selected = last,
            Action::Help => self.help = Some(0),
            Action::Back => return vec![Effect::Quit],
            Action::Accept => match self.offers().get(self.selected) {
                Some(Offer::Diagnose) => {
                    self.shown = Shown::Form;
                    self.focus = 0;
                    self.error = None;
                }
                Some(Offer::Snapshot) => self.shown = Shown::File,
                Some(Offer::Example(at)) => {
                    return self
                        .examples
                        .get(*at)
                        .map(|example| Effect::Walk(StartRequest::Example(example.name.clone())))
                        .into_iter()
                        .collect();
                }
                None => {}
            },
            _ => {}
        }
        Vec::new()
    }

    fn in_form(&mut self, action: Action) -> Vec<Effect> {
        let count = self.fields.len();
        match (action, self.shown) {
            (Action::NextTab, Shown::Form) => self.focus = (self.focus + 1) % count,
            (Action::PreviousTab, Shown::Form) => self.focus = (self.focus + count - 1) % count,
            (Action::Back, _) => self.shown = Shown::Start,
            (Action::Accept, Shown::File) => {
                let path = self.file.value().trim();
                if path.is_empty() {
                    self.toast = Some("Name the file of a snapshot first.".into());
                } else {
                    return vec![Effect::Walk(StartRequest::Snapshot(PathBuf::from(path)))];
                }
            }
            (Action::Accept, _) => return self.submit(),
            _ => {}
        }
        Vec::new()
    }

    fn submit(&mut self) -> Vec<Effect> {
        let value = |at: usize| {
            self.fields.get(at).map(|field| field.input.value().trim().to_owned()).filter(|text| !text.is_empty())
        };
        let Some(resource) = value(0) else {
            self.toast = Some("Name the resource that cannot be reached first, e.g. s3://BUCKET/KEY.".into());
            self.focus = 0;
            return Vec::new();
        };
        vec![Effect::Walk(StartRequest::Live(LiveRequest {
            resource,
            principal: value(1),
            action: value(2),
            origin: value(3),
            error: self.error.clone(),
            ..LiveRequest::default()
        }))]
    }

    fn in_walk(&mut self, action: Action) -> Vec<Effect> {
        let Some(walk) = &mut self.walk else {
            self.shown = Shown::Start;
            return Vec::new();
        };
        match action {
            Action::Down => walk.select(walk.selected + 1),
            Action::Up => walk.select(walk.selected.saturating_sub(1)),
            Action::First => walk.select(0),
            Action::Last => walk.select(usize::MAX),
            Action::PageDown => walk.scroll = walk.scroll.saturating_add(10),
            Action::PageUp => walk.scroll = walk.scroll.saturating_sub(10),
            Action::NextPressing => walk.next_pressing(true),
            Action::PreviousPressing => walk.next_pressing(false),
            Action::Identity => walk.select_layer(Layer::Identity),
            Action::Network => walk.select_layer(Layer::Network),
            Action::Storage => walk.select_layer(Layer::Storage),
            Action::NextTab | Action::PreviousTab => {
                let count = Tab::ALL.len();
                let step = if action == Action::NextTab { 1 } else { count - 1 };
                walk.tab = (walk.tab + step) % count;
                walk.scroll = 0;
            }
            Action::Copy => return copied_text(walk).map(Effect::Copy).into_iter().collect(),
            Action::Export => return vec![Effect::Export],
            Action::Save => return vec![Effect::Save],
            Action::Again => return vec![Effect::Again],
            Action::Help => self.help = Some(0),
            Action::Back if !walk.finished && !walk.cancelled => {
                walk.cancelled = true;
                self.toast = Some("Cancelled. Esc again goes back.".into());
                return vec![Effect::Cancel];
            }
            Action::Back => self.shown = Shown::Start,
            Action::Accept | Action::Quit => {}
        }
        Vec::new()
    }
}

/// The selected gate's finding and fixes: the meaning, not the cells.
fn copied_text(walk: &Walk) -> Option<String> {
    let (gate, diagnosis) = (walk.gate()?, walk.diagnosis.as_ref()?);
    let mut text = format!("{}\n{}\n", gate.summary, gate.code);
    for missing in &gate.missing {
        text.push_str(&format!("would be settled by: {missing}\n"));
    }
    for (_, fix) in diagnosis.fixes_of(&gate.id) {
        text.push_str(&format!("fix ({}): {}\n", fix.owner, fix.title));
        for command in &fix.commands {
            text.push_str(&format!("{}\n", command.text));
        }
    }
    Some(text)
}
