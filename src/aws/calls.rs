//! The read-call table.
