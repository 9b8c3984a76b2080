//! What AWS tells of a denial when it is asked: `sts:DecodeAuthorizationMessage` (STS API Reference), and the details behind an
//! authorization id (IAM User Guide, `troubleshoot_access-denied-authorization-id`).

use serde_json::{Value, json};

use super::{layer, wording};
use crate::facts::Call;
use crate::model::{Denial, Effect};

const DECODE: &str = "sts:DecodeAuthorizationMessage";
const DETAILS: &str = "iam-toolbox:GetRequestAuthorizationDetails";

/// The checks of Access Troubleshooter, and our gates.
const CHECKS: &[(&str, &str)] = &[
    ("RESOURCE_CONTROL_POLICY", "rcp"),
    ("SERVICE_CONTROL_POLICY", "scp"),
    ("VPC_ENDPOINT", "endpoint-policy"),
    ("RESOURCE", "resource-policy"),
    ("PRINCIPAL", "identity-policy"),
    ("PERMISSIONS_BOUNDARY", "permissions-boundary"),
    ("SESSION", "session-policy"),
];

/// The calls that would tell more.
#[must_use]
pub fn details(denial: &Denial) -> Vec<Call> {
    let call = |name: &str, parameter: &str, value: &Option<String>| {
        let params = json!({parameter: value.as_ref()?});
        Some(Call { name: name.to_owned(), params: params.as_object()?.clone() })
    };
    let message = &denial.message;
    let calls =
        [call(DECODE, "EncodedMessage", &message.encoded), call(DETAILS, "authorizationId", &message.authorization_id)];
    calls.into_iter().flatten().collect()
}

/// Adds what a call told; what the text said itself stays.
pub fn detailed(denial: &mut Denial, call: &Call, body: &Value) {
    match call.name.as_str() {
        DECODE => {
            let decoded =
                body.get("DecodedMessage").and_then(Value::as_str).and_then(|text| serde_json::from_str(text).ok());
            decoded.iter().for_each(|decoded| from_decoded(denial, decoded));
        }
        DETAILS => from_details(denial, body),
        _ => {}
    }
    denial.reported.layer = denial.reported.gate.as_deref().and_then(layer).or(denial.reported.layer);
}

fn from_decoded(denial: &mut Denial, decoded: &Value) {
    let at =
        |path: &str| decoded.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    denial.principal = denial.principal.take().or_else(|| at("/context/principal/arn"));
    denial.action = denial.action.take().or_else(|| at("/context/action"));
    denial.resource = denial.resource.take().or_else(|| at("/context/resource"));
    let explicit = decoded.get("explicitDeny").and_then(Value::as_bool);
    let effect = explicit.map(|explicit| if explicit { Effect::ExplicitDeny } else { Effect::NoAllow });
    denial.reported.effect = denial.reported.effect.or(effect);
}

/// The first evaluation that did not allow, and in it the check that denied; an explicit deny before a missing allow.
fn from_details(denial: &mut Denial, body: &Value) {
    let items = |value: &Value, key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let effect = |value: &Value| match value.get("evaluatedEffect").and_then(Value::as_str) {
        Some("EXPLICIT_DENY") => Some(Effect::ExplicitDeny),
        Some("IMPLICIT_DENY") => Some(Effect::NoAllow),
        _ => None,
    };
    let Some((evaluation, denied)) = items(body, "evaluations")
        .into_iter()
        .find_map(|evaluation| Some((effect(&evaluation)?, evaluation)).map(|(effect, of)| (of, effect)))
    else {
        return;
    };
    let text =
        |key: &str| evaluation.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    denial.action = denial.action.take().or_else(|| text("action"));
    denial.resource = denial.resource.take().or_else(|| text("resource"));
    denial.reported.effect = Some(denied);
    let Some(check) = items(&evaluation, "checks").into_iter().find(|check| effect(check) == Some(denied)) else {
        return;
    };
    let kind = check.get("checkType").and_then(Value::as_str).unwrap_or_default();
    if let Some((_, gate)) = CHECKS.iter().find(|(known, _)| *known == kind) {
        denial.reported.gate = Some((*gate).to_owned());
        wording::own_kind(denial);
    }
    let uris = items(&check, "matchedPolicies")
        .into_iter()
        .filter_map(|policy| policy.get("uri")?.as_str().map(str::to_owned));
    // Inline policies have an opaque id that names nothing.
    denial.reported.policy =
        denial.reported.policy.take().or_else(|| uris.into_iter().find(|uri| uri.starts_with("arn:")));
}
