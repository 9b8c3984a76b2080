//! Where answers come from: a live cloud or a recorded snapshot. The engine cannot tell which.

use std::future::Future;
use std::pin::Pin;

use serde_json::Value;

use super::{Call, FactError, FactStatus};

/// Which of the user's identities makes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Credentials {
    /// The caller's own.
    #[default]
    Caller,
    /// Those that may read the organization's policies (`--org-profile`); the caller's own without it.
    Organization,
}

/// What a source says to one call.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// How it ended.
    pub status: FactStatus,
    /// The provider's JSON.
    pub body: Option<Value>,
    /// Why there is none.
    pub error: Option<FactError>,
    /// When it was asked (RFC 3339, UTC): a replay keeps the recorded time.
    pub at: String,
    /// How long it took in milliseconds: a replay keeps the recorded time.
    pub took_ms: u64,
}

/// Something that answers read calls.
pub trait Source: Send + Sync {
    /// Makes one call: all its pages, with retries, under its own time-out. Never fails: what went wrong is
    /// part of the answer.
    fn ask<'a>(&'a self, call: &'a Call, credentials: Credentials)
    -> Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

    /// How many calls may run at once.
    fn concurrency(&self) -> usize {
        24
    }
}
