//! Azure as one of the clouds.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{calls, denial, gates, id, import, network, principal};
use crate::facts::{Call, Facts, Known, Reading};
use crate::model::{ANONYMOUS, Denial, Request};
use crate::provider::{Ask, Gate, Provider};

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

    /// The caller is known by object id, by name, and a managed identity by its ARM id.
    fn is_caller(&self, principal: &str, facts: &Facts) -> bool {
        let Some(claims) = facts.of_call("entra:GetToken").find_map(|(_, fact)| fact.body.as_ref()) else {
            return false;
        };
        let told = |claim: &&str| claims.get(claim).and_then(Value::as_str).is_some_and(|own| id::same(own, principal));
        !principal.is_empty() && ["oid", "upn", "unique_name", "preferred_username", "xms_mirid"].iter().any(told)
    }

    fn shows(&self, probe: &str, action: &str) -> bool {
        let reads = action.to_ascii_lowercase().ends_with("/blobs/read");
        reads && probe == "HeadBlob"
    }

    fn view(&self, request: &Request, reading: &Reading<'_>) -> Value {
        let mut view = network::view(request, reading);
        let with = BTreeMap::new();
        let ask = Ask { request, reading, with: &with, action: &request.action };
        if let (Known::Yes(who), Some(fields)) = (principal::who(&ask), view.as_object_mut()) {
            fields.insert("who".into(), json!({"label": who.label, "id": who.oid}));
        }
        view
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

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;
    use crate::facts::{Fact, FactStatus};

    #[test]
    fn the_caller_is_known_by_every_name_of_the_token() {
        let claims = json!({"oid": "0A", "upn": "ada@contoso.com", "xms_mirid": "/subscriptions/s/x", "tid": "t", "credential": "azure-cli"});
        let fact = |body| Fact {
            id: String::new(),
            call: "entra:GetToken".into(),
            params: Map::new(),
            status: FactStatus::Ok,
            at: String::new(),
            took_ms: 0,
            body: Some(body),
            error: None,
        };
        let facts = Facts::new([fact(claims)]);
        for (principal, is) in [
            ("0a", true),
            ("Ada@contoso.com", true),
            ("/subscriptions/S/x", true),
            ("0b", false),
            ("t", false),
            ("", false),
            (ANONYMOUS, false),
        ] {
            assert_eq!(Azure.is_caller(principal, &facts), is, "{principal}");
        }
        for facts in [Facts::default(), Facts::new([fact(json!({"credential": "azure-cli"}))])] {
            assert!(!Azure.is_caller("0a", &facts) && !Azure.is_caller("", &facts));
        }
    }

    #[test]
    fn a_head_shows_that_blobs_are_read_and_nothing_more() {
        const BLOBS: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";
        for (probe, action, shows) in [
            ("HeadBlob", format!("{BLOBS}/read"), true),
            ("HeadBlob", format!("{BLOBS}/write"), false),
            ("HeadBlob", "Microsoft.Storage/storageAccounts/read".to_owned(), false),
            ("HeadContainer", format!("{BLOBS}/read"), false),
            ("Connect", format!("{BLOBS}/read"), false),
        ] {
            assert_eq!(Azure.shows(probe, &action), shows, "{probe} {action}");
        }
    }
}
