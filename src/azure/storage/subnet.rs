//! Service endpoints of a subnet, and their policies (Virtual Network, `virtual-network-service-endpoints-overview` and
//! `virtual-network-service-endpoint-policies-overview`).

use serde_json::Value;

use super::super::id;
use super::super::items::{by_id, is, list, prop, text, texts};
use super::account::{region, spelled};
use super::ruling::{Site, Subnets};
use crate::facts::Tri;

/// What leads from a subnet to the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint {
    /// Whether a service endpoint of the subnet covers the account: the account then sees the subnet.
    pub leads: Tri,
    /// Whether the endpoint's policies leave the account out.
    pub policy_stops: Tri,
}

/// What leads from the subnet to the account.
#[must_use]
pub fn endpoint(site: &Site<'_>, subnet: Option<&str>) -> Endpoint {
    let subnets = match site.subnets {
        Subnets::Leading => return Endpoint { leads: Tri::True, policy_stops: Tri::False },
        Subnets::Described(subnets) => subnets,
    };
    let Some(subnet) = subnet.and_then(|id| by_id(subnets, id)) else {
        return Endpoint { leads: Tri::Unknown, policy_stops: Tri::Unknown };
    };
    let region = region(site.account);
    let covers = |endpoint: &Value| covers(endpoint, region.as_deref());
    let leads = list(subnet, "serviceEndpoints").iter().map(covers).max().unwrap_or(Tri::False);
    let policies = list(subnet, "serviceEndpointPolicies");
    let account = text(site.account, "id");
    let listed = policies.iter().map(|policy| lists(policy, account)).max();
    Endpoint { leads, policy_stops: listed.map_or(Tri::False, |listed| !listed) }
}

/// Whether a service endpoint covers storage accounts of this region.
#[must_use]
pub fn covers(endpoint: &Value, account_region: Option<&str>) -> Tri {
    let gone = ["Failed", "Deleting"].iter().any(|state| is(endpoint, "provisioningState", state));
    if gone {
        return Tri::False;
    }
    if is(endpoint, "service", "Microsoft.Storage.Global") {
        return Tri::True;
    }
    if !is(endpoint, "service", "Microsoft.Storage") {
        return Tri::False;
    }
    let mut locations = texts(endpoint, "locations").map(spelled).peekable();
    if locations.peek().is_none() {
        return Tri::True;
    }
    let mut elsewhere = Tri::False;
    for location in locations {
        match account_region {
            _ if location == "*" => return Tri::True,
            Some(region) if location == region => return Tri::True,
            Some(_) => {}
            None => elsewhere = Tri::Unknown,
        }
    }
    elsewhere
}

/// Whether a policy lists the account: by its id, its resource group's or its subscription's. A policy of which only the id is there
/// tells nothing.
#[must_use]
pub fn lists(policy: &Value, account: Option<&str>) -> Tri {
    if prop(policy, "serviceEndpointPolicyDefinitions").is_none() {
        return Tri::Unknown;
    }
    let definitions = list(policy, "serviceEndpointPolicyDefinitions").iter();
    let of_storage = |definition: &&Value| text(definition, "service").is_none_or(is_storage);
    let mut resources = definitions.filter(of_storage).flat_map(|definition| texts(definition, "serviceResources"));
    match account {
        Some(account) => Tri::from(resources.any(|resource| id::is_arm(resource) && id::within(account, resource))),
        None => resources.next().map_or(Tri::False, |_| Tri::Unknown),
    }
}

fn is_storage(service: &str) -> bool {
    ["Microsoft.Storage", "Microsoft.Storage.Global"].iter().any(|name| service.eq_ignore_ascii_case(name))
}
