//! A live diagnosis becomes a level: the small Azure of `tests/support/azure` breaks, is asked, is repaired, is asked again, and the commands of
//! docs/training.md make a level of the two answers that holds nothing of theirs but the diagnosis.
#![cfg(feature = "azure")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, missing_docs)]

#[path = "support/azure.rs"]
mod azure;
#[path = "support/page.rs"]
mod page;
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use azure::{Azure, World};
use serde_json::{Value, json};
use support::Answer;

const QUESTION: &str = "read-from-hub";
const FAULT: &str = "endpoint-pending";

/// Words that any cloud has; a name of nothing but such words tells nobody's.
const ANYBODYS: &str = "action any apps azure batch blob com compute core csv data default dfs dns file firewall jobs keys link ml nat nsg pe \
    policy premium prod private privatelink raw read rg standard to vnet windows work net blobs blobservices path path]";

/// Asks the world's question with the words of the page, and gives the gates of the answer.
fn ask(azure: &Azure, world: &World, home: &Path, words: &[&str]) -> Vec<Value> {
    let said = world.words(QUESTION);
    let filled = |word: &&str| match *word {
        "RESOURCE" => said[1].clone(),
        "PRINCIPAL" => said[said.iter().position(|word| word == "--as").unwrap() + 1].clone(),
        "ORIGIN" => said[said.iter().position(|word| word == "--from").unwrap() + 1].clone(),
        other => other.to_owned(),
    };
    let mut command = azure.gatewalk(Some(world));
    command.args(words.iter().map(filled)).args(["--format", "json"]).current_dir(home);
    codes(&Answer::of(command.output().unwrap()).json)
}

fn codes(diagnosis: &Value) -> Vec<Value> {
    let gates = diagnosis["gates"].as_array().unwrap_or_else(|| panic!("{diagnosis}"));
    gates.iter().map(|gate| json!([gate["code"], gate["status"], gate["layer"]])).collect()
}

fn json_of(azure: &Azure, home: &Path, words: &[&str]) -> Value {
    let output = azure.gatewalk(None).args(words).current_dir(home).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn a_live_diagnosis_becomes_a_level_in_fewer_than_ten_commands() {
    let home = support::folder("train-live");
    let azure = Azure::start();
    let mut saved = Vec::new();
    let mut secrets = Vec::new();
    let printed = page::run(&home, &|| azure.gatewalk(None), &mut |words| {
        // Broken first; by the second time somebody has repaired it.
        let faults = if saved.is_empty() { &[FAULT][..] } else { &[] };
        let world = azure.world(faults);
        saved.push(ask(&azure, &world, &home, words));
        secrets
            .extend(world.answer["env"].as_object().unwrap().values().map(|value| value.as_str().unwrap().to_owned()));
        secrets.extend(azure.tokens().iter().filter_map(|token| Some(token.split('.').nth(1)?.to_owned())));
    });
    assert!(page::commands().len() < 10, "{} commands", page::commands().len());
    assert!(printed.iter().any(|text| text.contains("Left to write: title, brief.")), "{printed:?}");

    // The same diagnosis: live, saved, without names, and as the level's truth.
    for (file, live) in ["incident-live.json", "repaired-live.json"].into_iter().zip(&saved) {
        for file in [file.to_owned(), format!("worlds/{file}")] {
            let replayed = json_of(&azure, &home, &["diagnose", "--snapshot", &file, "--format", "json"]);
            assert_eq!(codes(&replayed), *live, "{file}");
        }
    }
    let closed = |gates: &[Value]| gates.iter().filter(|gate| gate[1] == "closed").cloned().collect::<Vec<_>>();
    let pending = json!(["azure.private-endpoint.pending", "closed", "network"]);
    assert_eq!((closed(&saved[0]), closed(&saved[1])), (vec![pending], vec![]));
    let played = play_the_model_path(&azure, &home);
    let culprits = played["debrief"]["culprits"].as_array().unwrap();
    let told: Vec<&Value> = culprits.iter().map(|culprit| &culprit["code"]).collect();
    assert_eq!(told, [&saved[0].iter().find(|gate| gate[1] == "closed").unwrap()[0]]);
    assert_eq!(played["score"]["total"], 100, "{:#}", played["score"]);

    // Nothing of the owner's is in what was made.
    let made: String = fs::read_dir(home.join("worlds"))
        .unwrap()
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap().to_lowercase())
        .collect();
    let owned = owned(&home);
    assert!(owned.len() > 60 && secrets.len() > 6, "{} names, {} secrets", owned.len(), secrets.len());
    for name in owned.iter().chain(&secrets) {
        assert!(!made.contains(&name.to_lowercase()), "{name} is still there");
    }
}

/// Walks the level as its author would, and takes what the diagnosis says.
fn play_the_model_path(azure: &Azure, home: &Path) -> Value {
    let level: Value = serde_saphyr::from_str(&fs::read_to_string(home.join("worlds/incident.yaml")).unwrap()).unwrap();
    fs::write(home.join("nothing.json"), "[]").unwrap();
    let choices =
        json_of(azure, home, &["train", "worlds/incident.yaml", "--script", "nothing.json"])["choices"].take();
    let layer = |name: &Value| {
        let probes = choices["probes"].as_array().unwrap();
        probes.iter().find(|probe| probe["name"] == *name).unwrap()["layer"].clone()
    };
    let mut moves = Vec::new();
    for step in level["model_path"].as_array().unwrap() {
        moves.push(json!({"move": "hypothesis", "layer": layer(&step["probe"]), "expect": step["expect"]}));
        moves.push(json!({"move": "probe", "name": step["probe"]}));
    }
    let right = |list: &str| {
        let choices = level[list].as_array().unwrap().iter();
        choices.filter(|choice| choice["right"] == true).map(|choice| choice["id"].clone()).collect::<Vec<_>>()
    };
    let edge = choices["edges"].as_array().unwrap().iter().find(|edge| {
        edge["questions"]
            .as_array()
            .unwrap()
            .iter()
            .any(|question| question.as_str().unwrap().contains("private endpoint"))
    });
    let edges = [&edge.unwrap()["id"]];
    moves.push(json!({"move": "verdict", "edges": edges, "causes": right("causes"), "fixes": right("fixes")}));
    fs::write(home.join("moves.json"), Value::Array(moves).to_string()).unwrap();
    json_of(azure, home, &["train", "worlds/incident.yaml", "--script", "moves.json", "--no-record"])
}

/// Names, ids and addresses of the saved files, but for those that are Azure's own or anybody's.
fn owned(home: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in ["incident-live.json", "repaired-live.json"] {
        let saved: Value = serde_json::from_str(&fs::read_to_string(home.join(file)).unwrap()).unwrap();
        collect("", &saved["request"], &mut found);
        collect("", &saved["facts"], &mut found);
    }
    let roles = fs::read_to_string(support::root().join("tests/support/azure/roles.json")).unwrap();
    found.retain(|name| {
        let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let tells = words.map(str::to_lowercase).any(|word| !ANYBODYS.split_whitespace().any(|any| any == word));
        let azures =
            name.starts_with("Microsoft.") || name.contains("/roleDefinitions/") || roles.contains(name.as_str());
        tells && !azures && name.len() > 3
    });
    found
}

fn collect(field: &str, value: &Value, found: &mut BTreeSet<String>) {
    const NAMING: &[&str] = &[
        "name",
        "displayName",
        "userPrincipalName",
        "mail",
        "id",
        "appId",
        "principalId",
        "tenantId",
        "principal",
        "resource",
        "origin",
        "account",
        "defaultHostname",
        "ipAddress",
        "privateIPAddress",
        "addressPrefix",
    ];
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| collect(name, value, found)),
        Value::Array(items) => items.iter().for_each(|item| collect(field, item, found)),
        Value::String(text) if NAMING.contains(&field) => {
            found.insert(text.clone());
        }
        _ => {}
    }
}
