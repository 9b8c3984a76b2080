//! Networks of Azure: where the request comes from, the way it is meant to take to a storage account, and what stands on that way.
//!
//! | file | what is in it |
//! |---|---|
//! | `blocks` | sets of addresses |
//! | `nets` | virtual networks, their subnets and peerings |
//! | `place` | where a request comes from |
//! | `managed` | the managed network of an Azure ML workspace |
//! | `endpoints` | the private endpoints of an account |
//! | `names` | what the account's name resolves to |
//! | `reach` | which private endpoint is meant |
//! | `trip` | place, way and endpoints of one step |
//! | `way` | how the request arrives |
//! | `egress` | the public address it leaves by |
//! | `tags` | service tags |
//! | `nsg` | security rules: pure |
//! | `routes` | route tables: pure |
//! | `view` | what playbooks see of it |

pub mod blocks;
mod egress;
pub mod endpoints;
pub mod managed;
pub mod names;
pub mod nets;
pub mod nsg;
pub mod place;
mod reach;
pub mod routes;
pub mod tags;
mod trip;
mod view;
pub mod way;

pub use place::{Place, PlaceKind, Sender, place};
pub use reach::{has, is_near};
pub use trip::{Home, Trip, trip};
pub use view::view;
pub use way::{Arrival, Way, way};

/// The name of a region as ids write it: `West Europe` and `westeurope` are the same.
#[must_use]
pub fn region(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase()
}
