//! What lies beyond the VPC's own gateways: transit gateways, peering, and the account's guard against the internet.

use serde_json::Value;

use super::super::super::network::{PlaceKind, Trip, WayKind};
use super::super::super::reach::{Stop, World};
use super::super::words::unread;
use super::{HTTPS, change, trip_with_way};
use crate::facts::{Fact, Known};
use crate::model::{Effect, Judgement, Risk};
use crate::provider::Ask;

const OPTIONS: &str = "ec2:DescribeVpcBlockPublicAccessOptions";
const EXCLUSIONS: &str = "ec2:DescribeVpcBlockPublicAccessExclusions";

/// From the sender's subnet into a transit gateway and out behind it, with the VPC behind it (Transit Gateway Guide,
/// `how-transit-gateways-work`).
pub fn transit_gateway(ask: &Ask<'_>) -> Judgement {
    let subject = "Where the transit gateway sends the packets";
    let (trip, kind) = match trip_with_way(ask, subject) {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    if kind != WayKind::TransitGateway {
        return Judgement::not_applicable("No transit gateway is on the way.");
    }
    let id = trip.way_id();
    for call in [
        "ec2:DescribeTransitGatewayVpcAttachments",
        "ec2:DescribeTransitGatewayAttachments",
        "ec2:SearchTransitGatewayRoutes",
    ] {
        if let Known::Unknown(why) = ask.reading.all(call, |_| true) {
            return unread(subject, &why);
        }
    }
    if let Known::Unknown(why) = guard(ask) {
        return unread(subject, &why);
    }
    let Some(to) = sample(ask, &trip) else {
        return Judgement::unknown(
            "unread",
            format!("{subject} cannot be told: nobody knows an address of {}.", trip.service),
        );
    };
    let world = World::new(ask.reading.facts());
    for subnet in &trip.place.subnets {
        match world.beyond(id, trip.place.vpc.as_deref().unwrap_or_default(), subnet, to, HTTPS) {
            Ok(()) => {}
            Err(Stop::Blocked { code, at }) => {
                let reason = kebab(code);
                let summary =
                    format!("Packets for {} that {subnet} sends to {id} end at {at}: {}.", trip.service, said(reason));
                return Judgement::closed(Effect::Blocked, reason, at, summary).fix(change(
                    "Attach, associate and route the transit gateway so that this zone's subnet reaches the way out, or use an endpoint",
                    Risk::Medium,
                    format!("aws ec2 describe-transit-gateway-attachments --filters Name=transit-gateway-id,Values={id}"),
                ));
            }
            Err(Stop::Unknown { at, .. }) => {
                return Judgement::unknown(
                    "unread",
                    format!("{subject} cannot be told: what lies behind {at} was not described."),
                )
                .missing(format!("the network behind {at} (another account's, or on premises)"));
            }
        }
    }
    Judgement::open(format!("{id} leads from {} to {} and back.", trip.place.subnets.join(", "), trip.service))
}

/// An address of the service that is as good as any other.
fn sample(ask: &Ask<'_>, trip: &Trip<'_>) -> Option<std::net::IpAddr> {
    trip.service_addresses(ask.reading).yes()?.first()
}

/// The reason that a code of Reachability Analyzer stands for.
fn kebab(code: &str) -> &'static str {
    REASONS
        .iter()
        .find(|(known, _)| known.replace('-', "_").eq_ignore_ascii_case(code))
        .map_or("no-path", |(known, _)| known)
}

fn said(reason: &str) -> &'static str {
    REASONS.iter().find(|(known, _)| *known == reason).map_or("there is no path", |(_, said)| said)
}

/// Reasons of the gate `transit-gateway`.
pub const REASONS: &[(&str, &str)] = &[
    ("tgw-route-az-restriction", "the attachment has no subnet in the sender's zone"),
    ("tgw-attach-vpc-az-restriction", "the far attachment has no subnet in the receiver's zone"),
    ("tgw-attach-missing-tgw-rtb-association", "the attachment is associated with no route table"),
    ("tgw-rtb-no-route-to-tgw-attachment", "the gateway's route table has no route there"),
    ("tgw-rtb-bad-state-route", "the gateway's route is a black hole"),
    ("bad-state-attachment", "the attachment is missing or does not work"),
    ("bad-state-route", "a route behind the gateway is a black hole"),
    ("bad-state", "something behind the gateway does not work"),
    ("no-route-to-destination", "there is no route behind the gateway"),
    ("subnet-acl-restriction", "a network ACL behind the gateway refuses"),
    ("ngw-requires-source-in-vpc", "the NAT gateway behind serves its own VPC only"),
    ("igw-public-ip-association-for-egress", "the internet gateway behind lets only public addresses out"),
    ("vpc-block-public-access-enabled", "VPC Block Public Access stops it behind the gateway"),
    ("no-possible-destination", "nothing takes the packets behind the gateway"),
    ("no-path", "there is no path behind the gateway"),
    ("unread", "what decides could not be read"),
];

/// A peering connection passes what goes to the other VPC's own addresses, nothing beyond (VPC Peering Guide, `vpc-peering-basics`).
pub fn peering(ask: &Ask<'_>) -> Judgement {
    let (trip, kind) = match trip_with_way(ask, "Whether the peering connection leads there") {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    if kind != WayKind::Peering {
        return Judgement::not_applicable("No peering connection is on the way.");
    }
    let id = trip.way_id();
    let summary = format!(
        "{id} passes packets for the peer's own addresses only, so it leads to no gateway or endpoint of the peer's."
    );
    Judgement::closed(Effect::Blocked, "pcx-requires-address-in-vpc-cidr", id, summary).fix(change(
        format!("Give this VPC an endpoint for {} of its own, or a NAT gateway", trip.service),
        Risk::Medium,
        format!("aws ec2 describe-vpc-peering-connections --vpc-peering-connection-ids {id}"),
    ))
}

/// Whether the settings of VPC Block Public Access were read, with the exclusions where it is on; absent where the service that was
/// asked does not know of it.
fn guard(ask: &Ask<'_>) -> Known<()> {
    let unknown_to_the_endpoint = |fact: &Fact| {
        fact.error.as_ref().is_some_and(|error| matches!(error.code.as_str(), "NotImplemented" | "InvalidAction"))
    };
    if ask.reading.facts().of_call(OPTIONS).any(|(_, fact)| unknown_to_the_endpoint(fact)) {
        return Known::Absent;
    }
    let options = match ask.reading.all(OPTIONS, |_| true) {
        Known::Yes(options) => options,
        Known::Absent => return Known::Absent,
        Known::Unknown(why) => return Known::Unknown(why),
    };
    let off = |body: &Value| {
        body.pointer("/VpcBlockPublicAccessOptions/InternetGatewayBlockMode").is_some_and(|mode| mode == "off")
    };
    match options.iter().all(|(_, body)| off(body)) {
        true => Known::Yes(()),
        false => ask.reading.all(EXCLUSIONS, |_| true).map(|_| ()),
    }
}

/// VPC Block Public Access stops what goes by internet gateways; NAT gateways pass when only ingress is blocked (VPC User Guide,
/// `security-vpc-bpa`).
pub fn vpc_block_public_access(ask: &Ask<'_>) -> Judgement {
    let subject = "Whether VPC Block Public Access stops it";
    let (trip, kind) = match trip_with_way(ask, subject) {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    if !matches!(kind, WayKind::NatGateway | WayKind::InternetGateway) || trip.place.kind != PlaceKind::Vpc {
        return Judgement::not_applicable("The way does not lead over the internet.");
    }
    match guard(ask) {
        Known::Yes(()) => {}
        Known::Absent => {
            return Judgement::not_applicable("The service that was asked knows no VPC Block Public Access.");
        }
        Known::Unknown(why) => return unread(subject, &why),
    }
    let world = World::new(ask.reading.facts());
    let (vpc, nat) = (trip.place.vpc.clone().unwrap_or_default(), kind == WayKind::NatGateway);
    for subnet in &trip.place.subnets {
        // The NAT gateway's own subnet counts where it is the one that meets the internet.
        let subnet = if nat { world.nat_subnet(trip.way_id()).unwrap_or(subnet) } else { subnet };
        if !world.lets_out(&vpc, subnet, nat) {
            let summary = format!("VPC Block Public Access stops what {subnet} sends to the internet.");
            return Judgement::closed(Effect::Blocked, "vpc-block-public-access-enabled", subnet, summary).fix(change(
                "Use an endpoint, or exclude this subnet",
                Risk::High,
                format!("aws ec2 create-vpc-block-public-access-exclusion --subnet-id {subnet} --internet-gateway-exclusion-mode allow-egress"),
            ));
        }
    }
    Judgement::open("VPC Block Public Access lets it out.")
}
