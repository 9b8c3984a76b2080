//! Gates of Azure: network.

use crate::model::Judgement;
use crate::provider::Ask;

/// Stub.
pub fn managed_network(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}

/// Stub.
pub fn private_endpoint(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}

/// Stub.
pub fn dns(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}

/// Stub.
pub fn nsg(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}

/// Stub.
pub fn route(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}

/// Stub.
pub fn peering(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}

/// Stub.
pub fn service_endpoint(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}
