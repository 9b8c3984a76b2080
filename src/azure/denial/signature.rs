//! Why a storage account could not authenticate a request: what `AuthenticationErrorDetail` says, or the address (Storage REST
//! reference, "Authorize with Shared Key", "Create a service SAS": error codes of shared access signatures).

use super::code::Meaning;
use super::says;
use crate::model::Layer;

const SAS: Option<&str> = Some("sas");

/// Part of the detail in lower case, what it says.
#[rustfmt::skip]
const DETAILS: &[(&str, Meaning)] = &[
    ("signature not valid in the specified time frame", says(SAS, None, None,
        "The shared access signature is not valid at this time: it has expired or has not begun.")),
    ("signed expiry time", says(SAS, None, None, "The times in the shared access signature do not fit: its end, its begin, or the signing key's.")),
    ("signed start time", says(SAS, None, None, "The times in the shared access signature do not fit: its end, its begin, or the signing key's.")),
    ("signature fields not well formed", says(SAS, None, None, "The shared access signature is malformed: fields are missing or were cut off.")),
    ("signature did not match", says(SAS, None, None,
        "The shared access signature does not fit: the address was changed, or the key it was made with is another one by now.")),
    ("access policy", says(SAS, None, None, "The stored access policy that the signature refers to is gone or has expired.")),
    ("user delegation key", says(SAS, None, None, "The user delegation key behind the signature has expired or was revoked.")),
    ("is mandatory. cannot be empty", says(SAS, None, None, "The shared access signature is malformed: fields are missing or were cut off.")),
    ("the mac signature found in the http request", says(None, None, Some(Layer::Identity),
        "The account key is wrong, or was regenerated; or a proxy changed the request. The account does take keys.")),
    ("request date header too old", says(None, None, Some(Layer::Identity), "The clock of the sender is more than fifteen minutes off.")),
    ("issuer validation failed", says(Some("token"), None, None, "The token is of another tenant than the account.")),
    ("audience validation failed", says(Some("token"), None, None, "The token is for another audience than the storage account.")),
    ("lifetime validation failed", says(Some("token"), None, None, "The token has expired: sign in again.")),
    ("'authorization' header is missing", says(Some("token"), None, None, "The request carried no token.")),
    ("'authorization' header is not present", says(Some("token"), None, None, "The request carried no token.")),
];

/// What only shared access signatures have in their addresses, in lower case.
const FIELDS: &[&str] =
    &["?sig=", "&sig=", "?sv=", "&sv=", "&se=", "?se=", "&sp=", "?sp=", "x-ms-copy-source-authorization"];

/// What `AuthenticationFailed` says, by the text around it.
pub fn meaning(lower: &str) -> Meaning {
    if let Some((_, meaning)) = DETAILS.iter().find(|(words, _)| lower.contains(words)) {
        return *meaning;
    }
    if FIELDS.iter().any(|field| lower.contains(field)) {
        return says(
            SAS,
            None,
            None,
            "The shared access signature was not accepted: expired, cut off, or made with a key that was regenerated.",
        );
    }
    says(
        None,
        None,
        Some(Layer::Identity),
        "The account could not authenticate the request: a shared access signature or account key that is wrong or has expired, a clock \
         that is off, or a token it does not take. AuthenticationErrorDetail in the answer's body says which.",
    )
}
