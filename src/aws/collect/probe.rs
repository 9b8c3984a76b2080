//! `--probe`: the request itself, as the caller, from this machine, and no more of it than tells whether it is let in: names, one
//! connection, and one byte of an object or the head of a bucket. The answers are evidence beside those of read calls.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::Live;
use super::failure::Failed;
use crate::aws::arn;
use crate::facts::{Fact, FactError, FactStatus};
use crate::model::Request;

/// How long one step may take.
const PATIENCE: Duration = Duration::from_secs(5);

impl Live {
    /// Touches the data plane: a name, a connection, one request. For resources other than S3's the name and the connection only.
    pub async fn probe(&self, request: &Request) -> Vec<Fact> {
        let bucket = arn::bucket(&request.resource).map(str::to_owned);
        let (host, port, secure) = self.host(request, bucket.as_deref());
        let mut facts = Vec::new();
        let addresses = resolve(&host, port, &mut facts).await;
        if let Some(address) = addresses.first() {
            connect(*address, &mut facts).await;
        }
        if let (Some(bucket), false) = (bucket, addresses.is_empty()) {
            let key = request.resource.split_once('/').map(|(_, key)| key.to_owned());
            let asked = self.ask_for(request, &bucket, key).await;
            if secure {
                facts.push(tls(&host, &asked));
            }
            facts.push(asked);
        }
        facts
    }

    /// Where the request goes: the endpoint that was set, else the service's own name.
    fn host(&self, request: &Request, bucket: Option<&str>) -> (String, u16, bool) {
        if let Some((scheme, rest)) = self.endpoint.as_deref().and_then(|url| url.split_once("://")) {
            let secure = scheme == "https";
            let name = rest.split('/').next().unwrap_or(rest);
            let (host, port) = name.rsplit_once(':').unwrap_or((name, ""));
            return (host.to_owned(), port.parse().unwrap_or(if secure { 443 } else { 80 }), secure);
        }
        let service = arn::Arn::parse(&request.resource).map_or("s3", |arn| arn.service);
        let region = Some(arn::region(&request.resource)).filter(|region| !region.is_empty()).unwrap_or(&self.region);
        let host = match bucket {
            Some(bucket) => format!("{bucket}.s3.{region}.amazonaws.com"),
            None => format!("{service}.{region}.amazonaws.com"),
        };
        (host, 443, true)
    }

    /// One byte of an object for a read; the head of the bucket for everything else, which tells whether it is let in at all.
    async fn ask_for(&self, request: &Request, bucket: &str, key: Option<String>) -> Fact {
        let began = Instant::now();
        let s3 = self.caller.s3();
        match (request.action.as_str(), key) {
            ("s3:GetObject" | "s3:GetObjectVersion", Some(key)) => {
                let params = json!({"Bucket": bucket, "Key": key, "Range": "bytes=0-0"});
                let answer = s3.get_object().bucket(bucket).key(key).range("bytes=0-0").send().await;
                let body = answer.map_err(|error| Failed::of(&error)).map(|got| {
                    json!({
                        "ContentRange": got.content_range(), "ServerSideEncryption": got.server_side_encryption().map(aws_sdk_s3::types::ServerSideEncryption::as_str),
                        "SSEKMSKeyId": got.ssekms_key_id(), "StorageClass": got.storage_class().map(aws_sdk_s3::types::StorageClass::as_str),
                    })
                });
                fact("probe:GetObject", params, began, body)
            }
            _ => {
                let answer = s3.head_bucket().bucket(bucket).send().await;
                let body =
                    answer.map_err(|error| Failed::of(&error)).map(|got| json!({"BucketRegion": got.bucket_region()}));
                fact("probe:HeadBucket", json!({"Bucket": bucket}), began, body)
            }
        }
    }
}

async fn resolve(host: &str, port: u16, facts: &mut Vec<Fact>) -> Vec<SocketAddr> {
    let began = Instant::now();
    let found = match tokio::time::timeout(PATIENCE, tokio::net::lookup_host((host, port))).await {
        Ok(Ok(addresses)) => Ok(addresses.collect::<Vec<_>>()),
        Ok(Err(error)) => Err(Failed::before("NameError", error.to_string())),
        Err(_) => Err(Failed::before("Timeout", "no name server answered in time")),
    };
    let addresses = found.clone().unwrap_or_default();
    let body = found
        .map(|found| json!({"Addresses": found.iter().map(|address| address.ip().to_string()).collect::<Vec<_>>()}));
    facts.push(fact("probe:Resolve", json!({"Host": host}), began, body));
    addresses
}

async fn connect(address: SocketAddr, facts: &mut Vec<Fact>) {
    let began = Instant::now();
    let body = match tokio::time::timeout(PATIENCE, tokio::net::TcpStream::connect(address)).await {
        Ok(Ok(_)) => Ok(json!({"Connected": true})),
        Ok(Err(error)) => Err(Failed::before("ConnectError", error.to_string())),
        Err(_) => Err(Failed::before(
            "Timeout",
            "nothing answered in time: a security group, network ACL or route drops packets silently",
        )),
    };
    facts.push(fact("probe:Connect", json!({"Address": address.to_string()}), began, body));
}

/// An HTTP answer of any kind came over a TLS session that was accepted.
fn tls(host: &str, asked: &Fact) -> Fact {
    let answered = asked.status != FactStatus::Error
        || asked.error.as_ref().is_some_and(|error| error.code.parse::<u16>().is_ok());
    let error = asked.error.clone().filter(|_| !answered);
    Fact {
        call: "probe:Tls".into(),
        params: Map::from_iter([("Host".to_owned(), Value::String(host.to_owned()))]),
        status: if answered { FactStatus::Ok } else { FactStatus::Error },
        body: answered.then(|| json!({"Accepted": true})),
        error,
        ..asked.clone()
    }
}

fn fact(call: &str, params: Value, began: Instant, body: Result<Value, Failed>) -> Fact {
    let at = jiff::Timestamp::now().round(jiff::Unit::Second).map_or_else(|_| String::new(), |at| at.to_string());
    let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let params = params.as_object().cloned().unwrap_or_default();
    let (status, body, error) = match body {
        Ok(body) => (FactStatus::Ok, Some(body), None),
        Err(Failed { status, code, message }) => (status, None, Some(FactError { code, message })),
    };
    Fact { id: String::new(), call: call.into(), params, status, at, took_ms, body, error }
}
