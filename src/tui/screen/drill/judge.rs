//! The form of the verdict: the edge on the path, then cause, fix and note, one part at a time.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::Canvas;
use super::talk::input;
use crate::tui::app::App;
use crate::tui::drill::{Choosing, Drill, Part};
use crate::tui::message::Hit;
use crate::tui::screen::{mark, path};
use crate::tui::text::{width, wrapped};
use crate::tui::walk::Walk;

/// Draws it.
pub fn draw(app: &App, walk: &Walk, drill: &Drill, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let Some(choosing) = &drill.choosing else { return };
    let view = drill.session.view(walk.at_ms());
    let title = match (view.answers, view.is_exact) {
        (1, _) => "Your verdict".to_owned(),
        (many, true) => format!("Your verdict: {many} things are broken, choose {many} of each"),
        (many, false) => format!("Your verdict: at most {many} things are broken"),
    };
    let inner = canvas.pane(area, &title, app.look);
    let [tabs, asks, body] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Min(1)]).areas(inner);
    self::tabs(app, choosing, canvas, tabs);
    canvas.line(asks, 0, Line::styled(choosing.part.asks(), app.look.heading()));
    match choosing.part {
        Part::Edge => {
            let wide = body.width >= 110;
            let low = if wide { 0 } else { (body.height / 2).clamp(4, 10) };
            let (picture, list) = match wide {
                true => {
                    let left = body.width * 3 / 5;
                    (Rect { width: left, ..body }, Rect { x: body.x + left + 1, width: body.width - left - 1, ..body })
                }
                false => (
                    Rect { height: body.height - low, ..body },
                    Rect { y: body.y + body.height - low, height: low, ..body },
                ),
            };
            path::draw(app, walk, canvas, picture);
            choices(app, drill, choosing, canvas, list);
        }
        Part::Cause | Part::Fix => choices(app, drill, choosing, canvas, body),
        Part::Note => note(app, drill, choosing, canvas, body),
    }
}

fn tabs(app: &App, choosing: &Choosing, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let mut used = 0;
    for (at, part) in Part::ALL.into_iter().enumerate() {
        let count = match choosing.chosen.get(at) {
            Some(chosen) => chosen.len(),
            None => usize::from(!choosing.note.value().trim().is_empty()),
        };
        let done = if count > 0 { app.look.pick("●", "*") } else { app.look.pick("○", ".") };
        let on = part == choosing.part;
        let text = if on { format!("[{done} {}]", part.title()) } else { format!(" {done} {} ", part.title()) };
        let wide = u16::try_from(width(&text)).unwrap_or(0);
        let place = Rect { x: area.x.saturating_add(used), width: wide, ..area }.intersection(area);
        let drawn = canvas.line(place, 0, Line::styled(text, if on { app.look.heading() } else { app.look.quiet() }));
        canvas.hit(drawn, Hit::Part(part));
        used += wide + 1;
    }
}

/// What there is to choose, the selected entry always whole in view.
fn choices(app: &App, drill: &Drill, choosing: &Choosing, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let Some(list) = Part::ALL.iter().take(3).position(|part| *part == choosing.part) else { return };
    let room = usize::from(area.width).saturating_sub(6);
    let mut rows: Vec<(Line<'static>, usize)> = Vec::new();
    let (mut from, mut to) = (0, 0);
    for (at, (id, mut text)) in Choosing::choices(&drill.session, choosing.part).into_iter().enumerate() {
        let on = at == choosing.at[list];
        if let (Part::Edge, true, Some(edge)) = (choosing.part, on, drill.session.scenario().edges.get(at)) {
            // Where one is, all that the edge stands for is told.
            edge.questions.iter().skip(1).for_each(|question| text.push_str(&format!(" {question}")));
        }
        let chosen = choosing.chosen[list].contains(&id);
        let tick = match chosen {
            true => app.look.pick("◉", "(x)"),
            false => app.look.pick("○", "( )"),
        };
        if on {
            from = rows.len();
        }
        for (row, line) in wrapped(&text, room).into_iter().enumerate() {
            let head = if row == 0 { format!("{}{tick} ", mark(app.look, on)) } else { " ".repeat(3 + width(tick)) };
            let mut style = if on { app.look.selected() } else { ratatui::style::Style::new() };
            if chosen {
                style = style.add_modifier(Modifier::BOLD);
            }
            rows.push((Line::from(vec![Span::raw(head), Span::styled(line, style)]), at));
        }
        if on {
            to = rows.len();
        }
    }
    let high = usize::from(area.height);
    let first = to.saturating_add(1).min(rows.len()).saturating_sub(high).min(from);
    for (row, (line, at)) in rows.into_iter().skip(first).take(high).enumerate() {
        let drawn = canvas.line(area, u16::try_from(row).unwrap_or(u16::MAX), line);
        canvas.hit(drawn, Hit::Choice(at));
    }
}

/// The last part: everything that was chosen, and room for a note.
fn note(app: &App, drill: &Drill, choosing: &Choosing, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let room = usize::from(area.width).saturating_sub(8);
    input(app, &choosing.note, canvas, Rect { height: 1.min(area.height), ..area });
    let mut lines = vec![Line::default()];
    for (at, part) in Part::ALL.into_iter().take(3).enumerate() {
        let choices = Choosing::choices(&drill.session, part);
        let chosen: Vec<&String> =
            choices.iter().filter(|(id, _)| choosing.chosen[at].contains(id)).map(|(_, text)| text).collect();
        let texts = match chosen.is_empty() {
            true => vec!["nothing is chosen".to_owned()],
            false => chosen.into_iter().flat_map(|text| wrapped(text, room)).collect(),
        };
        for (row, text) in texts.into_iter().enumerate() {
            let name = if row == 0 { format!("{:<8}", part.title()) } else { " ".repeat(8) };
            lines.push(Line::from(vec![Span::styled(name, app.look.heading()), Span::raw(text)]));
        }
    }
    lines.push(Line::default());
    let keys =
        "{open} gives the verdict; it cannot be taken back. {previous-field} changes it, {back} goes on reading.";
    lines.extend(
        wrapped(&app.keymap.keyed(keys), room + 8).into_iter().map(|line| Line::styled(line, app.look.quiet())),
    );
    canvas.lines(Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area }, lines);
}
