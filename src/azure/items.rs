//! Typed looks into ARM's JSON. ARM nests everything below `properties`; `az` prints role assignments and definitions flat: both
//! are read.

use serde_json::Value;

use super::id::same;
use crate::facts::{Known, Reading};

/// A property: below `properties`, else at the top. JSON's null counts as not there.
#[must_use]
pub fn prop<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let nested = value.get("properties").and_then(|properties| properties.get(name));
    nested.or_else(|| value.get(name)).filter(|found| !found.is_null())
}

/// A property as a text; an empty one counts as not there.
#[must_use]
pub fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    prop(value, name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// A property as a switch.
#[must_use]
pub fn flag(value: &Value, name: &str) -> Option<bool> {
    prop(value, name).and_then(Value::as_bool)
}

/// A property as a list; nothing where there is none.
#[must_use]
pub fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    prop(value, name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A property as a list of texts.
pub fn texts<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v str> {
    list(value, name).iter().filter_map(Value::as_str)
}

/// The text that equals `wanted` without regard to case: how ARM's enumerations are compared.
#[must_use]
pub fn is(value: &Value, name: &str, wanted: &str) -> bool {
    text(value, name).is_some_and(|text| text.eq_ignore_ascii_case(wanted))
}

/// The id of a thing that a property refers to: `{"networkSecurityGroup": {"id": "…"}}`.
#[must_use]
pub fn reference<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    prop(value, name)?.get("id").and_then(Value::as_str).filter(|id| !id.is_empty())
}

/// The thing with this id in a list of things.
#[must_use]
pub fn by_id<'v>(items: &'v [Value], id: &str) -> Option<&'v Value> {
    items.iter().find(|item| item.get("id").and_then(Value::as_str).is_some_and(|own| same(own, id)))
}

/// The answer of `call` for the thing with this id, whatever the case it was asked in.
pub fn get<'a>(reading: &Reading<'a>, call: &str, id: &str) -> Known<&'a Value> {
    reading.find(call, |fact| fact.params.get("id").and_then(Value::as_str).is_some_and(|asked| same(asked, id)))
}

/// The items of the list that `call` answered for this id.
pub fn listed<'a>(reading: &Reading<'a>, call: &str, id: &str) -> Known<&'a [Value]> {
    get(reading, call, id).map(items)
}

/// The items of an answer `{"value": […]}`, or of a bare list.
#[must_use]
pub fn items(body: &Value) -> &[Value] {
    let list = body.get("value").unwrap_or(body).as_array();
    list.map_or(&[], Vec::as_slice)
}

/// Object ids of a resource's managed identities: its own first, then the user-assigned ones in the order of their ids. A user-assigned
/// identity's own body gives its one.
#[must_use]
pub fn principals(body: &Value) -> Vec<String> {
    let identity = body.get("identity").unwrap_or(&Value::Null);
    let own = identity.get("principalId").and_then(Value::as_str);
    let mut assigned: Vec<(&String, &str)> = identity
        .get("userAssignedIdentities")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(id, identity)| Some((id, identity.get("principalId")?.as_str()?)))
        .collect();
    assigned.sort_unstable();
    let itself = body.get("properties").and_then(|properties| properties.get("principalId")).and_then(Value::as_str);
    let all = own.into_iter().chain(assigned.into_iter().map(|(_, principal)| principal)).chain(itself);
    all.filter(|principal| !principal.is_empty()).map(str::to_owned).collect()
}
