"""A fraud team's training platform on AWS, healthy or with faults, and what a diagnosis must say of it.

organization > unit "workloads" > account: guardrails (SCP) and a data perimeter (RCP) on the unit
role ml/pipeline  starts training jobs, passes and assumes ml/trainer
role ml/trainer   reads one prefix of the bucket, under the boundary ml-limit
bucket            only over TLS and only by our endpoint; encrypted with a key whose policy names the trainer
VPC 10.20.0.0/16  no way to the internet; S3 gateway endpoint, interface endpoints; two subnets, a table and an ACL each
"""

import json
import time
import urllib.request

import boto3
from botocore.config import Config

REGION = "us-east-1"
PREFIX = "features/fraud"
INTERFACES = ("sts", "kms", "ecr.api", "ecr.dkr", "logs", "sagemaker.api")
LAYERS = f"arn:aws:s3:::prod-{REGION}-starport-layer-bucket/*"


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def say(effect, action, resource=None, **more):
    return {"Effect": effect, "Action": action, **({"Resource": resource} if resource else {}), **more}


class World:
    def __init__(self, endpoint, faults):
        self.endpoint, self.faults, self.ids = endpoint, faults, {}
        self.clients = {}
        self.keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}

    def __call__(self, service):
        """A client with the keys of the account that is being built."""
        keys = tuple(sorted(self.keys.items()))
        if (service, keys) not in self.clients:
            config = Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"}, inject_host_prefix=False)
            self.clients[service, keys] = boto3.client(
                service, endpoint_url=self.endpoint, region_name=REGION, config=config, **self.keys
            )
        return self.clients[service, keys]

    def has(self, fault):
        return fault in self.faults

    # ---- management account

    def organization(self):
        org = self("organizations")
        self.ids["organization"] = org.create_organization(FeatureSet="ALL")["Organization"]["Id"]
        root = org.list_roots()["Roots"][0]["Id"]
        for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
            org.enable_policy_type(RootId=root, PolicyType=kind)
        unit = org.create_organizational_unit(ParentId=root, Name="workloads")["OrganizationalUnit"]["Id"]
        request = org.create_account(AccountName="fraud", Email="fraud@example.com")["CreateAccountStatus"]
        while request["State"] == "IN_PROGRESS":
            time.sleep(0.05)
            request = org.describe_create_account_status(CreateAccountRequestId=request["Id"])["CreateAccountStatus"]
        account = self.account = request["AccountId"]
        org.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit)
        self.ids.update(root=root, unit=unit, account=account)
        guardrails = [
            say("Deny", "organizations:LeaveOrganization", "*"),
            {
                "Sid": "OnlyOurRegion", "Effect": "Deny", "NotAction": ["iam:*", "sts:*", "support:*"], "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:RequestedRegion": REGION}},
            },
        ]
        if self.has("scp_freezes_reads"):
            guardrails.append(say("Deny", "s3:GetObject", "*", Sid="Freeze"))
        self.ids["scp"] = self.policy("guardrails", "SERVICE_CONTROL_POLICY", guardrails, unit)
        if self.has("scp_level_allows_nothing"):
            org.detach_policy(PolicyId="p-FullAWSAccess", TargetId=unit)
        perimeter = say(
            "Deny", ["s3:*", "kms:*"], "*", Sid="Perimeter", Principal="*",
            Condition={
                "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-another" if self.has("rcp_other_organization") else self.ids["organization"]},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            },
        )
        self.ids["rcp"] = self.policy("perimeter", "RESOURCE_CONTROL_POLICY", [perimeter], unit)
        role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
        got = self("sts").assume_role(RoleArn=role, RoleSessionName="build")["Credentials"]
        self.keys = {
            "aws_access_key_id": got["AccessKeyId"], "aws_secret_access_key": got["SecretAccessKey"], "aws_session_token": got["SessionToken"],
        }
        self.ids.update(
            pipeline=f"arn:aws:iam::{account}:role/ml/pipeline", trainer=f"arn:aws:iam::{account}:role/ml/trainer",
            bucket=f"arn:aws:s3:::fraud-features-{account}",
        )

    def policy(self, name, kind, statements, target):
        made = self("organizations").create_policy(Name=name, Description=name, Type=kind, Content=document(*statements))
        made = made["Policy"]["PolicySummary"]["Id"]
        self("organizations").attach_policy(PolicyId=made, TargetId=target)
        return made

    # ---- network

    def network(self):
        ec2, ids = self("ec2"), self.ids
        vpc = ids["vpc"] = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsSupport={"Value": not self.has("dns_support_off")})
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        lists = ec2.describe_managed_prefix_lists()["PrefixLists"]
        ids["pl"] = next(one["PrefixListId"] for one in lists if one["PrefixListName"].endswith(f"{REGION}.s3"))
        self.groups(vpc)
        for at, name in enumerate("ab"):
            subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.20.{at}.0/24", AvailabilityZone=REGION + name)["Subnet"]["SubnetId"]
            table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
            ec2.associate_route_table(SubnetId=subnet, RouteTableId=table)
            eni = ec2.create_network_interface(SubnetId=subnet, Groups=[ids["sg_job"]])["NetworkInterface"]["NetworkInterfaceId"]
            ids.update({f"subnet_{name}": subnet, f"rtb_{name}": table, f"eni_{name}": eni, f"acl_{name}": self.acl(vpc, subnet, name)})

    def groups(self, vpc):
        ec2, ids = self("ec2"), self.ids
        for name in ("job", "ends", "stranger"):
            made = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
            ec2.revoke_security_group_egress(GroupId=made, IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
            ids[f"sg_{name}"] = made
        https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
        out = [{**https, "UserIdGroupPairs": [{"GroupId": ids["sg_ends"]}]}]
        if not self.has("group_keeps_s3_in"):
            out.append({**https, "PrefixListIds": [{"PrefixListId": ids["pl"]}]})
        ec2.authorize_security_group_egress(GroupId=ids["sg_job"], IpPermissions=out)
        guest = ids["sg_stranger" if self.has("endpoint_group_for_strangers") else "sg_job"]
        ec2.authorize_security_group_ingress(GroupId=ids["sg_ends"], IpPermissions=[{**https, "UserIdGroupPairs": [{"GroupId": guest}]}])

    def acl(self, vpc, subnet, name):
        ec2 = self("ec2")
        made = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
        answers = "10.20.0.0/16" if name == "a" and self.has("acl_drops_answers") else "0.0.0.0/0"
        for number, egress, cidr, low, high in (
            (100, False, "10.20.0.0/16", 443, 443), (110, False, answers, 1024, 65535),
            (100, True, "0.0.0.0/0", 443, 443), (110, True, "10.20.0.0/16", 1024, 65535),
        ):
            ec2.create_network_acl_entry(
                NetworkAclId=made, RuleNumber=number, Protocol="6", RuleAction="allow", Egress=egress, CidrBlock=cidr,
                PortRange={"From": low, "To": high},
            )
        if name == "a" and self.has("acl_denies_first"):
            ec2.create_network_acl_entry(
                NetworkAclId=made, RuleNumber=50, Protocol="-1", RuleAction="deny", Egress=True, CidrBlock="0.0.0.0/0",
            )
        for one in ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"]:
            for bound in one["Associations"]:
                if bound["SubnetId"] == subnet:
                    ec2.replace_network_acl_association(AssociationId=bound["NetworkAclAssociationId"], NetworkAclId=made)
        return made

    def endpoints(self):
        ec2, ids = self("ec2"), self.ids
        bucket = [ids["bucket"], ids["bucket"] + "/*"]
        statements = [say("Allow", "s3:GetObject", LAYERS, Principal="*", Sid="ImageLayers")]
        if not self.has("endpoint_policy_forgets_bucket"):
            statements.append(say("Allow", ["s3:GetObject", "s3:PutObject", "s3:ListBucket"], bucket, Principal="*", Sid="OurData"))
        if not self.has("no_gateway_endpoint"):
            ids["vpce_s3"] = ec2.create_vpc_endpoint(
                VpcId=ids["vpc"], ServiceName=f"com.amazonaws.{REGION}.s3", VpcEndpointType="Gateway", PolicyDocument=document(*statements),
                RouteTableIds=[ids["rtb_b"]] if self.has("table_without_endpoint") else [ids["rtb_a"], ids["rtb_b"]],
            )["VpcEndpoint"]["VpcEndpointId"]
        for service in INTERFACES:
            ids[f"vpce_{service}"] = ec2.create_vpc_endpoint(
                VpcId=ids["vpc"], ServiceName=f"com.amazonaws.{REGION}.{service}", VpcEndpointType="Interface",
                SubnetIds=[ids["subnet_a"], ids["subnet_b"]], SecurityGroupIds=[ids["sg_ends"]],
                PrivateDnsEnabled=not (service == "sts" and self.has("sts_name_public")),
                PolicyDocument=document(say("Allow", "*", "*", Principal="*")),
            )["VpcEndpoint"]["VpcEndpointId"]

    # ---- data

    def data(self):
        ids, s3, kms = self.ids, self("s3"), self("kms")
        statements = [say("Allow", ["kms:Describe*", "kms:Get*", "kms:List*", "kms:Put*", "kms:Disable*"], "*", Principal={"AWS": f"arn:aws:iam::{self.account}:root"})]
        if not self.has("key_forgets_trainer"):
            via = {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}
            statements.append(say("Allow", ["kms:Decrypt", "kms:GenerateDataKey"], "*", Sid="Trainer", Principal={"AWS": ids["trainer"]}, Condition=via))
        key = kms.create_key(Policy=document(*statements))["KeyMetadata"]
        ids["key"] = key["Arn"]
        name = ids["bucket"].split(":")[-1]
        s3.create_bucket(Bucket=name)
        blocked = not self.has("public_access_allowed")
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), blocked))
        s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "team", "Value": "fraud"}]})
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [
            {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": ids["key"]}, "BucketKeyEnabled": True}]})
        both = [ids["bucket"], ids["bucket"] + "/*"]
        ours = "vpce-0123456789abcdef0" if self.has("bucket_wants_other_endpoint") else ids.get("vpce_s3", "vpce-0ff")
        if not self.has("no_gateway_endpoint"):
            s3.put_bucket_policy(Bucket=name, Policy=document(
                say("Deny", "s3:*", both, Sid="TlsOnly", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}}),
                say("Deny", ["s3:GetObject", "s3:ListBucket"], both, Sid="OurEndpointOnly", Principal="*",
                    Condition={"StringNotEquals": {"aws:SourceVpce": ours}}),
            ))
        if self.has("key_disabled"):
            kms.disable_key(KeyId=key["KeyId"])

    # ---- identities

    def identities(self):
        ids, iam = self.ids, self("iam")
        service = say("Allow", "sts:AssumeRole", Principal={"Service": "sagemaker.amazonaws.com"})
        trust = [service]
        if not self.has("trust_forgets_pipeline"):
            condition = {"Condition": {"StringEquals": {"sts:ExternalId": "fraud-7"}}} if self.has("trust_wants_external_id") else {}
            trust.append(say("Allow", "sts:AssumeRole", Principal={"AWS": ids["pipeline"]}, **condition))
        iam.create_role(RoleName="pipeline", Path="/ml/", AssumeRolePolicyDocument=document(service))
        passing = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com" if self.has("pass_role_elsewhere") else "sagemaker.amazonaws.com"}}
        iam.put_role_policy(RoleName="pipeline", PolicyName="start-jobs", PolicyDocument=document(
            say("Allow", "sagemaker:CreateTrainingJob", "*"), say("Allow", "sts:AssumeRole", ids["trainer"]),
            say("Allow", "iam:PassRole", ids["trainer"], Condition=passing),
        ))
        limit = ["kms:*", "ecr:*", "logs:*", "sagemaker:*"] + ([] if self.has("boundary_without_s3") else ["s3:*"])
        ids["boundary"] = iam.create_policy(PolicyName="ml-limit", PolicyDocument=document(say("Allow", limit, "*")))["Policy"]["Arn"]
        iam.create_role(RoleName="trainer", Path="/ml/", AssumeRolePolicyDocument=document(*trust), PermissionsBoundary=ids["boundary"])
        rights = [
            say("Allow", ["kms:Decrypt", "kms:GenerateDataKey"], ids["key"]),
            say("Allow", ["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], "*"),
            say("Allow", "s3:ListBucket", ids["bucket"], Condition={"StringLike": {"s3:prefix": [PREFIX, f"{PREFIX}/*"]}}),
        ]
        if not self.has("policy_without_get"):
            rights.append(say("Allow", "s3:GetObject", f"{ids['bucket']}/{PREFIX}/*"))
        ids["rights"] = iam.create_policy(PolicyName="trainer-rights", PolicyDocument=document(*rights))["Policy"]["Arn"]
        iam.attach_role_policy(RoleName="trainer", PolicyArn=ids["rights"])
        if self.has("inline_deny"):
            iam.put_role_policy(RoleName="trainer", PolicyName="hold", PolicyDocument=document(say("Deny", "s3:Get*", "*", Sid="Hold")))

    def workloads(self):
        ids, ecr, sagemaker = self.ids, self("ecr"), self("sagemaker")
        made = ecr.create_repository(repositoryName="fraud/train")["repository"]
        ids["repository"] = made["repositoryArn"]
        ecr.set_repository_policy(repositoryName="fraud/train", policyText=document(
            say("Allow", ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], Principal={"AWS": ids["trainer"]})))
        ids["job"] = sagemaker.create_training_job(
            TrainingJobName="fraud-1", RoleArn=ids["trainer"], EnableNetworkIsolation=self.has("job_isolated"),
            AlgorithmSpecification={"TrainingImage": made["repositoryUri"] + ":1", "TrainingInputMode": "File"},
            InputDataConfig=[{"ChannelName": "train", "DataSource": {"S3DataSource": {
                "S3DataType": "S3Prefix", "S3Uri": f"s3://{ids['bucket'].split(':')[-1]}/{PREFIX}/"}}}],
            OutputDataConfig={"S3OutputPath": f"s3://{ids['bucket'].split(':')[-1]}/models/"},
            ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
            VpcConfig={"SecurityGroupIds": [ids["sg_job"]], "Subnets": [ids["subnet_a"]]}, StoppingCondition={"MaxRuntimeInSeconds": 60},
        )["TrainingJobArn"]

    def build(self):
        for part in (self.organization, self.network, self.endpoints, self.data, self.identities, self.workloads):
            part()

    def questions(self):
        ids = self.ids
        read = ["diagnose", f"{ids['bucket']}/{PREFIX}/train.csv", "--as", ids["trainer"]]
        return {
            "assume": ["diagnose", ids["trainer"], "--as", ids["pipeline"], "--from", ids["eni_a"]],
            "read_a": [*read, "--from", ids["eni_a"]],
            "read_b": [*read, "--from", ids["eni_b"]],
            "list_a": ["diagnose", "s3://" + ids["bucket"].split(":")[-1], "--as", ids["trainer"], "--do", "list", "--from", ids["eni_a"], "-i", f"prefix={PREFIX}/"],
            "pull_a": ["diagnose", ids["repository"], "--as", ids["trainer"], "--from", ids["eni_a"]],
            "start": ["diagnose", ids["job"], "--as", ids["pipeline"], "--do", "sagemaker:CreateTrainingJob", "--from", ids["eni_a"], "-i", f"pass-role={ids['trainer']}"],
            "container": [*read, "--from", "sagemaker:training-job/fraud-1"],
        }


READS, S3_A, ENDS = ("read_a", "read_b", "container"), ("read_a", "list_a", "container"), ("assume", "pull_a", "start")
S3_ALL = (*READS, "list_a")

# fault: the questions it breaks, and the closed gate: its name, effect and blame
FAULTS = {
    "trust_forgets_pipeline": (("assume",), "trust-policy", "no-allow", "trainer"),
    "trust_wants_external_id": (("assume",), "trust-policy", "no-allow", "trainer"),
    "pass_role_elsewhere": (("start",), "pass-role", "no-allow", "pipeline"),
    "policy_without_get": (READS, "identity-policy", "no-allow", "rights"),
    "inline_deny": (READS, "identity-policy", "explicit-deny", "trainer"),
    "boundary_without_s3": (S3_ALL, "permissions-boundary", "no-allow", "boundary"),
    "scp_freezes_reads": (READS, "scp", "explicit-deny", "scp"),
    "scp_level_allows_nothing": ((*S3_ALL, *ENDS), "scp", "no-allow", "scp"),
    "rcp_other_organization": (S3_ALL, "rcp", "explicit-deny", "rcp"),
    "bucket_wants_other_endpoint": (S3_ALL, "resource-policy", "explicit-deny", "bucket"),
    "public_access_allowed": ((), None, None, None),
    "key_forgets_trainer": (READS, "key-policy", "no-allow", "key"),
    "key_disabled": (READS, "key-state", "unusable", "key"),
    "endpoint_policy_forgets_bucket": (S3_ALL, "endpoint-policy", "no-allow", "vpce_s3"),
    "no_gateway_endpoint": ((*S3_ALL, "pull_a"), "endpoint", "blocked", "vpc"),
    "table_without_endpoint": ((*S3_A, "pull_a"), "route", "blocked", "rtb_a"),
    "group_keeps_s3_in": ((*S3_ALL, "pull_a"), "security-group", "blocked", "sg_job"),
    "acl_drops_answers": ((*S3_A, "pull_a"), "nacl", "blocked", "acl_a"),
    "acl_denies_first": ((*S3_A, *ENDS), "nacl", "blocked", "acl_a"),
    "endpoint_group_for_strangers": (ENDS, "endpoint-security-group", "blocked", "sg_ends"),
    "sts_name_public": (("assume",), "dns", "blocked", "vpce_sts"),
    "dns_support_off": ((*S3_ALL, *ENDS), "dns", "blocked", "vpc"),
    "job_isolated": (("container",), "network-isolation", "blocked", "job"),
}


def build(endpoint, faults):
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST")).read()
    made = World(endpoint, faults)
    made.build()
    expected = {}
    for name in made.questions():
        causes = [FAULTS[fault] for fault in faults if name in FAULTS[fault][0]]
        expected[name] = [{"gate": gate, "effect": effect, "blame": made.ids[blame]} for _, gate, effect, blame in causes]
    return {"keys": made.keys, "ids": made.ids, "questions": made.questions(), "expected": expected, "faults": sorted(FAULTS)}
