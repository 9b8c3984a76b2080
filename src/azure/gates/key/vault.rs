//! Whether the vault is there and lets Storage in; whether the key can be used.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::super::items::{get, is, items, prop, text};
use super::super::super::{id, storage::account::spelled};
use super::super::words::{fix, unread};
use super::SUBJECT;
use super::named::Named;
use crate::facts::{Fact, Known};
use crate::model::{Decisive, Effect, Judgement, Risk};
use crate::provider::Ask;
use crate::shell::quoted;

/// The vault, as ARM says it.
#[derive(Debug, Clone, Copy)]
pub struct Vault<'a> {
    /// Its ARM id.
    pub id: &'a str,
    /// What ARM says of it.
    pub body: &'a Value,
}

/// The owner of a vault.
pub fn owner(name: &str) -> String {
    format!("whoever administers the key vault {name}")
}

/// The vault of this name among those that were read. A list without it proves nothing: vaults of other subscriptions serve as well.
pub fn find<'a>(ask: &Ask<'a>, key: &Named<'_>) -> Result<Vault<'a>, Box<Judgement>> {
    let named = |id: &str| id::name(id).eq_ignore_ascii_case(key.vault);
    let asked = |fact: &Fact| fact.params.get("id").and_then(Value::as_str).is_some_and(named);
    let asked_for = ask.reading.facts().of_call("keyvault:GetVault").any(|(_, fact)| asked(fact));
    let read = if asked_for { Some(ask.reading.find("keyvault:GetVault", asked)) } else { None };
    if let Some(Known::Yes(body)) = read
        && let Some(id) = body.get("id").and_then(Value::as_str)
    {
        return Ok(Vault { id, body });
    }
    let among = |fact: &Fact| fact.body.as_ref().and_then(|body| listed(body, &named)).is_some();
    let is_listed = |call: &str| ask.reading.facts().of_call(call).any(|(_, fact)| among(fact));
    if is_listed("keyvault:ListVaults")
        && let Known::Yes(body) = ask.reading.find("keyvault:ListVaults", among)
        && let Some(vault) = listed(body, &named)
    {
        return Ok(vault);
    }
    // Names of vaults are given once in the world, so a deleted one of this name is this one.
    if is_listed("keyvault:ListDeletedVaults")
        && let Known::Yes(_) = ask.reading.find("keyvault:ListDeletedVaults", among)
    {
        return Err(Box::new(gone(key)));
    }
    let lists = ask.reading.all("keyvault:ListVaults", |_| true);
    Err(Box::new(match (read, lists) {
        (Some(Known::Absent), _) => gone(key),
        (Some(Known::Unknown(why)), _) | (_, Known::Unknown(why)) => unread(SUBJECT, &why),
        _ => Judgement::unknown(
            "unread",
            format!("{SUBJECT} cannot be told: among the vaults that you may read is none named {}.", key.vault),
        )
        .missing(format!("where the vault {} is: it was deleted, or is in a subscription you cannot read", key.vault)),
    }))
}

fn listed<'v>(body: &'v Value, named: &impl Fn(&str) -> bool) -> Option<Vault<'v>> {
    let mut vaults = items(body).iter().filter_map(|body| Some(Vault { id: body.get("id")?.as_str()?, body }));
    vaults.find(|vault| named(vault.id))
}

fn gone(key: &Named<'_>) -> Judgement {
    let summary =
        format!("There is no key vault {}, and the account's data is encrypted with its key {}.", key.vault, key.name);
    let decisive = missing(&format!("vault {}", key.vault));
    Judgement::closed(Effect::Unusable, "no-such-vault", key.address.as_str(), summary).decided_by([decisive]).fix(fix(
        format!("Restore the deleted vault {}, then its key {}", key.vault, key.name),
        owner(key.vault),
        Risk::Low,
        format!("az keyvault recover --name {}", quoted(key.vault)),
    ))
}

fn shown(document: String, statement: &str, value: &Value) -> Decisive {
    Decisive { document, statement: statement.to_owned(), text: serde_json::to_string_pretty(value).ok() }
}

fn missing(what: &str) -> Decisive {
    Decisive { document: "Azure Resource Manager".into(), statement: what.into(), text: Some("not found".into()) }
}

/// Whether the key can be used: there, enabled, not expired. Nothing when it can.
pub fn key(ask: &Ask<'_>, key: &Named<'_>, vault: Vault<'_>) -> Option<Judgement> {
    let arm = format!("{}/keys/{}", vault.id, key.name);
    let body = match get(ask.reading, "keyvault:GetKey", &arm) {
        Known::Yes(body) => body,
        Known::Absent => return Some(no_such_key(key, &arm)),
        Known::Unknown(why) => return Some(unread(SUBJECT, &why)),
    };
    if let Some(pinned) = key.version
        && let Some(read) = text(body, "keyUriWithVersion").map(id::name)
        && !read.eq_ignore_ascii_case(pinned)
    {
        let summary =
            format!("{SUBJECT} cannot be told: it uses version {pinned} of the key, and the newest is another.");
        return Some(Judgement::unknown("unread", summary).missing(format!("the state of {}/{pinned}", key.address)));
    }
    let attributes = prop(body, "attributes").unwrap_or(&Value::Null);
    let closed = |reason: &'static str, how: &str| {
        let decisive = shown(format!("key {}", key.name), "attributes", attributes);
        let summary =
            format!("The key {} in {}, which the account's data is encrypted with, {how}.", key.name, key.vault);
        Judgement::closed(Effect::Unusable, reason, arm.as_str(), summary).decided_by([decisive])
    };
    let set = |title: &str, words: &str| {
        let command = format!(
            "az keyvault key set-attributes --vault-name {} --name {} {words}",
            quoted(key.vault),
            quoted(key.name)
        );
        fix(title, owner(key.vault), Risk::Medium, command)
    };
    if attributes.get("enabled").and_then(Value::as_bool) == Some(false) {
        return Some(closed("key-disabled", "is disabled").fix(set("Enable the key again", "--enabled true")));
    }
    let expires = attributes.get("exp").and_then(Value::as_i64).and_then(|exp| Timestamp::from_second(exp).ok())?;
    match super::super::storage::now(ask) {
        Some(now) if now >= expires => Some(
            closed("key-expired", &format!("expired at {expires}"))
                .fix(set("Set a later time of expiry, or rotate the key", "--expires EXPIRY")),
        ),
        Some(_) => None,
        None => {
            Some(Judgement::unknown("unread", format!("{SUBJECT} cannot be told: when it was asked is not known.")))
        }
    }
}

fn no_such_key(key: &Named<'_>, arm: &str) -> Judgement {
    let summary =
        format!("There is no key {} in {}, and the account's data is encrypted with it.", key.name, key.vault);
    let decisive = missing(&format!("key {} in {}", key.name, key.vault));
    Judgement::closed(Effect::Unusable, "no-such-key", arm, summary).decided_by([decisive]).fix(fix(
        "Recover the deleted key",
        owner(key.vault),
        Risk::Low,
        format!("az keyvault key recover --vault-name {} --name {}", quoted(key.vault), quoted(key.name)),
    ))
}

/// Whether the vault's firewall lets Storage in, which is a trusted service to it. Nothing when it does (Key Vault,
/// `overview-vnet-service-endpoints`; REST reference of vaults: the default of `bypass` is `AzureServices`).
pub fn firewall(key: &Named<'_>, vault: Vault<'_>) -> Option<Judgement> {
    let access = text(vault.body, "publicNetworkAccess").map(spelled);
    if access.as_deref() == Some("securedbyperimeter") {
        let summary = format!("{SUBJECT} cannot be told: a network security perimeter guards {}.", key.vault);
        return Some(
            Judgement::unknown("unread", summary).missing(format!("the perimeter around the key vault {}", key.vault)),
        );
    }
    let rules = prop(vault.body, "networkAcls");
    let guarded =
        access.as_deref() == Some("disabled") || rules.is_some_and(|rules| is(rules, "defaultAction", "Deny"));
    let trusts =
        rules.and_then(|rules| text(rules, "bypass")).is_none_or(|bypass| spelled(bypass).contains("azureservices"));
    if !guarded || trusts {
        return None;
    }
    let both = json!({"publicNetworkAccess": prop(vault.body, "publicNetworkAccess"), "networkAcls": rules});
    let summary =
        format!("The firewall of the key vault {} lets trusted services not past, and Storage is one.", key.vault);
    let mut pass = fix(
        format!("Let trusted services past the firewall of {}", key.vault),
        owner(key.vault),
        Risk::Medium,
        format!("az keyvault update --name {} --bypass AzureServices", quoted(key.vault)),
    );
    pass.widens
        .push("every trusted service of Azure gets past the vault's firewall; its rights still decide".to_owned());
    Some(
        Judgement::closed(Effect::Blocked, "vault-firewall", vault.id, summary)
            .decided_by([shown(format!("key vault {}", key.vault), "networkAcls", &both)])
            .fix(pass),
    )
}
