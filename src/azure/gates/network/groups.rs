//! Network security groups on the way (Virtual Network, "How network security groups filter network traffic"): all of them must let the packets pass.

use serde_json::Value;

use super::super::super::id;
use super::super::super::items::{get, list, reference, text};
use super::super::super::network::blocks::Blocks;
use super::super::super::network::endpoints::{Endpoint, Seen};
use super::super::super::network::nets::{net, of_subnet, subnet_space};
use super::super::super::network::nsg::{Direction, End, Packet, Ruling, judge, priority};
use super::super::super::network::routes;
use super::super::super::network::tags::{Tags, ranges};
use super::super::super::network::{Arrival, Home, Trip};
use super::super::words::unread;
use super::{at, change, endpoint_on, heeds, part, sum, trip_from_home};
use crate::facts::{Known, Reading, Tri, Why};
use crate::model::{Effect, Fix, Judgement, Risk};
use crate::provider::Ask;

/// Whether the groups of the interface and the subnets let HTTPS to the account pass.
pub fn nsg(ask: &Ask<'_>) -> Judgement {
    let subject = "What the network security groups let through";
    let (trip, home) = match trip_from_home(ask, subject) {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    let endpoint = match endpoint_on(&trip) {
        Ok(endpoint) => endpoint,
        Err(judgement) => return *judgement,
    };
    let reading = ask.reading;
    let source = sender(&home);
    let destination = match endpoint {
        Some(endpoint) => receiver(reading, endpoint),
        None => End::Account { in_network: in_network(reading, &trip) },
    };
    let packet = Packet { source: source.clone(), destination: destination.clone(), direction: Direction::Outbound };
    let on_interface = home.interface.and_then(|interface| reference(interface, "networkSecurityGroup"));
    let outbound = [on_interface, reference(home.subnet, "networkSecurityGroup")];
    let mut crossed: Vec<Judgement> =
        outbound.into_iter().flatten().map(|group| cross(reading, &trip, group, &packet)).collect();
    if let Some(endpoint) = endpoint {
        let packet = Packet { source, destination, direction: Direction::Inbound };
        crossed.extend(arrive(reading, &trip, endpoint, &packet));
    }
    let none = crossed.is_empty();
    sum(crossed, || {
        Judgement::open(if none {
            "No network security group is on the way."
        } else {
            "The network security groups on the way let HTTPS to the account pass."
        })
    })
}

/// What sends: the interface, where it is known, else anything in the subnet.
fn sender(home: &Home<'_>) -> End {
    let Some(interface) = home.interface else {
        return End::Inside { addresses: subnet_space(home.subnet), groups: None };
    };
    let configurations = list(interface, "ipConfigurations");
    let own = Blocks::of(
        configurations.iter().filter_map(|one| text(one, "privateIPAddress").or_else(|| text(one, "privateIpAddress"))),
    );
    let groups = configurations
        .iter()
        .flat_map(|one| list(one, "applicationSecurityGroups"))
        .filter_map(|group| text(group, "id"))
        .map(str::to_owned);
    End::Inside {
        addresses: if own.is_empty() { subnet_space(home.subnet) } else { own },
        groups: Some(groups.collect()),
    }
}

/// What receives: the endpoint's addresses, else any in its subnet.
fn receiver(reading: &Reading<'_>, endpoint: &Endpoint<'_>) -> End {
    let groups = match endpoint.seen {
        Seen::Read(body) => Some(
            list(body, "applicationSecurityGroups")
                .iter()
                .filter_map(|group| text(group, "id"))
                .map(str::to_owned)
                .collect(),
        ),
        _ => None,
    };
    let subnet = || subnet_of(reading, endpoint).yes().map(|(_, subnet)| subnet_space(subnet)).unwrap_or_default();
    let addresses = endpoint.addresses.as_ref().yes().map_or_else(subnet, |addresses| Blocks::addresses(addresses));
    End::Inside { addresses, groups }
}

/// The subnet that a private endpoint stands in, with its id.
pub(super) fn subnet_of<'a>(reading: &Reading<'a>, endpoint: &Endpoint<'_>) -> Known<(String, &'a Value)> {
    endpoint.subnet.as_ref().map(String::clone).and_then(|id| {
        net(reading, of_subnet(&id)).and_then(|net| match net.subnet(&id) {
            Some(subnet) => Known::Yes((id.clone(), subnet)),
            None => Known::Unknown(
                reading.missed(Why::not_readable(format!("the subnet {id}, which is not in its network's answer"))),
            ),
        })
    })
}

/// `VirtualNetwork` also stands for the prefixes of user-defined routes, a default route among them ("Virtual network service tags").
fn in_network(reading: &Reading<'_>, trip: &Trip<'_>) -> Tri {
    match trip.table(reading) {
        Known::Absent => Tri::False,
        Known::Unknown(_) => Tri::Unknown,
        Known::Yes((_, table)) => {
            let region = trip.account_region();
            let tags = Tags { region: &region, ranges: &|tag: &str| ranges(reading, tag) };
            let covered = routes::of(table).iter().any(|route| tags.hold_account(routes::prefix(route)) != Tri::False);
            if covered { Tri::Unknown } else { Tri::False }
        }
    }
}

/// Groups on the endpoint's subnet count where its network policies say so.
fn arrive(reading: &Reading<'_>, trip: &Trip<'_>, endpoint: &Endpoint<'_>, packet: &Packet) -> Option<Judgement> {
    let subject = "Whether the private endpoint's subnet lets the packets in";
    match subnet_of(reading, endpoint) {
        Known::Yes((_, subnet)) if heeds(subnet, "NetworkSecurityGroupEnabled") => {
            reference(subnet, "networkSecurityGroup").map(|group| cross(reading, trip, group, packet))
        }
        Known::Yes(_) => None,
        Known::Absent => {
            Some(Judgement::unknown("unread", format!("{subject} cannot be told: its network is not there.")))
        }
        Known::Unknown(why) => Some(unread(subject, &why)),
    }
}

fn cross(reading: &Reading<'_>, trip: &Trip<'_>, group: &str, packet: &Packet) -> Judgement {
    let name = id::name(group);
    let body = match get(reading, "network:GetSecurityGroup", group) {
        Known::Yes(body) => body,
        Known::Absent => {
            return Judgement::unknown("unread", format!("What {name} lets through cannot be told: it is not there."));
        }
        Known::Unknown(why) => return unread(&format!("What {name} lets through"), &why),
    };
    let region = trip.account_region();
    let tags = Tags { region: &region, ranges: &|tag: &str| ranges(reading, tag) };
    let rules = list(body, "securityRules");
    match judge(rules, list(body, "defaultSecurityRules"), packet, &tags) {
        Ruling::Allowed(_) => Judgement::open(format!("{name} lets the packets pass.")),
        Ruling::Denied(rule) => denied(trip, group, rules, rule, packet),
        Ruling::Unknown(rule) => {
            let rule = text(rule, "name").unwrap_or("a rule");
            Judgement::unknown(
                "unread",
                format!("Whether {name} lets the packets pass cannot be told: it hangs on the rule {rule}."),
            )
            .missing(format!("whether the rule {rule} of {name} covers this sender and the account's address"))
        }
    }
}

fn denied(trip: &Trip<'_>, group: &str, rules: &[Value], rule: &Value, packet: &Packet) -> Judgement {
    let name = id::name(group);
    let by = text(rule, "name").unwrap_or("the last rule");
    let (reason, verb) = match packet.direction {
        Direction::Outbound => ("denied-outbound", "out to"),
        Direction::Inbound => ("denied-inbound", "in to"),
    };
    let target = &trip.way.label;
    let to = if trip.way.arrival == Arrival::PrivateEndpoint {
        format!("{target}, a private address")
    } else {
        "the account's public address".to_owned()
    };
    let summary = format!("The rule {by} of {name} stops HTTPS {verb} {to}.");
    Judgement::closed(Effect::ExplicitDeny, reason, group, summary)
        .decided_by([part(name, by, rule)])
        .fix(allow(trip, group, rules, rule, packet))
}

/// A rule of its own, just before the one that stops it.
fn allow(trip: &Trip<'_>, group: &str, rules: &[Value], rule: &Value, packet: &Packet) -> Fix {
    let direction = if packet.direction == Direction::Outbound { "Outbound" } else { "Inbound" };
    let taken: Vec<u64> = rules
        .iter()
        .filter(|other| text(other, "direction").is_some_and(|of| of.eq_ignore_ascii_case(direction)))
        .map(priority)
        .collect();
    let free = (100..priority(rule).min(4097)).rev().find(|number| !taken.contains(number));
    let number = free.map_or("PRIORITY".to_owned(), |number| number.to_string());
    let region = trip.account_region();
    let address =
        trip.endpoint().and_then(|endpoint| endpoint.addresses.as_ref().yes()?.first().map(ToString::to_string));
    let to = match trip.way.arrival {
        Arrival::PrivateEndpoint => address.unwrap_or_else(|| "VirtualNetwork".to_owned()),
        _ => format!("Storage.{region}"),
    };
    let command = format!(
        "az network nsg rule create {} --nsg-name {} --name allow-storage-{} --priority {number} --direction {direction} --access Allow --protocol Tcp --source-address-prefixes VirtualNetwork --destination-address-prefixes {to} --destination-port-ranges 443",
        at(group),
        id::name(group),
        direction.to_ascii_lowercase(),
    );
    let mut fix = change(format!("Let HTTPS to {to} pass in {}", id::name(group)), Risk::Low, command);
    if trip.way.arrival != Arrival::PrivateEndpoint {
        fix.risk = Risk::Medium;
        fix.widens.push(format!("every storage account in {region}, whoever owns it"));
    }
    fix
}
