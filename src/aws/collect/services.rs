//! Each read call of the table as a call of the SDK. There is no other way from here to AWS.

use aws_config::SdkConfig;
use serde_json::Value;

use super::capture::{BareAddress, Capture, is_bare};
use super::failure;
use super::xml::{is_xml, transcode};
use crate::facts::{Call, Failed, Params};

/// A client of every service, with one set of credentials.
#[derive(Debug)]
pub struct Clients {
    sts: aws_sdk_sts::Client,
    iam: aws_sdk_iam::Client,
    s3: aws_sdk_s3::Client,
    s3control: aws_sdk_s3control::Client,
    kms: aws_sdk_kms::Client,
    ec2: aws_sdk_ec2::Client,
    organizations: aws_sdk_organizations::Client,
    sagemaker: aws_sdk_sagemaker::Client,
    ecr: aws_sdk_ecr::Client,
    toolbox: aws_sdk_iamtoolbox::Client,
}

impl Clients {
    /// Clients with this configuration; they share its credentials and connections.
    pub fn new(config: &SdkConfig) -> Self {
        let host = config.endpoint_url().and_then(|url| url.split("://").nth(1)).unwrap_or_default();
        let bare = is_bare(host.split(['/', ':']).next().unwrap_or_default());
        let s3 = aws_sdk_s3::config::Builder::from(config).force_path_style(bare).build();
        let s3control = aws_sdk_s3control::config::Builder::from(config).interceptor(BareAddress).build();
        Clients {
            sts: aws_sdk_sts::Client::new(config),
            iam: aws_sdk_iam::Client::new(config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            s3control: aws_sdk_s3control::Client::from_conf(s3control),
            kms: aws_sdk_kms::Client::new(config),
            ec2: aws_sdk_ec2::Client::new(config),
            organizations: aws_sdk_organizations::Client::new(config),
            sagemaker: aws_sdk_sagemaker::Client::new(config),
            ecr: aws_sdk_ecr::Client::new(config),
            toolbox: aws_sdk_iamtoolbox::Client::new(config),
        }
    }
}

impl Clients {
    /// The client of S3, for the one request of a probe.
    pub fn s3(&self) -> &aws_sdk_s3::Client {
        &self.s3
    }
}

fn text(params: &Params, name: &str) -> Option<String> {
    params.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn texts(params: &Params, name: &str) -> Option<Vec<String>> {
    let items = params.get(name)?.as_array()?;
    Some(items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

fn filters(params: &Params, name: &str) -> Option<Vec<aws_sdk_ec2::types::Filter>> {
    let filter = |value: &Value| {
        let values = value.get("Values").and_then(Value::as_array).into_iter().flatten();
        aws_sdk_ec2::types::Filter::builder()
            .set_name(value.get("Name").and_then(Value::as_str).map(str::to_owned))
            .set_values(Some(values.filter_map(Value::as_str).map(str::to_owned).collect()))
            .build()
    };
    Some(params.get(name)?.as_array()?.iter().map(filter).collect())
}

/// Makes one call, one page of it, and gives the answer's JSON.
pub async fn ask(clients: &Clients, call: &Call) -> Result<Value, Failed> {
    let capture = Capture::default();
    let sent = send(clients, call, &capture).await;
    match (sent, capture.take()) {
        (Ok(()), Some((_, body))) => read(&call.name, &body),
        (Ok(()), None) => Err(Failed::unreadable("the answer had no body")),
        // The SDK's types may be stricter than the wire: an answer is an answer.
        (Err(failed), Some((200..=299, body))) => read(&call.name, &body).map_err(|_| failed),
        (Err(failed), _) => Err(failed),
    }
}

fn read(call: &str, body: &[u8]) -> Result<Value, Failed> {
    if is_xml(call) {
        return transcode(call, body).map_err(|why| Failed::unreadable(&why));
    }
    serde_json::from_slice(body).map_err(|error| Failed::unreadable(&format!("the answer is no JSON: {error}")))
}

macro_rules! calls {
    ($clients:ident, $call:ident, $capture:ident; $($name:literal => $service:ident.$operation:ident($($setter:ident: $how:ident $param:literal),*);)*) => {
        match $call.name.as_str() {
            $($name => {
                let builder = $clients.$service.$operation()$(.$setter($how(&$call.params, $param).map(Into::into)))*;
                builder.customize().interceptor($capture.clone()).send().await.map(drop).map_err(|error| failure::of(&error))
            })*
            other => Err(Failed::not_in_the_table(other)),
        }
    };
}

async fn send(clients: &Clients, call: &Call, capture: &Capture) -> Result<(), Failed> {
    match call.name.split(':').next() {
        Some("ec2") => ec2(clients, call, capture).await,
        Some("iam") => iam(clients, call, capture).await,
        _ => others(clients, call, capture).await,
    }
}

async fn iam(clients: &Clients, call: &Call, capture: &Capture) -> Result<(), Failed> {
    calls! { clients, call, capture;
        "iam:GetRole" => iam.get_role(set_role_name: text "RoleName");
        "iam:GetUser" => iam.get_user(set_user_name: text "UserName");
        "iam:GetPolicy" => iam.get_policy(set_policy_arn: text "PolicyArn");
        "iam:GetPolicyVersion" => iam.get_policy_version(set_policy_arn: text "PolicyArn", set_version_id: text "VersionId");
        "iam:GetRolePolicy" => iam.get_role_policy(set_role_name: text "RoleName", set_policy_name: text "PolicyName");
        "iam:GetUserPolicy" => iam.get_user_policy(set_user_name: text "UserName", set_policy_name: text "PolicyName");
        "iam:GetGroupPolicy" => iam.get_group_policy(set_group_name: text "GroupName", set_policy_name: text "PolicyName");
        "iam:ListAttachedRolePolicies" => iam.list_attached_role_policies(set_role_name: text "RoleName", set_marker: text "Marker");
        "iam:ListAttachedUserPolicies" => iam.list_attached_user_policies(set_user_name: text "UserName", set_marker: text "Marker");
        "iam:ListAttachedGroupPolicies" => iam.list_attached_group_policies(set_group_name: text "GroupName", set_marker: text "Marker");
        "iam:ListRolePolicies" => iam.list_role_policies(set_role_name: text "RoleName", set_marker: text "Marker");
        "iam:ListUserPolicies" => iam.list_user_policies(set_user_name: text "UserName", set_marker: text "Marker");
        "iam:ListGroupPolicies" => iam.list_group_policies(set_group_name: text "GroupName", set_marker: text "Marker");
        "iam:ListGroupsForUser" => iam.list_groups_for_user(set_user_name: text "UserName", set_marker: text "Marker");
    }
}

async fn ec2(clients: &Clients, call: &Call, capture: &Capture) -> Result<(), Failed> {
    calls! { clients, call, capture;
        "ec2:DescribeNetworkInterfaces" => ec2.describe_network_interfaces(set_network_interface_ids: texts "NetworkInterfaceIds", set_filters: filters "Filters", set_next_token: text "NextToken");
        "ec2:DescribeInstances" => ec2.describe_instances(set_instance_ids: texts "InstanceIds", set_filters: filters "Filters", set_next_token: text "NextToken");
        "ec2:DescribeVpcs" => ec2.describe_vpcs(set_vpc_ids: texts "VpcIds", set_filters: filters "Filters", set_next_token: text "NextToken");
        "ec2:DescribeVpcAttribute" => ec2.describe_vpc_attribute(set_vpc_id: text "VpcId", set_attribute: vpc_attribute "Attribute");
        "ec2:DescribeSubnets" => ec2.describe_subnets(set_subnet_ids: texts "SubnetIds", set_filters: filters "Filters", set_next_token: text "NextToken");
        "ec2:DescribeRouteTables" => ec2.describe_route_tables(set_route_table_ids: texts "RouteTableIds", set_filters: filters "Filters", set_next_token: text "NextToken");
        "ec2:DescribeNetworkAcls" => ec2.describe_network_acls(set_network_acl_ids: texts "NetworkAclIds", set_filters: filters "Filters", set_next_token: text "NextToken");
        "ec2:DescribeSecurityGroups" => ec2.describe_security_groups(set_group_ids: texts "GroupIds", set_filters: filters "Filters", set_next_token: text "NextToken");
        "ec2:DescribeVpcEndpoints" => ec2.describe_vpc_endpoints(set_vpc_endpoint_ids: texts "VpcEndpointIds", set_filters: filters "Filters", set_next_token: text "NextToken");
        "ec2:DescribePrefixLists" => ec2.describe_prefix_lists(set_prefix_list_ids: texts "PrefixListIds", set_filters: filters "Filters", set_next_token: text "NextToken");
        "ec2:DescribeManagedPrefixLists" => ec2.describe_managed_prefix_lists(set_prefix_list_ids: texts "PrefixListIds", set_filters: filters "Filters", set_next_token: text "NextToken");
        "ec2:GetManagedPrefixListEntries" => ec2.get_managed_prefix_list_entries(set_prefix_list_id: text "PrefixListId", set_next_token: text "NextToken");
        "ec2:DescribeInternetGateways" => ec2.describe_internet_gateways(set_internet_gateway_ids: texts "InternetGatewayIds", set_filters: filters "Filters", set_next_token: text "NextToken");
        "ec2:DescribeNatGateways" => ec2.describe_nat_gateways(set_nat_gateway_ids: texts "NatGatewayIds", set_filter: filters "Filter", set_next_token: text "NextToken");
        "ec2:DescribeDhcpOptions" => ec2.describe_dhcp_options(set_dhcp_options_ids: texts "DhcpOptionsIds", set_filters: filters "Filters", set_next_token: text "NextToken");
        "ec2:DescribeVpcPeeringConnections" => ec2.describe_vpc_peering_connections(set_vpc_peering_connection_ids: texts "VpcPeeringConnectionIds", set_filters: filters "Filters", set_next_token: text "NextToken");
        "ec2:DescribeTransitGatewayAttachments" => ec2.describe_transit_gateway_attachments(set_transit_gateway_attachment_ids: texts "TransitGatewayAttachmentIds", set_filters: filters "Filters", set_next_token: text "NextToken");
        "ec2:DescribeTransitGateways" => ec2.describe_transit_gateways(set_transit_gateway_ids: texts "TransitGatewayIds", set_filters: filters "Filters", set_next_token: text "NextToken");
        "ec2:SearchTransitGatewayRoutes" => ec2.search_transit_gateway_routes(set_transit_gateway_route_table_id: text "TransitGatewayRouteTableId", set_filters: filters "Filters");
        "ec2:GetTransitGatewayRouteTablePropagations" => ec2.get_transit_gateway_route_table_propagations(set_transit_gateway_route_table_id: text "TransitGatewayRouteTableId", set_next_token: text "NextToken");
        "ec2:DescribeVpcBlockPublicAccessOptions" => ec2.describe_vpc_block_public_access_options();
        "ec2:DescribeVpcBlockPublicAccessExclusions" => ec2.describe_vpc_block_public_access_exclusions(set_exclusion_ids: texts "ExclusionIds", set_filters: filters "Filters", set_next_token: text "NextToken");
        "ec2:DescribeTransitGatewayVpcAttachments" => ec2.describe_transit_gateway_vpc_attachments(set_transit_gateway_attachment_ids: texts "TransitGatewayAttachmentIds", set_filters: filters "Filters", set_next_token: text "NextToken");
    }
}

async fn others(clients: &Clients, call: &Call, capture: &Capture) -> Result<(), Failed> {
    calls! { clients, call, capture;
        "sts:GetCallerIdentity" => sts.get_caller_identity();
        "sts:DecodeAuthorizationMessage" => sts.decode_authorization_message(set_encoded_message: text "EncodedMessage");
        "iam-toolbox:GetRequestAuthorizationDetails" => toolbox.get_request_authorization_details(set_authorization_id: text "authorizationId", set_next_token: text "nextToken");
        "s3:GetBucketLocation" => s3.get_bucket_location(set_bucket: text "Bucket");
        "s3:GetBucketPolicy" => s3.get_bucket_policy(set_bucket: text "Bucket");
        "s3:GetBucketEncryption" => s3.get_bucket_encryption(set_bucket: text "Bucket");
        "s3:GetPublicAccessBlock" => s3.get_public_access_block(set_bucket: text "Bucket");
        "s3:GetBucketOwnershipControls" => s3.get_bucket_ownership_controls(set_bucket: text "Bucket");
        "s3:GetBucketTagging" => s3.get_bucket_tagging(set_bucket: text "Bucket");
        "s3:GetBucketRequestPayment" => s3.get_bucket_request_payment(set_bucket: text "Bucket");
        "s3control:GetAccessPoint" => s3control.get_access_point(set_account_id: text "AccountId", set_name: text "Name");
        "s3control:GetAccessPointPolicy" => s3control.get_access_point_policy(set_account_id: text "AccountId", set_name: text "Name");
        "s3control:GetPublicAccessBlock" => s3control.get_public_access_block(set_account_id: text "AccountId");
        "kms:DescribeKey" => kms.describe_key(set_key_id: text "KeyId");
        "kms:GetKeyPolicy" => kms.get_key_policy(set_key_id: text "KeyId", set_policy_name: text "PolicyName");
        "kms:ListGrants" => kms.list_grants(set_key_id: text "KeyId", set_marker: text "Marker");
        "organizations:DescribeOrganization" => organizations.describe_organization();
        "organizations:ListParents" => organizations.list_parents(set_child_id: text "ChildId", set_next_token: text "NextToken");
        "organizations:ListPoliciesForTarget" => organizations.list_policies_for_target(set_target_id: text "TargetId", set_filter: policy_type "Filter", set_next_token: text "NextToken");
        "organizations:DescribePolicy" => organizations.describe_policy(set_policy_id: text "PolicyId");
        "sagemaker:DescribeTrainingJob" => sagemaker.describe_training_job(set_training_job_name: text "TrainingJobName");
        "sagemaker:DescribeNotebookInstance" => sagemaker.describe_notebook_instance(set_notebook_instance_name: text "NotebookInstanceName");
        "ecr:DescribeRepositories" => ecr.describe_repositories(set_registry_id: text "registryId", set_repository_names: texts "repositoryNames", set_next_token: text "nextToken");
        "ecr:GetRepositoryPolicy" => ecr.get_repository_policy(set_registry_id: text "registryId", set_repository_name: text "repositoryName");
    }
}

fn vpc_attribute(params: &Params, name: &str) -> Option<aws_sdk_ec2::types::VpcAttributeName> {
    text(params, name).map(|name| name.as_str().into())
}

fn policy_type(params: &Params, name: &str) -> Option<aws_sdk_organizations::types::PolicyType> {
    text(params, name).map(|name| name.as_str().into())
}
