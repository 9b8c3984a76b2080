//! Everything that was described, found by id and by address.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;

use serde_json::Value;

use super::super::network::items::{
    ACLS, ENDPOINTS, GROUPS, INSTANCES, INTERFACES, INTERNET_GATEWAYS, Listing, MANAGED_PREFIX_LISTS, NAT_GATEWAYS,
    PEERINGS, PREFIX_LISTS, ROUTE_TABLES, SUBNETS, TGW_ATTACHMENTS, VPCS, flag, list, text,
};
use super::super::network::{Addresses, is_private, routes};
use super::end::End;
use crate::facts::{FactStatus, Facts, Reading};

/// The things of one kind; `None` when nobody collected them, so that one that is not there may exist all the same.
type Kind<'w> = Option<HashMap<&'w str, &'w Value>>;

/// What was described of one or more accounts and Regions.
#[derive(Debug)]
pub struct World<'w> {
    pub(super) interfaces: Kind<'w>,
    pub(super) instances: Kind<'w>,
    pub(super) vpcs: Kind<'w>,
    pub(super) subnets: Kind<'w>,
    pub(super) tables: Kind<'w>,
    pub(super) groups: Kind<'w>,
    pub(super) acls: Kind<'w>,
    pub(super) endpoints: Kind<'w>,
    pub(super) nat_gateways: Kind<'w>,
    pub(super) internet_gateways: Kind<'w>,
    pub(super) peerings: Kind<'w>,
    pub(super) vpc_attachments: Kind<'w>,
    /// Attachments by id and gateway: a peering has one record on either side.
    pub(super) attachments: Option<HashMap<(&'w str, &'w str), &'w Value>>,
    pub(super) gateways: Kind<'w>,
    /// Routes of transit gateway tables by table; `None` for a table means: not collected.
    pub(super) transit_routes: HashMap<&'w str, Vec<&'w Value>>,
    /// Tables of which only the static routes were searched.
    pub(super) static_only: HashSet<&'w str>,
    pub(super) propagations: HashMap<&'w str, Vec<&'w Value>>,
    pub(super) vpn_connections: Kind<'w>,
    pub(super) block_public_access: Option<&'w Value>,
    pub(super) exclusions: Vec<&'w Value>,
    prefix_lists: HashMap<&'w str, Addresses>,
    /// The table of a subnet, by subnet; of a VPC's other subnets, by VPC.
    table_of: HashMap<&'w str, &'w Value>,
    acl_of: HashMap<&'w str, &'w Value>,
    /// Interfaces by private address; addresses may repeat in another VPC.
    by_address: HashMap<IpAddr, Vec<End<'w>>>,
    by_public: HashMap<IpAddr, End<'w>>,
    subnets_of: BTreeMap<&'w str, Vec<(&'w str, Addresses)>>,
    routes: HashMap<&'w str, Vec<Route<'w>>>,
}

/// A route, prepared: what it covers, and how it ranks among equals.
#[derive(Debug)]
struct Route<'w> {
    source: &'w Value,
    covered: Addresses,
    /// By CIDR and static, by prefix list, propagated.
    kind: u8,
}

impl<'w> World<'w> {
    /// Indexes all answers of describe calls, whatever they were narrowed by.
    #[must_use]
    pub fn new(facts: &'w Facts) -> Self {
        let kind = |listing: &Listing| by_id(facts, listing.call, listing.at, listing.id);
        let mut world = World {
            interfaces: kind(&INTERFACES),
            instances: kind(&INSTANCES),
            vpcs: kind(&VPCS),
            subnets: kind(&SUBNETS),
            tables: kind(&ROUTE_TABLES),
            groups: kind(&GROUPS),
            acls: kind(&ACLS),
            endpoints: kind(&ENDPOINTS),
            nat_gateways: kind(&NAT_GATEWAYS),
            internet_gateways: kind(&INTERNET_GATEWAYS),
            peerings: kind(&PEERINGS),
            vpc_attachments: kind(&TGW_ATTACHMENTS),
            attachments: attachments(facts),
            gateways: by_id(facts, "ec2:DescribeTransitGateways", &["TransitGateways"], "TransitGatewayId"),
            transit_routes: per_table(facts, "ec2:SearchTransitGatewayRoutes", "Routes"),
            static_only: static_only(facts),
            propagations: per_table(
                facts,
                "ec2:GetTransitGatewayRouteTablePropagations",
                "TransitGatewayRouteTablePropagations",
            ),
            vpn_connections: by_id(facts, "ec2:DescribeVpnConnections", &["VpnConnections"], "VpnConnectionId"),
            block_public_access: bodies(facts, "ec2:DescribeVpcBlockPublicAccessOptions")
                .find_map(|body| body.get("VpcBlockPublicAccessOptions")),
            exclusions: bodies(facts, "ec2:DescribeVpcBlockPublicAccessExclusions")
                .flat_map(|body| list(body, "VpcBlockPublicAccessExclusions"))
                .collect(),
            prefix_lists: prefix_lists(facts),
            table_of: HashMap::new(),
            acl_of: HashMap::new(),
            by_address: HashMap::new(),
            by_public: HashMap::new(),
            subnets_of: BTreeMap::new(),
            routes: HashMap::new(),
        };
        world.index();
        world
    }

    fn index(&mut self) {
        for table in values(&self.tables) {
            let (id, vpc) = (routes::id(table), text(table, "VpcId").unwrap_or_default());
            for association in list(table, "Associations") {
                match text(association, "SubnetId") {
                    Some(subnet) => _ = self.table_of.insert(subnet, table),
                    None if flag(association, "Main") => _ = self.table_of.insert(vpc, table),
                    None => {}
                }
            }
            let routes = list(table, "Routes").into_iter().filter_map(|route| self.route(route)).collect();
            self.routes.insert(id, routes);
        }
        for acl in values(&self.acls) {
            for association in list(acl, "Associations") {
                self.acl_of.extend(text(association, "SubnetId").map(|subnet| (subnet, acl)));
            }
            if flag(acl, "IsDefault") {
                self.acl_of.extend(text(acl, "VpcId").map(|vpc| (vpc, acl)));
            }
        }
        for (id, subnet) in self.subnets.iter().flatten() {
            let v6 =
                list(subnet, "Ipv6CidrBlockAssociationSet").into_iter().filter_map(|set| text(set, "Ipv6CidrBlock"));
            let blocks = text(subnet, "CidrBlock").into_iter().chain(v6).filter_map(Addresses::cidr).collect();
            self.subnets_of.entry(text(subnet, "VpcId").unwrap_or_default()).or_default().push((id, blocks));
        }
        for end in self.ends() {
            for address in &end.addresses {
                self.by_address.entry(*address).or_default().push(end.clone());
            }
            for public in &end.publics {
                self.by_public.insert(*public, end.clone());
            }
        }
    }

    /// Every interface; where none were collected, the first interface of every instance.
    fn ends(&self) -> Vec<End<'w>> {
        match &self.interfaces {
            Some(interfaces) => interfaces.values().map(|eni| End::of_interface(self, eni)).collect(),
            None => values(&self.instances).filter(|i| End::lives(i)).map(|i| End::of_instance(self, i)).collect(),
        }
    }

    fn route(&self, route: &'w Value) -> Option<Route<'w>> {
        let propagated = u8::from(text(route, "Origin") == Some("EnableVgwRoutePropagation")) * 2;
        let cidr = text(route, "DestinationCidrBlock").or_else(|| text(route, "DestinationIpv6CidrBlock"));
        let (covered, kind) = match cidr {
            Some(cidr) => (Addresses::cidr(cidr)?, propagated),
            None => (self.prefix_list(text(route, "DestinationPrefixListId")?)?.clone(), 1),
        };
        Some(Route { source: route, covered, kind })
    }

    /// The route of a table that takes packets to an address: the longest prefix, then static, prefix list, propagated; the local
    /// route before propagated ones, whatever their length (Site-to-Site VPN User Guide, `vpn-route-priority`).
    pub(super) fn winner(&self, table: &str, to: IpAddr) -> Option<&'w Value> {
        let to = Addresses::from(to);
        let fitting = self.routes.get(table)?.iter().filter(|route| to.minus(&route.covered).is_empty());
        let local = |route: &Route<'_>| routes::target(route.source) == "local";
        let has_local = fitting.clone().any(local);
        fitting
            .filter(|route| !(has_local && route.kind == 2))
            .min_by_key(|route| (route.covered.blocks_with(&to), route.kind))
            .map(|route| route.source)
    }

    /// True when a prefix list in the table could not be expanded, so that a route may be missed. Lists that lead to gateway
    /// endpoints hold public addresses only.
    pub(super) fn has_unread_list(&self, table: &Value, to: IpAddr) -> bool {
        list(table, "Routes")
            .into_iter()
            .filter(|route| !(is_private(to) && routes::target(route).starts_with("vpce-")))
            .filter_map(|route| text(route, "DestinationPrefixListId"))
            .any(|list| self.prefix_list(list).is_none())
    }

    /// The addresses of a prefix list, where its entries were collected.
    pub(super) fn prefix_list(&self, id: &str) -> Option<&Addresses> {
        self.prefix_lists.get(id)
    }

    /// The route table of a subnet: its own, else the VPC's main one.
    pub(super) fn table(&self, vpc: &str, subnet: &str) -> Option<&'w Value> {
        self.table_of.get(subnet).or_else(|| self.table_of.get(vpc)).copied()
    }

    /// The network ACL of a subnet: its own, else the VPC's default one.
    pub(super) fn acl(&self, vpc: &str, subnet: &str) -> Option<&'w Value> {
        self.acl_of.get(subnet).or_else(|| self.acl_of.get(vpc)).copied()
    }

    /// The subnet of a VPC that holds an address.
    pub(super) fn subnet_with(&self, vpc: &str, address: IpAddr) -> Option<&'w str> {
        let address = Addresses::from(address);
        let holds = |(_, blocks): &&(&'w str, Addresses)| address.minus(blocks).is_empty();
        self.subnets_of.get(vpc)?.iter().find(holds).map(|(id, _)| *id)
    }

    /// The blocks of a VPC.
    pub(super) fn vpc_blocks(&self, vpc: &str) -> Option<Addresses> {
        let vpc = self.vpcs.as_ref()?.get(vpc)?;
        let blocks =
            |set: &str, key| -> Vec<&'w str> { list(vpc, set).into_iter().filter_map(|of| text(of, key)).collect() };
        let v4 = blocks("CidrBlockAssociationSet", "CidrBlock");
        let v6 = blocks("Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock");
        Some(text(vpc, "CidrBlock").into_iter().chain(v4).chain(v6).filter_map(Addresses::cidr).collect())
    }

    /// True when something of the VPC was described.
    pub(super) fn describes(&self, vpc: &str) -> bool {
        self.vpcs.as_ref().is_some_and(|vpcs| vpcs.contains_key(vpc)) || self.subnets_of.contains_key(vpc)
    }

    /// The name of a thing, as its description spells it.
    pub(super) fn name_of(&self, kind: &Kind<'w>, id: &str) -> Option<&'w str> {
        kind.as_ref()?.get_key_value(id).map(|(id, _)| *id)
    }

    /// The zone of a subnet.
    pub(super) fn zone(&self, subnet: &str) -> Option<&'w str> {
        let subnet = self.subnets.as_ref()?.get(subnet)?;
        text(subnet, "AvailabilityZone")
    }

    /// The interface with a private address in a VPC.
    pub(super) fn end_at(&self, vpc: &str, address: IpAddr) -> Option<&End<'w>> {
        self.by_address.get(&address)?.iter().find(|end| end.vpc == vpc)
    }

    /// The only interface with a private address.
    pub(super) fn only_end_at(&self, address: IpAddr) -> Option<&End<'w>> {
        match &self.by_address.get(&address)?[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    /// The interface with a public address.
    pub(super) fn end_behind(&self, public: IpAddr) -> Option<&End<'w>> {
        self.by_public.get(&public)
    }
}

fn bodies<'w>(facts: &'w Facts, call: &str) -> impl Iterator<Item = &'w Value> {
    facts.of_call(call).filter(|(_, fact)| fact.status == FactStatus::Ok).filter_map(|(_, fact)| fact.body.as_ref())
}

pub(super) fn values<'w, 'k>(kind: &'k Kind<'w>) -> impl Iterator<Item = &'w Value> + use<'w, 'k> {
    kind.iter().flat_map(HashMap::values).copied()
}

fn by_id<'w>(facts: &'w Facts, call: &str, at: &[&str], id: &str) -> Kind<'w> {
    let mut found: Kind<'w> = None;
    for body in bodies(facts, call) {
        let mut level = vec![body];
        for key in at {
            level = level.into_iter().flat_map(|value| list(value, key)).collect();
        }
        found.get_or_insert_default().extend(level.into_iter().filter_map(|item| Some((text(item, id)?, item))));
    }
    found
}

fn attachments(facts: &Facts) -> Option<HashMap<(&str, &str), &Value>> {
    let mut found: Option<HashMap<_, _>> = None;
    for body in bodies(facts, "ec2:DescribeTransitGatewayAttachments") {
        let items = list(body, "TransitGatewayAttachments").into_iter();
        let keyed = items.filter_map(|item| {
            Some(((text(item, "TransitGatewayAttachmentId")?, text(item, "TransitGatewayId")?), item))
        });
        found.get_or_insert_default().extend(keyed);
    }
    found
}

/// Answers about one transit gateway table each.
fn per_table<'w>(facts: &'w Facts, call: &str, key: &str) -> HashMap<&'w str, Vec<&'w Value>> {
    let mut found: HashMap<&str, Vec<&Value>> = HashMap::new();
    for (_, fact) in facts.of_call(call).filter(|(_, fact)| fact.status == FactStatus::Ok) {
        let table = fact.params.get("TransitGatewayRouteTableId").and_then(Value::as_str);
        if let (Some(table), Some(body)) = (table, &fact.body) {
            found.entry(table).or_default().extend(list(body, key));
        }
    }
    found
}

fn static_only(facts: &Facts) -> HashSet<&str> {
    let searches = facts.of_call("ec2:SearchTransitGatewayRoutes").map(|(_, fact)| fact);
    let narrowed = searches.filter(|fact| {
        let filters = fact.params.get("Filters").and_then(Value::as_array);
        filters.into_iter().flatten().any(|filter| text(filter, "Name") == Some("type"))
    });
    narrowed.filter_map(|fact| fact.params.get("TransitGatewayRouteTableId")?.as_str()).collect()
}

fn prefix_lists(facts: &Facts) -> HashMap<&str, Addresses> {
    let reading = Reading::new(facts);
    let mut found = HashMap::new();
    for listing in [&PREFIX_LISTS, &MANAGED_PREFIX_LISTS] {
        for item in values(&by_id(facts, listing.call, listing.at, listing.id)) {
            let Some(id) = text(item, "PrefixListId") else { continue };
            if let Some(addresses) = super::super::network::rules::prefix_list(&reading, id).yes() {
                found.insert(id, addresses);
            }
        }
    }
    for (_, fact) in facts.of_call("ec2:GetManagedPrefixListEntries") {
        let id = fact.params.get("PrefixListId").and_then(Value::as_str);
        if let (Some(id), Some(body)) = (id, &fact.body) {
            let entries = list(body, "Entries").into_iter().filter_map(|entry| Addresses::cidr(text(entry, "Cidr")?));
            found.entry(id).or_insert_with(|| entries.collect());
        }
    }
    found
}
