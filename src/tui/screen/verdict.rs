//! The path with its broken edge, beside what was found of the selected gate; the gates by layer below.
//!
//! ```text
//! ┌ Path ──────────────────┬ Finding ─────────────────────────────┐
//! │ ┌ principal ┐          │ ✗ closed: endpoint-policy            │
//! │ │ trainer   │          │ The endpoint policy does not allow … │
//! │ └───────────┘          │ Where  vpce-0abc → s3://lake-raw     │
//! │       ┃✗               │ Why    no statement there allows it  │
//! │       ▼                │ Fix    add this statement …          │
//! ├ Gates ─────────────────┴──────────────────────────────────────┤
//! │ identity ✓ open     ✓ credentials  ✓ identity-policy …        │
//! └───────────────────────────────────────────────────────────────┘
//! ```

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Canvas, path, strip};
use crate::model::{Confidence, Diagnosis, Effect, GateReport, Status, Verdict};
use crate::tui::app::App;
use crate::tui::look::Look;
use crate::tui::text::{cut, cut_middle, shortened, width, wrapped};
use crate::tui::walk::Walk;
use crate::visible::one_line;

/// Draws it.
pub fn draw(app: &App, walk: &Walk, canvas: &mut Canvas<'_, '_>, area: Rect) {
    // Neighbours share their border.
    let low = strip::height(walk, area).min(area.height / 2);
    let high = Rect { height: area.height - low + 1, ..area };
    let below = Rect { y: area.y + area.height - low, height: low, ..area };
    // The picture needs little; words need width.
    let left_wide = match area.width {
        120.. => area.width * 3 / 5,
        100..120 => area.width / 2,
        _ => (area.width / 2).min(37),
    };
    let left = Rect { width: left_wide, ..high };
    let right = Rect { x: high.x + left_wide - 1, width: high.width - left_wide + 1, ..high };
    let inner = canvas.pane(left, "Path", app.look);
    path::draw(app, walk, canvas, inner);
    let inner = canvas.pane(right, "Finding", app.look);
    finding(app, walk, canvas, inner);
    let inner = canvas.pane(below, "Gates", app.look);
    strip::draw(app, walk, canvas, inner);
}

/// A part of the finding: its name, its lines, and how many of them must show.
struct Part {
    name: &'static str,
    lines: Vec<String>,
    style: ratatui::style::Style,
    least: usize,
}

const NAME: usize = 7;

fn finding(app: &App, walk: &Walk, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let area = Rect { x: area.x + 1.min(area.width), width: area.width.saturating_sub(2), ..area };
    let (room, rows) = (usize::from(area.width), usize::from(area.height));
    let (Some(diagnosis), Some(gate)) = (&walk.diagnosis, walk.gate()) else {
        let asked = walk.waiting().next().map(|asked| format!("$ {}", one_line(&asked.command)));
        let mut lines = vec![Line::styled("Nothing has been judged yet.", app.look.quiet())];
        lines.extend(
            asked.into_iter().flat_map(|text| wrapped(&text, room)).map(|line| Line::styled(line, app.look.quiet())),
        );
        canvas.lines(area, lines);
        return;
    };
    let mut parts = parts(app.look, walk, diagnosis, gate, room);
    fit(&mut parts, rows);
    let mut lines = Vec::new();
    for part in parts {
        for (at, text) in part.lines.into_iter().enumerate() {
            let name = match (part.name, at) {
                ("", _) => Span::raw(""),
                (name, 0) => Span::styled(format!("{name:<NAME$}"), app.look.heading()),
                _ => Span::raw(" ".repeat(NAME)),
            };
            lines.push(Line::from(vec![name, Span::styled(text, part.style)]));
        }
    }
    canvas.lines(area, lines);
}

/// What is broken, where, why, how to mend it, and how sure that is.
fn parts(look: Look, walk: &Walk, diagnosis: &Diagnosis, gate: &GateReport, room: usize) -> Vec<Part> {
    let style = look.verdict(gate.status);
    let plain = ratatui::style::Style::new();
    let narrow = room.saturating_sub(NAME);
    let mut parts = Vec::new();
    let mut add = |name: &'static str, text: &str, style, least| {
        let room = if name.is_empty() { room } else { narrow };
        if !text.is_empty() {
            parts.push(Part { name, lines: wrapped(text, room), style, least });
        }
    };
    let word = match (gate.pending, gate.status) {
        (true, _) => "waits",
        (_, Verdict::NotApplicable) => "not used",
        (_, status) => status.as_str(),
    };
    let glyph = if gate.pending { look.waiting() } else { look.glyph(gate.status) };
    let action = gate.action.as_deref().map(|action| format!(" {action}")).unwrap_or_default();
    if walk.finished && diagnosis.verdict == Status::Open && !walk.moved {
        add("", &diagnosis.sentence, look.status(Status::Open), 3);
    }
    add("", &format!("{glyph} {word}: {}{}", one_line(&gate.gate), one_line(&action)), style, 1);
    add("", if gate.pending { &gate.question } else { &gate.summary }, plain, 3);
    add("Where", &ends(diagnosis, gate, look, narrow), plain, 1);
    add("Why", &why(gate), plain, 1);
    if let Some((_, fix)) = diagnosis.fixes_of(&gate.id).next() {
        add("Fix", &fix.title, plain, 2);
        add("Owner", &fix.owner, plain, 1);
        add("Risk", &risk(fix), plain, 1);
        add("Sure", &sure(gate), plain, 1);
        if let Some(command) = fix.commands.first() {
            add("", &format!("$ {}", one_line(&command.text)), look.quiet(), 1);
        }
    } else if !gate.pending {
        for missing in &gate.missing {
            add("Needs", missing, plain, 1);
        }
        if gate.status != Verdict::NotApplicable {
            add("Sure", &sure(gate), plain, 1);
        }
    }
    for note in &gate.notes {
        add("Note", note, look.quiet(), 0);
    }
    parts
}

/// Takes lines from the longest parts until all fit; the least of each stays for as long as it can.
fn fit(parts: &mut Vec<Part>, rows: usize) {
    let total = |parts: &[Part]| parts.iter().map(|part| part.lines.len()).sum::<usize>();
    while total(parts) > rows {
        let longest = parts
            .iter()
            .enumerate()
            .filter(|(_, part)| part.lines.len() > part.least)
            .max_by_key(|(at, part)| (part.lines.len() - part.least, *at))
            .map(|(at, _)| at);
        let Some(at) = longest else {
            // The first parts matter most.
            parts.pop();
            continue;
        };
        let part = &mut parts[at];
        let most = part.lines.len() - 1;
        let room = part.lines.iter().map(|line| width(line)).max().unwrap_or(0);
        part.lines = shortened(std::mem::take(&mut part.lines), most, room);
        if part.lines.is_empty() {
            parts.remove(at);
        }
    }
}

/// The two stations, in one line where they have room.
fn ends(diagnosis: &Diagnosis, gate: &GateReport, look: Look, room: usize) -> String {
    let label = |id: &str| {
        let node = diagnosis.path.nodes.iter().find(|node| node.id == id);
        node.map_or_else(String::new, |node| one_line(&node.label))
    };
    let Some(edge) = diagnosis.path.edges.iter().find(|edge| edge.id == gate.edge) else { return String::new() };
    let half = room.saturating_sub(4) / 2;
    let (from, to) = (label(&edge.from), label(&edge.to));
    // What one does not need the other may have.
    let from_room = half.max(room.saturating_sub(4 + width(&to).max(half)));
    let from = cut_middle(&from, from_room);
    let to = cut_middle(&to, room.saturating_sub(4 + width(&from)));
    format!("{from} {} {to}", look.arrow())
}

fn why(gate: &GateReport) -> String {
    let how = match gate.effect {
        Some(Effect::ExplicitDeny) => "a statement denies it",
        Some(Effect::NoAllow) => "nothing there allows it",
        Some(Effect::Blocked) => "traffic cannot pass",
        Some(Effect::Unusable) => "it is there but cannot be used",
        None => "",
    };
    let part = gate
        .decisive
        .first()
        .map(|part| format!("statement {} of {}", one_line(&part.statement), one_line(&part.document)));
    match (how, part) {
        ("", Some(part)) => format!("by {part}"),
        ("", None) => String::new(),
        (how, Some(part)) => format!("{how}: see {part}"),
        (how, None) => how.to_owned(),
    }
}

fn risk(fix: &crate::model::Fix) -> String {
    let risk = format!("{:?}", fix.risk).to_lowercase();
    match fix.widens.first() {
        Some(widens) => format!("{risk}; also opens {}", one_line(widens)),
        None => format!("{risk}, opens nothing else known"),
    }
}

fn sure(gate: &GateReport) -> String {
    let facts = match gate.facts.len() {
        1 => "1 fact".to_owned(),
        count => format!("{count} facts"),
    };
    match (gate.status, gate.confidence) {
        // What a trainee is to judge has no code: nothing is said of it.
        _ if gate.code.is_empty() => String::new(),
        (Verdict::Unknown, _) => "not known: something could not be read".into(),
        (_, Confidence::Config) => format!("high: configuration ({facts})"),
        (_, Confidence::Observed) => "high: the request itself was tried".into(),
        (_, Confidence::Reported) => "on the cloud's word: its own message says so".into(),
    }
}

/// For the view of the steps: the same words.
pub fn told(look: Look, diagnosis: &Diagnosis, gate: &GateReport, room: usize) -> Vec<(&'static str, String)> {
    let mut told = vec![("Where", ends(diagnosis, gate, look, room)), ("Why", why(gate))];
    for (_, fix) in diagnosis.fixes_of(&gate.id) {
        told.push(("Fix", fix.title.clone()));
        told.push(("Owner", fix.owner.clone()));
        told.push(("Risk", risk(fix)));
        told.extend(fix.commands.iter().map(|command| ("$", one_line(&command.text))));
    }
    if !gate.pending {
        told.extend(gate.missing.iter().map(|missing| ("Needs", missing.clone())));
    }
    if gate.status != Verdict::NotApplicable && !gate.pending {
        told.extend(Some(("Sure", sure(gate))).filter(|(_, sure)| !sure.is_empty()));
    }
    told.extend(gate.notes.iter().map(|note| ("Note", note.clone())));
    told.extend(gate.links.iter().map(|link| ("Read", link.clone())));
    told.retain(|(_, text)| !text.is_empty());
    told
}

/// One line of a gate for a list.
pub fn gate_word(gate: &GateReport, room: usize) -> String {
    let action = gate.action.as_deref().map(|action| format!(" {action}")).unwrap_or_default();
    cut(&format!("{}{}", one_line(&gate.gate), one_line(&action)), room)
}
