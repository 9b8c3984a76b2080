//! The debrief, told in sentences.

use crate::train::debrief::ModelTaken;
use crate::train::outline::outline;
use crate::train::session::Taken;
use crate::train::{Debrief, Hypothesis};

/// The score, row by row.
pub fn score(debrief: &Debrief) -> String {
    let score = &debrief.score;
    let word = match score.passed {
        true => "Mastered.".to_owned(),
        false => "Not mastered yet: that takes 70 points, with the edge and the cause right.".to_owned(),
    };
    let mut out = vec![format!("\nScore: {} of 100. {word}", score.total)];
    for row in &score.rows {
        let of = if row.of == 0 { String::new() } else { format!(" of {}", row.of) };
        out.push(format!("{}{of}, {}: {}.", row.points, row.about, row.why.trim_end_matches('.')));
    }
    out.join("\n")
}

/// What was broken, and what the choices were worth.
pub fn truth(debrief: &Debrief) -> String {
    let mut out = vec!["\nWhat was broken:".to_owned()];
    out.extend(debrief.broken.iter().cloned());
    for culprit in &debrief.culprits {
        out.push(format!("{}, {}: {}", edge(&culprit.edge), culprit.code, culprit.summary));
        for decisive in &culprit.decisive {
            out.push(format!("The deciding part, {} {}:", decisive.document, decisive.statement));
            let text = decisive.text.as_deref().unwrap_or_default();
            let lines = serde_json::from_str(text)
                .map_or_else(|_| text.lines().map(str::to_owned).collect(), |json| outline(&json));
            out.extend(lines.into_iter().map(|line| format!("  {line}")));
        }
    }
    out.push("\nYour verdict:".into());
    let (right, chosen) = (&debrief.right_edges, &debrief.verdict.edges);
    out.extend(right.iter().map(|id| format!("The right edge: {}", edge(id))));
    out.extend(chosen.iter().filter(|id| !right.contains(id)).map(|id| format!("You chose: {}", edge(id))));
    for (title, items) in [("cause", &debrief.causes), ("fix", &debrief.fixes)] {
        out.extend(items.iter().filter(|item| item.right).map(|item| format!("The right {title}: {}", item.text)));
        let wrong = items.iter().filter(|item| item.chosen && !item.right);
        out.extend(wrong.map(|item| format!("You chose: {} {}", item.text, item.why)));
    }
    out.extend(debrief.harmless.iter().map(|harmless| format!("Harmless: {harmless}")));
    out.join("\n")
}

fn edge(id: &str) -> String {
    id.replace(" -> ", " to ")
}

/// The answer as one would tell it.
pub fn model_answer(debrief: &Debrief) -> String {
    let mut out = vec!["\nThe model answer, in ninety seconds:".to_owned()];
    out.extend(debrief.told().map(|(name, text)| format!("{name}: {text}")));
    out.join("\n")
}

/// The way taken beside the model's, step by step.
pub fn ways(debrief: &Debrief) -> String {
    let mut out = vec!["\nYour way beside the model's:".to_owned()];
    for at in 0..debrief.own.len().max(debrief.model.len()) {
        if debrief.parts_at == Some(at + 1) {
            out.push("Here the ways part.".into());
        }
        if at == debrief.own.len() {
            out.push("Here you gave your verdict.".into());
        }
        let model = debrief.model.get(at).map(|step| format!("the model reads {} ({})", step.probe, step.layer));
        let own = debrief.own.get(at).map(|own| format!("you read {} ({}){}", own.probe, own.layer, taken(own)));
        let said = match (own, model) {
            (Some(own), Some(_)) if debrief.own[at].probe == debrief.model[at].probe => {
                format!("{own}, as the model does")
            }
            (Some(own), Some(model)) => format!("{own}; {model}"),
            (Some(own), None) => format!("{own}; the model is done"),
            (None, Some(model)) => model,
            (None, None) => continue,
        };
        out.push(format!("{}. {said}.", at + 1));
    }
    if debrief.parts_at.is_none() {
        out.push(debrief.parting());
    }
    if debrief.discriminating().is_empty() {
        out.push("None of your probes told causes apart.".into());
    }
    out.join("\n")
}

/// When a step was made, by whom, and whether it was worth it.
fn taken(step: &Taken) -> String {
    let seconds = step.at_ms / 1000;
    let when =
        if step.by_tutor { ", with the tutor".to_owned() } else { format!(" at {}:{:02}", seconds / 60, seconds % 60) };
    let worth = if step.feedback.discriminates { ", and it told causes apart" } else { "" };
    format!("{when}{worth}")
}

/// What to take home.
pub fn lesson(debrief: &Debrief) -> String {
    let mut out = vec![format!("\nTo remember: {}", debrief.lesson)];
    out.push(format!("What would have prevented it: {}", debrief.prevention));
    out.extend(debrief.hints.iter().enumerate().map(|(at, hint)| format!("Hint {}: {hint}", at + 1)));
    out.extend(debrief.links.iter().map(|link| format!("Read: {link}")));
    out.join("\n")
}

/// One step of the model path.
pub fn model_step(at: usize, of: usize, step: &ModelTaken) -> String {
    let hypothesis = Hypothesis { layer: step.layer, expect: step.expect, why: None };
    let told = step.feedback.sentences(Some(&hypothesis)).join("\n");
    let told = told.replace("You expected", "Expected").replace("you knew", "was known");
    format!("\nStep {at} of {of}: {} ({}). {}\n{told}", step.probe, step.layer, step.why)
}
