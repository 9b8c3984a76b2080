//! The words everything else is said in: no I/O here, and nothing of a single cloud.
//!
//! The spelling of every name in JSON is part of the contract (schema version 1).

mod denial;
mod diagnosis;
mod fix;
mod judgement;
mod request;
mod verdict;

pub use denial::{Denial, Message, Reported};
pub use diagnosis::{Diagnosis, Edge, GateReport, LayerReport, Node, PathReport, PlaybookRef, SCHEMA_VERSION};
pub use fix::{Command, Fix, Risk, Verified};
pub use judgement::{Decisive, Judgement};
pub use request::{ANONYMOUS, ORIGIN_UNKNOWN, Request};
pub use verdict::{Confidence, Effect, Layer, Status, Verdict};
