//! The assignments that reach the principal, each judged once for all gates.

use serde::Deserialize;
use serde_json::Value;

use super::attributes::Step;
use super::case::Case;
use crate::azure::id;
use crate::azure::items::items;
use crate::azure::principal::{is_assigned_to, is_at_scope, is_member};
use crate::azure::rbac::{
    Conditions, Permission, Question, RoleAssignment, RoleDefinition, Ruling, SubOperations, builtin,
};
use crate::facts::{Fact, FactStatus, Known, Tri, Why};
use crate::provider::Ask;

/// A role, read or built in.
pub(super) struct Role<'c> {
    pub name: String,
    definition: Option<RoleDefinition<'c>>,
    builtin: Vec<Permission<'static>>,
}

impl<'c> Role<'c> {
    /// The role with this id: as Azure tells it, else as it is built in.
    pub fn find(ask: &Ask<'c>, role_id: &str) -> Result<Role<'c>, Why> {
        let is_it = |fact: &Fact| {
            let asked = fact.params.get("id").and_then(Value::as_str).unwrap_or_default();
            id::name(asked).eq_ignore_ascii_case(id::name(role_id))
        };
        let call = "authorization:GetRoleDefinition";
        let answered = ask.reading.facts().of_call(call).any(|(_, fact)| fact.status == FactStatus::Ok && is_it(fact));
        if !answered && let Some(builtin) = builtin::by_id(role_id) {
            return Ok(Role { name: builtin.name.into(), definition: None, builtin: builtin.permissions() });
        }
        match ask.reading.find(call, is_it) {
            Known::Yes(body) => match RoleDefinition::deserialize(body) {
                Ok(role) => {
                    let name = role.role_name().unwrap_or_else(|| id::name(role_id)).to_owned();
                    Ok(Role { name, definition: Some(role), builtin: Vec::new() })
                }
                Err(_) => Err(Why::not_readable(format!("what the role {role_id} gives"))),
            },
            Known::Absent => Err(Why::not_readable(format!("what the role {role_id} gives: there is no such role"))),
            Known::Unknown(why) => Err(why),
        }
    }

    pub fn permissions(&self) -> &[Permission<'_>] {
        self.definition.as_ref().map_or(&self.builtin, RoleDefinition::permissions)
    }

    /// True when it gives the action, conditions aside.
    pub fn covers(&self, action: &str, plane: crate::azure::rbac::Plane) -> bool {
        self.permissions().iter().any(|element| element.covers(action, plane))
    }
}

/// One assignment of a list.
pub(super) struct Held<'c> {
    pub source: &'c Value,
    pub assignment: RoleAssignment<'c>,
    /// Nothing when the role could not be read.
    pub role: Result<Role<'c>, Why>,
    /// Whether it is the principal's, or of a group of it.
    pub own: Tri,
    /// Whether it is the principal's, and reaches the scope.
    pub applies: Tri,
    /// Whether its role gives the action, conditions aside.
    pub covers: Tri,
    /// Whether its condition holds; what has none holds.
    pub condition: Tri,
    /// The attributes of the condition that nobody could tell.
    pub unknown: Vec<String>,
}

impl Held<'_> {
    pub fn id(&self) -> &str {
        self.assignment.id()
    }

    pub fn role_name(&self) -> &str {
        match &self.role {
            Ok(role) => &role.name,
            Err(_) => self.assignment.role_definition_id().map_or("a role", id::name),
        }
    }

    /// It is the principal's and gives the action, conditions aside.
    pub fn gives(&self) -> Tri {
        self.applies.and(self.covers)
    }
}

/// All of them.
pub(super) struct Rights<'c> {
    pub held: Vec<Held<'c>>,
    /// Why the list is not whole.
    pub unread: Option<Why>,
}

const LIST: &str = "authorization:ListRoleAssignments";

impl<'c> Rights<'c> {
    /// What `assignedTo` lists for the principal; without it what `atScope` lists, with what is known of the groups; without either the
    /// direct ones of the subscription, which may grant and cannot tell that nothing does.
    pub fn of(case: &Case<'c>) -> Rights<'c> {
        let mut conditions = Conditions::default();
        let (list, unread, certain) = match assigned(case, LIST) {
            Known::Yes(list) => (list, None, true),
            _ => match at_scope(case, LIST) {
                Known::Yes(list) => (list, None, false),
                Known::Absent => (direct(case), Some(Why::not_readable(format!("ARM knows no {}", case.scope))), false),
                Known::Unknown(why) => (direct(case), Some(why), false),
            },
        };
        let held = list.iter().map(|source| {
            let assignment = RoleAssignment::deserialize(source).unwrap_or_default();
            let is_own = if certain { Tri::True } else { is_of(case, &assignment) };
            judged(case, source, assignment, is_own, &mut conditions)
        });
        Rights { held: held.collect(), unread }
    }

    /// Whether some assignment gives the action, conditions aside.
    pub fn role(&self) -> Tri {
        self.or_unread(self.held.iter().map(Held::gives).fold(Tri::False, Tri::or))
    }

    /// Whether some assignment gives it and its condition holds.
    pub fn whole(&self) -> Tri {
        self.or_unread(self.held.iter().map(|held| held.gives().and(held.condition)).fold(Tri::False, Tri::or))
    }

    fn or_unread(&self, tri: Tri) -> Tri {
        if self.unread.is_some() { tri.or(Tri::Unknown) } else { tri }
    }

    /// The certain ones that give the action, conditions aside.
    pub fn giving(&self) -> impl Iterator<Item = &Held<'c>> {
        self.held.iter().filter(|held| held.gives() == Tri::True)
    }
}

/// An assignment judged.
pub(super) fn judged<'c>(
    case: &Case<'c>,
    source: &'c Value,
    assignment: RoleAssignment<'c>,
    is_own: Tri,
    conditions: &mut Conditions,
) -> Held<'c> {
    let applies = is_own.and(assignment.reaches(case.scope));
    let mut held = Held {
        source,
        role: Err(Why::not_readable("the role")),
        own: is_own,
        applies,
        covers: Tri::Unknown,
        condition: Tri::True,
        unknown: Vec::new(),
        assignment,
    };
    if is_own == Tri::False {
        held.covers = Tri::False;
        return held;
    }
    let Some(role_id) = held.assignment.role_definition_id() else { return held };
    held.role = Role::find(case.ask, role_id);
    let Ok(role) = &held.role else { return held };
    let attributes = Step { case };
    let question = Question {
        action: case.ask.action,
        plane: case.plane,
        sub_operations: SubOperations::These(&case.sub_operations),
        attributes: &attributes,
    };
    let ruling = match applies {
        // Elsewhere only the role matters, and no attribute need be looked up.
        Tri::False => Ruling {
            covers: role.covers(question.action, case.plane),
            condition: crate::azure::rbac::Truth::TRUE,
            unknown: Vec::new(),
        },
        _ => Ruling::of(role.permissions(), held.assignment.condition(), &question, conditions),
    };
    held.covers = ruling.covers.into();
    held.condition = ruling.condition.grants();
    held.unknown = ruling.unknown;
    held
}

/// Whether an assignment is the principal's own, or of a group of it.
fn is_of(case: &Case<'_>, assignment: &RoleAssignment<'_>) -> Tri {
    let Some(oid) = assignment.principal_id() else { return Tri::Unknown };
    let direct = oid.eq_ignore_ascii_case(&case.who.oid);
    let person = |kind: &str| ["User", "ServicePrincipal", "Device"].iter().any(|one| one.eq_ignore_ascii_case(kind));
    match assignment.principal_type() {
        _ if direct => Tri::True,
        Some(kind) if person(kind) => Tri::False,
        _ => is_member(case.ask, &case.who, oid),
    }
}

/// The list of `call` for the scope that applies to the principal. ARM lists so for users and service principals, not for groups.
pub(super) fn assigned<'c>(case: &Case<'c>, call: &str) -> Known<&'c [Value]> {
    if case.who.kind.as_deref() == Some("Group") {
        return Known::Unknown(Why::not_readable("what applies to a group"));
    }
    listed(case, call, |fact| is_assigned_to(fact, &case.who.oid))
}

/// The list of `call` of all at and above the scope; a list without a filter holds them as well.
pub(super) fn at_scope<'c>(case: &Case<'c>, call: &str) -> Known<&'c [Value]> {
    listed(case, call, |fact| is_at_scope(fact) || !fact.params.contains_key("filter"))
}

/// The list that was asked for the scope itself, else for something below it: that one holds what is above it too.
fn listed<'c>(case: &Case<'c>, call: &str, wanted: impl Fn(&Fact) -> bool) -> Known<&'c [Value]> {
    let about = |fact: &Fact, holds: fn(&str, &str) -> bool| {
        let asked = fact.params.get("id").and_then(Value::as_str);
        asked.is_some_and(|asked| holds(asked, case.scope)) && wanted(fact)
    };
    let reading = case.ask.reading;
    let answered = |holds: fn(&str, &str) -> bool| {
        reading.facts().of_call(call).any(|(_, fact)| fact.status == FactStatus::Ok && about(fact, holds))
    };
    let holds: fn(&str, &str) -> bool = if !answered(id::same) && answered(id::within) { id::within } else { id::same };
    reading.find(call, |fact| about(fact, holds)).map(items)
}

/// The principal's own assignments anywhere in the subscription.
pub(super) fn direct<'c>(case: &Case<'c>) -> &'c [Value] {
    let own = format!("principalid eq '{}'", case.who.oid.to_ascii_lowercase());
    let is_it = |fact: &Fact| {
        let filter = fact.params.get("filter").and_then(Value::as_str).unwrap_or_default();
        filter.to_ascii_lowercase().contains(&own)
    };
    let asked = case.ask.reading.facts().of_call(LIST).any(|(_, fact)| is_it(fact) && fact.status == FactStatus::Ok);
    if !asked {
        return &[];
    }
    case.ask.reading.find(LIST, is_it).yes().map_or(&[], items)
}
