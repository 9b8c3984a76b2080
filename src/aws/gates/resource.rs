//! What the data says itself: the resource's policy, and S3's own guards.

use serde_json::Value;

use super::super::arn;
use super::super::case::{Case, Kind};
use super::super::policy::{Entry, Grade};
use super::words::{allowed_by, allowing, denied, fix, keys, loosen, unread, what, who};
use crate::facts::{Known, Tri};
use crate::model::{Effect, Judgement, Risk};
use crate::provider::Ask;

/// The policy of a bucket, repository, …: a deny closes; across accounts, and for anybody, it must allow as well.
pub fn resource_policy(ask: &Ask<'_>) -> Judgement {
    let case = match Case::new(ask) {
        Ok(case) => case,
        Err(why) => return Judgement::unknown("unread", why),
    };
    let subject = format!("What the policy of {} says", holder(ask.resource()));
    let document = match case.resource_policy() {
        Known::Yes(document) => Some(document),
        Known::Absent => None,
        Known::Unknown(why) => return unread(&subject, &why),
    };
    let blame = holder(ask.resource());
    if let Some(bucket) = missing_bucket(&case) {
        let summary = format!("There is no bucket {bucket}.");
        return Judgement::closed(Effect::Unusable, "no-such-bucket", &blame, summary).fix(fix(
            "Name a bucket that exists, or create this one",
            "whoever runs the workload",
            Risk::Low,
            "aws s3api list-buckets --query 'Buckets[].Name'",
        ));
    }
    let Some(document) = document else {
        return if needs_allow(&case) {
            lacking(&case, &blame, format!("{blame} has no policy, so nothing there lets {} in.", who(&case)))
        } else {
            Judgement::open(format!("{} has no policy of its own that could deny.", arn::name(&blame)))
        };
    };
    let ruling = document.judge(&case.question());
    if let Some(closed) = denied(&case, &document, &ruling, &blame) {
        let label = closed.decisive.first().map(|d| d.statement.clone()).unwrap_or_default();
        return closed.fix(loosen(&document, &label, owner(&blame), write_command(&blame)));
    }
    if ruling.deny() == Tri::Unknown {
        return keys(&subject, &ruling.unknown);
    }
    let allow = ruling.allow(Grade::Account);
    if allow == Tri::True {
        return Judgement::open(format!("The policy of {blame} allows {} {}.", who(&case), what(&case)))
            .decided_by(allowed_by(&document, &ruling));
    }
    if !needs_allow(&case) {
        return Judgement::open(format!("No statement of the policy of {blame} denies {}.", what(&case)));
    }
    match allow {
        Tri::Unknown => keys(&subject, &ruling.unknown),
        _ => lacking(&case, &blame, format!("No statement of the policy of {blame} lets {} in.", who(&case))),
    }
}

/// The bucket's name, when S3 says that there is none of it.
fn missing_bucket<'a>(case: &Case<'a>) -> Option<&'a str> {
    let bucket = arn::bucket(case.ask.resource())?;
    let gone = |fact: &crate::facts::Fact| {
        let of_it = fact.params.get("Bucket").and_then(Value::as_str) == Some(bucket);
        of_it && fact.error.as_ref().is_some_and(|error| error.code == "NoSuchBucket")
    };
    let calls = ["s3:GetBucketPolicy", "s3:GetBucketLocation"];
    calls.iter().any(|call| case.reading.facts().of_call(call).any(|(_, fact)| gone(fact))).then_some(bucket)
}

fn needs_allow(case: &Case<'_>) -> bool {
    // Nobody and services have no policies of their own that could allow it instead.
    matches!(case.principal.kind, Kind::Anonymous | Kind::Service) || case.crosses_accounts()
}

fn lacking(case: &Case<'_>, blame: &str, summary: String) -> Judgement {
    let mut statement = allowing(case);
    if let Some(fields) = statement.as_object_mut() {
        let principal = case.principal.principal_arn().unwrap_or("*");
        fields.insert("Principal".into(), serde_json::json!({"AWS": principal}));
    }
    Judgement::closed(Effect::NoAllow, "no-allow", blame, summary).fix(fix(
        format!("Add this statement to the policy of {blame}: {statement}"),
        owner(blame),
        Risk::Medium,
        write_command(blame),
    ))
}

/// The bucket of an object; any other resource itself.
fn holder(resource: &str) -> String {
    match arn::bucket(resource) {
        Some(bucket) => {
            let partition = arn::Arn::parse(resource).map_or("aws", |arn| arn.partition);
            format!("arn:{partition}:s3:::{bucket}")
        }
        None => resource.to_owned(),
    }
}

fn owner(blame: &str) -> String {
    format!("the owner of {blame}")
}

fn write_command(blame: &str) -> String {
    match arn::Arn::parse(blame) {
        Some(arn) if arn.service == "s3" => {
            format!("aws s3api put-bucket-policy --bucket {} --policy file://changed.json", arn.resource)
        }
        Some(arn) if arn.service == "ecr" => {
            format!("aws ecr set-repository-policy --repository-name {} --policy-text file://changed.json", arn.rest())
        }
        _ => format!("change the policy of {blame}"),
    }
}

/// Block Public Access stops what a *public* policy lets in from outside the account (S3 User Guide,
/// `access-control-block-public-access`); whoever is let in by name is not its business.
pub fn block_public_access(ask: &Ask<'_>) -> Judgement {
    let case = match Case::new(ask) {
        Ok(case) => case,
        Err(why) => return Judgement::unknown("unread", why),
    };
    let Some(bucket) = arn::bucket(ask.resource()) else {
        return Judgement::not_applicable("Block Public Access guards buckets only.");
    };
    if let Some(judgement) = writing_access(&case, bucket) {
        return judgement;
    }
    if !needs_allow(&case) {
        return Judgement::open(format!(
            "{} belongs to the bucket's own account, which Block Public Access lets in.",
            who(&case)
        ));
    }
    let document = match case.resource_policy() {
        Known::Yes(document) => document,
        Known::Absent => return Judgement::not_applicable("The bucket has no policy that could be public."),
        Known::Unknown(why) => return unread("Whether the bucket's policy is public", &why),
    };
    if !document.is_public() {
        return Judgement::open("The bucket's policy is not public.");
    }
    let of_bucket = restricts(case.reading.answer("s3:GetPublicAccessBlock", &[("Bucket", bucket)]));
    let of_account =
        restricts(case.reading.answer("s3control:GetPublicAccessBlock", &[("AccountId", case.resource_account())]));
    for (setting, place, command) in [
        (
            &of_bucket,
            "bucket",
            format!(
                "aws s3api put-public-access-block --bucket {bucket} --public-access-block-configuration RestrictPublicBuckets=false"
            ),
        ),
        (
            &of_account,
            "account",
            format!(
                "aws s3control put-public-access-block --account-id {} --public-access-block-configuration RestrictPublicBuckets=false",
                case.resource_account()
            ),
        ),
    ] {
        if *setting == Known::Yes(true) {
            let summary = format!(
                "The policy of s3://{bucket} is public, and RestrictPublicBuckets of the {place} lets only the bucket's own account use it."
            );
            let blame = format!("arn:aws:s3:::{bucket}");
            return Judgement::closed(Effect::Blocked, "restrict-public-buckets", blame, summary)
                .fix(fix(
                    format!(
                        "Name {} in the bucket's policy instead of everybody, so that the policy is not public",
                        who(&case)
                    ),
                    format!("the owner of s3://{bucket}"),
                    Risk::Low,
                    format!("aws s3api put-bucket-policy --bucket {bucket} --policy file://changed.json"),
                ))
                .fix(fix(
                    "Turn RestrictPublicBuckets off",
                    format!("the owner of s3://{bucket}"),
                    Risk::High,
                    command,
                ));
        }
    }
    for setting in [of_bucket, of_account] {
        if let Known::Unknown(why) = setting {
            return unread("Whether public policies are restricted", &why);
        }
    }
    Judgement::open("Public policies of this bucket are not restricted.")
}

/// A request that would let everybody in: by a list of the request itself, or by a new policy of the bucket.
fn writing_access(case: &Case<'_>, bucket: &str) -> Option<Judgement> {
    let (setting, reason, sure) = match case.ask.action {
        "s3:PutBucketPolicy" => ("BlockPublicPolicy", "block-public-policy", false),
        "s3:PutObject" | "s3:PutObjectAcl" | "s3:PutBucketAcl" => match case.context.get("s3:x-amz-acl") {
            Entry::One(list) if list.starts_with("public-") || list == "authenticated-read" => {
                ("BlockPublicAcls", "block-public-acls", true)
            }
            _ => return None,
        },
        _ => return None,
    };
    let reading = case.reading;
    let of_bucket = switched(reading.answer("s3:GetPublicAccessBlock", &[("Bucket", bucket)]), setting);
    let account = [("AccountId", case.resource_account())];
    let of_account = switched(reading.answer("s3control:GetPublicAccessBlock", &account), setting);
    let on = match (of_bucket, of_account) {
        (Known::Yes(true), _) | (_, Known::Yes(true)) => true,
        (Known::Unknown(why), _) | (_, Known::Unknown(why)) => {
            return Some(unread("Whether Block Public Access refuses it", &why));
        }
        _ => false,
    };
    Some(match (on, sure) {
        (false, _) => Judgement::open(format!("{setting} is off: public access may be granted.")),
        (true, true) => {
            let summary = format!("{setting} of s3://{bucket} refuses lists that let everybody in.");
            Judgement::closed(Effect::Blocked, reason, format!("arn:aws:s3:::{bucket}"), summary).fix(fix(
                "Leave the list out: a bucket's policy or IAM lets in whom you name",
                "whoever runs the workload",
                Risk::Low,
                format!("aws s3 cp FILE s3://{bucket}/KEY"),
            ))
        }
        (true, false) => Judgement::unknown(
            "unread",
            format!("{setting} is on: a new policy of s3://{bucket} is refused if it is public."),
        )
        .missing("the policy that is to be put"),
    })
}

fn switched(body: Known<&Value>, setting: &str) -> Known<bool> {
    match body {
        Known::Yes(body) => {
            let on = body.get("PublicAccessBlockConfiguration").and_then(|config| config.get(setting));
            Known::Yes(on.and_then(Value::as_bool) == Some(true))
        }
        Known::Absent => Known::Yes(false),
        Known::Unknown(why) => Known::Unknown(why),
    }
}

fn restricts(body: Known<&Value>) -> Known<bool> {
    match body {
        Known::Yes(body) => {
            let set = body.get("PublicAccessBlockConfiguration").and_then(|c| c.get("RestrictPublicBuckets"));
            Known::Yes(set.and_then(Value::as_bool).unwrap_or(false))
        }
        Known::Absent => Known::Yes(false),
        Known::Unknown(why) => Known::Unknown(why),
    }
}

/// An allow in the bucket's policy covers only objects of the bucket's owner (S3 User Guide, `about-object-ownership`).
pub fn object_ownership(ask: &Ask<'_>) -> Judgement {
    let Some(bucket) = arn::bucket(ask.resource()) else {
        return Judgement::not_applicable("Only objects in S3 have owners.");
    };
    if !ask.action.to_ascii_lowercase().starts_with("s3:getobject") {
        return Judgement::not_applicable(format!("{} asks for no existing object.", ask.action));
    }
    let enforced = match ask.reading.answer("s3:GetBucketOwnershipControls", &[("Bucket", bucket)]) {
        Known::Yes(body) => {
            let rules =
                body.get("OwnershipControls").and_then(|controls| controls.get("Rules")).and_then(Value::as_array);
            rules
                .into_iter()
                .flatten()
                .any(|rule| rule.get("ObjectOwnership").is_some_and(|o| o == "BucketOwnerEnforced"))
        }
        Known::Absent => false,
        Known::Unknown(why) => return unread("Whom the objects belong to", &why),
    };
    if enforced {
        return Judgement::open("All objects belong to the bucket's owner (BucketOwnerEnforced).");
    }
    Judgement::unknown(
        "owner-unknown",
        format!("Objects in s3://{bucket} may belong to the account that wrote them, which the bucket's policy does not cover."),
    )
    .missing("s3:GetObjectAcl")
    .fix(fix(
        "Let all objects belong to the bucket's owner",
        format!("the owner of s3://{bucket}"),
        Risk::Medium,
        format!("aws s3api put-bucket-ownership-controls --bucket {bucket} --ownership-controls 'Rules=[{{ObjectOwnership=BucketOwnerEnforced}}]'"),
    ))
}
