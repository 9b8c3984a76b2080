//! Access control lists of a hierarchical namespace.

use super::super::words::{fix, unread};
use super::case::Case;
use super::decisive;
use super::lists::{Lists, MISSING, Refusal};
use super::standing::Standing;
use crate::azure::acl::letters;
use crate::azure::id;
use crate::facts::Why;
use crate::model::{Effect, Judgement, Risk, Verdict};
use crate::provider::Ask;
use crate::shell::quoted;

/// Whether the lists on the way allow what no role does.
pub fn acl(ask: &Ask<'_>) -> Judgement {
    let case = match Case::new(ask, "Whether access control lists allow it") {
        Ok(case) => case,
        Err(judgement) => return *judgement,
    };
    let standing = Standing::of(&case);
    match (standing.verdicts.lists, &standing.lists) {
        (Verdict::Open, _) => {
            Judgement::open(format!("The access control lists on the way allow {} {}.", case.who.label, case.what()))
        }
        (Verdict::Closed, Lists::Refuse(refusal)) => closed(&case, refusal),
        (Verdict::NotApplicable, Lists::NotUsed(why)) => Judgement::not_applicable(*why),
        (Verdict::NotApplicable, _) => Judgement::not_applicable(
            "The access control lists do not name the identity: access by role is meant, see the gates `role-assignment` and `role-condition`.",
        ),
        (_, Lists::Unknown(why)) => not_read(why),
        _ => Judgement::unknown("unread", "Whether access is meant by role or by list cannot be told.")
            .missing("Microsoft.Authorization/roleAssignments/read")
            .missing("Directory.Read.All (Microsoft Graph)"),
    }
}

fn not_read(why: &Why) -> Judgement {
    let judgement = unread("Whether access control lists allow it", why);
    if why.call == "probe:GetAccessControl" { judgement.missing(MISSING) } else { judgement }
}

fn closed(case: &Case<'_>, refusal: &Refusal<'_>) -> Judgement {
    let account = case.ask.text("account").or_else(|| id::up_to(case.scope, "storageAccounts")).unwrap_or_default();
    let container = case.ask.text("container").or_else(|| id::after(case.scope, "containers")).unwrap_or_default();
    let item = format!("https://{}.dfs.core.windows.net/{container}/{}", id::name(account), refusal.path);
    let name = if refusal.path.is_empty() { "the root folder" } else { refusal.path.as_str() };
    let wanted = letters(refusal.want);
    let (reason, summary) = if refusal.on_the_way {
        ("no-execute", format!("The access control list of {name} does not let {} pass ({wanted}).", case.who.label))
    } else {
        ("no-permission", format!("The access control list of {name} does not give {wanted} to {}.", case.who.label))
    };
    let path = if refusal.path.is_empty() { "/" } else { refusal.path.as_str() };
    let set = fix(
        format!("Give {wanted} on {name} to {} in its access control list", case.who.label),
        format!("the owner of {name}, or a Storage Blob Data Owner of the account"),
        Risk::Low,
        format!(
            "az storage fs access set --account-name {} --file-system {} --path {} --acl {} --auth-mode login",
            quoted(id::name(account)),
            quoted(container),
            quoted(path),
            quoted(&refusal.list.with(&case.who.oid, refusal.want))
        ),
    );
    Judgement::closed(Effect::NoAllow, reason, item, summary)
        .decided_by([decisive(format!("access control list of {name}"), "acl", refusal.body)])
        .fix(set)
}
