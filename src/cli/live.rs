//! Live answers: the one place that opens a connection to a cloud.

use std::time::Duration;

use super::Failure;
use crate::engine::evidence;
use crate::facts::{Answer, Call, Credentials, Fact, FactError, FactStatus, Source};
use crate::model::Request;
use crate::provider::Provider;

/// What the user says of live calls.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "aws"), allow(dead_code, reason = "each cloud reads its own words"))]
pub struct LiveWords {
    /// The profile that may read the organization's policies.
    pub org_profile: Option<String>,
    /// How long one call may take.
    pub timeout: Duration,
    /// Whether the data itself may be touched.
    pub probe: bool,
}

impl Default for LiveWords {
    fn default() -> Self {
        LiveWords { org_profile: None, timeout: Duration::from_secs(20), probe: false }
    }
}

/// The clouds that this build can ask.
pub const BUILT_FOR: &[&str] = &[
    #[cfg(feature = "aws")]
    "aws",
    #[cfg(feature = "azure")]
    "azure",
];

/// A connection to a cloud; nothing is asked of it yet.
async fn open(provider: &str, words: &LiveWords) -> Result<Box<dyn Source>, Failure> {
    match provider {
        #[cfg(feature = "aws")]
        "aws" => Ok(aws(words).await),
        #[cfg(feature = "azure")]
        "azure" => azure(words),
        other => {
            let _ = words;
            std::future::ready(()).await;
            Err(Failure::usage(format!("this gatewalk was built without live calls to {other}"), "use --snapshot"))
        }
    }
}

#[cfg(feature = "aws")]
async fn aws(words: &LiveWords) -> Box<dyn Source> {
    use crate::aws::collect::{Live, LiveOptions};
    let LiveWords { org_profile, timeout, .. } = words.clone();
    Box::new(Live::connect(LiveOptions { org_profile, timeout, ..LiveOptions::default() }).await)
}

#[cfg(feature = "azure")]
fn azure(words: &LiveWords) -> Result<Box<dyn Source>, Failure> {
    use crate::azure::collect::{Live, LiveOptions};
    let live = Live::connect(LiveOptions { timeout: words.timeout, ..LiveOptions::default() });
    let live = live.map_err(|error| {
        Failure::usage(
            error.to_string(),
            "tokens leave without TLS there: name http://127.0.0.1:PORT, or unset it to ask Azure itself",
        )
    })?;
    Ok(Box::new(live))
}

/// A source of live answers, and what the request itself showed when the data may be touched.
pub async fn source(
    provider: &dyn Provider,
    words: &LiveWords,
    request: &Request,
) -> Result<(Box<dyn Source>, Vec<Fact>), Failure> {
    let live = open(provider.id(), words).await?;
    let mut observed = if words.probe { live.probe(request).await } else { Vec::new() };
    observed.extend(evidence::reported_by(provider, &observed));
    Ok((live, observed))
}

/// One live call outside a walk.
pub async fn ask_once(provider: &dyn Provider, call: &Call, timeout: Duration) -> Answer {
    /// Details are recorded some moments after the denial (IAM User Guide, `troubleshoot_access-denied-authorization-id`).
    const LATER: Duration = Duration::from_secs(1);
    let words = LiveWords { timeout, ..LiveWords::default() };
    let Ok(live) = open(provider.id(), &words).await else {
        let error = Some(FactError { code: "NoLiveCalls".into(), message: String::new() });
        return Answer { status: FactStatus::Skipped, body: None, error, at: String::new(), took_ms: 0 };
    };
    let answer = live.ask(call, Credentials::Caller).await;
    if answer.status != FactStatus::NotFound {
        return answer;
    }
    tokio::time::sleep(LATER).await;
    live.ask(call, Credentials::Caller).await
}
