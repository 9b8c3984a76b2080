//! Error code and operation, in the clothes of the CLI and of the SDKs; and codes that are an answer by themselves.

/// What a code says.
#[derive(Debug)]
pub struct Meaning {
    /// The gate that it tells, if any.
    pub gate: Option<&'static str>,
    /// In plain words.
    pub sentence: &'static str,
}

/// What stands right before a code: botocore's dictionaries, JSON bodies, Rust's and Java's dressing, S3's XML.
const BEFORE_CODE: &[&str] = &[
    "An error occurred (",
    "Error Code: ",
    "api error ",
    "<Code>",
    "code: Some(\"",
    "code: \"",
    "unhandled error (",
    "'Code': '",
    "\"Code\": \"",
    "\"Code\":\"",
    "Code: '",
    "\"__type\": \"",
    "\"__type\":\"",
    "\"code\": \"",
    "\"code\":\"",
    "x-amzn-ErrorType: ",
    "x-amzn-errortype: ",
];

/// Codes to look for where nothing announces them.
const BARE_CODES: &[&str] = &[
    "Client.UnauthorizedOperation",
    "UnauthorizedOperation",
    "AccessDeniedException",
    "AccessDenied",
    "VpceAccessDenied",
    "AuthorizationErrorException",
    "AuthorizationError",
    "NotAuthorized",
    "UnauthorizedAccess",
    "ExpiredTokenException",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "RequestTimeTooSkewed",
    "InvalidObjectState",
    "AllAccessDisabled",
    "AccountProblem",
    "KMS.DisabledException",
    "KMS.KMSInvalidStateException",
    "KMS.NotFoundException",
    "KMSInvalidStateException",
    "DisabledException",
    "Forbidden",
];

/// Codes that say it all (S3 API, `ErrorResponses`; KMS API Reference; IAM User Guide, `troubleshoot`): code, gate, sentence.
const MEANINGS: &[(&str, Option<&str>, &str)] = &[
    (
        "InvalidAccessKeyId",
        Some("credentials"),
        "AWS does not know this access key: it was deleted, or belongs to another partition.",
    ),
    ("InvalidClientTokenId", Some("credentials"), "AWS does not know this access key or session token."),
    ("UnrecognizedClientException", Some("credentials"), "AWS does not know these credentials."),
    ("AuthFailure", Some("credentials"), "AWS could not validate the credentials."),
    ("InvalidToken", Some("credentials"), "The session token is malformed or belongs to other keys."),
    ("ExpiredToken", Some("credentials"), "The session has ended: sign in again."),
    ("ExpiredTokenException", Some("credentials"), "The session has ended: sign in again."),
    ("RequestExpired", Some("credentials"), "The request is too old: check the clock, or sign in again."),
    (
        "SignatureDoesNotMatch",
        Some("credentials"),
        "The signature is wrong: a wrong secret key, or a proxy that changes the request.",
    ),
    ("RequestTimeTooSkewed", Some("credentials"), "The clock of the sender is more than fifteen minutes off."),
    ("InvalidObjectState", Some("object"), "The object is archived: it must be restored before it can be read."),
    ("NoSuchKey", Some("object"), "There is no such object."),
    ("AllAccessDisabled", None, "AWS has disabled all access to this resource; only AWS Support can tell why."),
    ("AccountProblem", None, "Something is wrong with the AWS account itself; only AWS Support can tell what."),
    ("KMS.DisabledException", Some("key-state"), "The KMS key is disabled."),
    ("DisabledException", Some("key-state"), "The KMS key is disabled."),
    ("KMS.KMSInvalidStateException", Some("key-state"), "The KMS key is in a state in which it cannot be used."),
    ("KMSInvalidStateException", Some("key-state"), "The KMS key is in a state in which it cannot be used."),
    ("KMS.NotFoundException", Some("key-state"), "There is no such KMS key in this Region."),
    ("VpceAccessDenied", Some("endpoint-policy"), "The policy of a VPC endpoint refused it."),
    ("ResourceLimitExceeded", None, "This is a quota, not a permission."),
    ("ThrottlingException", None, "This is throttling, not a permission: try again more slowly."),
    ("403", None, "HEAD answers have no body, so AWS says no more than 403."),
    ("Forbidden", None, "HEAD answers have no body, so AWS says no more than 403."),
];

/// Operations whose action is not `service:Operation`, and those of S3, KMS and STS that are common enough to be known by name alone
/// (Service Authorization Reference; S3 User Guide, `using-with-s3-policy-actions`).
const ACTIONS: &[(&str, &str)] = &[
    ("GetObject", "s3:GetObject"),
    ("HeadObject", "s3:GetObject"),
    ("PutObject", "s3:PutObject"),
    ("DeleteObject", "s3:DeleteObject"),
    ("DeleteObjects", "s3:DeleteObject"),
    ("CopyObject", "s3:PutObject"),
    ("CreateMultipartUpload", "s3:PutObject"),
    ("UploadPart", "s3:PutObject"),
    ("CompleteMultipartUpload", "s3:PutObject"),
    ("ListObjects", "s3:ListBucket"),
    ("ListObjectsV2", "s3:ListBucket"),
    ("HeadBucket", "s3:ListBucket"),
    ("ListObjectVersions", "s3:ListBucketVersions"),
    ("ListBuckets", "s3:ListAllMyBuckets"),
    ("GetBucketPolicy", "s3:GetBucketPolicy"),
    ("PutBucketPolicy", "s3:PutBucketPolicy"),
    ("AssumeRole", "sts:AssumeRole"),
    ("AssumeRoleWithWebIdentity", "sts:AssumeRoleWithWebIdentity"),
    ("Decrypt", "kms:Decrypt"),
    ("GenerateDataKey", "kms:GenerateDataKey"),
    ("CreateGrant", "kms:CreateGrant"),
    ("CreateTrainingJob", "sagemaker:CreateTrainingJob"),
    ("GetAuthorizationToken", "ecr:GetAuthorizationToken"),
    ("BatchGetImage", "ecr:BatchGetImage"),
    ("GetDownloadUrlForLayer", "ecr:GetDownloadUrlForLayer"),
    ("RunInstances", "ec2:RunInstances"),
];

/// The error's code; `None` when the text has none.
pub fn code(text: &str) -> Option<String> {
    let announced = BEFORE_CODE.iter().find_map(|before| {
        let (_, rest) = text.split_once(before)?;
        let code = rest.split(|c: char| !(c.is_ascii_alphanumeric() || "._#-".contains(c))).next()?;
        // `com.amazonaws.kms#NotFoundException`
        let code = code.rsplit('#').next().unwrap_or(code).trim_end_matches('.');
        (!code.is_empty()).then(|| code.to_owned())
    });
    announced.or_else(|| {
        let whole = |code: &&&str| {
            text.match_indices(**code).any(|(at, _)| {
                let before = text[..at].chars().next_back();
                let after = text[at + code.len()..].chars().next();
                let apart = |c: Option<char>| c.is_none_or(|c| !(c.is_ascii_alphanumeric() || c == '.' || c == '_'));
                apart(before) && (apart(after) || after == Some('.'))
            })
        };
        let found = BARE_CODES.iter().find(whole).map(|code| (*code).to_owned());
        found.or_else(|| text.contains("403").then(|| "403".to_owned()).filter(|_| has_status(text)))
    })
}

/// `403 Forbidden`, `StatusCode: 403`, `HTTP/1.1 403`, `(403)`: a status, not part of a number.
fn has_status(text: &str) -> bool {
    text.match_indices("403").any(|(at, _)| {
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        !digit(text[..at].chars().next_back()) && !digit(text[at + 3..].chars().next())
    })
}

/// The operation that was called; `None` when the text does not name it.
pub fn operation(text: &str) -> Option<String> {
    if let Some((_, rest)) = text.split_once("when calling the ") {
        return name(rest);
    }
    // Go: `operation error S3: GetObject, https response error …`
    let (_, rest) = text.split_once("operation error ")?;
    name(rest.split_once(": ")?.1)
}

fn name(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

/// The action that an operation's name stands for, where that is certain.
pub fn action_of(operation: &str) -> Option<String> {
    ACTIONS.iter().find(|(name, _)| *name == operation).map(|(_, action)| (*action).to_owned())
}

/// What a code says by itself.
pub fn meaning(code: &str, text: &str) -> Option<Meaning> {
    if code == "AccessDenied" && text.contains("Request has expired") {
        return Some(Meaning { gate: Some("credentials"), sentence: "The presigned URL has expired." });
    }
    let (_, gate, sentence) = MEANINGS.iter().find(|(known, ..)| *known == code)?;
    Some(Meaning { gate: *gate, sentence })
}
