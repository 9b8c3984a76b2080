//! By which endpoint or gateway a request goes.

use std::net::IpAddr;

use serde_json::Value;

use super::items::{ENDPOINTS, NAT_GATEWAYS, flag, list, text};
use super::place::{Place, PlaceKind, place};
use super::routes;
use crate::facts::{Known, Reading, Why};

/// What leads out of the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayKind {
    /// A gateway endpoint (S3, DynamoDB): a route to a prefix list.
    GatewayEndpoint,
    /// An interface endpoint: network interfaces in the VPC that stand for the service.
    InterfaceEndpoint,
    /// A NAT gateway.
    NatGateway,
    /// An internet gateway.
    InternetGateway,
    /// A transit gateway.
    TransitGateway,
    /// A peering connection.
    Peering,
    /// AWS's own network: no VPC of the customer is on the way.
    AwsNetwork,
    /// The internet.
    Internet,
    /// Nothing.
    None,
}

/// The way from a place to a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// What leads out.
    pub kind: WayKind,
    /// Its id: `vpce-…`, `nat-…`, `igw-…`.
    pub id: Option<String>,
    /// The VPC the request comes through.
    pub vpc: Option<String>,
    /// The account that owns what leads out, where it is known.
    pub vpc_account: Option<String>,
    /// The private addresses it comes from (`aws:VpcSourceIp`), where they are known.
    pub private_ips: Vec<IpAddr>,
    /// The public address that AWS sees (`aws:SourceIp`); absent through an endpoint.
    pub source_ip: Known<IpAddr>,
    /// What a person would call it.
    pub label: String,
}

/// The way a request from `origin` takes to `service` (`s3`, `sts`, `ecr.api`, …) in `region`.
///
/// `Absent` when nothing leads there.
pub fn way(reading: &Reading<'_>, origin: &str, service: &str, region: &str) -> Known<Way> {
    match place(reading, origin) {
        Known::Yes(place) => from(reading, &place, service, region),
        Known::Absent => Known::Unknown(reading.missed(Why::not_readable(format!("there is no {origin}")))),
        Known::Unknown(why) => Known::Unknown(why),
    }
}

fn from(reading: &Reading<'_>, place: &Place, service: &str, region: &str) -> Known<Way> {
    let outside = |kind, source_ip| {
        Known::Yes(Way {
            kind,
            id: None,
            vpc: None,
            vpc_account: None,
            private_ips: Vec::new(),
            source_ip,
            label: place.label.clone(),
        })
    };
    let unseen = |text: &str| Known::Unknown(Why::not_readable(text));
    match (place.kind, place.public_ip) {
        (PlaceKind::AwsNetwork, _) => outside(WayKind::AwsNetwork, unseen("the address AWS's own network sends from")),
        (PlaceKind::Internet, _) => outside(WayKind::Internet, unseen("the public address the request comes from")),
        (PlaceKind::Address, Some(ip)) => outside(WayKind::Internet, Known::Yes(ip)),
        (PlaceKind::Address, None) => {
            Known::Unknown(reading.missed(Why::not_readable(format!("which VPC {} belongs to", place.label))))
        }
        (PlaceKind::Vpc, _) => out_of_vpc(reading, place, service, region),
    }
}

fn out_of_vpc(reading: &Reading<'_>, place: &Place, service: &str, region: &str) -> Known<Way> {
    let vpc = place.vpc.as_deref().unwrap_or_default();
    let found = ENDPOINTS.search(reading, &[("vpc-id", vpc)], |endpoint| {
        text(endpoint, "VpcId") == Some(vpc)
            && text(endpoint, "ServiceName").is_some_and(|name| serves(name, service, region))
    });
    let gateway = |endpoint: &&&Value| text(endpoint, "VpcEndpointType") == Some("Gateway");
    let inbound_only = |endpoint: &Value| {
        endpoint.get("DnsOptions").is_some_and(|options| flag(options, "PrivateDnsOnlyForInboundResolverEndpoint"))
    };
    let private_dns = found
        .items
        .iter()
        .filter(|endpoint| !gateway(endpoint))
        .find(|endpoint| flag(endpoint, "PrivateDnsEnabled") && !inbound_only(endpoint));
    let works = private_dns.or_else(|| found.items.iter().find(gateway));
    if let Some(endpoint) = works {
        return Known::Yes(by_endpoint(place, endpoint));
    }
    if let Some(why) = found.incomplete {
        return Known::Unknown(why);
    }
    // An endpoint whose private name is off is not used where another way leads out; else it is the intended way.
    match (internet(reading, place), found.items.first()) {
        (Known::Absent, Some(endpoint)) => Known::Yes(by_endpoint(place, endpoint)),
        (internet, _) => internet,
    }
}

/// The way the default route leads: a NAT gateway, an internet gateway, a transit gateway, a peering.
fn internet(reading: &Reading<'_>, place: &Place) -> Known<Way> {
    let (Some(vpc), Some(subnet)) = (place.vpc.as_deref(), place.subnets.first()) else { return Known::Absent };
    let table = match routes::table(reading, vpc, subnet) {
        Known::Yes(table) => table,
        Known::Absent => return Known::Absent,
        Known::Unknown(why) => return Known::Unknown(why),
    };
    let default =
        list(table, "Routes").into_iter().find(|route| text(route, "DestinationCidrBlock") == Some("0.0.0.0/0"));
    let Some(route) = default else { return Known::Absent };
    let target = routes::target(route);
    let kind = match target.split('-').next() {
        Some("nat") => WayKind::NatGateway,
        Some("igw") => WayKind::InternetGateway,
        Some("tgw") => WayKind::TransitGateway,
        Some("pcx") => WayKind::Peering,
        _ => {
            return Known::Unknown(
                reading.missed(Why::not_readable(format!("where the default route to `{target}` leads"))),
            );
        }
    };
    let source_ip = match kind {
        WayKind::NatGateway => nat_address(reading, target),
        WayKind::InternetGateway => place.public_ip.map_or(Known::Absent, Known::Yes),
        _ => Known::Unknown(Why::not_readable("the public address behind the gateway")),
    };
    Known::Yes(Way {
        kind,
        id: Some(target.to_owned()),
        vpc: place.vpc.clone(),
        vpc_account: None,
        private_ips: Vec::new(),
        source_ip,
        label: target.to_owned(),
    })
}

fn nat_address(reading: &Reading<'_>, id: &str) -> Known<IpAddr> {
    NAT_GATEWAYS.by_id(reading, id).and_then(|nat| {
        let public: Vec<IpAddr> = list(nat, "NatGatewayAddresses")
            .into_iter()
            .filter_map(|address| text(address, "PublicIp")?.parse().ok())
            .collect();
        match public[..] {
            [ip] => Known::Yes(ip),
            _ => Known::Unknown(Why::not_readable(format!("which public address {id} uses"))),
        }
    })
}

/// True for `com.amazonaws.REGION.SERVICE`, also in China (`cn.com.amazonaws…`); any Region when none is said.
fn serves(name: &str, service: &str, region: &str) -> bool {
    match name.strip_suffix(service).and_then(|rest| rest.strip_suffix('.')) {
        Some(rest) => rest.rsplit_once("amazonaws.").is_some_and(|(_, of)| region.is_empty() || of == region),
        None => false,
    }
}

fn by_endpoint(place: &Place, endpoint: &Value) -> Way {
    let id = text(endpoint, "VpcEndpointId").unwrap_or_default();
    let kind = match text(endpoint, "VpcEndpointType") {
        Some("Gateway") => WayKind::GatewayEndpoint,
        _ => WayKind::InterfaceEndpoint,
    };
    Way {
        kind,
        id: Some(id.to_owned()),
        vpc: text(endpoint, "VpcId").map(str::to_owned),
        vpc_account: text(endpoint, "OwnerId").map(str::to_owned),
        private_ips: place.private_ips.clone(),
        source_ip: Known::Absent,
        label: id.to_owned(),
    }
}
