//! One case of authorization judged whole, as Azure orders it (Azure RBAC, "How Azure RBAC determines if a user has access to a
//! resource"): what `gatewalk eval azure-authz` answers.
//!
//! | file | what is in it |
//! |---|---|
//! | here | denies, then assignments, then the whole |
//! | `case` | what is asked, borrowed from the line |

mod case;

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;

use self::case::Request;
use super::rbac::builtin;
use super::rbac::{Conditions, DenyAssignment, Permission, Plane, Question, RoleAssignment, RoleDefinition, Ruling};
use crate::facts::Tri;

pub use case::Case;

/// What is kept from case to case: conditions parsed once, built-in roles looked up once.
#[derive(Debug, Default)]
pub struct Memory {
    conditions: Conditions,
    builtin: HashMap<Box<str>, Option<Arc<[Permission<'static>]>>, foldhash::fast::RandomState>,
}

/// How many ids of roles are remembered; cases of ids that nobody knows could be without end.
const MOST_ROLES: usize = 4096;

/// What a request comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// An assignment grants it and no deny applies.
    Allowed,
    /// A deny applies, or nothing grants it.
    Denied,
    /// It depends on what is not known.
    Unknown,
}

/// The answer to a case (contract, section 6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer<'c> {
    /// The case's own id.
    #[serde(serialize_with = "raw")]
    id: Id<'c>,
    /// What it comes to.
    pub result: Outcome,
    /// The assignments that grant it; only where it is allowed: what a deny overrules grants nothing.
    pub granted_by: Vec<&'c str>,
    /// The deny assignments that apply.
    pub denied_by: Vec<&'c str>,
    /// The assignments that would grant it if their condition were true. A deny that applies is asked before them.
    pub condition_failed: Vec<&'c str>,
}

type Id<'c> = Option<IdText<'c>>;

/// The id as it stands in the line.
#[derive(Debug, Clone, Copy)]
struct IdText<'c>(&'c RawValue);

impl PartialEq for IdText<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

impl Eq for IdText<'_> {}

fn raw<S: serde::Serializer>(id: &Id<'_>, to: S) -> Result<S::Ok, S::Error> {
    id.map(|id| id.0).serialize(to)
}

/// The answer to a case; the error says what of it cannot be judged.
pub fn answer<'c>(case: &'c Case<'c>, memory: &mut Memory) -> Result<Answer<'c>, String> {
    let request = &case.request;
    if request.action().is_empty() {
        return Err("the request names no action".to_owned());
    }
    let plane = match request.plane() {
        "" => Plane::Data,
        name => Plane::named(name).ok_or_else(|| format!("`{name}` is no plane: data or control is expected"))?,
    };
    let question = Question {
        action: request.action(),
        plane,
        sub_operations: request.sub_operations(),
        attributes: &request.attributes,
    };
    let mut answer = Answer {
        id: case.id.map(IdText),
        result: Outcome::Denied,
        granted_by: Vec::new(),
        denied_by: Vec::new(),
        condition_failed: Vec::new(),
    };
    let mut denied = Tri::False;
    for deny in case.deny_assignments.iter().flatten() {
        let applies = denies(deny, request, &question, &mut memory.conditions);
        if applies == Tri::True {
            answer.denied_by.push(deny.id());
        }
        denied = denied.or(applies);
    }
    if denied == Tri::True {
        return Ok(answer);
    }
    let mut granted = Tri::False;
    for assignment in case.role_assignments.iter().flatten() {
        let (grants, condition_failed) = memory.grants(assignment, case, &question);
        if grants == Tri::True {
            answer.granted_by.push(assignment.id());
        }
        if condition_failed {
            answer.condition_failed.push(assignment.id());
        }
        granted = granted.or(grants);
    }
    answer.result = match granted.and(!denied) {
        Tri::True => Outcome::Allowed,
        Tri::False => Outcome::Denied,
        Tri::Unknown => Outcome::Unknown,
    };
    if answer.result != Outcome::Allowed {
        answer.granted_by.clear();
    }
    Ok(answer)
}

/// Whether a deny assignment applies.
fn denies(
    deny: &DenyAssignment<'_>,
    request: &Request<'_>,
    question: &Question<'_>,
    conditions: &mut Conditions,
) -> Tri {
    let applies = deny.reaches(request.scope()).and(deny.is_for(&|id, _| request.member(id)));
    if applies == Tri::False {
        return Tri::False;
    }
    let mut unknown = Vec::new();
    let mut named = Tri::False;
    for element in deny.elements(question.action, question.plane) {
        named = named.or(conditions.judge(element.condition(), question, &mut unknown).denies());
    }
    if named == Tri::False {
        return Tri::False;
    }
    applies.and(named).and(conditions.judge(deny.condition(), question, &mut unknown).denies())
}

impl Memory {
    /// Whether an assignment grants, and whether it certainly would but for its condition.
    fn grants(&mut self, assignment: &RoleAssignment<'_>, case: &Case<'_>, question: &Question<'_>) -> (Tri, bool) {
        let request = &case.request;
        let member = assignment.principal_id().map_or(Tri::False, |id| request.member(id));
        let applies = assignment.reaches(request.scope()).and(member);
        if applies == Tri::False {
            return (Tri::False, false);
        }
        let Some(id) = assignment.role_definition_id() else { return (Tri::Unknown, false) };
        let condition = assignment.condition();
        let ruling = if let Some(role) = defined(case, id) {
            Ruling::of(role.permissions(), condition, question, &mut self.conditions)
        } else if let Some(permissions) = self.builtin(id) {
            Ruling::of(&permissions, condition, question, &mut self.conditions)
        } else {
            return (Tri::Unknown, false);
        };
        if !ruling.covers {
            return (Tri::False, false);
        }
        let holds = ruling.condition.grants();
        (applies.and(holds), applies == Tri::True && holds == Tri::False)
    }

    fn builtin(&mut self, id: &str) -> Option<Arc<[Permission<'static>]>> {
        let guid = super::id::name(id);
        if let Some(known) = self.builtin.get(guid) {
            return known.clone();
        }
        if self.builtin.len() >= MOST_ROLES {
            self.builtin.clear();
        }
        let role = builtin::by_id(guid).map(|role| role.permissions().into());
        self.builtin.insert(guid.into(), role.clone());
        role
    }
}

/// The case's own definition wins over the built-in one: that with this very id, else that with its last segment.
fn defined<'c>(case: &'c Case<'_>, id: &str) -> Option<&'c RoleDefinition<'c>> {
    let roles = || case.role_definitions.iter().flatten();
    roles().find(|role| role.has_id(id)).or_else(|| roles().find(|role| role.is(id)))
}
