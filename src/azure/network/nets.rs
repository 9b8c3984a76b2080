//! Virtual networks, their subnets and peerings, as ARM describes them.

use serde_json::Value;

use super::blocks::Blocks;
use super::region;
use crate::azure::id;
use crate::azure::items::{by_id, flag, get, is, list, prop, reference, text, texts};
use crate::facts::{Known, Reading};

/// A virtual network.
#[derive(Debug, Clone, Copy)]
pub struct Net<'a> {
    /// Its ARM id, as it was asked for.
    pub id: &'a str,
    /// What ARM says of it.
    pub body: &'a Value,
}

/// One side of a peering.
#[derive(Debug, Clone)]
pub struct Peering<'a> {
    /// Its ARM id.
    pub id: String,
    /// ARM id of the network on the other side.
    pub remote: &'a str,
    /// What ARM says of it.
    pub body: &'a Value,
}

/// The virtual network with this id.
pub fn net<'a>(reading: &Reading<'a>, id: &str) -> Known<Net<'a>> {
    const CALL: &str = "network:GetVirtualNetwork";
    let asked = || {
        let ids = reading.facts().of_call(CALL).filter_map(|(_, fact)| fact.params.get("id")?.as_str());
        ids.into_iter().find(|asked| id::same(asked, id))
    };
    get(reading, CALL, id).map(|body| Net { id: text(body, "id").or_else(asked).unwrap_or_default(), body })
}

impl<'a> Net<'a> {
    /// Its region.
    #[must_use]
    pub fn region(&self) -> Option<String> {
        text(self.body, "location").map(region)
    }

    /// Its address space.
    #[must_use]
    pub fn space(&self) -> Blocks {
        prop(self.body, "addressSpace").map(|space| Blocks::of(texts(space, "addressPrefixes"))).unwrap_or_default()
    }

    /// Its subnet with this id.
    #[must_use]
    pub fn subnet(&self, subnet: &str) -> Option<&'a Value> {
        let subnets = list(self.body, "subnets");
        by_id(subnets, subnet).or_else(|| subnets.iter().find(|one| is(one, "name", id::name(subnet))))
    }

    /// Its own side of its peerings.
    pub fn peerings(&self) -> impl Iterator<Item = Peering<'a>> {
        let own = self.id;
        list(self.body, "virtualNetworkPeerings").iter().filter_map(move |body| {
            let name = text(body, "name").unwrap_or_default();
            let id = text(body, "id").map_or_else(|| format!("{own}/virtualNetworkPeerings/{name}"), str::to_owned);
            Some(Peering { id, remote: reference(body, "remoteVirtualNetwork")?, body })
        })
    }

    /// Its side of the peering with this network.
    #[must_use]
    pub fn peering_with(&self, other: &str) -> Option<Peering<'a>> {
        self.peerings().find(|peering| id::same(peering.remote, other))
    }

    /// True when one of its subnets says that this private endpoint stands in it; the subnet's id.
    #[must_use]
    pub fn subnet_of_endpoint(&self, endpoint: &str) -> Option<String> {
        let subnet = list(self.body, "subnets")
            .iter()
            .find(|subnet| by_id(list(subnet, "privateEndpoints"), endpoint).is_some())?;
        let name = text(subnet, "name").unwrap_or_default();
        Some(text(subnet, "id").map_or_else(|| format!("{}/subnets/{name}", self.id), str::to_owned))
    }

    /// The DNS servers that its machines ask; none: Azure's own.
    #[must_use]
    pub fn dns_servers(&self) -> Vec<&'a str> {
        prop(self.body, "dhcpOptions").map(|options| texts(options, "dnsServers").collect()).unwrap_or_default()
    }
}

impl Peering<'_> {
    /// The addresses on the other side.
    #[must_use]
    pub fn space(&self) -> Blocks {
        let spaces = ["remoteVirtualNetworkAddressSpace", "remoteAddressSpace"];
        Blocks::of(
            spaces.iter().filter_map(|name| prop(self.body, name)).flat_map(|space| texts(space, "addressPrefixes")),
        )
    }

    /// True when both sides are connected, by its own word.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        is(self.body, "peeringState", "Connected")
    }

    /// True when it lets traffic between the networks pass.
    #[must_use]
    pub fn lets_pass(&self) -> bool {
        flag(self.body, "allowVirtualNetworkAccess") != Some(false)
    }
}

/// The addresses of a subnet.
#[must_use]
pub fn subnet_space(subnet: &Value) -> Blocks {
    Blocks::of(text(subnet, "addressPrefix").into_iter().chain(texts(subnet, "addressPrefixes")))
}

/// The subnet's service endpoints for storage: regional or global.
pub fn storage_endpoints(subnet: &Value) -> impl Iterator<Item = &Value> {
    list(subnet, "serviceEndpoints").iter().filter(|endpoint| {
        is(endpoint, "service", "Microsoft.Storage") || is(endpoint, "service", "Microsoft.Storage.Global")
    })
}

/// The network of a subnet.
#[must_use]
pub fn of_subnet(subnet: &str) -> &str {
    id::up_to(subnet, "virtualNetworks").unwrap_or_default()
}
