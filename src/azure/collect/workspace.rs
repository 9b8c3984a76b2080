//! The identity of an Azure ML compute, which the SDK does not know. The machine itself hands out the tokens: `GET $MSI_ENDPOINT` with the
//! header `secret` (App Service, "Use managed identities", the protocol of 2017-09-01, which Azure ML's computes speak).

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::error::{Error, ErrorKind};
use azure_core::http::{Method, Request, Url};
use azure_core::time::{Duration, OffsetDateTime};
use serde_json::Value;

use super::Variables;
use super::wire::Wire;

/// How long a token counts whose end cannot be read.
const SHORT: Duration = Duration::minutes(5);

/// Asks the compute for tokens.
#[derive(Debug)]
pub struct WorkspaceIdentity {
    endpoint: String,
    secret: Secret,
    client: Option<String>,
    wire: Wire,
}

impl WorkspaceIdentity {
    /// As the compute's environment says.
    pub fn new(variables: &Variables, wire: Wire) -> Self {
        let text = |name: &str| variables.get(name).map(str::to_owned);
        WorkspaceIdentity {
            endpoint: text("MSI_ENDPOINT").unwrap_or_default(),
            secret: Secret::new(text("MSI_SECRET").unwrap_or_default()),
            client: text("DEFAULT_IDENTITY_CLIENT_ID").or_else(|| text("AZURE_CLIENT_ID")),
            wire,
        }
    }
}

#[async_trait]
impl TokenCredential for WorkspaceIdentity {
    async fn get_token(&self, scopes: &[&str], _: Option<TokenRequestOptions<'_>>) -> azure_core::Result<AccessToken> {
        let scope = scopes.first().copied().unwrap_or_default();
        let mut url: Url = self.endpoint.parse()?;
        url.query_pairs_mut()
            .append_pair("api-version", "2017-09-01")
            .append_pair("resource", scope.strip_suffix("/.default").unwrap_or(scope));
        if let Some(client) = &self.client {
            url.query_pairs_mut().append_pair("clientid", client);
        }
        let mut request = Request::new(url, Method::Get);
        request.insert_header("secret", self.secret.secret().to_owned());
        let refused = |message: String| Error::with_message(ErrorKind::Credential, message);
        let reply = self.wire.exchange(&request).await.map_err(|failed| refused(failed.message))?;
        let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        match body.get("access_token").and_then(Value::as_str) {
            Some(token) if reply.is_success() => Ok(AccessToken::new(token.to_owned(), end(&body))),
            _ => Err(refused(format!("the compute's identity was refused with HTTP {}", reply.status))),
        }
    }
}

/// `expires_on` is seconds since 1970, as a number or a text; older ones write a date.
fn end(body: &Value) -> OffsetDateTime {
    let seconds = |name: &str| {
        let value = body.get(name)?;
        value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
    };
    let now = OffsetDateTime::now_utc();
    let on = seconds("expires_on").and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    on.or_else(|| seconds("expires_in").map(|left| now + Duration::seconds(left))).unwrap_or(now + SHORT)
}
