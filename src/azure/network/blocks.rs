//! Sets of addresses as CIDR blocks, so that "does the rule hold for the account?" is arithmetic.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::facts::Tri;

/// A set of addresses: blocks none of which lies in another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Blocks(Vec<IpNet>);

/// IPv4 ranges that no public service of Azure has: private, shared, loopback, link-local.
const NOT_PUBLIC: &[&str] =
    &["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"];

/// A CIDR block or a single address.
#[must_use]
pub fn block(text: &str) -> Option<IpNet> {
    let text = text.trim();
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from)).map(|net| net.trunc())
}

/// True for an address of a private range.
#[must_use]
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => Blocks::of(NOT_PUBLIC.iter().copied()).holds(address),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

impl Blocks {
    /// The blocks these texts describe; what is no block is left out.
    pub fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        Blocks(IpNet::aggregate(&texts.into_iter().filter_map(block).collect()))
    }

    /// These addresses.
    pub fn addresses(addresses: &[IpAddr]) -> Self {
        Blocks(IpNet::aggregate(&addresses.iter().copied().map(IpNet::from).collect()))
    }

    /// Nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The IPv4 part.
    #[must_use]
    pub fn v4(&self) -> Self {
        Blocks(self.0.iter().copied().filter(|net| matches!(net, IpNet::V4(_))).collect())
    }

    /// True when the address is in it.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        self.0.iter().any(|net| net.contains(&address))
    }

    /// The longest prefix among the blocks that hold the address.
    #[must_use]
    pub fn prefix_around(&self, address: IpAddr) -> Option<u8> {
        self.0.iter().filter(|net| net.contains(&address)).map(IpNet::prefix_len).max()
    }

    /// Whether these addresses lie in `other`: all of them, none, or (unknown which one counts) a part. Of no addresses nothing is known.
    #[must_use]
    pub fn inside(&self, other: &Blocks) -> Tri {
        if self.is_empty() {
            return Tri::Unknown;
        }
        let whole = |net: &IpNet| other.0.iter().any(|around| around.contains(net));
        let touched = |net: &IpNet| other.0.iter().any(|part| part.contains(net) || net.contains(part));
        match (self.0.iter().all(whole), self.0.iter().any(touched)) {
            (true, _) => Tri::True,
            (false, true) => Tri::Unknown,
            (false, false) => Tri::False,
        }
    }

    /// True when no address of it can belong to a public service.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.inside(&Blocks::of(NOT_PUBLIC.iter().copied())) == Tri::True
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_lie_in_each_other_wholly_partly_or_not() {
        for (left, right, inside) in [
            (&["10.0.0.0/24"][..], &["10.0.0.0/16"][..], Tri::True),
            (&["10.0.0.0/24"], &["10.0.0.0/25", "10.0.0.128/25"], Tri::True),
            (&["10.0.0.0/24"], &["10.0.0.0/25"], Tri::Unknown),
            (&["10.0.0.0/24", "10.9.0.0/24"], &["10.0.0.0/16"], Tri::Unknown),
            (&["10.0.0.5"], &["10.1.0.0/16"], Tri::False),
            (&["20.0.0.0/8"], &["0.0.0.0/0"], Tri::True),
            (&[], &["0.0.0.0/0"], Tri::Unknown),
        ] {
            let (left, right) = (Blocks::of(left.iter().copied()), Blocks::of(right.iter().copied()));
            assert_eq!(left.inside(&right), inside, "{left:?} in {right:?}");
        }
        assert!(is_private("172.31.0.1".parse().unwrap()) && !is_private("172.32.0.1".parse().unwrap()));
        assert_eq!(block("10.1.2.3/8"), block("10.0.0.0/8"));
    }
}
