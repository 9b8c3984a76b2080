//! Error texts as people paste them, read without asking anybody. Wordings: IAM User Guide, `troubleshoot_access-denied`; S3 User
//! Guide, `troubleshoot-403-errors`; KMS API Reference; each in the clothes that a CLI or SDK gives it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, missing_docs)]

use assert_cmd::Command;
use serde_json::Value;

fn read(text: &str) -> Value {
    let out = Command::cargo_bin("gatewalk")
        .unwrap()
        .args(["why", "--no-query", "--format", "json", "-"])
        .write_stdin(text)
        .output()
        .unwrap();
    assert!(out.status.success(), "{text}\n{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

#[test]
fn every_known_form_is_read_completely() {
    let mut wrong = Vec::new();
    for line in include_str!("data/denials.jsonl").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let got = read(case["text"].as_str().unwrap());
        for (field, expected) in case["expect"].as_object().unwrap() {
            let at = match field.as_str() {
                "principal" | "action" | "resource" | "origin" => &got["request"][field],
                "gate" | "effect" | "policy" | "layer" => &got["reported"][field],
                _ => &got["message"][field],
            };
            if at != expected {
                wrong.push(format!("{}: {field} is {at}, not {expected}", case["id"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const REFUSED: &str = "User: arn:aws:sts::072335615623:assumed-role/trainer/SageMaker is not authorized to perform: s3:GetObject on resource: \
    \"arn:aws:s3:::fraud-features-072335615623/features/fraud/train.csv\" ";

/// Walks the embedded example, some answers taken away, by an error text. Gives the answer and where the walk was saved.
fn walk(context: &str, withheld: &str, folder: &std::path::Path) -> (Value, std::path::PathBuf) {
    let mut snapshot: Value = serde_json::from_str(include_str!("../assets/examples/broken-endpoint.json")).unwrap();
    for fact in snapshot["facts"].as_array_mut().unwrap() {
        if !withheld.is_empty() && fact["call"].as_str().unwrap().starts_with(withheld) {
            fact["status"] = "denied".into();
            fact["error"] = serde_json::json!({"code": "AccessDenied", "message": "no"});
            fact.as_object_mut().unwrap().remove("body");
        }
    }
    let (from, to) = (folder.join("from.json"), folder.join("to.json"));
    std::fs::write(&from, snapshot.to_string()).unwrap();
    let out = Command::cargo_bin("gatewalk")
        .unwrap()
        .args(["why", "--format", "json", "--from", "sagemaker:training-job/fraud-1", "--snapshot"])
        .arg(&from)
        .arg("--save")
        .arg(&to)
        .arg(format!("{REFUSED}{context}"))
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(1), "{}", String::from_utf8_lossy(&out.stderr));
    (serde_json::from_slice(&out.stdout).unwrap(), to)
}

fn gate<'v>(diagnosis: &'v Value, name: &str) -> &'v Value {
    let of = |gate: &&Value| gate["gate"] == name && gate["action"] == "s3:GetObject";
    diagnosis["gates"].as_array().unwrap().iter().find(of).unwrap()
}

#[test]
fn what_cannot_be_read_is_closed_on_the_clouds_own_word() {
    let folder = std::env::temp_dir().join(format!("gatewalk-why-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let policy = "arn:aws:organizations::9:policy/o-1/service_control_policy/p-2";
    let context = format!("with an explicit deny in a service control policy: {policy}");
    let (answer, saved) = walk(&context, "organizations:", &folder);
    let scp = gate(&answer, "scp");
    for (field, expected) in
        [("status", "closed"), ("confidence", "reported"), ("effect", "explicit-deny"), ("blame", policy)]
    {
        assert_eq!(scp[field], expected, "{scp:#}");
    }
    // Only the gate that was reported: the resource owner's policies stay unknown.
    assert_eq!(gate(&answer, "rcp")["status"], "unknown");
    // What was reported stands in the snapshot, and is weighed again.
    let again = Command::cargo_bin("gatewalk")
        .unwrap()
        .args(["diagnose", "--format", "json", "--snapshot"])
        .arg(&saved)
        .output();
    assert_eq!(serde_json::from_slice::<Value>(&again.unwrap().stdout).unwrap(), answer);
    // For another question it is no evidence.
    let other = Command::cargo_bin("gatewalk")
        .unwrap()
        .args([
            "diagnose",
            "s3://fraud-features-072335615623/other",
            "--as",
            "arn:aws:iam::072335615623:role/ml/trainer",
            "--format",
            "json",
        ])
        .args(["--from", "sagemaker:training-job/fraud-1", "--snapshot"])
        .arg(&saved)
        .output();
    let other: Value = serde_json::from_slice(&other.unwrap().stdout).unwrap();
    assert_eq!(gate(&other, "scp")["status"], "unknown");
    // What was read stands; that the two differ is said.
    let (answer, saved) = walk(&context, "", &folder);
    assert_eq!(gate(&answer, "scp")["status"], "open");
    assert_eq!(gate(&answer, "endpoint-policy")["confidence"], "config");
    let text = Command::cargo_bin("gatewalk").unwrap().args(["diagnose", "--snapshot"]).arg(&saved).output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("reported  scp, explicit-deny") && text.contains("differs: "), "{text}");
    let _ = std::fs::remove_dir_all(folder);
}

#[test]
fn many_events_are_read_one_by_one() {
    let event = |code: &str, key: &str| {
        serde_json::json!({
            "userIdentity": {"arn": "arn:aws:iam::123456789012:user/ann"}, "eventSource": "s3.amazonaws.com", "eventName": "GetObject",
            "errorCode": code, "requestParameters": {"bucketName": "b", "key": key},
        })
    };
    let text =
        format!("{}\n{}\n{}\n", event("AccessDenied", "1"), event("AccessDenied", "1"), event("AccessDenied", "2"));
    let got = read(&text);
    assert_eq!(got["request"]["resource"], "arn:aws:s3:::b/1");
    assert_eq!(got["more"].as_array().unwrap().len(), 1, "equal ones once: {got:#}");
}

#[test]
fn what_tells_nothing_is_refused_with_a_next_step() {
    for (text, expected) in [
        ("all is well", "holds no refusal"),
        ("{\"Records\": []}", "holds no refusal"),
        ("{\"half\": ", "holds no refusal"),
        ("", "holds no refusal"),
    ] {
        let out = Command::cargo_bin("gatewalk")
            .unwrap()
            .args(["why", "--no-query", "-"])
            .write_stdin(text)
            .output()
            .unwrap();
        let error = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(2), "{text}: {error}");
        assert!(error.contains(expected) && error.contains("next:"), "{text}: {error}");
    }
    let out = Command::cargo_bin("gatewalk").unwrap().args(["why", "403 Forbidden"]).output().unwrap();
    assert!(String::from_utf8(out.stderr).unwrap().contains("--resource"), "the next step names what is missing");
}
