//! Whatever is thrown at the readers of foreign texts: no panic. That time grows with the text and no faster is measured by `cargo bench --bench authz`.
#![allow(clippy::unwrap_used, missing_docs)]

use gatewalk::aws::arn::Arn;
use gatewalk::aws::authz::{Case, Documents, answer};
use gatewalk::aws::denial;
use gatewalk::aws::policy::{Context, Document, Entry, Principal, Question};
use gatewalk::pattern::Pattern;
use proptest::prelude::*;
use serde_json::{Value, json};

/// JSON of any shape, with the words of policies in it.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("Statement"),
        Just("Effect"),
        Just("Allow"),
        Just("Deny"),
        Just("Action"),
        Just("NotAction"),
        Just("Resource"),
        Just("NotResource"),
        Just("Principal"),
        Just("NotPrincipal"),
        Just("AWS"),
        Just("Condition"),
        Just("StringLike"),
        Just("ForAnyValue:ArnNotLikeIfExists"),
        Just("IpAddress"),
        Just("DateLessThan"),
        Just("NumericEquals"),
        Just("Null"),
        Just("aws:SourceIp"),
        Just("Version"),
        Just("2012-10-17"),
        Just("*"),
        Just("${aws:username, 'x'}"),
        Just("${"),
        Just("s3:Get*"),
        Just("arn:aws:s3:::b/*"),
        Just("10.0.0.0/8"),
    ];
    let text = prop_oneof![word.prop_map(str::to_owned), any::<String>()];
    let leaf = prop_oneof![
        text.clone().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(Value::Null)
    ];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((text.clone(), inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// A policy that compiles more often than not, with hostile values in it.
fn any_policy() -> impl Strategy<Value = Value> {
    let operator = prop_oneof![
        Just("StringEquals"),
        Just("StringNotLike"),
        Just("ArnLike"),
        Just("NotIpAddress"),
        Just("NumericLessThan"),
        Just("DateGreaterThanEquals"),
        Just("Bool"),
        Just("Null"),
        Just("BinaryEquals"),
        Just("ForAllValues:StringLike"),
        Just("ForAnyValue:StringEqualsIfExists"),
    ];
    (any::<bool>(), any::<String>(), any::<String>(), operator, any::<String>(), any_json()).prop_map(|(allow, action, resource, operator, key, value)| {
        json!({"Version": "2012-10-17", "Statement": [{"Effect": if allow { "Allow" } else { "Deny" }, "Action": [action, "*"], "Resource": [resource, "*"],
               "Condition": {operator: {key: value}}}]})
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn policies(document in prop_oneof![any_json(), any_policy()], value in any::<String>(), text in any::<String>()) {
        let mut context = Context::complete();
        context.set("aws:SourceIp", Entry::One(value.clone()));
        context.set("aws:username", Entry::Many(vec![value.clone(), text.clone()]));
        let principal = Principal::parse("arn:aws:iam::111111111111:user/ann").unwrap();
        for source in [document.clone(), Value::String(document.to_string()), Value::String(text.clone())] {
            if let Ok(document) = Document::compile("any", &source) {
                let _ = document.judge(&Question::new(&principal, "s3:GetObject", &value, &context));
                let _ = document.is_public();
            }
        }
    }

    #[test]
    fn cases(request in any_json(), policies in any_json(), line in any::<String>()) {
        let case = json!({"id": 1, "request": request, "policies": policies}).to_string();
        for line in [case, line] {
            if let Ok(case) = serde_json::from_str::<Case<'_>>(&line) {
                let _ = answer(&case, &mut Documents::default());
            }
        }
    }

    #[test]
    fn names(text in "(arn)?(:[a-z*?/-]{0,6}){0,8}|\\PC*") {
        let _ = Arn::parse(&text);
        let _ = Principal::parse(&text);
    }

    #[test]
    fn messages(text in "\\PC*", before in any::<bool>(), cut in any::<prop::sample::Index>()) {
        let known = include_str!("data/denials.jsonl").lines().next().unwrap();
        let known: Value = serde_json::from_str(known).unwrap();
        let known = known["text"].as_str().unwrap();
        // A known message, cut anywhere, with anything around it.
        let at = (0..=cut.index(known.len())).rev().find(|at| known.is_char_boundary(*at)).unwrap_or(0);
        let _ = denial::read(&text);
        let _ = denial::read(&if before { format!("{text}{}", &known[..at]) } else { format!("{}{text}", &known[at..]) });
        let _ = denial::read(&format!("{{\"eventName\": \"x\", \"eventSource\": {}, \"errorCode\": \"AccessDenied\"}}", Value::String(text)));
    }

    #[test]
    fn patterns(pattern in "[a*?]{0,24}", text in "[ab]{0,64}") {
        let _ = Pattern::new(&pattern).fits(&text);
    }
}
