//! Deny assignments at and above the scope: they win over every role ("Understand Azure deny assignments").

use serde::Deserialize;
use serde_json::Value;

use super::super::words::{fix, unread};
use super::attributes::Step;
use super::case::Case;
use super::rights::{assigned, at_scope};
use super::{decisive, place};
use crate::azure::items::text;
use crate::azure::principal::is_member;
use crate::azure::rbac::{Conditions, DenyAssignment, Question, SubOperations};
use crate::facts::{Known, Tri};
use crate::model::{Effect, Judgement, Risk};
use crate::provider::Ask;
use crate::shell::quoted;

const LIST: &str = "authorization:ListDenyAssignments";

/// Whether a deny assignment applies.
pub fn deny_assignment(ask: &Ask<'_>) -> Judgement {
    let subject = "Whether a deny assignment applies";
    let case = match Case::new(ask, subject) {
        Ok(case) => case,
        Err(judgement) => return *judgement,
    };
    let (all, mine) = (at_scope(&case, LIST), assigned(&case, LIST));
    let mut conditions = Conditions::default();
    let mut doubtful = None;
    for source in all.as_ref().yes().into_iter().chain(mine.as_ref().yes()).copied().flatten() {
        let Ok(deny) = DenyAssignment::deserialize(source) else {
            doubtful = Some((source, vec!["what it says cannot be understood".to_owned()]));
            continue;
        };
        let mut unknown = Vec::new();
        match applies(&case, &deny, mine.as_ref().yes().copied(), &mut conditions, &mut unknown) {
            Tri::True => return closed(&case, &deny, source),
            Tri::Unknown => doubtful = doubtful.or(Some((source, unknown))),
            Tri::False => {}
        }
    }
    if let Some((source, unknown)) = doubtful {
        return cannot_tell(subject, source, unknown);
    }
    match all {
        Known::Yes(list) => Judgement::open(match list.len() {
            0 => format!("There is no deny assignment at or above {}.", place(case.scope)),
            _ => format!("No deny assignment at or above {} applies to {}.", place(case.scope), case.who.label),
        }),
        Known::Absent => {
            Judgement::unknown("unread", format!("{subject} cannot be told: ARM knows no {}.", case.scope))
        }
        Known::Unknown(why) => unread(subject, &why).missing("Microsoft.Authorization/denyAssignments/read"),
    }
}

/// Who is meant only through a group is looked for in what ARM lists for the principal, too.
fn applies(
    case: &Case<'_>,
    deny: &DenyAssignment<'_>,
    mine: Option<&[Value]>,
    conditions: &mut Conditions,
    unknown: &mut Vec<String>,
) -> Tri {
    let step = Step { case };
    let question = Question {
        action: case.ask.action,
        plane: case.plane,
        sub_operations: SubOperations::These(&case.sub_operations),
        attributes: &step,
    };
    let reaches = deny.reaches(case.scope);
    if reaches == Tri::False || deny.elements(question.action, question.plane).next().is_none() {
        return Tri::False;
    }
    let member = |oid: &str, kind: Option<&str>| match kind {
        _ if oid.eq_ignore_ascii_case(&case.who.oid) => Tri::True,
        Some("User" | "ServicePrincipal" | "SystemDefined" | "Everyone") => Tri::False,
        _ => is_member(case.ask, &case.who, oid),
    };
    let mut is_for = deny.is_for(&member);
    if is_for == Tri::Unknown
        && let Some(mine) = mine
    {
        let listed = mine.iter().any(|one| text(one, "id").is_some_and(|id| id.eq_ignore_ascii_case(deny.id())));
        // Whether the list holds denies for everybody, and leaves out whom they exclude, is not documented: those stay open to doubt.
        is_for = match listed {
            true if !deny.excludes() => Tri::True,
            false if !deny.is_for_everybody() => Tri::False,
            _ => Tri::Unknown,
        };
    }
    if is_for == Tri::Unknown {
        unknown.push("which groups the identity is in".to_owned());
    }
    let mut named = Tri::False;
    for element in deny.elements(question.action, question.plane) {
        named = named.or(conditions.judge(element.condition(), &question, unknown).denies());
    }
    reaches.and(is_for).and(named).and(conditions.judge(deny.condition(), &question, unknown).denies())
}

fn closed(case: &Case<'_>, deny: &DenyAssignment<'_>, source: &Value) -> Judgement {
    let name = deny.deny_assignment_name().unwrap_or_else(|| deny.id());
    let summary = format!(
        "The deny assignment {name} at {} denies {} {}, whatever the roles say.",
        place(deny.scope().unwrap_or_default()),
        case.who.label,
        case.what()
    );
    let except = fix(
        format!(
            "Except {} from the deny assignment where it was made: only the deployment stack, managed application or service that made it can change it",
            case.who.label
        ),
        "whoever owns what made the deny assignment",
        Risk::High,
        format!(
            "az stack group create --name STACK --resource-group GROUP --template-file FILE --action-on-unmanage detachAll --deny-settings-mode denyWriteAndDelete --deny-settings-excluded-principals {}",
            quoted(&case.who.oid)
        ),
    );
    Judgement::closed(Effect::ExplicitDeny, "explicit-deny", deny.id(), summary)
        .decided_by([decisive(format!("deny assignment {name}"), "permissions", source)])
        .fix(except)
}

fn cannot_tell(subject: &str, source: &Value, unknown: Vec<String>) -> Judgement {
    let name = text(source, "denyAssignmentName").or_else(|| text(source, "id")).unwrap_or("a deny assignment");
    let summary = format!("{subject} cannot be told: {name} may, it depends on {}.", unknown.join(", "));
    let mut judgement = Judgement::unknown("unread", summary);
    for what in unknown {
        judgement = judgement.missing(match what.as_str() {
            "which groups the identity is in" => "Directory.Read.All (Microsoft Graph)".to_owned(),
            _ => what,
        });
    }
    judgement
}
