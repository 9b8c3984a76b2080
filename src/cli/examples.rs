//! The embedded examples: snapshots that need no credentials.

use super::Failure;
use crate::facts::Snapshot;
use crate::playbook::closest;

/// Name, one line, file.
static EXAMPLES: &[(&str, &str, &str)] = &[
    (
        "broken-endpoint",
        "A training role cannot read its data: the S3 endpoint's policy forgets the bucket",
        include_str!("../../assets/examples/broken-endpoint.json"),
    ),
    (
        "azure-private-blob",
        "A notebook gets a 403 on an Azure blob: the wrong kind of role, and a name that is not private",
        include_str!("../../assets/examples/azure-private-blob.json"),
    ),
];

/// Names and titles.
pub fn list() -> impl Iterator<Item = (&'static str, &'static str)> {
    EXAMPLES.iter().map(|(name, title, _)| (*name, *title))
}

/// The snapshot of this name.
pub fn open(name: &str) -> Result<Snapshot, Failure> {
    match EXAMPLES.iter().find(|(known, ..)| *known == name) {
        Some((name, _, text)) => Ok(Snapshot::parse(name, text)?),
        None => {
            let like = closest(name, EXAMPLES.iter().map(|(name, ..)| *name));
            let names: Vec<_> = EXAMPLES.iter().map(|(name, ..)| *name).collect();
            let next =
                like.map_or_else(|| format!("there is {}", names.join(", ")), |like| format!("did you mean `{like}`?"));
            Err(Failure::usage(format!("there is no example `{name}`"), next))
        }
    }
}
