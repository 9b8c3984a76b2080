//! The functions that playbooks have beside CEL's own.
//!
//! | function | gives |
//! |---|---|
//! | `arn.parse(text)` | `{partition, service, region, account, resource}`; all empty when it is no ARN |
//! | `arn.name(text)` | what stands after the last `/` or `:` |
//! | `uri.parse(text)` | `{scheme, host, path}`, the path without its first slash |
//! | `json.parse(text)` | the value of a JSON text; an object is handed back as it is |
//! | `ip.inCidr(address, cidr)` | whether the address lies in the block |
//! | `glob(pattern, text)` | whether `*` and `?` in the pattern fit the text |

use std::sync::Arc;

use cel::{Context, ExecutionError, Value as CelValue};
use serde_json::{Value, json};

use super::expr::{from_json, in_cidr};
use crate::pattern::Pattern;

/// Declares all of them.
pub(super) fn declare(context: &mut Context<'_, '_>) {
    let done = [
        context.add_function("arn.parse", |text: Arc<String>| from_json(&arn(&text))),
        context.add_function("arn.name", |text: Arc<String>| {
            text.rsplit(['/', ':']).next().unwrap_or_default().to_owned()
        }),
        context.add_function("uri.parse", |text: Arc<String>| from_json(&uri(&text))),
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

fn parse_json(value: CelValue) -> Result<CelValue, ExecutionError> {
    let CelValue::String(text) = value else { return Ok(value) };
    serde_json::from_str(&text)
        .map(|json| from_json(&json))
        .map_err(|error| ExecutionError::function_error("json.parse", error))
}
