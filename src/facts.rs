//! What the cloud answered: facts, the store of them, the snapshot file, and where answers come from.

mod fact;
mod failed;
mod known;
pub mod probe;
mod reading;
mod snapshot;
mod source;
mod store;

pub use fact::{Call, Fact, FactError, FactStatus, Params};
pub use failed::Failed;
pub use known::{Known, Tri, Why, WhyNot};
pub use reading::Reading;
pub use snapshot::{Snapshot, SnapshotError};
pub use source::{Answer, Credentials, Source};
pub use store::Facts;
