//! Where traffic may flow: one judge a gate, each over the trip of the step (`azure::network::trip`).
//!
//! | file | gates |
//! |---|---|
//! | `managed` | managed-network |
//! | `endpoint` | private-endpoint |
//! | `dns` | dns |
//! | `groups` | nsg |
//! | `routes` | route |
//! | `peering` | peering |
//! | `service` | service-endpoint |

mod dns;
mod endpoint;
mod groups;
mod managed;
mod peering;
mod routes;
mod service;
#[cfg(test)]
mod tests;

use serde_json::Value;

use super::super::id;
use super::super::network::endpoints::Endpoint;
use super::super::network::{Arrival, Home, Trip, trip};
use super::words::{account, fix, sub_resource, unread};
use crate::facts::{Known, Tri};
use crate::model::{Decisive, Fix, Judgement, Risk};
use crate::provider::Ask;

pub use dns::dns;
pub use endpoint::private_endpoint;
pub use groups::nsg;
pub use managed::managed_network;
pub use peering::peering;
pub use routes::route;
pub use service::service_endpoint;

const NETWORK_OWNER: &str = "whoever administers the virtual network";
const ACCOUNT_OWNER: &str = "the owner of the storage account";

/// The trip of a step, or what to say instead.
fn trip_of<'a>(ask: &Ask<'a>, subject: &str) -> Result<Trip<'a>, Box<Judgement>> {
    let account = account(ask, subject)?;
    match trip(ask, account.id, sub_resource(ask)) {
        Known::Yes(trip) => Ok(trip),
        Known::Absent => Err(Box::new(Judgement::unknown("unread", format!("{subject} cannot be told.")))),
        Known::Unknown(why) => Err(Box::new(unread(subject, &why))),
    }
}

/// The same, for gates that judge networks of the user's own.
fn trip_from_home<'a>(ask: &Ask<'a>, subject: &str) -> Result<(Trip<'a>, Home<'a>), Box<Judgement>> {
    let trip = trip_of(ask, subject)?;
    match trip.home.clone() {
        Some(home) => Ok((trip, home)),
        None => Err(Box::new(Judgement::not_applicable("The request does not start in a virtual network of yours."))),
    }
}

/// The private endpoint of the user's that the way leads over, for gates that need one to judge. `Ok(None)`: the way is another.
fn endpoint_on<'t, 'a>(trip: &'t Trip<'a>) -> Result<Option<&'t Endpoint<'a>>, Box<Judgement>> {
    if trip.way.arrival != Arrival::PrivateEndpoint {
        return Ok(None);
    }
    match trip.endpoint() {
        Some(endpoint) => Ok(Some(endpoint)),
        None => Err(Box::new(Judgement::not_applicable(
            "No private endpoint is in reach; see the gate `private-endpoint`.",
        ))),
    }
}

fn change(title: impl Into<String>, risk: Risk, command: impl Into<String>) -> Fix {
    fix(title, NETWORK_OWNER, risk, command)
}

/// Where a thing is, in the words of `az`.
fn at(of: &str) -> String {
    let subscription =
        id::subscription(of).map(|subscription| format!("--subscription {subscription} ")).unwrap_or_default();
    format!("{subscription}--resource-group {}", id::group(of).unwrap_or("GROUP"))
}

/// The part of ARM's answer that decides.
fn part(document: &str, statement: impl Into<String>, body: &Value) -> Decisive {
    Decisive {
        document: document.to_owned(),
        statement: statement.into(),
        text: serde_json::to_string_pretty(body).ok(),
    }
}

/// The command that makes a private endpoint in the subnet of the request.
fn create_endpoint(trip: &Trip<'_>) -> String {
    let subnet = trip.place.subnet.as_deref().unwrap_or("SUBNET");
    let (account, sub) = (trip.account, trip.sub_resource);
    format!(
        "az network private-endpoint create {} --name {name}-{sub} --subnet {subnet} --private-connection-resource-id {account} --group-id {sub} --connection-name {name}-{sub}",
        at(subnet),
        name = id::name(account),
    )
}

/// True where a subnet's private endpoints heed rules of this kind (Private Link, "Manage network policies for private endpoints": off by default).
fn heeds(subnet: &Value, policy: &str) -> bool {
    let set = crate::azure::items::text(subnet, "privateEndpointNetworkPolicies").unwrap_or("Disabled");
    set.eq_ignore_ascii_case("Enabled") || set.eq_ignore_ascii_case(policy)
}

/// Several verdicts on one gate: one that is closed decides, then one that is unknown.
fn sum(judgements: Vec<Judgement>, open: impl FnOnce() -> Judgement) -> Judgement {
    use crate::model::Verdict::{Closed, Unknown};
    let mut notes = Vec::new();
    let mut decided: Option<Judgement> = None;
    for judgement in judgements {
        let weight = |one: &Judgement| match one.verdict {
            Closed => 2,
            Unknown => 1,
            _ => 0,
        };
        notes.extend(judgement.notes.iter().cloned());
        if weight(&judgement) > decided.as_ref().map_or(0, weight) {
            decided = Some(judgement);
        }
    }
    decided.unwrap_or_else(|| Judgement { notes, ..open() })
}

/// Whether an endpoint is in the right sub-resource, in words.
fn is_for(endpoint: &Endpoint<'_>) -> String {
    match endpoint.fits {
        Tri::True | Tri::Unknown => String::new(),
        Tri::False => format!(" (for {})", endpoint.groups.join(", ")),
    }
}
