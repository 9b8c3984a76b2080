//! The form for a request, and the prompt for a file: fields with suggestions under them.
//!
//! ```text
//! ▸ Resource  s3://ml-data/train.csv
//!   As        an ARN, an object id, anonymous; empty: you
//!
//! ✓ walks aws/s3-object
//!
//! Suggestions for Resource
//!   s3://ml-data/train.csv          diagnosed on 2026-01-31
//! ```

use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use tui_input::Input;

use super::{Canvas, ascii_dots, mark, marked};
use crate::model::Verdict;
use crate::tui::Field;
use crate::tui::app::{App, Wanted};
use crate::tui::message::Hit;
use crate::tui::text::{cut, cut_middle, padded, width, wrapped};
use crate::visible::one_line;

/// Cells before a field's value.
const LABEL: u16 = 12;

/// Draws the form.
pub fn draw(app: &App, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let inner = canvas.pane(area, "Diagnose: who cannot reach what, from where?", app.look);
    let form = &app.form;
    let mut row = 0;
    for (at, field) in Field::ALL.into_iter().enumerate() {
        let drawn =
            field_line(app, canvas, inner, row, (field.label(), field.hint(), &form.inputs[at]), at == form.focus);
        canvas.hit(drawn, Hit::Field(at));
        row += 1;
    }
    row += 1;
    row += checked(app, canvas, inner, row);
    row += 1;
    let suggestions = form.suggestions(&app.world);
    if suggestions.is_empty() {
        return;
    }
    let title = format!("{} may be", form.field().label());
    canvas.line(inner, row, Line::styled(title, app.look.heading()));
    for (at, suggestion) in suggestions.iter().enumerate() {
        row += 1;
        let line = entry(app, &suggestion.value, &suggestion.about, form.chosen == Some(at), usize::from(inner.width));
        let drawn = canvas.line(inner, row, line);
        canvas.hit(drawn, Hit::Suggestion(at));
    }
}

/// What was found of the words; gives the rows it takes.
fn checked(app: &App, canvas: &mut Canvas<'_, '_>, area: Rect, row: u16) -> u16 {
    let room = usize::from(area.width.saturating_sub(2));
    let (text, style) = match (&app.form.checked, app.form.request()) {
        (_, None) => ("Name the resource, or paste an error message.".to_owned(), app.look.quiet()),
        (None, _) => (app.look.waiting().to_owned(), app.look.quiet()),
        (Some(Ok(said)), _) => {
            (format!("{} {}", app.look.glyph(Verdict::Open), one_line(said)), app.look.verdict(Verdict::Open))
        }
        (Some(Err(error)), _) => (
            format!("{} {}", app.look.glyph(Verdict::Closed), one_line(&crate::tui::app::said(error))),
            app.look.verdict(Verdict::Closed),
        ),
    };
    let lines = wrapped(&ascii_dots(text, app.look), room);
    let mut used = 0;
    for line in lines.into_iter().take(4) {
        canvas.line(area, row + used, Line::styled(line, style));
        used += 1;
    }
    used
}

/// Draws the prompt for a file.
pub fn prompt(app: &App, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let Some(prompt) = &app.prompt else { return };
    let (title, hint) = match prompt.wanted {
        Wanted::Walk => ("Open a snapshot", "a file saved with s or --save"),
        Wanted::Compare => ("Compare this walk with a snapshot", "the other file: before, or a colleague's"),
    };
    let inner = canvas.pane(area, title, app.look);
    field_line(app, canvas, inner, 0, ("File", hint, &prompt.input), prompt.chosen.is_none());
    let known = app.known_files();
    if known.is_empty() {
        canvas.line(inner, 2, Line::styled("There are no snapshots in this folder.", app.look.quiet()));
        return;
    }
    canvas.line(inner, 2, Line::styled("Known snapshots", app.look.heading()));
    for (at, file) in known.iter().enumerate() {
        let path = one_line(&file.path.display().to_string());
        let line = entry(app, &path, &file.about, prompt.chosen == Some(at), usize::from(inner.width));
        let drawn = canvas.line(inner, u16::try_from(at).unwrap_or(u16::MAX).saturating_add(3), line);
        canvas.hit(drawn, Hit::Suggestion(at));
    }
}

fn entry(app: &App, value: &str, about: &str, selected: bool, room: usize) -> Line<'static> {
    let value_room = (room * 3 / 5).saturating_sub(4);
    let value = padded(&cut_middle(&one_line(value), value_room), value_room);
    let about = cut(&ascii_dots(one_line(about), app.look), room.saturating_sub(value_room + 4));
    Line::from(vec![
        Span::raw(mark(app.look, selected)),
        Span::styled(value, marked(app.look, selected)),
        Span::raw("  "),
        Span::styled(about, app.look.quiet()),
    ])
}

fn field_line(
    app: &App,
    canvas: &mut Canvas<'_, '_>,
    area: Rect,
    row: u16,
    (label, hint, input): (&str, &str, &Input),
    focused: bool,
) -> Rect {
    let room = usize::from(area.width.saturating_sub(LABEL + 1));
    let scroll = input.visual_scroll(room);
    let shown: String = input.value().chars().skip(scroll).take(room).collect();
    let value = match input.value().is_empty() {
        true => Span::styled(cut(&ascii_dots(hint.to_owned(), app.look), room), app.look.quiet()),
        false => Span::raw(one_line(&shown)),
    };
    let name = Span::styled(
        format!("{}{label:<10}", mark(app.look, focused)),
        if focused { app.look.heading() } else { app.look.quiet() },
    );
    let drawn = canvas.line(area, row, Line::from(vec![name, value]));
    if focused && !drawn.is_empty() && app.finder.is_none() {
        let before: String = input.value().chars().take(input.cursor()).skip(scroll).collect();
        let at = u16::try_from(width(&before)).unwrap_or(u16::MAX).min(area.width.saturating_sub(LABEL + 1));
        canvas.frame.set_cursor_position(Position { x: area.x.saturating_add(LABEL).saturating_add(at), y: drawn.y });
    }
    drawn
}
