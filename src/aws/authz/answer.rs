//! An answer, as the contract's section 6 has it.

use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// What one layer, or the whole, comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum Outcome {
    Allowed,
    #[serde(rename = "ExplicitlyDenied")]
    Explicit,
    #[serde(rename = "ImplicitlyDenied")]
    Implicit,
    AllowedForAccount,
    DeniedForAccount,
}

/// The answer to a case.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer<'c> {
    pub(super) id: &'c RawValue,
    pub(super) result: Outcome,
    pub(super) blocked_by: Vec<&'static str>,
    pub(super) layers: Layers,
    pub(super) scp_levels: Vec<LevelOutcome<'c>>,
    pub(super) matched: Vec<Matched<'c>>,
}

/// Layer by layer; `None` where a layer has no policy.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Layers {
    pub identity: Option<Outcome>,
    pub session: Option<Outcome>,
    pub boundary: Option<Outcome>,
    pub resource: Option<Outcome>,
    pub scp: Option<Outcome>,
    pub rcp: Option<Outcome>,
    pub endpoint: Option<Outcome>,
}

#[derive(Debug, Serialize)]
pub(super) struct LevelOutcome<'c> {
    pub target: &'c str,
    pub result: Outcome,
}

/// A statement that speaks to the request.
#[derive(Debug, Serialize)]
pub(super) struct Matched<'c> {
    pub layer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<&'c str>,
    pub policy: &'c str,
    pub statement: usize,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "sid")]
    pub sid: Option<Sid>,
    pub effect: &'static str,
    #[serde(rename = "principalMatch", skip_serializing_if = "Option::is_none")]
    pub principal_match: Option<&'static str>,
}

/// A statement's Sid, where it stands in the compiled document.
#[derive(Debug)]
pub(super) struct Sid(pub std::sync::Arc<super::super::policy::Document>, pub usize);

#[expect(clippy::ref_option, reason = "serde hands a reference to the field")]
fn sid<S: Serializer>(sid: &Option<Sid>, to: S) -> Result<S::Ok, S::Error> {
    let value = sid.as_ref().and_then(|Sid(document, at)| document.statements.get(*at)?.source.get("Sid"));
    value.unwrap_or(&Value::Null).serialize(to)
}
