//! The private endpoint on the way, and its approval (Private Link, "What is a private endpoint?", connection states).

use super::super::super::id;
use super::super::super::items::flag;
use super::super::super::network::endpoints::{Endpoint, Seen, both_kinds, endpoints};
use super::super::super::network::managed::{connections, managed, rules};
use super::super::super::network::{Arrival, PlaceKind, Trip};
use super::super::words::{fix, unread};
use super::{ACCOUNT_OWNER, change, create_endpoint, part, trip_of};
use crate::facts::{Known, Tri};
use crate::model::{Effect, Judgement, Risk};
use crate::provider::Ask;

/// Whether a private endpoint for the right part of the account is there and approved.
pub fn private_endpoint(ask: &Ask<'_>) -> Judgement {
    let subject = "Whether a private endpoint leads to the account";
    let trip = match trip_of(ask, subject) {
        Ok(trip) => trip,
        Err(judgement) => return *judgement,
    };
    if trip.way.arrival != Arrival::PrivateEndpoint {
        return Judgement::not_applicable("The way leads over no private endpoint.");
    }
    if trip.place.kind == PlaceKind::Managed {
        return in_managed(ask, &trip);
    }
    let Some(endpoint) = trip.endpoint() else { return missing(&trip) };
    let name = endpoint.name();
    if endpoint.fits == Tri::False {
        let groups = endpoint.groups.join(", ");
        let summary =
            format!("{name} is a private endpoint for the account's {groups}, not for {}.", trip.sub_resource);
        let judgement = Judgement::closed(Effect::Blocked, "wrong-sub-resource", &endpoint.id, summary);
        let decisive = match endpoint.seen {
            Seen::Read(body) => both_kinds(body).map(|connection| part(name, "groupIds", connection)).collect(),
            _ => Vec::new(),
        };
        let judgement = judgement.decided_by(decisive);
        let title = format!("Create a private endpoint for {}", trip.sub_resource);
        return judgement.fix(change(title, Risk::Low, create_endpoint(&trip)));
    }
    match (endpoint.status, endpoint.is_approved(), endpoint.fits) {
        (None, ..) => Judgement::unknown(
            "unread",
            format!("{subject} cannot be told: the connection of {name} does not say its state."),
        )
        .missing("the state of the private endpoint's connection"),
        (Some(status), false, _) => stopped(&trip, endpoint, status),
        (Some(_), true, Tri::Unknown) => match &endpoint.seen {
            Seen::Not(why) => unread("Which part of the account the private endpoint is for", why),
            _ => Judgement::unknown(
                "unread",
                format!("Which part of the account {name} is for cannot be told: it does not say."),
            )
            .missing("the groupIds of the private endpoint"),
        },
        (Some(_), true, _) => approved(&trip, endpoint),
    }
}

fn approved(trip: &Trip<'_>, endpoint: &Endpoint<'_>) -> Judgement {
    let open =
        Judgement::open(format!("{} leads to the account's {} and is approved.", endpoint.name(), trip.sub_resource));
    let other = if trip.sub_resource.eq_ignore_ascii_case("dfs") { "blob" } else { "dfs" };
    let has_other = trip.endpoints.iter().any(|one| one.groups.iter().any(|group| group.eq_ignore_ascii_case(other)));
    // Storage, "Use private endpoints": clients of a hierarchical namespace speak to both parts.
    if flag(trip.body, "isHnsEnabled") == Some(true) && !has_other {
        return open.note(format!(
            "The account has a hierarchical namespace: many clients speak to its {other} part too, for which no private endpoint was seen."
        ));
    }
    open
}

/// The connection's state stops the traffic.
fn stopped(trip: &Trip<'_>, endpoint: &Endpoint<'_>, status: &str) -> Judgement {
    let (name, account) = (endpoint.name(), id::name(trip.account));
    let (reason, effect, what) = match status.to_ascii_lowercase().as_str() {
        "pending" => ("pending", Effect::NoAllow, "waits for approval: no traffic passes"),
        "rejected" => ("rejected", Effect::ExplicitDeny, "was rejected: no traffic passes"),
        "disconnected" => {
            ("disconnected", Effect::Unusable, "was cut on the account's side: the endpoint must be made again")
        }
        _ => {
            return Judgement::unknown(
                "unread",
                format!("The connection of {name} is in a state that is not known: {status}."),
            )
            .missing("the meaning of the connection's state");
        }
    };
    let decisive = part(id::name(&endpoint.connection), "privateLinkServiceConnectionState", endpoint.connection_body);
    let summary = format!("The connection of {name} to {account} {what}.");
    let judgement = Judgement::closed(effect, reason, &endpoint.connection, summary).decided_by([decisive]);
    if reason == "disconnected" {
        return judgement.fix(change(
            "Delete the private endpoint and create it again",
            Risk::Low,
            create_endpoint(trip),
        ));
    }
    let command =
        format!("az network private-endpoint-connection approve --id {} --description approved", endpoint.connection);
    judgement.fix(fix("Approve the connection on the storage account", ACCOUNT_OWNER, Risk::Low, command))
}

fn missing(trip: &Trip<'_>) -> Judgement {
    let others: Vec<String> =
        trip.endpoints.iter().map(|endpoint| format!("{}{}", endpoint.name(), super::is_for(endpoint))).collect();
    let summary = format!(
        "{} takes private endpoints only, and none of its endpoints is in reach of {}.",
        id::name(trip.account),
        trip.place.label
    );
    Judgement::closed(Effect::Blocked, "missing", trip.account, summary)
        .note(format!("Its endpoints stand elsewhere: {}.", others.join(", ")))
        .fix(change(
            format!("Create a private endpoint for {} in the network", trip.sub_resource),
            Risk::Low,
            create_endpoint(trip),
        ))
}

/// The endpoint of a managed network is made by its outbound rule and approved on the account.
fn in_managed(ask: &Ask<'_>, trip: &Trip<'_>) -> Judgement {
    let subject = "Whether the managed network's private endpoint is approved";
    let workspace = trip.place.workspace.clone().unwrap_or_default();
    let rule = if trip.place.deployment.is_some() {
        None
    } else {
        let rules = managed(ask.reading, &workspace).and_then(|managed| rules(ask.reading, &managed));
        match rules {
            Known::Yes(rules) => match rules.into_iter().find(|rule| rule.leads_to(trip.account, trip.sub_resource)) {
                Some(rule) => Some((rule.name.clone(), rule.is_active())),
                None => {
                    return Judgement::not_applicable(
                        "No outbound rule makes a private endpoint; see the gate `managed-network`.",
                    );
                }
            },
            Known::Absent => {
                return Judgement::not_applicable(
                    "The workspace has no outbound rules; see the gate `managed-network`.",
                );
            }
            Known::Unknown(why) => return unread(subject, &why),
        }
    };
    let all = match endpoints(ask.reading, trip.account, trip.body, trip.sub_resource, &[]) {
        Known::Yes(all) => all,
        Known::Absent => Vec::new(),
        Known::Unknown(why) => return unread(subject, &why),
    };
    let own = match connections(ask.reading, &all, rule.as_ref().map(|(name, _)| name.as_str())) {
        Known::Yes(own) => own,
        Known::Absent => return never_made(trip, rule.as_ref()),
        Known::Unknown(why) => return unread(subject, &why),
    };
    let stops: Vec<_> = own.iter().filter(|endpoint| !endpoint.is_approved()).collect();
    match (stops.first(), stops.len() == own.len()) {
        (None, _) => Judgement::open(format!("The connection of the managed network's private endpoint to {} is approved.", id::name(trip.account))),
        (Some(endpoint), true) => match endpoint.status {
            Some(status) => stopped(trip, endpoint, status),
            None => Judgement::unknown("unread", format!("{subject} cannot be told: the connection does not say its state.")).missing("the state of the connection"),
        },
        (Some(_), false) => Judgement::unknown("unread", format!("{subject} cannot be told: some of the account's connections are approved and some are not, and nothing says which is the workspace's."))
            .missing("which of the account's private endpoint connections belongs to the workspace"),
    }
}

/// The rule has made no endpoint that the account knows of.
fn never_made(trip: &Trip<'_>, rule: Option<&(String, bool)>) -> Judgement {
    match rule {
        Some((name, false)) => Judgement::not_applicable(format!(
            "{name} has made no private endpoint yet; see the gate `managed-network`."
        )),
        None => Judgement::not_applicable(
            "The deployment has no private endpoint to this account; see the gate `managed-network`.",
        ),
        Some((name, true)) => {
            let summary = format!(
                "{} has no connection from the managed network's private endpoint, although {name} is active.",
                id::name(trip.account)
            );
            let workspace = trip.place.workspace.as_deref().unwrap_or_default();
            let command =
                format!("az ml workspace provision-network {} --name {}", super::at(workspace), id::name(workspace));
            Judgement::closed(Effect::Blocked, "missing", trip.account, summary).fix(fix(
                "Remove the outbound rule, add it again, and set up the managed network",
                "the owner of the Azure ML workspace",
                Risk::Low,
                command,
            ))
        }
    }
}
