//! The sentences of Azure Resource Manager and of Key Vault: each gives a complete request (Azure RBAC, "Troubleshoot Azure RBAC";
//! Key Vault, "Common error codes"; Azure Resource Manager, "Troubleshoot common Azure deployment errors").
//!
//! ```text
//! The client 'NAME' with object id 'OID' does not have authorization[ or an ABAC condition not fulfilled] to perform action 'A' over scope 'S' …
//! … has permission to perform action 'A' on scope 'S'; however, it does not have permission to perform action(s) 'B' on the linked scope(s) 'T' …
//! … on scope 'S'; however, the access is denied because of the deny assignment with name 'N' and Id 'I' at scope 'D'.
//! ```

use super::code::Meaning;
use super::{apply, says};
use crate::azure::id;
use crate::model::{Denial, Effect, Layer};

const NO_ROLE: Meaning = says(
    Some("role-assignment"),
    Some(Effect::NoAllow),
    None,
    "No role that gives this action is assigned to the identity at this scope or above it, or the scope does not exist.",
);
const ROLE_OR_CONDITION: Meaning = says(
    Some("role-assignment"),
    None,
    None,
    "The message names two reasons and does not say which: no role gives this action, or the condition of the role assignment that \
     would is not met.",
);

/// What a link into another tenant's subscription says.
pub const OTHER_TENANT: Meaning = says(
    None,
    None,
    Some(Layer::Identity),
    "The other thing that it refers to lies in a subscription of another tenant, which this sign-in does not reach.",
);

/// True where a link leads into another tenant's subscription.
pub fn is_of_other_tenant(lower: &str) -> bool {
    lower.contains("is not authorized to access linked subscription")
}

/// What `AuthorizationFailed` says, by the words around it.
pub fn failed(lower: &str) -> Meaning {
    if lower.contains("abac condition") { ROLE_OR_CONDITION } else { NO_ROLE }
}

/// True where a deny assignment is named, whatever the code.
pub fn denied(lower: &str) -> bool {
    lower.contains("because of the deny assignment with name") || lower.contains("denyassignmentid: '")
}

/// Reads who, what and on which scope.
pub fn read(text: &str, denial: &mut Denial) {
    let lower = text.to_ascii_lowercase();
    let quoted = |words: &str| quoted(text, &lower, words);
    let linked = quoted("perform action(s) '");
    denial.principal = principal(&quoted, &lower, text);
    let action = linked.or_else(|| quoted("perform action '")).or_else(|| quoted("action: '")).and_then(first);
    denial.action = action.filter(|action| is_action(action));
    let linked_scope = quoted("on the linked scope(s) '").and_then(first);
    let scope = linked_scope.or_else(|| quoted("over scope '")).or_else(|| quoted("on scope '"));
    denial.resource =
        scope.or_else(|| quoted("resource: '")).or_else(|| quoted("the scope '")).filter(|id| id::is_arm(id));
    denial.reported.policy = policy(text, &quoted, &lower);
    if let Some(action) = unquoted(text, &lower) {
        denial.action = denial.action.take().or(Some(action));
        apply(denial, &NO_ROLE);
    }
}

/// The object id, else the name.
fn principal(quoted: &dyn Fn(&str) -> Option<String>, lower: &str, text: &str) -> Option<String> {
    let client = quoted("client '");
    let object = quoted("with object id '").or_else(|| quoted("principal '"));
    let named = object.filter(|oid| id::is_guid(oid)).or(client).filter(|name| !name.contains(['<', '>', '*']));
    // Key Vault: `Caller: appid=…;oid=…;iss=…`
    named.or_else(|| {
        let at = lower.find(";oid=")? + ";oid=".len();
        let end = text[at..].find(|c: char| !(c.is_ascii_hexdigit() || c == '-')).unwrap_or(text.len() - at);
        Some(text[at..at + end].to_owned()).filter(|oid| id::is_guid(oid))
    })
}

/// The deny assignment, or the policy assignment, that the message names.
fn policy(text: &str, quoted: &dyn Fn(&str) -> Option<String>, lower: &str) -> Option<String> {
    if lower.contains("because of the deny assignment with name") {
        return quoted("' and id '").or_else(|| quoted("deny assignment with id '"));
    }
    if let Some(id) = quoted("denyassignmentid: '") {
        return Some(id);
    }
    // `Policy identifiers: '[{"policyAssignment":{"name":"…","id":"/subscriptions/…"},…`
    if !lower.contains("disallowed by policy") {
        return None;
    }
    let assignment = lower.find("policyassignment\"")?;
    let id = assignment + lower[assignment..].find("\"id\"")? + "\"id\"".len();
    let named = text[id..].trim_start_matches([':', ' ', '"']).split('"').next()?;
    id::is_arm(named).then(|| named.to_owned())
}

/// The text between these words and the next quote.
fn quoted(text: &str, lower: &str, words: &str) -> Option<String> {
    let at = lower.find(words)? + words.len();
    let inside = &text[at..];
    let named = inside[..inside.find('\'')?].trim();
    (!named.is_empty() && named.len() < 2000).then(|| named.to_owned())
}

/// Azure Machine Learning: `User does not have permissions for ACTION actions.`
fn unquoted(text: &str, lower: &str) -> Option<String> {
    let mark = "does not have permissions for ";
    let rest = &text[lower.find(mark)? + mark.len()..];
    let action = rest.split_whitespace().next()?.trim_matches(['\'', '"', '.', ',']);
    is_action(action).then(|| action.to_owned())
}

/// `Microsoft.Storage/storageAccounts/read`.
fn is_action(text: &str) -> bool {
    text.contains('/') && text.chars().all(|c| c.is_ascii_alphanumeric() || "./*-_".contains(c))
}

/// The first of several, divided by commas.
fn first(list: String) -> Option<String> {
    list.split(',').next().map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned)
}
