//! What binds whole accounts: service control policies and resource control policies.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::super::attached::{Level, levels};
use super::super::case::{Case, Kind, field};
use super::words::{fix, keys, unread, what, who};
use crate::facts::{Known, Tri};
use crate::model::{Effect, Judgement, Risk};
use crate::provider::Ask;

/// Service prefixes that resource control policies cover (Organizations User Guide, `orgs_manage_policies_rcps`, September 2026).
const COVERED: &str = "appstream dsql clouddirectory cloudfront cloudsearch logs networkmonitor cognito-identity cognito-idp comprehend \
    comprehendmedical firehose dynamodb dax autoscaling ecr ecr-public gamelift inspector-scan kendra kinesisvideo memorydb aoss personalize \
    polly s3 swf sqs textract timestream-influxdb transcribe translate workspaces appconfig autoscaling-plans budgets servicediscovery \
    cloudtrail-data codeartifact codebuild codecommit codepipeline compute-optimizer cost-optimization-hub events fms fis health rolesanywhere \
    kms opensearch pricing pca-connector-ad resource-groups secretsmanager sts signin support transfer notifications wafv2 xray";

/// True for services that resource control policies cover.
pub fn covers(service: &str) -> bool {
    static PREFIXES: LazyLock<HashSet<&str>> = LazyLock::new(|| COVERED.split_whitespace().collect());
    PREFIXES.contains(service) || PREFIXES.contains(service.to_ascii_lowercase().as_str())
}

/// Every level from the root to the account needs an allow, and none may deny (Organizations User Guide,
/// `orgs_manage_policies_scps_evaluation`).
pub fn scp(ask: &Ask<'_>) -> Judgement {
    let case = match Case::new(ask) {
        Ok(case) => case,
        Err(why) => return Judgement::unknown("unread", why),
    };
    match case.principal.kind {
        Kind::Anonymous | Kind::Service => {
            return Judgement::not_applicable("Service control policies bind users and roles only.");
        }
        _ if case.principal.is_service_linked() => {
            return Judgement::not_applicable("Service control policies do not bind service-linked roles.");
        }
        _ => {}
    }
    let account = case.principal.account.clone();
    judge(
        &case,
        &account,
        &Kinds { call: "SERVICE_CONTROL_POLICY", name: "service control policies", needs_allow: true },
    )
}

/// Denies only, by the organization that owns the resource (Organizations User Guide, `orgs_manage_policies_rcps`).
pub fn rcp(ask: &Ask<'_>) -> Judgement {
    let case = match Case::new(ask) {
        Ok(case) => case,
        Err(why) => return Judgement::unknown("unread", why),
    };
    if !covers(case.service()) {
        return Judgement::not_applicable(format!("Resource control policies do not cover {}.", case.service()));
    }
    if case.principal.is_service_linked() {
        return Judgement::not_applicable("Resource control policies do not bind service-linked roles.");
    }
    let account = case.resource_account().to_owned();
    judge(
        &case,
        &account,
        &Kinds { call: "RESOURCE_CONTROL_POLICY", name: "resource control policies", needs_allow: false },
    )
}

struct Kinds {
    call: &'static str,
    name: &'static str,
    needs_allow: bool,
}

fn judge(case: &Case<'_>, account: &str, kinds: &Kinds) -> Judgement {
    let subject = format!("What the organization's {} say", kinds.name);
    let organization = match case.organization() {
        Known::Yes(organization) => Some(organization),
        Known::Absent => return Judgement::not_applicable("The account is in no organization."),
        Known::Unknown(_) => None,
    };
    let management = organization.and_then(|organization| field(organization, "MasterAccountId"));
    if management == Some(account) {
        return Judgement::not_applicable(format!(
            "Account {account} is the management account, which no such policy binds."
        ));
    }
    let levels = match levels(case.reading, account, kinds.call) {
        Known::Yes(levels) => levels,
        Known::Absent => return Judgement::not_applicable(format!("Account {account} is in no organization.")),
        Known::Unknown(why) => return unread(&subject, &why),
    };
    let mut undecided = None;
    let mut closed = None;
    for level in &levels {
        match one_level(case, level, kinds) {
            Level1::Open => {}
            Level1::Closed(judgement) => closed = closed.or(Some(judgement)),
            Level1::Unknown(judgement) => undecided = undecided.or(Some(judgement)),
        }
    }
    if let Some(closed) = closed {
        // Only the management account is exempt, and it is the one account that is not known to be another.
        return if organization.is_some() { *closed } else { exempt_unknown(&subject) };
    }
    if let Some(undecided) = undecided {
        return *undecided;
    }
    let count = levels.len();
    if kinds.needs_allow {
        Judgement::open(format!("All {count} levels of the organization allow {} and none denies it.", case.ask.action))
    } else {
        Judgement::open(format!("None of the {count} levels of the organization denies {}.", what(case)))
    }
}

fn exempt_unknown(subject: &str) -> Judgement {
    Judgement::unknown(
        "unread",
        format!("{subject} would close it, but whether this is the exempt management account was not read."),
    )
    .missing("organizations:DescribeOrganization")
}

enum Level1 {
    Open,
    Closed(Box<Judgement>),
    Unknown(Box<Judgement>),
}

fn one_level(case: &Case<'_>, level: &Level, kinds: &Kinds) -> Level1 {
    let said = level.policies.judge(&case.question());
    let subject = format!("What the {} at {} say", kinds.name, level.id);
    if let Some((attached, hit)) = said.certain(false) {
        let label = attached.document.statements.get(hit.statement).map_or("", |statement| &statement.label);
        let summary = format!(
            "Statement {label} of {} ({}), attached at {}, denies {} {}.",
            attached.document.name,
            attached.owner,
            level.id,
            who(case),
            what(case)
        );
        let judgement = Judgement::closed(Effect::ExplicitDeny, "explicit-deny", &attached.owner, summary)
            .decided_by(said.decisive(false))
            .fix(fix(
                format!("Except {} from statement {label} of {}", who(case), attached.document.name),
                "whoever administers the organization",
                Risk::High,
                format!("aws organizations update-policy --policy-id {} --content file://changed.json", attached.owner),
            ));
        return Level1::Closed(Box::new(judgement));
    }
    if said.deny == Tri::Unknown {
        return Level1::Unknown(Box::new(super::words::undecided(&subject, &said, level.policies.unread.first())));
    }
    if !kinds.needs_allow {
        return Level1::Open;
    }
    match said.allow {
        Tri::True => Level1::Open,
        Tri::Unknown => Level1::Unknown(Box::new(match level.policies.unread.first() {
            Some(why) => unread(&subject, why),
            None => keys(&subject, &said.unknown),
        })),
        Tri::False => {
            let summary =
                format!("No service control policy at {} allows {}; every level must.", level.id, case.ask.action);
            let blame = match &level.policies.read[..] {
                [only] => only.owner.clone(),
                _ => level.id.clone(),
            };
            Level1::Closed(Box::new(Judgement::closed(Effect::NoAllow, "no-allow", blame, summary).fix(fix(
                format!("Attach a policy that allows {} at {}, e.g. FullAWSAccess", case.ask.action, level.id),
                "whoever administers the organization",
                Risk::High,
                format!("aws organizations attach-policy --policy-id p-FullAWSAccess --target-id {}", level.id),
            ))))
        }
    }
}
