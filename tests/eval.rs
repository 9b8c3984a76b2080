//! `gatewalk eval aws-authz`: cases in, answers out, streamed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::too_many_lines, dead_code, missing_docs)]

mod support;

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

/// Answers to lines, and the exit code.
fn eval(lines: &str) -> (Vec<Value>, i32) {
    eval_with(lines.as_bytes(), &[])
}

fn eval_with(lines: &[u8], words: &[&str]) -> (Vec<Value>, i32) {
    let mut command = support::gatewalk(&support::folder("eval"));
    let mut child =
        command.args(["eval", "aws-authz"]).args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut stdin, lines) = (child.stdin.take().unwrap(), lines.to_vec());
    let writer = std::thread::spawn(move || stdin.write_all(&lines));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let answers =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (answers, output.status.code().unwrap())
}

fn allow(action: &str, more: Value) -> Value {
    let mut statement = json!({"Effect": "Allow", "Action": action, "Resource": "*"});
    statement.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"name": "p", "document": {"Version": "2012-10-17", "Statement": [statement]}})
}

fn case(principal: Value, owner: &str, action: &str, resource: &str, policies: Value) -> Value {
    let mut all = json!({"identity": [], "session": null, "boundary": null, "resource": null, "scp": [], "rcp": [], "endpoint": null});
    all.as_object_mut().unwrap().extend(policies.as_object().unwrap().clone());
    json!({"id": "c", "request": {"principal": principal, "action": action, "resource": {"arn": resource, "account": owner}, "context": {}},
           "policies": all, "settings": {"s3RestrictPublicBuckets": true}})
}

/// The rules by which layers come together (IAM User Guide, `reference_policies_evaluation-logic`), one row each.
#[test]
fn layers_come_together_as_aws_documents_it() {
    let role = "arn:aws:iam::111122223333:role/r";
    let session = "arn:aws:sts::111122223333:assumed-role/r/s";
    let me = || json!({"type": "AssumedRole", "account": "111122223333", "arn": session, "roleArn": role});
    let root = || json!({"type": "Root", "account": "111122223333", "arn": "arn:aws:iam::111122223333:root"});
    let service = || json!({"type": "Service", "service": "sagemaker.amazonaws.com"});
    let nobody = || json!({"type": "Anonymous"});
    let (mine, other, object, key) =
        ("111122223333", "999988887777", "arn:aws:s3:::b/k", "arn:aws:kms:us-east-1:111122223333:key/k");
    let s3 = || allow("s3:*", json!({}));
    let named = |who: &str| allow("*", json!({"Principal": {"AWS": who}}));
    let everybody = || allow("*", json!({"Principal": "*"}));
    let deny = || json!({"name": "d", "document": {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}});
    let nothing = || allow("ec2:*", json!({}));
    let level = |policies: Value| json!([{"target": "r-1", "policies": policies}]);
    for (about, case, result, blocked) in [
        (
            "identity alone, same account",
            case(me(), mine, "s3:GetObject", object, json!({"identity": [s3()]})),
            "Allowed",
            json!([]),
        ),
        ("nothing", case(me(), mine, "s3:GetObject", object, json!({})), "ImplicitlyDenied", json!([])),
        (
            "resource alone, same account",
            case(me(), mine, "s3:GetObject", object, json!({"resource": named(role)})),
            "Allowed",
            json!([]),
        ),
        (
            "the account is a delegation only",
            case(me(), mine, "s3:GetObject", object, json!({"resource": named(mine)})),
            "ImplicitlyDenied",
            json!([]),
        ),
        (
            "identity alone, cross account",
            case(me(), other, "s3:GetObject", object, json!({"identity": [s3()]})),
            "ImplicitlyDenied",
            json!([]),
        ),
        (
            "both, cross account",
            case(me(), other, "s3:GetObject", object, json!({"identity": [s3()], "resource": named(mine)})),
            "Allowed",
            json!([]),
        ),
        (
            "a key's policy does not delegate",
            case(
                me(),
                mine,
                "kms:Decrypt",
                key,
                json!({"identity": [allow("kms:*", json!({}))], "resource": named("arn:aws:iam::111122223333:role/x")}),
            ),
            "ImplicitlyDenied",
            json!([]),
        ),
        (
            "a key's policy delegates",
            case(
                me(),
                mine,
                "kms:Decrypt",
                key,
                json!({"identity": [allow("kms:*", json!({}))], "resource": named(mine)}),
            ),
            "Allowed",
            json!([]),
        ),
        (
            "a deny of the identity's own",
            case(me(), mine, "s3:GetObject", object, json!({"identity": [s3(), deny()]})),
            "ExplicitlyDenied",
            json!([]),
        ),
        (
            "a boundary without it",
            case(me(), mine, "s3:GetObject", object, json!({"identity": [s3()], "boundary": nothing()})),
            "ImplicitlyDenied",
            json!(["pb"]),
        ),
        (
            "a boundary caps a grant to the role",
            case(me(), mine, "s3:GetObject", object, json!({"resource": named(role), "boundary": nothing()})),
            "ImplicitlyDenied",
            json!(["pb"]),
        ),
        (
            "a boundary does not cap a grant to the session",
            case(me(), mine, "s3:GetObject", object, json!({"resource": named(session), "boundary": nothing()})),
            "Allowed",
            json!([]),
        ),
        (
            "a session policy caps",
            case(me(), mine, "s3:GetObject", object, json!({"identity": [s3()], "session": nothing()})),
            "ImplicitlyDenied",
            json!([]),
        ),
        (
            "a session policy does not cap a grant to the session",
            case(me(), mine, "s3:GetObject", object, json!({"resource": named(session), "session": nothing()})),
            "Allowed",
            json!([]),
        ),
        (
            "every level of SCPs must allow",
            case(me(), mine, "s3:GetObject", object, json!({"identity": [s3()], "scp": level(json!([nothing()]))})),
            "ImplicitlyDenied",
            json!(["scp"]),
        ),
        (
            "an RCP need not allow",
            case(me(), mine, "s3:GetObject", object, json!({"identity": [s3()], "rcp": level(json!([]))})),
            "Allowed",
            json!([]),
        ),
        (
            "an RCP denies",
            case(me(), mine, "s3:GetObject", object, json!({"identity": [s3()], "rcp": level(json!([deny()]))})),
            "ExplicitlyDenied",
            json!(["rcp"]),
        ),
        (
            "an RCP does not cover SageMaker",
            case(
                me(),
                mine,
                "sagemaker:CreateModel",
                "*",
                json!({"identity": [allow("*", json!({}))], "rcp": level(json!([deny()]))}),
            ),
            "Allowed",
            json!([]),
        ),
        (
            "an endpoint's policy must allow",
            case(me(), mine, "s3:GetObject", object, json!({"identity": [s3()], "endpoint": nothing()})),
            "ImplicitlyDenied",
            json!(["vpce"]),
        ),
        ("root needs no allow", case(root(), mine, "s3:GetObject", object, json!({})), "Allowed", json!([])),
        (
            "a service needs the resource's",
            case(
                service(),
                mine,
                "s3:GetObject",
                object,
                json!({"resource": allow("*", json!({"Principal": {"Service": "sagemaker.amazonaws.com"}}))}),
            ),
            "Allowed",
            json!([]),
        ),
        (
            "a public bucket is restricted",
            case(nobody(), mine, "s3:GetObject", object, json!({"resource": everybody()})),
            "ExplicitlyDenied",
            json!(["s3-bpa"]),
        ),
        (
            "not for its own account",
            case(me(), mine, "s3:GetObject", object, json!({"resource": everybody()})),
            "Allowed",
            json!([]),
        ),
        (
            "all buckets by their ARN",
            case(
                me(),
                mine,
                "s3:ListAllMyBuckets",
                "*",
                json!({"identity": [allow("s3:List*", json!({"Resource": "arn:aws:s3:::*"}))]}),
            ),
            "Allowed",
            json!([]),
        ),
    ] {
        let (answers, code) = eval(&case.to_string());
        assert_eq!(code, 0, "{about}: {answers:?}");
        assert_eq!(
            (&answers[0]["result"], &answers[0]["blockedBy"]),
            (&json!(result), &blocked),
            "{about}: {}",
            answers[0]
        );
    }
}

#[test]
fn a_line_that_cannot_be_judged_does_not_stop_the_others() {
    let good = case(json!({"type": "Anonymous"}), "111122223333", "s3:GetObject", "arn:aws:s3:::b/k", json!({}));
    let broken = case(
        json!({"type": "Anonymous"}),
        "1",
        "s3:GetObject",
        "x",
        json!({"resource": {"name": "p", "document": {"Statement": 7}}}),
    );
    let lines = format!("{good}\nnonsense\n\n{{\"id\": 7}}\n{broken}\n{good}\n");
    let (answers, code) = eval(&lines);
    assert_eq!((answers.len(), code), (5, 4));
    assert_eq!(answers[0]["result"], "ImplicitlyDenied");
    assert_eq!((&answers[1]["id"], answers[1]["error"].is_string()), (&Value::Null, true));
    assert_eq!((&answers[2]["id"], answers[2]["error"].is_string()), (&json!(7), true));
    assert!(answers[3]["error"].as_str().unwrap().contains("no Statement"));
    assert_eq!(answers[4], answers[0]);
}

/// On one thread or several, from the first line or out of a cache: the same answers in the same order.
#[test]
fn many_cases_are_answered_alike_on_any_number_of_threads() {
    let me = json!({"type": "User", "account": "111122223333", "arn": "arn:aws:iam::111122223333:user/ann"});
    let mut lines = Vec::new();
    for number in 0..700 {
        let policy = allow(if number % 3 == 0 { "s3:*" } else { "ec2:*" }, json!({"Sid": format!("S{}", number % 40)}));
        let mut one =
            case(me.clone(), "111122223333", "s3:GetObject", "arn:aws:s3:::b/k", json!({"identity": [policy]}));
        one["id"] = json!(number);
        lines.extend(one.to_string().into_bytes());
        lines.extend(if number % 100 == 50 { &b"\n\n{\"id\": \"half\"\n\xff\xfe\n"[..] } else { &b"\n"[..] });
    }
    let (alone, code) = eval_with(&lines, &[]);
    assert_eq!((alone.len(), code), (700 + 2 * 7, 4));
    let judged: Vec<&Value> = alone.iter().filter(|answer| answer.get("error").is_none()).collect();
    assert!(judged.iter().enumerate().all(|(at, answer)| answer["id"] == at));
    assert!(judged.iter().enumerate().all(|(at, answer)| (answer["result"] == "Allowed") == (at % 3 == 0)));
    for jobs in ["2", "3", "16"] {
        assert_eq!(eval_with(&lines, &["--jobs", jobs]), (alone.clone(), code), "{jobs}");
    }
}
