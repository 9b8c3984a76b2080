//! Who may: the token, deny assignments, role assignments, their conditions, and access control lists.
//!
//! | file | what is in it |
//! |---|---|
//! | here | what the gates share: whether they are concerned at all, and how they speak |
//! | `case` | the question: who, what, where |
//! | `rights` | the assignments that reach the principal, each judged |
//! | `attributes` | what is known of the attributes that conditions name |
//! | `lists` | the access control lists on the way |
//! | `standing` | roles, conditions and lists weighed against each other |
//! | `token`, `denies`, `roles`, `conditions`, `acls` | the gates |
//! | `missing_role` | why no role allows it |

mod acls;
mod attributes;
mod case;
mod conditions;
mod denies;
mod lists;
mod missing_role;
mod rights;
mod roles;
mod standing;
mod token;

pub use acls::acl;
pub use conditions::role_condition;
pub use denies::deny_assignment;
pub use roles::role_assignment;
pub use token::token;

use serde_json::Value;

use super::words::fix;
use crate::azure::id;
use crate::azure::principal::Who;
use crate::model::{Decisive, Fix, Risk};
use crate::shell::quoted;

/// A part of a document as evidence.
fn decisive(document: impl Into<String>, statement: impl Into<String>, part: &Value) -> Decisive {
    let text = serde_json::to_string_pretty(part).ok();
    Decisive { document: document.into(), statement: statement.into(), text }
}

/// A scope as people call it.
fn place(scope: &str) -> String {
    let after = |segment: &str| id::after(scope, segment);
    let account = after("storageAccounts");
    match (after("containers"), account, id::kind(scope)) {
        (Some(container), Some(account), _) => format!("container {container} of {account}"),
        (_, Some(account), _) => format!("storage account {account}"),
        (_, _, Some(_)) if id::is(scope, "Microsoft.Management/managementGroups") => {
            format!("management group {}", id::name(scope))
        }
        (_, _, Some(_)) => id::name(scope).to_owned(),
        _ => match (id::group(scope), id::subscription(scope)) {
            (Some(group), _) => format!("resource group {group}"),
            (_, Some(subscription)) => format!("subscription {subscription}"),
            _ => "the root".to_owned(),
        },
    }
}

/// Assigns a role to the principal at a scope.
fn assign(who: &Who, role: &str, scope: &str, title: String) -> Fix {
    let kind = match who.kind.as_deref() {
        Some(kind) => format!(" --assignee-principal-type {kind}"),
        None => String::new(),
    };
    fix(
        title,
        format!("an Owner or User Access Administrator of {}", place(scope)),
        Risk::Low,
        format!(
            "az role assignment create --assignee-object-id {}{kind} --role {} --scope {}",
            quoted(&who.oid),
            quoted(role),
            quoted(scope)
        ),
    )
}

#[cfg(test)]
mod tests;
