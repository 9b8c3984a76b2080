//! What stands between a bucket that lets a request in and the object: access points, who pays, the object itself.

use serde_json::Value;

use super::super::arn;
use super::super::case::{Case, Kind, field};
use super::super::policy::{Document, Grade};
use super::words::{allowed_by, denied, fix, keys, loosen, unread, what, who};
use crate::facts::{FactStatus, Known, Tri};
use crate::model::{Confidence, Effect, Judgement, Risk};
use crate::provider::Ask;

/// An access point: its network, and its policy (S3 User Guide, `access-points-policies`, `access-points-vpc`).
pub fn access_point(ask: &Ask<'_>) -> Judgement {
    let Some(point) = ask.text("access-point") else {
        return Judgement::not_applicable("The request does not use an access point.");
    };
    let Some(arn) = arn::Arn::parse(point) else {
        return Judgement::unknown("unread", format!("`{point}` is no ARN of an access point."))
            .missing("the access point's ARN (-i access-point=ARN)");
    };
    let case = match Case::new(ask) {
        Ok(case) => case,
        Err(why) => return Judgement::unknown("unread", why),
    };
    let params = [("AccountId", arn.account), ("Name", arn.name())];
    let described = match ask.reading.answer("s3control:GetAccessPoint", &params) {
        Known::Yes(described) => described,
        Known::Absent => {
            let summary = format!("There is no access point {}.", arn.name());
            return Judgement::closed(Effect::Unusable, "no-such-access-point", point, summary);
        }
        Known::Unknown(why) => return unread("Where the access point takes requests from", &why),
    };
    if let Some(closed) = origin(&case, described, point) {
        return closed;
    }
    let document = match ask.reading.answer("s3control:GetAccessPointPolicy", &params) {
        Known::Yes(body) => {
            match Document::compile(&format!("{} policy", arn.name()), body.get("Policy").unwrap_or(&Value::Null)) {
                Ok(document) => Some(document),
                Err(error) => {
                    return Judgement::unknown("unread", error.to_string()).missing("a policy that can be read");
                }
            }
        }
        Known::Absent => None,
        Known::Unknown(why) => return unread("What the access point's policy says", &why),
    };
    let foreign = case.principal.account != arn.account;
    let key = ask.resource().split_once('/').map(|(_, key)| format!("{point}/object/{key}"));
    let mut question = case.question();
    question.resource = key.as_deref().unwrap_or(point);
    let Some(document) = document else {
        return match foreign {
            false => {
                Judgement::open(format!("{} takes requests from here and has no policy that could deny.", arn.name()))
            }
            true => lacking(&case, point),
        };
    };
    let ruling = document.judge(&question);
    if let Some(closed) = denied(&case, &document, &ruling, point) {
        let label = closed.decisive.first().map(|part| part.statement.clone()).unwrap_or_default();
        let command = format!(
            "aws s3control put-access-point-policy --account-id {} --name {} --policy file://changed.json",
            arn.account,
            arn.name()
        );
        return closed.fix(loosen(&document, &label, "the owner of the access point", command));
    }
    match (ruling.deny(), ruling.allow(Grade::Account), foreign) {
        (Tri::Unknown, ..) | (_, Tri::Unknown, true) => keys("What the access point's policy says", &ruling.unknown),
        (_, Tri::True, _) => Judgement::open(format!("The policy of {} allows it.", arn.name()))
            .decided_by(allowed_by(&document, &ruling)),
        (_, _, false) => Judgement::open(format!("The policy of {} does not deny it.", arn.name())),
        (_, _, true) => lacking(&case, point),
    }
}

/// An access point of a VPC takes nothing from elsewhere.
fn origin(case: &Case<'_>, described: &Value, point: &str) -> Option<Judgement> {
    let vpc = match described.get("VpcConfiguration").and_then(|config| field(config, "VpcId")) {
        Some(vpc) => vpc,
        None if field(described, "NetworkOrigin") == Some("VPC") => {
            let summary =
                format!("{} takes requests from one VPC only, and the answer does not say which.", arn::name(point));
            return Some(Judgement::unknown("unread", summary).missing("s3:GetAccessPoint"));
        }
        None => return None,
    };
    let way = case.way();
    match way.yes().map(|way| way.vpc) {
        Some(Some(from)) if from == vpc => None,
        Some(_) => {
            let summary =
                format!("{} takes requests from {vpc} only, and this one comes from elsewhere.", arn::name(point));
            Some(Judgement::closed(Effect::Blocked, "vpc-origin", point, summary).fix(fix(
                "Send the request from that VPC, or through another access point",
                "whoever runs the workload",
                Risk::Low,
                format!(
                    "aws s3control get-access-point --account-id {} --name {}",
                    arn::account(point),
                    arn::name(point)
                ),
            )))
        }
        None => Some(
            Judgement::unknown(
                "unread",
                format!("{} takes requests from {vpc} only; where this one comes from is not known.", arn::name(point)),
            )
            .missing("where the request comes from (--from)"),
        ),
    }
}

fn lacking(case: &Case<'_>, point: &str) -> Judgement {
    let summary =
        format!("The policy of the access point {} does not let {} {}.", arn::name(point), who(case), what(case));
    Judgement::closed(Effect::NoAllow, "no-allow", point, summary).fix(fix(
        format!("Allow {} in the access point's policy", who(case)),
        "the owner of the access point",
        Risk::Medium,
        format!(
            "aws s3control put-access-point-policy --account-id {} --name {} --policy file://changed.json",
            arn::account(point),
            arn::name(point)
        ),
    ))
}

/// Who pays: others than the owner's account must say that they do (S3 User Guide, `RequesterPaysBuckets`).
pub fn requester_pays(ask: &Ask<'_>) -> Judgement {
    let case = match Case::new(ask) {
        Ok(case) => case,
        Err(why) => return Judgement::unknown("unread", why),
    };
    let Some(bucket) = arn::bucket(ask.resource()) else {
        return Judgement::not_applicable("Only buckets let the requester pay.");
    };
    let anonymous = case.principal.kind == Kind::Anonymous;
    if case.principal.kind == Kind::Service {
        return Judgement::not_applicable("A service's own requests are paid by whom it works for.");
    }
    if !anonymous && case.principal.account == case.resource_account() {
        return Judgement::not_applicable("The bucket's own account pays for its requests.");
    }
    let payer = match ask.reading.answer("s3:GetBucketRequestPayment", &[("Bucket", bucket)]) {
        Known::Yes(body) => match field(body, "Payer") {
            Some(payer) => payer,
            None => {
                return Judgement::unknown(
                    "unread",
                    "Who pays for the request cannot be told: the answer names no payer.",
                )
                .missing("s3:GetBucketRequestPayment");
            }
        },
        Known::Absent => "BucketOwner",
        Known::Unknown(why) => return unread("Who pays for the request", &why),
    };
    if payer != "Requester" {
        return Judgement::open("The bucket's owner pays.");
    }
    let header = fix(
        "Say that you pay: add --request-payer requester, or the header x-amz-request-payer",
        "whoever runs the workload",
        Risk::Low,
        format!("aws s3 cp s3://{bucket}/KEY . --request-payer requester"),
    );
    let closed = |summary: String| {
        Judgement::closed(Effect::Blocked, "header-missing", format!("arn:aws:s3:::{bucket}"), summary)
            .fix(header.clone())
    };
    match (ask.text("request-payer"), anonymous) {
        (_, true) => {
            closed(format!("s3://{bucket} lets the requester pay, and nobody can be charged for an anonymous request."))
        }
        (Some("requester"), _) => Judgement::open("The request says that the requester pays."),
        (Some(_), _) => {
            closed(format!("s3://{bucket} lets the requester pay, and the request does not say that it does."))
        }
        (None, _) => Judgement::unknown(
            "unread",
            format!("s3://{bucket} lets the requester pay; whether the request says so is not known."),
        )
        .missing("whether the request has the header x-amz-request-payer (-i request-payer=requester, or none)"),
    }
}

/// What a probe saw of the object.
fn observed(ask: &Ask<'_>, bucket: &str) -> Option<Judgement> {
    let (_, probe) = ask.reading.facts().of_call("probe:GetObject").next()?;
    // Read through the reader, so that the probe counts as evidence.
    let _ = ask.reading.find("probe:GetObject", |_| true);
    let key = probe.params.get("Key").and_then(Value::as_str).unwrap_or_default();
    let object = format!("s3://{bucket}/{key}");
    let code = probe.error.as_ref().map_or("", |error| error.code.as_str());
    let mut judgement = match (probe.status, code) {
        (FactStatus::Ok, _) => Judgement::open(format!("{object} is there: its first byte was read.")),
        (_, "InvalidObjectState") => {
            Judgement::closed(Effect::Unusable, "archived", ask.resource(), format!("{object} is archived.")).fix(fix(
                "Restore the object, then read it",
                format!("the owner of s3://{bucket}"),
                Risk::Low,
                format!("aws s3api restore-object --bucket {bucket} --key '{key}' --restore-request Days=1"),
            ))
        }
        (FactStatus::NotFound, _) => {
            Judgement::closed(Effect::Unusable, "no-such-key", ask.resource(), format!("There is no {object}.")).fix(
                fix(
                    "Look at the key's spelling: case, slashes, blanks",
                    "whoever runs the workload",
                    Risk::Low,
                    format!("aws s3api list-objects-v2 --bucket {bucket} --prefix '{key}' --max-items 5"),
                ),
            )
        }
        _ => return None,
    };
    judgement.confidence = Confidence::Observed;
    Some(judgement)
}

/// The object itself: no read call tells of it, only asking for it does. For an upload: whether the bucket takes its kind of
/// encryption (S3 API Reference, `HeadObject`, `BlockedEncryptionTypes`).
pub fn object(ask: &Ask<'_>) -> Judgement {
    let Some(bucket) = arn::bucket(ask.resource()) else {
        return Judgement::not_applicable("Only S3 has objects.");
    };
    if let Some(judgement) = observed(ask, bucket) {
        return judgement;
    }
    if ask.action != "s3:PutObject" {
        return Judgement::not_applicable(
            "Whether the object exists and is not archived only a request for it tells (--probe).",
        );
    }
    let rules = match ask.reading.answer("s3:GetBucketEncryption", &[("Bucket", bucket)]) {
        Known::Yes(body) => body.pointer("/ServerSideEncryptionConfiguration/Rules").and_then(Value::as_array),
        Known::Absent => None,
        Known::Unknown(why) => return unread("Which encryption the bucket refuses", &why),
    };
    let blocked = |rule: &Value| {
        let types = rule.pointer("/BlockedEncryptionTypes/EncryptionType").and_then(Value::as_array);
        types.into_iter().flatten().any(|kind| kind == "SSE-C")
    };
    match (rules.into_iter().flatten().any(blocked), ask.text("sse")) {
        (false, _) => Judgement::open("The bucket takes every kind of encryption."),
        (true, Some("SSE-C")) => {
            let summary = format!("s3://{bucket} refuses uploads under keys that the sender brings along (SSE-C).");
            Judgement::closed(Effect::Blocked, "encryption-type-blocked", format!("arn:aws:s3:::{bucket}"), summary)
                .fix(fix(
                    "Upload without SSE-C: the bucket's own encryption applies",
                    "whoever runs the workload",
                    Risk::Low,
                    format!("aws s3 cp FILE s3://{bucket}/KEY"),
                ))
        }
        (true, _) => Judgement::open("The bucket refuses SSE-C only.")
            .note("An upload with --sse-c is refused; say -i sse=SSE-C to judge one."),
    }
}
