//! Security groups and network ACLs as sets of addresses.

use serde_json::Value;

use super::addresses::Addresses;
use super::items::{MANAGED_PREFIX_LISTS, PREFIX_LISTS, list, text};
use super::traffic::{ALL, Traffic, number};
use crate::facts::{Known, Reading, Why};

/// Ports a client answers on: the whole range that NAT gateways, load balancers and functions use (VPC User Guide,
/// `custom-network-acl`), and the narrower one of Linux clients.
pub const EPHEMERAL: (i64, i64) = (1024, 65535);
/// The range that Linux clients choose from.
pub const LINUX_EPHEMERAL: (i64, i64) = (32768, 60999);

/// What the rules of security groups let through in one direction.
#[derive(Debug, Default)]
pub struct Passes {
    /// Addresses by CIDR and prefix list.
    pub addresses: Addresses,
    /// Ids of prefix lists that are let through whole.
    pub prefix_lists: Vec<String>,
    /// Groups whose members are let through.
    pub groups: Vec<String>,
    /// How many rules there are in this direction, matching or not.
    pub rules: usize,
    /// Prefix lists whose addresses could not be read.
    pub unread: Option<Why>,
}

/// The union of the rules of `groups` (VPC User Guide, `security-group-rules`) for this traffic. `direction`:
/// `IpPermissionsEgress` or `IpPermissions`.
pub fn passes(reading: &Reading<'_>, groups: &[&Value], direction: &str, traffic: Traffic) -> Passes {
    let mut passes = Passes::default();
    for rule in groups.iter().flat_map(|group| list(group, direction)) {
        passes.rules += 1;
        if !covers(rule, traffic) {
            continue;
        }
        for range in list(rule, "IpRanges").into_iter().filter_map(|range| text(range, "CidrIp")) {
            passes.addresses = passes.addresses.or(&Addresses::cidr(range).unwrap_or_default());
        }
        for range in list(rule, "Ipv6Ranges").into_iter().filter_map(|range| text(range, "CidrIpv6")) {
            passes.addresses = passes.addresses.or(&Addresses::cidr(range).unwrap_or_default());
        }
        for id in list(rule, "PrefixListIds").into_iter().filter_map(|entry| text(entry, "PrefixListId")) {
            passes.prefix_lists.push(id.to_owned());
            match prefix_list(reading, id) {
                Known::Yes(addresses) => passes.addresses = passes.addresses.or(&addresses),
                Known::Absent => {}
                Known::Unknown(why) => passes.unread = Some(why),
            }
        }
        passes.groups.extend(
            list(rule, "UserIdGroupPairs").into_iter().filter_map(|pair| text(pair, "GroupId")).map(str::to_owned),
        );
    }
    passes
}

/// Protocol `-1` is all, with all ports; a missing port is all as well. For ICMP `FromPort` is the type, -1 any.
pub fn covers(rule: &Value, traffic: Traffic) -> bool {
    match text(rule, "IpProtocol").and_then(number) {
        Some(-1) => true,
        Some(protocol) if protocol == traffic.protocol => {
            let at = |key, without| rule.get(key).and_then(Value::as_i64).unwrap_or(without);
            let (from, mut to) = (at("FromPort", 0), at("ToPort", 65535));
            if traffic.protocol == 1 || traffic.protocol == 58 {
                to = from;
            }
            !traffic.has_ports() || from == -1 || (from <= traffic.ports.0 && traffic.ports.1 <= to)
        }
        _ => false,
    }
}

/// The addresses of a prefix list: AWS's own by `DescribePrefixLists`, others by their entries.
pub fn prefix_list(reading: &Reading<'_>, id: &str) -> Known<Addresses> {
    if let Known::Yes(found) = PREFIX_LISTS.by_id(reading, id) {
        let cidrs = list(found, "Cidrs");
        if !cidrs.is_empty() {
            return Known::Yes(cidrs.into_iter().filter_map(|cidr| Addresses::cidr(cidr.as_str()?)).collect());
        }
    }
    let entries = reading.answer("ec2:GetManagedPrefixListEntries", &[("PrefixListId", id)]);
    entries.map(|body| list(body, "Entries").into_iter().filter_map(|e| Addresses::cidr(text(e, "Cidr")?)).collect())
}

/// The id of AWS's prefix list of a service in a Region.
pub fn prefix_list_of(reading: &Reading<'_>, service: &str, region: &str) -> Option<String> {
    let suffix = format!(".{region}.{service}");
    let named = |item: &Value| text(item, "PrefixListName").is_some_and(|name| name.ends_with(&suffix));
    for listing in [&PREFIX_LISTS, &MANAGED_PREFIX_LISTS] {
        if let Some(found) = listing.search(reading, &[], named).items.first() {
            return text(found, "PrefixListId").map(str::to_owned);
        }
    }
    None
}

/// The addresses for which an ACL lets *all* of the ports pass in one direction: rules ascending by number, the first that matches
/// decides, and what none decides is denied (VPC User Guide, `nacl-rules`).
pub fn acl_allows(acl: &Value, egress: bool, traffic: Traffic) -> Addresses {
    let mut rules: Vec<&Value> = list(acl, "Entries")
        .into_iter()
        .filter(|rule| rule.get("Egress").and_then(Value::as_bool) == Some(egress))
        .filter(|rule| text(rule, "Protocol").and_then(number).is_some_and(|of| of == -1 || of == traffic.protocol))
        .collect();
    rules.sort_by_key(|rule| rule.get("RuleNumber").and_then(Value::as_i64).unwrap_or(i64::MAX));
    let mut allowed: Option<Addresses> = None;
    for slice in slices(&rules, traffic.ports) {
        let here = decide(&rules, slice);
        allowed = Some(allowed.map_or(here.clone(), |so_far| so_far.and(&here)));
    }
    allowed.unwrap_or_default()
}

/// Cuts the ports where any rule begins or ends, so that each rule covers a slice wholly or not at all.
fn slices(rules: &[&Value], ports: (i64, i64)) -> Vec<(i64, i64)> {
    let mut starts = vec![ports.0];
    for rule in rules {
        let (from, to) = port_range(rule);
        starts.extend([from, to.saturating_add(1)].into_iter().filter(|start| ports.0 < *start && *start <= ports.1));
    }
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().skip(1).map(|next| next - 1).chain([ports.1]);
    starts.iter().copied().zip(ends).collect()
}

fn decide(rules: &[&Value], ports: (i64, i64)) -> Addresses {
    let mut left = Addresses::cidr("0.0.0.0/0").unwrap_or_default().or(&Addresses::cidr("::/0").unwrap_or_default());
    let mut allowed = Addresses::none();
    for rule in rules {
        let (from, to) = port_range(rule);
        if ports.0 < from || ports.1 > to {
            continue;
        }
        let cidr = text(rule, "CidrBlock").or_else(|| text(rule, "Ipv6CidrBlock")).unwrap_or_default();
        let here = left.and(&Addresses::cidr(cidr).unwrap_or_default());
        if text(rule, "RuleAction") == Some("allow") {
            allowed = allowed.or(&here);
        }
        left = left.minus(&here);
    }
    allowed
}

fn port_range(rule: &Value) -> (i64, i64) {
    let at = |part: &str, key| rule.get(part).and_then(|range| range.get(key)).and_then(Value::as_i64);
    match text(rule, "Protocol").and_then(number) {
        Some(-1) => ALL,
        Some(1 | 58) => at("IcmpTypeCode", "Type").filter(|kind| *kind != -1).map_or(ALL, |kind| (kind, kind)),
        _ => (at("PortRange", "From").unwrap_or(ALL.0), at("PortRange", "To").unwrap_or(ALL.1)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rule(number: i64, action: &str, cidr: &str, ports: Option<(i64, i64)>) -> Value {
        let mut rule =
            json!({"RuleNumber": number, "Egress": false, "Protocol": "6", "RuleAction": action, "CidrBlock": cidr});
        match ports {
            Some((from, to)) => rule["PortRange"] = json!({"From": from, "To": to}),
            None => rule["Protocol"] = json!("-1"),
        }
        rule
    }

    #[test]
    fn the_first_rule_by_number_decides_each_address_and_port() {
        let any = "0.0.0.0/0";
        let tests: &[(&[Value], (i64, i64), &str, bool)] = &[
            (&[rule(100, "allow", any, None)], EPHEMERAL, "52.0.0.1", true),
            (&[rule(200, "allow", any, None), rule(100, "deny", "52.0.0.0/8", None)], EPHEMERAL, "52.0.0.1", false),
            (&[rule(200, "allow", any, None), rule(100, "deny", "52.0.0.0/8", None)], EPHEMERAL, "53.0.0.1", true),
            (&[rule(100, "allow", any, Some((1024, 32767)))], EPHEMERAL, "52.0.0.1", false),
            (
                &[rule(100, "allow", any, Some((1024, 32767))), rule(110, "allow", any, Some((32768, 65535)))],
                EPHEMERAL,
                "52.0.0.1",
                true,
            ),
            (
                &[rule(100, "deny", any, Some((2000, 2001))), rule(110, "allow", any, None)],
                EPHEMERAL,
                "52.0.0.1",
                false,
            ),
            (
                &[rule(100, "deny", any, Some((2000, 2001))), rule(110, "allow", any, None)],
                LINUX_EPHEMERAL,
                "52.0.0.1",
                true,
            ),
            (&[rule(100, "allow", any, Some((443, 443)))], (443, 443), "10.0.0.1", true),
            (&[], (443, 443), "10.0.0.1", false),
        ];
        for (entries, ports, address, passes) in tests {
            let acl = json!({"Entries": entries});
            let address = Addresses::from(address.parse::<std::net::IpAddr>().unwrap());
            assert_eq!(
                !acl_allows(&acl, false, Traffic::tcp(*ports)).and(&address).is_empty(),
                *passes,
                "{entries:?} {ports:?}"
            );
            assert!(acl_allows(&acl, true, Traffic::tcp(*ports)).is_empty(), "the other direction has no rules");
        }
    }
}
