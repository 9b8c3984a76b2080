//! The command line as a user meets it: words in, text and an exit code out. No cloud is asked.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, missing_docs)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use support::{folder, gatewalk, root};

fn run(home: &Path, words: &[&str]) -> Output {
    gatewalk(home).args(words).output().unwrap()
}

fn said(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn wrong_words_are_answered_with_a_sentence_and_a_next_step() {
    let home = folder("words");
    let broken = home.join("broken.json");
    fs::write(&broken, r#"{"format": "gatewalk.snapshot", "version": 1, "facts": ["#).unwrap();
    let later = home.join("later.json");
    fs::write(&later, r#"{"format": "gatewalk.snapshot", "version": 2}"#).unwrap();
    let typo = home.join("typo.yaml");
    let shipped = fs::read_to_string(root().join("playbooks/aws/s3-object.yaml")).unwrap();
    fs::write(&typo, shipped.replacen("  queries:", "  qeries:", 1)).unwrap();
    let expression = home.join("expression.yaml");
    fs::write(&expression, shipped.replacen("when: encrypted", "when: encryptd", 1)).unwrap();
    let syntax = home.join("syntax.yaml");
    fs::write(&syntax, shipped.replacen("when: encrypted", "when: encrypted &&", 1)).unwrap();
    let gate = home.join("gate.yaml");
    fs::write(&gate, shipped.replacen("gate: identity-policy", "gate: identity-polcy", 1)).unwrap();
    let (broken, later, typo) = (broken.to_str().unwrap(), later.to_str().unwrap(), typo.to_str().unwrap());
    let (expression, syntax, gate) = (expression.to_str().unwrap(), syntax.to_str().unwrap(), gate.to_str().unwrap());
    for (words, code, sentences) in [
        (&["diagnose"][..], 2, &["RESOURCE"][..]),
        (&["diagnose", "nonsense"], 2, &["`nonsense` is no resource", "next: "]),
        (&["diagnose", "s3://bucket/key", "--as", "bob"], 2, &["the principal `bob`", "next: --as takes an ARN"]),
        (&["diagnose", "s3://bucket/key", "--do", "fly"], 2, &["`fly` is no action", "read, list, write, delete"]),
        (&["diagnose", "s3://bucket/key", "-i", "kee=x"], 2, &["no input `kee`", "did you mean `key`?"]),
        (&["diagnose", "s3://bucket/key", "-i", "x"], 2, &["NAME=VALUE"]),
        (&["diagnose", "--snapshot", broken], 4, &["cut off", "line 1"]),
        (&["diagnose", "--snapshot", later], 4, &["version 2"]),
        (&["diagnose", "--snapshot", "nowhere.json"], 4, &["nowhere.json"]),
        (&["diagnose", "--example", "broken-endpont"], 2, &["did you mean `broken-endpoint`?"]),
        (&["diagnose", "s3://b/k", "--playbook", "aws/s3-objct"], 2, &["did you mean `aws/s3-object`?"]),
        (&["playbook", "check", typo], 4, &["typo.yaml:", "unknown field `qeries`", "did you mean `queries`?"]),
        (&["playbook", "check", expression], 4, &["expression.yaml:", "`encryptd`", "did you mean `encrypted`?"]),
        (&["playbook", "check", syntax], 4, &["syntax.yaml:", "cannot be read"]),
        (
            &["playbook", "check", gate],
            4,
            &["gate.yaml:", "no gate `identity-polcy`", "did you mean `identity-policy`?"],
        ),
    ] {
        let (exit, _, errors) = said(&run(&home, words));
        assert_eq!(exit, code, "{words:?}: {errors}");
        for sentence in sentences {
            assert!(errors.contains(sentence), "{words:?}: {sentence} is not in\n{errors}");
        }
        assert!(!errors.contains("Error {") && !errors.contains("panicked"), "{errors}");
    }
}

#[test]
fn the_example_is_told_in_every_format() {
    let home = folder("formats");
    for format in ["text", "json", "markdown", "dot"] {
        let (code, text, errors) = said(&run(&home, &["diagnose", "--example", "broken-endpoint", "--format", format]));
        assert_eq!(code, 1, "{errors}");
        assert!(!text.contains('\u{1b}'), "{format} holds escape codes");
        let name = format!("example_{format}");
        if format == "json" {
            let mut json: Value = serde_json::from_str(&text).unwrap();
            json["facts"] = json!(format!("{} facts", json["facts"].as_array().unwrap().len()));
            insta::assert_json_snapshot!(name, json);
        } else {
            insta::assert_snapshot!(name, text);
        }
    }
    // Without a terminal the format is text.
    let plain = said(&run(&home, &["diagnose", "--example", "broken-endpoint"]));
    assert!(plain.1.starts_with("BROKEN: The endpoint policy"));
}

#[test]
fn other_commands_answer() {
    let home = folder("others");
    for (words, part) in [
        (&["--help"][..], "diagnose"),
        (&["--version"], "gatewalk 0.1.0"),
        (&["playbook", "list"], "aws/sagemaker-training"),
        (&["playbook", "show", "aws/s3-object"], "s3:GetEncryptionConfiguration"),
        (&["playbook", "check"], "aws/s3-object: right"),
        (&["completions", "bash"], "gatewalk"),
        (&["man"], ".TH gatewalk"),
        (&["doctor"], "none found"),
    ] {
        let (code, text, errors) = said(&run(&home, words));
        assert_eq!((code, text.contains(part)), (0, true), "{words:?}: {text}{errors}");
    }
    let (code, text, _) = said(&run(&home, &["playbook", "new", "mine/tags"]));
    assert_eq!(code, 0);
    fs::write(home.join("mine.yaml"), text).unwrap();
    let (code, text, errors) = said(&run(&home, &["playbook", "check", "mine.yaml"]));
    assert_eq!((code, text.contains("mine.yaml: right")), (0, true), "{text}{errors}");
}

/// What the schema says is what the types say.
#[test]
fn the_schema_in_the_assets_is_current() {
    let (_, text, _) = said(&run(&folder("schema"), &["playbook", "schema"]));
    let kept = fs::read_to_string(root().join("assets/playbook.schema.json")).unwrap_or_default();
    assert_eq!(text, kept, "write it again: gatewalk playbook schema > assets/playbook.schema.json");
}

/// The same facts as files of the AWS CLI give the same diagnosis.
#[test]
fn files_of_the_aws_cli_become_a_snapshot() {
    let home = folder("import");
    let text = fs::read_to_string(root().join("assets/examples/broken-endpoint.json")).unwrap();
    let example: Value = serde_json::from_str(&text).unwrap();
    let mut words = vec!["snapshot".to_owned(), "import".to_owned()];
    for (at, fact) in example["facts"].as_array().unwrap().iter().enumerate().filter(|(_, fact)| fact["status"] == "ok")
    {
        let (name, body) = as_file(fact);
        let folder = home.join(at.to_string());
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name + ".json"), body.to_string()).unwrap();
        words.push(at.to_string());
    }
    words.extend(["-o".to_owned(), "imported.json".to_owned()]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (code, text, errors) = said(&run(&home, &words));
    assert_eq!(code, 0, "{text}{errors}");
    let of = |name: &str| example["request"][name].as_str().unwrap().to_owned();
    let (resource, principal, origin) = (of("resource"), of("principal"), of("origin"));
    let words = [
        "diagnose",
        &resource,
        "--as",
        &principal,
        "--from",
        &origin,
        "--snapshot",
        "imported.json",
        "--format",
        "json",
    ];
    let (code, text, errors) = said(&run(&home, &words));
    let json: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{errors}"));
    let with = |status: &str, key: &str| -> Vec<Value> {
        json["gates"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|gate| gate["status"] == status)
            .map(|gate| gate[key].clone())
            .collect()
    };
    assert_eq!((code, with("closed", "gate")), (1, vec![json!("endpoint-policy")]));
    assert_eq!(with("unknown", "summary"), [] as [Value; 0]);
    // A file that nobody can place is refused with its name; a snapshot without a question says so.
    fs::write(home.join("mystery.json"), r#"{"What": 1}"#).unwrap();
    let (code, _, errors) = said(&run(&home, &["snapshot", "import", "mystery.json", "-o", "x.json"]));
    assert_eq!((code, errors.contains("mystery.json")), (4, true), "{errors}");
    let (code, _, errors) = said(&run(&home, &["diagnose", "--snapshot", "imported.json", "--format", "json"]));
    assert_eq!((code, errors.contains("no question")), (2, true), "{errors}");
}

/// The name and text of a file as a person would keep it. Parameters that cannot stand in a file's name are given as a recorded fact.
fn as_file(fact: &Value) -> (String, Value) {
    let call = fact["call"].as_str().unwrap();
    let params = fact["params"].as_object().unwrap();
    let repeated = call.starts_with("iam:Get") && call != "iam:GetPolicyVersion";
    let values: Vec<&str> = params.values().filter_map(Value::as_str).filter(|_| !repeated).collect();
    let narrowed = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"].contains(&call);
    if narrowed || values.iter().any(|value| value.contains('/')) {
        return ("fact".to_owned(), fact.clone());
    }
    let name =
        [&[call.replace(':', "-")], &values.into_iter().map(str::to_owned).collect::<Vec<_>>()[..]].concat().join("__");
    (name, fact["body"].clone())
}
