//! Whether a bucket's policy is public (S3 User Guide, `access-control-block-public-access`, "the meaning of public").

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde_json::Value;

use super::super::arn::is_account;
use super::document::{Document, Statement};

impl Document {
    /// True when some statement lets everybody in and no condition of it pins down whom.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.statements
            .iter()
            .any(|statement| statement.allows() && names_everybody(statement) && !is_pinned(statement))
    }
}

fn names_everybody(statement: &Statement) -> bool {
    let everybody = |value: &Value| match value {
        Value::String(text) => text == "*",
        Value::Array(items) => items.iter().any(|item| item == "*"),
        _ => false,
    };
    match statement.source.get("Principal") {
        Some(Value::Object(kinds)) => kinds.get("AWS").is_some_and(everybody),
        Some(value) => everybody(value),
        None => statement.source.get("NotPrincipal").is_some(),
    }
}

fn is_pinned(statement: &Statement) -> bool {
    let Some(Value::Object(operators)) = statement.source.get("Condition") else { return false };
    operators.iter().any(|(operator, keys)| {
        let name = operator.rsplit(':').next().unwrap_or(operator).to_ascii_lowercase();
        let every = operator.to_ascii_lowercase().starts_with("forallvalues");
        if name.contains("not") || name.ends_with("ifexists") || name == "null" || every {
            return false;
        }
        keys.as_object().into_iter().flatten().any(|(key, values)| {
            let values: Vec<&Value> = match values {
                Value::Array(items) => items.iter().collect(),
                single => vec![single],
            };
            let pins = |value: &&Value| match value {
                Value::String(text) => pins(&key.to_ascii_lowercase(), text),
                Value::Bool(yes) => pins(&key.to_ascii_lowercase(), &yes.to_string()),
                _ => false,
            };
            !values.is_empty() && values.iter().all(pins)
        })
    })
}

/// Whether one value of a condition key narrows everybody down to somebody.
fn pins(key: &str, value: &str) -> bool {
    let fixed = |text: &str| !text.is_empty() && !text.contains(['*', '?']) && !text.contains("${");
    match key {
        "aws:principalorgid"
        | "aws:principalaccount"
        | "aws:sourcevpce"
        | "aws:sourcevpc"
        | "aws:sourceaccount"
        | "aws:sourceowner"
        | "s3:dataaccesspointaccount" => fixed(value),
        "aws:principalarn" | "aws:sourcearn" | "s3:dataaccesspointarn" => {
            value.split(':').nth(4).is_some_and(is_account)
        }
        "aws:principalisawsservice" => value.eq_ignore_ascii_case("true"),
        "aws:principalorgpaths" => value.split('/').next().is_some_and(fixed) && value.contains('/'),
        "aws:userid" => value.split(':').next().is_some_and(fixed),
        "aws:sourceip" => narrow_block(value),
        _ => false,
    }
}

fn narrow_block(value: &str) -> bool {
    if IpAddr::from_str(value).is_ok() {
        return true;
    }
    match IpNet::from_str(value) {
        Ok(IpNet::V4(net)) => net.prefix_len() >= 8 || net.network().is_private(),
        Ok(IpNet::V6(net)) => net.prefix_len() >= 32,
        Err(_) => false,
    }
}
