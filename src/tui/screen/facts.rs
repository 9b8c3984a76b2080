//! Every call: how it ended, how long it took, when, and as what a person would type it; below, more of the selected one.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Canvas, mark, marked, scrolled};
use crate::facts::FactStatus;
use crate::model::Verdict;
use crate::tui::app::App;
use crate::tui::message::Hit;
use crate::tui::text::{cut, padded, wrapped};
use crate::tui::walk::{Asked, Walk};
use crate::visible::one_line;

/// From so many cells on, a call has its name beside its command.
const WIDE: usize = 110;

/// Draws it.
pub fn draw(app: &App, walk: &Walk, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let low = (area.height / 3).clamp(6, 12);
    let table = Rect { height: area.height - low + 1, ..area };
    let below = Rect { y: area.y + area.height - low, height: low, ..area };
    let failed = walk.calls.iter().filter(|asked| is_failed(asked)).count();
    let calls = match walk.calls.len() {
        1 => "1 read call".to_owned(),
        many => format!("{many} read calls"),
    };
    let title = match failed {
        0 => format!("Facts: {calls}"),
        failed => format!("Facts: {calls}, {failed} not answered"),
    };
    let inner = canvas.pane(table, &title, app.look);
    let rows = usize::from(inner.height);
    let first = scrolled(walk.fact, walk.calls.len(), rows);
    for (at, asked) in walk.calls.iter().enumerate().skip(first).take(rows) {
        let line = row(app, asked, at == walk.fact, usize::from(inner.width));
        let drawn = canvas.line(inner, u16::try_from(at - first).unwrap_or(u16::MAX), line);
        canvas.hit(drawn, Hit::Call(at));
    }
    let inner = canvas.pane(below, "", app.look);
    if let Some(asked) = walk.call() {
        canvas.lines(inner, detail(app, walk, asked, usize::from(inner.width)));
    }
}

fn is_failed(asked: &Asked) -> bool {
    asked.fact.as_ref().is_some_and(|fact| !matches!(fact.status, FactStatus::Ok | FactStatus::NotFound))
}

fn row(app: &App, asked: &Asked, on: bool, room: usize) -> Line<'static> {
    let look = app.look;
    let (glyph, word, style) = match &asked.fact {
        None => (look.waiting(), "waits", look.quiet()),
        Some(fact) => {
            let verdict = match fact.status {
                FactStatus::Ok | FactStatus::NotFound => Verdict::Open,
                FactStatus::Denied | FactStatus::Error => Verdict::Unknown,
                FactStatus::Skipped => Verdict::NotApplicable,
            };
            (look.glyph(verdict), fact.status.as_str(), look.verdict(verdict))
        }
    };
    let took = asked.fact.as_ref().map(|fact| format!("{} ms", fact.took_ms)).unwrap_or_default();
    let at = asked.fact.as_ref().and_then(|fact| fact.at.get(11..19)).unwrap_or_default().to_owned();
    let mut spans = vec![
        Span::raw(mark(look, on)),
        Span::styled(format!("{glyph} {}", padded(word, 10)), style),
        Span::styled(format!("{took:>8}  {}", padded(&at, 9)), look.quiet()),
    ];
    let rest = room.saturating_sub(33);
    let command = format!("$ {}", one_line(&asked.command));
    // Where there is room for one name only, it is the one that says most.
    if room < WIDE {
        spans.push(Span::styled(cut(&command, rest), marked(look, on)));
    } else {
        let name = 40.min(room / 3);
        spans.push(Span::styled(padded(&one_line(&asked.call.name), name), marked(look, on)));
        spans.push(Span::styled(cut(&format!("  {command}"), rest.saturating_sub(name)), look.quiet()));
    }
    Line::from(spans)
}

fn detail(app: &App, walk: &Walk, asked: &Asked, room: usize) -> Vec<Line<'static>> {
    let look = app.look;
    let plain = ratatui::style::Style::new();
    let mut lines = Vec::new();
    let mut say =
        |text: &str, style| lines.extend(wrapped(text, room).into_iter().map(|line| Line::styled(line, style)));
    say(&format!("$ {}", one_line(&asked.command)), plain);
    if let Some(why) = walk.reason(&asked.query) {
        say(&format!("Why: {why}"), look.quiet());
    }
    let Some(fact) = &asked.fact else {
        say("It has not been answered yet.", look.quiet());
        return lines;
    };
    if let Some(error) = &fact.error {
        say(&format!("{}: {}", one_line(&error.code), one_line(&error.message)), look.verdict(Verdict::Unknown));
    }
    match (fact.status, app.permissions.get(&asked.call.name)) {
        (FactStatus::Denied, Some(permission)) => {
            say(
                &app.keymap.keyed(&format!(
                    "The permission {permission} would open it; {{ask-for-it}} copies a message that asks for it."
                )),
                look.heading(),
            );
        }
        (_, Some(permission)) => say(&format!("Needs the permission {permission}."), look.quiet()),
        (_, None) => {}
    }
    let judged: Vec<&str> = match walk.facts.as_ref().and_then(|facts| facts.exactly(&asked.call)) {
        Some(known) => {
            walk.gates().iter().filter(|gate| gate.facts.contains(&known.id)).map(|gate| gate.gate.as_str()).collect()
        }
        None => Vec::new(),
    };
    if !judged.is_empty() {
        say(&format!("Judged with it: {}", judged.join(", ")), look.quiet());
    }
    lines
}
