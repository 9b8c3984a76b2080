//! The sentence of a denial (IAM User Guide, `troubleshoot_access-denied`; S3 User Guide, `troubleshoot-403-errors`).
//!
//! ```text
//! User: ARN is not authorized to perform: ACTION [on resource: RESOURCE] CONTEXT[: POLICY | , with policy ARN: POLICY]
//! ```

use super::reported;
use crate::model::{Denial, Effect, Layer, Reported};

const REFUSED: &[&str] = &["is not authorized to perform", "not authorized to perform"];
const DENIES: &str = "with an explicit deny";

/// Kinds of policies as AWS words them, and their gates; the longer name first.
const KINDS: &[(&str, &str)] = &[
    ("identity-based polic", "identity-policy"),
    ("resource-based polic", "resource-policy"),
    ("service control polic", "scp"),
    ("resource control polic", "rcp"),
    // `… transitively through a service control policy` is said of an endpoint's policy as well.
    ("vpc endpoint polic", "endpoint-policy"),
    ("permissions boundar", "permissions-boundary"),
    ("session polic", "session-policy"),
    ("sessions polic", "session-policy"),
    ("role trust polic", "trust-policy"),
    ("trust polic", "trust-policy"),
];

/// Sentences that tell the gate by themselves: part of the sentence, gate, effect.
const SENTENCES: &[(&str, Option<&str>, Option<Effect>)] = &[
    // The sentence lumps three reasons together (KMS API Reference, common errors).
    (
        "no resource-based policies allow access, or a resource-based policy explicitly denies",
        Some("resource-policy"),
        None,
    ),
    ("in s3 block public access", Some("block-public-access"), Some(Effect::ExplicitDeny)),
    // Bucket encryption's BlockedEncryptionTypes: no policy, so no gate of the contract.
    ("has blocked upload requests that specify", None, Some(Effect::ExplicitDeny)),
    ("ciphertext refers to a customer master key that does not exist", Some("key-policy"), None),
    ("ciphertext refers to an aws kms key that does not exist", Some("key-policy"), None),
    ("denied due to a vpc endpoint policy", Some("endpoint-policy"), None),
    ("public access block", Some("block-public-access"), None),
    ("could not assume role", Some("trust-policy"), None),
    ("cannot be assumed by", Some("trust-policy"), None),
    ("is pending deletion", Some("key-state"), None),
    ("is pending import", Some("key-state"), None),
];

/// Reads the words of a cleaned text.
pub fn read(text: &str, denial: &mut Denial) {
    let lower = text.to_ascii_lowercase();
    let after = match REFUSED.iter().find_map(|words| Some((lower.find(words)?, words.len()))) {
        Some((at, length)) => {
            denial.principal = principal(&text[..at]);
            let rest = skip(&text[at + length..]);
            let (action, rest) = token(rest);
            denial.action = action.contains(':').then(|| action.to_owned());
            denial.resource = resource(rest);
            text.len() - rest.len()
        }
        None => 0,
    };
    denial.reported = context(&text[after..], &lower[after..]);
    denial.message.authorization_id =
        after_words(text, "authorization id: ").or_else(|| after_words(text, "#/authorization-details/"));
    denial.message.encoded = after_words(text, "ncoded authorization failure message: ");
    if denial.action.is_none() {
        passive(text, &lower, denial);
    }
    silent(&lower, denial);
    own_kind(denial);
}

/// Where no answer came, no policy has spoken: the network layer is told, but no gate of it.
const SILENCE: &[&str] = &[
    "could not connect to the endpoint url",
    "connect timeout on endpoint url",
    "read timeout on endpoint url",
    "connection timed out",
    "connect timed out",
    "i/o timeout",
    "dispatch failure",
];

fn silent(lower: &str, denial: &mut Denial) {
    if lower.contains("unable to locate credentials") || lower.contains("no credentials") {
        denial.reported.gate.get_or_insert_with(|| "credentials".into());
    }
    if denial.reported.gate.is_none() && denial.action.is_none() && SILENCE.iter().any(|words| lower.contains(words)) {
        denial.reported.layer = Some(Layer::Network);
        denial.notes.push(
            "No answer came, so no policy refused it: look at names, routes, security groups and network ACLs.".into(),
        );
    }
}

/// Resource-based policies and identity policies have names of their own for some actions.
pub(super) fn own_kind(denial: &mut Denial) {
    let action = denial.action.as_deref().unwrap_or_default().to_ascii_lowercase();
    let own = match denial.reported.gate.as_deref() {
        Some("resource-policy") if action.starts_with("kms:") => "key-policy",
        Some("resource-policy") if action.starts_with("sts:assumerole") => "trust-policy",
        Some("identity-policy") if action == "iam:passrole" => "pass-role",
        // Web identities have no policies of their own: only the trust can refuse them.
        None if action == "sts:assumerolewithwebidentity" || action == "sts:assumerolewithsaml" => "trust-policy",
        _ => return,
    };
    denial.reported.gate = Some(own.to_owned());
}

/// Sentences that name no caller: a role that a service cannot take on, a key that is off.
fn passive(text: &str, lower: &str, denial: &mut Denial) {
    let role = ["could not assume role", "cannot be assumed by"].iter().find_map(|words| lower.find(words));
    if let Some(at) = role {
        denial.action = Some("sts:AssumeRole".into());
        denial.resource = arn_in(&text[at..]).or_else(|| arn_in(text));
        let service = text.split(['\'', '"', ' ']).find(|word| word.ends_with(".amazonaws.com") && !word.contains('/'));
        denial.principal = service.map(str::to_owned);
        return;
    }
    let key = arn_in(text).filter(|arn| arn.contains(":kms:"));
    if lower.contains(" is disabled") && key.is_some() {
        denial.reported.gate = Some("key-state".into());
    }
    if denial.reported.gate.as_deref() == Some("key-state") {
        denial.resource = key;
    }
}

/// Who asked: what stands between `User:` and the refusal.
fn principal(before: &str) -> Option<String> {
    let before = before.trim_end();
    let named = match before.rfind("User: ").map(|at| at + "User: ".len()) {
        Some(at) => before[at..].trim(),
        None => before.rsplit([' ', '"', '\'']).next().unwrap_or_default(),
    };
    let named = named.trim_matches(['"', '\'', ':']);
    let plausible = named.starts_with("arn:") || before.contains("User: ");
    (plausible && !named.is_empty()).then(|| named.to_owned())
}

/// `on resource: RESOURCE`, quoted or not; `None` for `on this resource`.
fn resource(rest: &str) -> Option<String> {
    let rest = rest.trim_start();
    let rest = ["on resource: ", "on resource ", "on resources: ", "on the resource: ", "on "]
        .iter()
        .find_map(|words| strip(rest, words))?;
    if strip(rest, "this resource").is_some() || strip(rest, "the resource").is_some() {
        return None;
    }
    if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let inside = &rest[1..];
        let ends = |(at, _): &(usize, &str)| {
            inside[at + 1..].chars().next().is_none_or(|next| next.is_whitespace() || ".,;)<\"'}".contains(next))
        };
        // A key may hold quotes itself: what comes before the reason is all of it.
        let reason = [" because ", " with an explicit deny"].iter().filter_map(|words| inside.find(words)).min();
        let end = match reason {
            Some(reason) => inside[..reason].rfind(quote),
            None => inside.match_indices(quote).find(ends).map(|(at, _)| at),
        };
        return Some(inside[..end.unwrap_or(inside.len())].to_owned());
    }
    let lower = rest.to_ascii_lowercase();
    let end = [" because ", " with an explicit deny", ". ", " (service", ", with policy"]
        .iter()
        .filter_map(|words| lower.find(words))
        .min()
        .unwrap_or(rest.len());
    let named = if rest.starts_with("arn:") || rest == "*" { word(&rest[..end]) } else { ended(&rest[..end]) };
    (!named.is_empty()).then(|| named.to_owned())
}

/// Why it was refused, and by which policy.
fn context(text: &str, lower: &str) -> Reported {
    if let Some((_, gate, effect)) = SENTENCES.iter().find(|(part, ..)| lower.contains(part)) {
        // What is refused without any policy is refused by the storage itself.
        let layer = gate.is_none().then_some(Layer::Storage);
        return Reported { layer, ..reported(*gate, *effect) };
    }
    if let Some(at) = lower.find(DENIES) {
        let rest = lower[at + DENIES.len()..].trim_start();
        let named = rest.strip_prefix("in ").map(without_article);
        let gate = named.and_then(kind);
        let mut found = reported(gate, Some(Effect::ExplicitDeny));
        found.policy = policy(&text[at + DENIES.len()..]);
        return found;
    }
    if let Some(at) = lower.find("because no ") {
        let named = &lower[at + "because no ".len()..];
        return reported(kind(named), Some(Effect::NoAllow));
    }
    Reported::default()
}

fn kind(named: &str) -> Option<&'static str> {
    KINDS.iter().find(|(words, _)| named.starts_with(words)).map(|(_, gate)| *gate)
}

fn without_article(text: &str) -> &str {
    ["a ", "an ", "the "].iter().find_map(|article| text.strip_prefix(article)).unwrap_or(text)
}

/// The ARN behind an explicit deny: `: ARN`, or S3's `, with policy ARN: ARN`.
fn policy(rest: &str) -> Option<String> {
    let at = rest.find(": arn:").map(|at| at + 2)?;
    let named = word(&rest[at..]);
    (!named.is_empty()).then(|| named.to_owned())
}

fn arn_in(text: &str) -> Option<String> {
    let at = text.find("arn:")?;
    let named = word(&text[at..]);
    (named.split(':').count() >= 6).then(|| named.to_owned())
}

/// The id or code word behind some words.
fn after_words(text: &str, words: &str) -> Option<String> {
    let (_, rest) = text.split_once(words)?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_+/=".contains(c))).unwrap_or(rest.len());
    (end > 0).then(|| rest[..end].to_owned())
}

fn skip(text: &str) -> &str {
    text.trim_start_matches([':', ' ', '"', '\''])
}

fn token(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || ":*-_".contains(c))).unwrap_or(text.len());
    let (token, rest) = text.split_at(end);
    (token.trim_end_matches(':'), rest.trim_start_matches(['"', '\'']))
}

fn strip<'t>(text: &'t str, words: &str) -> Option<&'t str> {
    let start = text.get(..words.len())?;
    start.eq_ignore_ascii_case(words).then(|| &text[words.len()..])
}

/// Up to the next space, without the punctuation of the sentence and the dressing around it.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| c.is_whitespace() || "\"'<>`".contains(c)).unwrap_or(text.len());
    ended(&text[..end])
}

fn ended(text: &str) -> &str {
    text.trim().trim_end_matches(['.', ',', ';', ':', ')', ']', '}', '"', '\''])
}
