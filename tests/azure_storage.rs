//! Whether a storage account lets a request in: the rules one by one (`tests/data/azure/storage`), and the laws they keep.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use gatewalk::azure::storage::{Answer, Outcome, answer};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Every row: what it is about, the answer, the case.
static ROWS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/azure/storage");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts: Vec<_> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    texts.iter().flat_map(|text| text.lines()).map(|line| serde_json::from_str(line).unwrap()).collect()
});

fn ask(case: &Value) -> Answer {
    answer(&case.to_string()).unwrap_or_else(|error| panic!("{error}: {case}"))
}

#[test]
fn every_rule_decides_its_case() {
    assert!(ROWS.len() >= 170, "{}", ROWS.len());
    let mut wrong = Vec::new();
    for row in ROWS.iter() {
        let given = serde_json::to_value(ask(&row["case"])).unwrap();
        let wanted = json!({"id": row["case"]["id"], "result": row["result"], "gate": row["gate"]});
        if given != wanted {
            wrong.push(format!("{}: {given}, not {wanted}", row["about"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), ROWS.len(), wrong.join("\n"));
}

/// What is not given is not known: leaving a thing out of a case never turns its answer round.
#[test]
fn less_given_never_turns_an_answer_round() {
    for row in ROWS.iter() {
        let full = ask(&row["case"]);
        for (pointer, less) in [
            ("/subnets", json!([])),
            ("/private_endpoint_connections", Value::Null),
            ("/origin/ip", Value::Null),
            ("/origin/resource_id", Value::Null),
            ("/origin/tenant_id", Value::Null),
        ] {
            let mut case = row["case"].clone();
            // A subnet's address says more than its kind: without it the subnet is seen by its id alone. That a service is trusted is
            // said by the kind; the resource can only take it back.
            let kind = &row["case"]["origin"]["kind"];
            let extra = (pointer == "/origin/ip" && kind == "subnet")
                || (pointer == "/origin/resource_id" && kind == "trusted-service");
            let Some(place) = case.pointer_mut(pointer).filter(|_| !extra) else { continue };
            *place = less;
            let part = ask(&case);
            let kept = part.result == full.result || part.result == Outcome::Unknown;
            assert!(kept, "{} without {pointer}: {full:?} became {part:?}", row["about"]);
        }
    }
}

#[test]
fn what_is_no_case_is_refused_in_plain_words() {
    for (line, says) in [
        ("", "EOF"),
        ("{}", "account"),
        (r#"{"account":null,"origin":{"kind":"public-ip"}}"#, "`account` is no storage account"),
        (r#"{"account":{},"origin":{"kind":"moon"}}"#, "`moon` is no kind of origin"),
        (r#"{"account":{},"origin":{"kind":"public-ip","ip":"here"}}"#, "`here` is no IP address"),
        (r#"{"account":{},"subnets":7,"origin":{"kind":"subnet"}}"#, "`subnets` is no list"),
        (r#"{"account":{},"origin":[]}"#, "an origin"),
    ] {
        let error = answer(line).unwrap_err();
        assert!(error.contains(says), "{line}: {error}");
        assert!(!error.contains("struct"), "{error}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~é]{0,12}".prop_map(Value::from),
        Just(json!("/")),
        Just(json!("/subscriptions/")),
        Just(json!("0.0.0.0/0")),
        Just(json!("*")),
        Just(json!("Enforced")),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("(id|properties|value|service|[a-z]{1,6})", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// The pointers of all parts of a JSON value.
fn pointers(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match value {
        Value::Object(map) => map.iter().for_each(|(name, inner)| pointers(inner, &format!("{at}/{name}"), out)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, inner)| pointers(inner, &format!("{at}/{index}"), out));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    /// Whatever stands in whatever place: an answer or an error, with a gate for everything but a yes.
    #[test]
    fn hostile_cases_are_answered(row in any::<prop::sample::Index>(), place in any::<prop::sample::Index>(), junk in any_json()) {
        let mut case = row.get(&ROWS)["case"].clone();
        let mut places = Vec::new();
        pointers(&case, "", &mut places);
        let place: &String = place.get(&places);
        *case.pointer_mut(place).unwrap() = junk;
        if let Ok(answer) = answer(&case.to_string()) {
            prop_assert_eq!(answer.gate.is_none(), answer.result == Outcome::Allowed);
        }
    }

    #[test]
    fn any_text_is_answered(line in ".{0,200}") {
        let _ = answer(&line);
    }
}
