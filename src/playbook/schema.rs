//! The YAML's types. Their doc comments become the JSON Schema's descriptions.
//!
//! Expressions are CEL. Texts marked *template* may hold `${…}` with an expression; one that consists of a
//! single `${…}` keeps the expression's type (a list stays a list).
//!
//! Names that expressions see: `request.{principal,action,resource,origin}`, `input.NAME`, every `let` by name,
//! every query by name (its answer's body; for one with `each` a list of the bodies that came, each with the parameters
//! it was asked with as `asked`; `{}` when the query's `when` is
//! false or the cloud said not found; undeclared when it was refused or failed), and `view` (what the provider
//! derives; in labels and steps only).

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Layer;

/// A map that keeps the order of the file.
pub type OrderedMap<V> = IndexMap<String, V>;

/// The only `apiVersion` there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ApiVersion {
    /// The first.
    #[serde(rename = "gatewalk/v1")]
    V1,
}

/// What the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Kind {
    /// A walk for one kind of access.
    Playbook,
    /// Inputs, queries and lets that several playbooks include.
    Fragment,
}

/// One file.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Playbook {
    /// `gatewalk/v1`.
    pub api_version: ApiVersion,
    /// `Playbook`, or `Fragment` for a part to include.
    pub kind: Kind,
    /// What it is called.
    pub metadata: Metadata,
    /// What it does.
    pub spec: Spec,
}

/// What a playbook is called.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Metadata {
    /// `provider/name`, e.g. `aws/s3-object`.
    pub id: String,
    /// Counts up when the meaning changes.
    pub version: u32,
    /// One line for lists.
    pub title: String,
    /// `aws`, `azure`, `gcp`.
    pub provider: String,
    /// A paragraph for `playbook show`.
    #[serde(default)]
    pub description: String,
    /// Free labels.
    #[serde(default)]
    pub labels: OrderedMap<String>,
}

/// What a playbook does.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Spec {
    /// Fragments whose inputs, queries and lets come first: `aws/common/role@1`.
    #[serde(default)]
    pub include: Vec<String>,
    /// Which requests this playbook is for; the first that fits wins. Named captures become inputs.
    #[serde(default, rename = "match")]
    pub matches: Vec<Match>,
    /// The provider's actions behind `read`, `list`, `write`, `delete`: the default of `--do` is `read`.
    #[serde(default)]
    pub verbs: OrderedMap<String>,
    /// The request's resource in the provider's own form (template over inputs); default: as the user wrote it.
    #[serde(default)]
    pub resource: Option<String>,
    /// What the user may or must say.
    #[serde(default)]
    pub inputs: OrderedMap<Input>,
    /// Named expressions, evaluated when first used; may refer to inputs, queries and other lets.
    #[serde(default, rename = "let")]
    pub lets: OrderedMap<String>,
    /// Read calls by name. One starts as soon as all it refers to has answered.
    #[serde(default)]
    pub queries: OrderedMap<Query>,
    /// Stations of the path by name, in drawing order.
    #[serde(default)]
    pub nodes: OrderedMap<NodeSpec>,
    /// The walk, in the order in which a person is led (within each layer).
    #[serde(default)]
    pub steps: Vec<Step>,
}

/// A kind of request.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Match {
    /// A regular expression over RESOURCE as the user wrote it; the whole text must fit.
    pub resource: String,
    /// A regular expression over the action (the whole text must fit); absent: any action, and none given.
    #[serde(default)]
    pub action: Option<String>,
}

/// Something the user may or must say.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Input {
    /// What a form asks.
    pub prompt: String,
    /// Whether the walk cannot start without it.
    #[serde(default)]
    pub required: bool,
    /// Its value when nobody says one (template over other inputs and `request`).
    #[serde(default)]
    pub default: Option<String>,
    /// A regular expression that the whole value must fit.
    #[serde(default)]
    pub pattern: Option<String>,
    /// An example for forms and errors.
    #[serde(default)]
    pub example: Option<String>,
}

/// Whose credentials make a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum As {
    /// The user's.
    #[default]
    Caller,
    /// Those of `--org-profile`.
    Organization,
}

/// One read call, or one for each item of a list.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Query {
    /// `service:Operation`, one of the provider's read calls.
    pub call: String,
    /// The call's parameters; every text in them is a template. A parameter whose expression is null, an empty
    /// text or an empty list is left out.
    #[serde(default)]
    pub with: OrderedMap<serde_json::Value>,
    /// An expression giving a list: the call is made for each item (named `each` in `with`), equal ones once.
    #[serde(default)]
    pub each: Option<String>,
    /// An expression over one answer (`answer`) giving further items of `each`: climbs a tree whose depth nobody
    /// knows beforehand.
    #[serde(default)]
    pub more: Option<String>,
    /// An expression: without it, or when true, the call is made.
    #[serde(default)]
    pub when: Option<String>,
    /// `organization`: made with the credentials of `--org-profile`.
    #[serde(default, rename = "as")]
    pub credentials: As,
    /// Why it is asked, for the person walking.
    #[serde(default)]
    pub why: String,
}

/// A station of the path.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NodeSpec {
    /// `role`, `subnet`, `endpoint`, `bucket`, `key`, …
    pub kind: String,
    /// Short, for the picture (template; falls back to the node's name while it cannot be told).
    pub label: String,
    /// The full name: ARN or id (template; falls back to the label).
    #[serde(default, rename = "ref")]
    pub reference: Option<String>,
}

/// One question of the walk: one gate on one edge (one for each of several actions).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Step {
    /// Unique in the playbook.
    pub id: String,
    /// Where it belongs.
    pub layer: Layer,
    /// `node -> node`, names of `nodes`.
    pub edge: String,
    /// One of the provider's gates; with `check` any name.
    pub gate: String,
    /// Actions judged, one gate each (templates); default: the request's, once.
    #[serde(default)]
    pub actions: Vec<String>,
    /// Parameters for the gate; every text in them is a template.
    #[serde(default)]
    pub with: OrderedMap<serde_json::Value>,
    /// An expression: when false the step is not walked at all; when it cannot be told, it is walked.
    #[serde(default)]
    pub when: Option<String>,
    /// What is asked, as a question.
    pub question: String,
    /// Why it matters and why it comes now.
    pub why: String,
    /// A judgement written in CEL instead of one of the provider's gates.
    #[serde(default)]
    pub check: Option<Check>,
    /// Documentation.
    #[serde(default)]
    pub links: Vec<String>,
    /// Control ids, `FRAMEWORK/VERSION/ID`.
    #[serde(default)]
    pub controls: Vec<String>,
}

/// A gate written in CEL. True is open, false is closed; what cannot be told is unknown.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Check {
    /// The expression.
    pub open: String,
    /// Said when open (template).
    #[serde(default)]
    pub pass: String,
    /// Said when closed (template).
    pub fail: String,
    /// The last part of the code when closed.
    #[serde(default = "default_reason")]
    pub reason: String,
    /// Whose configuration closes it (template).
    #[serde(default)]
    pub blame: Option<String>,
    /// What to change when closed.
    #[serde(default)]
    pub fixes: Vec<FixSpec>,
}

fn default_reason() -> String {
    "check-failed".into()
}

/// A fix of a user's own check.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FixSpec {
    /// Plain words (template).
    pub title: String,
    /// Who can do it (template).
    #[serde(default)]
    pub owner: String,
    /// A command (template).
    #[serde(default)]
    pub command: Option<String>,
}
