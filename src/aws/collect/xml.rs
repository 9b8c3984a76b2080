//! XML answers as the JSON that the AWS CLI prints. The shapes are made from botocore's models by `assets/aws/shapes.py`.

use std::collections::HashMap;
use std::sync::LazyLock;

use quick_xml::Reader;
use quick_xml::events::Event;
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Debug, Deserialize)]
struct File {
    shapes: HashMap<String, Operation>,
}

#[derive(Debug, Deserialize)]
struct Operation {
    payload: Option<String>,
    shape: Shape,
}

#[derive(Debug, Deserialize)]
enum Shape {
    /// Text.
    #[serde(rename = "s")]
    Text,
    /// Whole number.
    #[serde(rename = "i")]
    Whole,
    /// Number.
    #[serde(rename = "f")]
    Number,
    /// Truth.
    #[serde(rename = "b")]
    Truth,
    /// Structure: XML name → JSON name, shape.
    S(HashMap<String, (String, Shape)>),
    /// List: XML name of an entry (flattened: none), shape.
    L((Option<String>, Box<Shape>)),
}

static SHAPES: LazyLock<HashMap<String, Operation>> = LazyLock::new(|| {
    let file: Result<File, _> = serde_json::from_str(include_str!("../../../assets/aws/shapes.json"));
    file.map(|file| file.shapes).unwrap_or_default()
});

/// True for calls whose answers are XML.
pub fn is_xml(call: &str) -> bool {
    matches!(call.split(':').next(), Some("sts" | "iam" | "s3" | "s3control" | "ec2"))
}

/// The JSON of an XML answer; the error says what is wrong with it.
pub fn transcode(call: &str, body: &[u8]) -> Result<Value, String> {
    if call == "s3:GetBucketPolicy" {
        let text = String::from_utf8_lossy(body).into_owned();
        return Ok(serde_json::json!({ "Policy": text }));
    }
    let operation = SHAPES.get(call).ok_or_else(|| format!("the shape of {call} is not known"))?;
    let root = parse(body)?;
    if call == "s3:GetBucketLocation" {
        let text = root.text.trim();
        return Ok(serde_json::json!({ "LocationConstraint": (!text.is_empty()).then_some(text) }));
    }
    let Shape::S(members) = &operation.shape else { return Err(format!("the shape of {call} is no structure")) };
    if let Some(payload) = &operation.payload {
        let shape = members.get(payload).map(|(_, shape)| shape);
        let inner = shape.map_or_else(|| loose(&root), |shape| shaped(&root, shape));
        return Ok(serde_json::json!({ payload.clone(): inner }));
    }
    let result = format!("{}Result", call.split(':').nth(1).unwrap_or_default());
    let holder = root.children.iter().find(|child| child.name == result).unwrap_or(&root);
    let mut value = shaped(holder, &operation.shape);
    if let Some(fields) = value.as_object_mut() {
        for noise in ["ResponseMetadata", "RequestId"] {
            fields.remove(noise);
        }
    }
    open_documents(&mut value);
    Ok(value)
}

#[derive(Debug, Default)]
struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

fn parse(body: &[u8]) -> Result<Element, String> {
    let mut reader = Reader::from_reader(body);
    let mut stack = vec![Element::default()];
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer).map_err(|error| format!("the answer is no XML: {error}"))? {
            Event::Start(start) => {
                stack.push(Element { name: start.local_name().as_ref().to_owned(), ..Element::default() });
            }
            Event::Empty(empty) => {
                let element = Element { name: empty.local_name().as_ref().to_owned(), ..Element::default() };
                if let Some(parent) = stack.last_mut() {
                    parent.children.push(element);
                }
            }
            Event::Text(text) => push_text(&mut stack, &text),
            Event::CData(text) => push_text(&mut stack, &text),
            Event::GeneralRef(entity) => {
                let name: &str = &entity;
                let resolved =
                    quick_xml::escape::unescape(&format!("&{name};")).map_err(|error| error.to_string())?.into_owned();
                push_text(&mut stack, &resolved);
            }
            Event::End(_) => {
                if let (true, Some(element)) = (stack.len() > 1, stack.pop())
                    && let Some(parent) = stack.last_mut()
                {
                    parent.children.push(element);
                }
            }
            Event::Eof => break,
            _ => {}
        }
        buffer.clear();
    }
    let root = stack.into_iter().next().and_then(|mut document| document.children.pop());
    root.ok_or_else(|| "the answer is empty".to_owned())
}

fn push_text(stack: &mut [Element], text: &str) {
    if let Some(element) = stack.last_mut() {
        element.text.push_str(text);
    }
}

fn shaped(element: &Element, shape: &Shape) -> Value {
    let text = element.text.as_str();
    match shape {
        Shape::Text => Value::String(text.to_owned()),
        Shape::Whole => text.trim().parse::<i64>().map_or_else(|_| Value::String(text.to_owned()), Value::from),
        Shape::Number => text.trim().parse::<f64>().map_or_else(|_| Value::String(text.to_owned()), Value::from),
        Shape::Truth => match text.trim() {
            truth if truth.eq_ignore_ascii_case("true") => Value::Bool(true),
            truth if truth.eq_ignore_ascii_case("false") => Value::Bool(false),
            other => Value::String(other.to_owned()),
        },
        Shape::S(members) => structure(element, members),
        Shape::L((_, entry)) => Value::Array(element.children.iter().map(|child| shaped(child, entry)).collect()),
    }
}

fn structure(element: &Element, members: &HashMap<String, (String, Shape)>) -> Value {
    let mut fields = Map::new();
    for child in &element.children {
        let (name, value) = match members.get(&child.name) {
            // A flattened list: each entry is a child by itself.
            Some((name, Shape::L((None, entry)))) => {
                let list = fields.entry(name.clone()).or_insert_with(|| Value::Array(Vec::new()));
                if let Some(list) = list.as_array_mut() {
                    list.push(shaped(child, entry));
                }
                continue;
            }
            Some((name, shape)) => (name.clone(), shaped(child, shape)),
            // What the models do not know is kept, not dropped.
            None => (capital(&child.name), loose(child)),
        };
        fields.insert(name, value);
    }
    Value::Object(fields)
}

fn loose(element: &Element) -> Value {
    if element.children.is_empty() {
        return Value::String(element.text.clone());
    }
    let entries = element.children.iter().all(|child| child.name == "item" || child.name == "member");
    if entries {
        return Value::Array(element.children.iter().map(loose).collect());
    }
    Value::Object(element.children.iter().map(|child| (capital(&child.name), loose(child))).collect())
}

fn capital(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

/// IAM sends policy documents percent-encoded (IAM API, `GetRolePolicy`: "URL-encoded compliant with RFC 3986"); the CLI prints
/// them as JSON.
fn open_documents(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields.iter_mut() {
                let encoded = matches!(name.as_str(), "Document" | "AssumeRolePolicyDocument")
                    || (name == "PolicyDocument" && inner.as_str().is_some_and(|text| text.starts_with("%7B")));
                match inner.as_str().filter(|_| encoded).map(decoded) {
                    Some(text) => {
                        if let Ok(document) = serde_json::from_str(&text) {
                            *inner = document;
                        }
                    }
                    None => open_documents(inner),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(open_documents),
        _ => {}
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = (*first == b'%').then(|| after.get(..2)).flatten();
        let byte = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match byte {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_read_as_the_cli_prints_them() {
        for (call, body, value) in [
            (
                "ec2:DescribeVpcs",
                "<DescribeVpcsResponse><requestId>r</requestId><vpcSet><item><vpcId>vpc-1</vpcId><isDefault>false</isDefault><newThing>x</newThing></item></vpcSet></DescribeVpcsResponse>",
                json!({"Vpcs": [{"VpcId": "vpc-1", "IsDefault": false, "NewThing": "x"}]}),
            ),
            ("ec2:DescribeVpcs", "<R><vpcSet/></R>", json!({"Vpcs": []})),
            (
                "iam:GetRolePolicy",
                "<GetRolePolicyResponse><GetRolePolicyResult><RoleName>r</RoleName><PolicyName>p</PolicyName><PolicyDocument>%7B%22Version%22%3A%20%222012-10-17%22%7D</PolicyDocument></GetRolePolicyResult><ResponseMetadata/></GetRolePolicyResponse>",
                json!({"RoleName": "r", "PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17"}}),
            ),
            (
                "s3:GetPublicAccessBlock",
                "<PublicAccessBlockConfiguration xmlns=\"x\"><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>",
                json!({"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": true}}),
            ),
            (
                "s3:GetBucketEncryption",
                "<ServerSideEncryptionConfiguration><Rule><BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>",
                json!({"ServerSideEncryptionConfiguration": {"Rules": [{"BucketKeyEnabled": true}]}}),
            ),
            (
                "s3:GetBucketLocation",
                "<LocationConstraint>eu-west-1</LocationConstraint>",
                json!({"LocationConstraint": "eu-west-1"}),
            ),
            ("s3:GetBucketLocation", "<LocationConstraint/>", json!({"LocationConstraint": null})),
            ("s3:GetBucketPolicy", "{\"a\": 1}", json!({"Policy": "{\"a\": 1}"})),
            (
                "ec2:DescribeVpcEndpoints",
                "<R><vpcEndpointSet><item><policyDocument>{&quot;a&quot;: &#34;b&#34;}</policyDocument></item></vpcEndpointSet></R>",
                json!({"VpcEndpoints": [{"PolicyDocument": "{\"a\": \"b\"}"}]}),
            ),
        ] {
            let mut read = transcode(call, body.as_bytes()).unwrap();
            if let Some(fields) = read.as_object_mut() {
                fields.remove("RequestId");
            }
            assert_eq!(read, value, "{call}");
        }
        assert!(transcode("ec2:DescribeVpcs", b"not xml <").is_err());
    }
}
