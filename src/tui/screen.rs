//! One file per screen; here what they share: where one is, the footer, the toast, the choice.
//!
//! ```text
//! gatewalk › s3://lake-raw › Verdict                    read-only · profile dev
//! ✗ BROKEN  identity ✓ open  network ✗ BROKEN  storage ✓ open    28 calls, 1.2 s
//! ┌─────────────────────────────────────────────────────────────────────────────┐
//! │ the screen                                                                  │
//! └─────────────────────────────────────────────────────────────────────────────┘
//!  The fix's command is copied (OSC 52).
//! ? help  Enter steps  Tab view  y copy fix  n next broken  Esc back  q quit
//! ```

mod compare;
mod drill;
mod evidence;
mod facts;
mod finder;
mod form;
mod levels;
mod path;
mod start;
mod steps;
mod strip;
mod verdict;
mod walk;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::symbols::merge::MergeStrategy;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph, Wrap};

use super::action::{Action, Place, here, is_text};
use super::app::{App, Screen, Wanted};
use super::look::Look;
use super::message::Hit;
use super::text::{cut, padded, width};
use crate::visible::one_line;

/// The least size that everything can be read in.
const LEAST: (u16, u16) = (60, 16);

/// What is drawn on: the frame, and what clicks on its parts do.
pub struct Canvas<'f, 'b> {
    frame: &'f mut Frame<'b>,
    hits: Vec<(Rect, Hit)>,
}

impl Canvas<'_, '_> {
    /// One line, cut to its row; rows outside are not drawn.
    fn line(&mut self, area: Rect, row: u16, line: Line<'_>) -> Rect {
        let at = Rect { y: area.y.saturating_add(row), height: 1, ..area }.intersection(area);
        if !at.is_empty() {
            self.frame.render_widget(line, at);
        }
        at
    }

    /// Lines from the top of an area; what does not fit is not drawn.
    fn lines(&mut self, area: Rect, lines: Vec<Line<'_>>) {
        if !area.is_empty() {
            self.frame.render_widget(Paragraph::new(lines), area);
        }
    }

    /// A pane with a title; gives the area inside.
    fn pane(&mut self, area: Rect, title: &str, look: Look) -> Rect {
        let block = Block::new()
            .borders(Borders::ALL)
            .border_set(look.borders())
            .merge_borders(if look.is_ascii() { MergeStrategy::Replace } else { MergeStrategy::Exact })
            .title(Span::styled(if title.is_empty() { String::new() } else { format!(" {title} ") }, look.heading()));
        let inner = block.inner(area);
        self.frame.render_widget(block, area);
        inner
    }

    fn hit(&mut self, area: Rect, hit: Hit) {
        self.hits.push((area, hit));
    }
}

/// Draws the state, and gives what clicks do where. Any size is fine.
pub fn draw(app: &App, frame: &mut Frame<'_>) -> Vec<(Rect, Hit)> {
    let area = frame.area();
    let mut canvas = Canvas { frame, hits: Vec::new() };
    if area.is_empty() {
        return canvas.hits;
    }
    if area.width < LEAST.0 || area.height < LEAST.1 {
        small(app, &mut canvas, area);
        return canvas.hits;
    }
    let toast = u16::from(app.toast.is_some());
    let [head, body, note, foot] =
        Layout::vertical([Constraint::Length(1), Constraint::Min(1), Constraint::Length(toast), Constraint::Length(1)])
            .areas(area);
    canvas.line(head, 0, crumbs(app, usize::from(head.width)));
    match (app.screen(), &app.walk) {
        (Screen::Form, _) => form::draw(app, &mut canvas, body),
        (Screen::Prompt, _) => form::prompt(app, &mut canvas, body),
        (Screen::Compare, _) => compare::draw(app, &mut canvas, body),
        (Screen::Levels, _) => levels::draw(app, &mut canvas, body),
        (Screen::Walk, Some(walk)) => walk::draw(app, walk, &mut canvas, body),
        (Screen::Start | Screen::Walk, _) => start::draw(app, &mut canvas, body),
    }
    if let Some(finder) = &app.finder {
        finder::draw(app, finder, &mut canvas, body);
    }
    if let Some(toast) = &app.toast {
        let text = padded(&format!(" {}", one_line(&app.keymap.keyed(toast))), usize::from(note.width));
        canvas.line(note, 0, Line::styled(text, app.look.selected()));
    }
    footer(app, &mut canvas, foot);
    canvas.hits
}

/// Less room than everything needs: the verdict in words, and how much room it wants.
fn small(app: &App, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let diagnosis = app.walk.as_ref().and_then(|walk| walk.diagnosis.as_ref());
    let verdict = diagnosis.map_or_else(
        || "gatewalk".to_owned(),
        |diagnosis| format!("{}: {}", app.look.status_word(diagnosis.verdict), one_line(&diagnosis.sentence)),
    );
    let needs = format!("(needs {}x{}; {{quit}} leaves)", LEAST.0, LEAST.1);
    let text = vec![Line::raw(verdict), Line::styled(app.keymap.keyed(&needs), app.look.quiet())];
    canvas.frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
}

/// Where one is; on the right what this program may do, and as whom.
fn crumbs(app: &App, room: usize) -> Line<'static> {
    let mut parts = vec!["gatewalk".to_owned()];
    for screen in &app.screens {
        match (screen, &app.walk) {
            (Screen::Start, _) => {}
            (Screen::Form, _) => parts.push("Diagnose".into()),
            (Screen::Prompt, _) => parts.push(match app.prompt.as_ref().map(|prompt| prompt.wanted) {
                Some(Wanted::Compare) => "Compare".into(),
                _ => "Open a snapshot".into(),
            }),
            (Screen::Compare, _) => parts.push("Compare".into()),
            (Screen::Levels, _) => parts.push("Train".into()),
            (Screen::Walk, Some(walk)) => {
                parts.push(one_line(&walk.title));
                parts.extend(walk.views.iter().map(|view| walk.title_of(*view).to_owned()));
            }
            (Screen::Walk, None) => {}
        }
    }
    let right = standing(app, room * 2 / 5);
    let separator = format!(" {} ", app.look.crumb());
    let left_room = room.saturating_sub(width(&right) + 2);
    let too_wide = |parts: &[String]| width(&parts.join(&separator)) > left_room;
    // The end says where one is: the beginning goes first, then the middle of what is long.
    if too_wide(&parts) && parts.len() > 2 {
        parts.remove(0);
    }
    if too_wide(&parts) {
        let long = (0..parts.len()).max_by_key(|at| width(&parts[*at])).unwrap_or(0);
        let over = width(&parts.join(&separator)).saturating_sub(left_room);
        parts[long] = super::text::cut_middle(&parts[long], width(&parts[long]).saturating_sub(over).max(8));
    }
    Line::from(vec![
        Span::styled(padded(&parts.join(&separator), left_room), app.look.heading()),
        Span::styled(format!("  {right}"), app.look.quiet()),
    ])
}

/// What this program may do, as whom, and whether it has the mouse: as much of it as has room.
fn standing(app: &App, room: usize) -> String {
    // Which file they came from is for the start screen and for `doctor`.
    let short = |known: &String| {
        let first = known.split(" of ").next().and_then(|known| known.split(" (").next());
        one_line(first.unwrap_or(known))
    };
    let identity = app.world.identity.credentials.as_ref().map_or_else(|| "no credentials".into(), short);
    let account = app.world.identity.account.as_ref().map(|account| one_line(account)).unwrap_or_default();
    let end = account.char_indices().rev().nth(3).map_or(account.as_str(), |(at, _)| &account[at..]).to_owned();
    let mut words = vec!["read-only".to_owned(), identity];
    if !end.is_empty() {
        words.push(format!("acct ..{end}"));
    }
    if app.mouse {
        words.insert(1, "mouse".into());
    }
    while words.len() > 1 && width(&words.join(" · ")) > room {
        words.pop();
    }
    cut(&ascii_dots(words.join(" · "), app.look), room)
}

fn ascii_dots(text: String, look: Look) -> String {
    if look.is_ascii() { text.replace('·', "-").replace('…', "...") } else { text }
}

/// What works here, as far as there is room; a click does it.
fn footer(app: &App, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let place = app.place();
    let mut spans = Vec::new();
    let mut used = 0;
    let room = usize::from(area.width);
    let entries: Vec<_> = here(place)
        .filter(|entry| !entry.short.is_empty() || (is_text(place) && text_hint(entry.action).is_some()))
        .filter(|entry| place == Place::Finder || app.is_ready(entry.action))
        .collect();
    for entry in entries {
        // Where letters are text, a key with a name does it.
        let works =
            |key: &&str| super::keys::key(key).and_then(|key| app.keymap.action(key, place)) == Some(entry.action);
        let Some(key) = app.keymap.keys(entry).into_iter().find(works).map(str::to_owned) else { continue };
        let short = text_hint(entry.action).filter(|_| entry.short.is_empty()).unwrap_or(entry.short);
        let short = if place == Place::Finder && entry.action == Action::Down { "next" } else { short };
        let word = app.short(entry.action, short);
        let wide = width(&key) + width(word) + 3;
        if used + wide > room + 2 {
            break;
        }
        let x = area.x.saturating_add(u16::try_from(used).unwrap_or(u16::MAX));
        let hit = Rect { x, width: u16::try_from(wide - 2).unwrap_or(0), ..area };
        canvas.hit(hit.intersection(area), Hit::Do(entry.action));
        used += wide;
        spans.push(Span::styled(key, app.look.heading()));
        spans.push(Span::raw(format!(" {word}  ")));
    }
    canvas.line(area, 0, Line::from(spans));
}

/// Where letters are text, the few keys that are left are told too.
fn text_hint(action: Action) -> Option<&'static str> {
    match action {
        Action::Down => Some("suggestions"),
        Action::ForceQuit => Some("quit"),
        _ => None,
    }
}

/// The first row to show so that `at` is in view, with a line of context.
fn scrolled(at: usize, rows: usize, room: usize) -> usize {
    let last = rows.saturating_sub(room);
    (at + 2).saturating_sub(room).min(last).min(at)
}

/// A style for what is selected.
fn marked(look: Look, selected: bool) -> Style {
    if selected { look.selected() } else { Style::new() }
}

/// `▸ ` before what is selected.
fn mark(look: Look, selected: bool) -> String {
    format!("{} ", if selected { look.marker() } else { " " })
}
