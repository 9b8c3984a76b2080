//! The way of a request as the account sees it: a `Way` turned into an `Origin`.

use serde_json::Value;

use super::super::super::id;
use super::super::super::items::{get, listed, prop, text};
use super::super::super::network::{Arrival, Way};
use super::super::super::storage::{Address, Caller, Origin, Region, Site, Subnets, account};
use super::super::words::{Account, sub_resource};
use crate::facts::Known;
use crate::provider::Ask;

/// Where the request comes from, for an account of this kind of way.
pub fn origin<'w>(ask: &Ask<'w>, account: Account<'_>, way: &'w Way) -> Origin<'w> {
    match way.arrival {
        Arrival::PrivateEndpoint => {
            Origin::PrivateEndpoint { connection: way.connection.as_deref(), sub_resource: sub_resource(ask) }
        }
        Arrival::ServiceEndpoint => Origin::Subnet { id: way.subnet.as_deref(), seen: None },
        Arrival::Public => {
            let resource = way.subnet.as_deref().or_else(|| Some(ask.origin()).filter(|origin| id::is_arm(origin)));
            Origin::Public { seen: address(way), subscription: resource.and_then(id::subscription) }
        }
        Arrival::AzureService => {
            let resource = way.resource.as_deref();
            let caller = Caller { resource, tenant: resource.and_then(|resource| tenant(ask, account, resource)) };
            match resource {
                Some(resource) if is_trusted(resource) => Origin::TrustedService(caller),
                _ => Origin::ResourceInstance(caller),
            }
        }
    }
}

/// An address that leaves a subnet of the user's lies in some region, known or not.
fn address(way: &Way) -> Address {
    let region = match &way.region {
        Some(region) => Region::azure(region),
        None if way.subnet.is_some() => Region::Unknown,
        None => Region::Outside,
    };
    Address { ip: way.source_ip.clone().yes(), region }
}

/// Services that Storage trusts by their identity, as far as this tool starts from them (Azure Storage,
/// `storage-network-security-trusted-azure-services`).
fn is_trusted(resource: &str) -> bool {
    id::is(resource, "Microsoft.MachineLearningServices/workspaces")
}

/// The tenant of a resource: its identity's, else its subscription's. Asked only where a rule may need it.
fn tenant<'a>(ask: &Ask<'a>, account: Account<'_>, resource: &str) -> Option<&'a str> {
    if account::rules(account.body, "resourceAccessRules").is_empty() {
        return None;
    }
    let body: Option<&'a Value> = get(ask.reading, "ml:GetWorkspace", resource).yes();
    let own = body.and_then(|body| prop(body, "identity")).and_then(|identity| text(identity, "tenantId"));
    own.or_else(|| {
        let scope = id::subscription_scope(resource)?;
        get(ask.reading, "subscriptions:Get", scope).yes().and_then(|body| text(body, "tenantId"))
    })
}

/// The account's associations with perimeters.
pub fn associations<'a>(ask: &Ask<'a>, account: Account<'_>) -> Known<&'a [Value]> {
    match listed(ask.reading, "storage:ListPerimeterConfigurations", account.id) {
        // A service that knows no perimeters has none.
        Known::Absent => Known::Yes(&[]),
        known => known,
    }
}

/// The account, with perimeters; whether a service endpoint leads to it is for the network's gates to say.
pub fn site<'s>(account: Account<'s>, perimeter: &'s [Value]) -> Site<'s> {
    Site { account: account.body, perimeter, connections: None, subnets: Subnets::Leading }
}
