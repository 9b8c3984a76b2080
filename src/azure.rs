//! All that is Azure.
//!
//! | room | what is in it |
//! |---|---|
//! | [`id`] | ARM ids and scopes |
//! | [`items`] | typed looks into ARM's JSON |
//! | [`calls`] | the read-call table: right, address, command |
//! | [`principal`] | who asks, and in which groups |
//! | [`acl`] | access control lists of a hierarchical namespace |
//! | [`authz`] | one case of authorization judged whole |
//! | [`rbac`] | roles, assignments, denies, conditions: pure, compiled once |
//! | [`network`] | places, ways, names, security groups, routes |
//! | [`storage`] | the account's own guards, judged whole |
//! | [`gates`] | the gate table: name → function |

pub mod acl;
pub mod authz;
pub mod calls;
pub mod gates;
pub mod id;
pub mod items;
pub mod network;
pub mod principal;
mod provider;
pub mod rbac;
pub mod storage;

pub use provider::Azure;
