//! Route tables as Azure evaluates them (Virtual Network, "Virtual network traffic routing"): the longest prefix wins. Pure: routes in, the one that decides out.

use std::net::IpAddr;

use serde_json::Value;

use super::blocks::block;
use super::tags::{Tags, holds, is_block};
use crate::azure::items::{prop, text};
use crate::facts::Tri;

/// Where a route sends packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hop<'a> {
    /// Nowhere: they are dropped.
    Dropped,
    /// To an appliance with this address.
    Appliance(&'a str),
    /// To a virtual network gateway.
    Gateway,
    /// Straight to public addresses.
    Internet,
    /// Inside the virtual network.
    Local,
}

/// Which route packets take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Taken<'a> {
    /// None of the table: Azure's own routes hold.
    System,
    /// This one.
    Route(&'a Value),
    /// Whether this one holds cannot be told, and it would change the way.
    Unknown(&'a Value),
}

/// Where a route sends packets.
#[must_use]
pub fn hop(route: &Value) -> Hop<'_> {
    match text(route, "nextHopType").unwrap_or_default().to_ascii_lowercase().as_str() {
        "none" | "null" => Hop::Dropped,
        "virtualappliance" => Hop::Appliance(text(route, "nextHopIpAddress").unwrap_or("an address not said")),
        "virtualnetworkgateway" => Hop::Gateway,
        "vnetlocal" | "vnetpeering" => Hop::Local,
        _ => Hop::Internet,
    }
}

/// Its prefix: a block, or a service tag.
#[must_use]
pub fn prefix(route: &Value) -> &str {
    text(route, "addressPrefix").unwrap_or_default()
}

/// The route that packets to the account's public address take.
#[must_use]
pub fn to_account<'a>(routes: &'a [Value], tags: &Tags<'_>) -> Taken<'a> {
    let mut fitting: Vec<(u16, Tri, &Value)> = routes
        .iter()
        .map(|route| (specific(prefix(route)), tags.hold_account(prefix(route)), route))
        .filter(|(_, fit, _)| *fit != Tri::False)
        .collect();
    fitting.sort_by_key(|(specific, ..)| std::cmp::Reverse(*specific));
    let winner = fitting.iter().position(|(_, fit, _)| *fit == Tri::True);
    let decided = winner.map(|at| fitting[at].2);
    let before = &fitting[..winner.unwrap_or(fitting.len())];
    let changes = |route: &Value| decided.is_none_or(|decided| hop(decided) != hop(route));
    match (before.iter().find(|(_, _, route)| changes(route)), decided) {
        (Some((_, _, doubt)), _) => Taken::Unknown(doubt),
        (None, Some(route)) => Taken::Route(route),
        (None, None) => Taken::System,
    }
}

/// How specific a prefix is: blocks by their length; tags, which stand for many long blocks, above those that hold all of a service
/// ("Virtual network traffic routing", service tags for user-defined routes: the regional tag first, then the service, then AzureCloud).
fn specific(prefix: &str) -> u16 {
    match (block(prefix), prefix.to_ascii_lowercase()) {
        (Some(net), _) => u16::from(net.prefix_len()),
        (None, tag) if tag.starts_with("azurecloud") => 200 + u16::from(tag.contains('.')),
        (None, tag) => 210 + u16::from(tag.contains('.')),
    }
}

/// The longest route of the table that holds a private address.
#[must_use]
pub fn to_address(routes: &[Value], address: IpAddr) -> Option<&Value> {
    let length = |route: &&Value| block(prefix(route)).map_or(0, |net| net.prefix_len());
    routes.iter().filter(|route| is_block(prefix(route)) && holds(prefix(route), address)).max_by_key(length)
}

/// The route that takes packets for a private endpoint away from its own route of 32 bits: one with a prefix at least as long as that of the network the endpoint
/// stands in (Private Link, "Manage network policies for private endpoints"). Without network policies for routes nothing does.
#[must_use]
pub fn over_endpoint(routes: &[Value], address: IpAddr, network_prefix: Option<u8>) -> Option<&Value> {
    let length = |route: &Value| block(prefix(route)).map_or(0, |net| net.prefix_len());
    to_address(routes, address)
        .filter(|route| length(route) > 0 && network_prefix.is_none_or(|least| length(route) >= least))
}

/// The routes of a table.
#[must_use]
pub fn of(table: &Value) -> &[Value] {
    prop(table, "routes").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// True for a route that can never take packets for a private endpoint away: of no length, or for public addresses by name.
#[must_use]
pub fn is_default_or_tag(route: &Value) -> bool {
    block(prefix(route)).is_none_or(|net| net.prefix_len() == 0)
}
