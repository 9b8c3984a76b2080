//! Reading one document of a walk: which one, which line, what is folded, what is searched.

use std::collections::BTreeSet;

use tui_input::Input;

use super::{View, Walk};
use crate::facts::Fact;
use crate::tui::document::Document;

/// Where the reader is.
#[derive(Debug, Default)]
pub struct Reading {
    /// Which of the gate's documents.
    pub at: usize,
    /// The fact that is read, when it is not one of the gate's.
    pub alone: Option<usize>,
    /// Its lines.
    pub document: Document,
    /// What is folded.
    pub folds: BTreeSet<usize>,
    /// The line the reader is on, among all lines.
    pub line: usize,
    /// The word that is searched.
    pub word: Input,
    /// Whether the word is being typed.
    pub typing: bool,
}

impl Reading {
    /// The lines that show.
    pub fn shown(&self) -> Vec<usize> {
        self.document.shown(&self.folds)
    }

    /// The lines to jump to: those with the searched word, else the decisive ones.
    pub fn targets(&self) -> Vec<usize> {
        match self.word.value() {
            "" => self.document.marks.clone(),
            word => self.document.matches(word),
        }
    }

    /// Goes so many shown lines down (or up).
    pub fn go(&mut self, lines: isize) {
        let shown = self.shown();
        let at = shown.iter().rposition(|line| *line <= self.line).unwrap_or(0);
        let to = at.saturating_add_signed(lines).min(shown.len().saturating_sub(1));
        self.line = shown.get(to).copied().unwrap_or(0);
    }

    /// Goes to the next or previous target, going round; false when there is none.
    pub fn jump(&mut self, forward: bool) -> bool {
        let targets = self.targets();
        let next = if forward {
            targets.iter().find(|line| **line > self.line).or(targets.first())
        } else {
            targets.iter().rev().find(|line| **line < self.line).or(targets.last())
        };
        let Some(&line) = next else { return false };
        self.document.reveal(line, &mut self.folds);
        self.line = line;
        true
    }

    /// Goes to the first target at or after the line the reader is on, while a word is typed.
    pub fn seek(&mut self) {
        self.line = self.line.saturating_sub(1);
        let _ = self.jump(true);
    }

    /// Folds or unfolds what begins on this line, else what this line is in.
    pub fn fold(&mut self, fold: bool) {
        let rows = &self.document.rows;
        let here = rows.get(self.line).and_then(|row| row.end).map(|_| self.line);
        if fold {
            let around = || (0..self.line).rev().find(|at| rows[*at].end.is_some_and(|end| end > self.line));
            if let Some(at) = here.filter(|at| !self.folds.contains(at)).or_else(around) {
                self.folds.insert(at);
                self.line = at;
            }
        } else if let Some(at) = here {
            self.folds.remove(&at);
        }
    }

    /// Folds what is open and unfolds what is folded.
    pub fn toggle(&mut self) {
        let folded = self.folds.contains(&self.line);
        self.fold(!folded);
    }

    /// Folds everything that does not decide, or unfolds everything.
    pub fn fold_all(&mut self) {
        self.folds = if self.folds.is_empty() { self.document.folds() } else { BTreeSet::new() };
        self.document.reveal(self.line, &mut self.folds);
    }
}

impl Walk {
    /// The documents to read: those of the gate, or the one call that was opened.
    pub fn documents(&self) -> Vec<&Fact> {
        match self.reading.alone {
            Some(at) => self.calls.get(at).and_then(|asked| asked.fact.as_deref()).into_iter().collect(),
            None => self.evidence(),
        }
    }

    /// Opens one of the gate's documents.
    pub fn read(&mut self, at: usize) {
        self.reading = Reading { at, ..Reading::default() };
        self.unpack();
        if let Some(first) = self.reading.document.marks.first() {
            self.reading.line = *first;
        }
    }

    /// Opens the document of one call.
    pub fn read_call(&mut self, at: usize) {
        self.open(View::Evidence);
        self.reading = Reading { alone: Some(at), ..Reading::default() };
        self.unpack();
    }

    /// The next or previous document, going round.
    pub fn turn_document(&mut self, forward: bool) {
        let count = self.documents().len();
        if count > 1 {
            let at = self.reading.at;
            self.read(if forward { (at + 1) % count } else { (at + count - 1) % count });
        }
    }

    /// Answers came while the reader was reading: he keeps his document, as it is now.
    pub(super) fn reread(&mut self) {
        if self.reading.document.rows.is_empty() {
            self.read(self.reading.at);
        }
    }

    fn unpack(&mut self) {
        let documents = self.documents();
        let body = documents.get(self.reading.at).and_then(|fact| fact.body.clone());
        let gate = self.gate();
        let decisive: Vec<&str> =
            gate.iter().flat_map(|gate| &gate.decisive).filter_map(|part| part.text.as_deref()).collect();
        let named = gate.and_then(|gate| gate.blame.as_deref());
        let document = body.map(|body| Document::of(&body, &decisive, named)).unwrap_or_default();
        self.reading.folds = document.folds();
        self.reading.document = document;
    }
}
