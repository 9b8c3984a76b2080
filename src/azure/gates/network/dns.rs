//! What the account's name resolves to from the client's network (Private Link, "Azure Private Endpoint DNS integration").

use std::net::IpAddr;

use serde_json::Value;

use super::super::super::id;
use super::super::super::network::blocks::is_private;
use super::super::super::network::names::{Answer, Resolver, zone_name};
use super::super::super::network::{Arrival, Home, Trip, has, is_near};
use super::super::words::unread;
use super::{at, change, endpoint_on, part, trip_from_home};
use crate::azure::network::endpoints::{Endpoint, Seen, connections};
use crate::facts::{Known, Tri};
use crate::model::{Effect, Fix, Judgement, Risk};
use crate::provider::Ask;

/// Whether the name leads to where the request is meant to go.
pub fn dns(ask: &Ask<'_>) -> Judgement {
    let subject = "What the account's name resolves to";
    let (trip, home) = match trip_from_home(ask, subject) {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    let endpoint = match endpoint_on(&trip) {
        Ok(endpoint) => endpoint,
        Err(judgement) => return *judgement,
    };
    match endpoint.map(|endpoint| (endpoint.fits, &endpoint.seen)) {
        Some((Tri::False, _)) => {
            return Judgement::not_applicable(
                "No private endpoint for this part of the account is in reach; see the gate `private-endpoint`.",
            );
        }
        Some((Tri::Unknown, Seen::Not(why))) => {
            return unread("Which part of the account the private endpoint is for", why);
        }
        _ => {}
    }
    let (resolver, answer) = match trip.answer(ask.reading) {
        Known::Yes(found) => found,
        Known::Absent => return Judgement::unknown("unread", format!("{subject} cannot be told.")),
        Known::Unknown(why) => {
            let unread = unread(subject, &why);
            return if why.call.is_empty() {
                unread.missing(format!("the answer to: nslookup {}", trip.host()))
            } else {
                unread
            };
        }
    };
    let judgement = match endpoint {
        Some(endpoint) => to_endpoint(&trip, &home, endpoint, &resolver, &answer),
        None => match connections(ask.reading, trip.account, trip.body) {
            Known::Yes(connections) => to_public(&trip, &resolver, &answer, !connections.is_empty()),
            Known::Absent => to_public(&trip, &resolver, &answer, false),
            Known::Unknown(why) => return unread(subject, &why),
        },
    };
    match &resolver.server {
        Some(server) => judgement.note(format!(
            "{server}, the DNS server in {}, is taken to hand questions on to Azure's resolver (168.63.129.16).",
            id::name(&resolver.net)
        )),
        None => judgement,
    }
}

fn to_endpoint(
    trip: &Trip<'_>,
    home: &Home<'_>,
    endpoint: &Endpoint<'_>,
    resolver: &Resolver,
    answer: &Answer<'_>,
) -> Judgement {
    let (host, net) = (trip.host(), id::name(&resolver.net));
    match answer {
        Answer::Record { zone, record, addresses, .. } => {
            by_record(trip, home, endpoint, resolver, (zone, record, addresses))
        }
        Answer::NoRecord { zone, redirects: false, .. } => {
            let summary = format!(
                "{} is linked to {net} and has no record of {}, so {host} resolves to nothing.",
                id::name(zone),
                id::name(trip.account)
            );
            Judgement::closed(Effect::Blocked, "no-record", zone, summary).fix(renew(trip, endpoint, zone))
        }
        Answer::NoRecord { zone, redirects: true, .. } => {
            let summary = format!(
                "{} has no record of {}, and its link to {net} hands such names on, so {host} resolves to the public address instead of {}.",
                id::name(zone),
                id::name(trip.account),
                endpoint.name()
            );
            Judgement::closed(Effect::Blocked, "public-address", zone, summary).fix(renew(trip, endpoint, zone))
        }
        Answer::Public { unlinked: Some(zone) } => {
            let summary = format!(
                "{} is not linked to {net}, so {host} resolves to the public address instead of {}.",
                id::name(zone),
                endpoint.name()
            );
            Judgement::closed(Effect::Blocked, "public-address", zone, summary).fix(link(zone, &resolver.net))
        }
        Answer::Public { unlinked: None } => {
            let zone = zone_name(&host);
            let summary = format!(
                "No private DNS zone {zone} is linked to {net}, so {host} resolves to the public address instead of {}.",
                endpoint.name()
            );
            let create = format!("az network private-dns zone create {} --name {zone}", at(&resolver.net));
            let id = format!(
                "{}/providers/Microsoft.Network/privateDnsZones/{zone}",
                id::up_to(&resolver.net, "resourceGroups").unwrap_or_default()
            );
            Judgement::closed(Effect::Blocked, "public-address", &resolver.net, summary)
                .fix(change(format!("Create the private DNS zone {zone}"), Risk::Low, create))
                .fix(link(&id, &resolver.net))
                .fix(renew(trip, endpoint, &id))
        }
    }
}

/// Whether a record is the endpoint's, or that of another which does as well.
fn by_record(
    trip: &Trip<'_>,
    home: &Home<'_>,
    endpoint: &Endpoint<'_>,
    resolver: &Resolver,
    (zone, record, addresses): (&str, &Value, &[IpAddr]),
) -> Judgement {
    let (host, net) = (trip.host(), id::name(&resolver.net));
    // Another endpoint of the account, as near as this one, does as well.
    let counts = |one: &Endpoint<'_>| match one.id == endpoint.id {
        true => Tri::True,
        false => one.fits.and(one.is_approved().into()).and(is_near(home, one)),
    };
    let held = |address: &IpAddr| {
        trip.endpoints.iter().fold(Tri::False, |any, one| any.or(counts(one).and(has(home, one, *address))))
    };
    let all = addresses.iter().fold(Tri::from(!addresses.is_empty()), |all, address| all.and(held(address)));
    match all {
        Tri::True => {
            Judgement::open(format!("{host} resolves to {}, the address of {}.", spelled(addresses), endpoint.name()))
                .decided_by([part(id::name(zone), id::name(trip.account), record)])
        }
        Tri::Unknown => match &endpoint.addresses {
            Known::Unknown(why) => unread("Whether the record is the private endpoint's address", why),
            _ => Judgement::unknown("unread", "Whether the record is the private endpoint's address cannot be told.")
                .missing("the addresses of the account's other private endpoints"),
        },
        Tri::False => {
            let summary = format!(
                "{host} resolves to {} in {net}, which is not the address of {}.",
                spelled(addresses),
                endpoint.name()
            );
            let decisive = part(id::name(zone), id::name(trip.account), record);
            Judgement::closed(Effect::Blocked, "stale-record", zone, summary)
                .decided_by([decisive])
                .fix(renew(trip, endpoint, zone))
        }
    }
}

/// A way over public addresses, or by a service endpoint, needs the public address. The public name is an alias of the private one once the account has a private endpoint.
fn to_public(trip: &Trip<'_>, resolver: &Resolver, answer: &Answer<'_>, aliased: bool) -> Judgement {
    let (host, net) = (trip.host(), id::name(&resolver.net));
    let way = if trip.way.arrival == Arrival::ServiceEndpoint {
        "the service endpoint"
    } else {
        "the way over public addresses"
    };
    match answer {
        Answer::Record { zone, link, record, addresses } if addresses.iter().any(|address| is_private(*address)) => {
            if !aliased {
                return Judgement::unknown("unread", format!("Whether {host} still resolves through {} cannot be told: it has a record, and the account has no private endpoint any more.", id::name(zone)))
                    .missing(format!("the answer to: nslookup {host}"));
            }
            let summary = format!(
                "{host} resolves to {} in {net}, which is no address of a private endpoint of the account, so {way} is not taken.",
                spelled(addresses)
            );
            let decisive = part(id::name(zone), id::name(trip.account), record);
            let remove = format!(
                "az network private-dns record-set a delete {} --zone-name {} --name {} --yes",
                at(zone),
                id::name(zone),
                id::name(trip.account)
            );
            let judgement = Judgement::closed(Effect::Blocked, "stale-record", zone, summary).decided_by([decisive]);
            judgement
                .fix(change(
                    "Remove the record, and let the link hand names without a record on to public DNS",
                    Risk::Medium,
                    remove,
                ))
                .fix(redirect(zone, link))
        }
        Answer::NoRecord { zone, link, redirects: false } if aliased => {
            let summary = format!(
                "{} is linked to {net} and has no record of {}, so {host} resolves to nothing and {way} is not taken.",
                id::name(zone),
                id::name(trip.account)
            );
            Judgement::closed(Effect::Blocked, "no-record", zone, summary).fix(redirect(zone, link))
        }
        _ => Judgement::open(format!("{host} resolves to the account's public address, as {way} needs it.")),
    }
}

fn spelled(addresses: &[IpAddr]) -> String {
    if addresses.is_empty() {
        "no address".into()
    } else {
        addresses.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(", ")
    }
}

fn link(zone: &str, net: &str) -> Fix {
    let command = format!(
        "az network private-dns link vnet create {} --zone-name {} --name {} --virtual-network {net} --registration-enabled false",
        at(zone),
        id::name(zone),
        id::name(net)
    );
    let mut fix = change(format!("Link {} to {}", id::name(zone), id::name(net)), Risk::Medium, command);
    fix.widens.push(format!("every name in the zone resolves to private addresses in {}", id::name(net)));
    fix
}

/// A zone group keeps the record in step with the endpoint.
fn renew(trip: &Trip<'_>, endpoint: &Endpoint<'_>, zone: &str) -> Fix {
    let command = format!(
        "az network private-endpoint dns-zone-group create {} --endpoint-name {} --name default --zone-name {} --private-dns-zone {zone}",
        at(&endpoint.id),
        endpoint.name(),
        trip.sub_resource,
    );
    change(format!("Let {} keep its record in {}", endpoint.name(), id::name(zone)), Risk::Low, command)
}

fn redirect(zone: &str, link: &str) -> Fix {
    let command = format!(
        "az network private-dns link vnet update {} --zone-name {} --name {link} --resolution-policy NxDomainRedirect",
        at(zone),
        id::name(zone)
    );
    change("Let the zone's link hand names without a record on to public DNS", Risk::Low, command)
}
