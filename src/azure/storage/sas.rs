//! Shared access signatures, without their signature (REST reference of Azure Storage, "Create an account SAS", "Create a service
//! SAS", "Create a user delegation SAS").

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use jiff::Timestamp;

use super::verb::{Deed, Target, Verb};
use crate::facts::Tri;

/// The fields of a signature: name → value.
pub type Fields = BTreeMap<String, String>;

/// The fields in the query of an address, decoded, without the signature itself.
#[must_use]
pub fn fields(query: &str) -> Fields {
    let query = query.split_once('?').map_or(query, |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let named = pairs.map(|(name, value)| (decoded(name).trim().to_ascii_lowercase(), decoded(value)));
    named.filter(|(name, _)| !name.is_empty() && !is_secret(name)).collect()
}

/// Whether this is the signature: it is as good as a key.
#[must_use]
pub fn is_secret(field: &str) -> bool {
    field.trim().eq_ignore_ascii_case("sig")
}

/// `%3A` is a colon. What is no such escape stays as it is.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// What a signature is used for.
#[derive(Debug, Clone, Copy)]
pub struct Use<'a> {
    /// When.
    pub now: Option<Timestamp>,
    /// For what; `None` when the action is no request for blobs.
    pub deed: Option<Deed>,
    /// The account's part that is spoken to: `blob`, `dfs`, `file`, ….
    pub service: &'a str,
    /// `https` or `http`.
    pub scheme: &'a str,
    /// The address that the account sees.
    pub from: Option<IpAddr>,
}

/// One thing that a signature says of its use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// The field that says it.
    pub field: &'static str,
    /// The reason of the gate where it does not hold.
    pub reason: &'static str,
    /// Whether it holds.
    pub holds: Tri,
}

/// Everything that a signature says of its use, in the order in which the service tells of a fault.
#[must_use]
pub fn checks(fields: &Fields, used: &Use<'_>) -> Vec<Check> {
    let field = |name: &str| fields.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let mut checks = Vec::new();
    let mut check = |field, reason, holds| checks.push(Check { field, reason, holds });
    // A stored access policy may say what the signature does not, and may have been taken back.
    let end = |text: Option<&str>| text.map_or(Tri::Unknown, |text| at_least(time(text), used.now));
    let begin = |text: Option<&str>| text.map_or(Tri::True, |text| at_least(used.now, time(text)));
    check("se", "expired", end(field("se")));
    check("st", "not-yet-valid", begin(field("st")));
    if field("skoid").is_some() {
        check("ske", "expired", end(field("ske")));
        check("skt", "not-yet-valid", begin(field("skt")));
    }
    check("spr", "protocol", field("spr").map_or(Tri::True, |spr| protocol(spr, used.scheme)));
    check("sip", "ip", field("sip").map_or(Tri::True, |sip| address(sip, used.from)));
    match (field("ss"), field("srt")) {
        (None, None) => check("sr", "resource-type", field("sr").map_or(Tri::Unknown, |sr| service_resource(sr, used))),
        (ss, srt) => {
            check("ss", "service", ss.map_or(Tri::Unknown, |ss| service(ss, used.service)));
            check("srt", "resource-type", srt.map_or(Tri::Unknown, |srt| account_resource(srt, used.deed)));
        }
    }
    check("sp", "permission", field("sp").map_or(Tri::Unknown, |sp| permission(sp, used.deed)));
    if field("si").is_some() {
        check("si", "unread", Tri::Unknown);
    }
    checks
}

/// A time as signatures write it: a day, or with hours and minutes, with or without seconds; always UTC.
fn time(text: &str) -> Option<Timestamp> {
    let spelled = if text.contains('T') { text.to_owned() } else { format!("{text}T00:00:00Z") };
    spelled.parse().or_else(|_| format!("{spelled}Z").parse()).ok()
}

fn at_least(later: Option<Timestamp>, earlier: Option<Timestamp>) -> Tri {
    match (later, earlier) {
        (Some(later), Some(earlier)) => Tri::from(later >= earlier),
        _ => Tri::Unknown,
    }
}

fn protocol(spr: &str, scheme: &str) -> Tri {
    Tri::from(spr.split(',').any(|part| part.trim().eq_ignore_ascii_case(scheme)))
}

/// One address, or a range `first-last`.
fn address(sip: &str, from: Option<IpAddr>) -> Tri {
    let (first, last) = sip.split_once('-').unwrap_or((sip, sip));
    let (Ok(first), Ok(last)) = (first.trim().parse::<Ipv4Addr>(), last.trim().parse::<Ipv4Addr>()) else {
        return Tri::Unknown;
    };
    match from {
        Some(IpAddr::V4(ip)) => Tri::from((first..=last).contains(&ip)),
        Some(IpAddr::V6(_)) => Tri::False,
        None => Tri::Unknown,
    }
}

fn service(ss: &str, service: &str) -> Tri {
    let letter = match service {
        "blob" | "dfs" | "web" => 'b',
        "file" => 'f',
        "queue" => 'q',
        "table" => 't',
        _ => return Tri::Unknown,
    };
    Tri::from(ss.contains(letter))
}

fn account_resource(srt: &str, deed: Option<Deed>) -> Tri {
    deed.map_or(Tri::Unknown, |deed| {
        let letter = match deed.target {
            Target::Service => 's',
            Target::Container => 'c',
            Target::Object => 'o',
        };
        Tri::from(srt.contains(letter))
    })
}

/// A signature for one blob lists nothing; none of a service creates or deletes containers.
fn service_resource(sr: &str, used: &Use<'_>) -> Tri {
    let Some(deed) = used.deed else { return Tri::Unknown };
    let lists = deed.verb == Verb::List && deed.target == Target::Container;
    Tri::from(match sr {
        "b" | "bs" | "bv" => deed.target == Target::Object,
        "c" | "d" => deed.target == Target::Object || lists,
        _ => false,
    })
}

/// `c` alone creates blobs and replaces none, so it may do for a write.
fn permission(sp: &str, deed: Option<Deed>) -> Tri {
    let has = |letter: char| Tri::from(sp.contains(letter));
    deed.map_or(Tri::Unknown, |deed| match deed.verb {
        Verb::Read => has('r'),
        Verb::List => has('l'),
        Verb::Add => has('a').or(has('w')),
        Verb::Write => has('w').or(has('c').and(Tri::Unknown)),
        Verb::Delete => has('d').or(has('x').and(Tri::Unknown)),
        Verb::Move => has('m'),
        Verb::Tags => has('t'),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::verb::deed;
    use super::*;

    #[test]
    fn fields_come_without_their_signature() {
        let fields = fields(
            "https://a.blob.core.windows.net/c/b?sv=2023-11-03&SP=r&se=2026-01-01T00%3A00%3A00Z&%73ig=se%2Fcret&Sig=x#y",
        );
        let shown: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(shown, ["se=2026-01-01T00:00:00Z", "sp=r", "sv=2023-11-03"]);
    }

    proptest! {
        #[test]
        fn no_text_gives_a_signature_away(name in "%?[sS%][iI67][gG39]?", before in ".{0,12}", after in ".{0,12}") {
            let fields = fields(&format!("{before}&{name}=KEEPOUT&sig=KEEPOUT&{after}"));
            prop_assert!(!fields.contains_key("sig"));
        }

        #[test]
        fn hostile_fields_are_judged(values in proptest::collection::vec(".{0,16}", 8)) {
            let names = ["se", "st", "sip", "spr", "sp", "sr", "ss", "srt"];
            let fields = names.iter().map(|name| (*name).to_owned()).zip(values).collect();
            let used = Use { now: None, deed: deed("read", None), service: "blob", scheme: "https", from: None };
            prop_assert!(checks(&fields, &used).len() >= 6);
        }
    }

    /// Each row: fields, action, scheme, the reason and the field that decide.
    #[test]
    fn each_field_is_held_to_its_use() {
        let good = "sv=2023-11-03&st=2026-01-01&se=2026-02-01T00:00Z&sp=rl&sr=c&spr=https&sip=203.0.113.0-203.0.113.9";
        let account = "sv=2023-11-03&se=2026-02-01T00:00:00Z&sp=rwdl&ss=bf&srt=co";
        for (base, change, action, scheme, wanted) in [
            (good, "", "read", "https", None),
            (good, "", "list", "https", None),
            (good, "se=2026-01-02", "read", "https", Some("expired")),
            (good, "se=2026-01-15T11:59:59.0000000Z", "read", "https", Some("expired")),
            (good, "se=2026-01-15T12:00Z", "read", "https", None),
            (good, "st=2026-01-15T12:00:01Z", "read", "https", Some("not-yet-valid")),
            (good, "skoid=o&ske=2026-01-10T00:00:00Z&skt=2026-01-01", "read", "https", Some("expired")),
            (good, "skoid=o&ske=2026-02-10T00:00:00Z&skt=2026-01-20", "read", "https", Some("not-yet-valid")),
            (good, "", "read", "http", Some("protocol")),
            (good, "spr=https,http", "read", "http", None),
            (good, "sip=203.0.113.8", "read", "https", Some("ip")),
            (good, "sip=203.0.113.7", "read", "https", None),
            (good, "sip=203.0.113.8-203.0.113.9", "read", "https", Some("ip")),
            (good, "sr=b", "list", "https", Some("resource-type")),
            (good, "sr=b", "read", "https", None),
            (good, "sr=s", "read", "https", Some("resource-type")),
            (good, "", "write", "https", Some("permission")),
            (good, "", "delete", "https", Some("permission")),
            (account, "", "write", "https", None),
            (account, "ss=f", "read", "https", Some("service")),
            (account, "srt=c", "read", "https", Some("resource-type")),
            (account, "srt=o", "list", "https", Some("resource-type")),
        ] {
            let mut fields = fields(base);
            fields.extend(super::fields(change));
            let used = Use {
                now: "2026-01-15T12:00:00Z".parse().ok(),
                deed: deed(action, None),
                service: "blob",
                scheme,
                from: "203.0.113.7".parse().ok(),
            };
            let checks = checks(&fields, &used);
            let stopped = checks.iter().find(|check| check.holds != Tri::True);
            assert_eq!(stopped.map(|check| check.reason), wanted, "{base} + {change}, {action} by {scheme}");
            assert!(stopped.is_none_or(|check| check.holds == Tri::False), "{base} + {change}, {action}: {stopped:?}");
        }
    }

    #[test]
    fn what_a_stored_policy_says_is_not_known() {
        let used = Use {
            now: "2026-01-15T12:00:00Z".parse().ok(),
            deed: deed("read", None),
            service: "blob",
            scheme: "https",
            from: None,
        };
        let unsure = |query: &str| -> Vec<&str> {
            let checks = checks(&fields(query), &used);
            checks.iter().filter(|check| check.holds == Tri::Unknown).map(|check| check.field).collect()
        };
        assert_eq!(unsure("sr=c&si=readers"), ["se", "sp", "si"]);
        assert_eq!(unsure("sr=c&sp=r&se=2027-01-01"), [""; 0]);
        assert_eq!(unsure("sr=c&sp=c&se=2027-01-01&sip=203.0.113.7"), ["sip"]);
        assert_eq!(unsure("sr=c&sp=r&se=soon"), ["se"]);
    }
}
