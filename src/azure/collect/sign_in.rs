//! Who the caller is. The order of the contract: the environment, a managed identity where there is one, developer tools. The first that
//! signs in is used for everything; tokens are kept by scope, and asked for one at a time.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::{AccessToken, Secret, TokenCredential};
use azure_core::http::{ClientOptions, Method, Request, Url};
use azure_core::time::OffsetDateTime;
use azure_identity::{
    AzureCliCredential, AzureDeveloperCliCredential, ClientAssertionCredentialOptions, ClientSecretCredential,
    ClientSecretCredentialOptions, ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId,
    WorkloadIdentityCredential, WorkloadIdentityCredentialOptions,
};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::claims::claims;
use super::failure::refused_sign_in;
use super::wire::Wire;
use super::workspace::WorkspaceIdentity;
use super::{National, Variables};
use crate::facts::Failed;

/// Where virtual machines ask for the tokens of their identity (Azure Instance Metadata Service).
const METADATA: &str = "http://169.254.169.254/metadata/identity/oauth2/token";
/// How long a machine without that service may keep the caller waiting.
const METADATA_PATIENCE: Duration = Duration::from_millis(500);
/// How long one credential may take before the next is tried.
const PATIENCE: Duration = Duration::from_secs(15);
/// A token this near to its end is asked for anew.
const NEAR: azure_core::time::Duration = azure_core::time::Duration::minutes(2);

/// A way to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An application and its secret, of the environment.
    ClientSecret,
    /// An application and a file with a token that another issuer gave, of the environment.
    WorkloadIdentity,
    /// The identity of an Azure ML compute.
    WorkspaceIdentity,
    /// The identity of an App Service.
    AppService,
    /// The identity of a virtual machine.
    VirtualMachine,
    /// `az login`.
    AzureCli,
    /// `azd auth login`.
    DeveloperCli,
}

impl Kind {
    /// What it is called in facts.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::ClientSecret => "client-secret",
            Kind::WorkloadIdentity => "workload-identity",
            Kind::WorkspaceIdentity => "azure-ml-managed-identity",
            Kind::AppService => "app-service-managed-identity",
            Kind::VirtualMachine => "vm-managed-identity",
            Kind::AzureCli => "azure-cli",
            Kind::DeveloperCli => "azure-developer-cli",
        }
    }
}

/// The sign-in that the environment asks for, as far as it tells; `None` leaves a machine's identity and developer tools.
#[must_use]
pub fn configured(variables: &Variables) -> Option<Kind> {
    let has = |name: &str| variables.get(name).is_some();
    if has("AZURE_TENANT_ID") && has("AZURE_CLIENT_ID") {
        if has("AZURE_CLIENT_SECRET") {
            return Some(Kind::ClientSecret);
        }
        if has("AZURE_FEDERATED_TOKEN_FILE") {
            return Some(Kind::WorkloadIdentity);
        }
    }
    // App Service sets both pairs; the first is the one to use.
    if has("IDENTITY_ENDPOINT") && has("IDENTITY_HEADER") {
        return Some(Kind::AppService);
    }
    (has("MSI_ENDPOINT") && has("MSI_SECRET")).then_some(Kind::WorkspaceIdentity)
}

/// The caller's sign-in.
pub struct SignIn {
    variables: Variables,
    options: ClientOptions,
    wire: Wire,
    /// What the first token is for: the host of Resource Manager.
    arm: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    chosen: Option<(Kind, Arc<dyn TokenCredential>)>,
    tokens: HashMap<String, Result<AccessToken, Failed>>,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn").finish_non_exhaustive()
    }
}

impl SignIn {
    /// Asks nobody yet.
    pub fn new(variables: Variables, national: &National, wire: Wire) -> Self {
        let options = ClientOptions { cloud: Some(Arc::new(national.configuration())), ..wire.options() };
        SignIn { variables, options, wire, arm: National::scope(national.arm), state: Mutex::default() }
    }

    /// A token for this scope.
    pub async fn token(&self, scope: &str) -> Result<Secret, Failed> {
        Ok(self.signed_in(scope).await?.1.token)
    }

    /// Whose token it is that Resource Manager gets, and how it was got.
    pub async fn claims(&self) -> Result<Value, Failed> {
        let (kind, token) = self.signed_in(&self.arm).await?;
        let mut claims = claims(token.token.secret());
        claims.insert("credential".into(), json!(kind.as_str()));
        Ok(Value::Object(claims))
    }

    async fn signed_in(&self, scope: &str) -> Result<(Kind, AccessToken), Failed> {
        let mut state = self.state.lock().await;
        if let (Some(kept), Some((kind, _))) = (state.tokens.get(scope), &state.chosen) {
            match kept {
                Ok(token) if token.expires_on - NEAR < OffsetDateTime::now_utc() => {}
                kept => return kept.clone().map(|token| (*kind, token)),
            }
        } else if let Some(Err(failed)) = state.tokens.get(scope) {
            return Err(failed.clone());
        }
        let answer = match &state.chosen {
            Some((kind, credential)) => ask(*kind, credential, scope).await.map(|token| (*kind, token)),
            None => self.choose(scope).await.map(|(kind, credential, token)| {
                state.chosen = Some((kind, credential));
                (kind, token)
            }),
        };
        // What was refused once is refused again, and a developer tool takes its time to say so.
        state.tokens.insert(scope.to_owned(), answer.clone().map(|(_, token)| token));
        answer
    }

    async fn choose(&self, scope: &str) -> Result<(Kind, Arc<dyn TokenCredential>, AccessToken), Failed> {
        let mut refusals = Vec::new();
        for kind in self.candidates().await {
            let asked = match self.credential(kind) {
                Ok(credential) => ask(kind, &credential, scope).await.map(|token| (kind, credential, token)),
                Err(error) => Err(refused_sign_in(kind, &error)),
            };
            match asked {
                // Whoever names an application means it: nobody else signs in instead.
                Err(failed) if matches!(kind, Kind::ClientSecret | Kind::WorkloadIdentity) => return Err(failed),
                Err(failed) => refusals.push(failed),
                signed_in => return signed_in,
            }
        }
        // A refusal by Entra ID says more than a tool that is not there.
        let at = refusals.iter().position(|failed| failed.code != super::failure::NO_CREDENTIALS).unwrap_or_default();
        let all: Vec<&str> = refusals.iter().map(|failed| failed.message.as_str()).collect();
        let message = format!("nobody is signed in: {}", all.join("; "));
        let code = refusals.get(at).map_or(super::failure::NO_CREDENTIALS, |failed| failed.code.as_str());
        Err(Failed::error(code, &message))
    }

    async fn candidates(&self) -> Vec<Kind> {
        match configured(&self.variables) {
            Some(kind @ (Kind::ClientSecret | Kind::WorkloadIdentity)) => vec![kind],
            Some(kind) => vec![kind, Kind::AzureCli, Kind::DeveloperCli],
            None if self.has_metadata().await => vec![Kind::VirtualMachine, Kind::AzureCli, Kind::DeveloperCli],
            None => vec![Kind::AzureCli, Kind::DeveloperCli],
        }
    }

    /// Asks the metadata service without the header it wants: Azure's refuses that with 400, other clouds' have no such page.
    async fn has_metadata(&self) -> bool {
        let Ok(url) = METADATA.parse::<Url>() else { return false };
        let request = Request::new(url, Method::Get);
        let patience = if self.wire.is_emulated() { PATIENCE } else { METADATA_PATIENCE };
        let asked = timeout(patience, self.wire.exchange(&request)).await;
        asked.is_ok_and(|answer| answer.is_ok_and(|reply| matches!(reply.status, 200 | 400)))
    }

    fn credential(&self, kind: Kind) -> azure_core::Result<Arc<dyn TokenCredential>> {
        let text = |name: &str| self.variables.get(name).unwrap_or_default().to_owned();
        let client_options = self.options.clone();
        let user_assigned_id = self.variables.get("AZURE_CLIENT_ID").map(|id| UserAssignedId::ClientId(id.to_owned()));
        Ok(match kind {
            Kind::ClientSecret => ClientSecretCredential::new(
                &text("AZURE_TENANT_ID"),
                text("AZURE_CLIENT_ID"),
                Secret::new(text("AZURE_CLIENT_SECRET")),
                Some(ClientSecretCredentialOptions { client_options }),
            )?,
            Kind::WorkloadIdentity => WorkloadIdentityCredential::new(Some(WorkloadIdentityCredentialOptions {
                credential_options: ClientAssertionCredentialOptions { client_options },
                client_id: Some(text("AZURE_CLIENT_ID")),
                tenant_id: Some(text("AZURE_TENANT_ID")),
                token_file_path: Some(text("AZURE_FEDERATED_TOKEN_FILE").into()),
            }))?,
            Kind::WorkspaceIdentity => Arc::new(WorkspaceIdentity::new(&self.variables, self.wire.clone())),
            Kind::AppService | Kind::VirtualMachine => {
                ManagedIdentityCredential::new(Some(ManagedIdentityCredentialOptions {
                    user_assigned_id,
                    client_options,
                }))?
            }
            Kind::AzureCli => AzureCliCredential::new(None)?,
            Kind::DeveloperCli => AzureDeveloperCliCredential::new(None)?,
        })
    }
}

async fn ask(kind: Kind, credential: &Arc<dyn TokenCredential>, scope: &str) -> Result<AccessToken, Failed> {
    match timeout(PATIENCE, credential.get_token(&[scope], None)).await {
        Ok(answer) => answer.map_err(|error| refused_sign_in(kind, &error)),
        Err(_) => Err(Failed::error("Timeout", &format!("signing in ({}) gave no answer in time", kind.as_str()))),
    }
}
