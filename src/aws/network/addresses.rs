//! Sets of IP addresses, so that "which part of S3 does this rule let through?" is arithmetic.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::IpNet;

/// Where IPv4 lies in the number line: the IPv4-mapped block of IPv6, which no IPv6 packet uses.
const V4: (u128, u128) = (0xffff_0000_0000, 0xffff_ffff_ffff);

/// IPv4 ranges that never lead to a public service: private, shared, loopback, link-local, multicast and above.
const NOT_PUBLIC: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/3",
];

/// A set of addresses of both families: sorted, disjoint ranges with both ends in them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Addresses {
    ranges: Vec<(u128, u128)>,
}

impl Addresses {
    /// No address.
    pub fn none() -> Self {
        Addresses::default()
    }

    /// Every IPv4 address.
    pub fn all_v4() -> Self {
        Addresses { ranges: vec![V4] }
    }

    /// The IPv4 addresses that can belong to a service on the internet.
    pub fn public() -> Self {
        Addresses::all_v4().minus(&NOT_PUBLIC.iter().filter_map(|cidr| Addresses::cidr(cidr)).collect())
    }

    /// The IPv4 addresses that never belong to a service on the internet.
    pub fn private() -> Self {
        Addresses::all_v4().minus(&Addresses::public())
    }

    /// The block `cidr` describes, host bits ignored; `None` when it is no CIDR block.
    pub fn cidr(cidr: &str) -> Option<Self> {
        let net = IpNet::from_str(cidr).ok()?.trunc();
        let block = Addresses { ranges: vec![(number(net.network()), number(net.broadcast()))] };
        Some(match net {
            IpNet::V4(_) => block,
            IpNet::V6(_) => block.minus(&Addresses::all_v4()),
        })
    }

    /// Nothing in it.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The lowest address; `None` when there is none.
    pub fn first(&self) -> Option<IpAddr> {
        let &(low, _) = self.ranges.first()?;
        let v6 = Ipv6Addr::from(low);
        Some(v6.to_ipv4_mapped().map_or(IpAddr::V6(v6), IpAddr::V4))
    }

    /// How many addresses there are (saturating).
    pub fn count(&self) -> u128 {
        self.ranges.iter().fold(0, |sum: u128, (low, high)| sum.saturating_add((high - low).saturating_add(1)))
    }

    /// How many addresses the ranges have that `other` falls into.
    pub fn blocks_with(&self, other: &Addresses) -> u128 {
        let touched = self.ranges.iter().filter(|(low, high)| {
            other.ranges.iter().any(|(other_low, other_high)| low <= other_high && other_low <= high)
        });
        touched.fold(0, |sum: u128, (low, high)| sum.saturating_add((high - low).saturating_add(1)))
    }

    /// What is in both.
    #[must_use]
    pub fn and(&self, other: &Addresses) -> Addresses {
        let mut ranges = Vec::new();
        for &(low, high) in &self.ranges {
            for &(other_low, other_high) in &other.ranges {
                let (low, high) = (low.max(other_low), high.min(other_high));
                if low <= high {
                    ranges.push((low, high));
                }
            }
        }
        Addresses { ranges }
    }

    /// What is in this one only.
    #[must_use]
    pub fn minus(&self, other: &Addresses) -> Addresses {
        let mut ranges = self.ranges.clone();
        for &(cut_low, cut_high) in &other.ranges {
            ranges = ranges
                .into_iter()
                .flat_map(|(low, high)| {
                    let before = (low < cut_low).then(|| (low, high.min(cut_low.saturating_sub(1))));
                    let after = (high > cut_high).then(|| (low.max(cut_high.saturating_add(1)), high));
                    [before, after].into_iter().flatten()
                })
                .collect();
        }
        Addresses { ranges }
    }

    /// What is in either.
    #[must_use]
    pub fn or(&self, other: &Addresses) -> Addresses {
        let mut ranges: Vec<_> = self.ranges.iter().chain(&other.ranges).copied().collect();
        ranges.sort_unstable();
        let mut merged: Vec<(u128, u128)> = Vec::new();
        for (low, high) in ranges {
            match merged.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                _ => merged.push((low, high)),
            }
        }
        Addresses { ranges: merged }
    }
}

impl FromIterator<Addresses> for Addresses {
    fn from_iter<I: IntoIterator<Item = Addresses>>(sets: I) -> Self {
        sets.into_iter().fold(Addresses::none(), |all, set| all.or(&set))
    }
}

impl From<IpAddr> for Addresses {
    fn from(address: IpAddr) -> Self {
        Addresses { ranges: vec![(number(address), number(address))] }
    }
}

/// True for an address of a private, shared or otherwise non-public range.
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => !Addresses::from(address).and(&Addresses::private()).is_empty(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

fn number(address: IpAddr) -> u128 {
    let v6: Ipv6Addr = match address {
        IpAddr::V4(v4) => Ipv4Addr::to_ipv6_mapped(&v4),
        IpAddr::V6(v6) => v6,
    };
    u128::from(v6)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(cidrs: &[&str]) -> Addresses {
        cidrs.iter().map(|cidr| Addresses::cidr(cidr).unwrap()).collect()
    }

    #[test]
    fn sets_obey_arithmetic() {
        for (left, right, both, only_left) in [
            (&["10.0.0.0/8"][..], &["10.1.0.0/16"][..], 65_536, (1 << 24) - 65_536),
            (&["10.0.0.0/25", "10.0.0.128/25"], &["10.0.0.0/24"], 256, 0),
            (&["10.0.0.0/24"], &["10.0.1.0/24"], 0, 256),
            (&["0.0.0.0/0"], &["::/0"], 0, 1 << 32),
            (&["0.0.0.0/0"], &["0.0.0.0/1", "255.255.255.255/32"], (1 << 31) + 1, (1 << 31) - 1),
        ] {
            let (left, right) = (set(left), set(right));
            assert_eq!(left.and(&right).count(), both, "{left:?} and {right:?}");
            assert_eq!(left.minus(&right).count(), only_left, "{left:?} minus {right:?}");
            assert_eq!(left.or(&right).count(), left.count().saturating_add(right.count() - both));
        }
        assert!(Addresses::cidr("nonsense").is_none());
    }

    #[test]
    fn private_and_public_are_apart() {
        for (address, private) in [
            ("10.40.1.7", true),
            ("172.31.0.1", true),
            ("100.64.0.1", true),
            ("52.216.0.1", false),
            ("172.32.0.1", false),
            ("fd00::1", true),
            ("2600:1f18::1", false),
        ] {
            assert_eq!(is_private(address.parse().unwrap()), private, "{address}");
        }
    }
}
