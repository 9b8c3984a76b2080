//! Training: learn by walking broken worlds. Offline, without credentials, and with the same engine, gates and facts as a real diagnosis.
//!
//! A level is data: a healthy world (a snapshot), named faults (edits of its facts), a ticket in a user's words. The engine's own diagnosis of the
//! edited world is the truth that a trainee's verdict is held against, so a level is also a test of the diagnosis.
//!
//! | file | what is in it |
//! |---|---|
//! | `schema` | the YAML's types |
//! | `bank` | where levels are found |
//! | `edit` | a change of one fact |
//! | `world` | facts that can be diagnosed, whole or as far as they were read |
//! | `touch` | reads that touch the data itself |
//! | `drill` | one ticket over several levels, of which a seed draws one |
//! | `scenario` | a level made ready: its worlds, its probes, its choices |
//! | `vary` | variants by seed: other names, other numbers, another way to have the same fault |
//! | `rename` | consistent pseudonyms for ids, addresses and names |
//! | `redact` | a snapshot without anything of its owner's |
//! | `session` | the state machine: moves in, events out, a view to draw. No I/O, no clock |
//! | `moves` | what a trainee can do, and what comes back |
//! | `feedback` | what a probe told, from the diagnosis before and after it |
//! | `voice` | what the tutor and the interviewer say |
//! | `score` | the rubric |
//! | `debrief` | the way taken beside the model's, and the lesson |
//! | `sheet` | all of a level on paper, for whoever runs a drill |
//! | `outline` | an answer of a cloud as lines that can be read aloud |
//! | `progress` | what was trained, and what is due again |
//! | `script` | moves from a file |
//! | `way` | the reads that tell the causes of a level apart |
//! | `check` | what must hold of every level |
//! | `author` | a level to start from, made of a snapshot |

pub mod author;
pub mod bank;
pub mod check;
pub mod debrief;
pub mod drill;
pub mod edit;
pub mod feedback;
pub mod moves;
pub mod outline;
pub mod progress;
pub mod redact;
pub mod rename;
pub mod scenario;
pub mod schema;
pub mod score;
pub mod script;
pub mod session;
pub mod sheet;
pub mod touch;
pub mod vary;
pub mod voice;
pub mod way;
pub mod world;

pub use bank::{Bank, Entry};
pub use debrief::Debrief;
pub use moves::{Event, Expect, Hypothesis, Mode, Move};
pub use scenario::Scenario;
pub use schema::Level;
pub use score::Score;
pub use session::{Session, View};
