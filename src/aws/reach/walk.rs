//! The way forth: route by route, hop by hop; and the way back.

use std::net::IpAddr;

use serde_json::Value;

use super::super::network::is_private;
use super::super::network::items::text;
use super::super::network::routes;
use super::super::network::traffic::Traffic;
use super::end::{End, EndKind};
use super::filter::{Direction, References, ephemeral};
use super::{Stop, World};

/// Packets visit no more stations than this: two gateways that send them to and fro end here.
const MOST_STEPS: usize = 16;

/// A border that answers have to pass again: of a subnet, seen from an address.
#[derive(Debug)]
pub(super) struct Return<'w> {
    pub vpc: &'w str,
    pub subnet: &'w str,
    pub direction: Direction,
    pub remote: IpAddr,
    pub ports: (i64, i64),
}

/// Where packets are, and whose they seem to be.
#[derive(Debug, Clone)]
pub(super) struct At<'w> {
    pub vpc: &'w str,
    pub subnet: &'w str,
    /// The address they carry as their sender's.
    pub source: IpAddr,
    /// The public address of the interface that sends them.
    pub public: Option<IpAddr>,
    /// The groups of the interface that sent them first.
    pub groups: Vec<&'w str>,
    pub references: References,
    /// They come from a NAT gateway.
    pub nat: bool,
    /// The ports that answers go to.
    pub answers: (i64, i64),
}

impl<'w> At<'w> {
    /// Packets of a subnet, of whose sender nothing else is known.
    pub fn bare(vpc: &'w str, subnet: &'w str, source: IpAddr) -> Self {
        At {
            vpc,
            subnet,
            source,
            public: None,
            groups: Vec::new(),
            references: References::Kept,
            nat: false,
            answers: ephemeral(None),
        }
    }
}

/// One flow on its way.
#[derive(Debug)]
pub(super) struct Walk<'w, 'a> {
    pub world: &'a World<'w>,
    pub to: IpAddr,
    pub traffic: Traffic,
    /// Packets are answers: security groups let them pass.
    pub answering: bool,
    pub hops: Vec<String>,
    pub returns: Vec<Return<'w>>,
    /// Where the flow ended, when it ended at an interface: it, and who it thinks has sent.
    pub ended: Option<(End<'w>, IpAddr)>,
    steps: usize,
}

impl<'w, 'a> Walk<'w, 'a> {
    pub fn new(world: &'a World<'w>, to: IpAddr, traffic: Traffic) -> Self {
        Walk { world, to, traffic, answering: false, hops: Vec::new(), returns: Vec::new(), ended: None, steps: 0 }
    }

    /// From an interface to the destination and back again.
    pub fn there_and_back(&mut self, from: &End<'w>, node: &str) -> Result<(), Stop> {
        self.there(from, node)?;
        self.back(from)
    }

    fn there(&mut self, from: &End<'w>, node: &str) -> Result<(), Stop> {
        self.hop(node);
        if from.down && !self.answering {
            return Err(Stop::blocked("BAD_STATE", node));
        }
        if from.kind == EndKind::Endpoint && !self.answering {
            return Err(Stop::blocked("VPCE_INTRA_VPC_TRAFFIC", node));
        }
        if from.kind == EndKind::Other && !self.answering {
            return Err(Stop::unknown(Some("UNSUPPORTED_COMPONENT"), node));
        }
        let Some(source) = from.address_for(self.to) else {
            return Err(Stop::blocked("UNASSOCIATED_COMPONENT", node));
        };
        let public = if source.is_ipv6() { Some(source) } else { from.publics.first().copied() };
        let at = At {
            vpc: from.vpc,
            subnet: from.subnet,
            source,
            public,
            groups: from.groups.clone(),
            references: References::Kept,
            nat: from.kind == EndKind::Nat,
            answers: ephemeral(Some(from)),
        };
        if !self.answering && from.kind == EndKind::Workload {
            let peer = self.world.end_at(from.vpc, self.to);
            let groups = peer.map_or_else(|| self.peer_groups(from.vpc), |end| end.groups.clone());
            self.world.groups_pass(from, Direction::Out, self.traffic, (self.to, &groups), References::Kept)?;
        }
        let beside = self.world.end_at(from.vpc, self.to).is_some_and(|end| end.subnet == from.subnet);
        if beside || self.world.subnet_with(from.vpc, self.to) == Some(from.subnet) {
            // Inside a subnet there are neither routes nor network ACLs.
            return self.arrive(&at);
        }
        if self.world.subnets.is_none() && is_private(self.to) {
            return Err(Stop::unknown(Some("UNKNOWN_DESTINATION"), from.subnet));
        }
        self.leave(at)
    }

    /// The groups of the destination where it stands in a VPC that this one peers with.
    fn peer_groups(&self, vpc: &str) -> Vec<&'w str> {
        let peers = self.world.peers_of(vpc);
        peers.iter().find_map(|peer| self.world.end_at(peer, self.to)).map(|end| end.groups.clone()).unwrap_or_default()
    }

    /// Answers go the other way, through network ACLs and routes of their own.
    fn back(&mut self, from: &End<'w>) -> Result<(), Stop> {
        self.borders_back()?;
        let Some((end, sender)) = self.ended.take() else { return Ok(()) };
        let ports = if from.addresses.contains(&sender) { ephemeral(Some(from)) } else { ephemeral(None) };
        let mut back = Walk::new(self.world, sender, self.traffic.answers(ports));
        back.answering = true;
        back.there(&end, end.node)
    }

    /// The network ACLs that answers have to pass again, from the far end on.
    pub fn borders_back(&mut self) -> Result<(), Stop> {
        for at in std::mem::take(&mut self.returns).iter().rev() {
            let traffic = self.traffic.answers(at.ports);
            self.world.border_passes(at.vpc, at.subnet, at.direction, at.remote, traffic)?;
        }
        Ok(())
    }

    /// Out of a subnet: its network ACL, its route table, and whatever that leads to.
    pub fn leave(&mut self, at: At<'w>) -> Result<(), Stop> {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return Err(Stop::blocked("NO_PATH", at.subnet));
        }
        self.hop(at.subnet);
        self.world.border_passes(at.vpc, at.subnet, Direction::Out, self.to, self.traffic)?;
        let Some(table) = self.world.table(at.vpc, at.subnet) else {
            return Err(Stop::unknown(None, at.subnet));
        };
        let winner = self.world.winner(routes::id(table), self.to);
        if self.world.has_unread_list(table, self.to) && winner.is_none_or(|route| routes::target(route) != "local") {
            return Err(Stop::unknown(Some("UNKNOWN_DESTINATION"), at.subnet));
        }
        let Some(route) = winner else {
            return Err(Stop::blocked("NO_ROUTE_TO_DESTINATION", at.subnet));
        };
        if !routes::is_active(route) {
            return Err(Stop::blocked("BAD_STATE_ROUTE", at.subnet));
        }
        self.follow(route, at)
    }

    fn follow(&mut self, route: &'w Value, at: At<'w>) -> Result<(), Stop> {
        let target = routes::target(route);
        match target.split('-').next().unwrap_or_default() {
            "local" => {
                self.hop(at.vpc);
                self.deliver(at.vpc, &at)
            }
            "igw" => self.internet_gateway(target, at),
            "eigw" => self.egress_only(target, at),
            "nat" => self.nat_gateway(target, at),
            "vpce" => self.endpoint(target, &at),
            "vgw" => self.private_gateway(target, &at),
            "pcx" => self.peering(target, at),
            "tgw" => self.transit(target, at),
            "eni" | "i" => self.middlebox(target, text(route, "NetworkInterfaceId"), &at),
            _ => Err(Stop::unknown(Some("UNSUPPORTED_COMPONENT"), target)),
        }
    }

    /// Inside a VPC, from its router to the interface with the destination's address.
    pub fn deliver(&mut self, vpc: &'w str, at: &At<'w>) -> Result<(), Stop> {
        let Some(subnet) = self.world.subnet_with(vpc, self.to) else {
            return Err(match self.world.subnets.is_some() && self.world.describes(vpc) {
                true => Stop::blocked("NO_POSSIBLE_DESTINATION", vpc),
                false => Stop::unknown(Some("UNKNOWN_DESTINATION"), vpc),
            });
        };
        self.hop(subnet);
        self.world.border_passes(vpc, subnet, Direction::In, at.source, self.traffic)?;
        self.arrive(&At { vpc, subnet, ..at.clone() })
    }

    /// At the interface with the destination's address.
    pub fn arrive(&mut self, at: &At<'w>) -> Result<(), Stop> {
        let Some(end) = self.world.end_at(at.vpc, self.to) else {
            return Err(match (&self.world.interfaces, &self.world.instances) {
                (None, None) => Stop::unknown(Some("UNKNOWN_DESTINATION"), at.subnet),
                // Without the list of interfaces something that is no instance may have the address.
                (None, Some(_)) => Stop::unknown(Some("UNKNOWN_DESTINATION"), at.subnet),
                (Some(_), _) => Stop::blocked("NO_POSSIBLE_DESTINATION", at.subnet),
            });
        };
        self.hop(end.node);
        if self.answering {
            return Ok(());
        }
        if end.down {
            return Err(Stop::blocked("BAD_STATE", end.node));
        }
        match end.kind {
            // A NAT gateway takes no connections to itself.
            EndKind::Nat => return Err(Stop::blocked("NGW_DEST_ADDRESS_PRESERVATION", end.node)),
            EndKind::Other => return Err(Stop::unknown(Some("UNSUPPORTED_COMPONENT"), end.node)),
            EndKind::Endpoint => self.available_endpoint(end.node)?,
            EndKind::Workload => {}
        }
        self.world.groups_pass(end, Direction::In, self.traffic, (at.source, &at.groups), at.references)?;
        self.ended = Some((end.clone(), at.source));
        Ok(())
    }

    /// An interface of the customer's own that packets are sent through.
    fn middlebox(&mut self, target: &str, eni: Option<&str>, at: &At<'w>) -> Result<(), Stop> {
        self.hop(at.vpc);
        let described = eni.and_then(|eni| self.world.interfaces.as_ref()?.get(eni).copied());
        let node = described.map_or(target, |eni| End::of_interface(self.world, eni).node);
        let node = node.to_owned();
        self.hop(&node);
        match described.and_then(|eni| eni.get("SourceDestCheck")).and_then(Value::as_bool) {
            Some(true) => Err(Stop::blocked("ENI_SOURCE_DEST_CHECK_RESTRICTION", node)),
            // What the software on it does with packets nobody describes.
            _ => Err(Stop::unknown(None, node)),
        }
    }

    pub fn hop(&mut self, node: &str) {
        self.hops.push(node.to_owned());
    }

    /// Answers will have to pass a subnet's border.
    pub fn expect(&mut self, at: &At<'w>, direction: Direction, remote: IpAddr) {
        let ports = at.answers;
        self.returns.push(Return { vpc: at.vpc, subnet: at.subnet, direction, remote, ports });
    }
}
