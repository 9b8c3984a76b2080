//! What a condition comes to for one question.

use serde_json::Value;

use super::super::action::fits;
use super::super::ruling::{Question, SubOperations};
use super::operator::{Comparison, Kind, Literal, Operator, Reach, Relation, Side, pattern};
use super::{Condition, Found, Node, Source, Truth};

impl Condition {
    /// What it comes to. `unknown` gets the attributes that nobody could tell.
    pub fn judge(&self, question: &Question<'_>, unknown: &mut Vec<String>) -> Truth {
        Judging { question, unknown }.node(&self.root)
    }
}

struct Judging<'j, 'q> {
    question: &'j Question<'q>,
    unknown: &'j mut Vec<String>,
}

/// A value to compare.
#[derive(Debug, Clone, Copy)]
enum One<'v> {
    Text(&'v str),
    Number(i64),
    Bool(bool),
    /// Of a type that no operator compares.
    Other,
}

impl Judging<'_, '_> {
    fn node(&mut self, node: &Node) -> Truth {
        match node {
            Node::And(nodes) => self.each(nodes, Truth::TRUE, Truth::FALSE, Truth::and),
            Node::Or(nodes) => self.each(nodes, Truth::FALSE, Truth::TRUE, Truth::or),
            Node::Not(node) => !self.node(node),
            Node::Action(patterns) => patterns.iter().any(|pattern| fits(pattern, self.question.action)).into(),
            Node::SubOperation(patterns) => match self.question.sub_operations {
                SubOperations::Unknown => {
                    self.note("the sub-operation".to_owned());
                    Truth::EITHER
                }
                SubOperations::These(own) => {
                    patterns.iter().any(|pattern| own.iter().any(|own| fits(pattern, own))).into()
                }
            },
            Node::Exists(attribute) => match self.question.attributes.find(attribute) {
                Found::Absent => Truth::FALSE,
                Found::Value(_) => Truth::TRUE,
                Found::Unknown => {
                    self.note(attribute.to_string());
                    Truth::EITHER
                }
            },
            Node::Compare(comparison) => self.compare(comparison),
        }
    }

    /// Stops where the rest does not matter, so that only attributes that matter are looked up.
    fn each(&mut self, nodes: &[Node], start: Truth, end: Truth, join: fn(Truth, Truth) -> Truth) -> Truth {
        let mut whole = start;
        for node in nodes {
            whole = join(whole, self.node(node));
            if whole == end {
                break;
            }
        }
        whole
    }

    fn note(&mut self, what: String) {
        if !self.unknown.contains(&what) {
            self.unknown.push(what);
        }
    }

    fn compare(&mut self, comparison: &Comparison) -> Truth {
        let question = self.question;
        if let Some(truth) = sub_operation(comparison, question) {
            return truth;
        }
        let mut found = |side: &Side| match side {
            Side::Attribute(attribute) => {
                let found = question.attributes.find(attribute);
                if found == Found::Unknown {
                    self.note(attribute.to_string());
                }
                Some(found)
            }
            Side::Values(_) => None,
        };
        let (left, right) = (found(&comparison.left), found(&comparison.right));
        let either = |what: &Found<'_>| left.as_ref() == Some(what) || right.as_ref() == Some(what);
        if either(&Found::Absent) {
            return Truth::NOT_COMPARABLE;
        }
        if either(&Found::Unknown) {
            return Truth::UNKNOWN;
        }
        let (left, right) = (values(&comparison.left, left.as_ref()), values(&comparison.right, right.as_ref()));
        quantified(comparison, &left, &right)
    }
}

/// The form of the preview for `SubOperationMatches`: `@Request[subOperation] ForAnyOfAnyValues:StringEqualsIgnoreCase {'Blob.List'}`. A request without a
/// sub-operation can be compared: it has none of them.
fn sub_operation(comparison: &Comparison, question: &Question<'_>) -> Option<Truth> {
    let Side::Attribute(attribute) = &comparison.left else { return None };
    if attribute.source != Source::Request || !attribute.is("subOperation") {
        return None;
    }
    let own = match question.sub_operations {
        SubOperations::Unknown => return Some(Truth::UNKNOWN),
        SubOperations::These([]) if question.attributes.find(attribute) != Found::Absent => return None,
        SubOperations::These([]) => vec![One::Text("")],
        SubOperations::These(own) => own.iter().map(|own| One::Text(own)).collect(),
    };
    Some(quantified(comparison, &own, &values(&comparison.right, None)))
}

fn values<'v>(side: &'v Side, found: Option<&'v Found<'_>>) -> Vec<One<'v>> {
    let of = |value: &'v Value| match value {
        Value::String(text) => One::Text(text),
        Value::Number(number) => number.as_i64().map_or(One::Other, One::Number),
        Value::Bool(truth) => One::Bool(*truth),
        _ => One::Other,
    };
    match (side, found) {
        (_, Some(Found::Value(value))) => match value.as_ref() {
            Value::Array(values) => values.iter().map(of).collect(),
            value => vec![of(value)],
        },
        (Side::Values(literals), _) => literals
            .iter()
            .map(|literal| match literal {
                Literal::Text(text) => One::Text(text),
                Literal::Number(number) => One::Number(*number),
                Literal::Bool(truth) => One::Bool(*truth),
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// "Cross product comparison operators". Without a quantifier some pair must do; the negated operators are the negation of that.
fn quantified(comparison: &Comparison, left: &[One<'_>], right: &[One<'_>]) -> Truth {
    let operator = comparison.operator;
    let ((for_left, for_right), negated, whole_negated) = match comparison.quantifier {
        Some(reach) => (reach, operator.not, false),
        None => ((Reach::Any, Reach::Any), false, operator.not),
    };
    let pair = |left: One<'_>, at: usize| {
        let held = holds(operator, left, right[at], comparison.patterns.get(at));
        match held {
            Some(held) => Truth::from(held != negated),
            None => Truth::NOT_COMPARABLE,
        }
    };
    let join = |reach: Reach, truths: &mut dyn Iterator<Item = Truth>| match reach {
        Reach::Any => truths.fold(Truth::FALSE, Truth::or),
        Reach::All => truths.fold(Truth::TRUE, Truth::and),
    };
    let one = |left: &One<'_>| join(for_right, &mut (0..right.len()).map(|at| pair(*left, at)));
    let truth = join(for_left, &mut left.iter().map(one));
    if whole_negated { !truth } else { truth }
}

/// Whether the relation holds; nothing where the values are not of the operator's kind.
fn holds(
    operator: Operator,
    left: One<'_>,
    right: One<'_>,
    prepared: Option<&crate::pattern::Pattern>,
) -> Option<bool> {
    let ordered = |order: std::cmp::Ordering| match operator.relation {
        Relation::Less => order.is_lt(),
        Relation::LessOrEquals => order.is_le(),
        Relation::Greater => order.is_gt(),
        Relation::GreaterOrEquals => order.is_ge(),
        _ => order.is_eq(),
    };
    match operator.kind {
        Kind::Text { ignore_case } => {
            let (One::Text(left), One::Text(right)) = (left, right) else { return None };
            Some(texts(operator.relation, ignore_case, left, right, prepared))
        }
        Kind::Number => Some(ordered(number(left)?.cmp(&number(right)?))),
        Kind::Time => Some(ordered(time(left)?.cmp(&time(right)?))),
        Kind::Bool => Some(truth(left)? == truth(right)?),
        Kind::Guid => Some(guid(left)? == guid(right)?),
    }
}

fn texts(
    relation: Relation,
    ignore_case: bool,
    left: &str,
    right: &str,
    prepared: Option<&crate::pattern::Pattern>,
) -> bool {
    let fold = |text: &'_ str| if ignore_case { text.to_lowercase() } else { text.to_owned() };
    match (relation, ignore_case) {
        (Relation::Like, false) => match prepared {
            Some(pattern) => pattern.fits(left),
            None => pattern(right, false).fits(left),
        },
        (Relation::Like, true) => match prepared {
            Some(pattern) => pattern.fits(&fold(left)),
            None => pattern(right, true).fits(&fold(left)),
        },
        (Relation::StartsWith, false) => left.starts_with(right),
        (Relation::StartsWith, true) => fold(left).starts_with(&fold(right)),
        (_, false) => left == right,
        (_, true) => left.eq_ignore_ascii_case(right) || fold(left) == fold(right),
    }
}

/// Whole numbers only ("Numeric comparison operators"); a stated attribute is a text.
fn number(value: One<'_>) -> Option<i64> {
    match value {
        One::Number(number) => Some(number),
        One::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn truth(value: One<'_>) -> Option<bool> {
    match value {
        One::Bool(truth) => Some(truth),
        One::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
        One::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// `yyyy-mm-ddThh:mm:ss.mmmmmmmZ`; without a zone it is UTC.
fn time(value: One<'_>) -> Option<jiff::Timestamp> {
    let One::Text(text) = value else { return None };
    text.parse().ok().or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        jiff::tz::Offset::UTC.to_timestamp(civil).ok()
    })
}

/// Case and dashes do not count.
fn guid(value: One<'_>) -> Option<u128> {
    let One::Text(text) = value else { return None };
    crate::azure::id::is_guid(text)
        .then(|| text.replace('-', ""))
        .and_then(|digits| u128::from_str_radix(&digits, 16).ok())
}
