//! Every documented cause that a gate tells, in a world that has just this cause: the gate gives that reason. And the page that lists them is what
//! the program prints.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines,
    clippy::cognitive_complexity,
    missing_docs
)]

use gatewalk::aws::causes::{CAUSES, Told, markdown, meaning};
use gatewalk::facts::Snapshot;
use gatewalk::model::Verdict;
use serde_json::{Value, json};

const OTHER: &str = "999999999999";

/// A recorded world and what is changed in it.
struct World(Value);

impl World {
    fn read() -> Self {
        World(serde_json::from_str(include_str!("data/healthy-read.json")).unwrap())
    }

    fn start() -> Self {
        World(serde_json::from_str(include_str!("data/healthy-start.json")).unwrap())
    }

    fn pull() -> Self {
        World(serde_json::from_str(include_str!("data/healthy-pull.json")).unwrap())
    }

    /// The first answer of a call whose parameters hold a text.
    fn fact(&mut self, call: &str, with: &str) -> &mut Value {
        let facts = self.0["facts"].as_array_mut().unwrap();
        let of = |fact: &&mut Value| fact["call"] == call && fact["params"].to_string().contains(with);
        facts.iter_mut().find(of).unwrap_or_else(|| panic!("{call} {with}"))
    }

    fn add(mut self, call: &str, params: Value, body: Value) -> Self {
        let fact = json!({"id": "x", "call": call, "params": params, "status": "ok", "at": "2026-11-01T10:00:00Z", "took_ms": 1, "body": body});
        self.0["facts"].as_array_mut().unwrap().push(fact);
        self
    }

    fn ended(mut self, call: &str, status: &str, code: &str) -> Self {
        let fact = self.fact(call, "");
        fact["status"] = status.into();
        fact["error"] = json!({"code": code, "message": ""});
        fact.as_object_mut().unwrap().remove("body");
        self
    }

    fn body(mut self, call: &str, with: &str, pointer: &str, value: Value) -> Self {
        let body = &mut self.fact(call, with)["body"];
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match body.pointer_mut(parent).unwrap_or_else(|| panic!("{call} {pointer}")) {
            Value::Object(fields) => _ = fields.insert(key.into(), value),
            Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
            _ => panic!("{pointer}"),
        }
        self
    }

    /// Changes a policy's statements, whether it is JSON or a text that holds JSON.
    fn policy(mut self, call: &str, with: &str, pointer: &str, change: impl FnOnce(&mut Vec<Value>)) -> Self {
        let document = self.fact(call, with)["body"].pointer_mut(pointer).unwrap_or_else(|| panic!("{call} {pointer}"));
        let mut parsed = document.as_str().map_or_else(|| document.clone(), |text| serde_json::from_str(text).unwrap());
        change(parsed["Statement"].as_array_mut().unwrap());
        *document = if document.is_string() { parsed.to_string().into() } else { parsed };
        self
    }

    fn rights(self, change: impl FnOnce(&mut Vec<Value>)) -> Self {
        self.policy("iam:GetPolicyVersion", "trainer-rights", "/PolicyVersion/Document", change)
    }

    fn boundary(self, change: impl FnOnce(&mut Vec<Value>)) -> Self {
        self.policy("iam:GetPolicyVersion", "ml-limit", "/PolicyVersion/Document", change)
    }

    fn bucket(self, change: impl FnOnce(&mut Vec<Value>)) -> Self {
        self.policy("s3:GetBucketPolicy", "", "/Policy", change)
    }

    fn key(self, change: impl FnOnce(&mut Vec<Value>)) -> Self {
        self.policy("kms:GetKeyPolicy", "", "/Policy", change)
    }

    fn endpoint(self, change: impl FnOnce(&mut Vec<Value>)) -> Self {
        let at =
            self.0["facts"].as_array().unwrap().iter().find(|fact| fact["call"] == "ec2:DescribeVpcEndpoints").unwrap()
                ["body"]["VpcEndpoints"]
                .as_array()
                .unwrap()
                .iter()
                .position(|endpoint| endpoint["VpcEndpointType"] == "Gateway")
                .unwrap();
        self.policy("ec2:DescribeVpcEndpoints", "", &format!("/VpcEndpoints/{at}/PolicyDocument"), change)
    }

    fn organization(mut self, kind: &str, change: impl Fn(&mut Vec<Value>)) -> Self {
        let facts = self.0["facts"].as_array_mut().unwrap();
        for fact in facts
            .iter_mut()
            .filter(|fact| fact["call"] == "organizations:DescribePolicy" && fact["body"].to_string().contains(kind))
        {
            let content = fact["body"].pointer_mut("/Policy/Content").unwrap();
            let mut parsed: Value = serde_json::from_str(content.as_str().unwrap()).unwrap();
            if let Some(statements) = parsed["Statement"].as_array_mut() {
                change(statements);
            } else {
                let mut one = vec![parsed["Statement"].clone()];
                change(&mut one);
                parsed["Statement"] = one.into();
            }
            *content = parsed.to_string().into();
        }
        self
    }

    fn ask(mut self, field: &str, value: &str) -> Self {
        self.0["request"][field] = value.into();
        self
    }

    fn input(mut self, name: &str, value: &str) -> Self {
        self.0["request"]["inputs"][name] = value.into();
        self
    }

    /// A role of another account asks.
    fn stranger(self) -> Self {
        let own = self.0["request"]["principal"].as_str().unwrap().split(':').nth(4).unwrap().to_owned();
        let role = format!("arn:aws:iam::{OTHER}:role/stranger");
        self.ask("principal", &role).input("resource_account", &own)
    }

    fn codes(&self) -> Vec<String> {
        let diagnosis = gatewalk::cli::replay(Snapshot::parse("world", &self.0.to_string()).unwrap()).unwrap();
        let telling = |verdict| matches!(verdict, Verdict::Closed | Verdict::Unknown);
        let told = diagnosis.gates.iter().filter(|gate| telling(gate.status));
        told.map(|gate| format!("{} {}", gate.code, gate.action.as_deref().unwrap_or_default())).collect()
    }
}

fn deny(action: &str) -> Value {
    json!({"Sid": "No", "Effect": "Deny", "Action": action, "Resource": "*"})
}

fn deny_all(action: &str) -> Value {
    json!({"Sid": "No", "Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*"})
}

fn without(statements: &mut Vec<Value>, action: &str) {
    statements.retain(|statement| !statement["Action"].to_string().contains(action));
}

/// A world with this cause; `None` for causes that no gate tells.
fn world(list: &str, number: u8) -> Option<World> {
    let read = World::read;
    let start = World::start;
    let condition = |statements: &mut Vec<Value>, condition: Value| statements[1]["Condition"] = condition;
    Some(match (list, number) {
        ("S3", 1) => read()
            .ask("action", "s3:PutObject")
            .input("sse", "SSE-C")
            .body("s3:GetBucketEncryption", "", "/ServerSideEncryptionConfiguration/Rules/0/BlockedEncryptionTypes", json!({"EncryptionType": ["SSE-C"]})),
        ("S3", 2) => read().organization("RESOURCE_CONTROL", |s| s.push(deny_all("s3:*"))),
        ("S3", 3) => read().organization("SERVICE_CONTROL", |s| {
            for statement in s.iter_mut().filter(|statement| statement["Effect"] == "Allow") {
                statement["Action"] = json!("ec2:*");
            }
        }),
        ("S3", 4 | 39) => read().organization("SERVICE_CONTROL", |s| s.push(deny("s3:GetObject"))),
        ("S3", 5 | 38) | ("SageMaker", 14) => read().endpoint(|s| s.retain(|statement| statement["Effect"] == "Deny")),
        ("S3", 6) => read().endpoint(|s| s.push(deny_all("s3:*"))),
        ("S3" | "SageMaker", 7) => read().boundary(|s| s[0]["Action"] = json!(["kms:*"])),
        ("S3", 8) => read().boundary(|s| s.push(deny("s3:GetObject"))),
        ("S3", 11 | 16) => read().ask("principal", "anonymous"),
        ("S3", 12 | 30) | ("SageMaker", 6) => read().bucket(|s| s.push(deny_all("s3:*"))),
        ("S3", 13 | 20) | ("SageMaker", 5) => read().rights(|s| without(s, "s3:GetObject")),
        ("S3", 14) => read().rights(|s| s.push(deny("s3:GetObject"))),
        ("S3", 15) => read()
            .ask("action", "s3:PutObject")
            .input("context:s3:x-amz-acl", "public-read")
            .body("s3:GetPublicAccessBlock", "", "/PublicAccessBlockConfiguration/BlockPublicAcls", json!(true)),
        ("S3", 17) => read()
            .ask("action", "s3:PutBucketPolicy")
            .body("s3:GetPublicAccessBlock", "", "/PublicAccessBlockConfiguration/BlockPublicPolicy", json!(true)),
        ("S3", 18) => read()
            .stranger()
            .bucket(|s| s.push(json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"})))
            .body("s3:GetPublicAccessBlock", "", "/PublicAccessBlockConfiguration/RestrictPublicBuckets", json!(true)),
        ("S3", 19) => read().stranger().input("request-payer", "none").add(
            "s3:GetBucketRequestPayment",
            json!({"Bucket": World::read().0["request"]["inputs"]["bucket"]}),
            json!({"Payer": "Requester"}),
        ),
        ("S3", 21 | 35) => read().stranger(),
        ("S3", 22 | 24) => read().body("s3:GetBucketOwnershipControls", "", "/OwnershipControls/Rules/0/ObjectOwnership", json!("ObjectWriter")),
        ("S3", 25) | ("KMS", 2) => read().rights(|s| without(s, "kms:Decrypt")).key(|s| {
            s[0]["Action"] = json!("kms:*");
            s.truncate(1);
        }),
        ("S3", 26) | ("KMS", 1 | 6) | ("SageMaker", 8) => read().key(|s| s.truncate(1)),
        ("S3", 27) | ("KMS", 4 | 5) => read().stranger(),
        ("S3", 31) => read().ask("principal", "cloudfront.amazonaws.com"),
        ("S3", 32) => with_access_point(json!({"VpcConfiguration": {"VpcId": "vpc-elsewhere"}}), deny_nothing()),
        ("S3", 34) => with_access_point(json!({}), deny_all("s3:GetObject")),
        ("S3", 37) => probed("not-found", "NoSuchKey"),
        ("S3", 43) => probed("denied", "InvalidObjectState"),
        ("KMS", 3) => read().key(|s| s.push(deny_all("kms:Decrypt"))),
        ("KMS", 7) => read().key(|s| condition(s, json!({"StringEquals": {"kms:ViaService": "s3.eu-west-9.amazonaws.com"}}))),
        ("KMS", 8) => read().key(|s| condition(s, json!({"StringEquals": {"kms:CallerAccount": OTHER}}))),
        ("KMS", 9) => read().key(|s| condition(s, json!({"StringLike": {"kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::another/*"}}))),
        ("KMS", 10) => read().key(|s| condition(s, json!({"Bool": {"kms:GrantIsForAWSResource": "true"}}))),
        ("KMS", 11) => read().key(|s| {
            s.push(json!({"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}}));
        }),
        ("KMS", 12) => read().ended("kms:DescribeKey", "not-found", "NotFoundException"),
        ("KMS", 13) => read().body("kms:DescribeKey", "", "/KeyMetadata/KeyState", json!("Disabled")),
        ("KMS", 15) => read().body("kms:DescribeKey", "", "/KeyMetadata/KeyUsage", json!("SIGN_VERIFY")),
        ("KMS", 16) => read().key(|s| condition(s, json!({"StringEqualsIgnoreCase": {"kms:RecipientAttestation:ImageSha384": "abc"}}))),
        ("KMS", 17) => read().body("kms:DescribeKey", "", "/KeyMetadata/KeyState", json!("Unavailable")),
        ("SageMaker", 1) => start().policy("iam:GetRolePolicy", "start-jobs", "/PolicyDocument", |s| without(s, "sagemaker:")),
        ("SageMaker", 2) => start().policy("iam:GetRolePolicy", "start-jobs", "/PolicyDocument", |s| without(s, "iam:PassRole")),
        ("SageMaker", 3) => start().policy("iam:GetRole", "trainer", "/Role/AssumeRolePolicyDocument", without_service),
        ("SageMaker", 4) => start().input("pass-role", &format!("arn:aws:iam::{OTHER}:role/trainer")),
        ("SageMaker", 9) => World::pull().rights(|s| without(s, "ecr:BatchGetImage")),
        // The whole chain of the job, with a role that has no rights at all.
        ("SageMaker", 10 | 11) => start()
            .ask("action", "s3:GetObject")
            .add("iam:ListRolePolicies", json!({"RoleName": "trainer"}), json!({"PolicyNames": []}))
            .add("iam:ListAttachedRolePolicies", json!({"RoleName": "trainer"}), json!({"AttachedPolicies": []})),
        ("SageMaker", 12) => without_endpoint(read(), ".s3"),
        ("SageMaker", 15) => without_endpoint(start(), ".sagemaker.api"),
        ("SageMaker", 13) => {
            let mut world = read();
            let tables = world.fact("ec2:DescribeRouteTables", "")["body"]["RouteTables"].as_array_mut().unwrap();
            for table in tables {
                table["Routes"].as_array_mut().unwrap().retain(|route| route.get("DestinationPrefixListId").is_none());
            }
            world
        }
        ("SageMaker", 16) => {
            let mut world = read();
            let groups = world.fact("ec2:DescribeSecurityGroups", "")["body"]["SecurityGroups"].as_array_mut().unwrap();
            for group in groups {
                group["IpPermissionsEgress"] =
                    json!([{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]);
            }
            world
        }
        ("SageMaker", 17) => World(serde_json::from_str(include_str!("data/isolated-key.json")).unwrap()),
        ("SageMaker", 18) => start().organization("SERVICE_CONTROL", |s| {
            s.push(json!({"Effect": "Deny", "Action": "sagemaker:CreateTrainingJob", "Resource": "*", "Condition": {"Null": {"sagemaker:VpcSubnets": "true"}}}));
        }),
        ("SageMaker", 19) => read().bucket(|s| {
            s.push(json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}));
        }),
        ("SageMaker", 21) => read().body("s3:GetBucketLocation", "", "/LocationConstraint", json!("eu-west-9")),
        _ => return None,
    })
}

/// The action that the cause is about, where the same gate and reason tell several.
fn action(list: &str, number: u8) -> &'static str {
    match (list, number) {
        ("S3", 25) | ("KMS", 2) => "kms:Decrypt",
        ("SageMaker", 1) => "sagemaker:CreateTrainingJob",
        ("SageMaker", 5) => "s3:GetObject",
        ("SageMaker", 9) => "ecr:GetAuthorizationToken",
        ("SageMaker", 10) => "logs:PutLogEvents",
        ("SageMaker", 11) => "ec2:CreateNetworkInterface",
        _ => "",
    }
}

fn deny_nothing() -> Value {
    json!({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"})
}

fn without_service(statements: &mut Vec<Value>) {
    statements.retain(|statement| !statement["Principal"].to_string().contains("sagemaker"));
}

fn without_endpoint(mut world: World, suffix: &str) -> World {
    let endpoints = world.fact("ec2:DescribeVpcEndpoints", "")["body"]["VpcEndpoints"].as_array_mut().unwrap();
    endpoints.retain(|endpoint| !endpoint["ServiceName"].as_str().unwrap().ends_with(suffix));
    world
}

fn with_access_point(described: Value, statement: Value) -> World {
    let account = World::read().0["request"]["principal"].as_str().unwrap().split(':').nth(4).unwrap().to_owned();
    let params = json!({"AccountId": account, "Name": "reader"});
    let policy = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    World::read()
        .input("access-point", &format!("arn:aws:s3:us-east-1:{account}:accesspoint/reader"))
        .add("s3control:GetAccessPoint", params.clone(), described)
        .add("s3control:GetAccessPointPolicy", params, json!({"Policy": policy}))
}

fn probed(status: &str, code: &str) -> World {
    let mut world = World::read().add("probe:GetObject", json!({"Key": "features/fraud/train.csv"}), Value::Null);
    let probe = world.fact("probe:GetObject", "");
    probe["status"] = status.into();
    probe["error"] = json!({"code": code, "message": ""});
    probe.as_object_mut().unwrap().remove("body");
    world
}

#[test]
fn every_cause_that_a_gate_tells_is_told_by_it() {
    assert!(World::read().codes().is_empty() && World::start().codes().is_empty(), "the worlds are healthy");
    let mut wrong = Vec::new();
    for cause in CAUSES {
        let (list, number) = (cause.list, cause.number);
        match (cause.told, world(list, number)) {
            (Told::By(gate, reason), Some(world)) => {
                let code = format!("aws.{gate}.{reason}");
                let codes = world.codes();
                let action = action(list, number);
                if !codes.iter().any(|told| told.starts_with(&format!("{code} {action}"))) {
                    wrong.push(format!("{list} {number} ({}): {code} is not among {codes:?}", cause.cause));
                }
                assert!(meaning(gate, reason).is_some(), "{list} {number}: the gate table has no {gate}.{reason}");
            }
            (Told::By(..), None) => wrong.push(format!("{list} {number} has no world")),
            (Told::Elsewhere(why, tells), None) => assert!(!why.is_empty() && !tells.is_empty()),
            (Told::Elsewhere(..), Some(_)) => {
                wrong.push(format!("{list} {number} is not told by a gate, but has a world"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A bucket that hands its decisions to the access points of its account, and an access point that lets a stranger in.
#[test]
fn a_bucket_may_delegate_to_access_points() {
    let own = World::read().0["request"]["principal"].as_str().unwrap().split(':').nth(4).unwrap().to_owned();
    let delegating = |account: &str| {
        let condition = json!({"StringEquals": {"s3:DataAccessPointAccount": account}});
        with_access_point(json!({"NetworkOrigin": "Internet"}), deny_nothing()).stranger().bucket(|s| {
            s.push(
                json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition}),
            );
        })
    };
    let closed = |world: World| world.codes().iter().any(|code| code.starts_with("aws.resource-policy.no-allow"));
    assert!(!closed(delegating(&own)), "{:?}", delegating(&own).codes());
    assert!(closed(delegating(OTHER)), "another account's access points");
}

/// The workload's VPC has no endpoint for S3 and sends everything into a transit gateway, behind which another VPC has a NAT gateway.
fn hub() -> World {
    let mut world = without_endpoint(World::read(), ".s3");
    let place = world.fact("ec2:DescribeSubnets", "SubnetIds")["body"]["Subnets"][0].clone();
    let tables = world.fact("ec2:DescribeRouteTables", "")["body"]["RouteTables"].as_array_mut().unwrap();
    for table in tables {
        table["Routes"] = json!([
            {"DestinationCidrBlock": "10.0.0.0/8", "GatewayId": "local", "State": "active"},
            {"DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayId": "tgw-1", "State": "active"}]);
    }
    let groups = world.fact("ec2:DescribeSecurityGroups", "")["body"]["SecurityGroups"].as_array_mut().unwrap();
    for group in groups {
        group["IpPermissionsEgress"] = json!([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]);
    }
    let (vpc, subnet, zone, block) =
        (&place["VpcId"], &place["SubnetId"], &place["AvailabilityZone"], &place["CidrBlock"]);
    let by_gateway = json!({"Filters": [{"Name": "transit-gateway-id", "Values": ["tgw-1"]}]});
    let far = json!({"Filters": [{"Name": "vpc-id", "Values": ["vpc-far"]}]});
    let attachment = |id: &str, vpc: &Value| {
        json!({"TransitGatewayAttachmentId": id, "TransitGatewayId": "tgw-1", "ResourceType": "vpc", "ResourceId": vpc, "State": "available",
               "Association": {"TransitGatewayRouteTableId": "tgw-rtb-1", "State": "associated"}})
    };
    let foot = |id: &str, vpc: &Value, subnet: &Value| json!({"TransitGatewayAttachmentId": id, "TransitGatewayId": "tgw-1", "VpcId": vpc, "SubnetIds": [subnet], "State": "available"});
    let route = |to: &Value, id: &str| json!({"DestinationCidrBlock": to, "Type": "static", "State": "active", "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": id}]});
    let far_subnet = |id: &str, block: &str| json!({"SubnetId": id, "VpcId": "vpc-far", "CidrBlock": block, "AvailabilityZone": zone});
    let to =
        |cidr: &Value, key: &str, target: &str| json!({"DestinationCidrBlock": cidr, key: target, "State": "active"});
    let table = |id: &str, subnet: &str, routes: Value| json!({"RouteTableId": id, "VpcId": "vpc-far", "Associations": [{"SubnetId": subnet}], "Routes": routes});
    let everything = json!([{"RuleNumber": 1, "Egress": false, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"},
                            {"RuleNumber": 1, "Egress": true, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"}]);
    let any = json!("0.0.0.0/0");
    world
        .add("ec2:DescribeVpcBlockPublicAccessOptions", json!({}), json!({"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "off"}}))
        .add("ec2:DescribeTransitGatewayVpcAttachments", by_gateway.clone(), json!({"TransitGatewayVpcAttachments": [foot("att-1", vpc, subnet), foot("att-2", &json!("vpc-far"), &json!("subnet-foot"))]}))
        .add("ec2:DescribeTransitGatewayAttachments", by_gateway, json!({"TransitGatewayAttachments": [attachment("att-1", vpc), attachment("att-2", &json!("vpc-far"))]}))
        .add("ec2:SearchTransitGatewayRoutes", json!({"TransitGatewayRouteTableId": "tgw-rtb-1", "Filters": [{"Name": "state", "Values": ["active", "blackhole"]}]}),
             json!({"Routes": [route(&any, "att-2"), route(block, "att-1")]}))
        .add("ec2:DescribeVpcs", json!({"VpcIds": ["vpc-far"]}), json!({"Vpcs": [{"VpcId": "vpc-far", "CidrBlock": "172.20.0.0/16"}]}))
        .add("ec2:DescribeSubnets", far.clone(), json!({"Subnets": [far_subnet("subnet-foot", "172.20.0.0/24"), far_subnet("subnet-nat", "172.20.1.0/24")]}))
        .add("ec2:DescribeRouteTables", far.clone(), json!({"RouteTables": [
            table("rtb-foot", "subnet-foot", json!([to(&any, "NatGatewayId", "nat-far")])),
            table("rtb-nat", "subnet-nat", json!([to(&any, "GatewayId", "igw-far"), to(block, "TransitGatewayId", "tgw-1")]))]}))
        .add("ec2:DescribeNetworkAcls", far, json!({"NetworkAcls": [{"NetworkAclId": "acl-far", "VpcId": "vpc-far", "IsDefault": true, "Associations": [], "Entries": everything}]}))
        .add("ec2:DescribeNatGateways", json!({"Filter": [{"Name": "vpc-id", "Values": ["vpc-far"]}]}), json!({"NatGateways": [{"NatGatewayId": "nat-far", "VpcId": "vpc-far",
            "SubnetId": "subnet-nat", "State": "available", "NatGatewayAddresses": [{"PrivateIp": "172.20.1.9", "PublicIp": "52.1.1.9"}]}]}))
        .add("ec2:DescribeInternetGateways", json!({"Filters": [{"Name": "attachment.vpc-id", "Values": ["vpc-far"]}]}),
             json!({"InternetGateways": [{"InternetGatewayId": "igw-far", "Attachments": [{"VpcId": "vpc-far", "State": "available"}]}]}))
}

#[test]
fn a_transit_gateway_is_followed_to_what_lies_behind_it() {
    let told =
        |world: World| world.codes().into_iter().filter(|code| code.contains(".transit-gateway.")).collect::<Vec<_>>();
    assert_eq!(told(hub()), Vec::<String>::new());
    let broken = |call: &str, pointer: &str, value: Value| told(hub().body(call, "", pointer, value));
    for (call, pointer, value, reason) in [
        ("ec2:SearchTransitGatewayRoutes", "/Routes/0/State", json!("blackhole"), "tgw-rtb-bad-state-route"),
        (
            "ec2:SearchTransitGatewayRoutes",
            "/Routes/0/DestinationCidrBlock",
            json!("10.9.0.0/16"),
            "tgw-rtb-no-route-to-tgw-attachment",
        ),
        (
            "ec2:DescribeTransitGatewayAttachments",
            "/TransitGatewayAttachments/0/Association",
            Value::Null,
            "tgw-attach-missing-tgw-rtb-association",
        ),
        (
            "ec2:DescribeTransitGatewayVpcAttachments",
            "/TransitGatewayVpcAttachments/0/State",
            json!("deleted"),
            "bad-state-attachment",
        ),
    ] {
        let codes = broken(call, pointer, value);
        let wanted = format!("aws.transit-gateway.{reason} ");
        assert_eq!(codes, [wanted]);
    }
    // Answers meet a network ACL of their own, and the guard against the internet counts behind the gateway too.
    let mut world = hub();
    let far =
        world.fact("ec2:DescribeNetworkAcls", "vpc-far")["body"]["NetworkAcls"][0]["Entries"].as_array_mut().unwrap();
    far[0]["PortRange"] = json!({"From": 443, "To": 443});
    far[0]["Protocol"] = json!("6");
    assert_eq!(told(world), ["aws.transit-gateway.subnet-acl-restriction "]);
    let unread = hub().ended("ec2:DescribeVpcBlockPublicAccessOptions", "denied", "UnauthorizedOperation");
    assert_eq!(told(unread), ["aws.transit-gateway.unread "]);
    let blocking = json!({"InternetGatewayBlockMode": "block-bidirectional"});
    let unread =
        hub().body("ec2:DescribeVpcBlockPublicAccessOptions", "", "/VpcBlockPublicAccessOptions", blocking.clone());
    assert_eq!(told(unread), ["aws.transit-gateway.unread "], "an exclusion may stand in what was not read");
    let none = json!({"VpcBlockPublicAccessExclusions": []});
    let blocked = hub()
        .body("ec2:DescribeVpcBlockPublicAccessOptions", "", "/VpcBlockPublicAccessOptions", blocking)
        .add("ec2:DescribeVpcBlockPublicAccessExclusions", json!({}), none);
    assert_eq!(told(blocked), ["aws.transit-gateway.vpc-block-public-access-enabled "]);
    let unread = hub().ended("ec2:SearchTransitGatewayRoutes", "denied", "UnauthorizedOperation");
    assert_eq!(told(unread), ["aws.transit-gateway.unread "]);
}

#[test]
fn the_lists_are_complete() {
    for (list, count) in [("S3", 44), ("KMS", 18), ("SageMaker", 22)] {
        let numbers: Vec<u8> = CAUSES.iter().filter(|cause| cause.list == list).map(|cause| cause.number).collect();
        assert_eq!(numbers, (1..=count).collect::<Vec<u8>>(), "{list}");
    }
}

#[test]
fn the_page_is_what_the_program_prints() {
    let page = std::fs::read_to_string(format!("{}/docs/aws-causes.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    assert!(page == markdown(), "docs/aws-causes.md is stale: cargo run -- causes > docs/aws-causes.md");
}
