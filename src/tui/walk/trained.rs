//! A walk on which a level is trained: what the session lets it show.

use std::sync::Arc;

use super::{Asked, View, Walk};
use crate::facts::Call;
use crate::train::Mode;
use crate::train::session::Read;
use crate::tui::drill::Drill;

/// What there is to show of a session: it is worked out anew only when it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    open: bool,
    read: usize,
    /// The chosen edges and the selected one, while the form is shown.
    form: Option<(Vec<String>, usize)>,
}

impl Shown {
    fn of(drill: &Drill) -> Self {
        let form = drill.choosing.as_ref().filter(|_| drill.judging);
        Shown {
            open: drill.is_open(),
            read: drill.session.taken().len(),
            form: form.map(|choosing| (choosing.chosen[0].clone(), choosing.at[0])),
        }
    }
}

impl Walk {
    /// A session begins on a level that was opened.
    pub fn begin(&mut self, drill: Drill) {
        self.finished = true;
        self.drill = Some(Box::new(drill));
        self.shown = None;
        self.look_again();
    }

    /// Whether time counts: calls are under way, or a verdict is waited for.
    pub fn is_under_way(&self) -> bool {
        match &self.drill {
            Some(drill) => drill.is_open(),
            None => !self.finished,
        }
    }

    /// Whether the truth may not be shown yet.
    pub fn is_masked(&self) -> bool {
        self.drill.as_ref().is_some_and(|drill| drill.is_open())
    }

    /// The time of a session, in milliseconds from its start.
    pub fn at_ms(&self) -> u64 {
        self.seconds.saturating_mul(1000)
    }

    /// Takes from the session what may be shown of its world.
    pub fn look_again(&mut self) {
        let Some(drill) = &self.drill else { return };
        let shown = Shown::of(drill);
        let before = self.shown.replace(shown.clone());
        if before.as_ref() == Some(&shown) {
            return;
        }
        let session = &drill.session;
        if before.is_none_or(|before| (before.open, before.read) != (shown.open, shown.read)) {
            let asked = |read: Read| Asked {
                query: read.query,
                command: read.command,
                call: Call { name: read.fact.call.clone(), params: read.fact.params.clone() },
                fact: Some(Arc::new(read.fact)),
            };
            self.calls = session.read().into_iter().map(asked).collect();
            self.why = session.scenario().probes.iter().map(|probe| (probe.name.clone(), probe.why.clone())).collect();
        }
        let diagnosis = match &shown.form {
            Some((chosen, _)) => Some(session.chart(chosen)),
            None => session.masked(),
        };
        let facts = if shown.open { session.facts() } else { session.all_facts() };
        // The same picture stays as it is.
        if self.diagnosis != diagnosis {
            self.diagnosis = None;
            if let Some(diagnosis) = diagnosis {
                self.judged(diagnosis, facts);
            }
        }
        match shown.form {
            Some((_, at)) => self.selected = at,
            None if !shown.open => self.select_pressing(),
            None => {}
        }
    }

    /// A view's title: before the verdict the path is no verdict.
    pub fn title_of(&self, view: View) -> &'static str {
        if view == View::Verdict && self.is_masked() { "Path" } else { view.title() }
    }

    /// The views there are: an interview has no path before its verdict.
    pub fn all_views(&self) -> &'static [View] {
        match &self.drill {
            None => &View::ALL,
            Some(drill) if drill.is_open() && drill.session.mode() == Mode::Interview => match self.view() {
                View::Evidence => &[View::Session, View::Facts, View::Evidence],
                _ => &[View::Session, View::Facts],
            },
            Some(_) => &[View::Session, View::Verdict, View::Steps, View::Evidence, View::Facts],
        }
    }
}
