//! What was said, from the place where the reader is; and the question that waits for words.

use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::Canvas;
use crate::tui::app::App;
use crate::tui::drill::{Drill, Said, Talk, Voice};
use crate::tui::look::Look;
use crate::tui::text::{cut, width, wrapped};
use crate::visible::one_line;

/// Draws it.
pub fn draw(app: &App, talk: &Talk, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let (room, high) = (usize::from(area.width), usize::from(area.height));
    let mut lines: Vec<Line<'static>> = Vec::new();
    let first = talk.first.min(talk.said.len().saturating_sub(1));
    let mut last = first;
    for (at, said) in talk.said.iter().enumerate().skip(first) {
        let rows = rows(app.look, said, room);
        if lines.len() + rows.len() <= high || at == first {
            last = at;
        }
        lines.extend(rows);
        if lines.len() >= high {
            break;
        }
    }
    let more = last + 1 < talk.said.len();
    talk.shown.set((first, last));
    lines.truncate(high);
    if more && high > 1 {
        // The last row says so; what it hides comes with the next page.
        let text = app.keymap.keyed("{read-on} reads on");
        lines.truncate(high - 1);
        if lines.len() < rows_to(app.look, talk, first, last, room) {
            talk.shown.set((first, last.saturating_sub(1).max(first)));
        }
        lines.push(Line::styled(text, app.look.quiet()));
    }
    canvas.lines(area, lines);
}

/// The rows that a stretch of what was said takes.
fn rows_to(look: Look, talk: &Talk, first: usize, last: usize, room: usize) -> usize {
    talk.said[first..=last].iter().map(|said| rows(look, said, room).len()).sum()
}

fn rows(look: Look, said: &Said, room: usize) -> Vec<Line<'static>> {
    let plain = Style::new();
    match said.voice {
        Voice::Heading => {
            let name = format!("{} {} ", look.rule().repeat(2), cut(&one_line(&said.text), room.saturating_sub(6)));
            let fill = look.rule().repeat(room.saturating_sub(width(&name)));
            vec![Line::styled(format!("{name}{fill}"), look.heading())]
        }
        Voice::Plain => wrapped(&said.text, room).into_iter().map(Line::raw).collect(),
        Voice::You => spoken(look, "You", &said.text, room, plain.add_modifier(Modifier::BOLD)),
        Voice::Other(name) => spoken(look, name, &said.text, room, plain),
        Voice::Query => wrapped(&format!("$ {}", said.text), room)
            .into_iter()
            .map(|line| Line::styled(line, look.quiet()))
            .collect(),
        Voice::Answer => {
            let indent = said.text.len() - said.text.trim_start_matches(' ').len();
            let indent = " ".repeat((indent + 2).min(room / 2));
            let lines = wrapped(said.text.trim_start_matches(' '), room.saturating_sub(indent.len() + 2));
            let hung =
                |(at, line): (usize, String)| Line::raw(format!("{indent}{}{line}", if at > 0 { "  " } else { "" }));
            lines.into_iter().enumerate().map(hung).collect()
        }
    }
}

fn spoken(look: Look, name: &str, text: &str, room: usize, style: Style) -> Vec<Line<'static>> {
    let name_room = width(name).max(7) + 1;
    let lines = wrapped(text, room.saturating_sub(name_room));
    let line = |(at, line): (usize, String)| {
        let name = if at == 0 { format!("{name:<name_room$}") } else { " ".repeat(name_room) };
        Line::from(vec![Span::styled(name, look.heading()), Span::styled(line, style)])
    };
    lines.into_iter().enumerate().map(line).collect()
}

/// The question that waits for words, at the lower end of an area; gives what is left of it.
pub fn words(app: &App, drill: &Drill, canvas: &mut Canvas<'_, '_>, area: Rect) -> Rect {
    let Some(words) = &drill.words else { return area };
    let asks = wrapped(words.question.asks(), usize::from(area.width));
    let high = (u16::try_from(asks.len()).unwrap_or(1) + 1).min(area.height);
    let place = Rect { y: area.y + area.height - high, height: high, ..area };
    let lines: Vec<Line<'static>> = asks.into_iter().map(|line| Line::styled(line, app.look.heading())).collect();
    canvas.lines(place, lines);
    input(app, &words.input, canvas, Rect { y: place.y + high - 1, height: 1, ..place });
    Rect { height: area.height - high, ..area }
}

/// A field for words, with the cursor in it.
pub fn input(app: &App, input: &tui_input::Input, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let room = usize::from(area.width).saturating_sub(3);
    let scroll = input.visual_scroll(room);
    let shown: String = input.value().chars().skip(scroll).take(room).collect();
    let line = Line::from(vec![
        Span::styled(format!("{} ", app.look.marker()), app.look.heading()),
        Span::raw(one_line(&shown)),
    ]);
    canvas.line(area, 0, line);
    if app.finder.is_none() && !area.is_empty() {
        let before: String = input.value().chars().take(input.cursor()).skip(scroll).collect();
        let at = u16::try_from(width(&before) + 2).unwrap_or(u16::MAX).min(area.width.saturating_sub(1));
        canvas.frame.set_cursor_position(Position { x: area.x.saturating_add(at), y: area.y });
    }
}
