//! Transit gateways and peering (Transit Gateway Guide, `how-transit-gateways-work`; VPC Peering Guide, `vpc-peering-basics`).

use std::net::IpAddr;

use serde_json::Value;

use super::super::network::Addresses;
use super::super::network::items::{list, text, texts};
use super::super::network::traffic::Traffic;
use super::filter::{Direction, References};
use super::walk::{At, Walk};
use super::world::values;
use super::{Stop, World};

/// Packets pass no more gateways than this.
const MOST_GATEWAYS: usize = 4;

impl<'w> Walk<'w, '_> {
    /// A peering connection passes what goes to the other VPC's own blocks and comes from this one's: no edge-to-edge routing.
    pub(super) fn peering(&mut self, id: &'w str, at: At<'w>) -> Result<(), Stop> {
        self.hop(at.vpc);
        let peering = match &self.world.peerings {
            None => return Err(Stop::unknown(Some("UNKNOWN_RESOURCE"), id)),
            Some(peerings) => peerings.get(id).copied().ok_or_else(|| Stop::blocked("BAD_STATE", id))?,
        };
        if peering.get("Status").and_then(|status| text(status, "Code")) != Some("active") {
            return Err(Stop::blocked("BAD_STATE", id));
        }
        let sides = ["RequesterVpcInfo", "AccepterVpcInfo"].map(|side| peering.get(side).unwrap_or(&Value::Null));
        let (own, other): (Vec<&Value>, Vec<&Value>) =
            sides.into_iter().partition(|side| text(side, "VpcId") == Some(at.vpc));
        let ([own], [other]) = (&own[..], &other[..]) else { return Err(Stop::blocked("DISCONNECTED_VPCS", id)) };
        let inside = |address, side: &&Value| Addresses::from(address).minus(&self.blocks_of(side)).is_empty();
        if !inside(self.to, other) || !inside(at.source, own) {
            return Err(Stop::blocked("PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", at.vpc));
        }
        let peer = text(other, "VpcId").unwrap_or_default();
        self.hop(peer);
        self.deliver(peer, &at)
    }

    /// The blocks of a side of a peering: as the connection says, and as the VPC does.
    fn blocks_of(&self, side: &Value) -> Addresses {
        let listed = ["CidrBlockSet", "Ipv6CidrBlockSet"].into_iter().flat_map(|set| list(side, set));
        let said = listed.filter_map(|of| text(of, "CidrBlock").or_else(|| text(of, "Ipv6CidrBlock")));
        let said: Addresses = text(side, "CidrBlock").into_iter().chain(said).filter_map(Addresses::cidr).collect();
        let known = text(side, "VpcId").and_then(|vpc| self.world.vpc_blocks(vpc)).unwrap_or_default();
        said.or(&known)
    }

    /// Into a transit gateway, through the attachment of the VPC, which must have a subnet in the sender's zone.
    pub(super) fn transit(&mut self, id: &'w str, mut at: At<'w>) -> Result<(), Stop> {
        let Some(attached) = &self.world.vpc_attachments else {
            self.hop(at.vpc);
            self.hop(id);
            return Err(Stop::unknown(Some("UNKNOWN_RESOURCE"), id));
        };
        let of = |attachment: &&&Value| {
            text(attachment, "TransitGatewayId") == Some(id) && text(attachment, "VpcId") == Some(at.vpc)
        };
        let Some(attachment) = attached.values().filter(|found| usable(found)).find(of).copied() else {
            self.hop(at.vpc);
            return Err(Stop::blocked("BAD_STATE_ATTACHMENT", id));
        };
        let zone = self.world.zone(at.subnet);
        let feet = texts(attachment, "SubnetIds");
        let Some(foot) = feet.iter().find(|foot| self.world.zone(foot) == zone) else {
            return Err(Stop::blocked("TGW_ROUTE_AZ_RESTRICTION", at.subnet));
        };
        self.hop(at.vpc);
        if let Some(foot) = self.world.subnets.as_ref().and_then(|subnets| subnets.get_key_value(foot.as_str())) {
            // Inbound rules of the attachment's subnet see the sender (Transit Gateway Guide, `tgw-nacls`).
            self.world.border_passes(at.vpc, foot.0, Direction::In, at.source, self.traffic)?;
        }
        self.hop(id);
        at.references = self.world.references_behind(id, attachment, at.references);
        let attachment = text(attachment, "TransitGatewayAttachmentId").unwrap_or_default();
        self.through(id, attachment, at)
    }

    /// Through a transit gateway: the table that the attachment is associated with says where to.
    fn through(&mut self, gateway: &'w str, attachment: &str, at: At<'w>) -> Result<(), Stop> {
        let (mut gateway, mut attachment) = (gateway, attachment.to_owned());
        for _ in 0..MOST_GATEWAYS {
            let route = self.world.transit_route(gateway, &attachment, self.to)?;
            match route {
                Onward::Vpc { attachment, vpc } => return self.enter_vpc(gateway, attachment, vpc, at),
                Onward::Gateway { attachment: next, gateway: other } => {
                    self.hop(other);
                    (gateway, attachment) = (other, next.to_owned());
                }
                Onward::Elsewhere => return Err(Stop::unknown(Some("UNKNOWN_DESTINATION"), gateway)),
            }
        }
        Err(Stop::blocked("NO_PATH", gateway))
    }

    /// Out of a transit gateway into a VPC, through the attachment's subnet in the receiver's zone.
    fn enter_vpc(&mut self, gateway: &str, attachment: &str, vpc: &'w str, mut at: At<'w>) -> Result<(), Stop> {
        self.hop(vpc);
        let Some(described) = self.world.vpc_attachments.as_ref().and_then(|all| all.get(attachment).copied()) else {
            return Err(Stop::unknown(Some("UNKNOWN_RESOURCE"), gateway));
        };
        if !usable(described) {
            return Err(Stop::blocked("BAD_STATE_ATTACHMENT", gateway));
        }
        if self.world.subnet_with(vpc, self.to).is_none() && self.world.describes(vpc) {
            return self.pass_through(gateway, described, vpc, at);
        }
        if let Some(subnet) = self.world.subnet_with(vpc, self.to) {
            let zone = self.world.zone(subnet);
            let feet = texts(described, "SubnetIds");
            let Some(foot) = feet.iter().find(|foot| self.world.zone(foot) == zone) else {
                return Err(Stop::blocked("TGW_ATTACH_VPC_AZ_RESTRICTION", vpc));
            };
            if foot != subnet {
                self.world.border_passes(vpc, foot, Direction::Out, self.to, self.traffic)?;
            }
        }
        at.references = self.world.references_behind(gateway, described, at.references);
        self.deliver(vpc, &at)
    }
}

impl<'w> Walk<'w, '_> {
    /// What is not for the VPC itself goes on by the route table of the attachment's subnet: a VPC that others leave by.
    fn pass_through(&mut self, gateway: &str, attachment: &Value, vpc: &'w str, mut at: At<'w>) -> Result<(), Stop> {
        let blocks = self.world.vpc_blocks(vpc).unwrap_or_default();
        if Addresses::from(self.to).minus(&blocks).is_empty() {
            return Err(Stop::blocked("NO_POSSIBLE_DESTINATION", vpc));
        }
        let feet = texts(attachment, "SubnetIds");
        let zone = self.world.zone(at.subnet);
        // A packet stays in its zone where the attachment has a subnet there.
        let foot = feet.iter().find(|foot| self.world.zone(foot) == zone).or(feet.first());
        let Some(foot) = foot.and_then(|foot| self.world.name_of(&self.world.subnets, foot)) else {
            return Err(Stop::unknown(Some("UNKNOWN_RESOURCE"), gateway));
        };
        if at.references == References::Kept {
            at.references = References::Unsupported;
        }
        self.leave(At { vpc, subnet: foot, public: None, ..at })
    }
}

/// Where a transit gateway's table leads.
enum Onward<'w> {
    Vpc {
        attachment: &'w str,
        vpc: &'w str,
    },
    Gateway {
        attachment: &'w str,
        gateway: &'w str,
    },
    /// A VPN, Direct Connect or Connect attachment: what lies behind it is not described.
    Elsewhere,
}

fn usable(attachment: &Value) -> bool {
    matches!(text(attachment, "State"), None | Some("available" | "modifying"))
}

impl<'w> World<'w> {
    /// What becomes of TCP packets that a subnet sends into a transit gateway.
    pub fn beyond(&self, gateway: &str, vpc: &str, subnet: &str, to: IpAddr, port: i64) -> Result<(), Stop> {
        let described = (self.name_of(&self.vpcs, vpc), self.name_of(&self.subnets, subnet));
        let (Some(vpc), Some(subnet)) = described else { return Err(Stop::unknown(Some("UNKNOWN_RESOURCE"), subnet)) };
        let gateways = self.attachments.iter().flatten().map(|((_, gateway), _)| *gateway);
        let Some(gateway) = gateways.into_iter().find(|known| *known == gateway) else {
            return Err(Stop::blocked("BAD_STATE_ATTACHMENT", gateway));
        };
        let block =
            self.subnets.as_ref().and_then(|subnets| text(subnets.get(subnet)?, "CidrBlock")).and_then(Addresses::cidr);
        // Any address of the subnet stands for the sender's.
        let source = block.and_then(|block| block.first()).unwrap_or(to);
        let mut walk = Walk::new(self, to, Traffic::tcp((port, port)));
        walk.transit(gateway, At::bare(vpc, subnet, source))?;
        walk.borders_back()
    }

    /// Whether answers that a VPC sends into a transit gateway are led on to their receiver.
    pub(super) fn leads_back(&self, gateway: &'w str, vpc: &str, to: IpAddr) -> Result<(), Stop> {
        let attached = values(&self.vpc_attachments)
            .find(|of| text(of, "TransitGatewayId") == Some(gateway) && text(of, "VpcId") == Some(vpc) && usable(of));
        let Some(attachment) = attached.and_then(|of| text(of, "TransitGatewayAttachmentId")) else {
            return Err(Stop::blocked("BAD_STATE_ATTACHMENT", gateway));
        };
        self.transit_route(gateway, attachment, to).map(drop)
    }

    /// The VPCs that a VPC peers with.
    pub(super) fn peers_of(&self, vpc: &str) -> Vec<&'w str> {
        let mut peers = Vec::new();
        for peering in values(&self.peerings) {
            let sides =
                ["RequesterVpcInfo", "AccepterVpcInfo"].map(|side| peering.get(side).and_then(|of| text(of, "VpcId")));
            match sides {
                [Some(own), Some(other)] if own == vpc => peers.push(other),
                [Some(other), Some(own)] if own == vpc => peers.push(other),
                _ => {}
            }
        }
        peers
    }

    /// Security group references cross a transit gateway only where gateway and attachment support them.
    fn references_behind(&self, gateway: &str, attachment: &Value, before: References) -> References {
        let on = |of: &Value| {
            of.get("Options").and_then(|options| text(options, "SecurityGroupReferencingSupport")) == Some("enable")
        };
        let gateway = self.gateways.as_ref().and_then(|gateways| gateways.get(gateway));
        match (before, gateway) {
            (References::Lost | References::Unsupported, _) => before,
            _ if !on(attachment) => References::Unsupported,
            (_, None) => References::Unknown,
            (_, Some(gateway)) if on(gateway) => before,
            (_, Some(_)) => References::Unsupported,
        }
    }

    /// The longest route of the table that an attachment is associated with; static before propagated.
    fn transit_route(&self, gateway: &'w str, attachment: &str, to: IpAddr) -> Result<Onward<'w>, Stop> {
        let Some(attachments) = &self.attachments else {
            return Err(Stop::unknown(Some("TGW_RTB_ROUTES_ARE_UNKNOWN"), gateway));
        };
        let own =
            attachments.get(&(attachment, gateway)).ok_or_else(|| Stop::unknown(Some("UNKNOWN_RESOURCE"), gateway))?;
        let association = own.get("Association").filter(|of| matches!(text(of, "State"), None | Some("associated")));
        let Some(table) = association.and_then(|of| text(of, "TransitGatewayRouteTableId")) else {
            return Err(Stop::blocked("TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION", gateway));
        };
        let routes = self.transit_routes.get(table);
        let propagations = self.propagations.get(table);
        // A search gives propagated routes as well, unless it was for static ones only.
        let mut incomplete = propagations.is_none() && self.static_only.contains(table);
        if routes.is_none() {
            return Err(Stop::unknown(Some("TGW_RTB_ROUTES_ARE_UNKNOWN"), gateway));
        }
        let to = Addresses::from(to);
        // Size of the block, static before propagated, active or not, the attachment.
        let mut best: Option<(u128, bool, bool, Option<&'w str>)> = None;
        let mut offer = |blocks: &Addresses, propagated: bool, blackhole: bool, attachment: Option<&'w str>| {
            if !to.minus(blocks).is_empty() {
                return;
            }
            let rank = (blocks.blocks_with(&to), propagated);
            if best.is_none_or(|(size, kind, ..)| rank < (size, kind)) {
                best = Some((rank.0, rank.1, blackhole, attachment));
            }
        };
        for route in routes.into_iter().flatten().copied() {
            let Some(block) = text(route, "DestinationCidrBlock").and_then(Addresses::cidr) else { continue };
            let attachment = list(route, "TransitGatewayAttachments")
                .into_iter()
                .find_map(|of| text(of, "TransitGatewayAttachmentId"));
            offer(
                &block,
                text(route, "Type") == Some("propagated"),
                text(route, "State") == Some("blackhole"),
                attachment,
            );
        }
        for of in propagations.into_iter().flatten().copied().filter(|of| text(of, "State") == Some("enabled")) {
            let attachment = text(of, "TransitGatewayAttachmentId");
            // Only a VPC's routes can be told from its description.
            match text(of, "ResourceId").and_then(|vpc| self.vpc_blocks(vpc)) {
                Some(blocks) => offer(&blocks, true, false, attachment),
                None => incomplete = true,
            }
        }
        match best {
            // A longer route may stand among those that are not known.
            _ if incomplete => Err(Stop::unknown(Some("TGW_RTB_ROUTES_ARE_UNKNOWN"), gateway)),
            None => Err(Stop::blocked("TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", gateway)),
            Some((_, _, true, _)) => Err(Stop::blocked("TGW_RTB_BAD_STATE_ROUTE", gateway)),
            Some((.., None)) => Err(Stop::unknown(Some("UNKNOWN_DESTINATION"), gateway)),
            Some((.., Some(attachment))) => self.onward(gateway, attachment),
        }
    }

    fn onward(&self, gateway: &'w str, attachment: &'w str) -> Result<Onward<'w>, Stop> {
        let described = self.attachments.as_ref().and_then(|all| all.get(&(attachment, gateway)).copied());
        let Some(described) = described else { return Err(Stop::unknown(Some("UNKNOWN_RESOURCE"), gateway)) };
        if !usable(described) {
            return Err(Stop::blocked("BAD_STATE_ATTACHMENT", gateway));
        }
        let resource = text(described, "ResourceId").unwrap_or_default();
        Ok(match text(described, "ResourceType") {
            Some("vpc") => Onward::Vpc { attachment, vpc: resource },
            Some("peering" | "tgw-peering") => Onward::Gateway { attachment, gateway: resource },
            _ => Onward::Elsewhere,
        })
    }
}
