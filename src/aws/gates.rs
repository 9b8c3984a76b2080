//! The gate table of AWS.

use crate::provider::Gate;

/// Every gate of AWS.
#[must_use]
pub fn all() -> &'static [Gate] {
    &[]
}
