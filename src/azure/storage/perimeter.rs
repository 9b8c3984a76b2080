//! Network security perimeters around the account (Private Link, `network-security-perimeter-concepts` and
//! `network-security-perimeter-transition`; Azure Storage, `storage-network-security-perimeter`).

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;

use super::super::id;
use super::super::items::{list, prop, text, texts};
use super::account::{PublicAccess, public_access};
use super::origin::{Address, Origin};
use super::ruling::Site;
use super::subnet;
use crate::facts::Tri;

/// What the perimeters of an account say to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand {
    /// Whether an inbound rule lets it in.
    pub admits: Tri,
    /// Whether nothing but such a rule does: the account's own firewall and trusted services do not count.
    pub strict: Tri,
}

/// What the perimeters of the account say to a request that takes no private endpoint.
#[must_use]
pub fn stand(site: &Site<'_>, origin: &Origin<'_>) -> Stand {
    // Without an association nothing but private endpoints is let in; with one, in any mode, its rules alone count.
    let secured = Tri::from(public_access(site.account) == PublicAccess::SecuredByPerimeter);
    let seen = Seen::of(site, origin);
    let none = Stand { admits: Tri::False, strict: secured };
    site.perimeter.iter().fold(none, |stand, association| Stand {
        admits: stand.admits.or(admits(association, &seen)),
        strict: stand.strict.or(enforced(association)),
    })
}

/// Whether an association is enforced. `Learning` is what the transition mode was called before.
#[must_use]
pub fn enforced(association: &Value) -> Tri {
    let Some(resource) = prop(association, "resourceAssociation") else { return Tri::False };
    let modes = [("Enforced", Tri::True), ("Learning", Tri::False), ("Transition", Tri::False), ("Audit", Tri::False)];
    let of = |mode: &str| modes.iter().find(|(name, _)| mode.eq_ignore_ascii_case(name)).map(|(_, enforced)| *enforced);
    text(resource, "accessMode").map_or(Tri::False, |mode| of(mode).unwrap_or(Tri::Unknown))
}

/// The rules of an association's profile.
#[must_use]
pub fn rules(association: &Value) -> &[Value] {
    prop(association, "profile").map_or(&[], |profile| list(profile, "accessRules"))
}

/// What a perimeter sees of a request.
struct Seen<'a> {
    /// Its public address, if it comes from one.
    address: Option<&'a Address>,
    /// Whether it does come from there.
    by_address: Tri,
    /// The subscription of what sends it: nothing for what is no Azure resource.
    subscription: Subscription<'a>,
}

enum Subscription<'a> {
    None,
    Unknown,
    Is(&'a str),
}

impl<'a> Seen<'a> {
    fn of(site: &Site<'_>, origin: &'a Origin<'a>) -> Self {
        let of = |id: Option<&'a str>| id.and_then(id::subscription).map_or(Subscription::Unknown, Subscription::Is);
        let (address, by_address, subscription) = match origin {
            Origin::PrivateEndpoint { .. } => (None, Tri::False, Subscription::None),
            // By a service endpoint the account sees a private address.
            Origin::Subnet { id, seen } => (seen.as_ref(), !subnet::endpoint(site, *id).leads, of(*id)),
            Origin::Public { seen, subscription } => {
                (Some(seen), Tri::True, subscription.map_or(Subscription::None, Subscription::Is))
            }
            Origin::TrustedService(caller) | Origin::ResourceInstance(caller) => {
                (None, Tri::False, of(caller.resource))
            }
        };
        Seen { address, by_address, subscription }
    }
}

fn admits(association: &Value, seen: &Seen<'_>) -> Tri {
    rules(association).iter().map(|rule| inbound(rule).and(is_for(rule, seen))).max().unwrap_or(Tri::False)
}

fn inbound(rule: &Value) -> Tri {
    text(rule, "direction").map_or(Tri::Unknown, |direction| Tri::from(direction.eq_ignore_ascii_case("Inbound")))
}

fn is_for(rule: &Value, seen: &Seen<'_>) -> Tri {
    by_address(rule, seen).and(seen.by_address).or(by_subscription(rule, &seen.subscription))
}

fn by_address(rule: &Value, seen: &Seen<'_>) -> Tri {
    let Some(address) = seen.address else { return Tri::False };
    let mut prefixes = texts(rule, "addressPrefixes").filter_map(prefix).peekable();
    let by_prefix = match address.ip {
        None => prefixes.peek().map_or(Tri::False, |_| Tri::Unknown),
        Some(ip) => Tri::from(prefixes.any(|prefix| prefix.contains(&ip))),
    };
    // Which addresses a service tag stands for is written nowhere in a perimeter.
    let by_tag = texts(rule, "serviceTags").next().map_or(Tri::False, |_| Tri::Unknown);
    by_prefix.or(by_tag)
}

fn prefix(text: &str) -> Option<IpNet> {
    let text = text.trim();
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

fn by_subscription(rule: &Value, own: &Subscription<'_>) -> Tri {
    let mut listed = list(rule, "subscriptions").iter().filter_map(subscription);
    match own {
        Subscription::None => Tri::False,
        Subscription::Unknown => listed.next().map_or(Tri::False, |_| Tri::Unknown),
        Subscription::Is(own) => Tri::from(listed.any(|listed| listed.eq_ignore_ascii_case(own))),
    }
}

/// A rule names subscriptions by `{"id": "/subscriptions/GUID"}`.
fn subscription(item: &Value) -> Option<&str> {
    let text = item.get("id").unwrap_or(item).as_str()?;
    id::subscription(text).or(Some(text)).filter(|text| !text.is_empty())
}

/// The ARM id of an association's perimeter.
#[must_use]
pub fn id(association: &Value) -> Option<&str> {
    super::super::items::reference(association, "networkSecurityPerimeter")
}
