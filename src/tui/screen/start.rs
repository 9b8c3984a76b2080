//! The start screen: what can be done, and the form for a request.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};
use tui_input::Input;

use super::pane;
use crate::tui::app::{App, Offer, Shown};
use crate::visible::one_line;

/// Draws it.
pub fn draw(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let [head, body] = Layout::vertical([Constraint::Length(4), Constraint::Min(1)]).areas(area);
    let identity = match &app.identity {
        Some(identity) => format!("Live questions are asked with {}.", one_line(identity)),
        None => "No credentials found: examples and snapshots work without.".into(),
    };
    let title = vec![
        Line::styled("gatewalk", app.look.heading()),
        Line::raw("Why can this identity, from this place, not reach this data?"),
        Line::styled(identity, app.look.quiet()),
    ];
    frame.render_widget(Paragraph::new(title), head);
    match app.shown {
        Shown::Form => form(app, frame, body),
        Shown::File => file(app, frame, body),
        Shown::Start | Shown::Walk => list(app, frame, body),
    }
}

fn list(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let mut lines = Vec::new();
    for (at, offer) in app.offers().into_iter().enumerate() {
        let (name, about) = match offer {
            Offer::Diagnose => (
                "Diagnose a resource".to_owned(),
                "ask a live cloud, read calls only; or paste an error message here".to_owned(),
            ),
            Offer::Example(example) => app.examples.get(example).map_or_else(Default::default, |example| {
                (format!("Walk the example {}", example.name), format!("{}; no credentials needed", example.title))
            }),
            Offer::Snapshot => ("Open a snapshot".to_owned(), "walk recorded answers".to_owned()),
        };
        let (mark, style) = if at == app.selected {
            (app.look.marker(), app.look.selected())
        } else {
            (" ", ratatui::style::Style::new())
        };
        lines.push(Line::from(vec![Span::raw(format!("{mark} ")), Span::styled(name, style)]));
        lines.push(Line::styled(format!("    {}", one_line(&about)), app.look.quiet()));
    }
    lines.push(Line::default());
    lines.push(Line::styled("Playbooks", app.look.heading()));
    for playbook in &app.playbooks {
        lines.push(Line::raw(format!("  {:<26}{}", one_line(&playbook.id), one_line(&playbook.title))));
    }
    let scroll = u16::try_from(app.selected * 2 + 2).unwrap_or(u16::MAX).saturating_sub(area.height.saturating_sub(2));
    frame.render_widget(Paragraph::new(lines).scroll((scroll, 0)).block(pane("Start", app.look)), area);
}

fn form(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let block = pane("Diagnose a resource", app.look);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    for (at, field) in app.fields.iter().enumerate() {
        let row = u16::try_from(at * 2).unwrap_or(u16::MAX);
        one_field(app, frame, inner, row, (field.label, field.hint, &field.input), at == app.focus);
    }
}

fn file(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let block = pane("Open a snapshot", app.look);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    one_field(app, frame, inner, 0, ("File", "saved with --save", &app.file), true);
}

fn one_field(app: &App, frame: &mut Frame<'_>, area: Rect, row: u16, field: (&str, &str, &Input), focused: bool) {
    const LABEL: u16 = 11;
    if row >= area.height || area.width <= LABEL + 1 {
        return;
    }
    let (label, hint, input) = field;
    let line = Rect { x: area.x, y: area.y + row, width: area.width, height: 1 };
    let mark = if focused { app.look.marker() } else { " " };
    let name = format!("{mark} {label:<9}");
    let room = usize::from(area.width - LABEL - 1);
    let scroll = input.visual_scroll(room);
    let shown: String = input.value().chars().skip(scroll).take(room).collect();
    let value =
        if shown.is_empty() { Span::styled(hint.to_owned(), app.look.quiet()) } else { Span::raw(one_line(&shown)) };
    let name = Span::styled(name, if focused { app.look.heading() } else { ratatui::style::Style::new() });
    frame.render_widget(Paragraph::new(Line::from(vec![name, value])).wrap(Wrap { trim: false }), line);
    if focused {
        let at = u16::try_from(input.visual_cursor().saturating_sub(scroll)).unwrap_or(0);
        frame.set_cursor_position(Position { x: area.x + LABEL + at.min(area.width - LABEL - 1), y: line.y });
    }
}
