//! `docs/azure-rights.md` against the call table of Azure.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, missing_docs)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gatewalk::azure::calls::{CALLS, Host, Method};

/// The table of the page: right → what gives it, and the calls that need it.
fn table() -> String {
    let mut rows: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for call in CALLS.iter().filter(|call| call.host != Host::Token) {
        let given_by = match call.host {
            Host::Graph => "Directory.Read.All",
            _ if call.permission.ends_with("/read") => "Reader",
            _ => "the custom role",
        };
        rows.entry((given_by, call.permission)).or_default().push(call.name);
    }
    let rows = rows.iter().map(|((given_by, right), calls)| {
        let calls: Vec<String> = calls.iter().map(|call| format!("`{call}`")).collect();
        format!("| {given_by} | {right} | {} |\n", calls.join(", "))
    });
    format!("| given by | right | calls |\n|---|---|---|\n{}", rows.collect::<String>())
}

/// To write the table anew: `GATEWALK_WRITE=1 cargo test --test rights`.
#[test]
fn the_page_names_every_right_and_no_other() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/azure-rights.md");
    let page = fs::read_to_string(&path).unwrap();
    let heading = "## Every right, call by call\n\n";
    let (before, rest) = page.split_once(heading).unwrap();
    let after = &rest[rest.find("\n\n").map_or(rest.len(), |at| at + 1)..];
    let wanted = format!("{before}{heading}{}{after}", table());
    if std::env::var_os("GATEWALK_WRITE").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), wanted);
}

/// The custom role gives what Reader does not, and nothing else.
#[test]
fn the_custom_role_is_the_rest() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/azure-rights.md")).unwrap();
    let role = page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let role: serde_json::Value = serde_json::from_str(role).unwrap();
    let beyond = |host: Host, right: &str| host == Host::Arm && !right.ends_with("/read");
    let rest = CALLS.iter().filter(|call| beyond(call.host, call.permission));
    let mut rest: Vec<&str> =
        rest.inspect(|call| assert_eq!(call.method, Method::PostLater)).map(|call| call.permission).collect();
    rest.sort_unstable();
    assert_eq!(role["Actions"], serde_json::json!(rest));
}
