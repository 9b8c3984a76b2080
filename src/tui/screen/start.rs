//! The start screen: what can be done, and what was done of late.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Canvas, ascii_dots, mark, marked, scrolled};
use crate::tui::app::{App, Offer};
use crate::tui::message::Hit;
use crate::tui::text::{cut, cut_middle, width};
use crate::visible::one_line;

/// A line of the list: a heading, or an offer by its position.
enum Row {
    Gap,
    Heading(&'static str),
    Offer(usize, Offer),
}

/// Draws it.
pub fn draw(app: &App, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let look = app.look;
    let who = match &app.world.identity.credentials {
        Some(credentials) => {
            let account = app.world.identity.account.as_ref();
            let account = account.map(|account| format!(", account {}", one_line(account))).unwrap_or_default();
            format!("All read-only. Live questions are asked with {}{account}.", one_line(credentials))
        }
        None => "All read-only. No credentials found: the example needs none.".into(),
    };
    canvas.line(area, 0, Line::styled("Why can this identity, from this place, not reach this data?", look.heading()));
    canvas.line(area, 1, Line::styled(who, look.quiet()));
    let rows = rows(app);
    let list = Rect { y: area.y + 3.min(area.height), height: area.height.saturating_sub(3), ..area };
    let room = usize::from(list.height);
    let at = rows.iter().position(|row| matches!(row, Row::Offer(at, _) if *at == app.selected)).unwrap_or(0);
    let first = scrolled(at, rows.len(), room);
    for (row, line) in rows.iter().skip(first).take(room).enumerate() {
        let row = u16::try_from(row).unwrap_or(u16::MAX);
        match line {
            Row::Gap => {}
            Row::Heading(text) => _ = canvas.line(list, row, Line::styled(*text, look.heading())),
            Row::Offer(at, offer) => {
                let drawn = canvas.line(list, row, offered(app, *offer, *at == app.selected, usize::from(list.width)));
                canvas.hit(drawn, Hit::Offer(*at));
            }
        }
    }
}

fn rows(app: &App) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut kind = "";
    for (at, offer) in app.offers(true).into_iter().enumerate() {
        let of = match offer {
            Offer::GoOn | Offer::Diagnose | Offer::Train | Offer::Snapshot | Offer::Example(_) => "",
            Offer::Recent(_) => "Of late",
            Offer::Saved(_) => "Snapshots in this folder",
            Offer::Playbook(_) => "Playbooks: what can be diagnosed",
        };
        if of != kind {
            kind = of;
            rows.push(Row::Gap);
            rows.push(Row::Heading(of));
        }
        rows.push(Row::Offer(at, offer));
    }
    rows
}

fn offered(app: &App, offer: Offer, selected: bool, room: usize) -> Line<'static> {
    const NAME: usize = 34;
    let (name, about) = app.worded(offer);
    let name_room = if room >= 100 { NAME + 14 } else { NAME };
    let name = cut_middle(&name, name_room);
    let gap = " ".repeat((name_room + 1).saturating_sub(width(&name)));
    let style = match offer {
        Offer::Recent(at) => {
            app.world.recents.get(at).map_or(app.look.quiet(), |recent| app.look.status(recent.verdict))
        }
        _ => app.look.quiet(),
    };
    let about = cut(&ascii_dots(about, app.look), room.saturating_sub(name_room + 3));
    Line::from(vec![
        Span::raw(mark(app.look, selected)),
        Span::styled(name, marked(app.look, selected)),
        Span::raw(gap),
        Span::styled(about, style),
    ])
}
