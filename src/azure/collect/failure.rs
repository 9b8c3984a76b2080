//! What went wrong with a call, in the provider's own words, secrets removed.

use std::error::Error as _;
use std::sync::LazyLock;

use azure_core::Error;
use azure_core::error::ErrorKind;
use quick_xml::events::Event;
use regex::Regex;
use serde_json::Value;

use super::sign_in::Kind;
use super::wire::Reply;
use crate::facts::{FactStatus, Failed};

/// Our own code where nobody is signed in.
pub const NO_CREDENTIALS: &str = "NoCredentials";

/// A request that got no answer.
pub fn lost(error: &Error) -> Failed {
    let why = innermost(error);
    match error.kind() {
        ErrorKind::Connection => Failed::error("ConnectError", &why),
        ErrorKind::Io if why.contains("timed out") => Failed::timeout(),
        ErrorKind::Io => Failed::error("ConnectError", &why),
        _ => Failed::error("Failed", &why),
    }
}

/// An answer that is a refusal or a failure.
pub fn of(reply: &Reply) -> Failed {
    let (code, message) = told(reply);
    let code = code.unwrap_or_else(|| reply.status.to_string());
    let message = message.unwrap_or_else(|| format!("HTTP {}", reply.status));
    Failed::ended(status(&code, reply.status), code, first_line(&message))
}

/// How a call with this error code ended.
pub fn status(code: &str, http: u16) -> FactStatus {
    // Resource Manager, "Troubleshoot common Azure deployment errors": the service has no such part, which says nothing of the thing asked for.
    const UNSUPPORTED: &[&str] = &["InvalidResourceType", "NoRegisteredProviderFound", "ResourceTypeNotSupported"];
    // Privileged Identity Management: without its licence nobody is eligible for anything.
    const ABSENT: &[&str] =
        &["AadPremiumLicenseRequired", "SubscriptionNotFound", "ResourceGroupNotFound", "ResourceNotFound"];
    if is_of_credentials(code) || UNSUPPORTED.contains(&code) {
        return FactStatus::Error;
    }
    match http {
        401 | 403 => FactStatus::Denied,
        404 | 410 => FactStatus::NotFound,
        400 if ABSENT.contains(&code) => FactStatus::NotFound,
        _ => FactStatus::Error,
    }
}

/// True when it is the token that was refused, not the request.
pub fn is_of_credentials(code: &str) -> bool {
    ["ExpiredAuthenticationToken", "InvalidAuthenticationToken", "InvalidAuthenticationInfo", "AADSTS"]
        .iter()
        .any(|known| code.starts_with(known))
}

/// Code and message. ARM and Graph say `{"error": {"code", "message"}}`, some services leave the wrapping out, storage speaks XML, and an
/// answer to HEAD has a header only.
fn told(reply: &Reply) -> (Option<String>, Option<String>) {
    let body = without_mark(&reply.body);
    let (code, message) = match serde_json::from_slice::<Value>(body) {
        Ok(body) => in_json(&body),
        Err(_) => in_xml(body),
    };
    (code.or_else(|| reply.header("x-ms-error-code").map(str::to_owned)), message)
}

fn in_json(body: &Value) -> (Option<String>, Option<String>) {
    let error = body.get("error").or_else(|| body.get("odata.error")).unwrap_or(body);
    let text = |names: [&str; 2]| {
        let found = names.iter().find_map(|name| error.get(name))?;
        found.as_str().or_else(|| found.get("value")?.as_str()).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let code = text(["code", "Code"]).or_else(|| error.as_str().map(str::to_owned));
    let message = text(["message", "Message"]).or_else(|| Some(body.get("error_description")?.as_str()?.to_owned()));
    (code, message)
}

fn in_xml(body: &[u8]) -> (Option<String>, Option<String>) {
    let (mut code, mut message, mut inside) = (None, None, String::new());
    let text = String::from_utf8_lossy(body);
    let mut reader = quick_xml::Reader::from_str(&text);
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => start.local_name().as_ref().clone_into(&mut inside),
            Ok(Event::Text(text)) => {
                let text = text.trim().to_owned();
                match inside.as_str() {
                    "Code" if code.is_none() => code = Some(text),
                    "Message" if message.is_none() => message = Some(text),
                    _ => {}
                }
            }
            Ok(Event::End(_)) => inside.clear(),
            Ok(Event::Eof) | Err(_) => return (code, message),
            Ok(_) => {}
        }
    }
}

/// The body without the byte-order mark that storage puts before its XML.
pub fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
}

/// What a credential says when it gives no token.
pub fn refused_sign_in(kind: Kind, error: &Error) -> Failed {
    static CODE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"AADSTS\d+").ok());
    let mut causes = vec![error.to_string()];
    let mut at = error.source();
    let mut lost_on_the_way = false;
    while let Some(cause) = at {
        lost_on_the_way |= cause
            .downcast_ref::<Error>()
            .is_some_and(|cause| matches!(cause.kind(), ErrorKind::Connection | ErrorKind::Io));
        causes.push(cause.to_string());
        at = cause.source();
    }
    let whole = causes.join("\n");
    let said = whole.lines().map(str::trim).find(|line| line.contains("AADSTS")).unwrap_or(&causes[0]);
    // The SDK says first which of its own types failed.
    let said = first_line(said.split_once("authentication failed.").map_or(said, |(_, why)| why));
    let message = format!("{}: {said}", kind.as_str());
    let code = CODE.as_ref().and_then(|code| code.find(&whole)).map(|code| code.as_str());
    match code {
        Some(code) => Failed::error(code, &message),
        None if lost_on_the_way && !matches!(kind, Kind::AzureCli | Kind::DeveloperCli) => {
            Failed::error("ConnectError", &format!("{}: {}", kind.as_str(), causes.last().map_or("", String::as_str)))
        }
        None if matches!(kind, Kind::ClientSecret | Kind::WorkloadIdentity) => Failed::error("SignInFailed", &message),
        None => Failed::error(NO_CREDENTIALS, &message),
    }
}

/// The innermost cause, which is what people understand.
fn innermost(error: &Error) -> String {
    let mut last = error.to_string();
    let mut at = error.source();
    while let Some(cause) = at {
        last = cause.to_string();
        at = cause.source();
    }
    last
}

/// What stands before the ids and times that storage and Entra ID append.
fn first_line(text: &str) -> &str {
    text.trim().lines().next().unwrap_or_default().trim()
}
