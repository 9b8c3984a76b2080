//! Runs a playbook: the query plan, the event stream, judging. Its readers (`tui`, `report`) see only events
//! and the diagnosis.

mod event;

pub use event::{Event, PlannedQuery};
