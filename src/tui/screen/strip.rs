//! The gates by layer, one line or more each, the selected one always in view.

use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::Canvas;
use super::walk::layer_status;
use crate::model::{GateReport, Layer, Verdict};
use crate::tui::app::App;
use crate::tui::message::Hit;
use crate::tui::text::width;
use crate::tui::walk::Walk;
use crate::visible::one_line;

/// Cells before the gates of a line.
const LABEL: u16 = 20;

/// The rows it wants, borders included.
pub fn height(walk: &Walk, area: Rect) -> u16 {
    let lines: usize = Layer::ALL
        .iter()
        .map(|layer| if area.height >= 30 { rows(walk, *layer, area.width.saturating_sub(2)).len().max(1) } else { 1 })
        .sum();
    u16::try_from(lines).unwrap_or(3) + 2
}

fn chip(gate: &GateReport, glyph: &str) -> String {
    format!("{glyph} {}", one_line(&gate.gate))
}

/// The positions of a layer's gates, broken into rows.
fn rows(walk: &Walk, layer: Layer, wide: u16) -> Vec<Vec<usize>> {
    let room = usize::from(wide.saturating_sub(LABEL));
    let mut rows: Vec<Vec<usize>> = Vec::new();
    let mut used = usize::MAX;
    for (at, gate) in walk.gates().iter().enumerate().filter(|(_, gate)| gate.layer == layer) {
        let cells = width(&chip(gate, "x")) + 2;
        if used.saturating_add(cells) > room + 2 {
            rows.push(Vec::new());
            used = 0;
        }
        used += cells;
        if let Some(row) = rows.last_mut() {
            row.push(at);
        }
    }
    rows
}

/// Draws it.
pub fn draw(app: &App, walk: &Walk, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let layers: Vec<(Layer, Vec<Vec<usize>>)> =
        Layer::ALL.into_iter().map(|layer| (layer, rows(walk, layer, area.width))).collect();
    let wanted: usize = layers.iter().map(|(_, rows)| rows.len().max(1)).sum();
    let all = wanted <= usize::from(area.height);
    let mut row = 0;
    for (layer, rows) in layers {
        let label = label(app, walk, layer);
        if rows.is_empty() {
            canvas.line(area, row, Line::from(label.clone()));
            row += 1;
            continue;
        }
        // Where there is one line for a layer, it is the one with the selected gate, else with what is closed or unknown.
        let pressing = |at: &usize| matches!(walk.gates()[*at].status, Verdict::Closed | Verdict::Unknown);
        let shown: Vec<&Vec<usize>> = match all {
            true => rows.iter().collect(),
            false => {
                let on = rows.iter().find(|row| row.contains(&walk.selected));
                let on = on.or_else(|| rows.iter().find(|row| row.iter().any(pressing))).or(rows.first());
                on.into_iter().collect()
            }
        };
        let hidden = rows.iter().map(Vec::len).sum::<usize>() - shown.iter().map(|row| row.len()).sum::<usize>();
        for (at, gates) in shown.into_iter().enumerate() {
            let label = if at == 0 { label.clone() } else { Vec::new() };
            one_row(app, walk, canvas, area, row, label, gates, hidden);
            row += 1;
        }
    }
}

fn label(app: &App, walk: &Walk, layer: Layer) -> Vec<Span<'static>> {
    let look = app.look;
    let status = layer_status(walk, layer);
    vec![
        Span::styled(format!("{layer:<9}"), look.heading()),
        match status {
            Some(status) => Span::styled(look.status_word(status), look.status(status)),
            None => Span::styled(look.waiting(), look.quiet()),
        },
    ]
}

#[expect(clippy::too_many_arguments, reason = "one row of one place")]
fn one_row(
    app: &App,
    walk: &Walk,
    canvas: &mut Canvas<'_, '_>,
    area: Rect,
    row: u16,
    label: Vec<Span<'static>>,
    gates: &[usize],
    hidden: usize,
) {
    let look = app.look;
    canvas.line(area, row, Line::from(label));
    let mut x = area.x.saturating_add(LABEL);
    for &at in gates {
        let gate = &walk.gates()[at];
        let glyph = if gate.pending { look.waiting() } else { look.glyph(gate.status) };
        let text = chip(gate, glyph);
        let wide = u16::try_from(width(&text)).unwrap_or(u16::MAX);
        let mut style = if gate.pending { look.quiet() } else { look.verdict(gate.status) };
        if at == walk.selected {
            style = style.add_modifier(Modifier::REVERSED);
        }
        let place = Rect { x, y: area.y.saturating_add(row), width: wide, height: 1 }.intersection(area);
        let drawn = canvas.line(place, 0, Line::styled(text, style));
        canvas.hit(drawn, Hit::Gate(at));
        x = x.saturating_add(wide).saturating_add(2);
    }
    if hidden > 0 {
        let place = Rect { x, y: area.y.saturating_add(row), width: 8, height: 1 }.intersection(area);
        canvas.line(place, 0, Line::styled(format!("+{hidden}"), look.quiet()));
    }
}
