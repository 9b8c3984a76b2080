//! Service tags: names for the public addresses of Azure's services (Virtual Network, "Virtual network service tags").

use std::net::IpAddr;

use ipnet::IpNet;

use super::blocks::{Blocks, block};
use crate::azure::items::{is, list, prop, texts};
use crate::facts::{Known, Reading, Tri};

/// Regions that tags spell in another way than ids do (the same page, "Available service tags", note on region names).
const SPELLED: &[(&str, &str)] = &[
    ("francecentral", "centralfrance"),
    ("francesouth", "southfrance"),
    ("germanywestcentral", "germanywc"),
    ("germanynorth", "germanyn"),
    ("norwayeast", "norwaye"),
    ("norwaywest", "norwayw"),
    ("switzerlandnorth", "switzerlandn"),
    ("switzerlandwest", "switzerlandw"),
    ("brazilsoutheast", "brazilse"),
];

/// The public addresses of one account, as far as tags tell: nobody knows the very address, but which tags hold it.
pub struct Tags<'t> {
    /// The account's region.
    pub region: &'t str,
    /// The ranges of a tag, where they were read.
    pub ranges: &'t dyn Fn(&str) -> Option<Blocks>,
}

impl Tags<'_> {
    /// Whether the account's address lies in what a rule or route names: a tag or a block.
    #[must_use]
    pub fn hold_account(&self, name: &str) -> Tri {
        if let Some(net) = block(name) {
            return self.in_block(net);
        }
        match self.by_name(name) {
            Some(told) => told,
            None => self.compare((self.ranges)(name)),
        }
    }

    fn in_block(&self, net: IpNet) -> Tri {
        let wanted = Blocks::of([net.to_string().as_str()]);
        match net {
            IpNet::V6(_) => Tri::False,
            IpNet::V4(_) if net.prefix_len() == 0 => Tri::True,
            IpNet::V4(_) if wanted.is_private() => Tri::False,
            IpNet::V4(_) => self.compare(Some(wanted)),
        }
    }

    fn compare(&self, wanted: Option<Blocks>) -> Tri {
        match (self.storage(), wanted) {
            (Some(own), Some(wanted)) => own.inside(&wanted),
            _ => Tri::Unknown,
        }
    }

    /// The IPv4 ranges that the account's address is in.
    fn storage(&self) -> Option<Blocks> {
        let spelled = SPELLED.iter().find(|(id, _)| *id == self.region).map(|(_, tag)| format!("Storage.{tag}"));
        let regional = (self.ranges)(&format!("Storage.{}", self.region)).or_else(|| (self.ranges)(&spelled?));
        regional.or_else(|| (self.ranges)("Storage")).map(|ranges| ranges.v4())
    }

    /// Tags whose meaning needs no ranges.
    fn by_name(&self, name: &str) -> Option<Tri> {
        let lower = name.to_ascii_lowercase();
        let (service, of) = lower.split_once('.').map_or((lower.as_str(), None), |(service, of)| (service, Some(of)));
        match (service, of) {
            ("*" | "any" | "0.0.0.0/0" | "storage" | "azurecloud", None) => Some(Tri::True),
            ("storage" | "azurecloud", Some(_)) if self.region.is_empty() => Some(Tri::Unknown),
            ("storage" | "azurecloud", Some(of)) => Some(self.is_region(of).into()),
            ("azureloadbalancer" | "azureplatformdns" | "azureplatformimds" | "azureplatformlkm", None) => {
                Some(Tri::False)
            }
            _ => None,
        }
    }

    fn is_region(&self, name: &str) -> bool {
        name == self.region || SPELLED.iter().any(|(id, tag)| *id == self.region && *tag == name)
    }
}

/// The ranges of a tag in whatever list of tags was read.
pub fn ranges(reading: &Reading<'_>, tag: &str) -> Option<Blocks> {
    let Known::Yes(lists) = reading.all("network:ListServiceTags", |_| true) else { return None };
    let value = lists.iter().flat_map(|(_, body)| list(body, "values")).find(|value| is(value, "name", tag))?;
    Some(Blocks::of(prop(value, "addressPrefixes").into_iter().flat_map(|_| texts(value, "addressPrefixes"))))
}

/// True for an address or block, false for a tag.
#[must_use]
pub fn is_block(name: &str) -> bool {
    block(name).is_some()
}

/// True when the block or address holds the address; tags hold public addresses only.
#[must_use]
pub fn holds(name: &str, address: IpAddr) -> bool {
    block(name).is_some_and(|net| net.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_blocks_hold_an_account_or_not() {
        let read = |tag: &str| match tag {
            "Storage.westeurope" => Some(Blocks::of(["20.150.37.0/24", "52.239.140.0/22"])),
            "AzureBackup" => Some(Blocks::of(["20.150.37.0/24", "40.0.0.0/16"])),
            "Sql" => Some(Blocks::of(["40.68.0.0/16"])),
            _ => None,
        };
        let unread = |_: &str| None;
        for (name, with_ranges, without) in [
            ("*", Tri::True, Tri::True),
            ("0.0.0.0/0", Tri::True, Tri::True),
            ("::/0", Tri::False, Tri::False),
            ("Storage", Tri::True, Tri::True),
            ("storage.WestEurope", Tri::True, Tri::True),
            ("Storage.NorthEurope", Tri::False, Tri::False),
            ("AzureCloud", Tri::True, Tri::True),
            ("AzureCloud.westeurope", Tri::True, Tri::True),
            ("AzureCloud.eastus", Tri::False, Tri::False),
            ("AzureLoadBalancer", Tri::False, Tri::False),
            ("10.0.0.0/8", Tri::False, Tri::False),
            ("20.0.0.0/6", Tri::Unknown, Tri::Unknown),
            ("0.0.0.0/1", Tri::True, Tri::Unknown),
            ("20.150.37.0/24", Tri::Unknown, Tri::Unknown),
            ("8.8.8.8", Tri::False, Tri::Unknown),
            ("Sql", Tri::False, Tri::Unknown),
            ("AzureBackup", Tri::Unknown, Tri::Unknown),
            ("AzureMonitor", Tri::Unknown, Tri::Unknown),
        ] {
            let (known, unknown) =
                (Tags { region: "westeurope", ranges: &read }, Tags { region: "westeurope", ranges: &unread });
            assert_eq!((known.hold_account(name), unknown.hold_account(name)), (with_ranges, without), "{name}");
        }
        let spelled = Tags { region: "francecentral", ranges: &unread };
        assert_eq!(spelled.hold_account("Storage.CentralFrance"), Tri::True);
    }
}
