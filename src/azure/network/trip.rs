//! One step's trip: from where, by which way, over which private endpoint.

use serde_json::Value;

use super::endpoints::{Endpoint, Seen, endpoints};
use super::managed::{self, Isolation, Managed};
use super::names::{Answer, Resolver, host, resolve, resolver, zone_name};
use super::nets::{Net, net, of_subnet, storage_endpoints};
use super::place::{Place, PlaceKind, place};
use super::reach::{Reach, best, doubt, reaches};
use super::region;
use super::tags::{Tags, ranges};
use super::way::{Way, by_endpoint, by_managed, by_public, by_service, by_service_endpoint};
use crate::azure::id;
use crate::azure::items::{get, is, list, prop, text};
use crate::facts::{Known, Reading, Tri, Why};
use crate::provider::Ask;

/// The user's own network that a place stands in.
#[derive(Debug, Clone)]
pub struct Home<'a> {
    /// The virtual network.
    pub net: Net<'a>,
    /// ARM id of the subnet.
    pub subnet_id: String,
    /// What ARM says of the subnet.
    pub subnet: &'a Value,
    /// The network interface, where the place has one of the user's.
    pub interface: Option<&'a Value>,
}

/// The trip of a step.
#[derive(Debug, Clone)]
pub struct Trip<'a> {
    /// Where it starts.
    pub place: Place,
    /// The network it starts in, when that is the user's.
    pub home: Option<Home<'a>>,
    /// ARM id of the account.
    pub account: &'a str,
    /// What ARM says of the account.
    pub body: &'a Value,
    /// The sub-resource it goes to.
    pub sub_resource: &'a str,
    /// The account's private endpoints, where the way depends on them.
    pub endpoints: Vec<Endpoint<'a>>,
    /// The one on the way, of those.
    pub chosen: Option<usize>,
    /// The way it is meant to take.
    pub way: Way,
}

impl<'a> Trip<'a> {
    /// The private endpoint of the user's on the way.
    #[must_use]
    pub fn endpoint(&self) -> Option<&Endpoint<'a>> {
        self.endpoints.get(self.chosen?)
    }

    /// The account's region.
    #[must_use]
    pub fn account_region(&self) -> String {
        text(self.body, "location").map(region).unwrap_or_default()
    }

    /// The host name the request goes to.
    #[must_use]
    pub fn host(&self) -> String {
        host(self.account, self.body, self.sub_resource)
    }

    /// What the host name resolves to from the trip's network.
    pub fn answer(&self, reading: &Reading<'a>) -> Known<(Resolver, Answer<'a>)> {
        match &self.home {
            Some(home) => answer(reading, home, self.account, &self.host(), &self.endpoints),
            None => Known::Absent,
        }
    }

    /// The routes of the subnet's table; none: no table.
    pub fn table(&self, reading: &Reading<'a>) -> Known<(&'a str, &'a Value)> {
        match &self.home {
            Some(home) => table(reading, home),
            None => Known::Absent,
        }
    }
}

/// The subnet's route table with its id; `Absent` when it has none.
pub(super) fn table<'a>(reading: &Reading<'a>, home: &Home<'a>) -> Known<(&'a str, &'a Value)> {
    let Some(id) = crate::azure::items::reference(home.subnet, "routeTable") else { return Known::Absent };
    match get(reading, "network:GetRouteTable", id) {
        Known::Yes(body) => Known::Yes((id, body)),
        Known::Absent => Known::Unknown(
            reading.missed(Why::not_readable(format!("the routes of {}, which is not there", id::name(id)))),
        ),
        Known::Unknown(why) => Known::Unknown(why),
    }
}

/// Calls `with` with what service tags tell of the account's addresses.
pub(super) fn with_tags<T>(reading: &Reading<'_>, region: &str, with: impl FnOnce(&Tags<'_>) -> T) -> T {
    with(&Tags { region, ranges: &|tag: &str| ranges(reading, tag) })
}

fn answer<'a>(
    reading: &Reading<'a>,
    home: &Home<'a>,
    account: &str,
    host: &str,
    endpoints: &[Endpoint<'a>],
) -> Known<(Resolver, Answer<'a>)> {
    resolver(reading, &home.net, home.interface).and_then(|resolver| {
        let peered = home.net.peerings().map(|peering| peering.remote);
        let read = endpoints.iter().filter(|endpoint| matches!(endpoint.seen, Seen::Read(_)));
        let nearby: Vec<&str> = [account, home.net.id, &resolver.net]
            .into_iter()
            .chain(peered)
            .chain(read.map(|endpoint| endpoint.id.as_str()))
            .collect();
        let answer = resolve(reading, &resolver.net, &zone_name(host), id::name(account), &nearby);
        answer.map(|answer| (resolver.clone(), answer))
    })
}

/// The trip of the step's request to the account `account` (ARM id) and its sub-resource. Never `Absent`.
pub fn trip<'a>(ask: &Ask<'a>, account: &'a str, sub_resource: &'a str) -> Known<Trip<'a>> {
    let reading = ask.reading;
    let place = match place(reading, ask.origin()) {
        Known::Yes(place) => place,
        Known::Absent => {
            return Known::Unknown(reading.missed(Why::not_readable(format!("there is no {}", ask.origin()))));
        }
        Known::Unknown(why) => return Known::Unknown(why),
    };
    let body = match get(reading, "storage:GetAccount", account) {
        Known::Yes(body) => body,
        Known::Absent => return Known::Unknown(reading.missed(Why::not_readable(format!("there is no {account}")))),
        Known::Unknown(why) => return Known::Unknown(why),
    };
    let way = Way::placeholder();
    let trip = Trip { place, home: None, account, body, sub_resource, endpoints: Vec::new(), chosen: None, way };
    match trip.place.kind {
        PlaceKind::Service => Known::Yes(Trip { way: by_service(&trip.place), ..trip }),
        PlaceKind::Public => Known::Yes(Trip { way: by_public(reading, &trip), ..trip }),
        PlaceKind::Managed => from_managed(reading, trip),
        PlaceKind::Subnet => from_subnet(reading, trip),
    }
}

fn from_managed<'a>(reading: &Reading<'a>, trip: Trip<'a>) -> Known<Trip<'a>> {
    let workspace = trip.place.workspace.clone().unwrap_or_default();
    let managed: Managed<'a> = match managed::managed(reading, &workspace) {
        Known::Yes(managed) => managed,
        Known::Absent => return Known::Unknown(reading.missed(Why::not_readable(format!("there is no {workspace}")))),
        Known::Unknown(why) => return Known::Unknown(why),
    };
    let rules = managed::rules(reading, &managed);
    let rule = rules
        .as_ref()
        .yes()
        .and_then(|rules| rules.iter().find(|rule| rule.leads_to(trip.account, trip.sub_resource)).cloned());
    match (managed.isolation, &rules) {
        (Isolation::InternetOutbound, Known::Unknown(why)) => return Known::Unknown(why.clone()),
        (Isolation::InternetOutbound, _) if rule.is_none() => {
            let way = by_public(reading, &trip);
            return Known::Yes(Trip { way, ..trip });
        }
        _ => {}
    }
    let endpoints = endpoints(reading, trip.account, trip.body, trip.sub_resource, &[]).yes().unwrap_or_default();
    let name = rule.as_ref().map(|rule| rule.name.as_str());
    let own = managed::connections(reading, &endpoints, name).yes().unwrap_or_default();
    let way = by_managed(&managed, if let [only] = own[..] { Some(only) } else { None });
    Known::Yes(Trip { endpoints, way, ..trip })
}

fn from_subnet<'a>(reading: &Reading<'a>, trip: Trip<'a>) -> Known<Trip<'a>> {
    let home = match home(reading, &trip.place) {
        Known::Yes(home) => home,
        Known::Absent => {
            return Known::Unknown(reading.missed(Why::not_readable(format!("there is no {}", trip.place.reference))));
        }
        Known::Unknown(why) => return Known::Unknown(why),
    };
    let peered: Vec<Net<'a>> = home.net.peerings().filter_map(|peering| net(reading, peering.remote).yes()).collect();
    let nets: Vec<Net<'a>> = std::iter::once(home.net).chain(peered).collect();
    let endpoints = match endpoints(reading, trip.account, trip.body, trip.sub_resource, &nets) {
        Known::Yes(endpoints) => endpoints,
        Known::Absent => Vec::new(),
        Known::Unknown(why) => return Known::Unknown(why),
    };
    let reached = if endpoints.is_empty() {
        Vec::new()
    } else {
        let answer = answer(reading, &home, trip.account, &trip.host(), &endpoints).map(|(_, answer)| answer);
        reaches(&home, &endpoints, &answer)
    };
    let named = names_subnet(trip.body, &home.subnet_id);
    let serves = storage_endpoints(home.subnet).next().is_some();
    let trip = Trip { home: Some(home), endpoints, ..trip };
    let disabled = is(trip.body, "publicNetworkAccess", "Disabled");
    // Where the account lets the subnet in by its service endpoint, a private endpoint counts only when the name really leads there.
    let counts = |reach: &Reach| if serves && named && !disabled { reach.led } else { reach.reach() };
    let in_reach = reached.iter().fold(Tri::False, |any, reach| any.or(counts(reach)));
    let chosen = match in_reach {
        Tri::True => match best(&reached, &trip.endpoints) {
            Ok(chosen) => Some(chosen),
            Err(why) => return Known::Unknown(why),
        },
        Tri::Unknown => return Known::Unknown(doubt(&reached, &trip.endpoints)),
        Tri::False => None,
    };
    let missing = chosen.is_none() && !trip.endpoints.is_empty() && disabled;
    let way = match chosen.and_then(|at| trip.endpoints.get(at)) {
        Some(endpoint) => by_endpoint(&trip, Some(endpoint)),
        None if serves || named => by_service_endpoint(&trip),
        None if missing => by_endpoint(&trip, None),
        None => by_public(reading, &trip),
    };
    Known::Yes(Trip { chosen, way, ..trip })
}

/// The network, subnet and interface of a place.
fn home<'a>(reading: &Reading<'a>, place: &Place) -> Known<Home<'a>> {
    let subnet_id = place.subnet.clone().unwrap_or_default();
    net(reading, of_subnet(&subnet_id)).and_then(|net| {
        let Some(subnet) = net.subnet(&subnet_id) else { return Known::Absent };
        let interface = match place.interface.as_deref().map(|id| get(reading, "network:GetNetworkInterface", id)) {
            None | Some(Known::Absent) => None,
            Some(Known::Yes(body)) => Some(body),
            Some(Known::Unknown(why)) => return Known::Unknown(why),
        };
        Known::Yes(Home { net, subnet_id, subnet, interface })
    })
}

/// Whether the account's firewall names the subnet.
fn names_subnet(account: &Value, subnet: &str) -> bool {
    let rules = prop(account, "networkAcls").map_or(&[][..], |rules| list(rules, "virtualNetworkRules"));
    rules.iter().filter_map(|rule| text(rule, "id")).any(|named| id::same(named, subnet))
}
