//! Whether the account, its subscription and the container can be used at all (Azure Storage, `storage-account-overview`; Cost
//! Management, `subscription-states`; Azure Storage, `immutable-storage-overview`).

use serde_json::{Value, json};

use super::super::super::id;
use super::super::super::items::{flag, get, is, prop, text};
use super::super::super::storage::verb::{Target, Verb};
use super::super::words::{Account, account, fix, unread};
use super::{container, fixes, part, switch, what};
use crate::facts::{FactStatus, Known};
use crate::model::{Decisive, Effect, Judgement, Risk, Verdict};
use crate::provider::Ask;
use crate::shell::quoted;

const SUBJECT: &str = "Whether the account can be used";

/// Whether account, subscription and container can be used for the action.
pub fn account_state(ask: &Ask<'_>) -> Judgement {
    if let Some(judgement) = no_such_account(ask) {
        return judgement;
    }
    let account = match account(ask, SUBJECT) {
        Ok(account) => account,
        Err(judgement) => return *judgement,
    };
    let judged = [available(account), subscription(ask, account), held(ask, account)];
    let rank = |judgement: &Judgement| match judgement.verdict {
        Verdict::Closed => 0,
        Verdict::Unknown => 1,
        _ => 2,
    };
    let open = || Judgement::open(format!("{} can be used.", account.name()));
    let mut judgements: Vec<Judgement> = judged.into_iter().flatten().collect();
    judgements.sort_by_key(rank);
    let (passed, mut faults): (Vec<_>, Vec<_>) = judgements.into_iter().partition(|one| one.verdict == Verdict::Open);
    let notes = passed.into_iter().flat_map(|judgement| judgement.notes);
    let first = if faults.is_empty() { open() } else { faults.remove(0) };
    notes.fold(first, Judgement::note)
}

fn no_such_account(ask: &Ask<'_>) -> Option<Judgement> {
    let id = ask.text("account")?;
    let Known::Absent = get(ask.reading, "storage:GetAccount", id) else { return None };
    let summary = format!("There is no storage account {} where its id says.", id::name(id));
    let shown =
        Decisive { document: "Azure Resource Manager".into(), statement: id.into(), text: Some("not found".into()) };
    Some(Judgement::closed(Effect::Unusable, "no-such-account", id, summary).decided_by([shown]).fix(fix(
        "Name the account that the data is in",
        "whoever runs the workload",
        Risk::Low,
        "az storage account list --query '[].id'",
    )))
}

fn available(account: Account<'_>) -> Option<Judgement> {
    let closed = |name: &str, how: String, command: String| {
        Judgement::closed(Effect::Unusable, "unavailable", account.id, format!("{} {how}.", account.name()))
            .decided_by([switch(account, name)])
            .fix(fix(
                "Wait until it is there again, and look at the service's health",
                fixes::owner(account),
                Risk::Low,
                command,
            ))
    };
    let show = format!(
        "az storage account show --ids {} --query '{{state: provisioningState, primary: statusOfPrimary}}'",
        quoted(account.id)
    );
    if text(account.body, "statusOfPrimary").is_some_and(|status| !status.eq_ignore_ascii_case("available")) {
        return Some(closed("statusOfPrimary", "is not available in its primary region".to_owned(), show));
    }
    let state = text(account.body, "provisioningState").unwrap_or("Succeeded");
    ["Creating", "ResolvingDNS", "Deleting"]
        .iter()
        .any(|unready| state.eq_ignore_ascii_case(unready))
        .then(|| closed("provisioningState", format!("is not ready: it is in the state {state}"), show))
}

/// A subscription that is past due still works; one that is warned, disabled, expired or deleted does not.
fn subscription(ask: &Ask<'_>, account: Account<'_>) -> Option<Judgement> {
    let scope = id::subscription_scope(account.id)?;
    let body = match get(ask.reading, "subscriptions:Get", scope) {
        Known::Yes(body) => body,
        // The account in it was read, so it is there.
        Known::Absent => {
            let note = "The state of the subscription could not be found; the account in it could.";
            return Some(Judgement::open("").note(note));
        }
        Known::Unknown(why) => return Some(unread("Whether the subscription can be used", &why)),
    };
    let state = text(body, "state")?;
    match state.to_ascii_lowercase().as_str() {
        "enabled" | "active" => None,
        "pastdue" => Some(Judgement::open("").note("The subscription is past due: it is disabled before long.")),
        _ => {
            let summary =
                format!("The subscription of {} is in the state {state}; what is in it is off.", account.name());
            let mut shown = part(account, "state", &json!(state));
            shown.document = format!("subscription {}", id::name(scope));
            Some(Judgement::closed(Effect::Unusable, "subscription-disabled", scope, summary).decided_by([shown]).fix(
                fix(
                    "Have the subscription enabled again: its owner settles what the portal shows for it",
                    "the billing administrator of the subscription",
                    Risk::Low,
                    format!("az account subscription enable --id {}", quoted(id::name(scope))),
                ),
            ))
        }
    }
}

/// The container: there, and not kept from changes. A refused read leaves it open whether the container is there, and that decides
/// whether the request can succeed: unknown.
fn held(ask: &Ask<'_>, account: Account<'_>) -> Option<Judgement> {
    let id = container(ask, account.id)?;
    let deed = what(ask);
    if deed.is_some_and(|deed| deed.verb == Verb::Write && deed.target == Target::Container) {
        return None;
    }
    let name = ask.text("container").unwrap_or_default();
    let body = match get(ask.reading, "storage:GetContainer", &id) {
        Known::Yes(body) if flag(body, "deleted") != Some(true) => body,
        Known::Yes(_) | Known::Absent => return Some(no_such_container(account, name, &id)),
        Known::Unknown(why) => return Some(unread(&format!("Whether there is a container {name}"), &why)),
    };
    let kept = ["hasLegalHold", "hasImmutabilityPolicy"].into_iter().find(|name| flag(body, name) == Some(true))?;
    if !deed.is_some_and(super::super::super::storage::verb::Deed::changes)
        || adds_a_blob(ask, deed.map(|deed| deed.verb))
    {
        return None;
    }
    Some(immutable(account, name, body, kept))
}

fn no_such_container(account: Account<'_>, name: &str, id: &str) -> Judgement {
    let summary = format!("There is no container {name} in {}.", account.name());
    Judgement::closed(Effect::Unusable, "no-such-container", account.id, summary)
        .decided_by([Decisive {
            document: format!("storage account {}", account.name()),
            statement: format!("containers/{name}"),
            text: Some(format!("{id}: not found")),
        }])
        .fix(fix(
            "Name the container that the data is in",
            "whoever runs the workload",
            Risk::Low,
            format!(
                "az storage container list --account-name {} --auth-mode login --query '[].name'",
                quoted(account.name())
            ),
        ))
        .fix(fix(
            format!("Create the container {name}, or restore it if it was deleted"),
            fixes::owner(account),
            Risk::Low,
            format!(
                "az storage container create --account-name {} --name {} --auth-mode login",
                quoted(account.name()),
                quoted(name)
            ),
        ))
}

/// A probe that found no blob: a write then makes a new one, which nothing keeps from being made.
fn adds_a_blob(ask: &Ask<'_>, verb: Option<Verb>) -> bool {
    let ends = |url: &str| {
        let path = format!("/{}/{}", ask.text("container").unwrap_or_default(), ask.text("blob").unwrap_or_default());
        ask.text("blob").is_some() && url.split('?').next().is_some_and(|url| url.ends_with(&path))
    };
    let probes = ask.reading.facts().of_call("probe:HeadBlob").map(|(_, fact)| fact);
    verb == Some(Verb::Write)
        && probes.into_iter().any(|fact| {
            fact.status == FactStatus::NotFound && fact.params.get("url").and_then(Value::as_str).is_some_and(ends)
        })
}

fn immutable(account: Account<'_>, name: &str, body: &Value, kept: &str) -> Judgement {
    let held = kept == "hasLegalHold";
    let by = if held { "a legal hold" } else { "an immutability policy" };
    let summary = format!(
        "{by} on the container {name} keeps what is in it from being overwritten or deleted.",
        by = capital(by)
    );
    let policy = prop(body, "immutabilityPolicy").or_else(|| prop(body, "legalHold")).cloned();
    let mut shown = part(account, kept, &policy.unwrap_or(json!({kept: true})));
    shown.document = format!("container {name}");
    let (account_name, container) = (quoted(account.name()), quoted(name));
    let command = match held {
        true => format!(
            "az storage container legal-hold clear --account-name {account_name} --container-name {container} --tags TAG"
        ),
        false => format!(
            "az storage container immutability-policy show --account-name {account_name} --container-name {container}"
        ),
    };
    let title = match held {
        true => "Clear the legal hold, if whoever set it agrees",
        false => "Wait until the policy's time is over; one that is not locked can be deleted",
    };
    let locked = prop(body, "immutabilityPolicy").is_some_and(|policy| is(policy, "state", "Locked"));
    let mut loosen = fix(title, format!("{}, and its legal department", fixes::owner(account)), Risk::High, command);
    loosen.widens.push("evidence that must be kept can then be changed".to_owned());
    let judgement = Judgement::closed(Effect::Blocked, "immutable", account.id, summary)
        .decided_by([shown])
        .fix(fix(
            "Write under a new name: what is not there yet can be added",
            "whoever runs the workload",
            Risk::Low,
            format!("az storage blob upload --account-name {account_name} --container-name {container} --name NEW_NAME --file FILE --auth-mode login"),
        ))
        .fix(loosen);
    if locked { judgement.note("The policy is locked: its time can be made longer, not shorter.") } else { judgement }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
