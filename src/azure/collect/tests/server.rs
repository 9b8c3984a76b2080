//! A server of canned answers on this machine.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One request, as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    /// `/HOST/PATH?QUERY`.
    pub target: String,
    pub headers: HashMap<String, String>,
    pub body: String,
    /// How often this target was asked before.
    pub before: usize,
}

/// One answer; without a status the connection is cut.
#[derive(Debug, Clone, Default)]
pub struct Canned {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

pub fn ok(body: Value) -> Canned {
    canned(200, body)
}

pub fn canned(status: u16, body: Value) -> Canned {
    Canned { status, headers: Vec::new(), body: body.to_string() }
}

impl Canned {
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

type Script = dyn Fn(&Seen) -> Canned + Send + Sync;

pub struct Server {
    pub url: String,
    pub log: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Serves what the script says; tokens are served beside it.
    pub async fn start(script: impl Fn(&Seen) -> Canned + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let log = Arc::new(Mutex::new(Vec::new()));
        let (script, kept): (Arc<Script>, _) = (Arc::new(script), log.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(reply(stream, script.clone(), kept.clone()));
            }
        });
        Server { url, log }
    }

    /// What was asked, tokens left out.
    pub fn seen(&self) -> Vec<Seen> {
        self.all().into_iter().filter(|seen| !seen.target.contains("/oauth2/")).collect()
    }

    pub fn all(&self) -> Vec<Seen> {
        self.log.lock().unwrap().clone()
    }
}

/// A token of this oid, signed by nobody.
pub fn jwt(claims: &Value) -> String {
    let part = |value: &Value| azure_core::base64::encode_url_safe(value.to_string());
    format!("{}.{}.c2lnbmF0dXJl", part(&json!({"alg": "none"})), part(claims))
}

async fn reply(mut stream: TcpStream, script: Arc<Script>, log: Arc<Mutex<Vec<Seen>>>) {
    let Some(mut seen) = read(&mut stream).await else { return };
    {
        let mut log = log.lock().unwrap();
        seen.before = log.iter().filter(|other| other.target == seen.target).count();
        log.push(seen.clone());
    }
    let mut answer = script(&seen);
    if answer.status == 404 && seen.target.ends_with("/oauth2/v2.0/token") {
        let scope = seen.body.split("scope=").nth(1).unwrap_or_default().split('&').next().unwrap_or_default();
        let token = jwt(&json!({"oid": "o-1", "aud": scope, "secret": "not kept"}));
        answer = ok(json!({"token_type": "Bearer", "expires_in": 3600, "ext_expires_in": 3600, "access_token": token}));
    }
    if answer.status == 0 {
        return;
    }
    let mut head =
        format!("HTTP/1.1 {} Said\r\nConnection: close\r\nContent-Length: {}\r\n", answer.status, answer.body.len());
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let body = if seen.method == "HEAD" { "" } else { &answer.body };
    let _ = stream.write_all(format!("{head}\r\n{body}").as_bytes()).await;
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let mut lines = head.lines();
        let mut first = lines.next()?.split(' ').map(str::to_owned);
        let headers: HashMap<String, String> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        if body.len() >= length {
            return Some(Seen {
                method: first.next()?,
                target: first.next()?,
                headers,
                body: body.to_owned(),
                before: 0,
            });
        }
    }
}
