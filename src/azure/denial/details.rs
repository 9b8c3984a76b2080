//! What Azure tells when it is asked about a denial: the object behind a user's name. Role assignments are kept by object id.

use serde_json::{Value, json};

use crate::azure::id;
use crate::facts::Call;
use crate::model::Denial;

const USER: &str = "graph:GetUser";

/// The calls that would tell more.
#[must_use]
pub fn details(denial: &Denial) -> Vec<Call> {
    let name = denial.principal.as_deref().filter(|name| name.contains('@'));
    let params = name.and_then(|name| json!({ "id": name }).as_object().cloned());
    params.map(|params| Call { name: USER.to_owned(), params }).into_iter().collect()
}

/// Adds what a call told.
pub fn detailed(denial: &mut Denial, call: &Call, body: &Value) {
    let object = body.get("id").and_then(Value::as_str).filter(|object| id::is_guid(object));
    if let (USER, Some(object)) = (call.name.as_str(), object) {
        denial.principal = Some(object.to_owned());
    }
}
