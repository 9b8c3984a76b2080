//! Role assignments and deny assignments, nested below `properties` (ARM) or flat (`az role assignment list`).

use serde::Deserialize;

use super::super::id::{same, within};
use super::role::{Permission, Plane};
use super::text::Text;
use crate::facts::Tri;

/// The object id that stands for everybody, in deny assignments only (Azure RBAC, "Understand deny assignments", on the
/// system-defined principal).
const EVERYBODY: &str = "00000000-0000-0000-0000-000000000000";

/// True when `scope` is the target or above it. Management groups are no prefix of what is in them: those that were given for a target are taken
/// to be above it.
#[must_use]
pub fn covers(scope: &str, target: &str) -> bool {
    within(target, scope) || (is_management_group(scope) && !target.trim_end_matches('/').is_empty())
}

fn is_management_group(scope: &str) -> bool {
    super::super::id::is(scope, "Microsoft.Management/managementGroups")
}

/// The scope that an assignment's own id tells: what stands before `/providers/Microsoft.Authorization/…`.
fn scope_of(id: &str) -> Option<&str> {
    let at = id.to_ascii_lowercase().rfind("/providers/microsoft.authorization/")?;
    Some(if at == 0 { "/" } else { &id[..at] })
}

/// Whether the one who asks is, or is in, the principal with this object id; the type is what the assignment says of it.
pub type Member<'m> = &'m dyn Fn(&str, Option<&str>) -> Tri;

/// A role assignment, or an eligibility for one, which has the same shape.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub struct RoleAssignment<'a> {
    id: Option<Text<'a>>,
    name: Option<Text<'a>>,
    scope: Option<Text<'a>>,
    role_definition_id: Option<Text<'a>>,
    principal_id: Option<Text<'a>>,
    principal_type: Option<Text<'a>>,
    condition: Option<Text<'a>>,
    properties: Option<Box<RoleAssignment<'a>>>,
}

macro_rules! texts {
    ($($field:ident $about:literal;)*) => {
        $(#[doc = $about]
        #[must_use]
        pub fn $field(&self) -> Option<&str> {
            let nested = self.properties.as_ref().and_then(|nested| nested.$field.as_deref());
            nested.or(self.$field.as_deref()).filter(|text| !text.trim().is_empty())
        })*
    };
}

impl RoleAssignment<'_> {
    texts! {
        role_definition_id "The id of the role that is assigned.";
        principal_id "The object id of the one it is assigned to.";
        principal_type "`User`, `Group`, `ServicePrincipal`, …";
        condition "Its condition.";
    }

    /// Its id, else its name.
    #[must_use]
    pub fn id(&self) -> &str {
        self.id.as_deref().or(self.name.as_deref()).unwrap_or_default()
    }

    /// Where it was made.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        let nested = self.properties.as_ref().and_then(|nested| nested.scope.as_deref());
        nested.or(self.scope.as_deref()).filter(|scope| !scope.is_empty()).or_else(|| scope_of(self.id()))
    }

    /// Whether it holds at the target.
    #[must_use]
    pub fn reaches(&self, target: &str) -> Tri {
        self.scope().map_or(Tri::Unknown, |scope| covers(scope, target).into())
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Named<'a> {
    id: Option<Text<'a>>,
    #[serde(rename = "type")]
    kind: Option<Text<'a>>,
}

impl Named<'_> {
    fn id(&self) -> &str {
        self.id.as_deref().unwrap_or_default()
    }

    fn is_everybody(&self) -> bool {
        let defined = |kind: &str| {
            kind.is_empty() || kind.eq_ignore_ascii_case("SystemDefined") || kind.eq_ignore_ascii_case("Everyone")
        };
        self.id() == EVERYBODY && defined(self.kind.as_deref().unwrap_or_default())
    }
}

/// A deny assignment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub struct DenyAssignment<'a> {
    id: Option<Text<'a>>,
    name: Option<Text<'a>>,
    deny_assignment_name: Option<Text<'a>>,
    scope: Option<Text<'a>>,
    do_not_apply_to_child_scopes: Option<bool>,
    permissions: Option<Vec<Permission<'a>>>,
    principals: Option<Vec<Named<'a>>>,
    exclude_principals: Option<Vec<Named<'a>>>,
    condition: Option<Text<'a>>,
    properties: Option<Box<DenyAssignment<'a>>>,
}

impl<'a> DenyAssignment<'a> {
    texts! {
        deny_assignment_name "The name that people see.";
        condition "Its condition.";
    }

    fn nested<T: ?Sized>(&self, of: impl for<'s> Fn(&'s Self) -> Option<&'s T>) -> Option<&T> {
        self.properties.as_deref().and_then(&of).or_else(|| of(self))
    }

    /// Its id, else its name.
    #[must_use]
    pub fn id(&self) -> &str {
        self.id.as_deref().or(self.name.as_deref()).unwrap_or_default()
    }

    /// Where it was made.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        let own = self.nested(|of| of.scope.as_deref()).filter(|scope| !scope.is_empty());
        own.or_else(|| scope_of(self.id()))
    }

    /// Whether it holds at the target: at its own scope only when it does not apply to child scopes.
    #[must_use]
    pub fn reaches(&self, target: &str) -> Tri {
        let own_only = self.nested(|of| of.do_not_apply_to_child_scopes.as_ref()).copied().unwrap_or_default();
        self.scope().map_or(Tri::Unknown, |scope| match own_only {
            true => same(scope, target).into(),
            false => covers(scope, target).into(),
        })
    }

    /// Whether it is for the one who asks: one of its principals, or everybody, and none of those it excludes.
    pub fn is_for(&self, member: Member<'_>) -> Tri {
        let principals = self.nested(|of| of.principals.as_deref()).unwrap_or_default();
        let excluded = self.nested(|of| of.exclude_principals.as_deref()).unwrap_or_default();
        let any =
            |of: &[Named<'_>]| of.iter().map(|one| member(one.id(), one.kind.as_deref())).fold(Tri::False, Tri::or);
        let everybody = Tri::from(principals.iter().any(Named::is_everybody));
        everybody.or(any(principals)).and(!any(excluded))
    }

    /// True when it is for everybody but those it excludes.
    #[must_use]
    pub fn is_for_everybody(&self) -> bool {
        self.nested(|of| of.principals.as_deref()).unwrap_or_default().iter().any(Named::is_everybody)
    }

    /// True when it excludes somebody.
    #[must_use]
    pub fn excludes(&self) -> bool {
        !self.nested(|of| of.exclude_principals.as_deref()).unwrap_or_default().is_empty()
    }

    /// The elements that name the action.
    pub fn elements(&self, action: &str, plane: Plane) -> impl Iterator<Item = &Permission<'a>> {
        let permissions = self.nested(|of| of.permissions.as_deref()).unwrap_or_default();
        permissions.iter().filter(move |element| element.covers(action, plane))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_come_from_the_property_or_from_the_id() {
        for (json, scope) in [
            (r#"{"properties": {"scope": "/subscriptions/s"}, "scope": "/"}"#, Some("/subscriptions/s")),
            (r#"{"scope": "/subscriptions/s"}"#, Some("/subscriptions/s")),
            (
                r#"{"id": "/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/a"}"#,
                Some("/subscriptions/s"),
            ),
            (
                r#"{"id": "/providers/Microsoft.Authorization/roleAssignments/a", "properties": {"scope": null}}"#,
                Some("/"),
            ),
            (r#"{"id": "a"}"#, None),
        ] {
            let assignment: RoleAssignment<'_> = serde_json::from_str(json).unwrap();
            assert_eq!(assignment.scope(), scope, "{json}");
        }
    }
}
