//! The question: who does what to what, from where.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The principal of a request that nobody signed.
pub const ANONYMOUS: &str = "anonymous";
/// The origin when nobody said where the request comes from and no playbook could find out.
pub const ORIGIN_UNKNOWN: &str = "unknown";

/// One question, with everything that was said or found out about it before a gate is judged.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Request {
    /// The cloud, e.g. `aws`.
    pub provider: String,
    /// Who: an ARN, an object id, or [`ANONYMOUS`]; empty until the caller is known.
    pub principal: String,
    /// The provider's own name of the action, e.g. `s3:GetObject`.
    pub action: String,
    /// To what: the provider's own name of the resource, e.g. an ARN.
    pub resource: String,
    /// From where, in the words of `--from`; [`ORIGIN_UNKNOWN`] when not known.
    pub origin: String,
    /// Inputs of the playbook by name (`-i NAME=VALUE`, captures of its `match`, defaults).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, String>,
}

impl Request {
    /// Whether another request asks the same of the same, from the same place.
    pub fn is_same_question(&self, other: &Request) -> bool {
        let key = |of: &Request| [&of.principal, &of.action, &of.resource, &of.origin].map(String::clone);
        key(self) == key(other)
    }

    /// Condition keys that the user stated with `-i context:KEY=VALUE`: the key as written, and its value.
    pub fn stated_context(&self) -> impl Iterator<Item = (&str, &str)> {
        self.inputs.iter().filter_map(|(name, value)| Some((name.strip_prefix("context:")?, value.as_str())))
    }
}
