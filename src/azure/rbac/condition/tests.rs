use std::borrow::Cow;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{Plane, Question, SubOperations, Text};
use super::*;

/// Attributes as `{"@Resource": {"name": value}}`; the text `?` cannot be read.
struct Table(Value);

impl Attributes for Table {
    fn find(&self, attribute: &Attribute) -> Found<'_> {
        let of = self.0.get(attribute.source.as_str()).and_then(Value::as_object);
        match of.and_then(|of| of.iter().find(|(name, _)| attribute.is(name))) {
            None => Found::Absent,
            Some((_, Value::String(text))) if text == "?" => Found::Unknown,
            Some((_, value)) => Found::Value(Cow::Borrowed(value)),
        }
    }
}

fn judge(condition: &str, attributes: &Table, own: &[Text<'_>]) -> (Truth, Vec<String>) {
    let question = Question {
        action: "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
        plane: Plane::Data,
        sub_operations: SubOperations::These(own),
        attributes,
    };
    let mut unknown = Vec::new();
    let truth = Condition::parse(condition)
        .unwrap_or_else(|fault| panic!("{condition}: {fault}"))
        .judge(&question, &mut unknown);
    (truth, unknown)
}

const T: Truth = Truth::TRUE;
const F: Truth = Truth::FALSE;
const E: Truth = Truth::NOT_COMPARABLE;
const U: Truth = Truth::UNKNOWN;
/// False, or not comparable.
const FE: Truth = Truth::NOT_TRUE;

const CASES: &[(&str, Truth)] = &[
    // Texts.
    ("@Resource[a] StringEquals 'red'", T),
    ("@Resource[a] StringEquals 'Red'", F),
    ("@Resource[a] StringEqualsIgnoreCase 'RED'", T),
    ("@Resource[a] StringNotEquals 'red'", F),
    ("@Resource[a] StringNotEqualsIgnoreCase 'RED'", F),
    ("@Resource[a] StringStartsWith 're'", T),
    ("@Resource[a] StringStartsWith 'RE'", F),
    ("@Resource[a] StringStartsWithIgnoreCase 'RE'", T),
    ("@Resource[a] StringNotStartsWith 're'", F),
    ("@Resource[a] StringNotStartsWithIgnoreCase 'bl'", T),
    ("@Resource[a] StringLike 'r?d'", T),
    ("@Resource[a] StringLike 'R*'", F),
    ("@Resource[a] StringLikeIgnoreCase 'R*'", T),
    ("@Resource[a] StringNotLike 'r*'", F),
    ("@Resource[a] StringNotLikeIgnoreCase 'B*'", T),
    (r"'a*b' StringLike 'a\*b'", T),
    (r"'axb' StringLike 'a\*b'", F),
    (r"'a?' StringLike 'a\?'", T),
    (r"'ab' StringLike 'a\?'", F),
    ("'abcd' StringLike 'a*c?'", T),
    ("'abcd' StringLike 'A*C?'", F),
    ("'abcd' StringLike 'a*c'", F),
    ("'it''s' StringEquals 'it''s'", T),
    // Numbers, times, truths, GUIDs.
    ("@Resource[n] NumericEquals 10", T),
    ("@Resource[n] NumericNotEquals 10", F),
    ("@Resource[n] NumericLessThan 10", F),
    ("@Resource[n] NumericLessThanEquals 10", T),
    ("@Resource[n] NumericGreaterThan 9", T),
    ("@Resource[n] NumericGreaterThanEquals -1", T),
    ("@Resource[t] DateTimeGreaterThan '2026-03-01T00:00:00.0Z'", T),
    ("@Resource[t] DateTimeLessThan '2026-03-01T00:00:00.4999999Z'", F),
    ("@Resource[t] DateTimeEquals '2026-03-01T01:00:00.5+01:00'", T),
    ("@Resource[t] DateTimeLessThanEquals '2026-03-01T00:00:01'", T),
    ("@Resource[b] BoolEquals true", T),
    ("@Resource[b] boolequals FALSE", F),
    ("@Resource[b] BoolNotEquals false", T),
    ("@Resource[g] GuidEquals f5819b54e0334d82ac664fec3cbf3f4c", T),
    ("@Resource[g] GuidEquals 'f5819b54-e033-4d82-ac66-4fec3cbf3f4c'", T),
    ("@Resource[g] GuidNotEquals 00000000000000000000000000000000", T),
    (
        "@Resource[g] ForAnyOfAnyValues:GuidEquals{00000000-0000-0000-0000-000000000000,f5819b54e0334d82ac664fec3cbf3f4c}",
        T,
    ),
    // Quantifiers: the table of the page, and sets against attributes.
    ("{'red','blue'} ForAnyOfAnyValues:StringEquals {'blue','green'}", T),
    ("{'red','blue'} ForAnyOfAnyValues:StringEquals {'orange','green'}", F),
    ("{'red','blue'} ForAllOfAnyValues:StringEquals {'orange','red','blue'}", T),
    ("{'red','green'} ForAllOfAnyValues:StringEquals {'blue','green'}", F),
    ("{10,20} ForAnyOfAllValues:NumericLessThan {15,18}", T),
    ("{10,20} ForAnyOfAllValues:NumericLessThan {5,18}", F),
    ("{10,20} ForAllOfAllValues:NumericLessThan {5,15,18}", F),
    ("{10,20} ForAllOfAllValues:NumericLessThan {15,25,30}", F),
    ("{10,20} ForAllOfAllValues:NumericLessThan {25,30}", T),
    ("@Resource[many] ForAllOfAnyValues:StringEquals {'red','blue','green'}", T),
    ("@Resource[many] ForAllOfAllValues:StringNotEquals {'green'}", T),
    ("@Resource[many] ForAnyOfAnyValues:StringNotEquals {'red'}", T),
    ("@Resource[numbers] foranyofallvalues : numericlessthan {15,18}", T),
    ("@Resource[many] StringEquals 'blue'", T),
    ("@Resource[many] StringNotEquals 'blue'", F),
    ("@Resource[none] ForAnyOfAnyValues:StringEquals {'red'}", F),
    ("@Resource[none] ForAllOfAnyValues:StringEquals {'red'}", T),
    // Attributes on the right; names; sources.
    ("@Resource[a] StringEquals @Principal[same]", T),
    ("@Resource[a] StringLike @Principal[same]", T),
    ("'red' StringEquals @resource[A]", T),
    ("@Resource[ns/type:tags:Key<$key_case_sensitive$>] StringEquals 'v'", T),
    ("@Resource[NS/Type:tags:Key<$key_case_sensitive$>] StringEquals 'v'", T),
    ("@Resource[ns/type:tags:key<$key_case_sensitive$>] StringEquals 'v'", E),
    ("@Environment[isPrivateLink] BoolEquals true", F),
    ("@Principal[a] StringEquals 'red'", E),
    // What is not there cannot be compared, and does not grant under NOT either.
    ("@Resource[gone] StringEquals 'red'", E),
    ("@Resource[gone] StringNotEquals 'red'", E),
    ("NOT @Resource[gone] StringEquals 'red'", E),
    ("@Resource[a] StringEquals @Principal[gone]", E),
    ("@Resource[gone] StringEquals 'red' OR @Resource[a] StringEquals 'red'", T),
    ("@Resource[gone] StringEquals 'red' OR NOT Exists @Resource[gone]", T),
    ("@Resource[gone] StringEquals 'red' AND @Resource[a] StringEquals 'blue'", F),
    ("Exists @Resource[a]", T),
    ("Exists @Resource[gone]", F),
    ("NOT Exists @Resource[gone]", T),
    ("Exists @Resource[none]", T),
    // What is of another type cannot be compared.
    ("@Resource[a] NumericEquals 10", E),
    ("@Resource[n] StringEquals '10'", E),
    ("@Resource[deep] StringEquals 'a'", E),
    ("@Resource[a] GuidNotEquals 00000000000000000000000000000000", E),
    ("@Resource[a] DateTimeEquals 'yesterday'", E),
    // What could not be read is not known, and never granted.
    ("@Resource[x] StringEquals 'red'", U),
    ("NOT @Resource[x] StringEquals 'red'", U),
    ("Exists @Resource[x]", Truth::EITHER),
    ("@Resource[x] StringEquals 'red' OR @Resource[a] StringEquals 'red'", T),
    ("@Resource[x] StringEquals 'red' AND @Resource[a] StringEquals 'blue'", F),
    ("@Resource[gone] StringEquals 'r' AND (@Resource[x] StringEquals 'r' OR NOT @Resource[x] StringEquals 'r')", FE),
    // Words and order.
    ("not @Resource[a] stringequals 'red' oR !(@Resource[n] NumericEquals 1 && @Resource[b] BoolEquals true)", T),
    ("@Resource[a] StringEquals 'red' || @Resource[n] NumericEquals 1 && @Resource[n] NumericEquals 2", T),
    ("!!@Resource[a] StringEquals 'red'", T),
    ("ActionMatches{'Microsoft.Storage/storageAccounts/*/read'}", T),
    ("actionmatches {'microsoft.storage/STORAGEACCOUNTS/blobServices/containers/blobs/read'}", T),
    ("ActionMatches{'Microsoft.Authorization/roleAssignments/*'}", F),
    ("SubOperationMatches{'Blob.List'}", F),
    ("@Request[subOperation] ForAnyOfAnyValues:StringEqualsIgnoreCase {'Blob.List'}", F),
    ("@Request[subOperation] StringNotEquals 'Blob.List'", T),
];

/// `a` = 'red', `n` = 10, `b` = true, `many` = red and blue, `none` = empty, `x` unread, `gone` not there.
#[test]
fn conditions_come_to_what_the_pages_say() {
    let table = Table(json!({
        "@Resource": {"a": "red", "n": 10, "b": true, "many": ["red", "blue"], "numbers": [10, 20], "none": [], "x": "?",
                      "t": "2026-03-01T00:00:00.5Z", "g": "F5819B54-e033-4d82-ac66-4fec3cbf3f4c", "ns/type:tags:Key": "v", "deep": {"a": 1}},
        "@Principal": {"same": "red"},
        "@Environment": {"isPrivateLink": false}
    }));
    for &(condition, truth) in CASES {
        assert_eq!(judge(condition, &table, &[]).0, truth, "{condition}");
    }
    let listing = [Text("Blob.List".into())];
    for (condition, truth) in [
        ("SubOperationMatches{'blob.list'}", T),
        ("NOT SubOperationMatches{'Blob.List'}", F),
        ("@Request[subOperation] ForAnyOfAnyValues:StringEqualsIgnoreCase {'blob.list'}", T),
        ("!(ActionMatches{'*/blobs/read'} AND NOT SubOperationMatches{'Blob.List'})", T),
    ] {
        assert_eq!(judge(condition, &table, &listing).0, truth, "{condition}");
    }
    assert_eq!(judge("@Resource[x] StringEquals 'a'", &table, &[]).1, ["@Resource[x]"]);
}

#[test]
fn faults_say_where() {
    for (condition, at) in [
        ("", 1),
        ("@Resource[a] StringEquals", 26),
        ("@Resource[a] StringIs 'a'", 14),
        ("@Resorce[a] StringEquals 'a'", 1),
        ("@Resource StringEquals 'a'", 11),
        ("@Resource[a StringEquals 'a'", 10),
        ("@Resource[a] StringEquals 'a", 27),
        ("(@Resource[a] StringEquals 'a'", 31),
        ("@Resource[a] StringEquals 'a')", 30),
        ("@Resource[a] StringEquals 'a' @Resource[b] StringEquals 'b'", 31),
        ("@Resource[a] ForAnyOfAnyValues StringEquals 'a'", 32),
        ("@Resource[a] ForAnyOfAnyValues:Sometimes 'a'", 32),
        ("@Resource[a] StringEquals {'a',}", 32),
        ("@Resource[a] StringEquals {}", 28),
        ("@Resource[a] NumericEquals 1.5", 28),
        ("@Resource[a] NumericNotLessThan 1", 14),
        ("ActionMatches 'a'", 15),
        ("ActionMatches{1}", 14),
        ("é", 1),
        ("@Resource[é] StringEquals 'é' & 'a'", 31),
        ("true", 5),
    ] {
        assert_eq!(
            Condition::parse(condition).map_err(|fault| fault.at),
            Err(at),
            "{condition}: {:?}",
            Condition::parse(condition)
        );
    }
}

#[test]
fn deep_nesting_is_refused() {
    let nested = |depth: usize| format!("{}Exists @Resource[a]{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Condition::parse(&nested(60)).is_ok());
    assert!(Condition::parse(&nested(100_000)).is_err());
    assert!(Condition::parse(&format!("{}Exists @Resource[a]", "!".repeat(100_001))).is_ok());
}

fn truths() -> impl Strategy<Value = Truth> {
    prop::sample::select(vec![T, F, E, U, Truth::EITHER])
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,60}") {
        let _ = Condition::parse(&text);
    }

    #[test]
    fn no_words_panic(words in prop::collection::vec(prop::sample::select(vec![
        "(", ")", "{", "}", "!", "AND", "OR", "NOT", "Exists", "@Resource[a]", "@Request[subOperation]", "'a*'", "1", "true", ",", ":",
        "StringLike", "ForAllOfAnyValues:StringEquals", "ActionMatches{'*'}", "NumericLessThan", "'", "[", "@", "&&", "||", "é",
    ]), 0..14)) {
        if let Ok(condition) = Condition::parse(&words.join(" ")) {
            let table = Table(json!({"@Resource": {"a": ["x", 1]}}));
            let question = Question { action: "a", plane: Plane::Data, sub_operations: SubOperations::Unknown, attributes: &table };
            let _ = condition.judge(&question, &mut Vec::new());
        }
    }

    #[test]
    fn logic_keeps_its_laws(a in truths(), b in truths(), c in truths()) {
        prop_assert_eq!(!(!a), a);
        prop_assert_eq!(!(a.and(b)), (!a).or(!b));
        prop_assert_eq!(a.and(b), b.and(a));
        prop_assert_eq!(a.or(b.or(c)), a.or(b).or(c));
        // Not comparable never grants, turned round or not.
        prop_assert!(E.grants() == crate::facts::Tri::False && (!E).grants() == crate::facts::Tri::False);
    }
}
