//! The one stream of what happens during a run.

use std::sync::Arc;

use crate::facts::{Call, Fact, Facts};
use crate::model::Diagnosis;

/// A query of the playbook, as planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedQuery {
    /// Its name in the playbook.
    pub name: String,
    /// `service:Operation`.
    pub call: String,
    /// Why it is asked.
    pub why: String,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// The run has begun: what will be asked.
    Planned {
        /// Queries in the playbook's order.
        queries: Vec<PlannedQuery>,
    },
    /// A call was sent.
    Asked {
        /// The query's name.
        query: String,
        /// The call.
        call: Call,
        /// What a person would type.
        command: String,
    },
    /// A call was answered, or given up.
    Answered {
        /// The query's name.
        query: String,
        /// The answer.
        fact: Arc<Fact>,
    },
    /// The path as judged from what is known now. Gates that wait for an answer are `pending`.
    Judged {
        /// The diagnosis so far.
        diagnosis: Arc<Diagnosis>,
        /// The facts so far.
        facts: Arc<Facts>,
    },
    /// Nothing more will come.
    Finished {
        /// The diagnosis.
        diagnosis: Arc<Diagnosis>,
        /// All facts, numbered in the order of the plan.
        facts: Arc<Facts>,
        /// How many calls were made.
        calls: usize,
        /// The longest chain of calls that had to wait for one another.
        depth: usize,
        /// Wall time in milliseconds.
        took_ms: u64,
    },
}
