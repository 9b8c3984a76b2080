//! Comparisons: kind of value, relation, quantifier.

use super::Attribute;
use crate::pattern::Pattern;

/// What kind of values an operator compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text { ignore_case: bool },
    Number,
    Time,
    Bool,
    Guid,
}

/// How two values must stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Equals,
    StartsWith,
    Like,
    Less,
    LessOrEquals,
    Greater,
    GreaterOrEquals,
}

/// `StringNotEqualsIgnoreCase` and its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Operator {
    pub kind: Kind,
    pub relation: Relation,
    /// The negation of the relation.
    pub not: bool,
}

/// Which of the values on a side must do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Any,
    All,
}

/// A value that stands in the condition itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Literal {
    /// A text, or a GUID without quotes.
    Text(Box<str>),
    Number(i64),
    Bool(bool),
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Side {
    Attribute(Attribute),
    Values(Vec<Literal>),
}

/// `left operator right`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comparison {
    pub left: Side,
    pub operator: Operator,
    /// The first is for the left side, the second for the right.
    pub quantifier: Option<(Reach, Reach)>,
    pub right: Side,
    /// The right side's patterns (`Like` with values written out).
    pub patterns: Vec<Pattern>,
}

impl Comparison {
    pub fn new(left: Side, operator: Operator, quantifier: Option<(Reach, Reach)>, right: Side) -> Self {
        let patterns = match (&right, operator) {
            (Side::Values(values), Operator { relation: Relation::Like, kind: Kind::Text { ignore_case }, .. }) => {
                let text = |value: &Literal| match value {
                    Literal::Text(text) => pattern(text, ignore_case),
                    _ => Pattern::literal(""),
                };
                values.iter().map(text).collect()
            }
            _ => Vec::new(),
        };
        Comparison { left, operator, quantifier, right, patterns }
    }

    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        [&self.left, &self.right].into_iter().filter_map(|side| match side {
            Side::Attribute(attribute) => Some(attribute),
            Side::Values(_) => None,
        })
    }
}

impl Operator {
    /// The operator of this name; case does not count (built-in roles hold `boolequals`).
    pub fn named(name: &str) -> Option<Operator> {
        let lower = name.to_ascii_lowercase();
        let kinds = [
            ("string", Kind::Text { ignore_case: false }),
            ("numeric", Kind::Number),
            ("datetime", Kind::Time),
            ("bool", Kind::Bool),
            ("guid", Kind::Guid),
        ];
        let (mut kind, mut rest) = kinds.iter().find_map(|(start, kind)| Some((*kind, lower.strip_prefix(start)?)))?;
        if let (Kind::Text { .. }, Some(bare)) = (kind, rest.strip_suffix("ignorecase")) {
            (kind, rest) = (Kind::Text { ignore_case: true }, bare);
        }
        let (not, rest) = rest.strip_prefix("not").map_or((false, rest), |bare| (true, bare));
        let relation = match (rest, kind) {
            ("equals", _) => Relation::Equals,
            ("startswith", Kind::Text { .. }) => Relation::StartsWith,
            ("like", Kind::Text { .. }) => Relation::Like,
            ("lessthan", Kind::Number | Kind::Time) if !not => Relation::Less,
            ("lessthanequals", Kind::Number | Kind::Time) if !not => Relation::LessOrEquals,
            ("greaterthan", Kind::Number | Kind::Time) if !not => Relation::Greater,
            ("greaterthanequals", Kind::Number | Kind::Time) if !not => Relation::GreaterOrEquals,
            _ => return None,
        };
        Some(Operator { kind, relation, not })
    }
}

/// The quantifier of this name.
pub(super) fn quantifier(name: &str) -> Option<(Reach, Reach)> {
    let all = [
        ("ForAnyOfAnyValues", (Reach::Any, Reach::Any)),
        ("ForAllOfAnyValues", (Reach::All, Reach::Any)),
        ("ForAnyOfAllValues", (Reach::Any, Reach::All)),
        ("ForAllOfAllValues", (Reach::All, Reach::All)),
    ];
    all.into_iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, reach)| reach)
}

/// A pattern of `Like`: `*` many characters, `?` one, a backslash before either makes it an ordinary one.
pub(super) fn pattern(text: &str, ignore_case: bool) -> Pattern {
    let folded = if ignore_case { text.to_lowercase() } else { String::new() };
    let mut rest = if ignore_case { folded.as_str() } else { text };
    let mut pattern = Pattern::literal("");
    while let Some(at) = rest.find(['*', '?', '\\']) {
        pattern.push_literal(&rest[..at]);
        let after = &rest[at + 1..];
        let escaped = rest.as_bytes()[at] == b'\\' && after.starts_with(['*', '?']);
        match rest.as_bytes()[at] {
            b'*' => pattern.push_any(),
            b'?' => pattern.push_one(),
            _ if escaped => pattern.push_literal(&after[..1]),
            _ => pattern.push_literal("\\"),
        }
        rest = if escaped { &after[1..] } else { after };
    }
    pattern.push_literal(rest);
    pattern
}
