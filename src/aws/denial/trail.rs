//! CloudTrail events, one or many (CloudTrail User Guide, `cloudtrail-event-reference-record-contents`), and error bodies in JSON.

use serde_json::Value;

use super::{finish, plain};
use crate::model::{ANONYMOUS, Denial};
use crate::pasted::documents;

/// Keys under which bodies and job descriptions keep the sentence.
const SENTENCES: &[&str] = &["errorMessage", "message", "Message", "FailureReason", "Cause", "cause", "error_message"];
const CODES: &[&str] = &["__type", "Code", "code", "errorCode", "error_code"];

/// The denials in a text of JSON documents, one after another; `None` when it is no JSON.
pub fn read(text: &str) -> Option<Vec<Denial>> {
    let mut denials = Vec::new();
    documents(text)?.iter().for_each(|value| collect(value, &mut denials, 0));
    Some(denials)
}

fn collect(value: &Value, denials: &mut Vec<Denial>, depth: usize) {
    // Envelopes hold envelopes, but not many.
    if depth > 6 {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, denials, depth + 1)),
        Value::String(inner) if inner.trim_start().starts_with('{') => {
            if let Ok(inner) = serde_json::from_str::<Value>(inner) {
                collect(&inner, denials, depth + 1);
            }
        }
        Value::Object(fields) => {
            if fields.contains_key("eventName") && fields.contains_key("eventSource") {
                denials.extend(event(value));
                return;
            }
            // lookup-events, log files, EventBridge, log groups, boto's dictionaries.
            let envelopes = ["Records", "Events", "events", "CloudTrailEvent", "detail", "Error", "error"];
            let inside: Vec<&Value> = envelopes.iter().filter_map(|key| fields.get(*key)).collect();
            if inside.is_empty() {
                denials.push(body(value));
            }
            for value in inside {
                collect(value, denials, depth + 1);
            }
        }
        _ => {}
    }
}

/// An error body: code and sentence.
fn body(value: &Value) -> Denial {
    let first = |keys: &[&str]| keys.iter().find_map(|key| value.get(*key)?.as_str());
    let mut denial = plain(first(SENTENCES).unwrap_or(&value.to_string()));
    if let Some(code) = first(CODES) {
        denial.message.code = Some(code.rsplit('#').next().unwrap_or(code).to_owned());
        finish(&mut denial, "");
    }
    denial
}

/// One event; `None` when it records no error.
fn event(event: &Value) -> Option<Denial> {
    let at = |path: &str| event.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty());
    let code = at("/errorCode")?;
    let mut denial = plain(at("/errorMessage").unwrap_or_default());
    let (source, name) = (at("/eventSource")?, at("/eventName")?);
    denial.message.code = Some(code.to_owned());
    denial.message.operation = Some(name.to_owned());
    denial.message.endpoint = at("/vpcEndpointId").map(str::to_owned);
    let service = source.split('.').next().unwrap_or(source);
    if denial.action.is_none() {
        let operation = super::code::action_of(name).filter(|action| action.starts_with(&format!("{service}:")));
        denial.action = Some(operation.unwrap_or_else(|| format!("{service}:{name}")));
    }
    if denial.principal.is_none() {
        denial.principal = principal(event);
    }
    if denial.resource.is_none() {
        denial.resource = resource(event);
    }
    let address = at("/sourceIPAddress").filter(|text| text.parse::<std::net::IpAddr>().is_ok());
    denial.origin = address.map(|address| format!("ip:{address}"));
    denial.notes.clear();
    finish(&mut denial, "");
    Some(denial)
}

fn principal(event: &Value) -> Option<String> {
    let who = event.get("userIdentity")?;
    let at = |key: &str| who.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    if let Some(arn) = at("arn") {
        return Some(arn.to_owned());
    }
    let anonymous =
        |key| at(key).is_some_and(|text| text.eq_ignore_ascii_case("anonymous") || text == "ANONYMOUS_PRINCIPAL");
    if anonymous("accountId") || anonymous("principalId") {
        return Some(ANONYMOUS.to_owned());
    }
    at("invokedBy").or(at("principalId")).map(str::to_owned)
}

fn resource(event: &Value) -> Option<String> {
    let at = |path: &str| event.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty());
    if let Some(bucket) = at("/requestParameters/bucketName") {
        let key = at("/requestParameters/key").map(|key| format!("/{key}")).unwrap_or_default();
        return Some(format!("arn:aws:s3:::{bucket}{key}"));
    }
    let mut listed = event.get("resources").and_then(Value::as_array).into_iter().flatten();
    let arn = listed.find_map(|entry| entry.get("ARN")?.as_str());
    let named = ["/requestParameters/roleArn", "/requestParameters/keyId", "/requestParameters/RoleArn"];
    arn.or_else(|| named.iter().find_map(|path| at(path)).filter(|text| text.starts_with("arn:"))).map(str::to_owned)
}
