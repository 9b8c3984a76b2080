//! AWS as one of the clouds.

use serde_json::Value;

use super::case::{caller, field};
use super::policy::Principal;
use super::{arn, calls, denial, gates, network};
use crate::facts::{Call, Fact, Facts, Known, Reading};
use crate::model::{Denial, Request};
use crate::provider::{Gate, Provider};

/// Amazon Web Services.
#[derive(Debug, Clone, Copy)]
pub struct Aws;

/// The endpoint services whose ways a label may name even where there is no endpoint for them.
const SERVICES: &[&str] = &["s3", "sts", "ecr.api", "ecr.dkr", "sagemaker.api", "logs", "kms"];

impl Provider for Aws {
    fn id(&self) -> &'static str {
        "aws"
    }

    fn gates(&self) -> &'static [Gate] {
        gates::all()
    }

    fn permission(&self, call: &str) -> Option<&'static str> {
        calls::permission(call)
    }

    fn calls(&self) -> Vec<&'static str> {
        calls::names()
    }

    fn command(&self, call: &Call) -> String {
        calls::command(call)
    }

    /// The caller's own ARN stands for a principal that nobody named.
    fn complete(&self, request: &mut Request, reading: &Reading<'_>) {
        if request.principal.is_empty()
            && let Known::Yes(caller) = caller(reading)
        {
            field(caller, "Arn").unwrap_or_default().clone_into(&mut request.principal);
        }
    }

    fn is_caller(&self, principal: &str, facts: &Facts) -> bool {
        let caller = |fact: &Fact| fact.body.as_ref().and_then(|body| field(body, "Arn").map(|arn| arn == principal));
        facts.of_call("sts:GetCallerIdentity").find_map(|(_, fact)| caller(fact)).unwrap_or(false)
    }

    fn shows(&self, probe: &str, action: &str) -> bool {
        action.split_once(':').is_some_and(|(_, operation)| operation == probe)
    }

    fn view(&self, request: &Request, reading: &Reading<'_>) -> Value {
        network::view(reading, &request.origin, arn::region(&request.resource), SERVICES)
    }

    fn narrow(&self, call: &Call, broader: &Call, body: &Value) -> Option<Value> {
        calls::narrow(call, broader, body)
    }

    fn bears_marks(&self, text: &str) -> bool {
        denial::bears_marks(text)
    }

    fn denials(&self, text: &str) -> Vec<Denial> {
        denial::read(text)
    }

    fn details(&self, denial: &Denial) -> Vec<Call> {
        denial::details(denial)
    }

    fn detailed(&self, denial: &mut Denial, call: &Call, body: &Value) {
        denial::detailed(denial, call, body);
    }

    fn parse(&self, text: &str) -> Result<Value, String> {
        if Principal::parse(text).is_some() || arn::Arn::parse(text).is_some() {
            return Ok(Value::String(text.to_owned()));
        }
        Err("it is neither an ARN (arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE), a service's name, nor `anonymous`"
            .to_owned())
    }
}
