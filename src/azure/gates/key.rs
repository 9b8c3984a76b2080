//! The customer-managed key that the account's data is encrypted with (Azure Storage, `customer-managed-keys-overview`; Key Vault,
//! `rbac-guide`, `assign-access-policy`, `network-security`).
//!
//! | file | what is in it |
//! |---|---|
//! | here | the gate: the first fault of vault, key, access and firewall |
//! | `named` | which key the account names, and as whom it uses it |
//! | `vault` | whether the vault is there and lets Storage in; whether the key can be used |
//! | `access` | whether the account's identity may use the key |

mod access;
mod named;
#[cfg(test)]
mod tests;
mod vault;

use self::named::Named;
use super::words::account;
use crate::model::{Judgement, Verdict};
use crate::provider::Ask;

/// The subject of what cannot be told.
const SUBJECT: &str = "Whether the account can use its encryption key";

/// Whether the account can use the key that its data is encrypted with.
pub fn key_vault_key(ask: &Ask<'_>) -> Judgement {
    let account = match account(ask, SUBJECT) {
        Ok(account) => account,
        Err(judgement) => return *judgement,
    };
    let key = match Named::of(account) {
        Ok(Some(key)) => key,
        Ok(None) => {
            return Judgement::not_applicable("The account's data is encrypted with a key that Microsoft manages.");
        }
        Err(judgement) => return *judgement,
    };
    let vault = match vault::find(ask, &key) {
        Ok(vault) => vault,
        Err(judgement) => return *judgement,
    };
    let judged =
        [vault::key(ask, &key, vault), access::access(ask, account, &key, vault), vault::firewall(&key, vault)];
    first_fault(judged.into_iter().flatten()).unwrap_or_else(|| {
        Judgement::open(format!("The key {} in {} is in order, and the account may use it.", key.name, key.vault))
    })
}

/// A closed one before an unknown one; the summaries of the others become notes.
fn first_fault(judged: impl Iterator<Item = Judgement>) -> Option<Judgement> {
    let (closed, unknown): (Vec<_>, Vec<_>) = judged.partition(|judgement| judgement.verdict == Verdict::Closed);
    let mut faults = closed.into_iter().chain(unknown);
    let mut first = faults.next()?;
    for other in faults {
        if other.verdict == first.verdict {
            first.missing.extend(other.missing.into_iter().filter(|_| first.verdict == Verdict::Unknown));
        }
        first.notes.push(other.summary);
    }
    Some(first)
}
