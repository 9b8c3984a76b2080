//! The form for a request.

use crossterm::event::Event as CrosstermEvent;
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::{App, Screen};
use crate::secret::scrubbed;
use crate::tui::action::{Action, Place};
use crate::tui::message::Effect;
use crate::tui::{Field, LiveRequest};
use crate::visible::one_line;

impl App {
    pub(super) fn typed_in_form(&mut self, event: &CrosstermEvent) -> Vec<Effect> {
        if let Some(input) = self.form.inputs.get_mut(self.form.focus) {
            input.handle_event(event);
        }
        self.form.chosen = None;
        self.check()
    }

    /// Has the form's words looked at, as they are now.
    pub(super) fn check(&mut self) -> Vec<Effect> {
        self.form.version += 1;
        match self.form.request() {
            Some(request) => vec![Effect::Check(self.form.version, request)],
            None => {
                self.form.checked = None;
                Vec::new()
            }
        }
    }

    pub(super) fn in_form(&mut self, action: Action) -> Vec<Effect> {
        let suggestions = self.form.suggestions(&self.world);
        match action {
            Action::Help => self.common(action),
            Action::NextField => self.form.turn(true),
            Action::PreviousField => self.form.turn(false),
            Action::Back if self.form.chosen.is_some() => self.form.chosen = None,
            Action::Back => self.go_back(),
            Action::Down if !suggestions.is_empty() => {
                self.form.chosen = Some(self.form.chosen.map_or(0, |at| (at + 1).min(suggestions.len() - 1)));
            }
            Action::Up => self.form.chosen = self.form.chosen.and_then(|at| at.checked_sub(1)),
            Action::Open => match self.form.chosen.and_then(|at| suggestions.get(at)) {
                Some(suggestion) => {
                    self.form.take(suggestion);
                    return self.check();
                }
                None => return self.submit(),
            },
            _ => {}
        }
        Vec::new()
    }

    fn submit(&mut self) -> Vec<Effect> {
        let Some(what) = self.form.start() else {
            self.toast = Some("Name the resource that cannot be reached first, e.g. s3://BUCKET/KEY.".into());
            self.form.focus = 0;
            return Vec::new();
        };
        if let Some(Err(error)) = &self.form.checked {
            self.toast = Some(super::said(error));
            return Vec::new();
        }
        vec![Effect::Walk(what, false)]
    }

    /// Fills the form from an error text.
    pub fn filled(&mut self, text: &str, read: Option<(LiveRequest, String)>) -> Vec<Effect> {
        let Some((request, said)) = read else {
            let effects = self.paste_plainly(&one_line(text));
            self.toast = Some("No refusal that gatewalk can read. Paste the whole error, or name the resource.".into());
            return effects;
        };
        self.show(Screen::Form);
        self.form.fill(&LiveRequest { error: Some(text.to_owned()), ..request });
        self.form.focus = Field::ALL.iter().position(|field| self.form.value(*field).is_none()).unwrap_or(0);
        self.toast = Some(said);
        self.check()
    }

    pub(super) fn paste_plainly(&mut self, text: &str) -> Vec<Effect> {
        let text = scrubbed(&one_line(text));
        let add = |input: &mut Input| *input = Input::new(format!("{}{text}", input.value()));
        if let Some(finder) = &mut self.finder {
            add(&mut finder.input);
            return Vec::new();
        }
        match self.screen() {
            Screen::Start => {
                self.show(Screen::Form);
                self.form.focus = 0;
                self.form.set(Field::Resource, &text);
                return self.check();
            }
            Screen::Form => {
                if let Some(input) = self.form.inputs.get_mut(self.form.focus) {
                    add(input);
                }
                return self.check();
            }
            Screen::Prompt => {
                if let Some(prompt) = &mut self.prompt {
                    add(&mut prompt.input);
                }
            }
            Screen::Walk if self.place() == Place::Words => {
                if let Some(input) = self.words() {
                    add(input);
                }
            }
            Screen::Walk | Screen::Compare | Screen::Levels => {
                if let Some(walk) = self.walk.as_mut().filter(|walk| walk.reading.typing) {
                    add(&mut walk.reading.word);
                    walk.reading.seek();
                }
            }
        }
        Vec::new()
    }
}
