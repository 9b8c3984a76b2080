//! The walk as a conversation, layer by layer: what is asked, why now, the live queries as a person would type them, what came back, the verdict in a
//! sentence. One step is open, the others are a line each; any step can be gone back to.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::walk::layer_status;
use super::{Canvas, mark};
use crate::facts::{Fact, FactStatus};
use crate::model::{Diagnosis, GateReport, Layer, Verdict};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::look::Look;
use crate::tui::message::Hit;
use crate::tui::screen::verdict::{gate_word, told};
use crate::tui::text::{cut, wrapped};
use crate::tui::walk::Walk;
use crate::visible::{one_line, visible};

/// How many queries of one step are told on a high screen and on a low one; the others are in its documents.
const QUERIES: (usize, usize) = (6, 2);

/// Draws it.
pub fn draw(app: &App, walk: &Walk, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let inner = canvas.pane(area, "The walk, question by question", app.look);
    let inner = waiting(app, walk, canvas, inner);
    let Some(diagnosis) = &walk.diagnosis else {
        canvas.line(inner, 0, Line::styled("Nothing has been judged yet.", app.look.quiet()));
        return;
    };
    let room = usize::from(inner.width);
    let mut rows: Vec<(Line<'static>, Option<usize>)> = Vec::new();
    // The rows that the open step takes: they are to be in view.
    let (mut from, mut to) = (0, 0);
    for layer in Layer::ALL {
        let status = layer_status(walk, layer);
        rows.push((heading(app.look, layer, status.map(|status| app.look.status_word(status)), room), None));
        for (at, gate) in walk.gates().iter().enumerate().filter(|(_, gate)| gate.layer == layer) {
            let open = at == walk.selected;
            if open {
                from = rows.len();
            }
            rows.push((one_line_of(app, gate, open, room), Some(at)));
            if open {
                rows.extend(
                    opened(app, walk, diagnosis, gate, (room, inner.height >= 28)).into_iter().map(|line| (line, None)),
                );
                to = rows.len();
            }
        }
    }
    let high = usize::from(inner.height);
    let last = rows.len().saturating_sub(high);
    let first = (to + 1).saturating_sub(high).min(from.saturating_sub(1)).saturating_add(walk.scroll).min(last);
    for (row, (line, gate)) in rows.into_iter().skip(first).take(high).enumerate() {
        let drawn = canvas.line(inner, u16::try_from(row).unwrap_or(u16::MAX), line);
        if let Some(at) = gate {
            canvas.hit(drawn, Hit::Gate(at));
        }
    }
}

/// While calls wait for the user: the next one, and the keys. Gives what is left of the area.
fn waiting(app: &App, walk: &Walk, canvas: &mut Canvas<'_, '_>, area: Rect) -> Rect {
    if !walk.paused || walk.finished {
        return area;
    }
    let key = |action| {
        let entry = crate::tui::action::of(action);
        entry.and_then(|entry| app.keymap.keys(entry).first().map(|key| (*key).to_owned())).unwrap_or_default()
    };
    let (step, skip, go_on) = (key(Action::Step), key(Action::Skip), key(Action::Pause));
    let mut lines = Vec::new();
    let room = usize::from(area.width);
    match walk.waiting().next() {
        Some(next) => {
            let count = walk.waiting().count();
            let text = format!(
                "Waiting for you: {count} queries. {step} asks the next, {skip} skips it, {go_on} runs through."
            );
            lines.push(Line::styled(cut(&text, room), app.look.heading()));
            lines.push(Line::raw(cut(&format!("$ {}", one_line(&next.command)), room)));
            if let Some(why) = walk.reason(&next.query) {
                lines.push(Line::styled(cut(&one_line(why), room), app.look.quiet()));
            }
        }
        None => lines.push(Line::styled("Paused.", app.look.heading())),
    }
    let taken = u16::try_from(lines.len()).unwrap_or(0).min(area.height);
    canvas.lines(area, lines);
    Rect { y: area.y + taken, height: area.height - taken, ..area }
}

fn heading(look: Look, layer: Layer, status: Option<String>, room: usize) -> Line<'static> {
    let name = format!("{} {layer} {} ", look.rule().repeat(2), status.unwrap_or_else(|| look.waiting().to_owned()));
    let fill = room.saturating_sub(crate::tui::text::width(&name));
    Line::styled(format!("{name}{}", look.rule().repeat(fill)), look.heading())
}

fn one_line_of(app: &App, gate: &GateReport, open: bool, room: usize) -> Line<'static> {
    const NAME: usize = 34;
    let look = app.look;
    let (glyph, style) = match gate.pending {
        true => (look.waiting(), look.quiet()),
        false => (look.glyph(gate.status), look.verdict(gate.status)),
    };
    let name = if room < 90 { NAME - 6 } else { NAME };
    let title = crate::tui::text::padded(&gate_word(gate, name), name);
    let mut spans = vec![
        Span::raw(mark(look, open)),
        Span::styled(format!("{glyph} "), style),
        Span::styled(title, if open { style.add_modifier(Modifier::REVERSED) } else { style }),
    ];
    if !open {
        let summary = match gate.pending {
            true => "waits for an answer".to_owned(),
            false => one_line(&gate.summary),
        };
        spans.push(Span::styled(cut(&format!("  {summary}"), room.saturating_sub(name + 4)), look.quiet()));
    }
    Line::from(spans)
}

/// The conversation of one step.
fn opened(
    app: &App,
    walk: &Walk,
    diagnosis: &Diagnosis,
    gate: &GateReport,
    (room, high): (usize, bool),
) -> Vec<Line<'static>> {
    let look = app.look;
    let plain = Style::new();
    let mut talk = Talk { lines: Vec::new(), look, room };
    talk.say("Question", &gate.question, plain.add_modifier(Modifier::BOLD));
    talk.say("Why now", &gate.why, plain);
    let facts = walk.evidence();
    let queries = if high { QUERIES.0 } else { QUERIES.1 };
    for fact in facts.iter().take(queries) {
        let command = walk.asked(fact).map_or_else(|| one_line(&fact.call), |asked| one_line(&asked.command));
        talk.say("Asked", &format!("$ {command}"), plain);
        let style = if answered(fact) { look.quiet() } else { look.verdict(Verdict::Unknown) };
        talk.say("", &came_back(app, fact), style);
    }
    if facts.len() > queries {
        talk.say("", &format!("and {} more: Enter shows them all", facts.len() - queries), look.quiet());
    }
    match gate.pending {
        true => talk.say("Verdict", "waits for an answer", look.quiet()),
        false => {
            talk.say("Verdict", &format!("{} {}", look.glyph(gate.status), gate.summary), look.verdict(gate.status));
        }
    }
    for part in &gate.decisive {
        talk.say(
            "Decisive",
            &format!("statement {} of {}", one_line(&part.statement), one_line(&part.document)),
            plain,
        );
        for text in part.text.as_deref().unwrap_or_default().lines().take(12) {
            talk.quote(&visible(text), look.verdict(gate.status));
        }
    }
    for (name, text) in told(look, diagnosis, gate, room.saturating_sub(Talk::INDENT)) {
        talk.say(name, &text, if matches!(name, "Note" | "Read") { look.quiet() } else { plain });
    }
    talk.lines.push(Line::default());
    talk.lines
}

/// Lines of a conversation: who speaks, and what is said.
struct Talk {
    lines: Vec<Line<'static>>,
    look: Look,
    room: usize,
}

impl Talk {
    const INDENT: usize = 13;

    fn say(&mut self, name: &str, text: &str, style: Style) {
        let room = self.room.saturating_sub(Self::INDENT).max(8);
        for (at, line) in wrapped(text, room).into_iter().enumerate() {
            let name = if at == 0 { format!("    {name:<9}") } else { " ".repeat(Self::INDENT) };
            self.lines.push(Line::from(vec![Span::styled(name, self.look.heading()), Span::styled(line, style)]));
        }
    }

    fn quote(&mut self, text: &str, style: Style) {
        let text = cut(text, self.room.saturating_sub(Self::INDENT + 2));
        let bar = Span::styled(format!("{} ", self.look.bar()), style);
        self.lines.push(Line::from(vec![Span::raw(" ".repeat(Self::INDENT)), bar, Span::raw(text)]));
    }
}

fn answered(fact: &Fact) -> bool {
    matches!(fact.status, FactStatus::Ok | FactStatus::NotFound)
}

/// What came back, in a few words.
fn came_back(app: &App, fact: &Fact) -> String {
    let arrow = app.look.pick("←", "<-");
    let size = fact.body.as_ref().map_or(0, |body| body.to_string().len());
    match (&fact.error, fact.status) {
        (_, FactStatus::Ok) => format!("{arrow} ok, {} ms, {size} bytes", fact.took_ms),
        (Some(error), status) => {
            format!("{arrow} {}, {} ms: {} {}", status.as_str(), fact.took_ms, error.code, error.message)
        }
        (None, status) => format!("{arrow} {}, {} ms", status.as_str(), fact.took_ms),
    }
}
