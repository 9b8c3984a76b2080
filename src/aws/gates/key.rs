//! The KMS key that the data is encrypted with: its state, its policy, its grants (KMS Developer Guide, `key-policies`, `key-state`,
//! `grants`).

use serde_json::Value;

use super::super::arn;
use super::super::attached::items;
use super::super::case::{Case, Kind, field, same_key};
use super::super::policy::Grade;
use super::words::{allowed_by, denied, fix, keys, loosen, nearest, unread, what, who};
use crate::facts::{Known, Tri};
use crate::model::{Effect, Judgement, Risk};
use crate::provider::Ask;

/// The key asked about: the step's `key`, else its resource.
fn key<'a>(ask: &Ask<'a>) -> &'a str {
    ask.text("key").unwrap_or(ask.resource())
}

/// What KMS says of the key.
fn metadata<'a>(ask: &Ask<'a>, key: &str) -> Known<&'a Value> {
    let asked = |params: &serde_json::Map<String, Value>| {
        params.get("KeyId").and_then(Value::as_str).is_some_and(|id| same_key(id, key))
    };
    ask.reading
        .find("kms:DescribeKey", |fact| asked(&fact.params))
        .and_then(|body| body.get("KeyMetadata").map_or(Known::Absent, Known::Yes))
}

/// Whether the key can be used at all.
pub fn key_state(ask: &Ask<'_>) -> Judgement {
    let key = key(ask);
    let metadata = match metadata(ask, key) {
        Known::Yes(metadata) => metadata,
        Known::Absent => {
            let summary = format!("There is no key {key} in this Region and account.");
            return Judgement::closed(Effect::Unusable, "no-such-key", key, summary).fix(fix(
                "Name the key that the data is encrypted with",
                "the owner of the data",
                Risk::Medium,
                "aws kms list-aliases",
            ));
        }
        Known::Unknown(why) => return unread("The state of the key", &why),
    };
    let blame = field(metadata, "Arn").unwrap_or(key);
    let owner = format!("whoever administers the key {}", arn::name(blame));
    let closed = |reason: &'static str, how: &str, title: &str, command: String| {
        Judgement::closed(Effect::Unusable, reason, blame, format!("The key {} {how}.", arn::name(blame))).fix(fix(
            title,
            owner.clone(),
            Risk::Medium,
            command,
        ))
    };
    match field(metadata, "KeyState").unwrap_or_default() {
        // Only symmetric keys encrypt data for services (KMS Developer Guide, `symmetric-asymmetric`).
        "Enabled" if field(metadata, "KeyUsage").is_some_and(|usage| usage != "ENCRYPT_DECRYPT") => closed(
            "wrong-usage",
            "is not for encryption: it signs, verifies or agrees on keys",
            "Use a symmetric key for encryption",
            "aws kms create-key --key-spec SYMMETRIC_DEFAULT --key-usage ENCRYPT_DECRYPT".into(),
        ),
        "Enabled" => Judgement::open(format!("The key {} is enabled.", arn::name(blame))),
        "Disabled" => {
            closed("disabled", "is disabled", "Enable the key", format!("aws kms enable-key --key-id {blame}"))
        }
        "PendingDeletion" | "PendingReplicaDeletion" => closed(
            "pending-deletion",
            "waits for its deletion",
            "Cancel the deletion, then enable the key",
            format!("aws kms cancel-key-deletion --key-id {blame} && aws kms enable-key --key-id {blame}"),
        ),
        "PendingImport" | "Creating" => closed(
            "pending-import",
            "has no key material yet",
            "Import the key material",
            format!(
                "aws kms get-parameters-for-import --key-id {blame} --wrapping-algorithm RSAES_OAEP_SHA_256 --wrapping-key-spec RSA_2048"
            ),
        ),
        "Unavailable" => closed(
            "unavailable",
            "is in a key store that is not available",
            "Reconnect the key store",
            "aws kms describe-custom-key-stores".into(),
        ),
        // "Updating" takes a moment and does not hinder cryptographic operations.
        "Updating" => {
            Judgement::open(format!("The key {} is being updated, which does not hinder its use.", arn::name(blame)))
        }
        other => Judgement::unknown("unread", format!("The key's state `{other}` is not one this tool knows.")),
    }
}

/// A key's policy must let the principal in, or hand the decision to its account's IAM policies; a grant is the third way.
pub fn key_policy(ask: &Ask<'_>) -> Judgement {
    let case = match Case::new(ask) {
        Ok(case) => case,
        Err(why) => return Judgement::unknown("unread", why),
    };
    let key = key(ask);
    let subject = format!("What the policy of the key {} says", arn::name(key));
    let document = match case.resource_policy() {
        Known::Yes(document) => document,
        Known::Absent => return Judgement::unknown("unread", format!("There is no policy of the key {key}.")),
        Known::Unknown(why) => return unread(&subject, &why),
    };
    let blame = field(metadata(ask, key).yes().unwrap_or(&Value::Null), "Arn").unwrap_or(key).to_owned();
    let ruling = document.judge(&case.question());
    let owner = format!("whoever administers the key {}", arn::name(key));
    let command = format!("aws kms put-key-policy --key-id {blame} --policy-name default --policy file://changed.json");
    if let Some(closed) = denied(&case, &document, &ruling, &blame) {
        return closed.fix(loosen(&document, "of the deny", owner, command));
    }
    if ruling.deny() == Tri::Unknown {
        return keys(&subject, &ruling.unknown);
    }
    let by = allowed_by(&document, &ruling);
    match (ruling.allow(Grade::Role), ruling.allow(Grade::Account)) {
        (Tri::True, _) => {
            Judgement::open(format!("The key's policy allows {} {}.", who(&case), ask.action)).decided_by(by)
        }
        (_, Tri::True) => Judgement::open(format!(
            "The key's policy hands {} to the IAM policies of account {}, which are judged by themselves.",
            ask.action, case.principal.account
        ))
        .decided_by(by),
        (_, Tri::Unknown) => keys(&subject, &ruling.unknown),
        (_, Tri::False) => match granted(&case) {
            Tri::True => Judgement::open("The key's policy does not allow it, but a grant does."),
            Tri::Unknown => Judgement::unknown(
                "unread",
                "The key's policy does not allow it; whether a grant does could not be told.",
            ),
            Tri::False if case.principal.kind == Kind::Anonymous => {
                let summary =
                    format!("Nobody reads what the key {} encrypts without signing the request.", arn::name(&blame));
                Judgement::closed(Effect::NoAllow, "no-allow", &blame, summary).fix(fix(
                    "Sign the request, or encrypt what everybody may read with SSE-S3 instead of a KMS key",
                    "the owner of the data",
                    Risk::Medium,
                    "aws s3api put-bucket-encryption …",
                ))
            }
            Tri::False => {
                let mut statement = serde_json::json!({"Effect": "Allow", "Action": ask.action, "Resource": "*"});
                if let Some(fields) = statement.as_object_mut() {
                    let principal = case.principal.principal_arn().unwrap_or(&case.principal.arn);
                    fields.insert("Principal".into(), serde_json::json!({"AWS": principal}));
                }
                let summary = format!(
                    "No statement of the policy of key {} allows {} {}, and it does not hand that to IAM.",
                    arn::name(&blame),
                    who(&case),
                    ask.action
                );
                Judgement::closed(Effect::NoAllow, "no-allow", &blame, summary)
                    .decided_by(nearest(&case, &document))
                    .fix(fix(
                        format!("Add this statement to the key's policy: {statement}"),
                        owner,
                        Risk::Medium,
                        command,
                    ))
            }
        },
    }
}

/// Grants add ways in and close none, so this gate is never closed by itself.
pub fn grant(ask: &Ask<'_>) -> Judgement {
    let case = match Case::new(ask) {
        Ok(case) => case,
        Err(why) => return Judgement::unknown("unread", why),
    };
    match case.resource_grants(Grade::Account) {
        Tri::True => Judgement::not_applicable("The key's policy decides; no grant is needed."),
        _ => match granted(&case) {
            Tri::True => Judgement::open(format!("A grant lets {} use the key for {}.", who(&case), ask.action)),
            Tri::False => {
                Judgement::not_applicable(format!("No grant is for {}; the key's policy decides.", who(&case)))
            }
            Tri::Unknown => match grants(&case) {
                Known::Unknown(why) => unread("Whether a grant lets the request in", &why),
                _ => Judgement::unknown(
                    "unread",
                    format!("Whether a grant covers {} depends on its encryption context.", what(&case)),
                ),
            },
        },
    }
}

fn grants<'a>(case: &Case<'a>) -> Known<&'a Value> {
    let key = key(case.ask);
    case.reading.find("kms:ListGrants", |fact| {
        fact.params.get("KeyId").and_then(Value::as_str).is_some_and(|id| same_key(id, key))
    })
}

/// Whether a grant of the key lets the principal make the call. Constraints on the encryption context cannot be checked.
pub fn granted(case: &Case<'_>) -> Tri {
    let body = match grants(case) {
        Known::Yes(body) => body,
        Known::Absent => return Tri::False,
        Known::Unknown(_) => return Tri::Unknown,
    };
    let operation = case.ask.action.split(':').nth(1).unwrap_or_default();
    let mine = [Some(case.principal.arn.as_str()), case.principal.role.as_deref()];
    let covers = |grant: &&Value| {
        let grantee = field(grant, "GranteePrincipal");
        let operations = items(grant, "Operations");
        grantee.is_some() && mine.contains(&grantee) && operations.iter().any(|o| o.as_str() == Some(operation))
    };
    let certainty = |grant: &Value| match grant.get("Constraints").and_then(Value::as_object) {
        Some(constraints) if !constraints.is_empty() => Tri::Unknown,
        _ => Tri::True,
    };
    items(body, "Grants").into_iter().filter(covers).map(certainty).max().unwrap_or(Tri::False)
}
