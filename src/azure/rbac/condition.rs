//! Conditions of role assignments (Azure ABAC; "Azure role assignment condition format and syntax").
//!
//! | file | what is in it |
//! |---|---|
//! | here | the parts of a condition, and what attributes are |
//! | `lex` | text → words |
//! | `parse` | words → parts, with the place of what is wrong |
//! | `operator` | the comparisons and quantifiers |
//! | `judge` | what a condition comes to |
//! | `truth` | true, false, not comparable, not known |

mod judge;
mod lex;
mod operator;
mod parse;
mod truth;

use std::borrow::Cow;

use serde_json::Value;

use self::operator::Comparison;
pub use self::parse::Fault;
pub use self::truth::Truth;

/// Where an attribute comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// What is accessed.
    Resource,
    /// What the request says.
    Request,
    /// Custom security attributes of who asks.
    Principal,
    /// The network and the time.
    Environment,
}

impl Source {
    /// As conditions write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Source::Resource => "@Resource",
            Source::Request => "@Request",
            Source::Principal => "@Principal",
            Source::Environment => "@Environment",
        }
    }

    fn named(name: &str) -> Option<Source> {
        let all = [Source::Resource, Source::Request, Source::Principal, Source::Environment];
        all.into_iter().find(|source| source.as_str()[1..].eq_ignore_ascii_case(name))
    }
}

/// What marks the key of a tag as sensitive to case.
const KEY_CASE_SENSITIVE: &str = "<$key_case_sensitive$>";

/// An attribute that a condition names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Where it comes from.
    pub source: Source,
    /// The text inside the brackets.
    pub name: Box<str>,
}

impl Attribute {
    /// True when a value of this name is meant. Names are insensitive to case ("Actions and attributes for Azure role assignment conditions for Azure
    /// Blob Storage", note on attributes), the keys of tags are not.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        if *self.name == *name {
            return true;
        }
        let bare = |name: &'_ str| -> usize { name.strip_suffix(KEY_CASE_SENSITIVE).map_or(name.len(), str::len) };
        let (own, other) = (&self.name[..bare(&self.name)], &name[..bare(name)]);
        if own.len() == self.name.len() {
            return own.eq_ignore_ascii_case(other);
        }
        match (own.rsplit_once(':'), other.rsplit_once(':')) {
            (Some((of, key)), Some((other_of, other_key))) => of.eq_ignore_ascii_case(other_of) && key == other_key,
            _ => false,
        }
    }
}

impl std::fmt::Display for Attribute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}[{}]", self.source.as_str(), self.name)
    }
}

/// What is known of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Found<'v> {
    /// It does not exist.
    Absent,
    /// Nobody could tell.
    Unknown,
    /// Its value; a list holds several.
    Value(Cow<'v, Value>),
}

/// Who knows the attributes of a request.
pub trait Attributes {
    /// What is known of one.
    fn find(&self, attribute: &Attribute) -> Found<'_>;
}

/// A condition, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    root: Node,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Action(Vec<Box<str>>),
    SubOperation(Vec<Box<str>>),
    Exists(Attribute),
    Compare(Box<Comparison>),
}

impl Condition {
    /// Parses a condition; the fault says where it cannot be understood.
    pub fn parse(text: &str) -> Result<Condition, Fault> {
        parse::parse(text).map(|root| Condition { root })
    }

    /// The attributes it names, in its own order.
    #[must_use]
    pub fn attributes(&self) -> Vec<&Attribute> {
        fn walk<'n>(node: &'n Node, into: &mut Vec<&'n Attribute>) {
            let mut add = |attribute: &'n Attribute| {
                if !into.contains(&attribute) {
                    into.push(attribute);
                }
            };
            match node {
                Node::And(nodes) | Node::Or(nodes) => nodes.iter().for_each(|node| walk(node, into)),
                Node::Not(node) => walk(node, into),
                Node::Exists(attribute) => add(attribute),
                Node::Compare(comparison) => comparison.attributes().for_each(add),
                Node::Action(_) | Node::SubOperation(_) => {}
            }
        }
        let mut attributes = Vec::new();
        walk(&self.root, &mut attributes);
        attributes
    }
}

#[cfg(test)]
mod tests;
