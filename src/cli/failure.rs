//! What ends the program early: a sentence, what to do next, and the contract's exit code.

use std::fmt;
use std::io;

use crate::cloud;
use crate::engine::evidence::is_evidence;
use crate::facts::{Fact, FactError, FactStatus, Facts, SnapshotError};
use crate::playbook::{PlaybookError, RequestError};
use crate::tui::HostError;
use crate::visible::visible;

/// The call that reads the caller's own token: it is answered by the sign-in, not by the cloud that was to be asked.
const SIGN_IN: &str = "entra:GetToken";

/// A failure as the user sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What went wrong.
    pub sentence: String,
    /// What to do next; may be empty.
    pub next: String,
    /// The exit code.
    pub exit: u8,
}

impl Failure {
    /// Words that cannot be used (exit code 2).
    pub fn usage(sentence: impl Into<String>, next: impl Into<String>) -> Self {
        Failure { sentence: sentence.into(), next: next.into(), exit: 2 }
    }

    /// A file that cannot be used (exit code 4).
    pub fn invalid(sentence: impl Into<String>, next: impl Into<String>) -> Self {
        Failure { sentence: sentence.into(), next: next.into(), exit: 4 }
    }

    /// Standard output that takes nothing (exit code 2).
    pub fn output(error: &io::Error) -> Self {
        Failure::usage(format!("the output cannot be written: {error}"), "")
    }

    /// The cloud that could not be asked at all (exit code 5): when not one call was answered, the first one's error says why.
    pub fn unreachable(facts: &Facts) -> Option<Self> {
        let asked = || facts.all().iter().filter(|fact| !is_evidence(fact));
        let failed = asked().find(|fact| fact.status == FactStatus::Error)?;
        let error = failed.error.as_ref()?;
        let trouble = Trouble::of(&error.code);
        // A refusal is an answer, unless the credentials themselves were refused: then some services say no more than "403".
        let answered = |fact: &Fact| match fact.status {
            FactStatus::Ok => fact.call != SIGN_IN,
            FactStatus::NotFound => true,
            FactStatus::Denied => !matches!(trouble, Trouble::Expired | Trouble::Refused),
            FactStatus::Error | FactStatus::Skipped => false,
        };
        if asked().any(answered) {
            return None;
        }
        let azure = cloud::by_id("azure").is_some_and(|azure| azure.permission(&failed.call).is_some());
        let (sentence, next) = if azure { of_azure(trouble, failed, error) } else { of_aws(trouble, failed, error) };
        Some(Failure { sentence, next: next.into(), exit: 5 })
    }
}

/// Why not one call was answered, in any cloud's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// There are no credentials.
    Nobody,
    /// There is no Region.
    NoRegion,
    /// The credentials had their time.
    Expired,
    /// The credentials were refused, not the request.
    Refused,
    /// Nothing answered.
    Unreached,
    /// Something else.
    Other,
}

impl Trouble {
    fn of(code: &str) -> Self {
        match code {
            "NoCredentials" => Trouble::Nobody,
            "NoRegion" => Trouble::NoRegion,
            "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" | "ExpiredAuthenticationToken" => {
                Trouble::Expired
            }
            "InvalidClientTokenId"
            | "UnrecognizedClientException"
            | "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "AuthFailure"
            | "InvalidAuthenticationInfo"
            | "SignInFailed" => Trouble::Refused,
            "ConnectError" | "Timeout" => Trouble::Unreached,
            // AADSTS…: what Entra ID says when it gives no token.
            code if code.starts_with("InvalidAuthenticationToken") || code.starts_with("AADSTS") => Trouble::Refused,
            _ => Trouble::Other,
        }
    }
}

fn of_aws(trouble: Trouble, failed: &Fact, error: &FactError) -> (String, &'static str) {
    match trouble {
        Trouble::Nobody => (
            format!("no credentials for AWS were found while asking {}", failed.call),
            "set AWS_PROFILE, run `aws sso login`, or walk a recorded file with --snapshot; `gatewalk diagnose --example` needs none",
        ),
        Trouble::NoRegion => (
            format!("no Region is set, so {} could not be asked", failed.call),
            "set AWS_REGION, or `region` in the profile",
        ),
        Trouble::Expired => (
            format!("AWS refused the credentials as expired while asking {}", failed.call),
            "sign in again (`aws sso login`, or fetch new keys), then repeat the command",
        ),
        Trouble::Refused => (
            format!("AWS does not know these credentials ({}) while asking {}", error.code, failed.call),
            "check the access key, its secret and the Region (`aws sts get-caller-identity` must work)",
        ),
        Trouble::Unreached => (
            format!("AWS could not be reached while asking {}: {}", failed.call, error.message),
            "check the network, the Region's name and AWS_ENDPOINT_URL",
        ),
        Trouble::Other => not_one(failed, error),
    }
}

fn of_azure(trouble: Trouble, failed: &Fact, error: &FactError) -> (String, &'static str) {
    match trouble {
        Trouble::Nobody => (
            format!("no credentials for Azure were found while asking {}: {}", failed.call, error.message),
            "run `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or walk a recorded file with --snapshot",
        ),
        Trouble::Expired => (
            format!("Azure refused the sign-in as expired while asking {}", failed.call),
            "sign in again (`az login`), then repeat the command",
        ),
        Trouble::Refused => (
            format!("Azure refused the sign-in ({}) while asking {}: {}", error.code, failed.call, error.message),
            "sign in to the account's own tenant (`az login --tenant TENANT`), or check AZURE_TENANT_ID, AZURE_CLIENT_ID and the secret",
        ),
        Trouble::Unreached => (
            format!("Azure could not be reached while asking {}: {}", failed.call, error.message),
            "check the network, a proxy (HTTPS_PROXY), AZURE_AUTHORITY_HOST and GATEWALK_AZURE_ENDPOINT",
        ),
        Trouble::NoRegion | Trouble::Other => not_one(failed, error),
    }
}

fn not_one(failed: &Fact, error: &FactError) -> (String, &'static str) {
    (
        format!("not one question was answered; {} failed with {}: {}", failed.call, error.code, error.message),
        "`gatewalk doctor` says what this machine has",
    )
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "gatewalk: {}", visible(&self.sentence))?;
        if self.next.is_empty() { Ok(()) } else { writeln!(f, "  next: {}", visible(&self.next)) }
    }
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Words { sentence, next } => Failure::usage(sentence, next),
            RequestError::Playbook(error) => (*error).into(),
        }
    }
}

impl From<PlaybookError> for Failure {
    fn from(error: PlaybookError) -> Self {
        let next =
            error.help.clone().unwrap_or_else(|| "`gatewalk playbook schema` prints what a playbook may hold".into());
        let exit = if error.line == 0 && error.message.starts_with("there is no playbook") { 2 } else { 4 };
        let handler = miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::none()).with_context_lines(1);
        let mut drawn = String::new();
        let bare = error.line == 0 || handler.render_report(&mut drawn, &error).is_err();
        let place = if error.line == 0 {
            error.file.clone()
        } else {
            format!("{}:{}:{}", error.file, error.line, error.column)
        };
        let sentence = format!("{place}: {}", error.message);
        let picture = if bare { String::new() } else { excerpt(&drawn) };
        Failure { sentence: format!("{sentence}{picture}"), next, exit }
    }
}

impl From<Box<PlaybookError>> for Failure {
    fn from(error: Box<PlaybookError>) -> Self {
        (*error).into()
    }
}

/// The lines of the drawing that show the source.
fn excerpt(drawn: &str) -> String {
    let source =
        |line: &&str| line.trim_start().starts_with(|c: char| c.is_ascii_digit() || c == '·' || c == ':' || c == '|');
    drawn.lines().filter(source).map(|line| format!("\n {}", line.trim_end())).collect()
}

impl From<SnapshotError> for Failure {
    fn from(error: SnapshotError) -> Self {
        Failure::invalid(error.to_string(), "take the snapshot again with --save, or `gatewalk snapshot import`")
    }
}

impl From<Failure> for HostError {
    fn from(failure: Failure) -> Self {
        HostError { sentence: failure.sentence, next: failure.next, exit: failure.exit }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    fn fact(call: &str, status: FactStatus, code: &str) -> Fact {
        let error = (!code.is_empty()).then(|| FactError { code: code.into(), message: "as it was said".into() });
        let params = Map::from_iter([("id".to_owned(), json!(code))]);
        let body = (status == FactStatus::Ok).then(|| json!({}));
        Fact { id: String::new(), call: call.into(), params, status, at: String::new(), took_ms: 0, body, error }
    }

    /// A sign-in that worked is no answer of the cloud; one answer of the cloud is enough.
    #[test]
    fn a_cloud_that_could_not_be_asked_is_named_with_the_next_step() {
        use FactStatus::{Denied, Error, NotFound, Ok};
        for (facts, cloud, next) in [
            (vec![fact("entra:GetToken", Error, "NoCredentials")], "Azure", "az login"),
            (
                vec![fact("entra:GetToken", Ok, ""), fact("storage:GetAccount", Error, "ExpiredAuthenticationToken")],
                "Azure refused the sign-in as expired",
                "az login",
            ),
            (
                vec![
                    fact("storage:GetAccount", Error, "InvalidAuthenticationTokenTenant"),
                    fact("subscriptions:Get", Denied, "403"),
                ],
                "InvalidAuthenticationTokenTenant",
                "--tenant",
            ),
            (vec![fact("storage:GetAccount", Error, "AADSTS7000215")], "AADSTS7000215", "AZURE_CLIENT_ID"),
            (
                vec![fact("storage:GetAccount", Error, "ConnectError")],
                "Azure could not be reached",
                "GATEWALK_AZURE_ENDPOINT",
            ),
            (vec![fact("sts:GetCallerIdentity", Error, "NoCredentials")], "AWS", "AWS_PROFILE"),
            (
                vec![fact("sts:GetCallerIdentity", Error, "Timeout"), fact("reported:Denial", Ok, "")],
                "AWS could not be reached",
                "Region",
            ),
        ] {
            let failure = Failure::unreachable(&Facts::new(facts)).unwrap();
            assert_eq!(failure.exit, 5);
            assert!(failure.sentence.contains(cloud) && failure.next.contains(next), "{failure}");
        }
        for facts in [
            vec![fact("storage:GetAccount", Error, "ConnectError"), fact("subscriptions:Get", NotFound, "404")],
            vec![
                fact("storage:GetAccount", Error, "Timeout"),
                fact("subscriptions:Get", Denied, "AuthorizationFailed"),
            ],
            vec![fact("storage:GetAccount", Error, "ExpiredAuthenticationToken"), fact("subscriptions:Get", Ok, "")],
            vec![fact("entra:GetToken", Ok, "")],
        ] {
            assert_eq!(Failure::unreachable(&Facts::new(facts)), None);
        }
    }
}
