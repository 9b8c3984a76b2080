//! Networks of Azure: where the request comes from, the way it is meant to take to a storage account, and what stands on that way.

pub mod way;

pub use way::{Arrival, Way, way};
