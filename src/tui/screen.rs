//! One file per screen; here what they share: the footer, the toast, and the choice.

mod help;
mod start;
mod walk;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph};

use super::action::hints;
use super::app::{App, Shown};
use super::look::Look;
use crate::visible::one_line;

/// Draws the state. Any size is fine.
pub fn draw(app: &App, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width < 20 || area.height < 5 {
        frame.render_widget(Paragraph::new("gatewalk: too small"), area);
        return;
    }
    let [body, foot] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(area);
    match (app.help, app.shown, &app.walk) {
        (Some(scroll), ..) => help::draw(app, scroll, frame, body),
        (None, Shown::Walk, Some(walk)) => walk::draw(app, walk, frame, body),
        _ => start::draw(app, frame, body),
    }
    footer(app, frame, foot);
}

fn footer(app: &App, frame: &mut Frame<'_>, area: Rect) {
    if let Some(toast) = &app.toast {
        frame.render_widget(Paragraph::new(Line::styled(one_line(toast), app.look.selected())), area);
        return;
    }
    let mut spans = Vec::new();
    let mut used = 0;
    for (key, word) in hints(app.place()) {
        let width = key.len() + word.len() + 3;
        if used + width > usize::from(area.width) {
            break;
        }
        used += width;
        spans.push(Span::styled(key, app.look.heading()));
        spans.push(Span::raw(format!(" {word}  ")));
    }
    frame.render_widget(Paragraph::new(Line::from(spans)), area);
}

/// A pane with a title.
fn pane(title: &str, look: Look) -> Block<'static> {
    Block::new()
        .borders(Borders::ALL)
        .border_set(look.borders())
        .title(Span::styled(format!(" {title} "), look.heading()))
}
