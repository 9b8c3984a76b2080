//! Whether the service's name leads to the intended way.

use super::super::super::network::items::{DHCP_OPTIONS, VPCS, flag, list, text};
use super::super::super::network::{Trip, WayKind};
use super::super::words::unread;
use super::{change, trip_with_way};
use crate::facts::{Known, Reading};
use crate::model::{Effect, Judgement, Risk};
use crate::provider::Ask;

/// Private DNS of an interface endpoint works only with both DNS attributes of the VPC (PrivateLink Guide, `manage-dns-names`).
pub fn dns(ask: &Ask<'_>) -> Judgement {
    let (trip, kind) = match trip_with_way(ask, "Where the service's name leads") {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    let vpc = trip.place.vpc.clone().unwrap_or_default();
    if own_name_servers(ask.reading, &vpc) {
        return Judgement::unknown(
            "unread",
            format!("{vpc} uses name servers of its own, whose answers no read call tells."),
        )
        .missing("what the VPC's own name servers answer");
    }
    let support = attribute(ask.reading, &vpc, "enableDnsSupport", "EnableDnsSupport");
    if let Known::Yes(false) = support {
        let summary = format!("enableDnsSupport is off in {vpc}, so names do not resolve.");
        return Judgement::closed(Effect::Blocked, "dns-support-off", &vpc, summary).fix(change(
            "Turn DNS support on",
            Risk::Medium,
            format!("aws ec2 modify-vpc-attribute --vpc-id {vpc} --enable-dns-support"),
        ));
    }
    if kind == WayKind::InterfaceEndpoint {
        return private_dns(ask, &trip, &vpc, support);
    }
    match support {
        Known::Unknown(why) => unread("Whether names resolve in the VPC", &why),
        _ => Judgement::open(format!("The public name of {} resolves to the addresses of the way.", trip.service)),
    }
}

fn private_dns(ask: &Ask<'_>, trip: &Trip<'_>, vpc: &str, support: Known<bool>) -> Judgement {
    let id = trip.way_id();
    if !trip.endpoint.is_some_and(|endpoint| flag(endpoint, "PrivateDnsEnabled")) {
        let summary = format!(
            "Private DNS is off on {id}: the name of {} gives public addresses, which {vpc} cannot reach.",
            trip.service
        );
        return Judgement::closed(Effect::Blocked, "private-dns-off", id, summary).fix(change(
            "Turn private DNS on at the endpoint",
            Risk::Low,
            format!("aws ec2 modify-vpc-endpoint --vpc-endpoint-id {id} --private-dns-enabled"),
        ));
    }
    let hostnames = attribute(ask.reading, vpc, "enableDnsHostnames", "EnableDnsHostnames");
    match (support, hostnames) {
        (_, Known::Yes(false)) => {
            let summary = format!("enableDnsHostnames is off in {vpc}, which the private name of {id} needs.");
            Judgement::closed(Effect::Blocked, "dns-hostnames-off", vpc, summary).fix(change(
                "Turn DNS hostnames on",
                Risk::Low,
                format!("aws ec2 modify-vpc-attribute --vpc-id {vpc} --enable-dns-hostnames"),
            ))
        }
        (Known::Unknown(why), _) | (_, Known::Unknown(why)) => unread("Whether private names resolve in the VPC", &why),
        _ => Judgement::open(format!("The name of {} resolves to {id}.", trip.service)),
    }
}

fn attribute(reading: &Reading<'_>, vpc: &str, name: &str, key: &str) -> Known<bool> {
    reading
        .answer("ec2:DescribeVpcAttribute", &[("VpcId", vpc), ("Attribute", name)])
        .map(|body| body.get(key).is_some_and(|value| flag(value, "Value")))
}

fn own_name_servers(reading: &Reading<'_>, vpc: &str) -> bool {
    let options = VPCS.by_id(reading, vpc).yes().and_then(|vpc| text(vpc, "DhcpOptionsId"));
    let Some(options) = options.and_then(|id| DHCP_OPTIONS.by_id(reading, id).yes()) else { return false };
    let servers =
        list(options, "DhcpConfigurations").into_iter().find(|c| text(c, "Key") == Some("domain-name-servers"));
    let values = servers.map(|servers| list(servers, "Values")).unwrap_or_default();
    !values.is_empty() && values.iter().any(|value| text(value, "Value") != Some("AmazonProvidedDNS"))
}
