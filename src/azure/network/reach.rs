//! Which of an account's private endpoints a network reaches, and which of them is meant.

use std::net::IpAddr;

use super::endpoints::{Endpoint, Seen};
use super::names::Answer;
use super::nets::of_subnet;
use super::trip::Home;
use crate::azure::id;
use crate::facts::{Known, Tri, Why};

/// How an endpoint can be reached from home.
pub(super) struct Reach {
    /// It stands in the same network.
    same: Tri,
    /// It stands in a network that this one is peered with.
    peered: Tri,
    /// The account's name leads to it.
    pub(super) led: Tri,
    /// Why one of these is not known.
    why: Option<Why>,
}

impl Reach {
    /// Whether it can be reached at all.
    pub(super) fn reach(&self) -> Tri {
        self.same.or(self.peered).or(self.led)
    }
}

/// How each of the account's endpoints can be reached, given what the account's name resolves to.
pub(super) fn reaches<'a>(home: &Home<'a>, endpoints: &[Endpoint<'a>], answer: &Known<Answer<'a>>) -> Vec<Reach> {
    let addresses = match answer {
        Known::Yes(Answer::Record { addresses, .. }) => Some(addresses.as_slice()),
        _ => None,
    };
    // An address that is known to be of one endpoint is not that of another.
    let owned = |address| endpoints.iter().any(|endpoint| endpoint.has(address) == Tri::True);
    let led = |endpoint: &Endpoint<'_>| match (answer, addresses) {
        (Known::Unknown(_), _) if matches!(endpoint.seen, Seen::Gone) => Tri::False,
        (Known::Unknown(_), _) => Tri::Unknown,
        (_, Some(addresses)) => addresses.iter().fold(Tri::False, |any, address| {
            any.or(match has(home, endpoint, *address) {
                Tri::Unknown if owned(*address) => Tri::False,
                told => told,
            })
        }),
        (_, None) => Tri::False,
    };
    let reach = |endpoint: &Endpoint<'a>| {
        let led = led(endpoint);
        let (same, peered, why) = stands(home, endpoint);
        let asked = if let Known::Unknown(why) = answer { Some(why.clone()) } else { None };
        let unread = if let Known::Unknown(why) = &endpoint.addresses { Some(why.clone()) } else { None };
        Reach { same, peered, led, why: why.or(if led == Tri::Unknown { asked.or(unread) } else { None }) }
    };
    endpoints.iter().map(reach).collect()
}

/// Whether it stands in home's network, and whether in one that is peered with it.
fn stands(home: &Home<'_>, endpoint: &Endpoint<'_>) -> (Tri, Tri, Option<Why>) {
    let peered = home.net.peerings().fold(Tri::False, |any, peering| any.or(in_net(endpoint, peering.remote)));
    let why = if let Known::Unknown(why) = &endpoint.subnet { Some(why.clone()) } else { None };
    (in_net(endpoint, home.net.id), peered, why)
}

/// Whether an endpoint stands in this network. It is always in the subscription of its network (Private Link, "What is a private endpoint?", properties), so one of
/// another subscription is told apart without being read.
fn in_net(endpoint: &Endpoint<'_>, net: &str) -> Tri {
    match &endpoint.subnet {
        Known::Yes(subnet) => id::same(of_subnet(subnet), net).into(),
        Known::Absent => Tri::False,
        Known::Unknown(_) => match (id::subscription(&endpoint.id), id::subscription(net)) {
            (Some(own), Some(other)) if !own.eq_ignore_ascii_case(other) => Tri::False,
            _ => Tri::Unknown,
        },
    }
}

/// Whether an endpoint stands in home's network or in one that is peered with it.
#[must_use]
pub fn is_near(home: &Home<'_>, endpoint: &Endpoint<'_>) -> Tri {
    let (same, peered, _) = stands(home, endpoint);
    same.or(peered)
}

/// Whether an address is an endpoint's. One that could not be read has it only if it can stand in the network that holds the address.
#[must_use]
pub fn has(home: &Home<'_>, endpoint: &Endpoint<'_>, address: IpAddr) -> Tri {
    let told = endpoint.has(address);
    if told != Tri::Unknown {
        return told;
    }
    if home.net.space().holds(address) {
        return told.and(in_net(endpoint, home.net.id));
    }
    let holding = home.net.peerings().find(|peering| peering.space().holds(address));
    holding.map_or(told, |peering| told.and(in_net(endpoint, peering.remote)))
}

/// The best of the endpoints in reach: one for the right sub-resource, approved, near, that the name leads to, in the same network. An endpoint that is not known well
/// enough to be ranked behind it leaves the choice open.
pub(super) fn best(reached: &[Reach], endpoints: &[Endpoint<'_>]) -> Result<usize, Why> {
    let rank = |at: usize, doubt: bool| {
        let holds = |tri: Tri| if doubt { tri != Tri::False } else { tri == Tri::True };
        let (reach, endpoint) = (&reached[at], &endpoints[at]);
        let near = reach.same.or(reach.peered);
        (
            holds(endpoint.fits),
            endpoint.is_approved(),
            holds(near),
            holds(reach.led),
            holds(reach.same),
            std::cmp::Reverse(at),
        )
    };
    let sure = (0..reached.len()).filter(|at| reached[*at].reach() == Tri::True);
    let Some(best) = sure.max_by_key(|at| rank(*at, false)) else { return Err(doubt(reached, endpoints)) };
    let others = (0..reached.len()).filter(|at| *at != best && reached[*at].reach() != Tri::False);
    match others.into_iter().find(|at| rank(*at, true) > rank(best, false)) {
        None => Ok(best),
        Some(at) => Err(reached[at].why.clone().or_else(|| reached[best].why.clone()).unwrap_or_else(|| {
            Why::not_readable(format!(
                "which of the private endpoints {} and {} is meant",
                endpoints[best].name(),
                endpoints[at].name()
            ))
        })),
    }
}

/// What would tell whether an endpoint is in reach.
pub(super) fn doubt(reached: &[Reach], endpoints: &[Endpoint<'_>]) -> Why {
    let first = reached.iter().filter(|reach| reach.reach() != Tri::False).find_map(|reach| reach.why.clone());
    first.unwrap_or_else(|| {
        let name = endpoints.first().map(|endpoint| endpoint.name().to_owned()).unwrap_or_default();
        Why::not_readable(format!("whether the private endpoint {name} is in reach"))
    })
}
