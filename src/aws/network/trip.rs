//! One step's trip: from where, by which way, to which addresses.

use std::net::IpAddr;

use serde_json::Value;

use super::addresses::Addresses;
use super::items::{ENDPOINTS, GROUPS, INTERFACES, SUBNETS, list, text, texts};
use super::place::{Place, PlaceKind, place};
use super::rules::{prefix_list, prefix_list_of};
use super::way::{Way, WayKind, way};
use crate::facts::{Known, Reading, Why};

/// A trip from a place in a VPC.
#[derive(Debug)]
pub struct Trip<'a> {
    /// Where it starts.
    pub place: Place,
    /// By which way; absent when nothing leads there.
    pub way: Known<Way>,
    /// The endpoint on the way, as described.
    pub endpoint: Option<&'a Value>,
    /// The prefix list of the service, for a gateway endpoint.
    pub prefix_list: Option<String>,
    /// The service: `s3`, `ecr.api`, …
    pub service: String,
}

/// An interface of an endpoint: what a packet goes to.
#[derive(Debug)]
pub struct Leg {
    /// Its subnet.
    pub subnet: String,
    /// Its address, or the subnet's block where the address is not known.
    pub addresses: Addresses,
    /// Its security groups.
    pub groups: Vec<String>,
}

impl<'a> Trip<'a> {
    /// The trip of a request to `service` in `region`. `Ok(None)`: no VPC of the customer is on the way.
    pub fn new(reading: &Reading<'a>, origin: &str, service: &str, region: &str) -> Result<Option<Self>, Why> {
        let place = match place(reading, origin) {
            Known::Yes(place) => place,
            Known::Absent => return Err(reading.missed(Why::not_readable(format!("there is no {origin}")))),
            Known::Unknown(why) => return Err(why),
        };
        match place.kind {
            PlaceKind::AwsNetwork | PlaceKind::Internet => return Ok(None),
            PlaceKind::Address if place.public_ip.is_some() => return Ok(None),
            PlaceKind::Address | PlaceKind::Vpc => {}
        }
        let way = way(reading, origin, service, region);
        let id = way.as_ref().yes().and_then(|way| way.id.clone());
        let endpoint = id.filter(|id| id.starts_with("vpce-")).and_then(|id| ENDPOINTS.by_id(reading, &id).yes());
        let mut trip = Trip { place, way, endpoint, prefix_list: None, service: service.to_owned() };
        if trip.kind() == Some(WayKind::GatewayEndpoint) {
            trip.prefix_list = trip.gateway_list(reading);
        }
        Ok(Some(trip))
    }

    /// The kind of its way; `None` when nothing leads there or nobody knows.
    pub fn kind(&self) -> Option<WayKind> {
        self.way.as_ref().yes().map(|way| way.kind)
    }

    /// The id of what leads out.
    pub fn way_id(&self) -> &str {
        match &self.way {
            Known::Yes(way) => way.id.as_deref().unwrap_or(&way.label),
            _ => "",
        }
    }

    fn gateway_list(&self, reading: &Reading<'_>) -> Option<String> {
        let endpoint = self.endpoint?;
        let name = text(endpoint, "ServiceName")?;
        let region = name.strip_suffix(&format!(".{}", self.service))?.rsplit('.').next()?;
        prefix_list_of(reading, &self.service, region)
    }

    /// The public addresses of the service, where they are known; else every public address.
    pub fn service_addresses(&self, reading: &Reading<'_>) -> Known<Addresses> {
        match (&self.prefix_list, self.kind()) {
            (Some(list), _) => prefix_list(reading, list),
            (None, Some(WayKind::GatewayEndpoint)) => {
                Known::Unknown(reading.missed(Why::not_readable("the addresses behind the endpoint's prefix list")))
            }
            _ => Known::Yes(Addresses::public()),
        }
    }

    /// The interfaces of an interface endpoint. Where they were not read: its subnets, with all their addresses.
    pub fn legs(&self, reading: &Reading<'_>) -> Known<Vec<Leg>> {
        let Some(endpoint) = self.endpoint else { return Known::Absent };
        let groups: Vec<String> =
            list(endpoint, "Groups").into_iter().filter_map(|g| text(g, "GroupId")).map(str::to_owned).collect();
        let mut legs = Vec::new();
        for id in texts(endpoint, "NetworkInterfaceIds") {
            if let Known::Yes(eni) = INTERFACES.by_id(reading, &id) {
                let address = text(eni, "PrivateIpAddress").and_then(|ip| ip.parse::<IpAddr>().ok());
                legs.push(Leg {
                    subnet: text(eni, "SubnetId").unwrap_or_default().to_owned(),
                    addresses: address.map(Addresses::from).unwrap_or_default(),
                    groups: if groups.is_empty() { super::place::group_ids(eni, "Groups") } else { groups.clone() },
                });
            }
        }
        if !legs.is_empty() {
            return Known::Yes(legs);
        }
        for subnet in texts(endpoint, "SubnetIds") {
            match SUBNETS.by_id(reading, &subnet) {
                Known::Yes(found) => legs.push(Leg {
                    addresses: text(found, "CidrBlock").and_then(Addresses::cidr).unwrap_or_default(),
                    groups: groups.clone(),
                    subnet,
                }),
                Known::Absent => {}
                Known::Unknown(why) => return Known::Unknown(why),
            }
        }
        if legs.is_empty() { Known::Absent } else { Known::Yes(legs) }
    }

    /// The addresses a packet of the place carries: its own, else those of its subnet.
    pub fn own_addresses(&self, reading: &Reading<'_>, subnet: &str) -> Known<Addresses> {
        if !self.place.private_ips.is_empty() {
            return Known::Yes(self.place.private_ips.iter().copied().map(Addresses::from).collect());
        }
        SUBNETS
            .by_id(reading, subnet)
            .map(|subnet| text(subnet, "CidrBlock").and_then(Addresses::cidr).unwrap_or_default())
    }

    /// Security groups by id.
    pub fn groups<'r>(reading: &Reading<'r>, ids: &[String]) -> Known<Vec<&'r Value>> {
        let mut groups = Vec::new();
        for id in ids {
            match GROUPS.by_id(reading, id) {
                Known::Yes(group) => groups.push(group),
                Known::Absent => {}
                Known::Unknown(why) => return Known::Unknown(why),
            }
        }
        Known::Yes(groups)
    }
}
