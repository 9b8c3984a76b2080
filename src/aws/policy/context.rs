//! Condition keys (IAM User Guide, `reference_policies_condition-keys`): what a request carries, and what is not known.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// What is known of one condition key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// It has one value.
    One(String),
    /// It is a multivalued key with these values (none: present and empty).
    Many(Vec<String>),
    /// The request does not carry it.
    Absent,
    /// Nobody could tell; why.
    Unknown(String),
}

impl Entry {
    /// Its values; none for absent and unknown keys.
    #[must_use]
    pub fn values(&self) -> &[String] {
        match self {
            Entry::One(value) => std::slice::from_ref(value),
            Entry::Many(values) => values,
            Entry::Absent | Entry::Unknown(_) => &[],
        }
    }
}

/// All condition keys of a request. Key names are insensitive to case.
#[derive(Debug, Clone, Default)]
pub struct Context {
    keys: BTreeMap<String, Entry>,
    complete: bool,
}

impl Context {
    /// A context in which every key that is not set is unknown: what a tool knows that did not see the request.
    #[must_use]
    pub fn open() -> Self {
        Context::default()
    }

    /// A context in which every key that is not set is absent: a recorded or given request.
    #[must_use]
    pub fn complete() -> Self {
        Context { complete: true, ..Context::default() }
    }

    /// Sets a key.
    pub fn set(&mut self, key: &str, entry: Entry) {
        self.keys.insert(key.to_ascii_lowercase(), entry);
    }

    /// Sets a key with one value.
    pub fn one(&mut self, key: &str, value: impl Into<String>) {
        self.set(key, Entry::One(value.into()));
    }

    /// What is known of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> &Entry {
        static ABSENT: Entry = Entry::Absent;
        static UNKNOWN: Entry = Entry::Unknown(String::new());
        let lower: Cow<'_, str> = match key.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => Cow::Owned(key.to_ascii_lowercase()),
            false => Cow::Borrowed(key),
        };
        // A key with a free name (`aws:PrincipalTag/team`) falls back to what is known of all of its kind.
        self.keys
            .get(lower.as_ref())
            .or_else(|| lower.split_once('/').and_then(|(kind, _)| self.keys.get(&format!("{kind}/"))))
            .unwrap_or(if self.complete { &ABSENT } else { &UNKNOWN })
    }
}
