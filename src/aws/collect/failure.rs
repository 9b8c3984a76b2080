//! What went wrong with a call, in the provider's own words, secrets removed.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::facts::{FactStatus, Failed};

/// From what the SDK says.
pub fn of<E>(error: &SdkError<E, HttpResponse>) -> Failed
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    match error {
        SdkError::TimeoutError(_) => Failed::timeout(),
        SdkError::ServiceError(service) => {
            let http = service.raw().status().as_u16();
            let code = service.err().code().map_or_else(|| http.to_string(), str::to_owned);
            let message = service.err().message().unwrap_or_default();
            Failed::ended(status(&code, message, http), code, message)
        }
        SdkError::ResponseError(response) => {
            let http = response.raw().status().as_u16();
            let code = http.to_string();
            Failed::ended(status(&code, "", http), code, "the answer cannot be read")
        }
        other => before_the_wire(&DisplayErrorContext(other).to_string()),
    }
}

fn before_the_wire(text: &str) -> Failed {
    let lower = text.to_ascii_lowercase();
    let said = |needles: &[&str]| needles.iter().any(|needle| lower.contains(needle));
    if said(&[
        "no providers in chain",
        "no credentials",
        "credentialsnotloaded",
        "credentials provider was not enabled",
        "could not find profile",
        "profile was not defined",
    ]) {
        Failed::error("NoCredentials", "no credentials were found")
    } else if said(&["missing region", "region must be set", "no region"]) {
        Failed::error("NoRegion", "no Region is set")
    } else if said(&["timeout", "timed out"]) {
        Failed::timeout()
    } else if said(&["connect", "dns", "io error", "tls", "connection"]) {
        Failed::error("ConnectError", &last_cause(text))
    } else {
        Failed::error("Failed", &last_cause(text))
    }
}

/// The innermost of "a: b: c (Debug…)", which is what people understand.
fn last_cause(text: &str) -> String {
    let spoken = text.split(" (").next().unwrap_or(text);
    spoken.rsplit(": ").next().unwrap_or(spoken).to_owned()
}

/// How a call with this error code ended.
pub fn status(code: &str, message: &str, http: u16) -> FactStatus {
    const DENIED: &[&str] = &[
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "Client.UnauthorizedOperation",
        "AuthorizationError",
        "AccessDeniedForDependencyException",
        "Forbidden",
        "403",
        // A member account's credentials do not see the organization's other parts.
        "AccountNotFoundException",
        "PolicyNotFoundException",
        "ChildNotFoundException",
        "TargetNotFoundException",
        "ParentNotFoundException",
    ];
    const ABSENT: &[&str] = &[
        "AWSOrganizationsNotInUseException",
        "ServerSideEncryptionConfigurationNotFoundError",
        "OwnershipControlsNotFoundError",
        "RepositoryPolicyNotFoundException",
        "NotFoundException",
        "NoSuchBucketPolicy",
        "NoSuchTagSet",
        "RecordNotFound",
        "404",
    ];
    const CREDENTIALS: &[&str] = &[
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "InvalidAccessKeyId",
    ];
    if CREDENTIALS.contains(&code) {
        return FactStatus::Error;
    }
    if DENIED.contains(&code) {
        return FactStatus::Denied;
    }
    let absent = ABSENT.contains(&code)
        || code.starts_with("NoSuch")
        || code.ends_with("NotFound")
        || code.ends_with("NotFoundException")
        || (code == "ValidationException" && (message.contains("Could not find") || message.contains("not found")));
    match (absent, http) {
        (true, _) => FactStatus::NotFound,
        (false, 403) => FactStatus::Denied,
        (false, _) => FactStatus::Error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_say_how_a_call_ended() {
        use FactStatus::{Denied, Error, NotFound};
        for (code, message, http, ended) in [
            ("AccessDenied", "", 403, Denied),
            ("UnauthorizedOperation", "", 403, Denied),
            ("SomethingNew", "", 403, Denied),
            ("ExpiredToken", "", 403, Error),
            ("InvalidClientTokenId", "", 403, Error),
            ("PolicyNotFoundException", "", 400, Denied),
            ("NoSuchBucketPolicy", "", 404, NotFound),
            ("NoSuchEntity", "", 404, NotFound),
            ("InvalidVpcID.NotFound", "", 400, NotFound),
            ("ValidationException", "Could not find requested job", 400, NotFound),
            ("ValidationException", "bad", 400, Error),
            ("InternalFailure", "", 500, Error),
        ] {
            assert_eq!(status(code, message, http), ended, "{code}");
        }
    }
}
