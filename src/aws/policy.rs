//! IAM policy documents: compiled once, evaluated many times, three-valued.
//!
//! | file | what is in it |
//! |---|---|
//! | `context` | condition keys and what is known of them |
//! | `text` | texts with wildcards and policy variables |
//! | `condition` | operators, set operators, `IfExists`, `Null` |
//! | `principal` | who asks, and whom a statement names |
//! | `public` | whether a bucket's policy is public |
//! | `document` | statements, and what a document says to a request |

mod condition;
mod context;
mod document;
mod principal;
mod public;
#[cfg(test)]
mod tests;
mod text;

pub use context::{Context, Entry};
pub use document::{Document, Grade, Hit, PolicyError, Question, Ruling, Statement};
pub use principal::{Kind, Principal};
