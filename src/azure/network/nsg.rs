//! Security rules as Azure evaluates them (Virtual Network, "Network security groups"): by priority, the first that fits decides. Pure: rules in, ruling out.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::blocks::{Blocks, block};
use super::tags::Tags;
use crate::azure::id;
use crate::azure::items::{is, list, prop, text, texts};
use crate::facts::Tri;

/// The port of HTTPS.
const HTTPS: (u32, u32) = (443, 443);
/// The ports that clients send from.
const CLIENT: (u32, u32) = (1024, 65_535);

/// Which way the packets cross the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// They leave the sender.
    Outbound,
    /// They arrive at the receiver.
    Inbound,
}

/// One end of the connection.
#[derive(Debug, Clone)]
pub enum End {
    /// Something with an address in the virtual network or one that it is connected to.
    Inside {
        /// Its addresses, or those it may have.
        addresses: Blocks,
        /// ARM ids of the application security groups it is in; `None` when nobody could tell.
        groups: Option<Vec<String>>,
    },
    /// The account's public address. Whether the tag `VirtualNetwork` holds it: it also stands for the prefixes of user-defined routes.
    Account {
        /// Whether `VirtualNetwork` holds it; `Internet` is all that it does not hold.
        in_network: Tri,
    },
}

/// The first packet of an HTTPS connection.
#[derive(Debug, Clone)]
pub struct Packet {
    /// Who sends it.
    pub source: End,
    /// Whom it goes to.
    pub destination: End,
    /// Which way it crosses the group.
    pub direction: Direction,
}

/// What a group says to a packet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ruling<'a> {
    /// This rule lets it pass.
    Allowed(&'a Value),
    /// This rule stops it.
    Denied(&'a Value),
    /// Whether this rule fits cannot be told, and it would change the outcome.
    Unknown(&'a Value),
}

/// The rules that every group ends with (the same page, "Default security rules").
static DEFAULTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let rule = |name: &str, priority: u64, direction: &str, access: &str, from: &str, to: &str| {
        json!({"name": name, "properties": {
            "priority": priority, "direction": direction, "access": access, "protocol": "*", "sourcePortRange": "*",
            "destinationPortRange": "*", "sourceAddressPrefix": from, "destinationAddressPrefix": to,
        }})
    };
    vec![
        rule("AllowVnetInBound", 65_000, "Inbound", "Allow", "VirtualNetwork", "VirtualNetwork"),
        rule("AllowAzureLoadBalancerInBound", 65_001, "Inbound", "Allow", "AzureLoadBalancer", "*"),
        rule("DenyAllInBound", 65_500, "Inbound", "Deny", "*", "*"),
        rule("AllowVnetOutBound", 65_000, "Outbound", "Allow", "VirtualNetwork", "VirtualNetwork"),
        rule("AllowInternetOutBound", 65_001, "Outbound", "Allow", "*", "Internet"),
        rule("DenyAllOutBound", 65_500, "Outbound", "Deny", "*", "*"),
    ]
});

/// What the rules of a group (`securityRules`, `defaultSecurityRules`) say to a packet.
#[must_use]
pub fn judge<'a>(rules: &'a [Value], defaults: &'a [Value], packet: &Packet, tags: &Tags<'_>) -> Ruling<'a> {
    // `VirtualNetwork` and `Internet` are each other's complement: both are tried where it is not known on which side the account lies.
    let tried: Vec<bool> = match &packet.destination {
        End::Account { in_network: Tri::Unknown } => vec![false, true],
        End::Account { in_network } => vec![*in_network == Tri::True],
        End::Inside { .. } => vec![true],
    };
    let mut rulings = tried.into_iter().map(|in_network| once(rules, defaults, packet, tags, in_network));
    let first = rulings.next().unwrap_or(Ruling::Unknown(&Value::Null));
    match (first, rulings.next()) {
        (Ruling::Allowed(_), Some(Ruling::Denied(rule))) | (Ruling::Denied(rule), Some(Ruling::Allowed(_))) => {
            Ruling::Unknown(rule)
        }
        (_, Some(Ruling::Unknown(rule))) => Ruling::Unknown(rule),
        _ => first,
    }
}

fn once<'a>(
    rules: &'a [Value],
    defaults: &'a [Value],
    packet: &Packet,
    tags: &Tags<'_>,
    in_network: bool,
) -> Ruling<'a> {
    let wanted = if packet.direction == Direction::Outbound { "Outbound" } else { "Inbound" };
    let standard: &'a [Value] = if defaults.iter().any(|rule| is(rule, "direction", wanted)) { &[] } else { &DEFAULTS };
    let mut ordered: Vec<&Value> =
        rules.iter().chain(defaults).chain(standard).filter(|rule| is(rule, "direction", wanted)).collect();
    ordered.sort_by_key(|rule| priority(rule));
    let allows = |rule: &Value| is(rule, "access", "Allow");
    let mut doubtful: Vec<&'a Value> = Vec::new();
    for rule in ordered {
        match fits(rule, packet, tags, in_network) {
            Tri::False => {}
            Tri::Unknown => doubtful.push(rule),
            Tri::True => {
                return match doubtful.iter().find(|doubt| allows(doubt) != allows(rule)) {
                    Some(doubt) => Ruling::Unknown(doubt),
                    None if allows(rule) => Ruling::Allowed(rule),
                    None => Ruling::Denied(rule),
                };
            }
        }
    }
    doubtful.first().map_or(Ruling::Denied(&Value::Null), |rule| Ruling::Unknown(rule))
}

/// The number by which rules are ordered.
#[must_use]
pub fn priority(rule: &Value) -> u64 {
    prop(rule, "priority").and_then(Value::as_u64).unwrap_or(u64::MAX)
}

fn fits(rule: &Value, packet: &Packet, tags: &Tags<'_>, in_network: bool) -> Tri {
    let protocol = text(rule, "protocol")
        .is_none_or(|protocol| ["*", "tcp", "any"].contains(&protocol.to_ascii_lowercase().as_str()));
    let end = |end: &End, side: &str| end_fits(rule, end, side, tags, in_network);
    Tri::from(protocol)
        .and(ports_fit(rule, "destination", HTTPS))
        .and(ports_fit(rule, "source", CLIENT))
        .and(end(&packet.source, "source"))
        .and(end(&packet.destination, "destination"))
}

/// The values of a field that a rule has in the singular, the plural, or both; none: anything.
fn both<'v>(rule: &'v Value, singular: &str, plural: &str) -> Vec<&'v str> {
    text(rule, singular)
        .into_iter()
        .chain(texts(rule, plural))
        .flat_map(|text| text.split(','))
        .map(str::trim)
        .collect()
}

fn ports_fit(rule: &Value, side: &str, wanted: (u32, u32)) -> Tri {
    let ranges = both(rule, &format!("{side}PortRange"), &format!("{side}PortRanges"));
    if ranges.is_empty() {
        return Tri::True;
    }
    ranges.iter().fold(Tri::False, |any, range| {
        let (low, high) = match range.split_once('-') {
            _ if *range == "*" => (0, 65_535),
            Some((low, high)) => (low.trim().parse().unwrap_or(0), high.trim().parse().unwrap_or(0)),
            None => range.parse().map_or((1, 0), |port| (port, port)),
        };
        let fit = match (low <= wanted.0 && wanted.1 <= high, low <= wanted.1 && wanted.0 <= high) {
            (true, _) => Tri::True,
            (false, true) => Tri::Unknown,
            (false, false) => Tri::False,
        };
        any.or(fit)
    })
}

fn end_fits(rule: &Value, end: &End, side: &str, tags: &Tags<'_>, in_network: bool) -> Tri {
    let groups = list(rule, &format!("{side}ApplicationSecurityGroups"));
    if !groups.is_empty() {
        return match end {
            End::Account { .. } => Tri::False,
            End::Inside { groups: None, .. } => Tri::Unknown,
            End::Inside { groups: Some(own), .. } => {
                let named = groups.iter().filter_map(|group| text(group, "id"));
                named.into_iter().any(|group| own.iter().any(|own| id::same(own, group))).into()
            }
        };
    }
    let prefixes = both(rule, &format!("{side}AddressPrefix"), &format!("{side}AddressPrefixes"));
    if prefixes.is_empty() {
        return Tri::True;
    }
    prefixes.iter().fold(Tri::False, |any, prefix| any.or(prefix_fits(prefix, end, tags, in_network)))
}

fn prefix_fits(prefix: &str, end: &End, tags: &Tags<'_>, in_network: bool) -> Tri {
    let lower = prefix.to_ascii_lowercase();
    match (lower.as_str(), end) {
        ("*" | "any", _) => Tri::True,
        ("virtualnetwork", End::Inside { .. }) => Tri::True,
        ("virtualnetwork", End::Account { .. }) => in_network.into(),
        ("internet", End::Account { .. }) => (!in_network).into(),
        (_, End::Account { .. }) => tags.hold_account(prefix),
        // Service tags hold public addresses only.
        (_, End::Inside { addresses, .. }) => match block(prefix) {
            Some(_) => addresses.inside(&Blocks::of([prefix])),
            None => Tri::False,
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packets() -> Vec<Packet> {
        let inside = |cidr: &str, groups| End::Inside { addresses: Blocks::of([cidr]), groups };
        let sources = [inside("10.20.1.7", Some(vec!["/g/jobs".to_owned()])), inside("10.20.1.0/24", None)];
        let account = |in_network| End::Account { in_network };
        let destinations = [inside("10.20.2.5", None), account(Tri::False), account(Tri::Unknown), account(Tri::True)];
        let pairs = sources.iter().flat_map(|from| destinations.iter().map(move |to| (from.clone(), to.clone())));
        pairs.map(|(source, destination)| Packet { source, destination, direction: Direction::Outbound }).collect()
    }

    fn rule() -> impl Strategy<Value = Value> {
        let prefix = prop::sample::select(vec![
            "*",
            "VirtualNetwork",
            "Internet",
            "Storage",
            "Storage.WestEurope",
            "Storage.NorthEurope",
            "Sql",
            "10.20.0.0/16",
            "10.20.1.0/25",
            "20.150.0.0/16",
            "0.0.0.0/0",
            "AzureLoadBalancer",
        ]);
        let ports = prop::sample::select(vec!["*", "443", "80", "400-500"]);
        let protocol = prop::sample::select(vec!["*", "Tcp", "udp"]);
        (prefix.clone(), prefix, ports, protocol, any::<bool>(), any::<bool>()).prop_map(
            |(from, to, ports, protocol, allow, group)| {
                let mut rule = json!({"name": "r", "properties": {
                    "direction": "Outbound", "access": if allow { "Allow" } else { "Deny" }, "protocol": protocol,
                    "destinationAddressPrefixes": [to], "destinationPortRange": ports,
                }});
                if group {
                    rule["properties"]["sourceApplicationSecurityGroups"] = json!([{"id": "/g/jobs"}]);
                } else {
                    rule["properties"]["sourceAddressPrefix"] = json!(from);
                }
                rule
            },
        )
    }

    fn numbered(rules: Vec<Value>) -> Vec<Value> {
        let number = |(at, mut rule): (usize, Value)| {
            rule["properties"]["priority"] = json!(100 + at);
            rule
        };
        rules.into_iter().enumerate().map(number).collect()
    }

    fn read(tag: &str) -> Option<Blocks> {
        match tag {
            "Storage.westeurope" => Some(Blocks::of(["20.150.37.0/24", "52.239.140.0/22"])),
            "Sql" => Some(Blocks::of(["40.68.0.0/16"])),
            _ => None,
        }
    }

    proptest! {
        /// The order in the document does not matter, and ranges that were not read make a ruling unknown or leave it.
        #[test]
        fn rulings_hang_on_priority_and_on_what_is_known(rules in prop::collection::vec(rule(), 0..6)) {
            let rules = numbered(rules);
            let reversed: Vec<Value> = rules.iter().rev().cloned().collect();
            let (known, unread) = (Tags { region: "westeurope", ranges: &read }, Tags { region: "westeurope", ranges: &|_| None });
            for packet in packets() {
                let ruling = judge(&rules, &[], &packet, &known);
                prop_assert_eq!(ruling, judge(&reversed, &[], &packet, &known));
                let less = judge(&rules, &[], &packet, &unread);
                let same = std::mem::discriminant(&less) == std::mem::discriminant(&ruling);
                prop_assert!(same || matches!(less, Ruling::Unknown(_)), "{:?} {:?}", ruling, less);
            }
        }
    }
}
