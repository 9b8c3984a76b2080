//! Error texts of AWS, however they are dressed, read without asking anybody.
//!
//! | file | what is in it |
//! |---|---|
//! | `wording` | the sentence itself: who, what, on which resource, because of what |
//! | `code` | error code and operation in the clothes of CLI and SDKs; codes that say it all |
//! | `target` | buckets and keys in URLs |
//! | `details` | what AWS tells when it is asked about a denial |
//! | `trail` | CloudTrail events and other JSON |

mod code;
mod details;
mod target;
mod trail;
mod wording;

pub use details::{detailed, details};

use crate::model::{Denial, Effect, Layer, Message, Reported};
use crate::pasted::clean;

/// What can be read from a text: one denial an error, none when the text tells nothing.
///
/// Takes anything a person may paste: the CLI's line, an SDK's exception, an HTTP answer, S3's XML, one or many CloudTrail
/// events. Wordings: IAM User Guide, `troubleshoot_access-denied`; S3 User Guide, `troubleshoot-403-errors`.
#[must_use]
pub fn read(text: &str) -> Vec<Denial> {
    let found = trail::read(text).unwrap_or_else(|| vec![plain(text)]);
    let mut denials: Vec<Denial> = Vec::new();
    for denial in found.into_iter().filter(|denial| !denial.is_empty()) {
        if !denials.contains(&denial) {
            denials.push(denial);
        }
    }
    denials
}

/// True when a text bears AWS's own marks.
#[must_use]
pub fn bears_marks(text: &str) -> bool {
    let lower = clean(text).to_ascii_lowercase();
    MARKS.iter().any(|mark| lower.contains(mark))
}

/// ARNs, hosts, headers, schemes and libraries, in lower case.
const MARKS: &[&str] = &[
    "arn:aws",
    "amazonaws",
    "x-amz",
    "s3://",
    "s3a://",
    "s3n://",
    "botocore",
    "boto3",
    "awssdk",
    "aws_request_id",
    "when calling the ",
    "operation error ",
    "hostid",
];

/// A text that is no JSON.
fn plain(text: &str) -> Denial {
    let clean = clean(text);
    let mut denial = Denial {
        provider: "aws".into(),
        message: Message { code: code::code(&clean), operation: code::operation(&clean), ..Message::default() },
        ..Denial::default()
    };
    wording::read(&clean, &mut denial);
    // A URL beside a refusal of something else (a key) is not what was refused.
    if denial.resource.is_none() && denial.action.as_deref().is_none_or(|action| action.starts_with("s3:")) {
        denial.resource = target::find(&clean);
    }
    finish(&mut denial, &clean);
    denial
}

/// Adds what code and operation tell where the words do not.
fn finish(denial: &mut Denial, text: &str) {
    if let Some(meaning) = denial.message.code.as_deref().and_then(|code| code::meaning(code, text)) {
        if denial.reported.gate.is_none() {
            denial.reported.gate = meaning.gate.map(str::to_owned);
        }
        denial.notes.push(meaning.sentence.to_owned());
    }
    if denial.action.is_none() {
        denial.implied_action = denial.message.operation.as_deref().and_then(code::action_of);
    }
    denial.reported.layer = denial.reported.gate.as_deref().and_then(layer).or(denial.reported.layer);
}

/// The layer of a gate.
fn layer(gate: &str) -> Option<Layer> {
    super::gates::all().iter().find(|known| known.name == gate).map(|known| known.layer)
}

fn reported(gate: Option<&str>, effect: Option<Effect>) -> Reported {
    Reported { gate: gate.map(str::to_owned), effect, ..Reported::default() }
}
