//! The functions that playbooks have beside CEL's own.
//!
//! | function | gives |
//! |---|---|
//! | `arn.parse(text)` | `{partition, service, region, account, resource}`; all empty when it is no ARN |
//! | `arn.name(text)` | what stands after the last `/` or `:` |
//! | `uri.parse(text)` | `{scheme, host, path}`, the path without its first slash |
//! | `uri.query(text)` | the fields of a query as a map; never a signature |
//! | `arm.parse(id)` | `{subscription, group, kind, name}` of an ARM id; empty where it has none |
//! | `arm.up(id, segment)` | the id cut off behind the name that follows this segment; empty when there is none |
//! | `arm.at(value, path)` | the value at a path (`properties.subnet.id`); null where there is none |
//! | `arm.text(value, path)` | the text at a path; empty where there is none |
//! | `arm.items(value)` | the list of an answer (`value`), or the list itself; empty for everything else |
//! | `arm.principals(body)` | object ids of a resource's managed identities, its own first |
//! | `json.parse(text)` | the value of a JSON text; an object is handed back as it is |
//! | `ip.inCidr(address, cidr)` | whether the address lies in the block |
//! | `unknown(why)` | nothing: what asks for it cannot be told, for this reason |
//! | `glob(pattern, text)` | whether `*` and `?` in the pattern fit the text |

use std::sync::Arc;

use cel::{Context, ExecutionError, Value as CelValue};
use serde_json::{Value, json};

use super::expr::{from_json, in_cidr};
use crate::azure::id;
use crate::azure::items::{items as azure_items, principals as principal_ids};
use crate::pattern::Pattern;

/// Declares all of them.
pub(super) fn declare(context: &mut Context<'_, '_>) {
    let done = [
        context.add_function("arn.parse", |text: Arc<String>| from_json(&arn(&text))),
        context.add_function("arn.name", |text: Arc<String>| {
            text.rsplit(['/', ':']).next().unwrap_or_default().to_owned()
        }),
        context.add_function("uri.parse", |text: Arc<String>| from_json(&uri(&text))),
        context.add_function("uri.query", |text: Arc<String>| from_json(&query(&text))),
        context.add_function("arm.parse", |text: Arc<String>| from_json(&arm(&text))),
        context.add_function("arm.up", |text: Arc<String>, segment: Arc<String>| {
            id::up_to(&text, &segment).unwrap_or_default().to_owned()
        }),
        context.add_function("arm.at", |value: CelValue, path: Arc<String>| at(value, &path)),
        context.add_function("arm.text", |value: CelValue, path: Arc<String>| match at(value, &path) {
            CelValue::String(text) => text.as_ref().clone(),
            _ => String::new(),
        }),
        context.add_function("arm.items", items),
        context.add_function("arm.principals", |value: CelValue| {
            let ids = value.json().map(|body| principal_ids(&body)).unwrap_or_default();
            from_json(&json!(ids))
        }),
        context.add_function("unknown", |why: Arc<String>| -> Result<CelValue, ExecutionError> {
            Err(ExecutionError::function_error("unknown", why))
        }),
        context.add_function("json.parse", parse_json),
        context.add_function("ip.inCidr", |address: Arc<String>, cidr: Arc<String>| {
            in_cidr(&address, &cidr).map(CelValue::Bool).map_err(|why| ExecutionError::function_error("ip.inCidr", why))
        }),
        context.add_function("glob", |pattern: Arc<String>, text: Arc<String>| Pattern::new(&pattern).fits(&text)),
    ];
    debug_assert!(done.iter().all(Result::is_ok), "{done:?}");
}

fn arn(text: &str) -> Value {
    let mut parts = text.splitn(6, ':');
    let is_arn = parts.next() == Some("arn");
    let mut next = || parts.next().filter(|_| is_arn).unwrap_or_default();
    json!({"partition": next(), "service": next(), "region": next(), "account": next(), "resource": next()})
}

fn uri(text: &str) -> Value {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    json!({"scheme": scheme, "host": host, "path": path})
}

/// The fields of a query, percent-decoding left out: names, dates and permissions need none. Signatures never get in.
fn query(text: &str) -> Value {
    let fields = text.trim_start_matches('?').split('&').filter_map(|field| field.split_once('='));
    let kept = fields
        .filter(|(name, _)| !name.eq_ignore_ascii_case("sig") && !name.to_ascii_lowercase().contains("signature"));
    Value::Object(kept.map(|(name, value)| (name.to_owned(), value.into())).collect())
}

fn arm(text: &str) -> Value {
    let known = id::is_arm(text);
    let part = |part: Option<&str>| part.filter(|_| known).unwrap_or_default().to_owned();
    json!({
        "subscription": part(id::subscription(text)), "group": part(id::group(text)),
        "kind": id::kind(text).filter(|_| known).unwrap_or_default(), "name": part(Some(id::name(text))),
    })
}

/// Whatever is missing on the way gives null, as ARM itself does.
fn at(value: CelValue, path: &str) -> CelValue {
    let found = value
        .json()
        .ok()
        .and_then(|json| path.split('.').try_fold(json, |mut value, key| value.get_mut(key).map(Value::take)));
    found.map_or(CelValue::Null, |found| from_json(&found))
}

fn items(value: CelValue) -> CelValue {
    let json = value.json().unwrap_or_default();
    from_json(&Value::Array(azure_items(&json).to_vec()))
}

fn parse_json(value: CelValue) -> Result<CelValue, ExecutionError> {
    let CelValue::String(text) = value else { return Ok(value) };
    serde_json::from_str(&text)
        .map(|json| from_json(&json))
        .map_err(|error| ExecutionError::function_error("json.parse", error))
}
