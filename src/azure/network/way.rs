//! The way a request is meant to take to the storage account: by a private endpoint, by a service endpoint, or over public addresses.

use std::net::IpAddr;

use super::egress;
use super::endpoints::Endpoint;
use super::managed::Managed;
use super::place::{Place, Sender};
use super::trip::{Trip, trip};
use crate::azure::id;
use crate::facts::{Known, Reading, Why};
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

impl Arrival {
    /// The name that playbooks see.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Arrival::PrivateEndpoint => "private-endpoint",
            Arrival::ServiceEndpoint => "service-endpoint",
            Arrival::Public => "public",
            Arrival::AzureService => "azure-service",
        }
    }
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

/// The way the request of a step is meant to take to the account `account` (ARM id) and its sub-resource (`blob`, `dfs`). Never `Absent`.
pub fn way(ask: &Ask<'_>, account: &str, sub_resource: &str) -> Known<Way> {
    trip(ask, account, sub_resource).map(|trip| trip.way)
}

impl Way {
    /// A way of which nothing is said yet.
    pub(super) fn placeholder() -> Self {
        Way {
            arrival: Arrival::Public,
            subnet: None,
            private_endpoint: None,
            connection: None,
            source_ip: Known::Absent,
            region: None,
            resource: None,
            label: String::new(),
        }
    }
}

/// The region of a trip that starts in the user's network is that of the network; else the place tells.
fn from(trip: &Trip<'_>, arrival: Arrival, label: String) -> Way {
    let region = match &trip.home {
        Some(home) => home.net.region(),
        None => trip.place.region.clone(),
    };
    Way { arrival, subnet: trip.place.subnet.clone(), region, label, ..Way::placeholder() }
}

pub(super) fn by_endpoint(trip: &Trip<'_>, endpoint: Option<&Endpoint<'_>>) -> Way {
    let label =
        endpoint.map_or("a private endpoint".to_owned(), |endpoint| format!("private endpoint {}", endpoint.name()));
    Way {
        private_endpoint: endpoint.map(|endpoint| endpoint.id.clone()),
        connection: endpoint.map(|endpoint| endpoint.connection.clone()),
        ..from(trip, Arrival::PrivateEndpoint, label)
    }
}

pub(super) fn by_managed(managed: &Managed<'_>, endpoint: Option<&Endpoint<'_>>) -> Way {
    Way {
        arrival: Arrival::PrivateEndpoint,
        private_endpoint: endpoint.map(|endpoint| endpoint.id.clone()),
        connection: endpoint.map(|endpoint| endpoint.connection.clone()),
        region: managed.region.clone(),
        label: format!("private endpoint of {}'s managed network", id::name(&managed.workspace)),
        ..Way::placeholder()
    }
}

pub(super) fn by_service_endpoint(trip: &Trip<'_>) -> Way {
    let subnet = trip.place.subnet.as_deref().map(id::name).unwrap_or_default();
    from(trip, Arrival::ServiceEndpoint, format!("service endpoint of {subnet}"))
}

pub(super) fn by_service(place: &Place) -> Way {
    Way {
        arrival: Arrival::AzureService,
        resource: place.workspace.clone(),
        label: format!("{}, as a service of Azure", place.label),
        ..Way::placeholder()
    }
}

pub(super) fn by_public(reading: &Reading<'_>, trip: &Trip<'_>) -> Way {
    let source_ip = match (&trip.home, &trip.place.sender) {
        (Some(home), sender) => egress::source(reading, home, sender, &trip.account_region()),
        (None, Sender::Address(address)) => Known::Yes(*address),
        (None, _) => Known::Unknown(Why::not_readable(format!("the public address of {}", trip.place.label))),
    };
    let label = match &source_ip {
        Known::Yes(address) => address.to_string(),
        _ => "a public address that is not known".to_owned(),
    };
    Way { source_ip, ..from(trip, Arrival::Public, label) }
}
