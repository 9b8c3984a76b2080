//! What is taken along: the meaning, never the cells.

use super::App;
use crate::model::Diagnosis;
use crate::report::ask_for_it;
use crate::tui::action::Action;
use crate::tui::message::Effect;
use crate::tui::walk::{View, Walk};

impl App {
    pub(super) fn take_along(&mut self, action: Action) -> Vec<Effect> {
        let Some(walk) = &self.walk else { return Vec::new() };
        let taken = match action {
            Action::CopyVerdict => return vec![Effect::CopyVerdict],
            Action::CopyName => name(walk).map(|text| ("the name", text)),
            Action::CopyCommand => command(walk).map(|text| ("the query", text)),
            Action::AskForIt => asking(walk).map(|text| ("the message to the owner", text)),
            _ => matters(walk),
        };
        match taken {
            Some((what, text)) => vec![Effect::Copy(what, text)],
            None => {
                self.toast = Some(match action {
                    Action::AskForIt => "This gate is open: there is nothing to ask for.".into(),
                    _ => "There is nothing to copy here yet.".into(),
                });
                Vec::new()
            }
        }
    }
}

/// What matters most where the user looks.
fn matters(walk: &Walk) -> Option<(&'static str, String)> {
    match walk.view() {
        View::Session => None,
        View::Verdict | View::Steps => {
            let (gate, diagnosis) = (walk.gate()?, walk.diagnosis.as_ref()?);
            let commands: Vec<&str> = diagnosis
                .fixes_of(&gate.id)
                .filter_map(|(_, fix)| fix.commands.first())
                .map(|command| command.text.as_str())
                .take(1)
                .collect();
            match commands[..] {
                [command] => Some(("the fix's command", command.to_owned())),
                _ => Some(("the finding", finding(diagnosis, walk)?)),
            }
        }
        View::Evidence => {
            let gate = walk.gate().filter(|_| walk.reading.alone.is_none());
            let decisive = gate.and_then(|gate| gate.decisive.iter().find_map(|part| part.text.clone()));
            match decisive {
                Some(text) => Some(("the decisive part", text)),
                None => {
                    let documents = walk.documents();
                    let fact = documents.get(walk.reading.at)?;
                    let text = serde_json::to_string_pretty(fact.body.as_ref()?).ok()?;
                    Some(("the document", text))
                }
            }
        }
        View::Facts => Some(("the query", walk.call()?.command.clone())),
    }
}

fn finding(diagnosis: &Diagnosis, walk: &Walk) -> Option<String> {
    let gate = walk.gate()?;
    let mut text = format!("{}\n{}\n", gate.summary, gate.code);
    for missing in &gate.missing {
        text.push_str(&format!("would be settled by: {missing}\n"));
    }
    for (_, fix) in diagnosis.fixes_of(&gate.id) {
        text.push_str(&format!("fix ({}): {}\n", fix.owner, fix.title));
    }
    Some(text)
}

/// Whose configuration closes the gate, else what was asked for.
fn name(walk: &Walk) -> Option<String> {
    let blame = walk.gate().and_then(|gate| gate.blame.clone());
    blame.or_else(|| walk.diagnosis.as_ref().map(|diagnosis| diagnosis.request.resource.clone()))
}

/// The query in focus, as a person would type it.
fn command(walk: &Walk) -> Option<String> {
    let asked = match walk.view() {
        View::Facts => walk.call(),
        View::Evidence => walk.documents().get(walk.reading.at).and_then(|fact| walk.asked(fact)),
        View::Session => None,
        View::Verdict | View::Steps => walk.evidence().first().and_then(|fact| walk.asked(fact)),
    };
    asked.map(|asked| asked.command.clone())
}

fn asking(walk: &Walk) -> Option<String> {
    ask_for_it(walk.diagnosis.as_ref()?, walk.gate()?)
}
