//! Answers of ARM and Microsoft Graph that somebody kept in files, as facts: which call a body answers is told by the ids and types in it.

use serde_json::{Map, Value, json};

use super::calls::{CALLS, Host, ReadCall, by_name};
use super::id;
use super::items::items;
use crate::facts::{Call, Facts};

/// Resource types, the call that reads one of them, and the call that lists them below a parent, with the segment that the parent ends at.
static TYPES: &[(&str, &str, &str)] = &[
    ("Microsoft.Storage/storageAccounts", "storage:GetAccount", "storage:ListAccounts"),
    ("Microsoft.Storage/storageAccounts/blobServices/containers", "storage:GetContainer", ""),
    ("Microsoft.Storage/storageAccounts/privateEndpointConnections", "", "storage:ListPrivateEndpointConnections"),
    (
        "Microsoft.Storage/storageAccounts/networkSecurityPerimeterConfigurations",
        "",
        "storage:ListPerimeterConfigurations",
    ),
    ("Microsoft.Authorization/roleAssignments", "", "authorization:ListRoleAssignments"),
    ("Microsoft.Authorization/roleDefinitions", "authorization:GetRoleDefinition", ""),
    ("Microsoft.Authorization/denyAssignments", "", "authorization:ListDenyAssignments"),
    ("Microsoft.Authorization/roleEligibilityScheduleInstances", "", "authorization:ListEligibilities"),
    ("Microsoft.Authorization/locks", "", "authorization:ListLocks"),
    ("Microsoft.ManagedIdentity/userAssignedIdentities", "identity:GetUserAssigned", ""),
    ("Microsoft.Network/virtualNetworks", "network:GetVirtualNetwork", ""),
    ("Microsoft.Network/networkInterfaces", "network:GetNetworkInterface", ""),
    ("Microsoft.Network/networkSecurityGroups", "network:GetSecurityGroup", ""),
    ("Microsoft.Network/routeTables", "network:GetRouteTable", ""),
    ("Microsoft.Network/privateEndpoints", "network:GetPrivateEndpoint", ""),
    ("Microsoft.Network/serviceEndpointPolicies", "network:GetServiceEndpointPolicy", ""),
    ("Microsoft.Network/natGateways", "network:GetNatGateway", ""),
    ("Microsoft.Network/publicIPAddresses", "network:GetPublicIpAddress", ""),
    ("Microsoft.Network/privateDnsZones", "", "privatedns:ListZones"),
    ("Microsoft.Network/privateDnsZones/A", "", "privatedns:ListAddressRecords"),
    ("Microsoft.Network/privateDnsZones/virtualNetworkLinks", "", "privatedns:ListNetworkLinks"),
    ("Microsoft.Compute/virtualMachines", "compute:GetVirtualMachine", ""),
    ("Microsoft.MachineLearningServices/workspaces", "ml:GetWorkspace", ""),
    ("Microsoft.MachineLearningServices/workspaces/computes", "ml:GetCompute", ""),
    ("Microsoft.MachineLearningServices/workspaces/datastores", "ml:GetDatastore", ""),
    ("Microsoft.MachineLearningServices/workspaces/outboundRules", "", "ml:ListOutboundRules"),
    ("Microsoft.MachineLearningServices/workspaces/onlineEndpoints", "ml:GetOnlineEndpoint", ""),
    ("Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments", "", "ml:ListDeployments"),
    ("Microsoft.MachineLearningServices/workspaces/models/versions", "ml:GetModelVersion", ""),
    ("Microsoft.MachineLearningServices/workspaces/data/versions", "ml:GetDataVersion", ""),
    ("Microsoft.MachineLearningServices/workspaces/jobs", "ml:GetJob", ""),
    ("Microsoft.KeyVault/vaults", "keyvault:GetVault", "keyvault:ListVaults"),
    ("Microsoft.KeyVault/vaults/keys", "keyvault:GetKey", ""),
    ("Microsoft.ContainerRegistry/registries", "acr:GetRegistry", ""),
    ("Microsoft.Insights/diagnosticSettings", "", "insights:ListDiagnosticSettings"),
];

/// The facts that a file's body tells: the calls it answers, and the answers. `None` when it is nothing of Azure's. `name` is the file's name
/// without extension: `get-member-objects__OBJECTID` says what the body itself does not.
#[must_use]
pub fn answers(name: &str, body: &Value) -> Option<Vec<(Call, Value)>> {
    if let Some(told) = by_file_name(name, body) {
        return Some(vec![told]);
    }
    if let Some(own) = body.get("id").and_then(Value::as_str) {
        return one(own, body).map(|answer| vec![answer]);
    }
    let list = items(body);
    let all_arm = |item: &Value| item.get("id").and_then(Value::as_str).is_some_and(id::is_arm);
    if list.is_empty() || !list.iter().all(all_arm) {
        return None;
    }
    let mut answers: Vec<(Call, Value)> = list.iter().filter_map(|item| one(item.get("id")?.as_str()?, item)).collect();
    for item in list {
        let own = item.get("id").and_then(Value::as_str).unwrap_or_default();
        let Some((call, parent)) = listing(own) else { continue };
        let call = asked(call, parent);
        match answers.iter_mut().find(|(known, _)| *known == call) {
            Some((_, body)) => body.get_mut("value").and_then(Value::as_array_mut)?.push(item.clone()),
            None => answers.push((call, json!({"value": [item]}))),
        }
    }
    (!answers.is_empty()).then_some(answers)
}

/// A single resource as the answer of the call that reads it.
fn one(own: &str, body: &Value) -> Option<(Call, Value)> {
    if let Some(subscription) = own.strip_prefix("/subscriptions/").filter(|rest| !rest.contains('/')) {
        return Some((asked("subscriptions:Get", &format!("/subscriptions/{subscription}")), body.clone()));
    }
    let (_, get, _) = known(own)?;
    (!get.is_empty()).then(|| (asked(get, own), body.clone()))
}

/// The call that lists things of this kind, and the parent they are listed for: what stands before the last type, or the subscription.
fn listing(own: &str) -> Option<(&'static str, &str)> {
    let (kind, _, list) = known(own)?;
    if list.is_empty() {
        return None;
    }
    let lower = own.to_ascii_lowercase();
    let parent = match kind.split('/').count() {
        2 if kind.starts_with("Microsoft.Authorization") || kind.starts_with("Microsoft.Insights") => {
            &own[..lower.rfind("/providers/")?]
        }
        2 => id::subscription_scope(own)?,
        _ => own.rsplitn(3, '/').nth(2)?,
    };
    Some((list, if parent.is_empty() { "/" } else { parent }))
}

fn known(own: &str) -> Option<(&'static str, &'static str, &'static str)> {
    let kind = id::kind(own)?;
    TYPES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(&kind)).copied()
}

fn asked(call: &str, id: &str) -> Call {
    Call { name: call.to_owned(), params: Map::from_iter([("id".to_owned(), Value::from(id))]) }
}

/// `get-member-objects__OBJECTID`, `graph-get-user__NAME@DOMAIN`, `get-token`: bodies that do not tell whose they are.
fn by_file_name(name: &str, body: &Value) -> Option<(Call, Value)> {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let (operation, said) = name.split_once("__").map_or((name, None), |(name, said)| (name, Some(said)));
    let wanted = plain(operation);
    let of = |call: &&ReadCall| {
        let (service, operation) = call.name.split_once(':').unwrap_or_default();
        call.host != Host::Arm && (wanted == plain(operation) || wanted == plain(&format!("{service}{operation}")))
    };
    let call = CALLS.iter().find(of)?;
    match (call.host, said) {
        (Host::Token, _) => Some((Call { name: call.name.into(), params: Map::new() }, body.clone())),
        (_, Some(said)) => Some((asked(call.name, said), body.clone())),
        (_, None) => None,
    }
}

/// What a narrower call would have got, from a broader answer of the same call: role and deny assignments by their `$filter`.
///
/// `assignedTo` needs the groups, which no list of assignments tells: it is derived only where no group is in the list.
#[must_use]
pub fn narrow(call: &Call, broader: &Call, body: &Value) -> Option<Value> {
    by_name(&call.name)?;
    let scope = call.params.get("id")?.as_str()?;
    let of = broader.params.get("id")?.as_str()?;
    let filter = call.params.get("filter").and_then(Value::as_str)?;
    if broader.params.contains_key("filter") || !(id::within(scope, of) || id::within(of, scope)) {
        return None;
    }
    let at = |item: &Value| super::items::text(item, "scope").map(str::to_owned);
    let above =
        |item: &&Value| at(item).is_some_and(|own| id::within(scope, &own) || !own.starts_with("/subscriptions/"));
    let near = |item: &&Value| above(item) || at(item).is_some_and(|own| id::within(&own, scope));
    let principal = |text: &str| text.split('\'').nth(1).map(str::to_owned);
    let is_of = |item: &Value, oid: &str| {
        super::items::text(item, "principalId").is_some_and(|own| own.eq_ignore_ascii_case(oid))
    };
    let kept: Vec<&Value> = match filter {
        "atScope()" => items(body).iter().filter(above).collect(),
        _ if filter.starts_with("principalId eq '") => {
            let oid = principal(filter)?;
            items(body).iter().filter(near).filter(|item| is_of(item, &oid)).collect()
        }
        _ if filter.starts_with("assignedTo('") => {
            let oid = principal(filter)?;
            let grouped = items(body).iter().filter(above).any(|item| super::items::is(item, "principalType", "Group"));
            if grouped || call.name != "authorization:ListRoleAssignments" {
                return None;
            }
            items(body).iter().filter(near).filter(|item| is_of(item, &oid)).collect()
        }
        _ => return None,
    };
    Some(json!({ "value": kept }))
}

/// What a call would have got, told by other answers: an account's id by its name, its connections by its own body.
#[must_use]
pub fn derived(call: &Call, facts: &Facts) -> Option<Value> {
    let accounts = || facts.of_call("storage:GetAccount").filter_map(|(_, fact)| fact.body.as_ref());
    match call.name.as_str() {
        "resourcegraph:SearchResources" => {
            let query = call.params.get("query")?.as_str()?.to_ascii_lowercase();
            let named = |account: &&Value| {
                let name = id::name(account.get("id").and_then(Value::as_str).unwrap_or_default()).to_ascii_lowercase();
                !name.is_empty() && query.contains(&format!("'{name}'"))
            };
            let rows: Vec<Value> = accounts().filter(named).map(|account| json!({"id": account["id"]})).collect();
            (!rows.is_empty()).then(|| json!({ "data": rows }))
        }
        "storage:ListPrivateEndpointConnections" => {
            let of = call.params.get("id")?.as_str()?;
            let account =
                accounts().find(|body| body.get("id").and_then(Value::as_str).is_some_and(|own| id::same(own, of)))?;
            Some(json!({ "value": super::items::prop(account, "privateEndpointConnections")? }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/data";

    fn calls(name: &str, body: &Value) -> Vec<String> {
        let spell = |(call, _): &(Call, Value)| {
            format!("{} {}", call.name, call.params.get("id").and_then(Value::as_str).unwrap_or_default())
        };
        answers(name, body).unwrap_or_default().iter().map(spell).collect()
    }

    #[test]
    fn bodies_tell_which_call_they_answer() {
        let connection = format!("{ACCOUNT}/privateEndpointConnections/c");
        let role = format!("{ACCOUNT}/providers/Microsoft.Authorization/roleAssignments/r");
        for (name, body, told) in [
            ("x", json!({"id": ACCOUNT}), vec![format!("storage:GetAccount {ACCOUNT}")]),
            (
                "x",
                json!({"value": [{"id": ACCOUNT}]}),
                vec![format!("storage:GetAccount {ACCOUNT}"), "storage:ListAccounts /subscriptions/s".into()],
            ),
            ("x", json!([{ "id": connection }]), vec![format!("storage:ListPrivateEndpointConnections {ACCOUNT}")]),
            ("x", json!([{ "id": role }]), vec![format!("authorization:ListRoleAssignments {ACCOUNT}")]),
            (
                "x",
                json!([{"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateDnsZones/z/A/data"}]),
                vec!["privatedns:ListAddressRecords /subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateDnsZones/z".into()],
            ),
            ("get-member-objects__o", json!({"value": ["g1"]}), vec!["graph:GetMemberObjects o".into()]),
            ("get-token", json!({"oid": "o"}), vec!["entra:GetToken ".into()]),
            ("x", json!({"id": "/subscriptions/s"}), vec!["subscriptions:Get /subscriptions/s".into()]),
            ("x", json!({"Vpcs": []}), vec![]),
        ] {
            assert_eq!(calls(name, &body), told, "{body}");
        }
    }

    #[test]
    fn assignments_narrow_by_their_filter() {
        let assignment = |scope: &str, principal: &str, kind: &str| json!({"properties": {"scope": scope, "principalId": principal, "principalType": kind}});
        let body = json!({"value": [
            assignment("/subscriptions/s", "a", "User"), assignment(ACCOUNT, "b", "User"),
            assignment("/providers/Microsoft.Management/managementGroups/m", "a", "User"), assignment("/subscriptions/t", "a", "User"),
        ]});
        let ask = |filter: &str| Call {
            name: "authorization:ListRoleAssignments".into(),
            params: json!({"id": ACCOUNT, "filter": filter}).as_object().unwrap().clone(),
        };
        let all = asked("authorization:ListRoleAssignments", "/subscriptions/s");
        for (filter, count) in
            [("atScope()", Some(3)), ("principalId eq 'a'", Some(2)), ("assignedTo('a')", Some(2)), ("x", None)]
        {
            let found = narrow(&ask(filter), &all, &body).map(|body| items(&body).len());
            assert_eq!(found, count, "{filter}");
        }
        let grouped = json!([assignment("/subscriptions/s", "g", "Group")]);
        assert_eq!(narrow(&ask("assignedTo('a')"), &all, &grouped), None);
    }
}
