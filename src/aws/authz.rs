//! One case of authorization judged whole, as AWS orders it (IAM User Guide, `reference_policies_evaluation-logic`): what
//! `gatewalk eval aws-authz` answers. Everything is known here, so there is no third value.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::arn;
use super::policy::{Context, Document, Entry, Grade, Kind, Principal, Question, Ruling};
use crate::facts::Tri;

/// A case, as the contract's section 6 has it.
#[derive(Debug, Deserialize)]
pub struct Case {
    /// Copied to the answer.
    pub id: Value,
    request: Request,
    policies: Policies,
    #[serde(default)]
    settings: Settings,
    #[serde(default)]
    org: Option<Organization>,
}

#[derive(Debug, Deserialize)]
struct Request {
    principal: Who,
    action: String,
    resource: Resource,
    #[serde(default)]
    context: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Who {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    account: String,
    #[serde(default)]
    arn: String,
    role_arn: Option<String>,
    #[serde(default)]
    service: String,
}

#[derive(Debug, Deserialize)]
struct Resource {
    arn: String,
    #[serde(default)]
    account: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
    document: Value,
}

#[derive(Debug, Deserialize)]
struct Level {
    target: String,
    policies: Vec<Named>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Policies {
    identity: Vec<Named>,
    session: Option<Named>,
    boundary: Option<Named>,
    resource: Option<Named>,
    scp: Vec<Level>,
    rcp: Vec<Level>,
    endpoint: Option<Named>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Settings {
    s3_restrict_public_buckets: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Organization {
    management_account: Option<String>,
}

/// What one layer, or the whole, comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Allowed,
    Explicit,
    Implicit,
    AllowedForAccount,
    DeniedForAccount,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Outcome::Allowed => "Allowed",
            Outcome::Explicit => "ExplicitlyDenied",
            Outcome::Implicit => "ImplicitlyDenied",
            Outcome::AllowedForAccount => "AllowedForAccount",
            Outcome::DeniedForAccount => "DeniedForAccount",
        }
    }
}

/// Layers judged so far, with every statement that matched.
struct Judging<'c> {
    question: Question<'c>,
    matched: Vec<Value>,
}

/// The answer to a case; the error says what of it cannot be judged.
pub fn answer(case: &Case) -> Result<Value, String> {
    let principal = principal(case)?;
    let request = &case.request;
    if request.action.eq_ignore_ascii_case("sts:GetCallerIdentity") && principal.kind != Kind::Anonymous {
        return Ok(caller_identity(case));
    }
    let context = context(case);
    let question =
        Question { principal: &principal, action: &request.action, resource: &request.resource.arn, context: &context };
    let mut judging = Judging { question, matched: Vec::new() };
    let signs = !matches!(principal.kind, Kind::Service | Kind::Anonymous);
    let policies = &case.policies;
    let identity = match signs {
        true => judging.together("identity", None, &policies.identity)?,
        false => Outcome::Implicit,
    };
    let session = judging.single("session", policies.session.as_ref().filter(|_| signs))?;
    let boundary = judging.single("boundary", policies.boundary.as_ref().filter(|_| signs))?;
    let endpoint = judging.single("endpoint", policies.endpoint.as_ref())?;
    let own = judging.resource(policies.resource.as_ref())?;
    let scp_applies = signs && !principal.is_service_linked() && !case.manages(&principal.account);
    let scp = judging.levels("scp", if scp_applies { &policies.scp } else { &[] }, false)?;
    let owner = request.resource.account.clone().unwrap_or_default();
    let rcp_applies = !principal.is_service_linked() && !case.manages(&owner) && covered(&request.action);
    let rcp = judging.levels("rcp", if rcp_applies { &policies.rcp } else { &[] }, true)?;
    let layers = Layers { identity, session, boundary, endpoint, own: own.as_ref(), scp: scp.0, rcp: rcp.0 };
    let core = layers.core(case, &principal, &owner);
    let (blocks, explicit) = layers.guards(case, &principal, &owner, core);
    let result = if explicit || core == Outcome::Explicit {
        Outcome::Explicit
    } else if !blocks.is_empty() || core != Outcome::Allowed {
        Outcome::Implicit
    } else {
        Outcome::Allowed
    };
    let word = |outcome: Option<Outcome>| outcome.map(Outcome::as_str);
    Ok(json!({
        "id": case.id, "result": result.as_str(),
        "blockedBy": if core == Outcome::Allowed { blocks } else { Vec::new() },
        "layers": {
            "identity": identity.as_str(), "session": word(session), "boundary": word(boundary), "resource": word(own.map(|own| own.outcome)),
            "scp": word(scp.0), "rcp": word(rcp.0), "endpoint": word(endpoint),
        },
        "scpLevels": scp.1, "matched": judging.matched,
    }))
}

fn caller_identity(case: &Case) -> Value {
    json!({
        "id": case.id, "result": "Allowed", "blockedBy": [],
        "layers": {"identity": null, "session": null, "boundary": null, "resource": null, "scp": null, "rcp": null, "endpoint": null},
        "scpLevels": [], "matched": [],
    })
}

impl Case {
    fn manages(&self, account: &str) -> bool {
        self.org.as_ref().and_then(|org| org.management_account.as_deref()) == Some(account) && !account.is_empty()
    }
}

fn covered(action: &str) -> bool {
    super::gates::rcp_covers(action.split(':').next().unwrap_or_default())
}

fn principal(case: &Case) -> Result<Principal, String> {
    let who = &case.request.principal;
    let text = match who.kind.as_str() {
        "Anonymous" => crate::model::ANONYMOUS,
        "Service" => &who.service,
        _ => &who.arn,
    };
    let mut principal = Principal::parse(text).ok_or_else(|| format!("`{text}` is no principal of AWS"))?;
    if let Some(role) = &who.role_arn {
        principal.role = Some(role.clone());
    }
    if !who.account.is_empty() {
        principal.account.clone_from(&who.account);
    }
    principal.bounded = case.policies.boundary.is_some();
    Ok(principal)
}

fn context(case: &Case) -> Context {
    let mut context = Context::complete();
    for (key, value) in &case.request.context {
        let entry = match value {
            Value::String(text) => Entry::One(text.clone()),
            Value::Array(items) => Entry::Many(items.iter().map(spelled).collect()),
            Value::Null => Entry::Absent,
            other => Entry::One(spelled(other)),
        };
        context.set(key, entry);
    }
    context
}

fn spelled(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What the resource's own policy comes to.
#[derive(Debug, Clone, Copy)]
struct Own {
    outcome: Outcome,
    /// An allow names the principal itself.
    direct: bool,
    /// An allow names its account.
    delegates: bool,
    public: bool,
}

impl Judging<'_> {
    fn rule(&mut self, layer: &str, target: Option<&str>, policy: &Named) -> Result<(Ruling, Document), String> {
        let document = Document::compile(&policy.name, &policy.document).map_err(|error| error.to_string())?;
        let ruling = document.judge(&self.question);
        for hit in ruling.denies.iter().chain(&ruling.allows) {
            let Some(statement) = document.statements.get(hit.statement) else { continue };
            let mut entry = json!({"layer": layer});
            if let Some(target) = target {
                entry["target"] = json!(target);
            }
            entry["policy"] = json!(policy.name);
            entry["statement"] = json!(hit.statement);
            if let Some(sid) = statement.source.get("Sid") {
                entry["sid"] = sid.clone();
            }
            entry["effect"] = json!(if statement.allows() { "Allow" } else { "Deny" });
            if layer == "resource" {
                entry["principalMatch"] = json!(match hit.grade {
                    Grade::Direct => "Match",
                    Grade::Role => self.role_match(),
                    Grade::Account => "AccountLevelMatch",
                });
            }
            self.matched.push(entry);
        }
        Ok((ruling, document))
    }

    /// A role's ARN names a session of it as such.
    fn role_match(&self) -> &'static str {
        if self.question.principal.kind == Kind::Session { "SessionRoleMatch" } else { "Match" }
    }

    fn together(&mut self, layer: &str, target: Option<&str>, policies: &[Named]) -> Result<Outcome, String> {
        let (mut deny, mut allow) = (false, false);
        for policy in policies {
            let (ruling, _) = self.rule(layer, target, policy)?;
            deny |= ruling.deny() == Tri::True;
            allow |= ruling.allow(Grade::Account) == Tri::True;
        }
        Ok(match (deny, allow) {
            (true, _) => Outcome::Explicit,
            (false, true) => Outcome::Allowed,
            (false, false) => Outcome::Implicit,
        })
    }

    fn single(&mut self, layer: &str, policy: Option<&Named>) -> Result<Option<Outcome>, String> {
        policy.map(|policy| self.together(layer, None, std::slice::from_ref(policy))).transpose()
    }

    fn levels(
        &mut self,
        layer: &str,
        levels: &[Level],
        allows_all: bool,
    ) -> Result<(Option<Outcome>, Vec<Value>), String> {
        if levels.is_empty() {
            return Ok((None, Vec::new()));
        }
        let mut whole = Outcome::Allowed;
        let mut each = Vec::new();
        for level in levels {
            let outcome = match self.together(layer, Some(&level.target), &level.policies)? {
                Outcome::Implicit if allows_all => Outcome::Allowed,
                outcome => outcome,
            };
            each.push(json!({"target": level.target, "result": outcome.as_str()}));
            whole = match (whole, outcome) {
                (Outcome::Explicit, _) | (_, Outcome::Explicit) => Outcome::Explicit,
                (Outcome::Implicit, _) | (_, Outcome::Implicit) => Outcome::Implicit,
                _ => Outcome::Allowed,
            };
        }
        Ok((Some(whole), each))
    }

    fn resource(&mut self, policy: Option<&Named>) -> Result<Option<Own>, String> {
        let Some(policy) = policy else { return Ok(None) };
        let (ruling, document) = self.rule("resource", None, policy)?;
        let denies = |at_least: Grade| ruling.denies.iter().any(|hit| hit.grade >= at_least);
        let outcome = if denies(Grade::Role) {
            Outcome::Explicit
        } else if denies(Grade::Account) {
            Outcome::DeniedForAccount
        } else if ruling.allow(Grade::Role) == Tri::True {
            Outcome::Allowed
        } else if ruling.allow(Grade::Account) == Tri::True {
            Outcome::AllowedForAccount
        } else {
            Outcome::Implicit
        };
        let delegates = ruling.allows.iter().any(|hit| hit.grade == Grade::Account);
        let direct = ruling.allow(Grade::Direct) == Tri::True;
        Ok(Some(Own { outcome, direct, delegates, public: document.is_public() }))
    }
}

struct Layers<'l> {
    identity: Outcome,
    session: Option<Outcome>,
    boundary: Option<Outcome>,
    endpoint: Option<Outcome>,
    own: Option<&'l Own>,
    scp: Option<Outcome>,
    rcp: Option<Outcome>,
}

impl Layers<'_> {
    fn own(&self) -> Outcome {
        self.own.map_or(Outcome::Implicit, |own| own.outcome)
    }

    /// A direct grant of the resource's policy is not limited by boundary and session policy (IAM User Guide,
    /// `access_policies_boundaries`, `access_policies`).
    fn unlimited(&self, same_account: bool) -> bool {
        same_account && self.own() == Outcome::Allowed && self.own.is_some_and(|own| own.direct)
    }

    fn core(&self, case: &Case, principal: &Principal, owner: &str) -> Outcome {
        let own = self.own();
        let same_account = principal.account == owner;
        match (principal.kind, self.session) {
            (Kind::Anonymous, _) => match own {
                Outcome::Allowed => return Outcome::Allowed,
                Outcome::Explicit | Outcome::DeniedForAccount => return Outcome::Explicit,
                _ => return Outcome::Implicit,
            },
            (_, Some(Outcome::Explicit)) => return Outcome::Explicit,
            (_, Some(session)) if session != Outcome::Allowed && !self.unlimited(same_account) => return session,
            (Kind::Service, _) => return if own == Outcome::Allowed { Outcome::Allowed } else { Outcome::Implicit },
            _ => {}
        }
        let identity = principal.kind == Kind::Root || self.identity == Outcome::Allowed;
        let resource = &case.request.resource.arn;
        let guarded = match arn::Arn::parse(resource) {
            Some(arn) if arn.service == "kms" => true,
            Some(arn) => arn.service == "iam" && arn.kind() == "role" && case.policies.resource.is_some(),
            None => false,
        };
        let delegated = !guarded || self.own.is_some_and(|own| own.delegates);
        let granted = match same_account {
            true => own == Outcome::Allowed || (identity && delegated),
            false => matches!(own, Outcome::Allowed | Outcome::AllowedForAccount) && identity,
        };
        if granted { Outcome::Allowed } else { Outcome::Implicit }
    }

    /// The guardrails that block, in alphabetical order, and whether one of them denies explicitly.
    fn guards(&self, case: &Case, principal: &Principal, owner: &str, core: Outcome) -> (Vec<&'static str>, bool) {
        let same_account = principal.account == owner;
        let anonymous = principal.kind == Kind::Anonymous;
        let denies = |outcome: Option<Outcome>| outcome == Some(Outcome::Explicit);
        let own_denies = matches!(self.own(), Outcome::Explicit | Outcome::DeniedForAccount) && !anonymous;
        let boundary = match self.boundary {
            Some(Outcome::Explicit) => true,
            Some(Outcome::Implicit) => !self.unlimited(same_account),
            _ => false,
        };
        let mut blocks = Vec::new();
        let mut block = |name, blocks_it| {
            if blocks_it {
                blocks.push(name);
            }
        };
        block("identity", self.identity == Outcome::Explicit);
        block("pb", boundary);
        block("rcp", denies(self.rcp));
        block("resource", own_denies);
        block("scp", self.scp.is_some_and(|scp| scp != Outcome::Allowed) && !anonymous);
        block("vpce", self.endpoint.is_some_and(|endpoint| endpoint != Outcome::Allowed));
        let explicit = self.identity == Outcome::Explicit
            || denies(self.boundary)
            || denies(self.rcp)
            || own_denies
            || denies(self.scp)
            || denies(self.endpoint);
        let outsider = principal.kind != Kind::Service && !same_account;
        let public = case.settings.s3_restrict_public_buckets && self.own.is_some_and(|own| own.public);
        if public && outsider && blocks.is_empty() && core == Outcome::Allowed {
            return (vec!["s3-bpa"], true);
        }
        (blocks, explicit)
    }
}
