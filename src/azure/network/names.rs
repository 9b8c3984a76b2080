//! What a storage account's name resolves to in a virtual network (Private Link, "Azure Private Endpoint private DNS zone values").

use std::net::IpAddr;

use serde_json::Value;

use super::nets::Net;
use crate::azure::id;
use crate::azure::items::{is, items, list, listed, prop, reference, text, texts};
use crate::facts::{Fact, Known, Reading, Why};

/// The address of Azure's own resolver, the same in every virtual network (Azure, "What is IP address 168.63.129.16").
const AZURE_DNS: &str = "168.63.129.16";

/// Whose resolver answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolver {
    /// ARM id of the network whose links count.
    pub net: String,
    /// The DNS server in it that is asked first, where there is one.
    pub server: Option<String>,
}

/// What the private zone of a sub-resource makes of an account's name.
#[derive(Debug, Clone)]
pub enum Answer<'a> {
    /// A zone is linked and has a record.
    Record {
        /// ARM id of the zone.
        zone: String,
        /// The name of the zone's link.
        link: String,
        /// The record.
        record: &'a Value,
        /// Its addresses.
        addresses: Vec<IpAddr>,
    },
    /// A zone is linked and has no record of that name.
    NoRecord {
        /// ARM id of the zone.
        zone: String,
        /// The name of the zone's link.
        link: String,
        /// True when the link hands names without a record on to public DNS.
        redirects: bool,
    },
    /// No zone is linked: public DNS answers.
    Public {
        /// ARM id of a zone of the right name that is not linked, where there is one.
        unlinked: Option<String>,
    },
}

/// The host name of an account's sub-resource: as the account tells it, else as public Azure spells it.
#[must_use]
pub fn host(account: &str, body: &Value, sub_resource: &str) -> String {
    let told = prop(body, "primaryEndpoints").and_then(|endpoints| text(endpoints, sub_resource));
    let host =
        told.and_then(|url| url.split("//").nth(1)).map(|rest| rest.split(['/', ':']).next().unwrap_or_default());
    host.map_or_else(|| format!("{}.{sub_resource}.core.windows.net", id::name(account)), str::to_ascii_lowercase)
}

/// The private zone that belongs to a host name.
#[must_use]
pub fn zone_name(host: &str) -> String {
    format!("privatelink.{}", host.split_once('.').map_or(host, |(_, domain)| domain))
}

/// Whose resolver answers a machine in this network; `interface` may name DNS servers of its own.
pub fn resolver<'a>(reading: &Reading<'a>, net: &Net<'a>, interface: Option<&'a Value>) -> Known<Resolver> {
    let own: Vec<&str> = interface
        .and_then(|one| prop(one, "dnsSettings"))
        .map(|dns| texts(dns, "dnsServers").collect())
        .unwrap_or_default();
    let servers = if own.is_empty() { net.dns_servers() } else { own };
    let azure = |server: &&str| *server == AZURE_DNS || server.eq_ignore_ascii_case("AzureProvidedDNS");
    let mut found: Option<Resolver> = None;
    for server in &servers {
        let answering = if azure(server) {
            Resolver { net: net.id.to_owned(), server: None }
        } else {
            match net_of(reading, net, server) {
                Some(id) => Resolver { net: id, server: Some((*server).to_owned()) },
                None => {
                    return unsaid(
                        reading,
                        format!("what the DNS server {server} answers, which is in no network that was read"),
                    );
                }
            }
        };
        match &found {
            Some(other) if !id::same(&other.net, &answering.net) => {
                return unsaid(reading, format!("which of the DNS servers {} answers", servers.join(", ")));
            }
            Some(_) => {}
            None => found = Some(answering),
        }
    }
    Known::Yes(found.unwrap_or_else(|| Resolver { net: net.id.to_owned(), server: None }))
}

fn unsaid<T>(reading: &Reading<'_>, what: String) -> Known<T> {
    Known::Unknown(reading.missed(Why::not_readable(what)))
}

/// The network, this one or one it is peered with, whose address space holds the server.
fn net_of<'a>(reading: &Reading<'a>, net: &Net<'a>, server: &str) -> Option<String> {
    let address: IpAddr = server.parse().ok()?;
    if net.space().holds(address) {
        return Some(net.id.to_owned());
    }
    let peered = net.peerings().find(|peering| {
        peering.space().holds(address)
            || peering.space().is_empty()
                && super::nets::net(reading, peering.remote).yes().is_some_and(|remote| remote.space().holds(address))
    })?;
    Some(peered.remote.to_owned())
}

/// What the zones make of `record` (the account's name) for the network `net`. `nearby` are ids in the subscriptions whose zones must have been listed before one may
/// say that none is linked.
pub fn resolve<'a>(reading: &Reading<'a>, net: &str, zone: &str, record: &str, nearby: &[&str]) -> Known<Answer<'a>> {
    let (lists, unlisted) = lists(reading, nearby);
    let mut unlinked: Option<String> = None;
    let mut doubt = unlisted;
    for body in lists.into_iter().flat_map(items).filter(|body| is(body, "name", zone)) {
        let Some(id) = text(body, "id") else { continue };
        match listed(reading, "privatedns:ListNetworkLinks", id) {
            Known::Yes(links) => match links.iter().find(|link| links_to(link, net)) {
                Some(link) => return in_zone(reading, id, link, record),
                None if unlinked.is_none() || has_record(reading, id, record) => unlinked = Some(id.to_owned()),
                None => {}
            },
            Known::Absent => {}
            Known::Unknown(why) => doubt = doubt.or(Some(why)),
        }
    }
    match doubt {
        Some(why) => Known::Unknown(why),
        None => Known::Yes(Answer::Public { unlinked }),
    }
}

/// The zone lists that answered, and why they may not be all.
fn lists<'a>(reading: &Reading<'a>, nearby: &[&str]) -> (Vec<&'a Value>, Option<Why>) {
    const CALL: &str = "privatedns:ListZones";
    let mut bodies = Vec::new();
    let mut doubt = None;
    for (_, fact) in reading.facts().of_call(CALL) {
        match reading.find(CALL, |other: &Fact| std::ptr::eq(other, fact)) {
            Known::Yes(body) => bodies.push(body),
            Known::Absent => {}
            Known::Unknown(why) => doubt = doubt.or(Some(why)),
        }
    }
    for subscription in nearby.iter().filter_map(|near| id::subscription_scope(near)) {
        if let Known::Unknown(why) = crate::azure::items::get(reading, CALL, subscription) {
            doubt = doubt.or(Some(why));
        }
    }
    (bodies, doubt)
}

/// A link that is not completed does not answer yet; one that does not tell its state is taken for complete.
fn links_to(link: &Value, net: &str) -> bool {
    let complete = text(link, "virtualNetworkLinkState").is_none() || is(link, "virtualNetworkLinkState", "Completed");
    complete && reference(link, "virtualNetwork").is_some_and(|linked| id::same(linked, net))
}

fn named(one: &Value, record: &str) -> bool {
    is(one, "name", record)
}

fn has_record(reading: &Reading<'_>, zone: &str, record: &str) -> bool {
    listed(reading, "privatedns:ListAddressRecords", zone)
        .yes()
        .is_some_and(|records| records.iter().any(|one| named(one, record)))
}

fn in_zone<'a>(reading: &Reading<'a>, zone: &str, link: &Value, record: &str) -> Known<Answer<'a>> {
    let records = match listed(reading, "privatedns:ListAddressRecords", zone) {
        Known::Yes(records) => records,
        Known::Absent => &[],
        Known::Unknown(why) => return Known::Unknown(why),
    };
    let redirects = is(link, "resolutionPolicy", "NxDomainRedirect");
    let name = || text(link, "name").or_else(|| text(link, "id").map(id::name)).unwrap_or("LINK");
    let (zone, link) = (zone.to_owned(), name().to_owned());
    Known::Yes(match records.iter().find(|one| named(one, record)) {
        Some(record) => {
            let parsed = |one: &Value| text(one, "ipv4Address").and_then(|address| address.parse().ok());
            let lists = [list(record, "aRecords"), list(record, "ARecords")];
            Answer::Record { zone, link, record, addresses: lists.into_iter().flatten().filter_map(parsed).collect() }
        }
        None => Answer::NoRecord { zone, link, redirects },
    })
}
