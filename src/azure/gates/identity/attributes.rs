//! What is known of the attributes that conditions name ("Actions and attributes for Azure role assignment conditions for Azure Blob
//! Storage").

use std::borrow::Cow;

use serde_json::Value;

use super::case::Case;
use crate::azure::gates::words::sub_resource;
use crate::azure::id;
use crate::azure::items::{flag, get, prop};
use crate::azure::network::way::{Arrival, Way, way};
use crate::azure::rbac::condition::Attribute;
use crate::azure::rbac::{Attributes, Found, Source};
use crate::facts::Known;

const ACCOUNT: &str = "Microsoft.Storage/storageAccounts";
const CONTAINERS: &str = "Microsoft.Storage/storageAccounts/blobServices/containers";
const BLOBS: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";

/// The attributes of a step's request. What is not listed here nobody could tell.
pub(super) struct Step<'s, 'c> {
    pub case: &'s Case<'c>,
}

fn text(value: &str) -> Found<'static> {
    Found::Value(Cow::Owned(Value::from(value)))
}

fn truth(value: bool) -> Found<'static> {
    Found::Value(Cow::Owned(Value::from(value)))
}

fn optional(value: Option<&str>) -> Found<'static> {
    value.map_or(Found::Absent, text)
}

impl Attributes for Step<'_, '_> {
    fn find(&self, attribute: &Attribute) -> Found<'_> {
        if let Some(stated) = self.stated(attribute) {
            return stated;
        }
        match attribute.source {
            Source::Resource => self.resource(attribute),
            Source::Request => self.request(attribute),
            Source::Principal => Found::Unknown,
            Source::Environment => self.environment(attribute),
        }
    }
}

impl Step<'_, '_> {
    /// What the user or the step says of it, by the text inside the brackets, with or without the source before it.
    fn stated(&self, attribute: &Attribute) -> Option<Found<'static>> {
        let ask = self.case.ask;
        let is_it = |key: &str| {
            let whole = attribute.to_string();
            attribute.is(key)
                || key.eq_ignore_ascii_case(&whole)
                || whole.strip_prefix('@').is_some_and(|bare| bare.eq_ignore_ascii_case(key))
        };
        if let Some((_, value)) = ask.request.stated_context().find(|(key, _)| is_it(key)) {
            return Some(text(value));
        }
        let given = ask.with.get("context").and_then(Value::as_object)?;
        let (_, value) = given.iter().find(|(key, _)| is_it(key))?;
        Some(if value.is_null() { Found::Absent } else { Found::Value(Cow::Owned(value.clone())) })
    }

    fn resource(&self, attribute: &Attribute) -> Found<'static> {
        let ask = self.case.ask;
        let is = |of: &str, key: &str| attribute.is(&format!("{of}:{key}"));
        let account = ask.text("account").or_else(|| id::up_to(self.case.scope, "storageAccounts"));
        if is(ACCOUNT, "name") {
            return account.map_or(Found::Unknown, |account| text(id::name(account)));
        }
        if is(ACCOUNT, "isHnsEnabled") {
            return match account.map(|account| get(ask.reading, "storage:GetAccount", account)) {
                Some(Known::Yes(body)) => truth(flag(body, "isHnsEnabled").unwrap_or_default()),
                _ => Found::Unknown,
            };
        }
        if is(CONTAINERS, "name") {
            return optional(ask.text("container").or_else(|| id::after(self.case.scope, "containers")));
        }
        if is(BLOBS, "path") {
            return if self.case.lists() { Found::Absent } else { optional(ask.text("blob")) };
        }
        if is(BLOBS, "isCurrentVersion") {
            return truth(true);
        }
        self.metadata(attribute)
    }

    /// The container's metadata: read with the container.
    fn metadata(&self, attribute: &Attribute) -> Found<'static> {
        let Some((of, key)) = attribute.name.rsplit_once(':') else { return Found::Unknown };
        if !of.eq_ignore_ascii_case(&format!("{CONTAINERS}/metadata")) {
            return Found::Unknown;
        }
        let Some(container) = id::up_to(self.case.scope, "containers") else { return Found::Unknown };
        match get(self.case.ask.reading, "storage:GetContainer", container) {
            Known::Yes(body) => match prop(body, "metadata").and_then(Value::as_object) {
                Some(metadata) => {
                    let found = metadata.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
                    optional(found.and_then(|(_, value)| value.as_str()))
                }
                None => Found::Absent,
            },
            _ => Found::Unknown,
        }
    }

    /// A request by the blob's address names neither version nor snapshot, and only writing carries tags.
    fn request(&self, attribute: &Attribute) -> Found<'static> {
        let ask = self.case.ask;
        if attribute.is("subOperation") {
            return Found::Absent;
        }
        let is = |key: &str| attribute.is(&format!("{BLOBS}:{key}"));
        if is("prefix") {
            let prefix = ask.request.inputs.get("prefix").map(String::as_str).or_else(|| ask.text("blob"));
            return optional(prefix.filter(|prefix| self.case.lists() && !prefix.is_empty()));
        }
        let reads = ask.action.to_ascii_lowercase().ends_with("/read");
        let tags = attribute.name.to_ascii_lowercase().starts_with(&format!("{BLOBS}/tags").to_ascii_lowercase());
        if is("versionId") || is("snapshot") || (tags && reads) { Found::Absent } else { Found::Unknown }
    }

    fn environment(&self, attribute: &Attribute) -> Found<'static> {
        let is = |name: &str| attribute.is(name);
        if is("UtcNow") {
            let times = self.case.ask.reading.facts().all().iter().map(|fact| fact.at.as_str());
            return times.filter(|at| !at.is_empty()).min().map_or(Found::Unknown, text);
        }
        let part = match () {
            () if is("isPrivateLink") => Part::PrivateLink,
            () if is("Microsoft.Network/privateEndpoints") => Part::Endpoint,
            () if is("Microsoft.Network/virtualNetworks/subnets") => Part::Subnet,
            () => return Found::Unknown,
        };
        let ask = self.case.ask;
        let account = ask.text("account").or_else(|| id::up_to(self.case.scope, "storageAccounts"));
        let Some(account) = account else { return Found::Unknown };
        match way(ask, account, sub_resource(ask)) {
            Known::Yes(way) => arriving(&way, part),
            Known::Absent | Known::Unknown(_) => Found::Unknown,
        }
    }
}

/// What the account sees of the network: the private endpoint, or the subnet behind a service endpoint.
fn arriving(way: &Way, part: Part) -> Found<'static> {
    match (part, way.arrival) {
        (Part::PrivateLink, arrival) => truth(arrival == Arrival::PrivateEndpoint),
        (Part::Endpoint, Arrival::PrivateEndpoint) => way.private_endpoint.as_deref().map_or(Found::Unknown, text),
        (Part::Subnet, Arrival::ServiceEndpoint) => way.subnet.as_deref().map_or(Found::Unknown, text),
        (Part::Endpoint | Part::Subnet, _) => Found::Absent,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    PrivateLink,
    Endpoint,
    Subnet,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Why;

    #[test]
    fn the_network_becomes_attributes() {
        let way = |arrival, subnet: Option<&str>, endpoint: Option<&str>| Way {
            arrival,
            subnet: subnet.map(str::to_owned),
            private_endpoint: endpoint.map(str::to_owned),
            connection: None,
            source_ip: Known::Unknown(Why::not_readable("")),
            region: None,
            resource: None,
            label: String::new(),
        };
        let parts = [Part::PrivateLink, Part::Endpoint, Part::Subnet];
        for (way, wanted) in [
            (way(Arrival::PrivateEndpoint, Some("s"), Some("p")), [truth(true), text("p"), Found::Absent]),
            (way(Arrival::PrivateEndpoint, None, None), [truth(true), Found::Unknown, Found::Absent]),
            (way(Arrival::ServiceEndpoint, Some("s"), None), [truth(false), Found::Absent, text("s")]),
            (way(Arrival::Public, Some("s"), None), [truth(false), Found::Absent, Found::Absent]),
            (way(Arrival::AzureService, None, None), [truth(false), Found::Absent, Found::Absent]),
        ] {
            assert_eq!(parts.map(|part| arriving(&way, part)), wanted, "{way:?}");
        }
    }
}
