//! Conditions (IAM User Guide, `reference_policies_elements_condition_operators`, `reference_policies_multi-value-conditions`).

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde_json::Value;

use super::super::arn::Arn;
use super::context::{Context, Entry};
use super::text::{Filled, Text};
use crate::facts::Tri;
use crate::pattern::Pattern;

/// One key under one operator, with the values it is compared with.
#[derive(Debug, Clone)]
pub struct Condition {
    key: String,
    compare: Compare,
    negated: bool,
    if_exists: bool,
    set: Set,
    values: Vec<Text>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    None,
    All,
    Any,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compare {
    Text,
    TextIgnoreCase,
    Like,
    Arn,
    Bool,
    Binary,
    Null,
    Ip,
    Number(Order),
    Date(Order),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Equal,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Order {
    fn holds<T: PartialOrd>(self, left: &T, right: &T) -> bool {
        match self {
            Order::Equal => left == right,
            Order::Less => left < right,
            Order::LessEqual => left <= right,
            Order::Greater => left > right,
            Order::GreaterEqual => left >= right,
        }
    }
}

impl Condition {
    /// Prepares one key under one operator; the error says what is wrong with it.
    pub fn new(operator: &str, key: &str, values: &Value, variables: bool) -> Result<Self, String> {
        let (set, rest) = match operator.split_once(':') {
            None => (Set::None, operator),
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("ForAllValues") => (Set::All, rest),
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("ForAnyValue") => (Set::Any, rest),
            Some((prefix, _)) => return Err(format!("`{prefix}` is no set operator")),
        };
        let lower = rest.to_ascii_lowercase();
        let (name, if_exists) = match lower.strip_suffix("ifexists") {
            Some(name) => (name, true),
            None => (lower.as_str(), false),
        };
        let (compare, negated) =
            operator_named(name).ok_or_else(|| format!("`{operator}` is no condition operator"))?;
        let wild = matches!(compare, Compare::Like | Compare::Arn);
        let one = |value: &Value| match value {
            Value::String(text) => Ok(Text::new(text, wild, variables)),
            Value::Bool(_) | Value::Number(_) => Ok(Text::new(&value.to_string(), wild, variables)),
            _ => Err(format!("the value of {key} under {operator} is neither text, number nor truth")),
        };
        let values = match values {
            Value::Array(items) => items.iter().map(one).collect::<Result<_, _>>()?,
            single => vec![one(single)?],
        };
        Ok(Condition { key: key.to_ascii_lowercase(), compare, negated, if_exists, set, values })
    }

    /// Whether it holds. Keys that would have to be known are added to `unknown`.
    pub fn holds(&self, context: &Context, unknown: &mut Vec<String>) -> Tri {
        let entry = context.get(&self.key);
        if self.compare == Compare::Null {
            return self.is_null(entry, unknown);
        }
        match entry {
            Entry::Unknown(_) => {
                unknown.push(self.key.clone());
                Tri::Unknown
            }
            Entry::Absent => Tri::from(self.without_key()),
            Entry::Many(values) if values.is_empty() && self.set != Set::None => {
                Tri::from(self.set == Set::All || self.if_exists)
            }
            entry => self.over(entry.values(), context, unknown),
        }
    }

    /// A missing key: a positive operator fails, a negated one holds; so do `IfExists` and `ForAllValues`.
    fn without_key(&self) -> bool {
        match self.set {
            _ if self.if_exists => true,
            Set::All => true,
            Set::Any => false,
            Set::None => self.negated,
        }
    }

    fn is_null(&self, entry: &Entry, unknown: &mut Vec<String>) -> Tri {
        let absent = match entry {
            Entry::Unknown(_) => {
                unknown.push(self.key.clone());
                return Tri::Unknown;
            }
            Entry::Absent => true,
            Entry::Many(values) => values.is_empty(),
            Entry::One(_) => false,
        };
        let wanted = |text: &Text| match text {
            Text::Fixed(pattern) => pattern.fits(if absent { "true" } else { "false" }),
            Text::Filled(_) => false,
        };
        Tri::from(self.values.iter().any(wanted))
    }

    fn over(&self, values: &[String], context: &Context, unknown: &mut Vec<String>) -> Tri {
        let each = values.iter().map(|value| self.single(value, context, unknown));
        match self.set {
            Set::All => each.fold(Tri::True, Tri::and),
            Set::Any => each.fold(Tri::False, Tri::or),
            // Several values without a set operator: a positive operator needs one that fits, a negated one none.
            Set::None if self.negated => each.fold(Tri::True, Tri::and),
            Set::None => each.fold(Tri::False, Tri::or),
        }
    }

    /// One value of the request against all values of the condition: any may fit, or, negated, none.
    fn single(&self, value: &str, context: &Context, unknown: &mut Vec<String>) -> Tri {
        let mut fits = Tri::False;
        for text in &self.values {
            let one = match text.fill(context) {
                Filled::Pattern(pattern) => Tri::from(self.fits(value, &pattern)),
                Filled::NoValue => Tri::False,
                Filled::Unknown(key) => {
                    unknown.push(key.to_owned());
                    Tri::Unknown
                }
            };
            fits = fits.or(one);
        }
        if self.negated { !fits } else { fits }
    }

    fn fits(&self, value: &str, pattern: &Pattern) -> bool {
        match self.compare {
            Compare::Text | Compare::Like | Compare::Binary => pattern.fits(value),
            Compare::TextIgnoreCase => pattern
                .text()
                .is_some_and(|text| text.eq_ignore_ascii_case(value) || text.to_lowercase() == value.to_lowercase()),
            Compare::Bool => pattern.text().is_some_and(|text| text.eq_ignore_ascii_case(value)),
            Compare::Arn => arn_like(pattern, value),
            Compare::Ip => pattern.text().is_some_and(|block| in_block(value, &block)),
            Compare::Number(order) => pattern
                .text()
                .and_then(|text| Some((number(value)?, number(&text)?)))
                .is_some_and(|(left, right)| order.holds(&left, &right)),
            Compare::Date(order) => pattern
                .text()
                .and_then(|text| Some((instant(value)?, instant(&text)?)))
                .is_some_and(|(left, right)| order.holds(&left, &right)),
            Compare::Null => false,
        }
    }
}

fn operator_named(name: &str) -> Option<(Compare, bool)> {
    use Order::{Equal, Greater, GreaterEqual, Less, LessEqual};
    Some(match name {
        "stringequals" => (Compare::Text, false),
        "stringnotequals" => (Compare::Text, true),
        "stringequalsignorecase" => (Compare::TextIgnoreCase, false),
        "stringnotequalsignorecase" => (Compare::TextIgnoreCase, true),
        "stringlike" => (Compare::Like, false),
        "stringnotlike" => (Compare::Like, true),
        "arnequals" | "arnlike" => (Compare::Arn, false),
        "arnnotequals" | "arnnotlike" => (Compare::Arn, true),
        "bool" => (Compare::Bool, false),
        "binaryequals" => (Compare::Binary, false),
        "null" => (Compare::Null, false),
        "ipaddress" => (Compare::Ip, false),
        "notipaddress" => (Compare::Ip, true),
        "numericequals" => (Compare::Number(Equal), false),
        "numericnotequals" => (Compare::Number(Equal), true),
        "numericlessthan" => (Compare::Number(Less), false),
        "numericlessthanequals" => (Compare::Number(LessEqual), false),
        "numericgreaterthan" => (Compare::Number(Greater), false),
        "numericgreaterthanequals" => (Compare::Number(GreaterEqual), false),
        "dateequals" => (Compare::Date(Equal), false),
        "datenotequals" => (Compare::Date(Equal), true),
        "datelessthan" => (Compare::Date(Less), false),
        "datelessthanequals" => (Compare::Date(LessEqual), false),
        "dategreaterthan" => (Compare::Date(Greater), false),
        "dategreaterthanequals" => (Compare::Date(GreaterEqual), false),
        _ => return None,
    })
}

/// "Each of the six colon-delimited components of the ARN is checked separately."
fn arn_like(pattern: &Pattern, value: &str) -> bool {
    if pattern.is_everything() {
        return true;
    }
    if Arn::parse(value).is_none() {
        return false;
    }
    let values: Vec<&str> = value.splitn(6, ':').collect();
    let patterns = pattern.split(':', 6);
    patterns.len() == values.len() && patterns.iter().zip(values).all(|(pattern, value)| pattern.fits(value))
}

fn in_block(value: &str, block: &str) -> bool {
    let Ok(address) = IpAddr::from_str(value) else { return false };
    IpNet::from_str(block)
        .ok()
        .or_else(|| IpAddr::from_str(block).ok().map(IpNet::from))
        .is_some_and(|net| net.contains(&address))
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

/// Milliseconds since 1970: from ISO 8601, a bare date, or epoch seconds.
fn instant(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<i64>() {
        return seconds.checked_mul(1000);
    }
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(time.as_millisecond());
    }
    let date: jiff::civil::Date = text.parse().ok()?;
    Some(jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?.as_millisecond())
}
