//! The levels: which there are, which are due, how the selected one is played.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use super::{Canvas, mark, marked, scrolled};
use crate::tui::LevelEntry;
use crate::tui::app::App;
use crate::tui::message::Hit;
use crate::tui::text::{cut, padded, wrapped};
use crate::visible::one_line;

/// Draws it.
pub fn draw(app: &App, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let [list, below] = Layout::vertical([Constraint::Min(3), Constraint::Length(5)]).areas(area);
    let Some(levels) = &app.shelf.levels else {
        let inner = canvas.pane(area, "Train", app.look);
        canvas.line(inner, 0, Line::styled("The levels are being found.", app.look.quiet()));
        return;
    };
    let shown = app.shelf.shown();
    let inner = canvas.pane(list, &title(app, shown.len(), levels.entries.len()), app.look);
    if shown.is_empty() {
        let text = app
            .keymap
            .keyed("No level fits. {identity} {network} {storage}, {difficulty} and {due-only} choose what is shown.");
        canvas.line(inner, 0, Line::styled(text, app.look.quiet()));
    }
    let rows = usize::from(inner.height);
    let first = scrolled(app.shelf.selected, shown.len(), rows);
    for (at, entry) in shown.iter().enumerate().skip(first).take(rows) {
        let line = row(app, entry, at == app.shelf.selected, usize::from(inner.width));
        let drawn = canvas.line(inner, u16::try_from(at - first).unwrap_or(u16::MAX), line);
        canvas.hit(drawn, Hit::Level(at));
    }
    let inner = canvas.pane(below, "", app.look);
    canvas.lines(inner, told(app, usize::from(inner.width)));
}

/// What is shown of how many.
fn title(app: &App, shown: usize, all: usize) -> String {
    let shelf = &app.shelf;
    let mut only: Vec<String> = Vec::new();
    only.extend(shelf.layer.map(|layer| layer.to_string()));
    only.extend(shelf.difficulty.map(|difficulty| difficulty.as_str().to_owned()));
    only.extend(shelf.due.then(|| "due".to_owned()));
    match only.is_empty() {
        true => format!("Train: {all} levels"),
        false => format!("Train: {shown} of {all} levels, only {}", only.join(", ")),
    }
}

fn row(app: &App, entry: &LevelEntry, on: bool, room: usize) -> Line<'static> {
    let look = app.look;
    let level = &entry.level;
    let layers: Vec<&str> = level.tags.iter().map(|layer| layer.as_str()).collect();
    let state = match app.is_playing(&level.id) {
        true => "under way".to_owned(),
        false => entry.told.clone(),
    };
    let state_style = if entry.is_due { look.heading() } else { look.quiet() };
    let boxes = match entry.leitner {
        None => String::new(),
        Some(leitner) => {
            look.pick("■", "#").repeat(leitner) + &look.pick("□", ".").repeat(4_usize.saturating_sub(leitner))
        }
    };
    let id = if room >= 100 { 32 } else { 28 };
    let mut spans = vec![
        Span::raw(mark(look, on)),
        Span::styled(padded(&one_line(&level.id), id), marked(look, on)),
        Span::styled(format!(" {:<7}", level.difficulty.as_str()), look.quiet()),
        Span::styled(padded(&boxes, 5), look.quiet()),
        Span::styled(padded(&state, 20), state_style),
    ];
    let used = id + 34 + 2;
    if room >= 100 {
        spans.push(Span::styled(padded(&layers.join("+"), 25), look.quiet()));
        spans.push(Span::raw(cut(&one_line(&level.title), room.saturating_sub(used + 25))));
    } else {
        let short: Vec<&str> = layers.iter().map(|layer| &layer[..3]).collect();
        spans.push(Span::styled(cut(&short.join("+"), room.saturating_sub(used)), look.quiet()));
    }
    Line::from(spans)
}

/// The selected level, how it is played, and how the layers stand.
fn told(app: &App, room: usize) -> Vec<Line<'static>> {
    use crate::train::Mode;
    let (look, shelf) = (app.look, &app.shelf);
    let title = shelf.level().map(|entry| one_line(&entry.level.title)).unwrap_or_default();
    let how = match shelf.mode {
        Mode::Guided => "the tutor takes the first step, and helps less with each",
        Mode::Practice => "hints on demand, no clock",
        Mode::Interview => "a clock, a budget of reads, no path, and somebody who asks why",
    };
    let drawn = shelf.level().is_some_and(|entry| entry.level.is_drill);
    let variant = match (drawn, shelf.variant) {
        (true, _) => "a drill: one of several faults, by chance",
        (false, true) => "another variant: other names, numbers and faults",
        (false, false) => "as written",
    };
    let mastered = shelf.levels.iter().flat_map(|levels| &levels.mastered);
    let mastered: Vec<String> = mastered.map(|(layer, known, of)| format!("{layer} {known} of {of}")).collect();
    let mut lines: Vec<Line<'static>> = wrapped(&title, room).into_iter().take(1).map(Line::raw).collect();
    lines.push(Line::from(vec![
        Span::styled(app.keymap.keyed("{mode} "), look.heading()),
        Span::raw(cut(&format!("{}: {how}", shelf.mode.as_str()), room.saturating_sub(4))),
    ]));
    let rest = format!("{variant}. Mastered: {}", mastered.join(", "));
    lines.push(Line::from(vec![
        Span::styled(app.keymap.keyed("{variant} "), look.heading()),
        Span::styled(cut(&rest, room.saturating_sub(4)), look.quiet()),
    ]));
    lines
}
