//! What `gatewalk eval aws-network` is asked and answers (contract, section 6).

use std::net::IpAddr;

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::network::traffic::Traffic;
use super::end::{End, EndKind};
use super::walk::Walk;
use super::{Stop, World};

/// A case.
#[derive(Debug, Deserialize)]
pub struct Case {
    /// Copied to the answer.
    pub id: Value,
    from: From,
    to: To,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum From {
    Instance(String),
    Eni(String),
    Ip(String),
}

#[derive(Debug, Deserialize)]
struct To {
    ip: String,
    #[serde(default)]
    port: Option<i64>,
    #[serde(default = "tcp")]
    protocol: Value,
}

fn tcp() -> Value {
    json!("tcp")
}

/// The answer to a case; the error says what of it cannot be judged.
pub fn answer(world: &World<'_>, case: &Case) -> Result<Value, String> {
    let to: IpAddr = case.to.ip.trim().parse().map_err(|_| format!("`{}` is no IP address", case.to.ip))?;
    let protocol = case.to.protocol.as_str().map_or_else(|| case.to.protocol.to_string(), str::to_owned);
    if case.to.port.is_some_and(|port| !(0..=65535).contains(&port)) {
        return Err(format!("{} is no port", case.to.port.unwrap_or_default()));
    }
    let traffic = Traffic::named(&protocol, case.to.port)
        .ok_or_else(|| format!("`{protocol}` is no protocol: a name or 0 to 255"))?;
    let mut walk = Walk::new(world, to, traffic);
    let ended = match &case.from {
        From::Instance(id) => from_instance(world, &mut walk, id),
        From::Eni(id) => from_interface(world, &mut walk, id),
        From::Ip(text) => {
            let ip: IpAddr = text.trim().parse().map_err(|_| format!("`{text}` is no IP address"))?;
            from_address(world, &mut walk, ip)
        }
    };
    let (result, code, at) = match ended {
        Ok(()) => ("reachable", None, None),
        Err(Stop::Blocked { code, at }) => ("unreachable", Some(code), Some(at)),
        Err(Stop::Unknown { code, at }) => ("unknown", code, Some(at)),
    };
    let at = at.filter(|at| !at.is_empty());
    Ok(json!({"id": case.id, "result": result, "code": code, "at": at, "hops": walk.hops}))
}

fn from_instance<'w>(world: &World<'w>, walk: &mut Walk<'w, '_>, id: &str) -> Result<(), Stop> {
    let Some(instances) = &world.instances else { return Err(Stop::unknown(Some("UNKNOWN_RESOURCE"), id)) };
    match instances.get_key_value(id) {
        Some((id, instance)) if End::lives(instance) => walk.there_and_back(&first_interface(world, id, instance), id),
        _ => Err(Stop::blocked("NO_SOURCE_OR_DESTINATION", id)),
    }
}

/// An instance sends by its first interface, unless another one stands in the destination's subnet.
fn first_interface<'w>(world: &World<'w>, id: &'w str, instance: &'w Value) -> End<'w> {
    let eni = |index: i64| {
        let described = world.interfaces.as_ref()?.values().find(|eni| {
            let attachment = eni.get("Attachment");
            let of = attachment.and_then(|of| of.get("InstanceId")).and_then(Value::as_str);
            let at = attachment.and_then(|of| of.get("DeviceIndex")).and_then(Value::as_i64).unwrap_or(0);
            of == Some(id) && at == index
        });
        described.map(|eni| End::of_interface(world, eni))
    };
    eni(0).unwrap_or_else(|| End::of_instance(world, instance))
}

fn from_interface<'w>(world: &World<'w>, walk: &mut Walk<'w, '_>, id: &str) -> Result<(), Stop> {
    let Some(interfaces) = &world.interfaces else { return Err(Stop::unknown(Some("UNKNOWN_RESOURCE"), id)) };
    match interfaces.get_key_value(id) {
        Some((id, eni)) => walk.there_and_back(&End::of_interface(world, eni), id),
        None => Err(Stop::blocked("NO_SOURCE_OR_DESTINATION", id)),
    }
}

/// An address is an interface's, or one of the internet.
fn from_address<'w>(world: &World<'w>, walk: &mut Walk<'w, '_>, ip: IpAddr) -> Result<(), Stop> {
    if let Some(end) = world.only_end_at(ip).or_else(|| world.end_behind(ip)) {
        let end = end.clone();
        if end.kind == EndKind::Nat {
            return walk.arriving(ip);
        }
        return walk.there_and_back(&end, end.node);
    }
    match super::super::network::is_private(ip) {
        true => Err(Stop::unknown(Some("UNKNOWN_RESOURCE"), ip.to_string())),
        false => walk.arriving(ip),
    }
}
