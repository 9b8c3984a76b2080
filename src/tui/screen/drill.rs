//! A session: the reads by layer, what was said, the path as far as it is ruled out; then the form of the verdict, the debrief, the model path.
//!
//! ```text
//! ●●●●○○○ 4 of 7 left  practice   identity ✓ ruled out  network ? open question …
//! ┌ Reads ───────────────────────────┬ Session ─────────────────────────────┐
//! │ You expect: identity, nothing …  │ Ticket  Since Monday the job …       │
//! │ ── identity ── 2 of 9            │ You     In the identity layer I …    │
//! │ ▸ ✓ attached                     │ $ aws iam list-attached-role-policies│
//! └──────────────────────────────────┴──────────────────────────────────────┘
//! ```

mod debrief;
mod judge;
mod talk;

use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::{Canvas, mark, marked, path, scrolled};
use crate::model::{Layer, Status};
use crate::train::schema::Goal;
use crate::train::session::Clock;
use crate::train::world::Probe;
use crate::train::{Expect, Mode};
use crate::tui::app::App;
use crate::tui::drill::Drill;
use crate::tui::message::Hit;
use crate::tui::text::{cut, padded, width, wrapped};
use crate::tui::walk::Walk;
use crate::visible::one_line;

/// Draws it.
pub fn draw(app: &App, walk: &Walk, drill: &Drill, canvas: &mut Canvas<'_, '_>, area: Rect) {
    if let Some(replay) = &drill.replay {
        let inner = canvas.pane(area, &format!("The model path: step {} of {}", replay.at, replay.of), app.look);
        talk::draw(app, &replay.talk, canvas, inner);
    } else if !drill.is_open() {
        debrief::draw(app, drill, canvas, area);
    } else if drill.judging {
        judge::draw(app, walk, drill, canvas, area);
    } else {
        session(app, walk, drill, canvas, area);
    }
}

fn session(app: &App, walk: &Walk, drill: &Drill, canvas: &mut Canvas<'_, '_>, area: Rect) {
    // Neighbours share their border.
    let (reads, said) = if area.width >= 110 {
        let wide = if area.width >= 150 { 62 } else { 46 };
        let left = Rect { width: wide, ..area };
        (left, Rect { x: area.x + wide - 1, width: area.width - wide + 1, ..area })
    } else {
        let high = (area.height * 2 / 5).clamp(8, 14);
        let top = Rect { height: high, ..area };
        (top, Rect { y: area.y + high - 1, height: area.height - high + 1, ..area })
    };
    let inner = canvas.pane(reads, "Reads", app.look);
    self::reads(app, drill, canvas, inner);
    let said = if area.width >= 160 && walk.diagnosis.is_some() {
        let wide = said.width / 2;
        let right = Rect { x: said.x + said.width - wide, width: wide, ..said };
        let title = match drill.session.scenario().level.goal {
            Goal::Reach => "Path, as far as it is ruled out",
            Goal::KeepOut => "Path, as far as it is open",
        };
        let inner = canvas.pane(right, title, app.look);
        path::draw(app, walk, canvas, inner);
        Rect { width: said.width - wide + 1, ..said }
    } else {
        said
    };
    let inner = canvas.pane(said, "Session", app.look);
    let inner = talk::words(app, drill, canvas, inner);
    talk::draw(app, &drill.talk, canvas, inner);
}

fn reads(app: &App, drill: &Drill, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let look = app.look;
    let room = usize::from(area.width);
    canvas.line(area, 0, expecting(app, drill, room));
    let mut rows: Vec<(Line<'static>, Option<usize>)> = Vec::new();
    let mut on = 0;
    let mut layer = None;
    let all = drill.reads();
    for (at, probe) in all.iter().enumerate() {
        if layer != Some(probe.layer) {
            layer = Some(probe.layer);
            let of: Vec<&&Probe> = all.iter().filter(|other| other.layer == probe.layer).collect();
            let made = of.iter().filter(|other| drill.was_read(other)).count();
            let name = format!("{} {} {made} of {} read ", look.rule().repeat(2), probe.layer, of.len());
            let fill = look.rule().repeat(room.saturating_sub(width(&name)));
            rows.push((Line::styled(format!("{name}{fill}"), look.heading()), None));
        }
        if at == drill.at {
            on = rows.len();
        }
        rows.push((row(app, drill, probe, at == drill.at, room), Some(at)));
    }
    // Why the selected one is read, below; in whole sentences where there is room.
    let why = drill.read().map_or_else(String::new, |probe| match probe.why.is_empty() {
        true => probe.commands.first().cloned().unwrap_or_default(),
        false => probe.why.clone(),
    });
    let why = if area.height >= 16 { wrapped(&why, room) } else { vec![cut(&one_line(&why), room)] };
    let low = u16::try_from(why.len().min(4)).unwrap_or(1);
    let body = Rect { y: area.y + 1, height: area.height.saturating_sub(low + 1), ..area };
    let high = usize::from(body.height);
    let first = scrolled(on, rows.len(), high);
    for (row, (line, read)) in rows.into_iter().skip(first).take(high).enumerate() {
        let drawn = canvas.line(body, u16::try_from(row).unwrap_or(u16::MAX), line);
        if let Some(at) = read {
            canvas.hit(drawn, Hit::Read(at));
        }
    }
    let lines = why.into_iter().take(usize::from(low)).map(|line| Line::styled(line, look.quiet())).collect();
    canvas.lines(Rect { y: body.y + body.height, height: low, ..area }.intersection(area), lines);
}

fn row(app: &App, drill: &Drill, probe: &Probe, on: bool, room: usize) -> Line<'static> {
    let look = app.look;
    let read = drill.was_read(probe);
    let cost = if probe.cost > 1 { format!("costs {} ", probe.cost) } else { String::new() };
    let name = padded(&one_line(&probe.name), 24.min(room / 2));
    let rest = room.saturating_sub(width(&name) + width(&cost) + 5);
    let style = if read { look.quiet() } else { ratatui::style::Style::new() };
    Line::from(vec![
        Span::raw(mark(look, on)),
        Span::styled(format!("{} ", if read { look.pick("✓", "+") } else { " " }), look.quiet()),
        Span::styled(name, if on { marked(look, on) } else { style }),
        Span::raw(" "),
        Span::styled(cost, look.heading()),
        Span::styled(cut(&one_line(&probe.call), rest), look.quiet()),
    ])
}

/// What the trainee expects of the next read.
fn expecting(app: &App, drill: &Drill, room: usize) -> Line<'static> {
    let look = app.look;
    let strong = look.heading().add_modifier(Modifier::BOLD);
    match (drill.layer, drill.expect) {
        (layer, Some(expect)) => {
            let layer = layer.map_or_else(String::new, |layer| format!("{layer}, "));
            let what = match expect {
                Expect::Open => "nothing stops it",
                Expect::Closed => "something stops it",
            };
            Line::styled(cut(&app.keymap.keyed(&format!("You expect: {layer}{what}. {{open}} reads.")), room), strong)
        }
        (Some(layer), None) => {
            let text = format!("{layer}: {{expect-open}} nothing stops it, {{expect-closed}} something does");
            Line::styled(cut(&app.keymap.keyed(&text), room), strong)
        }
        (None, None) => {
            let text = "Expect: {identity} {network} {storage} layer, {expect-open} open or {expect-closed} closed";
            Line::styled(cut(&app.keymap.keyed(text), room), look.quiet())
        }
    }
}

/// The budget, the mode, the layers, the clock: the line over a session.
pub fn summed_up(app: &App, walk: &Walk, drill: &Drill, room: usize) -> Line<'static> {
    let look = app.look;
    let view = drill.session.view(walk.at_ms());
    let mut spans = Vec::new();
    if let Some(debrief) = view.debrief {
        let style = look.status(if debrief.score.passed { Status::Open } else { Status::Broken });
        let word = if debrief.score.passed { "mastered" } else { "not mastered yet" };
        spans.push(Span::styled(format!("{} of 100, {word}", debrief.score.total), style));
    } else {
        let left = usize::try_from(view.budget.total.saturating_sub(view.budget.spent)).unwrap_or(0);
        let total = usize::try_from(view.budget.total).unwrap_or(0);
        let dots = if total > 16 {
            String::new()
        } else {
            format!("{}{} ", look.pick("●", "*").repeat(left), look.pick("○", ".").repeat(total.saturating_sub(left)))
        };
        spans.push(Span::styled(format!("{dots}{left} of {total} left"), look.heading()));
    }
    spans.push(Span::styled(format!("  {}", view.mode.as_str()), look.quiet()));
    let clock = view.clock.filter(|_| drill.is_open()).map(clock);
    let used = |spans: &[Span<'_>]| spans.iter().map(Span::width).sum::<usize>();
    if view.mode != Mode::Interview || !drill.is_open() {
        for layer in Layer::ALL {
            let status = super::walk::layer_status(walk, layer);
            let (word, style) = match (status, drill.is_open()) {
                (Some(Status::Open), true) => {
                    (format!("{} {}", look.pick("✓", "+"), passed(drill)), look.status(Status::Open))
                }
                (_, true) => ("?".to_owned(), look.quiet()),
                (Some(status), false) => (look.status_word(status), look.status(status)),
                (None, false) => (look.waiting().to_owned(), look.quiet()),
            };
            let name = format!("  {layer} ");
            if used(&spans) + width(&name) + width(&word) <= room {
                spans.push(Span::raw(name));
                spans.push(Span::styled(word, style));
            }
        }
    }
    if let Some((clock, late)) = clock {
        let gap = room.saturating_sub(used(&spans) + width(&clock));
        spans.push(Span::raw(" ".repeat(gap)));
        spans.push(Span::styled(clock, if late { look.status(Status::Broken) } else { look.heading() }));
    }
    Line::from(spans)
}

/// What a layer is that lets the request through: ruled out, but where the request must be kept out just the place to look.
fn passed(drill: &Drill) -> &'static str {
    match drill.session.scenario().level.goal {
        Goal::Reach => "ruled out",
        Goal::KeepOut => "open",
    }
}

fn clock(clock: Clock) -> (String, bool) {
    let left = clock.limit_ms.saturating_sub(clock.used_ms) / 1000;
    match left {
        0 => ("time is up".into(), true),
        left => (format!("{}:{:02} left", left / 60, left % 60), false),
    }
}
