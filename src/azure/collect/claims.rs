//! What of a token may be known: who it is of, for whom, and until when. Never the token.

use azure_core::base64::decode_url_safe;
use serde_json::{Map, Value};

/// The claims that are kept (Microsoft identity platform, "Access token claims reference").
const KEPT: &[&str] = &[
    "oid",
    "tid",
    "aud",
    "appid",
    "azp",
    "idtyp",
    "upn",
    "unique_name",
    "preferred_username",
    "name",
    "xms_mirid",
    "iss",
    "iat",
    "nbf",
    "exp",
    "groups",
];

/// The claims of a token; none of one that is not readable (a JWT is JSON between dots; anything else is the issuer's own affair).
pub fn claims(token: &str) -> Map<String, Value> {
    let mut parts = token.split('.');
    let (Some(_), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Map::new();
    };
    let read = decode_url_safe(payload.trim_end_matches('=')).ok();
    let Some(Value::Object(mut claims)) = read.and_then(|bytes| serde_json::from_slice(&bytes).ok()) else {
        return Map::new();
    };
    claims.retain(|name, _| KEPT.contains(&name.as_str()));
    claims
}
