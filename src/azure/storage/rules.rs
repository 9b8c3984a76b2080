//! The firewall's rules (Azure Storage, `storage-network-security` and `storage-network-security-limitations`).

use std::net::{IpAddr, Ipv4Addr};

use ipnet::Ipv4Net;
use serde_json::Value;

use super::super::id::same;
use super::super::items::{is, prop, text};
use super::account::{allows, region, rules};
use super::origin::{Address, Caller, Region};
use crate::facts::Tri;
use crate::pattern::Pattern;

/// The private ranges of RFC 1918, which no rule can be for.
const PRIVATE: [Ipv4Net; 3] = [
    Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8),
    Ipv4Net::new_assert(Ipv4Addr::new(172, 16, 0, 0), 12),
    Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 0, 0), 16),
];

/// Whether a rule is for this subnet, which is then seen by its id.
#[must_use]
pub fn admits_subnet(account: &Value, subnet: Option<&str>) -> Tri {
    let mut counting = subnet_rules(account).filter(|rule| allows(rule) && is_alive(rule));
    match subnet {
        Some(subnet) => Tri::from(counting.any(|rule| is_for(rule, subnet))),
        None => counting.next().map_or(Tri::False, |_| Tri::Unknown),
    }
}

/// The rule for this subnet that does not count any more: its subnet was deleted, or it never came to be.
#[must_use]
pub fn dead_rule<'a>(account: &'a Value, subnet: &str) -> Option<&'a Value> {
    subnet_rules(account).find(|rule| is_for(rule, subnet) && !is_alive(rule))
}

/// The rules for subnets.
pub fn subnet_rules(account: &Value) -> impl Iterator<Item = &Value> {
    rules(account, "virtualNetworkRules").iter()
}

fn is_for(rule: &Value, subnet: &str) -> bool {
    let id = text(rule, "id").or_else(|| text(rule, "virtualNetworkResourceId"));
    id.is_some_and(|id| same(id, subnet))
}

fn is_alive(rule: &Value) -> bool {
    prop(rule, "state").is_none() || is(rule, "state", "Succeeded")
}

/// Whether a rule is for this address, and counts for it.
#[must_use]
pub fn admits_address(account: &Value, seen: &Address) -> Tri {
    let mut ranges = rules(account, "ipRules").iter().filter(|rule| allows(rule)).filter_map(range).peekable();
    if ranges.peek().is_none() {
        return Tri::False;
    }
    let covered = match seen.ip {
        None => Tri::Unknown,
        Some(IpAddr::V4(ip)) => Tri::from(!ip.is_private() && ranges.any(|range| range.contains(&ip))),
        Some(IpAddr::V6(_)) => Tri::False,
    };
    covered.and(!is_in_region_of(account, seen))
}

/// Whether the address lies in the account's own region, where rules for addresses have no effect.
#[must_use]
pub fn is_in_region_of(account: &Value, seen: &Address) -> Tri {
    match (&seen.region, region(account)) {
        (Region::Outside, _) => Tri::False,
        (Region::Azure(place), Some(region)) => Tri::from(*place == region),
        (Region::Unknown, _) | (Region::Azure(_), None) => Tri::Unknown,
    }
}

/// The addresses of a rule: one public address, or a range no narrower than /30.
#[must_use]
pub fn range(rule: &Value) -> Option<Ipv4Net> {
    let value = text(rule, "value").or_else(|| text(rule, "ipAddressOrRange"))?.trim();
    let range = match value.contains('/') {
        true => value.parse::<Ipv4Net>().ok().filter(|range| range.prefix_len() <= 30)?,
        false => Ipv4Net::from(value.parse::<Ipv4Addr>().ok()?),
    };
    (!PRIVATE.iter().any(|private| private.contains(&range))).then_some(range)
}

/// Whether a rule is for this resource's managed identity.
#[must_use]
pub fn admits_resource(account: &Value, caller: Caller<'_>) -> Tri {
    let admits = |rule: &Value| {
        let resource = equal(text(rule, "resourceId"), caller.resource, fits);
        let tenant = equal(text(rule, "tenantId"), caller.tenant, str::eq_ignore_ascii_case);
        resource.and(tenant)
    };
    rules(account, "resourceAccessRules").iter().map(admits).max().unwrap_or(Tri::False)
}

fn equal(rule: Option<&str>, own: Option<&str>, same: impl Fn(&str, &str) -> bool) -> Tri {
    match (rule, own) {
        (Some(rule), Some(own)) => Tri::from(same(rule, own)),
        _ => Tri::Unknown,
    }
}

/// Segment by segment; a `*` stands for any name, so that a rule for workspaces is not one for the computes in them.
fn fits(rule: &str, resource: &str) -> bool {
    let parts = |id: &str| id.trim_matches('/').to_ascii_lowercase();
    let (rule, resource) = (parts(rule), parts(resource));
    rule.split('/').count() == resource.split('/').count()
        && rule
            .split('/')
            .zip(resource.split('/'))
            .all(|(rule, own)| rule == own || (rule.contains('*') && Pattern::new(rule).fits(own)))
}
