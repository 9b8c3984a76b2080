//! An answer of a cloud as lines that can be read aloud: no brackets, policies opened, empty fields left out.

use serde_json::Value;

/// The lines of a value.
pub fn outline(value: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    write(value, 0, "", &mut lines);
    if lines.is_empty() {
        lines.push("nothing is in it".into());
    }
    lines
}

fn write(value: &Value, depth: usize, name: &str, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    let label = if name.is_empty() { String::new() } else { format!("{name}: ") };
    match value {
        Value::Null => {}
        Value::String(text) => match opened(text) {
            Some(inside) => write(&inside, depth, name, lines),
            None if text.is_empty() => {}
            None => lines.push(format!("{indent}{label}{}", crate::visible::one_line(text))),
        },
        Value::Array(items) if items.is_empty() => {
            if !name.is_empty() {
                lines.push(format!("{indent}{name}: none"));
            }
        }
        Value::Array(items) if items.iter().all(is_plain) => {
            let said: Vec<String> = items.iter().map(plain).collect();
            lines.push(format!("{indent}{label}{}", said.join(", ")));
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                let title = if name.is_empty() { "item" } else { name };
                lines.push(format!("{indent}{title} {} of {}", at + 1, items.len()));
                write(item, depth + 1, "", lines);
            }
        }
        Value::Object(fields) => {
            let inner = if name.is_empty() { depth } else { depth + 1 };
            let before = lines.len();
            if !name.is_empty() {
                lines.push(format!("{indent}{name}:"));
            }
            let start = lines.len();
            for (name, value) in fields {
                write(value, inner, name, lines);
            }
            if lines.len() == start {
                lines.truncate(before);
            }
        }
        other => lines.push(format!("{indent}{label}{other}")),
    }
}

/// JSON inside a text.
fn opened(text: &str) -> Option<Value> {
    let looks = text.starts_with('{') && text.ends_with('}');
    looks.then(|| serde_json::from_str(text).ok()).flatten()
}

fn is_plain(value: &Value) -> bool {
    match value {
        Value::String(text) => opened(text).is_none(),
        Value::Array(_) | Value::Object(_) => false,
        _ => true,
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), crate::visible::one_line)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn policies_are_opened_and_empty_fields_left_out() {
        let body = json!({"Policy": "{\"Statement\":[{\"Effect\":\"Deny\",\"Action\":[\"a\",\"b\"]}]}", "Tags": [], "Owner": null, "Inner": {"x": ""}, "On": true});
        assert_eq!(
            outline(&body),
            ["Policy:", "  Statement 1 of 1", "    Effect: Deny", "    Action: a, b", "Tags: none", "On: true"]
        );
        assert_eq!(outline(&json!({})), ["nothing is in it"]);
    }
}
