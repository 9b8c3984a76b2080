//! What one assignment comes to for one question.

use std::collections::HashMap;
use std::sync::Arc;

use super::condition::{Attributes, Condition, Truth};
use super::role::{Permission, Plane};
use super::text::Text;

/// How much text of conditions is kept parsed, in bytes: more than that, and all are forgotten.
const MOST_TEXT: usize = 4 << 20;

/// The sub-operations of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubOperations<'q> {
    /// These, mostly one or none.
    These(&'q [Text<'q>]),
    /// Nobody could tell.
    Unknown,
}

/// What is asked of roles and conditions.
#[derive(Clone, Copy)]
pub struct Question<'q> {
    /// The action.
    pub action: &'q str,
    /// Which plane it is of.
    pub plane: Plane,
    /// Its sub-operations.
    pub sub_operations: SubOperations<'q>,
    /// The attributes of the request.
    pub attributes: &'q dyn Attributes,
}

/// Conditions parsed once: assignments repeat them.
#[derive(Debug, Default)]
pub struct Conditions {
    known: HashMap<Box<str>, Option<Arc<Condition>>, foldhash::fast::RandomState>,
    text: usize,
}

impl Conditions {
    /// The condition of this text; nothing when it cannot be understood.
    pub fn parsed(&mut self, text: &str) -> Option<Arc<Condition>> {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let condition = Condition::parse(text).ok().map(Arc::new);
        self.text += text.len();
        if self.text > MOST_TEXT {
            self.known.clear();
            self.text = text.len();
        }
        self.known.insert(text.into(), condition.clone());
        condition
    }

    /// What a condition comes to. One that cannot be understood may be anything.
    pub fn judge(&mut self, text: Option<&str>, question: &Question<'_>, unknown: &mut Vec<String>) -> Truth {
        let Some(text) = text else { return Truth::TRUE };
        match self.parsed(text) {
            Some(condition) => condition.judge(question, unknown),
            None => {
                unknown.push("the condition itself: it cannot be understood".to_owned());
                Truth::UNKNOWN
            }
        }
    }
}

/// What a role, assigned with a condition, comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// The role gives the action, conditions aside.
    pub covers: bool,
    /// Its conditions: the assignment's own and the one of some element that gives the action.
    pub condition: Truth,
    /// The attributes that nobody could tell.
    pub unknown: Vec<String>,
}

impl Ruling {
    /// Asks a role's permissions. A condition counts only where the role gives the action: it narrows, it cannot deny (Azure RBAC, "FAQ for Azure role
    /// assignment conditions").
    pub fn of(
        permissions: &[Permission<'_>],
        condition: Option<&str>,
        question: &Question<'_>,
        conditions: &mut Conditions,
    ) -> Ruling {
        let mut unknown = Vec::new();
        let mut elements: Option<Truth> = None;
        for element in permissions.iter().filter(|element| element.covers(question.action, question.plane)) {
            let truth = conditions.judge(element.condition(), question, &mut unknown);
            elements = Some(elements.map_or(truth, |other| other.or(truth)));
        }
        let Some(elements) = elements else {
            return Ruling { covers: false, condition: Truth::FALSE, unknown: Vec::new() };
        };
        let whole = elements.and(conditions.judge(condition, question, &mut unknown));
        Ruling { covers: true, condition: whole, unknown }
    }
}
