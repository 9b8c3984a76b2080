//! The read-call table: every call that gatewalk can make to Azure, the right it needs, its address, and what a person would type.
//!
//! Nothing outside this table is ever asked. Calls are named `service:Operation`, in the words of Azure's own client libraries.
//! Paths and versions: the REST reference of each service.

use serde_json::Value;

use crate::facts::Call;
use crate::shell::quoted;

/// Which endpoint a call goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// Azure Resource Manager.
    Arm,
    /// Microsoft Graph.
    Graph,
    /// No endpoint: the claims of the token that the sign-in gave.
    Token,
}

/// How a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// A POST that reads (a query with a body).
    Post,
    /// A POST that reads and answers later: 202 with a `Location`.
    PostLater,
}

/// One read call.
#[derive(Debug)]
pub struct ReadCall {
    /// `service:Operation`.
    pub name: &'static str,
    /// The right it needs: an Azure action, or a Graph permission.
    pub permission: &'static str,
    /// Where it goes.
    pub host: Host,
    /// How it is made.
    pub method: Method,
    /// Its path; `{NAME}` stands for a parameter.
    pub path: &'static str,
    /// The version of the API; empty where the host has none.
    pub version: &'static str,
    /// True when it lists things by pages (`value`, `nextLink`).
    pub lists: bool,
    /// What a person would type; `{NAME}` stands for a parameter. Empty: `az rest`.
    pub command: &'static str,
}

const G: Method = Method::Get;
const P: Method = Method::Post;
const L: Method = Method::PostLater;
const ARM: Host = Host::Arm;
const GRAPH: Host = Host::Graph;

macro_rules! table {
    ($($name:literal $permission:literal $host:expr, $method:expr, $path:literal $version:literal $lists:literal $command:literal;)*) => {
        &[$(ReadCall {
            name: $name, permission: $permission, host: $host, method: $method, path: $path, version: $version, lists: $lists, command: $command,
        },)*]
    };
}

/// Every read call. The parameter `id` is an ARM id or scope (Graph: an object id or UPN); `filter` becomes `$filter`.
pub static CALLS: &[ReadCall] = table! {
    "entra:GetToken" "a sign-in (az login)" Host::Token, G, "" "" false "az account get-access-token --query tenant";
    "graph:GetUser" "User.Read.All (Microsoft Graph)" GRAPH, G, "/v1.0/users/{id}" "" false "az ad user show --id {id}";
    "graph:ListServicePrincipals" "Application.Read.All (Microsoft Graph)" GRAPH, G, "/v1.0/servicePrincipals" "" true "az ad sp list --filter {filter}";
    "graph:GetDirectoryObject" "Directory.Read.All (Microsoft Graph)" GRAPH, G, "/v1.0/directoryObjects/{id}" "" false "";
    "graph:GetMemberObjects" "Directory.Read.All (Microsoft Graph)" GRAPH, P, "/v1.0/directoryObjects/{id}/getMemberObjects" "" true "az ad user get-member-groups --id {id} --security-enabled-only";
    "graph:GetByIds" "Directory.Read.All (Microsoft Graph)" GRAPH, P, "/v1.0/directoryObjects/getByIds" "" true "";
    "subscriptions:List" "Microsoft.Resources/subscriptions/read" ARM, G, "/subscriptions" "2022-12-01" true "az account list --all";
    "subscriptions:Get" "Microsoft.Resources/subscriptions/read" ARM, G, "{id}" "2022-12-01" false "az account subscription show --id {id}";
    "resourcegraph:SearchResources" "Microsoft.ResourceGraph/resources/read" ARM, P, "/providers/Microsoft.ResourceGraph/resources" "2022-10-01" false "az graph query -q {query}";
    "storage:ListAccounts" "Microsoft.Storage/storageAccounts/read" ARM, G, "{id}/providers/Microsoft.Storage/storageAccounts" "2023-05-01" true "az storage account list --subscription {id}";
    "storage:GetAccount" "Microsoft.Storage/storageAccounts/read" ARM, G, "{id}" "2023-05-01" false "az storage account show --ids {id}";
    "storage:GetContainer" "Microsoft.Storage/storageAccounts/blobServices/containers/read" ARM, G, "{id}" "2023-05-01" false "az storage container-rm show --ids {id}";
    "storage:ListPrivateEndpointConnections" "Microsoft.Storage/storageAccounts/privateEndpointConnections/read" ARM, G, "{id}/privateEndpointConnections" "2023-05-01" true "az network private-endpoint-connection list --id {id}";
    "storage:ListPerimeterConfigurations" "Microsoft.Storage/storageAccounts/networkSecurityPerimeterConfigurations/read" ARM, G, "{id}/networkSecurityPerimeterConfigurations" "2023-05-01" true "az storage account network-security-perimeter-configuration list --ids {id}";
    "authorization:ListRoleAssignments" "Microsoft.Authorization/roleAssignments/read" ARM, G, "{id}/providers/Microsoft.Authorization/roleAssignments" "2022-04-01" true "az role assignment list --scope {id}";
    "authorization:GetRoleDefinition" "Microsoft.Authorization/roleDefinitions/read" ARM, G, "{id}" "2022-04-01" false "az role definition show --id {id}";
    "authorization:ListDenyAssignments" "Microsoft.Authorization/denyAssignments/read" ARM, G, "{id}/providers/Microsoft.Authorization/denyAssignments" "2022-04-01" true "az role deny-assignment list --scope {id}";
    "authorization:ListEligibilities" "Microsoft.Authorization/roleEligibilityScheduleInstances/read" ARM, G, "{id}/providers/Microsoft.Authorization/roleEligibilityScheduleInstances" "2020-10-01" true "";
    "authorization:ListLocks" "Microsoft.Authorization/locks/read" ARM, G, "{id}/providers/Microsoft.Authorization/locks" "2016-09-01" true "az lock list --resource {id}";
    "identity:GetUserAssigned" "Microsoft.ManagedIdentity/userAssignedIdentities/read" ARM, G, "{id}" "2023-01-31" false "az identity show --ids {id}";
    "network:GetVirtualNetwork" "Microsoft.Network/virtualNetworks/read" ARM, G, "{id}" "2024-05-01" false "az network vnet show --ids {id}";
    "network:GetNetworkInterface" "Microsoft.Network/networkInterfaces/read" ARM, G, "{id}" "2024-05-01" false "az network nic show --ids {id}";
    "network:GetSecurityGroup" "Microsoft.Network/networkSecurityGroups/read" ARM, G, "{id}" "2024-05-01" false "az network nsg show --ids {id}";
    "network:GetRouteTable" "Microsoft.Network/routeTables/read" ARM, G, "{id}" "2024-05-01" false "az network route-table show --ids {id}";
    "network:GetEffectiveSecurityGroups" "Microsoft.Network/networkInterfaces/effectiveNetworkSecurityGroups/action" ARM, L, "{id}/effectiveNetworkSecurityGroups" "2024-05-01" false "az network nic list-effective-nsg --ids {id}";
    "network:GetEffectiveRoutes" "Microsoft.Network/networkInterfaces/effectiveRouteTable/action" ARM, L, "{id}/effectiveRouteTable" "2024-05-01" false "az network nic show-effective-route-table --ids {id}";
    "network:ListServiceTags" "Microsoft.Network/locations/serviceTags/read" ARM, G, "{id}/providers/Microsoft.Network/locations/{location}/serviceTags" "2024-05-01" false "az network list-service-tags --location {location}";
    "network:GetPrivateEndpoint" "Microsoft.Network/privateEndpoints/read" ARM, G, "{id}" "2024-05-01" false "az network private-endpoint show --ids {id}";
    "network:GetServiceEndpointPolicy" "Microsoft.Network/serviceEndpointPolicies/read" ARM, G, "{id}" "2024-05-01" false "az network service-endpoint policy show --ids {id}";
    "network:GetNatGateway" "Microsoft.Network/natGateways/read" ARM, G, "{id}" "2024-05-01" false "az network nat gateway show --ids {id}";
    "network:GetPublicIpAddress" "Microsoft.Network/publicIPAddresses/read" ARM, G, "{id}" "2024-05-01" false "az network public-ip show --ids {id}";
    "privatedns:ListZones" "Microsoft.Network/privateDnsZones/read" ARM, G, "{id}/providers/Microsoft.Network/privateDnsZones" "2020-06-01" true "az network private-dns zone list --subscription {id}";
    "privatedns:ListAddressRecords" "Microsoft.Network/privateDnsZones/A/read" ARM, G, "{id}/A" "2020-06-01" true "";
    "privatedns:ListNetworkLinks" "Microsoft.Network/privateDnsZones/virtualNetworkLinks/read" ARM, G, "{id}/virtualNetworkLinks" "2020-06-01" true "";
    "compute:GetVirtualMachine" "Microsoft.Compute/virtualMachines/read" ARM, G, "{id}" "2024-07-01" false "az vm show --ids {id}";
    "ml:GetWorkspace" "Microsoft.MachineLearningServices/workspaces/read" ARM, G, "{id}" "2024-04-01" false "az ml workspace show --ids {id}";
    "ml:GetCompute" "Microsoft.MachineLearningServices/workspaces/computes/read" ARM, G, "{id}" "2024-04-01" false "";
    "ml:GetDatastore" "Microsoft.MachineLearningServices/workspaces/datastores/read" ARM, G, "{id}" "2024-04-01" false "";
    "ml:ListOutboundRules" "Microsoft.MachineLearningServices/workspaces/outboundRules/read" ARM, G, "{id}/outboundRules" "2024-04-01" true "";
    "ml:GetOnlineEndpoint" "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/read" ARM, G, "{id}" "2024-04-01" false "";
    "ml:ListDeployments" "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments/read" ARM, G, "{id}/deployments" "2024-04-01" true "";
    "ml:GetModelVersion" "Microsoft.MachineLearningServices/workspaces/models/versions/read" ARM, G, "{id}" "2024-04-01" false "";
    "ml:GetDataVersion" "Microsoft.MachineLearningServices/workspaces/data/versions/read" ARM, G, "{id}" "2024-04-01" false "";
    "ml:GetJob" "Microsoft.MachineLearningServices/workspaces/jobs/read" ARM, G, "{id}" "2024-04-01" false "";
    "keyvault:GetVault" "Microsoft.KeyVault/vaults/read" ARM, G, "{id}" "2023-07-01" false "az keyvault show --ids {id}";
    "keyvault:ListVaults" "Microsoft.KeyVault/vaults/read" ARM, G, "{id}/providers/Microsoft.KeyVault/vaults" "2023-07-01" true "az keyvault list --subscription {id}";
    "keyvault:ListDeletedVaults" "Microsoft.KeyVault/deletedVaults/read" ARM, G, "{id}/providers/Microsoft.KeyVault/deletedVaults" "2023-07-01" true "az keyvault list-deleted --subscription {id} --resource-type vault";
    "keyvault:GetKey" "Microsoft.KeyVault/vaults/keys/read" ARM, G, "{id}" "2023-07-01" false "";
    "acr:GetRegistry" "Microsoft.ContainerRegistry/registries/read" ARM, G, "{id}" "2023-07-01" false "az acr show --ids {id}";
    "insights:ListDiagnosticSettings" "Microsoft.Insights/diagnosticSettings/read" ARM, G, "{id}/providers/Microsoft.Insights/diagnosticSettings" "2021-05-01-preview" true "az monitor diagnostic-settings list --resource {id}";
};

/// The call of this name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static ReadCall> {
    CALLS.iter().find(|call| call.name == name)
}

/// The right a call needs; `None` when it is no read call of the table.
#[must_use]
pub fn permission(call: &str) -> Option<&'static str> {
    by_name(call).map(|call| call.permission)
}

/// All names.
#[must_use]
pub fn names() -> Vec<&'static str> {
    CALLS.iter().map(|call| call.name).collect()
}

impl ReadCall {
    /// Its path with the parameters put in, without host and version.
    #[must_use]
    pub fn path(&self, call: &Call) -> String {
        filled(self.path, call, |text| text.trim_end_matches('/').to_owned())
    }
}

/// What a person would type to ask the same.
#[must_use]
pub fn command(call: &Call) -> String {
    let Some(known) = by_name(&call.name) else { return call.name.clone() };
    if known.name == "authorization:ListRoleAssignments" {
        return assignments(call);
    }
    if !known.command.is_empty() {
        return filled(known.command, call, quoted);
    }
    let method = if known.method == Method::Get { "get" } else { "post" };
    let host = if known.host == Host::Graph { "https://graph.microsoft.com" } else { "" };
    let mut url = format!("{host}{}", known.path(call));
    let filter = call.params.get("filter").and_then(Value::as_str).map(|filter| format!("$filter={filter}"));
    let version =
        Some(known.version).filter(|version| !version.is_empty()).map(|version| format!("api-version={version}"));
    let query: Vec<String> = version.into_iter().chain(filter).collect();
    if !query.is_empty() {
        url.push('?');
        url.push_str(&query.join("&"));
    }
    format!("az rest --method {method} --url {}", quoted(&url))
}

/// `az` words the filters of role assignments as options.
fn assignments(call: &Call) -> String {
    let text = |name: &str| call.params.get(name).and_then(Value::as_str).unwrap_or_default();
    let scope = quoted(text("id"));
    let principal = text("filter").split('\'').nth(1).map(quoted);
    match (text("filter").split_once('(').map(|(function, _)| function), principal) {
        (Some("assignedTo"), Some(oid)) => {
            format!("az role assignment list --scope {scope} --assignee {oid} --include-groups --include-inherited")
        }
        (None, Some(oid)) => format!("az role assignment list --all --assignee {oid}"),
        (Some("atScope"), _) => format!("az role assignment list --scope {scope} --include-inherited"),
        _ => format!("az role assignment list --scope {scope}"),
    }
}

fn filled(template: &str, call: &Call, spell: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, inside)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = inside.split_once('}') else { break };
        match call.params.get(name) {
            Some(Value::String(text)) => out.push_str(&spell(text)),
            Some(other) => out.push_str(&spell(&other.to_string())),
            None => {}
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(name: &str, params: Value) -> Call {
        Call { name: name.into(), params: params.as_object().unwrap().clone() }
    }

    /// POSTs that read are named one by one: no other may be made.
    #[test]
    fn every_call_reads() {
        let read = regex::Regex::new("^[a-z0-9]+:(Get|List|Search)[A-Za-z]*$").unwrap();
        let posts = [
            "graph:GetMemberObjects",
            "graph:GetByIds",
            "resourcegraph:SearchResources",
            "network:GetEffectiveSecurityGroups",
            "network:GetEffectiveRoutes",
        ];
        for known in CALLS {
            assert!(read.is_match(known.name), "{}", known.name);
            assert_eq!(known.method != Method::Get, posts.contains(&known.name), "{}", known.name);
            let reads = known.permission.ends_with("/read") || known.host != Host::Arm;
            assert!(reads || known.name.starts_with("network:GetEffective"), "{}", known.permission);
        }
    }

    #[test]
    fn commands_are_what_a_person_would_type() {
        for (name, params, text) in [
            (
                "storage:GetAccount",
                json!({"id": "/subscriptions/s/x"}),
                "az storage account show --ids /subscriptions/s/x",
            ),
            (
                "authorization:ListRoleAssignments",
                json!({"id": "/subscriptions/s", "filter": "assignedTo('o')"}),
                "az role assignment list --scope /subscriptions/s --assignee o --include-groups --include-inherited",
            ),
            (
                "authorization:ListRoleAssignments",
                json!({"id": "/subscriptions/s", "filter": "atScope()"}),
                "az role assignment list --scope /subscriptions/s --include-inherited",
            ),
            (
                "authorization:ListRoleAssignments",
                json!({"id": "/subscriptions/s", "filter": "principalId eq 'o'"}),
                "az role assignment list --all --assignee o",
            ),
            (
                "authorization:ListEligibilities",
                json!({"id": "/subscriptions/s", "filter": "assignedTo('o')"}),
                r"az rest --method get --url '/subscriptions/s/providers/Microsoft.Authorization/roleEligibilityScheduleInstances?api-version=2020-10-01&$filter=assignedTo('\''o'\'')'",
            ),
            (
                "graph:GetDirectoryObject",
                json!({"id": "o"}),
                "az rest --method get --url https://graph.microsoft.com/v1.0/directoryObjects/o",
            ),
        ] {
            assert_eq!(command(&call(name, params)), text);
        }
    }
}
