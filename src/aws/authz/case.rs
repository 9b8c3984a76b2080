//! A case as one line of JSON (contract, section 6), borrowed from the line.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::super::policy::{Context, Entry};

/// A case.
#[derive(Debug, Deserialize)]
pub struct Case<'c> {
    /// Copied to the answer.
    #[serde(borrow)]
    pub id: &'c RawValue,
    #[serde(borrow)]
    pub(super) request: Request<'c>,
    #[serde(borrow)]
    pub(super) policies: Policies<'c>,
    #[serde(default)]
    pub(super) settings: Settings,
    #[serde(default)]
    pub(super) org: Option<Organization>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Request<'c> {
    #[serde(borrow)]
    pub principal: Who<'c>,
    #[serde(borrow)]
    pub action: Cow<'c, str>,
    #[serde(borrow)]
    pub resource: Resource<'c>,
    #[serde(default)]
    pub context: Given,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Who<'c> {
    #[serde(rename = "type", borrow)]
    pub kind: Cow<'c, str>,
    #[serde(default, borrow)]
    pub account: Cow<'c, str>,
    #[serde(default, borrow)]
    pub arn: Cow<'c, str>,
    pub role_arn: Option<String>,
    #[serde(default, borrow)]
    pub service: Cow<'c, str>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Resource<'c> {
    #[serde(borrow)]
    pub arn: Cow<'c, str>,
    #[serde(default)]
    pub account: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Named<'c> {
    #[serde(borrow)]
    pub name: Cow<'c, str>,
    #[serde(borrow)]
    pub document: &'c RawValue,
}

#[derive(Debug, Deserialize)]
pub(super) struct Level<'c> {
    #[serde(borrow)]
    pub target: Cow<'c, str>,
    #[serde(borrow)]
    pub policies: Vec<Named<'c>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Policies<'c> {
    #[serde(borrow)]
    pub identity: Vec<Named<'c>>,
    #[serde(borrow)]
    pub session: Option<Named<'c>>,
    #[serde(borrow)]
    pub boundary: Option<Named<'c>>,
    #[serde(borrow)]
    pub resource: Option<Named<'c>>,
    #[serde(borrow)]
    pub scp: Vec<Level<'c>>,
    #[serde(borrow)]
    pub rcp: Vec<Level<'c>>,
    #[serde(borrow)]
    pub endpoint: Option<Named<'c>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Settings {
    pub s3_restrict_public_buckets: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Organization {
    pub management_account: Option<String>,
}

/// The condition keys that a case gives: those it leaves out are absent from the request.
#[derive(Debug)]
pub(super) struct Given(pub Context);

impl Default for Given {
    fn default() -> Self {
        Given(Context::complete())
    }
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Given;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("condition keys by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Given, A::Error> {
                let mut given = Given::default();
                while let Some(key) = map.next_key::<Text<'_>>()? {
                    given.0.set(&key.0, map.next_value::<Value>()?.0);
                }
                Ok(given)
            }
        }
        from.deserialize_map(Keys)
    }
}

#[derive(Deserialize)]
struct Text<'c>(#[serde(borrow)] Cow<'c, str>);

/// A text is a key with one value, a list a multivalued key.
struct Value(Entry);

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct One;
        impl<'de> Visitor<'de> for One {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a number, a truth, or a list of them")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
                Ok(Value(Entry::One(text.to_owned())))
            }

            fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Value, E> {
                Ok(Value(Entry::One(truth.to_string())))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value, E> {
                Ok(Value(Entry::One(number.to_string())))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value, E> {
                Ok(Value(Entry::One(number.to_string())))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Value, E> {
                Ok(Value(Entry::One(number.to_string())))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
                Ok(Value(Entry::Absent))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
                let mut values = Vec::new();
                while let Some(item) = items.next_element::<Value>()? {
                    values.extend(item.0.values().iter().cloned());
                }
                Ok(Value(Entry::Many(values)))
            }
        }
        from.deserialize_any(One)
    }
}
