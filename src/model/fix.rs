//! What would open a closed gate.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much a fix could break or widen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Risk {
    /// Touches this path only.
    Low,
    /// Touches others on the same control.
    Medium,
    /// Loosens a guardrail that others rely on.
    High,
}

/// Whether re-judging the path with the fix applied showed that it helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verified {
    /// The whole path is open with it.
    OpensPath,
    /// This gate is open with it, another one is not.
    OpensGate,
    /// Nobody has tried.
    #[default]
    Unverified,
}

/// A line to run or paste, and what with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Command {
    /// `aws`, `az`, `terraform`, …
    pub tool: String,
    /// The text, ready to paste; placeholders in capitals.
    pub text: String,
}

/// One change that would open one closed gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fix {
    /// Plain words: what to change, where.
    pub title: String,
    /// Who can make the change, e.g. `the owner of role ml-training-role`.
    pub owner: String,
    /// How much it could break or widen.
    pub risk: Risk,
    /// What else becomes reachable, what control it breaks.
    pub widens: Vec<String>,
    /// The same change as commands.
    pub commands: Vec<Command>,
    /// Whether it was proved.
    pub verified: Verified,
}
