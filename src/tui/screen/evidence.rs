//! A document of the provider's, as it gave it: folded, searched, the decisive lines marked.

use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::{Canvas, mark, marked, scrolled};
use crate::facts::{Fact, FactStatus};
use crate::model::Verdict;
use crate::tui::app::App;
use crate::tui::message::Hit;
use crate::tui::text::{cut, padded, width};
use crate::tui::walk::Walk;
use crate::visible::one_line;

/// Draws it.
pub fn draw(app: &App, walk: &Walk, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let documents = walk.documents();
    let title = match walk.gate() {
        Some(gate) if walk.reading.alone.is_none() => format!("What {} was judged from", one_line(&gate.gate)),
        _ => "Answer".to_owned(),
    };
    if documents.is_empty() {
        let inner = canvas.pane(area, &title, app.look);
        let text = match walk.finished {
            true => "No document was read for this gate: the request alone decides it.",
            false => "Nothing has been read for this gate yet.",
        };
        canvas.line(inner, 0, Line::styled(text, app.look.quiet()));
        return;
    }
    let area = if area.width >= 130 && documents.len() > 1 {
        let list = Rect { width: 46, ..area };
        let inner = canvas.pane(list, "Documents", app.look);
        self::list(app, walk, &documents, canvas, inner);
        Rect { x: area.x + 45, width: area.width - 45, ..area }
    } else {
        area
    };
    let inner = canvas.pane(area, &title, app.look);
    if let Some(fact) = documents.get(walk.reading.at) {
        let taken = head(app, walk, fact, documents.len(), canvas, inner);
        let body = Rect { y: inner.y + taken, height: inner.height.saturating_sub(taken), ..inner };
        lines(app, walk, canvas, body);
    }
}

fn list(app: &App, walk: &Walk, documents: &[&Fact], canvas: &mut Canvas<'_, '_>, area: Rect) {
    let room = usize::from(area.height);
    let first = scrolled(walk.reading.at, documents.len(), room);
    for (at, fact) in documents.iter().enumerate().skip(first).take(room) {
        let on = at == walk.reading.at;
        let (glyph, style) = glyph(app, fact);
        let line = Line::from(vec![
            Span::raw(mark(app.look, on)),
            Span::styled(format!("{glyph} "), style),
            Span::styled(cut(&one_line(&fact.call), usize::from(area.width).saturating_sub(4)), marked(app.look, on)),
        ]);
        canvas.line(area, u16::try_from(at - first).unwrap_or(u16::MAX), line);
    }
}

fn glyph(app: &App, fact: &Fact) -> (&'static str, ratatui::style::Style) {
    let verdict = match fact.status {
        FactStatus::Ok | FactStatus::NotFound => Verdict::Open,
        FactStatus::Denied | FactStatus::Error => Verdict::Unknown,
        FactStatus::Skipped => Verdict::NotApplicable,
    };
    (app.look.glyph(verdict), app.look.verdict(verdict))
}

/// What was asked, how and when it ended, and what would open it; gives the rows it takes.
fn head(app: &App, walk: &Walk, fact: &Fact, count: usize, canvas: &mut Canvas<'_, '_>, area: Rect) -> u16 {
    let look = app.look;
    let room = usize::from(area.width);
    let (glyph, style) = self::glyph(app, fact);
    let place = if count > 1 { format!("{} of {count}  ", walk.reading.at + 1) } else { String::new() };
    let at = fact.at.get(..19).unwrap_or(&fact.at).replace('T', " ");
    let mut lines = vec![Line::from(vec![
        Span::styled(place, look.quiet()),
        Span::styled(format!("{glyph} {} ", fact.status.as_str()), style),
        Span::styled(one_line(&fact.call), look.heading()),
        Span::styled(format!("  {} ms  {at}", fact.took_ms), look.quiet()),
    ])];
    if let Some(asked) = walk.asked(fact) {
        lines.push(Line::styled(cut(&format!("$ {}", one_line(&asked.command)), room), look.quiet()));
    }
    if let Some(error) = &fact.error {
        let text = format!("{}: {}", one_line(&error.code), one_line(&error.message));
        lines.extend(crate::tui::text::wrapped(&text, room).into_iter().take(4).map(Line::raw));
    }
    if fact.status == FactStatus::Denied
        && let Some(permission) = app.permissions.get(&fact.call)
    {
        let text = app.keymap.keyed(&format!(
            "The permission {} would open it. {{ask-for-it}} copies a message that asks for it, {{retry}} asks again.",
            one_line(permission)
        ));
        lines.extend(crate::tui::text::wrapped(&text, room).into_iter().map(|line| Line::styled(line, look.heading())));
    }
    let reading = &walk.reading;
    if reading.typing || !reading.word.value().is_empty() {
        let found = reading.targets().len();
        lines.push(Line::from(vec![
            Span::styled("/ ", look.heading()),
            Span::raw(one_line(reading.word.value())),
            Span::styled(format!("  {found} lines"), look.quiet()),
        ]));
        if reading.typing && app.finder.is_none() {
            let before: String = reading.word.value().chars().take(reading.word.cursor()).collect();
            let row = u16::try_from(lines.len() - 1).unwrap_or(u16::MAX);
            let column = u16::try_from(width(&before) + 2).unwrap_or(u16::MAX);
            if row < area.height {
                let x = area.x.saturating_add(column.min(area.width.saturating_sub(1)));
                canvas.frame.set_cursor_position(Position { x, y: area.y + row });
            }
        }
    } else if !reading.document.marks.is_empty() {
        let count = reading.document.marks.len();
        let text =
            format!("{} marks what decides; {{next-mark}} and {{previous-mark}} jump there ({count})", look.bar());
        let text = app.keymap.keyed(&text);
        lines.push(Line::styled(text, look.quiet()));
    }
    let taken = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(area.height);
    canvas.lines(area, lines);
    taken
}

fn lines(app: &App, walk: &Walk, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let look = app.look;
    let reading = &walk.reading;
    if reading.document.rows.is_empty() {
        canvas.line(area, 1, Line::styled("There is no document: the call was not answered with one.", look.quiet()));
        return;
    }
    let shown = reading.shown();
    let found: std::collections::HashSet<usize> = match reading.word.value() {
        "" => std::collections::HashSet::new(),
        word => reading.document.matches(word).into_iter().collect(),
    };
    let rows = usize::from(area.height);
    let at = shown.iter().rposition(|line| *line <= reading.line).unwrap_or(0);
    // The reader's line stays in the upper third, so that what follows it is in view.
    let first = at.saturating_sub(rows / 3).min(shown.len().saturating_sub(rows));
    let room = usize::from(area.width);
    for (row, line) in shown.iter().skip(first).take(rows).enumerate() {
        let Some(entry) = reading.document.rows.get(*line) else { continue };
        let on = *line == reading.line;
        let folded = entry.end.filter(|_| reading.folds.contains(line));
        let fold = match entry.end {
            Some(_) => look.fold(folded.is_some()),
            None => " ",
        };
        let bar = if entry.decisive { look.bar() } else { " " };
        let more = folded.map(|end| format!(" .. {} lines", end - line - 1)).unwrap_or_default();
        let indent = "  ".repeat(entry.depth.min(20));
        let text = cut(&format!("{indent}{}{more}", entry.text), room.saturating_sub(4));
        let mut style = if entry.decisive {
            look.verdict(walk.gate().map_or(Verdict::Open, |gate| gate.status))
        } else {
            ratatui::style::Style::new()
        };
        if found.contains(line) {
            style = style.add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
        }
        let text = if on { padded(&text, room.saturating_sub(4)) } else { text };
        let line_style = if on { style.add_modifier(Modifier::REVERSED) } else { style };
        let drawn = canvas.line(
            area,
            u16::try_from(row).unwrap_or(u16::MAX),
            Line::from(vec![Span::styled(format!("{bar}{fold} "), look.quiet()), Span::styled(text, line_style)]),
        );
        canvas.hit(drawn, Hit::Line(*line));
    }
}
