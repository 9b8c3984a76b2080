//! Who asks: the words of `--as` looked up, and what is known of the groups.

use crate::facts::{Known, Tri, Why};
use crate::provider::Ask;

/// An Entra principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Its object id; empty for `anonymous`.
    pub oid: String,
    /// What a person would call it: a display name, a UPN, `identity of compute ci-1`; else the object id.
    pub label: String,
    /// `User`, `ServicePrincipal`, `Group`; `None` when not known.
    pub kind: Option<String>,
}

impl Who {
    /// True for a request that nobody signed.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.oid.is_empty()
    }
}

/// The principal of a step's request: an object id, a UPN, an ARM id of a managed identity or of a resource that has one.
pub fn who(_ask: &Ask<'_>) -> Known<Who> {
    Known::Unknown(Why::not_readable("who asks"))
}

/// Whether the principal is, directly or through other groups, in the group with this object id.
pub fn is_member(_ask: &Ask<'_>, _who: &Who, _group: &str) -> Tri {
    Tri::Unknown
}
