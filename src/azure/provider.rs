//! Azure as one of the clouds.

use serde_json::{Value, json};

use super::{calls, denial, gates, id, import};
use crate::facts::{Call, Facts, Known, Reading};
use crate::model::{ANONYMOUS, Denial, Request};
use crate::provider::{Gate, Provider};

/// Microsoft Azure.
#[derive(Debug, Clone, Copy)]
pub struct Azure;

impl Provider for Azure {
    fn id(&self) -> &'static str {
        "azure"
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

    /// The object id in the caller's own token stands for a principal that nobody named.
    fn complete(&self, request: &mut Request, reading: &Reading<'_>) {
        if request.principal.is_empty()
            && let Known::Yes(claims) = reading.answer("entra:GetToken", &[])
        {
            claims.get("oid").and_then(Value::as_str).unwrap_or_default().clone_into(&mut request.principal);
        }
    }

    fn view(&self, _request: &Request, _reading: &Reading<'_>) -> Value {
        json!({})
    }

    fn narrow(&self, call: &Call, broader: &Call, body: &Value) -> Option<Value> {
        import::narrow(call, broader, body)
    }

    fn derived(&self, call: &Call, facts: &Facts) -> Option<Value> {
        import::derived(call, facts)
    }

    fn import(&self, name: &str, body: &Value) -> Option<Vec<(Call, Value)>> {
        import::answers(name, body)
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
        let address = ["https://", "http://", "azureml://"].iter().any(|scheme| text.starts_with(scheme));
        let upn = text.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.'));
        if text == ANONYMOUS || address || upn || id::is_guid(text) || id::is_arm(text) {
            return Ok(Value::String(text.to_owned()));
        }
        Err("it is neither an object id (a GUID), a user's name (NAME@DOMAIN), an ARM id (/subscriptions/…), an https:// address, \
             nor `anonymous`"
            .to_owned())
    }
}
