//! Reachability: one flow of packets followed from interface to interface, there and back, over everything that a VPC is made of
//! (VPC User Guide; codes as VPC Reachability Analyzer names them, `explanation-codes`).
//!
//! | file | what is in it |
//! |---|---|
//! | `world` | everything that was described, found by id and by address |
//! | `end` | interfaces: where packets begin and end |
//! | `filter` | security groups and network ACLs, asked about one flow |
//! | `walk` | the way forth: route by route, hop by hop |
//! | `gateways` | internet, NAT and virtual private gateways, endpoints |
//! | `transit` | transit gateways and peering |
//! | `case` | what `eval aws-network` is asked and answers |

mod case;
mod end;
mod filter;
mod gateways;
mod transit;
mod walk;
mod world;

pub use case::{Case, answer};
pub use world::World;

/// Why packets go no further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// They are dropped.
    Blocked {
        /// VPC Reachability Analyzer's code.
        code: &'static str,
        /// Where.
        at: String,
    },
    /// What was described does not tell.
    Unknown {
        /// VPC Reachability Analyzer's code, where one fits.
        code: Option<&'static str>,
        /// Where.
        at: String,
    },
}

impl Stop {
    fn blocked(code: &'static str, at: impl Into<String>) -> Self {
        Stop::Blocked { code, at: at.into() }
    }

    fn unknown(code: Option<&'static str>, at: impl Into<String>) -> Self {
        Stop::Unknown { code, at: at.into() }
    }
}
