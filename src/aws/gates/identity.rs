//! Who may: credentials, the identity's policies, what bounds them, and who may become a role.

use super::super::arn;
use super::super::attached::{Attached, boundary, called, identity};
use super::super::case::{Case, Kind, caller, field};
use super::super::policy::Grade;
use super::words::{
    allow_in_identity, allowed_by, denied, fix, keys, loosen, nearest, quoted, undecided, unread, what, who,
};
use crate::facts::{FactStatus, Known, Tri, WhyNot};
use crate::model::{Effect, Judgement, Risk};
use crate::provider::Ask;

/// Whose credentials are in use, and whether the identity asked about exists.
pub fn credentials(ask: &Ask<'_>) -> Judgement {
    let case = match Case::new(ask) {
        Ok(case) => case,
        Err(why) => return Judgement::unknown("unread", why),
    };
    if case.principal.kind == Kind::Anonymous {
        return Judgement::not_applicable("An anonymous request carries no credentials.");
    }
    let known = caller(ask.reading);
    let own_account = known.as_ref().yes().and_then(|caller| field(caller, "Account")) == Some(&case.principal.account);
    if let (Known::Absent, Kind::Role | Kind::Session | Kind::User, true) =
        (&case.entity, case.principal.kind, own_account)
    {
        let summary = format!("There is no {} in account {}.", who(&case), case.principal.account);
        let arn = &case.principal.arn;
        return Judgement::closed(Effect::Unusable, "no-such-principal", arn, summary).fix(fix(
            "Name an identity that exists: list the roles of the account",
            "whoever runs the workload",
            Risk::Low,
            "aws iam list-roles --query 'Roles[].Arn'",
        ));
    }
    match known {
        Known::Yes(caller) => {
            let me = field(caller, "Arn").unwrap_or_default();
            if me == case.principal.arn {
                Judgement::open(format!("The question is about the caller itself, {me}."))
            } else {
                Judgement::open(format!("Asked as {me} about {}.", case.principal.arn))
            }
        }
        Known::Absent => Judgement::unknown("unread", "Nobody knows whose credentials are in use."),
        Known::Unknown(why) if matches!(why.not, WhyNot::Ended(FactStatus::Error)) => {
            unread("Whose credentials are in use", &why).missing("credentials that AWS accepts")
        }
        Known::Unknown(why) => unread("Whose credentials are in use", &why),
    }
}

/// The identity's own policies.
pub fn identity_policy(ask: &Ask<'_>) -> Judgement {
    match Case::new(ask) {
        Ok(case) => own_policies(&case),
        Err(why) => Judgement::unknown("unread", why),
    }
}

/// Whether the identity may pass the role.
pub fn pass_role(ask: &Ask<'_>) -> Judgement {
    let (passed, owner) = (arn::account(ask.resource()), arn::account(ask.principal()));
    if !passed.is_empty() && !owner.is_empty() && passed != owner {
        let summary = format!(
            "The role {} belongs to account {passed}; roles can be passed within their own account only, here {owner}.",
            arn::name(ask.resource())
        );
        return Judgement::closed(Effect::Blocked, "other-account", ask.resource(), summary).fix(fix(
            format!("Create a role of account {owner} that may reach what the job needs, and pass that one"),
            "whoever starts the job",
            Risk::Medium,
            "aws iam create-role …",
        ));
    }
    identity_policy(ask)
}

/// Same account: the identity's allow or the resource's suffices; across accounts both must allow (IAM User Guide,
/// `reference_policies_evaluation-logic`).
fn own_policies(case: &Case<'_>) -> Judgement {
    match case.principal.kind {
        Kind::Anonymous | Kind::Service => {
            return Judgement::not_applicable(format!("{} has no policies of its own.", who(case)));
        }
        Kind::Root => return Judgement::open("The root user needs no allow."),
        Kind::Role | Kind::Session | Kind::User if case.entity == Known::Absent => {
            return Judgement::not_applicable(format!("There is no {}; see the gate `credentials`.", who(case)));
        }
        _ => {}
    }
    let policies = identity(case);
    let said = policies.judge(&case.question());
    if let Some((attached, hit)) = said.certain(false) {
        let label = attached.document.statements.get(hit.statement).map_or("", |statement| &statement.label);
        let summary = format!(
            "Statement {label} of {} ({}) denies {}.",
            attached.document.name,
            called(&attached.owner),
            what(case)
        );
        return Judgement::closed(Effect::ExplicitDeny, "explicit-deny", &attached.owner, summary)
            .decided_by(said.decisive(false))
            .fix(loosen(&attached.document, label, administrators(case), read_command(attached)));
    }
    let subject = format!("Whether the policies of {} allow {}", who(case), what(case));
    if said.deny == Tri::Unknown {
        return undecided(&subject, &said, policies.unread.first());
    }
    match said.allow {
        Tri::True => {
            let by = said.certain(true).map(|(attached, _)| attached.document.name.clone()).unwrap_or_default();
            Judgement::open(format!("{by} allows {} {}.", who(case), what(case))).decided_by(said.decisive(true))
        }
        other => {
            not_allowed_itself(case, other, &policies.read, || undecided(&subject, &said, policies.unread.first()))
        }
    }
}

/// What the resource's own policy changes when the identity's policies do not allow, or may not.
fn not_allowed_itself(
    case: &Case<'_>,
    allow: Tri,
    policies: &[Attached],
    undecided: impl Fn() -> Judgement,
) -> Judgement {
    let key = case.service() == "kms";
    let granted = match case.crosses_accounts() {
        true => Tri::False,
        false if key => case.resource_grants(Grade::Role).or(super::key::granted(case)),
        false => case.resource_grants(Grade::Role),
    };
    if granted == Tri::True {
        let summary = format!("The resource's own policy lets {} in by name, so its own policies need not.", who(case));
        return Judgement::open(summary);
    }
    if key && !case.crosses_accounts() {
        match case.resource_grants(Grade::Account) {
            Tri::False => return Judgement::not_applicable("The key's policy leaves IAM policies no say."),
            Tri::Unknown if allow == Tri::False => {
                return Judgement::unknown("unread", "Whether the key's policy leaves IAM a say could not be read.");
            }
            _ => {}
        }
    }
    if allow == Tri::Unknown {
        return undecided();
    }
    if granted == Tri::Unknown {
        return Judgement::unknown(
            "unread",
            format!(
                "No policy of {} allows {}; whether the resource's own does could not be told.",
                who(case),
                what(case)
            ),
        );
    }
    let managed: Vec<_> = policies.iter().filter(|policy| policy.owner.contains(":policy/")).collect();
    let blame = match (&managed[..], policies.len()) {
        ([only], 1) => only.owner.clone(),
        _ => case.principal.role.clone().unwrap_or_else(|| case.principal.arn.clone()),
    };
    let summary = match policies.len() {
        0 => format!("{} has no policies at all, so nothing allows {}.", who(case), what(case)),
        1 => format!("{}, the only policy of {}, does not allow {}.", policies[0].document.name, who(case), what(case)),
        count => format!("None of the {count} policies of {} allows {}.", who(case), what(case)),
    };
    let near = policies.iter().flat_map(|policy| nearest(case, &policy.document)).take(3);
    Judgement::closed(Effect::NoAllow, "no-allow", blame, summary).decided_by(near).fix(allow_in_identity(case))
}

fn administrators(case: &Case<'_>) -> String {
    format!("whoever administers {}", who(case))
}

fn read_command(attached: &Attached) -> String {
    let owner = &attached.owner;
    if owner.contains(":policy/") {
        return format!(
            "aws iam create-policy-version --policy-arn {owner} --set-as-default --policy-document file://changed.json"
        );
    }
    let (verb, option) = if owner.contains(":user/") { ("user", "user") } else { ("role", "role") };
    format!(
        "aws iam put-{verb}-policy --{option}-name {} --policy-name {} --policy-document file://changed.json",
        arn::name(owner),
        attached.document.name
    )
}

/// A boundary grants nothing and caps what the identity's policies give, and what a resource's policy gives to the role;
/// what that gives to the user, the session or everybody it does not cap (IAM User Guide, `access_policies_boundaries`).
pub fn permissions_boundary(ask: &Ask<'_>) -> Judgement {
    let case = match Case::new(ask) {
        Ok(case) => case,
        Err(why) => return Judgement::unknown("unread", why),
    };
    let attached = match boundary(&case) {
        Known::Yes(attached) => attached,
        Known::Absent => return Judgement::not_applicable(format!("{} has no permissions boundary.", who(&case))),
        Known::Unknown(why) => return unread(&format!("The permissions boundary of {}", who(&case)), &why),
    };
    let ruling = attached.document.judge(&case.question());
    let command = format!(
        "aws iam create-policy-version --policy-arn {} --set-as-default --policy-document file://changed.json",
        attached.owner
    );
    let owner = format!("the owner of {} (it may bound others too)", called(&attached.owner));
    if let Some(closed) = denied(&case, &attached.document, &ruling, &attached.owner) {
        return closed.fix(loosen(&attached.document, "of the deny", owner, command));
    }
    let subject = format!("Whether the boundary {} allows {}", attached.document.name, what(&case));
    if ruling.deny() == Tri::Unknown {
        return keys(&subject, &ruling.unknown);
    }
    match ruling.allow(Grade::Account) {
        Tri::True => {
            Judgement::open(format!("The boundary {} leaves room for {}.", attached.document.name, what(&case)))
                .decided_by(allowed_by(&attached.document, &ruling))
        }
        Tri::Unknown => keys(&subject, &ruling.unknown),
        Tri::False => match (case.crosses_accounts(), case.resource_grants(Grade::Direct)) {
            (false, Tri::True) => Judgement::open(
                "The resource's policy names everybody or this very session, which a boundary does not cap.",
            ),
            (false, Tri::Unknown) if case.principal.kind != Kind::Role => Judgement::unknown(
                "unread",
                "The boundary does not allow it; whether the resource's own policy does could not be told.",
            ),
            _ => {
                let summary = format!(
                    "The permissions boundary {} of {} does not allow {}.",
                    attached.document.name,
                    who(&case),
                    what(&case)
                );
                Judgement::closed(Effect::NoAllow, "no-allow", &attached.owner, summary)
                    .decided_by(nearest(&case, &attached.document))
                    .fix(fix(
                        format!("Add {} to what the boundary {} allows", case.ask.action, attached.document.name),
                        owner,
                        Risk::Medium,
                        command,
                    ))
            }
        },
    }
}

/// Session policies are given along by whoever makes the session; no read call tells them.
pub fn session_policy(ask: &Ask<'_>) -> Judgement {
    match Case::new(ask) {
        Ok(case) if case.principal.kind == Kind::Session => Judgement::not_applicable(
            "No policy of this session is known. Whoever assumed the role may have given one along; no read call tells.",
        )
        .missing("the policy given along with the session"),
        Ok(case) => Judgement::not_applicable(format!("The question is about {}, not about one session.", who(&case))),
        Err(why) => Judgement::unknown("unread", why),
    }
}

/// A role's trust policy must itself let the principal in, or its account (IAM User Guide,
/// `reference_policies_evaluation-logic_policy-eval-denyallow`).
pub fn trust_policy(ask: &Ask<'_>) -> Judgement {
    let case = match Case::new(ask) {
        Ok(case) => case,
        Err(why) => return Judgement::unknown("unread", why),
    };
    let role = ask.resource();
    let name = arn::name(role);
    let document = match case.resource_policy() {
        Known::Yes(document) => document,
        Known::Absent => {
            let summary = format!("There is no role {name}.");
            return Judgement::closed(Effect::Unusable, "no-such-role", role, summary).fix(fix(
                format!("Create the role {name}, or name another one"),
                "whoever administers IAM in that account",
                Risk::Medium,
                "aws iam list-roles --query 'Roles[].Arn'",
            ));
        }
        Known::Unknown(why) => return unread(&format!("Whom the role {name} trusts"), &why),
    };
    let ruling = document.judge(&case.question());
    let command = format!("aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json");
    let owner = format!("whoever administers role {name}");
    if let Some(closed) = denied(&case, &document, &ruling, role) {
        return closed.fix(loosen(&document, "of the deny", owner, command));
    }
    let subject = format!("Whether the role {name} trusts {}", who(&case));
    if ruling.deny() == Tri::Unknown {
        return keys(&subject, &ruling.unknown);
    }
    match ruling.allow(Grade::Account) {
        Tri::True => Judgement::open(format!("The role {name} trusts {}.", who(&case)))
            .decided_by(allowed_by(&document, &ruling)),
        Tri::Unknown => keys(&subject, &ruling.unknown),
        Tri::False => {
            let principal = match case.principal.kind {
                Kind::Service => serde_json::json!({"Service": case.principal.arn}),
                _ => serde_json::json!({"AWS": case.principal.principal_arn().unwrap_or(&case.principal.arn)}),
            };
            let statement = serde_json::json!({"Effect": "Allow", "Principal": principal, "Action": ask.action});
            let summary = format!(
                "No statement of the trust policy of role {name} lets {} in{}.",
                who(&case),
                nearly(&case, &document)
            );
            Judgement::closed(Effect::NoAllow, "no-allow", role, summary).decided_by(nearest(&case, &document)).fix(
                fix(
                    format!(
                        "Add this statement to the trust policy of role {name}: {}",
                        quoted(&statement).trim_matches('\'')
                    ),
                    owner,
                    Risk::Medium,
                    command,
                ),
            )
        }
    }
}

/// A statement that would fit but for its condition says so: the wrong external id is the usual one.
fn nearly(case: &Case<'_>, document: &super::super::policy::Document) -> String {
    for statement in document.statements.iter().filter(|statement| statement.allows()) {
        let Some(condition) = statement.source.get("Condition") else { continue };
        let mut bare = statement.source.clone();
        if let Some(fields) = bare.as_object_mut() {
            fields.remove("Condition");
        }
        let bare = serde_json::json!({"Version": "2012-10-17", "Statement": [bare]});
        let fits = super::super::policy::Document::compile("", &bare)
            .is_ok_and(|bare| bare.judge(&case.question()).allow(Grade::Account) == Tri::True);
        if fits {
            return format!("; statement {} would, but its condition is not met: {condition}", statement.label);
        }
    }
    String::new()
}
