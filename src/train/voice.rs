//! What the tutor and the interviewer say. The tutor fades; the interviewer stays neutral and asks why.

use super::scenario::Scenario;
use super::schema::ModelStep;
use super::session::Taken;
use crate::model::Layer;

/// The first words of an interview.
pub fn interview_opens(minutes: u32, budget: u32) -> String {
    format!(
        "Take the ticket as given. You have {minutes} minutes and {budget} probe points. Tell me what you expect before you look. There is no path on screen; give your verdict when you are ready."
    )
}

/// Asked where the order of the layers was left, and of the very first probe.
pub fn why_there(layer: Layer, first: bool) -> String {
    match first {
        true => format!("Noted. Why there first, in the {layer} layer?"),
        false => format!("Noted. Why the {layer} layer now, before the ones in front of it?"),
    }
}

/// After any other probe of an interview.
pub fn noted(left: u32) -> String {
    match left {
        0 => "Noted. Your budget is spent; what is your verdict?".into(),
        1 => "Noted. One probe point is left.".into(),
        left => format!("Noted. {left} probe points are left."),
    }
}

/// When the time is up.
pub const TIME_IS_UP: &str = "The time is up. What is your verdict?";

/// Why the tutor took the first step.
pub fn worked(scenario: &Scenario, step: &ModelStep) -> String {
    let layer = scenario.probe(&step.probe).map_or("identity", |probe| probe.layer.as_str());
    let expected = match step.expect {
        super::moves::Expect::Open => "nothing that stops the request",
        super::moves::Expect::Closed => "what stops the request",
    };
    format!("I take the first step. Layer: {layer}. I expect to see {expected}. I read `{}`. {}", step.probe, step.why)
}

/// What the tutor says before the trainee's next step, less each time. It speaks of the first step of the model path that was not made yet.
pub fn fading(scenario: &Scenario, taken: &[Taken]) -> Option<String> {
    let read = |name: &str| taken.iter().any(|step| step.probe == name);
    let step = scenario.level.model_path.iter().find(|step| !read(&step.probe));
    let Some((step, probe)) = step.and_then(|step| Some((step, scenario.probe(&step.probe)?))) else {
        return Some("You have read what I would have read. Give your verdict.".into());
    };
    let stays = taken.last().is_some_and(|last| last.layer == probe.layer);
    match taken.len() {
        0 => None,
        1 => {
            let start = if stays { "Stay with" } else { "Go on to" };
            Some(format!("Step 2 is yours. {start} the {} layer: {} Which read tells?", probe.layer, step.why))
        }
        2 => {
            let start = if stays { "stay with the {} layer" } else { "look at the {} layer next" };
            Some(format!("Step 3: {}. Say what you expect, then read.", start.replace("{}", probe.layer.as_str())))
        }
        3 => Some("From here on you lead. When only one cause is left, give your verdict.".into()),
        _ => None,
    }
}

/// After the verdict.
pub const EXPLAIN: &str = "Now explain the right answer in your own words, as you would to the person who wrote the ticket. What you explain stays with you.";
