//! One table of rules: what a statement says to a request. Each row fails without its rule.

use serde_json::{Value, json};

use super::{Context, Document, Entry, Grade, Principal, Question};
use crate::facts::Tri;

const TRAINER: &str = "arn:aws:iam::111122223333:role/ml/trainer";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/trainer/run";
const OBJECT: &str = "arn:aws:s3:::data/team-a/x.csv";

fn context(known: Value) -> Context {
    let mut context = Context::complete();
    for (key, value) in known.as_object().unwrap() {
        context.set(
            key,
            match value {
                Value::String(text) if text == "(unknown)" => Entry::Unknown(String::new()),
                Value::String(text) => Entry::One(text.clone()),
                Value::Array(items) => {
                    Entry::Many(items.iter().map(|item| item.as_str().unwrap().to_owned()).collect())
                }
                _ => Entry::Absent,
            },
        );
    }
    context
}

fn session() -> Principal {
    Principal { role: Some(TRAINER.into()), id: Some("AROA1".into()), ..Principal::parse(SESSION).unwrap() }
}

/// What a document of one statement says; the statement's Effect is Allow unless it says otherwise.
fn ask(
    version: &str,
    mut statement: Value,
    principal: &Principal,
    action: &str,
    resource: &str,
    known: Value,
) -> (Tri, Tri, Tri) {
    let fields = statement.as_object_mut().unwrap();
    fields.entry("Effect").or_insert(json!("Allow"));
    let document = Document::compile("test", &json!({"Version": version, "Statement": statement})).unwrap();
    let context = context(known);
    let ruling = document.judge(&Question::new(principal, action, resource, &context));
    (ruling.deny(), ruling.allow(Grade::Account), ruling.allow(Grade::Direct))
}

#[test]
fn actions_and_resources() {
    for (statement, action, fits) in [
        (json!({"Action": "s3:GetObject", "Resource": OBJECT}), "s3:GetObject", true),
        (json!({"Action": "S3:getobject", "Resource": OBJECT}), "s3:GetObject", true),
        (json!({"Action": ["kms:*", "s3:Get*"], "Resource": "*"}), "s3:GetObject", true),
        (json!({"Action": "s3:Get?bject", "Resource": "*"}), "s3:GetObject", true),
        (json!({"Action": "s3:Put*", "Resource": "*"}), "s3:GetObject", false),
        (json!({"NotAction": "s3:Put*", "Resource": "*"}), "s3:GetObject", true),
        (json!({"NotAction": ["s3:*"], "Resource": "*"}), "s3:GetObject", false),
        (json!({"Action": "*", "Resource": "arn:aws:s3:::data/*"}), "s3:GetObject", true),
        (json!({"Action": "*", "Resource": "arn:aws:s3:::data"}), "s3:GetObject", false),
        (json!({"Action": "*", "Resource": "arn:aws:s3:::DATA/*"}), "s3:GetObject", false),
        (json!({"Action": "*", "Resource": "arn:aws:s3:::data/team-?/*.csv"}), "s3:GetObject", true),
        (json!({"Action": "*", "NotResource": "arn:aws:s3:::data/*"}), "s3:GetObject", false),
        (json!({"Action": "*", "NotResource": ["arn:aws:s3:::other/*"]}), "s3:GetObject", true),
    ] {
        let (_, allow, _) = ask("2012-10-17", statement.clone(), &session(), action, OBJECT, json!({}));
        assert_eq!(allow, Tri::from(fits), "{statement}");
    }
}

#[test]
fn conditions() {
    const T: Tri = Tri::True;
    const F: Tri = Tri::False;
    const U: Tri = Tri::Unknown;
    for (operator, key, values, known, holds) in [
        ("StringEquals", "aws:PrincipalOrgID", json!("o-1"), json!({"aws:principalorgid": "o-1"}), T),
        ("StringEquals", "k", json!(["a", "b"]), json!({"k": "b"}), T),
        ("StringEquals", "k", json!("A"), json!({"k": "a"}), F),
        ("StringEqualsIgnoreCase", "k", json!("A"), json!({"k": "a"}), T),
        ("StringEquals", "k", json!("a*"), json!({"k": "abc"}), F),
        ("StringLike", "k", json!("a*"), json!({"k": "abc"}), T),
        ("StringNotLike", "k", json!(["a*", "z"]), json!({"k": "abc"}), F),
        ("StringNotEquals", "k", json!(["a", "b"]), json!({"k": "c"}), T),
        ("StringNotEquals", "k", json!(["a", "b"]), json!({"k": "b"}), F),
        // A key that is missing.
        ("StringEquals", "k", json!("a"), json!({}), F),
        ("StringNotEquals", "k", json!("a"), json!({}), T),
        ("StringEqualsIfExists", "k", json!("a"), json!({}), T),
        ("ForAllValues:StringEquals", "k", json!("a"), json!({}), T),
        ("ForAnyValue:StringEquals", "k", json!("a"), json!({}), F),
        ("ForAnyValue:StringEqualsIfExists", "k", json!("a"), json!({}), T),
        ("NotIpAddress", "k", json!("10.0.0.0/8"), json!({}), T),
        ("Null", "k", json!("true"), json!({}), T),
        ("Null", "k", json!("false"), json!({}), F),
        ("Null", "k", json!(false), json!({"k": "x"}), T),
        // Several values.
        ("ForAllValues:StringEquals", "k", json!(["a", "b"]), json!({"k": ["a", "b"]}), T),
        ("ForAllValues:StringEquals", "k", json!(["a"]), json!({"k": ["a", "b"]}), F),
        ("ForAnyValue:StringEquals", "k", json!(["a"]), json!({"k": ["a", "b"]}), T),
        ("ForAnyValue:StringNotEquals", "k", json!(["a"]), json!({"k": ["a", "b"]}), T),
        ("ForAllValues:StringNotEquals", "k", json!(["a"]), json!({"k": ["a", "b"]}), F),
        // Types.
        ("Bool", "k", json!("true"), json!({"k": "TRUE"}), T),
        ("Bool", "k", json!(false), json!({"k": "true"}), F),
        ("NumericLessThan", "k", json!("10"), json!({"k": "9.5"}), T),
        ("NumericGreaterThanEquals", "k", json!(10), json!({"k": "9"}), F),
        ("NumericEquals", "k", json!("10"), json!({"k": "ten"}), F),
        ("DateLessThan", "k", json!("2026-01-01T00:00:00Z"), json!({"k": "2025-12-31T23:59:59Z"}), T),
        ("DateGreaterThan", "k", json!("1767225600"), json!({"k": "2026-01-01T00:00:01Z"}), T),
        ("DateLessThan", "k", json!("2026-01-01"), json!({"k": "2026-01-01T00:00:00Z"}), F),
        ("IpAddress", "k", json!("203.0.113.0/24"), json!({"k": "203.0.113.9"}), T),
        ("IpAddress", "k", json!("0.0.0.0/0"), json!({"k": "203.0.113.9"}), T),
        ("IpAddress", "k", json!("2001:db8::/32"), json!({"k": "2001:db8::1"}), T),
        ("IpAddress", "k", json!("2001:db8::/32"), json!({"k": "203.0.113.9"}), F),
        ("NotIpAddress", "k", json!("203.0.113.9"), json!({"k": "203.0.113.9"}), F),
        ("BinaryEquals", "k", json!("QmluYXJ5"), json!({"k": "QmluYXJ5"}), T),
        // ARNs, segment by segment.
        ("ArnLike", "k", json!("arn:aws:iam::*:role/ml/*"), json!({"k": TRAINER}), T),
        ("ArnEquals", "k", json!("arn:aws:iam::*:role/ml/*"), json!({"k": TRAINER}), T),
        ("ArnLike", "k", json!("arn:aws:iam:*"), json!({"k": TRAINER}), F),
        ("ArnLike", "k", json!("*"), json!({"k": TRAINER}), T),
        ("ArnNotLike", "k", json!("arn:aws:iam::*:role/admin"), json!({"k": TRAINER}), T),
        // Variables.
        ("StringEquals", "k", json!("${aws:username}-x"), json!({"k": "ann-x", "aws:username": "ann"}), T),
        ("StringLike", "k", json!("${aws:username}*"), json!({"k": "a*n", "aws:username": "a*"}), T),
        ("StringLike", "k", json!("${aws:username}"), json!({"k": "abc", "aws:username": "a*"}), F),
        ("StringEquals", "k", json!("${gone}"), json!({"k": "x"}), F),
        ("StringNotEquals", "k", json!("${gone}"), json!({"k": "x"}), T),
        ("StringEquals", "k", json!("${gone, 'x'}"), json!({"k": "x"}), T),
        ("StringLike", "k", json!("a${*}"), json!({"k": "a*"}), T),
        ("StringLike", "k", json!("a${*}"), json!({"k": "ab"}), F),
        ("StringLike", "k", json!("${$}{x}"), json!({"k": "${x}"}), T),
        // What is not known.
        ("StringEquals", "k", json!("a"), json!({"k": "(unknown)"}), U),
        ("StringNotEquals", "k", json!("a"), json!({"k": "(unknown)"}), U),
        ("Null", "k", json!("true"), json!({"k": "(unknown)"}), U),
        ("StringEquals", "k", json!("${v}"), json!({"k": "a", "v": "(unknown)"}), U),
        ("StringEquals", "k", json!(["a", "${v}"]), json!({"k": "a", "v": "(unknown)"}), T),
    ] {
        let statement = json!({"Action": "*", "Resource": "*", "Condition": {operator: {key: values}}});
        let (_, allow, _) = ask("2012-10-17", statement, &session(), "s3:GetObject", OBJECT, known.clone());
        assert_eq!(allow, holds, "{operator} {key} {values} with {known}");
    }
}

#[test]
fn several_keys_and_operators_must_all_hold() {
    let statement = json!({"Action": "*", "Resource": "*", "Condition": {"StringEquals": {"a": "1", "b": "2"}, "Bool": {"c": "true"}}});
    for (known, allow) in [
        (json!({"a": "1", "b": "2", "c": "true"}), Tri::True),
        (json!({"a": "1", "b": "3", "c": "true"}), Tri::False),
        (json!({"a": "1", "b": "2", "c": "(unknown)"}), Tri::Unknown),
        (json!({"a": "(unknown)", "b": "3", "c": "true"}), Tri::False),
    ] {
        assert_eq!(
            ask("2012-10-17", statement.clone(), &session(), "s3:GetObject", OBJECT, known.clone()).1,
            allow,
            "{known}"
        );
    }
}

#[test]
fn variables_need_the_newer_version() {
    let statement = json!({"Action": "*", "Resource": "arn:aws:s3:::data/${aws:PrincipalTag/team}/*"});
    let known = json!({"aws:PrincipalTag/team": "team-a"});
    assert_eq!(ask("2012-10-17", statement.clone(), &session(), "s3:GetObject", OBJECT, known.clone()).1, Tri::True);
    assert_eq!(ask("2008-10-17", statement.clone(), &session(), "s3:GetObject", OBJECT, known).1, Tri::False);
    assert_eq!(ask("2012-10-17", statement, &session(), "s3:GetObject", OBJECT, json!({})).1, Tri::False);
}

#[test]
fn principals_are_named_by_account_role_or_themselves() {
    let service = Principal::parse("sagemaker.amazonaws.com").unwrap();
    let user = Principal::parse("arn:aws:iam::111122223333:user/ann").unwrap();
    let nobody = Principal::parse("anonymous").unwrap();
    let pathless = Principal { role: None, ..session() };
    // Whether it is named at all, and whether directly.
    for (principal, element, named, direct) in [
        (&session(), json!("*"), Tri::True, Tri::True),
        (&session(), json!({"AWS": "*"}), Tri::True, Tri::True),
        (&session(), json!({"AWS": "111122223333"}), Tri::True, Tri::False),
        (&session(), json!({"AWS": "arn:aws:iam::111122223333:root"}), Tri::True, Tri::False),
        (&session(), json!({"AWS": "arn:aws:iam::999999999999:root"}), Tri::False, Tri::False),
        (&session(), json!({"AWS": TRAINER}), Tri::True, Tri::False),
        (&session(), json!({"AWS": SESSION}), Tri::True, Tri::True),
        (&session(), json!({"AWS": ["x", TRAINER, SESSION]}), Tri::True, Tri::True),
        (&session(), json!({"AWS": "arn:aws:iam::111122223333:role/trainer"}), Tri::False, Tri::False),
        (&session(), json!({"AWS": "arn:aws:iam::111122223333:role/*"}), Tri::False, Tri::False),
        (&session(), json!({"AWS": "AROA1"}), Tri::True, Tri::False),
        (&session(), json!({"AWS": "AROA2"}), Tri::False, Tri::False),
        (&session(), json!({"Service": "sagemaker.amazonaws.com"}), Tri::False, Tri::False),
        (&pathless, json!({"AWS": TRAINER}), Tri::Unknown, Tri::False),
        (&pathless, json!({"AWS": "arn:aws:iam::111122223333:role/other"}), Tri::False, Tri::False),
        (&user, json!({"AWS": "arn:aws:iam::111122223333:user/ann"}), Tri::True, Tri::True),
        (&service, json!({"Service": ["x.amazonaws.com", "sagemaker.amazonaws.com"]}), Tri::True, Tri::True),
        (&service, json!({"AWS": "111122223333"}), Tri::False, Tri::False),
        (&nobody, json!("*"), Tri::True, Tri::True),
        (&nobody, json!({"AWS": "111122223333"}), Tri::False, Tri::False),
    ] {
        let statement = json!({"Action": "*", "Principal": element});
        let (_, allow, directly) = ask("2012-10-17", statement, principal, "s3:GetObject", OBJECT, json!({}));
        assert_eq!((allow, directly), (named, direct), "{} by {element}", principal.arn);
    }
}

/// A session is left out of a `NotPrincipal` only with its account and its role beside it.
#[test]
fn not_principal_with_deny_needs_the_whole_chain() {
    let account = "arn:aws:iam::111122223333:root";
    for (entries, denied) in [
        (json!([account, TRAINER, SESSION]), Tri::False),
        (json!([TRAINER, SESSION]), Tri::True),
        (json!([account, SESSION]), Tri::True),
        (json!([account]), Tri::True),
    ] {
        let statement = json!({"Effect": "Deny", "Action": "*", "NotPrincipal": {"AWS": entries}});
        assert_eq!(ask("2012-10-17", statement, &session(), "s3:GetObject", OBJECT, json!({})).0, denied, "{entries}");
    }
}

#[test]
fn what_is_no_policy_is_refused_with_a_reason() {
    for (source, reason) in [
        (json!("{"), "no JSON"),
        (json!({}), "no Statement"),
        (json!({"Statement": [{"Action": "*"}]}), "no Effect"),
        (json!({"Statement": {"Effect": "Allow", "Action": "*", "NotAction": "*"}}), "both Action and NotAction"),
        (json!({"Statement": {"Effect": "Allow", "Condition": {"StringSame": {"k": "v"}}}}), "no condition operator"),
        (
            json!({"Statement": {"Effect": "Allow", "Condition": {"ForSome:StringEquals": {"k": "v"}}}}),
            "no set operator",
        ),
        (json!({"Statement": {"Effect": "Allow", "Action": 7}}), "no text"),
    ] {
        let error = Document::compile("it", &source).unwrap_err().to_string();
        assert!(error.contains(reason) && error.starts_with("it"), "{error}");
    }
    // A single statement needs no list; a document may come as text.
    let text = json!("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"*\"}}");
    assert_eq!(Document::compile("it", &text).unwrap().statements.len(), 1);
}
