//! Gates of Azure: storage.

use crate::model::Judgement;
use crate::provider::Ask;

/// Stub.
pub fn account_state(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}

/// Stub.
pub fn transport(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}

/// Stub.
pub fn security_perimeter(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}

/// Stub.
pub fn public_network_access(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}

/// Stub.
pub fn vnet_rule(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}

/// Stub.
pub fn ip_rule(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}

/// Stub.
pub fn resource_rule(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}

/// Stub.
pub fn shared_key(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}

/// Stub.
pub fn public_blob_access(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}

/// Stub.
pub fn sas(_ask: &Ask<'_>) -> Judgement {
    Judgement::unknown("unread", "not judged yet").missing("a judge")
}
