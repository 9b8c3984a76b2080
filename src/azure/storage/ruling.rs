//! The network guards of an account in their order: private endpoint, perimeter, public network access, firewall, the service
//! endpoint's policy (Azure Storage, `storage-network-security-overview`). What decides is looked at only where it can matter, so
//! that a thing that nobody knows makes the answer unknown only when the answer depends on it.

use serde::Serialize;
use serde_json::Value;

use super::account::{PublicAccess, lets_all_in, public_access, trusts_services};
use super::origin::{Address, Origin};
use super::{connection, perimeter, rules, subnet};
use crate::facts::Tri;

/// The gate of connections of private endpoints.
pub const PRIVATE_ENDPOINT: &str = "private-endpoint";
/// The gate of perimeters.
pub const PERIMETER: &str = "security-perimeter";
/// The gate of the switch for public network access.
pub const PUBLIC_ACCESS: &str = "public-network-access";
/// The gate of rules for subnets.
pub const VNET_RULE: &str = "vnet-rule";
/// The gate of service endpoints and their policies.
pub const SERVICE_ENDPOINT: &str = "service-endpoint";
/// The gate of rules for addresses.
pub const IP_RULE: &str = "ip-rule";
/// The gate of rules for resources, and of the trust in services.
pub const RESOURCE_RULE: &str = "resource-rule";

/// An account and what stands around it.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// What ARM says of the account.
    pub account: &'a Value,
    /// Its associations with network security perimeters.
    pub perimeter: &'a [Value],
    /// The connections of private endpoints on it; `None` when not known.
    pub connections: Option<&'a [Value]>,
    /// The subnets that requests come from.
    pub subnets: Subnets<'a>,
}

/// What is known of subnets.
#[derive(Debug, Clone, Copy)]
pub enum Subnets<'a> {
    /// What ARM says of some; nothing is known of others.
    Described(&'a [Value]),
    /// All have a service endpoint that leads to the account: others judge that.
    Leading,
}

/// Whether a request is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It is.
    Allowed,
    /// It is not.
    Denied,
    /// What is known does not tell.
    Unknown,
}

/// The answer, and the gate that gives it: nothing when the request is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ruling {
    /// Whether the request is let in.
    pub outcome: Outcome,
    /// The gate that stops it, or that could not be judged.
    pub gate: Option<&'static str>,
}

impl Ruling {
    const ALLOWED: Ruling = Ruling { outcome: Outcome::Allowed, gate: None };

    const fn denied(gate: &'static str) -> Self {
        Ruling { outcome: Outcome::Denied, gate: Some(gate) }
    }

    /// One way or the other; where that is not known and the two differ, this gate cannot be judged.
    fn either(
        holds: Tri,
        gate: &'static str,
        then: impl FnOnce() -> Ruling,
        otherwise: impl FnOnce() -> Ruling,
    ) -> Self {
        match holds {
            Tri::True => then(),
            Tri::False => otherwise(),
            Tri::Unknown => {
                let (then, otherwise) = (then(), otherwise());
                match then.outcome == otherwise.outcome && then.outcome != Outcome::Unknown {
                    true => otherwise,
                    false => Ruling { outcome: Outcome::Unknown, gate: Some(gate) },
                }
            }
        }
    }
}

/// Judges a request whole.
#[must_use]
pub fn evaluate(site: &Site<'_>, origin: &Origin<'_>) -> Ruling {
    if let Origin::PrivateEndpoint { connection, sub_resource } = origin {
        let passes = connection::passes(site.connections, *connection, sub_resource);
        return Ruling::either(passes, PRIVATE_ENDPOINT, || Ruling::ALLOWED, || Ruling::denied(PRIVATE_ENDPOINT));
    }
    let stand = perimeter::stand(site, origin);
    Ruling::either(
        stand.admits,
        PERIMETER,
        || let_in(site, origin),
        || Ruling::either(stand.strict, PERIMETER, || Ruling::denied(PERIMETER), || firewall(site, origin)),
    )
}

/// Judges a request by the account's own switches and rules, whatever perimeters are around it.
#[must_use]
pub fn firewall(site: &Site<'_>, origin: &Origin<'_>) -> Ruling {
    let disabled = match public_access(site.account) {
        // Perimeters have spoken before, and there is nothing else for a secured account.
        PublicAccess::Disabled | PublicAccess::SecuredByPerimeter => Tri::True,
        PublicAccess::Enabled => Tri::False,
        PublicAccess::Unrecognised => Tri::Unknown,
    };
    // Rules for resources and the trust in services stay in effect (Azure Storage, `storage-network-security-set-default-access`).
    let closed = || match origin {
        Origin::TrustedService(_) | Origin::ResourceInstance(_) => by_rules(site, origin),
        _ => Ruling::denied(PUBLIC_ACCESS),
    };
    let open = || {
        let all = lets_all_in(site.account);
        Ruling::either(all, rules_gate(origin), || let_in(site, origin), || by_rules(site, origin))
    };
    Ruling::either(disabled, PUBLIC_ACCESS, closed, open)
}

/// The gate of the rules that are for such requests.
fn rules_gate(origin: &Origin<'_>) -> &'static str {
    match origin {
        Origin::PrivateEndpoint { .. } => PRIVATE_ENDPOINT,
        Origin::Subnet { .. } => VNET_RULE,
        Origin::Public { .. } => IP_RULE,
        Origin::TrustedService(_) | Origin::ResourceInstance(_) => RESOURCE_RULE,
    }
}

fn by_rules(site: &Site<'_>, origin: &Origin<'_>) -> Ruling {
    let account = site.account;
    let (admits, gate) = match origin {
        Origin::Subnet { id, seen } => return by_subnet(site, origin, *id, seen.as_ref()),
        Origin::Public { seen, .. } => (rules::admits_address(account, seen), IP_RULE),
        Origin::ResourceInstance(caller) => (rules::admits_resource(account, *caller), RESOURCE_RULE),
        Origin::TrustedService(caller) => {
            let trusted = Tri::from(caller.is_a_service() && trusts_services(account));
            (trusted.or(rules::admits_resource(account, *caller)), RESOURCE_RULE)
        }
        Origin::PrivateEndpoint { .. } => (Tri::Unknown, PRIVATE_ENDPOINT),
    };
    Ruling::either(admits, gate, || let_in(site, origin), || Ruling::denied(gate))
}

/// A subnet is seen by its id where a service endpoint leads from it to the account; else by the public address it leaves with.
fn by_subnet(site: &Site<'_>, origin: &Origin<'_>, id: Option<&str>, seen: Option<&Address>) -> Ruling {
    let leads = subnet::endpoint(site, id).leads;
    let covered = || seen.map_or(Tri::False, |seen| rules::admits_address(site.account, seen));
    let by_address = |gate| Ruling::either(covered(), IP_RULE, || Ruling::ALLOWED, || Ruling::denied(gate));
    Ruling::either(
        rules::admits_subnet(site.account, id),
        VNET_RULE,
        || Ruling::either(leads, SERVICE_ENDPOINT, || let_in(site, origin), || by_address(SERVICE_ENDPOINT)),
        || Ruling::either(leads, SERVICE_ENDPOINT, || Ruling::denied(VNET_RULE), || by_address(VNET_RULE)),
    )
}

/// The account lets it in; a policy of the service endpoint it comes by may stop it all the same.
fn let_in(site: &Site<'_>, origin: &Origin<'_>) -> Ruling {
    let Origin::Subnet { id, .. } = origin else { return Ruling::ALLOWED };
    let endpoint = subnet::endpoint(site, *id);
    let stopped = endpoint.leads.and(endpoint.policy_stops);
    Ruling::either(stopped, SERVICE_ENDPOINT, || Ruling::denied(SERVICE_ENDPOINT), || Ruling::ALLOWED)
}
