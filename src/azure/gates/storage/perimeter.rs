//! The network security perimeter around the account (Private Link, `network-security-perimeter-transition`).

use serde_json::Value;

use super::super::super::network::{Arrival, Way, way};
use super::super::super::storage::account::{PublicAccess, public_access};
use super::super::super::storage::{Origin, perimeter};
use super::super::super::{id, network};
use super::super::words::{Account, account, sub_resource, unread};
use super::scene::{associations, origin, site};
use super::{fixes, part, switch};
use crate::facts::{Known, Tri};
use crate::model::{Decisive, Effect, Judgement, Verdict};
use crate::provider::Ask;

const SUBJECT: &str = "What a network security perimeter says";

/// Whether a perimeter lets the request in.
pub fn security_perimeter(ask: &Ask<'_>) -> Judgement {
    match account(ask, SUBJECT) {
        Ok(account) => by_way(ask, account, way(ask, account.id, sub_resource(ask))),
        Err(judgement) => *judgement,
    }
}

/// The same, for a way that is meant to be taken.
pub fn by_way(ask: &Ask<'_>, account: Account<'_>, way: Known<network::Way>) -> Judgement {
    if let Known::Yes(Way { arrival: Arrival::PrivateEndpoint, label, .. }) = &way {
        return Judgement::not_applicable(format!("Perimeters do not stop what comes by {label}."));
    }
    let associations = match associations(ask, account) {
        Known::Yes(associations) => associations,
        Known::Unknown(why) => return unread(SUBJECT, &why),
        Known::Absent => &[],
    };
    let secured = public_access(account.body) == PublicAccess::SecuredByPerimeter;
    if associations.is_empty() && !secured {
        return Judgement::not_applicable(format!("No network security perimeter is around {}.", account.name()));
    }
    let may_be_strict = secured || associations.iter().any(|one| perimeter::enforced(one) != Tri::False);
    let way = match way {
        Known::Yes(way) => way,
        _ if !may_be_strict => return transition(account),
        Known::Absent => {
            return Judgement::not_applicable("No way leads to the account; see the gates of the network.");
        }
        Known::Unknown(why) => return unread(SUBJECT, &why),
    };
    let origin = origin(ask, account, &way);
    let stand = perimeter::stand(&site(account, associations), &origin);
    match (stand.admits, stand.strict) {
        (Tri::True, _) => Judgement::open(format!("An inbound rule of the perimeter lets {} in.", way.label))
            .note("A rule for a subscription counts for managed identities of that subscription only."),
        (Tri::False, Tri::True) => closed(ask, account, associations, &way),
        (_, Tri::False) => transition(account),
        _ => undecided(&way, &origin),
    }
}

fn transition(account: Account<'_>) -> Judgement {
    Judgement::open(format!(
        "The perimeter around {} is in transition mode: what none of its rules is for, the account's own firewall decides.",
        account.name()
    ))
}

fn undecided(way: &Way, origin: &Origin<'_>) -> Judgement {
    let missing = match origin {
        Origin::Public { seen, .. } if seen.ip.is_none() => "the public address the account sees (--from ip:ADDRESS)",
        Origin::Public { .. } => "the addresses of the service tags that the perimeter's rules name",
        _ => "the Azure resource that sends the request",
    };
    Judgement::unknown("unread", format!("Whether a rule of the perimeter lets {} in cannot be told.", way.label))
        .missing(missing)
}

fn closed(ask: &Ask<'_>, account: Account<'_>, associations: &[Value], way: &Way) -> Judgement {
    let endpoint = || fixes::private_endpoint(account, sub_resource(ask), way.subnet.as_deref());
    let strict = associations.iter().find(|one| perimeter::enforced(one) == Tri::True).or(associations.first());
    let Some(association) = strict else {
        let summary =
            format!("{} takes only what a network security perimeter lets in, and none is around it.", account.name());
        return Judgement::closed(Effect::Blocked, "no-rule", account.id, summary)
            .decided_by([switch(account, "publicNetworkAccess")])
            .fix(endpoint());
    };
    let blame = perimeter::id(association).unwrap_or(account.id);
    let summary = format!("No inbound rule of the perimeter {} lets {} in.", id::name(blame), way.label);
    let rules = Value::from(perimeter::rules(association).to_vec());
    let shown = Decisive { document: format!("perimeter {}", id::name(blame)), ..part(account, "accessRules", &rules) };
    let judgement = Judgement::closed(Effect::Blocked, "no-rule", blame, summary).decided_by([shown]);
    match rule(&origin(ask, account, way)) {
        Some(rule) => judgement.fix(fixes::perimeter_rule(association, &rule)),
        None => judgement,
    }
    .fix(endpoint())
    .note(format!(
        "While the perimeter is enforced, the firewall of {} and trusted services do not count.",
        account.name()
    ))
}

/// The words of a rule for this origin.
fn rule(origin: &Origin<'_>) -> Option<String> {
    match origin {
        Origin::Public { seen, .. } => {
            let prefix = seen.ip.map_or("ADDRESS/32".to_owned(), |ip| ipnet::IpNet::from(ip).to_string());
            Some(format!("--address-prefixes '[{prefix}]'"))
        }
        Origin::Subnet { id, .. } => of_subscription(*id),
        Origin::TrustedService(caller) | Origin::ResourceInstance(caller) => of_subscription(caller.resource),
        Origin::PrivateEndpoint { .. } => None,
    }
}

fn of_subscription(resource: Option<&str>) -> Option<String> {
    let scope = resource.and_then(id::subscription_scope)?;
    let words = crate::shell::quoted(scope);
    Some(format!("--subscriptions '[0].id'={words}"))
}

/// A closed gate of the firewall, where the perimeters are not known: one that a read was refused for may let the request in; of one
/// that nobody asked for, as in a snapshot of a few imported files, the account's own switches are all there is.
pub fn may_decide(judgement: Judgement, subject: &str, associations: &Known<&[Value]>) -> Judgement {
    let Known::Unknown(why) = associations else { return judgement };
    match judgement.verdict {
        Verdict::Closed => unread(subject, why).note(judgement.summary),
        _ => judgement,
    }
}
