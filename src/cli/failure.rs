//! What ends the program early: a sentence, what to do next, and the contract's exit code.

use std::fmt;
use std::io;

use crate::engine::evidence::is_evidence;
use crate::facts::{Fact, FactStatus, Facts, SnapshotError};
use crate::playbook::{PlaybookError, RequestError};
use crate::tui::HostError;
use crate::visible::visible;

/// Codes by which AWS refuses the credentials, not the request.
const REFUSED_CREDENTIALS: &[&str] = &[
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "AuthFailure",
];

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
        // A refusal is an answer, unless the credentials themselves were refused: then some services say no more than "403".
        let answered = |fact: &Fact| match fact.status {
            FactStatus::Ok | FactStatus::NotFound => true,
            FactStatus::Denied => !REFUSED_CREDENTIALS.contains(&error.code.as_str()),
            FactStatus::Error | FactStatus::Skipped => false,
        };
        if asked().any(answered) {
            return None;
        }
        let (sentence, next) = match error.code.as_str() {
            "NoCredentials" => (
                format!("no credentials for AWS were found while asking {}", failed.call),
                "set AWS_PROFILE, run `aws sso login`, or walk a recorded file with --snapshot; `gatewalk diagnose --example` needs none",
            ),
            "NoRegion" => (
                format!("no Region is set, so {} could not be asked", failed.call),
                "set AWS_REGION, or `region` in the profile",
            ),
            "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => (
                format!("AWS refused the credentials as expired while asking {}", failed.call),
                "sign in again (`aws sso login`, or fetch new keys), then repeat the command",
            ),
            "InvalidClientTokenId"
            | "UnrecognizedClientException"
            | "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "AuthFailure" => (
                format!("AWS does not know these credentials ({}) while asking {}", error.code, failed.call),
                "check the access key, its secret and the Region (`aws sts get-caller-identity` must work)",
            ),
            "ConnectError" | "Timeout" => (
                format!("AWS could not be reached while asking {}: {}", failed.call, error.message),
                "check the network, the Region's name and AWS_ENDPOINT_URL",
            ),
            code => (
                format!("not one question was answered; {} failed with {code}: {}", failed.call, error.message),
                "`gatewalk doctor` says what this machine has",
            ),
        };
        Some(Failure { sentence, next: next.into(), exit: 5 })
    }
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
