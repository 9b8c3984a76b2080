//! A change of one fact.

use serde_json::{Map, Value};

use super::schema::{Edit, End};
use crate::facts::{Fact, FactError, FactStatus};

/// Makes a change. The error says what does not fit, for the level's author.
pub fn apply(facts: &mut Vec<Fact>, edit: &Edit) -> Result<(), String> {
    let fits = |fact: &Fact| {
        fact.call == edit.call && edit.params.iter().all(|(name, value)| fact.params.get(name) == Some(value))
    };
    let mut found: Vec<usize> = (0..facts.len()).filter(|at| fits(&facts[*at])).collect();
    if found.is_empty() {
        let Some(body) = &edit.body else {
            return Err(format!("the world holds no answer of `{}` with these parameters", edit.call));
        };
        facts.push(new(edit, body.clone()));
        return Ok(());
    }
    if !edit.every {
        found.truncate(1);
    }
    for at in found {
        change(&mut facts[at], edit)?;
    }
    Ok(())
}

fn new(edit: &Edit, body: Value) -> Fact {
    Fact {
        id: String::new(),
        call: edit.call.clone(),
        params: edit.params.iter().map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>(),
        status: FactStatus::Ok,
        at: String::new(),
        took_ms: 0,
        body: Some(body),
        error: None,
    }
}

fn change(fact: &mut Fact, edit: &Edit) -> Result<(), String> {
    let asked = [edit.set.is_some(), edit.append.is_some(), edit.remove, edit.body.is_some(), edit.ends.is_some()];
    if asked.iter().filter(|one| **one).count() != 1 {
        return Err("an edit does one thing: `set`, `append`, `remove`, `body` or `ends`".into());
    }
    if edit.says.is_some() && edit.ends.is_none() {
        return Err("`says` belongs to `ends`: only a call without an answer is refused in words".into());
    }
    if let Some(end) = edit.ends {
        let (status, code) = match end {
            End::Denied => (FactStatus::Denied, "AccessDenied"),
            End::NotFound => (FactStatus::NotFound, "NotFound"),
        };
        fact.status = status;
        fact.body = None;
        let unsaid = FactError { code: code.into(), message: String::new() };
        let said = edit.says.clone().map(|said| FactError { code: said.code, message: said.message });
        fact.error = Some(said.unwrap_or(unsaid));
        return Ok(());
    }
    if let Some(body) = &edit.body {
        fact.status = FactStatus::Ok;
        fact.error = None;
        fact.body = Some(body.clone());
        return Ok(());
    }
    let body = fact.body.as_mut().ok_or_else(|| format!("the answer of `{}` has no body", edit.call))?;
    let path: Vec<&str> = edit.at.split('/').skip(1).collect();
    walk(body, &path, edit)
}

fn walk(value: &mut Value, path: &[&str], edit: &Edit) -> Result<(), String> {
    if let Value::String(text) = value
        && (!path.is_empty() || edit.append.is_some())
    {
        let mut inside: Value =
            serde_json::from_str(text).map_err(|_| format!("`{}` goes into a text that holds no JSON", edit.at))?;
        walk(&mut inside, path, edit)?;
        *text = inside.to_string();
        return Ok(());
    }
    match path {
        [] => here(value, edit),
        [last] if edit.remove => remove(value, last, edit),
        [last] if edit.set.is_some() && value.is_object() => {
            let key = unescaped(last);
            let put = edit.set.clone().unwrap_or_default();
            value.as_object_mut().map(|fields| fields.insert(key, put));
            Ok(())
        }
        [first, rest @ ..] => {
            let next = step(value, first).ok_or_else(|| format!("there is no `{first}` on the way `{}`", edit.at))?;
            walk(next, rest, edit)
        }
    }
}

fn here(value: &mut Value, edit: &Edit) -> Result<(), String> {
    if let Some(put) = &edit.set {
        value.clone_from(put);
    }
    if let Some(more) = &edit.append {
        let list = value.as_array_mut().ok_or_else(|| format!("`{}` is no list to append to", edit.at))?;
        list.push(more.clone());
    }
    if edit.remove {
        return Err("`remove` needs a place (`at`)".into());
    }
    Ok(())
}

fn remove(value: &mut Value, last: &str, edit: &Edit) -> Result<(), String> {
    let gone = match value {
        Value::Object(fields) => fields.shift_remove(&unescaped(last)).is_some(),
        Value::Array(items) => match position(items, last) {
            Some(at) => {
                items.remove(at);
                true
            }
            None => false,
        },
        _ => false,
    };
    if gone { Ok(()) } else { Err(format!("there is nothing at `{}` to remove", edit.at)) }
}

fn step<'v>(value: &'v mut Value, part: &str) -> Option<&'v mut Value> {
    match value {
        Value::Object(fields) => fields.get_mut(&unescaped(part)),
        Value::Array(items) => {
            let at = position(items, part)?;
            items.get_mut(at)
        }
        _ => None,
    }
}

/// The item of a list that a part of a path means: a number, or `Key=Value`.
fn position(items: &[Value], part: &str) -> Option<usize> {
    if let Ok(at) = part.parse::<usize>() {
        return (at < items.len()).then_some(at);
    }
    let part = unescaped(part);
    let (key, wanted) = part.split_once('=')?;
    items.iter().position(|item| match item.get(key) {
        Some(Value::String(text)) => text == wanted,
        Some(other) => serde_json::from_str::<Value>(wanted).is_ok_and(|wanted| wanted == *other),
        None => false,
    })
}

/// As in a JSON pointer: `~1` is a slash, `~0` a tilde.
fn unescaped(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn edited(edit: Value) -> Result<Vec<Fact>, String> {
        let fact = json!({"id": "f1", "call": "s3:GetBucketPolicy", "params": {"Bucket": "b"}, "status": "ok", "at": "", "took_ms": 1, "body":
            {"Policy": "{\"Statement\":[{\"Sid\":\"A\"},{\"Sid\":\"B\",\"Action\":[\"x\"]}]}", "n": 1}});
        let mut facts = vec![serde_json::from_value(fact).unwrap()];
        apply(&mut facts, &serde_json::from_value(edit).unwrap())?;
        Ok(facts)
    }

    #[test]
    fn a_path_goes_into_policies_and_finds_items_by_a_key() {
        for (edit, policy) in [
            (
                json!({"call": "s3:GetBucketPolicy", "at": "/Policy/Statement/Sid=A", "remove": true}),
                r#"{"Statement":[{"Sid":"B","Action":["x"]}]}"#,
            ),
            (
                json!({"call": "s3:GetBucketPolicy", "at": "/Policy/Statement/1/Action/0", "set": "y"}),
                r#"{"Statement":[{"Sid":"A"},{"Sid":"B","Action":["y"]}]}"#,
            ),
            (
                json!({"call": "s3:GetBucketPolicy", "with": {"Bucket": "b"}, "at": "/Policy/Statement/Sid=B/Action", "append": "z"}),
                r#"{"Statement":[{"Sid":"A"},{"Sid":"B","Action":["x","z"]}]}"#,
            ),
        ] {
            let facts = edited(edit.clone()).unwrap();
            assert_eq!(facts[0].body.as_ref().unwrap()["Policy"], policy, "{edit}");
        }
        let added =
            edited(json!({"call": "s3:GetBucketTagging", "with": {"Bucket": "b"}, "body": {"TagSet": []}})).unwrap();
        assert_eq!(added.len(), 2);
        let ended = edited(json!({"call": "s3:GetBucketPolicy", "ends": "denied"})).unwrap();
        assert!(ended[0].status == FactStatus::Denied && ended[0].body.is_none());
        let refused = edited(
            json!({"call": "s3:GetBucketPolicy", "ends": "denied", "says": {"code": "AccessDenied", "message": "because of x"}}),
        );
        assert_eq!(refused.unwrap()[0].error.as_ref().unwrap().message, "because of x");
        for wrong in [
            json!({"call": "s3:GetBucketPolicy", "with": {"Bucket": "c"}, "at": "/Policy", "remove": true}),
            json!({"call": "s3:GetBucketPolicy", "at": "/Policy/Statement/Sid=C", "remove": true}),
            json!({"call": "s3:GetBucketPolicy", "at": "/n/x", "set": 1}),
            json!({"call": "s3:GetBucketPolicy", "at": "/Policy"}),
            json!({"call": "s3:GetBucketPolicy", "at": "/n", "append": 1}),
            json!({"call": "s3:GetBucketPolicy", "at": "/n", "set": 1, "says": {"code": "AccessDenied"}}),
        ] {
            assert!(edited(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
