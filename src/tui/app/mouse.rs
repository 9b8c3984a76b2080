//! The mouse, when it is listened to: a click does what the part of the screen under it says.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::App;
use crate::tui::action::Action;
use crate::tui::message::{Effect, Hit};

/// Entries that one turn of the wheel moves.
const WHEEL: usize = 3;

impl App {
    pub(super) fn moused(&mut self, mouse: MouseEvent) -> Vec<Effect> {
        let wheel = |app: &mut App, action| (0..WHEEL).flat_map(|_| app.act(action)).collect();
        match mouse.kind {
            MouseEventKind::ScrollDown => wheel(self, Action::Down),
            MouseEventKind::ScrollUp => wheel(self, Action::Up),
            MouseEventKind::Down(MouseButton::Left) => {
                self.toast = None;
                let at = Position { x: mouse.column, y: mouse.row };
                // What was drawn last lies on top.
                let hit = self.hits.iter().rev().find(|(area, _)| area.contains(at)).map(|(_, hit)| hit.clone());
                hit.map(|hit| self.hit(hit)).unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    fn hit(&mut self, hit: Hit) -> Vec<Effect> {
        match hit {
            Hit::Do(action) => return self.act(action),
            Hit::Offer(at) => {
                let again = self.selected == at;
                self.selected = at;
                return if again { self.act(Action::Open) } else { Vec::new() };
            }
            Hit::Field(at) => self.form.focus = at,
            Hit::Suggestion(at) => {
                if let Some(prompt) = &mut self.prompt {
                    prompt.chosen = Some(at);
                }
                self.form.chosen = Some(at);
                return self.act(Action::Open);
            }
            Hit::Entry(at) => {
                if let Some(finder) = &mut self.finder {
                    finder.selected = at;
                }
                return self.act(Action::Open);
            }
            Hit::Level(at) => {
                let again = self.shelf.selected == at;
                self.shelf.selected = at;
                return if again { self.act(Action::Open) } else { Vec::new() };
            }
            Hit::Read(at) => return self.click_read(at),
            Hit::Part(part) => self.click_part(part),
            Hit::Choice(at) => return self.click_choice(at),
            Hit::Gate(at) => {
                let Some(walk) = &mut self.walk else { return Vec::new() };
                if walk.selected == at {
                    return self.act(Action::Open);
                }
                walk.select(at);
            }
            Hit::Way(from, to) => {
                if let Some(walk) = &mut self.walk {
                    walk.select_way(&from, &to);
                }
            }
            Hit::Station(id) => {
                if let Some(walk) = &mut self.walk {
                    walk.select_station(&id);
                }
            }
            Hit::View(view) => {
                if let Some(walk) = &mut self.walk {
                    walk.views = vec![walk.all_views()[0]];
                    walk.open(view);
                }
            }
            Hit::Line(line) => {
                let Some(walk) = &mut self.walk else { return Vec::new() };
                if walk.reading.line == line {
                    walk.reading.toggle();
                }
                walk.reading.line = line;
            }
            Hit::Call(at) => {
                let Some(walk) = &mut self.walk else { return Vec::new() };
                if walk.fact == at {
                    return self.act(Action::Open);
                }
                walk.fact = at;
            }
        }
        Vec::new()
    }
}
