//! Error texts of Azure as people paste them, read without asking anybody. Wordings: Storage REST reference, "Common REST API error codes";
//! Azure RBAC, "Troubleshoot Azure RBAC"; Azure Machine Learning, "Data access error codes"; in the clothes that tools and SDKs give them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use assert_cmd::Command;
use gatewalk::cloud;
use gatewalk::model::Denial;
use proptest::prelude::*;
use serde_json::{Value, json};

const CASES: &str = include_str!("data/denials-azure.jsonl");

fn cases() -> Vec<Value> {
    CASES.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

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

fn azure(text: &str) -> Vec<Denial> {
    cloud::by_id("azure").unwrap().denials(text)
}

#[test]
fn every_known_form_is_read_completely() {
    let mut wrong = Vec::new();
    for case in cases() {
        let got = read(case["text"].as_str().unwrap());
        for (field, expected) in case["expect"].as_object().unwrap() {
            let at = match field.as_str() {
                "provider" | "principal" | "action" | "resource" | "origin" => &got["request"][field],
                "gate" | "effect" | "policy" | "layer" => &got["reported"][field],
                _ => &got["message"][field],
            };
            if at != expected {
                wrong.push(format!("{}: {field} is {at}, not {expected}", case["id"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases().len() >= 60);
}

#[test]
fn what_is_read_can_be_diagnosed_and_is_explained() {
    let provider = cloud::by_id("azure").unwrap();
    for case in cases() {
        for denial in azure(case["text"].as_str().unwrap()) {
            for named in [&denial.principal, &denial.resource].into_iter().flatten() {
                assert!(provider.parse(named).is_ok(), "{}: {named}", case["id"]);
            }
            let gate = denial.reported.gate.as_deref();
            assert!(gate.is_none_or(|gate| provider.gates().iter().any(|known| known.name == gate)), "{}", case["id"]);
            assert!(!denial.notes.is_empty(), "{} says nothing in plain words", case["id"]);
        }
    }
}

#[test]
fn successes_and_other_texts_are_no_denials() {
    for text in [
        "all is well",
        "",
        "{\"half\": ",
        "[]",
        "dial tcp 10.0.0.1:443: i/o timeout",
        "HTTP/1.1 403 Forbidden",
        "{\"StatusText\": \"Success\", \"StatusCode\": 200, \"Uri\": \"https://a.blob.core.windows.net/c/b\"}",
        "{\"operationName\": {\"value\": \"Microsoft.Storage/storageAccounts/read\"}, \"status\": {\"value\": \"Succeeded\"}}",
    ] {
        assert!(azure(text).is_empty(), "{text}: {:?}", azure(text));
    }
}

#[test]
fn each_cloud_reads_its_own_texts() {
    // What bears no mark stays with the first cloud that understands it.
    for (text, provider) in [
        ("dial tcp 10.0.0.1:443: i/o timeout", "aws"),
        ("HTTP/1.1 403 Forbidden", "aws"),
        ("code: AuthenticationFailed", "azure"),
        ("GET https://a.blob.core.windows.net/c/b: 403 Forbidden", "azure"),
        ("GET https://b.s3.eu-west-1.amazonaws.com/k: 403 Forbidden", "aws"),
        (
            "azureml job failed: An error occurred (AccessDenied) when calling the GetObject operation: User: arn:aws:iam::123456789012:user/ann is \
             not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::b/k\" because no identity-based policy allows it",
            "aws",
        ),
        (
            "copy s3://b/k failed: ErrorCode:AuthorizationPermissionMismatch PUT https://a.blob.core.windows.net/c/k",
            "azure",
        ),
    ] {
        assert_eq!(read(text)["request"]["provider"], provider, "{text}");
    }
    for line in include_str!("data/denials.jsonl").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        assert_eq!(read(case["text"].as_str().unwrap())["request"]["provider"], "aws", "{}", case["id"]);
    }
}

#[test]
fn a_users_name_is_looked_up_and_only_that() {
    let provider = cloud::by_id("azure").unwrap();
    let mut denial = azure("AADSTS50020: User account 'ann@fabrikam.com' from identity provider").remove(0);
    let calls = provider.details(&denial);
    assert_eq!(calls.iter().map(|call| call.name.as_str()).collect::<Vec<_>>(), ["graph:GetUser"]);
    provider.detailed(&mut denial, &calls[0], &json!({"id": "00000000-0000-0000-0000-0000000000b1"}));
    assert_eq!(denial.principal.as_deref(), Some("00000000-0000-0000-0000-0000000000b1"));
    assert!(provider.details(&denial).is_empty());
}

const SECRETS: &[&str] = &[
    "?sv=2022-11-02&sig=c2VjcmV0U0VDUkVU%3D",
    "sig=c2VjcmV0U0VDUkVU",
    "%3Fsig%3Dc2VjcmV0U0VDUkVU",
    "Bearer eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1Ni.c2VjcmV0U0VDUkVU",
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1Ni.c2VjcmV0U0VDUkVU",
    "AccountKey=c2VjcmV0U0VDUkVU==",
    "SharedKey frauddata:c2VjcmV0U0VDUkVU",
];

fn shown(denials: &[Denial]) -> String {
    denials.iter().map(|denial| denial.json().to_string()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// A known text, a secret put anywhere into it, and cut off anywhere: nothing panics, nothing secret comes out.
    #[test]
    fn no_secret_comes_out(case in 0..cases().len(), secret in 0..SECRETS.len(), at in any::<prop::sample::Index>(), end in any::<prop::sample::Index>()) {
        let text = cases()[case]["text"].as_str().unwrap().to_owned();
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let at = places[at.index(places.len())];
        let mut salted = format!("{}{}{}", &text[..at], SECRETS[secret], &text[at..]);
        let whole = shown(&azure(&salted));
        let ends: Vec<usize> = salted.char_indices().map(|(at, _)| at).collect();
        salted.truncate(ends[end.index(ends.len())]);
        for shown in [whole, shown(&azure(&salted))] {
            prop_assert!(!shown.contains("c2VjcmV0U0VDUkVU") && !shown.contains("sig="), "{}", shown);
        }
    }

    #[test]
    fn nothing_panics(text in "\\PC{0,60}", mark in prop::sample::select(vec!["https://a.blob.core.windows.net", "AADSTS", "The client '", "ScriptExecution.", "{\"error\":", "x-ms-error-code: "])) {
        let _ = azure(&format!("{mark}{text}"));
        let _ = azure(&format!("{text}{mark}"));
    }
}
