//! Live answers from AWS, through the official SDK.
//!
//! | file | what is in it |
//! |---|---|
//! | `services` | each read call of the table as a call of the SDK |
//! | `capture` | the answer as it came over the wire |
//! | `xml` | XML answers as the JSON that the AWS CLI prints |
//! | `probe` | the request itself, when the user asks for it |
//! | `failure` | what went wrong, in the provider's own words |

mod capture;
mod failure;
mod probe;
mod services;
mod xml;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use serde_json::Value;

use self::services::Clients;
use super::calls::{ReadCall, by_name};
use crate::facts::{Answer, Call, Credentials, Fact, Failed, Source};
use crate::model::Request;

/// How live calls are made.
#[derive(Debug, Clone)]
pub struct LiveOptions {
    /// The profile that may read the organization's policies; the caller's own credentials without it.
    pub org_profile: Option<String>,
    /// How long one page of one call may take, all its attempts included.
    pub timeout: Duration,
    /// How often a throttled or failing call is tried.
    pub attempts: u32,
}

impl Default for LiveOptions {
    fn default() -> Self {
        LiveOptions { org_profile: None, timeout: Duration::from_secs(20), attempts: 5 }
    }
}

/// A live connection.
#[derive(Debug)]
pub struct Live {
    caller: Clients,
    organization: Option<Clients>,
    endpoint: Option<String>,
    region: String,
}

/// More pages than any account has; a server that hands out the same page for ever is not followed further.
const MOST_PAGES: usize = 1000;

impl Live {
    /// Finds credentials and Region as the AWS CLI does. Asks nothing of AWS yet.
    pub async fn connect(options: LiveOptions) -> Self {
        let timeouts =
            TimeoutConfig::builder().connect_timeout(Duration::from_secs(3)).operation_timeout(options.timeout).build();
        let retries = RetryConfig::standard()
            .with_max_attempts(options.attempts)
            .with_initial_backoff(Duration::from_millis(200));
        let client = Builder::new().tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).build_https();
        let loader = || {
            aws_config::defaults(BehaviorVersion::latest())
                .http_client(client.clone())
                .timeout_config(timeouts.clone())
                .retry_config(retries.clone())
        };
        let caller = loader().load().await;
        let organization = match &options.org_profile {
            None => None,
            // The profile wins over keys in the environment, for these calls.
            Some(name) => Some(
                loader()
                    .profile_name(name)
                    .credentials_provider(
                        ProfileFileCredentialsProvider::builder()
                            .profile_name(name)
                            .configure(&ProviderConfig::without_region().with_http_client(client.clone()))
                            .build(),
                    )
                    .region(ProfileFileRegionProvider::builder().profile_name(name).build())
                    .load()
                    .await,
            ),
        };
        Live {
            endpoint: caller.endpoint_url().map(str::to_owned),
            region: caller.region().map(ToString::to_string).unwrap_or_default(),
            caller: Clients::new(&caller),
            organization: organization.as_ref().map(|config: &SdkConfig| Clients::new(config)),
        }
    }

    async fn all_pages(&self, call: &Call, known: &ReadCall, credentials: Credentials) -> Result<Value, Failed> {
        let clients = match (credentials, &self.organization) {
            (Credentials::Organization, Some(organization)) => organization,
            _ => &self.caller,
        };
        let mut asked = call.clone();
        let mut whole: Option<Value> = None;
        for _ in 0..MOST_PAGES {
            let mut page = services::ask(clients, &asked).await?;
            let token = next_page(&mut page, known);
            match &mut whole {
                None => whole = Some(page),
                Some(whole) => append(whole, page, known.lists.0),
            }
            let (Some(token), (_, parameter)) = (token, known.pages) else { break };
            if asked.params.get(parameter) == Some(&token) {
                break;
            }
            asked.params.insert(parameter.to_owned(), token);
        }
        Ok(whole.unwrap_or(Value::Null))
    }
}

/// Takes the token of the next page out of an answer.
fn next_page(page: &mut Value, known: &ReadCall) -> Option<Value> {
    let fields = page.as_object_mut()?;
    if known.pages.0.is_empty() {
        return None;
    }
    for flag in ["IsTruncated", "Truncated"] {
        fields.remove(flag);
    }
    fields.remove(known.pages.0).filter(|token| token.as_str().is_some_and(|token| !token.is_empty()))
}

fn append(whole: &mut Value, page: Value, list: &str) {
    let Value::Object(mut page) = page else { return };
    if let (Some(Value::Array(so_far)), Some(Value::Array(more))) = (whole.get_mut(list), page.remove(list)) {
        so_far.extend(more);
    }
}

impl Source for Live {
    fn ask<'a>(
        &'a self,
        call: &'a Call,
        credentials: Credentials,
    ) -> Pin<Box<dyn Future<Output = Answer> + Send + 'a>> {
        Box::pin(Answer::timed(async move {
            match by_name(&call.name) {
                Some(known) => self.all_pages(call, known, credentials).await,
                None => Err(Failed::not_in_the_table(&call.name)),
            }
        }))
    }

    fn probe<'a>(&'a self, request: &'a Request) -> Pin<Box<dyn Future<Output = Vec<Fact>> + Send + 'a>> {
        Box::pin(self.touch(request))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pages_become_one_answer() {
        let known = by_name("iam:ListRolePolicies").unwrap();
        let mut whole = json!({"PolicyNames": ["a"], "IsTruncated": true, "Marker": "m1"});
        assert_eq!(next_page(&mut whole, known), Some(json!("m1")));
        let mut last = json!({"PolicyNames": ["b"], "IsTruncated": false});
        assert_eq!(next_page(&mut last, known), None);
        append(&mut whole, last, known.lists.0);
        assert_eq!(whole, json!({"PolicyNames": ["a", "b"]}));
    }

    /// Every call of the table that lists things by pages says where the things stand.
    #[test]
    fn what_pages_also_lists() {
        for call in crate::aws::calls::CALLS.iter().filter(|call| !call.pages.0.is_empty()) {
            assert!(!call.lists.0.is_empty(), "{}", call.name);
        }
    }
}
