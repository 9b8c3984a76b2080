//! Security groups and network ACLs, asked about one flow.

use std::net::IpAddr;

use serde_json::Value;

use super::super::network::Addresses;
use super::super::network::items::{list, text};
use super::super::network::rules::{EPHEMERAL, LINUX_EPHEMERAL, acl_allows, covers};
use super::super::network::traffic::Traffic;
use super::world::World;
use super::{Stop, end::End};

/// Ports that Windows clients choose (VPC User Guide, `custom-network-acl`).
const WINDOWS_EPHEMERAL: (i64, i64) = (49152, 65535);

/// The ports that answers to a client go to.
#[must_use]
pub fn ephemeral(client: Option<&End<'_>>) -> (i64, i64) {
    match client {
        Some(end) if end.windows => WINDOWS_EPHEMERAL,
        Some(_) => LINUX_EPHEMERAL,
        None => EPHEMERAL,
    }
}

/// Whether references to groups mean anything at the far end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum References {
    /// In the VPC, and over peering.
    Kept,
    /// The transit gateway or its attachment does not support them.
    Unsupported,
    /// Whether the transit gateway supports them was not described.
    Unknown,
    /// NAT has made the packet somebody else's.
    Lost,
}

/// Which way packets pass an interface or a subnet's border.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Out of it.
    Out,
    /// Into it.
    In,
}

impl World<'_> {
    /// Whether the groups of an interface let a flow through: the union of all rules; stateful, so answers are never asked (VPC
    /// User Guide, `security-group-rules`).
    pub(super) fn groups_pass(
        &self,
        end: &End<'_>,
        direction: Direction,
        traffic: Traffic,
        peer: (IpAddr, &[&str]),
        references: References,
    ) -> Result<(), Stop> {
        let key = match direction {
            Direction::Out => "IpPermissionsEgress",
            Direction::In => "IpPermissions",
        };
        if end.groups.is_empty() {
            return Err(Stop::unknown(None, end.node));
        }
        let (mut rules, mut unread, mut refused_reference) = (0, self.groups.is_none(), false);
        for id in &end.groups {
            let Some(group) = self.groups.as_ref().and_then(|groups| groups.get(id)) else {
                unread = true;
                continue;
            };
            for rule in list(group, key) {
                rules += 1;
                if !covers(rule, traffic) {
                    continue;
                }
                let (by_address, list_unread) = self.rule_has(rule, peer.0);
                unread |= list_unread;
                let refers = list(rule, "UserIdGroupPairs")
                    .into_iter()
                    .filter_map(|pair| text(pair, "GroupId"))
                    .any(|group| peer.1.contains(&group));
                if by_address || (refers && references == References::Kept) {
                    return Ok(());
                }
                unread |= refers && references == References::Unknown;
                refused_reference |= refers;
            }
        }
        if unread {
            return Err(Stop::unknown(None, end.node));
        }
        let code = match (rules, refused_reference, references) {
            (0, ..) => "SG_HAS_NO_RULES",
            (_, true, References::Unsupported) => "SG_REFERENCING_SUPPORT",
            (_, true, References::Lost) => "SG_REFERENCES_NOT_PRESERVED",
            _ => "ENI_SG_RULES_MISMATCH",
        };
        Err(Stop::blocked(code, end.node))
    }

    /// Whether an address is in a rule's blocks and prefix lists, and whether a list could not be read.
    fn rule_has(&self, rule: &Value, address: IpAddr) -> (bool, bool) {
        let address = Addresses::from(address);
        let inside = |block: Addresses| address.minus(&block).is_empty();
        let v4 = list(rule, "IpRanges").into_iter().filter_map(|range| text(range, "CidrIp"));
        let v6 = list(rule, "Ipv6Ranges").into_iter().filter_map(|range| text(range, "CidrIpv6"));
        if v4.chain(v6).filter_map(Addresses::cidr).any(inside) {
            return (true, false);
        }
        let mut unread = false;
        for id in list(rule, "PrefixListIds").into_iter().filter_map(|entry| text(entry, "PrefixListId")) {
            match self.prefix_list(id) {
                Some(addresses) if address.minus(addresses).is_empty() => return (true, false),
                Some(_) => {}
                None => unread = true,
            }
        }
        (false, unread)
    }

    /// Whether a subnet's network ACL lets packets pass its border; `remote` is the address on the other side (VPC User Guide,
    /// `nacl-rules`).
    pub(super) fn border_passes(
        &self,
        vpc: &str,
        subnet: &str,
        direction: Direction,
        remote: IpAddr,
        traffic: Traffic,
    ) -> Result<(), Stop> {
        let Some(acl) = self.acl(vpc, subnet) else {
            // Every VPC has an ACL: one that is not there was not collected.
            return Err(Stop::unknown(None, subnet));
        };
        let allowed = acl_allows(acl, direction == Direction::Out, traffic);
        match Addresses::from(remote).minus(&allowed).is_empty() {
            true => Ok(()),
            false => Err(Stop::blocked("SUBNET_ACL_RESTRICTION", subnet)),
        }
    }
}
