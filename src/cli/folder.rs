//! A folder of describe-… answers as facts: one file a call, in any number of subfolders for accounts and Regions.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::Failure;
use crate::aws::calls::CALLS;
use crate::facts::{Fact, FactStatus, Facts, Snapshot};

/// Names of files that are not the call's own, without `describe-` and dashes.
static NAMES: &[(&str, &str)] = &[
    ("reservations", "ec2:DescribeInstances"),
    ("transitgatewaystaticroutes", "ec2:SearchTransitGatewayRoutes"),
    ("transitgatewaypropagations", "ec2:GetTransitGatewayRouteTablePropagations"),
    ("vpnconnections", "ec2:DescribeVpnConnections"),
];

/// Facts of a snapshot's file, or of a folder.
pub fn open(path: &Path) -> Result<Facts, Failure> {
    let cannot = |error: std::io::Error| {
        Failure::usage(format!("{} cannot be read: {error}", path.display()), "--facts takes a snapshot or a folder")
    };
    if !fs::metadata(path).map_err(cannot)?.is_dir() {
        return Ok(Facts::new(Snapshot::load(path)?.facts));
    }
    let mut files = Vec::new();
    find(path, &mut files).map_err(cannot)?;
    files.sort();
    let mut facts = Vec::new();
    for file in &files {
        read(file, facts.len(), &mut facts)?;
    }
    if facts.is_empty() {
        return Err(Failure::usage(
            format!("{} holds no describe-… answers", path.display()),
            "name the files after their calls: RouteTables.json or describe-route-tables.json",
        ));
    }
    Ok(Facts::new(facts))
}

fn find(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    Ok(())
}

/// Adds what a file answers; files of other calls are passed over.
fn read(file: &Path, number: usize, facts: &mut Vec<Fact>) -> Result<(), Failure> {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let (name, said) = stem.split_once("__").map_or((stem.as_str(), None), |(name, said)| (name, Some(said)));
    let Some(call) = call(name) else { return Ok(()) };
    let text = fs::read_to_string(file)
        .map_err(|error| Failure::usage(format!("{} cannot be read: {error}", file.display()), ""))?;
    let body: Value = serde_json::from_str(&text).map_err(|error| {
        let place = format!("{}, line {}, column {}", file.display(), error.line(), error.column());
        Failure::invalid(format!("{place}: this is no JSON: {error}"), "print it again with --output json")
    })?;
    for (mut params, body) in per_table(body) {
        if let Some(said) = said {
            let about = if call.ends_with("Entries") { "PrefixListId" } else { "TransitGatewayRouteTableId" };
            params.entry(about).or_insert_with(|| said.into());
        }
        // Every file is an answer of its own, whatever Region it comes from.
        params.insert("MaxResults".into(), json!(number + facts.len()));
        facts.push(Fact {
            id: String::new(),
            call: call.to_owned(),
            params,
            status: FactStatus::Ok,
            at: String::new(),
            took_ms: 0,
            body: Some(body),
            error: None,
        });
    }
    Ok(())
}

/// Answers about one transit gateway table each may stand together in one file, under a key of their own.
fn per_table(body: Value) -> Vec<(Map<String, Value>, Value)> {
    const STATIC: &str = "TransitGatewayStaticRoutes";
    let found =
        [STATIC, "TransitGatewayPropagations"].into_iter().find_map(|key| Some((key, body.get(key)?.as_array()?)));
    let Some((key, tables)) = found else {
        return vec![(Map::new(), body)];
    };
    let one = |table: &Value| {
        let id = table.get("TransitGatewayRouteTableId").cloned().unwrap_or_default();
        let mut params = Map::from_iter([("TransitGatewayRouteTableId".to_owned(), id)]);
        if key == STATIC {
            params.insert("Filters".into(), json!([{"Name": "type", "Values": ["static"]}]));
        }
        (params, table.clone())
    };
    tables.iter().map(one).collect()
}

/// The call that a file's name tells: `RouteTables`, `describe-route-tables`, `ec2-describe-route-tables`.
fn call(name: &str) -> Option<&'static str> {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let wanted = plain(name);
    let wanted = wanted.strip_prefix("ec2").unwrap_or(&wanted);
    let bare = wanted.strip_prefix("describe").unwrap_or(wanted);
    if let Some((_, call)) = NAMES.iter().find(|(known, _)| *known == bare) {
        return Some(call);
    }
    let operations = CALLS.iter().filter_map(|call| Some((call.name, call.name.strip_prefix("ec2:")?)));
    let mut fits = operations.filter(|(_, operation)| {
        let operation = plain(operation);
        operation == wanted || operation.strip_prefix("describe") == Some(bare)
    });
    fits.next().map(|(name, _)| name)
}
