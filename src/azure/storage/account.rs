//! The account's switches. Any of them may be missing: what that means is said here, once.
//!
//! ARM names them as the REST reference does; `az storage account show` prints some under other names. Both are read.

use serde_json::Value;

use super::super::items::{is, prop, text};
use crate::facts::Tri;

/// Whether the account takes anything but private endpoints (Azure Storage, `storage-network-security-set-default-access`;
/// Private Link, `network-security-perimeter-transition`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicAccess {
    /// It does; also what no value means.
    Enabled,
    /// It does not.
    Disabled,
    /// Only what a network security perimeter lets in.
    SecuredByPerimeter,
    /// A value that this tool does not know.
    Unrecognised,
}

/// The switch `publicNetworkAccess`.
#[must_use]
pub fn public_access(account: &Value) -> PublicAccess {
    let Some(value) = prop(account, "publicNetworkAccess") else { return PublicAccess::Enabled };
    let known = [
        ("Enabled", PublicAccess::Enabled),
        ("Disabled", PublicAccess::Disabled),
        ("SecuredByPerimeter", PublicAccess::SecuredByPerimeter),
    ];
    let named = |(name, _): &&(&str, _)| value.as_str().is_some_and(|text| text.eq_ignore_ascii_case(name));
    known.iter().find(named).map_or(PublicAccess::Unrecognised, |(_, access)| *access)
}

/// The firewall.
#[must_use]
pub fn firewall(account: &Value) -> Option<&Value> {
    prop(account, "networkAcls").or_else(|| prop(account, "networkRuleSet"))
}

/// Whether the firewall lets in what no rule is for; an account without a firewall, or without the value, does.
#[must_use]
pub fn lets_all_in(account: &Value) -> Tri {
    let Some(firewall) = firewall(account) else { return Tri::True };
    match prop(firewall, "defaultAction") {
        None if firewall.is_object() => Tri::True,
        Some(Value::String(action)) if action.eq_ignore_ascii_case("Allow") => Tri::True,
        Some(Value::String(action)) if action.eq_ignore_ascii_case("Deny") => Tri::False,
        _ => Tri::Unknown,
    }
}

/// Whether trusted services pass the firewall: a list in one text, e.g. `Logging, AzureServices`. Where no value is given, they do
/// (REST reference of storage accounts, `NetworkRuleSet`: the default is `AzureServices`).
#[must_use]
pub fn trusts_services(account: &Value) -> bool {
    let Some(bypass) = firewall(account).and_then(|firewall| text(firewall, "bypass")) else { return true };
    bypass.split(',').any(|part| part.trim().eq_ignore_ascii_case("AzureServices"))
}

/// A list of the firewall: `ipRules`, `virtualNetworkRules`, `resourceAccessRules`.
#[must_use]
pub fn rules<'a>(account: &'a Value, name: &str) -> &'a [Value] {
    let rules = firewall(account).and_then(|firewall| firewall.get(name)).and_then(Value::as_array);
    rules.map_or(&[], Vec::as_slice)
}

/// The account's region, spelled as ARM's names are.
#[must_use]
pub fn region(account: &Value) -> Option<String> {
    text(account, "location").or_else(|| text(account, "primaryLocation")).map(spelled)
}

/// `West Europe` and `westeurope` are one region.
#[must_use]
pub fn spelled(region: &str) -> String {
    region.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// Whether a firewall's rule allows: the only action there is.
#[must_use]
pub fn allows(rule: &Value) -> bool {
    prop(rule, "action").is_none() || is(rule, "action", "Allow")
}
