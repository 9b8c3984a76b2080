//! What would open the account's gates, the smallest change first.

use std::net::IpAddr;

use serde_json::Value;

use super::super::super::items::{prop, text};
use super::super::super::storage::account::firewall;
use super::super::super::{id, storage};
use super::super::words::{Account, fix};
use crate::model::{Fix, Risk};
use crate::shell::quoted;

/// `the owner of storage account mldata`.
pub fn owner(account: Account<'_>) -> String {
    format!("the owner of storage account {}", account.name())
}

/// The words by which the CLI finds an account.
fn named(account: Account<'_>) -> String {
    let part = |text: Option<&str>, default: &str| text.map_or(default.to_owned(), quoted);
    format!(
        "--account-name {} --resource-group {} --subscription {}",
        quoted(account.name()),
        part(id::group(account.id), "RESOURCE_GROUP"),
        part(id::subscription(account.id), "SUBSCRIPTION")
    )
}

/// Sets a switch of the account.
pub fn set(account: Account<'_>, title: impl Into<String>, risk: Risk, words: &str) -> Fix {
    fix(title, owner(account), risk, format!("az storage account update --ids {} {words}", quoted(account.id)))
}

/// A rule for a public address.
pub fn admit_address(account: Account<'_>, ip: Option<IpAddr>) -> Fix {
    let shown = ip.map_or("ADDRESS".to_owned(), |ip| ip.to_string());
    let command = format!("az storage account network-rule add {} --ip-address {shown}", named(account));
    let mut fix = fix(
        format!("Let the public address {shown} in through the firewall of {}", account.name()),
        owner(account),
        Risk::Low,
        command,
    );
    fix.widens.push(format!("everybody who leaves by {shown} gets past the firewall; roles and keys still decide"));
    fix
}

/// A rule for a subnet.
pub fn admit_subnet(account: Account<'_>, subnet: Option<&str>) -> Fix {
    let shown = subnet.map_or("SUBNET_ID".to_owned(), quoted);
    let mut fix = fix(
        format!(
            "Let the subnet {} in through the firewall of {}",
            subnet.map_or("SUBNET_ID", id::name),
            account.name()
        ),
        owner(account),
        Risk::Low,
        format!("az storage account network-rule add {} --subnet {shown}", named(account)),
    );
    fix.widens.push("everything in that subnet gets past the firewall; roles and keys still decide".to_owned());
    fix
}

/// A rule whose subnet was deleted names no subnet any more, also not one of the same name.
pub fn replace_subnet(account: Account<'_>, subnet: &str) -> Fix {
    let mut fix = admit_subnet(account, Some(subnet));
    fix.title = format!("Take the dead rule away, and add one for the subnet {} as it is now", id::name(subnet));
    let remove = format!("az storage account network-rule remove {} --subnet {}", named(account), quoted(subnet));
    for command in &mut fix.commands {
        command.text = format!("{remove} && {}", command.text);
    }
    fix
}

/// A service endpoint, and a rule for the subnet.
pub fn service_endpoint(account: Account<'_>, subnet: &str) -> Fix {
    let mut fix = admit_subnet(account, Some(subnet));
    fix.title = format!(
        "Give the subnet {} a service endpoint for storage (name those it has as well), and let it in",
        id::name(subnet)
    );
    fix.risk = Risk::Medium;
    fix.owner = format!("whoever administers the network, with {}", owner(account));
    let endpoint =
        format!("az network vnet subnet update --ids {} --service-endpoints Microsoft.Storage", quoted(subnet));
    for command in &mut fix.commands {
        command.text = format!("{endpoint} && {}", command.text);
    }
    fix
}

/// A rule for one resource.
pub fn admit_resource(account: Account<'_>, resource: Option<&str>, tenant: Option<&str>) -> Fix {
    let shown = |text: Option<&str>, default: &str| text.map_or(default.to_owned(), quoted);
    let mut fix = fix(
        format!("Let {} in through the firewall of {}", resource.map_or("RESOURCE_ID", id::name), account.name()),
        owner(account),
        Risk::Low,
        format!(
            "az storage account network-rule add {} --resource-id {} --tenant-id {}",
            named(account),
            shown(resource, "RESOURCE_ID"),
            shown(tenant, "TENANT_ID")
        ),
    );
    fix.widens.push("whatever runs under that resource's managed identity gets past the firewall".to_owned());
    fix
}

/// Trust in Azure's services, beside what passes already.
pub fn trust_services(account: Account<'_>) -> Fix {
    let kept = firewall(account.body).and_then(|firewall| text(firewall, "bypass")).unwrap_or_default();
    let kept = ["Logging", "Metrics"]
        .into_iter()
        .filter(|name| kept.to_ascii_lowercase().contains(&name.to_ascii_lowercase()));
    let words: Vec<&str> = kept.chain(["AzureServices"]).collect();
    let title = format!("Let the Azure services that Storage trusts past the firewall of {}", account.name());
    let mut fix = set(account, title, Risk::Medium, &format!("--bypass {}", words.join(" ")));
    fix.widens.push("every trusted service of Azure gets past the firewall, not only this one".to_owned());
    fix
}

/// A private endpoint: past the firewall and the perimeter, for one network.
pub fn private_endpoint(account: Account<'_>, sub_resource: &str, subnet: Option<&str>) -> Fix {
    let name = format!("{}-{sub_resource}-pe", account.name());
    let group = subnet.and_then(id::group).map_or("RESOURCE_GROUP".to_owned(), quoted);
    fix(
        format!("Create a private endpoint for {sub_resource} of {}, with its private DNS zone", account.name()),
        format!("whoever administers the network, with {}", owner(account)),
        Risk::Low,
        format!(
            "az network private-endpoint create --name {} --resource-group {group} --subnet {} --private-connection-resource-id {} --group-id {} --connection-name {}",
            quoted(&name),
            subnet.map_or("SUBNET_ID".to_owned(), quoted),
            quoted(account.id),
            quoted(sub_resource),
            quoted(&name)
        ),
    )
}

/// Public network access, for those only whom a rule names.
pub fn selected_networks(account: Account<'_>, rule: Fix) -> Fix {
    let title =
        format!("Turn public network access of {} on for selected networks only, then: {}", account.name(), rule.title);
    let mut fix = set(account, title, Risk::High, "--public-network-access Enabled --default-action Deny");
    fix.widens.push("the account can be spoken to from public addresses again; its rules decide from which".to_owned());
    fix.widens.extend(rule.widens);
    for (first, then) in fix.commands.iter_mut().zip(rule.commands) {
        first.text = format!("{} && {}", first.text, then.text);
    }
    fix
}

/// An inbound rule of the perimeter around the account.
pub fn perimeter_rule(association: &Value, rule: &str) -> Fix {
    let perimeter = storage::perimeter::id(association).unwrap_or("PERIMETER");
    let profile = prop(association, "profile").and_then(|profile| text(profile, "name")).unwrap_or("PROFILE");
    let mut fix = fix(
        format!("Add an inbound rule to profile {profile} of the perimeter {}", id::name(perimeter)),
        format!("whoever administers the perimeter {}", id::name(perimeter)),
        Risk::Medium,
        format!(
            "az network perimeter profile access-rule create --name allow-this-access --perimeter-name {} --profile-name {} --resource-group {} --direction Inbound {rule}",
            quoted(id::name(perimeter)),
            quoted(profile),
            id::group(perimeter).map_or("RESOURCE_GROUP".to_owned(), quoted)
        ),
    );
    fix.widens.push("the rule counts for every resource that has this profile, not only for this account".to_owned());
    fix
}
