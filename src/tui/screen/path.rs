//! The path painted: stations as boxes, ways by their status (plain, heavy with a cross, dotted with a question mark). Narrow panes get a list.

use std::cell::Ref;

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::{Canvas, mark};
use crate::model::{Diagnosis, Status};
use crate::tui::app::App;
use crate::tui::look::{Look, verdict_of};
use crate::tui::message::Hit;
use crate::tui::picture::{Area, Ink};
use crate::tui::route::{Route, Way};
use crate::tui::text::{cut, cut_middle, width};
use crate::tui::walk::Walk;
use crate::visible::one_line;

/// Below so many cells the path is a list.
const PICTURE: u16 = 34;

/// Draws it.
pub fn draw(app: &App, walk: &Walk, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let Some(diagnosis) = &walk.diagnosis else {
        canvas.line(
            area,
            0,
            Line::styled(format!(" {} the path is being found", app.look.waiting()), app.look.quiet()),
        );
        return;
    };
    if area.width < PICTURE || area.height < 5 {
        list(app, walk, diagnosis, canvas, area);
        return;
    }
    let room = (usize::from(area.width), usize::from(area.height));
    let kept = walk.route.borrow().as_ref().is_some_and(|route| route.fits(diagnosis, room));
    if !kept {
        *walk.route.borrow_mut() = Route::of(diagnosis, room);
    }
    match Ref::filter_map(walk.route.borrow(), Option::as_ref) {
        Ok(route) => Painter { app, walk, route: &route, on: on(walk, diagnosis) }.paint(canvas, area),
        Err(_) => list(app, walk, diagnosis, canvas, area),
    }
}

/// The two stations of the selected gate's edge.
fn on<'d>(walk: &Walk, diagnosis: &'d Diagnosis) -> Option<(&'d str, &'d str)> {
    let gate = walk.gate()?;
    let edge = diagnosis.path.edges.iter().find(|edge| edge.id == gate.edge)?;
    Some((&edge.from, &edge.to))
}

struct Painter<'p> {
    app: &'p App,
    walk: &'p Walk,
    route: &'p Route,
    on: Option<(&'p str, &'p str)>,
}

impl Painter<'_> {
    fn paint(&self, canvas: &mut Canvas<'_, '_>, area: Rect) {
        let origin = self.origin(area);
        let look = self.app.look;
        for spot in &self.route.picture.spots {
            let Some(way) = self.route.ways.get(spot.way) else { continue };
            let glyph = ink(spot.ink, way.status, look);
            self.put(canvas, area, origin, (spot.x, spot.y), &glyph.to_string(), self.style(way));
            self.hit(canvas, area, origin, (spot.x, spot.y), way);
        }
        for (way, mark) in self.route.ways.iter().zip(&self.route.picture.marks) {
            let (Some(at), true) = (mark, way.status != Status::Open || self.is_on(way)) else { continue };
            let text = match way.status {
                Status::Open => look.marker().to_owned(),
                status => look.glyph(verdict_of(status)).to_owned(),
            };
            let strong = Modifier::REVERSED | Modifier::BOLD;
            self.put(canvas, area, origin, *at, &text, look.status(way.status).add_modifier(strong));
        }
        for (station, place) in self.route.stations.iter().zip(&self.route.picture.stations) {
            let on = self.on.is_some_and(|(from, to)| from == station.id || to == station.id);
            let style = if on { Style::new().add_modifier(Modifier::BOLD) } else { Style::new() };
            for row in 0..place.height {
                if let (Some(y), Some(x)) =
                    (inside(place.y + row, origin.1, area.height), inside(place.x, origin.0, area.width))
                {
                    let wide = u16::try_from(place.width).unwrap_or(u16::MAX);
                    let all = Rect { x: area.x + x, y: area.y + y, width: wide, height: 1 };
                    canvas.hit(all.intersection(area), Hit::Station(station.id.clone()));
                }
            }
            if self.route.boxed {
                self.boxed(canvas, area, origin, *place, (&station.kind, &station.label), style);
            } else {
                let text = format!("[{}]", station.label);
                self.put(canvas, area, origin, (place.x, place.y), &text, style);
            }
        }
        self.more(canvas, area);
    }

    fn boxed(
        &self,
        canvas: &mut Canvas<'_, '_>,
        area: Rect,
        origin: (i32, i32),
        place: Area,
        (kind, label): (&str, &str),
        style: Style,
    ) {
        let look = self.app.look;
        let set = look.borders();
        let inside = place.width.saturating_sub(2);
        let fill = inside.saturating_sub(width(kind) + 2);
        let top = format!("{} {kind} {}{}", set.top_left, set.horizontal_top.repeat(fill), set.top_right);
        let bottom = format!("{}{}{}", set.bottom_left, set.horizontal_bottom.repeat(inside), set.bottom_right);
        let gap = " ".repeat(inside.saturating_sub(width(label) + 1));
        let middle = format!("{} {label}{gap}{}", set.vertical_left, set.vertical_right);
        for (row, text) in [top, middle, bottom].iter().enumerate() {
            self.put(canvas, area, origin, (place.x, place.y + row), text, style);
        }
    }

    /// Where the picture's first cell lies in the pane. A picture that is larger follows the selection, and the user's own moves.
    fn origin(&self, area: Rect) -> (i32, i32) {
        let picture = &self.route.picture;
        let middle = self
            .route
            .ways
            .iter()
            .zip(&picture.marks)
            .find(|(way, _)| self.is_on(way))
            .and_then(|(_, mark)| *mark)
            .unwrap_or((0, 0));
        let along = |size: usize, room: u16, at: usize, pan: i32| {
            let (size, room) = (i32::try_from(size).unwrap_or(i32::MAX), i32::from(room));
            if size <= room {
                return (room - size) / 2;
            }
            let at = i32::try_from(at).unwrap_or(0);
            -(at - room / 2).saturating_add(pan).clamp(0, size - room)
        };
        (
            along(picture.width, area.width, middle.0, self.walk.pan.0),
            along(picture.height, area.height, middle.1, self.walk.pan.1),
        )
    }

    fn is_on(&self, way: &Way) -> bool {
        self.on == Some((way.from.as_str(), way.to.as_str()))
    }

    fn style(&self, way: &Way) -> Style {
        let style = self.app.look.status(way.status);
        if self.is_on(way) { style.add_modifier(Modifier::BOLD) } else { style }
    }

    fn put(
        &self,
        canvas: &mut Canvas<'_, '_>,
        area: Rect,
        origin: (i32, i32),
        (x, y): (usize, usize),
        text: &str,
        style: Style,
    ) {
        let Some(row) = inside(y, origin.1, area.height) else { return };
        let start = i32::try_from(x).unwrap_or(i32::MAX).saturating_add(origin.0);
        // The part of the text that lies in the pane.
        let skip = usize::try_from(-start.min(0)).unwrap_or(0);
        let column = u16::try_from(start.max(0)).unwrap_or(u16::MAX);
        let shown: String = text.chars().skip(skip).collect();
        let room = usize::from(area.width.saturating_sub(column));
        if room > 0 && !shown.is_empty() {
            canvas.frame.buffer_mut().set_stringn(area.x + column, area.y + row, shown, room, style);
        }
    }

    fn hit(&self, canvas: &mut Canvas<'_, '_>, area: Rect, origin: (i32, i32), (x, y): (usize, usize), way: &Way) {
        if let (Some(column), Some(row)) = (inside(x, origin.0, area.width), inside(y, origin.1, area.height)) {
            // A line of one cell is hard to meet: its neighbours count too.
            let wide = Rect { x: (area.x + column).saturating_sub(1), y: area.y + row, width: 3, height: 1 };
            canvas.hit(wide.intersection(area), Hit::Way(way.from.clone(), way.to.clone()));
        }
    }

    /// Says that there is more than the pane shows.
    fn more(&self, canvas: &mut Canvas<'_, '_>, area: Rect) {
        let picture = &self.route.picture;
        if picture.width > usize::from(area.width) || picture.height > usize::from(area.height) {
            let arrows = self.app.keymap.keyed("{pan-left} {pan-down} {pan-up} {pan-right} move the picture");
            let room = usize::from(area.width);
            let text = cut(&arrows, room);
            let x = area.x + area.width.saturating_sub(u16::try_from(width(&text)).unwrap_or(0));
            let at = Rect { x, y: area.y + area.height - 1, width: area.width, height: 1 }.intersection(area);
            canvas.line(at, 0, Line::styled(text, self.app.look.quiet()));
        }
    }
}

fn inside(at: usize, origin: i32, room: u16) -> Option<u16> {
    let at = i32::try_from(at).ok()?.checked_add(origin)?;
    u16::try_from(at).ok().filter(|at| *at < room)
}

/// A cell of a way: every status has a line of its own, also in ASCII.
fn ink(ink: Ink, status: Status, look: Look) -> char {
    let (light, heavy, dotted) = match ink {
        Ink::Head(head) => {
            let fancy = match head {
                '^' => '▲',
                'v' => '▼',
                '<' => '◀',
                _ => '▶',
            };
            return if look.is_ascii() { head } else { fancy };
        }
        Ink::Line { up, down, left, right } if look.is_ascii() => match (up || down, left || right) {
            (true, false) => ('|', '#', ':'),
            (false, _) => ('-', '=', '.'),
            _ => ('+', '#', '+'),
        },
        Ink::Line { up, down, left, right } => match (up, down, left, right) {
            (true, _, false, false) | (false, true, false, false) => ('│', '┃', '┊'),
            (false, true, false, true) => ('┌', '┏', '┌'),
            (false, true, true, false) => ('┐', '┓', '┐'),
            (true, false, false, true) => ('└', '┗', '└'),
            (true, false, true, false) => ('┘', '┛', '┘'),
            (true, true, false, true) => ('├', '┣', '├'),
            (true, true, true, false) => ('┤', '┫', '┤'),
            (false, true, true, true) => ('┬', '┳', '┬'),
            (true, false, true, true) => ('┴', '┻', '┴'),
            (true, true, true, true) => ('┼', '╋', '┼'),
            _ => ('─', '━', '┈'),
        },
    };
    match status {
        Status::Open => light,
        Status::Broken => heavy,
        Status::Unknown => dotted,
    }
}

/// The path as lines, where a picture has no room.
fn list(app: &App, walk: &Walk, diagnosis: &Diagnosis, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let look = app.look;
    let on = on(walk, diagnosis);
    let label = |id: &str| {
        let node = diagnosis.path.nodes.iter().find(|node| node.id == id);
        node.map_or_else(String::new, |node| one_line(&node.label))
    };
    let ways = Route::ways(diagnosis);
    let rows = usize::from(area.height);
    let at = ways.iter().position(|way| on == Some((way.from.as_str(), way.to.as_str()))).unwrap_or(0);
    let first = super::scrolled(at, ways.len(), rows);
    for (row, way) in ways.iter().enumerate().skip(first).take(rows) {
        let selected = on == Some((way.from.as_str(), way.to.as_str()));
        let word = look.status_word(way.status);
        let room = usize::from(area.width).saturating_sub(width(&word) + 8) / 2;
        let line = Line::from(vec![
            Span::raw(mark(look, selected)),
            Span::styled(word, look.status(way.status)),
            Span::raw(format!(
                " {} {} {}",
                cut_middle(&label(&way.from), room),
                look.arrow(),
                cut_middle(&label(&way.to), room)
            )),
        ]);
        let drawn = canvas.line(area, u16::try_from(row - first).unwrap_or(u16::MAX), line);
        canvas.hit(drawn, Hit::Way(way.from.clone(), way.to.clone()));
    }
}
