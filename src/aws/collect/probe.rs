//! `--probe`: the request itself, as the caller, from this machine, and no more of it than tells whether it is let in: names, one
//! connection, and one byte of an object or the head of a bucket. The answers are evidence beside those of read calls.

use serde_json::{Map, Value, json};

use super::Live;
use super::failure;
use crate::aws::arn;
use crate::facts::probe::{connect, probed, resolve};
use crate::facts::{Fact, FactStatus};
use crate::model::Request;

impl Live {
    /// Touches the data plane: a name, a connection, one request. For resources other than S3's the name and the connection only.
    pub(super) async fn touch(&self, request: &Request) -> Vec<Fact> {
        let bucket = arn::bucket(&request.resource).map(str::to_owned);
        let (host, port, secure) = self.host(request, bucket.as_deref());
        let mut facts = Vec::new();
        let addresses = resolve(&host, port, &mut facts).await;
        if let Some(address) = addresses.first() {
            connect(*address, &mut facts).await;
        }
        if let (Some(bucket), false) = (bucket, addresses.is_empty()) {
            let key = request.resource.split_once('/').map(|(_, key)| key.to_owned());
            let asked = Box::pin(self.ask_for(request, &bucket, key)).await;
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
        let s3 = self.caller.s3();
        match (request.action.as_str(), key) {
            ("s3:GetObject" | "s3:GetObjectVersion", Some(key)) => {
                let params = json!({"Bucket": bucket, "Key": key, "Range": "bytes=0-0"});
                let asked = async {
                    let got = s3.get_object().bucket(bucket).key(key).range("bytes=0-0").send().await;
                    let got = got.map_err(|error| failure::of(&error))?;
                    Ok(json!({
                        "ContentRange": got.content_range(), "ServerSideEncryption": got.server_side_encryption().map(aws_sdk_s3::types::ServerSideEncryption::as_str),
                        "SSEKMSKeyId": got.ssekms_key_id(), "StorageClass": got.storage_class().map(aws_sdk_s3::types::StorageClass::as_str),
                    }))
                };
                Box::pin(probed("probe:GetObject", params, asked)).await
            }
            _ => {
                let asked = async {
                    let got = s3.head_bucket().bucket(bucket).send().await.map_err(|error| failure::of(&error))?;
                    Ok(json!({"BucketRegion": got.bucket_region()}))
                };
                probed("probe:HeadBucket", json!({"Bucket": bucket}), asked).await
            }
        }
    }
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
