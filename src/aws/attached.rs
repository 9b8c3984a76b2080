//! The policies that apply to a principal: its own, its boundary, its organization's.

use serde_json::Value;

use super::arn::{self, Arn};
use super::case::{Case, Kind, compiled, field, role_name};
use super::policy::{Document, Grade, Hit, Question};
use crate::facts::{Known, Reading, Tri, Why};
use crate::model::Decisive;

/// A policy where it is attached.
#[derive(Debug)]
pub struct Attached {
    /// The policy.
    pub document: Document,
    /// Whose configuration it is: the managed policy's ARN or id; for an inline one the role or user.
    pub owner: String,
}

/// Policies that count together, and those that could not be read.
#[derive(Debug, Default)]
pub struct Policies {
    /// Those that were read.
    pub read: Vec<Attached>,
    /// Why others were not.
    pub unread: Vec<Why>,
}

/// What policies that count together say.
#[derive(Debug)]
pub struct Said<'p> {
    /// Whether one denies.
    pub deny: Tri,
    /// Whether one allows.
    pub allow: Tri,
    /// The statements behind both: policy, hit, whether it allows.
    pub hits: Vec<(&'p Attached, Hit, bool)>,
    /// Condition keys that would have to be known.
    pub unknown: Vec<String>,
}

impl Policies {
    /// Puts the question to all of them. One that could not be read may say anything.
    pub fn judge(&self, question: &Question<'_>) -> Said<'_> {
        let blank = if self.unread.is_empty() { Tri::False } else { Tri::Unknown };
        let mut said = Said { deny: blank, allow: blank, hits: Vec::new(), unknown: Vec::new() };
        for attached in &self.read {
            let ruling = attached.document.judge(question);
            said.deny = said.deny.or(ruling.deny());
            said.allow = said.allow.or(ruling.allow(Grade::Account));
            said.unknown.extend(ruling.unknown);
            said.hits.extend(ruling.denies.into_iter().map(|hit| (attached, hit, false)));
            said.hits.extend(ruling.allows.into_iter().map(|hit| (attached, hit, true)));
        }
        said
    }

    fn add(&mut self, known: Known<Attached>) {
        match known {
            Known::Yes(attached) => self.read.push(attached),
            Known::Absent => {}
            Known::Unknown(why) => self.unread.push(why),
        }
    }

    fn need<T>(&mut self, known: Known<T>) -> Option<T> {
        match known {
            Known::Yes(value) => Some(value),
            Known::Absent => None,
            Known::Unknown(why) => {
                self.unread.push(why);
                None
            }
        }
    }
}

impl<'p> Said<'p> {
    /// The first certain statement that denies (or allows), with its policy.
    pub fn certain(&self, allows: bool) -> Option<(&'p Attached, &Hit)> {
        let wanted = |hit: &&(&Attached, Hit, bool)| hit.2 == allows && hit.1.certain == Tri::True;
        self.hits.iter().find(wanted).map(|(attached, hit, _)| (*attached, hit))
    }

    /// The certain statements that deny (or allow), as evidence.
    pub fn decisive(&self, allows: bool) -> Vec<Decisive> {
        let wanted = |hit: &&(&Attached, Hit, bool)| hit.2 == allows && hit.1.certain == Tri::True;
        self.hits.iter().filter(wanted).map(|(attached, hit, _)| decisive(&attached.document, hit)).collect()
    }
}

/// A statement as evidence.
pub fn decisive(document: &Document, hit: &Hit) -> Decisive {
    let statement = document.statements.get(hit.statement);
    Decisive {
        document: document.name.clone(),
        statement: statement.map_or_else(String::new, |statement| statement.label.clone()),
        text: statement.and_then(|statement| serde_json::to_string_pretty(&statement.source).ok()),
    }
}

/// The calls that list and read the policies of a role, user or group: attached, inline names, inline text, parameter.
struct Calls(&'static str, &'static str, &'static str, &'static str);

const ROLE: Calls = Calls("iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "iam:GetRolePolicy", "RoleName");
const USER: Calls = Calls("iam:ListAttachedUserPolicies", "iam:ListUserPolicies", "iam:GetUserPolicy", "UserName");
const GROUP: Calls = Calls("iam:ListAttachedGroupPolicies", "iam:ListGroupPolicies", "iam:GetGroupPolicy", "GroupName");

/// The identity-based policies of the principal: managed and inline, for a user those of its groups too.
pub fn identity(case: &Case<'_>) -> Policies {
    let mut policies = Policies::default();
    if let Some(why) = case.foreign_iam() {
        policies.unread.push(why);
        return policies;
    }
    match case.principal.kind {
        Kind::Role | Kind::Session => {
            let owner = case.principal.role.clone().unwrap_or_else(|| case.principal.arn.clone());
            of(case.reading, &ROLE, role_name(&case.principal), &owner, &mut policies);
        }
        Kind::User => {
            let user = arn::name(&case.principal.arn).to_owned();
            of(case.reading, &USER, &user, &case.principal.arn, &mut policies);
            let groups = case.reading.answer("iam:ListGroupsForUser", &[("UserName", &user)]);
            for group in policies.need(groups).map(|body| items(body, "Groups")).unwrap_or_default() {
                let name = field(group, "GroupName").unwrap_or_default();
                of(case.reading, &GROUP, name, field(group, "Arn").unwrap_or(name), &mut policies);
            }
        }
        Kind::Federated | Kind::Root | Kind::Service | Kind::Anonymous => {}
    }
    policies
}

fn of(reading: &Reading<'_>, calls: &Calls, name: &str, owner: &str, policies: &mut Policies) {
    let Calls(attached, inline, inline_text, parameter) = *calls;
    let listed = policies.need(reading.answer(attached, &[(parameter, name)]));
    for policy in listed.map(|body| items(body, "AttachedPolicies")).unwrap_or_default() {
        if let Some(arn) = field(policy, "PolicyArn") {
            policies.add(managed(reading, arn));
        }
    }
    let names = policies.need(reading.answer(inline, &[(parameter, name)]));
    for policy in names.map(|body| items(body, "PolicyNames")).unwrap_or_default().into_iter().filter_map(Value::as_str)
    {
        let body = reading.answer(inline_text, &[(parameter, name), ("PolicyName", policy)]);
        let source = body.and_then(|body| body.get("PolicyDocument").map_or(Known::Absent, Known::Yes));
        let document = compiled(reading, inline_text, policy, source);
        policies.add(document.map(|document| Attached { document, owner: owner.to_owned() }));
    }
}

/// The version of a managed policy that is in force.
fn managed(reading: &Reading<'_>, arn: &str) -> Known<Attached> {
    let policy = reading.answer("iam:GetPolicy", &[("PolicyArn", arn)]);
    let version = policy.and_then(|body| {
        body.get("Policy").and_then(|policy| field(policy, "DefaultVersionId")).map_or(Known::Absent, Known::Yes)
    });
    let source = version.and_then(|version| {
        reading.answer("iam:GetPolicyVersion", &[("PolicyArn", arn), ("VersionId", version)]).and_then(|body| {
            body.get("PolicyVersion").and_then(|version| version.get("Document")).map_or(Known::Absent, Known::Yes)
        })
    });
    compiled(reading, "iam:GetPolicyVersion", arn::name(arn), source)
        .map(|document| Attached { document, owner: arn.to_owned() })
}

/// The permissions boundary of the principal.
pub fn boundary(case: &Case<'_>) -> Known<Attached> {
    let bounded = case.entity.as_ref().and_then(|entity| {
        let arn = entity.get("PermissionsBoundary").and_then(|b| field(b, "PermissionsBoundaryArn"));
        arn.map_or(Known::Absent, Known::Yes)
    });
    bounded.and_then(|arn| managed(case.reading, arn))
}

/// One level of an organization: a root, a unit or an account, with the policies attached there.
#[derive(Debug)]
pub struct Level {
    /// Its id.
    pub id: String,
    /// Its policies.
    pub policies: Policies,
}

/// The levels from the root down to the account, with the policies of one type (`SERVICE_CONTROL_POLICY`, …).
pub fn levels(reading: &Reading<'_>, account: &str, kind: &str) -> Known<Vec<Level>> {
    let mut chain = vec![account.to_owned()];
    // An organization has at most five levels of units (Organizations User Guide, `orgs_reference_limits`).
    while chain.len() < 8 {
        let Some(last) = chain.last().filter(|id| !id.starts_with("r-")) else { break };
        match reading.answer("organizations:ListParents", &[("ChildId", last)]) {
            Known::Yes(body) => match items(body, "Parents").first().and_then(|parent| field(parent, "Id")) {
                Some(parent) => chain.push(parent.to_owned()),
                None => break,
            },
            Known::Absent => return Known::Absent,
            Known::Unknown(why) => return Known::Unknown(why),
        }
    }
    Known::Yes(chain.into_iter().rev().map(|id| level(reading, id, kind)).collect())
}

fn level(reading: &Reading<'_>, id: String, kind: &str) -> Level {
    let mut policies = Policies::default();
    let listed = reading.answer("organizations:ListPoliciesForTarget", &[("TargetId", &id), ("Filter", kind)]);
    for summary in policies.need(listed).map(|body| items(body, "Policies")).unwrap_or_default() {
        let (policy, name) = (field(summary, "Id").unwrap_or_default(), field(summary, "Name"));
        let body = reading.answer("organizations:DescribePolicy", &[("PolicyId", policy)]);
        let source = body.and_then(|body| {
            body.get("Policy").and_then(|policy| policy.get("Content")).map_or(Known::Absent, Known::Yes)
        });
        let document = compiled(reading, "organizations:DescribePolicy", name.unwrap_or(policy), source);
        policies.add(document.map(|document| Attached { document, owner: policy.to_owned() }));
    }
    Level { id, policies }
}

/// The things in a list of an answer.
pub fn items<'v>(body: &'v Value, key: &str) -> Vec<&'v Value> {
    body.get(key).and_then(Value::as_array).into_iter().flatten().collect()
}

/// What people call the owner of a policy: `policy ml-access`, `role ml-training`.
pub fn called(owner: &str) -> String {
    match Arn::parse(owner) {
        Some(arn) if !arn.kind().is_empty() => format!("{} {}", arn.kind(), arn.name()),
        _ => owner.to_owned(),
    }
}
