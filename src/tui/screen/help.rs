//! The help: every action with its keys, made from the table.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use super::pane;
use crate::tui::action::TABLE;
use crate::tui::app::App;

/// Draws it.
pub fn draw(app: &App, scroll: u16, frame: &mut Frame<'_>, area: Rect) {
    let lines: Vec<Line<'_>> = TABLE
        .iter()
        .map(|entry| {
            let keys = format!("{:<18}", entry.keys.join(" "));
            Line::from(vec![Span::styled(keys, app.look.heading()), Span::raw(entry.help)])
        })
        .collect();
    let last = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_sub(area.height.saturating_sub(2));
    let help =
        Paragraph::new(lines).wrap(Wrap { trim: false }).scroll((scroll.min(last), 0)).block(pane("Help", app.look));
    frame.render_widget(help, area);
}
