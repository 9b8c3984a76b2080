//! One diagnosis from the snapshot of a large account: 5,000 roles, 1,000 buckets, all described in full.
//!
//! `cargo bench --bench scale`; with `--no-default-features` the SDK need not be built. Limits: 2 s to load, 100 ms to judge.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use gatewalk::facts::Snapshot;
use serde_json::{Value, json};

const ROLES: usize = 5_000;
const BUCKETS: usize = 1_000;
const RUNS: usize = 9;

fn main() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/large-account.json");
    std::fs::write(&path, account().to_string()).unwrap();
    let size = std::fs::metadata(&path).unwrap().len() / 1_000_000;
    let (mut loads, mut walks) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let began = Instant::now();
        let snapshot = Snapshot::load(&path).unwrap();
        loads.push(began.elapsed());
        let began = Instant::now();
        let diagnosis = gatewalk::cli::replay(snapshot).unwrap();
        walks.push(began.elapsed());
        assert_eq!(diagnosis.verdict.as_str(), "broken", "{}", diagnosis.sentence);
    }
    println!("{ROLES} roles, {BUCKETS} buckets, {size} MB");
    println!("loading: {:?} (limit 2 s)", median(loads));
    println!("one diagnosis: {:?} (limit 100 ms)", median(walks));
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The embedded example among many roles and buckets that have nothing to do with it.
fn account() -> Value {
    let mut snapshot: Value = serde_json::from_str(include_str!("../assets/examples/broken-endpoint.json")).unwrap();
    let facts = snapshot["facts"].as_array_mut().unwrap();
    let mut add = |call: &str, params: Value, body: Value| {
        let id = format!("x{}", facts.len());
        facts.push(json!({"id": id, "call": call, "params": params, "status": "ok", "at": "2026-11-01T10:00:00Z", "took_ms": 20, "body": body}));
    };
    for number in 0..ROLES {
        let name = format!("role-{number}");
        let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
        let rights = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": [format!("arn:aws:s3:::bucket-{}/*", number % BUCKETS)]}]});
        add(
            "iam:GetRole",
            json!({"RoleName": name}),
            json!({"Role": {"RoleName": name, "Arn": format!("arn:aws:iam::072335615623:role/{name}"), "RoleId": format!("AROA{number:017}"), "AssumeRolePolicyDocument": trust}}),
        );
        add("iam:ListRolePolicies", json!({"RoleName": name}), json!({"PolicyNames": ["rights"]}));
        add("iam:ListAttachedRolePolicies", json!({"RoleName": name}), json!({"AttachedPolicies": []}));
        add(
            "iam:GetRolePolicy",
            json!({"RoleName": name, "PolicyName": "rights"}),
            json!({"RoleName": name, "PolicyName": "rights", "PolicyDocument": rights}),
        );
    }
    for number in 0..BUCKETS {
        let bucket = format!("bucket-{number}");
        let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": format!("arn:aws:s3:::{bucket}/*"), "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]});
        add("s3:GetBucketPolicy", json!({"Bucket": bucket}), json!({"Policy": policy.to_string()}));
        add(
            "s3:GetBucketEncryption",
            json!({"Bucket": bucket}),
            json!({"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}}),
        );
        add(
            "s3:GetPublicAccessBlock",
            json!({"Bucket": bucket}),
            json!({"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": true}}),
        );
        add("s3:GetBucketLocation", json!({"Bucket": bucket}), json!({"LocationConstraint": "eu-west-1"}));
        add(
            "s3:GetBucketOwnershipControls",
            json!({"Bucket": bucket}),
            json!({"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}),
        );
    }
    snapshot
}
