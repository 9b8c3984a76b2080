//! One case of authorization judged whole, as AWS orders it (IAM User Guide, `reference_policies_evaluation-logic`): what
//! `gatewalk eval aws-authz` answers. Everything is known here, so there is no third value.
//!
//! | file | what is in it |
//! |---|---|
//! | here | layer by layer, then the whole |
//! | `case` | what is asked, borrowed from the line |
//! | `documents` | policies compiled once |
//! | `answer` | what is answered |

mod answer;
mod case;
mod documents;

use std::sync::Arc;

use self::answer::{LevelOutcome, Matched, Outcome, Sid};
use self::documents::{Compiled, Policy};
use super::arn;
use super::policy::{Document, Grade, Kind, Principal, Question, Ruling};
use crate::facts::Tri;

pub use answer::Answer;
pub use case::Case;
pub use documents::Documents;

/// Layers judged so far, with every statement that matched.
struct Judging<'c, 'q> {
    question: Question<'q>,
    matched: Vec<Matched<'c>>,
}

/// The answer to a case; the error says what of it cannot be judged.
pub fn answer<'c>(case: &'c Case<'c>, documents: &mut Documents) -> Result<Answer<'c>, String> {
    let principal = principal(case)?;
    let request = &case.request;
    if request.action.eq_ignore_ascii_case("sts:GetCallerIdentity") && principal.kind != Kind::Anonymous {
        return Ok(caller_identity(case));
    }
    let policies = documents.compile(&case.policies)?;
    Ok(judge(case, &principal, &policies))
}

/// The policies of one case, compiled, to be asked about the requests of others.
#[derive(Debug)]
pub struct Prepared<'c> {
    policies: Compiled<'c>,
}

impl<'c> Prepared<'c> {
    /// Compiles the policies of a case; the error says which is none.
    pub fn new(case: &'c Case<'c>, documents: &mut Documents) -> Result<Self, String> {
        Ok(Prepared { policies: documents.compile(&case.policies)? })
    }

    /// The answer to a case's request under these policies, whatever its own are.
    pub fn answer(&self, case: &'c Case<'c>) -> Result<Answer<'c>, String> {
        let mut principal = principal(case)?;
        principal.bounded = self.policies.boundary.is_some();
        Ok(judge(case, &principal, &self.policies))
    }
}

fn judge<'c>(case: &'c Case<'c>, principal: &Principal, policies: &Compiled<'c>) -> Answer<'c> {
    let request = &case.request;
    let question = Question::new(principal, &request.action, &request.resource.arn, &request.context.0);
    let mut judging = Judging { question, matched: Vec::with_capacity(12) };
    let signs = !matches!(principal.kind, Kind::Service | Kind::Anonymous);
    let identity = match signs {
        true => judging.together("identity", None, &policies.identity),
        false => Outcome::Implicit,
    };
    let session = judging.single("session", policies.session.as_ref().filter(|_| signs));
    let boundary = judging.single("boundary", policies.boundary.as_ref().filter(|_| signs));
    let endpoint = judging.single("endpoint", policies.endpoint.as_ref());
    let own = judging.resource(policies.resource.as_ref());
    let scp_applies = signs && !principal.is_service_linked() && !case.manages(&principal.account);
    let scp = judging.levels("scp", if scp_applies { &policies.scp } else { &[] }, false);
    let owner = request.resource.account.as_deref().unwrap_or_default();
    let rcp_applies = !principal.is_service_linked() && !case.manages(owner) && covered(&request.action);
    let rcp = judging.levels("rcp", if rcp_applies { &policies.rcp } else { &[] }, true);
    let layers = Layers { identity, session, boundary, endpoint, own: own.as_ref(), scp: scp.0, rcp: rcp.0 };
    let core = layers.core(case, policies, principal, owner);
    let (blocks, explicit) = layers.guards(case, principal, owner, core);
    let result = if explicit || core == Outcome::Explicit {
        Outcome::Explicit
    } else if !blocks.is_empty() || core != Outcome::Allowed {
        Outcome::Implicit
    } else {
        Outcome::Allowed
    };
    Answer {
        id: case.id,
        result,
        blocked_by: if core == Outcome::Allowed { blocks } else { Vec::new() },
        layers: answer::Layers {
            identity: Some(identity),
            session,
            boundary,
            resource: own.map(|own| own.outcome),
            scp: scp.0,
            rcp: rcp.0,
            endpoint,
        },
        scp_levels: scp.1,
        matched: judging.matched,
    }
}

/// Nobody can be denied to ask who they are (STS API Reference, `API_GetCallerIdentity`).
fn caller_identity<'c>(case: &'c Case<'c>) -> Answer<'c> {
    Answer {
        id: case.id,
        result: Outcome::Allowed,
        blocked_by: Vec::new(),
        layers: answer::Layers::default(),
        scp_levels: Vec::new(),
        matched: Vec::new(),
    }
}

impl Case<'_> {
    fn manages(&self, account: &str) -> bool {
        self.org.as_ref().and_then(|org| org.management_account.as_deref()) == Some(account) && !account.is_empty()
    }
}

fn covered(action: &str) -> bool {
    super::gates::rcp_covers(action.split(':').next().unwrap_or_default())
}

fn principal(case: &Case<'_>) -> Result<Principal, String> {
    let who = &case.request.principal;
    let text = match who.kind.as_ref() {
        "Anonymous" => crate::model::ANONYMOUS,
        "Service" => &who.service,
        _ => &who.arn,
    };
    let mut principal = Principal::parse(text).ok_or_else(|| format!("`{text}` is no principal of AWS"))?;
    if let Some(role) = &who.role_arn {
        principal.role = Some(role.clone());
    }
    if !who.account.is_empty() {
        who.account.as_ref().clone_into(&mut principal.account);
    }
    principal.bounded = case.policies.boundary.is_some();
    Ok(principal)
}

/// What the resource's own policy comes to.
#[derive(Debug, Clone)]
struct Own {
    outcome: Outcome,
    /// An allow names the principal itself.
    direct: bool,
    /// An allow names its account.
    delegates: bool,
    document: Arc<Document>,
}

impl<'c> Judging<'c, '_> {
    fn rule(&mut self, layer: &'static str, target: Option<&'c str>, policy: &Policy<'c>) -> Ruling {
        let document = &policy.document;
        let ruling = document.judge(&self.question);
        for hit in ruling.denies.iter().chain(&ruling.allows) {
            let Some(statement) = document.statements.get(hit.statement) else { continue };
            let principal_match = (layer == "resource").then(|| match hit.grade {
                Grade::Direct => "Match",
                Grade::Role => self.role_match(),
                Grade::Account => "AccountLevelMatch",
            });
            self.matched.push(Matched {
                layer,
                target,
                policy: policy.name,
                statement: hit.statement,
                sid: statement.source.get("Sid").map(|_| Sid(Arc::clone(document), hit.statement)),
                effect: if statement.allows() { "Allow" } else { "Deny" },
                principal_match,
            });
        }
        ruling
    }

    /// A role's ARN names a session of it as such.
    fn role_match(&self) -> &'static str {
        if self.question.principal.kind == Kind::Session { "SessionRoleMatch" } else { "Match" }
    }

    fn together(&mut self, layer: &'static str, target: Option<&'c str>, policies: &[Policy<'c>]) -> Outcome {
        let (mut deny, mut allow) = (false, false);
        for policy in policies {
            let ruling = self.rule(layer, target, policy);
            deny |= ruling.deny() == Tri::True;
            allow |= ruling.allow(Grade::Account) == Tri::True;
        }
        match (deny, allow) {
            (true, _) => Outcome::Explicit,
            (false, true) => Outcome::Allowed,
            (false, false) => Outcome::Implicit,
        }
    }

    fn single(&mut self, layer: &'static str, policy: Option<&Policy<'c>>) -> Option<Outcome> {
        policy.map(|policy| self.together(layer, None, std::slice::from_ref(policy)))
    }

    fn levels(
        &mut self,
        layer: &'static str,
        levels: &[(&'c str, Vec<Policy<'c>>)],
        allows_all: bool,
    ) -> (Option<Outcome>, Vec<LevelOutcome<'c>>) {
        if levels.is_empty() {
            return (None, Vec::new());
        }
        let mut whole = Outcome::Allowed;
        let mut each = Vec::new();
        for (target, policies) in levels {
            let outcome = match self.together(layer, Some(target), policies) {
                Outcome::Implicit if allows_all => Outcome::Allowed,
                outcome => outcome,
            };
            each.push(LevelOutcome { target, result: outcome });
            whole = match (whole, outcome) {
                (Outcome::Explicit, _) | (_, Outcome::Explicit) => Outcome::Explicit,
                (Outcome::Implicit, _) | (_, Outcome::Implicit) => Outcome::Implicit,
                _ => Outcome::Allowed,
            };
        }
        (Some(whole), each)
    }

    fn resource(&mut self, policy: Option<&Policy<'c>>) -> Option<Own> {
        let policy = policy?;
        let ruling = self.rule("resource", None, policy);
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
        Some(Own { outcome, direct, delegates, document: Arc::clone(&policy.document) })
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

    fn core(&self, case: &Case<'_>, policies: &Compiled<'_>, principal: &Principal, owner: &str) -> Outcome {
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
        let resource = case.request.resource.arn.as_ref();
        let guarded = match arn::Arn::parse(resource) {
            Some(arn) if arn.service == "kms" => true,
            Some(arn) => arn.service == "iam" && arn.kind() == "role" && policies.resource.is_some(),
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
    fn guards(&self, case: &Case<'_>, principal: &Principal, owner: &str, core: Outcome) -> (Vec<&'static str>, bool) {
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
        let public = case.settings.s3_restrict_public_buckets && self.own.is_some_and(|own| own.document.is_public());
        if public && outsider && blocks.is_empty() && core == Outcome::Allowed {
            return (vec!["s3-bpa"], true);
        }
        (blocks, explicit)
    }
}
