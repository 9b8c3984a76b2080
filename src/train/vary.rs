//! Variants by seed: the same level with other names, other numbers, another way to have the same fault, and its choices in another order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::rename::{Renamer, mix};
use super::schema::{Edit, Fault, Level};
use crate::azure::rbac::builtin;
use crate::facts::Snapshot;

/// Words of the shipped worlds, and what may stand in their place.
const NAMES: &[(&str, &[&str])] = &[
    ("tidewater", &["harbourview", "northgate", "silverlake", "oakhurst", "riverton", "stonebridge"]),
    ("fraud", &["churn", "claims", "credit", "lending", "collections"]),
    ("features", &["signals", "curated", "prepared", "inputs"]),
    ("trainer", &["fitter", "learner", "modeller"]),
    ("pipeline", &["scheduler", "launcher", "orchestrator"]),
    ("mortgage", &["savings", "brokerage", "insurance", "leasing"]),
    ("retail", &["private", "corporate", "treasury"]),
    ("frauddata", &["churndata", "claimsdata", "creditdata", "lendingdata"]),
    ("openlab", &["triallab", "benchlab", "draftlab"]),
    ("lakehns", &["deeplake", "claimslake", "salmonlake"]),
    ("hublake", &["corelake", "commonlake", "grouplake"]),
];

/// Ids that mean something by themselves: those of Azure's role definitions.
static ROLES: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)roleDefinitions/([0-9a-f-]{36})").ok());

/// The ids of a snapshot that no renaming may touch, in lower case.
pub fn kept(snapshot: &Snapshot) -> BTreeSet<String> {
    let mut kept: BTreeSet<String> = builtin::all().map(|role| role.id.to_ascii_lowercase()).collect();
    let Some(roles) = ROLES.as_ref() else { return kept };
    for fact in &snapshot.facts {
        let Ok(text) = serde_json::to_string(fact) else { continue };
        kept.extend(roles.captures_iter(&text).map(|found| found[1].to_ascii_lowercase()));
    }
    kept
}

/// The names of a variant; `None` is the level as written.
pub fn renamer(seed: Option<u64>, snapshot: &Snapshot) -> Option<Renamer> {
    let seed = seed?;
    let words = NAMES.iter().filter_map(|(word, others)| {
        let at = usize::try_from(mix(seed, word) % others.len() as u64).ok()?;
        Some(((*word).to_owned(), (*others.get(at)?).to_owned()))
    });
    Some(Renamer::new(seed, words.collect::<BTreeMap<_, _>>(), kept(snapshot)))
}

/// A snapshot under other names.
pub fn renamed(snapshot: &Snapshot, renamer: &Renamer) -> Snapshot {
    let mut other = snapshot.clone();
    let request = &mut other.request;
    for text in [&mut request.principal, &mut request.action, &mut request.resource, &mut request.origin] {
        *text = renamer.text(text);
    }
    for value in request.inputs.values_mut() {
        *value = renamer.text(value);
    }
    for fact in &mut other.facts {
        fact.params = renamer.fields(&fact.params);
        fact.body = fact.body.as_ref().map(|body| renamer.value(body));
        if let Some(error) = &mut fact.error {
            error.message = renamer.text(&error.message);
        }
    }
    other
}

/// The texts of a level under other names.
pub fn rename_texts(level: &mut Level, renamer: &Renamer) {
    for text in level.texts() {
        *text = renamer.text(text);
    }
}

/// The edits by which a fault comes about in a variant.
pub fn edits_of(fault: &Fault, seed: Option<u64>) -> &[Edit] {
    let ways = 1 + fault.or.len() as u64;
    let way = seed.map_or(0, |seed| usize::try_from(mix(seed, &fault.name) % ways).unwrap_or_default());
    match way.checked_sub(1).and_then(|at| fault.or.get(at)) {
        Some(other) => &other.edits,
        None => &fault.edits,
    }
}

/// Things with an id in an order that does not tell which is right.
pub fn shuffled<T>(items: &mut [T], id: impl Fn(&T) -> &str, level: &str, seed: Option<u64>) {
    let key = mix(seed.unwrap_or_default(), level);
    items.sort_by_key(|item| mix(key, id(item)));
}
