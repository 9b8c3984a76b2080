//! Connections of private endpoints to the account (Private Link, `manage-private-endpoint`; Azure Storage,
//! `storage-private-endpoints`).

use serde_json::Value;

use super::super::id::same;
use super::super::items::{prop, reference, text, texts};
use crate::facts::Tri;

/// Whether a request passes by the connection that is wanted, or by whichever there is when nobody said which. `None`: the account's
/// connections are not known.
#[must_use]
pub fn passes(connections: Option<&[Value]>, wanted: Option<&str>, sub_resource: &str) -> Tri {
    let Some(connections) = connections else { return Tri::Unknown };
    let is_wanted = |connection: &&Value| {
        let ids = [connection.get("id").and_then(Value::as_str), reference(connection, "privateEndpoint")];
        wanted.is_none_or(|wanted| ids.into_iter().flatten().any(|id| same(id, wanted)))
    };
    let mut verdicts = connections.iter().filter(is_wanted).map(|connection| carries(connection, sub_resource));
    let Some(first) = verdicts.next() else { return Tri::False };
    if verdicts.all(|other| other == first) { first } else { Tri::Unknown }
}

/// Approved, and for this part of the account. ARM leaves out what a connection is for where the endpoint alone says it.
fn carries(connection: &Value, sub_resource: &str) -> Tri {
    let state = prop(connection, "privateLinkServiceConnectionState");
    let approved = match state.and_then(|state| text(state, "status")) {
        Some(status) => Tri::from(status.eq_ignore_ascii_case("Approved")),
        None => Tri::Unknown,
    };
    let mut groups = texts(connection, "groupIds").chain(text(connection, "groupId")).peekable();
    let fits = groups.peek().is_none() || groups.any(|group| group.eq_ignore_ascii_case(sub_resource));
    approved.and(Tri::from(fits))
}
