//! The policy of the endpoint on the way.

use super::super::super::case::{Case, compiled};
use super::super::super::network::WayKind;
use super::super::super::policy::Grade;
use super::super::words::{allowed_by, denied, keys, loosen, nearest, unread, what, who};
use super::{NETWORK_OWNER, change, trip_with_way};
use crate::facts::{Known, Tri};
use crate::model::{Effect, Judgement, Risk};
use crate::provider::Ask;

/// One more list that must allow, and never grants (PrivateLink Guide, `vpc-endpoints-access`).
pub fn endpoint_policy(ask: &Ask<'_>) -> Judgement {
    let subject = "What the endpoint's policy says";
    let (trip, kind) = match trip_with_way(ask, subject) {
        Ok(found) => found,
        Err(judgement) => return *judgement,
    };
    if !matches!(kind, WayKind::GatewayEndpoint | WayKind::InterfaceEndpoint) {
        return Judgement::not_applicable("The way leads by no VPC endpoint.");
    }
    let case = match Case::new(ask) {
        Ok(case) => case,
        Err(why) => return Judgement::unknown("unread", why),
    };
    let id = trip.way_id();
    let source = trip.endpoint.and_then(|endpoint| endpoint.get("PolicyDocument"));
    let Some(source) = source.filter(|source| source.as_str() != Some("")) else {
        return Judgement::open(format!("{id} carries no policy of its own: everything is let through."));
    };
    let document = match compiled(ask.reading, "ec2:DescribeVpcEndpoints", &format!("{id} policy"), Known::Yes(source))
    {
        Known::Yes(document) => document,
        Known::Absent => return Judgement::unknown("unread", format!("The policy of {id} was not read.")),
        Known::Unknown(why) => return unread(subject, &why),
    };
    let ruling = document.judge(&case.question());
    let command = format!("aws ec2 modify-vpc-endpoint --vpc-endpoint-id {id} --policy-document file://changed.json");
    if let Some(closed) = denied(&case, &document, &ruling, id) {
        return closed.fix(loosen(&document, "of the deny", NETWORK_OWNER, command));
    }
    if ruling.deny() == Tri::Unknown {
        return keys(&format!("What the policy of {id} denies"), &ruling.unknown);
    }
    match ruling.allow(Grade::Account) {
        Tri::True => Judgement::open(format!("The policy of {id} allows {} {}.", who(&case), what(&case)))
            .decided_by(allowed_by(&document, &ruling)),
        Tri::Unknown => keys(&format!("What the policy of {id} allows"), &ruling.unknown),
        Tri::False => {
            let summary = format!("The endpoint policy of {id} does not allow {}.", what(&case));
            let statement = serde_json::json!({"Effect": "Allow", "Principal": "*", "Action": ask.action, "Resource": ask.resource()});
            Judgement::closed(Effect::NoAllow, "no-allow", id, summary)
                .decided_by(nearest(&case, &document))
                .fix(change(format!("Add this statement to the policy of {id}: {statement}"), Risk::Low, command))
        }
    }
}
