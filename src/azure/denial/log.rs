//! Entries of the Activity Log, of storage logs and of sign-in logs, one or many, and error bodies in JSON (Azure Monitor, "Azure Activity
//! Log event schema", "StorageBlobLogs"; Microsoft Entra, "Sign-in log schema"). Keys are compared without regard to case: the same
//! entry is spelled differently in every place it can be read from.

use serde_json::Value;

use super::operation;
use super::{empty, entra, finish, note, plain, target, worded};
use crate::azure::id;
use crate::model::{ANONYMOUS, Denial};
use crate::pasted::documents;

/// Envelopes hold envelopes, but not many.
const DEPTH: usize = 8;

/// The denials in a text of JSON documents, one after another; `None` when it is no JSON.
pub fn read(text: &str) -> Option<Vec<Denial>> {
    let mut denials = Vec::new();
    documents(text)?.iter().for_each(|value| collect(value, &mut denials, 0));
    Some(denials)
}

fn collect(value: &Value, denials: &mut Vec<Denial>, depth: usize) {
    if depth > DEPTH {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, denials, depth + 1)),
        Value::Object(_) => {
            if let Some(tables) = find(value, "tables").and_then(Value::as_array) {
                tables.iter().flat_map(rows).for_each(|row| collect(&row, denials, depth + 1));
                return;
            }
            let listed = ["records", "value"].iter().find_map(|key| find(value, key)?.as_array());
            if let Some(items) = listed {
                items.iter().for_each(|item| collect(item, denials, depth + 1));
            } else if let Some(entry) = storage(value).or_else(|| activity(value)).or_else(|| sign_in(value)) {
                denials.extend(entry);
            } else {
                denials.push(plain(&told(value)));
            }
        }
        _ => {}
    }
}

/// The rows of a Log Analytics answer as entries: column name → value.
fn rows(table: &Value) -> Vec<Value> {
    let list = |key: &str| find(table, key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let names: Vec<&str> = list("columns").iter().filter_map(|column| text(column, &["name"])).collect();
    let entry = |row: &Value| {
        let cells = row.as_array()?.iter().cloned();
        Some(Value::Object(names.iter().map(|name| (*name).to_owned()).zip(cells).collect()))
    };
    list("rows").iter().filter_map(entry).collect()
}

/// An entry of `StorageBlobLogs`, or of the storage's diagnostic logs; an empty list when it records no error.
fn storage(entry: &Value) -> Option<Vec<Denial>> {
    let status = text(entry, &["statusText"])?;
    if status.eq_ignore_ascii_case("success") || status.ends_with("Success") {
        return Some(Vec::new());
    }
    let named = text(entry, &["operationName"])?;
    let mut denial = empty();
    denial.message.code = Some(status.to_owned());
    denial.message.operation = Some(named.to_owned());
    target::does(&mut denial, operation::logged(named));
    denial.action = denial.implied_action.take();
    denial.resource = text(entry, &["uri"]).and_then(target::resource);
    denial.origin = text(entry, &["callerIpAddress"]).and_then(target::from_address);
    let kind = text(entry, &["authenticationType", "identity/type"]).unwrap_or_default();
    let who = ["requesterObjectId", "identity/requester/objectId", "requesterUpn", "identity/requester/upn"];
    denial.principal = text(entry, &who).map(str::to_owned);
    if kind.eq_ignore_ascii_case("anonymous") {
        denial.principal = Some(ANONYMOUS.into());
    }
    // What the address says of a signature goes into the meaning, and nowhere else.
    let around = format!("{status} {}", text(entry, &["uri"]).unwrap_or_default());
    finish(&mut denial, &around);
    if kind.to_ascii_lowercase().contains("sas") {
        note(&mut denial, "It was authorized with a shared access signature.");
    } else if kind.eq_ignore_ascii_case("AccountKey") {
        note(&mut denial, "It was authorized with an account key.");
    }
    Some(vec![denial])
}

/// An entry of the Activity Log, in the words of `az`, of Log Analytics or of an event hub.
fn activity(entry: &Value) -> Option<Vec<Denial>> {
    let named = ["operationName/value", "operationNameValue", "operationName"];
    let operation = text(entry, &named).filter(|name| name.to_ascii_lowercase().starts_with("microsoft."))?;
    let status = text(entry, &["status/value", "activityStatusValue", "activityStatus", "resultType", "status"])?;
    let message = text(entry, &["properties/statusMessage", "statusMessage", "resultDescription", "properties"]);
    if !status.to_ascii_lowercase().starts_with("fail") {
        return Some(Vec::new());
    }
    let message = message.map(str::to_owned).or_else(|| find(entry, "properties").map(told)).unwrap_or_default();
    let inner = serde_json::from_str::<Value>(&message).map_or(message, |inner| told(&inner));
    let mut denial = worded(&inner);
    denial.message.operation = Some(operation.to_owned());
    denial.implied_action = None;
    let own = |denied: Option<String>, keys: &[&str]| denied.or_else(|| text(entry, keys).map(str::to_owned));
    let authorization = text(entry, &["authorization"]).and_then(|inner| serde_json::from_str::<Value>(inner).ok());
    let of = |key: &str| authorization.as_ref().and_then(|inner| text(inner, &[key])).map(str::to_owned);
    let action = denial.action.take().or_else(|| of("action"));
    denial.action =
        own(action, &["authorization/action", "identity/authorization/action"]).or(Some(operation.to_owned()));
    let scope = denial.resource.take().filter(|resource| id::is_arm(resource)).or_else(|| of("scope"));
    denial.resource = own(scope, &["authorization/scope", "identity/authorization/scope", "resourceId", "_resourceId"])
        .filter(|id| id::is_arm(id));
    let who = ["objectidentifier", "oid"].iter().find_map(|claim| claimed(entry, claim));
    denial.principal = denial.principal.take().or(who).or_else(|| own(None, &["caller"]));
    denial.origin = text(entry, &["httpRequest/clientIpAddress", "callerIpAddress"]).and_then(target::from_address);
    if denial.message.code.is_none() {
        let sub = ["properties/statusCode", "subStatus/value", "activitySubstatusValue", "resultSignature"];
        denial.message.code = text(entry, &sub).map(str::to_owned);
        finish(&mut denial, "");
    }
    Some(vec![denial])
}

/// A claim of the caller's token, in an entry of the Activity Log.
fn claimed(entry: &Value, claim: &str) -> Option<String> {
    let inside = ["claims", "identity/claims"].iter().find_map(|path| at(entry, path))?;
    let parsed = inside.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let claims = parsed.as_ref().unwrap_or(inside).as_object()?;
    let found =
        claims.iter().find(|(key, _)| key.rsplit('/').next().is_some_and(|name| name.eq_ignore_ascii_case(claim)));
    found.and_then(|(_, value)| value.as_str()).map(str::to_owned)
}

/// An entry of the sign-in logs.
fn sign_in(entry: &Value) -> Option<Vec<Denial>> {
    let code = ["status/errorCode", "resultType"].iter().find_map(|path| match at(entry, path)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    })?;
    let who = text(entry, &["userId", "servicePrincipalId", "userPrincipalName"])?;
    if code == 0 {
        return Some(Vec::new());
    }
    let mut denial = empty();
    let code = format!("AADSTS{code}");
    note(&mut denial, entra::about(&code));
    denial.message.code = Some(code);
    denial.principal = Some(who.to_owned());
    denial.origin = text(entry, &["ipAddress"]).and_then(target::from_address);
    denial.reported.gate = Some("token".into());
    finish(&mut denial, "");
    Some(vec![denial])
}

/// Everything that a document says, as `key: value` lines; JSON inside of texts is opened.
fn told(value: &Value) -> String {
    let mut lines = String::new();
    lines_of(value, "", &mut lines, 0);
    lines
}

fn lines_of(value: &Value, key: &str, out: &mut String, depth: usize) {
    if depth > DEPTH {
        return;
    }
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| lines_of(value, key, out, depth + 1)),
        Value::Array(items) => items.iter().for_each(|item| lines_of(item, key, out, depth + 1)),
        Value::String(text) => {
            match serde_json::from_str::<Value>(text).ok().filter(|inner| inner.is_object() || inner.is_array()) {
                Some(inner) => lines_of(&inner, key, out, depth + 1),
                None if key.eq_ignore_ascii_case("code") => out.push_str(&format!("\"code\": \"{text}\"\n")),
                None => out.push_str(&format!("{key}: {text}\n")),
            }
        }
        Value::Number(number) => out.push_str(&format!("{key}: {number}\n")),
        Value::Bool(_) | Value::Null => {}
    }
}

/// The first of these paths that holds a text.
fn text<'v>(value: &'v Value, paths: &[&str]) -> Option<&'v str> {
    paths.iter().find_map(|path| at(value, path)?.as_str().filter(|text| !text.is_empty()))
}

fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('/').try_fold(value, |value, key| find(value, key))
}

fn find<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    let fields = value.as_object()?;
    fields.get(key).or_else(|| fields.iter().find(|(own, _)| own.eq_ignore_ascii_case(key)).map(|(_, value)| value))
}
