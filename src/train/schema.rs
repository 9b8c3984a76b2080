//! The YAML of a level. The doc comments become the JSON Schema's descriptions.
//!
//! An edit finds a fact by its call and some of its parameters, and a place in the fact's body by a path like a JSON pointer. A part of the path may
//! also be `Key=Value` (the first item of a list whose `Key` is `Value`), and a path goes on into a text that holds JSON (a policy).

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::Layer;

/// The only version of the format there is.
pub const FORMAT_VERSION: u32 = 1;

/// One level.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Always 1.
    pub format_version: u32,
    /// `cloud/name`, e.g. `aws/closed-window`.
    pub id: String,
    /// One line for lists. It must not tell the cause.
    pub title: String,
    /// How hard it is.
    pub difficulty: Difficulty,
    /// The layers it trains.
    pub tags: Vec<Layer>,
    /// Minutes an interview takes.
    #[serde(default = "default_minutes")]
    pub minutes: u32,
    /// The ticket, as a user would write it.
    pub brief: String,
    /// The healthy world: a shipped one (`aws/read`), or a snapshot's path beside this file.
    pub base: String,
    /// Another playbook than the base's: an id, or a file beside this one.
    #[serde(default)]
    pub playbook: Option<String>,
    /// Another question than the base's; what is left out stays.
    #[serde(default)]
    pub request: Option<Question>,
    /// Changes that make this level's healthy world out of the base.
    #[serde(default)]
    pub changes: Vec<Edit>,
    /// What must be true once all is repaired.
    #[serde(default)]
    pub goal: Goal,
    /// What is broken: one, or two at once.
    pub faults: Vec<Fault>,
    /// Things that look suspicious and do not matter.
    #[serde(default)]
    pub herrings: Vec<Herring>,
    /// Layers in which the ticket's own words justify beginning.
    #[serde(default)]
    pub starts: Vec<Layer>,
    /// The steps of the playbook that stop the request (goal `keep-out`: that should stop it and do not).
    pub answer: Vec<Answer>,
    /// Causes to choose from.
    pub causes: Vec<Cause>,
    /// Fixes to choose from.
    pub fixes: Vec<FixChoice>,
    /// Given on demand, one after the other.
    pub hints: Hints,
    /// A good way to the answer.
    pub model_path: Vec<ModelStep>,
    /// What to remember.
    pub lesson: String,
    /// What would have prevented it.
    pub prevention: String,
    /// How one would tell it to an interviewer in ninety seconds.
    pub model_answer: ModelAnswer,
    /// Documentation.
    #[serde(default)]
    pub links: Vec<String>,
}

/// One ticket over several levels of the same world and question; a seed draws one of them, the first without. Causes and fixes offered are those of all.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Drill {
    /// Always 1.
    pub format_version: u32,
    /// `cloud/name`, e.g. `aws/since-this-morning`. Progress is recorded under it.
    pub id: String,
    /// One line for lists.
    pub title: String,
    /// How hard it is.
    pub difficulty: Difficulty,
    /// The layers that the levels have.
    pub tags: Vec<Layer>,
    /// Minutes an interview takes.
    #[serde(default = "default_minutes")]
    pub minutes: u32,
    /// The ticket. It must fit all levels and tell none.
    pub brief: String,
    /// Layers in which the ticket's own words justify beginning.
    #[serde(default)]
    pub starts: Vec<Layer>,
    /// The levels, by id.
    pub levels: Vec<String>,
    /// Texts of causes and fixes, by id, where the one of the first level that has it right does not fit all.
    #[serde(default)]
    pub texts: IndexMap<String, String>,
    /// Causes and fixes that are not offered, by id: too general to be wrong in each of the levels, or of help in more than one.
    #[serde(default)]
    pub without: Vec<String>,
    /// What the longest model path among them costs, which an interview's budget is made of. `train check` tells the number.
    pub cost: u32,
}

/// What a file of training holds.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Written {
    /// A level.
    Level(Box<Level>),
    /// A drill over levels.
    Drill(Box<Drill>),
}

fn default_minutes() -> u32 {
    15
}

/// How hard a level is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Difficulty {
    /// One fault that shows where it is.
    Easy,
    /// One fault behind something that looks right.
    Medium,
    /// Two faults, or one that few people know.
    Hard,
}

impl Difficulty {
    /// The name used in YAML and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Difficulty::Easy => "easy",
            Difficulty::Medium => "medium",
            Difficulty::Hard => "hard",
        }
    }
}

/// What must be true once all is repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// The request gets through; the faults stop it.
    #[default]
    Reach,
    /// The request is stopped; the faults let it through.
    KeepOut,
}

/// Another question than the base's.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Who.
    #[serde(default)]
    pub principal: Option<String>,
    /// Does what.
    #[serde(default)]
    pub action: Option<String>,
    /// To what.
    #[serde(default)]
    pub resource: Option<String>,
    /// From where.
    #[serde(default)]
    pub origin: Option<String>,
    /// Inputs of the playbook.
    #[serde(default)]
    pub inputs: IndexMap<String, String>,
}

/// A change of one fact, or of all that fit when `every` is true.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// The fact's call, e.g. `s3:GetBucketPolicy`.
    pub call: String,
    /// Parameters that the fact has, among others. With `body` and no such fact: the parameters of a new one.
    #[serde(default, rename = "with")]
    pub params: IndexMap<String, Value>,
    /// Change every fact that fits, not only the first.
    #[serde(default)]
    pub every: bool,
    /// Where in the body; empty: the body itself.
    #[serde(default)]
    pub at: String,
    /// Puts this there.
    #[serde(default)]
    pub set: Option<Value>,
    /// Adds this at the end of the list there.
    #[serde(default)]
    pub append: Option<Value>,
    /// Takes away what is there.
    #[serde(default)]
    pub remove: bool,
    /// Replaces the whole answer, or adds one that the base does not hold.
    #[serde(default)]
    pub body: Option<Value>,
    /// The call ends otherwise: without an answer.
    #[serde(default)]
    pub ends: Option<End>,
    /// With `ends`: what was said, code and sentence, as the service would.
    #[serde(default)]
    pub says: Option<Said>,
}

/// What a service says when it refuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// Its code, e.g. `AccessDenied`.
    pub code: String,
    /// Its sentence.
    #[serde(default)]
    pub message: String,
}

/// How a call ends without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// The trainee's own rights do not reach that far.
    Denied,
    /// There is no such thing.
    NotFound,
}

/// One thing that is broken.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// A name, for errors.
    pub name: String,
    /// What somebody did, in one sentence; told after the verdict.
    pub does: String,
    /// How it comes about.
    pub edits: Vec<Edit>,
    /// Other ways to have the same fault; `--seed` chooses among them.
    #[serde(default)]
    pub or: Vec<Alternative>,
}

/// Another way to have the same fault.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    /// How it comes about.
    pub edits: Vec<Edit>,
}

/// Something that looks suspicious and does not matter.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Herring {
    /// A name, for errors.
    pub name: String,
    /// Why it does not matter; told after the verdict.
    pub harmless: String,
    /// How it comes about.
    pub edits: Vec<Edit>,
}

/// A step that stops the request.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The playbook's step.
    pub step: String,
    /// Its gate.
    pub gate: String,
    /// The last part of the gate's code.
    pub reason: String,
}

/// A cause to choose.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// Unique in the level.
    pub id: String,
    /// One sentence.
    pub text: String,
    /// Whether it is one of the causes.
    #[serde(default)]
    pub right: bool,
    /// The playbook's steps at which it would show; of a right one: the answer's, when left out.
    #[serde(default)]
    pub steps: Vec<String>,
    /// Why it is not the cause.
    #[serde(default)]
    pub wrong: String,
}

/// A fix to choose.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FixChoice {
    /// Unique in the level.
    pub id: String,
    /// One sentence.
    pub text: String,
    /// Whether it is (one of) the smallest changes that repair it.
    #[serde(default)]
    pub right: bool,
    /// Opens far more than is needed: choosing it brings the points for the fix to nothing.
    #[serde(default)]
    pub wide: bool,
    /// Why it is not the fix.
    #[serde(default)]
    pub wrong: String,
}

/// Hints in three tiers.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hints {
    /// Where to look, concretely.
    #[serde(rename = "where")]
    pub place: String,
    /// What to look for.
    pub what: String,
    /// The cause.
    pub cause: String,
}

/// One step of the model path.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelStep {
    /// A query of the playbook, by name.
    pub probe: String,
    /// What a good diagnostician expects to see.
    pub expect: crate::train::moves::Expect,
    /// Why it comes now.
    pub why: String,
}

/// The answer told in ninety seconds, layer by layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelAnswer {
    /// Who may act.
    pub identity: String,
    /// Where traffic may flow.
    pub network: String,
    /// What guards the data.
    pub storage: String,
    /// The conclusion and the smallest change.
    pub close: String,
}

impl Level {
    /// Every text that a trainee reads, to be renamed in a variant.
    pub fn texts(&mut self) -> Vec<&mut String> {
        let mut texts = vec![&mut self.title, &mut self.brief, &mut self.lesson, &mut self.prevention];
        texts.extend([&mut self.hints.place, &mut self.hints.what, &mut self.hints.cause]);
        let answer = &mut self.model_answer;
        texts.extend([&mut answer.identity, &mut answer.network, &mut answer.storage, &mut answer.close]);
        texts.extend(self.faults.iter_mut().map(|fault| &mut fault.does));
        texts.extend(self.herrings.iter_mut().map(|herring| &mut herring.harmless));
        texts.extend(self.causes.iter_mut().flat_map(|cause| [&mut cause.text, &mut cause.wrong]));
        texts.extend(self.fixes.iter_mut().flat_map(|fix| [&mut fix.text, &mut fix.wrong]));
        texts.extend(self.model_path.iter_mut().map(|step| &mut step.why));
        texts
    }

    /// The steps at which a cause would show.
    pub fn steps_of<'l>(&'l self, cause: &'l Cause) -> Vec<&'l str> {
        if cause.steps.is_empty() && cause.right {
            return self.answer.iter().map(|answer| answer.step.as_str()).collect();
        }
        cause.steps.iter().map(String::as_str).collect()
    }

    /// The hint of a tier, from 1.
    pub fn hint(&self, tier: u8) -> Option<&str> {
        match tier {
            1 => Some(&self.hints.place),
            2 => Some(&self.hints.what),
            3 => Some(&self.hints.cause),
            _ => None,
        }
    }
}
