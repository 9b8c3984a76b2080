//! What the user's own environment tells, without asking any cloud: profiles, roles, what was asked of late, what lies in this folder. Never a secret.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::io::Read;
use std::path::PathBuf;

use crate::config::Recent;
use crate::tui::{Field, SnapshotEntry, Suggestion};
use crate::visible::one_line;

/// How much of a file tells whether it is a snapshot.
const HEAD: u64 = 4096;
/// How many files of the folder are looked at.
const LOOKED_AT: usize = 200;

/// The sections of the AWS configuration file, by profile (AWS SDKs and Tools Reference, `file-format`).
fn profiles() -> BTreeMap<String, BTreeMap<String, String>> {
    let file = env::var_os("AWS_CONFIG_FILE").map(PathBuf::from);
    let file = file.or_else(|| etcetera::home_dir().ok().map(|home| home.join(".aws/config")));
    let text = file.and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
    sections(&text)
}

fn sections(text: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut sections: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut name = None;
    for line in text.lines() {
        let line = line.split([';', '#']).next().unwrap_or_default();
        if let Some(section) = line.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let section = section.trim();
            name = match section.strip_prefix("profile ") {
                Some(profile) => Some(profile.trim().to_owned()),
                None => (section == "default").then(|| section.to_owned()),
            };
        } else if let (Some(name), Some((key, value))) = (&name, line.split_once('=')) {
            sections.entry(name.clone()).or_default().insert(key.trim().to_owned(), value.trim().to_owned());
        }
    }
    sections
}

/// The account of the profile in use, where its settings name one.
pub fn account() -> Option<String> {
    // Keys in the environment win over any profile, and do not say whose they are.
    if env::var_os("AWS_ACCESS_KEY_ID").is_some() && env::var_os("AWS_PROFILE").is_none() {
        return None;
    }
    let profiles = profiles();
    let profile = profiles.get(&env::var("AWS_PROFILE").unwrap_or_else(|_| "default".into()))?;
    let of_role = profile.get("role_arn").and_then(|arn| arn.split(':').nth(4)).map(str::to_owned);
    of_role.or_else(|| profile.get("sso_account_id").cloned())
}

/// Values for the form: what was asked of late, the roles of profiles, and the words that always work.
pub fn suggestions(recents: &[Recent], snapshots: &[SnapshotEntry]) -> Vec<Suggestion> {
    let mut found = Vec::new();
    let mut add = |field, value: &str, about: String| {
        found.push(Suggestion { field, value: value.to_owned(), about });
    };
    for recent in recents {
        let day = format!("asked on {}", recent.at.get(..10).unwrap_or_default());
        add(Field::Resource, &recent.resource, day.clone());
        for (field, value) in
            [(Field::Principal, &recent.principal), (Field::Action, &recent.action), (Field::Origin, &recent.origin)]
        {
            if let Some(value) = value {
                add(field, value, day.clone());
            }
        }
    }
    for snapshot in snapshots {
        if let Some((_, resource)) = snapshot.about.split_once(' ') {
            add(Field::Resource, resource, format!("asked in {}", one_line(&snapshot.path.display().to_string())));
        }
    }
    for (name, profile) in profiles() {
        if let Some(role) = profile.get("role_arn") {
            add(Field::Principal, role, format!("the role of profile {}", one_line(&name)));
        }
    }
    for (field, value, about) in [
        (Field::Principal, "anonymous", "a request that nobody signed"),
        (Field::Action, "read", "the default"),
        (Field::Action, "list", "list what is there"),
        (Field::Action, "write", "write or overwrite"),
        (Field::Action, "delete", "delete"),
        (Field::Origin, "internet", "from outside of any network of yours"),
        (Field::Origin, "here", "from this machine"),
        (Field::Origin, "subnet-", "from a subnet"),
        (Field::Origin, "i-", "from an instance"),
        (Field::Origin, "sagemaker:training-job/", "from a training job"),
        (Field::Origin, "sagemaker:notebook/", "from a notebook"),
        (Field::Origin, "lambda:", "from a function"),
    ] {
        add(field, value, about.to_owned());
    }
    found
}

/// The snapshots in this folder, by name.
pub fn snapshots() -> Vec<SnapshotEntry> {
    let Ok(folder) = fs::read_dir(".") else { return Vec::new() };
    let mut files: Vec<PathBuf> = folder
        .filter_map(|entry| Some(PathBuf::from(entry.ok()?.file_name())))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .take(LOOKED_AT)
        .collect();
    files.sort();
    files.into_iter().filter_map(|path| Some(SnapshotEntry { about: about(&path)?, path })).collect()
}

/// What a snapshot asks, by the beginning of its file; `None` when it is none.
fn about(path: &std::path::Path) -> Option<String> {
    let mut head = Vec::new();
    File::open(path).ok()?.take(HEAD).read_to_end(&mut head).ok()?;
    let head = String::from_utf8_lossy(&head);
    if !head.contains("\"gatewalk.snapshot\"") {
        return None;
    }
    let field = |name: &str| {
        let rest = head.split_once(&format!("\"{name}\":"))?.1.trim_start().strip_prefix('"')?;
        Some(one_line(rest.split('"').next()?))
    };
    let asked = format!("{} {}", field("action").unwrap_or_default(), field("resource").unwrap_or_default());
    Some(asked.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_read_as_the_sdks_read_them() {
        let read = sections(
            "[default]\nregion = eu-west-1\n[profile dev]\n# a remark\nrole_arn=arn:aws:iam::123456789012:role/dev ; mine\n[sso-session x]\nsso_region = y\n",
        );
        assert_eq!(read["dev"]["role_arn"], "arn:aws:iam::123456789012:role/dev");
        assert_eq!((read.len(), read["default"]["region"].as_str()), (2, "eu-west-1"));
    }
}
