//! Which key the account names, and as whom it uses it.

use serde_json::Value;

use super::super::super::items::{is, prop, text};
use super::super::super::{id, items};
use super::super::words::Account;
use super::SUBJECT;
use crate::facts::{Known, Why};
use crate::model::Judgement;
use crate::provider::Ask;

/// The key that an account names.
#[derive(Debug)]
pub struct Named<'a> {
    /// The vault's name: the first part of its address.
    pub vault: &'a str,
    /// The key's name.
    pub name: &'a str,
    /// The version that is pinned; nothing where the account takes the newest.
    pub version: Option<&'a str>,
    /// The key's address.
    pub address: String,
    /// What ARM says of the account's encryption.
    encryption: &'a Value,
}

impl<'a> Named<'a> {
    /// Nothing where Microsoft manages the key.
    pub fn of(account: Account<'a>) -> Result<Option<Self>, Box<Judgement>> {
        let unclear = |missing: String| {
            Box::new(
                Judgement::unknown("unread", format!("{SUBJECT} cannot be told: {missing} is not known."))
                    .missing(missing),
            )
        };
        let Some(encryption) = prop(account.body, "encryption") else { return Ok(None) };
        if !is(encryption, "keySource", "Microsoft.Keyvault") {
            return Ok(None);
        }
        let spelled = |names: [&str; 2]| {
            let properties = names.into_iter().find_map(|name| prop(encryption, name));
            move |names: [&str; 2]| properties.and_then(|of| names.into_iter().find_map(|name| text(of, name)))
        };
        let field = spelled(["keyvaultproperties", "keyVaultProperties"]);
        let (Some(vault_address), Some(name)) = (field(["keyvaulturi", "keyVaultUri"]), field(["keyname", "keyName"]))
        else {
            return Err(unclear(format!("the key that {} names (encryption.keyvaultproperties)", account.name())));
        };
        let host = vault_address.split("://").last().unwrap_or_default().split('/').next().unwrap_or_default();
        let (vault, domain) = host.split_once('.').unwrap_or((host, ""));
        if domain.to_ascii_lowercase().starts_with("managedhsm.") {
            return Err(unclear(format!("the key {name} in the managed HSM {vault}, which has rights of its own")));
        }
        let address = format!("{}/keys/{name}", vault_address.trim_end_matches('/'));
        Ok(Some(Named { vault, name, version: field(["keyversion", "keyVersion"]), address, encryption }))
    }

    /// The object id of the identity that the account uses the key as.
    pub fn identity(&self, ask: &Ask<'_>, account: Account<'_>) -> Known<String> {
        let unknown = |what: &str| Known::Unknown(ask.reading.missed(Why::not_readable(what)));
        let own = prop(self.encryption, "identity");
        if own.is_some_and(|own| text(own, "federatedIdentityClientId").is_some()) {
            return unknown("the application by which the account reaches a vault of another tenant");
        }
        let identity = account.body.get("identity");
        let Some(assigned) = own.and_then(|own| text(own, "userAssignedIdentity")) else {
            let system = identity.and_then(|identity| text(identity, "principalId"));
            return system.map_or_else(
                || unknown("the object id of the account's own identity"),
                |oid| Known::Yes(oid.to_owned()),
            );
        };
        let listed = identity.and_then(|identity| identity.get("userAssignedIdentities")).and_then(Value::as_object);
        let entry = listed.and_then(|map| map.iter().find(|(own, _)| id::same(own, assigned))).map(|(_, entry)| entry);
        if let Some(oid) = entry.and_then(|entry| text(entry, "principalId")) {
            return Known::Yes(oid.to_owned());
        }
        match items::get(ask.reading, "identity:GetUserAssigned", assigned) {
            Known::Yes(body) => match text(body, "principalId") {
                Some(oid) => Known::Yes(oid.to_owned()),
                None => unknown("the object id of the identity that the account uses the key as"),
            },
            Known::Absent => Known::Absent,
            Known::Unknown(why) => Known::Unknown(why),
        }
    }
}
