//! `gatewalk eval aws-authz` beside the open-source simulator `@cloud-copilot/iam-simulate`, on the same generated cases, one thread each.
//!
//! `cargo bench --bench authz`; with `--no-default-features` the SDK need not be built. Where npm is, the peer is installed under
//! `target/peers` and measured in the same run; it gets its cases loaded and parsed beforehand, gatewalk runs as a whole process,
//! JSON and start-up included. Limits: 10 times the peer's evaluations a second as a process, 200 times with policies compiled once.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use gatewalk::aws::authz::{Case, Documents, Prepared};
use gatewalk::aws::denial;
use gatewalk::aws::policy::Document;
use gatewalk::pattern::Pattern;
use serde_json::{Value, json};

const CASES: usize = 4000;
const RUNS: usize = 7;
const PEER: &str = "0.1.173";

fn main() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/peers");
    std::fs::create_dir_all(&folder).unwrap();
    let lines: Vec<String> = (0..CASES).map(|number| case(number).to_string()).collect();
    let file = folder.join("cases.jsonl");
    std::fs::write(&file, format!("{}\n", lines.join("\n"))).unwrap();
    let bytes = lines.iter().map(String::len).sum::<usize>() / CASES;
    println!("{CASES} cases of {bytes} bytes, all policies different");
    let process = rate(|| {
        let status = Command::new(env!("CARGO_BIN_EXE_gatewalk"))
            .args(["eval", "aws-authz"])
            .stdin(std::fs::File::open(&file).unwrap())
            .stdout(Stdio::null())
            .status();
        assert!(status.unwrap().success());
    });
    println!("whole process, one thread: {process:.0} evaluations a second");
    let compiled = compiled_once(&lines);
    println!("policies compiled once, requests varying: {compiled:.0} evaluations a second");
    match peer(&folder, &file) {
        Some(peer) => {
            println!("iam-simulate {PEER}, cases loaded: {peer:.0} evaluations a second");
            println!(
                "ratio as a process {:.1} (at least 10), compiled once {:.0} (at least 200)",
                process / peer,
                compiled / peer
            );
        }
        None => println!("iam-simulate: node and npm are not here"),
    }
    growth();
}

/// Evaluations a second, the median of some runs over all cases.
fn rate(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let began = Instant::now();
            run();
            began.elapsed()
        })
        .collect();
    times.sort();
    f64::from(u32::try_from(CASES).unwrap()) / times[RUNS / 2].as_secs_f64()
}

fn compiled_once(lines: &[String]) -> f64 {
    let cases: Vec<Case<'_>> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut documents = Documents::default();
    let prepared = Prepared::new(&cases[0], &mut documents).unwrap();
    // One pass takes some ten milliseconds, in which a neighbour on the machine counts for much.
    let passes = 30;
    f64::from(passes)
        * rate(|| {
            for case in (0..passes).flat_map(|_| &cases) {
                black_box(prepared.answer(case).unwrap());
            }
        })
}

fn peer(folder: &Path, cases: &Path) -> Option<f64> {
    let modules = folder.join("node_modules");
    if !modules.join("@cloud-copilot/iam-simulate").exists() {
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", &format!("@cloud-copilot/iam-simulate@{PEER}")]);
        npm.current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peer/simulate.mjs");
    let out = Command::new("node").arg(script).arg(modules).arg(cases).output().ok()?;
    String::from_utf8(out.stdout).ok()?.trim().parse().ok()
}

/// Texts that make backtracking or quadratic readers explode, each doubled three times: the time must not grow faster by much.
fn growth() {
    let stars = Pattern::new(&format!("{}b", "*a".repeat(40)));
    let near = Pattern::new(&format!("*{}b", "a?".repeat(20)));
    let grow = |name: &str, run: &dyn Fn(usize)| {
        let times = [10_000, 20_000, 40_000, 80_000].map(|length| {
            let mut times: Vec<Duration> = (0..RUNS)
                .map(|_| {
                    let began = Instant::now();
                    run(length);
                    began.elapsed()
                })
                .collect();
            times.sort();
            times[RUNS / 2]
        });
        println!("{name} on 10, 20, 40, 80 thousand characters: {times:?}");
    };
    grow("pattern (*a)x40 b", &|length| {
        black_box(stars.fits(black_box(&format!("{}c", "ab".repeat(length / 2)))));
    });
    grow("pattern *(a?)x20 b", &|length| {
        black_box(near.fits(black_box(&format!("{}c", "ab".repeat(length / 2)))));
    });
    grow("error message", &|length| {
        let text = format!(
            "User: {} is not authorized to perform: s3:GetObject on resource: {}",
            "a ".repeat(length / 4),
            "\"b\" ".repeat(length / 8)
        );
        black_box(denial::read(black_box(&text)));
    });
    grow("policy with variables", &|length| {
        let resource = "${aws:username}*".repeat(length / 16);
        let document =
            json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": resource}]});
        black_box(Document::compile("long", black_box(&document)).unwrap());
    });
}

/// A case some 3 KB long, of a kind that the number chooses; no two have a policy in common.
fn case(number: usize) -> Value {
    let bucket = format!("data-{}", number % 7);
    let role = format!("arn:aws:iam::111111111111:role/team/ml-{}", number % 11);
    let action = ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "kms:Decrypt"][number % 4];
    let resource = match action {
        "kms:Decrypt" => format!("arn:aws:kms:eu-west-1:111111111111:key/{}", number % 5),
        "s3:ListBucket" => format!("arn:aws:s3:::{bucket}"),
        _ => format!("arn:aws:s3:::{bucket}/team/file-{number}.csv"),
    };
    let named = |name: &str, statements: Value| json!({"name": name, "document": {"Version": "2012-10-17", "Id": format!("{name}-{number}"), "Statement": statements}});
    let all = json!([{"Sid": format!("Full{number}"), "Effect": "Allow", "Action": "*", "Resource": "*"}]);
    let mut listed = String::new();
    for prefix in 0..4 {
        write!(listed, "{}team-{prefix}/*", if prefix > 0 { "," } else { "" }).unwrap();
    }
    let identity = json!([
        {"Sid": "Read", "Effect": "Allow", "Action": ["s3:Get*", "s3:List*", "kms:Decrypt"], "Resource": ["arn:aws:s3:::data-*", "arn:aws:s3:::data-*/team/*", "arn:aws:kms:*:111111111111:key/*"]},
        {"Sid": "Write", "Effect": "Allow", "Action": "s3:PutObject", "Resource": format!("arn:aws:s3:::{bucket}/${{aws:PrincipalTag/team}}/*"),
         "Condition": {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}, "Bool": {"aws:SecureTransport": "true"}}},
        {"Sid": "NotPlain", "Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Sid": "Home", "Effect": "Allow", "Action": "s3:*", "Resource": listed.split(',').map(|prefix| format!("arn:aws:s3:::home/{prefix}")).collect::<Vec<_>>()},
    ]);
    let bucket_policy = json!([
        {"Sid": "OnlyFromVpc", "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {"StringNotEqualsIfExists": {"aws:SourceVpc": "vpc-1"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}},
        {"Sid": "Team", "Effect": "Allow", "Principal": {"AWS": [role, "arn:aws:iam::222222222222:root"]}, "Action": "*", "Resource": "*"},
    ]);
    json!({
        "id": number, "v": 1,
        "request": {
            "principal": {"type": "AssumedRole", "account": "111111111111", "arn": format!("arn:aws:sts::111111111111:assumed-role/ml-{}/s-{number}", number % 11),
                          "roleArn": role, "name": format!("ml-{}", number % 11), "session": format!("s-{number}")},
            "action": action,
            "resource": {"arn": resource, "account": "111111111111"},
            "context": {"aws:PrincipalArn": role, "aws:PrincipalAccount": "111111111111", "aws:PrincipalOrgID": "o-a1b2c3d4e5", "aws:SecureTransport": "true",
                        "aws:RequestedRegion": "eu-west-1", "aws:SourceVpc": if number.is_multiple_of(5) { "vpc-2" } else { "vpc-1" }, "aws:PrincipalTag/team": "team",
                        "aws:userid": format!("AROAEXAMPLE:s-{number}"), "aws:TagKeys": ["team", "env"], "aws:CurrentTime": "2026-11-01T10:00:00Z"},
        },
        "policies": {
            "identity": [named("identity-1", identity)],
            "session": null,
            "boundary": named("boundary", json!([{"Effect": "Allow", "Action": ["s3:*", "kms:*", "sts:*"], "Resource": "*"}])),
            "resource": named("bucket-policy", bucket_policy),
            "scp": [{"target": "r-ab12", "policies": [named("scp-root", all.clone())]}, {"target": "ou-ab12-dev", "policies": [named("scp-ou", json!([
                {"Effect": "Allow", "Action": "*", "Resource": "*"},
                {"Sid": "Regions", "Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}}}]))]},
                    {"target": "111111111111", "policies": [named("scp-account", all)]}],
            "rcp": [{"target": "r-ab12", "policies": [named("rcp-root", json!([{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
                "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}}]))]}],
            "endpoint": named("endpoint", json!([{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}])),
        },
        "settings": {"s3RestrictPublicBuckets": false},
    })
}
