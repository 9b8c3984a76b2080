//! What must never be shown: signatures, tokens and keys, wherever a text hides them.

use crate::model::Denial;

/// How secrets begin, in lower case.
const SECRETS: &[&str] =
    &["sig=", "sig%3d", "bearer ", "accountkey=", "sharedkey ", "sharedaccesssignature=", "client_secret="];

/// Takes every field away that holds a secret.
pub fn withhold(denial: &mut Denial) {
    let (reported, message) = (&mut denial.reported, &mut denial.message);
    for field in [
        &mut denial.principal,
        &mut denial.action,
        &mut denial.resource,
        &mut denial.origin,
        &mut denial.implied_action,
        &mut reported.gate,
        &mut reported.policy,
        &mut message.code,
        &mut message.operation,
    ] {
        if field.as_deref().is_some_and(is_secret) {
            *field = None;
        }
    }
}

/// True for a text with a secret in it.
pub fn is_secret(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    SECRETS.iter().any(|secret| lower.contains(secret)) || has_token(text)
}

/// A JSON Web Token: `eyJ` and a long run of its alphabet.
fn has_token(text: &str) -> bool {
    let of_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.match_indices("eyJ").any(|(at, _)| text[at..].chars().take_while(|c| of_token(*c)).count() >= 24)
}
