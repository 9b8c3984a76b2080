//! Where traffic may flow: one judge a gate, each over the trip of the step (`aws::network::trip`).
//!
//! | file | gates |
//! |---|---|
//! | here | network-isolation, endpoint |
//! | `dns` | dns |
//! | `groups` | security-group, endpoint-security-group |
//! | `lists` | nacl |
//! | `routes` | route, nat-gateway, internet-gateway |
//! | `far` | transit-gateway, peering, vpc-block-public-access |
//! | `policy` | endpoint-policy |

mod dns;
mod far;
mod groups;
mod lists;
mod policy;
mod routes;

use super::super::case::region;
use super::super::network::items::{ENDPOINTS, text};
use super::super::network::{Trip, WayKind, place};
use super::words::{fix, unread};
use crate::facts::Known;
use crate::model::{Effect, Fix, Judgement, Risk};
use crate::provider::Ask;

pub use dns::dns;
pub use far::{REASONS as TRANSIT_REASONS, peering, transit_gateway, vpc_block_public_access};
pub use groups::{endpoint_security_group, security_group};
pub use lists::nacl;
pub use policy::endpoint_policy;
pub use routes::{internet_gateway, nat_gateway, route};

const HTTPS: i64 = 443;
const NETWORK_OWNER: &str = "whoever administers the VPC's network";

/// The trip of a step, or what to say instead.
fn trip<'a>(ask: &Ask<'a>, subject: &str) -> Result<Trip<'a>, Box<Judgement>> {
    let service = ask.text("service").unwrap_or("s3");
    match Trip::new(ask.reading, ask.origin(), service, &region(ask)) {
        Ok(Some(trip)) => Ok(trip),
        Ok(None) => Err(Box::new(Judgement::not_applicable("The request does not start in a VPC of yours."))),
        Err(why) => Err(Box::new(unread(subject, &why))),
    }
}

/// The same, for gates that need a way to judge.
fn trip_with_way<'a>(ask: &Ask<'a>, subject: &str) -> Result<(Trip<'a>, WayKind), Box<Judgement>> {
    let trip = trip(ask, subject)?;
    match (&trip.way, trip.kind()) {
        (_, Some(kind)) => Ok((trip, kind)),
        (Known::Unknown(why), None) => Err(Box::new(unread(subject, why))),
        (_, None) => Err(Box::new(Judgement::not_applicable(format!(
            "Nothing leads to {}; see the gate `endpoint`.",
            trip.service
        )))),
    }
}

fn change(title: impl Into<String>, risk: Risk, command: impl Into<String>) -> Fix {
    fix(title, NETWORK_OWNER, risk, command)
}

/// Whether a job's container has a network at all (SageMaker Developer Guide, `mkt-algo-model-internet-free`).
pub fn network_isolation(ask: &Ask<'_>) -> Judgement {
    match place(ask.reading, ask.origin()) {
        Known::Yes(place) if place.network_isolation => {
            let summary = format!(
                "{} runs with network isolation: its container has neither network nor credentials.",
                place.label
            );
            Judgement::closed(Effect::Blocked, "enabled", &place.reference, summary).fix(fix(
                "Start the job without network isolation, or let SageMaker bring the data in by an input channel",
                "whoever starts the job",
                Risk::Medium,
                "aws sagemaker create-training-job … --no-enable-network-isolation",
            ))
        }
        Known::Yes(place) if place.can_be_isolated => {
            Judgement::open(format!("{} runs without network isolation.", place.label))
        }
        Known::Yes(_) | Known::Absent => Judgement::not_applicable("Only jobs of SageMaker can be isolated."),
        Known::Unknown(why) => unread("Whether the workload has a network", &why),
    }
}

/// Endpoints serve the Region they stand in (PrivateLink Guide, `gateway-endpoints`).
fn elsewhere(ask: &Ask<'_>, vpc: &str, service: &str, region: &str) -> Option<Judgement> {
    let same = |endpoint: &serde_json::Value| {
        let name = text(endpoint, "ServiceName").unwrap_or_default();
        text(endpoint, "VpcId") == Some(vpc) && name.strip_suffix(service).is_some_and(|rest| rest.ends_with('.'))
    };
    let found = ENDPOINTS.search(ask.reading, &[("vpc-id", vpc)], same);
    let id = text(found.items.first()?, "VpcEndpointId")?;
    let summary =
        format!("{id} leads to {service} of its own Region only, not to {region}, and {vpc} has no other way out.");
    Some(Judgement::closed(Effect::Blocked, "other-region", id, summary).fix(change(
        format!("Keep the data in the VPC's own Region, or give {vpc} a way to {region}: a NAT gateway, or a cross-Region interface endpoint"),
        Risk::Medium,
        format!("aws ec2 create-vpc-endpoint --vpc-id {vpc} --vpc-endpoint-type Interface --service-name com.amazonaws.{region}.{service} --service-region {region}"),
    )))
}

/// Whether anything leads to the service.
pub fn endpoint(ask: &Ask<'_>) -> Judgement {
    let subject = "Which way leads to the service";
    let trip = match trip(ask, subject) {
        Ok(trip) => trip,
        Err(judgement) => return *judgement,
    };
    let vpc = trip.place.vpc.clone().unwrap_or_default();
    match (&trip.way, trip.endpoint) {
        (Known::Unknown(why), _) => unread(subject, why),
        (Known::Absent, _) => {
            let region = region(ask);
            if let Some(judgement) = elsewhere(ask, &vpc, &trip.service, &region) {
                return judgement;
            }
            let kind = if trip.service == "s3" { "Gateway" } else { "Interface" };
            let summary =
                format!("{vpc} has no endpoint for {} and no way to the internet, so no packet leaves.", trip.service);
            Judgement::closed(Effect::Blocked, "missing", &vpc, summary).fix(change(
                format!("Create a VPC endpoint for {}", trip.service),
                Risk::Low,
                format!("aws ec2 create-vpc-endpoint --vpc-id {vpc} --vpc-endpoint-type {kind} --service-name com.amazonaws.{region}.{}", trip.service),
            ))
        }
        (Known::Yes(way), Some(endpoint)) => {
            let id = way.id.clone().unwrap_or_default();
            match text(endpoint, "State").map(str::to_ascii_lowercase).as_deref() {
                None | Some("available") => Judgement::open(format!("{id} leads from {vpc} to {}.", trip.service)),
                Some(state) => {
                    Judgement::closed(Effect::Blocked, "bad-state", &id, format!("{id} is {state}, not available."))
                        .fix(change(
                            "Have the endpoint accepted, or create it again",
                            Risk::Low,
                            format!("aws ec2 describe-vpc-endpoints --vpc-endpoint-ids {id}"),
                        ))
                }
            }
        }
        (Known::Yes(way), None) => Judgement::open(format!("{} leads from {vpc} to {}.", way.label, trip.service)),
    }
}
