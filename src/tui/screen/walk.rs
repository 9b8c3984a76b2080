//! What all views of a walk share: the verdict in one line, the layers, the tabs.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use super::{Canvas, drill, evidence, facts, steps, verdict};
use crate::model::{Layer, Status, Verdict};
use crate::tui::app::App;
use crate::tui::message::Hit;
use crate::tui::text::width;
use crate::tui::walk::{View, Walk};
use crate::visible::one_line;

/// Draws it.
pub fn draw(app: &App, walk: &Walk, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let [head, tabs, body] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Min(1)]).areas(area);
    let summary = match &walk.drill {
        Some(drill) => drill::summed_up(app, walk, drill, usize::from(head.width)),
        None => summed_up(app, walk, usize::from(head.width)),
    };
    canvas.line(head, 0, summary);
    self::tabs(app, walk, canvas, tabs);
    if let Some(error) = &walk.error {
        let inner = canvas.pane(body, "It could not be walked", app.look);
        let text = vec![
            Line::styled(one_line(&error.sentence), app.look.verdict(Verdict::Closed)),
            Line::default(),
            Line::raw(one_line(&error.next)),
            Line::default(),
            Line::styled(
                app.keymap.keyed("{back} goes back, to change what was asked. {again} tries again."),
                app.look.quiet(),
            ),
        ];
        canvas.frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), inner);
        return;
    }
    match walk.view() {
        View::Session => match &walk.drill {
            Some(drill) => drill::draw(app, walk, drill, canvas, body),
            None => canvas.lines(body, vec![Line::styled(" The level is being made ready.", app.look.quiet())]),
        },
        View::Verdict => verdict::draw(app, walk, canvas, body),
        View::Steps => steps::draw(app, walk, canvas, body),
        View::Evidence => evidence::draw(app, walk, canvas, body),
        View::Facts => facts::draw(app, walk, canvas, body),
    }
}

/// The verdict and that of each layer; while the walk is under way, how far it is.
fn summed_up(app: &App, walk: &Walk, room: usize) -> Line<'static> {
    let look = app.look;
    let (answered, asked) = walk.progress();
    let mut spans = Vec::new();
    match (&walk.diagnosis, walk.finished) {
        (Some(diagnosis), true) => {
            spans
                .push(Span::styled(look.status_word(diagnosis.verdict).to_uppercase(), look.status(diagnosis.verdict)));
        }
        (None, true) => spans.push(Span::styled("ended", look.quiet())),
        (_, false) => {
            let word = match (walk.paused, walk.cancelled) {
                (_, true) => "cancelling",
                (true, _) => "paused",
                _ => "walking",
            };
            let text = format!("{word} {} {answered} of {asked} calls, {} s", look.waiting(), walk.seconds);
            spans.push(Span::styled(text, look.heading()));
        }
    }
    for layer in Layer::ALL {
        let status = layer_status(walk, layer);
        spans.push(Span::raw(format!("  {layer} ")));
        spans.push(match status {
            Some(status) => Span::styled(look.status_word(status), look.status(status)),
            None => Span::styled(look.waiting(), look.quiet()),
        });
    }
    if let Some((calls, _, took)) = walk.took {
        let kind = if walk.is_live() { "" } else { ", recorded" };
        let used: usize = spans.iter().map(Span::width).sum();
        for text in [format!("   {calls} calls{kind}, {took} ms"), format!("   {calls} calls"), String::new()] {
            if used + width(&text) <= room {
                spans.push(Span::styled(text, look.quiet()));
                break;
            }
        }
    }
    Line::from(spans)
}

/// What a layer sums up to, as far as it is known: a closed gate is known at once.
pub fn layer_status(walk: &Walk, layer: Layer) -> Option<Status> {
    let diagnosis = walk.diagnosis.as_ref()?;
    let status = diagnosis.layers.iter().find(|report| report.id == layer)?.status;
    let waits = !walk.finished && diagnosis.gates.iter().any(|gate| gate.layer == layer && gate.pending);
    (!waits || status == Status::Broken).then_some(status)
}

fn tabs(app: &App, walk: &Walk, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let look = app.look;
    let mut spans = Vec::new();
    let mut used = 0;
    for view in walk.all_views().iter().copied() {
        let on = view == walk.view();
        let title = walk.title_of(view);
        let text = if on { format!("[{title}]") } else { format!(" {title} ") };
        let x = area.x.saturating_add(used);
        let wide = u16::try_from(width(&text)).unwrap_or(0);
        canvas.hit(Rect { x, width: wide, ..area }.intersection(area), Hit::View(view));
        used += wide + 1;
        spans.push(Span::styled(text, if on { look.heading() } else { look.quiet() }));
        spans.push(Span::raw(" "));
    }
    if let Some(diagnosis) = &walk.diagnosis {
        let request = &diagnosis.request;
        let words = format!(
            "  {} {} {} from {}",
            short(&request.principal),
            look.arrow(),
            request.action,
            short(&request.origin)
        );
        spans.push(Span::styled(one_line(&words), look.quiet()));
    }
    canvas.line(area, 0, Line::from(spans));
}

/// The last part of a name that has many.
fn short(name: &str) -> &str {
    let end = name.rsplit([':', '/']).next().unwrap_or(name);
    if end.is_empty() { name } else { end }
}
