//! Error codes, in the clothes of services, SDKs and tools, and what each of them says by itself. Codes are matched, never texts: a
//! HEAD answer has no body, and wordings change (Storage REST reference, "Status and error codes").

use super::{says, wording};
use crate::model::{Denial, Effect, Layer};

/// What a code says.
#[derive(Debug, Clone, Copy)]
pub struct Meaning {
    /// The gate that it tells, if any.
    pub gate: Option<&'static str>,
    /// Whether something denies, or nothing allows.
    pub effect: Option<Effect>,
    /// The layer, where it tells no gate.
    pub layer: Option<Layer>,
    /// In plain words.
    pub sentence: &'static str,
}

const NO_ALLOW: Option<Effect> = Some(Effect::NoAllow);
const IDENTITY: Option<Layer> = Some(Layer::Identity);
const NETWORK: Option<Layer> = Some(Layer::Network);
const STORAGE: Option<Layer> = Some(Layer::Storage);

const SAS_FIELD: &str = "The shared access signature does not cover this request.";
const ACCOUNT_OFF: &str = "The account does not take this request in the state it is in.";
const SIGN_IN: &str = "The token was not accepted: look at its tenant, its audience and its age.";
const FIREWALL: &str = "The account's network rules refused it, or a network security perimeter: public network access, firewall rules, \
    a service endpoint policy. A missing role gives another code. Some shared access signatures that lack a right get this code too.";
const PERMISSION: &str = "The request reached the account and the identity may not do this: no role gives it, a role's condition is not \
    met, and no access control list (hierarchical namespaces) grants it. With a shared access signature: its permissions.";

/// Codes nobody else uses, those that tell more first: code, gate, effect, layer, sentence.
#[rustfmt::skip]
const OWN: &[(&str, Meaning)] = &[
    ("DenyAssignmentAuthorizationFailed", says(Some("deny-assignment"), Some(Effect::ExplicitDeny), None,
        "A deny assignment refuses it, whatever roles are assigned.")),
    ("LinkedAuthorizationFailed", says(Some("role-assignment"), NO_ALLOW, None,
        "The identity may change the thing itself, and not use the other thing that it refers to.")),
    // What it says depends on the sentence around it: `arm::failed`.
    ("AuthorizationFailed", says(Some("role-assignment"), NO_ALLOW, None, "")),
    ("ForbiddenByRbac", says(Some("role-assignment"), NO_ALLOW, None, "No role at the vault or above gives this to the identity.")),
    ("ForbiddenByPolicy", says(None, NO_ALLOW, STORAGE, "The vault's access policies do not give this to the identity.")),
    ("ForbiddenByFirewall", says(None, None, STORAGE, "The vault's firewall refused the address it came from.")),
    ("ForbiddenByConnection", says(None, None, STORAGE, "The vault takes private endpoints only, and it came another way.")),
    ("KeyBasedAuthenticationNotPermitted", says(Some("shared-key"), None, None,
        "The account takes no account keys, and no signatures made with them: sign in with Microsoft Entra.")),
    ("PublicAccessNotPermitted", says(Some("public-blob-access"), None, None,
        "The request carried no sign-in, and the account allows no anonymous access.")),
    ("AuthorizationSourceIPMismatch", says(Some("sas"), None, None, "The shared access signature is for other addresses.")),
    ("AuthorizationProtocolMismatch", says(Some("sas"), None, None, "The shared access signature is for HTTPS only.")),
    ("AuthorizationServiceMismatch", says(Some("sas"), None, None, "The shared access signature is for another service of the account.")),
    ("AuthorizationResourceTypeMismatch", says(Some("sas"), None, None, "The shared access signature is for another kind of resource.")),
    ("QueryParameterSasMandatory", says(Some("sas"), None, None, SAS_FIELD)),
    ("FeatureVersionMismatch", says(Some("sas"), None, None, "The stored access policy holds a permission that this version does not know.")),
    ("UnauthorizedBlobOverwrite", says(None, NO_ALLOW, None,
        "The blob is there already: creating is allowed, overwriting is not. A shared access signature needs `w` beside `c`.")),
    ("KeyVaultEncryptionKeyNotFound", says(Some("key-vault-key"), None, None,
        "The customer-managed key of the account cannot be used: disabled, deleted, expired, or out of reach of the account's identity.")),
    ("KeyVaultAccessTokenCannotBeAcquired", says(Some("key-vault-key"), None, None,
        "The account could not sign in to the key vault with its own identity.")),
    ("KeyVaultVaultNotFound", says(Some("key-vault-key"), None, None, "The key vault of the customer-managed key is not there.")),
    ("BlobImmutableDueToPolicy", says(Some("account-state"), None, None,
        "A policy or a legal hold keeps the blob from being changed or deleted. Reading is not affected.")),
    ("InsufficientAccountPermissions", says(Some("account-state"), None, None, ACCOUNT_OFF)),
    ("AccountIsDisabled", says(Some("account-state"), None, None, "The account, or its subscription, is disabled.")),
    ("ReadOnlyDisabledSubscription", says(Some("account-state"), None, None, "The subscription is disabled: it can only be read.")),
    ("DisabledSubscription", says(Some("account-state"), None, None, "The subscription is disabled.")),
    ("AccountRequiresHttps", says(Some("transport"), None, None, "The account takes HTTPS only.")),
    ("TlsVersionNotPermitted", says(Some("transport"), None, None, "The client's TLS is older than the account takes.")),
    ("RequestForbiddenByContainerEncryptionPolicy", says(None, None, STORAGE,
        "The container takes its own encryption scope only, and the write named another.")),
    ("BlobUsesCustomerSpecifiedEncryption", says(None, None, STORAGE,
        "The blob is encrypted with a key that the request must bring along.")),
    ("CannotVerifyCopySource", says(None, None, None,
        "The source of the copy could not be read from the destination account: its network rules, or the right to read it.")),
    ("AuthorizationPermissionMismatch", says(None, NO_ALLOW, IDENTITY, PERMISSION)),
    ("AuthorizationFailure", says(None, None, STORAGE, FIREWALL)),
    ("NoAuthenticationInformation", says(Some("token"), None, None,
        "The request carried no sign-in that the account knows: no token, or one it does not read.")),
    ("InvalidAuthenticationInfo", says(Some("token"), None, None, SIGN_IN)),
    ("InvalidAuthenticationTokenTenant", says(Some("token"), None, None,
        "The token is of another tenant than the subscription: sign in to the subscription's tenant.")),
    ("InvalidAuthenticationTokenAudience", says(Some("token"), None, None, "The token is for another audience.")),
    ("InvalidAuthenticationToken", says(Some("token"), None, None, SIGN_IN)),
    ("ExpiredAuthenticationToken", says(Some("token"), None, None, "The token has expired: sign in again.")),
    ("AuthenticationFailedMissingToken", says(Some("token"), None, None, "The request carried no token.")),
    // What it says depends on the detail: `signature::meaning`.
    ("AuthenticationFailed", says(None, None, IDENTITY, "")),
    ("RequestDisallowedByPolicy", says(None, None, None,
        "Azure Policy refused the change: it does not say who may, but what may be. No gate of the access path.")),
    ("ScopeLocked", says(None, None, None, "A resource lock refused the change. Reading data is not affected; listing keys is a change to it.")),
    ("SubscriptionNotFound", says(None, None, IDENTITY,
        "The subscription is not there for this identity: another tenant, or no role in it at all.")),
    ("ContainerNotFound", says(None, None, STORAGE, "There is no such container, or it is private and the request carried no sign-in.")),
    ("BlobNotFound", says(None, None, STORAGE, "There is no such blob: this is no refusal.")),
    ("PathNotFound", says(None, None, STORAGE, "There is no such path: this is no refusal.")),
    ("FilesystemNotFound", says(None, None, STORAGE, "There is no such file system (container): this is no refusal.")),
];

/// Codes that other clouds use as well.
#[rustfmt::skip]
const SHARED: &[(&str, Meaning)] = &[
    ("ResourceNotFound", says(None, None, None,
        "It is not there; an anonymous request to a private container is told the same by older versions.")),
    ("Authorization_RequestDenied", says(None, NO_ALLOW, IDENTITY,
        "Microsoft Graph refused it: a directory role or a permission of the application is missing.")),
];

/// Codes of Azure Machine Learning (Azure Machine Learning, "Data access error codes"), longest first.
#[rustfmt::skip]
const SCRIPT: &[(&str, Meaning)] = &[
    ("FirewallSettingsResolutionFailure", says(None, None, IDENTITY,
        "The identity may not read the target's firewall settings: it needs Reader beside its data role.")),
    ("AzureIdentityAccessTokenResolution", says(Some("token"), None, None, "The job got no token for its identity.")),
    ("StreamAccess.Authentication", says(None, None, IDENTITY,
        "The storage refused the identity or the datastore's credential; the code alone does not say which gate.")),
    ("WriteStreams.Authentication", says(None, None, IDENTITY,
        "The storage refused the write; the code alone does not say which gate.")),
    ("StreamAccess.NotFound", says(None, None, None, "There is no such path in the datastore: check it, this is no refusal.")),
    ("StreamAccess.TimeoutExpired", says(None, None, NETWORK, super::silence::NO_ANSWER)),
    ("DatastoreResolution.NotFound", says(None, None, None, "The workspace has no datastore of this name.")),
];

/// Texts of Azure Machine Learning that stand where no code does, in lower case.
#[rustfmt::skip]
const SCRIPT_TEXTS: &[(&str, &str)] = &[
    ("permissiondenied", "StreamAccess.Authentication"),
    ("authentication failed when trying to access the stream", "StreamAccess.Authentication"),
    ("authentication failed when trying to access destination", "WriteStreams.Authentication"),
    ("streamaccessexception was caused by authenticationexception", "StreamAccess.Authentication"),
    ("dataaccesserror(notfound", "StreamAccess.NotFound"),
    ("streamerror(notfound", "StreamAccess.NotFound"),
];

/// What stands right before a code that is not in the tables, in lower case.
const BEFORE_CODE: &[&str] = &[
    "<code>",
    "x-ms-error-code: ",
    "x-ms-error-code\":\"",
    "x-ms-error-code\": \"",
    "error code: ",
    "errorcode:",
    "errorcode: ",
    "\"code\":\"",
    "\"code\": \"",
    "code=\"",
    " code: ",
];

/// Sentences for statuses, where there is nothing else.
const FORBIDDEN: &str = "A HEAD answer has no body: only the header x-ms-error-code would say more than the status.";

/// The first of Azure's own codes in a text.
pub fn own(text: &str) -> Option<&'static str> {
    OWN.iter().map(|(code, _)| *code).find(|code| stands(text, code))
}

/// The error's code; that of the sentence where the text writes none. `None` when there is neither.
pub fn find(text: &str, lower: &str) -> Option<String> {
    // One sentence is said with two codes.
    let worded = wording::code(lower).filter(|code| *code != "InvalidAuthenticationInfo");
    let own = own(text).or(worded).map(str::to_owned);
    own.or_else(|| super::entra::code(text))
        .or_else(|| script(text))
        .or_else(|| SHARED.iter().find(|(code, _)| stands(text, code)).map(|(code, _)| (*code).to_owned()))
        .or_else(|| announced(text, lower))
        .or_else(|| status(text).map(str::to_owned))
}

/// What a code says by itself.
pub fn meaning(code: &str) -> Option<Meaning> {
    if let Some((_, meaning)) = OWN.iter().chain(SHARED).find(|(known, _)| *known == code) {
        return Some(*meaning);
    }
    if let Some((_, meaning)) = SCRIPT.iter().find(|(part, _)| code.contains(part)) {
        return Some(*meaning);
    }
    let sentence = match code {
        "403" => FORBIDDEN,
        "Forbidden" => "It was refused; no more than that is said.",
        _ => return None,
    };
    Some(says(None, None, None, sentence))
}

/// True when no service has answered: there is no code, or one that only says that something failed.
pub fn is_silent(denial: &Denial) -> bool {
    denial.message.code.as_deref().is_none_or(|code| code == "403" || meaning(code).is_none())
        && denial.reported.gate.is_none()
}

/// `ScriptExecution.StreamAccess.Authentication`, whole; or the code that Azure Machine Learning's words stand for.
fn script(text: &str) -> Option<String> {
    if let Some(at) = text.find("ScriptExecution.") {
        let end = text[at..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '.')).unwrap_or(text.len() - at);
        return Some(text[at..at + end].trim_end_matches('.').to_owned());
    }
    let lower = text.to_ascii_lowercase();
    let ml = ["rslex", "azureml", "dataaccesserror(", "streamerror(", "destinationerror(", "streamaccess"];
    let of_ml = ml.iter().any(|mark| lower.contains(mark));
    let (_, code) = SCRIPT_TEXTS.iter().find(|(words, _)| of_ml && lower.contains(words))?;
    Some(format!("ScriptExecution.{code}"))
}

fn announced(text: &str, lower: &str) -> Option<String> {
    BEFORE_CODE.iter().find_map(|before| {
        let at = lower.find(before)? + before.len();
        let rest = text[at..].trim_start_matches([' ', '[', '"', '\'']);
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.')).unwrap_or(rest.len());
        let code = rest[..end].trim_end_matches('.');
        // `Error code: 0x…`, `Code: 403` are numbers; sentences begin with a word and go on.
        let named = code.len() > 4 && code.len() < 80 && code.starts_with(|c: char| c.is_ascii_uppercase());
        named.then(|| code.to_owned())
    })
}

/// `403 Forbidden`, `Status: 403`, `(403)`: a status, not part of a number or id.
fn status(text: &str) -> Option<&'static str> {
    ["403", "401"].into_iter().find(|status| stands(text, status))
}

/// True where a word stands by itself.
fn stands(text: &str, word: &str) -> bool {
    let apart = |c: Option<char>| c.is_none_or(|c| !(c.is_ascii_alphanumeric() || c == '_'));
    text.match_indices(word)
        .any(|(at, _)| apart(text[..at].chars().next_back()) && apart(text[at + word.len()..].chars().next()))
}
