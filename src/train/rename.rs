//! Consistent pseudonyms: equal things get equal names everywhere, and relations that a diagnosis rests on stay: which address lies in which block,
//! which name a pattern fits.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::{Map, Value};

/// What is written in place of what. The same key and words give the same names.
#[derive(Debug, Clone)]
pub struct Renamer {
    key: u64,
    words: BTreeMap<String, String>,
    kept: BTreeSet<String>,
}

/// A number that depends on every byte, and is the same on every machine (FNV-1a, then the finisher of SplitMix64).
pub fn mix(key: u64, text: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325 ^ key;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// Everything in a text that has a form of its own. Order matters: the longer forms come first.
static FORMS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?P<guid>\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b)",
        r"|(?P<mac>\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b)",
        r"|(?P<v4>\b(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?\b)",
        r"|(?P<dashed>\bip-\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3}\b)",
        r"|(?P<v6>(?:\b[0-9a-fA-F]{1,4}:(?:[0-9a-fA-F]{0,4}:)+[0-9a-fA-F]{0,4}(?:/\d{1,3})?\b))",
        r"|(?P<ou>\b(?:ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32}|o-[0-9a-z]{10,32}|p-[0-9a-z]{8,32})\b)",
        r"|(?P<aws>\b[a-z]+(?:-[a-z]+)*-(?:[0-9a-f]{17}|[0-9a-f]{8})\b)",
        r"|(?P<unique>\bA[A-Z0-9]{15,20}\b)",
        r"|(?P<account>\b\d{12}\b)",
        r"|(?P<word>[A-Za-z][A-Za-z0-9]*|\d+[A-Za-z][A-Za-z0-9]*)",
    ))
    .ok()
});

/// Fields whose own fields are names: of deployments, tags, inputs.
const NAMED: &[&str] = &["traffic", "mirrorTraffic", "tags", "inputs", "outputs", "outboundRules"];

impl Renamer {
    /// With these words renamed. `kept` are ids and addresses that stay as they are.
    pub fn new(key: u64, words: BTreeMap<String, String>, kept: BTreeSet<String>) -> Self {
        Renamer { key, words, kept }
    }

    /// A text with everything in it renamed.
    pub fn text(&self, text: &str) -> String {
        let Some(forms) = FORMS.as_ref() else { return text.to_owned() };
        forms.replace_all(text, |found: &Captures<'_>| self.found(found)).into_owned()
    }

    /// A value with every text in it renamed; the names of its fields stay, unless they hold an id (`userAssignedIdentities`) or are names themselves.
    pub fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.value(item)).collect()),
            Value::Object(fields) => Value::Object(self.fields(fields)),
            other => other.clone(),
        }
    }

    /// See [`Renamer::value`].
    pub fn fields(&self, fields: &Map<String, Value>) -> Map<String, Value> {
        let key = |key: &String| if key.contains(['/', ':']) { self.text(key) } else { key.clone() };
        let renamed = |(name, value): (&String, &Value)| match value {
            Value::Object(inner) if NAMED.contains(&name.as_str()) => {
                let inner = inner.iter().map(|(key, value)| (self.text(key), self.value(value)));
                (key(name), Value::Object(inner.collect()))
            }
            value => (key(name), self.value(value)),
        };
        fields.iter().map(renamed).collect()
    }

    fn found(&self, found: &Captures<'_>) -> String {
        let whole = &found[0];
        if self.kept.contains(&whole.to_ascii_lowercase()) {
            return whole.to_owned();
        }
        let is = |form: &str| found.name(form).is_some();
        if is("word") {
            return self.word(whole);
        }
        if is("v4") {
            return self.v4(whole);
        }
        if is("dashed") {
            let dotted = whole.trim_start_matches("ip-").replace('-', ".");
            return format!("ip-{}", self.v4(&dotted).replace('.', "-"));
        }
        if is("v6") {
            return self.v6(whole);
        }
        if is("account") {
            return self.digits(whole);
        }
        if is("guid") {
            return self.alike(&whole.to_ascii_lowercase(), 0);
        }
        if is("mac") {
            return self.alike(whole, 9);
        }
        if is("unique") && !whole.chars().any(|c| c.is_ascii_digit()) {
            return self.word(whole);
        }
        if is("unique") {
            return self.alike(whole, 4);
        }
        // The part that says what it is stays: `vpc-`, `tgw-rtb-`, `ou-`.
        let kind = match whole.strip_prefix("ou-") {
            Some(_) => return self.unit(whole),
            None => whole.rfind('-').map_or(0, |at| at + 1),
        };
        self.alike(whole, kind)
    }

    /// `ou-ROOT-UNIT`: the root's part is the root's own.
    fn unit(&self, whole: &str) -> String {
        let mut parts = whole.splitn(3, '-').skip(1);
        let root = parts.next().unwrap_or_default();
        let unit = parts.next().unwrap_or_default();
        let root = self.alike(&format!("r-{root}"), 2);
        format!("ou-{}-{}", root.trim_start_matches("r-"), self.alike(unit, 0))
    }

    /// A word that has another name, with its capital.
    fn word(&self, word: &str) -> String {
        let Some(other) = self.words.get(&word.to_ascii_lowercase()) else { return word.to_owned() };
        if word.len() > 1 && word.chars().all(|c| !c.is_ascii_lowercase()) {
            return other.to_ascii_uppercase();
        }
        match word.chars().next() {
            Some(first) if first.is_ascii_uppercase() => {
                let mut letters = other.chars();
                letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
            }
            _ => other.clone(),
        }
    }

    /// Letters and digits of the same kinds; the first `stay` characters stay.
    fn alike(&self, text: &str, stay: usize) -> String {
        let mut state = mix(self.key, text);
        let mut next = |among: u64| {
            state = mix(state, "next");
            u8::try_from(state % among).unwrap_or_default()
        };
        let hex = text[stay..].chars().all(|c| c.is_ascii_hexdigit() || c == '-' || c == ':');
        text.char_indices()
            .map(|(at, c)| match c {
                _ if at < stay => c,
                '0'..='9' | 'a'..='f' if hex => char::from(b"0123456789abcdef"[usize::from(next(16))]),
                'A'..='F' if hex => char::from(b"0123456789ABCDEF"[usize::from(next(16))]),
                '0'..='9' => char::from(b'0' + next(10)),
                'a'..='z' => char::from(b'a' + next(26)),
                'A'..='Z' => char::from(b'A' + next(26)),
                other => other,
            })
            .collect()
    }

    /// Twelve digits that do not begin with a zero.
    fn digits(&self, text: &str) -> String {
        let made = self.alike(text, 0).chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        let digits = mix(self.key, &made) % 800_000_000_000 + 100_000_000_000;
        digits.to_string()
    }

    /// Prefixes stay prefixes: two addresses share as many leading bits as before. What kind of address it is stays too, and the last bits, by which
    /// a network and its first addresses are told.
    fn v4(&self, text: &str) -> String {
        let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let Ok(address) = address.parse::<Ipv4Addr>() else { return text.to_owned() };
        let octets = address.octets();
        let moved = match octets {
            // Azure's own 168.63.129.16 has neighbours nobody owns.
            [0 | 127 | 168 | 169 | 224..=255, ..] => 0..0,
            [10, ..] => 8..16,
            [172, second, ..] if (16..32).contains(&second) => 12..16,
            [192, 168, ..] => 16..24,
            [100 | 172 | 192 | 198 | 203, ..] => 16..24,
            _ => 8..24,
        };
        let bits = u32::from(address);
        // A block that is wider than the bits that stay names all of them: it stays as it is.
        let renamed = Ipv4Addr::from(u32::try_from(self.flipped(u128::from(bits), 32, moved)).unwrap_or(bits));
        match length {
            Some(length) => {
                let long: u32 = length.parse().unwrap_or(32);
                let mask = if long == 0 { 0 } else { u32::MAX << (32 - long.min(32)) };
                let host = bits & !mask;
                format!("{}/{length}", Ipv4Addr::from((u32::from(renamed) & mask) | host))
            }
            None => renamed.to_string(),
        }
    }

    fn v6(&self, text: &str) -> String {
        let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        // `ec2::` stands in ARNs, not among addresses.
        if length.is_none() && address.ends_with(':') {
            return text.to_owned();
        }
        let Ok(address) = address.parse::<Ipv6Addr>() else { return text.to_owned() };
        let moved = if address.segments()[0] & 0xffc0 == 0xfe80 || address.segments()[0] == 0 { 0..0 } else { 16..64 };
        let bits = u128::from(address);
        let renamed = self.flipped(bits, 128, moved);
        match length {
            Some(length) => {
                let long: u32 = length.parse().unwrap_or(128);
                let mask = if long == 0 { 0 } else { u128::MAX << (128 - long.min(128)) };
                format!("{}/{length}", Ipv6Addr::from((renamed & mask) | (bits & !mask)))
            }
            None => Ipv6Addr::from(renamed).to_string(),
        }
    }

    /// Each bit of the range is flipped or not, as the bits before it decide.
    fn flipped(&self, bits: u128, width: u32, range: std::ops::Range<u32>) -> u128 {
        let mut renamed = bits;
        for at in range {
            let before = if at == 0 { 0 } else { bits >> (width - at) };
            let flip = mix(self.key, &format!("{at} {before}")) & 1;
            renamed ^= u128::from(flip) << (width - 1 - at);
        }
        renamed
    }
}

/// A word that means nothing and can be spoken.
pub fn spoken(key: u64, word: &str) -> String {
    const FIRST: &[u8] = b"bdfgklmnprstvz";
    const SECOND: &[u8] = b"aeiou";
    let mut state = mix(key, word);
    let mut made = String::new();
    for _ in 0..3 {
        for letters in [FIRST, SECOND] {
            state = mix(state, "letter");
            let at = usize::try_from(state % letters.len() as u64).unwrap_or_default();
            made.push(char::from(letters[at]));
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use ipnet::Ipv4Net;
    use proptest::prelude::*;

    use super::*;

    fn renamer(key: u64) -> Renamer {
        Renamer::new(key, BTreeMap::from([("fraud".into(), "churn".into())]), BTreeSet::new())
    }

    #[test]
    fn what_has_a_form_keeps_it() {
        let other = renamer(7);
        for (text, form) in [
            ("arn:aws:iam::123456789012:role/ml/Fraud-x", r"^arn:aws:iam::[1-9]\d{11}:role/ml/Churn-x$"),
            ("vpc-4cdc1e5756bebf1e4", r"^vpc-[0-9a-f]{17}$"),
            ("ou-uv33-j6khwei3 r-uv33", r"^ou-[a-z]{2}\d{2}-.{8} r-[a-z]{2}\d{2}$"),
            ("6b0c2f1e-8f3d-4e57-9a51-0d9c4f1b2a33", "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
            ("0.0.0.0/0 and 169.254.169.253", r"^0\.0\.0\.0/0 and 169\.254\.169\.253$"),
            ("ip-10-20-0-29.ec2.internal", r"^ip-10-\d+-0-29\.ec2\.internal$"),
            ("AROAVIQVTWYPCFYXET3XF", "^AROA[A-Z0-9]{17}$"),
            ("s3:GetObject p-FullAWSAccess 2012-10-17", "^s3:GetObject p-FullAWSAccess 2012-10-17$"),
        ] {
            let renamed = other.text(text);
            assert!(Regex::new(form).unwrap().is_match(&renamed), "{text} became {renamed}");
        }
        let both = other.text("ou-uv33-j6khwei3 r-uv33");
        assert_eq!(both[3..7], both[both.len() - 4..], "the root's name stays one");
    }

    proptest! {
        #[test]
        fn an_address_lies_in_a_block_as_before(key in 0_u64..50, a: u32, b: u32, length in 0_u8..=32) {
            let other = renamer(key);
            let block = Ipv4Net::new(Ipv4Addr::from(b), length).unwrap().trunc();
            for address in [Ipv4Addr::from(a), Ipv4Addr::from((b & !(u32::MAX.checked_shr(u32::from(length)).unwrap_or(0))) | (a & u32::MAX.checked_shr(u32::from(length)).unwrap_or(0)))] {
                let renamed = Ipv4Addr::from_str(&other.text(&address.to_string())).unwrap();
                let moved = Ipv4Net::from_str(&other.text(&block.to_string())).unwrap();
                prop_assert_eq!(block.contains(&address), moved.contains(&renamed), "{} {} {} {}", block, address, moved, renamed);
            }
        }
    }
}
