//! Policy documents and what they say to a request.

use std::borrow::Cow;

use serde_json::Value;
use smallvec::SmallVec;
use thiserror::Error;

use super::condition::Condition;
use super::context::Context;
use super::principal::{Kind, Named, Principal};
use super::text::{Filled, Text};
use crate::facts::Tri;
use crate::pattern::Pattern;

/// A document that is no policy: what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct PolicyError(String);

/// A policy, compiled.
#[derive(Debug, Clone)]
pub struct Document {
    /// What people call it.
    pub name: String,
    /// Its statements in order.
    pub statements: Vec<Statement>,
}

/// One statement, compiled.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its Sid, else `#0`, `#1`, … by position.
    pub label: String,
    /// The statement as written.
    pub source: Value,
    allows: bool,
    actions: List<Pattern>,
    resources: List<Text>,
    principals: Option<List<Who>>,
    conditions: Vec<Condition>,
}

/// The entries of an element and of its `Not…` form.
#[derive(Debug, Clone)]
struct List<T> {
    negated: bool,
    entries: Vec<T>,
}

#[derive(Debug, Clone)]
enum Who {
    Aws(String),
    Service(String),
    Other(String),
}

/// What is asked of a document.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// Who asks.
    pub principal: &'a Principal,
    /// `service:Action`.
    pub action: &'a str,
    /// The resource's ARN, or `*` for actions without one.
    pub resource: &'a str,
    /// The condition keys.
    pub context: &'a Context,
    /// The action in lower case: names of actions are insensitive to case.
    lower: Cow<'a, str>,
}

impl<'a> Question<'a> {
    /// Who asks to do what to which resource, and the condition keys of the request.
    #[must_use]
    pub fn new(principal: &'a Principal, action: &'a str, resource: &'a str, context: &'a Context) -> Self {
        let lower = match action.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => Cow::Owned(action.to_ascii_lowercase()),
            false => Cow::Borrowed(action),
        };
        Question { principal, action, resource, context, lower }
    }
}

/// How an allow names the principal (IAM User Guide, `reference_policies_elements_principal`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Through its account: hands the decision to the account's own policies.
    Account,
    /// Through the role behind the session: boundary and session policy still limit it.
    Role,
    /// Itself: the user, the session, the service, everybody.
    Direct,
}

/// A statement that speaks to the request.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Its position.
    pub statement: usize,
    /// How closely it names the principal; [`Grade::Direct`] in documents without principals.
    pub grade: Grade,
    /// Whether it does for certain.
    pub certain: Tri,
}

/// What a document says to a request.
#[derive(Debug, Clone, Default)]
pub struct Ruling {
    /// Deny statements that match, or may.
    pub denies: SmallVec<[Hit; 2]>,
    /// Allow statements that match, or may.
    pub allows: SmallVec<[Hit; 2]>,
    /// Condition keys that would have to be known.
    pub unknown: Vec<String>,
}

impl Ruling {
    /// Whether it denies.
    #[must_use]
    pub fn deny(&self) -> Tri {
        self.denies.iter().map(|hit| hit.certain).max().unwrap_or(Tri::False)
    }

    /// Whether it allows (denies aside), naming the principal at least so closely.
    #[must_use]
    pub fn allow(&self, at_least: Grade) -> Tri {
        let close = self.allows.iter().filter(|hit| hit.grade >= at_least);
        close.map(|hit| hit.certain).max().unwrap_or(Tri::False)
    }
}

impl Document {
    /// Compiles a document: JSON, or a text that holds JSON.
    pub fn compile(name: &str, source: &Value) -> Result<Self, PolicyError> {
        match source {
            Value::String(text) => Document::parse(name, text),
            other => Document::of(name, other.clone()),
        }
    }

    /// Compiles a text that holds JSON.
    pub fn parse(name: &str, text: &str) -> Result<Self, PolicyError> {
        let source = serde_json::from_str(text).map_err(|error| PolicyError(format!("{name} is no JSON: {error}")))?;
        match source {
            // JSON within JSON, as some answers carry it.
            Value::String(text) => Document::parse(name, &text),
            source => Document::of(name, source),
        }
    }

    fn of(name: &str, mut source: Value) -> Result<Self, PolicyError> {
        let variables = source.get("Version").and_then(Value::as_str) == Some("2012-10-17");
        let statements: Vec<Value> = match source.get_mut("Statement").map(Value::take) {
            Some(Value::Array(items)) => items,
            Some(single @ Value::Object(_)) => vec![single],
            _ => return Err(PolicyError(format!("{name} has no Statement"))),
        };
        let statements = statements
            .into_iter()
            .enumerate()
            .map(|(at, source)| Statement::compile(at, source, variables))
            .collect::<Result<_, String>>()
            .map_err(|why| PolicyError(format!("{name}: {why}")))?;
        Ok(Document { name: name.to_owned(), statements })
    }

    /// What it says to a request. Elements that a document lacks (`Principal` in an identity policy, `Resource` in a trust
    /// policy) fit everything.
    #[must_use]
    pub fn judge(&self, question: &Question<'_>) -> Ruling {
        let mut ruling = Ruling::default();
        for (at, statement) in self.statements.iter().enumerate() {
            if !statement.covers(&question.lower) {
                continue;
            }
            let mut unknown = Vec::new();
            let (certain, grade) = statement.matches(question, &mut unknown);
            if certain == Tri::False {
                continue;
            }
            if certain == Tri::Unknown {
                ruling.unknown.extend(unknown);
            }
            let hit = Hit { statement: at, grade, certain };
            if statement.allows { ruling.allows.push(hit) } else { ruling.denies.push(hit) }
        }
        if ruling.unknown.len() > 1 {
            ruling.unknown.sort();
            ruling.unknown.dedup();
        }
        ruling
    }
}

impl Statement {
    fn compile(at: usize, source: Value, variables: bool) -> Result<Self, String> {
        let label = match source.get("Sid").and_then(Value::as_str) {
            Some(sid) if !sid.is_empty() => sid.to_owned(),
            _ => format!("#{at}"),
        };
        let allows = match source.get("Effect").and_then(Value::as_str) {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => return Err(format!("statement {label} has no Effect Allow or Deny")),
        };
        let action = |text: &str| Pattern::new(&text.to_ascii_lowercase());
        let resource = |text: &str| Text::new(text, true, variables);
        Ok(Statement {
            allows,
            actions: list(&source, "Action", action)?.unwrap_or(List { negated: true, entries: Vec::new() }),
            resources: list(&source, "Resource", resource)?.unwrap_or(List { negated: true, entries: Vec::new() }),
            principals: principals(&source)?,
            conditions: conditions(&source, variables).map_err(|why| format!("statement {label}: {why}"))?,
            label,
            source,
        })
    }

    /// True for an Allow.
    #[must_use]
    pub fn allows(&self) -> bool {
        self.allows
    }

    /// True when it speaks of this action.
    #[must_use]
    pub fn is_for(&self, action: &str) -> bool {
        self.covers(&action.to_ascii_lowercase())
    }

    fn covers(&self, action: &str) -> bool {
        self.actions.entries.iter().any(|pattern| pattern.fits(action)) != self.actions.negated
    }

    fn matches(&self, question: &Question<'_>, unknown: &mut Vec<String>) -> (Tri, Grade) {
        let (who, grade) = self.names(question.principal);
        let mut all = who;
        if all == Tri::False {
            return (all, grade);
        }
        all = all.and(self.on(question, unknown));
        for condition in &self.conditions {
            if all == Tri::False {
                break;
            }
            all = all.and(condition.holds(question.context, unknown));
        }
        (all, grade)
    }

    fn on(&self, question: &Question<'_>, unknown: &mut Vec<String>) -> Tri {
        let mut fits = Tri::False;
        for text in &self.resources.entries {
            let one = match text.fill(question.context) {
                Filled::Pattern(pattern) => Tri::from(fits_resource(&pattern, question)),
                Filled::NoValue => Tri::False,
                Filled::Unknown(key) => {
                    unknown.push(key.to_owned());
                    Tri::Unknown
                }
            };
            fits = fits.or(one);
        }
        if self.resources.negated { !fits } else { fits }
    }

    /// Whether the statement speaks to this principal, and how closely it names it.
    fn names(&self, principal: &Principal) -> (Tri, Grade) {
        let Some(list) = &self.principals else { return (Tri::True, Grade::Direct) };
        if list.negated {
            // A NotPrincipal with Deny always applies to a principal with a boundary (`access_policies_boundaries`).
            let always = principal.bounded && !self.allows;
            return (if always { Tri::True } else { !exempted(&list.entries, principal) }, Grade::Direct);
        }
        let mut best = (Tri::False, Grade::Account);
        for entry in &list.entries {
            let (fits, named) = entry.names(principal);
            let grade = match named {
                Named::Account => Grade::Account,
                Named::Role => Grade::Role,
                Named::Direct => Grade::Direct,
            };
            if fits != Tri::False && (fits, grade) > best {
                best = (fits, grade);
            }
        }
        best
    }
}

impl Who {
    fn names(&self, principal: &Principal) -> (Tri, Named) {
        match self {
            Who::Aws(entry) => principal.named_by(entry),
            Who::Service(name) => {
                let fits = name == "*" || (principal.kind == Kind::Service && *name == principal.arn);
                (Tri::from(fits && principal.kind == Kind::Service), Named::Direct)
            }
            Who::Other(name) => (Tri::from(*name == principal.arn), Named::Direct),
        }
    }
}

/// Whether a `NotPrincipal` list leaves the principal out. It has to list the account and the role beside a session, and
/// the account beside a user (IAM User Guide, `reference_policies_elements_notprincipal`).
fn exempted(entries: &[Who], principal: &Principal) -> Tri {
    let listed = |wanted: Named| {
        let fits = entries.iter().map(|entry| entry.names(principal)).filter(|(_, named)| *named == wanted);
        fits.map(|(fits, _)| fits).max().unwrap_or(Tri::False)
    };
    let everybody = Tri::from(entries.iter().any(|entry| matches!(entry, Who::Aws(all) if all == "*")));
    let needed = match principal.kind {
        Kind::Session => listed(Named::Account).and(listed(Named::Role)).and(listed(Named::Direct)),
        Kind::Role => listed(Named::Account).and(listed(Named::Role)),
        Kind::User | Kind::Federated => listed(Named::Account).and(listed(Named::Direct)),
        Kind::Root | Kind::Service | Kind::Anonymous => listed(Named::Direct),
    };
    everybody.or(needed)
}

/// Listing all buckets has no resource (`*`), and AWS's own examples grant it on `arn:aws:s3:::*` (S3 User Guide,
/// `example-policies-s3`).
fn fits_resource(pattern: &Pattern, question: &Question<'_>) -> bool {
    let all_buckets = question.resource == "*" && question.action.eq_ignore_ascii_case("s3:ListAllMyBuckets");
    pattern.fits(question.resource) || (all_buckets && pattern.fits("arn:aws:s3:::*"))
}

fn list<T>(source: &Value, name: &str, compile: impl Fn(&str) -> T) -> Result<Option<List<T>>, String> {
    let not = format!("Not{name}");
    let (negated, value) = match (source.get(name), source.get(&not)) {
        (None, None) => return Ok(None),
        (Some(value), None) => (false, value),
        (None, Some(value)) => (true, value),
        (Some(_), Some(_)) => return Err(format!("a statement has both {name} and {not}")),
    };
    Ok(Some(List { negated, entries: texts(value, name)?.into_iter().map(compile).collect() }))
}

fn texts<'v>(value: &'v Value, name: &str) -> Result<Vec<&'v str>, String> {
    let text = |value: &'v Value| value.as_str().ok_or_else(|| format!("an entry of {name} is no text"));
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        single => Ok(vec![text(single)?]),
    }
}

fn principals(source: &Value) -> Result<Option<List<Who>>, String> {
    let (negated, value) = match (source.get("Principal"), source.get("NotPrincipal")) {
        (Some(value), _) => (false, value),
        (None, Some(value)) => (true, value),
        (None, None) => return Ok(None),
    };
    let mut entries = Vec::new();
    match value {
        Value::Object(kinds) => {
            for (kind, value) in kinds {
                entries.extend(texts(value, "Principal")?.into_iter().map(|text| match kind.as_str() {
                    "AWS" => Who::Aws(text.to_owned()),
                    "Service" => Who::Service(text.to_owned()),
                    _ => Who::Other(text.to_owned()),
                }));
            }
        }
        value => entries.extend(texts(value, "Principal")?.into_iter().map(|text| Who::Aws(text.to_owned()))),
    }
    Ok(Some(List { negated, entries }))
}

fn conditions(source: &Value, variables: bool) -> Result<Vec<Condition>, String> {
    let Some(block) = source.get("Condition") else { return Ok(Vec::new()) };
    let Value::Object(operators) = block else { return Err("Condition is no object".into()) };
    let mut conditions = Vec::new();
    for (operator, keys) in operators {
        let Value::Object(keys) = keys else { return Err(format!("{operator} is no object")) };
        for (key, values) in keys {
            conditions.push(Condition::new(operator, key, values, variables)?);
        }
    }
    Ok(conditions)
}
