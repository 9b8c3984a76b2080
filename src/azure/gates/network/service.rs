//! The subnet's service endpoint for storage, and its policies (Virtual Network, "Virtual network service endpoints" and "Service endpoint policies for Azure Storage").

use serde_json::Value;

use super::super::super::id;
use super::super::super::items::{get, is, list, text, texts};
use super::super::super::network::nets::storage_endpoints;
use super::super::super::network::{Arrival, Home, Trip, region};
use super::super::words::unread;
use super::{at, change, part, trip_from_home};
use crate::facts::{Known, Reading};
use crate::model::{Effect, Fix, Judgement, Risk};
use crate::provider::Ask;

/// Whether the subnet's service endpoint leads to the account.
pub fn service_endpoint(ask: &Ask<'_>) -> Judgement {
    let subject = "Whether the subnet's service endpoint leads to the account";
    let (trip, home) = match trip_from_home(ask, subject) {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    if trip.way.arrival != Arrival::ServiceEndpoint {
        return Judgement::not_applicable("The way does not lead by a service endpoint.");
    }
    let subnet = id::name(&home.subnet_id);
    let own = trip.account_region();
    let endpoints: Vec<&Value> = storage_endpoints(home.subnet).collect();
    if endpoints.is_empty() {
        let summary = format!(
            "The account's firewall names {subnet}, which has no service endpoint for storage, so the account does not see the subnet."
        );
        return Judgement::closed(Effect::Blocked, "missing", &home.subnet_id, summary).fix(enable(
            &home,
            "Microsoft.Storage",
            "Turn on the service endpoint for storage",
        ));
    }
    let covering: Vec<&Value> =
        endpoints.iter().copied().filter(|endpoint| covers(endpoint, &own) == Some(true)).collect();
    if covering.is_empty() {
        if endpoints.iter().any(|endpoint| covers(endpoint, &own).is_none())
            && home.net.region().as_deref() != Some(own.as_str())
        {
            return Judgement::unknown(
                "unread",
                format!("{subject} cannot be told: the endpoint does not say which regions it covers."),
            )
            .missing("the locations of the subnet's service endpoint");
        }
        if endpoints.iter().all(|endpoint| covers(endpoint, &own) == Some(false)) {
            let summary = format!("The service endpoint of {subnet} does not cover {own}, where the account is.");
            return Judgement::closed(Effect::Blocked, "other-region", &home.subnet_id, summary)
                .decided_by(
                    endpoints.iter().map(|endpoint| part(&format!("subnet {subnet}"), "serviceEndpoints", endpoint)),
                )
                .fix(enable(&home, "Microsoft.Storage.Global", "Use the service endpoint for storage in all regions"));
        }
    }
    let ready = |endpoint: &&&Value| {
        text(endpoint, "provisioningState").is_none_or(|state| state.eq_ignore_ascii_case("Succeeded"))
    };
    let counted = if covering.is_empty() { &endpoints } else { &covering };
    if let (None, Some(endpoint)) = (counted.iter().find(ready), counted.first()) {
        let state = text(endpoint, "provisioningState").unwrap_or_default();
        let summary = format!("The service endpoint of {subnet} is {}, not ready.", state.to_lowercase());
        return Judgement::closed(Effect::Unusable, "bad-state", &home.subnet_id, summary)
            .decided_by([part(&format!("subnet {subnet}"), "serviceEndpoints", endpoint)])
            .fix(enable(&home, "Microsoft.Storage", "Turn the service endpoint for storage on again"));
    }
    by_policies(ask.reading, &trip, &home)
}

/// True when it covers the region; `None` when it does not say.
fn covers(endpoint: &Value, own: &str) -> Option<bool> {
    if is(endpoint, "service", "Microsoft.Storage.Global") {
        return Some(true);
    }
    if own.is_empty() {
        return None;
    }
    let mut told = texts(endpoint, "locations").map(region).peekable();
    told.peek()?;
    Some(told.any(|location| location == "*" || location == own))
}

/// With policies, only the accounts that one of them lists can be reached.
fn by_policies(reading: &Reading<'_>, trip: &Trip<'_>, home: &Home<'_>) -> Judgement {
    let subnet = id::name(&home.subnet_id);
    let policies: Vec<&str> =
        list(home.subnet, "serviceEndpointPolicies").iter().filter_map(|policy| text(policy, "id")).collect();
    let mut read: Vec<(&str, &Value)> = Vec::new();
    let mut doubt = None;
    for policy in &policies {
        match get(reading, "network:GetServiceEndpointPolicy", policy) {
            Known::Yes(body) => read.push((policy, body)),
            Known::Absent => {}
            Known::Unknown(why) => doubt = Some(why),
        }
    }
    let listed = read.iter().find(|(_, body)| resources(body).any(|resource| id::within(trip.account, resource)));
    match (policies.first(), listed, doubt) {
        (None, ..) => {
            Judgement::open(format!("The service endpoint of {subnet} leads to the account, and no policy narrows it."))
        }
        (_, Some((policy, _)), _) => Judgement::open(format!(
            "The policy {} of {subnet}'s service endpoint lists the account.",
            id::name(policy)
        )),
        (_, None, Some(why)) => unread("Whether the service endpoint's policies list the account", &why),
        (Some(first), None, None) => {
            let (policy, decisive) = match read.first() {
                Some((policy, body)) => {
                    (*policy, Some(part(id::name(policy), "serviceEndpointPolicyDefinitions", body)))
                }
                None => (*first, None),
            };
            let summary = format!(
                "The policy {} of {subnet}'s service endpoint does not list {}.",
                id::name(policy),
                id::name(trip.account)
            );
            let definition = read.first().and_then(|(_, body)| list(body, "serviceEndpointPolicyDefinitions").first());
            Judgement::closed(Effect::NoAllow, "policy", policy, summary).decided_by(decisive).fix(add(
                policy,
                definition,
                trip.account,
            ))
        }
    }
}

/// What a policy lists: accounts, resource groups, subscriptions. An alias (`/services/Azure/…`) stands for Azure's own services, never for a client's account.
fn resources(policy: &Value) -> impl Iterator<Item = &str> {
    let definitions = list(policy, "serviceEndpointPolicyDefinitions").iter();
    definitions
        .flat_map(|definition| texts(definition, "serviceResources"))
        .filter(|resource| resource.to_ascii_lowercase().starts_with("/subscriptions/"))
}

fn add(policy: &str, definition: Option<&Value>, account: &str) -> Fix {
    let name = definition.and_then(|definition| text(definition, "name")).unwrap_or("DEFINITION");
    let kept: Vec<&str> =
        definition.map(|definition| texts(definition, "serviceResources").collect()).unwrap_or_default();
    let all = kept.into_iter().chain([account]).collect::<Vec<_>>().join(" ");
    let command = format!(
        "az network service-endpoint policy-definition update {} --policy-name {} --name {name} --service Microsoft.Storage --service-resources {all}",
        at(policy),
        id::name(policy)
    );
    let mut fix = change(format!("List the account in {}", id::name(policy)), Risk::Low, command);
    fix.widens.push("data may flow from the subnet to this account too".to_owned());
    fix
}

/// The command names all endpoints that are to be there, so those that are stay in it.
fn enable(home: &Home<'_>, service: &str, title: &str) -> Fix {
    let kept = list(home.subnet, "serviceEndpoints").iter().filter_map(|endpoint| text(endpoint, "service"));
    let kept = kept.filter(|other| !other.to_ascii_lowercase().starts_with("microsoft.storage"));
    let all = kept.chain([service]).collect::<Vec<_>>().join(" ");
    let command = format!("az network vnet subnet update --ids {} --service-endpoints {all}", home.subnet_id);
    let mut fix = change(title, Risk::Medium, command);
    fix.widens.push("open connections from the subnet to storage are cut while it changes".to_owned());
    fix
}
