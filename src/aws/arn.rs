//! Amazon Resource Names.
