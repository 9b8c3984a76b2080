//! The graph of the access path.
