//! What judging one gate gives.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Confidence, Effect, Fix, Verdict};

/// The statement, rule or line that decides, and the document it stands in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Decisive {
    /// What the user would call the document, e.g. `ml-training-access` or `vpce-0abc policy`.
    pub document: String,
    /// Which part of it: `#0` (counted from zero) or the Sid for a statement, `rule 100` for a rule.
    pub statement: String,
    /// That part as text, pretty JSON for a statement; for the evidence pane and the text report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// The answer of one gate's pure function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What was found.
    pub verdict: Verdict,
    /// Closed gates only.
    pub effect: Option<Effect>,
    /// The last part of `PROVIDER.GATE.REASON`, kebab-case; empty for open and not-applicable gates.
    pub reason: Cow<'static, str>,
    /// Id or ARN of the thing whose configuration closes the gate.
    pub blame: Option<String>,
    /// The decisive statements, the strongest first.
    pub decisive: Vec<Decisive>,
    /// One sentence a person understands.
    pub summary: String,
    /// Further remarks: what works otherwise than one may think.
    pub notes: Vec<String>,
    /// Unknown gates: permissions or facts that would settle it.
    pub missing: Vec<String>,
    /// Closed gates: what would open it, the smallest change first.
    pub fixes: Vec<Fix>,
    /// What the verdict rests on.
    pub confidence: Confidence,
}

impl Judgement {
    fn new(verdict: Verdict, summary: impl Into<String>) -> Self {
        Judgement {
            verdict,
            effect: None,
            reason: Cow::Borrowed(""),
            blame: None,
            decisive: Vec::new(),
            summary: summary.into(),
            notes: Vec::new(),
            missing: Vec::new(),
            fixes: Vec::new(),
            confidence: Confidence::Config,
        }
    }

    /// The request passes.
    pub fn open(summary: impl Into<String>) -> Self {
        Judgement::new(Verdict::Open, summary)
    }

    /// The request never uses this gate.
    pub fn not_applicable(summary: impl Into<String>) -> Self {
        Judgement::new(Verdict::NotApplicable, summary)
    }

    /// What was read does not decide it. `missing` names the permissions or facts that would; those of reads
    /// that were refused during the judgement are added by the engine.
    pub fn unknown(reason: impl Into<Cow<'static, str>>, summary: impl Into<String>) -> Self {
        Judgement { reason: reason.into(), ..Judgement::new(Verdict::Unknown, summary) }
    }

    /// The request is stopped: how, why (kebab-case), whose configuration does it, and a sentence.
    pub fn closed(
        effect: Effect,
        reason: impl Into<Cow<'static, str>>,
        blame: impl Into<String>,
        summary: impl Into<String>,
    ) -> Self {
        Judgement {
            effect: Some(effect),
            reason: reason.into(),
            blame: Some(blame.into()),
            ..Judgement::new(Verdict::Closed, summary)
        }
    }

    /// Adds a decisive part.
    #[must_use]
    pub fn decided_by(mut self, decisive: impl IntoIterator<Item = Decisive>) -> Self {
        self.decisive.extend(decisive);
        self
    }

    /// Adds a permission or fact that would settle an unknown.
    #[must_use]
    pub fn missing(mut self, what: impl Into<String>) -> Self {
        self.missing.push(what.into());
        self
    }

    /// Adds a fix.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }

    /// Adds a remark.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}
