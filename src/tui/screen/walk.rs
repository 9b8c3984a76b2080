//! A walk: the gates by layer on one side; path, gate, evidence or calls on the other.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph, Wrap};

use super::pane;
use crate::facts::FactStatus;
use crate::model::{Diagnosis, GateReport, Layer, Status, Verdict};
use crate::tui::app::App;
use crate::tui::graph;
use crate::tui::look::Look;
use crate::tui::walk::{Tab, Walk};
use crate::visible::{one_line, visible};

/// Draws it.
pub fn draw(app: &App, walk: &Walk, frame: &mut Frame<'_>, area: Rect) {
    let head = if area.height >= 12 { 3 } else { 1 };
    let [head, body] = Layout::vertical([Constraint::Length(head), Constraint::Min(1)]).areas(area);
    frame.render_widget(Paragraph::new(header(walk, app.look)).wrap(Wrap { trim: true }), head);
    if let Some(error) = &walk.error {
        let text = vec![
            Line::styled(one_line(&error.sentence), app.look.verdict(Verdict::Closed)),
            Line::default(),
            Line::raw(one_line(&error.next)),
        ];
        frame.render_widget(
            Paragraph::new(text).wrap(Wrap { trim: true }).block(pane("It could not be walked", app.look)),
            body,
        );
        return;
    }
    if body.width >= 100 {
        let [left, right] = Layout::horizontal([Constraint::Length(46), Constraint::Min(1)]).areas(body);
        gates(app, walk, frame, left);
        details(app, walk, frame, right);
    } else {
        let list = (body.height * 2 / 5).max(4);
        let [top, bottom] = Layout::vertical([Constraint::Length(list), Constraint::Min(1)]).areas(body);
        gates(app, walk, frame, top);
        details(app, walk, frame, bottom);
    }
}

fn header(walk: &Walk, look: Look) -> Vec<Line<'static>> {
    let (answered, asked) = walk.progress();
    let (verdict, style) = match (&walk.diagnosis, walk.finished) {
        (Some(diagnosis), true) => (status_word(diagnosis.verdict, look), look.status(diagnosis.verdict)),
        (_, true) => ("ended".to_owned(), look.quiet()),
        _ => (format!("walking {} {answered} of {asked} calls", look.waiting()), look.heading()),
    };
    let mut lines = vec![Line::from(vec![
        Span::styled(verdict, style),
        Span::raw("  "),
        Span::styled(one_line(&walk.title), look.quiet()),
    ])];
    if let Some(diagnosis) = &walk.diagnosis {
        let request = &diagnosis.request;
        let arrow = look.arrow();
        let words = format!(
            "{} {arrow} {} {arrow} {} (from {})",
            request.principal, request.action, request.resource, request.origin
        );
        lines.push(Line::raw(one_line(&words)));
    }
    lines
}

fn status_word(status: Status, look: Look) -> String {
    match status {
        Status::Open => format!("{} OPEN", look.glyph(Verdict::Open)),
        Status::Broken => format!("{} BROKEN", look.glyph(Verdict::Closed)),
        Status::Unknown => format!("{} UNKNOWN", look.glyph(Verdict::Unknown)),
    }
}

fn gates(app: &App, walk: &Walk, frame: &mut Frame<'_>, area: Rect) {
    let look = app.look;
    let mut lines = Vec::new();
    let mut at_line = 0;
    for layer in Layer::ALL {
        let status = walk
            .diagnosis
            .as_ref()
            .and_then(|d| d.layers.iter().find(|report| report.id == layer))
            .map(|report| report.status);
        let word = match (status, walk.finished) {
            (Some(status), true) => Span::styled(status_word(status, look), look.status(status)),
            (Some(Status::Broken), false) => {
                Span::styled(status_word(Status::Broken, look), look.status(Status::Broken))
            }
            _ => Span::styled(look.waiting(), look.quiet()),
        };
        lines.push(Line::from(vec![Span::styled(format!("{layer:<10}"), look.heading()), word]));
        for (at, gate) in walk.gates().iter().enumerate().filter(|(_, gate)| gate.layer == layer) {
            if at == walk.selected {
                at_line = lines.len();
            }
            lines.push(gate_line(gate, at == walk.selected, look));
        }
    }
    let room = usize::from(area.height.saturating_sub(2));
    let scroll = (at_line + 2).saturating_sub(room).min(lines.len().saturating_sub(room));
    let scroll = u16::try_from(scroll).unwrap_or(u16::MAX);
    frame.render_widget(Paragraph::new(lines).scroll((scroll, 0)).block(pane("Gates", look)), area);
}

fn gate_line(gate: &GateReport, selected: bool, look: Look) -> Line<'static> {
    let (glyph, word) = match (gate.pending, gate.status) {
        (true, _) => (look.waiting(), "waits"),
        (false, Verdict::Closed) => (look.glyph(gate.status), "CLOSED"),
        (false, Verdict::NotApplicable) => (look.glyph(gate.status), "not used"),
        (false, status) => (look.glyph(status), status.as_str()),
    };
    let style = if gate.pending { look.quiet() } else { look.verdict(gate.status) };
    let action = gate.action.as_deref().map(|action| format!(" {action}")).unwrap_or_default();
    let name = Style::new().add_modifier(if selected { Modifier::REVERSED } else { Modifier::empty() });
    let mark = if selected { look.marker() } else { " " };
    Line::from(vec![
        Span::raw(mark),
        Span::styled(format!("{glyph} {word:<9}"), style),
        Span::styled(format!("{}{}", one_line(&gate.gate), one_line(&action)), name),
    ])
}

fn details(app: &App, walk: &Walk, frame: &mut Frame<'_>, area: Rect) {
    let look = app.look;
    let mut title = vec![Span::raw(" ")];
    for (at, tab) in Tab::ALL.into_iter().enumerate() {
        let style = if at == walk.tab { look.heading().add_modifier(Modifier::UNDERLINED) } else { look.quiet() };
        title.push(Span::styled(tab.title(), style));
        title.push(Span::raw(" "));
    }
    let block = Block::new().borders(Borders::ALL).border_set(look.borders()).title(Line::from(title));
    let inner = block.inner(area);
    let lines = match walk.tab() {
        Tab::Path => path(walk, look, usize::from(inner.width)),
        Tab::Gate => gate(walk, look),
        Tab::Evidence => evidence(walk, look),
        Tab::Calls => calls(walk, look),
    };
    let wraps = walk.tab() != Tab::Path;
    let last = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_sub(1);
    let mut paragraph = Paragraph::new(lines).scroll((walk.scroll.min(last), 0)).block(block);
    if wraps {
        paragraph = paragraph.wrap(Wrap { trim: false });
    }
    frame.render_widget(paragraph, area);
}

fn path(walk: &Walk, look: Look, width: usize) -> Vec<Line<'static>> {
    let Some(diagnosis) = &walk.diagnosis else { return waiting(look) };
    let mut lines = graph::lines(diagnosis, walk.gate().map(|gate| gate.edge.as_str()), look, width);
    lines.push(Line::default());
    if walk.finished {
        lines.extend(
            wrapped(&diagnosis.sentence, width)
                .into_iter()
                .map(|line| Line::styled(line, look.status(diagnosis.verdict))),
        );
        if let Some((calls, depth, took)) = walk.took {
            lines.push(Line::styled(format!("{calls} calls, {depth} deep, {took} ms"), look.quiet()));
        }
    }
    lines
}

/// Breaks a sentence at words; a word that is too long is cut.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(8);
    let mut lines = vec![String::new()];
    for word in one_line(text).split(' ') {
        let mut word: Vec<char> = word.chars().collect();
        loop {
            let used = lines.last().map_or(0, |line| line.chars().count());
            if used + word.len() + usize::from(used > 0) > width && used > 0 {
                lines.push(String::new());
                continue;
            }
            let rest = if word.len() > width { word.split_off(width) } else { Vec::new() };
            if let Some(line) = lines.last_mut() {
                if used > 0 {
                    line.push(' ');
                }
                line.extend(word.iter());
            }
            if rest.is_empty() {
                break;
            }
            word = rest;
        }
    }
    lines
}

fn waiting(look: Look) -> Vec<Line<'static>> {
    vec![Line::styled(format!("{} nothing has answered yet", look.waiting()), look.quiet())]
}

fn gate(walk: &Walk, look: Look) -> Vec<Line<'static>> {
    let (Some(gate), Some(diagnosis)) = (walk.gate(), &walk.diagnosis) else { return waiting(look) };
    let mut lines = vec![
        Line::styled(one_line(&gate.question), look.heading()),
        Line::styled(one_line(&gate.why), look.quiet()),
        Line::default(),
        Line::styled(format!("{} {}", look.glyph(gate.status), one_line(&gate.summary)), look.verdict(gate.status)),
        Line::styled(gate.code.clone(), look.quiet()),
    ];
    if let Some(blame) = &gate.blame {
        lines.push(Line::raw(format!("blame: {}", one_line(blame))));
    }
    for missing in &gate.missing {
        lines.push(Line::raw(format!("would be settled by: {}", one_line(missing))));
    }
    for note in &gate.notes {
        lines.push(Line::raw(format!("note: {}", one_line(note))));
    }
    decisive(gate, look, &mut lines);
    fixes(diagnosis, gate, look, &mut lines);
    lines.extend(gate.links.iter().map(|link| Line::styled(one_line(link), look.quiet())));
    lines
}

fn decisive(gate: &GateReport, look: Look, lines: &mut Vec<Line<'static>>) {
    for part in &gate.decisive {
        lines.push(Line::default());
        let title =
            format!("{} statement {} of {}", look.marker(), one_line(&part.statement), one_line(&part.document));
        lines.push(Line::styled(title, look.heading()));
        for line in part.text.as_deref().unwrap_or_default().lines() {
            lines.push(Line::styled(format!("  {}", visible(line)), look.verdict(gate.status)));
        }
    }
}

fn fixes(diagnosis: &Diagnosis, gate: &GateReport, look: Look, lines: &mut Vec<Line<'static>>) {
    for (_, fix) in diagnosis.fixes_of(&gate.id) {
        lines.push(Line::default());
        lines.push(Line::styled(format!("Fix, for {}", one_line(&fix.owner)), look.heading()));
        lines.push(Line::raw(one_line(&fix.title)));
        lines.extend(fix.commands.iter().map(|command| Line::raw(format!("  $ {}", one_line(&command.text)))));
    }
}

fn evidence(walk: &Walk, look: Look) -> Vec<Line<'static>> {
    let Some(gate) = walk.gate() else { return waiting(look) };
    let mut lines = vec![Line::styled(format!("What the gate {} was judged from", gate.gate), look.heading())];
    decisive(gate, look, &mut lines);
    for fact in walk.evidence() {
        lines.push(Line::default());
        let command = walk.calls.iter().find(|asked| {
            asked.fact.as_ref().is_some_and(|other| other.call == fact.call && other.params == fact.params)
        });
        let style = if fact.status == FactStatus::Ok { look.heading() } else { look.verdict(Verdict::Unknown) };
        lines.push(Line::styled(format!("{} {} ({} ms)", fact.call, fact.status.as_str(), fact.took_ms), style));
        if let Some(asked) = command {
            lines.push(Line::styled(format!("$ {}", one_line(&asked.command)), look.quiet()));
        }
        if let Some(error) = &fact.error {
            lines.push(Line::raw(format!("{}: {}", one_line(&error.code), one_line(&error.message))));
        }
        if let Some(body) = &fact.body {
            let text = serde_json::to_string_pretty(body).unwrap_or_default();
            lines.extend(text.lines().map(|line| Line::raw(visible(line).into_owned())));
        }
    }
    lines
}

fn calls(walk: &Walk, look: Look) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for asked in &walk.calls {
        let (word, style) = match &asked.fact {
            None => (look.waiting().to_owned(), look.quiet()),
            Some(fact) => {
                let verdict = if matches!(fact.status, FactStatus::Ok | FactStatus::NotFound) {
                    Verdict::Open
                } else {
                    Verdict::Unknown
                };
                (format!("{} {} ms", fact.status.as_str(), fact.took_ms), look.verdict(verdict))
            }
        };
        lines.push(Line::from(vec![
            Span::styled(format!("{word:<18}"), style),
            Span::raw(format!("$ {}", one_line(&asked.command))),
        ]));
        if let Some((_, why)) = walk.why.iter().find(|(name, _)| *name == asked.query) {
            lines.push(Line::styled(format!("                  {}", one_line(why)), look.quiet()));
        }
    }
    if lines.is_empty() { waiting(look) } else { lines }
}
