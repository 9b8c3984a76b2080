//! Interfaces: where packets begin and end.

use std::net::IpAddr;

use serde_json::Value;

use super::super::network::items::{list, text, texts};
use super::world::{World, values};

/// What stands behind an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndKind {
    /// An instance, a function, a job: something that sends and takes packets.
    Workload,
    /// A NAT gateway.
    Nat,
    /// An interface endpoint.
    Endpoint,
    /// A transit gateway's foot, a firewall's or a load balancer's endpoint: not modelled as an end.
    Other,
}

/// A network interface.
#[derive(Debug, Clone)]
pub struct End<'w> {
    /// What the path calls it: the instance, gateway or endpoint behind it, else itself.
    pub node: &'w str,
    /// What stands behind it.
    pub kind: EndKind,
    /// Its VPC.
    pub vpc: &'w str,
    /// Its subnet.
    pub subnet: &'w str,
    /// Its private addresses, of both families, the primary one first.
    pub addresses: Vec<IpAddr>,
    /// Its public addresses.
    pub publics: Vec<IpAddr>,
    /// Its security groups.
    pub groups: Vec<&'w str>,
    /// The state of the instance behind it, when it is not running.
    pub down: bool,
    /// A Windows client chooses other ports.
    pub windows: bool,
}

impl<'w> End<'w> {
    /// From `describe-network-interfaces`.
    pub fn of_interface(world: &World<'w>, eni: &'w Value) -> Self {
        let id = text(eni, "NetworkInterfaceId").unwrap_or_default();
        let instance = eni.get("Attachment").and_then(|attachment| text(attachment, "InstanceId"));
        let described = instance.and_then(|id| world.instances.as_ref()?.get(id).copied());
        let nat = values(&world.nat_gateways)
            .find(|nat| list(nat, "NatGatewayAddresses").iter().any(|of| text(of, "NetworkInterfaceId") == Some(id)))
            .and_then(|nat| text(nat, "NatGatewayId"));
        let endpoint = values(&world.endpoints)
            .find(|endpoint| texts(endpoint, "NetworkInterfaceIds").iter().any(|of| of == id))
            .and_then(|endpoint| text(endpoint, "VpcEndpointId"))
            .or_else(|| text(eni, "Description")?.split(' ').find(|word| word.starts_with("vpce-")));
        let (node, kind) = match (nat, endpoint, instance, text(eni, "InterfaceType")) {
            (Some(nat), ..) => (nat, EndKind::Nat),
            (_, Some(endpoint), ..) => (endpoint, EndKind::Endpoint),
            (_, _, Some(instance), _) => (instance, EndKind::Workload),
            (.., Some("nat_gateway" | "natGateway")) => (id, EndKind::Nat),
            (.., Some("vpc_endpoint")) => (id, EndKind::Endpoint),
            (.., Some("transit_gateway" | "gateway_load_balancer" | "gateway_load_balancer_endpoint")) => {
                (id, EndKind::Other)
            }
            _ => (id, EndKind::Workload),
        };
        let privates = list(eni, "PrivateIpAddresses");
        let v6 = list(eni, "Ipv6Addresses").into_iter().filter_map(|of| ip(of, "Ipv6Address"));
        let mut addresses: Vec<IpAddr> = ip(eni, "PrivateIpAddress")
            .into_iter()
            .chain(privates.iter().filter_map(|of| ip(of, "PrivateIpAddress")))
            .chain(v6)
            .collect();
        let mut seen = Vec::new();
        addresses.retain(|address| {
            !seen.contains(address) && {
                seen.push(*address);
                true
            }
        });
        let public = |of: &Value| of.get("Association").and_then(|association| ip(association, "PublicIp"));
        let mut publics: Vec<IpAddr> = privates.iter().filter_map(|of| public(of)).chain(public(eni)).collect();
        publics.dedup();
        End {
            node,
            kind,
            vpc: text(eni, "VpcId").unwrap_or_default(),
            subnet: text(eni, "SubnetId").unwrap_or_default(),
            addresses,
            publics,
            groups: list(eni, "Groups").into_iter().filter_map(|group| text(group, "GroupId")).collect(),
            down: described.is_some_and(is_down),
            windows: described.is_some_and(is_windows),
        }
    }

    /// From `describe-instances`, where no interfaces were collected.
    pub fn of_instance(_: &World<'w>, instance: &'w Value) -> Self {
        End {
            node: text(instance, "InstanceId").unwrap_or_default(),
            kind: EndKind::Workload,
            vpc: text(instance, "VpcId").unwrap_or_default(),
            subnet: text(instance, "SubnetId").unwrap_or_default(),
            addresses: ip(instance, "PrivateIpAddress").into_iter().collect(),
            publics: ip(instance, "PublicIpAddress").into_iter().collect(),
            groups: list(instance, "SecurityGroups").into_iter().filter_map(|group| text(group, "GroupId")).collect(),
            down: is_down(instance),
            windows: is_windows(instance),
        }
    }

    /// False for an instance that is gone and only listed a while longer.
    pub fn lives(instance: &Value) -> bool {
        !matches!(state(instance), Some("terminated" | "shutting-down"))
    }

    /// Its address of the same family as another.
    pub fn address_for(&self, other: IpAddr) -> Option<IpAddr> {
        self.addresses.iter().copied().find(|address| address.is_ipv4() == other.is_ipv4())
    }
}

fn state(instance: &Value) -> Option<&str> {
    instance.get("State").and_then(|state| text(state, "Name"))
}

fn is_down(instance: &Value) -> bool {
    state(instance).is_some_and(|state| !matches!(state, "running" | "pending"))
}

fn is_windows(instance: &Value) -> bool {
    text(instance, "Platform").is_some_and(|platform| platform.eq_ignore_ascii_case("windows"))
}

fn ip(value: &Value, key: &str) -> Option<IpAddr> {
    text(value, key)?.parse().ok()
}
