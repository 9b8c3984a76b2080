//! Reachability: three real networks with the flows that Batfish asserts of them (tests/data/networks/NOTICE), and a network of our own
//! in which one thing at a time is changed, so that every rule has a flow that fails without it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::too_many_lines, missing_docs)]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use gatewalk::aws::reach::{World, answer};
use gatewalk::facts::{Fact, FactStatus, Facts};
use serde_json::{Value, json};

#[test]
fn real_networks_are_walked_as_asserted() {
    let mut networks: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in include_str!("data/networks/flows.jsonl").lines() {
        let flow: Value = serde_json::from_str(line).unwrap();
        networks.entry(flow["network"].as_str().unwrap().to_owned()).or_default().push(flow);
    }
    let mut wrong = Vec::new();
    for (network, flows) in networks {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gatewalk"))
            .args(["eval", "aws-network", "--facts"])
            .arg(format!("{}/tests/data/networks/{network}", env!("CARGO_MANIFEST_DIR")))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let cases: String = flows.iter().map(|flow| format!("{}\n", flow["case"])).collect();
        child.stdin.take().unwrap().write_all(cases.as_bytes()).unwrap();
        let out = child.wait_with_output().unwrap();
        assert!(out.status.success());
        let answers: Vec<Value> =
            String::from_utf8(out.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(answers.len(), flows.len());
        for (flow, got) in flows.iter().zip(answers) {
            for (field, expected) in flow["expect"].as_object().unwrap() {
                if &got[field] != expected {
                    wrong.push(format!("{network} {}: {field} {} instead of {expected}", got["id"], got[field]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A VPC with a public and two private subnets, one in another zone, a NAT gateway and endpoints; a second one behind a transit gateway
/// and a peering connection; a third one behind a second transit gateway that peers with the first.
fn network() -> Value {
    let vpc = |id: &str, cidr: &str| json!({"VpcId": id, "CidrBlock": cidr, "CidrBlockAssociationSet": [{"CidrBlock": cidr}]});
    let subnet = |id: &str, vpc: &str, cidr: &str, zone: &str| json!({"SubnetId": id, "VpcId": vpc, "CidrBlock": cidr, "AvailabilityZone": zone});
    let eni = |id: &str, of: &str, subnet: &str, vpc: &str, ip: &str, public: Option<&str>| {
        let mut eni = json!({
            "NetworkInterfaceId": id, "SubnetId": subnet, "VpcId": vpc, "PrivateIpAddress": ip, "InterfaceType": "interface",
            "Groups": [{"GroupId": format!("sg-{vpc}")}], "SourceDestCheck": true,
            "PrivateIpAddresses": [{"PrivateIpAddress": ip, "Primary": true}],
        });
        if of.starts_with("i-") {
            eni["Attachment"] = json!({"InstanceId": of, "DeviceIndex": 0});
        }
        if of == "vpce" {
            eni["InterfaceType"] = json!("vpc_endpoint");
        }
        if let Some(public) = public {
            eni["PrivateIpAddresses"][0]["Association"] = json!({"PublicIp": public});
        }
        eni
    };
    let instance = |id: &str, subnet: &str, vpc: &str, ip: &str| json!({"InstanceId": id, "SubnetId": subnet, "VpcId": vpc, "PrivateIpAddress": ip, "State": {"Name": "running"}, "SecurityGroups": [{"GroupId": format!("sg-{vpc}")}]});
    let public = |mut instance: Value| {
        instance["PublicIpAddress"] = json!("52.1.1.1");
        instance
    };
    let route = |to: &str, key: &str, target: &str| json!({"DestinationCidrBlock": to, key: target, "State": "active", "Origin": "CreateRoute"});
    let local = |cidr: &str| json!({"DestinationCidrBlock": cidr, "GatewayId": "local", "State": "active", "Origin": "CreateRouteTable"});
    let table = |id: &str, vpc: &str, subnets: &[&str], routes: Vec<Value>| {
        let associations: Vec<Value> =
            subnets.iter().map(|subnet| json!({"SubnetId": subnet, "Main": false})).collect();
        json!({"RouteTableId": id, "VpcId": vpc, "Associations": associations, "Routes": routes})
    };
    let any = json!([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []}]);
    let https = json!([{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}], "Ipv6Ranges": [],
                        "PrefixListIds": [], "UserIdGroupPairs": []}]);
    let group = |vpc: &str| json!({"GroupId": format!("sg-{vpc}"), "VpcId": vpc, "IpPermissions": https.clone(), "IpPermissionsEgress": any.clone()});
    let open = |egress: bool| json!({"RuleNumber": 100, "Egress": egress, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"});
    let acl = |vpc: &str| json!({"NetworkAclId": format!("acl-{vpc}"), "VpcId": vpc, "IsDefault": true, "Associations": [], "Entries": [open(false), open(true)]});
    let attachment = |id: &str, gateway: &str, kind: &str, of: &str, table: &str| {
        json!({"TransitGatewayAttachmentId": id, "TransitGatewayId": gateway, "ResourceType": kind, "ResourceId": of, "State": "available",
               "Association": {"TransitGatewayRouteTableId": table, "State": "associated"}})
    };
    let foot = |id: &str, gateway: &str, vpc: &str, subnet: &str| json!({"TransitGatewayAttachmentId": id, "TransitGatewayId": gateway, "VpcId": vpc, "SubnetIds": [subnet], "State": "available"});
    let to_attachment = |cidr: &str, id: &str, kind: &str| json!({"DestinationCidrBlock": cidr, "State": "active", "Type": kind, "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": id}]});
    json!({
        "ec2:DescribeVpcs": {"Vpcs": [vpc("vpc-a", "10.1.0.0/16"), vpc("vpc-b", "10.2.0.0/16"), vpc("vpc-c", "10.3.0.0/16")]},
        "ec2:DescribeSubnets": {"Subnets": [
            subnet("subnet-pub", "vpc-a", "10.1.0.0/24", "z1"), subnet("subnet-a1", "vpc-a", "10.1.1.0/24", "z1"),
            subnet("subnet-a2", "vpc-a", "10.1.2.0/24", "z2"), subnet("subnet-b1", "vpc-b", "10.2.1.0/24", "z1"),
            subnet("subnet-b2", "vpc-b", "10.2.2.0/24", "z2"), subnet("subnet-c1", "vpc-c", "10.3.1.0/24", "z1")]},
        "ec2:DescribeNetworkInterfaces": {"NetworkInterfaces": [
            eni("eni-pub", "i-pub", "subnet-pub", "vpc-a", "10.1.0.10", Some("52.1.1.1")),
            eni("eni-a1", "i-a1", "subnet-a1", "vpc-a", "10.1.1.10", None), eni("eni-a2", "i-a2", "subnet-a2", "vpc-a", "10.1.2.10", None),
            eni("eni-b1", "i-b1", "subnet-b1", "vpc-b", "10.2.1.10", None), eni("eni-b2", "i-b2", "subnet-b2", "vpc-b", "10.2.2.10", None),
            eni("eni-c1", "i-c1", "subnet-c1", "vpc-c", "10.3.1.10", None),
            eni("eni-nat", "", "subnet-pub", "vpc-a", "10.1.0.20", Some("52.1.1.2")),
            eni("eni-ep", "vpce", "subnet-a2", "vpc-a", "10.1.2.20", None)]},
        "ec2:DescribeInstances": {"Reservations": [{"Instances": [
            public(instance("i-pub", "subnet-pub", "vpc-a", "10.1.0.10")), instance("i-a1", "subnet-a1", "vpc-a", "10.1.1.10"),
            instance("i-a2", "subnet-a2", "vpc-a", "10.1.2.10"), instance("i-b1", "subnet-b1", "vpc-b", "10.2.1.10"),
            instance("i-b2", "subnet-b2", "vpc-b", "10.2.2.10"), instance("i-c1", "subnet-c1", "vpc-c", "10.3.1.10")]}]},
        "ec2:DescribeRouteTables": {"RouteTables": [
            table("rtb-pub", "vpc-a", &["subnet-pub"], vec![local("10.1.0.0/16"), route("0.0.0.0/0", "GatewayId", "igw-a")]),
            table("rtb-a", "vpc-a", &["subnet-a1", "subnet-a2"], vec![
                local("10.1.0.0/16"), route("0.0.0.0/0", "NatGatewayId", "nat-a"), route("10.2.1.0/24", "VpcPeeringConnectionId", "pcx-ab"),
                route("10.2.2.0/24", "TransitGatewayId", "tgw-1"), route("10.3.0.0/16", "TransitGatewayId", "tgw-1"),
                json!({"DestinationPrefixListId": "pl-s3", "GatewayId": "vpce-s3", "State": "active", "Origin": "CreateRoute"})]),
            table("rtb-b1", "vpc-b", &["subnet-b1"], vec![local("10.2.0.0/16"), route("10.1.0.0/16", "VpcPeeringConnectionId", "pcx-ab")]),
            table("rtb-b2", "vpc-b", &["subnet-b2"], vec![local("10.2.0.0/16"), route("10.1.0.0/16", "TransitGatewayId", "tgw-1")]),
            table("rtb-c", "vpc-c", &["subnet-c1"], vec![local("10.3.0.0/16"), route("10.1.0.0/16", "TransitGatewayId", "tgw-2")])]},
        "ec2:DescribeSecurityGroups": {"SecurityGroups": [group("vpc-a"), group("vpc-b"), group("vpc-c")]},
        "ec2:DescribeNetworkAcls": {"NetworkAcls": [acl("vpc-a"), acl("vpc-b"), acl("vpc-c")]},
        "ec2:DescribeVpcEndpoints": {"VpcEndpoints": [
            {"VpcEndpointId": "vpce-s3", "VpcEndpointType": "Gateway", "VpcId": "vpc-a", "State": "available", "NetworkInterfaceIds": []},
            {"VpcEndpointId": "vpce-kms", "VpcEndpointType": "Interface", "VpcId": "vpc-a", "State": "available", "NetworkInterfaceIds": ["eni-ep"]}]},
        "ec2:DescribePrefixLists": {"PrefixLists": [{"PrefixListId": "pl-s3", "PrefixListName": "com.amazonaws.x.s3", "Cidrs": ["3.5.0.0/20"]}]},
        "ec2:DescribeNatGateways": {"NatGateways": [{"NatGatewayId": "nat-a", "VpcId": "vpc-a", "SubnetId": "subnet-pub", "State": "available",
            "ConnectivityType": "public", "NatGatewayAddresses": [{"NetworkInterfaceId": "eni-nat", "PrivateIp": "10.1.0.20", "PublicIp": "52.1.1.2"}]}]},
        "ec2:DescribeInternetGateways": {"InternetGateways": [{"InternetGatewayId": "igw-a", "Attachments": [{"VpcId": "vpc-a", "State": "available"}]}]},
        "ec2:DescribeVpcPeeringConnections": {"VpcPeeringConnections": [{"VpcPeeringConnectionId": "pcx-ab", "Status": {"Code": "active"},
            "RequesterVpcInfo": {"VpcId": "vpc-a", "CidrBlock": "10.1.0.0/16"}, "AccepterVpcInfo": {"VpcId": "vpc-b", "CidrBlock": "10.2.0.0/16"}}]},
        "ec2:DescribeTransitGatewayVpcAttachments": {"TransitGatewayVpcAttachments": [
            foot("att-a", "tgw-1", "vpc-a", "subnet-a1"), foot("att-b", "tgw-1", "vpc-b", "subnet-b2"), foot("att-c", "tgw-2", "vpc-c", "subnet-c1")]},
        "ec2:DescribeTransitGatewayAttachments": {"TransitGatewayAttachments": [
            attachment("att-a", "tgw-1", "vpc", "vpc-a", "tgwrtb-1"), attachment("att-b", "tgw-1", "vpc", "vpc-b", "tgwrtb-1"),
            attachment("att-p", "tgw-1", "peering", "tgw-2", "tgwrtb-1"), attachment("att-p", "tgw-2", "peering", "tgw-1", "tgwrtb-2"),
            attachment("att-c", "tgw-2", "vpc", "vpc-c", "tgwrtb-2")]},
        "ec2:DescribeTransitGateways": {"TransitGateways": [{"TransitGatewayId": "tgw-1", "Options": {"SecurityGroupReferencingSupport": "disable"}}]},
        "ec2:SearchTransitGatewayRoutes#tgwrtb-1": {"Routes": [
            to_attachment("10.1.0.0/16", "att-a", "propagated"), to_attachment("10.2.0.0/16", "att-b", "propagated"), to_attachment("10.3.0.0/16", "att-p", "static")]},
        "ec2:SearchTransitGatewayRoutes#tgwrtb-2": {"Routes": [to_attachment("10.1.0.0/16", "att-p", "static")]},
        "ec2:GetTransitGatewayRouteTablePropagations#tgwrtb-2": {"TransitGatewayRouteTablePropagations": [
            {"TransitGatewayAttachmentId": "att-c", "ResourceId": "vpc-c", "ResourceType": "vpc", "State": "enabled"}]},
    })
}

/// What is changed: a pointer to a value, and the new value; null takes it away.
type Change<'c> = (&'c str, Value);

fn changed(changes: &[Change<'_>]) -> Facts {
    let mut network = network();
    for (pointer, value) in changes {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = network.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer}"));
        match (parent, value) {
            (Value::Object(fields), Value::Null) => _ = fields.remove(key).unwrap_or_else(|| panic!("{pointer}")),
            (Value::Object(fields), value) => _ = fields.insert(key.into(), value.clone()),
            (Value::Array(items), Value::Null) => _ = items.remove(key.parse().unwrap()),
            (Value::Array(items), value) if key == "-" => items.push(value.clone()),
            (Value::Array(items), value) => items[key.parse::<usize>().unwrap()] = value.clone(),
            _ => panic!("{pointer}"),
        }
    }
    Facts::new(network.as_object().unwrap().iter().map(|(call, body)| {
        let (call, table) = call.split_once('#').map_or((call.as_str(), None), |(call, table)| (call, Some(table)));
        Fact {
            id: String::new(),
            call: call.into(),
            // Of the second gateway's table the static routes were searched, and the propagations listed.
            params: table
                .map(|table| ("TransitGatewayRouteTableId".to_owned(), json!(table)))
                .into_iter()
                .chain(
                    (table == Some("tgwrtb-2"))
                        .then(|| ("Filters".to_owned(), json!([{"Name": "type", "Values": ["static"]}]))),
                )
                .collect(),
            status: FactStatus::Ok,
            at: String::new(),
            took_ms: 0,
            body: Some(body.clone()),
            error: None,
        }
    }))
}

fn walked(changes: &[Change<'_>], from: &str, to: &str) -> Value {
    let (ip, rest) = to.split_once(' ').unwrap_or((to, "443"));
    let (port, protocol) = rest.split_once('/').unwrap_or((rest, "tcp"));
    let kind = match from.split('-').next() {
        Some("i") => "instance",
        Some("eni") => "eni",
        _ => "ip",
    };
    let port = port.parse::<i64>().map_or(Value::Null, Value::from);
    let case = json!({"id": 1, "from": {kind: from}, "to": {"ip": ip, "port": port, "protocol": protocol}});
    let facts = changed(changes);
    answer(&World::new(&facts), &serde_json::from_value(case).unwrap()).unwrap()
}

const ROUTES: &str = "/ec2:DescribeRouteTables/RouteTables";
const GROUPS: &str = "/ec2:DescribeSecurityGroups/SecurityGroups";
const ACLS: &str = "/ec2:DescribeNetworkAcls/NetworkAcls";

fn entry(number: i64, egress: bool, action: &str, cidr: &str, protocol: &str, ports: Option<(i64, i64)>) -> Value {
    let mut entry =
        json!({"RuleNumber": number, "Egress": egress, "Protocol": protocol, "RuleAction": action, "CidrBlock": cidr});
    if let Some((from, to)) = ports {
        entry["PortRange"] = json!({"From": from, "To": to});
    }
    entry
}

/// What is changed; from, to; result, code, where.
type Row = (Vec<(String, Value)>, &'static str, &'static str, &'static str, Option<&'static str>, Option<&'static str>);

fn rows() -> Vec<Row> {
    let set = |pointer: String, value: Value| (pointer, value);
    let none = Value::Null;
    let at = |path: &str, rest: &str| format!("{path}{rest}");
    let group = |protocol: &str, from: Option<i64>, peer: Value| {
        json!([{"IpProtocol": protocol, "FromPort": from, "ToPort": from,
        "IpRanges": peer.get("cidr").map(|cidr| json!([{"CidrIp": cidr}])).unwrap_or(json!([])), "Ipv6Ranges": [],
        "PrefixListIds": peer.get("list").map(|list| json!([{"PrefixListId": list}])).unwrap_or(json!([])),
        "UserIdGroupPairs": peer.get("group").map(|group| json!([{"GroupId": group}])).unwrap_or(json!([]))}])
    };
    let own_acl = |subnet: &str, vpc: &str, entries: Vec<Value>| {
        json!({"NetworkAclId": "acl-own", "VpcId": vpc, "IsDefault": false,
        "Associations": [{"SubnetId": subnet}], "Entries": entries})
    };
    let blackhole = |to: &str| json!({"DestinationCidrBlock": to, "NatGatewayId": "nat-gone", "State": "blackhole"});
    vec![
        (vec![], "i-a1", "8.8.8.8", "reachable", None, None),
        (vec![], "i-pub", "8.8.8.8", "reachable", None, None),
        (vec![], "i-a1", "3.5.0.9", "reachable", None, None),
        (vec![], "i-a1", "10.1.2.10", "reachable", None, None),
        (vec![], "i-a1", "10.1.2.20", "reachable", None, None),
        (vec![], "i-a1", "10.2.1.10", "reachable", None, None),
        (vec![], "i-b1", "10.1.1.10", "reachable", None, None),
        (vec![], "i-a1", "10.2.2.10", "reachable", None, None),
        (vec![], "i-a1", "10.3.1.10", "reachable", None, None),
        (vec![], "i-c1", "10.1.1.10", "reachable", None, None),
        (vec![], "eni-a1", "10.1.1.10", "reachable", None, None),
        (vec![], "10.1.1.10", "8.8.8.8", "reachable", None, None),
        // Security groups.
        (vec![], "i-a1", "10.1.2.10 80", "unreachable", Some("ENI_SG_RULES_MISMATCH"), Some("i-a2")),
        (
            vec![set(at(GROUPS, "/1/IpPermissions"), json!([]))],
            "i-a1",
            "10.2.1.10",
            "unreachable",
            Some("SG_HAS_NO_RULES"),
            Some("i-b1"),
        ),
        (
            vec![set(at(GROUPS, "/0/IpPermissionsEgress"), json!([]))],
            "i-a1",
            "8.8.8.8",
            "unreachable",
            Some("SG_HAS_NO_RULES"),
            Some("i-a1"),
        ),
        (
            vec![set(at(GROUPS, "/0/IpPermissionsEgress"), group("tcp", Some(443), json!({"list": "pl-s3"})))],
            "i-a1",
            "3.5.0.9",
            "reachable",
            None,
            None,
        ),
        (
            vec![set(at(GROUPS, "/0/IpPermissionsEgress"), group("tcp", Some(443), json!({"list": "pl-s3"})))],
            "i-a1",
            "8.8.8.8",
            "unreachable",
            Some("ENI_SG_RULES_MISMATCH"),
            Some("i-a1"),
        ),
        (
            vec![set(at(GROUPS, "/0/IpPermissionsEgress"), group("tcp", Some(443), json!({"list": "pl-unread"})))],
            "i-a1",
            "8.8.8.8",
            "unknown",
            None,
            Some("i-a1"),
        ),
        // A group's reference holds in the VPC and over peering, not over a transit gateway.
        (
            vec![set(at(GROUPS, "/1/IpPermissions"), group("tcp", Some(443), json!({"group": "sg-vpc-a"})))],
            "i-a1",
            "10.2.1.10",
            "reachable",
            None,
            None,
        ),
        (
            vec![set(at(GROUPS, "/1/IpPermissions"), group("tcp", Some(443), json!({"group": "sg-vpc-a"})))],
            "i-a1",
            "10.2.2.10",
            "unreachable",
            Some("SG_REFERENCING_SUPPORT"),
            Some("i-b2"),
        ),
        (
            vec![set(at(GROUPS, "/0/IpPermissions"), group("-1", None, json!({"group": "sg-vpc-a"})))],
            "i-a1",
            "10.1.2.10 9999",
            "reachable",
            None,
            None,
        ),
        (
            vec![set(at(GROUPS, "/0/IpPermissions"), group("icmp", Some(8), json!({"cidr": "10.0.0.0/8"})))],
            "i-a1",
            "10.1.2.10 /icmp",
            "reachable",
            None,
            None,
        ),
        (
            vec![set(at(GROUPS, "/0/IpPermissions"), group("icmp", Some(3), json!({"cidr": "10.0.0.0/8"})))],
            "i-a1",
            "10.1.2.10 /icmp",
            "unreachable",
            Some("ENI_SG_RULES_MISMATCH"),
            Some("i-a2"),
        ),
        // Network ACLs: by number, both ways, only across a subnet's border.
        (
            vec![set(at(ACLS, "/0/Entries/-"), entry(50, true, "deny", "8.8.8.0/24", "6", Some((443, 443))))],
            "i-a1",
            "8.8.8.8",
            "unreachable",
            Some("SUBNET_ACL_RESTRICTION"),
            Some("subnet-a1"),
        ),
        (
            vec![set(at(ACLS, "/0/Entries/-"), entry(150, true, "deny", "8.8.8.0/24", "6", Some((443, 443))))],
            "i-a1",
            "8.8.8.8",
            "reachable",
            None,
            None,
        ),
        (
            vec![set(at(ACLS, "/0/Entries/-"), entry(50, true, "deny", "8.8.8.0/24", "17", Some((443, 443))))],
            "i-a1",
            "8.8.8.8",
            "reachable",
            None,
            None,
        ),
        (
            vec![set(
                at(ACLS, "/-"),
                own_acl(
                    "subnet-pub",
                    "vpc-a",
                    vec![
                        entry(1, true, "allow", "0.0.0.0/0", "-1", None),
                        entry(1, false, "allow", "10.0.0.0/8", "-1", None),
                    ],
                ),
            )],
            "i-a1",
            "8.8.8.8",
            "unreachable",
            Some("SUBNET_ACL_RESTRICTION"),
            Some("subnet-pub"),
        ),
        (
            vec![set(
                at(ACLS, "/-"),
                own_acl(
                    "subnet-pub",
                    "vpc-a",
                    vec![
                        entry(1, true, "allow", "8.0.0.0/8", "-1", None),
                        entry(1, false, "allow", "0.0.0.0/0", "-1", None),
                    ],
                ),
            )],
            "i-a1",
            "8.8.8.8",
            "unreachable",
            Some("SUBNET_ACL_RESTRICTION"),
            Some("subnet-pub"),
        ),
        // The NAT gateway answers to 1024-65535 on its own side, Linux clients choose from 32768-60999.
        (
            vec![set(
                at(ACLS, "/-"),
                own_acl(
                    "subnet-pub",
                    "vpc-a",
                    vec![
                        entry(1, true, "allow", "0.0.0.0/0", "-1", None),
                        entry(1, false, "allow", "10.0.0.0/8", "-1", None),
                        entry(2, false, "allow", "0.0.0.0/0", "6", Some((32768, 60999))),
                    ],
                ),
            )],
            "i-a1",
            "8.8.8.8",
            "unreachable",
            Some("SUBNET_ACL_RESTRICTION"),
            Some("subnet-pub"),
        ),
        (
            vec![set(
                at(ACLS, "/-"),
                own_acl(
                    "subnet-a1",
                    "vpc-a",
                    vec![
                        entry(1, true, "allow", "0.0.0.0/0", "-1", None),
                        entry(2, false, "allow", "0.0.0.0/0", "6", Some((32768, 60999))),
                    ],
                ),
            )],
            "i-a1",
            "8.8.8.8",
            "reachable",
            None,
            None,
        ),
        (
            vec![set(
                at(ACLS, "/-"),
                own_acl(
                    "subnet-a1",
                    "vpc-a",
                    vec![
                        entry(1, true, "allow", "0.0.0.0/0", "-1", None),
                        entry(2, false, "allow", "0.0.0.0/0", "6", Some((1024, 40000))),
                    ],
                ),
            )],
            "i-a1",
            "3.5.0.9",
            "unreachable",
            Some("SUBNET_ACL_RESTRICTION"),
            Some("subnet-a1"),
        ),
        (
            vec![set(
                at(ACLS, "/-"),
                own_acl("subnet-a2", "vpc-a", vec![entry(1, false, "allow", "0.0.0.0/0", "-1", None)]),
            )],
            "i-a1",
            "10.1.2.10",
            "unreachable",
            Some("SUBNET_ACL_RESTRICTION"),
            Some("subnet-a2"),
        ),
        (
            vec![set(at(ACLS, "/-"), own_acl("subnet-a1", "vpc-a", vec![]))],
            "eni-a1",
            "10.1.1.10",
            "reachable",
            None,
            None,
        ),
        (vec![set(at(ACLS, "/0"), none.clone())], "i-a1", "8.8.8.8", "unknown", None, Some("subnet-a1")),
        // Routes.
        (
            vec![set(at(ROUTES, "/1/Routes/1"), none.clone())],
            "i-a1",
            "8.8.8.8",
            "unreachable",
            Some("NO_ROUTE_TO_DESTINATION"),
            Some("subnet-a1"),
        ),
        (
            vec![set(at(ROUTES, "/1/Routes/-"), blackhole("8.8.0.0/16"))],
            "i-a1",
            "8.8.8.8",
            "unreachable",
            Some("BAD_STATE_ROUTE"),
            Some("subnet-a1"),
        ),
        (vec![set(at(ROUTES, "/1/Routes/-"), blackhole("8.0.0.0/16"))], "i-a1", "8.8.8.8", "reachable", None, None),
        (
            vec![
                set(
                    at(ROUTES, "/1/Routes/-"),
                    json!({"DestinationPrefixListId": "pl-unread", "GatewayId": "vpce-x", "State": "active"}),
                ),
                set(at(ROUTES, "/1/Routes/1"), none.clone()),
            ],
            "i-a1",
            "8.8.8.8",
            "unknown",
            Some("UNKNOWN_DESTINATION"),
            Some("subnet-a1"),
        ),
        (
            vec![set(at(ROUTES, "/1/Associations"), json!([{"SubnetId": "subnet-a2"}]))],
            "i-a1",
            "8.8.8.8",
            "unknown",
            None,
            Some("subnet-a1"),
        ),
        (vec![set(at(ROUTES, "/1/Associations"), json!([{"Main": true}]))], "i-a1", "8.8.8.8", "reachable", None, None),
        (
            vec![set(
                at(ROUTES, "/1/Routes/-"),
                json!({"DestinationCidrBlock": "10.1.2.0/24", "NetworkInterfaceId": "eni-pub", "State": "active"}),
            )],
            "i-a1",
            "10.1.2.10",
            "unreachable",
            Some("ENI_SOURCE_DEST_CHECK_RESTRICTION"),
            Some("i-pub"),
        ),
        (
            vec![set(
                at(ROUTES, "/1/Routes/-"),
                json!({"DestinationCidrBlock": "10.1.2.0/24", "GatewayId": "vgw-1", "State": "active", "Origin": "EnableVgwRoutePropagation"}),
            )],
            "i-a1",
            "10.1.2.10",
            "reachable",
            None,
            None,
        ),
        (
            vec![set(
                at(ROUTES, "/1/Routes/-"),
                json!({"DestinationCidrBlock": "192.168.0.0/16", "GatewayId": "vgw-1", "State": "active"}),
            )],
            "i-a1",
            "192.168.1.1",
            "unknown",
            Some("UNKNOWN_DESTINATION"),
            Some("vgw-1"),
        ),
        // The gateway endpoint: its own protocols, and its route.
        (vec![], "i-a1", "3.5.0.9 443/udp", "unreachable", Some("VPCE_GATEWAY_PROTOCOL_RESTRICTION"), Some("vpce-s3")),
        (
            vec![set("/ec2:DescribeVpcEndpoints/VpcEndpoints/0/State".into(), json!("deleting"))],
            "i-a1",
            "3.5.0.9",
            "unreachable",
            Some("BAD_STATE"),
            Some("vpce-s3"),
        ),
        (
            vec![set("/ec2:DescribeVpcEndpoints/VpcEndpoints/1/State".into(), json!("pendingAcceptance"))],
            "i-a1",
            "10.1.2.20",
            "unreachable",
            Some("BAD_STATE"),
            Some("vpce-kms"),
        ),
        (vec![], "eni-ep", "10.1.1.10", "unreachable", Some("VPCE_INTRA_VPC_TRAFFIC"), Some("eni-ep")),
        // Internet and NAT gateways.
        (
            vec![set("/ec2:DescribeInternetGateways/InternetGateways/0/Attachments".into(), json!([]))],
            "i-pub",
            "8.8.8.8",
            "unreachable",
            Some("BAD_STATE_ATTACHMENT"),
            Some("igw-a"),
        ),
        (
            vec![
                set(
                    "/ec2:DescribeNetworkInterfaces/NetworkInterfaces/0/PrivateIpAddresses/0/Association".into(),
                    none.clone(),
                ),
                set("/ec2:DescribeInstances/Reservations/0/Instances/0/PublicIpAddress".into(), none.clone()),
            ],
            "i-pub",
            "8.8.8.8",
            "unreachable",
            Some("IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"),
            Some("igw-a"),
        ),
        (
            vec![],
            "i-pub",
            "192.168.7.7",
            "unreachable",
            Some("IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"),
            Some("igw-a"),
        ),
        (
            vec![],
            "i-pub",
            "100.64.0.1",
            "unreachable",
            Some("IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS"),
            Some("igw-a"),
        ),
        (vec![], "8.8.8.8", "52.9.9.9", "unreachable", Some("IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"), None),
        (vec![], "8.8.8.8", "52.1.1.1", "unreachable", Some("ENI_SG_RULES_MISMATCH"), Some("i-pub")),
        (
            vec![set(at(GROUPS, "/0/IpPermissions"), group("tcp", Some(443), json!({"cidr": "0.0.0.0/0"})))],
            "8.8.8.8",
            "52.1.1.1",
            "reachable",
            None,
            None,
        ),
        (vec![], "8.8.8.8", "52.1.1.2", "unreachable", Some("NGW_DEST_ADDRESS_PRESERVATION"), Some("nat-a")),
        (
            vec![set("/ec2:DescribeNatGateways/NatGateways/0/State".into(), json!("failed"))],
            "i-a1",
            "8.8.8.8",
            "unreachable",
            Some("BAD_STATE"),
            Some("nat-a"),
        ),
        (
            vec![set("/ec2:DescribeNatGateways/NatGateways".into(), json!([]))],
            "i-a1",
            "8.8.8.8",
            "unreachable",
            Some("BAD_STATE"),
            Some("nat-a"),
        ),
        (
            vec![set("/ec2:DescribeNatGateways".into(), none.clone())],
            "i-a1",
            "8.8.8.8",
            "unknown",
            Some("UNKNOWN_RESOURCE"),
            Some("nat-a"),
        ),
        (
            vec![set("/ec2:DescribeNatGateways/NatGateways/0/ConnectivityType".into(), json!("private"))],
            "i-a1",
            "8.8.8.8",
            "unreachable",
            Some("IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"),
            Some("igw-a"),
        ),
        (
            vec![set("/ec2:DescribeNatGateways/NatGateways/0/VpcId".into(), json!("vpc-b"))],
            "i-a1",
            "8.8.8.8",
            "unreachable",
            Some("NGW_REQUIRES_SOURCE_IN_VPC"),
            Some("nat-a"),
        ),
        (
            vec![set(at(ROUTES, "/0/Routes/1"), none.clone())],
            "i-a1",
            "8.8.8.8",
            "unreachable",
            Some("NO_ROUTE_TO_DESTINATION"),
            Some("subnet-pub"),
        ),
        (vec![], "i-a1", "8.8.8.8 1/50", "unreachable", Some("PROTOCOL_RESTRICTION"), Some("nat-a")),
        // VPC Block Public Access: bidirectional stops all, ingress-only leaves NAT; exclusions.
        (
            vec![set(
                "/ec2:DescribeVpcBlockPublicAccessOptions".into(),
                json!({"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "block-bidirectional"}}),
            )],
            "i-a1",
            "8.8.8.8",
            "unreachable",
            Some("VPC_BLOCK_PUBLIC_ACCESS_ENABLED"),
            Some("igw-a"),
        ),
        (
            vec![set(
                "/ec2:DescribeVpcBlockPublicAccessOptions".into(),
                json!({"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "block-ingress"}}),
            )],
            "i-a1",
            "8.8.8.8",
            "reachable",
            None,
            None,
        ),
        (
            vec![set(
                "/ec2:DescribeVpcBlockPublicAccessOptions".into(),
                json!({"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "block-ingress"}}),
            )],
            "i-pub",
            "8.8.8.8",
            "unreachable",
            Some("VPC_BLOCK_PUBLIC_ACCESS_ENABLED"),
            Some("igw-a"),
        ),
        (
            vec![set(
                "/ec2:DescribeVpcBlockPublicAccessOptions".into(),
                json!({"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "off"}}),
            )],
            "i-pub",
            "8.8.8.8",
            "reachable",
            None,
            None,
        ),
        (
            vec![
                set(
                    "/ec2:DescribeVpcBlockPublicAccessOptions".into(),
                    json!({"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "block-bidirectional"}}),
                ),
                set(
                    "/ec2:DescribeVpcBlockPublicAccessExclusions".into(),
                    json!({"VpcBlockPublicAccessExclusions": [{"ResourceArn": "arn:aws:ec2:x:1:subnet/subnet-pub", "InternetGatewayExclusionMode": "allow-bidirectional", "State": "create-complete"}]}),
                ),
            ],
            "i-a1",
            "8.8.8.8",
            "reachable",
            None,
            None,
        ),
        // Peering: active, its own blocks only, both tables.
        (
            vec![set(
                "/ec2:DescribeVpcPeeringConnections/VpcPeeringConnections/0/Status/Code".into(),
                json!("deleted"),
            )],
            "i-a1",
            "10.2.1.10",
            "unreachable",
            Some("BAD_STATE"),
            Some("pcx-ab"),
        ),
        (
            vec![set(
                at(ROUTES, "/1/Routes/-"),
                json!({"DestinationCidrBlock": "172.16.0.0/12", "VpcPeeringConnectionId": "pcx-ab", "State": "active"}),
            )],
            "i-a1",
            "172.16.0.1",
            "unreachable",
            Some("PCX_REQUIRES_ADDRESS_IN_VPC_CIDR"),
            Some("vpc-a"),
        ),
        (
            vec![set(at(ROUTES, "/2/Routes/1"), none.clone())],
            "i-a1",
            "10.2.1.10",
            "unreachable",
            Some("NO_ROUTE_TO_DESTINATION"),
            Some("subnet-b1"),
        ),
        (
            vec![
                set("/ec2:DescribeVpcs/Vpcs/1".into(), none.clone()),
                set("/ec2:DescribeSubnets/Subnets/4".into(), none.clone()),
                set("/ec2:DescribeSubnets/Subnets/3".into(), none.clone()),
            ],
            "i-a1",
            "10.2.1.10",
            "unknown",
            Some("UNKNOWN_DESTINATION"),
            Some("vpc-b"),
        ),
        // Transit gateways: zone, association, table, the way back, the gateway behind.
        (vec![], "i-a2", "10.2.2.10", "unreachable", Some("TGW_ROUTE_AZ_RESTRICTION"), Some("subnet-a2")),
        (vec![], "i-b2", "10.1.2.10", "unreachable", Some("TGW_ATTACH_VPC_AZ_RESTRICTION"), Some("vpc-a")),
        (
            vec![set(
                "/ec2:DescribeTransitGatewayAttachments/TransitGatewayAttachments/0/Association".into(),
                none.clone(),
            )],
            "i-a1",
            "10.2.2.10",
            "unreachable",
            Some("TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION"),
            Some("tgw-1"),
        ),
        (
            vec![set("/ec2:SearchTransitGatewayRoutes#tgwrtb-1/Routes/1".into(), none.clone())],
            "i-a1",
            "10.2.2.10",
            "unreachable",
            Some("TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT"),
            Some("tgw-1"),
        ),
        (
            vec![set(
                "/ec2:SearchTransitGatewayRoutes#tgwrtb-1/Routes/-".into(),
                json!({"DestinationCidrBlock": "10.2.2.0/24", "State": "blackhole", "Type": "static"}),
            )],
            "i-a1",
            "10.2.2.10",
            "unreachable",
            Some("TGW_RTB_BAD_STATE_ROUTE"),
            Some("tgw-1"),
        ),
        (
            vec![set("/ec2:SearchTransitGatewayRoutes#tgwrtb-1".into(), none.clone())],
            "i-a1",
            "10.2.2.10",
            "unknown",
            Some("TGW_RTB_ROUTES_ARE_UNKNOWN"),
            Some("tgw-1"),
        ),
        (
            vec![set("/ec2:SearchTransitGatewayRoutes#tgwrtb-2/Routes/0".into(), none.clone())],
            "i-a1",
            "10.3.1.10",
            "unreachable",
            Some("TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT"),
            Some("tgw-2"),
        ),
        (
            vec![set(
                "/ec2:GetTransitGatewayRouteTablePropagations#tgwrtb-2/TransitGatewayRouteTablePropagations/0/State"
                    .into(),
                json!("disabled"),
            )],
            "i-a1",
            "10.3.1.10",
            "unreachable",
            Some("TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT"),
            Some("tgw-2"),
        ),
        (
            vec![set(at(ROUTES, "/3/Routes/1"), none.clone())],
            "i-a1",
            "10.2.2.10",
            "unreachable",
            Some("NO_ROUTE_TO_DESTINATION"),
            Some("subnet-b2"),
        ),
        (
            vec![set(
                "/ec2:DescribeTransitGatewayVpcAttachments/TransitGatewayVpcAttachments/1/State".into(),
                json!("deleted"),
            )],
            "i-a1",
            "10.2.2.10",
            "unreachable",
            Some("BAD_STATE_ATTACHMENT"),
            Some("tgw-1"),
        ),
        (
            vec![set(
                at(ACLS, "/-"),
                own_acl("subnet-b2", "vpc-b", vec![entry(1, false, "allow", "10.1.0.0/16", "-1", None)]),
            )],
            "i-a1",
            "10.2.2.10",
            "unreachable",
            Some("SUBNET_ACL_RESTRICTION"),
            Some("subnet-b2"),
        ),
        (
            vec![
                set(at(GROUPS, "/1/IpPermissions"), group("tcp", Some(443), json!({"group": "sg-vpc-a"}))),
                set("/ec2:DescribeTransitGateways".into(), none.clone()),
                set(
                    "/ec2:DescribeTransitGatewayVpcAttachments/TransitGatewayVpcAttachments/0/Options".into(),
                    json!({"SecurityGroupReferencingSupport": "enable"}),
                ),
                set(
                    "/ec2:DescribeTransitGatewayVpcAttachments/TransitGatewayVpcAttachments/1/Options".into(),
                    json!({"SecurityGroupReferencingSupport": "enable"}),
                ),
            ],
            "i-a1",
            "10.2.2.10",
            "unknown",
            None,
            Some("i-b2"),
        ),
        (
            vec![
                set("/ec2:DescribeVpnConnections".into(), json!({"VpnConnections": []})),
                set(
                    at(ROUTES, "/1/Routes/-"),
                    json!({"DestinationCidrBlock": "192.168.0.0/16", "GatewayId": "vgw-1", "State": "active"}),
                ),
            ],
            "i-a1",
            "192.168.1.1",
            "unknown",
            Some("UNKNOWN_DESTINATION"),
            Some("vgw-1"),
        ),
        // A longer route may be among propagations that are not known.
        (
            vec![set(
                "/ec2:GetTransitGatewayRouteTablePropagations#tgwrtb-2/TransitGatewayRouteTablePropagations/-".into(),
                json!({"TransitGatewayAttachmentId": "att-x", "ResourceId": "vpc-elsewhere", "ResourceType": "vpc", "State": "enabled"}),
            )],
            "i-a1",
            "10.3.1.10",
            "unknown",
            Some("TGW_RTB_ROUTES_ARE_UNKNOWN"),
            Some("tgw-2"),
        ),
        (
            vec![set(at(ACLS, "/0/Entries/-"), entry(40, true, "allow", "0.0.0.0/0", "6", Some((0, i64::MAX))))],
            "i-a1",
            "8.8.8.8",
            "reachable",
            None,
            None,
        ),
        // What is not there, and what nobody described.
        (vec![], "i-gone", "8.8.8.8", "unreachable", Some("NO_SOURCE_OR_DESTINATION"), Some("i-gone")),
        (
            vec![set("/ec2:DescribeInstances/Reservations/0/Instances/1/State/Name".into(), json!("stopped"))],
            "i-a1",
            "8.8.8.8",
            "unreachable",
            Some("BAD_STATE"),
            Some("i-a1"),
        ),
        (vec![], "i-a1", "10.1.9.9", "unreachable", Some("NO_POSSIBLE_DESTINATION"), Some("vpc-a")),
        (vec![], "i-a1", "10.1.2.99", "unreachable", Some("NO_POSSIBLE_DESTINATION"), Some("subnet-a2")),
        (
            vec![set("/ec2:DescribeNetworkInterfaces".into(), none.clone())],
            "i-a1",
            "10.1.2.99",
            "unknown",
            Some("UNKNOWN_DESTINATION"),
            Some("subnet-a2"),
        ),
        (vec![], "10.77.0.1", "10.1.1.10", "unknown", Some("UNKNOWN_RESOURCE"), Some("10.77.0.1")),
    ]
}

#[test]
fn every_rule_has_a_flow_that_fails_without_it() {
    let table = rows();
    let mut wrong = Vec::new();
    for (changes, from, to, result, code, place) in &table {
        let changes: Vec<Change<'_>> =
            changes.iter().map(|(pointer, value)| (pointer.as_str(), value.clone())).collect();
        let got = walked(&changes, from, to);
        if (&got["result"], &got["code"], &got["at"]) != (&json!(result), &json!(code), &json!(place)) {
            wrong.push(format!("{from} to {to}, {changes:?}: {got}, not {result} {code:?} {place:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), table.len(), wrong.join("\n"));
}

/// Taking an answer away may make a verdict unknown, never its opposite.
#[test]
fn what_is_not_described_is_never_open() {
    let mut wrong = Vec::new();
    for (changes, from, to, result, ..) in rows() {
        for call in network().as_object().unwrap().keys() {
            let mut changes: Vec<Change<'_>> = changes
                .iter()
                .filter(|(pointer, _)| !pointer[1..].starts_with(call.as_str()))
                .map(|(p, v)| (p.as_str(), v.clone()))
                .collect();
            let pointer = format!("/{call}");
            changes.push((&pointer, Value::Null));
            let got = walked(&changes, from, to);
            if got["result"] != "unknown" && got["result"] != result {
                wrong.push(format!("{from} to {to} without {call}: {got} instead of {result}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
