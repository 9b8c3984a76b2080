//! Where a request comes from: the words of `--from`, looked up.

use std::net::IpAddr;

use serde_json::Value;

use super::blocks::is_private;
use super::managed::{Isolation, managed};
use super::region;
use crate::azure::id;
use crate::azure::items::{flag, get, is, list, listed, prop, reference, text};
use crate::facts::{Known, Reading, Why};
use crate::model::ORIGIN_UNKNOWN;

/// What kind of place it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceKind {
    /// A subnet of the user's, or what stands in one.
    Subnet,
    /// A network that an Azure ML workspace manages for its computes.
    Managed,
    /// A service that Azure runs.
    Service,
    /// Anywhere else: what is seen of it is a public address.
    Public,
}

/// The public address that a place itself has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sender {
    /// This one.
    Address(IpAddr),
    /// That of a public IP address resource (its ARM id).
    Resource(String),
    /// One that no read call tells.
    Hidden,
    /// None of its own.
    None,
    /// Nobody said which machine it is.
    NotSaid,
}

/// A place that requests come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What kind of place it is.
    pub kind: PlaceKind,
    /// What a person would call the kind: `subnet`, `virtual-machine`, ….
    pub word: &'static str,
    /// What a person would call it.
    pub label: String,
    /// Its ARM id or address.
    pub reference: String,
    /// ARM id of its subnet ([`PlaceKind::Subnet`] only).
    pub subnet: Option<String>,
    /// ARM id of its network interface, where it has one of the user's.
    pub interface: Option<String>,
    /// ARM id of the workspace it belongs to.
    pub workspace: Option<String>,
    /// ARM id of the deployment that keeps it from public addresses, without a managed network (Azure ML, "Network isolation for managed online endpoints", legacy method).
    pub deployment: Option<String>,
    /// The public address it has.
    pub sender: Sender,
    /// Its region, where the place itself tells.
    pub region: Option<String>,
}

impl Place {
    fn new(kind: PlaceKind, word: &'static str, reference: &str) -> Self {
        Place {
            kind,
            word,
            label: id::name(reference).to_owned(),
            reference: reference.to_owned(),
            subnet: None,
            interface: None,
            workspace: None,
            deployment: None,
            sender: Sender::NotSaid,
            region: None,
        }
    }
}

/// Looks up where a request comes from.
///
/// `Absent` when the cloud says that there is no such thing; `Unknown` when it could not be read or nobody said where the request comes from.
pub fn place(reading: &Reading<'_>, origin: &str) -> Known<Place> {
    match origin {
        "" | ORIGIN_UNKNOWN => unsaid(reading, "where the request comes from (--from)"),
        "here" => unsaid(
            reading,
            "which subnet or public address this machine has (--from ip:ADDRESS, or the ARM id of a subnet)",
        ),
        "internet" => {
            Known::Yes(Place { label: "the internet".into(), ..Place::new(PlaceKind::Public, "internet", origin) })
        }
        _ if id::is_arm(origin) => resource(reading, origin),
        _ => match origin.strip_prefix("ip:").unwrap_or(origin).parse() {
            Ok(address) => of_address(reading, address),
            Err(_) => unsaid(reading, &format!("where `{origin}` stands: no read call of this tool tells")),
        },
    }
}

fn unsaid<T>(reading: &Reading<'_>, what: &str) -> Known<T> {
    Known::Unknown(reading.missed(Why::not_readable(what)))
}

/// Private ranges overlap: of a private address alone nobody knows whose network it is in.
fn of_address(reading: &Reading<'_>, address: IpAddr) -> Known<Place> {
    if is_private(address) {
        return unsaid(reading, &format!("which subnet {address} is in (--from with the subnet's ARM id)"));
    }
    Known::Yes(Place {
        sender: Sender::Address(address),
        ..Place::new(PlaceKind::Public, "address", &address.to_string())
    })
}

fn resource(reading: &Reading<'_>, origin: &str) -> Known<Place> {
    match id::kind(origin).unwrap_or_default().to_ascii_lowercase().as_str() {
        "microsoft.network/virtualnetworks/subnets" => {
            Known::Yes(Place { subnet: Some(origin.to_owned()), ..Place::new(PlaceKind::Subnet, "subnet", origin) })
        }
        "microsoft.network/networkinterfaces" => {
            interface(reading, origin, Place::new(PlaceKind::Subnet, "network-interface", origin))
        }
        "microsoft.compute/virtualmachines" => machine(reading, origin),
        "microsoft.machinelearningservices/workspaces" => Known::Yes(Place {
            workspace: Some(origin.to_owned()),
            ..Place::new(PlaceKind::Service, "workspace", origin)
        }),
        "microsoft.machinelearningservices/workspaces/computes" => compute(reading, origin),
        "microsoft.machinelearningservices/workspaces/onlineendpoints"
        | "microsoft.machinelearningservices/workspaces/onlineendpoints/deployments" => {
            online_endpoint(reading, origin)
        }
        _ => unsaid(reading, &format!("where {} stands: no read call of this tool tells", id::name(origin))),
    }
}

/// The one that is marked primary, else the first.
fn primary(things: &[Value]) -> Option<&Value> {
    things.iter().find(|thing| flag(thing, "primary") == Some(true)).or_else(|| things.first())
}

fn interface(reading: &Reading<'_>, id: &str, place: Place) -> Known<Place> {
    get(reading, "network:GetNetworkInterface", id).and_then(|body| {
        let Some(configuration) = primary(list(body, "ipConfigurations")) else {
            return unsaid(reading, &format!("which subnet {} is in", id::name(id)));
        };
        let Some(subnet) = reference(configuration, "subnet") else {
            return unsaid(reading, &format!("which subnet {} is in", id::name(id)));
        };
        let public =
            reference(configuration, "publicIPAddress").or_else(|| reference(configuration, "publicIpAddress"));
        Known::Yes(Place {
            subnet: Some(subnet.to_owned()),
            interface: Some(id.to_owned()),
            sender: public.map_or(Sender::None, |public| Sender::Resource(public.to_owned())),
            ..place
        })
    })
}

fn machine(reading: &Reading<'_>, origin: &str) -> Known<Place> {
    get(reading, "compute:GetVirtualMachine", origin).and_then(|body| {
        let interfaces = prop(body, "networkProfile").map_or(&[][..], |profile| list(profile, "networkInterfaces"));
        match primary(interfaces).and_then(|one| text(one, "id")) {
            Some(id) => interface(reading, id, Place::new(PlaceKind::Subnet, "virtual-machine", origin)),
            None => unsaid(reading, &format!("which network interface {} has", id::name(origin))),
        }
    })
}

/// A compute stands in a subnet of the user's, in the workspace's managed network, or in a network of Azure's own (Azure ML, "Secure a training environment").
fn compute(reading: &Reading<'_>, origin: &str) -> Known<Place> {
    get(reading, "ml:GetCompute", origin).and_then(|body| {
        let inner = prop(body, "properties").unwrap_or(&Value::Null);
        let place = Place {
            workspace: id::up_to(origin, "workspaces").map(str::to_owned),
            region: text(body, "location").map(region),
            ..Place::new(PlaceKind::Public, "compute", origin)
        };
        if let Some(subnet) = reference(inner, "subnet") {
            let hidden = flag(inner, "enableNodePublicIp") != Some(false);
            return Known::Yes(Place {
                kind: PlaceKind::Subnet,
                subnet: Some(subnet.to_owned()),
                sender: if hidden { Sender::Hidden } else { Sender::None },
                ..place
            });
        }
        let attached = text(body, "resourceId").filter(|id| id::is(id, "Microsoft.Compute/virtualMachines"));
        if let Some(attached) = attached {
            return machine(reading, attached).map(|machine| Place { label: place.label.clone(), ..machine });
        }
        let own = is(body, "computeType", "ComputeInstance") || is(body, "computeType", "AmlCompute");
        if !own && text(body, "computeType").is_some() {
            return unsaid(reading, &format!("where the attached compute {} stands", place.label));
        }
        in_workspace(reading, place)
    })
}

/// In the managed network of its workspace, else somewhere behind Azure's public addresses.
fn in_workspace(reading: &Reading<'_>, place: Place) -> Known<Place> {
    let workspace = place.workspace.clone().unwrap_or_default();
    managed(reading, &workspace).map(|managed| {
        let kind = if managed.isolation == Isolation::Off { PlaceKind::Public } else { PlaceKind::Managed };
        let region = place.region.clone().or(managed.region);
        Place { kind, region, sender: Sender::Hidden, ..place }
    })
}

/// Without a managed network each deployment says whether it may reach public addresses (Azure ML, "Network isolation for managed online endpoints").
fn online_endpoint(reading: &Reading<'_>, origin: &str) -> Known<Place> {
    let endpoint = id::up_to(origin, "onlineEndpoints").unwrap_or(origin);
    let place = Place {
        workspace: id::up_to(origin, "workspaces").map(str::to_owned),
        ..Place::new(PlaceKind::Public, "online-endpoint", endpoint)
    };
    in_workspace(reading, place).and_then(|place| {
        if place.kind == PlaceKind::Managed {
            return Known::Yes(place);
        }
        let deployments = match listed(reading, "ml:ListDeployments", endpoint) {
            Known::Yes(deployments) => deployments,
            Known::Absent => &[],
            Known::Unknown(why) => return Known::Unknown(why),
        };
        let (kept, free): (Vec<_>, Vec<_>) =
            deployments.iter().partition(|deployment| is(deployment, "egressPublicNetworkAccess", "Disabled"));
        match (kept.first(), free.is_empty()) {
            (None, _) => Known::Yes(place),
            (Some(deployment), true) => {
                let deployment = text(deployment, "id").unwrap_or(endpoint).to_owned();
                Known::Yes(Place { kind: PlaceKind::Managed, deployment: Some(deployment), ..place })
            }
            (Some(_), false) => unsaid(
                reading,
                &format!("which deployment of {} asks: some may reach public addresses, some may not", place.label),
            ),
        }
    })
}
