//! HTTPS only, and the lowest TLS version (Azure Storage, `storage-require-secure-transfer`, `transport-layer-security-configure-minimum-version`).

use super::super::super::items::{flag, prop, text};
use super::super::words::{Account, account, fix};
use super::{fixes, switch};
use crate::model::{Effect, Judgement, Risk};
use crate::provider::Ask;

const SUBJECT: &str = "Whether the account takes the client's transport";

/// Whether the account takes the client's scheme and TLS version.
pub fn transport(ask: &Ask<'_>) -> Judgement {
    let account = match account(ask, SUBJECT) {
        Ok(account) => account,
        Err(judgement) => return *judgement,
    };
    if is_plain(ask) { plain(account) } else { encrypted(account, ask.text("tls")) }
}

/// Whether the request goes over HTTP.
pub fn is_plain(ask: &Ask<'_>) -> bool {
    match ask.text("scheme") {
        Some(scheme) => scheme.eq_ignore_ascii_case("http"),
        None => ask.resource().get(..7).is_some_and(|start| start.eq_ignore_ascii_case("http://")),
    }
}

/// No value means HTTPS only.
fn plain(account: Account<'_>) -> Judgement {
    let own = ["supportsHttpsTrafficOnly", "enableHttpsTrafficOnly"];
    let Some(name) = own.into_iter().find(|name| prop(account.body, name).is_some()) else {
        return https_only(account, own[0]);
    };
    match flag(account.body, name) {
        Some(true) => https_only(account, name),
        Some(false) => Judgement::open(format!("{} takes HTTP as well.", account.name())),
        None => Judgement::unknown("unread", format!("{SUBJECT} cannot be told: `{name}` has no value that is known."))
            .missing(format!("what {} takes (az storage account show)", account.name())),
    }
}

fn https_only(account: Account<'_>, name: &str) -> Judgement {
    let summary = format!("{} takes HTTPS only, and the request goes over HTTP.", account.name());
    let mut off = fixes::set(account, format!("Let {} take HTTP", account.name()), Risk::High, "--https-only false");
    off.widens.push("data and credentials of all clients may then cross networks in the clear".to_owned());
    Judgement::closed(Effect::Blocked, "https-only", account.id, summary)
        .decided_by([switch(account, name)])
        .fix(fix(
            "Speak HTTPS: write the address with https://",
            "whoever runs the workload",
            Risk::Low,
            format!("az storage account show --ids {} --query primaryEndpoints", crate::shell::quoted(account.id)),
        ))
        .fix(off)
}

/// Clients that nobody said anything of speak TLS 1.2 or newer, as Azure's own libraries do.
fn encrypted(account: Account<'_>, client: Option<&str>) -> Judgement {
    let open = || Judgement::open(format!("{} takes the client's transport.", account.name()));
    let Some(lowest) = text(account.body, "minimumTlsVersion") else { return open() };
    match (version(lowest), client.map(version)) {
        (Some(lowest), Some(Some(client))) if client >= lowest => open(),
        (Some(_), Some(Some(_))) => {
            let said = client.unwrap_or_default();
            let summary = format!("{} takes {lowest} or newer, and the client speaks {said}.", account.name());
            let mut lower = fixes::set(account, "Let older clients in", Risk::High, "--min-tls-version TLS1_0");
            lower.widens.push("all clients may then speak versions of TLS that are broken".to_owned());
            Judgement::closed(Effect::Blocked, "tls-version", account.id, summary)
                .decided_by([switch(account, "minimumTlsVersion")])
                .fix(fix(
                    "Let the client speak TLS 1.2 or newer: update its runtime or library",
                    "whoever runs the workload",
                    Risk::Low,
                    format!("openssl s_client -tls1_2 -connect {}.blob.core.windows.net:443", account.name()),
                ))
                .fix(lower)
        }
        (Some(lowest), None) if lowest <= (1, 2) => open(),
        (Some(_), None) => unsure(account, "the client's TLS version (-i tls=1.3)"),
        (_, Some(None)) => unsure(account, "the client's TLS version, as in -i tls=1.2"),
        (None, _) => unsure(account, "the lowest TLS version that the account takes (az storage account show)"),
    }
}

fn unsure(account: Account<'_>, missing: &str) -> Judgement {
    let summary = format!("Whether the client speaks a TLS version that {} takes cannot be told.", account.name());
    Judgement::unknown("unread", summary).missing(missing)
}

/// `TLS1_2`, `1.2`, `TLSv1.2`.
fn version(text: &str) -> Option<(u8, u8)> {
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    let (major, minor) = digits.split_once(['.', '_']).unwrap_or((digits, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}
