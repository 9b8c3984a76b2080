//! Gates of Azure: identity.

use crate::model::Judgement;
use crate::provider::Ask;

/// Stub.
pub fn token(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}

/// Stub.
pub fn deny_assignment(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}

/// Stub.
pub fn role_assignment(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}

/// Stub.
pub fn role_condition(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}

/// Stub.
pub fn acl(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}
