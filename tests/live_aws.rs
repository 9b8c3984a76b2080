//! The whole program against a live cloud: moto over real HTTP, asked by the real SDK.
#![cfg(feature = "aws")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, missing_docs)]

mod support;

use std::sync::{LazyLock, Mutex, MutexGuard};

use serde_json::{Value, json};
use support::{Answer, Cloud, World};

/// One server, one world at a time.
static CLOUD: LazyLock<Mutex<Cloud>> = LazyLock::new(|| Mutex::new(Cloud::start()));

fn cloud() -> MutexGuard<'static, Cloud> {
    CLOUD.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Asks every question of a world and compares verdict, gates, effects and blames with what is expected.
fn compare(cloud: &Cloud, world: &World, faults: &[&str], wrong: &mut Vec<String>) {
    for question in world.questions() {
        let answer = cloud.ask(world, &question, &[]);
        let expected = world.answer["expected"][&question].as_array().unwrap();
        let (verdict, code) = if expected.is_empty() { ("open", 0) } else { ("broken", 1) };
        if answer.verdict() != verdict || answer.code != code {
            wrong.push(format!("{faults:?} {question}: {} ({}), wanted {verdict}", answer.verdict(), answer.code));
        }
        let closed = answer.closed();
        for cause in expected.iter().filter(|cause| !closed.contains(cause)) {
            wrong.push(format!("{faults:?} {question}: not found: {cause}"));
        }
        for cause in closed.iter().filter(|cause| !expected.contains(cause)) {
            wrong.push(format!("{faults:?} {question}: not broken: {cause}"));
        }
    }
}

#[test]
fn every_fault_is_found_and_nothing_else() {
    let cloud = cloud();
    let mut wrong = Vec::new();
    let healthy = cloud.world(&[]);
    compare(&cloud, &healthy, &[], &mut wrong);
    let faults: Vec<String> = serde_json::from_value(healthy.answer["faults"].clone()).unwrap();
    for fault in &faults {
        compare(&cloud, &cloud.world(&[fault]), &[fault], &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn faults_that_come_together_are_all_named() {
    let cloud = cloud();
    let mut wrong = Vec::new();
    for faults in [
        &["scp_freezes_reads", "acl_drops_answers"][..],
        &["boundary_without_s3", "key_disabled", "public_access_allowed"],
        &["policy_without_get", "bucket_wants_other_endpoint", "group_keeps_s3_in"],
        &["endpoint_policy_forgets_bucket", "key_forgets_trainer", "trust_forgets_pipeline"],
        &["table_without_endpoint", "endpoint_group_for_strangers", "inline_deny", "sts_name_public"],
    ] {
        compare(&cloud, &cloud.world(faults), faults, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What was refused makes its gate unknown and names the permission; it never opens it.
#[test]
fn a_caller_who_may_not_read_learns_what_is_missing() {
    let cloud = cloud();
    let world = cloud.world(&[]);
    for (denied, gate, permission) in [
        ("organizations:ListParents", "scp", "organizations:ListParents"),
        ("organizations:ListPoliciesForTarget", "rcp", "organizations:ListPoliciesForTarget"),
        ("organizations:DescribePolicy", "scp", "organizations:DescribePolicy"),
        ("kms:GetKeyPolicy", "key-policy", "kms:GetKeyPolicy"),
        ("kms:DescribeKey", "key-state", "kms:DescribeKey"),
        ("s3:GetBucketPolicy", "resource-policy", "s3:GetBucketPolicy"),
        ("iam:GetRolePolicy", "identity-policy", ""),
        ("iam:GetPolicyVersion", "identity-policy", "iam:GetPolicyVersion"),
        ("iam:ListRolePolicies", "identity-policy", "iam:ListRolePolicies"),
        ("ec2:DescribeVpcEndpoints", "endpoint-policy", "ec2:DescribeVpcEndpoints"),
        ("ec2:DescribeRouteTables", "route", "ec2:DescribeRouteTables"),
        ("ec2:DescribeNetworkAcls", "nacl", "ec2:DescribeNetworkAcls"),
        ("ec2:DescribeSecurityGroups", "security-group", "ec2:DescribeSecurityGroups"),
        ("ec2:DescribeNetworkInterfaces", "route", "ec2:DescribeNetworkInterfaces"),
    ] {
        cloud.set(json!({"deny": [denied], "sealed": true}));
        let answer = cloud.ask(&world, "read_a", &[]);
        if permission.is_empty() {
            assert_eq!(answer.verdict(), "open", "{denied} is not needed: the role has no inline policy");
            continue;
        }
        let judged = answer.gate(gate);
        assert_eq!(judged["status"], "unknown", "{denied}: {judged}");
        assert!(
            judged["missing"].as_array().unwrap().iter().any(|missing| missing == permission),
            "{denied}: {judged}"
        );
        assert_eq!((answer.verdict(), answer.code), ("unknown", 3), "{denied}");
        assert!(!cloud.log().iter().any(|call| call.starts_with('!')), "a write was tried");
    }
}

#[test]
fn without_the_organizations_profile_its_policies_are_unknown() {
    let cloud = cloud();
    let world = cloud.world(&[]);
    let mut command = cloud.gatewalk(Some(&world));
    let answer = Answer::of(command.args(world.words("read_a")).args(["--format", "json"]).output().unwrap());
    assert_eq!((answer.verdict(), answer.gate("scp")["status"].as_str()), ("unknown", Some("unknown")));
}

#[test]
fn a_saved_snapshot_gives_the_same_diagnosis() {
    let cloud = cloud();
    let world = cloud.world(&["scp_freezes_reads", "acl_drops_answers"]);
    let file = support::folder("saved").join("snapshot.json");
    let file = file.to_str().unwrap();
    for question in world.questions() {
        let live = cloud.ask(&world, &question, &["--save", file]);
        let mut replay = support::gatewalk(&support::folder("replay"));
        let replay = Answer::of(replay.args(["diagnose", "--snapshot", file, "--format", "json"]).output().unwrap());
        assert_eq!(live.json, replay.json, "{question}");
        assert_eq!(live.code, replay.code);
        assert!(
            !std::fs::read_to_string(file)
                .unwrap()
                .contains(world.answer["keys"]["aws_secret_access_key"].as_str().unwrap())
        );
    }
}

#[test]
fn throttled_calls_are_asked_again_and_equal_ones_only_once() {
    let cloud = cloud();
    let world = cloud.world(&[]);
    cloud.set(json!({"throttle": {"iam:GetRole": 2, "kms:DescribeKey": 1, "ec2:DescribeVpcs": 1}, "sealed": true}));
    let answer = cloud.ask(&world, "read_a", &[]);
    assert_eq!(answer.verdict(), "open");
    let log = cloud.log();
    assert_eq!(log.iter().filter(|call| *call == "iam:GetRole").count(), 3, "{log:?}");
    assert_eq!(log.iter().filter(|call| *call == "s3:GetBucketPolicy").count(), 1, "{log:?}");
}

#[test]
fn a_call_that_takes_too_long_is_given_up_alone() {
    let cloud = cloud();
    let world = cloud.world(&[]);
    cloud.set(json!({"slow": {"kms:DescribeKey": 6000}}));
    let answer = cloud.ask(&world, "read_a", &["--timeout", "2"]);
    assert_eq!(answer.verdict(), "unknown");
    assert_eq!(answer.gate("key-state")["status"], "unknown");
    assert_eq!(answer.gate("key-policy")["status"], "open");
    let facts = answer.json["facts"].as_array().unwrap();
    let slow = facts.iter().find(|fact| fact["call"] == "kms:DescribeKey").unwrap();
    assert_eq!((&slow["status"], &slow["error"]["code"]), (&json!("error"), &json!("Timeout")));
}

/// Six round trips at most: with 100 ms on every answer the chain of calls is what takes time, so the depth is compared, not the clock.
#[test]
fn an_object_takes_at_most_six_round_trips() {
    let cloud = cloud();
    let world = cloud.world(&[]);
    let answer = cloud.ask(&world, "read_a", &["--timings"]);
    let depth: u32 = answer.errors.split(" deep").next().unwrap().rsplit(' ').next().unwrap().parse().unwrap();
    assert!(depth <= 6, "{}", answer.errors);
}

#[test]
fn a_playbook_of_ones_own_adds_a_gate_and_a_copy_without_a_step_walks_without_it() {
    let cloud = cloud();
    let world = cloud.world(&[]);
    let folder = support::folder("own");
    let shipped = std::fs::read_to_string(support::root().join("playbooks/aws/s3-object.yaml")).unwrap();
    let own = folder.join("own.yaml");
    let check = r#"
    - id: cost-centre
      layer: storage
      edge: way -> bucket
      gate: cost-centre
      question: Does the bucket carry the tag cost-centre?
      why: Somebody must pay.
      check:
        open: bucket_tags.?TagSet.orValue([]).exists(t, t.Key == "cost-centre")
        fail: "${input.bucket} has no tag cost-centre."
        reason: tag-missing
        blame: "${bucket_arn}"
        fixes: [{title: Tag the bucket, owner: its owner, command: "aws s3api put-bucket-tagging --bucket ${input.bucket}"}]
"#;
    std::fs::write(&own, shipped.replace("id: aws/s3-object", "id: my/s3-object") + check).unwrap();
    let answer = cloud.ask(&world, "read_a", &["--playbook", own.to_str().unwrap()]);
    assert_eq!(answer.verdict(), "broken");
    assert_eq!(answer.closed(), [json!({"gate": "cost-centre", "effect": "no-allow", "blame": world.id("bucket")})]);
    let gate = answer.gate("cost-centre");
    assert_eq!(gate["code"], "aws.cost-centre.tag-missing");
    assert_eq!(gate["edge"], answer.json["broken_edge"]);
    // The tag that is there opens the same gate.
    let tagged = std::fs::read_to_string(&own).unwrap().replace(r#"t.Key == "cost-centre""#, r#"t.Key == "team""#);
    std::fs::write(&own, tagged).unwrap();
    assert_eq!(cloud.ask(&world, "read_a", &["--playbook", own.to_str().unwrap()]).verdict(), "open");
    // Without a step, there is no such gate.
    let start = shipped.find("    - id: object-ownership").unwrap();
    let end = start + shipped[start + 4..].find("    - id: ").unwrap() + 4;
    std::fs::write(&own, shipped[..start].to_owned() + &shipped[end..]).unwrap();
    let without = cloud.ask(&world, "read_a", &["--playbook", own.to_str().unwrap()]);
    let gates = without.json["gates"].as_array().unwrap();
    assert!(!gates.iter().any(|gate| gate["gate"] == "object-ownership") && gates.len() > 20);
}

#[test]
fn what_keeps_the_cloud_from_answering_is_said() {
    let cloud = cloud();
    let world = cloud.world(&[]);
    let ask = |change: &dyn Fn(&mut std::process::Command)| {
        let mut command = cloud.gatewalk(Some(&world));
        command.args(world.words("read_a")).args(["--format", "json"]);
        change(&mut command);
        Answer::of(command.output().unwrap())
    };
    let none = ask(&|command| {
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
            command.env_remove(name);
        }
    });
    assert_eq!((none.code, none.errors.contains("no credentials")), (5, true), "{}", none.errors);
    let nobody = ask(&|command| {
        command.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    });
    assert_eq!((nobody.code, nobody.errors.contains("could not be reached")), (5, true), "{}", nobody.errors);
    cloud.set(json!({"fail": "ExpiredToken"}));
    let expired = ask(&|_| {});
    assert_eq!((expired.code, expired.errors.contains("expired")), (5, true), "{}", expired.errors);
    for errors in [none.errors, nobody.errors, expired.errors] {
        assert!(errors.contains("next: ") && !errors.contains("SdkError") && !errors.contains("Error {"), "{errors}");
    }
}

/// What is not there is said as such, and a role of the same name in another account is another role.
#[test]
fn things_that_are_not_there_are_told_from_things_that_are_closed() {
    let cloud = cloud();
    let world = cloud.world(&[]);
    let ask = |resource: &str, principal: &str, origin: &str| {
        let mut command = cloud.gatewalk(Some(&world));
        command.args([
            "diagnose",
            resource,
            "--as",
            principal,
            "--from",
            origin,
            "--org-profile",
            "org",
            "--format",
            "json",
        ]);
        Answer::of(command.output().unwrap())
    };
    let (object, trainer, eni) =
        (format!("{}/features/fraud/x", world.id("bucket")), world.id("trainer"), world.id("eni_a"));
    let gone = ask("s3://there-is-no-such-bucket/x", trainer, eni);
    assert_eq!(gone.gate("resource-policy")["code"], "aws.resource-policy.no-such-bucket");
    let nobody = ask(&object, &trainer.replace("trainer", "nobody"), eni);
    assert_eq!(nobody.gate("credentials")["code"], "aws.credentials.no-such-principal");
    assert_eq!(nobody.gate("identity-policy")["status"], "not-applicable");
    let stranger = ask(&object, "arn:aws:iam::999999999999:role/ml/trainer", eni);
    assert_eq!(stranger.gate("identity-policy")["status"], "unknown", "{}", stranger.gate("identity-policy"));
    assert_eq!(stranger.gate("key-policy")["status"], "closed");
    let nowhere = ask(&object, trainer, "eni-0123456789abcdef0");
    assert_eq!(nowhere.gate("route")["status"], "unknown");
    assert_eq!(nowhere.gate("identity-policy")["status"], "open");
}

/// A job outside any VPC, and one whose container has no network, through the whole chain of the training playbook.
#[test]
fn the_whole_chain_of_a_training_job_is_walked() {
    let cloud = cloud();
    let world = cloud.world(&["endpoint_policy_forgets_bucket", "inline_deny"]);
    let mut command = cloud.gatewalk(Some(&world));
    command.args(["diagnose", world.id("job"), "--as", world.id("pipeline"), "--from", world.id("eni_a")]);
    let answer = Answer::of(command.args(["--org-profile", "org", "--format", "json"]).output().unwrap());
    let closed = answer.closed();
    for cause in [
        json!({"gate": "endpoint-policy", "effect": "no-allow", "blame": world.id("vpce_s3")}),
        json!({"gate": "identity-policy", "effect": "explicit-deny", "blame": world.id("trainer")}),
    ] {
        assert!(closed.contains(&cause), "{cause} is not among {}", json!(closed));
    }
    // The role cannot write its logs, its output or the registry either: nothing allows it.
    let lacking: Vec<&Value> = answer.json["gates"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|gate| gate["status"] == "closed" && gate["gate"] == "identity-policy" && gate["effect"] == "no-allow")
        .map(|gate| &gate["action"])
        .collect();
    assert!(lacking.contains(&&json!("logs:PutLogEvents")) && lacking.contains(&&json!("s3:PutObject")), "{lacking:?}");
}

/// Only `--probe` touches the data, with one byte of it; what becomes of that is evidence.
#[test]
fn a_probe_tells_a_missing_object_from_a_refused_one() {
    let cloud = cloud();
    let world = cloud.world(&[]);
    let missing = format!("s3://{}/features/fraud/missing.csv", world.id("bucket").trim_start_matches("arn:aws:s3:::"));
    let ask = |words: &[&str]| {
        let mut command = cloud.gatewalk(Some(&world));
        command.args([
            "diagnose",
            &missing,
            "--as",
            world.id("trainer"),
            "--from",
            world.id("eni_a"),
            "--org-profile",
            "org",
        ]);
        Answer::of(command.args(words).args(["--format", "json"]).output().unwrap())
    };
    let unasked = ask(&[]);
    assert_eq!(unasked.verdict(), "open", "without a probe nobody knows that the object is missing");
    assert!(!cloud.log().iter().any(|call| call == "s3:GetObject"), "{:?}", cloud.log());
    let probed = ask(&["--probe"]);
    let object = probed.gate("object");
    assert_eq!(
        (&object["code"], &object["confidence"]),
        (&json!("aws.object.no-such-key"), &json!("observed")),
        "{object}"
    );
    let facts = probed.json["facts"].as_array().unwrap();
    for call in ["probe:Resolve", "probe:Connect", "probe:GetObject"] {
        assert!(facts.iter().any(|fact| fact["call"] == call), "{call}");
    }
    assert!(!cloud.log().iter().any(|call| call.starts_with('!')), "a write was tried");
}

/// What only AWS can tell of a denial is asked: an encoded message, an authorization id. Where it is refused, the text alone counts.
#[test]
fn details_of_a_denial_are_asked_for() {
    let cloud = cloud();
    let world = cloud.world(&[]);
    let (trainer, bucket) = (world.id("trainer").to_owned(), world.id("bucket").to_owned());
    let object = format!("{bucket}/features/fraud/train.csv");
    let decoded = json!({"allowed": false, "explicitDeny": true, "matchedStatements": {"items": []}, "failures": {"items": []},
        "context": {"principal": {"arn": trainer}, "action": "s3:GetObject", "resource": object}});
    let details = json!({"policies": [], "evaluations": [{"action": "s3:GetObject", "resource": object, "evaluatedEffect": "EXPLICIT_DENY",
        "checks": [{"checkType": "PRINCIPAL", "evaluatedEffect": "ALLOW"},
                   {"checkType": "SERVICE_CONTROL_POLICY", "evaluatedEffect": "EXPLICIT_DENY", "matchedPolicies": [{"uri": "arn:aws:organizations::1:policy/o-1/service_control_policy/p-1"}]}]}]});
    cloud.set(
        json!({"sealed": true, "answers": {"sts:DecodeAuthorizationMessage": {"DecodedMessage": decoded.to_string()},
        "iam-toolbox:GetRequestAuthorizationDetails": details}}),
    );
    let ask = |text: &str, words: &[&str]| {
        let mut command = cloud.gatewalk(Some(&world));
        command.args(["why", text, "--from", world.id("eni_a"), "--org-profile", "org"]).args(words);
        command.output().unwrap()
    };
    let encoded = "An error occurred (UnauthorizedOperation) when calling the GetObject operation: Encoded authorization failure message: abc123";
    let answer = Answer::of(ask(encoded, &["--format", "json"]));
    assert_eq!(answer.json["request"]["resource"], json!(object), "{}", answer.errors);
    assert_eq!(answer.json["request"]["principal"], json!(trainer));
    let with_id = format!(
        "User: {trainer} is not authorized to perform: s3:GetObject on resource: {object} Go to x, or call the \
        GetRequestAuthorizationDetails API with the following authorization id: dddiidd1k88ni0xc6dxnae76n"
    );
    let text = String::from_utf8(ask(&with_id, &["--format", "text"]).stdout).unwrap();
    assert!(text.contains("reported  scp, explicit-deny, arn:aws:organizations::1:policy/o-1"), "{text}");
    let log = cloud.log();
    assert!(
        log.iter().any(|call| call == "sts:DecodeAuthorizationMessage")
            && log.iter().any(|call| call.ends_with("AuthorizationDetails")),
        "{log:?}"
    );
    assert!(!log.iter().any(|call| call.starts_with('!')), "a write was tried: {log:?}");
    cloud.set(json!({"deny": ["sts:DecodeAuthorizationMessage"]}));
    let refused = ask(encoded, &[]);
    let errors = String::from_utf8(refused.stderr).unwrap();
    assert!(
        refused.status.code() == Some(2)
            && errors.contains("sts:DecodeAuthorizationMessage")
            && errors.contains("--resource"),
        "{errors}"
    );
}
