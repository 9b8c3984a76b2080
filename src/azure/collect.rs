//! Live answers from Azure: plain reads over HTTPS, signed in as the caller.
//!
//! | file | what is in it |
//! |---|---|
//! | `wire` | how requests leave: over TLS, or to an emulator on this machine |
//! | `national` | the clouds of Azure and their addresses |
//! | `sign_in` | who the caller is: which credential, tokens, claims |
//! | `workspace` | the identity of an Azure ML compute |
//! | `variables` | what the environment says |
//! | `claims` | what of a token may be known |
//! | `client` | one request: signed, repeated, in time |
//! | `services` | each read call of the table as requests, all pages of it |
//! | `probe` | the request itself, when the user asks for it |
//! | `failure` | what went wrong, in the provider's own words |

mod claims;
mod client;
mod failure;
mod national;
mod probe;
mod services;
mod sign_in;
mod variables;
mod wire;
mod workspace;

#[cfg(test)]
mod tests;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use self::client::Client;
use self::sign_in::SignIn;
use self::wire::Wire;
use super::calls::by_name;
use crate::facts::{Answer, Call, Credentials, Fact, Failed, Source};
use crate::model::Request;

pub use self::national::National;
pub use self::sign_in::configured;
pub use self::variables::Variables;
pub use self::wire::NotLoopback;

/// The variable that sends every call to an emulator.
pub const ENDPOINT: &str = "GATEWALK_AZURE_ENDPOINT";

/// How live calls are made.
#[derive(Debug, Clone)]
pub struct LiveOptions {
    /// How long one page of one call may take, all its attempts included.
    pub timeout: Duration,
    /// How often a throttled or failing call is tried.
    pub attempts: u32,
    /// What the environment says of sign-in, cloud and endpoint.
    pub variables: Variables,
}

impl Default for LiveOptions {
    fn default() -> Self {
        LiveOptions { timeout: Duration::from_secs(20), attempts: 5, variables: Variables::of_process() }
    }
}

/// A live connection.
#[derive(Debug)]
pub struct Live {
    client: Client,
    national: National,
}

impl Live {
    /// Makes ready to sign in. Asks nothing of Azure yet.
    pub fn connect(options: LiveOptions) -> Result<Self, NotLoopback> {
        let LiveOptions { timeout, attempts, variables } = options;
        let national = National::of(&variables);
        let wire = Wire::open(variables.get(ENDPOINT))?;
        let sign_in = SignIn::new(variables, &national, wire.clone());
        Ok(Live { client: Client::new(wire, sign_in, timeout, attempts), national })
    }
}

impl Source for Live {
    fn ask<'a>(&'a self, call: &'a Call, _: Credentials) -> Pin<Box<dyn Future<Output = Answer> + Send + 'a>> {
        Box::pin(Answer::timed(async move {
            match by_name(&call.name) {
                Some(known) => services::ask(&self.client, &self.national, known, call).await,
                None => Err(Failed::not_in_the_table(&call.name)),
            }
        }))
    }

    fn probe<'a>(&'a self, request: &'a Request) -> Pin<Box<dyn Future<Output = Vec<Fact>> + Send + 'a>> {
        Box::pin(probe::touch(&self.client, &self.national, request))
    }

    /// Resource Manager gives a caller 250 reads at once and 25 more a second (Azure Resource Manager, "Throttling").
    fn concurrency(&self) -> usize {
        16
    }
}
