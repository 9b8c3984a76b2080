//! The form of a verdict: the edge on the path, the cause, the fix, a note.

use tui_input::Input;

use crate::train::{Move, Session};

/// A part of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Part {
    /// Where the path breaks.
    #[default]
    Edge,
    /// Why.
    Cause,
    /// What repairs it.
    Fix,
    /// A note of one's own.
    Note,
}

impl Part {
    /// All, in order.
    pub const ALL: [Part; 4] = [Part::Edge, Part::Cause, Part::Fix, Part::Note];

    /// What is asked.
    pub fn asks(self) -> &'static str {
        match self {
            Part::Edge => "Where is the broken edge?",
            Part::Cause => "What is the cause?",
            Part::Fix => "What is the smallest change that repairs it?",
            Part::Note => "A note of your own",
        }
    }

    /// Its name.
    pub fn title(self) -> &'static str {
        match self {
            Part::Edge => "edge",
            Part::Cause => "cause",
            Part::Fix => "fix",
            Part::Note => "note",
        }
    }
}

/// What was chosen so far.
#[derive(Debug, Default)]
pub struct Choosing {
    /// The part in focus.
    pub part: Part,
    /// The selected entry of edge, cause and fix.
    pub at: [usize; 3],
    /// The chosen ids of each.
    pub chosen: [Vec<String>; 3],
    /// The note.
    pub note: Input,
}

impl Choosing {
    /// The ids and texts to choose from in a part.
    pub fn choices(session: &Session, part: Part) -> Vec<(String, String)> {
        let scenario = session.scenario();
        match part {
            Part::Edge => {
                let text = |edge: &crate::train::scenario::EdgeChoice| {
                    let question = edge.questions.first().map_or("", String::as_str);
                    format!("{}: {} to {}. {question}", edge.layer, edge.from, edge.to)
                };
                scenario.edges.iter().map(|edge| (edge.id.clone(), text(edge))).collect()
            }
            Part::Cause => scenario.causes.iter().map(|cause| (cause.id.clone(), cause.text.clone())).collect(),
            Part::Fix => scenario.fixes.iter().map(|fix| (fix.id.clone(), fix.text.clone())).collect(),
            Part::Note => Vec::new(),
        }
    }

    /// The position of the part among those to choose in.
    fn list(&self) -> Option<usize> {
        Part::ALL.iter().take(3).position(|part| *part == self.part)
    }

    /// Goes so many entries on, or back, in the part in focus.
    pub fn go(&mut self, session: &Session, by: isize) {
        let count = Choosing::choices(session, self.part).len();
        if let (Some(list), true) = (self.list(), count > 0) {
            self.at[list] = self.at[list].saturating_add_signed(by).min(count - 1);
        }
    }

    /// Selects an entry of the part in focus.
    pub fn select(&mut self, session: &Session, at: usize) {
        if let Some(list) = self.list() {
            self.at[list] = 0;
            self.go(session, isize::try_from(at).unwrap_or(isize::MAX));
        }
    }

    /// Chooses the selected entry, or takes it back. Where one thing is broken, another choice replaces the first.
    pub fn toggle(&mut self, session: &Session) {
        let choices = Choosing::choices(session, self.part);
        let Some(list) = self.list() else { return };
        let Some((id, _)) = choices.get(self.at[list]) else { return };
        let chosen = &mut self.chosen[list];
        if let Some(at) = chosen.iter().position(|known| known == id) {
            chosen.remove(at);
            return;
        }
        if session.scenario().answers == 1 {
            chosen.clear();
        }
        chosen.push(id.clone());
    }

    /// Chooses the selected entry where one is missing, and goes on to the next part. Who must not know how many there are chooses more than one himself.
    pub fn take(&mut self, session: &Session) {
        if let Some(list) = self.list() {
            let choices = Choosing::choices(session, self.part);
            let scenario = session.scenario();
            let wanted = if scenario.drawn.is_none() { scenario.answers } else { 1 };
            let is_chosen = choices.get(self.at[list]).is_some_and(|(id, _)| self.chosen[list].contains(id));
            if !is_chosen && (scenario.answers == 1 || self.chosen[list].len() < wanted) {
                self.toggle(session);
            }
        }
        self.turn(true);
    }

    /// The next or previous part; the ends hold.
    pub fn turn(&mut self, forward: bool) {
        let at = Part::ALL.iter().position(|part| *part == self.part).unwrap_or(0);
        let to = if forward { (at + 1).min(Part::ALL.len() - 1) } else { at.saturating_sub(1) };
        self.part = Part::ALL[to];
    }

    /// Parts in which nothing is chosen.
    pub fn missing(&self) -> Vec<&'static str> {
        let lists = Part::ALL.iter().zip(&self.chosen);
        lists.filter(|(_, chosen)| chosen.is_empty()).map(|(part, _)| part.title()).collect()
    }

    /// The move that gives it.
    pub fn verdict(self) -> Move {
        let [edges, causes, fixes] = self.chosen;
        Move::Verdict { edges, causes, fixes, note: self.note.value().trim().to_owned() }
    }
}
