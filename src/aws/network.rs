//! The network layer of AWS: from a workload to a service's address.
//!
//! | file | what is in it |
//! |---|---|
//! | `items` | finding a described thing in whatever answers hold it |
//! | `addresses` | sets of addresses |
//! | `place` | where a request comes from |
//! | `way` | by which endpoint or gateway it goes |
//! | `trip` | place, way and target of one step |
//! | `rules` | security groups and network ACLs as sets of addresses |
//! | `routes` | route tables |
//! | `traffic` | protocols and ports |

mod addresses;
pub mod items;
mod place;
pub mod routes;
pub mod rules;
pub mod traffic;
mod trip;
mod way;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use self::items::{ENDPOINTS, SUBNETS, text};
use crate::facts::{Known, Reading};

pub use addresses::{Addresses, is_private};
pub use place::{Place, PlaceKind, place};
pub use trip::{Leg, Trip};
pub use way::{Way, WayKind, way};

/// The Availability Zone of a subnet.
pub fn subnet_zone(reading: &Reading<'_>, subnet: &str) -> Option<String> {
    SUBNETS.by_id(reading, subnet).yes().and_then(|subnet| text(subnet, "AvailabilityZone")).map(str::to_owned)
}

/// What playbooks see as `view`: the place, and the ways from it to services. What is not known is left out.
pub fn view(reading: &Reading<'_>, origin: &str, region: &str, services: &[&str]) -> Value {
    let mut ways = Map::new();
    // Whatever service has an endpoint can be named in a label, beside those that are always looked at.
    let described = ENDPOINTS.search(reading, &[], |_| true).items;
    let named = described.into_iter().filter_map(|endpoint| text(endpoint, "ServiceName")?.splitn(4, '.').nth(3));
    let services: BTreeSet<&str> = services.iter().copied().chain(named).collect();
    for service in services {
        let (label, id) = match way(reading, origin, service, region) {
            Known::Yes(way) => (way.label.clone(), way.id.unwrap_or(way.label)),
            Known::Absent => ("no way out".to_owned(), String::new()),
            Known::Unknown(_) => continue,
        };
        ways.insert(service.to_owned(), json!({"label": label, "id": id}));
    }
    let mut view = Map::new();
    if let Known::Yes(place) = place(reading, origin) {
        let place = json!({"label": place.label, "id": place.reference, "vpc": place.vpc, "subnets": place.subnets});
        view.insert("place".into(), place);
    }
    view.insert("ways".into(), Value::Object(ways));
    Value::Object(view)
}
