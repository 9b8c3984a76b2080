//! The private endpoints of a storage account: the account's word (their connections), and that of the endpoints themselves, which may stand where nobody may read.

use std::net::IpAddr;

use serde_json::Value;

use super::nets::Net;
use crate::azure::id;
use crate::azure::items::{get, list, listed, prop, reference, text, texts};
use crate::facts::{Known, Reading, Tri, Why};

/// What was seen of an endpoint itself.
#[derive(Debug, Clone)]
pub enum Seen<'a> {
    /// It was read.
    Read(&'a Value),
    /// There is no such endpoint any more.
    Gone,
    /// It could not be read.
    Not(Why),
}

/// One private endpoint with its connection to the account.
#[derive(Debug, Clone)]
pub struct Endpoint<'a> {
    /// Its ARM id.
    pub id: String,
    /// ARM id of its connection on the account.
    pub connection: String,
    /// What ARM says of the connection.
    pub connection_body: &'a Value,
    /// `Approved`, `Pending`, `Rejected` or `Disconnected`.
    pub status: Option<&'a str>,
    /// What was seen of the endpoint itself.
    pub seen: Seen<'a>,
    /// Whether it is for the sub-resource that the request speaks to.
    pub fits: Tri,
    /// The parts of the account it is for, where that is known.
    pub groups: Vec<&'a str>,
    /// ARM id of its subnet.
    pub subnet: Known<String>,
    /// Its addresses.
    pub addresses: Known<Vec<IpAddr>>,
}

/// The connections on the account: those of the list, else those in the account's own answer.
pub fn connections<'a>(reading: &Reading<'a>, account: &str, body: &'a Value) -> Known<&'a [Value]> {
    match (listed(reading, "storage:ListPrivateEndpointConnections", account), prop(body, "privateEndpointConnections"))
    {
        (Known::Yes(list), _) => Known::Yes(list),
        (_, Some(Value::Array(own))) => Known::Yes(own),
        (other, _) => other,
    }
}

/// The private endpoints of the account. `nets` are the networks that may tell of endpoints that cannot be read themselves.
pub fn endpoints<'a>(
    reading: &Reading<'a>,
    account: &str,
    body: &'a Value,
    sub_resource: &str,
    nets: &[Net<'a>],
) -> Known<Vec<Endpoint<'a>>> {
    connections(reading, account, body).map(|connections| {
        let mut all: Vec<_> = connections
            .iter()
            // A connection that names no endpoint leads nowhere.
            .filter(|connection| reference(connection, "privateEndpoint").is_some())
            .map(|connection| endpoint(reading, account, connection, sub_resource, nets))
            .collect();
        all.sort_by_key(|endpoint| endpoint.id.to_ascii_lowercase());
        all
    })
}

fn endpoint<'a>(
    reading: &Reading<'a>,
    account: &str,
    connection: &'a Value,
    sub_resource: &str,
    nets: &[Net<'a>],
) -> Endpoint<'a> {
    let id = reference(connection, "privateEndpoint").unwrap_or_default().to_owned();
    let seen = match get(reading, "network:GetPrivateEndpoint", &id) {
        Known::Yes(body) => Seen::Read(body),
        Known::Absent => Seen::Gone,
        Known::Unknown(why) => Seen::Not(why),
    };
    let listed = nets.iter().find_map(|net| net.subnet_of_endpoint(&id));
    let name = text(connection, "name").unwrap_or_default();
    let (groups, fits, subnet, addresses) = match &seen {
        Seen::Read(body) => {
            let groups: Vec<&'a str> = groups(body, account);
            let fits = if groups.is_empty() {
                Tri::Unknown
            } else {
                groups.iter().any(|group| group.eq_ignore_ascii_case(sub_resource)).into()
            };
            let subnet = reference(body, "subnet").map(str::to_owned).or(listed);
            let subnet = subnet.map_or_else(
                || Known::Unknown(Why::not_readable(format!("which subnet {} is in", id::name(&id)))),
                Known::Yes,
            );
            (groups, fits, subnet, addresses(reading, body))
        }
        Seen::Gone => (Vec::new(), Tri::Unknown, Known::Absent, Known::Absent),
        Seen::Not(why) => (
            Vec::new(),
            Tri::Unknown,
            listed.map_or_else(|| Known::Unknown(why.clone()), Known::Yes),
            Known::Unknown(why.clone()),
        ),
    };
    Endpoint {
        connection: text(connection, "id")
            .map_or_else(|| format!("{account}/privateEndpointConnections/{name}"), str::to_owned),
        connection_body: connection,
        status: prop(connection, "privateLinkServiceConnectionState").and_then(|state| text(state, "status")),
        id,
        seen,
        fits,
        groups,
        subnet,
        addresses,
    }
}

/// An endpoint's own connections: those that were approved by themselves, and those that had to be asked for.
pub fn both_kinds(endpoint: &Value) -> impl Iterator<Item = &Value> {
    ["privateLinkServiceConnections", "manualPrivateLinkServiceConnections"]
        .into_iter()
        .flat_map(|name| list(endpoint, name))
}

/// The sub-resources of the account that an endpoint is for.
fn groups<'a>(endpoint: &'a Value, account: &str) -> Vec<&'a str> {
    let of_account =
        |connection: &&Value| text(connection, "privateLinkServiceId").is_none_or(|to| id::same(to, account));
    both_kinds(endpoint).filter(of_account).flat_map(|connection| texts(connection, "groupIds")).collect()
}

/// Its addresses: those for custom DNS (empty once a zone group keeps the records), those fixed in it, else those of its network interfaces.
fn addresses(reading: &Reading<'_>, endpoint: &Value) -> Known<Vec<IpAddr>> {
    let parsed = |texts: Vec<&str>| texts.iter().filter_map(|text| text.parse().ok()).collect::<Vec<IpAddr>>();
    let custom =
        parsed(list(endpoint, "customDnsConfigs").iter().flat_map(|config| texts(config, "ipAddresses")).collect());
    let fixed = || parsed(private_addresses(endpoint));
    let known = if custom.is_empty() { fixed() } else { custom };
    if !known.is_empty() {
        return Known::Yes(known);
    }
    let mut found = Vec::new();
    for interface in list(endpoint, "networkInterfaces").iter().filter_map(|one| text(one, "id")) {
        match get(reading, "network:GetNetworkInterface", interface) {
            Known::Yes(body) => found.extend(parsed(private_addresses(body))),
            Known::Absent => {}
            Known::Unknown(why) => return Known::Unknown(why),
        }
    }
    if found.is_empty() {
        return Known::Unknown(Why::not_readable(format!(
            "the address of {}",
            text(endpoint, "name").unwrap_or("the private endpoint")
        )));
    }
    Known::Yes(found)
}

/// The private addresses of a thing with `ipConfigurations`.
pub(super) fn private_addresses(thing: &Value) -> Vec<&str> {
    let spelled = |one| text(one, "privateIPAddress").or_else(|| text(one, "privateIpAddress"));
    list(thing, "ipConfigurations").iter().filter_map(spelled).collect()
}

impl Endpoint<'_> {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        id::name(&self.id)
    }

    /// True when its connection is approved.
    #[must_use]
    pub fn is_approved(&self) -> bool {
        self.status.is_some_and(|status| status.eq_ignore_ascii_case("Approved"))
    }

    /// True when it or its connection carries this name.
    #[must_use]
    pub fn is_named_after(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        [id::name(&self.connection), self.name()].iter().any(|own| own.to_ascii_lowercase().contains(&name))
    }

    /// Whether the address is one of its own.
    #[must_use]
    pub fn has(&self, address: IpAddr) -> Tri {
        match &self.addresses {
            Known::Yes(own) => own.contains(&address).into(),
            Known::Absent => Tri::False,
            Known::Unknown(_) => Tri::Unknown,
        }
    }
}
