//! The way a request is meant to take to the storage account: by a private endpoint, by a service endpoint, or over public addresses.

use std::net::IpAddr;

use crate::facts::{Known, Why};
use crate::provider::Ask;

/// How a request arrives at the storage account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// By a private endpoint: the account's firewall does not apply.
    PrivateEndpoint,
    /// From a subnet with a service endpoint: the account sees the subnet.
    ServiceEndpoint,
    /// From a public address.
    Public,
    /// From a service that Azure runs (an Azure ML workspace itself), not from a network of the user's.
    AzureService,
}

/// The way that a request is meant to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// How it arrives.
    pub arrival: Arrival,
    /// ARM id of the subnet it leaves from, where it leaves from one of the user's own.
    pub subnet: Option<String>,
    /// ARM id of the private endpoint ([`Arrival::PrivateEndpoint`] only; a managed network's own endpoint may have none that can be read).
    pub private_endpoint: Option<String>,
    /// ARM id of that endpoint's connection on the account.
    pub connection: Option<String>,
    /// The public address that the account sees ([`Arrival::Public`] only).
    pub source_ip: Known<IpAddr>,
    /// The Azure region it comes from, lower case without blanks; `None` outside Azure or when not known.
    pub region: Option<String>,
    /// ARM id of the Azure resource that sends it ([`Arrival::AzureService`] only).
    pub resource: Option<String>,
    /// What a person would call it: `private endpoint blob-pe`, `service endpoint of compute`, `203.0.113.7`.
    pub label: String,
}

/// The way the request of a step is meant to take to the account `account` (ARM id) and its sub-resource (`blob`, `dfs`).
pub fn way(_ask: &Ask<'_>, _account: &str, _sub_resource: &str) -> Known<Way> {
    Known::Unknown(Why::not_readable("the way there"))
}
