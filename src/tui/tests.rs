//! Sessions of a user, without a terminal: messages in, screens out.

mod drill;
mod keys;
mod outside;
mod sample;
mod sizes;
mod taste;
mod walking;
