//! Whether the account's identity may use the key: by an access policy of the vault, or by a role.

use serde_json::Value;

use super::super::super::id;
use super::super::super::items::{flag, list, prop, text, texts};
use super::super::super::rbac::{Plane, builtin};
use super::super::words::{Account, fix, unread};
use super::SUBJECT;
use super::named::Named;
use super::vault::{Vault, owner};
use crate::facts::{Known, Tri};
use crate::model::{Decisive, Effect, Fix, Judgement, Risk};
use crate::provider::Ask;
use crate::shell::quoted;

/// What Storage needs of a key (Azure Storage, `customer-managed-keys-overview`).
const NEEDED: [&str; 3] = ["get", "wrapkey", "unwrapkey"];

/// The same as data actions of roles.
const NEEDED_OF_ROLES: [&str; 3] = [
    "Microsoft.KeyVault/vaults/keys/read",
    "Microsoft.KeyVault/vaults/keys/wrap/action",
    "Microsoft.KeyVault/vaults/keys/unwrap/action",
];

/// Whether the account's identity may use the key. Nothing when it may.
pub fn access(ask: &Ask<'_>, account: Account<'_>, key: &Named<'_>, vault: Vault<'_>) -> Option<Judgement> {
    let oid = match key.identity(ask, account) {
        Known::Yes(oid) => oid,
        Known::Absent => return Some(no_identity(account, key)),
        Known::Unknown(why) => return Some(unread(SUBJECT, &why)),
    };
    match flag(vault.body, "enableRbacAuthorization") {
        Some(true) => by_role(ask, key, vault, &oid),
        _ => by_policy(key, vault, &oid),
    }
}

fn no_identity(account: Account<'_>, key: &Named<'_>) -> Judgement {
    let summary = format!("The identity as which {} uses the key {} was deleted.", account.name(), key.name);
    let decisive = Decisive {
        document: format!("storage account {}", account.name()),
        statement: "encryption.identity".into(),
        text: prop(account.body, "encryption").and_then(|encryption| serde_json::to_string_pretty(encryption).ok()),
    };
    Judgement::closed(Effect::NoAllow, "no-access", key.address.as_str(), summary).decided_by([decisive]).fix(fix(
        "Give the account another identity for its key",
        super::super::storage::owner(account),
        Risk::Medium,
        format!("az storage account update --ids {} --identity-type UserAssigned --user-identity-id IDENTITY_ID --key-vault-user-identity-id IDENTITY_ID", quoted(account.id)),
    ))
}

fn by_policy(key: &Named<'_>, vault: Vault<'_>, oid: &str) -> Option<Judgement> {
    let policies = list(vault.body, "accessPolicies").iter();
    let own: Vec<&Value> =
        policies.filter(|policy| text(policy, "objectId").is_some_and(|id| id.eq_ignore_ascii_case(oid))).collect();
    let given: Vec<String> = own
        .iter()
        .filter_map(|policy| prop(policy, "permissions"))
        .flat_map(|permissions| texts(permissions, "keys"))
        .map(str::to_ascii_lowercase)
        .collect();
    let has = |needed: &str| given.iter().any(|own| own == needed || own == "all");
    let lacking: Vec<&str> = NEEDED.into_iter().filter(|needed| !has(needed)).collect();
    if lacking.is_empty() {
        return None;
    }
    let summary = format!(
        "No access policy of the key vault {} gives the account's identity {oid} the key permissions {}.",
        key.vault,
        lacking.join(", ")
    );
    let give = fix(
        format!("Give the account's identity the key permissions it needs in {}", key.vault),
        owner(key.vault),
        Risk::Low,
        format!(
            "az keyvault set-policy --name {} --object-id {} --key-permissions get wrapKey unwrapKey",
            quoted(key.vault),
            quoted(oid)
        ),
    );
    let found = Value::from(own.into_iter().cloned().collect::<Vec<_>>());
    Some(closed(key, vault, summary, "accessPolicies", &found, give).note("Policies for groups are not looked into."))
}

fn by_role(ask: &Ask<'_>, key: &Named<'_>, vault: Vault<'_>, oid: &str) -> Option<Judgement> {
    let filter = format!("assignedTo('{oid}')");
    let arm = format!("{}/keys/{}", vault.id, key.name);
    let of = |fact: &crate::facts::Fact, name: &str, wanted: &dyn Fn(&str) -> bool| {
        fact.params.get(name).and_then(Value::as_str).is_some_and(wanted)
    };
    let asked = |fact: &crate::facts::Fact| {
        of(fact, "id", &|id| id::same(id, vault.id) || id::same(id, &arm))
            && of(fact, "filter", &|text| text.eq_ignore_ascii_case(&filter))
    };
    let assignments: &[Value] = match ask.reading.find("authorization:ListRoleAssignments", asked) {
        Known::Yes(body) => super::super::super::items::items(body),
        Known::Absent => &[],
        Known::Unknown(why) => return Some(unread(SUBJECT, &why)),
    };
    let reaching = assignments.iter().filter(|assignment| reaches(assignment, &arm));
    let gives = |assignment: &Value| match text(assignment, "condition") {
        Some(_) => grants(assignment).and(Tri::Unknown),
        None => grants(assignment),
    };
    let give = || {
        fix(
            format!("Give the account's identity the role Key Vault Crypto Service Encryption User on {}", key.vault),
            owner(key.vault),
            Risk::Low,
            format!(
                "az role assignment create --assignee-object-id {} --assignee-principal-type ServicePrincipal --role 'Key Vault Crypto Service Encryption User' --scope {}",
                quoted(oid),
                quoted(vault.id)
            ),
        )
    };
    match reaching.map(gives).max().unwrap_or(Tri::False) {
        Tri::True => None,
        Tri::Unknown => Some(
            Judgement::unknown(
                "unread",
                format!("{SUBJECT} cannot be told: whether a role of its identity {oid} gives that is not known."),
            )
            .missing("what the roles of the account's identity at the vault allow"),
        ),
        Tri::False => {
            let summary =
                format!("No role of the account's identity {oid} lets it use the key {} in {}.", key.name, key.vault);
            Some(closed(key, vault, summary, "role assignments", &Value::from(assignments.to_vec()), give()))
        }
    }
}

/// Some servers also list what is assigned below. What stands at a management group is above, or it would not be listed.
fn reaches(assignment: &Value, target: &str) -> bool {
    let above = |scope: &str| id::within(target, scope) || id::after(scope, "managementGroups").is_some();
    text(assignment, "scope").is_none_or(above)
}

/// Whether a role gives all that is needed; of roles that Azure has not built in nothing is read here.
fn grants(assignment: &Value) -> Tri {
    let Some(role) = text(assignment, "roleDefinitionId").and_then(builtin::by_id) else { return Tri::Unknown };
    let permissions = role.permissions();
    let given =
        |needed: &&str| permissions.iter().any(|one| one.condition().is_none() && one.covers(needed, Plane::Data));
    Tri::from(NEEDED_OF_ROLES.iter().all(given))
}

fn closed(key: &Named<'_>, vault: Vault<'_>, summary: String, statement: &str, found: &Value, fix: Fix) -> Judgement {
    let shown = Decisive {
        document: format!("key vault {}", key.vault),
        statement: statement.to_owned(),
        text: serde_json::to_string_pretty(found).ok(),
    };
    Judgement::closed(Effect::NoAllow, "no-access", vault.id, summary).decided_by([shown]).fix(fix)
}
