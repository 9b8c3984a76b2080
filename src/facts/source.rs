//! Where answers come from: a live cloud or a recorded snapshot. The engine cannot tell which.

use std::future::{Future, ready};
use std::pin::Pin;
use std::time::Instant;

use serde_json::Value;

use super::{Call, Fact, FactError, FactStatus, Failed};
use crate::model::Request;

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

impl Answer {
    /// Asks now, and notes when and how long.
    pub async fn timed(asked: impl Future<Output = Result<Value, Failed>>) -> Answer {
        let at = jiff::Timestamp::now().round(jiff::Unit::Second).map_or_else(|_| String::new(), |at| at.to_string());
        let began = Instant::now();
        let answer = asked.await;
        let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        match answer {
            Ok(body) => Answer { status: FactStatus::Ok, body: Some(body), error: None, at, took_ms },
            Err(Failed { status, code, message }) => {
                Answer { status, body: None, error: Some(FactError { code, message }), at, took_ms }
            }
        }
    }
}

/// Something that answers read calls.
pub trait Source: Send + Sync {
    /// Makes one call: all its pages, with retries, under its own time-out. Never fails: what went wrong is
    /// part of the answer.
    fn ask<'a>(&'a self, call: &'a Call, credentials: Credentials)
    -> Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

    /// Touches the data itself, as the caller, when the user asks for it: what becomes of that is evidence beside the answers of read calls.
    fn probe<'a>(&'a self, _request: &'a Request) -> Pin<Box<dyn Future<Output = Vec<Fact>> + Send + 'a>> {
        Box::pin(ready(Vec::new()))
    }

    /// How many calls may run at once.
    fn concurrency(&self) -> usize {
        24
    }
}
