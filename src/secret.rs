//! Keys, tokens and signatures have no place in facts, errors and reports.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

static IN_TEXTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let names = "x-amz-(?:signature|security-token|credential)|awsaccesskeyid|signature|secretaccesskey|sessiontoken|accountkey|sharedaccesskey\
                 |sharedaccesssignature|client_secret|client_assertion|access_token|refresh_token|sig";
    // A bearer token is known by its beginning wherever it stands (RFC 7519: a JSON object in base64url).
    let pattern = format!(
        r#"(?i)(\b(?:{names})["']?\s*[=:]\s*["']?)[^\s&,;"']+|(\bauthorization["']?\s*[=:]\s*["']?(?:(?:bearer|basic|sharedkey|sharedkeylite)\s+)?)[^\s&,;"']+|(\bbearer\s+)[\w.-]{{20,}}|\beyJ[\w-]+\.[\w-]+\.[\w-]*"#
    );
    Regex::new(&pattern).ok()
});

/// The text without keys, tokens and signatures.
#[must_use]
pub fn scrubbed(text: &str) -> String {
    match &*IN_TEXTS {
        Some(secret) => secret.replace_all(text, "${1}${2}${3}…").into_owned(),
        None => String::new(),
    }
}

/// Takes secrets out of an answer: what stands under a name that is one, settings of programs, and signatures inside of texts.
pub fn scrub(body: &mut Value) {
    under("", body);
}

fn under(parent: &str, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !is_secret(parent, name));
            for (name, value) in fields {
                // Variables of a deployment or a job often hold keys; their names are enough.
                match (name.eq_ignore_ascii_case("environmentVariables"), &mut *value) {
                    (true, Value::Object(variables)) => {
                        variables.values_mut().for_each(|value| *value = Value::String("…".into()));
                    }
                    _ => under(name, value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| under(parent, item)),
        Value::String(text) if may_hold(text) => *text = scrubbed(text),
        _ => {}
    }
}

fn is_secret(parent: &str, name: &str) -> bool {
    const NAMES: &[&str] = &[
        "accountKey",
        "primaryKey",
        "secondaryKey",
        "primaryAccessKey",
        "secondaryAccessKey",
        "sasToken",
        "sharedAccessKey",
        "clientSecret",
        "connectionString",
        "primaryConnectionString",
        "secondaryConnectionString",
        "protectedSettings",
    ];
    NAMES.iter().any(|secret| secret.eq_ignore_ascii_case(name))
        || name.to_ascii_lowercase().ends_with("password")
        // `accessPolicies[].permissions.secrets` of a vault is none.
        || (parent.eq_ignore_ascii_case("credentials") && name.eq_ignore_ascii_case("secrets"))
}

fn may_hold(text: &str) -> bool {
    text.contains('=') || text.contains("eyJ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_taken_out_of_texts() {
        let text = scrubbed(
            "refused: X-Amz-Signature=abc123&X-Amz-Security-Token=T0K Authorization: AWS4 done, Authorization: Bearer T1K; \
             https://a.blob.core.windows.net/c/b?sp=r&sig=T2K%3D&se=1 AccountKey=T3K==;x eyJ0eXAi.eyJvaWQi.T4K \"access_token\":\"T5K\" client_secret=T6K \
             Authorization: SharedKey acct:T7K== Authorization: Basic T8K; sent bearer T9K45678901234567890",
        );
        for secret in ["abc123", "T0K", "T1K", "T2K", "T3K", "T4K", "T5K", "T6K", "T7K", "T8K", "T9K"] {
            assert!(!text.contains(secret), "{text}");
        }
        assert!(text.contains("done") && text.contains("sp=r") && text.contains("se=1"), "{text}");
        let harmless =
            "design=good, The client 'x' with object id 'y' does not have authorization to perform action 'a/read'";
        assert_eq!(scrubbed(harmless), harmless);
    }

    #[test]
    fn secrets_are_taken_out_of_answers() {
        let mut body = json!({"properties": {
            "credentials": {"credentialsType": "Sas", "secrets": {"sasToken": "T0"}},
            "accessPolicies": [{"permissions": {"secrets": ["get"]}}],
            "environmentVariables": {"KEY": "T1"}, "primaryKey": "T2", "adminPassword": "T3",
            "url": "https://a.blob.core.windows.net/c?sp=r&sig=T4", "keyvaultproperties": {"keyName": "k"},
        }});
        scrub(&mut body);
        let left = json!({"properties": {
            "credentials": {"credentialsType": "Sas"},
            "accessPolicies": [{"permissions": {"secrets": ["get"]}}],
            "environmentVariables": {"KEY": "…"},
            "url": "https://a.blob.core.windows.net/c?sp=r&sig=…", "keyvaultproperties": {"keyName": "k"},
        }});
        assert_eq!(body, left);
    }
}
