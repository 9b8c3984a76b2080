//! The built-in roles of Azure (`assets/azure/README.md` names source and date). Only the line that is asked for is parsed.

use super::super::id::name;
use super::role::{Permission, Plane};

static TABLE: &str = include_str!("../../../assets/azure/roles.tsv");

/// Roles that Microsoft names for a service's data and for everyday management, the smallest first: what to propose before roles that were made for one
/// product and happen to give less.
const USUAL: &[&str] = &[
    "db58b8e5-c6ad-4a2a-8342-4190687cbf4a", // Storage Blob Delegator
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", // Storage Blob Data Reader
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe", // Storage Blob Data Contributor
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", // Storage Blob Data Owner
    "19e7f393-937e-4f77-808e-94535e297925", // Storage Queue Data Reader
    "974c5e8b-45b9-4653-ba55-5f855dd0fb88", // Storage Queue Data Contributor
    "76199698-9eea-4c19-bc75-cec21354c6b6", // Storage Table Data Reader
    "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", // Storage Table Data Contributor
    "b8eda974-7b85-4f76-af95-65846b26df6d", // Storage File Data Privileged Reader
    "69566ab7-960f-475b-8e7c-b3118f30c6bd", // Storage File Data Privileged Contributor
    "e147488a-f6f5-4113-8e2d-b22465e65bf6", // Key Vault Crypto Service Encryption User
    "4633458b-17de-408a-b874-0445c86b69e6", // Key Vault Secrets User
    "7f951dda-4ed3-4680-a7ca-43fe172d538d", // AcrPull
    "8311e382-0749-4cb8-b61a-304f252e45ec", // AcrPush
    "f6c7c914-8db3-469d-8ca1-694a8f32e121", // AzureML Data Scientist
    "81a9662b-bebf-436f-a333-f67b29880f12", // Storage Account Key Operator Service Role
    "acdd72a7-3385-48ef-bd42-f606fba81ae7", // Reader
    "b24988ac-6180-42a0-ab88-20f7382dd24c", // Contributor
];

/// One built-in role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Builtin {
    /// Its GUID.
    pub id: &'static str,
    /// The name that people know it by.
    pub name: &'static str,
    permissions: &'static str,
}

impl Builtin {
    fn of(line: &'static str) -> Option<Builtin> {
        let (id, rest) = line.split_once('\t')?;
        let (name, permissions) = rest.split_once('\t')?;
        Some(Builtin { id, name, permissions })
    }

    /// Its permissions.
    #[must_use]
    pub fn permissions(&self) -> Vec<Permission<'static>> {
        serde_json::from_str(self.permissions).unwrap_or_default()
    }
}

/// All of them, by id.
pub fn all() -> impl Iterator<Item = Builtin> {
    TABLE.lines().filter_map(Builtin::of)
}

/// The role with this id: a GUID, or a role definition's ARM id that ends in one.
#[must_use]
pub fn by_id(id: &str) -> Option<Builtin> {
    let wanted = name(id).to_ascii_lowercase();
    let (mut low, mut high) = (0, TABLE.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        let bytes = TABLE.as_bytes();
        let start = bytes[..middle].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let end = bytes[middle..].iter().position(|byte| *byte == b'\n').map_or(TABLE.len(), |at| middle + at);
        let role = Builtin::of(TABLE.get(start..end)?)?;
        match wanted.as_str().cmp(role.id) {
            std::cmp::Ordering::Equal => return Some(role),
            std::cmp::Ordering::Less => high = start,
            std::cmp::Ordering::Greater => low = end + 1,
        }
    }
    None
}

/// The role of this name, case not counting.
#[must_use]
pub fn by_name(name: &str) -> Option<Builtin> {
    all().find(|role| role.name.eq_ignore_ascii_case(name))
}

/// The built-in role that gives this action and least besides: one of the usual ones, else the one with the least weight.
#[must_use]
pub fn smallest(action: &str, plane: Plane) -> Option<Builtin> {
    let gives = |permissions: &[Permission<'_>]| {
        permissions.iter().any(|element| element.condition().is_none() && element.covers(action, plane))
    };
    let usual = USUAL.iter().filter_map(|id| by_id(id)).find(|role| gives(&role.permissions()));
    usual.or_else(|| {
        let weighed = all().filter_map(|role| {
            let permissions = role.permissions();
            let weight: usize = permissions.iter().map(|element| element.weight(plane)).sum();
            gives(&permissions).then_some((weight, role))
        });
        weighed.min_by_key(|(weight, role)| (*weight, role.name)).map(|(_, role)| role)
    })
}

#[cfg(test)]
mod tests {
    use super::super::condition::Condition;
    use super::*;

    const BLOBS: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/";

    #[test]
    fn every_role_is_found_and_every_condition_is_understood() {
        let roles: Vec<Builtin> = all().collect();
        assert_eq!(roles.len(), 928);
        let mut conditions = 0;
        for role in roles {
            assert_eq!(by_id(role.id), Some(role));
            let permissions = role.permissions();
            assert!(!permissions.is_empty(), "{}", role.name);
            for condition in permissions.iter().filter_map(Permission::condition) {
                conditions += 1;
                assert!(Condition::parse(condition).is_ok(), "{condition}: {:?}", Condition::parse(condition));
            }
        }
        assert_eq!(conditions, 31);
        for id in ["", "0", "zzzz", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d", "é"] {
            assert_eq!(by_id(id), None, "{id}");
        }
        let arm =
            "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/2A2B9908-6ea1-4ae2-8e65-a410df84e7d1";
        assert_eq!(by_id(arm).map(|role| role.name), Some("Storage Blob Data Reader"));
    }

    #[test]
    fn owners_and_contributors_do_not_get_data() {
        let data =
            |role: &Builtin, action: &str| role.permissions().iter().any(|element| element.covers(action, Plane::Data));
        let reads = format!("{BLOBS}read");
        assert_eq!(all().filter(|role| data(role, &reads)).count(), 15);
        for name in ["Owner", "Contributor", "Reader", "Storage Account Contributor", "AzureML Data Scientist"] {
            assert!(!data(&by_name(name).unwrap(), &reads), "{name}");
        }
        let keys = "Microsoft.Storage/storageAccounts/listKeys/action";
        let lists = |role: &Builtin| role.permissions().iter().any(|element| element.covers(keys, Plane::Control));
        assert_eq!(all().filter(lists).count(), 24);
    }

    #[test]
    fn the_smallest_role_is_proposed() {
        assert!(USUAL.iter().all(|id| by_id(id).is_some()));
        for (action, plane, role) in [
            ("read", Plane::Data, Some("Storage Blob Data Reader")),
            ("write", Plane::Data, Some("Storage Blob Data Contributor")),
            ("delete", Plane::Data, Some("Storage Blob Data Contributor")),
            ("add/action", Plane::Data, Some("Storage Blob Data Contributor")),
            ("move/action", Plane::Data, Some("Storage Blob Data Contributor")),
            ("filter/action", Plane::Data, Some("Storage Blob Data Owner")),
        ] {
            assert_eq!(smallest(&format!("{BLOBS}{action}"), plane).map(|role| role.name), role, "{action}");
        }
        for (action, plane, role) in [
            (
                "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action",
                Plane::Control,
                "Storage Blob Delegator",
            ),
            (
                "Microsoft.Storage/storageAccounts/blobServices/containers/read",
                Plane::Control,
                "Storage Blob Data Reader",
            ),
            ("Microsoft.Storage/storageAccounts/read", Plane::Control, "Reader"),
            ("Microsoft.ContainerRegistry/registries/pull/read", Plane::Control, "AcrPull"),
            ("Microsoft.KeyVault/vaults/keys/wrap/action", Plane::Data, "Key Vault Crypto Service Encryption User"),
            ("Microsoft.KeyVault/vaults/certificates/create/action", Plane::Data, "Key Vault Certificates Officer"),
        ] {
            assert_eq!(smallest(action, plane).map(|role| role.name), Some(role), "{action}");
        }
        assert_eq!(smallest("Nobody.Knows/this/action", Plane::Data), None);
    }
}
