//! Where a request comes from, as the account sees it.

use std::net::IpAddr;

use super::super::id;
use super::account::spelled;

/// Where a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin<'a> {
    /// By a private endpoint.
    PrivateEndpoint {
        /// ARM id of its connection on the account (or of the endpoint itself).
        connection: Option<&'a str>,
        /// The account's part that is spoken to: `blob`, `dfs`, ….
        sub_resource: &'a str,
    },
    /// From a subnet of the user's.
    Subnet {
        /// Its ARM id.
        id: Option<&'a str>,
        /// The public address that is seen where no service endpoint leads to the account.
        seen: Option<Address>,
    },
    /// From a public address.
    Public {
        /// That address.
        seen: Address,
        /// The subscription of what sends it, where it is an Azure resource.
        subscription: Option<&'a str>,
    },
    /// From a service that Azure runs and Storage trusts.
    TrustedService(Caller<'a>),
    /// From the managed identity of a resource.
    ResourceInstance(Caller<'a>),
}

/// A public address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The address; `None` when not known.
    pub ip: Option<IpAddr>,
    /// Where in Azure it is.
    pub region: Region,
}

/// The place of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Region {
    /// Not in Azure, or nobody said.
    Outside,
    /// In Azure, nobody could tell where.
    Unknown,
    /// In this region, spelled as ARM's names are.
    Azure(String),
}

impl Region {
    /// A region by any of its spellings.
    #[must_use]
    pub fn azure(name: &str) -> Self {
        Region::Azure(spelled(name))
    }
}

/// An Azure resource that sends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller<'a> {
    /// Its ARM id; `None` when not known.
    pub resource: Option<&'a str>,
    /// Its tenant; `None` when not known.
    pub tenant: Option<&'a str>,
}

impl Caller<'_> {
    /// Whether Storage can trust it: machines on which users run what they like are no services
    /// (Azure Storage, `storage-network-security-trusted-azure-services`).
    #[must_use]
    pub fn is_a_service(&self) -> bool {
        let kind = self.resource.and_then(id::kind).unwrap_or_default().to_ascii_lowercase();
        !(kind.starts_with("microsoft.compute/") || kind == "microsoft.machinelearningservices/workspaces/computes")
    }
}
