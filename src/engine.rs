//! Runs a playbook: the query plan, the event stream, judging. Its readers (`tui`, `report`) see only events
//! and the diagnosis.
//!
//! | file | what is in it |
//! |---|---|
//! | `event` | what a run tells |
//! | `run` | asks everything that can be asked, as early as it can be |
//! | `plan` | which calls can start now, and what has come of the others |
//! | `names` | what expressions see: lets and answers by name |
//! | `judge` | from facts to a diagnosis: pure |
//! | `evidence` | what the cloud reported when it refused, weighed against what is judged |
//! | `replay` | a snapshot as a source of answers |
//! | `steer` | pause, step, skip, and asking one call again |

mod event;
pub mod evidence;
mod judge;
mod names;
mod plan;
mod replay;
mod run;
mod steer;

pub use event::{Event, PlannedQuery};
pub use names::queries_behind;
pub use replay::Replay;
pub use run::{Outcome, run};
pub use steer::{Known, Pace, Steered, Steering};
