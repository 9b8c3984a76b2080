//! What a trainee can do, and what comes back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::debrief::Debrief;
use super::feedback::Feedback;
use crate::model::Layer;

/// How much the session helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A worked example that fades: the tutor takes the first step and helps with the next ones.
    Guided,
    /// Hints on demand, no clock.
    #[default]
    Practice,
    /// A clock, a budget of probes, no path until the verdict, and somebody who asks why.
    Interview,
}

impl Mode {
    /// The name used on the command line and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Guided => "guided",
            Mode::Practice => "practice",
            Mode::Interview => "interview",
        }
    }
}

/// What a probe is expected to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Expect {
    /// Nothing that stops the request.
    Open,
    /// What stops the request.
    Closed,
}

impl Expect {
    /// The name used in scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Expect::Open => "open",
            Expect::Closed => "closed",
        }
    }
}

/// What a trainee says before a probe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hypothesis {
    /// Where.
    pub layer: Layer,
    /// What will be seen there.
    pub expect: Expect,
    /// Why there; asked for where the order of the layers is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// One move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "move", rename_all = "lowercase", deny_unknown_fields)]
pub enum Move {
    /// Says what the next probe will show.
    Hypothesis {
        /// Where.
        layer: Layer,
        /// What will be seen there.
        expect: Expect,
        /// Why there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// Reads something.
    Probe {
        /// A query of the playbook.
        name: String,
    },
    /// Answers "why there first?".
    Why {
        /// In the trainee's words.
        text: String,
    },
    /// Asks for the next hint; the last one tells the cause and has to be confirmed.
    Hint {
        /// Yes, the last one too.
        #[serde(default)]
        confirm: bool,
    },
    /// Gives the verdict. Edges, causes and fixes are named by their ids.
    Verdict {
        /// Where the path breaks; two where two things are broken.
        #[serde(default)]
        edges: Vec<String>,
        /// Why.
        #[serde(default)]
        causes: Vec<String>,
        /// What to change.
        #[serde(default)]
        fixes: Vec<String>,
        /// A note of one's own.
        #[serde(default)]
        note: String,
    },
    /// Explains the right answer in one's own words.
    Explain {
        /// The explanation.
        text: String,
    },
}

/// A fact as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Seen {
    /// The query that asked it.
    pub probe: String,
    /// What a person would type.
    pub command: String,
    /// `ok`, `denied`, `not-found`.
    pub status: &'static str,
    /// The answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

/// What came of a move.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// Somebody speaks: the tutor or the interviewer.
    Said {
        /// Their words.
        text: String,
    },
    /// A hypothesis was noted.
    Noted {
        /// The hypothesis.
        hypothesis: Hypothesis,
    },
    /// A probe was answered.
    Answered {
        /// Its name.
        probe: String,
        /// Who asked: true for the tutor.
        by_tutor: bool,
        /// Its layer.
        layer: Layer,
        /// What it cost.
        cost: u32,
        /// The answers that are new.
        facts: Vec<Seen>,
        /// What it told; nothing in an interview.
        #[serde(skip_serializing_if = "Option::is_none")]
        feedback: Option<Feedback>,
    },
    /// A hint.
    Hinted {
        /// Which tier.
        tier: u8,
        /// Points it costs.
        cost: u32,
        /// The hint.
        text: String,
    },
    /// The last hint tells the cause: it has to be asked for again, with `confirm`.
    Confirm {
        /// What it would cost.
        cost: u32,
    },
    /// The move was not made.
    Refused {
        /// Why, in a sentence.
        why: String,
        /// True when the move names something that does not exist.
        unknown: bool,
    },
    /// The verdict was taken: the debrief.
    Debriefed {
        /// The debrief.
        debrief: Box<Debrief>,
    },
    /// The explanation was noted.
    Explained,
}
