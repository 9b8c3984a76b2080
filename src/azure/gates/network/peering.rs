//! The peering between the client's network and the private endpoint's (Virtual Network, "Virtual network peering"): it is not transitive.

use super::super::super::id;
use super::super::super::items::text;
use super::super::super::network::nets::{Net, Peering, net, of_subnet};
use super::super::super::network::routes;
use super::super::super::network::{Home, Trip};
use super::super::words::unread;
use super::routes::detour;
use super::{at, change, endpoint_on, part, trip_from_home};
use crate::facts::{Known, Reading};
use crate::model::{Effect, Fix, Judgement, Risk};
use crate::provider::Ask;

/// Whether both sides of the peering are connected and let traffic pass.
pub fn peering(ask: &Ask<'_>) -> Judgement {
    let subject = "Whether the networks are peered";
    let (trip, home) = match trip_from_home(ask, subject) {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    let endpoint = match endpoint_on(&trip) {
        Ok(Some(endpoint)) => endpoint,
        Ok(None) => return Judgement::not_applicable("The way leads over no private endpoint in another network."),
        Err(judgement) => return *judgement,
    };
    let far = match &endpoint.subnet {
        Known::Yes(subnet) => of_subnet(subnet).to_owned(),
        Known::Absent => {
            return Judgement::unknown(
                "unread",
                format!("{subject} cannot be told: the private endpoint is not there."),
            );
        }
        Known::Unknown(why) => return unread(subject, why),
    };
    if id::same(&far, home.net.id) {
        return Judgement::not_applicable(format!(
            "The private endpoint stands in the client's own network, {}.",
            id::name(home.net.id)
        ));
    }
    let Some(near) = home.net.peering_with(&far) else { return missing(ask.reading, &trip, &home, &far) };
    if let Some(closed) = side(&near) {
        return closed;
    }
    match net(ask.reading, &far) {
        Known::Yes(remote) => other_side(&home, &near, &remote),
        Known::Absent => {
            Judgement::unknown("unread", format!("{subject} cannot be told: {} is not there.", id::name(&far)))
        }
        Known::Unknown(why) => unread("Whether the other side of the peering lets traffic pass", &why),
    }
}

fn other_side(home: &Home<'_>, near: &Peering<'_>, remote: &Net<'_>) -> Judgement {
    match remote.peering_with(home.net.id) {
        Some(back) => side(&back).unwrap_or_else(|| {
            Judgement::open(format!("{} and {} are peered.", id::name(home.net.id), id::name(remote.id)))
        }),
        None => {
            let summary =
                format!("{} is peered with {}, which has no peering back.", id::name(home.net.id), id::name(remote.id));
            Judgement::closed(Effect::Unusable, "disconnected", &near.id, summary).fix(create(remote.id, home.net.id))
        }
    }
}

/// What one side of a peering stops.
fn side(peering: &Peering<'_>) -> Option<Judgement> {
    let name = id::name(&peering.id);
    let (own, other) = (id::up_to(&peering.id, "virtualNetworks").unwrap_or_default(), peering.remote);
    let decisive = part(id::name(own), format!("peering {name}"), peering.body);
    if !peering.is_connected() {
        let state = text(peering.body, "peeringState").unwrap_or("not connected").to_lowercase();
        let summary = format!("The peering {name} of {} with {} is {state}.", id::name(own), id::name(other));
        let delete = format!("az network vnet peering delete {} --vnet-name {} --name {name}", at(own), id::name(own));
        return Some(
            Judgement::closed(Effect::Unusable, "disconnected", &peering.id, summary)
                .decided_by([decisive])
                .fix(create(other, own))
                .fix(change(
                    "If the other side was deleted: delete this side, then create both again",
                    Risk::Medium,
                    delete,
                )),
        );
    }
    if !peering.lets_pass() {
        let summary =
            format!("The peering {name} of {} does not let traffic with {} pass.", id::name(own), id::name(other));
        let update = format!(
            "az network vnet peering update {} --vnet-name {} --name {name} --set allowVirtualNetworkAccess=true",
            at(own),
            id::name(own)
        );
        let mut open = change("Let traffic between the networks pass", Risk::Medium, update);
        open.widens.push(format!("everything in {} reaches everything in {}", id::name(own), id::name(other)));
        return Some(
            Judgement::closed(Effect::Blocked, "access-off", &peering.id, summary).decided_by([decisive]).fix(open),
        );
    }
    None
}

fn missing(reading: &Reading<'_>, trip: &Trip<'_>, home: &Home<'_>, far: &str) -> Judgement {
    let table = match trip.table(reading) {
        Known::Yes((_, body)) => routes::of(body),
        Known::Absent => &[],
        Known::Unknown(why) => {
            return unread("Whether a route leads to the private endpoint's network without a peering", &why);
        }
    };
    if let Some(through) = trip.endpoint().and_then(|endpoint| detour(home, endpoint, table)) {
        return Judgement::unknown(
            "unread",
            format!(
                "{} and {} are not peered; the packets go to {through}, and what it passes on cannot be read.",
                id::name(home.net.id),
                id::name(far)
            ),
        )
        .missing(format!("whether {through} leads to {}", id::name(far)));
    }
    let summary = format!(
        "The private endpoint stands in {}, which {} is not peered with. Peerings are not passed on through a third network.",
        id::name(far),
        id::name(home.net.id)
    );
    Judgement::closed(Effect::Blocked, "missing", home.net.id, summary)
        .fix(create(home.net.id, far))
        .fix(create(far, home.net.id))
}

fn create(from: &str, to: &str) -> Fix {
    let (own, other) = (id::name(from), id::name(to));
    let command = format!(
        "az network vnet peering create {} --vnet-name {own} --name to-{other} --remote-vnet {to} --allow-vnet-access",
        at(from)
    );
    let mut fix = change(format!("Create the peering of {own} with {other}"), Risk::Medium, command);
    fix.widens.push(format!("everything in {own} reaches everything in {other}"));
    fix
}
