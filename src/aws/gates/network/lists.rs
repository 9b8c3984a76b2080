//! Network ACLs, at every subnet border on the way.

use serde_json::Value;

use super::super::super::network::items::{ACLS, NAT_GATEWAYS, flag, list, text};
use super::super::super::network::rules::{EPHEMERAL, LINUX_EPHEMERAL, acl_allows};
use super::super::super::network::traffic::Traffic;
use super::super::super::network::{Addresses, Trip, WayKind};
use super::super::words::unread;
use super::{HTTPS, change, trip_with_way};
use crate::facts::{Known, Reading, Why};
use crate::model::{Effect, Judgement, Risk};
use crate::provider::Ask;

/// Network ACLs keep no state: out and back in, at every subnet border on the way (VPC User Guide, `vpc-network-acls`).
pub fn nacl(ask: &Ask<'_>) -> Judgement {
    let subject = "What the network ACLs let through";
    let (trip, kind) = match trip_with_way(ask, subject) {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    let mut crossings = Vec::new();
    for subnet in &trip.place.subnets {
        let found = match kind {
            WayKind::InterfaceEndpoint => to_interfaces(ask.reading, &trip, subnet),
            WayKind::NatGateway => to_nat(ask.reading, &trip, subnet),
            _ => trip.service_addresses(ask.reading).map(|to| there_and_back(subnet, &to)),
        };
        match found {
            Known::Yes(found) => crossings.extend(found),
            Known::Absent => {}
            Known::Unknown(why) => return unread(subject, &why),
        }
    }
    let mut notes = Vec::new();
    let mut undecided = None;
    for crossing in &crossings {
        match crossing.judge(ask.reading, &trip) {
            Crossed::Open(note) => notes.extend(note),
            Crossed::Closed(judgement) => return *judgement,
            Crossed::Unknown(why) => undecided = Some(why),
        }
    }
    if let Some(why) = undecided {
        return unread(subject, &why);
    }
    let judgement = Judgement::open(format!(
        "The network ACLs on the way to {} let requests out and answers back in.",
        trip.service
    ));
    notes.dedup();
    notes.into_iter().fold(judgement, Judgement::note)
}

/// One direction through one subnet's ACL.
struct Crossing {
    subnet: String,
    egress: bool,
    peer: Addresses,
    ports: (i64, i64),
}

enum Crossed {
    Open(Option<String>),
    Closed(Box<Judgement>),
    Unknown(Why),
}

fn crossing(subnet: &str, egress: bool, peer: &Addresses, ports: (i64, i64)) -> Crossing {
    Crossing { subnet: subnet.to_owned(), egress, peer: peer.clone(), ports }
}

fn there_and_back(subnet: &str, to: &Addresses) -> Vec<Crossing> {
    vec![crossing(subnet, true, to, (HTTPS, HTTPS)), crossing(subnet, false, to, EPHEMERAL)]
}

/// Client's subnet out, endpoint's subnet in, and both ways back; nothing is filtered inside one subnet.
fn to_interfaces(reading: &Reading<'_>, trip: &Trip<'_>, subnet: &str) -> Known<Vec<Crossing>> {
    let own = match trip.own_addresses(reading, subnet) {
        Known::Yes(own) => own,
        Known::Absent => return Known::Absent,
        Known::Unknown(why) => return Known::Unknown(why),
    };
    trip.legs(reading).map(|legs| {
        let mut crossings = Vec::new();
        for leg in legs.iter().filter(|leg| leg.subnet != subnet) {
            crossings.extend(there_and_back(subnet, &leg.addresses));
            crossings.push(crossing(&leg.subnet, false, &own, (HTTPS, HTTPS)));
            crossings.push(crossing(&leg.subnet, true, &own, EPHEMERAL));
        }
        crossings
    })
}

/// By a NAT gateway in another subnet: that subnet's ACL sees the client and the service.
fn to_nat(reading: &Reading<'_>, trip: &Trip<'_>, subnet: &str) -> Known<Vec<Crossing>> {
    let to = match trip.service_addresses(reading) {
        Known::Yes(to) => to,
        Known::Absent => return Known::Absent,
        Known::Unknown(why) => return Known::Unknown(why),
    };
    let own = match trip.own_addresses(reading, subnet) {
        Known::Yes(own) => own,
        Known::Absent => Addresses::none(),
        Known::Unknown(why) => return Known::Unknown(why),
    };
    NAT_GATEWAYS.by_id(reading, trip.way_id()).map(|nat| {
        let mut crossings = there_and_back(subnet, &to);
        let nat_subnet = text(nat, "SubnetId").unwrap_or_default();
        if nat_subnet != subnet {
            crossings.push(crossing(nat_subnet, false, &to, (HTTPS, HTTPS)));
            crossings.push(crossing(nat_subnet, true, &own, EPHEMERAL));
        }
        crossings.extend(there_and_back(nat_subnet, &to));
        crossings
    })
}

impl Crossing {
    fn judge(&self, reading: &Reading<'_>, trip: &Trip<'_>) -> Crossed {
        let acl = match acl_of(reading, trip, &self.subnet) {
            Known::Yes(acl) => acl,
            Known::Absent => return Crossed::Unknown(Why::not_readable(format!("the network ACL of {}", self.subnet))),
            Known::Unknown(why) => return Crossed::Unknown(why),
        };
        let left = self.peer.minus(&acl_allows(acl, self.egress, Traffic::tcp(self.ports)));
        if left.is_empty() {
            return Crossed::Open(None);
        }
        let id = text(acl, "NetworkAclId").unwrap_or_default();
        let whole = self.ports == EPHEMERAL;
        if whole && self.peer.minus(&acl_allows(acl, self.egress, Traffic::tcp(LINUX_EPHEMERAL))).is_empty() {
            return Crossed::Open(Some(format!(
                "{id} lets answers to 32768-60999 through: enough for Linux, not for every client."
            )));
        }
        let some = if left == self.peer { "" } else { "some of the " };
        let (way, ports) = match (self.egress, whole) {
            (true, false) => ("out of", "443".to_owned()),
            (false, false) => ("into", "443".to_owned()),
            (true, true) => ("out of", "the ports of answers (1024-65535)".to_owned()),
            (false, true) => ("into", "the ports of answers (1024-65535)".to_owned()),
        };
        let summary = format!(
            "{id} does not let {some}packets {way} {} on {ports}, so {} cannot be reached.",
            self.subnet, trip.service
        );
        let direction = if self.egress { "egress" } else { "ingress" };
        let (from, to) = self.ports;
        Crossed::Closed(Box::new(Judgement::closed(Effect::Blocked, "subnet-acl-restriction", id, summary).fix(change(
            format!("Allow TCP {from}-{to} {way} {} in {id}", self.subnet),
            Risk::Medium,
            format!("aws ec2 create-network-acl-entry --network-acl-id {id} --{direction} --rule-number 90 --protocol 6 --port-range From={from},To={to} --cidr-block 0.0.0.0/0 --rule-action allow"),
        ))))
    }
}

/// Exactly one ACL is a subnet's: the associated one, else the VPC's default.
fn acl_of<'a>(reading: &Reading<'a>, trip: &Trip<'_>, subnet: &str) -> Known<&'a Value> {
    let vpc = trip.place.vpc.as_deref().unwrap_or_default();
    let found = ACLS.search(reading, &[("vpc-id", vpc)], |acl| text(acl, "VpcId") == Some(vpc));
    let own = |acl: &&&Value| list(acl, "Associations").iter().any(|a| text(a, "SubnetId") == Some(subnet));
    if let Some(acl) = found.items.iter().find(own) {
        return Known::Yes(acl);
    }
    if let Some(why) = found.incomplete {
        return Known::Unknown(why);
    }
    found.items.iter().find(|acl| flag(acl, "IsDefault")).map_or(Known::Absent, |acl| Known::Yes(acl))
}
