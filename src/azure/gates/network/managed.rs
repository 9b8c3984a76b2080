//! The managed network of an Azure ML workspace (Azure ML, "Workspace managed virtual network isolation").

use super::super::super::id;
use super::super::super::items::text;
use super::super::super::network::managed::{Isolation, Managed, OutboundRule, managed, rules};
use super::super::super::network::{PlaceKind, Trip};
use super::super::words::{fix, unread};
use super::{at, part, trip_of};
use crate::facts::Known;
use crate::model::{Effect, Fix, Judgement, Risk};
use crate::provider::Ask;

const WORKSPACE_OWNER: &str = "the owner of the Azure ML workspace";

/// Whether the managed network lets the request out to the account.
pub fn managed_network(ask: &Ask<'_>) -> Judgement {
    let subject = "Whether the managed network leads to the account";
    let trip = match trip_of(ask, subject) {
        Ok(trip) => trip,
        Err(judgement) => return *judgement,
    };
    if trip.place.kind != PlaceKind::Managed {
        return Judgement::not_applicable("The request does not start in a workspace's managed network.");
    }
    let workspace = trip.place.workspace.clone().unwrap_or_default();
    let managed = match managed(ask.reading, &workspace) {
        Known::Yes(managed) => managed,
        Known::Absent => {
            return Judgement::unknown("unread", format!("{subject} cannot be told: there is no {workspace}."));
        }
        Known::Unknown(why) => return unread(subject, &why),
    };
    if let Some(deployment) = &trip.place.deployment {
        return kept_in(&trip, &managed, deployment);
    }
    match rules(ask.reading, &managed) {
        Known::Yes(rules) => by_rules(&trip, &managed, &rules),
        Known::Absent => by_rules(&trip, &managed, &[]),
        Known::Unknown(why) => unread(subject, &why),
    }
}

fn by_rules(trip: &Trip<'_>, managed: &Managed<'_>, rules: &[OutboundRule<'_>]) -> Judgement {
    let name = id::name(&managed.workspace);
    let rule = rules.iter().find(|rule| rule.leads_to(trip.account, trip.sub_resource));
    if rule.is_none() && managed.isolation == Isolation::ApprovedOutbound {
        return without_rule(trip, managed, rules);
    }
    if managed.status.is_some_and(|status| !status.eq_ignore_ascii_case("Active")) {
        let summary =
            format!("The managed network of {name} has not been set up yet, so nothing in it reaches the account.");
        let decisive = part(
            &format!("workspace {name}"),
            "managedNetwork.status",
            &managed.body["properties"]["managedNetwork"]["status"],
        );
        return Judgement::closed(Effect::Unusable, "not-provisioned", &managed.workspace, summary)
            .decided_by([decisive])
            .fix(provision(managed));
    }
    let Some(rule) = rule else {
        return Judgement::open(format!("The managed network of {name} lets everything out to public addresses."));
    };
    let decisive = part(&format!("workspace {name}"), format!("outbound rule {}", rule.name), rule.body);
    match text(rule.body, "status") {
        Some(_) if rule.is_active() => Judgement::open(format!(
            "The outbound rule {} of {name} leads to the account's {}.",
            rule.name, trip.sub_resource
        ))
        .decided_by([decisive]),
        Some(status) => {
            let summary = format!(
                "The outbound rule {} of {name} is {}: its private endpoint does not work yet.",
                rule.name,
                status.to_lowercase()
            );
            let approve = fix(
                "Approve the private endpoint's connection on the storage account, if it still waits",
                super::ACCOUNT_OWNER,
                Risk::Low,
                format!("az network private-endpoint-connection list --id {}", trip.account),
            );
            Judgement::closed(Effect::Unusable, "rule-inactive", &rule.id, summary)
                .decided_by([decisive])
                .fix(provision(managed))
                .fix(approve)
        }
        None => Judgement::unknown(
            "unread",
            format!("Whether the outbound rule {} of {name} is active cannot be told: it does not say.", rule.name),
        )
        .missing(format!("the status of the outbound rule {}", rule.name)),
    }
}

/// Names cannot reach a storage account: it must be a private endpoint (the same page, "Required rules" and "Scenario: access storage").
fn without_rule(trip: &Trip<'_>, managed: &Managed<'_>, rules: &[OutboundRule<'_>]) -> Judgement {
    let name = id::name(&managed.workspace);
    let host = trip.host();
    let said = format!("workspace {name}");
    if let Some(rule) = rules.iter().find(|rule| rule.names_host(&host)) {
        let summary = format!(
            "The outbound rule {} of {name} names {host}, but a rule by name cannot reach a storage account: it must be a private endpoint.",
            rule.name
        );
        let decisive = part(&said, format!("outbound rule {}", rule.name), rule.body);
        return Judgement::closed(Effect::Blocked, "fqdn-rule", &rule.id, summary)
            .decided_by([decisive])
            .fix(allow(trip, managed));
    }
    if let Some(rule) = rules.iter().find(|rule| rule.names_storage_tag() && rule.is_active()) {
        return Judgement::unknown("unread", format!("The outbound rule {} of {name} lets packets out to the service tag of storage; whether that suffices without a private endpoint cannot be told.", rule.name))
            .missing("an outbound rule with a private endpoint to the account");
    }
    let other = rules.iter().find(|rule| {
        ["blob", "dfs", "file", "queue", "table", "web"].iter().any(|sub| rule.leads_to(trip.account, sub))
    });
    let summary = format!(
        "{name} lets out only what its outbound rules name, and none leads to the {} of {}.",
        trip.sub_resource,
        id::name(trip.account)
    );
    let judgement =
        Judgement::closed(Effect::NoAllow, "no-outbound-rule", &managed.workspace, summary).fix(allow(trip, managed));
    match other {
        Some(rule) => judgement
            .note(format!("{} leads to another part of the account: each part needs a rule of its own.", rule.name)),
        None => judgement,
    }
}

/// A deployment without egress of its own reaches the workspace, its default storage and its registry (Azure ML, "Network isolation with managed online endpoints", legacy method).
fn kept_in(trip: &Trip<'_>, managed: &Managed<'_>, deployment: &str) -> Judgement {
    let default = text(managed.body, "storageAccount").is_some_and(|own| id::same(own, trip.account));
    if default && trip.sub_resource.eq_ignore_ascii_case("blob") {
        return Judgement::open(format!(
            "{} reaches the workspace's own storage over a private endpoint.",
            id::name(deployment)
        ));
    }
    let summary = format!(
        "The deployment {} may not leave for public addresses, and private endpoints lead only to the workspace's own storage, not to {}.",
        id::name(deployment),
        id::name(trip.account)
    );
    let command = format!(
        "az ml workspace update {} --name {} --managed-network allow_only_approved_outbound",
        at(&managed.workspace),
        id::name(&managed.workspace)
    );
    Judgement::closed(Effect::NoAllow, "no-outbound-rule", deployment, summary).fix(fix(
        "Give the workspace a managed network, add an outbound rule to the account, and deploy again",
        WORKSPACE_OWNER,
        Risk::High,
        command,
    ))
}

fn provision(managed: &Managed<'_>) -> Fix {
    let command =
        format!("az ml workspace provision-network {} --name {}", at(&managed.workspace), id::name(&managed.workspace));
    fix("Set up the managed network", WORKSPACE_OWNER, Risk::Low, command)
}

fn allow(trip: &Trip<'_>, managed: &Managed<'_>) -> Fix {
    let (account, sub) = (trip.account, trip.sub_resource);
    let command = format!(
        "az ml workspace outbound-rule set {} --workspace-name {} --rule {}-{sub} --type private_endpoint --service-resource-id {account} --subresource-target {sub} --spark-enabled false",
        at(&managed.workspace),
        id::name(&managed.workspace),
        id::name(account),
    );
    fix(
        format!("Add an outbound rule with a private endpoint to the account's {sub}"),
        WORKSPACE_OWNER,
        Risk::Low,
        command,
    )
}
