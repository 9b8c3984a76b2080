//! Where traffic may flow: one judge a gate, each over the trip of the step (`../network/trip.rs`).

use serde_json::Value;

use super::super::case::{Case, compiled, region};
use super::super::network::items::{ACLS, INTERNET_GATEWAYS, NAT_GATEWAYS, flag, list, text};
use super::super::network::routes;
use super::super::network::rules::{EPHEMERAL, LINUX_EPHEMERAL, Passes, acl_allows, passes};
use super::super::network::{Addresses, PlaceKind, Trip, WayKind, place};
use super::super::policy::Grade;
use super::words::{allowed_by, denied, fix, keys, loosen, nearest, unread, what, who};
use crate::facts::{Known, Reading, Tri, Why};
use crate::model::{Effect, Fix, Judgement, Risk};
use crate::provider::Ask;

const HTTPS: i64 = 443;
const NETWORK_OWNER: &str = "whoever administers the VPC's network";

/// The trip of a step, or what to say instead.
fn trip<'a>(ask: &Ask<'a>, subject: &str) -> Result<Trip<'a>, Box<Judgement>> {
    let service = ask.text("service").unwrap_or("s3");
    match Trip::new(ask.reading, ask.origin(), service, &region(ask)) {
        Ok(Some(trip)) => Ok(trip),
        Ok(None) => Err(Box::new(Judgement::not_applicable("The request does not start in a VPC of yours."))),
        Err(why) => Err(Box::new(unread(subject, &why))),
    }
}

/// The same, for gates that need a way to judge.
fn trip_with_way<'a>(ask: &Ask<'a>, subject: &str) -> Result<(Trip<'a>, WayKind), Box<Judgement>> {
    let trip = trip(ask, subject)?;
    match (&trip.way, trip.kind()) {
        (_, Some(kind)) => Ok((trip, kind)),
        (Known::Unknown(why), None) => Err(Box::new(unread(subject, why))),
        (_, None) => Err(Box::new(Judgement::not_applicable(format!(
            "Nothing leads to {}; see the gate `endpoint`.",
            trip.service
        )))),
    }
}

fn change(title: impl Into<String>, risk: Risk, command: impl Into<String>) -> Fix {
    fix(title, NETWORK_OWNER, risk, command)
}

/// Whether a job's container has a network at all (SageMaker Developer Guide, `mkt-algo-model-internet-free`).
pub fn network_isolation(ask: &Ask<'_>) -> Judgement {
    match place(ask.reading, ask.origin()) {
        Known::Yes(place) if place.network_isolation => {
            let summary = format!(
                "{} runs with network isolation: its container has neither network nor credentials.",
                place.label
            );
            Judgement::closed(Effect::Blocked, "enabled", &place.reference, summary).fix(fix(
                "Start the job without network isolation, or let SageMaker bring the data in by an input channel",
                "whoever starts the job",
                Risk::Medium,
                "aws sagemaker create-training-job … --no-enable-network-isolation",
            ))
        }
        Known::Yes(place) if place.can_be_isolated => {
            Judgement::open(format!("{} runs without network isolation.", place.label))
        }
        Known::Yes(_) | Known::Absent => Judgement::not_applicable("Only jobs of SageMaker can be isolated."),
        Known::Unknown(why) => unread("Whether the workload has a network", &why),
    }
}

/// Whether anything leads to the service.
pub fn endpoint(ask: &Ask<'_>) -> Judgement {
    let subject = "Which way leads to the service";
    let trip = match trip(ask, subject) {
        Ok(trip) => trip,
        Err(judgement) => return *judgement,
    };
    let vpc = trip.place.vpc.clone().unwrap_or_default();
    match (&trip.way, trip.endpoint) {
        (Known::Unknown(why), _) => unread(subject, why),
        (Known::Absent, _) => {
            let region = region(ask);
            let kind = if trip.service == "s3" { "Gateway" } else { "Interface" };
            let summary =
                format!("{vpc} has no endpoint for {} and no way to the internet, so no packet leaves.", trip.service);
            Judgement::closed(Effect::Blocked, "missing", &vpc, summary).fix(change(
                format!("Create a VPC endpoint for {}", trip.service),
                Risk::Low,
                format!("aws ec2 create-vpc-endpoint --vpc-id {vpc} --vpc-endpoint-type {kind} --service-name com.amazonaws.{region}.{}", trip.service),
            ))
        }
        (Known::Yes(way), Some(endpoint)) => {
            let id = way.id.clone().unwrap_or_default();
            match text(endpoint, "State").map(str::to_ascii_lowercase).as_deref() {
                None | Some("available") => Judgement::open(format!("{id} leads from {vpc} to {}.", trip.service)),
                Some(state) => {
                    Judgement::closed(Effect::Blocked, "bad-state", &id, format!("{id} is {state}, not available."))
                        .fix(change(
                            "Have the endpoint accepted, or create it again",
                            Risk::Low,
                            format!("aws ec2 describe-vpc-endpoints --vpc-endpoint-ids {id}"),
                        ))
                }
            }
        }
        (Known::Yes(way), None) => Judgement::open(format!("{} leads from {vpc} to {}.", way.label, trip.service)),
    }
}

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
    use super::super::network::items::{DHCP_OPTIONS, VPCS};
    let options = VPCS.by_id(reading, vpc).yes().and_then(|vpc| text(vpc, "DhcpOptionsId"));
    let Some(options) = options.and_then(|id| DHCP_OPTIONS.by_id(reading, id).yes()) else { return false };
    let servers =
        list(options, "DhcpConfigurations").into_iter().find(|c| text(c, "Key") == Some("domain-name-servers"));
    let values = servers.map(|servers| list(servers, "Values")).unwrap_or_default();
    !values.is_empty() && values.iter().any(|value| text(value, "Value") != Some("AmazonProvidedDNS"))
}

/// What leaves the workload: the union of all rules of all its groups (VPC User Guide, `security-group-rules`).
pub fn security_group(ask: &Ask<'_>) -> Judgement {
    let subject = "What the workload's security groups let out";
    let (trip, kind) = match trip_with_way(ask, subject) {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    let ids = trip.place.security_groups.clone();
    let Some(blame) = ids.first() else {
        return Judgement::unknown("unread", format!("Nobody knows the security groups of {}.", trip.place.label))
            .missing("the workload's network interface (--from eni-…)");
    };
    let groups = match Trip::groups(ask.reading, &ids) {
        Known::Yes(groups) => groups,
        Known::Absent => Vec::new(),
        Known::Unknown(why) => return unread(subject, &why),
    };
    let out = passes(ask.reading, &groups, "IpPermissionsEgress", HTTPS);
    let list = trip.prefix_list.clone();
    if list.as_ref().is_some_and(|list| out.prefix_lists.contains(list)) {
        return Judgement::open(format!(
            "{} lets the workload out to the prefix list of {}.",
            ids.join(", "),
            trip.service
        ));
    }
    let reached = match kind {
        WayKind::InterfaceEndpoint => to_legs(ask.reading, &trip, &out),
        _ => trip.service_addresses(ask.reading).map(|to| to.minus(&out.addresses).is_empty() && !to.is_empty()),
    };
    let title = format!("Let {blame} out to {} on 443", trip.service);
    let command = match (&list, kind) {
        (Some(list), _) => format!(
            "aws ec2 authorize-security-group-egress --group-id {blame} --ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,PrefixListIds=[{{PrefixListId={list}}}]'"
        ),
        (None, WayKind::InterfaceEndpoint) => format!(
            "aws ec2 authorize-security-group-egress --group-id {blame} --ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,UserIdGroupPairs=[{{GroupId={}}}]'",
            endpoint_group(&trip)
        ),
        _ => format!(
            "aws ec2 authorize-security-group-egress --group-id {blame} --protocol tcp --port 443 --cidr 0.0.0.0/0"
        ),
    };
    group_verdict(
        reached,
        &out,
        blame,
        &ids,
        &format!("let the workload out to {} on 443", trip.service),
        change(title, Risk::Low, command),
    )
}

/// Whether every interface of the endpoint is let through, by address or by group.
fn to_legs(reading: &Reading<'_>, trip: &Trip<'_>, out: &Passes) -> Known<bool> {
    trip.legs(reading).map(|legs| {
        legs.iter().all(|leg| {
            let by_group = leg.groups.iter().any(|group| out.groups.contains(group));
            by_group || (!leg.addresses.is_empty() && leg.addresses.minus(&out.addresses).is_empty())
        })
    })
}

fn endpoint_group(trip: &Trip<'_>) -> String {
    let groups = trip.endpoint.map(|endpoint| list(endpoint, "Groups")).unwrap_or_default();
    groups.first().and_then(|group| text(group, "GroupId")).unwrap_or("SECURITY-GROUP").to_owned()
}

fn group_verdict(reached: Known<bool>, rules: &Passes, blame: &str, ids: &[String], does: &str, fix: Fix) -> Judgement {
    let groups = ids.join(", ");
    match (reached, &rules.unread) {
        (Known::Yes(true), _) => Judgement::open(format!("The rules of {groups} {does}.")),
        (Known::Yes(false), Some(why)) => unread(&format!("Whether the rules of {groups} {does}"), why),
        (Known::Unknown(why), _) => unread(&format!("Whether the rules of {groups} {does}"), &why),
        (Known::Yes(false) | Known::Absent, _) => {
            let (reason, summary) = match rules.rules {
                0 => ("sg-has-no-rules", format!("{groups} has no rules in this direction, so nothing can {does}.")),
                _ => ("eni-sg-rules-mismatch", format!("No rule of {groups} would {does}.")),
            };
            Judgement::closed(Effect::Blocked, reason, blame, summary).fix(fix)
        }
    }
}

/// What the endpoint lets in (PrivateLink Guide, `interface-endpoints`).
pub fn endpoint_security_group(ask: &Ask<'_>) -> Judgement {
    let subject = "What the endpoint's security groups let in";
    let (trip, kind) = match trip_with_way(ask, subject) {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    if kind != WayKind::InterfaceEndpoint {
        return Judgement::not_applicable("Only interface endpoints have security groups.");
    }
    let legs = match trip.legs(ask.reading) {
        Known::Yes(legs) => legs,
        Known::Absent => {
            return Judgement::unknown("unread", format!("{} has no interfaces that were read.", trip.way_id()));
        }
        Known::Unknown(why) => return unread(subject, &why),
    };
    let mut ids: Vec<String> = legs.iter().flat_map(|leg| leg.groups.clone()).collect();
    ids.sort();
    ids.dedup();
    let Some(blame) = ids.first().cloned() else {
        return Judgement::unknown("unread", format!("Nobody knows the security groups of {}.", trip.way_id()));
    };
    let groups = match Trip::groups(ask.reading, &ids) {
        Known::Yes(groups) => groups,
        Known::Absent => Vec::new(),
        Known::Unknown(why) => return unread(subject, &why),
    };
    let rules = passes(ask.reading, &groups, "IpPermissions", HTTPS);
    let by_group = trip.place.security_groups.iter().any(|group| rules.groups.contains(group));
    let reached = if by_group { Known::Yes(true) } else { from_subnets(ask.reading, &trip, &rules) };
    let from = trip.place.security_groups.first().map_or("SECURITY-GROUP", String::as_str);
    let command = format!(
        "aws ec2 authorize-security-group-ingress --group-id {blame} --ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,UserIdGroupPairs=[{{GroupId={from}}}]'"
    );
    let fix = change(format!("Let {from} into {blame} on 443"), Risk::Low, command);
    group_verdict(
        reached,
        &rules,
        &blame,
        &ids,
        &format!("let {} into {} on 443", trip.place.label, trip.way_id()),
        fix,
    )
}

fn from_subnets(reading: &Reading<'_>, trip: &Trip<'_>, rules: &Passes) -> Known<bool> {
    let mut all = true;
    for subnet in &trip.place.subnets {
        match trip.own_addresses(reading, subnet) {
            Known::Yes(own) => all &= !own.is_empty() && own.minus(&rules.addresses).is_empty(),
            Known::Absent => all = false,
            Known::Unknown(why) => return Known::Unknown(why),
        }
    }
    Known::Yes(all)
}

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
        let left = self.peer.minus(&acl_allows(acl, self.egress, self.ports));
        if left.is_empty() {
            return Crossed::Open(None);
        }
        let id = text(acl, "NetworkAclId").unwrap_or_default();
        let whole = self.ports == EPHEMERAL;
        if whole && self.peer.minus(&acl_allows(acl, self.egress, LINUX_EPHEMERAL)).is_empty() {
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

/// Where the subnet's table sends the packets (VPC User Guide, `route-tables-priority`).
pub fn route(ask: &Ask<'_>) -> Judgement {
    let subject = "Where the route table sends the packets";
    let (trip, kind) = match trip_with_way(ask, subject) {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    let vpc = trip.place.vpc.clone().unwrap_or_default();
    for subnet in &trip.place.subnets {
        let table = match routes::table(ask.reading, &vpc, subnet) {
            Known::Yes(table) => table,
            Known::Absent => {
                return Judgement::unknown("unread", format!("{subnet} has no route table that was read."));
            }
            Known::Unknown(why) => return unread(subject, &why),
        };
        let closed = match kind {
            WayKind::GatewayEndpoint => to_gateway(ask.reading, &trip, table, subnet),
            WayKind::InterfaceEndpoint => to_local(ask.reading, &trip, table, subnet),
            _ => to_default(table, subnet, trip.way_id()),
        };
        if let Some(closed) = closed {
            return closed;
        }
    }
    Judgement::open(format!("The route table of {} leads to {}.", trip.place.subnets.join(", "), trip.way_id()))
}

fn to_gateway(reading: &Reading<'_>, trip: &Trip<'_>, table: &Value, subnet: &str) -> Option<Judgement> {
    let (endpoint, id) = (trip.way_id(), routes::id(table));
    let associate = change(
        format!("Associate {id} with {endpoint}"),
        Risk::Low,
        format!("aws ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint} --add-route-table-ids {id}"),
    );
    let Some(route) = routes::to_endpoint(table, endpoint) else {
        let summary = format!("{id}, the route table of {subnet}, has no route to {endpoint}.");
        return Some(Judgement::closed(Effect::Blocked, "no-route-to-destination", id, summary).fix(associate));
    };
    if !routes::is_active(route) {
        let summary = format!("The route to {endpoint} in {id} is a black hole.");
        return Some(Judgement::closed(Effect::Blocked, "bad-state-route", id, summary).fix(associate));
    }
    let to = trip.service_addresses(reading).yes()?;
    let winner = routes::winner(reading, table, &to)?;
    let taken = routes::target(winner);
    (taken != endpoint).then(|| {
        let summary = format!(
            "A more specific route in {id} takes packets for {} to {taken} instead of {endpoint}.",
            trip.service
        );
        Judgement::closed(Effect::Blocked, "more-specific-route", id, summary).fix(change(
            format!("Remove the route to {taken}, or make it less specific"),
            Risk::Medium,
            format!("aws ec2 describe-route-tables --route-table-ids {id}"),
        ))
    })
}

fn to_local(reading: &Reading<'_>, trip: &Trip<'_>, table: &Value, subnet: &str) -> Option<Judgement> {
    let id = routes::id(table);
    for leg in trip.legs(reading).yes().unwrap_or_default() {
        let Some(route) = routes::winner(reading, table, &leg.addresses) else { continue };
        let taken = routes::target(route);
        if taken != "local" {
            let summary = format!("{id}, the route table of {subnet}, sends packets for {} to {taken}.", trip.way_id());
            return Some(Judgement::closed(Effect::Blocked, "more-specific-route", id, summary).fix(change(
                format!("Remove the route to {taken}"),
                Risk::Medium,
                format!("aws ec2 describe-route-tables --route-table-ids {id}"),
            )));
        }
    }
    None
}

fn to_default(table: &Value, subnet: &str, way: &str) -> Option<Judgement> {
    let id = routes::id(table);
    let default =
        list(table, "Routes").into_iter().find(|route| text(route, "DestinationCidrBlock") == Some("0.0.0.0/0"));
    let add = change(
        "Add a default route",
        Risk::Medium,
        format!("aws ec2 create-route --route-table-id {id} --destination-cidr-block 0.0.0.0/0 --nat-gateway-id {way}"),
    );
    match default {
        Some(route) if routes::is_active(route) => None,
        Some(_) => {
            let summary = format!("The default route of {subnet} in {id} is a black hole: {way} is gone.");
            Some(Judgement::closed(Effect::Blocked, "bad-state-route", id, summary).fix(add))
        }
        None => {
            let summary = format!("{id}, the route table of {subnet}, has no default route.");
            Some(Judgement::closed(Effect::Blocked, "no-route-to-destination", id, summary).fix(add))
        }
    }
}

/// A NAT gateway must be there, public, and in a subnet that itself reaches the internet (VPC User Guide, `vpc-nat-gateway`).
pub fn nat_gateway(ask: &Ask<'_>) -> Judgement {
    let (trip, kind) = match trip_with_way(ask, "Whether the NAT gateway works") {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    if kind != WayKind::NatGateway {
        return Judgement::not_applicable("No NAT gateway is on the way.");
    }
    let id = trip.way_id();
    let nat = match NAT_GATEWAYS.by_id(ask.reading, id) {
        Known::Yes(nat) => nat,
        Known::Absent => return gone(id, "bad-state", format!("There is no {id} any more.")),
        Known::Unknown(why) => return unread("Whether the NAT gateway works", &why),
    };
    if let Some(state) = text(nat, "State").filter(|state| *state != "available") {
        return gone(id, "bad-state", format!("{id} is {state}."));
    }
    if text(nat, "ConnectivityType") == Some("private") {
        return gone(id, "private", format!("{id} is a private NAT gateway, which leads to no public address."));
    }
    let (vpc, subnet) = (text(nat, "VpcId").unwrap_or_default(), text(nat, "SubnetId").unwrap_or_default());
    match routes::table(ask.reading, vpc, subnet) {
        Known::Yes(table) => {
            let out = list(table, "Routes").into_iter().any(|route| {
                text(route, "DestinationCidrBlock") == Some("0.0.0.0/0")
                    && routes::target(route).starts_with("igw-")
                    && routes::is_active(route)
            });
            if out {
                Judgement::open(format!("{id} works, and its subnet reaches the internet."))
            } else {
                gone(
                    id,
                    "no-route-to-destination",
                    format!("{subnet}, where {id} stands, has no route to an internet gateway."),
                )
            }
        }
        Known::Absent => Judgement::unknown("unread", format!("The route table of {subnet} was not read.")),
        Known::Unknown(why) => unread("Whether the NAT gateway reaches the internet", &why),
    }
}

fn gone(id: &str, reason: &'static str, summary: String) -> Judgement {
    Judgement::closed(Effect::Blocked, reason, id, summary).fix(change(
        "Replace the NAT gateway with a public one in a subnet with a route to an internet gateway, or use an endpoint",
        Risk::Medium,
        format!("aws ec2 describe-nat-gateways --nat-gateway-ids {id}"),
    ))
}

/// An internet gateway must be attached and the sender have a public address (VPC User Guide, `VPC_Internet_Gateway`).
pub fn internet_gateway(ask: &Ask<'_>) -> Judgement {
    let (trip, kind) = match trip_with_way(ask, "Whether the internet gateway works") {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    if kind != WayKind::InternetGateway {
        return Judgement::not_applicable("No internet gateway is on the way.");
    }
    let id = trip.way_id();
    let vpc = trip.place.vpc.clone().unwrap_or_default();
    let attached = |gateway: &Value| list(gateway, "Attachments").iter().any(|a| text(a, "VpcId") == Some(&vpc));
    match INTERNET_GATEWAYS.by_id(ask.reading, id) {
        Known::Yes(gateway) if attached(gateway) => {}
        Known::Unknown(why) => return unread("Whether the internet gateway is attached", &why),
        _ => {
            return Judgement::closed(
                Effect::Blocked,
                "bad-state-attachment",
                id,
                format!("{id} is not attached to {vpc}."),
            )
            .fix(change(
                "Attach the internet gateway",
                Risk::High,
                format!("aws ec2 attach-internet-gateway --internet-gateway-id {id} --vpc-id {vpc}"),
            ));
        }
    }
    if trip.place.public_ip.is_none() && trip.place.kind == PlaceKind::Vpc {
        if !trip.place.knows_its_addresses() {
            return Judgement::unknown(
                "unread",
                format!("Nobody knows whether what sends from {} has a public address.", trip.place.label),
            )
            .missing("the workload's network interface (--from eni-…)");
        }
        let summary = format!("{} has no public address, so {id} does not let it out.", trip.place.label);
        return Judgement::closed(
            Effect::Blocked,
            "igw-public-ip-association-for-egress",
            &trip.place.reference,
            summary,
        )
        .fix(change(
            "Use a NAT gateway or an endpoint, or associate an Elastic IP",
            Risk::Medium,
            "aws ec2 associate-address --network-interface-id ENI --allocation-id ALLOCATION",
        ));
    }
    Judgement::open(format!("{id} is attached and the sender has a public address."))
}

/// One more list that must allow, and never grants (PrivateLink Guide, `vpc-endpoints-access`).
pub fn endpoint_policy(ask: &Ask<'_>) -> Judgement {
    let subject = "What the endpoint's policy says";
    let (trip, kind) = match trip_with_way(ask, subject) {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    if !matches!(kind, WayKind::GatewayEndpoint | WayKind::InterfaceEndpoint) {
        return Judgement::not_applicable("The way leads by no VPC endpoint.");
    }
    let case = match Case::new(ask) {
        Ok(case) => case,
        Err(why) => return Judgement::unknown("unread", why),
    };
    let id = trip.way_id();
    let source = trip.endpoint.and_then(|endpoint| endpoint.get("PolicyDocument"));
    let Some(source) = source.filter(|source| source.as_str() != Some("")) else {
        return Judgement::open(format!("{id} carries no policy of its own: everything is let through."));
    };
    let document = match compiled(ask.reading, "ec2:DescribeVpcEndpoints", &format!("{id} policy"), Known::Yes(source))
    {
        Known::Yes(document) => document,
        Known::Absent => return Judgement::unknown("unread", format!("The policy of {id} was not read.")),
        Known::Unknown(why) => return unread(subject, &why),
    };
    let ruling = document.judge(&case.question());
    let command = format!("aws ec2 modify-vpc-endpoint --vpc-endpoint-id {id} --policy-document file://changed.json");
    if let Some(closed) = denied(&case, &document, &ruling, id) {
        return closed.fix(loosen(&document, "of the deny", NETWORK_OWNER, command));
    }
    if ruling.deny() == Tri::Unknown {
        return keys(&format!("What the policy of {id} denies"), &ruling.unknown);
    }
    match ruling.allow(Grade::Account) {
        Tri::True => Judgement::open(format!("The policy of {id} allows {} {}.", who(&case), what(&case)))
            .decided_by(allowed_by(&document, &ruling)),
        Tri::Unknown => keys(&format!("What the policy of {id} allows"), &ruling.unknown),
        Tri::False => {
            let summary = format!("The endpoint policy of {id} does not allow {}.", what(&case));
            let statement = serde_json::json!({"Effect": "Allow", "Principal": "*", "Action": ask.action, "Resource": ask.resource()});
            Judgement::closed(Effect::NoAllow, "no-allow", id, summary)
                .decided_by(nearest(&case, &document))
                .fix(change(format!("Add this statement to the policy of {id}: {statement}"), Risk::Low, command))
        }
    }
}
