//! The shared access signature: times, permissions, addresses (Azure Storage, `storage-sas-overview`). Its signature itself is never
//! looked at, nor shown.

use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::Value;

use super::super::super::network::{Arrival, Way, way};
use super::super::super::storage::sas::{Check, Fields, Use, checks, fields, is_secret};
use super::super::words::{Account, account, fix, sub_resource};
use super::{auth, transport, what};
use crate::facts::{Known, Tri};
use crate::model::{Decisive, Effect, Fix, Judgement, Risk};
use crate::provider::Ask;

const SUBJECT: &str = "Whether the signature is good for this request";

/// Whether the signature is good for this request.
pub fn sas(ask: &Ask<'_>) -> Judgement {
    if !auth(ask).ends_with("-sas") {
        return Judgement::not_applicable("The request uses no shared access signature.");
    }
    match account(ask, SUBJECT) {
        Ok(account) => by_way(ask, account, way(ask, account.id, sub_resource(ask))),
        Err(judgement) => *judgement,
    }
}

/// The same, for a way that is meant to be taken.
pub fn by_way(ask: &Ask<'_>, account: Account<'_>, way: Known<Way>) -> Judgement {
    let Some(given) = given(ask) else {
        return Judgement::unknown("unread", format!("{SUBJECT} cannot be told: its fields are not known."))
            .missing("the fields of the signature without `sig` (-i sas='sp=…&se=…&sr=…')");
    };
    let used = Use {
        now: now(ask),
        deed: what(ask),
        service: sub_resource(ask),
        scheme: if transport::is_plain(ask) { "http" } else { "https" },
        from: address(ask, way),
    };
    let checks = checks(&given, &used);
    let faults: Vec<&Check> = checks.iter().filter(|check| check.holds == Tri::False).collect();
    let Some(first) = faults.first() else { return without_fault(ask, &given, &checks) };
    let saying = |check: &Check| {
        let value = given.get(check.field).map(String::as_str).unwrap_or_default();
        said(check.reason, value)
    };
    let shown = faults.iter().map(|check| Decisive {
        document: "shared access signature".to_owned(),
        statement: check.field.to_owned(),
        text: given.get(check.field).map(|value| format!("{}={value}", check.field)),
    });
    let effect = if first.reason == "permission" { Effect::NoAllow } else { Effect::Unusable };
    let summary = format!("The shared access signature {}.", saying(first));
    let judgement = Judgement::closed(effect, first.reason, account.id, summary).decided_by(shown).fix(renew(
        ask,
        account,
        first.reason,
    ));
    faults.iter().skip(1).fold(judgement, |judgement, check| judgement.note(format!("It also {}.", saying(check))))
}

/// The step's fields: a map, or the query they stand in.
fn given(ask: &Ask<'_>) -> Option<Fields> {
    let given: Fields = match ask.with.get("sas")? {
        Value::String(query) => fields(query),
        Value::Object(map) => {
            let told = map.iter().filter(|(name, value)| !is_secret(name) && !value.is_null());
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            told.map(|(name, value)| (name.to_ascii_lowercase(), text(value))).collect()
        }
        _ => return None,
    };
    (!given.is_empty()).then_some(given)
}

/// The time of the diagnosis: when its oldest fact was asked for, so that a replay judges as the day itself did.
pub fn now(ask: &Ask<'_>) -> Option<Timestamp> {
    ask.reading.facts().all().iter().filter_map(|fact| fact.at.parse::<Timestamp>().ok()).min()
}

/// The public address that the account sees. By an endpoint it sees a private one, for which signatures are not made.
fn address(ask: &Ask<'_>, way: Known<Way>) -> Option<IpAddr> {
    if let Some(stated) = ask.origin().strip_prefix("ip:") {
        return stated.parse().ok();
    }
    way.yes().filter(|way| way.arrival == Arrival::Public).and_then(|way| way.source_ip.yes())
}

fn said(reason: &str, value: &str) -> String {
    match reason {
        "expired" => format!("expired at {value}"),
        "not-yet-valid" => format!("is not valid before {value}"),
        "protocol" => format!("is for {value} only"),
        "ip" => format!("is for requests from {value} only"),
        "service" => format!("is for other services (ss={value})"),
        "resource-type" => format!("is for another kind of resource (`{value}`)"),
        _ => format!("gives the permissions `{value}`, which are not enough"),
    }
}

fn without_fault(ask: &Ask<'_>, given: &Fields, checks: &[Check]) -> Judgement {
    let unsure: Vec<&Check> = checks.iter().filter(|check| check.holds == Tri::Unknown).collect();
    if unsure.is_empty() {
        let judgement = Judgement::open("The fields of the shared access signature fit the request.").note(
            "Whether the signature itself is right only the account can tell: a key that was renewed makes it void.",
        );
        return match auth(ask) {
            "user-delegation-sas" => judgement
                .note("Who signed it must hold the role at the time of the request; see the gate role-assignment."),
            _ => judgement,
        };
    }
    let policy = given
        .get("si")
        .map(|name| format!("the stored access policy {name} of the container (az storage container policy show)"));
    let mut judgement = Judgement::unknown("unread", format!("{SUBJECT} cannot be told from its fields."));
    for check in unsure {
        let missing = match (check.field, &policy) {
            ("si" | "se" | "sp", Some(policy)) => policy.clone(),
            ("sip", _) => "the public address the account sees (--from ip:ADDRESS)".to_owned(),
            (field, _) if given.contains_key(field) => format!("whether `{field}` of the signature fits the request"),
            (field, _) => format!("the field `{field}` of the signature"),
        };
        if !judgement.missing.contains(&missing) {
            judgement = judgement.missing(missing);
        }
    }
    judgement
}

fn renew(ask: &Ask<'_>, account: Account<'_>, reason: &str) -> Fix {
    let quoted = crate::shell::quoted;
    let (letters, container) = (letters(ask), ask.text("container").unwrap_or("CONTAINER"));
    let title = match reason {
        "protocol" => "Speak HTTPS, or make a new signature for both".to_owned(),
        "not-yet-valid" => {
            "Make a new signature that is valid now (a quarter of an hour early: clocks differ)".to_owned()
        }
        _ => format!("Make a new signature for just this: permissions `{letters}`, a short time"),
    };
    let mut fix = fix(
        title,
        "whoever gave the signature out",
        Risk::Low,
        format!(
            "az storage container generate-sas --account-name {} --name {} --permissions {letters} --expiry EXPIRY --https-only --as-user --auth-mode login",
            quoted(account.name()),
            quoted(container)
        ),
    );
    fix.widens.push("whoever holds the signature can do what it allows until it expires".to_owned());
    fix
}

fn letters(ask: &Ask<'_>) -> &'static str {
    use super::super::super::storage::verb::Verb;
    match what(ask).map(|deed| deed.verb) {
        Some(Verb::List) => "l",
        Some(Verb::Add) => "a",
        Some(Verb::Write) => "w",
        Some(Verb::Delete) => "d",
        Some(Verb::Move) => "m",
        Some(Verb::Tags) => "t",
        Some(Verb::Read) | None => "r",
    }
}
