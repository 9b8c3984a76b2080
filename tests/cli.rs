//! The command line as a user meets it: words in, text and an exit code out. No cloud is asked.

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
        (&["playbook", "check", gate], 4, &["gate.yaml:", "no gate `identity-polcy`", "did you mean `identity-policy`?"]),
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
    let files = home.join("files");
    fs::create_dir_all(&files).unwrap();
    let example: Value = serde_json::from_str(&fs::read_to_string(root().join("assets/examples/broken-endpoint.json")).unwrap()).unwrap();
    for (at, fact) in example["facts"].as_array().unwrap().iter().enumerate().filter(|(_, fact)| fact["status"] == "ok") {
        let (service, operation) = fact["call"].as_str().unwrap().split_once(':').unwrap();
        let params: Vec<String> = match fact["call"].as_str().unwrap() {
            // What the answer repeats need not be said; what is filtered is imported as it is.
            call if call.starts_with("ec2:Describe") || call.starts_with("iam:Get") && call != "iam:GetPolicyVersion" => vec![],
            "iam:GetPolicyVersion" => vec![fact["params"]["PolicyArn"].as_str().unwrap().replace('/', "%2F")],
            _ => fact["params"].as_object().unwrap().values().filter_map(Value::as_str).map(|value| value.replace('/', "%2F")).collect(),
        };
        // Names that cannot stand in a file name are given as facts.
        let (name, body) = if params.iter().any(|value| value.contains("%2F")) || fact["call"].as_str().unwrap().starts_with("ec2:DescribeNetworkInterfaces") || fact["call"] == "ec2:DescribeSubnets" {
            (format!("fact-{at}"), fact.clone())
        } else {
            let words: Vec<&str> = [format!("{service}-{operation}").leak() as &str].into_iter().chain(params.iter().map(String::as_str)).collect();
            let unique = if params.is_empty() && operation.starts_with("Get") { words.join("__") } else { words.join("__") };
            (unique, fact["body"].clone())
        };
        let mut path = files.join(format!("{name}.json"));
        if path.exists() {
            fs::create_dir_all(home.join("more")).unwrap();
            path = home.join("more").join(format!("{name}.json"));
            if path.exists() {
                fs::create_dir_all(home.join("more2")).unwrap();
                path = home.join("more2").join(format!("{name}.json"));
            }
        }
        fs::write(path, body.to_string()).unwrap();
    }
    let mut words = vec!["snapshot", "import", "files"];
    words.extend(["more", "more2"].into_iter().filter(|more| home.join(more).exists()));
    words.extend(["-o", "imported.json"]);
    let (code, text, errors) = said(&run(&home, &words));
    assert_eq!(code, 0, "{text}{errors}");
    let request = &example["request"];
    let ask = ["diagnose", request["resource"].as_str().unwrap(), "--as", request["principal"].as_str().unwrap(), "--from", request["origin"].as_str().unwrap()];
    let (code, text, errors) = said(&run(&home, &[&ask[..], &["--snapshot", "imported.json", "--format", "json"]].concat()));
    let json: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{errors}"));
    let closed: Vec<_> = json["gates"].as_array().unwrap().iter().filter(|gate| gate["status"] == "closed").map(|gate| &gate["gate"]).collect();
    let unknown: Vec<_> = json["gates"].as_array().unwrap().iter().filter(|gate| gate["status"] == "unknown").map(|gate| &gate["summary"]).collect();
    assert_eq!((code, json!(closed)), (1, json!(["endpoint-policy"])), "{unknown:?}");
    assert!(unknown.is_empty(), "{unknown:?}");
    // A file that nobody can place is refused with its name.
    fs::write(home.join("mystery.json"), r#"{"What": 1}"#).unwrap();
    let (code, _, errors) = said(&run(&home, &["snapshot", "import", "mystery.json", "-o", "x.json"]));
    assert_eq!((code, errors.contains("mystery.json")), (4, true), "{errors}");
}
