//! The answer to a request, in the shape of the contract's JSON.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Confidence, Decisive, Effect, Fix, Layer, Request, Status, Verdict};

/// The version of the JSON shape.
pub const SCHEMA_VERSION: u32 = 1;

/// Which playbook was walked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaybookRef {
    /// `aws/s3-object`.
    pub id: String,
    /// The playbook's own version.
    pub version: u32,
}

/// One layer of the walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerReport {
    /// Which one.
    pub id: Layer,
    /// What its gates sum up to.
    pub status: Status,
    /// Ids of its gates, in walking order.
    pub gates: Vec<String>,
}

/// A station on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// `n1`, …
    pub id: String,
    /// `role`, `subnet`, `endpoint`, `bucket`, `key`, …
    pub kind: String,
    /// Short, for the picture.
    pub label: String,
    /// The full name: ARN or id.
    #[serde(rename = "ref")]
    pub reference: String,
}

/// Two neighbours on the way and the gates between them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    /// `e1`, …
    pub id: String,
    /// A node's id.
    pub from: String,
    /// A node's id.
    pub to: String,
    /// The layer its gates belong to.
    pub layer: Layer,
    /// What its gates sum up to.
    pub status: Status,
    /// Ids of its gates, in walking order.
    pub gates: Vec<String>,
}

/// The graph as lists.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PathReport {
    /// Stations.
    pub nodes: Vec<Node>,
    /// Ways between them.
    pub edges: Vec<Edge>,
}

/// One gate of the walk with its judgement, and what its playbook step says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateReport {
    /// `g1`, … in walking order.
    pub id: String,
    /// The edge it stands on.
    pub edge: String,
    /// Its layer.
    pub layer: Layer,
    /// The gate's name, e.g. `endpoint-policy`.
    pub gate: String,
    /// The playbook step that put it there.
    pub step: String,
    /// What was found.
    pub status: Verdict,
    /// Closed gates only.
    pub effect: Option<Effect>,
    /// `PROVIDER.GATE.REASON`; for open and not-applicable gates `PROVIDER.GATE.open` / `.not-applicable`.
    pub code: String,
    /// The action judged, where the gate judges one.
    pub action: Option<String>,
    /// Id or ARN of the thing whose configuration closes it.
    pub blame: Option<String>,
    /// The decisive statements.
    pub decisive: Vec<Decisive>,
    /// One sentence: what was found.
    pub summary: String,
    /// The step's question ("Does the endpoint policy let this request through?").
    pub question: String,
    /// Why this gate matters and why it is asked now (the step's words).
    pub why: String,
    /// What the verdict rests on.
    pub confidence: Confidence,
    /// Unknown gates: the permission or fact that would settle it.
    pub missing: Vec<String>,
    /// Ids of the facts that were read to judge it.
    pub facts: Vec<String>,
    /// Ids of the fixes offered.
    pub fixes: Vec<String>,
    /// Further remarks.
    pub notes: Vec<String>,
    /// The step's links to documentation.
    pub links: Vec<String>,
    /// The step's control ids.
    pub controls: Vec<String>,
    /// True while a call the gate needs has not answered yet (live walks only; never in a final diagnosis).
    pub pending: bool,
}

/// The whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// What all gates sum up to.
    pub verdict: Status,
    /// The answer in one sentence.
    pub sentence: String,
    /// The question, with the principal and origin found out.
    pub request: Request,
    /// Which playbook was walked.
    pub playbook: PlaybookRef,
    /// The layers in walking order.
    pub layers: Vec<LayerReport>,
    /// The graph.
    pub path: PathReport,
    /// The first broken edge, in layer order.
    pub broken_edge: Option<String>,
    /// Every gate, in walking order.
    pub gates: Vec<GateReport>,
    /// Every fix offered: its id (`x1`, …), its gate's id, and the fix.
    pub fixes: Vec<(String, String, Fix)>,
}

impl Diagnosis {
    /// The gate with this id.
    #[must_use]
    pub fn gate(&self, id: &str) -> Option<&GateReport> {
        self.gates.iter().find(|gate| gate.id == id)
    }

    /// The gates that are closed, in walking order.
    pub fn closed(&self) -> impl Iterator<Item = &GateReport> {
        self.gates.iter().filter(|gate| gate.status == Verdict::Closed)
    }

    /// The gates that are unknown, in walking order.
    pub fn unknown(&self) -> impl Iterator<Item = &GateReport> {
        self.gates.iter().filter(|gate| gate.status == Verdict::Unknown)
    }

    /// The fixes of one gate: their ids, and the fixes.
    pub fn fixes_of<'a>(&'a self, gate: &'a str) -> impl Iterator<Item = (&'a str, &'a Fix)> {
        self.fixes.iter().filter(move |(_, of, _)| of == gate).map(|(id, _, fix)| (id.as_str(), fix))
    }
}
