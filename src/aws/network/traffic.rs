//! What kind of packets: a protocol, and ports where it has some.

/// IANA's number of ICMP.
const ICMP: i64 = 1;
/// IANA's number of ICMPv6.
const ICMP_V6: i64 = 58;

/// Packets of one protocol to a range of ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// IANA's number; -1 for packets of any protocol.
    pub protocol: i64,
    /// From and to, both included; for ICMP twice the type.
    pub ports: (i64, i64),
}

impl Traffic {
    /// TCP to these ports.
    #[must_use]
    pub const fn tcp(ports: (i64, i64)) -> Self {
        Traffic { protocol: 6, ports }
    }

    /// From the words of a case: a name or number, and a port where the protocol has ports. `None`: no such protocol.
    #[must_use]
    pub fn named(protocol: &str, port: Option<i64>) -> Option<Self> {
        let protocol = number(protocol)?;
        let ports = match (protocol, port) {
            // An echo request, unless another type is said.
            (ICMP, port) => port.map_or((8, 8), |kind| (kind, kind)),
            (ICMP_V6, port) => port.map_or((128, 128), |kind| (kind, kind)),
            (_, Some(port)) => (port, port),
            (_, None) => ALL,
        };
        Some(Traffic { protocol, ports })
    }

    /// TCP and UDP have ports, ICMP has types.
    #[must_use]
    pub fn has_ports(self) -> bool {
        matches!(self.protocol, 6 | 17 | ICMP | ICMP_V6)
    }

    /// The answers to it: to the ports that clients choose from, or the echo's reply.
    #[must_use]
    pub fn answers(self, to: (i64, i64)) -> Self {
        let ports = match (self.protocol, self.ports) {
            (6 | 17, _) => to,
            (ICMP, (8, 8)) => (0, 0),
            (ICMP_V6, (128, 128)) => (129, 129),
            (_, ports) => ports,
        };
        Traffic { ports, ..self }
    }
}

/// Every port.
pub const ALL: (i64, i64) = (0, 65535);

/// The number of a protocol as rules write it: `-1`, `tcp`, `6`.
#[must_use]
pub fn number(protocol: &str) -> Option<i64> {
    Some(match protocol.to_ascii_lowercase().as_str() {
        "-1" | "any" | "all" => -1,
        "icmp" => ICMP,
        "tcp" => 6,
        "udp" => 17,
        "icmpv6" | "icmp6" => ICMP_V6,
        other => other.parse().ok().filter(|number| (0..=255).contains(number))?,
    })
}
