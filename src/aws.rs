//! All that is AWS.
//!
//! | room | what is in it |
//! |---|---|
//! | [`arn`] | Amazon Resource Names |
//! | [`calls`] | the read-call table: permission, command, how a broader answer narrows |
//! | [`policy`] | documents, conditions, evaluation: pure, compiled once |
//! | [`attached`] | the policies that apply to a principal, where they are attached |
//! | [`authz`] | one case judged whole, for `eval aws-authz` |
//! | [`case`] | one request with every condition key that can be told |
//! | [`denial`] | error texts and CloudTrail events, read without asking |
//! | [`causes`] | the causes that AWS documents, and the gates that tell them |
//! | [`network`] | places, ways, routes, groups, lists, endpoints, names |
//! | [`reach`] | reachability of one flow, there and back, for `eval aws-network` |
//! | [`gates`] | the gate table: name → function |
//! | `collect` | the live source over the official SDK (cargo feature `aws`) |

pub mod arn;
pub mod attached;
pub mod authz;
pub mod calls;
pub mod case;
pub mod causes;
#[cfg(feature = "aws")]
pub mod collect;
pub mod denial;
pub mod gates;
pub mod network;
pub mod policy;
mod provider;
pub mod reach;

pub use provider::Aws;
