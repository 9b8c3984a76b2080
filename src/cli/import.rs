//! `gatewalk snapshot import`: files that `aws … --output json` printed, and bodies of ARM or Microsoft Graph, as a snapshot.
//!
//! Which call a file answers is told by its name (`describe-vpcs.json`, `iam-get-role.json`) or by what is in it. Parameters that the
//! answer does not repeat stand in the name after two underscores: `get-bucket-policy__BUCKET.json`,
//! `list-policies-for-target__ou-1__SERVICE_CONTROL_POLICY.json`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::{Failure, print};
use crate::aws::calls::{CALLS, ReadCall};
use crate::cloud;
use crate::facts::{Call, Fact, FactStatus, Snapshot};
use crate::model::Request;

/// A call's parameters: the name, and where the answer repeats it (keys, outermost first); nowhere: it stands in the file's name.
static PARAMS: &[(&str, &[(&str, &[&str])])] = &[
    ("iam:GetRole", &[("RoleName", &["Role", "RoleName"])]),
    ("iam:GetUser", &[("UserName", &["User", "UserName"])]),
    ("iam:GetPolicy", &[("PolicyArn", &["Policy", "Arn"])]),
    ("iam:GetPolicyVersion", &[("PolicyArn", &[]), ("VersionId", &["PolicyVersion", "VersionId"])]),
    ("iam:GetRolePolicy", &[("RoleName", &["RoleName"]), ("PolicyName", &["PolicyName"])]),
    ("iam:GetUserPolicy", &[("UserName", &["UserName"]), ("PolicyName", &["PolicyName"])]),
    ("iam:GetGroupPolicy", &[("GroupName", &["GroupName"]), ("PolicyName", &["PolicyName"])]),
    ("iam:ListAttachedRolePolicies", &[("RoleName", &[])]),
    ("iam:ListAttachedUserPolicies", &[("UserName", &[])]),
    ("iam:ListAttachedGroupPolicies", &[("GroupName", &[])]),
    ("iam:ListRolePolicies", &[("RoleName", &[])]),
    ("iam:ListUserPolicies", &[("UserName", &[])]),
    ("iam:ListGroupPolicies", &[("GroupName", &[])]),
    ("iam:ListGroupsForUser", &[("UserName", &[])]),
    ("s3:GetBucketLocation", &[("Bucket", &[])]),
    ("s3:GetBucketPolicy", &[("Bucket", &[])]),
    ("s3:GetBucketEncryption", &[("Bucket", &[])]),
    ("s3:GetPublicAccessBlock", &[("Bucket", &[])]),
    ("s3:GetBucketOwnershipControls", &[("Bucket", &[])]),
    ("s3:GetBucketTagging", &[("Bucket", &[])]),
    ("s3control:GetPublicAccessBlock", &[("AccountId", &[])]),
    ("kms:DescribeKey", &[("KeyId", &["KeyMetadata", "Arn"])]),
    ("kms:GetKeyPolicy", &[("KeyId", &[]), ("PolicyName", &["PolicyName"])]),
    ("kms:ListGrants", &[("KeyId", &[])]),
    ("organizations:ListParents", &[("ChildId", &[])]),
    ("organizations:ListPoliciesForTarget", &[("TargetId", &[]), ("Filter", &[])]),
    ("organizations:DescribePolicy", &[("PolicyId", &["Policy", "PolicySummary", "Id"])]),
    ("sagemaker:DescribeTrainingJob", &[("TrainingJobName", &["TrainingJobName"])]),
    ("sagemaker:DescribeNotebookInstance", &[("NotebookInstanceName", &["NotebookInstanceName"])]),
    ("ecr:GetRepositoryPolicy", &[("registryId", &["registryId"]), ("repositoryName", &["repositoryName"])]),
    ("ec2:DescribeVpcAttribute", &[("VpcId", &["VpcId"])]),
    ("ec2:GetManagedPrefixListEntries", &[("PrefixListId", &[])]),
    ("ec2:SearchTransitGatewayRoutes", &[("TransitGatewayRouteTableId", &[])]),
    ("ec2:GetTransitGatewayRouteTablePropagations", &[("TransitGatewayRouteTableId", &[])]),
    ("s3:GetBucketRequestPayment", &[("Bucket", &[])]),
    ("s3control:GetAccessPoint", &[("AccountId", &["BucketAccountId"]), ("Name", &["Name"])]),
    ("s3control:GetAccessPointPolicy", &[("AccountId", &[]), ("Name", &[])]),
];

/// The command.
pub fn import(paths: &[PathBuf], output: &Path) -> Result<u8, Failure> {
    let mut files = Vec::new();
    for path in paths {
        collect(path, &mut files)?;
    }
    if files.is_empty() {
        return Err(Failure::usage(
            "there are no .json files to import",
            "name files that `aws … --output json` or `az rest` printed, or a folder of them",
        ));
    }
    let mut facts = Vec::new();
    for file in &files {
        for mut fact in read(file)? {
            fact.id = format!("f{}", facts.len() + 1);
            facts.push(fact);
        }
    }
    let count = facts.len();
    Snapshot::new(Request::default(), "", facts, jiff::Timestamp::now().to_string()).save(output)?;
    print(&format!(
        "{} answers are in {}. Ask them with: gatewalk diagnose RESOURCE --as PRINCIPAL --from ORIGIN --snapshot {}\n",
        count,
        output.display(),
        output.display()
    ))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let cannot = |error: std::io::Error| Failure::usage(format!("{} cannot be read: {error}", path.display()), "");
    if !fs::metadata(path).map_err(cannot)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut inside: Vec<PathBuf> =
        fs::read_dir(path).map_err(cannot)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    inside.sort();
    inside
        .into_iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "json"))
        .for_each(|file| files.push(file));
    Ok(())
}

fn read(file: &Path) -> Result<Vec<Fact>, Failure> {
    let name = file.display();
    let text =
        fs::read_to_string(file).map_err(|error| Failure::usage(format!("{name} cannot be read: {error}"), ""))?;
    let body: Value = serde_json::from_str(&text).map_err(|error| {
        Failure::invalid(
            format!("{name}, line {}, column {}: this is no JSON: {error}", error.line(), error.column()),
            "print it again with --output json",
        )
    })?;
    if let Ok(fact) = serde_json::from_value::<Fact>(body.clone()) {
        return Ok(vec![fact]);
    }
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let at =
        fs::metadata(file).and_then(|meta| meta.modified()).ok().and_then(|time| jiff::Timestamp::try_from(time).ok());
    let at = at.and_then(|at| at.round(jiff::Unit::Second).ok()).map(|at| at.to_string()).unwrap_or_default();
    let fact = |call: Call, body: Value| Fact {
        id: String::new(),
        call: call.name,
        params: call.params,
        status: FactStatus::Ok,
        at: at.clone(),
        took_ms: 0,
        body: Some(body),
        error: None,
    };
    if let Some(answers) = cloud::ALL.iter().find_map(|provider| provider.import(&stem, &body)) {
        return Ok(answers.into_iter().map(|(call, body)| fact(call, body)).collect());
    }
    let mut parts = stem.split("__");
    let operation = parts.next().unwrap_or_default();
    let Some(call) = by_file_name(operation, &body).or_else(|| by_content(&body)) else {
        return Err(Failure::invalid(
            format!("{name}: neither its name nor what is in it tells which call it answers"),
            "name it after the command, e.g. describe-vpcs.json, get-bucket-policy__BUCKET.json or get-member-objects__OBJECTID.json",
        ));
    };
    let params = params(call, &body, parts).map_err(|missing| {
        Failure::invalid(
            format!("{name}: the answer of {} does not tell its {missing}", call.name),
            format!("say it in the file's name: {operation}__VALUE.json"),
        )
    })?;
    Ok(vec![fact(Call { name: call.name.to_owned(), params }, body)])
}

/// `describe-vpcs`, `ec2-describe-vpcs`, `DescribeVpcs`, `describe_vpcs` all name `ec2:DescribeVpcs`. Where two services have an
/// operation of the same name, the service must be said, or the answer tell.
fn by_file_name(name: &str, body: &Value) -> Option<&'static ReadCall> {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let wanted = plain(name);
    let fits = |call: &&ReadCall| {
        let (service, operation) = call.name.split_once(':').unwrap_or_default();
        let cli = if service == "s3" { "s3api" } else { service };
        wanted == plain(operation)
            || wanted == plain(&format!("{service}{operation}"))
            || wanted == plain(&format!("{cli}{operation}"))
    };
    let found: Vec<_> = CALLS.iter().filter(fits).collect();
    match found[..] {
        [only] => Some(only),
        [] => None,
        _ => by_content(body).or(found.first().copied()),
    }
}

/// The one call that lists such things, or whose parameters the answer repeats.
fn by_content(body: &Value) -> Option<&'static ReadCall> {
    let fields = body.as_object()?;
    let lists = |call: &&ReadCall| !call.lists.1.is_empty() && fields.contains_key(call.lists.0);
    let repeats = |call: &&ReadCall| {
        PARAMS
            .iter()
            .find(|(name, _)| *name == call.name)
            .is_some_and(|(_, params)| params.iter().all(|(_, path)| !path.is_empty() && at(body, path).is_some()))
    };
    if fields.contains_key("UserId") && fields.contains_key("Arn") {
        return CALLS.iter().find(|call| call.name == "sts:GetCallerIdentity");
    }
    if fields.contains_key("Organization") {
        return CALLS.iter().find(|call| call.name == "organizations:DescribeOrganization");
    }
    let found: Vec<_> = CALLS.iter().filter(|call| lists(call) || repeats(call)).collect();
    match found[..] {
        [only] => Some(only),
        _ => None,
    }
}

fn at<'v>(body: &'v Value, path: &[&str]) -> Option<&'v str> {
    path.iter().try_fold(body, |value, key| value.get(key))?.as_str()
}

fn params<'n>(
    call: &ReadCall,
    body: &Value,
    mut said: impl Iterator<Item = &'n str>,
) -> Result<Map<String, Value>, &'static str> {
    let mut params = Map::new();
    for (name, path) in PARAMS.iter().find(|(known, _)| *known == call.name).map_or(&[][..], |(_, params)| params) {
        let repeated = if path.is_empty() { None } else { at(body, path) };
        let value = match (repeated, *name) {
            (Some(value), _) => value.to_owned(),
            (None, "PolicyName") if call.name == "kms:GetKeyPolicy" => "default".to_owned(),
            (None, name) => said.next().ok_or(name)?.to_owned(),
        };
        params.insert((*name).to_owned(), Value::String(value));
    }
    if call.name == "ec2:DescribeVpcAttribute" {
        for (key, attribute) in [("EnableDnsSupport", "enableDnsSupport"), ("EnableDnsHostnames", "enableDnsHostnames")]
        {
            if body.get(key).is_some() {
                params.insert("Attribute".into(), Value::String(attribute.into()));
            }
        }
    }
    Ok(params)
}
