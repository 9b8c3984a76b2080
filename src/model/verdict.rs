//! What can be said of a gate, an edge, a layer and the whole.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where on the way a gate stands; the order in which the user is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// Who may act.
    Identity,
    /// Where traffic may flow.
    Network,
    /// What guards the data itself: its own policies, firewall and keys.
    Storage,
}

impl Layer {
    /// All layers, in walking order.
    pub const ALL: [Layer; 3] = [Layer::Identity, Layer::Network, Layer::Storage];

    /// The name used in JSON, playbooks and on screen.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Layer::Identity => "identity",
            Layer::Network => "network",
            Layer::Storage => "storage",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What was found at one gate. Unknown is never open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The request passes here.
    Open,
    /// The request is stopped here, by a fault of this gate's own.
    Closed,
    /// What was read does not decide it.
    Unknown,
    /// The request never uses this gate.
    NotApplicable,
}

impl Verdict {
    /// The name used in JSON and on screen.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Open => "open",
            Verdict::Closed => "closed",
            Verdict::Unknown => "unknown",
            Verdict::NotApplicable => "not-applicable",
        }
    }
}

/// What was found of an edge, a layer or the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Every gate is open (or not applicable).
    Open,
    /// A gate is closed.
    Broken,
    /// No gate is closed, but one is unknown.
    Unknown,
}

impl Status {
    /// Sums gates up: a closed one makes it broken; else an unknown one makes it unknown.
    #[must_use]
    pub fn of(verdicts: impl IntoIterator<Item = Verdict>) -> Status {
        let mut status = Status::Open;
        for verdict in verdicts {
            match verdict {
                Verdict::Closed => return Status::Broken,
                Verdict::Unknown => status = Status::Unknown,
                Verdict::Open | Verdict::NotApplicable => {}
            }
        }
        status
    }

    /// The name used in JSON and on screen.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Broken => "broken",
            Status::Unknown => "unknown",
        }
    }
}

/// How a closed gate stops the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// A statement denies it.
    ExplicitDeny,
    /// An allow is needed here and nothing gives it.
    NoAllow,
    /// Traffic cannot pass.
    Blocked,
    /// The thing is there but cannot be used (a disabled key).
    Unusable,
}

impl Effect {
    /// The name used in JSON and on screen.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Effect::ExplicitDeny => "explicit-deny",
            Effect::NoAllow => "no-allow",
            Effect::Blocked => "blocked",
            Effect::Unusable => "unusable",
        }
    }
}

/// What a verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Configuration that was read.
    #[default]
    Config,
    /// A probe's own answer.
    Observed,
    /// The cloud's own error message.
    Reported,
}
