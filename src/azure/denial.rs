//! Error texts of Azure, however they are dressed, read without asking anybody.
//!
//! | file | what is in it |
//! |---|---|
//! | `code` | error codes, and what each of them says |
//! | `wording` | sentences that stand for a code |
//! | `arm` | who, what, on which scope: the sentences of Azure Resource Manager and of Key Vault |
//! | `entra` | sign-in errors |
//! | `signature` | why an authentication failed |
//! | `silence` | no answer at all |
//! | `target` | accounts, containers and blobs in addresses and command lines |
//! | `operation` | methods and operations, and the actions they stand for |
//! | `registry` | images that a registry would not give |
//! | `log` | Activity Log, storage logs, sign-in logs, and error bodies in JSON |
//! | `details` | what Azure tells when it is asked about a denial |
//! | `secret` | what must never be shown |

mod arm;
mod code;
mod details;
mod entra;
mod log;
mod operation;
mod registry;
mod secret;
mod signature;
mod silence;
mod target;
mod wording;

pub use details::{detailed, details};

use code::Meaning;

use crate::model::{ANONYMOUS, Denial, Effect, Layer, Message};
use crate::pasted::clean;

/// What can be read from a text: one denial an error, none when the text tells nothing of Azure.
///
/// Takes anything a person may paste: the output of `az`, AzCopy, Terraform or an SDK, an HTTP answer, a storage service's XML,
/// ARM's JSON, a job's error, log entries. Codes and texts: Storage REST reference, "Common REST API error codes" and "Blob service
/// error codes"; Azure RBAC, "Troubleshoot Azure RBAC"; Azure Machine Learning, "Data access error codes".
#[must_use]
pub fn read(text: &str) -> Vec<Denial> {
    let text = text.trim_start_matches('\u{feff}');
    let found = log::read(text).unwrap_or_else(|| vec![plain(text)]);
    let mut denials: Vec<Denial> = Vec::new();
    for mut denial in found {
        secret::withhold(&mut denial);
        if !denial.is_empty() && !denials.contains(&denial) {
            denials.push(denial);
        }
    }
    denials
}

/// True when a text bears Azure's own marks: its hosts, ids, header names, error codes, or sentences nobody else writes.
#[must_use]
pub fn bears_marks(text: &str) -> bool {
    let clean = clean(text);
    let lower = clean.to_ascii_lowercase();
    MARKS.iter().any(|mark| lower.contains(mark))
        || code::own(&clean).is_some()
        || wording::code(&lower).is_some()
        || entra::code(&clean).is_some()
}

/// Hosts, id shapes, headers and libraries, in lower case.
const MARKS: &[&str] = &[
    ".core.windows.net",
    ".core.chinacloudapi.cn",
    ".core.usgovcloudapi.net",
    ".blob.storage.azure.net",
    ".dfs.storage.azure.net",
    ".azurecr.io",
    ".vault.azure.net",
    ".azureml.ms",
    ".ml.azure.com",
    "management.azure.com",
    "login.microsoftonline.com",
    "sts.windows.net",
    "azureml://",
    "abfss://",
    "wasbs://",
    "x-ms-error-code",
    "x-ms-request-id",
    "windows-azure-blob",
    "az storage ",
    "az login",
    "az role ",
    "azcopy",
    "azure.core.exceptions",
    "azure.identity",
    "azure.requestfailedexception",
    "defaultazurecredential",
    "managedidentitycredential",
    "com.azure.",
    "azurerm",
    "azureml",
    "rslex",
    "scriptexecution.",
    "dataaccesserror(",
    "streamerror(",
    "acrpull",
    "microsoft.storage/",
    "microsoft.machinelearningservices/",
    "microsoft.authorization/",
    "microsoft.keyvault/",
    "microsoft.network/",
    "microsoft.compute/",
    "microsoft.containerregistry/",
    "/providers/microsoft.",
];

fn empty() -> Denial {
    Denial { provider: "azure".into(), ..Denial::default() }
}

/// A text that is no JSON. Without a mark of Azure's it may be anybody's: nothing is read.
fn plain(text: &str) -> Denial {
    if bears_marks(text) { worded(text) } else { empty() }
}

/// A text that is known to be Azure's.
fn worded(text: &str) -> Denial {
    let clean = clean(text);
    let lower = clean.to_ascii_lowercase();
    let mut denial = empty();
    denial.message = Message { code: code::find(&clean, &lower), ..Message::default() };
    arm::read(&clean, &mut denial);
    target::read(&clean, &mut denial);
    entra::read(&clean, &mut denial);
    finish(&mut denial, &clean);
    if denial.reported.layer.is_none() && code::is_silent(&denial) {
        registry::read(&lower, &mut denial);
    }
    if denial.reported.layer.is_none() && code::is_silent(&denial) {
        silence::read(&lower, &mut denial);
    }
    denial
}

/// Adds what the code tells where the words do not.
fn finish(denial: &mut Denial, text: &str) {
    let lower = text.to_ascii_lowercase();
    let meaning = match denial.message.code.as_deref() {
        _ if denial.reported.gate.is_some() => None,
        _ if arm::is_of_other_tenant(&lower) => Some(arm::OTHER_TENANT),
        _ if arm::denied(&lower) => code::meaning("DenyAssignmentAuthorizationFailed"),
        Some("AuthenticationFailed") => Some(signature::meaning(&lower)),
        Some("AuthorizationFailed") => Some(arm::failed(&lower)),
        code => code.and_then(code::meaning).or_else(|| wording::code(&lower).and_then(code::meaning)),
    };
    if let Some(meaning) = meaning {
        apply(denial, &meaning);
    }
    if denial.message.code.as_deref() == Some("PublicAccessNotPermitted") {
        denial.principal.get_or_insert_with(|| ANONYMOUS.into());
    }
    denial.reported.layer = denial.reported.gate.as_deref().and_then(layer).or(denial.reported.layer);
}

fn apply(denial: &mut Denial, meaning: &Meaning) {
    let reported = &mut denial.reported;
    reported.gate = reported.gate.take().or(meaning.gate.map(str::to_owned));
    reported.effect = reported.effect.or(meaning.effect);
    reported.layer = reported.layer.or(meaning.layer);
    note(denial, meaning.sentence);
}

/// Adds a sentence, once.
fn note(denial: &mut Denial, sentence: &str) {
    if !sentence.is_empty() && denial.notes.iter().all(|note| note != sentence) {
        denial.notes.push(sentence.to_owned());
    }
}

/// The layer of a gate.
fn layer(gate: &str) -> Option<Layer> {
    super::gates::all().iter().find(|known| known.name == gate).map(|known| known.layer)
}

/// What a gate and an effect say together.
const fn says(
    gate: Option<&'static str>,
    effect: Option<Effect>,
    layer: Option<Layer>,
    sentence: &'static str,
) -> Meaning {
    Meaning { gate, effect, layer, sentence }
}
