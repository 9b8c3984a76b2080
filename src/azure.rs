//! All that is Azure.
//!
//! | room | what is in it |
//! |---|---|
//! | [`id`] | ARM ids and scopes |
//! | [`items`] | typed looks into ARM's JSON |
//! | [`calls`] | the read-call table: right, address, command |
//! | [`import`] | answers kept in files, as facts |
//! | [`principal`] | who asks, and in which groups |
//! | [`acl`] | access control lists of a hierarchical namespace |
//! | [`authz`] | one case of authorization judged whole |
//! | [`rbac`] | roles, assignments, denies, conditions: pure, compiled once |
//! | [`network`] | places, ways, names, security groups, routes |
//! | [`storage`] | the account's own guards, judged whole |
//! | [`denial`] | error texts → request and reported gate |
//! | `collect` | the live source (cargo feature `azure`) |
//! | [`gates`] | the gate table: name → function |

pub mod acl;
pub mod authz;
pub mod calls;
#[cfg(feature = "azure")]
pub mod collect;
pub mod denial;
pub mod gates;
pub mod id;
pub mod import;
pub mod items;
pub mod network;
pub mod principal;
mod provider;
pub mod rbac;
pub mod storage;

pub use provider::Azure;
