//! The network that an Azure ML workspace manages for its computes (Azure ML, "Workspace managed virtual network isolation").

use std::collections::BTreeSet;

use serde_json::Value;

use super::endpoints::{Endpoint, Seen};
use super::region;
use crate::azure::id;
use crate::azure::items::{get, is, listed, prop, text};
use crate::facts::{Known, Reading};

/// What may leave the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// There is no managed network.
    Off,
    /// Anything.
    InternetOutbound,
    /// What the outbound rules name.
    ApprovedOutbound,
}

/// A workspace, seen as a network.
#[derive(Debug, Clone)]
pub struct Managed<'a> {
    /// The workspace's ARM id.
    pub workspace: String,
    /// What ARM says of it.
    pub body: &'a Value,
    /// What may leave it.
    pub isolation: Isolation,
    /// Whether it has been set up: `Active` or `Inactive`.
    pub status: Option<&'a str>,
    /// Its region.
    pub region: Option<String>,
}

/// One outbound rule.
#[derive(Debug, Clone)]
pub struct OutboundRule<'a> {
    /// Its ARM id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What ARM says of it.
    pub body: &'a Value,
}

/// The workspace's network.
pub fn managed<'a>(reading: &Reading<'a>, workspace: &str) -> Known<Managed<'a>> {
    get(reading, "ml:GetWorkspace", workspace).map(|body| {
        let network = prop(body, "managedNetwork").unwrap_or(&Value::Null);
        let isolation = match text(network, "isolationMode") {
            Some(mode) if mode.eq_ignore_ascii_case("AllowOnlyApprovedOutbound") => Isolation::ApprovedOutbound,
            Some(mode) if mode.eq_ignore_ascii_case("AllowInternetOutbound") => Isolation::InternetOutbound,
            _ => Isolation::Off,
        };
        Managed {
            workspace: workspace.to_owned(),
            body,
            isolation,
            status: prop(network, "status").and_then(|status| text(status, "status")),
            region: text(body, "location").map(region),
        }
    })
}

/// Its outbound rules: those in the workspace's own answer, else those of the list.
pub fn rules<'a>(reading: &Reading<'a>, managed: &Managed<'a>) -> Known<Vec<OutboundRule<'a>>> {
    let rule = |name: &str, body: &'a Value| OutboundRule {
        id: text(body, "id").map_or_else(|| format!("{}/outboundRules/{name}", managed.workspace), str::to_owned),
        name: name.to_owned(),
        body,
    };
    let own = prop(managed.body, "managedNetwork")
        .and_then(|network| prop(network, "outboundRules"))
        .and_then(Value::as_object);
    match own {
        Some(own) => Known::Yes(own.iter().map(|(name, body)| rule(name, body)).collect()),
        None => listed(reading, "ml:ListOutboundRules", &managed.workspace)
            .map(|list| list.iter().map(|body| rule(text(body, "name").unwrap_or_default(), body)).collect()),
    }
}

impl OutboundRule<'_> {
    /// True for a private endpoint to this account and sub-resource.
    #[must_use]
    pub fn leads_to(&self, account: &str, sub_resource: &str) -> bool {
        let destination = prop(self.body, "destination").unwrap_or(&Value::Null);
        is(self.body, "type", "PrivateEndpoint")
            && text(destination, "serviceResourceId").is_some_and(|id| id::same(id, account))
            && is(destination, "subresourceTarget", sub_resource)
    }

    /// True for a rule by name that names this host, or all hosts like it.
    #[must_use]
    pub fn names_host(&self, host: &str) -> bool {
        let destination =
            prop(self.body, "destination").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        let host = host.to_ascii_lowercase();
        is(self.body, "type", "FQDN")
            && (destination == host
                || destination.strip_prefix("*.").is_some_and(|domain| host.ends_with(&format!(".{domain}"))))
    }

    /// True for a rule by the service tag of storage.
    #[must_use]
    pub fn names_storage_tag(&self) -> bool {
        let destination = prop(self.body, "destination").unwrap_or(&Value::Null);
        let tag = text(destination, "serviceTag").unwrap_or_default().to_ascii_lowercase();
        is(self.body, "type", "ServiceTag") && (tag == "storage" || tag.starts_with("storage."))
    }

    /// True when it is in force.
    #[must_use]
    pub fn is_active(&self) -> bool {
        is(self.body, "status", "Active")
    }
}

/// The account's connections that belong to the managed network. `Absent` when there is none, `Unknown` when that cannot be told.
///
/// The endpoint of a managed network stands in a subscription of Microsoft's, so it can never be read; nothing in ARM links it to the rule. It is
/// told by the rule's name in the connection's, else by a subscription in which nothing else is known.
pub fn connections<'e, 'a>(
    reading: &Reading<'_>,
    endpoints: &'e [Endpoint<'a>],
    rule: Option<&str>,
) -> Known<Vec<&'e Endpoint<'a>>> {
    if let Some(rule) = rule.filter(|rule| rule.len() > 2) {
        let named: Vec<_> = endpoints.iter().filter(|endpoint| endpoint.is_named_after(rule)).collect();
        if !named.is_empty() {
            return Known::Yes(named);
        }
    }
    let facts = reading.facts().all().iter().filter(|fact| fact.call != "network:GetPrivateEndpoint");
    let own: BTreeSet<String> = facts
        .filter_map(|fact| id::subscription(fact.params.get("id")?.as_str()?))
        .map(str::to_ascii_lowercase)
        .collect();
    let is_own = |endpoint: &Endpoint<'_>| {
        id::subscription(&endpoint.id).is_some_and(|subscription| own.contains(&subscription.to_ascii_lowercase()))
    };
    let hidden: Vec<_> = endpoints.iter().filter(|endpoint| matches!(endpoint.seen, Seen::Not(_))).collect();
    let foreign: Vec<_> = hidden.iter().copied().filter(|endpoint| !is_own(endpoint)).collect();
    match (foreign.is_empty(), hidden.first().map(|endpoint| &endpoint.seen)) {
        (false, _) => Known::Yes(foreign),
        (true, Some(Seen::Not(why))) => Known::Unknown(why.clone()),
        (true, _) => Known::Absent,
    }
}
