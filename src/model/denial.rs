//! What a cloud said when it refused a request: read from a text, before anything is asked.

use serde_json::{Value, json};

use super::{Effect, Layer, SCHEMA_VERSION};

/// A refusal as the cloud worded it. What the text does not tell is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Denial {
    /// The cloud, e.g. `aws`.
    pub provider: String,
    /// Who asked, as written.
    pub principal: Option<String>,
    /// The action, as written.
    pub action: Option<String>,
    /// The resource, as written; quotes removed.
    pub resource: Option<String>,
    /// From where, in the words of `--from`.
    pub origin: Option<String>,
    /// What the cloud blames.
    pub reported: Reported,
    /// How the text is dressed.
    pub message: Message,
    /// The action that the operation's name stands for, where the text names no action.
    pub implied_action: Option<String>,
    /// What the text means, in plain words.
    pub notes: Vec<String>,
}

/// What the cloud blames.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reported {
    /// The gate's name.
    pub gate: Option<String>,
    /// Whether something denies, or nothing allows.
    pub effect: Option<Effect>,
    /// The policy it names.
    pub policy: Option<String>,
    /// The layer of the gate, or what else the text tells.
    pub layer: Option<Layer>,
}

/// The error around the words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// The error's code, e.g. `AccessDenied`.
    pub code: Option<String>,
    /// The operation that was called, e.g. `GetObject`.
    pub operation: Option<String>,
    /// An id by which the cloud gives details.
    pub authorization_id: Option<String>,
    /// A message that only the cloud can decode.
    pub encoded: Option<String>,
    /// The VPC endpoint that the request passed.
    pub endpoint: Option<String>,
}

impl Denial {
    /// The shape of the contract's section 2; the dressing beside it under `message`.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({
            "schema_version": SCHEMA_VERSION,
            "request": {
                "provider": self.provider, "principal": self.principal, "action": self.action,
                "resource": self.resource, "origin": self.origin,
            },
            "reported": {
                "gate": self.reported.gate, "effect": self.reported.effect,
                "policy": self.reported.policy, "layer": self.reported.layer,
            },
            "message": {
                "code": self.message.code, "operation": self.message.operation,
                "authorization_id": self.message.authorization_id, "encoded": self.message.encoded,
                "endpoint": self.message.endpoint, "implied_action": self.implied_action, "notes": self.notes,
            },
        })
    }

    /// How much it tells of the request and of what is blamed.
    #[must_use]
    pub fn told(&self) -> usize {
        let reported = &self.reported;
        let texts = [&self.principal, &self.action, &self.resource, &self.origin, &reported.gate, &reported.policy];
        texts.iter().filter(|text| text.is_some()).count()
            + usize::from(reported.effect.is_some())
            + usize::from(reported.layer.is_some())
    }

    /// True when it tells nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Denial { provider: self.provider.clone(), ..Denial::default() }
    }
}
