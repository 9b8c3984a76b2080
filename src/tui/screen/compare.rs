//! Two diagnoses side by side: what differs on the path, and which answers differ under it.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::Canvas;
use crate::model::{Status, Verdict};
use crate::report::Comparison;
use crate::tui::app::App;
use crate::tui::look::Look;
use crate::tui::text::{cut_middle, wrapped};
use crate::visible::one_line;

/// Draws it.
pub fn draw(app: &App, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let Some(compared) = &app.compared else { return };
    let title = format!("From {} to this walk", cut_middle(&one_line(&compared.with), 48));
    let inner = canvas.pane(area, &title, app.look);
    let lines = lines(&compared.comparison, app.look, usize::from(inner.width));
    let last = lines.len().saturating_sub(usize::from(inner.height));
    let shown = lines.into_iter().skip(compared.scroll.min(last)).collect();
    canvas.lines(inner, shown);
}

fn lines(comparison: &Comparison, look: Look, room: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let (before, after) = comparison.verdicts;
    for (name, status, sentence) in
        [("before", before, &comparison.sentences.0), ("after", after, &comparison.sentences.1)]
    {
        whole(&mut lines, look, room, name, status, sentence);
    }
    for said in &comparison.said {
        let text = format!("{} {} {}", one_line(&said.before), look.arrow(), one_line(&said.after));
        for (at, line) in wrapped(&text, room.saturating_sub(8)).into_iter().enumerate() {
            let name = if at == 0 { said.name } else { "" };
            lines.push(Line::from(vec![Span::styled(format!("{name:<8}"), look.heading()), Span::raw(line)]));
        }
    }
    lines.push(Line::default());
    let title = match comparison.gates.len() {
        0 => "No gate differs".to_owned(),
        1 => "One gate differs".to_owned(),
        many => format!("{many} gates differ"),
    };
    lines.push(Line::styled(title, look.heading()));
    for gate in &comparison.gates {
        let word = |told: &Option<(Verdict, String)>| match told {
            None => Span::styled("- not walked", look.quiet()),
            Some((verdict, _)) => {
                Span::styled(format!("{} {}", look.glyph(*verdict), verdict.as_str()), look.verdict(*verdict))
            }
        };
        lines.push(Line::from(vec![
            Span::raw(format!("  {:<9}{}  ", gate.layer, one_line(&gate.title))),
            word(&gate.before),
            Span::raw(format!(" {} ", look.arrow())),
            word(&gate.after),
        ]));
        if let Some((_, finding)) = gate.after.as_ref().or(gate.before.as_ref()) {
            quietly(&mut lines, look, room, finding);
        }
    }
    lines.push(Line::default());
    let title = match comparison.facts.len() {
        0 => "No answer differs".to_owned(),
        1 => "One answer differs".to_owned(),
        many => format!("{many} answers differ"),
    };
    lines.push(Line::styled(title, look.heading()));
    for fact in &comparison.facts {
        lines.push(Line::from(vec![
            Span::raw(format!("  {}  ", one_line(&fact.call))),
            Span::styled(fact.how.word(), look.heading()),
        ]));
        if !fact.params.is_empty() {
            quietly(&mut lines, look, room, &fact.params);
        }
        for place in fact.how.places() {
            quietly(&mut lines, look, room, place);
        }
    }
    lines
}

fn whole(lines: &mut Vec<Line<'static>>, look: Look, room: usize, name: &str, status: Status, sentence: &str) {
    lines.push(Line::from(vec![
        Span::styled(format!("{name:<8}"), look.heading()),
        Span::styled(look.status_word(status), look.status(status)),
    ]));
    let text = wrapped(sentence, room.saturating_sub(8)).into_iter();
    lines.extend(text.map(|line| Line::styled(format!("        {line}"), Style::new())));
}

fn quietly(lines: &mut Vec<Line<'static>>, look: Look, room: usize, text: &str) {
    let text = wrapped(text, room.saturating_sub(4)).into_iter();
    lines.extend(text.map(|line| Line::styled(format!("    {line}"), look.quiet())));
}
