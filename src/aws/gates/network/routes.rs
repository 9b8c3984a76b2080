//! Route tables, and the gateways they lead to.

use serde_json::Value;

use super::super::super::network::items::{INTERNET_GATEWAYS, NAT_GATEWAYS, list, text};
use super::super::super::network::{PlaceKind, Trip, WayKind, routes};
use super::super::words::unread;
use super::{change, trip_with_way};
use crate::facts::{Known, Reading};
use crate::model::{Effect, Judgement, Risk};
use crate::provider::Ask;

/// Where the subnet's table sends the packets (VPC User Guide, `route-tables-priority`).
pub fn route(ask: &Ask<'_>) -> Judgement {
    let subject = "Where the route table sends the packets";
    let (trip, kind) = match trip_with_way(ask, subject) {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    let vpc = trip.place.vpc.clone().unwrap_or_default();
    for subnet in &trip.place.subnets {
        let table = match routes::table(ask.reading, &vpc, subnet) {
            Known::Yes(table) => table,
            Known::Absent => {
                return Judgement::unknown("unread", format!("{subnet} has no route table that was read."));
            }
            Known::Unknown(why) => return unread(subject, &why),
        };
        let closed = match kind {
            WayKind::GatewayEndpoint => to_gateway(ask.reading, &trip, table, subnet),
            WayKind::InterfaceEndpoint => to_local(ask.reading, &trip, table, subnet),
            _ => to_default(table, subnet, trip.way_id()),
        };
        if let Some(closed) = closed {
            return closed;
        }
    }
    Judgement::open(format!("The route table of {} leads to {}.", trip.place.subnets.join(", "), trip.way_id()))
}

fn to_gateway(reading: &Reading<'_>, trip: &Trip<'_>, table: &Value, subnet: &str) -> Option<Judgement> {
    let (endpoint, id) = (trip.way_id(), routes::id(table));
    let associate = change(
        format!("Associate {id} with {endpoint}"),
        Risk::Low,
        format!("aws ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint} --add-route-table-ids {id}"),
    );
    let Some(route) = routes::to_endpoint(table, endpoint) else {
        let summary = format!("{id}, the route table of {subnet}, has no route to {endpoint}.");
        return Some(Judgement::closed(Effect::Blocked, "no-route-to-destination", id, summary).fix(associate));
    };
    if !routes::is_active(route) {
        let summary = format!("The route to {endpoint} in {id} is a black hole.");
        return Some(Judgement::closed(Effect::Blocked, "bad-state-route", id, summary).fix(associate));
    }
    let to = trip.service_addresses(reading).yes()?;
    let winner = routes::winner(reading, table, &to)?;
    let taken = routes::target(winner);
    (taken != endpoint).then(|| {
        let summary = format!(
            "A more specific route in {id} takes packets for {} to {taken} instead of {endpoint}.",
            trip.service
        );
        Judgement::closed(Effect::Blocked, "more-specific-route", id, summary).fix(change(
            format!("Remove the route to {taken}, or make it less specific"),
            Risk::Medium,
            format!("aws ec2 describe-route-tables --route-table-ids {id}"),
        ))
    })
}

fn to_local(reading: &Reading<'_>, trip: &Trip<'_>, table: &Value, subnet: &str) -> Option<Judgement> {
    let id = routes::id(table);
    for leg in trip.legs(reading).yes().unwrap_or_default() {
        let Some(route) = routes::winner(reading, table, &leg.addresses) else { continue };
        let taken = routes::target(route);
        if taken != "local" {
            let summary = format!("{id}, the route table of {subnet}, sends packets for {} to {taken}.", trip.way_id());
            return Some(Judgement::closed(Effect::Blocked, "more-specific-route", id, summary).fix(change(
                format!("Remove the route to {taken}"),
                Risk::Medium,
                format!("aws ec2 describe-route-tables --route-table-ids {id}"),
            )));
        }
    }
    None
}

fn to_default(table: &Value, subnet: &str, way: &str) -> Option<Judgement> {
    let id = routes::id(table);
    let default =
        list(table, "Routes").into_iter().find(|route| text(route, "DestinationCidrBlock") == Some("0.0.0.0/0"));
    let add = change(
        "Add a default route",
        Risk::Medium,
        format!("aws ec2 create-route --route-table-id {id} --destination-cidr-block 0.0.0.0/0 --nat-gateway-id {way}"),
    );
    match default {
        Some(route) if routes::is_active(route) => None,
        Some(_) => {
            let summary = format!("The default route of {subnet} in {id} is a black hole: {way} is gone.");
            Some(Judgement::closed(Effect::Blocked, "bad-state-route", id, summary).fix(add))
        }
        None => {
            let summary = format!("{id}, the route table of {subnet}, has no default route.");
            Some(Judgement::closed(Effect::Blocked, "no-route-to-destination", id, summary).fix(add))
        }
    }
}

/// A NAT gateway must be there, public, and in a subnet that itself reaches the internet (VPC User Guide, `vpc-nat-gateway`).
pub fn nat_gateway(ask: &Ask<'_>) -> Judgement {
    let (trip, kind) = match trip_with_way(ask, "Whether the NAT gateway works") {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    if kind != WayKind::NatGateway {
        return Judgement::not_applicable("No NAT gateway is on the way.");
    }
    let id = trip.way_id();
    let nat = match NAT_GATEWAYS.by_id(ask.reading, id) {
        Known::Yes(nat) => nat,
        Known::Absent => return gone(id, "bad-state", format!("There is no {id} any more.")),
        Known::Unknown(why) => return unread("Whether the NAT gateway works", &why),
    };
    if let Some(state) = text(nat, "State").filter(|state| *state != "available") {
        return gone(id, "bad-state", format!("{id} is {state}."));
    }
    if text(nat, "ConnectivityType") == Some("private") {
        return gone(id, "private", format!("{id} is a private NAT gateway, which leads to no public address."));
    }
    let (vpc, subnet) = (text(nat, "VpcId").unwrap_or_default(), text(nat, "SubnetId").unwrap_or_default());
    match routes::table(ask.reading, vpc, subnet) {
        Known::Yes(table) => {
            let out = list(table, "Routes").into_iter().any(|route| {
                text(route, "DestinationCidrBlock") == Some("0.0.0.0/0")
                    && routes::target(route).starts_with("igw-")
                    && routes::is_active(route)
            });
            if out {
                Judgement::open(format!("{id} works, and its subnet reaches the internet."))
            } else {
                gone(
                    id,
                    "no-route-to-destination",
                    format!("{subnet}, where {id} stands, has no route to an internet gateway."),
                )
            }
        }
        Known::Absent => Judgement::unknown("unread", format!("The route table of {subnet} was not read.")),
        Known::Unknown(why) => unread("Whether the NAT gateway reaches the internet", &why),
    }
}

fn gone(id: &str, reason: &'static str, summary: String) -> Judgement {
    Judgement::closed(Effect::Blocked, reason, id, summary).fix(change(
        "Replace the NAT gateway with a public one in a subnet with a route to an internet gateway, or use an endpoint",
        Risk::Medium,
        format!("aws ec2 describe-nat-gateways --nat-gateway-ids {id}"),
    ))
}

/// An internet gateway must be attached and the sender have a public address (VPC User Guide, `VPC_Internet_Gateway`).
pub fn internet_gateway(ask: &Ask<'_>) -> Judgement {
    let (trip, kind) = match trip_with_way(ask, "Whether the internet gateway works") {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    if kind != WayKind::InternetGateway {
        return Judgement::not_applicable("No internet gateway is on the way.");
    }
    let id = trip.way_id();
    let vpc = trip.place.vpc.clone().unwrap_or_default();
    let attached = |gateway: &Value| list(gateway, "Attachments").iter().any(|a| text(a, "VpcId") == Some(&vpc));
    match INTERNET_GATEWAYS.by_id(ask.reading, id) {
        Known::Yes(gateway) if attached(gateway) => {}
        Known::Unknown(why) => return unread("Whether the internet gateway is attached", &why),
        _ => {
            return Judgement::closed(
                Effect::Blocked,
                "bad-state-attachment",
                id,
                format!("{id} is not attached to {vpc}."),
            )
            .fix(change(
                "Attach the internet gateway",
                Risk::High,
                format!("aws ec2 attach-internet-gateway --internet-gateway-id {id} --vpc-id {vpc}"),
            ));
        }
    }
    if trip.place.public_ip.is_none() && trip.place.kind == PlaceKind::Vpc {
        if !trip.place.knows_its_addresses() {
            return Judgement::unknown(
                "unread",
                format!("Nobody knows whether what sends from {} has a public address.", trip.place.label),
            )
            .missing("the workload's network interface (--from eni-…)");
        }
        let summary = format!("{} has no public address, so {id} does not let it out.", trip.place.label);
        return Judgement::closed(
            Effect::Blocked,
            "igw-public-ip-association-for-egress",
            &trip.place.reference,
            summary,
        )
        .fix(change(
            "Use a NAT gateway or an endpoint, or associate an Elastic IP",
            Risk::Medium,
            "aws ec2 associate-address --network-interface-id ENI --allocation-id ALLOCATION",
        ));
    }
    Judgement::open(format!("{id} is attached and the sender has a public address."))
}
