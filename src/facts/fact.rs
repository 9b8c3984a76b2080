//! One answer of one read call.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The parameters of a call, as the provider names them (AWS: the CLI's PascalCase JSON input).
pub type Params = Map<String, Value>;

/// One read call with its parameters; equal calls are made once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// `service:Operation`, e.g. `ec2:DescribeVpcEndpoints`.
    pub name: String,
    /// Its parameters.
    pub params: Params,
}

impl Call {
    /// A text that is equal for equal calls, whatever the order of their parameters.
    #[must_use]
    pub fn key(&self) -> String {
        key(&self.name, &self.params)
    }
}

/// See [`Call::key`].
pub(super) fn key(name: &str, params: &Params) -> String {
    fn object(map: &Params, out: &mut String) {
        let mut keys: Vec<_> = map.keys().collect();
        keys.sort();
        out.push('{');
        for key in keys {
            // Debug quotes and escapes, which is all that telling texts apart needs.
            let _ = write!(out, "{key:?}:");
            canonical(&map[key], out);
            out.push(',');
        }
        out.push('}');
    }
    fn canonical(value: &Value, out: &mut String) {
        match value {
            Value::Object(map) => object(map, out),
            Value::Array(items) => {
                out.push('[');
                for item in items {
                    canonical(item, out);
                    out.push(',');
                }
                out.push(']');
            }
            Value::String(text) => _ = write!(out, "{text:?}"),
            other => _ = write!(out, "{other}"),
        }
    }
    let mut key = String::with_capacity(name.len() + 48);
    key.push_str(name);
    key.push(' ');
    object(params, &mut key);
    key
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactStatus {
    /// It answered.
    Ok,
    /// The caller may not make it.
    Denied,
    /// It answered that there is no such thing (no bucket policy, no such role).
    NotFound,
    /// It failed otherwise: time-out, throttled to the end, server error.
    Error,
    /// It was not made: cancelled, or not in the snapshot.
    Skipped,
}

impl FactStatus {
    /// The name used in JSON and on screen.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            FactStatus::Ok => "ok",
            FactStatus::Denied => "denied",
            FactStatus::NotFound => "not-found",
            FactStatus::Error => "error",
            FactStatus::Skipped => "skipped",
        }
    }
}

/// The provider's own words on a call that did not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactError {
    /// The provider's error code, e.g. `AccessDenied`; our own for what no provider said: `Timeout`, `Cancelled`, `NotRecorded`.
    pub code: String,
    /// The provider's message, secrets removed.
    pub message: String,
}

/// One answer of one read call, as the cloud gave it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// `f1`, … in the order of the plan, not of arrival, so that live and replay agree.
    pub id: String,
    /// `service:Operation`.
    pub call: String,
    /// The call's parameters.
    pub params: Params,
    /// How it ended.
    pub status: FactStatus,
    /// When it was asked (RFC 3339, UTC).
    pub at: String,
    /// How long it took, in milliseconds, all pages and retries included.
    pub took_ms: u64,
    /// The provider's JSON, when it answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// Why there is no body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<FactError>,
}
