//! The public address that a subnet's packets leave by (Virtual Network, "Use source network address translation for outbound connections").

use std::net::IpAddr;

use super::place::Sender;
use super::routes::{self, Hop, Taken};
use super::trip::{Home, table, with_tags};
use crate::azure::id;
use crate::azure::items::{get, list, reference, text};
use crate::facts::{Known, Reading, Why};

/// The address that an account in this region sees. A NAT gateway comes before a public address of the machine's own; both come after routes that lead elsewhere.
pub(super) fn source(reading: &Reading<'_>, home: &Home<'_>, sender: &Sender, account_region: &str) -> Known<IpAddr> {
    let unseen = |what: String| Known::Unknown(Why::not_readable(what));
    match table(reading, home) {
        Known::Yes((_, body)) => {
            match with_tags(reading, account_region, |tags| routes::to_account(routes::of(body), tags)) {
                Taken::Route(route) => match routes::hop(route) {
                    Hop::Appliance(address) => {
                        return unseen(format!("the public address behind the appliance at {address}"));
                    }
                    Hop::Gateway => return unseen("the public address behind the virtual network gateway".to_owned()),
                    // What drops them is the route's fault, not the address's.
                    Hop::Internet | Hop::Dropped | Hop::Local => {}
                },
                Taken::Unknown(_) => return unseen("which route the packets take".to_owned()),
                Taken::System => {}
            }
        }
        Known::Absent => {}
        Known::Unknown(why) => return Known::Unknown(why),
    }
    if let Some(gateway) = reference(home.subnet, "natGateway") {
        return of_gateway(reading, gateway);
    }
    match sender {
        Sender::Address(address) => Known::Yes(*address),
        Sender::Resource(public) => of_resource(reading, public),
        Sender::Hidden | Sender::None | Sender::NotSaid => {
            unseen("the public address that Azure gives the subnet".to_owned())
        }
    }
}

fn of_gateway(reading: &Reading<'_>, gateway: &str) -> Known<IpAddr> {
    get(reading, "network:GetNatGateway", gateway).and_then(|body| {
        let addresses = list(body, "publicIpAddresses");
        let several = addresses.len() > 1 || !list(body, "publicIpPrefixes").is_empty();
        match addresses.first().and_then(|address| text(address, "id")) {
            Some(only) if !several => of_resource(reading, only),
            _ => Known::Unknown(Why::not_readable(format!("which public address {} uses", id::name(gateway)))),
        }
    })
}

fn of_resource(reading: &Reading<'_>, public: &str) -> Known<IpAddr> {
    get(reading, "network:GetPublicIpAddress", public).and_then(|body| {
        match text(body, "ipAddress").and_then(|ip| ip.parse().ok()) {
            Some(address) => Known::Yes(address),
            None => Known::Unknown(Why::not_readable(format!("the address of {}", id::name(public)))),
        }
    })
}
