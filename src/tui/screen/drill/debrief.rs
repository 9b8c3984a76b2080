//! After the verdict: the score row by row, what was broken, both ways beside each other, and what to remember.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Canvas, talk};
use crate::model::{Status, Verdict};
use crate::train::debrief::Weighed;
use crate::train::{Debrief, Expect};
use crate::tui::app::App;
use crate::tui::drill::Drill;
use crate::tui::look::Look;
use crate::tui::text::{padded, wrapped};
use crate::visible::{one_line, visible};

/// Draws it.
pub fn draw(app: &App, drill: &Drill, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let Some(debrief) = drill.session.debrief() else { return };
    let inner = canvas.pane(area, &format!("Debrief: {}", one_line(&debrief.title)), app.look);
    let inner = talk::words(app, drill, canvas, inner);
    let high = usize::from(inner.height);
    let mut lines = Page { look: app.look, room: usize::from(inner.width.min(140)), lines: Vec::new() }.of(debrief);
    if debrief.explanation.is_empty() {
        let text =
            app.keymap.keyed("{explain}: explain the right answer in your own words. What you explain stays with you.");
        lines.insert(1, Line::styled(text, app.look.heading()));
    }
    let most = lines.len().saturating_sub(high);
    drill.most.set(most);
    canvas.lines(inner, lines.into_iter().skip(drill.scroll.min(most)).take(high).collect());
}

struct Page {
    look: Look,
    room: usize,
    lines: Vec<Line<'static>>,
}

impl Page {
    fn of(mut self, debrief: &Debrief) -> Vec<Line<'static>> {
        self.score(debrief);
        self.broken(debrief);
        self.choices("Causes", &debrief.causes);
        self.choices("Fixes", &debrief.fixes);
        self.ways(debrief);
        self.heading("In ninety seconds");
        for (name, text) in debrief.told() {
            self.named(name, text);
        }
        if !debrief.explanation.is_empty() {
            self.named("you", &debrief.explanation);
        }
        self.heading("To remember");
        self.say(&debrief.lesson, Style::new());
        self.say(&format!("What would have prevented it: {}", debrief.prevention), Style::new());
        self.heading("All hints");
        for (at, hint) in debrief.hints.iter().enumerate() {
            let asked = if at < debrief.hints_taken { " (asked for)" } else { "" };
            self.say(&format!("{}. {hint}{asked}", at + 1), self.look.quiet());
        }
        for link in &debrief.links {
            self.say(link, self.look.quiet());
        }
        self.lines
    }

    fn heading(&mut self, text: &str) {
        self.lines.push(Line::default());
        self.lines.push(Line::styled(text.to_owned(), self.look.heading()));
    }

    fn say(&mut self, text: &str, style: Style) {
        self.lines.extend(wrapped(text, self.room).into_iter().map(|line| Line::styled(line, style)));
    }

    fn named(&mut self, name: &str, text: &str) {
        for (at, line) in wrapped(text, self.room.saturating_sub(10)).into_iter().enumerate() {
            let name = if at == 0 { format!("{name:<10}") } else { " ".repeat(10) };
            self.lines.push(Line::from(vec![Span::styled(name, self.look.heading()), Span::raw(line)]));
        }
    }

    fn score(&mut self, debrief: &Debrief) {
        let score = &debrief.score;
        let passed = if score.passed { Status::Open } else { Status::Broken };
        let seed = debrief.seed.map(|seed| format!(", variant {seed}")).unwrap_or_default();
        let minutes = debrief.took_ms / 60_000;
        let head = format!("{} of 100, {} mode{seed}, {minutes} min", score.total, debrief.mode.as_str());
        self.lines.push(Line::styled(head, self.look.status(passed)));
        for row in &score.rows {
            let points = if row.of == 0 { row.points.to_string() } else { format!("{} of {}", row.points, row.of) };
            let full = i64::from(row.points) == i64::from(row.of);
            let style = if full { self.look.quiet() } else { Style::new() };
            let head = format!("{points:>9}  ");
            for (at, line) in
                wrapped(&format!("{}: {}", row.about, row.why), self.room.saturating_sub(11)).into_iter().enumerate()
            {
                let head = if at == 0 { head.clone() } else { " ".repeat(11) };
                self.lines.push(Line::styled(format!("{head}{line}"), style));
            }
        }
    }

    fn broken(&mut self, debrief: &Debrief) {
        self.heading("What was broken");
        let closed = self.look.verdict(Verdict::Closed);
        for broken in &debrief.broken {
            self.say(&format!("{} {broken}", self.look.glyph(Verdict::Closed)), closed);
        }
        for culprit in &debrief.culprits {
            self.say(&format!("{}: {}", culprit.edge, culprit.summary), Style::new());
            for part in &culprit.decisive {
                self.say(&format!("Decisive: statement {} of {}", part.statement, part.document), self.look.quiet());
                for text in part.text.as_deref().unwrap_or_default().lines().take(16) {
                    let text = crate::tui::text::cut(&visible(text), self.room.saturating_sub(2));
                    let bar = Span::styled(format!("{} ", self.look.bar()), closed);
                    self.lines.push(Line::from(vec![bar, Span::raw(text)]));
                }
            }
            for command in culprit.fixes.iter().flat_map(|fix| &fix.commands).filter(|known| !known.text.is_empty()) {
                self.say(&format!("$ {}", command.text), self.look.quiet());
            }
        }
        for harmless in &debrief.harmless {
            self.say(&format!("Harmless: {harmless}"), self.look.quiet());
        }
    }

    fn choices(&mut self, title: &str, items: &[Weighed]) {
        self.heading(title);
        for item in items {
            let (glyph, style) = match (item.right, item.chosen) {
                (true, _) => (self.look.glyph(Verdict::Open), self.look.verdict(Verdict::Open)),
                (false, true) => (self.look.glyph(Verdict::Closed), self.look.verdict(Verdict::Closed)),
                (false, false) => (self.look.glyph(Verdict::NotApplicable), self.look.quiet()),
            };
            let chosen = if item.chosen { " (yours)" } else { "" };
            let why = if item.why.is_empty() { String::new() } else { format!(" {}", item.why) };
            self.say(&format!("{glyph} {}{chosen}{why}", item.text), style);
        }
    }

    /// Both ways on one timeline: left the trainee's, right the model's.
    fn ways(&mut self, debrief: &Debrief) {
        self.heading("Your way, and the model's");
        let half = self.room.saturating_sub(7) / 2;
        let rule = self.look.pick("│", "|");
        for at in 0..debrief.own.len().max(debrief.model.len()) {
            let own = debrief.own.get(at).map_or_else(Vec::new, |step| {
                let said = step.hypothesis.as_ref().map_or("nothing said", |said| expected(said.expect));
                let told = if step.feedback.discriminates { ", told causes apart" } else { "" };
                let tutor = if step.by_tutor { ", by the tutor" } else { "" };
                wrapped(&format!("{}: {} ({said}{told}{tutor})", step.layer, step.probe), half)
            });
            let model = debrief.model.get(at).map_or_else(Vec::new, |step| {
                wrapped(&format!("{}: {} ({}) {}", step.layer, step.probe, expected(step.expect), step.why), half)
            });
            let parts = debrief.parts_at == Some(at + 1);
            for row in 0..own.len().max(model.len()) {
                let number = if row == 0 { format!("{:>2} ", at + 1) } else { "   ".to_owned() };
                let left = padded(own.get(row).map_or("", String::as_str), half);
                let right = model.get(row).cloned().unwrap_or_default();
                let style = if parts { self.look.heading() } else { Style::new() };
                self.lines.push(Line::styled(format!("{number}{left} {rule} {right}"), style));
            }
        }
        self.say(&debrief.parting(), self.look.heading());
        let told = debrief.discriminating();
        self.say(
            &match told.is_empty() {
                true => "None of your reads told causes apart.".to_owned(),
                false => format!("Reads of yours that told causes apart: {}.", told.join(", ")),
            },
            Style::new(),
        );
    }
}

fn expected(expect: Expect) -> &'static str {
    match expect {
        Expect::Open => "expects open",
        Expect::Closed => "expects closed",
    }
}
