//! Route tables (VPC User Guide, `route-tables-priority`).

use serde_json::Value;

use super::addresses::Addresses;
use super::items::{ROUTE_TABLES, flag, list, text};
use super::rules::prefix_list;
use crate::facts::{Known, Reading};

/// The table of a subnet: its own association, else the VPC's main table.
pub fn table<'a>(reading: &Reading<'a>, vpc: &str, subnet: &str) -> Known<&'a Value> {
    let found = ROUTE_TABLES.search(reading, &[("vpc-id", vpc)], |table| text(table, "VpcId") == Some(vpc));
    let associated =
        |table: &&&Value, wanted: &dyn Fn(&Value) -> bool| list(table, "Associations").into_iter().any(wanted);
    let own = found.items.iter().find(|table| associated(table, &|a| text(a, "SubnetId") == Some(subnet)));
    if let Some(own) = own {
        return Known::Yes(own);
    }
    if let Some(why) = found.incomplete {
        return Known::Unknown(why);
    }
    let main = found.items.iter().find(|table| associated(table, &|a| flag(a, "Main")));
    main.map_or(Known::Absent, |main| Known::Yes(*main))
}

/// The table's id.
pub fn id(table: &Value) -> &str {
    text(table, "RouteTableId").unwrap_or_default()
}

/// What a route leads to: `local`, `vpce-…`, `nat-…`, `igw-…`, …
pub fn target(route: &Value) -> &str {
    const TARGETS: &[&str] = &[
        "GatewayId",
        "NatGatewayId",
        "TransitGatewayId",
        "VpcPeeringConnectionId",
        "NetworkInterfaceId",
        "EgressOnlyInternetGatewayId",
        "InstanceId",
        "LocalGatewayId",
        "CarrierGatewayId",
        "CoreNetworkArn",
    ];
    TARGETS.iter().find_map(|key| text(route, key)).unwrap_or_default()
}

/// True when its target is there.
pub fn is_active(route: &Value) -> bool {
    text(route, "State") != Some("blackhole")
}

/// The route that takes packets to every one of these addresses, where one and the same does; the longest prefix wins, then a
/// route by CIDR over one by prefix list, then a static one over a propagated one.
pub fn winner<'a>(reading: &Reading<'_>, table: &'a Value, to: &Addresses) -> Option<&'a Value> {
    let mut best: Option<(u128, u8, &Value)> = None;
    for route in list(table, "Routes") {
        let Some((covered, kind)) = covers(reading, route) else { continue };
        if to.is_empty() || !to.minus(&covered).is_empty() {
            continue;
        }
        let rank = (narrowest(&covered, to), kind);
        if best.is_none_or(|(size, kind, _)| rank < (size, kind)) {
            best = Some((rank.0, rank.1, route));
        }
    }
    best.map(|(_, _, route)| route)
}

/// How many addresses the part of a route has that these fall into: fewer is longer a prefix.
fn narrowest(covered: &Addresses, to: &Addresses) -> u128 {
    covered.blocks_with(to)
}

fn covers(reading: &Reading<'_>, route: &Value) -> Option<(Addresses, u8)> {
    let propagated = u8::from(text(route, "Origin") == Some("EnableVgwRoutePropagation")) * 2;
    if let Some(cidr) = text(route, "DestinationCidrBlock").or_else(|| text(route, "DestinationIpv6CidrBlock")) {
        return Some((Addresses::cidr(cidr)?, propagated));
    }
    let list = text(route, "DestinationPrefixListId")?;
    Some((prefix_list(reading, list).yes()?, 1))
}

/// The route by which an endpoint's prefix list is reached.
pub fn to_endpoint<'a>(table: &'a Value, endpoint: &str) -> Option<&'a Value> {
    list(table, "Routes")
        .into_iter()
        .find(|route| target(route) == endpoint && route.get("DestinationPrefixListId").is_some())
}
