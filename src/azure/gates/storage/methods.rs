//! How a request may be authorized: account keys (Azure Storage, `shared-key-authorization-prevent`) and nobody's signature
//! (`anonymous-read-access-configure`, `anonymous-read-access-prevent`).

use serde_json::Value;

use super::super::super::items::{flag, get, is, prop};
use super::super::super::storage::verb::Verb;
use super::super::words::{Account, account, fix, unread};
use super::{auth, container, fixes, part, switch, what};
use crate::facts::Known;
use crate::model::{Effect, Judgement, Risk};
use crate::provider::Ask;
use crate::shell::quoted;

/// Whether account keys, and signatures made with them, count. No value means that they do.
pub fn shared_key(ask: &Ask<'_>) -> Judgement {
    let auth = auth(ask);
    if !["key", "account-sas", "service-sas"].contains(&auth) {
        return Judgement::not_applicable("The request is not authorized by an account key.");
    }
    let account = match account(ask, "Whether the account takes keys") {
        Ok(account) => account,
        Err(judgement) => return *judgement,
    };
    let allowed = prop(account.body, "allowSharedKeyAccess").map(Value::as_bool);
    match allowed {
        None | Some(Some(true)) => Judgement::open(format!("{} takes account keys.", account.name())),
        Some(Some(false)) => keys_off(account, auth),
        Some(None) => Judgement::unknown("unread", "Whether the account takes keys cannot be told from what it says.")
            .missing(format!("whether {} takes keys (az storage account show)", account.name())),
    }
}

fn keys_off(account: Account<'_>, auth: &str) -> Judgement {
    let how = if auth == "key" { "an account key" } else { "a signature made with an account key" };
    let summary = format!("{} takes no account keys, and the request is authorized by {how}.", account.name());
    let mut on = fixes::set(
        account,
        format!("Let {} take keys again", account.name()),
        Risk::High,
        "--allow-shared-key-access true",
    );
    on.widens.push("whoever holds a key of the account can do everything with its data".to_owned());
    Judgement::closed(Effect::Blocked, "disabled", account.id, summary)
        .decided_by([switch(account, "allowSharedKeyAccess")])
        .fix(fix(
            "Sign in with Microsoft Entra ID instead of the key (a signature: one of a user delegation)",
            "whoever runs the workload",
            Risk::Low,
            format!(
                "az storage blob list --account-name {} --container-name CONTAINER --auth-mode login",
                quoted(account.name())
            ),
        ))
        .fix(on)
}

const ANONYMOUS_SUBJECT: &str = "Whether anybody may read without signing in";

/// Whether anybody may read without signing in: the account must allow it and the container must offer it.
///
/// What no value of the account's switch means is written in two ways: the anonymous-access pages count it as allowed, the REST
/// reference of newer versions as not allowed. It decides nothing here.
pub fn public_blob_access(ask: &Ask<'_>) -> Judgement {
    if auth(ask) != "anonymous" {
        return Judgement::not_applicable("The request is signed; anonymous access is not used.");
    }
    let account = match account(ask, ANONYMOUS_SUBJECT) {
        Ok(account) => account,
        Err(judgement) => return *judgement,
    };
    let allowed = flag(account.body, "allowBlobPublicAccess");
    if allowed == Some(false) {
        return account_off(account);
    }
    let offered = match offered(ask, account) {
        Ok(offered) => offered,
        Err(judgement) => return *judgement,
    };
    match (offered, allowed) {
        (Err(closed), _) => *closed,
        (Ok(judgement), Some(true)) => judgement,
        (Ok(_), _) => {
            let summary = format!("{ANONYMOUS_SUBJECT} cannot be told: {} has no value for it.", account.name());
            Judgement::unknown("unread", summary)
                .missing("allowBlobPublicAccess of the account, set to true or false (az storage account update)")
        }
    }
}

fn sign_in(account: Account<'_>) -> crate::model::Fix {
    fix(
        "Sign in, and have a role for the data",
        "whoever runs the workload",
        Risk::Low,
        format!(
            "az login && az storage blob list --account-name {} --container-name CONTAINER --auth-mode login",
            quoted(account.name())
        ),
    )
}

fn account_off(account: Account<'_>) -> Judgement {
    let summary = format!("{} lets nobody read without signing in.", account.name());
    let mut on = fixes::set(
        account,
        "Let containers of the account offer anonymous access",
        Risk::High,
        "--allow-blob-public-access true",
    );
    on.widens.push("whoever may change a container can then open it to everybody on the internet".to_owned());
    Judgement::closed(Effect::NoAllow, "account-off", account.id, summary)
        .decided_by([switch(account, "allowBlobPublicAccess")])
        .fix(sign_in(account))
        .fix(on)
}

/// What the container offers: the judgement of an account that allows it, or that of a private container.
fn offered(ask: &Ask<'_>, account: Account<'_>) -> Result<Result<Judgement, Box<Judgement>>, Box<Judgement>> {
    let Some(id) = container(ask, account.id) else {
        let judgement =
            Judgement::unknown("unread", format!("{ANONYMOUS_SUBJECT} cannot be told: no container is named."));
        return Err(Box::new(
            judgement.missing("the container (https://ACCOUNT.blob.core.windows.net/CONTAINER/BLOB)"),
        ));
    };
    let name = ask.text("container").unwrap_or_default();
    let body = match get(ask.reading, "storage:GetContainer", &id) {
        Known::Yes(body) => body,
        Known::Absent => {
            let summary = format!("There is no container {name}; see the gate account-state.");
            return Err(Box::new(Judgement::not_applicable(summary)));
        }
        Known::Unknown(why) => return Err(Box::new(unread(ANONYMOUS_SUBJECT, &why))),
    };
    let offers = |level: &str| is(body, "publicAccess", level);
    let verb = what(ask).map(|deed| deed.verb);
    let opened = match verb {
        Some(Verb::Read) => offers("Blob") || offers("Container"),
        Some(Verb::List) => offers("Container"),
        _ => false,
    };
    if opened {
        return Ok(Ok(Judgement::open(format!("Anybody may read in the container {name}."))));
    }
    let summary = match verb {
        Some(Verb::List) if offers("Blob") => {
            format!("The container {name} lets anybody read blobs, and nobody list them.")
        }
        Some(Verb::Read | Verb::List) => format!("The container {name} is private."),
        _ => format!("Nobody changes what is in the container {name} without signing in."),
    };
    let level = if verb == Some(Verb::List) { "container" } else { "blob" };
    let mut offer = fix(
        format!("Let anybody read in the container {name}"),
        fixes::owner(account),
        Risk::High,
        format!(
            "az storage container set-permission --account-name {} --name {} --public-access {level} --auth-mode key",
            quoted(account.name()),
            quoted(name)
        ),
    );
    offer.widens.push(format!("everybody on the internet can read what is in {name}"));
    let mut shown = part(account, "publicAccess", prop(body, "publicAccess").unwrap_or(&Value::Null));
    shown.document = format!("container {name}");
    let closed =
        Judgement::closed(Effect::NoAllow, "container-private", id, summary).decided_by([shown]).fix(sign_in(account));
    let reads = matches!(verb, Some(Verb::Read | Verb::List));
    Ok(Err(Box::new(if reads { closed.fix(offer) } else { closed })))
}
