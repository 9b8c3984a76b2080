//! The gate table of Azure: name, layer, meaning, reasons, judge. Documentation and the lint of playbooks come from it.
//!
//! | file | gates |
//! |---|---|
//! | `identity` | token, deny-assignment, role-assignment, role-condition, acl |
//! | `network` | dns, route, nsg, peering, private-endpoint, service-endpoint, managed-network |
//! | `storage` | what the account itself guards |
//! | `key` | key-vault-key |
//! | `words` | what verdicts are said in |

mod identity;
mod key;
mod network;
mod storage;
pub mod words;

use crate::model::Layer;
use crate::provider::{Gate, Param};

const ACCOUNT: Param = Param { name: "account", about: "ARM id of the storage account" };
const SCOPE: Param =
    Param { name: "scope", about: "the ARM scope that is asked for: of the account, the container, …" };
const PLANE: Param = Param { name: "plane", about: "`data` (data actions) or `control` (actions)" };
const SUB_OPERATION: Param = Param { name: "sub-operation", about: "the sub-operation, e.g. `Blob.List`" };
const SUB: Param = Param { name: "sub-resource", about: "the account's part that is spoken to: `blob`, `dfs`, …" };
const CONTAINER: Param = Param { name: "container", about: "the container's name" };
const BLOB: Param = Param { name: "blob", about: "the blob's path inside the container" };
const OTHERS: Param =
    Param { name: "others", about: "other identities on the way, name → object id, that may hold the role instead" };
const AUTH: Param = Param {
    name: "auth",
    about: "how the request is authorized: `entra`, `key`, `account-sas`, `service-sas`, `user-delegation-sas`, `anonymous`",
};
const CONTEXT: Param =
    Param { name: "context", about: "attributes of the request, as a map: the text inside the brackets → value" };
const TLS: Param = Param { name: "tls", about: "the client's TLS version, e.g. `1.2`" };
const SCHEME: Param = Param { name: "scheme", about: "`https` or `http`" };
const SAS: Param = Param { name: "sas", about: "the fields of the shared access signature, without its signature" };

const UNREAD: (&str, &str) = ("unread", "what decides could not be read");

macro_rules! gates {
    ($($layer:ident $name:literal, $judge:path, $about:literal, $reasons:expr, $params:expr;)*) => {
        &[$(Gate { name: $name, layer: Layer::$layer, about: $about, reasons: $reasons, params: $params, judge: $judge },)*]
    };
}

static GATES: &[Gate] = gates! {
    Identity "token", identity::token, "which identity the token is of, its tenant and audience",
        &[("other-tenant", "the token is of another tenant than the account"), ("no-such-principal", "the directory knows no such principal"), UNREAD], &[ACCOUNT, SCOPE, PLANE, AUTH];
    Identity "deny-assignment", identity::deny_assignment, "deny assignments at and above the scope",
        &[("explicit-deny", "a deny assignment applies"), UNREAD], &[SCOPE, PLANE, SUB_OPERATION, ACCOUNT, CONTAINER, BLOB, SUB, CONTEXT, AUTH];
    Identity "role-assignment", identity::role_assignment, "role assignments at and above the scope, the identity's own and its groups'",
        &[("no-role", "no role that allows it is assigned"), ("control-plane-only", "a role is assigned that gives management, not data"),
          ("wrong-scope", "the right role is assigned elsewhere"), ("eligible-not-active", "the identity is eligible for the role and has not activated it"),
          ("other-identity", "another identity on the way holds the role"), UNREAD], &[SCOPE, PLANE, SUB_OPERATION, OTHERS, ACCOUNT, CONTAINER, BLOB, SUB, CONTEXT, AUTH];
    Identity "role-condition", identity::role_condition, "the conditions of the assignments that allow it",
        &[("condition-failed", "the condition of every assignment that allows it is false"), ("unknown-attributes", "it depends on attributes that nobody could tell"), UNREAD],
        &[SCOPE, PLANE, SUB_OPERATION, ACCOUNT, CONTAINER, BLOB, SUB, CONTEXT, AUTH];
    Identity "acl", identity::acl, "access control lists of a hierarchical namespace (ADLS Gen2)",
        &[("no-execute", "a folder on the way lacks --x"), ("no-permission", "the item's list does not allow it"), UNREAD],
        &[SCOPE, PLANE, SUB_OPERATION, ACCOUNT, CONTAINER, BLOB, SUB, CONTEXT, AUTH];

    Network "managed-network", network::managed_network, "the workspace's managed network",
        &[("no-outbound-rule", "no outbound rule leads to the account"), ("rule-inactive", "the rule is there and not active"),
          ("fqdn-rule", "a rule by name cannot reach a storage account"), ("not-provisioned", "the managed network is not provisioned"), UNREAD], &[ACCOUNT, SUB];
    Network "private-endpoint", network::private_endpoint, "the private endpoint to the account, and its approval",
        &[("pending", "its connection waits for approval"), ("rejected", "its connection was rejected"), ("disconnected", "its connection was cut"),
          ("missing", "there is none in reach"), ("wrong-sub-resource", "there is one, for another part of the account"), UNREAD], &[ACCOUNT, SUB];
    Network "dns", network::dns, "what the account's name resolves to from there",
        &[("public-address", "the name gives the public address, not the private endpoint's"), ("no-record", "the zone is linked and has no record"),
          ("stale-record", "the record is not the endpoint's address"), UNREAD], &[ACCOUNT, SUB];
    Network "nsg", network::nsg, "network security groups of the interface and the subnets",
        &[("denied-outbound", "a rule stops what leaves"), ("denied-inbound", "a rule stops what arrives"), UNREAD], &[ACCOUNT, SUB];
    Network "route", network::route, "where the subnet's routes send the packets",
        &[("none", "a route drops them"), ("appliance", "a route sends them to an appliance that does not pass them on"),
          ("no-way-out", "nothing leads to public addresses"), UNREAD], &[ACCOUNT, SUB];
    Network "peering", network::peering, "the peering between the client's network and the endpoint's",
        &[("missing", "the networks are not peered"), ("disconnected", "one side is not connected"), ("access-off", "traffic between the networks is off"), UNREAD],
        &[ACCOUNT, SUB];
    Network "service-endpoint", network::service_endpoint, "the subnet's service endpoint, and its policies",
        &[("missing", "the subnet has no service endpoint for storage"), ("other-region", "it does not cover the account's region"),
          ("policy", "the endpoint's policy does not list the account"), ("bad-state", "it is not provisioned"), UNREAD], &[ACCOUNT, SUB];

    Storage "account-state", storage::account_state, "whether the account and its subscription can be used",
        &[("unavailable", "the account is not available"), ("subscription-disabled", "the subscription is not enabled"),
          ("no-such-account", "there is no such account"), ("no-such-container", "there is no such container"), ("immutable", "a policy or legal hold keeps the data from changes"), UNREAD],
        &[ACCOUNT, CONTAINER, BLOB, SUB_OPERATION];
    Storage "transport", storage::transport, "HTTPS only, and the lowest TLS version",
        &[("https-only", "the account takes HTTPS only"), ("tls-version", "the client's TLS is too old"), UNREAD], &[ACCOUNT, TLS, SCHEME];
    Storage "security-perimeter", storage::security_perimeter, "the network security perimeter around the account",
        &[("no-rule", "no inbound rule of the perimeter lets it in"), UNREAD], &[ACCOUNT, SUB];
    Storage "public-network-access", storage::public_network_access, "whether the account takes anything but private endpoints",
        &[("disabled", "public network access is off"), UNREAD], &[ACCOUNT, SUB];
    Storage "vnet-rule", storage::vnet_rule, "the firewall's rules for subnets",
        &[("missing", "no rule lets the subnet in"), ("network-source-deleted", "the rule is for a subnet that was deleted"), UNREAD], &[ACCOUNT, SUB];
    Storage "ip-rule", storage::ip_rule, "the firewall's rules for public addresses",
        &[("missing", "no rule lets the address in"), ("same-region", "rules for addresses do not count inside the account's own region"), UNREAD], &[ACCOUNT, SUB];
    Storage "resource-rule", storage::resource_rule, "the firewall's rules for resource instances and trusted services",
        &[("missing", "no rule lets the resource in"), UNREAD], &[ACCOUNT, SUB];
    Storage "shared-key", storage::shared_key, "whether account keys, and signatures made with them, count",
        &[("disabled", "the account takes no keys"), UNREAD], &[ACCOUNT, AUTH];
    Storage "public-blob-access", storage::public_blob_access, "whether anybody may read without signing in",
        &[("account-off", "the account allows no anonymous access"), ("container-private", "the container is private"), UNREAD], &[ACCOUNT, CONTAINER, AUTH, SUB_OPERATION];
    Storage "sas", storage::sas, "the shared access signature: times, permissions, addresses",
        &[("expired", "it has expired"), ("not-yet-valid", "it is not valid yet"), ("permission", "it lacks the permission"),
          ("ip", "it is for other addresses"), ("protocol", "it is for HTTPS only"), ("service", "it is for another service"),
          ("resource-type", "it is for another kind of resource"), UNREAD], &[ACCOUNT, AUTH, SAS, SUB, SUB_OPERATION, SCHEME, CONTAINER];
    Storage "key-vault-key", key::key_vault_key, "the customer-managed key that the account's data is encrypted with",
        &[("key-disabled", "the key is disabled"), ("key-expired", "the key has expired"), ("no-such-key", "there is no such key"), ("no-such-vault", "there is no such vault"),
          ("no-access", "the account's identity may not use the key"), ("vault-firewall", "the vault's firewall keeps the account out"), UNREAD], &[ACCOUNT];
};

/// Every gate.
#[must_use]
pub fn all() -> &'static [Gate] {
    GATES
}
