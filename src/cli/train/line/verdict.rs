//! The verdict, asked for one choice after the other.

use std::io;

use super::Talk;
use super::paper::Paper;
use crate::train::Move;

/// One thing to choose.
struct Choice {
    id: String,
    text: String,
    /// Told on demand.
    more: Vec<String>,
}

impl Choice {
    fn of((id, text): &(&str, &str)) -> Self {
        Choice { id: (*id).to_owned(), text: (*text).to_owned(), more: Vec::new() }
    }
}

impl Talk {
    /// Asks for edge, cause, fix and note; on the way back nothing is given.
    pub(super) fn verdict(&mut self) -> io::Result<()> {
        let view = self.session.view(0);
        let count = view.answers;
        let edges: Vec<Choice> = view
            .edges
            .iter()
            .map(|edge| Choice {
                id: edge.id.clone(),
                text: format!("{}: {} to {}", edge.layer, edge.from, edge.to),
                more: edge.questions.clone(),
            })
            .collect();
        let causes: Vec<Choice> = view.causes.iter().map(Choice::of).collect();
        let fixes: Vec<Choice> = view.fixes.iter().map(Choice::of).collect();
        if count > 1 {
            let most = if view.is_exact { "" } else { "At most " };
            self.paper
                .say(&format!("\n{most}{count} things are broken. Name several numbers with commas between them."))?;
        }
        let mut named = Vec::new();
        for (question, choices) in [
            ("Where is the broken edge? (? tells what each one asks)", &edges),
            ("What is the cause?", &causes),
            ("What is the smallest change that repairs it?", &fixes),
        ] {
            match several(&mut self.paper, question, choices)? {
                Some(ids) => named.push(ids),
                None => return Ok(()),
            }
        }
        let note = self.paper.ask("A note of your own (or enter for none):")?;
        if let Ok([edges, causes, fixes]) = <[Vec<String>; 3]>::try_from(named) {
            let events = self.make(Move::Verdict { edges, causes, fixes, note });
            self.show(events)?;
        }
        Ok(())
    }
}

/// One or more of a list; nothing to go back.
fn several(paper: &mut Paper, question: &str, choices: &[Choice]) -> io::Result<Option<Vec<String>>> {
    let numbered = |more: bool| -> String {
        let lines = choices.iter().enumerate().flat_map(|(at, choice)| {
            let more = choice.more.iter().filter(move |_| more).map(|line| format!("    {line}"));
            std::iter::once(format!("{}. {}", at + 1, choice.text)).chain(more)
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    paper.say(&format!("\n{question}\n{}", numbered(false)))?;
    loop {
        let typed = paper.ask(&format!("1 to {}, or b back to the probes:", choices.len()))?;
        match typed.as_str() {
            "b" => return Ok(None),
            "?" => paper.say(&numbered(true))?,
            typed => {
                let ids = named(typed, choices);
                if ids.is_some() {
                    return Ok(ids);
                }
                paper.say(&format!("That is none of the answers: type a number from 1 to {}.", choices.len()))?;
            }
        }
    }
}

/// The ids behind numbers with commas or spaces between them.
fn named(typed: &str, choices: &[Choice]) -> Option<Vec<String>> {
    let parts = typed.split([',', ' ']).filter(|part| !part.is_empty());
    let id = |part: &str| Some(choices.get(part.parse::<usize>().ok()?.checked_sub(1)?)?.id.clone());
    parts.map(id).collect::<Option<Vec<String>>>().filter(|ids| !ids.is_empty())
}
