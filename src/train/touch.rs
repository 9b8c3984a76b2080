//! Reads that touch the data itself. `--probe` makes them in a real diagnosis; in a world they are recorded facts, and cost more than a look at a
//! setting: somebody has to make the request, as the identity and from the place in question.

use serde_json::Value;

use super::world::Probe;
use crate::engine::evidence::{REPORTED, is_evidence};
use crate::facts::{Call, Fact};
use crate::model::Layer;

/// The access control lists of the folders on the way.
const LISTS: &str = "probe:GetAccessControl";

/// The name of the read that gives them.
pub const ACCESS_LISTS: &str = "access_lists";

/// The key of a fact's call.
pub fn key(fact: &Fact) -> String {
    Call { name: fact.call.clone(), params: fact.params.clone() }.key()
}

/// The reads that a world's recorded evidence makes possible: its lists, and the request itself with what was said.
pub fn probes(facts: &[Fact]) -> Vec<Probe> {
    let evidence = || facts.iter().filter(|fact| is_evidence(fact));
    let (lists, mut request): (Vec<&Fact>, Vec<&Fact>) = evidence().partition(|fact| fact.call == LISTS);
    request.sort_by_key(|fact| fact.call == REPORTED);
    let lists = probe(
        ACCESS_LISTS,
        &lists,
        Layer::Identity,
        2,
        "In a hierarchical namespace every folder on the way has a list of its own, and passing one takes execute.",
    );
    let request = probe(
        "request_itself",
        &request,
        Layer::Storage,
        3,
        "The request, made once more as the identity and from the place: what the service answers, in its own words.",
    );
    lists.into_iter().chain(request).collect()
}

fn probe(name: &str, facts: &[&Fact], layer: Layer, cost: u32, why: &str) -> Option<Probe> {
    Some(Probe {
        name: name.into(),
        call: facts.first()?.call.clone(),
        // What was understood of a refusal counts, and is not shown: the refusal's own words are.
        commands: facts
            .iter()
            .filter(|fact| fact.call != REPORTED || facts.len() == 1)
            .map(|fact| command(fact))
            .collect(),
        why: why.into(),
        layer,
        cost,
        brings: Vec::new(),
        keys: facts.iter().map(|fact| key(fact)).collect(),
    })
}

/// What a person would type for the same answer.
fn command(fact: &Fact) -> String {
    let of = |name: &str| fact.params.get(name).and_then(Value::as_str).unwrap_or_default();
    match fact.call.as_str() {
        LISTS => {
            let path = if of("path").is_empty() { "/" } else { of("path") };
            let (account, filesystem) = (of("account"), of("filesystem"));
            format!(
                "az storage fs access show --account-name {account} --file-system {filesystem} --path {path} --auth-mode login"
            )
        }
        "probe:HeadBlob" => format!("az storage blob show --blob-url {} --auth-mode login", of("url")),
        "probe:HeadContainer" => format!("az rest --method head --url \"{}?restype=container\"", of("url")),
        "probe:GetObject" => {
            format!("aws s3api get-object --bucket {} --key {} --range bytes=0-0 /dev/null", of("Bucket"), of("Key"))
        }
        "probe:HeadBucket" => format!("aws s3api head-bucket --bucket {}", of("Bucket")),
        "probe:Resolve" => format!("getent hosts {}", of("Host")),
        "probe:Connect" => format!("nc -vz {}", of("Address").replace(':', " ")),
        "probe:Tls" => format!("openssl s_client -connect {}:443", of("Host")),
        _ => "what was said of the refusal".into(),
    }
}
