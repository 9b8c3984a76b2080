//! The whole program against a live cloud: the small Azure of `tests/support/azure`, over real HTTP, asked by the real SDK.
#![cfg(feature = "azure")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, missing_docs)]

#[path = "support/azure.rs"]
mod azure;
mod support;

use std::collections::BTreeSet;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use azure::{Azure, World, closed, gates, right, same};
use serde_json::{Value, json};
use support::Answer;

/// One server for the tests that ask a few questions, one world at a time.
static AZURE: LazyLock<Mutex<Azure>> = LazyLock::new(|| Mutex::new(Azure::start()));

/// Names of faults, and how a world with them is compared.
type Case = (Vec<String>, fn(&Azure, &World, &str, &mut Vec<String>));

/// Of the questions that a fault leaves alone every twelfth is asked; all of them with `GATEWALK_ALL_QUESTIONS=1`.
const SAMPLE: usize = 12;

fn azure() -> MutexGuard<'static, Azure> {
    AZURE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Verdict and exit code, and the closed gates, as the world expects them.
fn compare(azure: &Azure, world: &World, question: &str, wrong: &mut Vec<String>) {
    let answer = azure.ask(world, question, &[]);
    let expected = world.expected(question);
    let (verdict, code) = if expected.is_empty() { ("open", 0) } else { ("broken", 1) };
    if answer.verdict() != verdict || answer.code != code {
        let unknown: Vec<&Value> = gates(&answer, "unknown").map(|gate| &gate["summary"]).collect();
        wrong.push(format!(
            "{}: {} ({}), wanted {verdict}; unknown: {unknown:?}",
            question,
            answer.verdict(),
            answer.code
        ));
    }
    let closed = closed(&answer);
    for cause in expected.iter().filter(|cause| !closed.iter().any(|found| same(found, cause))) {
        wrong.push(format!("{question}: not found: {cause}"));
    }
    for cause in closed.iter().filter(|found| !expected.iter().any(|cause| same(found, cause))) {
        wrong.push(format!("{question}: not broken: {cause}"));
    }
}

/// Where nobody can tell, the verdict is unknown and the gate says what would settle it.
fn compare_unknown(azure: &Azure, world: &World, question: &str, wrong: &mut Vec<String>) {
    let expected = world.unknown(question);
    if expected.is_empty() {
        return compare(azure, world, question, wrong);
    }
    let answer = azure.ask(world, question, &[]);
    if (answer.verdict(), answer.code) != ("unknown", 3) {
        wrong.push(format!("{question}: {} ({}), wanted unknown", answer.verdict(), answer.code));
    }
    for name in expected {
        if !gates(&answer, "unknown").any(|gate| gate["gate"] == name.as_str() && gate["missing"] != json!([])) {
            wrong.push(format!("{question}: {name} is not unknown, or does not say what is missing"));
        }
    }
}

/// Plays a world for every case, on a few servers side by side, and asks its questions.
fn play(cases: &[Case]) {
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let workers = std::thread::available_parallelism().map_or(2, usize::from).min(cases.len());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let azure = Azure::start();
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some((faults, compare)) = cases.get(at) else { break };
                    let found = play_one(&azure, at, faults, *compare);
                    wrong.lock().unwrap().extend(found);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn play_one(
    azure: &Azure,
    at: usize,
    faults: &[String],
    compare: fn(&Azure, &World, &str, &mut Vec<String>),
) -> Vec<String> {
    let names: Vec<&str> = faults.iter().map(String::as_str).collect();
    let world = azure.world(&names);
    let all = faults.is_empty() || std::env::var_os("GATEWALK_ALL_QUESTIONS").is_some();
    let mut wrong = Vec::new();
    for (number, question) in world.questions().iter().enumerate() {
        let touched = !world.expected(question).is_empty() || !world.unknown(question).is_empty();
        if all || touched || (number + at).is_multiple_of(SAMPLE) {
            compare(azure, &world, question, &mut wrong);
        }
    }
    wrong.extend(azure.log().into_iter().filter(|call| call.starts_with('!')));
    wrong.into_iter().map(|what| format!("{faults:?} {what}")).collect()
}

fn singly(kind: &str, compare: fn(&Azure, &World, &str, &mut Vec<String>)) -> Vec<Case> {
    let names = azure().world(&[]).names(kind);
    names.into_iter().map(|name| (vec![name], compare)).collect()
}

/// The server and its worlds by themselves, without the program.
#[test]
fn the_small_azure_is_sound() {
    let mut check = Command::new("python3");
    check.arg(support::root().join("tests/support/azure/check.py")).env("PYTHONDONTWRITEBYTECODE", "1");
    let output = check.output().unwrap();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn a_healthy_world_is_open() {
    play(&[(Vec::new(), compare)]);
}

#[test]
fn every_fault_is_found_and_nothing_else() {
    play(&singly("faults", compare));
}

#[test]
fn faults_that_come_together_are_all_named() {
    let pairs = azure().world(&[]).pairs();
    play(&pairs.into_iter().map(|pair| (pair, compare as _)).collect::<Vec<_>>());
}

#[test]
fn what_only_looks_odd_stays_open() {
    play(&singly("herrings", compare));
}

#[test]
fn what_nobody_can_tell_is_unknown() {
    play(&singly("unknowns", compare_unknown));
}

/// Each right of the walk refused by itself: a verdict may become unknown, never its opposite; what is unknown names what is missing.
#[test]
fn a_refused_read_never_turns_a_verdict() {
    let azure = azure();
    let mut wrong = Vec::new();
    for (fault, question) in [
        (None, "read-private"),
        (None, "read-to-hub"),
        (None, "read-hub-dns"),
        (None, "read-service-endpoint"),
        (None, "read-workspace"),
        (None, "read-managed"),
        (None, "read-acl"),
        (None, "read-nat"),
        (None, "read-perimeter"),
        (None, "compute-walk"),
        (None, "endpoint-walk"),
        (Some("role-missing"), "read-private"),
        (Some("deny-no-longer-spares-readers"), "read-private"),
        (Some("endpoint-pending"), "read-private"),
        (Some("dns-link-missing-at-resolver"), "read-hub-dns"),
        (Some("nsg-keeps-storage-in"), "read-service-endpoint"),
        (Some("managed-rule-missing"), "read-managed"),
        (Some("route-no-way-out"), "read-nat"),
        (Some("key-role-missing"), "read-private"),
    ] {
        let faults: Vec<&str> = fault.into_iter().collect();
        let world = azure.world(&faults);
        let whole = azure.ask(&world, question, &[]).verdict().to_owned();
        for right in azure.rights() {
            azure.set(&json!({"deny": [right]}));
            let answer = azure.ask(&world, question, &[]);
            let verdict = answer.verdict().to_owned();
            if verdict != whole && verdict != "unknown" {
                wrong.push(format!("{faults:?} {question} without {right}: {verdict}, with it {whole}"));
            }
            for gate in gates(&answer, "unknown").filter(|gate| gate["missing"] == json!([])) {
                wrong.push(format!(
                    "{faults:?} {question} without {right}: {} does not say what is missing",
                    gate["gate"]
                ));
            }
            wrong.extend(azure.log().into_iter().filter(|call| call.starts_with('!')));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What was refused makes its gate unknown, and the gate names the right.
#[test]
fn a_caller_who_may_not_read_learns_what_is_missing() {
    let azure = azure();
    let world = azure.world(&[]);
    for (question, gate, denied) in [
        ("read-private", "role-assignment", "Microsoft.Authorization/roleAssignments/read"),
        ("read-private", "deny-assignment", "Microsoft.Authorization/denyAssignments/read"),
        ("read-private", "private-endpoint", "Microsoft.Storage/storageAccounts/privateEndpointConnections/read"),
        ("read-private", "nsg", "Microsoft.Network/networkSecurityGroups/read"),
        ("read-private", "dns", "Microsoft.Network/privateDnsZones/virtualNetworkLinks/read"),
        ("read-private", "key-vault-key", "Microsoft.KeyVault/vaults/keys/read"),
        (
            "read-perimeter",
            "security-perimeter",
            "Microsoft.Storage/storageAccounts/networkSecurityPerimeterConfigurations/read",
        ),
        ("read-service-endpoint", "service-endpoint", "Microsoft.Network/serviceEndpointPolicies/read"),
        ("read-managed", "managed-network", "Microsoft.MachineLearningServices/workspaces/read"),
    ] {
        azure.set(&json!({"deny": [denied]}));
        let answer = azure.ask(&world, question, &[]);
        let judged = answer.gate(gate);
        assert_eq!(judged["status"], "unknown", "{denied}: {judged}");
        let missing = judged["missing"].as_array().unwrap();
        assert!(missing.iter().any(|missing| missing == denied), "{denied}: {judged}");
        assert_eq!((answer.verdict(), answer.code), ("unknown", 3), "{denied}");
    }
}

/// ARM itself tells what applies through groups: the directory is needed for names only.
#[test]
fn without_the_directory_roles_are_still_decided() {
    let azure = azure();
    let world = azure.world(&[]);
    azure.set(&json!({"deny": ["graph"]}));
    let answer = azure.ask(&world, "read-private", &[]);
    assert_eq!(answer.gate("role-assignment")["status"], "open", "{}", answer.gate("role-assignment"));
    assert_eq!(answer.gate("deny-assignment")["status"], "open", "{}", answer.gate("deny-assignment"));
    // A user's name cannot be looked up.
    let named = azure.ask(&world, "read-vm", &[]);
    assert_eq!((named.verdict(), named.code), ("unknown", 3));
}

#[test]
fn a_saved_snapshot_gives_the_same_diagnosis_and_holds_no_secret() {
    let azure = azure();
    let folder = support::folder("azure-saved");
    let file = folder.join("snapshot.json");
    let file = file.to_str().unwrap();
    for faults in [&[][..], &["role-missing", "nsg-denies-first", "ip-rule-missing", "keys-off", "acl-mask-narrows"]] {
        let world = azure.world(faults);
        for question in world.questions() {
            let live = azure.output(&world, &question, &["--format", "json", "--save", file]);
            no_secret(&azure, &world, &question, &live, &std::fs::read_to_string(file).unwrap());
            let live = Answer::of(live);
            let mut replay = support::gatewalk(&folder);
            let replay = replay.args(["diagnose", "--snapshot", file, "--format", "json"]).output().unwrap();
            let replay = Answer::of(replay);
            assert_eq!((&live.json, live.code), (&replay.json, replay.code), "{question}");
        }
    }
}

/// Neither the client's secret nor a token nor a signature is in anything that the program writes.
fn no_secret(azure: &Azure, world: &World, question: &str, output: &Output, snapshot: &str) {
    let secret = world.answer["env"]["AZURE_CLIENT_SECRET"].as_str().unwrap();
    let mut secrets = vec![secret.to_owned(), "c2VjcmV0LXNpZ25hdHVyZQ".to_owned()];
    // The head of an unsigned token is the same in all of them; its claims are what makes it one.
    secrets.extend(azure.tokens().iter().filter_map(|token| Some(token.split('.').nth(1)?.to_owned())));
    for written in [text(&output.stdout), text(&output.stderr), snapshot.to_owned()] {
        assert!(!secrets.iter().any(|secret| written.contains(secret.as_str())), "{question}: a secret was written");
        assert!(
            !written.contains("sig=") || written.contains("sig=…") || written.contains("sig=REDACTED"),
            "{question}"
        );
    }
}

#[test]
fn secrets_stay_out_of_every_format_and_log() {
    let azure = azure();
    let world = azure.world(&["role-missing", "keys-off"]);
    for format in ["text", "json", "markdown", "dot"] {
        for question in ["read-private", "read-sas"] {
            let mut command = azure.gatewalk(Some(&world));
            command.args(world.words(question)).args(["--format", format]).env("RUST_LOG", "trace");
            let output = command.output().unwrap();
            assert_eq!(output.status.code(), Some(1), "{format}: {}", text(&output.stderr));
            no_secret(&azure, &world, question, &output, "");
        }
    }
}

#[test]
fn lists_are_read_to_their_end() {
    let azure = azure();
    for faults in [&[][..], &["role-missing-at-management-group", "dns-record-stale", "managed-rule-inactive"]] {
        let world = azure.world(faults);
        for question in ["read-private", "read-from-hub", "read-acl", "read-managed"] {
            azure.set(&json!({"page_size": 1000}));
            let whole = azure.ask(&world, question, &[]);
            azure.set(&json!({"page_size": 1}));
            let paged = azure.ask(&world, question, &[]);
            assert_eq!((paged.verdict(), closed(&paged)), (whole.verdict(), closed(&whole)), "{question}");
            assert!(azure.log().iter().any(|call| call.contains("$skiptoken")), "{question}: nothing was paged");
        }
    }
}

/// The next page is asked for on the host that answered, or not at all: the request would carry the token elsewhere.
#[test]
fn a_next_page_on_another_host_is_refused() {
    let azure = azure();
    let world = azure.world(&[]);
    azure.set(&json!({"page_size": 1, "fail": ["stray_next_link"]}));
    let answer = azure.ask(&world, "read-private", &[]);
    assert!(!azure.log().iter().any(|call| call.contains("attacker.example")), "the token was sent elsewhere");
    assert_eq!((answer.verdict(), answer.code), ("unknown", 3), "{}", answer.errors);
    let facts = answer.json["facts"].as_array().unwrap();
    assert!(facts.iter().any(|fact| fact["status"] == "error"), "a list that was cut short counts as read");
}

#[test]
fn throttled_calls_are_asked_again_and_equal_ones_only_once() {
    let azure = azure();
    let world = azure.world(&[]);
    azure.set(&json!({"page_size": 1000, "throttle": {"/storageAccounts/frauddata\\?": 2, "/virtualNetworks/ml-vnet\\?": 1, "graph\\.microsoft\\.com": 1}}));
    let answer = azure.ask(&world, "read-private", &[]);
    assert_eq!(answer.verdict(), "open", "{}", answer.errors);
    let log = azure.log();
    let count = |wanted: &str| log.iter().filter(|call| call.contains(wanted)).count();
    assert_eq!(count("/storageAccounts/frauddata?"), 3, "{log:?}");
    assert_eq!(count("/virtualNetworks/ml-vnet?"), 2, "{log:?}");
    // Each audience has a token of its own, asked for at the same address.
    let calls: Vec<&String> = log.iter().filter(|call| !call.starts_with("sign-in")).collect();
    let distinct: BTreeSet<&&String> = calls.iter().collect();
    let again = calls.len() - distinct.len();
    // Two questions to Resource Graph differ in their bodies only.
    assert!(again <= 5, "{again} calls were made twice: {log:?}");
}

#[test]
fn a_call_that_takes_too_long_is_given_up_alone() {
    let azure = azure();
    let world = azure.world(&[]);
    azure.set(&json!({"slow": {"/networkSecurityGroups/compute-nsg": 6000}}));
    let answer = azure.ask(&world, "read-private", &["--timeout", "2"]);
    assert_eq!((answer.verdict(), &answer.gate("nsg")["status"]), ("unknown", &json!("unknown")));
    assert_eq!(answer.gate("role-assignment")["status"], "open");
    let facts = answer.json["facts"].as_array().unwrap();
    let slow =
        facts.iter().find(|fact| fact["call"] == "network:GetSecurityGroup" && fact["status"] == "error").unwrap();
    assert_eq!(slow["error"]["code"], "Timeout", "{slow}");
}

/// The chain of calls is what takes time: its depth is compared, not the clock.
#[test]
fn a_walk_takes_at_most_six_round_trips() {
    let azure = azure();
    let world = azure.world(&[]);
    azure.set(&json!({"page_size": 1000}));
    for question in ["read-private", "read-service-endpoint", "read-managed", "compute-walk"] {
        let answer = azure.ask(&world, question, &["--timings"]);
        let depth: u32 = answer.errors.split(" deep").next().unwrap().rsplit(' ').next().unwrap().parse().unwrap();
        assert!(depth <= 6, "{question}: {}", answer.errors);
    }
}

#[test]
fn what_keeps_the_cloud_from_answering_is_said() {
    let azure = azure();
    let world = azure.world(&[]);
    let ask = |change: &dyn Fn(&mut Command)| {
        let mut command = azure.gatewalk(Some(&world));
        command.args(world.words("read-private")).args(["--format", "json"]);
        change(&mut command);
        Answer::of(command.output().unwrap())
    };
    let none = ask(&|command| {
        for name in ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"] {
            command.env_remove(name);
        }
    });
    let wrong_secret = ask(&|command| {
        command.env("AZURE_CLIENT_SECRET", "not-the-secret");
    });
    let nobody = ask(&|command| {
        command.env("GATEWALK_AZURE_ENDPOINT", "http://127.0.0.1:9");
    });
    azure.set(&json!({"fail": ["ExpiredAuthenticationToken"]}));
    let expired = ask(&|_| {});
    assert!(expired.errors.contains("expired"), "{}", expired.errors);
    for (name, answer) in [("none", none), ("wrong", wrong_secret), ("nobody", nobody), ("expired", expired)] {
        assert_eq!(answer.code, 5, "{name}: {}", answer.errors);
        let errors = answer.errors;
        assert!(
            errors.contains("next: ") && !errors.contains("Error {") && !errors.contains("ErrorKind"),
            "{name}: {errors}"
        );
        assert!(!errors.contains("not-the-secret"), "{name}: {errors}");
    }
}

/// A token must not leave this machine for what somebody put into the environment.
#[test]
fn an_endpoint_that_is_not_this_machine_is_refused() {
    let azure = azure();
    let world = azure.world(&[]);
    for endpoint in [
        "http://192.0.2.1:80",
        "https://management.azure.com",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1@192.0.2.1/",
        "http://0.0.0.0:1",
        "nonsense",
    ] {
        let mut command = azure.gatewalk(Some(&world));
        command.args(world.words("read-private")).args(["--format", "json"]).env("GATEWALK_AZURE_ENDPOINT", endpoint);
        let answer = Answer::of(command.output().unwrap());
        assert_eq!(answer.code, 2, "{endpoint}: {}", answer.errors);
        assert!(answer.errors.contains("GATEWALK_AZURE_ENDPOINT"), "{endpoint}: {}", answer.errors);
    }
    assert_eq!(azure.log(), Vec::<String>::new(), "the cloud was asked all the same");
}

/// A federated token, the metadata service, the managed identity of an Azure ML compute: all sign in.
#[test]
fn other_ways_to_sign_in() {
    let azure = azure();
    let world = azure.world(&[]);
    let folder = support::folder("azure-sign-in");
    let federated = folder.join("token");
    std::fs::write(&federated, world.answer["federated_token"].as_str().unwrap()).unwrap();
    let env = |name: &str| world.answer["env"][name].as_str().unwrap().to_owned();
    let msi = format!("{}/msi/token", azure.endpoint());
    let msi_secret = world.answer["msi_secret"].as_str().unwrap().to_owned();
    let ways: [(&str, Vec<(&str, String)>); 3] = [
        (
            "federated",
            vec![
                ("AZURE_TENANT_ID", env("AZURE_TENANT_ID")),
                ("AZURE_CLIENT_ID", env("AZURE_CLIENT_ID")),
                ("AZURE_FEDERATED_TOKEN_FILE", federated.to_str().unwrap().to_owned()),
            ],
        ),
        ("metadata", Vec::new()),
        ("compute", vec![("MSI_ENDPOINT", msi), ("MSI_SECRET", msi_secret.clone())]),
    ];
    for (name, variables) in ways {
        azure.set(&json!({"imds": name == "metadata"}));
        let mut command = azure.gatewalk(None);
        command.args(world.words("read-private")).args(["--format", "json"]).envs(variables);
        let output = command.output().unwrap();
        for written in [text(&output.stdout), text(&output.stderr)] {
            assert!(!written.contains(&msi_secret) && !written.contains("lab-federated-assertion"), "{name}");
        }
        let answer = Answer::of(output);
        assert_eq!((answer.verdict(), answer.code), ("open", 0), "{name}: {}", answer.errors);
    }
}

/// A token that cannot be looked into hides who asks, not what is asked of others.
#[test]
fn a_token_that_nobody_can_read_leaves_the_rest() {
    let azure = azure();
    let world = azure.world(&[]);
    azure.set(&json!({"fail": ["opaque_token"]}));
    let other = azure.ask(&world, "read-private", &[]);
    assert_eq!(other.gate("role-assignment")["status"], "open", "{}", other.errors);
    let own = azure.ask(&world, "read-caller", &[]);
    assert_eq!((own.verdict(), own.code), ("unknown", 3), "{}", own.errors);
}

/// What is not there is said as such.
#[test]
fn things_that_are_not_there_are_told_from_things_that_are_closed() {
    let azure = azure();
    let world = azure.world(&[]);
    let compute = format!("{}/subnets/compute", world.id("ml-vnet"));
    let ask = |resource: &str, principal: &str, origin: &str| {
        let mut command = azure.gatewalk(Some(&world));
        command.args(["diagnose", resource, "--as", principal, "--from", origin, "--format", "json"]);
        Answer::of(command.output().unwrap())
    };
    let blob = "https://frauddata.blob.core.windows.net/raw/public/x.csv";
    let account = ask("https://nosuchaccount.blob.core.windows.net/raw/x.csv", world.id("ada"), &compute);
    assert_ne!(account.verdict(), "open", "{}", account.json);
    let nobody = ask(blob, "a0000000-0000-4000-8000-0000000000ff", &compute);
    assert_eq!(nobody.gate("token")["code"], "azure.token.no-such-principal");
    let nowhere = ask(blob, world.id("ada"), &format!("{}/subnets/nowhere", world.id("ml-vnet")));
    assert_ne!(nowhere.verdict(), "open");
    assert_eq!(nowhere.gate("role-assignment")["status"], "open");
}

/// Only `--probe` touches the data plane.
#[test]
fn the_data_is_left_alone_without_a_probe() {
    let azure = azure();
    let world = azure.world(&[]);
    for question in world.questions().iter().filter(|question| *question != "read-acl") {
        azure.ask(&world, question, &[]);
    }
    let log = azure.log();
    assert!(!log.iter().any(|call| right(call) == "data"), "{log:?}");
    azure.ask(&world, "read-acl", &[]);
    assert!(azure.log().iter().any(|call| right(call) == "data" && call.contains("action=getAccessControl")));
    // Without it the access control lists are unknown, which is not open.
    let words: Vec<String> = world.words("read-acl").into_iter().filter(|word| word != "--probe").collect();
    let mut command = azure.gatewalk(Some(&world));
    let unasked = Answer::of(command.args(words).args(["--format", "json"]).output().unwrap());
    assert_eq!((unasked.verdict(), &unasked.gate("acl")["status"]), ("unknown", &json!("unknown")));
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
