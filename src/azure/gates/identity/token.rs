//! Whose token, and of which tenant.

use serde_json::Value;

use super::super::words::{fix, unread};
use super::case::not_by_role;
use super::decisive;
use crate::azure::id;
use crate::azure::items::{get, items, text};
use crate::azure::principal::{Who, is_assigned_to, who};
use crate::facts::{Known, Why};
use crate::model::{Effect, Judgement, Risk};
use crate::provider::Ask;
use crate::shell::quoted;

/// True when the directory answered that it knows no such object.
pub(super) fn is_unknown_to_directory(ask: &Ask<'_>, who: &Who) -> bool {
    let asked =
        ask.reading.facts().of_call("graph:GetDirectoryObject").any(|(_, fact)| {
            fact.params.get("id").and_then(Value::as_str).is_some_and(|asked| id::same(asked, &who.oid))
        });
    asked && get(ask.reading, "graph:GetDirectoryObject", &who.oid) == Known::Absent
}

/// Which identity the token is of, and whether it is of the account's tenant: data of another tenant is out of its reach.
pub fn token(ask: &Ask<'_>) -> Judgement {
    if let Some(judgement) = not_by_role(ask) {
        return judgement;
    }
    let words = ask.principal();
    let who = match who(ask) {
        Known::Yes(who) => who,
        Known::Absent => return no_such(words, words),
        Known::Unknown(why) => return unread("Who asks", &why),
    };
    if is_unknown_to_directory(ask, &who) {
        return no_such(&who.oid, &who.label);
    }
    let own = match tenant_of(ask, words, &who) {
        Tenant::SameSubscription => {
            return Judgement::open(format!("{} ({}) is of the account's own subscription.", who.label, who.oid));
        }
        Tenant::NotTheCaller(_) if !is_known(ask, &who) => {
            return Judgement::unknown("unread", format!("Whether there is an identity {} cannot be told.", who.oid))
                .missing("Directory.Read.All (Microsoft Graph)");
        }
        Tenant::NotTheCaller(caller) => {
            return Judgement::open(format!("Asked as {caller} about {} ({}).", who.label, who.oid));
        }
        Tenant::Unknown(why) => return unread(&format!("Whether {} is of the account's tenant", who.label), &why),
        Tenant::Is(own) => own,
    };
    match accounts_tenant(ask) {
        Known::Yes((subscription, tenant)) if !tenant.eq_ignore_ascii_case(&own) => {
            let summary = format!(
                "{} is of tenant {own}, the account's subscription {subscription} of tenant {tenant}.",
                who.label
            );
            Judgement::closed(Effect::Unusable, "other-tenant", &who.oid, summary)
                .decided_by([decisive(subscription, "tenantId", &Value::from(tenant))])
                .fix(fix(
                    "Sign in to the account's tenant with an identity of that tenant",
                    "whoever runs the workload",
                    Risk::Low,
                    format!("az login --tenant {}", quoted(tenant)),
                ))
        }
        Known::Yes(_) => Judgement::open(format!("{} ({}) is of the account's tenant {own}.", who.label, who.oid)),
        Known::Absent => {
            let summary = "Which tenant the account is of cannot be told: ARM knows no such subscription.";
            Judgement::unknown("unread", summary).missing("Microsoft.Resources/subscriptions/read")
        }
        Known::Unknown(why) => unread("Which tenant the account is of", &why),
    }
}

/// Something shows that there is such a principal: the directory, the resource it belongs to, or ARM, which lists what applies to it.
fn is_known(ask: &Ask<'_>, who: &Who) -> bool {
    let words = ask.principal();
    let about = |call: &str| get(ask.reading, call, &who.oid).yes().is_some();
    let assigned = || {
        let list = ask.reading.find("authorization:ListRoleAssignments", |fact| is_assigned_to(fact, &who.oid));
        list.yes().is_some_and(|list| !items(list).is_empty())
    };
    !id::is_guid(words) || about("graph:GetDirectoryObject") || about("graph:GetMemberObjects") || assigned()
}

enum Tenant {
    Is(String),
    /// A resource of the account's subscription, and with it of its tenant.
    SameSubscription,
    /// The token at hand is of this one.
    NotTheCaller(String),
    Unknown(Why),
}

/// The tenant of a managed identity stands beside it; that of anybody else in the token, when it is the caller's own.
fn tenant_of(ask: &Ask<'_>, words: &str, who: &Who) -> Tenant {
    let scope = ask.text("account").or_else(|| ask.text("scope"));
    if id::is_arm(words)
        && let (Some(own), Some(other)) = (id::subscription(words), scope.and_then(id::subscription))
        && own.eq_ignore_ascii_case(other)
    {
        return Tenant::SameSubscription;
    }
    match ask.reading.answer("entra:GetToken", &[]) {
        Known::Yes(claims) => {
            let caller = text(claims, "oid").unwrap_or_default();
            if !caller.eq_ignore_ascii_case(&who.oid) {
                let name =
                    ["upn", "unique_name", "appid"].iter().find_map(|claim| text(claims, claim)).unwrap_or(caller);
                return Tenant::NotTheCaller(name.to_owned());
            }
            match text(claims, "tid") {
                Some(own) => Tenant::Is(own.to_owned()),
                None => Tenant::Unknown(Why::not_readable("the tenant of the token")),
            }
        }
        Known::Absent => Tenant::Unknown(Why::not_readable("the claims of the token")),
        Known::Unknown(why) => Tenant::Unknown(why),
    }
}

fn accounts_tenant<'a>(ask: &Ask<'a>) -> Known<(&'a str, &'a str)> {
    let scope = ask.text("account").or_else(|| ask.text("scope"));
    let Some(subscription) = scope.and_then(id::subscription_scope) else {
        return Known::Unknown(Why::not_readable("which subscription the account is in"));
    };
    get(ask.reading, "subscriptions:Get", subscription).and_then(|body| match text(body, "tenantId") {
        Some(tenant) => Known::Yes((subscription, tenant)),
        None => Known::Unknown(Why::not_readable("the tenant of the subscription")),
    })
}

/// The directory, or ARM, says that there is none.
fn no_such(blame: &str, label: &str) -> Judgement {
    let arm = id::is_arm(label);
    let (summary, title, command) = if id::is(label, "Microsoft.ManagedIdentity/userAssignedIdentities") {
        let command = "az identity list --query '[].{name: name, principalId: principalId}'".to_owned();
        (format!("There is no managed identity {label}."), "Name a managed identity that exists", command)
    } else if id::is(label, "Microsoft.Compute/virtualMachines") {
        let command = format!("az vm identity assign --ids {}", quoted(label));
        (format!("{label} has no managed identity, or is not there."), "Give it a managed identity", command)
    } else if arm {
        let compute = id::is(label, "Microsoft.MachineLearningServices/workspaces/computes");
        let command = match (compute, id::after(label, "workspaces"), id::group(label)) {
            (true, Some(workspace), Some(group)) => format!(
                "az ml compute update --name {} --workspace-name {} --resource-group {} --identity-type SystemAssigned",
                quoted(id::name(label)),
                quoted(workspace),
                quoted(group)
            ),
            _ => format!("az resource update --ids {} --set identity.type=SystemAssigned", quoted(label)),
        };
        let summary = format!("{label} has no managed identity, or is not there.");
        (summary, "Give it a managed identity, then assign the role to it", command)
    } else {
        let command = match label.contains('@') {
            true => "az ad user list --query '[].{name: userPrincipalName, id: id}'",
            false => "az ad signed-in-user show --query id",
        };
        (format!("The directory knows no {label}."), "Name an identity that exists", command.to_owned())
    };
    Judgement::closed(Effect::Unusable, "no-such-principal", blame, summary)
        .decided_by([decisive("directory", "not found", &Value::from(blame))])
        .fix(fix(title, "whoever runs the workload", Risk::Low, command))
}
