//! One step's trip: from where, by which way, over which private endpoint.

use std::net::IpAddr;

use serde_json::Value;

use super::endpoints::{Endpoint, Seen, endpoints};
use super::managed::{self, Isolation, Managed};
use super::names::{Answer, Resolver, host, resolve, resolver, zone_name};
use super::nets::{Net, net, of_subnet, storage_endpoints};
use super::place::{Place, PlaceKind, place};
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
    let own = managed::connections(&endpoints, trip.account, &workspace, name).yes().unwrap_or_default();
    let way = by_managed(&managed, if let [only] = own[..] { Some(only) } else { None });
    Known::Yes(Trip { way, endpoints, ..trip })
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
        Known::Yes(Vec::new())
    } else {
        reaches(
            &home,
            &endpoints,
            &answer(reading, &home, trip.account, &trip.host(), &endpoints).map(|(_, answer)| answer),
        )
    };
    let named = names_subnet(trip.body, &home.subnet_id);
    let serves = storage_endpoints(home.subnet).next().is_some();
    let trip = Trip { home: Some(home), endpoints, ..trip };
    let reached = match reached {
        Known::Yes(reached) => reached,
        Known::Absent => Vec::new(),
        Known::Unknown(why) => return Known::Unknown(why),
    };
    let mut reach_known = reached.iter().fold(Tri::False, |any, reach| any.or(reach.reach()));
    if serves && named {
        // The account lets the subnet in by its service endpoint: the private endpoint counts where the name really leads there.
        reach_known = reached.iter().fold(Tri::False, |any, reach| any.or(reach.led));
    }
    let chosen = match reach_known {
        Tri::True => match best(&reached, &trip.endpoints) {
            Ok(chosen) => Some(chosen),
            Err(why) => return Known::Unknown(why),
        },
        Tri::Unknown => return Known::Unknown(doubt(&reached, &trip.endpoints)),
        Tri::False => None,
    };
    let missing = chosen.is_none() && !trip.endpoints.is_empty() && is(trip.body, "publicNetworkAccess", "Disabled");
    let way = match chosen.and_then(|at| trip.endpoints.get(at)) {
        Some(endpoint) => by_endpoint(&trip, Some(endpoint)),
        None if serves || named => by_service_endpoint(&trip),
        None if missing => by_endpoint(&trip, None),
        None => by_public(reading, &trip),
    };
    Known::Yes(Trip { way, chosen, ..trip })
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

/// How an endpoint can be reached from home.
struct Reach {
    /// It stands in the same network.
    same: Tri,
    /// It stands in a network that this one is peered with.
    peered: Tri,
    /// The account's name leads to it.
    led: Tri,
    /// Why one of these is not known.
    why: Option<Why>,
}

impl Reach {
    fn reach(&self) -> Tri {
        self.same.or(self.peered).or(self.led)
    }
}

fn reaches<'a>(home: &Home<'a>, endpoints: &[Endpoint<'a>], answer: &Known<Answer<'a>>) -> Known<Vec<Reach>> {
    let addresses = match answer {
        Known::Yes(Answer::Record { addresses, .. }) => Some(addresses.as_slice()),
        _ => None,
    };
    // An address that is known to be of one endpoint is not that of another.
    let owned = |address| endpoints.iter().any(|endpoint| endpoint.has(address) == Tri::True);
    let led = |endpoint: &Endpoint<'_>| match (answer, addresses) {
        (Known::Unknown(_), _) if matches!(endpoint.seen, Seen::Gone) => Tri::False,
        (Known::Unknown(_), _) => Tri::Unknown,
        (_, Some(addresses)) => addresses.iter().fold(Tri::False, |any, address| {
            any.or(match has(home, endpoint, *address) {
                Tri::Unknown if owned(*address) => Tri::False,
                told => told,
            })
        }),
        (_, None) => Tri::False,
    };
    let reach = |endpoint: &Endpoint<'a>| {
        let led = led(endpoint);
        let (same, peered, why) = stands(home, endpoint);
        let asked = if let Known::Unknown(why) = answer { Some(why.clone()) } else { None };
        let unread = if let Known::Unknown(why) = &endpoint.addresses { Some(why.clone()) } else { None };
        Reach { same, peered, led, why: why.or(if led == Tri::Unknown { asked.or(unread) } else { None }) }
    };
    Known::Yes(endpoints.iter().map(reach).collect())
}

/// Whether it stands in home's network, and whether in one that is peered with it.
fn stands(home: &Home<'_>, endpoint: &Endpoint<'_>) -> (Tri, Tri, Option<Why>) {
    let peered = home.net.peerings().fold(Tri::False, |any, peering| any.or(in_net(endpoint, peering.remote)));
    let why = if let Known::Unknown(why) = &endpoint.subnet { Some(why.clone()) } else { None };
    (in_net(endpoint, home.net.id), peered, why)
}

/// Whether an endpoint stands in this network. It is always in the subscription of its network (Private Link, "What is a private endpoint?", properties), so one of
/// another subscription is told apart without being read.
fn in_net(endpoint: &Endpoint<'_>, net: &str) -> Tri {
    match &endpoint.subnet {
        Known::Yes(subnet) => id::same(of_subnet(subnet), net).into(),
        Known::Absent => Tri::False,
        Known::Unknown(_) => match (id::subscription(&endpoint.id), id::subscription(net)) {
            (Some(own), Some(other)) if !own.eq_ignore_ascii_case(other) => Tri::False,
            _ => Tri::Unknown,
        },
    }
}

/// Whether an endpoint stands in home's network or in one that is peered with it.
#[must_use]
pub fn is_near(home: &Home<'_>, endpoint: &Endpoint<'_>) -> Tri {
    let (same, peered, _) = stands(home, endpoint);
    same.or(peered)
}

/// Whether an address is an endpoint's. One that could not be read has it only if it can stand in the network that holds the address.
#[must_use]
pub fn has(home: &Home<'_>, endpoint: &Endpoint<'_>, address: IpAddr) -> Tri {
    let told = endpoint.has(address);
    if told != Tri::Unknown {
        return told;
    }
    if home.net.space().holds(address) {
        return told.and(in_net(endpoint, home.net.id));
    }
    let holding = home.net.peerings().find(|peering| peering.space().holds(address));
    holding.map_or(told, |peering| told.and(in_net(endpoint, peering.remote)))
}

/// The best of the endpoints in reach: one for the right sub-resource, approved, near, that the name leads to, in the same network. An endpoint that is not known well
/// enough to be ranked behind it leaves the choice open.
fn best(reached: &[Reach], endpoints: &[Endpoint<'_>]) -> Result<usize, Why> {
    let rank = |at: usize, doubt: bool| {
        let holds = |tri: Tri| if doubt { tri != Tri::False } else { tri == Tri::True };
        let (reach, endpoint) = (&reached[at], &endpoints[at]);
        let near = reach.same.or(reach.peered);
        (
            holds(endpoint.fits),
            endpoint.is_approved(),
            holds(near),
            holds(reach.led),
            holds(reach.same),
            std::cmp::Reverse(at),
        )
    };
    let sure = (0..reached.len()).filter(|at| reached[*at].reach() == Tri::True);
    let Some(best) = sure.max_by_key(|at| rank(*at, false)) else { return Err(doubt(reached, endpoints)) };
    let others = (0..reached.len()).filter(|at| *at != best && reached[*at].reach() != Tri::False);
    match others.into_iter().find(|at| rank(*at, true) > rank(best, false)) {
        None => Ok(best),
        Some(at) => Err(reached[at].why.clone().or_else(|| reached[best].why.clone()).unwrap_or_else(|| {
            Why::not_readable(format!(
                "which of the private endpoints {} and {} is meant",
                endpoints[best].name(),
                endpoints[at].name()
            ))
        })),
    }
}

fn doubt(reached: &[Reach], endpoints: &[Endpoint<'_>]) -> Why {
    let first = reached.iter().filter(|reach| reach.reach() != Tri::False).find_map(|reach| reach.why.clone());
    first.unwrap_or_else(|| {
        let name = endpoints.first().map(|endpoint| endpoint.name().to_owned()).unwrap_or_default();
        Why::not_readable(format!("whether the private endpoint {name} is in reach"))
    })
}
