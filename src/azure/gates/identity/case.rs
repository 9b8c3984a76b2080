//! The question of the identity gates: who does what, where.

use crate::azure::principal::{Who, who};
use crate::azure::rbac::{Plane, Text};
use crate::facts::Known;
use crate::model::Judgement;
use crate::provider::Ask;

use super::super::words::unread;

/// Who does what, where.
pub(super) struct Case<'c> {
    pub ask: &'c Ask<'c>,
    pub who: Who,
    /// The ARM scope that is asked for.
    pub scope: &'c str,
    pub plane: Plane,
    /// At most one.
    pub sub_operations: Vec<Text<'c>>,
}

/// The plane of the step's action.
pub(super) fn plane(ask: &Ask<'_>) -> Plane {
    ask.text("plane").and_then(Plane::named).unwrap_or_default()
}

/// Says that roles are not asked, where they are not: a request that nobody signed, or one that a key or a signature authorizes. Management is always
/// asked of Entra.
pub(super) fn not_by_role(ask: &Ask<'_>) -> Option<Judgement> {
    let auth = ask.text("auth").unwrap_or("entra");
    let how = match auth {
        _ if ask.principal() == crate::model::ANONYMOUS => "Nobody signed in",
        _ if plane(ask) == Plane::Control => return None,
        "entra" => return None,
        "anonymous" => "Nobody signed in",
        "key" => "The account's key authorizes the request",
        "user-delegation-sas" => {
            "A shared access signature authorizes the request, with the rights of the one who signed it"
        }
        _ => "A shared access signature authorizes the request",
    };
    Some(Judgement::not_applicable(format!("{how}: the roles of an identity are not asked.")))
}

impl<'c> Case<'c> {
    /// The question, or why there is none to judge.
    pub fn new(ask: &'c Ask<'c>, subject: &str) -> Result<Case<'c>, Box<Judgement>> {
        if let Some(judgement) = not_by_role(ask) {
            return Err(Box::new(judgement));
        }
        let who = match who(ask) {
            Known::Yes(who) => who,
            Known::Absent => {
                let summary = format!("There is no identity of {}; see the gate `token`.", ask.principal());
                return Err(Box::new(Judgement::not_applicable(summary)));
            }
            Known::Unknown(why) => return Err(Box::new(unread(subject, &why))),
        };
        if super::token::is_unknown_to_directory(ask, &who) {
            let summary = format!("The directory knows no {}; see the gate `token`.", who.oid);
            return Err(Box::new(Judgement::not_applicable(summary)));
        }
        let Some(scope) = ask.text("scope").or_else(|| ask.text("account")) else {
            let summary = format!("{subject} cannot be told: the resource was not found among what you may read.");
            return Err(Box::new(
                Judgement::unknown("unread", summary).missing("Microsoft.Storage/storageAccounts/read"),
            ));
        };
        let sub_operations = ask.text("sub-operation").map(|one| Text(one.into())).into_iter().collect();
        Ok(Case { ask, who, scope, plane: plane(ask), sub_operations })
    }

    /// `Microsoft.Storage/…/blobs/read at container raw of frauddata`, as sentences say it.
    pub fn what(&self) -> String {
        format!("{} at {}", self.ask.action, super::place(self.scope))
    }

    /// True when the request lists rather than reads.
    pub fn lists(&self) -> bool {
        self.sub_operations.iter().any(|one| one.eq_ignore_ascii_case("Blob.List"))
    }
}
