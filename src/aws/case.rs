//! One request as the judges of policies see it: who, what, from where, and every condition key that can be told.

use serde_json::Value;

use super::arn::{self, Arn};
use super::network::{Place, Way, WayKind, place, way};
use super::policy::{Context, Document, Entry, Grade, Principal, Question};
use crate::facts::{Known, Reading, Tri, Why, WhyNot};
use crate::provider::Ask;

pub use super::policy::Kind;

/// Services that carry the newer keys of VPC endpoints (IAM User Guide, `reference_policies_condition-keys`).
const VPCE_KEYS: &[&str] = &["s3", "kms", "ecr", "ecs", "iam", "lambda", "athena"];

/// A request.
#[derive(Debug)]
pub struct Case<'a> {
    /// The question.
    pub ask: &'a Ask<'a>,
    /// The facts.
    pub reading: &'a Reading<'a>,
    /// Who asks.
    pub principal: Principal,
    /// What of the role or user could be read.
    pub entity: Known<&'a Value>,
    /// The condition keys.
    pub context: Context,
    /// The account whose IAM the facts are of; `None` when nobody knows.
    caller_account: Option<&'a str>,
}

impl<'a> Case<'a> {
    /// The step's request; the error says what keeps it from being one.
    pub fn new(ask: &'a Ask<'a>) -> Result<Self, String> {
        let text = ask.principal();
        if text.is_empty() {
            return Err("Nobody knows whose request this is.".into());
        }
        let mut principal = Principal::parse(text).ok_or_else(|| format!("{text} is no principal of AWS."))?;
        let caller_account = caller(ask.reading).yes().and_then(|caller| field(caller, "Account"));
        let entity = entity(ask.reading, &principal, caller_account);
        if let Known::Yes(entity) = &entity {
            if principal.kind == Kind::Session {
                principal.role = field(entity, "Arn").map(str::to_owned);
            }
            principal.bounded = entity.get("PermissionsBoundary").is_some();
            principal.id = field(entity, "RoleId").or_else(|| field(entity, "UserId")).map(str::to_owned);
        }
        let mut case = Case { ask, reading: ask.reading, principal, entity, context: Context::open(), caller_account };
        case.fill();
        Ok(case)
    }

    /// What a policy is asked.
    pub fn question(&self) -> Question<'_> {
        Question::new(&self.principal, self.ask.action, self.ask.resource(), &self.context)
    }

    /// The account that owns the resource: in its ARN, or said by the user, else taken to be the principal's own.
    pub fn resource_account(&self) -> &str {
        let own = arn::account(self.ask.resource());
        if !own.is_empty() {
            return own;
        }
        let said = self.ask.request.inputs.get("resource_account").map(String::as_str).unwrap_or_default();
        match (said.is_empty(), self.principal.account.is_empty()) {
            (false, _) => said,
            (true, false) => &self.principal.account,
            // Nobody's account owns nothing: the caller asks about a bucket of his own.
            (true, true) => self.caller_account.unwrap_or_default(),
        }
    }

    /// Why the IAM of the principal's account is not what the facts tell of; `None` when it is.
    pub fn foreign_iam(&self) -> Option<Why> {
        let own = match &self.entity {
            Known::Yes(_) => true,
            _ => self.caller_account.is_none_or(|account| account == self.principal.account),
        };
        (!own).then(|| self.reading.missed(other_account(&self.principal.account)))
    }

    /// True when principal and resource belong to different accounts.
    pub fn crosses_accounts(&self) -> bool {
        self.principal.account != self.resource_account()
    }

    /// The Region of the call: the resource's, the bucket's, or that of the place it comes from; empty when not known.
    pub fn region(&self) -> String {
        region(self.ask)
    }

    /// The service of the action: `s3` of `s3:GetObject`.
    pub fn service(&self) -> &str {
        self.ask.action.split(':').next().unwrap_or_default()
    }

    /// The organization's answer: its body.
    pub fn organization(&self) -> Known<&'a Value> {
        self.reading
            .answer("organizations:DescribeOrganization", &[])
            .and_then(|body| body.get("Organization").map_or(Known::Absent, Known::Yes))
    }

    /// The resource's own policy, where resources of its kind have one.
    pub fn resource_policy(&self) -> Known<Document> {
        resource_policy(self.reading, self.ask.resource())
    }

    /// Whether the resource's own policy lets the principal in, naming it at least so closely; a deny does not count.
    pub fn resource_grants(&self, at_least: Grade) -> Tri {
        match self.resource_policy() {
            Known::Yes(document) => document.judge(&self.question()).allow(at_least),
            Known::Absent => Tri::False,
            Known::Unknown(_) => Tri::Unknown,
        }
    }

    /// The way the request takes to the step's service (`with: {service}`), else to the action's own.
    pub fn way(&self) -> Known<Way> {
        if self.ask.text("via").is_some() {
            return Known::Absent;
        }
        let service = self.ask.text("service").unwrap_or_else(|| endpoint_service(self.service()));
        way(self.reading, self.ask.origin(), service, &self.region())
    }

    fn fill(&mut self) {
        self.fill_principal();
        self.fill_organization();
        self.fill_path();
        self.fill_call();
        self.fill_said();
    }

    fn fill_principal(&mut self) {
        let Principal { kind, account, .. } = &self.principal;
        let context = &mut self.context;
        let (kind, account) = (*kind, account.clone());
        match self.principal.principal_arn() {
            Some(arn) => context.one("aws:PrincipalArn", arn),
            None if kind == Kind::Session => {
                context.set("aws:PrincipalArn", Entry::Unknown("the role's path (iam:GetRole)".into()));
            }
            None => context.set("aws:PrincipalArn", Entry::Absent),
        }
        let type_name = match kind {
            Kind::User => "User",
            Kind::Role | Kind::Session => "AssumedRole",
            Kind::Federated => "FederatedUser",
            Kind::Root => "Account",
            Kind::Service => "Service",
            Kind::Anonymous => "Anonymous",
        };
        context.one("aws:PrincipalType", type_name);
        context.one("aws:PrincipalIsAWSService", (kind == Kind::Service).to_string());
        let signed = !account.is_empty();
        context.set("aws:PrincipalAccount", if signed { Entry::One(account.clone()) } else { Entry::Absent });
        context.set("kms:CallerAccount", if signed { Entry::One(account) } else { Entry::Absent });
        if kind == Kind::User {
            context.one("aws:username", arn::name(&self.principal.arn));
        } else {
            context.set("aws:username", Entry::Absent);
        }
        if kind != Kind::Service {
            for key in ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"] {
                context.set(key, Entry::Absent);
            }
            context.set("aws:PrincipalServiceName", Entry::Absent);
        } else {
            context.one("aws:PrincipalServiceName", &self.principal.arn);
            context.one("aws:SourceAccount", arn::account(self.ask.resource()));
        }
        self.fill_tags();
    }

    /// Tags of the role or user. A session may carry further tags, which no read call tells.
    fn fill_tags(&mut self) {
        let Known::Yes(entity) = &self.entity else { return };
        let tags = entity.get("Tags").and_then(Value::as_array).into_iter().flatten();
        for tag in tags {
            if let (Some(key), Some(value)) = (field(tag, "Key"), field(tag, "Value")) {
                self.context.one(&format!("aws:PrincipalTag/{key}"), value);
            }
        }
        if self.principal.kind != Kind::Session {
            self.context.set("aws:PrincipalTag/", Entry::Absent);
        }
    }

    fn fill_organization(&mut self) {
        let id = match self.organization() {
            Known::Yes(organization) => field(organization, "Id").map(|id| Entry::One(id.to_owned())),
            Known::Absent => Some(Entry::Absent),
            Known::Unknown(why) => Some(Entry::Unknown(why.text)),
        };
        let caller = caller(self.reading).yes().and_then(|caller| field(caller, "Account"));
        let Some(id) = id else { return };
        if caller == Some(&self.principal.account) && !self.principal.account.is_empty() {
            self.context.set("aws:PrincipalOrgID", id.clone());
        } else if self.principal.account.is_empty() {
            self.context.set("aws:PrincipalOrgID", Entry::Absent);
        }
        let owner = self.resource_account().to_owned();
        if !owner.is_empty() {
            self.context.one("aws:ResourceAccount", &owner);
        }
        if caller == Some(&owner) {
            self.context.set("aws:ResourceOrgID", id);
        }
    }

    /// Keys that tell the way (reference: "Condition keys by path").
    fn fill_path(&mut self) {
        const ENDPOINT: [&str; 4] = ["aws:SourceVpce", "aws:SourceVpc", "aws:VpcSourceIp", "aws:SourceVpcArn"];
        if self.ask.text("via").is_some() {
            for key in ENDPOINT {
                self.context.set(key, Entry::Absent);
            }
            self.context.one("aws:ViaAWSService", "true");
            return;
        }
        self.context.one("aws:ViaAWSService", "false");
        self.context.set("aws:CalledVia", Entry::Absent);
        let way = match self.way() {
            Known::Yes(way) => way,
            Known::Absent => {
                let why = "the way there: nothing leads out of the VPC".to_owned();
                return ENDPOINT.iter().for_each(|key| self.context.set(key, Entry::Unknown(why.clone())));
            }
            Known::Unknown(why) => {
                return ENDPOINT.iter().for_each(|key| self.context.set(key, Entry::Unknown(why.text.clone())));
            }
        };
        if matches!(way.kind, WayKind::GatewayEndpoint | WayKind::InterfaceEndpoint) {
            self.by_endpoint(&way);
        } else {
            ENDPOINT.iter().for_each(|key| self.context.set(key, Entry::Absent));
            match way.source_ip {
                Known::Yes(ip) => self.context.one("aws:SourceIp", ip.to_string()),
                Known::Absent => self.context.set("aws:SourceIp", Entry::Absent),
                Known::Unknown(_) => {}
            }
        }
    }

    fn by_endpoint(&mut self, way: &Way) {
        let one = |value: &Option<String>| value.clone().map_or(Entry::Unknown(String::new()), Entry::One);
        let newer = VPCE_KEYS.contains(&self.service());
        self.context.set("aws:SourceVpce", one(&way.id));
        self.context.set("aws:SourceVpc", one(&way.vpc));
        self.context.set("aws:SourceIp", Entry::Absent);
        if let [ip] = way.private_ips[..] {
            self.context.one("aws:VpcSourceIp", ip.to_string());
        }
        self.context.set("aws:VpceAccount", if newer { one(&way.vpc_account) } else { Entry::Absent });
        match (newer, &way.vpc, &way.vpc_account) {
            (true, Some(vpc), Some(account)) => {
                let region = self.region();
                self.context.one("aws:SourceVpcArn", format!("arn:aws:ec2:{region}:{account}:vpc/{vpc}"));
            }
            (false, ..) => self.context.set("aws:SourceVpcArn", Entry::Absent),
            _ => {}
        }
        if newer && way.vpc_account.as_deref() == Some(&self.principal.account) {
            let organization = self.context.get("aws:PrincipalOrgID").clone();
            self.context.set("aws:VpceOrgID", organization);
        }
    }

    /// Keys of the call itself. Every call of the SDKs and the CLI is made over TLS and signed with version 4.
    fn fill_call(&mut self) {
        let region = self.region();
        if !region.is_empty() {
            self.context.one("aws:RequestedRegion", &region);
        }
        self.context.one("aws:SecureTransport", "true");
        if self.service() == "s3" && self.principal.kind != Kind::Anonymous {
            self.context.one("s3:signatureversion", "AWS4-HMAC-SHA256");
            self.context.one("s3:authType", "REST-HEADER");
        }
        if let Some(at) =
            self.reading.facts().all().iter().map(|fact| fact.at.as_str()).min().filter(|at| !at.is_empty())
        {
            self.context.one("aws:CurrentTime", at);
            if let Ok(time) = at.parse::<jiff::Timestamp>() {
                self.context.one("aws:EpochTime", time.as_second().to_string());
            }
        }
        match self.ask.text("via") {
            Some(service) => self.context.one("kms:ViaService", format!("{service}.{region}.amazonaws.com")),
            None => self.context.set("kms:ViaService", Entry::Absent),
        }
        self.fill_encryption();
        self.fill_access_point();
        if self.ask.action.eq_ignore_ascii_case("iam:PassRole")
            && let Some(service) = self.ask.text("service")
        {
            self.context.one("iam:PassedToService", service);
        }
        if self.ask.action.to_ascii_lowercase().starts_with("sts:assumerole") {
            self.context.set("sts:ExternalId", Entry::Absent);
        }
    }

    /// By which a bucket's policy hands decisions to access points (S3 User Guide, `access-points-policies`).
    fn fill_access_point(&mut self) {
        const KEYS: [&str; 3] = ["s3:DataAccessPointArn", "s3:DataAccessPointAccount", "s3:AccessPointNetworkOrigin"];
        if self.service() != "s3" {
            return;
        }
        let point = self.ask.request.inputs.get("access-point").map(String::as_str).unwrap_or_default();
        let Some(arn) = arn::Arn::parse(point) else {
            return KEYS.iter().for_each(|key| self.context.set(key, Entry::Absent));
        };
        self.context.one(KEYS[0], point);
        self.context.one(KEYS[1], arn.account);
        let params = [("AccountId", arn.account), ("Name", arn.name())];
        if let Known::Yes(described) = self.reading.answer("s3control:GetAccessPoint", &params) {
            let vpc = described.get("VpcConfiguration").is_some_and(Value::is_object);
            self.context
                .one(KEYS[2], field(described, "NetworkOrigin").unwrap_or(if vpc { "VPC" } else { "Internet" }));
        }
    }

    /// What S3 gives along to KMS: the object's ARN, or the bucket's where a bucket key is used (S3 User Guide, `bucket-key`).
    fn fill_encryption(&mut self) {
        let object = &self.ask.request.resource;
        let (Some("s3"), Some(bucket)) = (self.ask.text("via"), arn::bucket(object)) else { return };
        let Known::Yes(body) = self.reading.answer("s3:GetBucketEncryption", &[("Bucket", bucket)]) else { return };
        let rules = body.pointer("/ServerSideEncryptionConfiguration/Rules").and_then(Value::as_array);
        let keyed =
            rules.into_iter().flatten().any(|rule| rule.get("BucketKeyEnabled").and_then(Value::as_bool) == Some(true));
        let bucket_arn = format!("arn:aws:s3:::{bucket}");
        self.context.one("kms:EncryptionContext:aws:s3:arn", if keyed { bucket_arn } else { object.clone() });
        self.context.set("kms:EncryptionContextKeys", Entry::Many(vec!["aws:s3:arn".into()]));
    }

    /// What the step and the user say themselves counts most.
    fn fill_said(&mut self) {
        if let Some(Value::Object(said)) = self.ask.with.get("context") {
            for (key, value) in said {
                self.context.set(key, entry(value));
            }
        }
        for (key, value) in self.ask.request.stated_context() {
            self.context.set(key, if value.is_empty() { Entry::Absent } else { Entry::One(value.to_owned()) });
        }
    }
}

fn entry(value: &Value) -> Entry {
    match value {
        Value::String(text) => Entry::One(text.clone()),
        Value::Array(items) => Entry::Many(items.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        Value::Null => Entry::Absent,
        other => Entry::One(other.to_string()),
    }
}

/// The text under a key.
pub fn field<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}

/// Who is asking the cloud.
pub fn caller<'a>(reading: &Reading<'a>) -> Known<&'a Value> {
    reading.answer("sts:GetCallerIdentity", &[])
}

fn other_account(account: &str) -> Why {
    Why::not_readable(format!("the IAM of account {account}, read with credentials of that account"))
}

/// What IAM says of the role behind a role or session, or of a user. IAM answers for the caller's account only: a role of the same
/// name there is another role.
fn entity<'a>(reading: &Reading<'a>, principal: &Principal, caller: Option<&str>) -> Known<&'a Value> {
    let body = match principal.kind {
        Kind::Role | Kind::Session => reading.answer("iam:GetRole", &[("RoleName", role_name(principal))]),
        Kind::User => reading.answer("iam:GetUser", &[("UserName", arn::name(&principal.arn))]),
        _ => return Known::Absent,
    };
    let foreign = caller.is_some_and(|caller| caller != principal.account);
    match body.and_then(|body| body.get("Role").or_else(|| body.get("User")).map_or(Known::Absent, Known::Yes)) {
        Known::Yes(entity) if field(entity, "Arn").is_none_or(|own| arn::account(own) == principal.account) => {
            Known::Yes(entity)
        }
        Known::Yes(_) => Known::Unknown(reading.missed(other_account(&principal.account))),
        Known::Absent if foreign => Known::Unknown(reading.missed(other_account(&principal.account))),
        other => other,
    }
}

/// The name of the role behind a role or session.
pub fn role_name(principal: &Principal) -> &str {
    let rest = Arn::parse(&principal.arn).map_or("", |arn| arn.rest());
    match principal.kind {
        Kind::Session => rest.split('/').next().unwrap_or_default(),
        _ => arn::name(rest),
    }
}

/// The endpoint service behind an action's service.
fn endpoint_service(service: &str) -> &str {
    match service {
        "sagemaker" => "sagemaker.api",
        "ecr" => "ecr.api",
        other => other,
    }
}

/// The Region a step's call goes to.
pub fn region(ask: &Ask<'_>) -> String {
    let resource = ask.resource();
    let own = Arn::parse(resource).map_or("", |arn| arn.region);
    if !own.is_empty() {
        return own.to_owned();
    }
    if let Some(bucket) = arn::bucket(resource)
        && let Some(found) = bucket_region(ask.reading, bucket)
    {
        return found;
    }
    place_region(ask.reading, ask.origin()).unwrap_or_default()
}

/// "Buckets in Region us-east-1 have a LocationConstraint of null" (S3 API, `GetBucketLocation`).
pub fn bucket_region(reading: &Reading<'_>, bucket: &str) -> Option<String> {
    let body = reading.answer("s3:GetBucketLocation", &[("Bucket", bucket)]).yes()?;
    Some(match field(body, "LocationConstraint") {
        None | Some("") => "us-east-1".to_owned(),
        Some("EU") => "eu-west-1".to_owned(),
        Some(region) => region.to_owned(),
    })
}

/// The Region of the subnets a request comes from: their Availability Zone without its letter.
fn place_region(reading: &Reading<'_>, origin: &str) -> Option<String> {
    let Known::Yes(Place { subnets, .. }) = place(reading, origin) else { return None };
    let zone = super::network::subnet_zone(reading, subnets.first()?)?;
    Some(zone.trim_end_matches(|c: char| c.is_ascii_lowercase()).to_owned())
}

/// The policy that a resource carries itself.
fn resource_policy(reading: &Reading<'_>, resource: &str) -> Known<Document> {
    let Some(arn) = Arn::parse(resource) else { return Known::Absent };
    let (call, name, value, key) = match (arn.service, arn.kind()) {
        ("s3", _) => ("s3:GetBucketPolicy", "Bucket", arn::bucket(resource).unwrap_or_default(), "Policy"),
        ("ecr", "repository") => ("ecr:GetRepositoryPolicy", "repositoryName", arn.rest(), "policyText"),
        ("iam", "role") => ("iam:GetRole", "RoleName", arn.name(), "AssumeRolePolicyDocument"),
        ("kms", "key") => return key_policy(reading, resource),
        _ => return Known::Absent,
    };
    let body = match reading.answer(call, &[(name, value)]) {
        // A role of the same name in the caller's account is another role.
        Known::Yes(body) if arn.service == "iam" && of_other_account(body, arn.account) => {
            Known::Unknown(reading.missed(other_account(arn.account)))
        }
        Known::Absent
            if arn.service == "iam" && caller(reading).yes().and_then(|c| field(c, "Account")) != Some(arn.account) =>
        {
            Known::Unknown(reading.missed(other_account(arn.account)))
        }
        body => body,
    };
    compiled(reading, call, &format!("{value} policy"), body.and_then(|body| policy_text(body, key)))
}

fn of_other_account(body: &Value, account: &str) -> bool {
    let own = body.get("Role").and_then(|role| field(role, "Arn"));
    own.is_some_and(|own| arn::account(own) != account)
}

fn policy_text<'a>(body: &'a Value, key: &str) -> Known<&'a Value> {
    body.get("Role").unwrap_or(body).get(key).map_or(Known::Absent, Known::Yes)
}

/// A key's policy: asked for by ARN or id.
fn key_policy(reading: &Reading<'_>, key: &str) -> Known<Document> {
    let body = reading.find("kms:GetKeyPolicy", |fact| {
        fact.params.get("KeyId").and_then(Value::as_str).is_some_and(|asked| same_key(asked, key))
    });
    let call = "kms:GetKeyPolicy";
    compiled(reading, call, &format!("{} policy", arn::name(key)), body.and_then(|body| policy_text(body, "Policy")))
}

/// True when both name the same key: an ARN and its id do.
pub fn same_key(left: &str, right: &str) -> bool {
    left == right || arn::name(left) == arn::name(right)
}

/// A document compiled; one that cannot be read as a policy is not known.
pub fn compiled(reading: &Reading<'_>, call: &str, name: &str, source: Known<&Value>) -> Known<Document> {
    source.and_then(|source| match Document::compile(name, source) {
        Ok(document) => Known::Yes(document),
        Err(error) => Known::Unknown(reading.missed(Why {
            call: call.to_owned(),
            not: WhyNot::NotReadable,
            text: error.to_string(),
        })),
    })
}
