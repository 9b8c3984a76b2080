//! Texts of a policy: wildcards, and policy variables such as `${aws:username}`
//! (IAM User Guide, `reference_policies_variables`).

use super::context::{Context, Entry};
use crate::pattern::Pattern;

/// A value of an element or condition, prepared.
#[derive(Debug, Clone)]
pub enum Text {
    /// No variable in it.
    Fixed(Pattern),
    /// Variables to be filled in from the request.
    Filled(Vec<Part>),
}

/// A piece of a text with variables.
#[derive(Debug, Clone)]
pub enum Part {
    /// Characters as they are.
    Literal(String),
    /// `*`.
    Any,
    /// `?`.
    One,
    /// `${key}` or `${key, 'default'}`.
    Variable {
        /// The condition key.
        key: String,
        /// Its value when the request does not carry it.
        default: Option<String>,
    },
}

/// What filling in gives.
#[derive(Debug)]
pub enum Filled<'t> {
    /// A pattern.
    Pattern(std::borrow::Cow<'t, Pattern>),
    /// A variable in it has no value.
    NoValue,
    /// A variable in it is this key, which is not known.
    Unknown(&'t str),
}

impl Text {
    /// Prepares a text. `wild`: `*` and `?` are wildcards. `variables`: the policy's version has variables.
    pub fn new(text: &str, wild: bool, variables: bool) -> Self {
        if !(variables && text.contains("${")) {
            return Text::Fixed(if wild { Pattern::new(text) } else { Pattern::literal(text) });
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let variable = rest.strip_prefix("${").filter(|_| variables).and_then(|inside| inside.split_once('}'));
            if let Some((inside, after)) = variable {
                parts.push(variable_part(inside));
                rest = after;
                continue;
            }
            // Up to the next character that may mean something; itself, when it is one that means nothing here.
            let end = rest
                .char_indices()
                .skip(1)
                .find(|(_, c)| matches!(c, '*' | '?' | '$'))
                .map_or(rest.len(), |(at, _)| at);
            match rest.as_bytes()[0] {
                b'*' if wild => parts.push(Part::Any),
                b'?' if wild => parts.push(Part::One),
                _ => {
                    push(&mut parts, &rest[..end]);
                    rest = &rest[end..];
                    continue;
                }
            }
            rest = &rest[1..];
        }
        if parts.iter().any(|part| matches!(part, Part::Variable { .. })) {
            Text::Filled(parts)
        } else {
            let mut pattern = Pattern::literal("");
            for part in &parts {
                add(&mut pattern, part);
            }
            Text::Fixed(pattern)
        }
    }

    /// Fills variables in from the request.
    pub fn fill<'t>(&'t self, context: &Context) -> Filled<'t> {
        let parts = match self {
            Text::Fixed(pattern) => return Filled::Pattern(std::borrow::Cow::Borrowed(pattern)),
            Text::Filled(parts) => parts,
        };
        let mut pattern = Pattern::literal("");
        for part in parts {
            let Part::Variable { key, default } = part else {
                add(&mut pattern, part);
                continue;
            };
            match (context.get(key), default) {
                (Entry::One(value), _) => pattern.push_literal(value),
                (Entry::Unknown(_), _) => return Filled::Unknown(key),
                // A multivalued key cannot be a variable.
                (Entry::Absent | Entry::Many(_), Some(default)) => pattern.push_literal(default),
                (Entry::Absent | Entry::Many(_), None) => return Filled::NoValue,
            }
        }
        Filled::Pattern(std::borrow::Cow::Owned(pattern))
    }
}

fn push(parts: &mut Vec<Part>, literal: &str) {
    match parts.last_mut() {
        Some(Part::Literal(text)) => text.push_str(literal),
        _ => parts.push(Part::Literal(literal.into())),
    }
}

fn add(pattern: &mut Pattern, part: &Part) {
    match part {
        Part::Literal(text) => pattern.push_literal(text),
        Part::Any => pattern.push_any(),
        Part::One => pattern.push_one(),
        Part::Variable { .. } => {}
    }
}

/// `*`, `?` and `$` stand for themselves; anything else is a key, with a default after a comma.
fn variable_part(inside: &str) -> Part {
    match inside.trim() {
        literal @ ("*" | "?" | "$") => Part::Literal(literal.into()),
        inside => {
            let (key, default) = match inside.split_once(',') {
                Some((key, default)) => (key.trim(), Some(default.trim().trim_matches('\'').to_owned())),
                None => (inside, None),
            };
            Part::Variable { key: key.to_ascii_lowercase(), default }
        }
    }
}
