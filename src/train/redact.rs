//! A snapshot without anything of its owner's, and with the same diagnosis.
//!
//! Ids and addresses are told by their form. Names are told by where they stand: in ARNs and ARM ids, in S3 and blob addresses, in fields that hold names.
//! The words of a name are renamed one by one, so that patterns still fit (`fraud-*`), and words that any cloud has (`role`, `prod`, `data`) stay.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use regex::Regex;
use serde_json::Value;

use super::rename::{Renamer, mix, spoken};
use super::vary::{kept, renamed};
use super::world::World;
use crate::facts::Snapshot;
use crate::model::Diagnosis;
use crate::playbook::Loaded;

/// Words that tell nobody's name: what clouds, policies and rules are written with.
const COMMON: &str = "access account accounts acl acls action admin administrator administratoraccess agent allow amazon amazonaws amazonec2 analytics any \
    api app apps arn artifact artifacts assume assumed attach aurora auth auto aws awsmanaged az azure azureml backup base batch blob blobs blobservices bucket build \
    bus by cache central certificate ci client cluster cn cognitiveservices com common compute computes config connection connections container containers contributor core cost create cross csv \
    data database datalake dataset datasets datastore datastores db default delete deny deploy deployment deployments describe dev dfs directory dkr dns document domain east ec2 ecr ecs edge eks elastic email endpoint \
    endpoints engineer entra eu event events example execution external file files firewall folder for from fs full fullawsaccess func function functions gateway get glue gov group groups guest gz home host http https iam id \
    identities identity image images in index infra ingest input inputs inside instance integration interface internal internet invoke ip ipv4 ipv6 job jobs json key keys keyvault kms kubernetes lab \
    lake lambda latest layer link list listener live local location lock log logging logs machine machinelearningservices main managed managedidentity management master member metrics microsoft ml mlflow model models monitor msi \
    nat net network networkinterfaces networking networksecuritygroups node none nonprod north notebook nsg object objects on online onlineendpoints only open operations operator org organization organizationaccountaccessrole ou out output outside owner \
    package parquet pass path peer peering pipe pl point policies policy pool power prefix premium private privatednszones privateendpoint privateendpointconnections privateendpoints privatelink prod production profile project protected provider providers proxy public publish pull push queue raw rcp \
    rcpfullawsaccess read reader readonly record region registry release remote repo repository request res resource resourcegroups resources restricted results rg role roleassignments roledefinitions roles root route routetables rule rules run runtime \
    s3 sa sagemaker sandbox schedule scoring scp secret secrets secure security self send sensitive server serverfarms servers service services session set sg shared shell site sites snapshot source south spec sql ssm stage staging standard start starport state static stop storage storageaccounts store stream \
    subnet subnets subscription subscriptions sts super support switch system systemassigned table tag tags tar target task team temp template tenant test tests tgw tier tls tmp to token tool topic train training transit trust tst txt uat unit update upload us use user userassigned userassignedidentities users v1 v2 validation \
    vault vaults version versions environments codes paths deployments datastore assets virtual virtualmachines virtualnetworkpeerings virtualnetworks vm vnet vpc vpce web west windows work worker workload workloads workspace workspaces world write writer www x xml yaml zip zone";

/// Fields that hold a name.
const FIELDS: &[&str] = &[
    "RoleName",
    "UserName",
    "GroupName",
    "PolicyName",
    "PolicyNames",
    "Bucket",
    "Name",
    "TrainingJobName",
    "NotebookInstanceName",
    "ModelPackageGroupName",
    "repositoryName",
    "repositoryNames",
    "SourceIdentity",
    "Sid",
    "AliasName",
    "LogGroupName",
    "FunctionName",
    "name",
    "displayName",
    "userPrincipalName",
    "mail",
    "mailNickname",
    "givenName",
    "surname",
    "upn",
    "email",
    "MasterAccountEmail",
    "account",
    "container",
    "filesystem",
    "username",
    "appDisplayName",
    "preferred_username",
    "unique_name",
];

static WORD: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[A-Za-z][A-Za-z0-9]*|\d+[A-Za-z][A-Za-z0-9]*").ok());
/// Names inside a longer text: after an ARN's account, after a scheme, in an ARM id, before an address's `@`.
static PLACES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:\d{0,12}:(?P<arn>[^\s,\]}]+)",
        r"|(?:s3|gs|abfss?|wasbs?|azureml)://(?P<uri>[^\s,]+)",
        r"|(?i:/(?:subscriptions|resourceGroups|providers)/)(?P<arm>[^\s,]+)",
        r"|https?://(?P<url>[^\s,]+)",
        r"|(?P<mail>[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+)",
    ))
    .ok()
});

/// What redacting gives.
#[derive(Debug)]
pub struct Redacted {
    /// The snapshots.
    pub snapshots: Vec<Snapshot>,
    /// How many different words were replaced.
    pub words: usize,
}

/// A snapshot that cannot be redacted.
#[derive(Debug, thiserror::Error)]
pub enum RedactError {
    /// The playbook's cloud is not known.
    #[error("the playbook of the snapshot is for a cloud that this gatewalk does not know")]
    NoCloud,
    /// The diagnosis came out otherwise.
    #[error("the redacted snapshot would not give the same diagnosis: {0}")]
    Differs(String),
}

/// Replaces everything that is its owner's, with the same names in all of them, and proves by replay that verdicts and gate codes are the same.
pub fn redact(snapshots: &[(&Snapshot, &Arc<Loaded>)], seed: u64) -> Result<Redacted, RedactError> {
    let mut plain: Vec<Snapshot> = snapshots.iter().map(|(snapshot, _)| (*snapshot).clone()).collect();
    // Free text has no place in a diagnosis, and may hold anything.
    for body in plain.iter_mut().flat_map(|snapshot| &mut snapshot.facts).filter_map(|fact| fact.body.as_mut()) {
        unsaid(body);
    }
    let mut words: BTreeSet<String> = plain.iter().flat_map(words).collect();
    for structural in plain.iter().flat_map(structural) {
        words.remove(&structural);
    }
    let key = mix(seed, plain.first().map_or("", |snapshot| &snapshot.request.resource));
    let count = words.len();
    let renamer = Renamer::new(key, named(words, key), plain.iter().flat_map(kept).collect());
    let mut done = Vec::new();
    for ((snapshot, loaded), plain) in snapshots.iter().zip(&plain) {
        let mut redacted = renamed(plain, &renamer);
        for error in redacted.facts.iter_mut().filter_map(|fact| fact.error.as_mut()) {
            error.message.clear();
        }
        let whole = |snapshot: &Snapshot| {
            let world = World::new(Arc::clone(loaded), snapshot).ok_or(RedactError::NoCloud)?;
            Ok::<_, RedactError>(world.whole().diagnosis)
        };
        same(whole(snapshot)?.as_ref(), whole(&redacted)?.as_ref()).map_err(RedactError::Differs)?;
        done.push(redacted);
    }
    Ok(Redacted { snapshots: done, words: count })
}

/// Whether two diagnoses say the same of the same gates; the error names the first that differs.
pub fn same(before: &Diagnosis, after: &Diagnosis) -> Result<(), String> {
    if before.gates.len() != after.gates.len() {
        return Err(format!("it walks {} gates instead of {}", after.gates.len(), before.gates.len()));
    }
    for (one, other) in before.gates.iter().zip(&after.gates) {
        if one.code != other.code || one.step != other.step || one.effect != other.effect {
            return Err(format!("{} became {} at the step {}", one.code, other.code, one.step));
        }
    }
    Ok(())
}

/// Takes descriptions away, and the keys of accounts should there be any.
fn unsaid(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                match value {
                    Value::String(text)
                        if ["description", "statusmessage", "notes"].contains(&name.to_ascii_lowercase().as_str()) =>
                    {
                        text.clear();
                    }
                    other => unsaid(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(unsaid),
        _ => {}
    }
}

/// The words of a snapshot's names that are its owner's, in lower case.
pub fn names(snapshot: &Snapshot) -> BTreeSet<String> {
    let structural = structural(snapshot);
    words(snapshot).into_iter().filter(|word| !structural.contains(word)).collect()
}

/// Every word of every name, in lower case.
fn words(snapshot: &Snapshot) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let request = &snapshot.request;
    for text in [&request.principal, &request.resource, &request.origin] {
        in_text(text, &mut found);
        all_of(text.rsplit_once("://").map_or(text, |(_, rest)| rest), &mut found);
    }
    let spoken_inputs =
        ["partition", "region", "verb", "prefix", "sse", "request-payer", "sub-resource", "auth", "plane"];
    for (name, value) in &request.inputs {
        in_text(value, &mut found);
        if !spoken_inputs.contains(&name.as_str()) && !name.starts_with("context:") {
            all_of(value, &mut found);
        }
    }
    for fact in &snapshot.facts {
        for (name, value) in &fact.params {
            in_value(name, value, &mut found);
        }
        if let Some(body) = &fact.body {
            in_value("", body, &mut found);
        }
    }
    let common: BTreeSet<&str> = COMMON.split_whitespace().collect();
    found.retain(|word| !common.contains(word.as_str()) && word.len() > 1);
    found
}

/// Words that stand where the cloud itself speaks: calls, actions, services, Regions, kinds.
fn structural(snapshot: &Snapshot) -> BTreeSet<String> {
    const SPEAKING: &[&str] = &[
        "Action",
        "NotAction",
        "Service",
        "type",
        "kind",
        "region",
        "Region",
        "AvailabilityZone",
        "location",
        "State",
        "Status",
        "ServiceName",
        "Type",
        "actions",
        "notActions",
        "dataActions",
        "notDataActions",
        "groupIds",
        "status",
        "provisioningState",
        "PrefixListName",
        "protocol",
        "serviceTag",
        "category",
        "subresourceTarget",
        "principalType",
        "bypass",
        "defaultAction",
        "access",
        "direction",
        "sourceAddressPrefix",
        "destinationAddressPrefix",
        "nextHopType",
        "roleName",
        "InstanceType",
        "tier",
    ];
    // `…/providers/NAMESPACE/TYPE/NAME/TYPE/NAME`: the namespace and the types are Azure's.
    fn kinds(text: &str, into: &mut BTreeSet<String>) {
        for rest in text.split("/providers/").skip(1) {
            let parts: Vec<&str> = rest.split('/').collect();
            let types = parts.iter().enumerate().filter(|(at, _)| *at == 0 || at % 2 == 1);
            types.for_each(|(_, part)| all_of(part, into));
        }
    }
    fn walk(name: &str, value: &Value, into: &mut BTreeSet<String>) {
        if let Some(text) = value.as_str().filter(|text| text.starts_with('/')) {
            kinds(text, into);
        }
        match value {
            Value::String(text) if SPEAKING.contains(&name) => all_of(text, into),
            // A policy may be a text.
            Value::String(text) if text.starts_with('{') => {
                if let Ok(inside) = serde_json::from_str::<Value>(text) {
                    walk(name, &inside, into);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| walk(name, item, into)),
            Value::Object(fields) => fields.iter().for_each(|(name, value)| walk(name, value, into)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    all_of(&snapshot.request.action, &mut found);
    for fact in &snapshot.facts {
        if let Some(body) = &fact.body {
            walk("", body, &mut found);
        }
    }
    found
}

fn in_value(name: &str, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.starts_with('{') => match serde_json::from_str::<Value>(text) {
            Ok(inside) => in_value(name, &inside, found),
            Err(_) => in_text(text, found),
        },
        Value::String(text) => {
            in_text(text, found);
            if FIELDS.contains(&name) && !text.ends_with(".amazonaws.com") {
                all_of(text, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| in_value(name, item, found)),
        Value::Object(fields) => {
            // Tags: `{"Key": …, "Value": …}` in AWS, an object of texts in Azure.
            if let (Some(_), Some(Value::String(said))) = (fields.get("Key"), fields.get("Value")) {
                all_of(said, found);
            }
            for (inner, value) in fields {
                if inner == "tags" {
                    value
                        .as_object()
                        .into_iter()
                        .flatten()
                        .filter_map(|(_, said)| said.as_str())
                        .for_each(|said| all_of(said, found));
                }
                in_text(inner, found);
                in_value(inner, value, found);
            }
        }
        _ => {}
    }
}

fn in_text(text: &str, found: &mut BTreeSet<String>) {
    let Some(places) = PLACES.as_ref() else { return };
    for place in places.captures_iter(text) {
        // What AWS owns itself is nobody's name.
        if place[0].contains(":iam::aws:") {
            continue;
        }
        for form in ["arn", "uri", "arm", "url", "mail"] {
            if let Some(part) = place.name(form) {
                all_of(part.as_str(), found);
            }
        }
    }
}

fn all_of(text: &str, found: &mut BTreeSet<String>) {
    if let Some(words) = WORD.as_ref() {
        found.extend(words.find_iter(text).map(|word| word.as_str().to_ascii_lowercase()));
    }
}

/// A pseudonym for each word, no two alike; a word that begins with another one keeps that beginning, for patterns that end inside a word.
fn named(words: BTreeSet<String>, key: u64) -> BTreeMap<String, String> {
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for word in words {
        let stem = named.iter().rev().find(|(stem, _)| stem.len() > 2 && word.starts_with(stem.as_str()));
        let start = stem.map(|(stem, name)| (stem.len(), name.clone()));
        let (skip, begin) = start.unwrap_or_default();
        let mut key = key;
        let name = loop {
            let name = format!("{begin}{}", spoken(key, &word[skip..]));
            if taken.insert(name.clone()) {
                break name;
            }
            key = mix(key, "again");
        };
        named.insert(word, name);
    }
    named
}
