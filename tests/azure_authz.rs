//! Cases of `azure-authz`, one table a file: each line names the rule that it fails without.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use gatewalk::azure::authz::{Case, Memory, answer};
use proptest::prelude::*;
use serde_json::{Value, json};

const TABLES: &[(&str, &str)] = &[
    ("roles", include_str!("data/azure/authz/roles.jsonl")),
    ("scopes", include_str!("data/azure/authz/scopes.jsonl")),
    ("denies", include_str!("data/azure/authz/denies.jsonl")),
    ("conditions", include_str!("data/azure/authz/conditions.jsonl")),
];

fn judged(memory: &mut Memory, line: &str) -> Result<Value, String> {
    let case: Case<'_> = serde_json::from_str(line).map_err(|error| error.to_string())?;
    answer(&case, memory).map(|answer| serde_json::to_value(answer).unwrap())
}

#[test]
fn every_rule_has_a_case() {
    let mut memory = Memory::default();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (table, text) in TABLES {
        for line in text.lines() {
            count += 1;
            let row: Value = serde_json::from_str(line).unwrap();
            let mut wanted = row["answer"].clone();
            wanted["id"] = row["case"]["id"].clone();
            let answer = judged(&mut memory, &row["case"].to_string());
            if answer.as_ref() != Ok(&wanted) {
                wrong.push(format!("{table}: {}\n  wanted {wanted}\n  got    {answer:?}", row["rule"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 130, "{count}");
}

#[test]
fn what_is_missing_or_null_is_empty() {
    let denied =
        |id: Value| json!({"id": id, "result": "denied", "granted_by": [], "denied_by": [], "condition_failed": []});
    for (line, wanted) in [
        (r#"{"id": 7, "request": {"action": "a/read"}}"#, Some(denied(json!(7)))),
        (
            r#"{"request": {"action": "a/read", "principal": null, "plane": null, "attributes": null, "sub_operation": null}}"#,
            Some(denied(Value::Null)),
        ),
        (
            r#"{"id": {"a": [1]}, "request": {"action": "a/read", "principal": {"id": null, "groups": null}, "attributes": {"resource": null}},
               "role_definitions": null, "role_assignments": [{}, {"properties": null}], "deny_assignments": [{}]}"#,
            Some(denied(json!({"a": [1]}))),
        ),
        (r#"{"id": 1, "request": {"action": "a/read", "plane": "both"}}"#, None),
        (r#"{"id": 1, "request": {"action": ""}}"#, None),
        (r#"{"id": 1}"#, None),
        (r#"{"id": 1, "request": {"action": "a"}, "role_assignments": {}}"#, None),
        (r#"{"id": 1, "request": {"action": "a"}, "role_assignments": [{"properties": {"scope": 5}}]}"#, None),
        ("[]", None),
        ("", None),
    ] {
        assert_eq!(judged(&mut Memory::default(), line).ok(), wanted, "{line}");
    }
}

/// A case whose parts are taken from the tables: the answer never depends on what came before, and a deny more never opens.
fn row() -> impl Strategy<Value = Value> {
    let rows: Vec<Value> = TABLES
        .iter()
        .flat_map(|(_, text)| text.lines())
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["case"].clone())
        .collect();
    prop::sample::select(rows)
}

/// Any JSON, with the names that cases know.
fn hostile() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(vec!["*", "/", "@Resource[a] StringLike '*'", "!(", "Microsoft.Storage/*"])
            .prop_map(Value::from),
    ];
    let name = prop::sample::select(vec![
        "id",
        "request",
        "principal",
        "groups",
        "action",
        "plane",
        "scope",
        "attributes",
        "resource",
        "role_definitions",
        "role_assignments",
        "deny_assignments",
        "properties",
        "permissions",
        "dataActions",
        "principals",
        "condition",
        "roleDefinitionId",
        "principalId",
        "unknown",
    ]);
    leaf.prop_recursive(5, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..6).prop_map(|fields| Value::Object(
                fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            )),
        ]
    })
}

proptest! {
    #[test]
    fn no_line_panics(case in hostile(), text in "\\PC{0,40}") {
        let mut memory = Memory::default();
        let _ = judged(&mut memory, &case.to_string());
        let _ = judged(&mut memory, &text);
    }

    #[test]
    fn no_part_of_a_case_makes_it_panic(mut case in row(), part in hostile(), at in prop::sample::select(vec![
        "/request", "/request/principal", "/request/principal/groups", "/request/attributes/resource", "/role_definitions/0", "/role_assignments/0",
        "/role_assignments/0/properties/condition", "/role_assignments/0/properties/scope", "/deny_assignments/0/properties/permissions",
    ])) {
        if let Some(place) = case.pointer_mut(at) {
            *place = part;
        }
        let _ = judged(&mut Memory::default(), &case.to_string());
    }

    #[test]
    fn what_could_not_be_read_never_turns_an_answer_round(case in row(), source in prop::sample::select(vec!["resource", "request", "principal", "environment"])) {
        let whole = judged(&mut Memory::default(), &case.to_string()).unwrap();
        let mut less = case;
        for (_, value) in less["request"]["attributes"][source].as_object_mut().unwrap() {
            *value = json!({"unknown": true});
        }
        let less = judged(&mut Memory::default(), &less.to_string()).unwrap();
        prop_assert!(less["result"] == whole["result"] || less["result"] == "unknown", "{} {}", whole, less);
    }

    #[test]
    fn what_came_before_does_not_matter(rows in prop::collection::vec(row(), 1..6)) {
        let mut memory = Memory::default();
        for row in rows {
            let line = row.to_string();
            prop_assert_eq!(judged(&mut memory, &line), judged(&mut Memory::default(), &line));
        }
    }

    #[test]
    fn a_deny_more_never_opens(case in row(), other in row()) {
        let before = judged(&mut Memory::default(), &case.to_string()).unwrap();
        let mut more = case;
        let added = other["deny_assignments"].as_array().unwrap().clone();
        more["deny_assignments"].as_array_mut().unwrap().extend(added);
        if before["result"] != "allowed" {
            let after = judged(&mut Memory::default(), &more.to_string()).unwrap();
            prop_assert!(after["result"] != "allowed", "{} {}", before, after);
        }
    }
}
