//! Security groups: of the workload, and of the endpoint.

use super::super::super::network::items::{list, text};
use super::super::super::network::rules::{Passes, passes};
use super::super::super::network::traffic::Traffic;
use super::super::super::network::{Trip, WayKind};
use super::super::words::unread;
use super::{HTTPS, change, trip_with_way};
use crate::facts::{Known, Reading};
use crate::model::{Effect, Fix, Judgement, Risk};
use crate::provider::Ask;

/// What leaves the workload: the union of all rules of all its groups (VPC User Guide, `security-group-rules`).
pub fn security_group(ask: &Ask<'_>) -> Judgement {
    let subject = "What the workload's security groups let out";
    let (trip, kind) = match trip_with_way(ask, subject) {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    let ids = trip.place.security_groups.clone();
    let Some(blame) = ids.first() else {
        return Judgement::unknown("unread", format!("Nobody knows the security groups of {}.", trip.place.label))
            .missing("the workload's network interface (--from eni-…)");
    };
    let groups = match Trip::groups(ask.reading, &ids) {
        Known::Yes(groups) => groups,
        Known::Absent => Vec::new(),
        Known::Unknown(why) => return unread(subject, &why),
    };
    let out = passes(ask.reading, &groups, "IpPermissionsEgress", Traffic::tcp((HTTPS, HTTPS)));
    let list = trip.prefix_list.clone();
    if list.as_ref().is_some_and(|list| out.prefix_lists.contains(list)) {
        return Judgement::open(format!(
            "{} lets the workload out to the prefix list of {}.",
            ids.join(", "),
            trip.service
        ));
    }
    let reached = match kind {
        WayKind::InterfaceEndpoint => to_legs(ask.reading, &trip, &out),
        _ => trip.service_addresses(ask.reading).map(|to| to.minus(&out.addresses).is_empty() && !to.is_empty()),
    };
    let title = format!("Let {blame} out to {} on 443", trip.service);
    let command = match (&list, kind) {
        (Some(list), _) => format!(
            "aws ec2 authorize-security-group-egress --group-id {blame} --ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,PrefixListIds=[{{PrefixListId={list}}}]'"
        ),
        (None, WayKind::InterfaceEndpoint) => format!(
            "aws ec2 authorize-security-group-egress --group-id {blame} --ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,UserIdGroupPairs=[{{GroupId={}}}]'",
            endpoint_group(&trip)
        ),
        _ => format!(
            "aws ec2 authorize-security-group-egress --group-id {blame} --protocol tcp --port 443 --cidr 0.0.0.0/0"
        ),
    };
    group_verdict(
        reached,
        &out,
        blame,
        &ids,
        &format!("let the workload out to {} on 443", trip.service),
        change(title, Risk::Low, command),
    )
}

/// Whether every interface of the endpoint is let through, by address or by group.
fn to_legs(reading: &Reading<'_>, trip: &Trip<'_>, out: &Passes) -> Known<bool> {
    trip.legs(reading).map(|legs| {
        legs.iter().all(|leg| {
            let by_group = leg.groups.iter().any(|group| out.groups.contains(group));
            by_group || (!leg.addresses.is_empty() && leg.addresses.minus(&out.addresses).is_empty())
        })
    })
}

fn endpoint_group(trip: &Trip<'_>) -> String {
    let groups = trip.endpoint.map(|endpoint| list(endpoint, "Groups")).unwrap_or_default();
    groups.first().and_then(|group| text(group, "GroupId")).unwrap_or("SECURITY-GROUP").to_owned()
}

fn group_verdict(reached: Known<bool>, rules: &Passes, blame: &str, ids: &[String], does: &str, fix: Fix) -> Judgement {
    let groups = ids.join(", ");
    match (reached, &rules.unread) {
        (Known::Yes(true), _) => Judgement::open(format!("The rules of {groups} {does}.")),
        (Known::Yes(false), Some(why)) => unread(&format!("Whether the rules of {groups} {does}"), why),
        (Known::Unknown(why), _) => unread(&format!("Whether the rules of {groups} {does}"), &why),
        (Known::Yes(false) | Known::Absent, _) => {
            let (reason, summary) = match rules.rules {
                0 => ("sg-has-no-rules", format!("{groups} has no rules in this direction, so nothing can {does}.")),
                _ => ("eni-sg-rules-mismatch", format!("No rule of {groups} would {does}.")),
            };
            Judgement::closed(Effect::Blocked, reason, blame, summary).fix(fix)
        }
    }
}

/// What the endpoint lets in (PrivateLink Guide, `interface-endpoints`).
pub fn endpoint_security_group(ask: &Ask<'_>) -> Judgement {
    let subject = "What the endpoint's security groups let in";
    let (trip, kind) = match trip_with_way(ask, subject) {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    if kind != WayKind::InterfaceEndpoint {
        return Judgement::not_applicable("Only interface endpoints have security groups.");
    }
    let legs = match trip.legs(ask.reading) {
        Known::Yes(legs) => legs,
        Known::Absent => {
            return Judgement::unknown("unread", format!("{} has no interfaces that were read.", trip.way_id()));
        }
        Known::Unknown(why) => return unread(subject, &why),
    };
    let mut ids: Vec<String> = legs.iter().flat_map(|leg| leg.groups.clone()).collect();
    ids.sort();
    ids.dedup();
    let Some(blame) = ids.first().cloned() else {
        return Judgement::unknown("unread", format!("Nobody knows the security groups of {}.", trip.way_id()));
    };
    let groups = match Trip::groups(ask.reading, &ids) {
        Known::Yes(groups) => groups,
        Known::Absent => Vec::new(),
        Known::Unknown(why) => return unread(subject, &why),
    };
    let rules = passes(ask.reading, &groups, "IpPermissions", Traffic::tcp((HTTPS, HTTPS)));
    let by_group = trip.place.security_groups.iter().any(|group| rules.groups.contains(group));
    let reached = if by_group { Known::Yes(true) } else { from_subnets(ask.reading, &trip, &rules) };
    let from = trip.place.security_groups.first().map_or("SECURITY-GROUP", String::as_str);
    let command = format!(
        "aws ec2 authorize-security-group-ingress --group-id {blame} --ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,UserIdGroupPairs=[{{GroupId={from}}}]'"
    );
    let fix = change(format!("Let {from} into {blame} on 443"), Risk::Low, command);
    group_verdict(
        reached,
        &rules,
        &blame,
        &ids,
        &format!("let {} into {} on 443", trip.place.label, trip.way_id()),
        fix,
    )
}

fn from_subnets(reading: &Reading<'_>, trip: &Trip<'_>, rules: &Passes) -> Known<bool> {
    let mut all = true;
    for subnet in &trip.place.subnets {
        match trip.own_addresses(reading, subnet) {
            Known::Yes(own) => all &= !own.is_empty() && own.minus(&rules.addresses).is_empty(),
            Known::Absent => all = false,
            Known::Unknown(why) => return Known::Unknown(why),
        }
    }
    Known::Yes(all)
}
