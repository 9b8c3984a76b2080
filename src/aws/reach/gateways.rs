//! Internet, NAT and virtual private gateways, and endpoints.

use std::net::IpAddr;

use serde_json::Value;

use super::super::network::Addresses;
use super::super::network::items::{flag, list, text};
use super::super::network::routes;
use super::end::End;
use super::filter::{Direction, References, ephemeral};
use super::walk::{At, Walk};
use super::world::values;
use super::{Stop, World};

const RFC_1918: &[&str] = &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
const RFC_6598: &[&str] = &["100.64.0.0/10"];

fn within(address: IpAddr, blocks: &[&str]) -> bool {
    let blocks: Addresses = blocks.iter().filter_map(|block| Addresses::cidr(block)).collect();
    Addresses::from(address).minus(&blocks).is_empty()
}

impl<'w> Walk<'w, '_> {
    /// An internet gateway lets out whatever has a public address (VPC User Guide, `VPC_Internet_Gateway`).
    pub(super) fn internet_gateway(&mut self, id: &'w str, at: At<'w>) -> Result<(), Stop> {
        self.hop(at.vpc);
        self.hop(id);
        self.world.attached(id, at.vpc)?;
        if within(self.to, RFC_1918) {
            return Err(Stop::blocked("IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", id));
        }
        if within(self.to, RFC_6598) {
            return Err(Stop::blocked("IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS", id));
        }
        self.world.unblocked(id, &at, Way::Out)?;
        if self.answering {
            return Ok(());
        }
        let Some(public) = at.public else {
            return Err(Stop::blocked("IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", id));
        };
        self.expect(&at, Direction::In, self.to);
        match self.world.end_behind(self.to) {
            // The address is of this very network: packets turn round and come in again.
            Some(end) => {
                let end = end.clone();
                self.come_in(&end, public, at.answers)
            }
            None => Ok(()),
        }
    }

    /// An egress-only internet gateway is the way out for IPv6 (VPC User Guide, `egress-only-internet-gateway`).
    pub(super) fn egress_only(&mut self, id: &'w str, at: At<'w>) -> Result<(), Stop> {
        self.hop(at.vpc);
        self.hop(id);
        self.world.unblocked(id, &at, Way::OutOnly)?;
        match self.to {
            IpAddr::V6(_) if self.answering => Err(Stop::blocked("NO_PATH", id)),
            IpAddr::V6(_) => {
                self.expect(&at, Direction::In, self.to);
                Ok(())
            }
            IpAddr::V4(_) => Err(Stop::blocked("PROTOCOL_RESTRICTION", id)),
        }
    }

    /// From the internet to an interface with a public address.
    pub(super) fn arriving(&mut self, source: IpAddr) -> Result<(), Stop> {
        let Some(end) = self.world.end_behind(self.to).cloned() else {
            return Err(match self.world.interfaces.is_some() {
                true => Stop::blocked("IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", ""),
                false => Stop::unknown(Some("UNKNOWN_DESTINATION"), ""),
            });
        };
        self.come_in(&end, source, ephemeral(None))?;
        let Some((end, sender)) = self.ended.take() else { return Ok(()) };
        let mut back = Walk::new(self.world, sender, self.traffic.answers(ephemeral(None)));
        back.answering = true;
        let at = At { public: Some(self.to), ..At::bare(end.vpc, end.subnet, self.to) };
        back.leave(at)
    }

    fn come_in(&mut self, end: &End<'w>, source: IpAddr, answers: (i64, i64)) -> Result<(), Stop> {
        let gateway = self.world.gateway_of(end.vpc)?;
        let private = end.address_for(self.to).unwrap_or(self.to);
        let at = At { references: References::Lost, answers, ..At::bare(end.vpc, end.subnet, source) };
        self.hop(gateway);
        self.world.unblocked(gateway, &at, Way::In)?;
        self.hop(end.vpc);
        let public = std::mem::replace(&mut self.to, private);
        let arrived = self.deliver(end.vpc, &at);
        self.to = public;
        arrived
    }

    /// A NAT gateway stands in a subnet of its own, passes TCP, UDP and ICMP, and takes on the sender's place (VPC User Guide,
    /// `vpc-nat-gateway`, `nat-gateway-basics`).
    pub(super) fn nat_gateway(&mut self, id: &'w str, at: At<'w>) -> Result<(), Stop> {
        self.hop(at.vpc);
        let nat = match &self.world.nat_gateways {
            None => return Err(Stop::unknown(Some("UNKNOWN_RESOURCE"), id)),
            Some(gateways) => gateways.get(id).copied().ok_or_else(|| Stop::blocked("BAD_STATE", id))?,
        };
        let vpc = text(nat, "VpcId").unwrap_or_default();
        let subnet = text(nat, "SubnetId").unwrap_or_default();
        if vpc != at.vpc {
            return Err(Stop::blocked("NGW_REQUIRES_SOURCE_IN_VPC", id));
        }
        if !subnet.is_empty() && subnet != at.subnet {
            self.world.border_passes(vpc, subnet, Direction::In, at.source, self.traffic)?;
        }
        self.hop(id);
        if text(nat, "State").is_some_and(|state| state != "available") {
            return Err(Stop::blocked("BAD_STATE", id));
        }
        if !matches!(self.traffic.protocol, 1 | 6 | 17) {
            return Err(Stop::blocked("PROTOCOL_RESTRICTION", id));
        }
        if self.answering {
            return Err(Stop::blocked("NO_PATH", id));
        }
        self.answers_find_back(vpc, subnet, at.source)?;
        self.expect(&at, Direction::In, self.to);
        if text(nat, "AvailabilityMode") == Some("regional") {
            return self.regional_nat(nat, id, at);
        }
        if subnet != at.subnet {
            // The NAT gateway's answers to the client leave its subnet again.
            let out = At { vpc, subnet, ..at.clone() };
            self.expect(&out, Direction::Out, at.source);
        }
        let address = |key| list(nat, "NatGatewayAddresses").into_iter().find_map(|of| text(of, key)?.parse().ok());
        let private: Option<IpAddr> = address("PrivateIp");
        let own = At {
            vpc,
            subnet,
            source: private.unwrap_or(at.source),
            public: address("PublicIp").filter(|_| text(nat, "ConnectivityType") != Some("private")),
            groups: Vec::new(),
            references: References::Lost,
            nat: true,
            answers: ephemeral(None),
        };
        self.leave(own)
    }

    /// A sender of another VPC gets its answers only where the NAT gateway's own subnet has a route back to it.
    fn answers_find_back(&self, vpc: &'w str, subnet: &'w str, sender: IpAddr) -> Result<(), Stop> {
        let own = self.world.vpc_blocks(vpc).is_none_or(|blocks| Addresses::from(sender).minus(&blocks).is_empty());
        if own || subnet.is_empty() {
            return Ok(());
        }
        let Some(table) = self.world.table(vpc, subnet) else { return Err(Stop::unknown(None, subnet)) };
        match self.world.winner(routes::id(table), sender) {
            Some(route) if !routes::is_active(route) => Err(Stop::blocked("BAD_STATE_ROUTE", subnet)),
            Some(route) if routes::target(route).starts_with("tgw-") => {
                self.world.leads_back(routes::target(route), vpc, sender)
            }
            _ => Err(Stop::blocked("NO_ROUTE_TO_DESTINATION", subnet)),
        }
    }

    /// A regional NAT gateway has no subnet: it stands at the VPC's own internet gateway, zone by zone.
    fn regional_nat(&mut self, nat: &'w Value, id: &'w str, at: At<'w>) -> Result<(), Stop> {
        let zones: Vec<&str> =
            list(nat, "NatGatewayAddresses").into_iter().filter_map(|of| text(of, "AvailabilityZone")).collect();
        if let (false, Some(zone)) = (zones.is_empty(), self.world.zone(at.subnet))
            && !zones.contains(&zone)
        {
            return Err(Stop::blocked("REGIONAL_NGW_ROUTE_AZ_RESTRICTION", id));
        }
        let gateway = self.world.gateway_of(at.vpc)?;
        self.hop(gateway);
        self.world.unblocked(gateway, &At { nat: true, ..at }, Way::Out)
    }

    /// A gateway endpoint takes TCP and echo requests to its prefix list (Reachability Analyzer Guide, `explanation-codes`).
    pub(super) fn endpoint(&mut self, id: &'w str, at: &At<'w>) -> Result<(), Stop> {
        self.hop(at.vpc);
        self.hop(id);
        self.available_endpoint(id)?;
        let described = self.world.endpoints.as_ref().and_then(|endpoints| endpoints.get(id));
        if described.is_some_and(|endpoint| text(endpoint, "VpcEndpointType") == Some("GatewayLoadBalancer")) {
            return Err(Stop::unknown(Some("UNSUPPORTED_COMPONENT"), id));
        }
        if !matches!((self.traffic.protocol, self.traffic.ports), (6, _) | (1, (8, 8))) {
            return Err(Stop::blocked("VPCE_GATEWAY_PROTOCOL_RESTRICTION", id));
        }
        if at.nat || at.references != References::Kept {
            // "Endpoint connections cannot be extended out of a VPC" (PrivateLink Guide, `gateway-endpoints`).
            return Err(Stop::blocked("NO_POSSIBLE_DESTINATION", id));
        }
        self.expect(at, Direction::In, self.to);
        Ok(())
    }

    /// An endpoint that is there and works.
    pub(super) fn available_endpoint(&self, id: &str) -> Result<(), Stop> {
        let Some(endpoints) = &self.world.endpoints else {
            return Err(Stop::unknown(Some("UNKNOWN_RESOURCE"), id));
        };
        match endpoints.get(id).map(|endpoint| text(endpoint, "State").unwrap_or("available").to_ascii_lowercase()) {
            Some(state) if state == "available" => Ok(()),
            _ => Err(Stop::blocked("BAD_STATE", id)),
        }
    }

    /// A virtual private gateway: what lies behind it is told by the static routes of its VPN connections only.
    pub(super) fn private_gateway(&mut self, id: &'w str, at: &At<'w>) -> Result<(), Stop> {
        self.hop(at.vpc);
        self.hop(id);
        let Some(_) = self.world.vpn_connections else { return Err(Stop::unknown(Some("UNKNOWN_DESTINATION"), id)) };
        let own: Vec<&Value> = values(&self.world.vpn_connections)
            .filter(|vpn| text(vpn, "VpnGatewayId") == Some(id) && text(vpn, "State") == Some("available"))
            .collect();
        let to = Addresses::from(self.to);
        let routes = own.iter().flat_map(|vpn| list(vpn, "Routes"));
        let covered: Addresses =
            routes.filter_map(|route| Addresses::cidr(text(route, "DestinationCidrBlock")?)).collect();
        if to.minus(&covered).is_empty() {
            self.expect(at, Direction::In, self.to);
            return Ok(());
        }
        let only_static = |vpn: &&Value| vpn.get("Options").is_some_and(|options| flag(options, "StaticRoutesOnly"));
        // Without a VPN it is there for Direct Connect, which nothing here describes.
        match !own.is_empty() && own.iter().all(only_static) {
            true => Err(Stop::blocked("NO_ROUTE_TO_DESTINATION", id)),
            // Routes learnt by BGP stand in no answer.
            false => Err(Stop::unknown(Some("UNKNOWN_DESTINATION"), id)),
        }
    }
}

/// Which way packets pass an internet gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Out of the VPC.
    Out,
    /// Out by a gateway that lets nothing in.
    OutOnly,
    /// Into it.
    In,
}

impl<'w> World<'w> {
    /// An internet gateway must be attached to the VPC.
    fn attached(&self, id: &str, vpc: &str) -> Result<(), Stop> {
        let Some(gateways) = &self.internet_gateways else { return Err(Stop::unknown(Some("UNKNOWN_RESOURCE"), id)) };
        let attached = gateways.get(id).is_some_and(|gateway| {
            let of = |attachment: &&Value| {
                let works = text(attachment, "State").is_none_or(|state| matches!(state, "available" | "attached"));
                text(attachment, "VpcId") == Some(vpc) && works
            };
            list(gateway, "Attachments").iter().any(of)
        });
        if attached { Ok(()) } else { Err(Stop::blocked("BAD_STATE_ATTACHMENT", id)) }
    }

    /// The internet gateway of a VPC.
    fn gateway_of(&self, vpc: &'w str) -> Result<&'w str, Stop> {
        let Some(gateways) = &self.internet_gateways else { return Err(Stop::unknown(Some("UNKNOWN_RESOURCE"), vpc)) };
        let attached = gateways.keys().find(|id| self.attached(id, vpc).is_ok());
        attached.copied().ok_or_else(|| Stop::blocked("BAD_STATE_ATTACHMENT", vpc))
    }

    /// VPC Block Public Access: bidirectional stops all; ingress-only lets NAT and egress-only gateways work, which open connections
    /// outwards only. Excluded VPCs and subnets pass (VPC User Guide, `security-vpc-bpa`).
    fn unblocked(&self, gateway: &str, at: &At<'w>, way: Way) -> Result<(), Stop> {
        let Some(options) = self.block_public_access else { return Ok(()) };
        let mode = text(options, "InternetGatewayBlockMode").unwrap_or("off");
        let passes = match mode {
            "off" => true,
            "block-ingress" if way == Way::OutOnly || (way == Way::Out && at.nat) => true,
            _ => self.excluded(at, way),
        };
        if passes { Ok(()) } else { Err(Stop::blocked("VPC_BLOCK_PUBLIC_ACCESS_ENABLED", gateway)) }
    }

    fn excluded(&self, at: &At<'w>, way: Way) -> bool {
        self.exclusions.iter().any(|exclusion| {
            let of = text(exclusion, "ResourceArn").and_then(|arn| arn.rsplit('/').next());
            let works = matches!(
                text(exclusion, "State"),
                None | Some("create-complete" | "update-complete" | "update-in-progress")
            );
            let both = text(exclusion, "InternetGatewayExclusionMode") == Some("allow-bidirectional");
            let outwards = way == Way::OutOnly || (way == Way::Out && at.nat);
            works && (of == Some(at.vpc) || of == Some(at.subnet)) && (both || outwards)
        })
    }

    /// Whether VPC Block Public Access lets a subnet's packets out; `nat`: a NAT gateway sends them.
    #[must_use]
    pub fn lets_out(&self, vpc: &str, subnet: &str, nat: bool) -> bool {
        let (Some(vpc), Some(subnet)) = (self.name_of(&self.vpcs, vpc), self.name_of(&self.subnets, subnet)) else {
            return self.block_public_access.is_none();
        };
        self.unblocked("", &At { nat, ..At::bare(vpc, subnet, IpAddr::from([0, 0, 0, 0])) }, Way::Out).is_ok()
    }

    /// The subnet that a NAT gateway stands in.
    #[must_use]
    pub fn nat_subnet(&self, id: &str) -> Option<&'w str> {
        text(self.nat_gateways.as_ref()?.get(id)?, "SubnetId")
    }
}
