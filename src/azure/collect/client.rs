//! One request: signed, repeated while it is worth it, in time. Nothing here can write: there are GET, HEAD, and POSTs that the read-call
//! table names.

use std::future::Future;
use std::time::Duration;

use azure_core::Bytes;
use azure_core::credentials::Secret;
use azure_core::http::{Method, Request, Url};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout_at};

use super::failure;
use super::sign_in::SignIn;
use super::wire::{Reply, Wire};
use crate::facts::Failed;

/// How long to wait before the first repetition, where the server says nothing.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// A server that wants more patience than this is not asked again.
const MOST_WAIT: Duration = Duration::from_mins(1);

/// How a request is made.
#[derive(Debug, Clone, PartialEq)]
pub enum Verb {
    /// GET.
    Get,
    /// HEAD.
    Head,
    /// A POST that reads, and its body; none where the operation takes none.
    Query(Option<Value>),
}

/// One request.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Where to.
    pub url: Url,
    /// How.
    pub verb: Verb,
    /// What the token is for; nobody signs without it.
    pub scope: Option<String>,
    /// Headers beside the token.
    pub headers: &'static [(&'static str, &'static str)],
}

/// Makes requests as the caller.
#[derive(Debug)]
pub struct Client {
    wire: Wire,
    sign_in: SignIn,
    timeout: Duration,
    attempts: u32,
}

impl Client {
    /// Asks nobody yet.
    pub fn new(wire: Wire, sign_in: SignIn, timeout: Duration, attempts: u32) -> Self {
        Client { wire, sign_in, timeout, attempts }
    }

    /// Who signs.
    pub fn sign_in(&self) -> &SignIn {
        &self.sign_in
    }

    /// True when an emulator answers.
    pub fn is_emulated(&self) -> bool {
        self.wire.is_emulated()
    }

    /// When a request that starts now has to be done.
    pub fn deadline(&self) -> Instant {
        Instant::now() + self.timeout
    }

    /// Something of the caller's own, under the same time-out.
    pub async fn in_time<T>(&self, asked: impl Future<Output = Result<T, Failed>>) -> Result<T, Failed> {
        timeout_at(self.deadline(), asked).await.unwrap_or_else(|_| Err(Failed::timeout()))
    }

    /// The answer, whatever its status; a failure when there was none by then.
    pub async fn send(&self, wanted: &Wanted, deadline: Instant) -> Result<Reply, Failed> {
        timeout_at(deadline, self.repeated(wanted, deadline)).await.unwrap_or_else(|_| Err(Failed::timeout()))
    }

    /// The answer, when it is one.
    pub async fn answer(&self, wanted: &Wanted, deadline: Instant) -> Result<Reply, Failed> {
        let reply = self.send(wanted, deadline).await?;
        if reply.is_success() { Ok(reply) } else { Err(failure::of(&reply)) }
    }

    async fn repeated(&self, wanted: &Wanted, deadline: Instant) -> Result<Reply, Failed> {
        let token = match &wanted.scope {
            Some(scope) => Some(self.sign_in.token(scope).await?),
            None => None,
        };
        let mut own_wait = FIRST_WAIT;
        let mut attempt = 1;
        loop {
            let outcome = self.once(wanted, token.as_ref()).await;
            let wait = match &outcome {
                Ok(reply) if is_passing(reply.status) => asked_wait(reply).unwrap_or(own_wait),
                Err(failed) if failed.code == "ConnectError" => own_wait,
                _ => return outcome,
            };
            if attempt >= self.attempts || wait > MOST_WAIT || Instant::now() + wait >= deadline {
                return outcome;
            }
            sleep(wait).await;
            own_wait *= 2;
            attempt += 1;
        }
    }

    async fn once(&self, wanted: &Wanted, token: Option<&Secret>) -> Result<Reply, Failed> {
        let (method, body) = match &wanted.verb {
            Verb::Get => (Method::Get, None),
            Verb::Head => (Method::Head, None),
            Verb::Query(body) => (Method::Post, Some(body)),
        };
        let mut request = Request::new(wanted.url.clone(), method);
        request.insert_header("accept", "application/json");
        for (name, value) in wanted.headers {
            request.insert_header(*name, *value);
        }
        if let Some(token) = token {
            request.insert_header("authorization", format!("Bearer {}", token.secret()));
        }
        if let Some(body) = body {
            request.insert_header("content-type", "application/json");
            let bytes = body.as_ref().map(Value::to_string).unwrap_or_default();
            request.insert_header("content-length", bytes.len().to_string());
            request.set_body(Bytes::from(bytes));
        }
        self.wire.exchange(&request).await
    }
}

/// Worth another attempt: throttled, or a server's passing trouble.
fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
}

/// How long the server asks to wait, in one of the three ways that Azure says it.
pub fn asked_wait(reply: &Reply) -> Option<Duration> {
    for name in ["x-ms-retry-after-ms", "retry-after-ms"] {
        if let Some(millis) = reply.header(name).and_then(|text| text.trim().parse().ok()) {
            return Some(Duration::from_millis(millis));
        }
    }
    let text = reply.header("retry-after")?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = rfc2822::parse(text).ok()?.timestamp();
    Some(Duration::try_from(at.duration_since(Timestamp::now())).unwrap_or_default())
}
