//! What the account itself guards: one judge a gate, each over the pure rules of `azure::storage`.
//!
//! | file | gates |
//! |---|---|
//! | `state` | account-state |
//! | `transport` | transport |
//! | `perimeter` | security-perimeter |
//! | `firewall` | public-network-access, vnet-rule, ip-rule, resource-rule |
//! | `methods` | shared-key, public-blob-access |
//! | `sas` | sas |
//! | `scene` | the way of a request as the account sees it |
//! | `fixes` | what would open them |

mod firewall;
mod fixes;
mod methods;
mod perimeter;
mod sas;
mod scene;
mod state;
#[cfg(test)]
mod tests;
mod transport;

use serde_json::Value;

use super::super::storage::verb::{Deed, deed};
use super::words::Account;
use crate::model::{ANONYMOUS, Decisive};
use crate::provider::Ask;

pub use firewall::{ip_rule, public_network_access, resource_rule, vnet_rule};
pub use fixes::owner;
pub use methods::{public_blob_access, shared_key};
pub use perimeter::security_perimeter;
pub use sas::{now, sas};
pub use state::account_state;
pub use transport::transport;

/// How a request is authorized: the step's `auth`; without it, nobody signs for `anonymous`, and all others sign in.
fn auth<'a>(ask: &Ask<'a>) -> &'a str {
    let default = if ask.principal() == ANONYMOUS { "anonymous" } else { "entra" };
    ask.text("auth").unwrap_or(default)
}

/// What the action does; `None` when it is no request for blobs.
fn what(ask: &Ask<'_>) -> Option<Deed> {
    deed(ask.action, ask.text("sub-operation"))
}

/// The ARM id of the step's container.
fn container(ask: &Ask<'_>, account: &str) -> Option<String> {
    ask.text("container").map(|name| format!("{account}/blobServices/default/containers/{name}"))
}

/// A switch of the account, as ARM says it.
fn switch(account: Account<'_>, name: &str) -> Decisive {
    part(account, name, super::super::items::prop(account.body, name).unwrap_or(&Value::Null))
}

/// A part of the account's configuration.
fn part(account: Account<'_>, name: &str, value: &Value) -> Decisive {
    Decisive {
        document: format!("storage account {}", account.name()),
        statement: name.to_owned(),
        text: serde_json::to_string_pretty(value).ok(),
    }
}
