//! The state, and what a message does to it.

mod drill;
mod form;
mod levels;
mod mouse;
mod over;
mod start;
mod takes;
mod walk;

use std::collections::HashMap;
use std::path::PathBuf;

use crossterm::event::{Event as CrosstermEvent, KeyEvent};
use ratatui::layout::Rect;
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

pub use levels::Shelf;
pub use start::Offer;

use super::action::{Action, Place};
use super::finder::Finder;
use super::form::Form;
use super::keys::Keymap;
use super::look::Look;
use super::message::{Effect, Hit, Msg};
use super::walk::{View, Walk};
use super::{Exit, HostError, StartRequest, World};
use crate::engine::Event;
use crate::report::Comparison;

/// Which screen is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// What can be done.
    Start,
    /// The form for a request.
    Form,
    /// The prompt for a file.
    Prompt,
    /// A walk.
    Walk,
    /// Two diagnoses side by side.
    Compare,
    /// The list of levels.
    Levels,
}

/// What a named file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// To be walked.
    Walk,
    /// To be compared with.
    Compare,
}

/// The prompt for a snapshot.
#[derive(Debug)]
pub struct Prompt {
    /// What the file is for.
    pub wanted: Wanted,
    /// What was typed.
    pub input: Input,
    /// The known file that is selected.
    pub chosen: Option<usize>,
}

/// A comparison that is looked at.
#[derive(Debug)]
pub struct Compared {
    /// What it is compared with.
    pub with: String,
    /// What came of it.
    pub comparison: Comparison,
    /// How far it is scrolled.
    pub scroll: usize,
}

/// Everything the interface knows.
pub struct App {
    pub look: Look,
    pub keymap: Keymap,
    pub world: World,
    /// The permissions that calls need, as far as any was asked.
    pub permissions: HashMap<String, String>,
    /// The screens, the one that is shown last: `Esc` goes back.
    pub screens: Vec<Screen>,
    pub selected: usize,
    pub form: Form,
    pub prompt: Option<Prompt>,
    pub walk: Option<Walk>,
    pub compared: Option<Compared>,
    /// The list of levels.
    pub shelf: Shelf,
    pub finder: Option<Finder>,
    /// A word until the next key.
    pub toast: Option<String>,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// What a click does where, as drawn last.
    pub hits: Vec<(Rect, Hit)>,
    /// The user was asked whether he wants to leave.
    leaving: bool,
    /// The number of the walk that is listened to.
    number: u64,
    last: Exit,
}

impl App {
    /// The start screen, before anything is known.
    pub fn new(look: Look, keymap: Keymap, mouse: bool) -> Self {
        App {
            look,
            keymap,
            world: World::default(),
            permissions: HashMap::new(),
            screens: vec![Screen::Start],
            selected: 0,
            form: Form::default(),
            prompt: None,
            walk: None,
            compared: None,
            shelf: Shelf::default(),
            finder: None,
            toast: None,
            mouse,
            hits: Vec::new(),
            leaving: false,
            number: 0,
            last: Exit::default(),
        }
    }

    /// What the host knows.
    pub fn meet(&mut self, world: World) {
        self.world = world;
    }

    /// What is shown.
    pub fn screen(&self) -> Screen {
        self.screens.last().copied().unwrap_or(Screen::Start)
    }

    fn show(&mut self, screen: Screen) {
        self.screens.retain(|known| *known != screen);
        self.screens.push(screen);
    }

    /// Where the focus is.
    pub fn place(&self) -> Place {
        if self.finder.is_some() { Place::Finder } else { self.below() }
    }

    /// Where the focus is under a list that lies over it.
    pub fn below(&self) -> Place {
        match (self.screen(), &self.walk) {
            (Screen::Form, _) => Place::Form,
            (Screen::Prompt, _) => Place::Prompt,
            (Screen::Compare, _) => Place::Compare,
            (Screen::Levels, _) => Place::Levels,
            (Screen::Walk, Some(walk)) => match walk.view() {
                View::Session => drill::place(walk),
                View::Verdict => Place::Verdict,
                View::Steps => Place::Steps,
                View::Evidence if walk.reading.typing => Place::Search,
                View::Evidence => Place::Evidence,
                View::Facts => Place::Facts,
            },
            (Screen::Start | Screen::Walk, _) => Place::Start,
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
            Msg::Mouse(mouse) => self.moused(mouse),
            Msg::Paste(text) => self.pasted(&text),
            Msg::Resize => Vec::new(),
            Msg::Tick => {
                if let Some(walk) = self.walk.as_mut().filter(|walk| walk.is_under_way()) {
                    walk.seconds += 1;
                    self.tick_drill();
                }
                Vec::new()
            }
            Msg::Levels(levels) => {
                self.shelf.meet(*levels);
                Vec::new()
            }
            Msg::Level(number, ready) if number == self.number => {
                self.begin_drill(ready);
                Vec::new()
            }
            Msg::Engine(number, event) if number == self.number => self.told(*event),
            Msg::Ended(number, ended) if number == self.number => {
                self.ended(ended);
                Vec::new()
            }
            // A walk that was given up for another one is not heard any more.
            Msg::Engine(..) | Msg::Ended(..) | Msg::Level(..) => Vec::new(),
            Msg::Checked(version, found) => {
                if version == self.form.version {
                    self.form.checked = Some(found);
                }
                Vec::new()
            }
            Msg::Copied(said) => {
                self.toast = Some(said);
                Vec::new()
            }
            Msg::Quit => vec![Effect::Quit],
        }
    }

    fn told(&mut self, event: Event) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Event::Finished { diagnosis, .. } = &event {
            self.last = Exit { diagnosis: Some(diagnosis.clone()), error: None };
            effects.push(Effect::Remember);
        }
        if let Some(walk) = &mut self.walk {
            walk.take(event);
        }
        effects
    }

    fn ended(&mut self, ended: Result<(), HostError>) {
        if let (Some(walk), Err(error)) = (&mut self.walk, ended) {
            walk.finished = true;
            walk.error = Some(error.clone());
            self.last = Exit { diagnosis: None, error: Some(error) };
        }
    }

    /// A walk begins; its number tells its messages from those of others.
    pub fn begin_walk(&mut self, what: StartRequest, stepwise: bool) -> u64 {
        // Behind a live walk stands its form: `Esc` leads back to the words, to change them.
        if let StartRequest::Live(live) = &what {
            if self.form.request().as_ref() != Some(live) {
                self.form.fill(live);
                self.form.version += 1;
                self.form.checked = None;
            }
            self.screens.retain(|screen| !matches!(screen, Screen::Walk | Screen::Form));
            self.screens.push(Screen::Form);
        }
        // Behind a level stands the list.
        if let StartRequest::Level(level) = &what {
            self.shelf.mode = level.mode;
            self.show(Screen::Levels);
        }
        self.walk = Some(Walk::new(what, stepwise));
        self.show(Screen::Walk);
        self.finder = None;
        self.leaving = false;
        self.number += 1;
        self.number
    }

    /// The same walk begins once more, and the user stays where he is.
    pub fn begin_again(&mut self) -> u64 {
        if let Some(walk) = &mut self.walk {
            walk.again();
        }
        self.number += 1;
        self.number
    }

    fn key(&mut self, key: KeyEvent) -> Vec<Effect> {
        self.toast = None;
        let place = self.place();
        match self.keymap.action(key, place) {
            Some(action) => self.act(action),
            None => self.typed(key),
        }
    }

    fn typed(&mut self, key: KeyEvent) -> Vec<Effect> {
        let event = CrosstermEvent::Key(key);
        match self.place() {
            Place::Finder => {
                if let Some(finder) = &mut self.finder {
                    finder.input.handle_event(&event);
                    finder.selected = 0;
                }
            }
            Place::Prompt => {
                if let Some(prompt) = &mut self.prompt {
                    prompt.input.handle_event(&event);
                    prompt.chosen = None;
                }
            }
            Place::Search => {
                if let Some(walk) = &mut self.walk {
                    walk.reading.word.handle_event(&event);
                    walk.reading.seek();
                }
            }
            Place::Form => return self.typed_in_form(&event),
            Place::Words => {
                if let Some(input) = self.words() {
                    input.handle_event(&event);
                }
            }
            _ => {}
        }
        Vec::new()
    }

    /// Does what an action says, here.
    pub fn act(&mut self, action: Action) -> Vec<Effect> {
        let leaving = std::mem::take(&mut self.leaving);
        match action {
            Action::ForceQuit => return vec![Effect::Quit],
            Action::Suspend => return vec![Effect::Suspend],
            Action::Quit => return self.quit(leaving),
            Action::Mouse => {
                self.mouse = !self.mouse;
                self.toast = Some(if self.mouse {
                    "The mouse works here now: clicks and the wheel. Hold Shift to select text; {mouse} gives it back."
                        .into()
                } else {
                    "The mouse belongs to the terminal again.".into()
                });
                return vec![Effect::Mouse(self.mouse)];
            }
            _ => {}
        }
        match self.place() {
            Place::Finder => self.in_finder(action),
            Place::Start => self.in_start(action),
            Place::Form => self.in_form(action),
            Place::Prompt => self.in_prompt(action),
            Place::Compare => self.in_compare(action),
            Place::Levels => self.in_levels(action),
            Place::Session | Place::Words | Place::Judge | Place::Debrief | Place::Replay => self.in_drill(action),
            Place::Verdict | Place::Steps | Place::Evidence | Place::Search | Place::Facts => self.in_walk(action),
        }
    }

    /// Work would be lost while answers are still coming.
    fn quit(&mut self, asked: bool) -> Vec<Effect> {
        let under_way = self.walk.as_ref().filter(|walk| walk.is_under_way());
        if let (Some(walk), false) = (under_way, asked) {
            self.leaving = true;
            self.toast = Some(match walk.drill {
                Some(_) => {
                    "A session is under way, and nothing of it is kept before the verdict. {quit} again leaves.".into()
                }
                None => "A walk is under way, and its answers would be lost. {quit} again leaves.".into(),
            });
            return Vec::new();
        }
        vec![Effect::Quit]
    }

    fn in_compare(&mut self, action: Action) -> Vec<Effect> {
        let Some(compared) = &mut self.compared else {
            self.go_back();
            return Vec::new();
        };
        match action {
            Action::Down => compared.scroll = compared.scroll.saturating_add(1),
            Action::Up => compared.scroll = compared.scroll.saturating_sub(1),
            Action::PageDown => compared.scroll = compared.scroll.saturating_add(10),
            Action::PageUp => compared.scroll = compared.scroll.saturating_sub(10),
            Action::First => compared.scroll = 0,
            Action::Last => compared.scroll = usize::MAX,
            Action::Copy => return vec![Effect::Copy("the comparison", compared.comparison.text())],
            Action::CopyVerdict => return vec![Effect::CopyVerdict],
            Action::Back => self.go_back(),
            _ => self.common(action),
        }
        Vec::new()
    }

    /// One screen back; the start screen is the last one.
    fn go_back(&mut self) {
        if self.screens.len() > 1 {
            self.screens.pop();
            if self.screen() == Screen::Start {
                // Where the walk that was left is offered first.
                self.selected = 0;
            }
        } else {
            self.toast = Some("This is the beginning. {quit} leaves.".into());
        }
    }

    /// What came of comparing.
    pub fn compared_with(&mut self, with: &str, found: Result<Comparison, HostError>) {
        match found {
            Ok(comparison) => {
                self.screens.retain(|screen| *screen != Screen::Prompt);
                self.compared = Some(Compared { with: with.to_owned(), comparison, scroll: 0 });
                self.show(Screen::Compare);
            }
            Err(error) => self.toast = Some(said(&error)),
        }
    }

    /// What came of writing something.
    pub fn wrote(&mut self, what: &str, done: Option<Result<PathBuf, HostError>>) {
        self.toast = Some(match done {
            None => format!("There is no {what} yet."),
            Some(Ok(path)) => format!("The {what} is in {}.", path.display()),
            Some(Err(error)) => said(&error),
        });
    }
}

/// A failure as one line.
pub fn said(error: &HostError) -> String {
    format!("{}; {}", error.sentence, error.next).trim_end_matches([';', ' ']).to_owned()
}
