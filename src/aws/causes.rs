//! The causes that AWS documents for a refusal, one by one, and which gate and reason tell each; where no read call can tell, what would.
//!
//! S3: S3 User Guide, `troubleshoot-403-errors`, in page order, then re:Post and the codes that are no authorization. KMS: KMS Developer Guide,
//! `key-policies`, `grants`, `policy-conditions`, `key-state`. SageMaker: SageMaker Developer Guide, `sagemaker-roles`, `train-vpc`.

use std::fmt::Write as _;

use super::gates;

/// One documented cause.
#[derive(Debug, Clone, Copy)]
pub struct Cause {
    /// `S3`, `KMS` or `SageMaker`.
    pub list: &'static str,
    /// Its number in the list.
    pub number: u8,
    /// What it is.
    pub cause: &'static str,
    /// How it shows.
    pub told: Told,
}

/// How a cause shows.
#[derive(Debug, Clone, Copy)]
pub enum Told {
    /// A gate is closed, or unknown with what is missing, for this reason.
    By(&'static str, &'static str),
    /// No read call tells: why not, and what would.
    Elsewhere(&'static str, &'static str),
}

use Told::{By, Elsewhere};

const SESSION: &str = "no read call tells the policy that was given along with a session";
const MESSAGE: &str = "the error's own text: `gatewalk why`, which closes the gate `session-policy` on AWS's word";
const CODE: &str = "the error's code says it by itself: `gatewalk why`";
const SIGNING: &str = "it is decided before any policy is looked at, and no read call repeats another's request";

macro_rules! causes {
    ($($list:ident { $($number:literal $cause:literal $told:expr;)* })*) => {
        &[$($(Cause { list: stringify!($list), number: $number, cause: $cause, told: $told },)*)*]
    };
}

/// Every documented cause.
pub static CAUSES: &[Cause] = causes! {
    S3 {
    1 "blocked encryption type (SSE-C)" By("object", "encryption-type-blocked");
    2 "resource control policy, explicit deny" By("rcp", "explicit-deny");
    3 "service control policy, implicit deny" By("scp", "no-allow");
    4 "service control policy, explicit deny" By("scp", "explicit-deny");
    5 "VPC endpoint policy, implicit deny" By("endpoint-policy", "no-allow");
    6 "VPC endpoint policy, explicit deny" By("endpoint-policy", "explicit-deny");
    7 "permissions boundary, implicit deny" By("permissions-boundary", "no-allow");
    8 "permissions boundary, explicit deny" By("permissions-boundary", "explicit-deny");
    9 "session policy, implicit deny" Elsewhere(SESSION, MESSAGE);
    10 "session policy, explicit deny" Elsewhere(SESSION, MESSAGE);
    11 "resource policy, implicit deny (also IgnorePublicAcls)" By("resource-policy", "no-allow");
    12 "resource policy, explicit deny (also RestrictPublicBuckets)" By("resource-policy", "explicit-deny");
    13 "identity policy, implicit deny" By("identity-policy", "no-allow");
    14 "identity policy, explicit deny" By("identity-policy", "explicit-deny");
    15 "Block Public Access: BlockPublicAcls" By("block-public-access", "block-public-acls");
    16 "Block Public Access: IgnorePublicAcls" By("resource-policy", "no-allow");
    17 "Block Public Access: BlockPublicPolicy" By("block-public-access", "unread");
    18 "Block Public Access: RestrictPublicBuckets" By("block-public-access", "restrict-public-buckets");
    19 "Requester Pays without x-amz-request-payer" By("requester-pays", "header-missing");
    20 "no bucket policy and no IAM allow" By("identity-policy", "no-allow");
    21 "cross-account without both allows" By("resource-policy", "no-allow");
    22 "object owned by another account" By("object-ownership", "owner-unknown");
    23 "wrong requester or credentials" Elsewhere("the request names its sender, and only the sender has it; the gate `credentials` says whose credentials are in use", "the principal in the error's text or the CloudTrail event: `gatewalk why`; for a presigned URL the signer counts");
    24 "ACL settings or Object Ownership" By("object-ownership", "owner-unknown");
    25 "SSE-KMS with a customer key: kms:Decrypt or kms:GenerateDataKey" By("identity-policy", "no-allow");
    26 "the key policy does not allow" By("key-policy", "no-allow");
    27 "AWS-managed key aws/s3 used cross-account" By("key-policy", "no-allow");
    28 "Object Lock retention" Elsewhere("it guards versions of one object, which no read call of a walk looks at", "the object's owner: aws s3api get-object-retention");
    29 "legal hold" Elsewhere("it guards versions of one object, which no read call of a walk looks at", "the object's owner: aws s3api get-object-legal-hold");
    30 "locked-out bucket policy" By("resource-policy", "explicit-deny");
    31 "CloudFront: OAI or OAC missing from the bucket policy" By("resource-policy", "no-allow");
    32 "access point: VPC-only origin" By("access-point", "vpc-origin");
    33 "access point: Block Public Access" Elsewhere("an access point's own setting matters for public policies of access points only, and those are judged as written", "the error's own text: `gatewalk why`");
    34 "access point policy or IAM permissions" By("access-point", "explicit-deny");
    35 "cross-account access point not delegated in the bucket policy" By("resource-policy", "no-allow");
    36 "temporary credentials: session or expiry" Elsewhere(SIGNING, CODE);
    37 "missing object or special characters in the key" By("object", "no-such-key");
    38 "endpoint policy lacks the bucket" By("endpoint-policy", "no-allow");
    39 "service control policy" By("scp", "explicit-deny");
    40 "expired or wrongly signed presigned URL" Elsewhere(SIGNING, CODE);
    41 "clock skew over 15 minutes" Elsewhere(SIGNING, CODE);
    42 "InvalidAccessKeyId" Elsewhere(SIGNING, CODE);
    43 "archived object (InvalidObjectState)" By("object", "archived");
    44 "account problem or AllAccessDisabled" Elsewhere("only AWS knows the state of the account", "the error's code by `gatewalk why`, then AWS Support");
    }
    KMS {
    1 "key policy lacks the principal and the delegation to the account" By("key-policy", "no-allow");
    2 "delegation present, IAM allow missing" By("identity-policy", "no-allow");
    3 "explicit deny in the key policy" By("key-policy", "explicit-deny");
    4 "cross-account: one side missing" By("key-policy", "no-allow");
    5 "AWS-managed key: same account only" By("key-policy", "no-allow");
    6 "grant missing, retired or for another operation" By("key-policy", "no-allow");
    7 "kms:ViaService mismatch" By("key-policy", "no-allow");
    8 "kms:CallerAccount mismatch" By("key-policy", "no-allow");
    9 "encryption-context condition" By("key-policy", "no-allow");
    10 "kms:GrantIsForAWSResource, kms:GrantOperations" By("key-policy", "condition-keys");
    11 "aws:SourceVpce and the like fail for calls made by services" By("key-policy", "explicit-deny");
    12 "wrong Region or deleted key" By("key-state", "no-such-key");
    13 "key disabled, pending deletion or pending import" By("key-state", "disabled");
    14 "ciphertext under another key than expected" Elsewhere("which key an object is encrypted with stands in the object's own head", "one request for the object (--probe), or its owner; then -i kms-key=ARN");
    15 "key usage mismatch" By("key-state", "wrong-usage");
    16 "recipient attestation, MFA or tag conditions" By("key-policy", "condition-keys");
    17 "external key store or HSM unavailable" By("key-state", "unavailable");
    18 "throttling" Elsewhere("it passes, and leaves no trace in the configuration", CODE);
    }
    SageMaker {
    1 "the caller lacks sagemaker:Create*" By("identity-policy", "no-allow");
    2 "the caller lacks iam:PassRole" By("pass-role", "no-allow");
    3 "the trust policy lacks sagemaker.amazonaws.com" By("trust-policy", "no-allow");
    4 "the role is in another account" By("pass-role", "other-account");
    5 "the execution role lacks S3 permissions" By("identity-policy", "no-allow");
    6 "the bucket policy denies the role" By("resource-policy", "explicit-deny");
    7 "a boundary on the role" By("permissions-boundary", "no-allow");
    8 "KMS: Decrypt, GenerateDataKey, CreateGrant; the key policy" By("key-policy", "no-allow");
    9 "ECR permissions" By("identity-policy", "no-allow");
    10 "logs permissions" By("identity-policy", "no-allow");
    11 "VPC mode: ec2:CreateNetworkInterface and kin on the role" By("identity-policy", "no-allow");
    12 "VPC mode without S3 gateway endpoint or NAT" By("endpoint", "missing");
    13 "the route table lacks the endpoint's prefix list" By("route", "no-route-to-destination");
    14 "the S3 endpoint policy omits the bucket" By("endpoint-policy", "no-allow");
    15 "interface endpoints missing" By("endpoint", "missing");
    16 "the security group lacks 443 out" By("security-group", "eni-sg-rules-mismatch");
    17 "EnableNetworkIsolation" By("network-isolation", "enabled");
    18 "guardrails with sagemaker: conditions" By("scp", "condition-keys");
    19 "aws:SourceIp or aws:SourceVpce conditions that SageMaker's own calls fail" By("resource-policy", "explicit-deny");
    20 "Studio and Domain: the user profile's role or the domain's" Elsewhere("the session names the role that it runs as, the configuration names several", "the principal in the error's text: `gatewalk why`, or `aws sts get-caller-identity` in the notebook; then --as");
    21 "cross-Region bucket" By("endpoint", "other-region");
    22 "service quota (ResourceLimitExceeded)" Elsewhere("it is a limit, not an access decision", CODE);
    }
};

/// The table as Markdown, with the meaning of each reason from the gate table: `docs/aws-causes.md`.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(
        "# Documented causes of a refusal in AWS, and what tells them\n\n\
         Generated from the gate table (`src/aws/gates.rs`) and the list of causes (`src/aws/causes.rs`) by `gatewalk causes`; a test holds this page\n\
         against both, and every row with a gate has a world in `tests/causes.rs` in which that gate gives that reason.\n",
    );
    let mut list = "";
    for cause in CAUSES {
        if cause.list != list {
            list = cause.list;
            let _ = writeln!(out, "\n## {list}\n\n| # | cause | gate | reason | meaning |\n|---|---|---|---|---|");
        }
        let (number, what) = (cause.number, cause.cause);
        let _ = match cause.told {
            By(gate, reason) => {
                let meaning = meaning(gate, reason).unwrap_or_default();
                writeln!(out, "| {number} | {what} | `{gate}` | `{reason}` | {meaning} |")
            }
            Elsewhere(why, tells) => {
                writeln!(out, "| {number} | {what} | – | – | Not from read calls: {why}. What tells: {tells}. |")
            }
        };
    }
    out
}

/// What a reason of a gate means; `None` when the gate table does not know it.
#[must_use]
pub fn meaning(gate: &str, reason: &str) -> Option<&'static str> {
    let gate = gates::all().iter().find(|known| known.name == gate)?;
    gate.reasons.iter().find(|(known, _)| *known == reason).map(|(_, meaning)| *meaning)
}
