//! The read-call table: every call that gatewalk can make to AWS, the permission it needs, how it pages, what it lists.
//!
//! Nothing outside this table is ever asked; a test holds it against the naming of read calls.

use serde_json::{Map, Value};

use crate::facts::Call;
use crate::shell::quoted;

/// One read call.
#[derive(Debug)]
pub struct ReadCall {
    /// `service:Operation`.
    pub name: &'static str,
    /// The permission it needs.
    pub permission: &'static str,
    /// Where the things stand that it lists, and the key of a thing's id; empty when it lists none.
    pub lists: (&'static str, &'static str),
    /// The parameter that asks by ids.
    pub ids: &'static str,
    /// The answer's and the request's name of the token of the next page; empty when there are no pages.
    pub pages: (&'static str, &'static str),
}

macro_rules! table {
    ($($name:literal $permission:literal $lists:expr, $ids:literal, $pages:expr;)*) => {
        &[$(ReadCall { name: $name, permission: $permission, lists: $lists, ids: $ids, pages: $pages },)*]
    };
}

const NEXT: (&str, &str) = ("NextToken", "NextToken");
const LOWER: (&str, &str) = ("nextToken", "nextToken");
const MARKER: (&str, &str) = ("Marker", "Marker");
const NEXT_MARKER: (&str, &str) = ("NextMarker", "Marker");
const ONE: (&str, &str) = ("", "");

/// Every read call.
pub static CALLS: &[ReadCall] = table! {
    "sts:GetCallerIdentity" "sts:GetCallerIdentity" ONE, "", ONE;
    "sts:DecodeAuthorizationMessage" "sts:DecodeAuthorizationMessage" ONE, "", ONE;
    "iam-toolbox:GetRequestAuthorizationDetails" "iam:GetRequestAuthorizationDetails" ("evaluations", ""), "", LOWER;
    "iam:GetRole" "iam:GetRole" ONE, "", ONE;
    "iam:GetUser" "iam:GetUser" ONE, "", ONE;
    "iam:GetPolicy" "iam:GetPolicy" ONE, "", ONE;
    "iam:GetPolicyVersion" "iam:GetPolicyVersion" ONE, "", ONE;
    "iam:GetRolePolicy" "iam:GetRolePolicy" ONE, "", ONE;
    "iam:GetUserPolicy" "iam:GetUserPolicy" ONE, "", ONE;
    "iam:GetGroupPolicy" "iam:GetGroupPolicy" ONE, "", ONE;
    "iam:ListAttachedRolePolicies" "iam:ListAttachedRolePolicies" ("AttachedPolicies", ""), "", MARKER;
    "iam:ListAttachedUserPolicies" "iam:ListAttachedUserPolicies" ("AttachedPolicies", ""), "", MARKER;
    "iam:ListAttachedGroupPolicies" "iam:ListAttachedGroupPolicies" ("AttachedPolicies", ""), "", MARKER;
    "iam:ListRolePolicies" "iam:ListRolePolicies" ("PolicyNames", ""), "", MARKER;
    "iam:ListUserPolicies" "iam:ListUserPolicies" ("PolicyNames", ""), "", MARKER;
    "iam:ListGroupPolicies" "iam:ListGroupPolicies" ("PolicyNames", ""), "", MARKER;
    "iam:ListGroupsForUser" "iam:ListGroupsForUser" ("Groups", ""), "", MARKER;
    "s3:GetBucketLocation" "s3:GetBucketLocation" ONE, "", ONE;
    "s3:GetBucketPolicy" "s3:GetBucketPolicy" ONE, "", ONE;
    "s3:GetBucketEncryption" "s3:GetEncryptionConfiguration" ONE, "", ONE;
    "s3:GetPublicAccessBlock" "s3:GetBucketPublicAccessBlock" ONE, "", ONE;
    "s3:GetBucketOwnershipControls" "s3:GetBucketOwnershipControls" ONE, "", ONE;
    "s3:GetBucketTagging" "s3:GetBucketTagging" ONE, "", ONE;
    "s3:GetBucketRequestPayment" "s3:GetBucketRequestPayment" ONE, "", ONE;
    "s3control:GetAccessPoint" "s3:GetAccessPoint" ONE, "", ONE;
    "s3control:GetAccessPointPolicy" "s3:GetAccessPointPolicy" ONE, "", ONE;
    "s3control:GetPublicAccessBlock" "s3:GetAccountPublicAccessBlock" ONE, "", ONE;
    "kms:DescribeKey" "kms:DescribeKey" ONE, "", ONE;
    "kms:GetKeyPolicy" "kms:GetKeyPolicy" ONE, "", ONE;
    "kms:ListGrants" "kms:ListGrants" ("Grants", ""), "", NEXT_MARKER;
    "organizations:DescribeOrganization" "organizations:DescribeOrganization" ONE, "", ONE;
    "organizations:ListParents" "organizations:ListParents" ("Parents", ""), "", NEXT;
    "organizations:ListPoliciesForTarget" "organizations:ListPoliciesForTarget" ("Policies", ""), "", NEXT;
    "organizations:DescribePolicy" "organizations:DescribePolicy" ONE, "", ONE;
    "sagemaker:DescribeTrainingJob" "sagemaker:DescribeTrainingJob" ONE, "", ONE;
    "sagemaker:DescribeNotebookInstance" "sagemaker:DescribeNotebookInstance" ONE, "", ONE;
    "ecr:DescribeRepositories" "ecr:DescribeRepositories" ("repositories", "repositoryName"), "repositoryNames", LOWER;
    "ecr:GetRepositoryPolicy" "ecr:GetRepositoryPolicy" ONE, "", ONE;
    "ec2:DescribeNetworkInterfaces" "ec2:DescribeNetworkInterfaces" ("NetworkInterfaces", "NetworkInterfaceId"), "NetworkInterfaceIds", NEXT;
    "ec2:DescribeInstances" "ec2:DescribeInstances" ("Reservations", ""), "InstanceIds", NEXT;
    "ec2:DescribeVpcs" "ec2:DescribeVpcs" ("Vpcs", "VpcId"), "VpcIds", NEXT;
    "ec2:DescribeVpcAttribute" "ec2:DescribeVpcAttribute" ONE, "", ONE;
    "ec2:DescribeSubnets" "ec2:DescribeSubnets" ("Subnets", "SubnetId"), "SubnetIds", NEXT;
    "ec2:DescribeRouteTables" "ec2:DescribeRouteTables" ("RouteTables", "RouteTableId"), "RouteTableIds", NEXT;
    "ec2:DescribeNetworkAcls" "ec2:DescribeNetworkAcls" ("NetworkAcls", "NetworkAclId"), "NetworkAclIds", NEXT;
    "ec2:DescribeSecurityGroups" "ec2:DescribeSecurityGroups" ("SecurityGroups", "GroupId"), "GroupIds", NEXT;
    "ec2:DescribeVpcEndpoints" "ec2:DescribeVpcEndpoints" ("VpcEndpoints", "VpcEndpointId"), "VpcEndpointIds", NEXT;
    "ec2:DescribePrefixLists" "ec2:DescribePrefixLists" ("PrefixLists", "PrefixListId"), "PrefixListIds", NEXT;
    "ec2:DescribeManagedPrefixLists" "ec2:DescribeManagedPrefixLists" ("PrefixLists", "PrefixListId"), "PrefixListIds", NEXT;
    "ec2:GetManagedPrefixListEntries" "ec2:GetManagedPrefixListEntries" ("Entries", ""), "", NEXT;
    "ec2:DescribeInternetGateways" "ec2:DescribeInternetGateways" ("InternetGateways", "InternetGatewayId"), "InternetGatewayIds", NEXT;
    "ec2:DescribeNatGateways" "ec2:DescribeNatGateways" ("NatGateways", "NatGatewayId"), "NatGatewayIds", NEXT;
    "ec2:DescribeDhcpOptions" "ec2:DescribeDhcpOptions" ("DhcpOptions", "DhcpOptionsId"), "DhcpOptionsIds", NEXT;
    "ec2:DescribeVpcPeeringConnections" "ec2:DescribeVpcPeeringConnections" ("VpcPeeringConnections", "VpcPeeringConnectionId"), "VpcPeeringConnectionIds", NEXT;
    "ec2:DescribeTransitGatewayVpcAttachments" "ec2:DescribeTransitGatewayVpcAttachments" ("TransitGatewayVpcAttachments", "TransitGatewayAttachmentId"), "TransitGatewayAttachmentIds", NEXT;
    "ec2:DescribeTransitGatewayAttachments" "ec2:DescribeTransitGatewayAttachments" ("TransitGatewayAttachments", "TransitGatewayAttachmentId"), "TransitGatewayAttachmentIds", NEXT;
    "ec2:DescribeTransitGateways" "ec2:DescribeTransitGateways" ("TransitGateways", "TransitGatewayId"), "TransitGatewayIds", NEXT;
    "ec2:SearchTransitGatewayRoutes" "ec2:SearchTransitGatewayRoutes" ("Routes", ""), "", ONE;
    "ec2:GetTransitGatewayRouteTablePropagations" "ec2:GetTransitGatewayRouteTablePropagations" ("TransitGatewayRouteTablePropagations", ""), "", NEXT;
    "ec2:DescribeVpcBlockPublicAccessOptions" "ec2:DescribeVpcBlockPublicAccessOptions" ONE, "", ONE;
    "ec2:DescribeVpcBlockPublicAccessExclusions" "ec2:DescribeVpcBlockPublicAccessExclusions" ("VpcBlockPublicAccessExclusions", "ExclusionId"), "ExclusionIds", NEXT;
};

/// The call of this name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static ReadCall> {
    CALLS.iter().find(|call| call.name == name)
}

/// The permission a call needs; `None` when it is no read call of the table.
#[must_use]
pub fn permission(call: &str) -> Option<&'static str> {
    by_name(call).map(|call| call.permission)
}

/// All names.
#[must_use]
pub fn names() -> Vec<&'static str> {
    CALLS.iter().map(|call| call.name).collect()
}

/// What a person would type to ask the same.
#[must_use]
pub fn command(call: &Call) -> String {
    let (service, operation) = call.name.split_once(':').unwrap_or((&call.name, ""));
    let service = if service == "s3" { "s3api" } else { service };
    let mut text = format!("aws {service} {}", kebab(operation));
    for (name, value) in &call.params {
        text.push_str(&format!(" --{} {}", kebab(name), argument(value)));
    }
    text
}

fn kebab(name: &str) -> String {
    let mut out = String::new();
    for (at, c) in name.char_indices() {
        if c.is_ascii_uppercase() && at > 0 {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

fn argument(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(items) => items.iter().map(argument).collect::<Vec<_>>().join(" "),
        Value::Object(fields) => {
            let short = |value: &Value| match value {
                Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            quoted(&fields.iter().map(|(name, value)| format!("{name}={}", short(value))).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

/// Looks into the answer of a broader call for what `call` asks: the same things, fewer of them.
#[must_use]
pub fn narrow(call: &Call, broader: &Call, body: &Value) -> Option<Value> {
    let known = by_name(&call.name)?;
    let (list, id) = known.lists;
    if list.is_empty() || !broader.params.iter().all(|(name, value)| call.params.get(name) == Some(value)) {
        return None;
    }
    let items = body.get(list)?.as_array()?;
    let extra: Map<String, Value> = call
        .params
        .iter()
        .filter(|(name, _)| !broader.params.contains_key(*name))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect();
    let mut kept = Vec::new();
    for item in items {
        if wanted(item, &extra, known.ids, id)? {
            kept.push(item.clone());
        }
    }
    let mut narrowed = body.clone();
    narrowed.as_object_mut()?.insert(list.to_owned(), Value::Array(kept));
    Some(narrowed)
}

/// Whether an item is among what the parameters ask for; `None` for parameters that this tool cannot follow.
fn wanted(item: &Value, params: &Map<String, Value>, ids: &str, id: &str) -> Option<bool> {
    let mut all = true;
    for (name, value) in params {
        all &= match name.as_str() {
            "Filters" | "Filter" => {
                let mut every = true;
                for filter in value.as_array()? {
                    every &= filtered(item, filter)?;
                }
                every
            }
            name if name == ids && !id.is_empty() => value.as_array()?.contains(item.get(id)?),
            name if name == ids && name == "InstanceIds" => {
                let instances = item.get("Instances")?.as_array()?;
                instances.iter().any(|instance| {
                    value.as_array().is_some_and(|ids| instance.get("InstanceId").is_some_and(|id| ids.contains(id)))
                })
            }
            "registryId" => item.get("registryId").is_none_or(|registry| registry == value),
            _ => return None,
        };
    }
    Some(all)
}

fn filtered(item: &Value, filter: &Value) -> Option<bool> {
    let values = filter.get("Values")?.as_array()?;
    let at = |key: &str| item.get(key).is_some_and(|value| values.contains(value));
    let any = |list: &str, key: &str| {
        let items = item.get(list).and_then(Value::as_array);
        items.into_iter().flatten().any(|entry| entry.get(key).is_some_and(|value| values.contains(value)))
    };
    Some(match filter.get("Name")?.as_str()? {
        "vpc-id" => at("VpcId"),
        "subnet-id" => at("SubnetId"),
        "transit-gateway-id" => at("TransitGatewayId"),
        "group-id" => at("GroupId") || any("Groups", "GroupId"),
        "service-name" => at("ServiceName"),
        "prefix-list-name" => at("PrefixListName"),
        "attachment.vpc-id" => any("Attachments", "VpcId"),
        "association.subnet-id" => any("Associations", "SubnetId"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(name: &str, params: Value) -> Call {
        Call { name: name.into(), params: params.as_object().unwrap().clone() }
    }

    #[test]
    fn every_call_reads() {
        let read = regex::Regex::new("^[a-z0-9-]+:(Get|List|Describe|Head|BatchGet|Search|Decode)[A-Za-z]+$").unwrap();
        for name in names() {
            assert!(read.is_match(name), "{name}");
        }
    }

    #[test]
    fn commands_are_what_a_person_would_type() {
        for (name, params, text) in [
            ("s3:GetBucketPolicy", json!({"Bucket": "b"}), "aws s3api get-bucket-policy --bucket b"),
            ("ec2:DescribeVpcs", json!({"VpcIds": ["vpc-1", "vpc-2"]}), "aws ec2 describe-vpcs --vpc-ids vpc-1 vpc-2"),
            (
                "ec2:DescribeSubnets",
                json!({"Filters": [{"Name": "vpc-id", "Values": ["vpc-1", "vpc-2"]}]}),
                "aws ec2 describe-subnets --filters Name=vpc-id,Values=vpc-1,vpc-2",
            ),
            ("iam:GetRole", json!({"RoleName": "it's"}), r"aws iam get-role --role-name 'it'\''s'"),
        ] {
            assert_eq!(command(&call(name, params)), text);
        }
    }

    #[test]
    fn a_broader_answer_narrows_only_where_it_can_be_followed() {
        let body = json!({"Vpcs": [{"VpcId": "vpc-1"}, {"VpcId": "vpc-2"}]});
        let all = call("ec2:DescribeVpcs", json!({}));
        let narrowed = |params| narrow(&call("ec2:DescribeVpcs", params), &all, &body);
        assert_eq!(narrowed(json!({"VpcIds": ["vpc-2"]})), Some(json!({"Vpcs": [{"VpcId": "vpc-2"}]})));
        assert_eq!(narrowed(json!({"Filters": [{"Name": "vpc-id", "Values": ["x"]}]})), Some(json!({"Vpcs": []})));
        assert_eq!(narrowed(json!({"Filters": [{"Name": "cidr", "Values": ["x"]}]})), None);
        let other = call("ec2:DescribeVpcs", json!({"VpcIds": ["vpc-9"]}));
        assert_eq!(narrow(&call("ec2:DescribeVpcs", json!({})), &other, &body), None);
    }
}
