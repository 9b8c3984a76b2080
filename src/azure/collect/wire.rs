//! How requests leave: over TLS to Azure, or to an emulator on this machine.
//!
//! The credentials refuse an authority without TLS, so an emulator is no endpoint but a transport: every URL stays what it is, and only the
//! last step sends `https://HOST/PATH` to `http://127.0.0.1:PORT/HOST/PATH`.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::error::ErrorKind;
use azure_core::http::headers::{HeaderName, Headers};
use azure_core::http::{
    AsyncRawResponse, ClientOptions, ExponentialRetryOptions, HttpClient, Request, RetryOptions, Transport, Url,
};
use thiserror::Error;

use crate::facts::Failed;

/// An endpoint that is no address of this machine: tokens would leave without TLS.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{name} is `{given}`, which is no http:// address of this machine", name = super::ENDPOINT)]
pub struct NotLoopback {
    /// What was given, without a user or password.
    pub given: String,
}

/// The last step of every request.
#[derive(Debug, Clone)]
pub struct Wire {
    http: Arc<dyn HttpClient>,
    emulated: bool,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    headers: Headers,
    /// The body, whole.
    pub body: Vec<u8>,
}

impl Reply {
    /// A header by its lower-case name.
    pub fn header(&self, name: &'static str) -> Option<&str> {
        self.headers.get_optional_str(&HeaderName::from_static(name))
    }

    /// The same answer with another body.
    pub fn with_body(self, body: Vec<u8>) -> Self {
        Reply { body, ..self }
    }

    /// True for 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Wire {
    /// To Azure; to an emulator when there is an endpoint.
    pub fn open(endpoint: Option<&str>) -> Result<Self, NotLoopback> {
        let Some(given) = endpoint.map(str::trim).filter(|given| !given.is_empty()) else {
            let out = Out { near: made(near()), far: made(builder()) };
            return Ok(Wire { http: Arc::new(out), emulated: false });
        };
        let base = loopback(given).ok_or_else(|| NotLoopback { given: spoken(given) })?;
        Ok(Wire { http: Arc::new(Loopback { inner: made(near()), base }), emulated: true })
    }

    /// True when an emulator answers.
    pub fn is_emulated(&self) -> bool {
        self.emulated
    }

    /// The same way for the credentials.
    pub fn options(&self) -> ClientOptions {
        let patience = ExponentialRetryOptions { max_retries: 2, ..ExponentialRetryOptions::default() };
        ClientOptions {
            transport: Some(Transport::new(self.http.clone())),
            retry: RetryOptions::exponential(patience),
            ..ClientOptions::default()
        }
    }

    /// Sends once, and takes the whole answer in.
    pub async fn exchange(&self, request: &Request) -> Result<Reply, Failed> {
        let lost = |error: azure_core::Error| super::failure::lost(&error);
        let response = self.http.execute_request(request).await.map_err(lost)?;
        let (status, headers, body) = response.deconstruct();
        let body = body.collect().await.map_err(lost)?;
        Ok(Reply { status: u16::from(status), headers, body: body.to_vec() })
    }
}

/// The endpoint, when it is an address of this machine and nothing more.
fn loopback(given: &str) -> Option<Url> {
    let url: Url = given.parse().ok()?;
    let bare = url.scheme() == "http"
        && url.username().is_empty()
        && url.password().is_none()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    (bare && is_this_machine(&url)).then_some(url)
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

/// What was given, as far as it may be repeated.
fn spoken(given: &str) -> String {
    match given.rsplit_once('@') {
        Some((_, address)) => format!("…@{address}"),
        None => given.to_owned(),
    }
}

fn builder() -> reqwest::ClientBuilder {
    // Whoever installed a provider first wins; this is the only one in the program.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .user_agent(concat!("gatewalk/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(5))
        // A redirect would carry the token to wherever it points.
        .redirect(reqwest::redirect::Policy::none())
}

fn made(builder: reqwest::ClientBuilder) -> Arc<dyn HttpClient> {
    match builder.build() {
        Ok(client) => Arc::new(client),
        Err(error) => Arc::new(Unable(error.to_string())),
    }
}

/// No proxy, no TLS: for servers on this machine, and the one beside it.
fn near() -> reqwest::ClientBuilder {
    // The name means this machine, whatever the resolver says; the port is the URL's.
    let own = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))];
    builder().no_proxy().tls_certs_only([]).resolve_to_addrs("localhost", &own)
}

/// To Azure, through the proxy that the environment names. A machine's own services for identities speak without TLS, and a proxy must not
/// learn what they are asked.
#[derive(Debug)]
struct Out {
    near: Arc<dyn HttpClient>,
    far: Arc<dyn HttpClient>,
}

#[async_trait]
impl HttpClient for Out {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let url = request.url();
        let local = is_this_machine(url) || url.host_str().is_some_and(|host| host.starts_with("169.254."));
        let client = if local { &self.near } else { &self.far };
        client.execute_request(request).await
    }
}

/// Says at the first request what kept the client from being made.
#[derive(Debug)]
struct Unable(String);

#[async_trait]
impl HttpClient for Unable {
    async fn execute_request(&self, _: &Request) -> azure_core::Result<AsyncRawResponse> {
        Err(azure_core::Error::with_message(ErrorKind::Other, format!("TLS cannot be used: {}", self.0)))
    }
}

#[derive(Debug)]
struct Loopback {
    base: Url,
    inner: Arc<dyn HttpClient>,
}

#[async_trait]
impl HttpClient for Loopback {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let asked = request.url();
        // The identity of an Azure ML compute is asked of this machine already.
        if is_this_machine(asked) {
            return self.inner.execute_request(request).await;
        }
        let mut url = self.base.clone();
        url.set_path(&format!("/{}{}", asked.host_str().unwrap_or_default(), asked.path()));
        url.set_query(asked.query());
        let mut redirected = Request::new(url, request.method());
        for (name, value) in request.headers().iter() {
            redirected.insert_header(name.clone(), value.clone());
        }
        redirected.set_body(request.body().clone());
        self.inner.execute_request(&redirected).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_an_endpoint() {
        for given in
            ["http://127.0.0.1:9000", "http://127.9.8.7:1/", "http://[::1]:9000", "http://localhost:9000", " ", ""]
        {
            assert!(Wire::open(Some(given)).is_ok(), "{given}");
        }
        for given in [
            "http://10.0.0.1:9000",
            "http://203.0.113.7",
            "http://0.0.0.0:9000",
            "http://[::ffff:127.0.0.1]:9000",
            "http://127.0.0.1.example.com:9000",
            "http://localhost.example.com",
            "http://127.0.0.1@example.com",
            "http://user:word@127.0.0.1:9000",
            "https://127.0.0.1:9000",
            "http://127.0.0.1:9000/path",
            "127.0.0.1:9000",
            "file:///etc",
        ] {
            let refused = Wire::open(Some(given)).unwrap_err().to_string();
            assert!(refused.contains(super::super::ENDPOINT) && !refused.contains("word"), "{refused}");
        }
    }
}
