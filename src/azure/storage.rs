//! The storage account's own guards: perimeter, public network access, firewall, authorization methods. Pure.
//!
//! | file | what is in it |
//! |---|---|
//! | [`ruling`] | the guards in their order, judged whole |
//! | [`origin`] | where a request comes from, as the account sees it |
//! | [`account`] | the account's switches, with what their absence means |
//! | [`rules`] | the firewall's rules: subnets, addresses, resources |
//! | [`subnet`] | service endpoints and their policies |
//! | [`connection`] | connections of private endpoints |
//! | [`perimeter`] | network security perimeters |
//! | [`verb`] | what an action does, in the words of signatures and public access |
//! | [`sas`] | shared access signatures, without their signature |
//! | `case` | `gatewalk eval azure-storage` |

pub mod account;
mod case;
pub mod connection;
pub mod origin;
pub mod perimeter;
pub mod rules;
pub mod ruling;
pub mod sas;
pub mod subnet;
pub mod verb;

pub use case::{Answer, answer};
pub use origin::{Address, Caller, Origin, Region};
pub use ruling::{Outcome, Ruling, Site, Subnets};
