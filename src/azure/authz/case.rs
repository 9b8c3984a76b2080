//! A case as one line of JSON (contract, section 6), borrowed from the line. What is missing or null is empty.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::super::rbac::condition::Attribute;
use super::super::rbac::{
    Attributes, DenyAssignment, Found, RoleAssignment, RoleDefinition, Source, SubOperations, Text,
};
use crate::facts::Tri;

/// A case.
#[derive(Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'c"))]
pub struct Case<'c> {
    /// Copied to the answer.
    #[serde(default, borrow)]
    pub id: Option<&'c RawValue>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) request: Request<'c>,
    pub(super) role_definitions: Option<Vec<RoleDefinition<'c>>>,
    pub(super) role_assignments: Option<Vec<RoleAssignment<'c>>>,
    pub(super) deny_assignments: Option<Vec<DenyAssignment<'c>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'c"))]
pub(super) struct Request<'c> {
    #[serde(deserialize_with = "or_default")]
    principal: Principal<'c>,
    action: Option<Text<'c>>,
    plane: Option<Text<'c>>,
    scope: Option<Text<'c>>,
    #[serde(deserialize_with = "or_default")]
    sub_operation: Texts<'c>,
    #[serde(deserialize_with = "or_default")]
    pub attributes: Given,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'c"))]
struct Principal<'c> {
    id: Option<Text<'c>>,
    #[serde(deserialize_with = "or_default")]
    groups: Texts<'c>,
}

/// A text, several, or what could not be read: `{"unknown": true}`.
#[derive(Debug, Deserialize)]
#[serde(untagged, bound(deserialize = "'de: 'c"))]
enum Texts<'c> {
    Single(Text<'c>),
    Many(Vec<Text<'c>>),
    Unread(Unread),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unread {
    unknown: bool,
}

impl Default for Texts<'_> {
    fn default() -> Self {
        Texts::Many(Vec::new())
    }
}

/// Attributes by source. One that is not there does not exist; one that is `{"unknown": true}` could not be read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Given {
    resource: Option<Map<String, Value>>,
    request: Option<Map<String, Value>>,
    principal: Option<Map<String, Value>>,
    environment: Option<Map<String, Value>>,
}

fn or_default<'de, D: serde::Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}

impl Request<'_> {
    pub fn action(&self) -> &str {
        self.action.as_deref().unwrap_or_default()
    }

    pub fn plane(&self) -> &str {
        self.plane.as_deref().unwrap_or_default()
    }

    pub fn scope(&self) -> &str {
        self.scope.as_deref().unwrap_or_default()
    }

    pub fn sub_operations(&self) -> SubOperations<'_> {
        match &self.sub_operation {
            Texts::Unread(Unread { unknown: true }) => SubOperations::Unknown,
            texts => SubOperations::These(texts.all()),
        }
    }

    /// Whether the principal is this one, or is in it.
    pub fn member(&self, id: &str) -> Tri {
        let principal = &self.principal;
        let is = |own: &Text<'_>| own.eq_ignore_ascii_case(id);
        match &principal.groups {
            _ if id.is_empty() => Tri::False,
            _ if principal.id.as_ref().is_some_and(is) => Tri::True,
            Texts::Unread(Unread { unknown: true }) => Tri::Unknown,
            groups => groups.all().iter().any(is).into(),
        }
    }
}

impl<'c> Texts<'c> {
    fn all(&self) -> &[Text<'c>] {
        match self {
            Texts::Single(one) if one.is_empty() => &[],
            Texts::Single(one) => std::slice::from_ref(one),
            Texts::Many(many) => many,
            Texts::Unread(_) => &[],
        }
    }
}

impl Attributes for Given {
    fn find(&self, attribute: &Attribute) -> Found<'_> {
        let given = match attribute.source {
            Source::Resource => &self.resource,
            Source::Request => &self.request,
            Source::Principal => &self.principal,
            Source::Environment => &self.environment,
        };
        let Some(given) = given else { return Found::Absent };
        let exactly = given.get(&*attribute.name);
        let value = exactly.or_else(|| given.iter().find(|(name, _)| attribute.is(name)).map(|(_, value)| value));
        match value {
            None | Some(Value::Null) => Found::Absent,
            Some(Value::Object(of)) if of.get("unknown").and_then(Value::as_bool) == Some(true) => Found::Unknown,
            Some(value) => Found::Value(Cow::Borrowed(value)),
        }
    }
}
