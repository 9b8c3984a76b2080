//! AWS as one of the clouds.

use serde_json::Value;

use super::gates;
use crate::facts::{Call, Reading};
use crate::model::Request;
use crate::provider::{Gate, Provider};

/// Amazon Web Services.
#[derive(Debug, Clone, Copy)]
pub struct Aws;

impl Provider for Aws {
    fn id(&self) -> &'static str {
        "aws"
    }

    fn gates(&self) -> &'static [Gate] {
        gates::all()
    }

    fn permission(&self, _call: &str) -> Option<&'static str> {
        None
    }

    fn calls(&self) -> Vec<&'static str> {
        Vec::new()
    }

    fn command(&self, call: &Call) -> String {
        call.name.clone()
    }

    fn complete(&self, _request: &mut Request, _reading: &Reading<'_>) {}

    fn view(&self, _request: &Request, _reading: &Reading<'_>) -> Value {
        Value::Null
    }

    fn narrow(&self, _call: &Call, _broader: &Call, _body: &Value) -> Option<Value> {
        None
    }

    fn parse(&self, text: &str) -> Result<Value, String> {
        Ok(Value::String(text.into()))
    }
}
