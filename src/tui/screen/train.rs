//! Where training is found, and what can be practised on here.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::Canvas;
use crate::tui::app::App;
use crate::tui::text::wrapped;

/// Draws it.
pub fn draw(app: &App, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let inner = canvas.pane(area, "Train", app.look);
    let room = usize::from(inner.width.min(90));
    let mut lines = vec![Line::default()];
    for (text, style) in [
        ("Training on broken worlds has its home on the command line.", app.look.heading()),
        ("", app.look.quiet()),
        ("Leave this screen and run: gatewalk train", ratatui::style::Style::new()),
        (
            "gatewalk train list tells the levels, and which are due. A screen of its own is on its way.",
            app.look.quiet(),
        ),
        ("", app.look.quiet()),
        (
            "Here the example is a good teacher meanwhile: Enter walks it step by step, with no credentials. Before each query, say to yourself what you \
             expect; then press the key that asks it.",
            ratatui::style::Style::new(),
        ),
    ] {
        lines.extend(wrapped(text, room).into_iter().map(|line| Line::styled(line, style)));
    }
    canvas.lines(inner, lines);
}
