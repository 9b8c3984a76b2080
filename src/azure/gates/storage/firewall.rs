//! The account's firewall (Azure Storage, `storage-network-security`): public network access, and its rules for subnets, addresses and
//! resources. One cause is one gate's: while public network access is off, rules are not asked and not accused.

use serde_json::Value;

use super::super::super::network::{Arrival, Way, way};
use super::super::super::storage::account::{PublicAccess, firewall, lets_all_in, public_access};
use super::super::super::storage::ruling::{self, IP_RULE, PUBLIC_ACCESS, RESOURCE_RULE, VNET_RULE};
use super::super::super::storage::{Origin, Outcome, Region, Ruling, perimeter, rules};
use super::super::words::{Account, account, sub_resource, unread};
use super::perimeter::may_decide;
use super::scene::{associations, origin, site};
use super::{fixes, part, switch};
use crate::facts::{Known, Tri};
use crate::model::{Effect, Fix, Judgement};
use crate::provider::Ask;

/// One gate of the firewall.
#[derive(Debug, Clone, Copy)]
pub struct Mine {
    gate: &'static str,
    subject: &'static str,
    /// The ways it stands on.
    arrivals: &'static [Arrival],
    /// What to say of a request on another.
    elsewhere: &'static str,
}

/// public-network-access.
pub const SWITCH: Mine = Mine {
    gate: PUBLIC_ACCESS,
    subject: "Whether public network access stops the request",
    arrivals: &[Arrival::ServiceEndpoint, Arrival::Public, Arrival::AzureService],
    elsewhere: "Private endpoints work whether public network access is on or off",
};
/// vnet-rule.
pub const SUBNETS: Mine = Mine {
    gate: VNET_RULE,
    subject: "Whether the firewall lets the subnet in",
    arrivals: &[Arrival::ServiceEndpoint],
    elsewhere: "Rules for subnets are for requests by a service endpoint only",
};
/// ip-rule.
pub const ADDRESSES: Mine = Mine {
    gate: IP_RULE,
    subject: "Whether the firewall lets the address in",
    arrivals: &[Arrival::Public],
    elsewhere: "Rules for addresses are for requests from public addresses only",
};
/// resource-rule.
pub const RESOURCES: Mine = Mine {
    gate: RESOURCE_RULE,
    subject: "Whether the firewall lets the service in",
    arrivals: &[Arrival::AzureService],
    elsewhere: "Rules for resources are for services that Azure runs only",
};

/// Whether the account takes anything but private endpoints.
pub fn public_network_access(ask: &Ask<'_>) -> Judgement {
    judge(ask, SWITCH)
}

/// Whether a rule lets the subnet in.
pub fn vnet_rule(ask: &Ask<'_>) -> Judgement {
    judge(ask, SUBNETS)
}

/// Whether a rule lets the public address in.
pub fn ip_rule(ask: &Ask<'_>) -> Judgement {
    judge(ask, ADDRESSES)
}

/// Whether a rule, or trust, lets the service in.
pub fn resource_rule(ask: &Ask<'_>) -> Judgement {
    judge(ask, RESOURCES)
}

fn judge(ask: &Ask<'_>, mine: Mine) -> Judgement {
    match account(ask, mine.subject) {
        Ok(account) => by_way(ask, account, mine, way(ask, account.id, sub_resource(ask))),
        Err(judgement) => *judgement,
    }
}

/// The same, for a way that is meant to be taken.
pub fn by_way(ask: &Ask<'_>, account: Account<'_>, mine: Mine, way: Known<Way>) -> Judgement {
    let access = public_access(account.body);
    let way = match way {
        Known::Yes(way) if mine.arrivals.contains(&way.arrival) => way,
        Known::Yes(_) => return Judgement::not_applicable(format!("{}.", mine.elsewhere)),
        _ if access == PublicAccess::SecuredByPerimeter => return by_perimeter(account),
        // What lets everybody in does so whatever the way.
        _ if access == PublicAccess::Enabled
            && (mine.gate == PUBLIC_ACCESS || lets_all_in(account.body) == Tri::True) =>
        {
            return open(account, mine, "everything");
        }
        Known::Absent => {
            return Judgement::not_applicable("No way leads to the account; see the gates of the network.");
        }
        Known::Unknown(why) => return unread(mine.subject, &why),
    };
    let associations = associations(ask, account);
    let site = site(
        account,
        match &associations {
            Known::Yes(associations) => associations,
            _ => &[],
        },
    );
    let origin = origin(ask, account, &way);
    let stand = perimeter::stand(&site, &origin);
    if stand.strict == Tri::True {
        return by_perimeter(account);
    }
    if stand.admits == Tri::True {
        return Judgement::not_applicable(format!(
            "A rule of the perimeter lets {} in; the firewall is not asked.",
            way.label
        ));
    }
    let ruling = ruling::firewall(&site, &origin);
    may_decide(told(ask, account, mine, &way, &origin, ruling), mine.subject, &associations)
}

fn by_perimeter(account: Account<'_>) -> Judgement {
    Judgement::not_applicable(format!(
        "A network security perimeter alone decides what {} takes; see the gate security-perimeter.",
        account.name()
    ))
}

fn open(account: Account<'_>, mine: Mine, label: &str) -> Judgement {
    Judgement::open(match (mine.gate, lets_all_in(account.body)) {
        (PUBLIC_ACCESS, _) => format!("Public network access of {} is on.", account.name()),
        (_, Tri::True) => format!("The firewall of {} lets every network in.", account.name()),
        _ => format!("The firewall of {} lets {label} in.", account.name()),
    })
}

fn told(ask: &Ask<'_>, account: Account<'_>, mine: Mine, way: &Way, origin: &Origin<'_>, ruling: Ruling) -> Judgement {
    let own = ruling.gate == Some(mine.gate);
    match ruling.outcome {
        Outcome::Denied if own => closed(ask, account, way, origin),
        Outcome::Unknown if own => undecided(account, mine, way, origin),
        // The value of the switch is one that nobody knows: rules may or may not be asked.
        Outcome::Unknown if ruling.gate == Some(PUBLIC_ACCESS) => undecided(account, mine, way, origin),
        Outcome::Denied if ruling.gate == Some(PUBLIC_ACCESS) => Judgement::not_applicable(
            "Public network access is off, so the firewall's rules are not asked; see the gate public-network-access.",
        ),
        _ if mine.gate == PUBLIC_ACCESS && public_access(account.body) == PublicAccess::Disabled => {
            Judgement::not_applicable(format!(
                "Public network access is off; rules for resources and trust in services count all the same for {}.",
                way.label
            ))
        }
        _ => open(account, mine, &way.label),
    }
}

fn undecided(account: Account<'_>, mine: Mine, way: &Way, origin: &Origin<'_>) -> Judgement {
    let known = public_access(account.body) != PublicAccess::Unrecognised && lets_all_in(account.body) != Tri::Unknown;
    let missing = match origin {
        _ if !known => format!("what the firewall of {} says (az storage account show)", account.name()),
        Origin::Public { seen, .. } if seen.ip.is_none() => {
            "the public address the account sees (--from ip:ADDRESS)".to_owned()
        }
        Origin::Public { seen, .. } if seen.region == Region::Unknown => {
            "the region of the network it comes from (right: Microsoft.Network/virtualNetworks/read)".to_owned()
        }
        Origin::Public { .. } => format!("the region of {}", account.name()),
        Origin::TrustedService(caller) | Origin::ResourceInstance(caller) if caller.resource.is_some() => {
            "the tenant of the service (right: Microsoft.Resources/subscriptions/read)".to_owned()
        }
        _ => "the ARM id of what sends the request (--from ID)".to_owned(),
    };
    Judgement::unknown("unread", format!("{} cannot be told: {} is not known well enough.", mine.subject, way.label))
        .missing(missing)
}

fn closed(ask: &Ask<'_>, account: Account<'_>, way: &Way, origin: &Origin<'_>) -> Judgement {
    if public_access(account.body) == PublicAccess::Disabled && !matches!(way.arrival, Arrival::AzureService) {
        return switched_off(ask, account, way, origin);
    }
    let name = account.name();
    let blocked = |reason: &'static str, summary: String, list: &str| {
        let rules = firewall(account.body).map(|firewall| {
            let shown = ["defaultAction", "bypass", list].map(|field| (field.to_owned(), firewall[field].clone()));
            Value::Object(shown.into_iter().collect())
        });
        let shown = part(account, list, rules.as_ref().unwrap_or(&Value::Null));
        Judgement::closed(Effect::Blocked, reason, account.id, summary).decided_by([shown])
    };
    match origin {
        Origin::Subnet { id, .. } => {
            let label = id.map_or("the subnet", super::super::super::id::name);
            match id.and_then(|id| rules::dead_rule(account.body, id).map(|_| id)) {
                Some(id) => {
                    let summary = format!(
                        "The firewall of {name} has a rule for {label} that no longer counts: its subnet was deleted or the rule failed."
                    );
                    blocked("network-source-deleted", summary, "virtualNetworkRules")
                        .fix(fixes::replace_subnet(account, id))
                }
                None => blocked(
                    "missing",
                    format!("No rule of the firewall of {name} lets the subnet {label} in."),
                    "virtualNetworkRules",
                )
                .fix(fixes::admit_subnet(account, *id)),
            }
        }
        Origin::Public { seen, .. } if rules::is_in_region_of(account.body, seen) == Tri::True => {
            let summary = format!(
                "{} comes from the region that {name} is in, where the firewall's rules for addresses have no effect.",
                way.label
            );
            ways_in(ask, account, way, blocked("same-region", summary, "ipRules"))
        }
        Origin::Public { seen, .. } => {
            let judgement =
                blocked("missing", format!("No rule of the firewall of {name} lets {} in.", way.label), "ipRules");
            match seen.ip {
                Some(std::net::IpAddr::V6(_)) => ways_in(ask, account, way, judgement)
                    .note("Rules for addresses are for IPv4 only: reached by IPv4, the account could let it in."),
                ip => ways_in(ask, account, way, judgement.fix(fixes::admit_address(account, ip))),
            }
        }
        Origin::TrustedService(caller) | Origin::ResourceInstance(caller) => {
            let summary = format!(
                "No rule of the firewall of {name} lets {} in, and it is not let past as a trusted service.",
                way.label
            );
            let judgement = blocked("missing", summary, "resourceAccessRules").fix(fixes::admit_resource(
                account,
                caller.resource,
                caller.tenant,
            ));
            if matches!(origin, Origin::TrustedService(_)) {
                judgement.fix(fixes::trust_services(account))
            } else {
                judgement
            }
        }
        Origin::PrivateEndpoint { .. } => Judgement::not_applicable(format!("{}.", SWITCH.elsewhere)),
    }
}

/// The ways past rules for addresses, from a subnet of the user's: a service endpoint, or a private endpoint.
fn ways_in(ask: &Ask<'_>, account: Account<'_>, way: &Way, judgement: Judgement) -> Judgement {
    let judgement = match way.subnet.as_deref() {
        Some(subnet) => judgement.fix(fixes::service_endpoint(account, subnet)),
        None => judgement,
    };
    judgement.fix(fixes::private_endpoint(account, sub_resource(ask), way.subnet.as_deref()))
}

fn switched_off(ask: &Ask<'_>, account: Account<'_>, way: &Way, origin: &Origin<'_>) -> Judgement {
    let rule: Fix = match origin {
        Origin::Subnet { id, .. } => fixes::admit_subnet(account, *id),
        Origin::Public { seen, .. } => fixes::admit_address(account, seen.ip),
        _ => fixes::admit_address(account, None),
    };
    let summary = format!(
        "Public network access of {} is off: it takes private endpoints only, not {}.",
        account.name(),
        way.label
    );
    Judgement::closed(Effect::Blocked, "disabled", account.id, summary)
        .decided_by([switch(account, "publicNetworkAccess")])
        .fix(fixes::private_endpoint(account, sub_resource(ask), way.subnet.as_deref()))
        .fix(fixes::selected_networks(account, rule))
}
