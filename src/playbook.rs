//! Playbooks: what to ask, what to judge, what to say, as YAML.
//!
//! | file | what is in it |
//! |---|---|
//! | `schema` | the YAML's types |
//! | `shelf` | where playbooks are found |
//! | `load` | from YAML to something that runs |
//! | `request` | from the user's words to a request and the playbook for it |
//! | `expr`, `free`, `words` | CEL expressions and templates, and the functions they have |
//! | `error` | file, line, column, a sentence, a suggestion |

mod error;
pub mod expr;
mod free;
mod load;
mod request;
pub mod schema;
mod shelf;
mod words;

pub use error::{PlaybookError, closest};
pub use load::{Loaded, LoadedCheck, LoadedNode, LoadedQuery, LoadedStep, Tree, parse};
pub use request::{RequestError, Words, assemble, choose, complete, scope};
pub use shelf::{Shelf, SourceFile, in_folder, shipped, shipped_worlds};
