//! What a cloud must offer. The registry of clouds is [`crate::cloud`].

use std::collections::BTreeMap;

use serde_json::Value;

use crate::facts::{Call, Facts, Reading};
use crate::model::{Denial, Judgement, Layer, Request};

/// What a gate is asked: the request, the facts, and what the playbook's step says.
#[derive(Debug)]
pub struct Ask<'a> {
    /// The user's question.
    pub request: &'a Request,
    /// The facts, noting what is read.
    pub reading: &'a Reading<'a>,
    /// The step's `with`, evaluated: parameter name → value.
    pub with: &'a BTreeMap<String, Value>,
    /// The action judged: the step's own, else the request's.
    pub action: &'a str,
}

impl<'a> Ask<'a> {
    /// A text parameter of the step.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.with.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// Whose request it is: the step's `principal`, else the request's.
    #[must_use]
    pub fn principal(&self) -> &'a str {
        self.text("principal").unwrap_or(&self.request.principal)
    }

    /// What it goes to: the step's `resource`, else the request's.
    #[must_use]
    pub fn resource(&self) -> &'a str {
        self.text("resource").unwrap_or(&self.request.resource)
    }

    /// Where it comes from: the step's `origin`, else the request's.
    #[must_use]
    pub fn origin(&self) -> &'a str {
        self.text("origin").unwrap_or(&self.request.origin)
    }
}

/// A parameter that a gate understands in a step's `with`.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What it says, in one sentence.
    pub about: &'static str,
}

/// One control, as one entry of a provider's gate table: documentation, lint and judging come from it.
#[derive(Debug, Clone, Copy)]
pub struct Gate {
    /// Its name in the contract, e.g. `endpoint-policy`.
    pub name: &'static str,
    /// The layer it belongs to.
    pub layer: Layer,
    /// What it is, in one sentence.
    pub about: &'static str,
    /// Every reason it can give for being closed or unknown, with its meaning.
    pub reasons: &'static [(&'static str, &'static str)],
    /// The parameters it understands beside `principal`, `action`, `resource` and `origin`.
    pub params: &'static [Param],
    /// The judge: a pure function of facts and request.
    pub judge: fn(&Ask<'_>) -> Judgement,
}

impl Gate {
    /// True when it judges an action, not only a way or a state: it can say that nothing allows it, or that something denies it.
    #[must_use]
    pub fn judges_actions(&self) -> bool {
        const RIGHTS: &[&str] = &["explicit-deny", "no-allow", "no-role", "condition-failed", "no-permission"];
        self.reasons.iter().any(|(reason, _)| RIGHTS.contains(reason))
    }

    /// The reason for being closed because nothing allows it, as this gate names it.
    #[must_use]
    pub fn lacking(&self) -> &'static str {
        let named = self.reasons.iter().find(|(reason, _)| ["no-allow", "no-role"].contains(reason));
        named.map_or("no-allow", |(reason, _)| reason)
    }
}

/// One cloud.
pub trait Provider: Sync {
    /// `aws`.
    fn id(&self) -> &'static str;

    /// Its gates.
    fn gates(&self) -> &'static [Gate];

    /// The permission a read call needs, e.g. `s3:GetEncryptionConfiguration` for `s3:GetBucketEncryption`;
    /// `None` when it is no read call of this provider (the lint refuses it, the engine never makes it).
    fn permission(&self, call: &str) -> Option<&'static str>;

    /// The names of all read calls.
    fn calls(&self) -> Vec<&'static str>;

    /// The command a person would type to ask the same, e.g. `aws ec2 describe-vpcs --vpc-ids vpc-1`.
    fn command(&self, call: &Call) -> String;

    /// Completes a request from the facts that are there: an empty principal becomes the caller's.
    fn complete(&self, request: &mut Request, reading: &Reading<'_>);

    /// True when this principal, in the words of a request, is the caller as the cloud told it.
    fn is_caller(&self, principal: &str, facts: &Facts) -> bool;

    /// True when a probe of this name (`GetObject`, `HeadBlob`) that was let in shows that this action is.
    fn shows(&self, probe: &str, action: &str) -> bool;

    /// What CEL sees as `view` once facts are there: derived things that would be hard to say in an expression
    /// (`view.place`, `view.way.s3`, …). Keys are missing while unknown.
    fn view(&self, request: &Request, reading: &Reading<'_>) -> Value;

    /// Looks into a broader answer (an unfiltered `describe-…` from an imported file) for what `call` asks:
    /// the body that the narrower call would have got; `None` when it cannot be derived.
    fn narrow(&self, call: &Call, broader: &Call, body: &Value) -> Option<Value>;

    /// What a call would have got, told by answers of other calls; `None` when they do not tell.
    fn derived(&self, _call: &Call, _facts: &Facts) -> Option<Value> {
        None
    }

    /// The calls that a file's body answers, with the answers, where the body tells them (`name`: the file's, without extension);
    /// `None` when it is nothing of this cloud's that can be told.
    fn import(&self, _name: &str, _body: &Value) -> Option<Vec<(Call, Value)>> {
        None
    }

    /// True when a text bears this cloud's own marks: its hosts, the shapes of its ids, its header names, codes that nobody else uses.
    fn bears_marks(&self, text: &str) -> bool;

    /// What an error text, an HTTP answer or an audit event tells: one denial an error, none when it tells nothing.
    fn denials(&self, text: &str) -> Vec<Denial>;

    /// The read calls that tell more of a denial than its text does: ids and encoded messages that only the cloud can look up.
    fn details(&self, denial: &Denial) -> Vec<Call>;

    /// Adds to a denial what such a call answered.
    fn detailed(&self, denial: &mut Denial, call: &Call, body: &Value);

    /// Splits a resource or principal in the user's words into named parts that playbooks use
    /// (`arn.account`, …); `Err` says what is wrong with it.
    fn parse(&self, text: &str) -> Result<Value, String>;
}
