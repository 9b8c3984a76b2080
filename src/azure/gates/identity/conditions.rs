//! The conditions of the assignments that allow it.

use serde_json::{Value, json};

use super::super::words::{fix, unread};
use super::attributes::Step;
use super::case::Case;
use super::lists::{Lists, MISSING};
use super::rights::{Held, Rights};
use super::standing::Standing;
use super::{decisive, place};
use crate::azure::id;
use crate::azure::rbac::condition::Attribute;
use crate::azure::rbac::{Attributes, Condition, Found, Source};
use crate::facts::Tri;
use crate::model::{Effect, Fix, Judgement, Risk, Verdict};
use crate::provider::Ask;
use crate::shell::quoted;

/// Whether the condition of some assignment that allows it holds.
pub fn role_condition(ask: &Ask<'_>) -> Judgement {
    let case = match Case::new(ask, "Whether the conditions of the roles hold") {
        Ok(case) => case,
        Err(judgement) => return *judgement,
    };
    let standing = Standing::of(&case);
    let rights = &standing.rights;
    match standing.verdicts.condition {
        Verdict::Open => open(rights),
        Verdict::Closed => closed(&case, rights),
        Verdict::NotApplicable => match standing.lists {
            Lists::Grant => {
                Judgement::not_applicable("Access control lists allow it: the conditions of roles do not matter.")
            }
            _ => {
                Judgement::not_applicable("No role allows it, whatever its condition; see the gate `role-assignment`.")
            }
        },
        Verdict::Unknown => unknown(&standing),
    }
}

fn open(rights: &Rights<'_>) -> Judgement {
    let mut holding: Vec<&Held<'_>> = rights.giving().filter(|held| held.condition == Tri::True).collect();
    holding.sort_by_key(|held| held.assignment.condition().is_some());
    match holding.first() {
        Some(held) => match held.assignment.condition() {
            None => Judgement::open(format!("The assignment of {} has no condition.", held.role_name())),
            Some(condition) => {
                Judgement::open(format!("The condition of the assignment of {} holds.", held.role_name())).decided_by([
                    decisive(format!("role assignment {}", held.id()), "condition", &Value::from(condition)),
                ])
            }
        },
        None => Judgement::open("No condition stands in the way."),
    }
}

fn closed(case: &Case<'_>, rights: &Rights<'_>) -> Judgement {
    let failed: Vec<&Held<'_>> = rights.giving().collect();
    let Some(first) = failed.first() else { return Judgement::unknown("unread", "No assignment was read.") };
    let known = told(case, first);
    let told = if known.is_empty() { String::new() } else { format!(": {}", known.join(", ")) };
    let whose = match failed.len() {
        1 => "The condition of the assignment".to_owned(),
        count => format!("None of the conditions of {count} assignments holds, nor does that"),
    };
    let summary = format!(
        "{whose} of {} at {} is not true{told}.",
        first.role_name(),
        place(first.assignment.scope().unwrap_or_default())
    );
    let shown = failed.iter().map(|held| {
        let condition = Value::from(held.assignment.condition().unwrap_or_default());
        let mut shown = decisive(format!("role assignment {}", held.id()), "condition", &condition);
        shown.text = held.assignment.condition().map(str::to_owned).or(shown.text);
        shown
    });
    let mut judgement = Judgement::closed(Effect::NoAllow, "condition-failed", first.id(), summary)
        .decided_by(shown)
        .fix(extend(case, first));
    if names(first, |attribute| attribute.source == Source::Environment && !attribute.is("UtcNow")) {
        judgement = judgement.note("The condition asks how the request arrives: another network way may satisfy it without a change to the assignment.");
    }
    if case.lists() && names(first, |attribute| attribute.source == Source::Request) {
        judgement = judgement.note(
            "The condition asks what is listed: a listing with the prefix it wants passes as it is (-i prefix=…).",
        );
    }
    judgement
}

fn names(held: &Held<'_>, wanted: impl Fn(&Attribute) -> bool) -> bool {
    let condition = held.assignment.condition().and_then(|text| Condition::parse(text).ok());
    condition.is_some_and(|condition| condition.attributes().into_iter().any(wanted))
}

/// What the attributes of its condition are: `@Resource[…] is "private/x"`.
fn told(case: &Case<'_>, held: &Held<'_>) -> Vec<String> {
    let Some(Ok(condition)) = held.assignment.condition().map(Condition::parse) else { return Vec::new() };
    let step = Step { case };
    let say = |attribute: &Attribute| match step.find(attribute) {
        Found::Value(value) => Some(format!("{attribute} is {value}")),
        Found::Absent => Some(format!("{attribute} is not there")),
        Found::Unknown => None,
    };
    condition.attributes().into_iter().filter_map(say).collect()
}

/// The condition with this very container and path besides.
fn extend(case: &Case<'_>, held: &Held<'_>) -> Fix {
    const CONTAINERS: &str = "Microsoft.Storage/storageAccounts/blobServices/containers";
    let condition = held.assignment.condition().unwrap_or_default();
    let text = |value: &str| format!("'{}'", value.replace('\'', "''"));
    let container = case.ask.text("container").or_else(|| id::after(case.scope, "containers"));
    let container = container.map(|name| format!("@Resource[{CONTAINERS}:name] StringEquals {}", text(name)));
    let blob = case.ask.text("blob").map(|path| match case.lists() {
        true => format!("@Request[{CONTAINERS}/blobs:prefix] StringEquals {}", text(path)),
        false => format!("@Resource[{CONTAINERS}/blobs:path] StringEquals {}", text(path)),
    });
    let more: Vec<String> = container.into_iter().chain(blob).collect();
    let wider =
        format!("({condition}) OR ({})", if more.is_empty() { "CONDITION".to_owned() } else { more.join(" AND ") });
    let assignment = json!({
        "id": held.id(), "name": id::name(held.id()), "type": "Microsoft.Authorization/roleAssignments",
        "scope": held.assignment.scope(), "roleDefinitionId": held.assignment.role_definition_id(),
        "principalId": held.assignment.principal_id(), "principalType": held.assignment.principal_type(),
        "condition": wider, "conditionVersion": "2.0",
    });
    let mut fix = fix(
        format!("Let the condition of the assignment of {} hold for this item as well", held.role_name()),
        format!("an Owner or User Access Administrator of {}", place(held.assignment.scope().unwrap_or_default())),
        Risk::Medium,
        format!("az role assignment update --role-assignment {}", quoted(&assignment.to_string())),
    );
    if more.is_empty() || names(held, |attribute| matches!(attribute.source, Source::Environment | Source::Principal)) {
        fix.widens.push("whatever the condition keeps out for other reasons, for this item".to_owned());
    }
    fix
}

fn unknown(standing: &Standing<'_>) -> Judgement {
    let rights = &standing.rights;
    let subject = "Whether the condition of a role holds";
    let doubtful: Vec<&Held<'_>> = rights.giving().filter(|held| held.condition == Tri::Unknown).collect();
    if !doubtful.is_empty() {
        let mut unknown: Vec<&str> = doubtful.iter().flat_map(|held| held.unknown.iter().map(String::as_str)).collect();
        unknown.dedup();
        let summary = format!("{subject} depends on what nobody could tell: {}.", unknown.join(", "));
        let shown = doubtful.iter().map(|held| {
            decisive(
                format!("role assignment {}", held.id()),
                "condition",
                &Value::from(held.assignment.condition().unwrap_or_default()),
            )
        });
        let mut judgement = Judgement::unknown("unknown-attributes", summary).decided_by(shown);
        for attribute in unknown {
            judgement = judgement.missing(state(attribute));
        }
        return judgement;
    }
    if let Some(why) = &rights.unread {
        return unread(subject, why).missing("Microsoft.Authorization/roleAssignments/read");
    }
    if rights.role() == Tri::True && rights.whole() == Tri::False {
        return match &standing.lists {
            Lists::Unknown(why) if !why.call.is_empty() && why.call != "probe:GetAccessControl" => unread(subject, why),
            _ => Judgement::unknown(
                "unread",
                "The conditions of the roles are not true, and the access control lists of the account, which may allow it as well, were not read.",
            )
            .missing(MISSING),
        };
    }
    let summary =
        format!("{subject} cannot be told: whether there is such a role cannot, see the gate `role-assignment`.");
    let judgement = Judgement::unknown("unread", summary);
    match rights.held.iter().find(|held| held.gives() == Tri::Unknown) {
        // What the role gives was looked for and noted as missing.
        Some(Held { role: Err(_), .. }) | None => judgement,
        Some(_) => judgement.missing("Directory.Read.All (Microsoft Graph)"),
    }
}

/// How the user may state an attribute.
fn state(attribute: &str) -> String {
    match attribute.split_once('[').and_then(|(_, name)| name.strip_suffix(']')) {
        Some(name) => format!("the attribute {attribute} (-i 'context:{name}=VALUE')"),
        None => attribute.to_owned(),
    }
}
