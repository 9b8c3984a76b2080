//! The registry of clouds: one line each.

use crate::aws::Aws;
use crate::azure::Azure;
use crate::provider::Provider;

/// Every cloud.
pub static ALL: &[&dyn Provider] = &[&Aws, &Azure];

/// The cloud with this id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static dyn Provider> {
    ALL.iter().copied().find(|provider| provider.id() == id)
}
