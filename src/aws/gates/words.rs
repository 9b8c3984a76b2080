//! What verdicts are said in: the shapes that all judges of policies share.

use serde_json::{Value, json};

use super::super::arn;
use super::super::attached::{Said, called, decisive};
use super::super::case::{Case, Kind, role_name};
use super::super::policy::{Document, Grade, Hit, Ruling};
use crate::facts::{Tri, Why};
use crate::model::{Command, Effect, Fix, Judgement, Risk, Verified};

/// `role ml-training-role`, `user ann`, `sagemaker.amazonaws.com`, `anonymous`.
pub fn who(case: &Case<'_>) -> String {
    match case.principal.kind {
        Kind::Anonymous => "anybody".into(),
        Kind::Service => case.principal.arn.clone(),
        Kind::Session => format!("role {}", role_name(&case.principal)),
        _ => called(&case.principal.arn),
    }
}

/// `s3:GetObject on arn:…`.
pub fn what(case: &Case<'_>) -> String {
    match case.ask.resource() {
        "*" | "" => case.ask.action.to_owned(),
        resource => format!("{} on {resource}", case.ask.action),
    }
}

/// Not decided because something was not read.
pub fn unread(subject: &str, why: &Why) -> Judgement {
    let judgement = Judgement::unknown("unread", format!("{subject} cannot be told: {}.", why.text));
    if why.call.is_empty() { judgement.missing(why.text.clone()) } else { judgement }
}

/// Not decided because of condition keys.
pub fn keys(subject: &str, keys: &[String]) -> Judgement {
    let listed = keys.join(", ");
    let mut judgement = Judgement::unknown(
        "condition-keys",
        format!("{subject} depends on condition keys that nobody could tell: {listed}."),
    );
    for key in keys {
        judgement = judgement.missing(format!("the condition key {key} (-i context:{key}=VALUE)"));
    }
    judgement
}

/// What to say when deny or allow are not certain.
pub fn undecided(subject: &str, said: &Said<'_>, unread_why: Option<&Why>) -> Judgement {
    match unread_why {
        Some(why) => unread(subject, why),
        None => keys(subject, &said.unknown),
    }
}

/// A fix with one command of the AWS CLI.
pub fn fix(title: impl Into<String>, owner: impl Into<String>, risk: Risk, command: impl Into<String>) -> Fix {
    Fix {
        title: title.into(),
        owner: owner.into(),
        risk,
        widens: Vec::new(),
        commands: vec![Command { tool: "aws".into(), text: command.into() }],
        verified: Verified::Unverified,
    }
}

/// Quoted for a shell.
pub fn quoted(value: &Value) -> String {
    format!("'{}'", value.to_string().replace('\'', r"'\''"))
}

/// A statement that allows just this request.
pub fn allowing(case: &Case<'_>) -> Value {
    let resource = match case.ask.resource() {
        "" => "*",
        resource => resource,
    };
    json!({"Effect": "Allow", "Action": case.ask.action, "Resource": resource})
}

/// Gives the identity one inline policy more.
pub fn allow_in_identity(case: &Case<'_>) -> Fix {
    let document = json!({"Version": "2012-10-17", "Statement": [allowing(case)]});
    let service = case.service();
    let (name, command) = match case.principal.kind {
        Kind::User => {
            let user = arn::name(&case.principal.arn);
            (format!("user {user}"), format!("aws iam put-user-policy --user-name {user}"))
        }
        _ => {
            let role = role_name(&case.principal);
            (format!("role {role}"), format!("aws iam put-role-policy --role-name {role}"))
        }
    };
    fix(
        format!("Allow {} in a policy of {name}", what(case)),
        format!("whoever administers {name}"),
        Risk::Low,
        format!("{command} --policy-name allow-{service} --policy-document {}", quoted(&document)),
    )
}

/// Changes the statement that denies.
pub fn loosen(document: &Document, statement: &str, owner: impl Into<String>, command: impl Into<String>) -> Fix {
    fix(
        format!(
            "Except this request from statement {statement} of {}, or change what its condition asks for",
            document.name
        ),
        owner,
        Risk::High,
        command,
    )
}

/// Says that a document denies.
pub fn denied(case: &Case<'_>, document: &Document, ruling: &Ruling, blame: &str) -> Option<Judgement> {
    let hit = ruling.denies.iter().find(|hit| hit.certain == Tri::True)?;
    let statement = decisive(document, hit);
    let summary = format!("{}: statement {} denies {} {}.", document.name, statement.statement, who(case), what(case));
    Some(Judgement::closed(Effect::ExplicitDeny, "explicit-deny", blame, summary).decided_by([statement]))
}

/// The allows of a document that come nearest to a request none of them fits: those for its action.
pub fn nearest(case: &Case<'_>, document: &Document) -> Vec<crate::model::Decisive> {
    let allows = |(_, statement): &(usize, &super::super::policy::Statement)| statement.allows();
    let mut near: Vec<_> = document.statements.iter().enumerate().filter(allows).collect();
    // Statements for other actions explain nothing, unless there is only that one.
    if near.len() > 1 {
        near.retain(|(_, statement)| statement.is_for(case.ask.action));
    }
    let shown =
        |(at, _): (usize, _)| decisive(document, &Hit { statement: at, grade: Grade::Direct, certain: Tri::False });
    near.into_iter().take(3).map(shown).collect()
}

/// The certain allows of a document as evidence.
pub fn allowed_by(document: &Document, ruling: &Ruling) -> Vec<crate::model::Decisive> {
    let certain = ruling.allows.iter().filter(|hit| hit.certain == Tri::True);
    certain.map(|hit| decisive(document, hit)).collect()
}
