//! `gatewalk why`: from an error message to a request, and on to its diagnosis.

use std::cmp::Reverse;
use std::io::{self, IsTerminal, Read, Write};
use std::time::Duration;

use super::args::{Format, Why};
use super::diagnose::{From, finish, prepare, runtime};
use super::live::{LiveWords, ask_once};
use super::{Failure, print, start};
use crate::cloud;
use crate::engine::evidence::reported;
use crate::facts::Snapshot;
use crate::model::Denial;
use crate::playbook::Words;
use crate::tui::{self, LiveRequest, StartRequest};
use crate::visible::one_line;

/// What the clouds read in a text. A time-out or a 403 looks the same everywhere, so a cloud whose own marks the text bears is believed
/// before one that merely understands it; among equals the one that reads more; then the order of the registry.
pub fn denials(text: &str) -> Vec<Denial> {
    let read = cloud::ALL.iter().map(|provider| (provider.bears_marks(text), provider.denials(text)));
    let told = |denials: &[Denial]| denials.iter().map(Denial::told).max();
    let best = read
        .filter(|(_, denials)| !denials.is_empty())
        .min_by_key(|(marked, denials)| Reverse((*marked, told(denials))));
    best.map(|(_, denials)| denials).unwrap_or_default()
}

/// The command.
pub fn why(args: Why) -> Result<u8, Failure> {
    let text = text(&args.text)?;
    let denials = denials(&text);
    let Some(mut denial) = denials.first().cloned() else {
        return Err(Failure::usage(
            "the text holds no refusal that gatewalk can read",
            "paste the whole error, an audit event or the HTTP answer; or name the RESOURCE: `gatewalk diagnose RESOURCE`",
        ));
    };
    let json = args.format == Some(Format::Json);
    if args.no_query {
        return print(&if json { format!("{:#}\n", all(&denials)) } else { read_aloud(&denials) });
    }
    if args.snapshot.is_none() {
        let patience = Duration::from_secs(args.timeout);
        for remark in runtime()?.block_on(ask_for_details(&mut denial, patience)) {
            let _ = writeln!(io::stderr(), "gatewalk: {remark}");
        }
    }
    let words = words(&denial, &args).inspect_err(|_| {
        if !json {
            let _ = print(&read_aloud(&denials));
        }
    })?;
    let format = args.format.unwrap_or(if start::is_interactive() { Format::Tui } else { Format::Text });
    let live = LiveWords {
        org_profile: args.org_profile.clone(),
        timeout: Duration::from_secs(args.timeout),
        probe: args.probe,
    };
    if format == Format::Tui && args.snapshot.is_none() {
        let what = LiveRequest {
            resource: words.resource,
            principal: words.principal,
            action: words.action,
            origin: words.origin,
            inputs: words.inputs,
            playbook: None,
            error: Some(text),
        };
        return start::run(Some(StartRequest::Live(what)), live, tui::Options::default());
    }
    let from = match &args.snapshot {
        Some(path) => From::Recorded(Box::new(Snapshot::load(path)?)),
        None => From::Live,
    };
    let mut walk = prepare(Some(&words), None, from)?;
    walk.evidence.push(reported(&denial));
    finish(walk, live, format, args.save.as_deref(), false)
}

/// Asks the cloud for what only it can tell of a denial. What it refuses is told by a remark, and the text alone counts.
pub async fn ask_for_details(denial: &mut Denial, patience: Duration) -> Vec<String> {
    let Some(provider) = cloud::by_id(&denial.provider) else { return Vec::new() };
    let mut remarks = Vec::new();
    for call in provider.details(denial) {
        let answer = ask_once(provider, &call, patience).await;
        match (answer.body, answer.error) {
            (Some(body), _) => provider.detailed(denial, &call, &body),
            (None, error) => {
                let why = error.map(|error| format!(": {}", error.code)).unwrap_or_default();
                let permission = provider.permission(&call.name).unwrap_or(&call.name);
                remarks.push(format!("{} did not answer{why}; {permission} would tell more of this denial", call.name));
            }
        }
    }
    remarks
}

/// The words given, else standard input.
fn text(words: &[String]) -> Result<String, Failure> {
    let given = words.join(" ");
    if !given.is_empty() && given != "-" {
        return Ok(given);
    }
    if io::stdin().is_terminal() {
        let _ = writeln!(io::stderr(), "Paste the error, then press Ctrl-D.");
    }
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes).map_err(|error| {
        Failure::usage(format!("standard input cannot be read: {error}"), "give the text as an argument")
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The first denial in the contract's shape; further ones under `more`.
fn all(denials: &[Denial]) -> serde_json::Value {
    let mut shapes = denials.iter().map(Denial::json);
    let mut first = shapes.next().unwrap_or_default();
    let more: Vec<_> = shapes.collect();
    if let (Some(fields), false) = (first.as_object_mut(), more.is_empty()) {
        fields.insert("more".into(), more.into());
    }
    first
}

/// The request that the text tells, completed by the user's words.
fn words(denial: &Denial, args: &Why) -> Result<Words, Failure> {
    let known = known(denial);
    let resource = args.resource.clone().unwrap_or(known.resource);
    if resource.is_empty() {
        return Err(Failure::usage(
            "the text does not say which resource was refused",
            "add --resource s3://BUCKET/KEY, https://ACCOUNT.blob.core.windows.net/CONTAINER/BLOB, an ARN or an ARM id",
        ));
    }
    Ok(Words {
        resource,
        principal: args.principal.clone().or(known.principal),
        action: args.action.clone().or(known.action),
        origin: args.origin.clone().or(known.origin),
        inputs: args.inputs.iter().cloned().collect(),
    })
}

/// The request that the text tells; an empty resource where it names none. Principals that are no names of the cloud's own
/// (`AIDAX…` in an event of another account) are left out.
pub fn known(denial: &Denial) -> Words {
    let provider = cloud::by_id(&denial.provider);
    let readable = |text: &String| provider.is_some_and(|provider| provider.parse(text).is_ok());
    Words {
        resource: denial.resource.clone().unwrap_or_default(),
        principal: denial.principal.clone().filter(readable),
        action: denial.action.clone().or_else(|| denial.implied_action.clone()),
        origin: denial.origin.clone(),
        inputs: std::collections::BTreeMap::new(),
    }
}

/// What was reported, in one sentence.
pub fn sentence(denial: &Denial) -> String {
    let effect = denial.reported.effect.map(|effect| format!(", {}", effect.as_str())).unwrap_or_default();
    match (&denial.reported.gate, denial.resource.is_some()) {
        (None, true) if let Some(layer) = denial.reported.layer => {
            format!("Reported: something in the layer {layer}. Say where it came from; Enter walks.")
        }
        (Some(gate), true) => format!("Reported: {gate}{effect}. Say where it came from; Enter walks."),
        (Some(gate), false) => format!("Reported: {gate}{effect}. It names no resource: type it."),
        (None, true) => "No reason is given. Say where it came from; Enter walks.".into(),
        (None, false) => "Neither reason nor resource is given: type the resource.".into(),
    }
}

/// What was read, for people.
fn read_aloud(denials: &[Denial]) -> String {
    let mut out = String::new();
    for (at, denial) in denials.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        one(&mut out, denial);
    }
    out
}

fn one(out: &mut String, denial: &Denial) {
    let mut line = |name: &str, value: &str| out.push_str(&format!("{name:<9} {}\n", one_line(value)));
    let implied = denial.implied_action.as_ref().map(|action| format!("{action} (by the operation's name)"));
    for (name, value) in [
        ("who", &denial.principal),
        ("does", &denial.action.clone().or(implied)),
        ("to", &denial.resource),
        ("from", &denial.origin),
    ] {
        line(name, value.as_deref().unwrap_or("the text does not say"));
    }
    let (reported, message) = (&denial.reported, &denial.message);
    let gate = reported.gate.as_deref().map(|gate| format!("{gate} ({})", about(denial, gate)));
    line("refused by", gate.as_deref().unwrap_or("the text does not say"));
    if let Some(effect) = reported.effect {
        line("effect", effect.as_str());
    }
    for (name, value) in [
        ("policy", &reported.policy),
        ("code", &message.code),
        ("operation", &message.operation),
        ("endpoint", &message.endpoint),
        ("details id", &message.authorization_id),
    ] {
        if let Some(value) = value {
            line(name, value);
        }
    }
    if message.encoded.is_some() {
        line("note", "There is an encoded message: whoever may call sts:DecodeAuthorizationMessage can read it.");
    }
    denial.notes.iter().for_each(|note| line("note", note));
}

fn about(denial: &Denial, gate: &str) -> &'static str {
    let gates = cloud::by_id(&denial.provider).map(crate::provider::Provider::gates).unwrap_or_default();
    gates.iter().find(|known| known.name == gate).map_or("", |known| known.about)
}
