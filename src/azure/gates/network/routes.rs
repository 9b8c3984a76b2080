//! Where the subnet's routes send the packets (Virtual Network, "Virtual network traffic routing").

use serde_json::Value;

use super::super::super::id;
use super::super::super::items::{flag, list, reference};
use super::super::super::network::endpoints::Endpoint;
use super::super::super::network::nets::{net, of_subnet};
use super::super::super::network::routes::{self, Hop, Taken};
use super::super::super::network::tags::{Tags, ranges};
use super::super::super::network::{Arrival, Home, Sender, Trip};
use super::super::words::unread;
use super::groups::subnet_of;
use super::{at, change, endpoint_on, heeds, part, trip_from_home};
use crate::facts::{Known, Reading};
use crate::model::{Effect, Fix, Judgement, Risk};
use crate::provider::Ask;

/// Whether the packets are sent to where they are meant to go.
pub fn route(ask: &Ask<'_>) -> Judgement {
    let subject = "Where the routes send the packets";
    let (trip, home) = match trip_from_home(ask, subject) {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    let endpoint = match endpoint_on(&trip) {
        Ok(endpoint) => endpoint,
        Err(judgement) => return *judgement,
    };
    // The same page: routes with a service endpoint as next hop cannot be overridden by a route table.
    if trip.way.arrival == Arrival::ServiceEndpoint {
        return Judgement::open("Routes of a service endpoint come before those of a route table.");
    }
    let (table, routes) = match trip.table(ask.reading) {
        Known::Yes((id, body)) => (Some(id), routes::of(body)),
        Known::Absent => (None, &[][..]),
        Known::Unknown(why) => return unread(subject, &why),
    };
    match endpoint {
        Some(endpoint) => to_endpoint(ask.reading, &trip, &home, endpoint, table.unwrap_or_default(), routes),
        None => to_public(ask.reading, &trip, &home, table, routes),
    }
}

fn to_public(reading: &Reading<'_>, trip: &Trip<'_>, home: &Home<'_>, table: Option<&str>, all: &[Value]) -> Judgement {
    let region = trip.account_region();
    let tags = Tags { region: &region, ranges: &|tag: &str| ranges(reading, tag) };
    match (routes::to_account(all, &tags), table) {
        (Taken::Unknown(route), Some(table)) => {
            let summary = format!(
                "Which route the packets take cannot be told: {} of {} may hold the account's address or not.",
                routes::prefix(route),
                id::name(table)
            );
            Judgement::unknown("unread", summary)
                .missing(format!("whether the account's public address is in {}", routes::prefix(route)))
        }
        (Taken::Route(route), Some(table)) => match routes::hop(route) {
            Hop::Internet => way_out(trip, home),
            Hop::Dropped => dropped(trip, table, route, "the account's public address"),
            Hop::Appliance(address) => passes(&format!("the appliance at {address}"), "the account's public address"),
            Hop::Gateway => passes("the network behind the virtual network gateway", "the account's public address"),
            Hop::Local => {
                let summary = format!(
                    "A route of {} keeps packets for the account's public address inside the virtual network, where nothing takes them.",
                    id::name(table)
                );
                Judgement::closed(Effect::Blocked, "no-way-out", table, summary)
                    .decided_by([decisive(table, route)])
                    .fix(direct(trip, table))
            }
        },
        _ => way_out(trip, home),
    }
}

/// A subnet without default outbound access needs a NAT gateway or a public address (Virtual Network, "Default outbound access in Azure").
fn way_out(trip: &Trip<'_>, home: &Home<'_>) -> Judgement {
    let subnet = &home.subnet_id;
    if reference(home.subnet, "natGateway").is_some() {
        return Judgement::open(format!("{} leads out through a NAT gateway.", id::name(subnet)));
    }
    if matches!(trip.place.sender, Sender::Resource(_) | Sender::Address(_) | Sender::Hidden) {
        return Judgement::open(format!("{} leads out through a public address of its own.", trip.place.label));
    }
    if flag(home.subnet, "defaultOutboundAccess") != Some(false) {
        return Judgement::open(format!("{} leads out by Azure's default outbound access.", id::name(subnet)))
            .note("Azure's default outbound access is no longer given to new virtual networks: a NAT gateway is the lasting way.");
    }
    let balanced = home.interface.is_some_and(|one| {
        list(one, "ipConfigurations").iter().any(|one| !list(one, "loadBalancerBackendAddressPools").is_empty())
    });
    if balanced {
        return passes("the load balancer of the network interface", "packets to public addresses");
    }
    let name = id::name(subnet);
    let summary = format!(
        "{name} has no default outbound access, and neither a NAT gateway nor a public address leads out, so no public address can be reached."
    );
    let text = part(&format!("subnet {name}"), "defaultOutboundAccess", home.subnet);
    let mut open = change(
        "Give the subnet a NAT gateway",
        Risk::Medium,
        format!("az network vnet subnet update --ids {subnet} --nat-gateway NAT_GATEWAY"),
    );
    open.widens.push("everything in the subnet reaches public addresses".to_owned());
    let private = change("Create a private endpoint to the account instead", Risk::Low, super::create_endpoint(trip));
    Judgement::closed(Effect::Blocked, "no-way-out", subnet, summary).decided_by([text]).fix(private).fix(open)
}

/// An endpoint has a route of 32 bits of its own. It is overridden only as Private Link, "Manage network policies for private endpoints" says.
fn to_endpoint(
    reading: &Reading<'_>,
    trip: &Trip<'_>,
    home: &Home<'_>,
    endpoint: &Endpoint<'_>,
    table: &str,
    all: &[Value],
) -> Judgement {
    let to = format!("the private endpoint {}", endpoint.name());
    if let Some(judgement) = around(home, endpoint, all, &to) {
        return judgement;
    }
    let open = || Judgement::open(format!("The routes of {} lead to {to}.", id::name(&home.subnet_id)));
    // Default routes and service tags never override the route of a private address.
    if all.iter().all(routes::is_default_or_tag) {
        return open();
    }
    let subject = "Whether a route overrides that of the private endpoint";
    let addresses = match &endpoint.addresses {
        Known::Yes(addresses) => addresses,
        Known::Absent => return Judgement::unknown("unread", format!("{subject} cannot be told.")),
        Known::Unknown(why) => return unread(subject, why),
    };
    if !addresses.iter().any(|address| routes::over_endpoint(all, *address, None).is_some()) {
        return open();
    }
    let (id, subnet) = match subnet_of(reading, endpoint) {
        Known::Yes(found) => found,
        Known::Absent => {
            return Judgement::unknown("unread", format!("{subject} cannot be told: its network is not there."));
        }
        Known::Unknown(why) => return unread(subject, &why),
    };
    if !heeds(subnet, "RouteTableEnabled") {
        return open();
    }
    let space = net(reading, of_subnet(&id)).map(|net| net.space()).yes().unwrap_or_default();
    for address in addresses {
        let Some(route) = routes::over_endpoint(all, *address, space.prefix_around(*address)) else { continue };
        match routes::hop(route) {
            Hop::Local => {}
            Hop::Dropped | Hop::Internet => return dropped(trip, table, route, &to),
            Hop::Appliance(appliance) => return passes(&format!("the appliance at {appliance}"), &to),
            Hop::Gateway => return passes("the network behind the virtual network gateway", &to),
        }
    }
    open()
}

/// Without a peering the endpoint has no route of its own here: an appliance that is in reach may know the way.
fn around(home: &Home<'_>, endpoint: &Endpoint<'_>, all: &[Value], to: &str) -> Option<Judgement> {
    let through = detour(home, endpoint, all)?;
    Some(passes(&through, to))
}

/// What takes the packets for an endpoint in a network that this one is not peered with: an appliance in reach, or a gateway.
pub(super) fn detour(home: &Home<'_>, endpoint: &Endpoint<'_>, all: &[Value]) -> Option<String> {
    let subnet = endpoint.subnet.as_ref().yes()?;
    let far = of_subnet(subnet);
    if id::same(far, home.net.id) || home.net.peering_with(far).is_some() {
        return None;
    }
    let addresses = endpoint.addresses.as_ref().yes()?;
    let near = |appliance: &str| {
        let Ok(address) = appliance.parse() else { return false };
        home.net.space().holds(address)
            || home.net.peerings().any(|peering| peering.is_connected() && peering.space().holds(address))
    };
    addresses.iter().find_map(|address| match routes::hop(routes::to_address(all, *address)?) {
        Hop::Appliance(appliance) if near(appliance) => Some(format!("the appliance at {appliance}")),
        Hop::Gateway => Some("the network behind the virtual network gateway".to_owned()),
        _ => None,
    })
}

fn passes(what: &str, to: &str) -> Judgement {
    Judgement::unknown("unread", format!("The packets go to {what}; what it passes on cannot be read."))
        .missing(format!("whether {what} passes HTTPS to {to}"))
}

fn decisive(table: &str, route: &Value) -> crate::model::Decisive {
    let name = super::super::super::items::text(route, "name").unwrap_or_else(|| routes::prefix(route));
    part(id::name(table), format!("route {name}"), route)
}

fn dropped(trip: &Trip<'_>, table: &str, route: &Value, to: &str) -> Judgement {
    let summary = format!("The route {} of {} drops packets to {to}.", routes::prefix(route), id::name(table));
    let judgement = Judgement::closed(Effect::Blocked, "none", table, summary).decided_by([decisive(table, route)]);
    let name = super::super::super::items::text(route, "name").unwrap_or("ROUTE");
    let delete = format!(
        "az network route-table route delete {} --route-table-name {} --name {name}",
        at(table),
        id::name(table)
    );
    let mut remove = change(format!("Remove the route {name}"), Risk::Medium, delete);
    remove.widens.push(format!("all of {} can be reached again", routes::prefix(route)));
    if trip.way.arrival == Arrival::Public {
        judgement.fix(direct(trip, table)).fix(remove)
    } else {
        judgement.fix(remove)
    }
}

/// A route for the account's own service tag comes before one that is less specific.
fn direct(trip: &Trip<'_>, table: &str) -> Fix {
    let tag = format!("Storage.{}", trip.account_region());
    let command = format!(
        "az network route-table route create {} --route-table-name {} --name storage --address-prefix {tag} --next-hop-type Internet",
        at(table),
        id::name(table)
    );
    let mut fix = change(format!("Send packets for {tag} straight out"), Risk::Medium, command);
    fix.widens.push("every storage account in the region can be reached past the other routes".to_owned());
    fix
}
