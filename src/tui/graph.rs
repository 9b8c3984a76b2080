//! The path as lines: one way a line, the broken one unmistakable by line, glyph, word and colour.

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::look::Look;
use crate::model::{Diagnosis, Edge, Status, Verdict};
use crate::path::ranks;
use crate::visible::one_line;

/// Lines of at most `width` cells. `on` is the edge of the selected gate.
pub fn lines(diagnosis: &Diagnosis, on: Option<&str>, look: Look, width: usize) -> Vec<Line<'static>> {
    let path = &diagnosis.path;
    let ranks = ranks(path);
    let rank =
        |id: &str| path.nodes.iter().position(|node| node.id == id).and_then(|at| ranks.get(at)).copied().unwrap_or(0);
    let mut edges: Vec<&Edge> = path.edges.iter().collect();
    edges.sort_by_key(|edge| (edge.layer, rank(&edge.from), rank(&edge.to)));
    let label = |id: &str| {
        let node = path.nodes.iter().find(|node| node.id == id);
        node.map_or_else(String::new, |node| format!("{} {}", node.kind, one_line(&node.label)))
    };
    let names: Vec<(String, String)> = edges.iter().map(|edge| (label(&edge.from), label(&edge.to))).collect();
    let widest =
        |side: fn(&(String, String)) -> &String| names.iter().map(|pair| side(pair).width()).max().unwrap_or(0);
    // Two names, a mark and the connector between them: what does not fit is cut in the middle of a name.
    let room = width.saturating_sub(2 + 24) / 2;
    let (left, right) = (widest(|pair| &pair.0).min(room.max(8)), widest(|pair| &pair.1).min(room.max(8)));
    let mut lines = Vec::new();
    let mut layer = None;
    for (edge, (from, to)) in edges.iter().zip(&names) {
        if layer != Some(edge.layer) {
            layer = Some(edge.layer);
            if !lines.is_empty() {
                lines.push(Line::default());
            }
            lines.push(Line::styled(edge.layer.to_string(), look.heading()));
        }
        lines.extend(one(
            diagnosis,
            edge,
            (&cut(from, left), left),
            &cut(to, right),
            on == Some(edge.id.as_str()),
            look,
        ));
    }
    lines
}

fn one(
    diagnosis: &Diagnosis,
    edge: &Edge,
    (from, width): (&str, usize),
    to: &str,
    selected: bool,
    look: Look,
) -> Vec<Line<'static>> {
    let style = look.status(edge.status);
    let (stroke, head) = look.line(edge.status);
    let word = match edge.status {
        Status::Open => format!(" {} ok ", look.glyph(Verdict::Open)),
        Status::Broken => format!(" {} BROKEN ", look.glyph(Verdict::Closed)),
        Status::Unknown => format!(" {} unknown ", look.glyph(Verdict::Unknown)),
    };
    let fill = 18usize.saturating_sub(word.width());
    let connector = format!("{}{word}{}{head}", stroke.repeat(fill / 2), stroke.repeat(fill - fill / 2));
    let name = if selected { Style::new().add_modifier(Modifier::BOLD) } else { Style::new() };
    let mark = if selected { look.marker() } else { " " };
    let padding = " ".repeat(width.saturating_sub(from.width()));
    let mut lines = vec![Line::from(vec![
        Span::raw(mark),
        Span::styled(format!("{from}{padding} "), name),
        Span::styled(connector, style),
        Span::styled(format!(" {to}"), name),
    ])];
    for gate in edge.gates.iter().filter_map(|id| diagnosis.gate(id)) {
        if matches!(gate.status, Verdict::Closed | Verdict::Unknown) {
            let action = gate.action.as_deref().map(|action| format!(" {action}")).unwrap_or_default();
            let text = format!("{} {} {}{action}", " ".repeat(width + 1), look.glyph(gate.status), gate.gate);
            lines.push(Line::styled(text, look.verdict(gate.status)));
        }
    }
    lines
}

/// Cuts the middle out of a name that is too long: its end tells it apart.
fn cut(name: &str, width: usize) -> String {
    if name.width() <= width || width < 4 {
        return name.to_owned();
    }
    let chars: Vec<char> = name.chars().collect();
    let keep = width.saturating_sub(2);
    let head = keep / 2;
    let tail = keep - head;
    let start: String = chars.iter().take(head).collect();
    let end: String = chars[chars.len().saturating_sub(tail)..].iter().collect();
    format!("{start}..{end}")
}
