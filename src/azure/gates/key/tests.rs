//! The gate over small sets of facts.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::key_vault_key;
use crate::facts::{Fact, FactError, FactStatus, Facts, Reading};
use crate::model::{Judgement, Request, Verdict};
use crate::provider::Ask;

const ACCOUNT: &str = "/subscriptions/s1/resourceGroups/ml-rg/providers/Microsoft.Storage/storageAccounts/mldata";
const VAULT: &str = "/subscriptions/s1/resourceGroups/ml-rg/providers/Microsoft.KeyVault/vaults/ml-kv";
const IDENTITY: &str =
    "/subscriptions/s1/resourceGroups/ml-rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/cmk";
const CRYPTO_USER: &str = "e147488a-f6f5-4113-8e2d-b22465e65bf6";
const READER: &str = "21090545-7ca7-4776-b22c-e363652d74d2";

/// The four answers that the gate reads; `None`: refused, null: there is none.
#[derive(Clone)]
struct World {
    account: Value,
    vaults: Option<Value>,
    vault: Option<Value>,
    key: Option<Value>,
    roles: Option<Value>,
}

fn policy(oid: &str, keys: &[&str]) -> Value {
    json!({"objectId": oid, "permissions": {"keys": keys}})
}

/// An account whose own identity has an access policy for an enabled key.
fn good() -> World {
    let encryption = json!({"keySource": "Microsoft.KeyVault",
        "keyvaultproperties": {"keyname": "cmk", "keyvaulturi": "https://ML-kv.vault.azure.net/", "keyversion": ""}});
    World {
        account: json!({"id": ACCOUNT, "identity": {"type": "SystemAssigned", "principalId": "oid-1"}, "properties": {"encryption": encryption}}),
        vaults: Some(
            json!({"value": [vault(json!({"accessPolicies": [policy("OID-1", &["get", "wrapKey", "unwrapKey"])]}))]}),
        ),
        vault: Some(Value::Null),
        key: Some(
            json!({"properties": {"attributes": {"enabled": true, "exp": 1_800_000_000}, "keyUriWithVersion": "https://ml-kv.vault.azure.net/keys/cmk/v2"}}),
        ),
        roles: None,
    }
}

fn vault(properties: Value) -> Value {
    json!({"id": VAULT, "name": "ml-kv", "properties": properties})
}

impl World {
    fn vault(self, properties: Value) -> Self {
        World { vaults: Some(json!({"value": [vault(properties)]})), ..self }
    }

    fn key(self, attributes: Value) -> Self {
        World { key: Some(json!({"properties": {"attributes": attributes}})), ..self }
    }

    fn roles(self, assignments: Value) -> Self {
        let rbac = self.vault(json!({"enableRbacAuthorization": true, "accessPolicies": []}));
        World { roles: Some(json!({"value": assignments})), ..rbac }
    }

    fn at(mut self, pointer: &str, value: Value) -> Self {
        let (place, name) = pointer.rsplit_once('/').unwrap();
        self.account.pointer_mut(place).unwrap()[name] = value;
        self
    }

    fn facts(&self) -> Vec<Fact> {
        let id = |id: &str| json!({"id": id});
        let mut facts = vec![
            fact("storage:GetAccount", id(ACCOUNT), Some(self.account.clone())),
            fact("keyvault:ListVaults", id("/subscriptions/s1"), self.vaults.clone()),
            fact("keyvault:GetKey", id(&format!("{VAULT}/keys/cmk")), self.key.clone()),
            fact(
                "authorization:ListRoleAssignments",
                json!({"id": VAULT, "filter": "assignedTo('oid-1')"}),
                self.roles.clone(),
            ),
        ];
        if self.vault != Some(Value::Null) {
            facts.push(fact("keyvault:GetVault", id(VAULT), self.vault.clone()));
        }
        facts
    }
}

fn fact(call: &str, params: Value, body: Option<Value>) -> Fact {
    let (status, body) = match body {
        Some(Value::Null) => (FactStatus::NotFound, None),
        Some(body) => (FactStatus::Ok, Some(body)),
        None => (FactStatus::Denied, None),
    };
    let error = body.is_none().then(|| FactError { code: "AuthorizationFailed".into(), message: String::new() });
    let params = params.as_object().unwrap().clone();
    Fact {
        id: "f".into(),
        call: call.into(),
        params,
        status,
        at: "2026-01-15T12:00:00Z".into(),
        took_ms: 1,
        body,
        error,
    }
}

fn judge(facts: &[Fact]) -> Judgement {
    let facts = Facts::new(facts.iter().cloned());
    let with = BTreeMap::from([("account".to_owned(), json!(ACCOUNT))]);
    let (request, reading) = (Request::default(), Reading::new(&facts));
    let judgement = key_vault_key(&Ask { request: &request, reading: &reading, with: &with, action: "read" });
    if judgement.verdict == Verdict::Closed {
        assert!(
            judgement.blame.is_some() && !judgement.decisive.is_empty() && !judgement.fixes.is_empty(),
            "{judgement:?}"
        );
    }
    judgement
}

fn word(judgement: &Judgement) -> String {
    match judgement.verdict {
        Verdict::Open => "open".into(),
        Verdict::NotApplicable => "-".into(),
        Verdict::Unknown => "?".into(),
        Verdict::Closed => judgement.reason.to_string(),
    }
}

#[allow(clippy::too_many_lines)]
fn worlds() -> Vec<(&'static str, World, &'static str)> {
    let version = "/properties/encryption/keyvaultproperties/keyversion";
    let assigned = |role: &str, scope: &str| json!([{"properties": {"roleDefinitionId": format!("/subscriptions/s1/providers/Microsoft.Authorization/roleDefinitions/{role}"), "scope": scope}}]);
    let conditional = {
        let mut one = assigned(CRYPTO_USER, VAULT);
        one[0]["properties"]["condition"] = json!("@Resource[x] StringEquals 'y'");
        one
    };
    let user_assigned = |entry: Value| {
        good()
            .at("/properties/encryption/identity", json!({"userAssignedIdentity": IDENTITY.to_uppercase()}))
            .at("/identity", json!({"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: entry}}))
    };
    let guarded = |rules: Value| {
        good().vault(json!({"accessPolicies": [policy("oid-1", &["all"])], "publicNetworkAccess": "Disabled", "networkAcls": rules}))
    };
    vec![
        ("all well", good(), "open"),
        ("Microsoft's key", good().at("/properties/encryption", json!({"keySource": "Microsoft.Storage"})), "-"),
        ("no encryption is said", good().at("/properties", json!({})), "-"),
        ("no key is named", good().at("/properties/encryption", json!({"keySource": "Microsoft.Keyvault"})), "?"),
        (
            "a managed HSM",
            good().at("/properties/encryption/keyvaultproperties/keyvaulturi", json!("https://h.managedhsm.azure.net")),
            "?",
        ),
        ("vaults refused", World { vaults: None, ..good() }, "?"),
        ("no such vault listed: it may be elsewhere", World { vaults: Some(json!({"value": []})), ..good() }, "?"),
        ("vault refused, and none listed", World { vaults: Some(json!({"value": []})), vault: None, ..good() }, "?"),
        (
            "the vault itself, no list",
            World {
                vaults: None,
                vault: Some(vault(json!({"accessPolicies": [policy("oid-1", &["all"])]}))),
                ..good()
            },
            "open",
        ),
        ("key refused", World { key: None, ..good() }, "?"),
        ("no such key", World { key: Some(Value::Null), ..good() }, "no-such-key"),
        ("disabled", good().key(json!({"enabled": false})), "key-disabled"),
        ("expired", good().key(json!({"enabled": true, "exp": 1_700_000_000})), "key-expired"),
        ("no expiry", good().key(json!({"enabled": true})), "open"),
        ("the newest version is the pinned one", good().at(version, json!("v2")), "open"),
        ("another version is pinned", good().at(version, json!("v1")), "?"),
        ("no policy", good().vault(json!({"accessPolicies": [policy("oid-2", &["all"])]})), "no-access"),
        (
            "a policy without unwrapping",
            good().vault(json!({"accessPolicies": [policy("oid-1", &["Get", "WrapKey"])]})),
            "no-access",
        ),
        ("all permissions", good().vault(json!({"accessPolicies": [policy("oid-1", &["All"])]})), "open"),
        (
            "permissions from two policies",
            good().vault(
                json!({"accessPolicies": [policy("oid-1", &["get"]), policy("oid-1", &["wrapkey", "UnwrapKey"])]}),
            ),
            "open",
        ),
        (
            "policies do not count under roles",
            good().vault(json!({"enableRbacAuthorization": true, "accessPolicies": [policy("oid-1", &["all"])]})),
            "?",
        ),
        ("the role", good().roles(assigned(CRYPTO_USER, "/subscriptions/S1")), "open"),
        (
            "the role at a management group",
            good().roles(assigned(CRYPTO_USER, "/providers/Microsoft.Management/managementGroups/g")),
            "open",
        ),
        ("the role at another vault", good().roles(assigned(CRYPTO_USER, &format!("{VAULT}2"))), "no-access"),
        ("the role under a condition", good().roles(conditional), "?"),
        ("a role that does not do", good().roles(assigned(READER, VAULT)), "no-access"),
        ("a role nobody knows", good().roles(assigned("custom", VAULT)), "?"),
        ("no role", good().roles(json!([])), "no-access"),
        ("a user-assigned identity", user_assigned(json!({"principalId": "oid-1"})), "open"),
        ("another user-assigned identity", user_assigned(json!({"principalId": "oid-3"})), "no-access"),
        ("an identity of which nothing is known", user_assigned(json!({})), "?"),
        ("no identity is said", good().at("/identity", Value::Null), "?"),
        ("a guarded vault that trusts", guarded(json!({"bypass": "AzureServices", "defaultAction": "Deny"})), "open"),
        ("a guarded vault without a word on trust", guarded(Value::Null), "open"),
        (
            "a guarded vault that does not",
            guarded(json!({"bypass": "None", "defaultAction": "Allow"})),
            "vault-firewall",
        ),
        (
            "two faults: the key's first",
            guarded(json!({"bypass": "None"})).key(json!({"enabled": false})),
            "key-disabled",
        ),
        (
            "a fault beside something refused",
            World { key: None, ..guarded(json!({"bypass": "None"})) },
            "vault-firewall",
        ),
    ]
}

#[test]
fn key_and_vault_are_judged() {
    for (about, world, wanted) in worlds() {
        assert_eq!(word(&judge(&world.facts())), wanted, "{about}");
    }
    let gone = World { vaults: Some(json!({"value": []})), ..good() };
    let deleted = json!({"value": [{"id": "/subscriptions/s1/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/ml-kv"}]});
    for told in [
        fact("keyvault:GetVault", json!({"id": VAULT}), Some(Value::Null)),
        fact("keyvault:ListDeletedVaults", json!({"id": "/subscriptions/s1"}), Some(deleted)),
    ] {
        let mut facts = gone.facts();
        facts.push(told);
        let judgement = judge(&facts);
        assert_eq!(word(&judgement), "no-such-vault");
        assert_eq!(judgement.blame.as_deref(), Some("https://ML-kv.vault.azure.net/keys/cmk"));
    }
}

#[test]
fn less_facts_never_turn_a_verdict_round() {
    for (about, world, _) in worlds() {
        let full = judge(&world.facts());
        for at in 0..world.facts().len() {
            let mut without = world.facts();
            without.remove(at);
            let mut refused = world.facts();
            (refused[at].status, refused[at].body) = (FactStatus::Denied, None);
            for less in [without, refused] {
                let less = judge(&less);
                let kept = match full.verdict {
                    Verdict::Closed => matches!(less.verdict, Verdict::Closed | Verdict::Unknown),
                    Verdict::Open => matches!(less.verdict, Verdict::Open | Verdict::Unknown),
                    _ => true,
                };
                assert!(kept, "{about}, fact {at}: {full:?} became {less:?}");
            }
        }
    }
}
