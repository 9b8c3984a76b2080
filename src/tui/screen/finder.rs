//! The list over a screen: help, palette, finding.

use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;

use super::{Canvas, mark, marked, scrolled};
use crate::tui::app::App;
use crate::tui::finder::{Finder, Found, Lists};
use crate::tui::message::Hit;
use crate::tui::text::{cut, padded, width};

/// Draws it over the middle of the screen.
pub fn draw(app: &App, finder: &Finder, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let look = app.look;
    let wide = area.width.saturating_sub(4).min(116);
    let high = area.height.saturating_sub(1);
    let over =
        Rect { x: area.x + (area.width - wide) / 2, y: area.y + (area.height - high) / 2, width: wide, height: high };
    canvas.frame.render_widget(Clear, over);
    let inner = canvas.pane(over, finder.lists.title(), look);
    canvas.line(
        inner,
        0,
        Line::from(vec![Span::styled("/ ", look.heading()), Span::raw(finder.input.value().to_owned())]),
    );
    let before: String = finder.input.value().chars().take(finder.input.cursor()).collect();
    let at = u16::try_from(width(&before) + 2).unwrap_or(u16::MAX).min(inner.width.saturating_sub(1));
    if !inner.is_empty() {
        canvas.frame.set_cursor_position(Position { x: inner.x + at, y: inner.y });
    }
    let found = finder.found();
    let foot = u16::from(inner.height > 6);
    let list = Rect { y: inner.y + 1.min(inner.height), height: inner.height.saturating_sub(1 + foot * 2), ..inner };
    if found.is_empty() {
        canvas.line(list, 0, Line::styled("Nothing fits.", look.quiet()));
    }
    let room = usize::from(list.height);
    let first = scrolled(finder.selected, found.len(), room);
    for (row, entry) in found.iter().enumerate().skip(first).take(room) {
        let selected = row == finder.selected;
        let line = line(app, finder.lists, entry, selected, usize::from(list.width));
        let drawn = canvas.line(list, u16::try_from(row - first).unwrap_or(u16::MAX), line);
        canvas.hit(drawn, Hit::Entry(row));
    }
    // The whole sentence of the selected entry: lines of the list are cut.
    if let Some(entry) = found.get(finder.selected).filter(|_| foot > 0) {
        let lines = crate::tui::text::wrapped(&entry.about, usize::from(inner.width));
        let at = Rect { y: inner.y + inner.height - 2, height: 2, ..inner };
        canvas.lines(at, lines.into_iter().take(2).map(|line| Line::styled(line, look.quiet())).collect());
    }
}

fn line(app: &App, lists: Lists, entry: &Found, selected: bool, room: usize) -> Line<'static> {
    let look = app.look;
    let (keys, name) = match lists {
        Lists::Help | Lists::Palette => (14, 20),
        Lists::Gates | Lists::Calls | Lists::Levels => (10, 30),
        Lists::Offers => (0, 36),
    };
    let about = cut(&entry.about, room.saturating_sub(keys + name + 4));
    let style = if entry.ready { marked(look, selected) } else { look.quiet() };
    Line::from(vec![
        Span::raw(mark(look, selected)),
        Span::styled(padded(&entry.keys, keys), if entry.ready { look.heading() } else { look.quiet() }),
        Span::styled(padded(&entry.name, name), style),
        Span::raw(" "),
        Span::styled(about, look.quiet()),
    ])
}
