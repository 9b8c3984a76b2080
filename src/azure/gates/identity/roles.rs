//! Whether some role allows it, conditions aside.

use jiff::{SignedDuration, Timestamp};

use super::super::words::unread;
use super::case::Case;
use super::lists::{Lists, MISSING};
use super::rights::{Held, Rights};
use super::standing::Standing;
use super::{decisive, missing_role, place};
use crate::azure::items::text;
use crate::facts::{Tri, Why};
use crate::model::{Judgement, Verdict};
use crate::provider::Ask;

/// How long an assignment may take to hold everywhere ("Troubleshoot Azure RBAC", changes are not detected).
const DELAY: SignedDuration = SignedDuration::from_mins(10);

/// Role assignments at and above the scope, the identity's own and its groups'.
pub fn role_assignment(ask: &Ask<'_>) -> Judgement {
    let case = match Case::new(ask, "Whether a role allows it") {
        Ok(case) => case,
        Err(judgement) => return *judgement,
    };
    let standing = Standing::of(&case);
    let judgement = match standing.verdicts.role {
        Verdict::Open => open(&case, &standing.rights),
        Verdict::Closed => missing_role::closed(&case, &standing.rights),
        Verdict::NotApplicable => match standing.lists {
            Lists::Grant => Judgement::not_applicable("Access control lists allow it: no role is needed."),
            _ => Judgement::not_applicable(
                "Access control lists name the identity: access by list is meant, see the gate `acl`.",
            ),
        },
        Verdict::Unknown => unknown(&case, &standing),
    };
    young(&case, &standing.rights, judgement)
}

fn through(case: &Case<'_>, held: &Held<'_>) -> String {
    match held.assignment.principal_id() {
        Some(oid) if !oid.eq_ignore_ascii_case(&case.who.oid) => format!(", through group {oid}"),
        _ => String::new(),
    }
}

fn open(case: &Case<'_>, rights: &Rights<'_>) -> Judgement {
    let mut giving: Vec<&Held<'_>> = rights.giving().collect();
    giving.sort_by_key(|held| held.condition != Tri::True);
    let summary = giving.first().map_or_else(String::new, |held| {
        let scope = place(held.assignment.scope().unwrap_or_default());
        format!("{} has the role {} at {scope}{}.", case.who.label, held.role_name(), through(case, held))
    });
    let shown =
        giving.iter().map(|held| decisive(format!("role assignment {}", held.id()), held.role_name(), held.source));
    Judgement::open(summary).decided_by(shown)
}

fn unknown(case: &Case<'_>, standing: &Standing<'_>) -> Judgement {
    let subject = format!("Whether a role allows {} {}", case.who.label, case.what());
    let rights = &standing.rights;
    if rights.role() == Tri::False {
        let because = match &standing.lists {
            Lists::Unknown(why) if why.call != "probe:GetAccessControl" && !why.call.is_empty() => why.clone(),
            _ => Why::not_readable(
                "no role does, and the access control lists of the account, which may allow it as well, were not read",
            ),
        };
        let judgement = Judgement::unknown("unread", format!("{subject} cannot be told: {}.", because.text));
        return if because.call.is_empty() { judgement.missing(MISSING) } else { judgement };
    }
    if let Some(why) = &rights.unread {
        return unread(&subject, why).missing("Microsoft.Authorization/roleAssignments/read");
    }
    let doubtful = rights.held.iter().find(|held| held.gives() == Tri::Unknown);
    match doubtful {
        Some(Held { role: Err(why), .. }) => unread(&subject, why),
        Some(held) => {
            let group = held.assignment.principal_id().unwrap_or_default();
            let summary = format!(
                "{subject} cannot be told: {} is assigned to group {group}, and nobody could tell whether it is in it.",
                held.role_name()
            );
            Judgement::unknown("unread", summary).missing("Directory.Read.All (Microsoft Graph)")
        }
        None => Judgement::unknown("unread", format!("{subject} cannot be told.")),
    }
}

/// Assignments made just before they were read may not hold everywhere yet.
fn young(case: &Case<'_>, rights: &Rights<'_>, mut judgement: Judgement) -> Judgement {
    let lists = case.ask.reading.facts().of_call("authorization:ListRoleAssignments");
    let Some(read) = lists.filter_map(|(_, fact)| fact.at.parse::<Timestamp>().ok()).max() else { return judgement };
    for held in rights.giving() {
        let made =
            ["updatedOn", "createdOn"].iter().find_map(|field| text(held.source, field)?.parse::<Timestamp>().ok());
        let age = made.map(|made| read.duration_since(made));
        if let Some(age) = age.filter(|age| *age >= SignedDuration::ZERO && *age < DELAY) {
            judgement = judgement.note(format!(
                "The assignment of {} was changed {} minutes before it was read; it may take up to 10 minutes to hold everywhere.",
                held.role_name(),
                age.as_mins()
            ));
        }
    }
    judgement
}
