//! Role definitions (Azure RBAC, "Understand Azure role definitions").

use serde::Deserialize;

use super::action::fits;
use super::text::Text;

/// Which operations a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Plane {
    /// Data actions: what is done to the data inside a resource.
    #[default]
    Data,
    /// Actions: the management of resources.
    Control,
}

impl Plane {
    /// The plane of this name, `data` or `control`.
    #[must_use]
    pub fn named(name: &str) -> Option<Plane> {
        match name {
            _ if name.eq_ignore_ascii_case("data") => Some(Plane::Data),
            _ if name.eq_ignore_ascii_case("control") => Some(Plane::Control),
            _ => None,
        }
    }
}

type Patterns<'r> = Option<Vec<Text<'r>>>;

/// One element of a role's `permissions`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'r"))]
pub struct Permission<'r> {
    actions: Patterns<'r>,
    not_actions: Patterns<'r>,
    data_actions: Patterns<'r>,
    not_data_actions: Patterns<'r>,
    condition: Option<Text<'r>>,
}

impl Permission<'_> {
    /// True when the element names the action. What `notActions` takes away is taken from this element only: another element, or
    /// another role, may give it.
    #[must_use]
    pub fn covers(&self, action: &str, plane: Plane) -> bool {
        let (named, less) = match plane {
            Plane::Data => (&self.data_actions, &self.not_data_actions),
            Plane::Control => (&self.actions, &self.not_actions),
        };
        let any = |patterns: &Patterns<'_>| patterns.iter().flatten().any(|pattern| fits(pattern, action));
        any(named) && !any(less)
    }

    /// Its condition: some built-in roles have one on an element.
    #[must_use]
    pub fn condition(&self) -> Option<&str> {
        self.condition.as_deref().filter(|text| !text.trim().is_empty())
    }

    /// How much it gives, roughly: a pattern with a `*` counts for the more the earlier the `*` stands.
    pub(super) fn weight(&self, plane: Plane) -> usize {
        let one = |pattern: &Text<'_>| match pattern.split_once('*') {
            Some((before, _)) => 4096 >> (2 * before.matches('/').count().min(5)),
            None => 1,
        };
        let sum = |patterns: &Patterns<'_>, each: usize| {
            patterns.iter().flatten().map(|one_of| each * one(one_of)).sum::<usize>()
        };
        let actions = if plane == Plane::Control { 10 } else { 1 };
        sum(&self.data_actions, 10) + sum(&self.actions, actions)
    }
}

/// A role definition, nested below `properties` (ARM) or flat (`az role definition list`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'r"))]
pub struct RoleDefinition<'r> {
    id: Option<Text<'r>>,
    name: Option<Text<'r>>,
    role_name: Option<Text<'r>>,
    permissions: Option<Vec<Permission<'r>>>,
    properties: Option<Box<RoleDefinition<'r>>>,
}

impl<'r> RoleDefinition<'r> {
    /// True when an assignment that refers to this id means this role: ids of one role differ in the scope they begin with, the last segment
    /// tells it.
    #[must_use]
    pub fn is(&self, id: &str) -> bool {
        let wanted = super::super::id::name(id);
        let own = self.id.as_deref().map(super::super::id::name).or(self.name.as_deref());
        !wanted.is_empty() && own.is_some_and(|own| own.eq_ignore_ascii_case(wanted))
    }

    /// True when this is its very id.
    #[must_use]
    pub fn has_id(&self, id: &str) -> bool {
        self.id.as_deref().is_some_and(|own| super::super::id::same(own, id))
    }

    /// The name that people know it by.
    #[must_use]
    pub fn role_name(&self) -> Option<&str> {
        let nested = self.properties.as_ref().and_then(|nested| nested.role_name.as_deref());
        nested.or(self.role_name.as_deref())
    }

    /// Its permissions.
    #[must_use]
    pub fn permissions(&self) -> &[Permission<'r>] {
        let nested = self.properties.as_ref().and_then(|nested| nested.permissions.as_deref());
        nested.or(self.permissions.as_deref()).unwrap_or_default()
    }
}
