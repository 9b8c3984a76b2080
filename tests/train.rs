//! Training: every level is right, sessions go as they should in each mode, scores are those of the rubric, redaction keeps the diagnosis, and the page
//! on writing levels works as written.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, missing_docs)]

#[path = "support/page.rs"]
mod page;
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gatewalk::facts::Snapshot;
use gatewalk::model::{Layer, Status};
use gatewalk::playbook::{Shelf, SourceFile};
use gatewalk::train::bank::parse;
use gatewalk::train::check::{check, closed};
use gatewalk::train::schema::{Difficulty, Goal, Written};
use gatewalk::train::{Bank, Expect, Level, Mode, Move, Scenario, Session};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use support::{folder, gatewalk, root};
use termlens::{Key, Terminal};

fn bank() -> Bank {
    Bank::new(Vec::new(), Shelf::new(Vec::new()))
}

fn open(id: &str, seed: Option<u64>) -> Scenario {
    Scenario::open(&bank(), id, seed).unwrap_or_else(|error| panic!("{id}: {error}"))
}

fn run(home: &Path, words: &[&str]) -> (i32, String, String) {
    said(&gatewalk(home).args(words).output().unwrap())
}

fn said(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// Plays moves by the program, and gives its result.
fn script(name: &str, scenario: &str, more: &[&str], moves: &Value) -> (i32, Value) {
    let home = folder(name);
    fs::write(home.join("moves.json"), moves.to_string()).unwrap();
    let (code, out, errors) = run(&home, &[&["train", scenario, "--script", "moves.json"], more].concat());
    (code, serde_json::from_str(&out).unwrap_or_else(|_| panic!("{errors}")))
}

fn points(result: &Value) -> Vec<(String, i64)> {
    let rows = result["score"]["rows"].as_array().unwrap();
    rows.iter().map(|row| (row["name"].as_str().unwrap().to_owned(), row["points"].as_i64().unwrap())).collect()
}

fn rows(points: [i64; 7]) -> Vec<(String, i64)> {
    let names = ["edge", "cause", "fix", "order", "economy", "hypotheses", "hints"];
    names.into_iter().map(str::to_owned).zip(points).collect()
}

/// The shipped files that hold levels, each with its level; drills are left out.
fn levels() -> Vec<(SourceFile, Level)> {
    let level = |file: SourceFile| match parse(&file).unwrap() {
        Written::Level(level) => Some((file, *level)),
        Written::Drill(_) => None,
    };
    bank().files().into_iter().filter_map(level).collect()
}

/// Calls `each` for every file, on as many threads as there are processors.
fn for_all(files: Vec<SourceFile>, each: impl Fn(&SourceFile) -> Vec<String> + Sync) -> Vec<String> {
    let (waiting, wrong) = (Mutex::new(files), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some(file) = waiting.lock().unwrap().pop() else { return };
                    let found = each(&file);
                    wrong.lock().unwrap().extend(found);
                }
            });
        }
    });
    wrong.into_inner().unwrap()
}

#[test]
fn every_level_is_right() {
    let bank = bank();
    let wrong = for_all(bank.files(), |file| check(&bank, file).iter().map(ToString::to_string).collect());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_levels_are_as_many_and_as_mixed_as_promised() {
    let entries = bank().list();
    let of = |cloud: &str| entries.iter().filter(|entry| entry.id.starts_with(cloud)).count();
    assert!(of("aws/") >= 18 && of("azure/") >= 12, "{} and {}", of("aws/"), of("azure/"));
    for layer in Layer::ALL {
        assert!(entries.iter().filter(|entry| entry.tags.contains(&layer)).count() >= 8, "{layer}");
    }
    let ids: BTreeSet<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(ids.len(), entries.len(), "ids are unique");
    assert_eq!(entries.len(), bank().files().len(), "every file can be read");
    let levels = levels();
    assert!(levels.len() >= 40, "{}", levels.len());
    for (_, level) in levels.iter().filter(|(_, level)| level.difficulty > Difficulty::Easy) {
        assert!(!level.herrings.is_empty(), "{} has no red herring", level.id);
    }
    for cloud in ["aws/", "azure/"] {
        let drills = entries.iter().filter(|entry| entry.is_drill && entry.id.starts_with(cloud));
        let whole = drills.filter(|entry| Layer::ALL.iter().all(|layer| entry.tags.contains(layer)));
        assert!(whole.count() >= 2, "{cloud} has two drills over all layers");
    }
}

/// A seed changes names and numbers, and nothing of the diagnosis.
#[test]
fn a_variant_has_other_names_and_the_same_diagnosis() {
    let wrong = for_all(bank().files(), |file| {
        let plain = open(&file.id(), None);
        let mut wrong = Vec::new();
        for seed in [1, 7] {
            let other = open(&file.id(), Some(seed));
            // A drill draws its level by the seed: there the level that was drawn is the one to compare with.
            let plain = match other.drawn.as_ref().filter(|drawn| plain.drawn.as_ref() != Some(drawn)) {
                Some(drawn) => &open(&drawn.level, None),
                None => &plain,
            };
            if closed(&other.truth) != closed(&plain.truth) || other.truth.verdict != plain.truth.verdict {
                wrong.push(format!(
                    "{} seed {seed}: {:?}, not {:?}",
                    file.id(),
                    closed(&other.truth),
                    closed(&plain.truth)
                ));
            }
            let healthy = other.healthy.whole().diagnosis.verdict;
            let should = if other.level.goal == Goal::Reach { Status::Open } else { Status::Broken };
            if healthy != should {
                wrong.push(format!("{} seed {seed}: the healthy world is {}", file.id(), healthy.as_str()));
            }
            if other.broken.request.resource == plain.broken.request.resource
                || other.broken.facts == plain.broken.facts
            {
                wrong.push(format!("{} seed {seed} has the same names", file.id()));
            }
        }
        wrong
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let (one, two) = (open("aws/half-a-door", Some(5)), open("aws/half-a-door", Some(5)));
    assert_eq!(one.broken.facts, two.broken.facts);
    assert_eq!(one.level.brief, two.level.brief);
    let bucket = one.broken.request.inputs["bucket"].clone();
    assert!(one.level.brief.contains(&bucket), "the ticket speaks of {bucket}: {}", one.level.brief);
}

#[test]
fn an_interview_that_goes_well_gets_a_hundred() {
    let moves = json!([
        {"at": 10, "make": {"move": "hypothesis", "layer": "identity", "expect": "open"}},
        {"at": 20, "make": {"move": "probe", "name": "policy_version"}},
        {"at": 30, "make": {"move": "why", "text": "Nothing matters until somebody allows it."}},
        {"at": 40, "make": {"move": "hypothesis", "layer": "network", "expect": "closed"}},
        {"at": 50, "make": {"move": "probe", "name": "endpoints"}},
        {"at": 90, "make": {"move": "verdict", "edges": ["network: way -> bucket"], "causes": ["endpoint-policy"], "fixes": ["allow-bucket"]}},
        {"at": 99, "make": {"move": "explain", "text": "The endpoint has a policy of its own."}},
    ]);
    let (code, result) = script("interview", "aws/half-a-door", &["--mode", "interview"], &moves);
    assert_eq!(code, 0);
    assert_eq!((points(&result), &result["score"]["total"]), (rows([30, 20, 15, 15, 10, 10, 0]), &json!(100)));
    assert_eq!(result["score"]["passed"], true);
    let turns = result["turns"].as_array().unwrap();
    let said = turns[2]["events"].to_string();
    assert!(said.contains("Why there first") && !said.contains("feedback"), "{said}");
    assert_eq!(result["debrief"]["explanation"], "The endpoint has a policy of its own.");
    assert_eq!(result["debrief"]["culprits"][0]["code"], "aws.endpoint-policy.no-allow");
    // The result is remembered, and due again in three days.
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("tmp/interview");
    let kept = fs::read_to_string(home.join(".local/state/gatewalk/training.jsonl")).unwrap();
    let record: Value = serde_json::from_str(kept.trim()).unwrap();
    assert_eq!(
        (&record["score"], &record["passed"], &record["format_version"]),
        (&json!(100), &json!(true), &json!(1))
    );
    let (_, list, _) = run(&home, &["train", "list", "--json"]);
    let list: Value = serde_json::from_str(&list).unwrap();
    let level = list["levels"].as_array().unwrap().iter().find(|level| level["id"] == "aws/half-a-door").unwrap();
    assert_eq!((&level["box"], &level["best"], &level["is_due"]), (&json!(2), &json!(100), &json!(false)));
}

#[test]
fn practice_counts_jumps_hints_and_wide_fixes() {
    let moves = json!([
        {"move": "probe", "name": "bucket_policy"},
        {"move": "hint"},
        {"move": "verdict", "edges": ["network: way -> bucket"], "causes": ["role-policy"], "fixes": ["allow-bucket", "allow-all"]},
    ]);
    let (_, result) = script("practice", "aws/half-a-door", &[], &moves);
    // One unjustified jump (-5), no hypothesis (0), one hint (-5), a wide fix (0), a wrong cause (0).
    assert_eq!((points(&result), &result["score"]["total"]), (rows([30, 0, 0, 10, 10, 0, -5]), &json!(45)));
    assert_eq!(result["score"]["passed"], false);
    // The same jump with a reason costs nothing; the model path costs five, eight were spent; half of the hypotheses were stated.
    let mut moves = vec![
        json!({"move": "hypothesis", "layer": "storage", "expect": "open", "why": "the message names the bucket"}),
    ];
    for (name, stated) in [
        ("bucket_policy", false),
        ("key_policy", true),
        ("key", false),
        ("role", true),
        ("policy_version", false),
        ("vpc", true),
        ("eni", false),
        ("endpoints", true),
    ] {
        if stated {
            moves.push(json!({"move": "hypothesis", "layer": "network", "expect": "closed"}));
        }
        moves.push(json!({"move": "probe", "name": name}));
    }
    moves.push(json!({"move": "hint"}));
    moves.push(json!({"move": "hint"}));
    moves.push(json!({"move": "hint"}));
    moves.push(json!({"move": "hint", "confirm": true}));
    moves.push(json!({"move": "verdict", "edges": ["storage: way -> bucket"], "causes": ["endpoint-policy"], "fixes": ["drop-deny"]}));
    let (_, result) = script("practice-long", "aws/half-a-door", &[], &Value::Array(moves));
    // 5 of 8 hypotheses: 6 points; three over the model path: 1 point; all hints: -35. 0+20+0+15+1+6-35 = 7.
    assert_eq!((points(&result), &result["score"]["total"]), (rows([0, 20, 0, 15, 1, 6, -35]), &json!(7)));
    assert!(result["turns"].to_string().contains("\"event\":\"confirm\""), "the last hint has to be confirmed");
}

#[test]
fn guidance_takes_the_first_step_and_fades() {
    let moves = json!([
        {"move": "hypothesis", "layer": "network", "expect": "closed"},
        {"move": "probe", "name": "endpoints"},
        {"move": "verdict", "edges": ["network: way -> bucket"], "causes": ["endpoint-policy"], "fixes": ["allow-bucket"]},
    ]);
    let (_, result) = script("guided", "aws/half-a-door", &["--mode", "guided"], &moves);
    assert_eq!((points(&result), &result["score"]["total"]), (rows([30, 20, 15, 15, 10, 10, 0]), &json!(100)));
    let opening = result["turns"][0]["events"].to_string();
    assert!(
        opening.contains("I take the first step")
            && opening.contains("\"by_tutor\":true")
            && opening.contains("Step 2 is yours"),
        "{opening}"
    );
    assert!(
        result["turns"][2]["events"].to_string().contains("Step 3: look at the identity layer"),
        "what was not read"
    );
    let feedback = &result["turns"][2]["events"][0]["feedback"];
    assert_eq!((&feedback["saw"], &feedback["consistent"]), (&json!("closed"), &json!(true)));
}

#[test]
fn half_of_a_double_fault_is_half_of_the_points() {
    let moves = json!([
        {"move": "hypothesis", "layer": "identity", "expect": "open"}, {"move": "probe", "name": "policy_version"},
        {"move": "hypothesis", "layer": "network", "expect": "closed"}, {"move": "probe", "name": "endpoints"},
        {"move": "verdict", "edges": ["network: way -> bucket"], "causes": ["endpoint-policy"], "fixes": ["allow-bucket"]},
    ]);
    let (_, result) = script("double", "aws/two-locks", &[], &moves);
    assert_eq!((points(&result), &result["score"]["total"]), (rows([15, 10, 7, 15, 10, 10, 0]), &json!(67)));
}

#[test]
fn an_interview_has_a_budget_and_a_clock() {
    let scenario = Arc::new(open("aws/half-a-door", None));
    let (mut session, _) = Session::new(Arc::clone(&scenario), Mode::Interview);
    assert_eq!(session.budget().total, scenario.model_cost() + 3);
    assert!(session.view(0).path.is_none(), "no path until the verdict");
    let mut refused = 0;
    for probe in &scenario.probes {
        let events = session.apply(1000, Move::Probe { name: probe.name.clone() });
        refused += usize::from(serde_json::to_string(&events).unwrap().contains("of the budget is left"));
        assert!(session.budget().spent <= session.budget().total);
    }
    assert!(refused > 0);
    let (mut late, _) = Session::new(Arc::clone(&scenario), Mode::Interview);
    let events = late.apply(15 * 60_000, Move::Probe { name: "role".into() });
    assert!(serde_json::to_string(&events).unwrap().contains("The time is up"));
    late.apply(15 * 60_000, Move::Verdict { edges: vec![], causes: vec![], fixes: vec![], note: String::new() });
    assert!(late.view(0).path.is_some() && late.debrief().unwrap().score.total == 0);
}

/// What is offered before the verdict is the same whichever level a seed draws, and the verdict on the drawn one counts.
#[test]
fn a_drill_does_not_tell_what_was_drawn() {
    let id = "azure/the-notebook-says-no";
    let (mut drawn, mut shown) = (BTreeSet::new(), BTreeSet::new());
    for seed in [None, Some(2), Some(4), Some(5), Some(6)] {
        let scenario = Arc::new(open(id, seed));
        assert_eq!(bank().draw(id, seed).unwrap().as_ref(), scenario.drawn.as_ref().map(|drawn| &drawn.level));
        let ids = |items: Vec<&str>| {
            let mut items: Vec<String> = items.into_iter().map(str::to_owned).collect();
            items.sort();
            items
        };
        let (mut session, opening) = Session::new(Arc::clone(&scenario), Mode::Interview);
        let view = session.view(0);
        let probes: Vec<_> =
            view.probes.iter().map(|probe| (&probe.name, probe.layer, probe.cost, probe.commands.len())).collect();
        shown.insert(format!(
            "{:?}",
            (
                (&scenario.level.id, &scenario.level.title, scenario.level.minutes, &scenario.level.tags),
                (probes, view.budget, view.answers, view.is_exact, opening),
                scenario.edges.iter().map(|edge| &edge.id).collect::<Vec<_>>(),
                ids(view.causes.iter().map(|(id, _)| *id).collect()),
                ids(view.fixes.iter().map(|(id, _)| *id).collect()),
            )
        ));
        let own = |right: &dyn Fn(&str) -> bool, all: Vec<&str>| -> Vec<String> {
            all.into_iter().filter(|id| right(id)).map(str::to_owned).collect()
        };
        let cause = |id: &str| scenario.causes.iter().any(|cause| cause.id == id && cause.right);
        let fix = |id: &str| scenario.fixes.iter().any(|fix| fix.id == id && fix.right);
        let causes = own(&cause, scenario.causes.iter().map(|cause| cause.id.as_str()).collect());
        let fixes = own(&fix, scenario.fixes.iter().map(|fix| fix.id.as_str()).collect());
        let edges = scenario.right_edges.iter().cloned().collect();
        for step in &scenario.level.model_path {
            session.apply(0, Move::Probe { name: step.probe.clone() });
        }
        session.apply(0, Move::Verdict { edges, causes, fixes, note: String::new() });
        let debrief = session.debrief().unwrap();
        let points: i32 = debrief.score.rows[..3].iter().map(|row| row.points).sum();
        assert_eq!((points, debrief.scenario.as_str(), debrief.seed), (65, id, seed));
        let economy = debrief.score.rows.iter().find(|row| row.name == "economy").unwrap();
        assert_eq!(economy.points, 10, "{}", economy.why);
        let truthful = |why: &str| !why.is_empty() && !why.ends_with(": ");
        assert!(debrief.causes.iter().chain(&debrief.fixes).all(|item| item.right || truthful(&item.why)));
        drawn.insert(debrief.drawn.clone().unwrap());
    }
    assert_eq!(drawn.len(), 4, "the seeds draw every level: {drawn:?}");
    assert_eq!(shown.len(), 1, "{shown:#?}");
    assert_eq!(bank().draw("aws/half-a-door", Some(1)).unwrap(), None);
}

/// Answers of the data plane are reads like others, and cost more.
#[test]
fn the_request_itself_and_access_lists_can_be_read() {
    let scenario = Arc::new(open("azure/one-letter-short", Some(3)));
    let lists = scenario.probe("access_lists").unwrap();
    assert_eq!((lists.cost, lists.layer, lists.commands.len()), (2, Layer::Identity, 4));
    assert!(lists.commands[0].contains("az storage fs access show") && lists.commands[0].contains("--path /"));
    assert!(lists.brings.contains(&"account".to_owned()), "{:?}", lists.brings);
    let (mut session, _) = Session::new(Arc::clone(&scenario), Mode::Practice);
    for name in ["groups", "assigned", "denies"] {
        session.apply(0, Move::Probe { name: name.into() });
    }
    let events = serde_json::to_value(session.apply(0, Move::Probe { name: "access_lists".into() })).unwrap();
    assert_eq!(events[0]["feedback"]["saw"], "closed", "{events}");

    let scenario = Arc::new(open("aws/out-of-sight", None));
    let (mut session, _) = Session::new(Arc::clone(&scenario), Mode::Practice);
    let events = serde_json::to_value(session.apply(0, Move::Probe { name: "request_itself".into() })).unwrap();
    let facts = events[0]["facts"].as_array().unwrap();
    let said = facts[0]["body"]["error"]["message"].as_str().unwrap();
    assert!(facts.len() == 1 && said.contains("explicit deny in a service control policy"), "{facts:?}");
    assert_eq!((&events[0]["cost"], &events[0]["feedback"]["saw"]), (&json!(3), &json!("closed")), "{events}");
}

/// Nothing before the verdict shows which gate stops the request.
#[test]
fn the_path_tells_nothing_before_the_verdict() {
    let scenario = Arc::new(open("aws/half-a-door", None));
    let (mut session, _) = Session::new(Arc::clone(&scenario), Mode::Practice);
    for step in &scenario.level.model_path {
        let events = serde_json::to_string(&session.apply(0, Move::Probe { name: step.probe.clone() })).unwrap();
        assert!(!events.contains("endpoint-policy"), "{events}");
    }
    assert_eq!(session.known().diagnosis.verdict, Status::Broken);
    assert!(session.view(0).path.unwrap().edges.iter().all(|edge| edge.status != Status::Broken));
}

#[test]
fn scripts_and_levels_that_are_wrong_end_with_four() {
    let home = folder("wrong");
    let level = fs::read_to_string(root().join("playbooks/worlds/aws/half-a-door.yaml")).unwrap();
    let write = |name: &str, text: &str| fs::write(home.join(name), text).unwrap();
    write("moves.yaml", "- {move: prob, name: x}\n");
    write("fly.yaml", "- {move: probe, name: endpoint}\n");
    write("field.yaml", &level.replacen("model_path:", "modelpath:", 1));
    write("step.yaml", &level.replacen("step: endpoint-policy", "step: endpoint-polcy", 1));
    write("reason.yaml", &level.replacen("reason: no-allow", "reason: explicit-deny", 1));
    write("base.yaml", &level.replacen("base: aws/read", "base: aws/raed", 1));
    write("probe.yaml", &level.replacen("probe: endpoints", "probe: endpoint", 1));
    write("sid.yaml", &level.replacen("Sid=OurData\", \"remove", "Sid=OurDate\", \"remove", 1));
    write("herring.yaml", &level.replacen("archive/*", "features/*", 1));
    let unseen = r#"- {"call": "s3:GetBucketAcl", "with": {"Bucket": "other"}, "body": {"Grants": []}}"#;
    let herring = level.lines().find(|line| line.contains("NoArchive")).unwrap();
    write("unseen.yaml", &level.replacen(herring.trim(), unseen, 1));
    write("order.yaml", &level.replacen("probe: inline,", "probe: key_policy,", 1));
    let drill = fs::read_to_string(root().join("playbooks/worlds/azure/the-notebook-says-no.yaml")).unwrap();
    write("drill-level.yaml", &drill.replacen("azure/twice-shut", "azure/twice-shot", 1));
    write("drill-world.yaml", &drill.replacen("azure/twice-shut", "azure/forgotten-subnet", 1));
    write(
        "drill-alone.yaml",
        &drill.replacen(", azure/pending-door, azure/keeper-of-the-key, azure/twice-shut", "", 1),
    );
    write("drill-field.yaml", &drill.replacen("without:", "witout:", 1));
    let wrong = drill.replacen("without: [no-role, private-endpoint, key]", "without: [approve, nothing-such]", 1);
    write(
        "drill.yaml",
        &wrong.replacen("tags: [identity, network, storage]", "tags: [identity]", 1).replacen("cost: ", "cost: 9", 1),
    );
    write("text.yaml", &level.replacen("lesson: \"", "lesson: \"TODO ", 1));
    write("version.yaml", &level.replacen("format_version: 1", "format_version: 2", 1));
    for (words, code, sentences) in [
        (&["train", "aws/half-a-dor"][..], 2, &["there is no scenario", "did you mean `aws/half-a-door`?"][..]),
        (&["train", "nowhere.yaml"], 4, &["nowhere.yaml"]),
        (&["train", "--script", "moves.yaml"], 2, &["needs to know its level"]),
        (&["train", "half-a-door", "--script", "moves.yaml"], 4, &["moves.yaml:1:", "prob"]),
        (&["train", "half-a-door", "--script", "fly.yaml"], 4, &[]),
        (&["train", "field.yaml"], 4, &["field.yaml:", "unknown field `modelpath`", "did you mean `model_path`?"]),
        (
            &["train", "check", "step.yaml"],
            4,
            &["step.yaml:", "no step `endpoint-polcy`", "did you mean `endpoint-policy`?"],
        ),
        (
            &["train", "check", "reason.yaml"],
            4,
            &["reason.yaml:", "does not break exactly where", "endpoint-policy.no-allow"],
        ),
        (
            &["train", "check", "base.yaml"],
            4,
            &["base.yaml:", "there is no world `aws/raed`", "did you mean `aws/read`?"],
        ),
        (&["train", "check", "probe.yaml"], 4, &["probe.yaml:", "no read `endpoint`", "did you mean `endpoints`?"]),
        (&["train", "check", "sid.yaml"], 4, &["sid.yaml:", "nothing at"]),
        (&["train", "check", "herring.yaml"], 4, &["herring.yaml:", "matters"]),
        (&["train", "check", "unseen.yaml"], 4, &["unseen.yaml:23:5:", "no read of this level shows the herring"]),
        (&["train", "check", "order.yaml"], 4, &["order.yaml:", "`key_policy` jumps to the storage layer"]),
        (&["train", "check", "drill-level.yaml"], 4, &["drill-level.yaml:11:", "did you mean `azure/twice-shut`?"]),
        (&["train", "check", "drill-world.yaml"], 4, &["drill-world.yaml:11:", "asks another question"]),
        (&["train", "check", "drill-alone.yaml"], 4, &["drill-alone.yaml:11:", "at least two levels"]),
        (&["train", "check", "drill-field.yaml"], 4, &["drill-field.yaml:12:", "did you mean `without`?"]),
        (
            &["train", "check", "drill.yaml"],
            4,
            &[
                "the cause `no-role` counts as wrong, and its step is closed",
                "what is right with `azure/pending-door` drawn is left out",
                "no level has a cause or fix `nothing-such`",
                "its levels have the layers identity, network, storage",
                "the longest model path costs",
            ],
        ),
        (&["train", "check", "text.yaml"], 4, &["text.yaml:", "`lesson` still has to be written"]),
        (&["train", "check", "version.yaml"], 4, &["version.yaml:1:", "format_version"]),
    ] {
        let (exit, _, errors) = run(&home, words);
        assert_eq!(exit, code, "{words:?}: {errors}");
        for sentence in sentences {
            assert!(errors.contains(sentence), "{words:?}: {sentence} is not in\n{errors}");
        }
        assert!(!errors.contains("panicked") && !errors.contains("Error {"), "{errors}");
    }
}

fn any_move(scenario: &Scenario) -> impl Strategy<Value = Move> + use<> {
    let mut names: Vec<String> = scenario.probes.iter().map(|probe| probe.name.clone()).collect();
    names.push("nonsense".into());
    let ids = |ids: Vec<String>| proptest::sample::subsequence(ids.clone(), 0..=ids.len().min(3));
    let edges = ids(scenario.edges.iter().map(|edge| edge.id.clone()).collect());
    let causes = ids(scenario.causes.iter().map(|cause| cause.id.clone()).collect());
    let fixes = ids(scenario.fixes.iter().map(|fix| fix.id.clone()).collect());
    prop_oneof![
        4 => (0..3_usize, any::<bool>(), proptest::option::of("[a-z ]{0,12}")).prop_map(|(layer, open, why)| Move::Hypothesis {
            layer: Layer::ALL[layer], expect: if open { Expect::Open } else { Expect::Closed }, why
        }),
        4 => proptest::sample::select(names).prop_map(|name| Move::Probe { name }),
        2 => any::<bool>().prop_map(|confirm| Move::Hint { confirm }),
        1 => "\\PC{0,12}".prop_map(|text| Move::Why { text }),
        1 => "\\PC{0,12}".prop_map(|text| Move::Explain { text }),
        1 => (edges, causes, fixes, "\\PC{0,12}").prop_map(|(edges, causes, fixes, note)| Move::Verdict { edges, causes, fixes, note }),
    ]
}

/// Any moves in any order: nothing panics, and a score lies between nothing and a hundred.
#[test]
fn any_moves_can_be_made() {
    for (id, mode) in
        [("aws/two-locks", Mode::Practice), ("aws/no-way-back", Mode::Interview), ("aws/cannot-pass", Mode::Guided)]
    {
        let scenario = Arc::new(open(id, None));
        let moves = proptest::collection::vec((any_move(&scenario), 0..200_000_u64), 0..12);
        let config = Config { cases: 12, failure_persistence: None, ..Config::default() };
        TestRunner::new(config)
            .run(&moves, |moves| {
                let (mut session, _) = Session::new(Arc::clone(&scenario), mode);
                let mut now = 0;
                for (make, later) in moves {
                    now += later;
                    session.apply(now, make);
                    let view = session.view(now);
                    prop_assert!(view.budget.spent <= view.budget.total || !view.budget.binding);
                }
                if let Some(debrief) = session.debrief() {
                    prop_assert!(debrief.score.total <= 100);
                    prop_assert!(!debrief.markdown().is_empty());
                }
                Ok(())
            })
            .unwrap();
    }
}

fn worlds() -> Vec<std::path::PathBuf> {
    let mut worlds: Vec<_> = ["aws", "azure"]
        .iter()
        .flat_map(|cloud| fs::read_dir(root().join("playbooks/worlds").join(cloud)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    worlds.extend(["two-faults-read", "isolated-key"].map(|name| root().join(format!("tests/data/{name}.json"))));
    worlds.push(root().join("assets/examples/broken-endpoint.json"));
    worlds.sort();
    worlds
}

/// The command proves by replay that the diagnosis is the same; here the names are looked for.
#[test]
fn a_redacted_snapshot_holds_nothing_of_its_owners() {
    let home = folder("redact");
    for world in worlds() {
        let before = fs::read_to_string(&world).unwrap();
        let (code, _, errors) = run(&home, &["snapshot", "redact", world.to_str().unwrap(), "-o", "redacted.json"]);
        assert_eq!(code, 0, "{}: {errors}", world.display());
        let after = fs::read_to_string(home.join("redacted.json")).unwrap();
        let snapshot = Snapshot::parse("before", &before).unwrap();
        let mut private: BTreeSet<String> =
            ["tidewater", "frauddata", "hublake", "openlab", "trainer", "guardrails"].map(str::to_owned).into();
        let account = regex_like(&before);
        private.extend(account);
        private.insert("wsstore".into());
        for name in private.iter().filter(|name| before.contains(name.as_str())) {
            assert!(!after.to_lowercase().contains(&name.to_lowercase()), "{}: {name} is still there", world.display());
        }
        let verdict = |file: &str| run(&home, &["diagnose", "--snapshot", file, "--format", "json"]).1;
        let codes = |text: &str| {
            let json: Value = serde_json::from_str(text).unwrap();
            json["gates"].as_array().unwrap().iter().map(|gate| gate["code"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(codes(&verdict(world.to_str().unwrap())), codes(&verdict("redacted.json")), "{}", world.display());
        assert_ne!(snapshot.request.resource, Snapshot::parse("after", &after).unwrap().request.resource);
    }
}

/// Account numbers and the ids of Azure that are not role definitions.
fn regex_like(text: &str) -> Vec<String> {
    let digits = |word: &&str| word.len() == 12 && !word.starts_with('0') && word.chars().all(|c| c.is_ascii_digit());
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let mut found: Vec<String> = words.filter(digits).map(str::to_owned).collect();
    found.extend(["a0000000-0000-4000-8000-000000000001", "5b000000-0000-4000-8000-000000000001"].map(str::to_owned));
    found
}

/// The commands of docs/training.md, in order: a saved incident becomes a level. `tests/train_live.rs` does it with a live one.
#[test]
fn a_saved_incident_becomes_a_level_as_the_page_says() {
    let home = folder("incident");
    let broken = root().join("assets/examples/broken-endpoint.json");
    page::run(&home, &|| gatewalk(&home), &mut |words| match *words.last().unwrap() {
        "incident-live.json" => fs::copy(&broken, home.join("incident-live.json")).map(drop).unwrap(),
        file => fs::write(home.join(file), repaired()).unwrap(),
    });
    assert!(home.join("worlds/incident.yaml").exists());
}

/// The example's world after the repair: the endpoint's policy allows again.
fn repaired() -> String {
    let mut snapshot: Value =
        serde_json::from_str(&fs::read_to_string(root().join("assets/examples/broken-endpoint.json")).unwrap())
            .unwrap();
    let endpoints = snapshot["facts"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .find(|fact| fact["call"] == "ec2:DescribeVpcEndpoints")
        .unwrap();
    for endpoint in endpoints["body"]["VpcEndpoints"].as_array_mut().unwrap() {
        if endpoint["VpcEndpointType"] == "Gateway" {
            endpoint["PolicyDocument"] = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}]}).to_string().into();
        }
    }
    snapshot.to_string()
}

#[test]
fn the_schema_of_levels_in_the_assets_is_current() {
    let (_, text, _) = run(&folder("level-schema"), &["train", "schema"]);
    let kept = fs::read_to_string(root().join("assets/level.schema.json")).unwrap_or_default();
    assert!(text == kept, "write it again: gatewalk train schema > assets/level.schema.json");
}

/// A person at a terminal.
struct Person(Terminal);

impl Person {
    fn sits_down(name: &str, words: &[&str]) -> Self {
        let home = folder(name);
        let terminal = Terminal::builder()
            .size(110, 50)
            .env_clear()
            .env("HOME", &home)
            .env("PATH", "/usr/bin:/bin")
            .env("TERM", if words.contains(&"--plain") { "xterm-256color" } else { "dumb" })
            .env("LC_ALL", "C.UTF-8")
            .args(words)
            .current_dir(&home)
            .timeout(Duration::from_mins(1))
            .spawn(env!("CARGO_BIN_EXE_gatewalk"))
            .unwrap();
        Person(terminal)
    }

    fn sees(&mut self, text: &str) -> &mut Self {
        self.0.wait_until(|screen| screen.contains(text)).unwrap_or_else(|error| panic!("{text}: {error}"));
        self
    }

    fn types(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.0.send(Key::Char(c)).unwrap();
        }
        self.0.send(Key::Enter).unwrap();
        self
    }

    /// The number before the line that holds a text.
    fn number_of(&mut self, text: &str) -> String {
        self.sees(text);
        let screen = self.0.screen().text();
        let line = screen.lines().rev().find(|line| line.contains(text)).unwrap();
        line.trim().split('.').next().unwrap().to_owned()
    }

    fn chooses(&mut self, text: &str) -> &mut Self {
        let number = self.number_of(text);
        self.types(&number)
    }

    fn verdict(&mut self) {
        self.sees("Where to look?").types("v");
        self.chooses("network: way").sees("What is the cause?");
        self.chooses("S3 gateway endpoint does not").sees("What is the smallest change");
        self.chooses("Add one statement").sees("A note of your own").types("");
        // The debrief comes in parts that fit the screen: score, truth, model answer, the two ways, lesson.
        self.sees("Score: ").sees("enter to go on").types("");
        self.sees("What was broken:").sees("Your explanation").types("It has a policy of its own");
        self.sees("The model answer, in ninety seconds:").sees("enter to go on").types("");
        self.sees("Your way beside the model's:").sees("Here the ways part.").types("");
        self.sees("To remember:").sees("enter to end").types("");
        self.sees("aws/half-a-door comes again in");
        assert_eq!(self.0.wait_exit().unwrap().code(), Some(0));
    }
}

#[test]
fn a_person_practises_at_a_plain_terminal() {
    let mut person = Person::sits_down("person-practice", &["train", "half-a-door", "--plain"]);
    person.sees("The ticket:").sees("Where to look?").types("h").sees("Hint 1 of 3");
    person.sees("Where to look?").types("1").sees("What do you expect").types("1");
    person.chooses("policy_version: ").sees("You expected nothing that stops it");
    person.verdict();
}

#[test]
fn a_person_is_guided() {
    let mut person = Person::sits_down("person-guided", &["train", "half-a-door", "--mode", "guided"]);
    person.sees("Tutor: I take the first step").sees("Step 2 is yours");
    person.sees("Where to look?").types("2").sees("What do you expect").types("2");
    person.chooses("endpoints: The private ways").sees("consistent");
    person.verdict();
}

#[test]
fn a_person_is_interviewed() {
    let mut person = Person::sits_down("person-interview", &["train", "half-a-door", "--mode", "interview"]);
    person.sees("Interviewer: Take the ticket as given").sees("minutes are left");
    person.types("1").sees("What do you expect").types("1");
    person
        .chooses("policy_version: ")
        .sees("Why there first")
        .sees("Your reason")
        .types("Nothing matters until somebody allows it");
    person.sees("probe points are left").sees("Where to look?").types("p").sees("no path in an interview");
    person.verdict();
}

/// Whoever runs a drill has all of a level on paper: what each part of the sheet says is the scenario's own.
#[test]
fn a_sheet_for_a_drill_tells_all_of_a_level() {
    let home = folder("sheet");
    let (code, sheet, errors) = run(&home, &["train", "show", "half-a-door", "--seed", "7"]);
    assert_eq!(code, 0, "{errors}");
    let scenario = open("aws/half-a-door", Some(7));
    assert!(sheet.contains(&scenario.broken.request.resource), "the variant's names");
    let part = |title: &str| {
        let rest =
            sheet.split(&format!("\n## {title}\n")).nth(1).unwrap_or_else(|| panic!("no part {title}:\n{sheet}"));
        rest.split("\n## ").next().unwrap().to_owned()
    };
    assert!(part("The truth").contains("`aws.endpoint-policy.no-allow` on `network: way -> bucket`"));
    let reads = part("What each read shows");
    for probe in &scenario.probes {
        assert_eq!(reads.matches(&format!("- **{}** (", probe.name)).count(), 1, "{}", probe.name);
    }
    // Only the read of the endpoints shows what stops the request, and it shows it alone.
    let of =
        |name: &str| reads.split(&format!("- **{name}** (")).nth(1).unwrap().split("\n- **").next().unwrap().to_owned();
    assert_eq!(reads.matches("**stops it**, endpoint-policy").count(), 1);
    assert!(
        of("endpoints").lines().nth(1).unwrap().starts_with("  - **stops it**, endpoint-policy"),
        "{}",
        of("endpoints")
    );
    assert!(of("route_tables").contains("open, route") && of("route_tables").contains("(with endpoints)"));
    assert!(of("nat_gateways").contains("decides nothing here"));
    for step in &scenario.level.model_path {
        assert!(part("The model path").contains(&format!("| `{}` | {} |", step.probe, step.expect.as_str())));
    }
    assert_eq!(part("Hints, when asked").matches("(minus ").count(), 3);
    assert_eq!((part("Causes").matches("[x]").count(), part("Changes").matches("[x]").count()), (1, 1));
    let (code, _, errors) = run(&home, &["train", "show", "half-a-dor"]);
    assert!(code == 2 && errors.contains("did you mean"), "{errors}");
}

/// Two snapshots of which no level comes: each says what is wrong with it, and what to do.
#[test]
fn what_no_level_can_be_made_of_is_said() {
    let home = folder("no-level");
    let broken = fs::read_to_string(root().join("assets/examples/broken-endpoint.json")).unwrap();
    let mut other: Value = serde_json::from_str(&repaired()).unwrap();
    other["request"]["action"] = "s3:PutObject".into();
    let mut unasked: Value = serde_json::from_str(&broken).unwrap();
    unasked["playbook"] = "".into();
    for (name, text) in [
        ("broken.json", &broken),
        ("repaired.json", &repaired()),
        ("other.json", &other.to_string()),
        ("unasked.json", &unasked.to_string()),
    ] {
        fs::write(home.join(name), text).unwrap();
    }
    for (words, code, sentences) in [
        (&["repaired.json"][..], 4, ["is not broken: the verdict is open", "save it while the request is stopped"]),
        (
            &["broken.json", "--healthy", "broken.json"],
            4,
            ["is not open: closed at endpoint-policy", "leave --healthy out"],
        ),
        (
            &["broken.json", "--healthy", "other.json"],
            4,
            ["s3:GetObject, the other s3:PutObject", "ask the same question"],
        ),
        (&["unasked.json"], 2, ["holds answers but no question", "diagnose it first"]),
        (&["nowhere.json"], 4, ["nowhere.json", "take the snapshot again"]),
    ] {
        let (exit, out, errors) = run(&home, &[&["train", "new"], words].concat());
        assert_eq!((exit, out.as_str()), (code, ""), "{words:?}: {errors}");
        for sentence in sentences {
            assert!(errors.contains(sentence), "{words:?}: {sentence} is not in\n{errors}");
        }
    }
    // Without a repaired snapshot the author repairs the world, and everything else is there.
    let (code, text, errors) = run(&home, &["train", "new", "broken.json"]);
    assert!(code == 0 && errors.contains("Left to write: title, brief, changes, edits, prevention."), "{errors}");
    assert!(text.contains("\nbase: broken.json\n") && text.contains("\nmodel_path:\n  - {probe: "), "{text}");
}
