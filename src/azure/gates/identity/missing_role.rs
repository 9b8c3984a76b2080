//! Why no role allows it, the most useful reason first.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::words::fix;
use super::case::Case;
use super::rights::{Held, Rights, Role, assigned, at_scope, direct, judged};
use super::{assign, decisive, place};
use crate::azure::id;
use crate::azure::items::{flag, get, text};
use crate::azure::rbac::{Conditions, Plane, RoleAssignment, builtin};
use crate::facts::{Known, Tri};
use crate::model::{Decisive, Effect, Fix, Judgement, Risk};
use crate::shell::quoted;

const LIST: &str = "authorization:ListRoleAssignments";

/// No role allows it: which of the reasons.
pub(super) fn closed(case: &Case<'_>, rights: &Rights<'_>) -> Judgement {
    let judgement = eligible(case)
        .or_else(|| elsewhere(case, rights))
        .or_else(|| management_only(case, rights))
        .or_else(|| other(case))
        .unwrap_or_else(|| nothing(case, rights));
    orphans(case, judgement)
}

fn shut(reason: &'static str, blame: &str, summary: String, shown: Decisive) -> Judgement {
    Judgement::closed(Effect::NoAllow, reason, blame, summary).decided_by([shown])
}

/// The smallest built-in role that gives the action.
fn role(case: &Case<'_>) -> Option<&'static str> {
    builtin::smallest(case.ask.action, case.plane).map(|role| role.name)
}

fn grant(case: &Case<'_>) -> Fix {
    let Some(role) = role(case) else {
        let title = format!("Give {} a custom role with {}: no built-in role has it", case.who.label, case.ask.action);
        let list = if case.plane == Plane::Data { "DataActions" } else { "Actions" };
        let definition = json!({"Name": "ROLE-NAME", "AssignableScopes": [id::subscription_scope(case.scope)], list: [case.ask.action]});
        return fix(
            title,
            format!("an Owner or User Access Administrator of {}", place(case.scope)),
            Risk::Low,
            format!("az role definition create --role-definition {}", quoted(&definition.to_string())),
        );
    };
    assign(&case.who, role, case.scope, format!("Assign {role} to {} at {}", case.who.label, place(case.scope)))
}

/// Privileged Identity Management: the role is there to be activated.
fn eligible(case: &Case<'_>) -> Option<Judgement> {
    let list = assigned(case, "authorization:ListEligibilities").yes()?;
    let read = case.ask.reading.facts().all().iter().filter_map(|fact| fact.at.parse::<Timestamp>().ok()).min();
    let ended = |source: &Value| {
        let end = text(source, "endDateTime").and_then(|end| end.parse::<Timestamp>().ok());
        end.zip(read).is_some_and(|(end, read)| end <= read)
    };
    let mut conditions = Conditions::default();
    let held = list.iter().filter(|source| !ended(source)).map(|source| {
        let assignment = RoleAssignment::deserialize(source).unwrap_or_default();
        judged(case, source, assignment, Tri::True, &mut conditions)
    });
    let held = held.into_iter().find(|held| held.gives() == Tri::True)?;
    let summary = format!(
        "{} is eligible for the role {} at {} and has not activated it.",
        case.who.label,
        held.role_name(),
        place(held.assignment.scope().unwrap_or_default())
    );
    let body = json!({"properties": {
        "principalId": case.who.oid, "requestType": "SelfActivate", "justification": "REASON",
        "roleDefinitionId": held.assignment.role_definition_id(),
        "linkedRoleEligibilityScheduleId": text(held.source, "roleEligibilityScheduleId"),
        "scheduleInfo": {"expiration": {"type": "AfterDuration", "duration": "PT8H"}},
    }});
    let url = format!(
        "https://management.azure.com{}/providers/Microsoft.Authorization/roleAssignmentScheduleRequests/NEW-GUID?api-version=2020-10-01",
        held.assignment.scope().unwrap_or_default().trim_end_matches('/')
    );
    let activate = fix(
        format!("Activate the role {} in Privileged Identity Management", held.role_name()),
        case.who.label.clone(),
        Risk::Low,
        format!("az rest --method put --url {} --body {}", quoted(&url), quoted(&body.to_string())),
    );
    let shown = decisive(format!("eligibility {}", held.id()), held.role_name(), held.source);
    Some(shut("eligible-not-active", held.id(), summary, shown).fix(activate))
}

/// The right role, assigned to the identity itself at a scope that does not hold the target.
fn elsewhere(case: &Case<'_>, rights: &Rights<'_>) -> Option<Judgement> {
    let mut conditions = Conditions::default();
    let own = direct(case)
        .iter()
        .filter(|source| text(source, "principalId").is_some_and(|oid| oid.eq_ignore_ascii_case(&case.who.oid)));
    let own: Vec<Held<'_>> = own
        .map(|source| {
            judged(case, source, RoleAssignment::deserialize(source).unwrap_or_default(), Tri::True, &mut conditions)
        })
        .collect();
    let is_elsewhere =
        |held: &&Held<'_>| held.own.and(held.covers) == Tri::True && held.assignment.reaches(case.scope) == Tri::False;
    let held = rights.held.iter().chain(&own).filter(is_elsewhere).max_by_key(|held| common(held, case.scope))?;
    let scope = place(held.assignment.scope().unwrap_or_default());
    let summary = format!(
        "{} has the role {} at {scope}, which does not hold {}.",
        case.who.label,
        held.role_name(),
        place(case.scope)
    );
    let shown = decisive(format!("role assignment {}", held.id()), held.role_name(), held.source);
    Some(shut("wrong-scope", held.id(), summary, shown).fix(grant(case)))
}

/// How many segments of the scopes agree: the nearest assignment explains most.
fn common(held: &Held<'_>, target: &str) -> usize {
    let scope = held.assignment.scope().unwrap_or_default();
    scope.split('/').zip(target.split('/')).take_while(|(own, other)| own.eq_ignore_ascii_case(other)).count()
}

/// A role for the management of the resource, which gives none of the data in it.
fn management_only(case: &Case<'_>, rights: &Rights<'_>) -> Option<Judgement> {
    if case.plane != Plane::Data {
        return None;
    }
    let mut segments = case.ask.action.split('/');
    let read = format!("{}/{}/read", segments.next()?, segments.next()?);
    let manages = |role: &Role<'_>| [case.ask.action, &read].iter().any(|action| role.covers(action, Plane::Control));
    let held = rights.held.iter().filter(|held| held.applies == Tri::True);
    let held = held.into_iter().find(|held| held.role.as_ref().is_ok_and(manages))?;
    let summary = format!(
        "{} has the role {} at {}, which gives management and none of the data.",
        case.who.label,
        held.role_name(),
        place(held.assignment.scope().unwrap_or_default())
    );
    let shown = decisive(format!("role assignment {}", held.id()), held.role_name(), held.source);
    let judgement = shut("control-plane-only", held.id(), summary, shown).fix(grant(case));
    Some(match keys(case, held) {
        Some(note) => judgement.note(note),
        None => judgement,
    })
}

/// Who may list the account's keys reads with a key instead ("Choose how to authorize access to blob data").
fn keys(case: &Case<'_>, held: &Held<'_>) -> Option<String> {
    const LIST_KEYS: &str = "Microsoft.Storage/storageAccounts/listKeys/action";
    let account = case.ask.text("account").or_else(|| id::up_to(case.scope, "storageAccounts"))?;
    let lists = held.role.as_ref().is_ok_and(|role| role.covers(LIST_KEYS, Plane::Control));
    let takes = match get(case.ask.reading, "storage:GetAccount", account) {
        Known::Yes(body) => flag(body, "allowSharedKeyAccess") != Some(false),
        _ => false,
    };
    (lists && takes).then(|| {
        format!(
            "{} may list the account's keys, and the account takes keys: whoever reads with `--auth-mode key` gets in, and leaves no name in the log.",
            held.role_name()
        )
    })
}

/// Another identity on the way holds it.
fn other(case: &Case<'_>) -> Option<Judgement> {
    let others = case.ask.with.get("others")?.as_object()?;
    let list = at_scope(case, LIST).yes()?;
    let mut conditions = Conditions::default();
    for (name, oid) in others.iter().filter_map(|(name, oid)| Some((name, oid.as_str()?))) {
        if oid.is_empty() || oid.eq_ignore_ascii_case(&case.who.oid) {
            continue;
        }
        let own =
            list.iter().filter(|source| text(source, "principalId").is_some_and(|own| own.eq_ignore_ascii_case(oid)));
        for source in own {
            let assignment = RoleAssignment::deserialize(source).unwrap_or_default();
            let held = judged(case, source, assignment, Tri::True, &mut conditions);
            if held.gives() == Tri::True {
                let summary = format!(
                    "{} has no role that allows {}; {name} ({oid}) has the role {}.",
                    case.who.label,
                    case.what(),
                    held.role_name()
                );
                let shown = decisive(format!("role assignment {}", held.id()), held.role_name(), source);
                let judgement = shut("other-identity", &case.who.oid, summary, shown).fix(grant(case));
                return Some(
                    judgement.note(format!("Or have the workload sign in as {name}: nothing need be assigned then.")),
                );
            }
        }
    }
    None
}

fn nothing(case: &Case<'_>, rights: &Rights<'_>) -> Judgement {
    let held: Vec<&Held<'_>> = rights.held.iter().filter(|held| held.applies == Tri::True).collect();
    let names: Vec<Value> =
        held.iter().map(|held| json!({"role": held.role_name(), "scope": held.assignment.scope()})).collect();
    let has = match held.len() {
        0 => "no role there".to_owned(),
        _ => format!("only {} there", held.iter().map(|held| held.role_name()).collect::<Vec<_>>().join(", ")),
    };
    let summary = format!("No role allows {} {}: it has {has}.", case.who.label, case.what());
    let statement = format!("{} of them apply", held.len());
    let shown = decisive(format!("role assignments at {}", place(case.scope)), statement, &Value::from(names));
    shut("no-role", &case.who.oid, summary, shown).fix(grant(case))
}

/// A managed identity that was made anew has another object id: what was assigned to the old one is lost ("Troubleshoot Azure RBAC", role
/// assignments with identity not found).
fn orphans(case: &Case<'_>, judgement: Judgement) -> Judgement {
    let Known::Yes(list) = at_scope(case, LIST) else { return judgement };
    let is_orphan =
        |source: &&Value| text(source, "principalType").is_some_and(|kind| kind.eq_ignore_ascii_case("Unknown"));
    let mut conditions = Conditions::default();
    let held = list.iter().filter(is_orphan).find_map(|source| {
        let assignment = RoleAssignment::deserialize(source).unwrap_or_default();
        let held = judged(case, source, assignment, Tri::True, &mut conditions);
        (held.gives() == Tri::True).then_some(held)
    });
    match held {
        Some(held) => {
            let oid = held.assignment.principal_id().unwrap_or_default();
            judgement.note(format!(
                "{} is assigned there to {oid}, which the directory does not know any more: an identity that was deleted and made anew has another object id.",
                held.role_name()
            ))
        }
        None => judgement,
    }
}
