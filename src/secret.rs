//! Texts that may hold keys, tokens and signatures, without them.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// `text` with the values of signatures (AWS `X-Amz-Signature`, Azure `sig`), tokens, keys and `Authorization` headers left out.
#[must_use]
pub fn without(text: &str) -> Cow<'_, str> {
    static SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let names = "x-amz-(?:signature|security-token|credential)|awsaccesskeyid|signature|secretaccesskey|sessiontoken|sharedaccesssignature|\
                     accountkey|client_secret|client_assertion|access_token|refresh_token";
        let pattern = format!(
            r#"(?i)(\b(?:{names})"?\s*[=:]\s*"?|[?&;\s"']sig=|^sig=)[^\s&,;"']+|(\bauthorization"?\s*[=:]\s*"?(?:bearer |basic |sharedkey )?)[^\s&,;"']+|(\bbearer )[a-z0-9_\-.]{{20,}}"#
        );
        Regex::new(&pattern).ok()
    });
    match &*SECRET {
        Some(secret) => secret.replace_all(text, "${1}${2}${3}…"),
        None => Cow::Borrowed(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_taken_out_and_nothing_else() {
        for (text, left) in [
            (
                "refused: X-Amz-Signature=abc123&X-Amz-Security-Token=T0K done",
                "refused: X-Amz-Signature=…&X-Amz-Security-Token=… done",
            ),
            ("Authorization: Bearer eyJhbGciOi.J9.x next", "Authorization: Bearer … next"),
            (
                "https://a.blob.core.windows.net/c/b?sv=1&sig=a%2Fb%3D&sp=r",
                "https://a.blob.core.windows.net/c/b?sv=1&sig=…&sp=r",
            ),
            ("sig=abc", "sig=…"),
            (r#"{"access_token": "abc", "client_secret":"x"}"#, r#"{"access_token": "…", "client_secret":"…"}"#),
            (
                "AccountName=a;AccountKey=abc==;EndpointSuffix=core.windows.net",
                "AccountName=a;AccountKey=…;EndpointSuffix=core.windows.net",
            ),
            ("nothing to hide: design=1, Authorization", "nothing to hide: design=1, Authorization"),
        ] {
            assert_eq!(without(text), left);
        }
    }
}
