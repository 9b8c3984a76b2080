//! The network layer of AWS: from a workload to a service's address.
//!
//! | file | what is in it |
//! |---|---|
//! | `items` | finding a described thing in whatever answers hold it |
//! | `addresses` | sets of addresses |
//! | `place` | where a request comes from |
//! | `way` | by which endpoint or gateway it goes |

mod addresses;
mod items;
mod place;
mod way;

pub use place::{Place, PlaceKind, place};
pub use way::{Way, WayKind, way};
