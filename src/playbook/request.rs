//! From the user's words to a request, and the playbook for it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use thiserror::Error;

use super::error::{PlaybookError, closest};
use super::expr::{Evaluated, Scope, Template};
use super::load::{Loaded, parse, whole};
use super::shelf::Shelf;
use crate::model::{ORIGIN_UNKNOWN, Request};
use crate::secret::scrubbed;

/// What a resource may look like, said where none of these fits.
const RESOURCES: &str =
    "try s3://BUCKET/KEY, an ARN, https://ACCOUNT.blob.core.windows.net/CONTAINER/BLOB, an ARM id or azureml://…";
/// Inputs that any playbook takes, whether it uses them or not (contract, section 7).
const EVERYWHERE: &[&str] = &["prefix", "pass-role", "image", "kms-key"];

/// A question in the user's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// RESOURCE.
    pub resource: String,
    /// `--as`.
    pub principal: Option<String>,
    /// `--do`.
    pub action: Option<String>,
    /// `--from`.
    pub origin: Option<String>,
    /// `-i NAME=VALUE`.
    pub inputs: BTreeMap<String, String>,
}

/// Words that make no request (exit code 2), or a playbook that cannot be used (exit code 4).
#[derive(Debug, Error)]
pub enum RequestError {
    /// The words are wrong: a sentence, and what to do.
    #[error("{sentence}")]
    Words {
        /// What is wrong.
        sentence: String,
        /// What to do next.
        next: String,
    },
    /// The playbook is wrong.
    #[error(transparent)]
    Playbook(#[from] Box<PlaybookError>),
}

fn wrong(sentence: impl Into<String>, next: impl Into<String>) -> RequestError {
    RequestError::Words { sentence: sentence.into(), next: next.into() }
}

/// The first playbook that is for this resource and action. A broken file of the user's own does not stand in the way
/// of the others: it is passed over unless it is asked for by name.
pub fn choose(shelf: &Shelf, words: &Words) -> Result<Loaded, RequestError> {
    let mut fits_resource = false;
    for file in shelf.files().iter().filter(|file| !file.is_fragment()) {
        // Reading a file is quick; its expressions are compiled only if it is the one.
        let Ok(playbook) = parse(file) else { continue };
        for wanted in &playbook.spec.matches {
            if !whole(&wanted.resource).is_ok_and(|resource| resource.is_match(&words.resource)) {
                continue;
            }
            fits_resource = true;
            let fits_action = match (&wanted.action, &words.action) {
                (Some(action), Some(asked)) => whole(action).is_ok_and(|action| action.is_match(asked)),
                _ => true,
            };
            if fits_action && let Ok(loaded) = Loaded::read(file, shelf) {
                return Ok(loaded);
            }
        }
    }
    if fits_resource {
        let action = words.action.as_deref().unwrap_or_default();
        return Err(wrong(
            format!("no playbook judges `{action}` on `{}`", scrubbed(&words.resource)),
            "name one with --playbook; `gatewalk playbook list` shows all",
        ));
    }
    Err(wrong(
        format!("`{}` is no resource that any playbook knows", scrubbed(&words.resource)),
        format!("{RESOURCES}; `gatewalk playbook list` shows what can be walked"),
    ))
}

/// Makes the request: captures, inputs and defaults filled in, verbs translated, the resource in the provider's own form.
pub fn assemble(loaded: &Loaded, words: &Words) -> Result<Request, RequestError> {
    let spec = &loaded.playbook.spec;
    let verb = words.action.as_deref().unwrap_or("read");
    let action = match spec.verbs.get(verb) {
        Some(action) => action.clone(),
        None if verb.contains([':', '/']) => verb.to_owned(),
        None => {
            let verbs: Vec<_> = spec.verbs.keys().map(String::as_str).collect();
            return Err(wrong(
                format!("`{verb}` is no action"),
                format!("--do takes the provider's own name, e.g. `s3:GetObject`, or one of {}", verbs.join(", ")),
            ));
        }
    };
    let mut request = Request {
        provider: loaded.playbook.metadata.provider.clone(),
        principal: words.principal.clone().unwrap_or_default(),
        action,
        resource: scrubbed(&words.resource),
        origin: words.origin.clone().unwrap_or_else(|| ORIGIN_UNKNOWN.into()),
        inputs: BTreeMap::new(),
    };
    let mut captured = captures(loaded, words)?;
    for value in captured.values_mut() {
        *value = scrubbed(value);
    }
    // A playbook that tells listing from reading apart, where the provider has one action for both, asks for the word itself.
    if spec.inputs.contains_key("verb") && spec.verbs.contains_key(verb) {
        captured.insert("verb".into(), verb.into());
    }
    fill_inputs(loaded, words, captured, &mut request)?;
    if let Some(template) = &loaded.resource {
        request.resource = evaluated(template, &with_lets(loaded, &request), "resource")?;
    }
    let provider = loaded.provider().ok_or_else(|| wrong("the playbook's provider is not known", ""))?;
    for (what, text) in [("principal", &request.principal), ("resource", &request.resource)] {
        if !text.is_empty() {
            provider
                .parse(text)
                .map_err(|why| wrong(format!("the {what} `{text}` cannot be read: {why}"), next(what)))?;
        }
    }
    Ok(request)
}

/// Fills in defaults of inputs that a recorded request does not have: its playbook may have learnt to ask for more since.
pub fn complete(loaded: &Loaded, request: &mut Request) {
    for (name, input) in &loaded.playbook.spec.inputs {
        let default = input.default.as_ref().filter(|_| !request.inputs.contains_key(name));
        let value = default.and_then(|default| Template::new(default).ok()?.text(&scope(request)).yes());
        request.inputs.extend(value.map(|value| (name.clone(), value)));
    }
}

fn next(what: &str) -> &'static str {
    match what {
        "principal" => {
            "--as takes an ARN such as arn:aws:iam::123456789012:role/NAME; an Entra object id, NAME@DOMAIN or ARM id; or `anonymous`"
        }
        _ => RESOURCES,
    }
}

/// What the parts of the resource are called, by the first pattern that fits.
fn captures(loaded: &Loaded, words: &Words) -> Result<BTreeMap<String, String>, RequestError> {
    if loaded.matches.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = loaded.matches.iter().find_map(|(pattern, _)| Some((pattern, pattern.captures(&words.resource)?)));
    let Some((pattern, captures)) = found else {
        return Err(wrong(
            format!("`{}` is no resource for the playbook {}", scrubbed(&words.resource), loaded.playbook.metadata.id),
            format!("`gatewalk playbook show {}` says what it takes", loaded.playbook.metadata.id),
        ));
    };
    let named = pattern.capture_names().flatten();
    Ok(named.filter_map(|name| Some((name.to_owned(), captures.name(name)?.as_str().to_owned()))).collect())
}

fn fill_inputs(
    loaded: &Loaded,
    words: &Words,
    captured: BTreeMap<String, String>,
    request: &mut Request,
) -> Result<(), RequestError> {
    let inputs = &loaded.playbook.spec.inputs;
    for name in words.inputs.keys() {
        if !inputs.contains_key(name) && !name.starts_with("context:") && !EVERYWHERE.contains(&name.as_str()) {
            let known = inputs.keys().map(String::as_str);
            let like = closest(name, known).map(|like| format!("did you mean `{like}`? ")).unwrap_or_default();
            let help = format!("{like}`gatewalk playbook show {}` lists its inputs", loaded.playbook.metadata.id);
            return Err(wrong(format!("the playbook {} has no input `{name}`", loaded.playbook.metadata.id), help));
        }
    }
    request.inputs = captured;
    request.inputs.extend(words.inputs.clone());
    for (name, input) in inputs {
        if !request.inputs.contains_key(name) {
            match &input.default {
                Some(default) => {
                    let template = Template::new(default).map_err(|why| wrong(why, ""))?;
                    let value = evaluated(&template, &scope(request), name)?;
                    request.inputs.insert(name.clone(), value);
                }
                None if input.required => {
                    let example = input.example.as_deref().unwrap_or("VALUE");
                    return Err(wrong(
                        format!(
                            "the playbook {} needs the input `{name}`: {}",
                            loaded.playbook.metadata.id, input.prompt
                        ),
                        format!("add -i {name}={example}"),
                    ));
                }
                None => {}
            }
        }
        if let (Some(pattern), Some(value)) = (&input.pattern, request.inputs.get(name)) {
            let fits = whole(pattern).is_ok_and(|pattern| pattern.is_match(value));
            if !fits {
                let example = input.example.as_ref().map(|text| format!(", e.g. `{text}`")).unwrap_or_default();
                return Err(wrong(
                    format!("`{value}` is no {name}: {}", input.prompt),
                    format!("it must look like {pattern}{example}"),
                ));
            }
        }
    }
    Ok(())
}

/// The scope before any answer is there: lets that need none have their values.
fn with_lets(loaded: &Loaded, request: &Request) -> Scope<'static> {
    let mut scope = scope(request);
    for (name, expr) in &loaded.lets {
        if let Evaluated::Yes(value) = expr.evaluate(&scope) {
            scope.set(name, &value);
        }
    }
    scope
}

fn evaluated(template: &Template, scope: &Scope<'_>, what: &str) -> Result<String, RequestError> {
    match template.text(scope) {
        Evaluated::Yes(text) => Ok(text),
        Evaluated::Missing(name) => {
            Err(wrong(format!("{what} needs `{name}`, which nobody said"), format!("add -i {name}=VALUE")))
        }
        Evaluated::Failed(why) => Err(wrong(format!("{what} cannot be worked out: {why}"), "")),
    }
}

/// What expressions see of a request.
#[must_use]
pub fn scope(request: &Request) -> Scope<'static> {
    let mut scope = Scope::new();
    let inputs: serde_json::Map<String, Value> =
        request.inputs.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect();
    scope.set("input", &Value::Object(inputs));
    scope.set(
        "request",
        &json!({
            "principal": request.principal, "action": request.action,
            "resource": request.resource, "origin": request.origin,
        }),
    );
    scope
}
