//! What the terminal interface may ask for, answered by this program.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use super::diagnose::{From, Walk, prepare, shelf, snapshot, walk};
use super::live::LiveWords;
use super::{Failure, examples, why};
use crate::engine::Event;
use crate::engine::evidence::reported;
use crate::facts::{Call, Fact, Facts, Snapshot};
use crate::model::Diagnosis;
use crate::playbook::{SourceFile, Words, parse};
use crate::tui::{ExampleEntry, Host, HostError, InputEntry, LiveRequest, PlaybookEntry, StartRequest};
use crate::{cloud, report};

/// This program.
#[derive(Debug)]
pub struct CliHost {
    live: LiveWords,
}

impl CliHost {
    /// With what the user says of live calls.
    pub fn new(live: LiveWords) -> Self {
        CliHost { live }
    }
}

fn ready(what: &StartRequest) -> Result<Walk, Failure> {
    match what {
        StartRequest::Example(name) => prepare(None, None, From::Recorded(Box::new(examples::open(name)?))),
        StartRequest::Snapshot(path) => prepare(None, None, From::Recorded(Box::new(Snapshot::load(path)?))),
        StartRequest::Live(live) => prepare(Some(&words(live)), live.playbook.as_deref(), From::Live),
    }
}

/// What the cloud said in the error that the request was read from.
async fn said(what: &StartRequest, patience: Duration) -> Option<Fact> {
    let StartRequest::Live(LiveRequest { error: Some(error), .. }) = what else { return None };
    let mut denial = why::denials(error).into_iter().next()?;
    // Remarks on what was refused have no place beside a walk: the walk's own gates say what is missing.
    why::ask_for_details(&mut denial, patience).await;
    Some(reported(&denial))
}

fn words(live: &LiveRequest) -> Words {
    Words {
        resource: live.resource.clone(),
        principal: live.principal.clone(),
        action: live.action.clone(),
        origin: live.origin.clone(),
        inputs: live.inputs.clone(),
    }
}

impl Host for CliHost {
    fn identity(&self) -> Option<String> {
        super::doctor::identity()
    }

    fn examples(&self) -> Vec<ExampleEntry> {
        examples::list().map(|(name, title)| ExampleEntry { name: name.into(), title: title.into() }).collect()
    }

    fn playbooks(&self) -> Vec<PlaybookEntry> {
        shelf().files().iter().filter(|file| !file.is_fragment()).filter_map(entry).collect()
    }

    fn request_of(&self, error: &str) -> Option<(LiveRequest, String)> {
        let denials = why::denials(error);
        let denial = denials.first()?;
        let words = why::known(denial);
        let request = LiveRequest {
            resource: words.resource,
            principal: words.principal,
            action: words.action,
            origin: words.origin,
            error: Some(error.to_owned()),
            ..LiveRequest::default()
        };
        Some((request, why::sentence(denial)))
    }

    fn walk(
        &self,
        what: StartRequest,
        events: UnboundedSender<Event>,
        cancel: CancellationToken,
    ) -> BoxFuture<'static, Result<(), HostError>> {
        let live = self.live.clone();
        Box::pin(async move {
            let mut walk_ready = ready(&what)?;
            walk_ready.evidence.extend(said(&what, live.timeout).await);
            walk(walk_ready, live, Some(&events), &cancel).await?;
            Ok(())
        })
    }

    fn command(&self, call: &Call) -> String {
        // Calls carry no provider; the first that knows the call says how it is typed.
        let provider = cloud::ALL.iter().find(|provider| provider.permission(&call.name).is_some());
        provider.map_or_else(|| call.name.clone(), |provider| provider.command(call))
    }

    fn markdown(&self, diagnosis: &Diagnosis, facts: &Facts) -> String {
        report::markdown(diagnosis, facts)
    }

    fn export(&self, diagnosis: &Diagnosis, facts: &Facts) -> Result<PathBuf, HostError> {
        let path = fresh("gatewalk-report", "md");
        std::fs::write(&path, report::markdown(diagnosis, facts)).map_err(|error| cannot_write(&path, &error))?;
        Ok(path)
    }

    fn save_snapshot(&self, diagnosis: &Diagnosis, facts: &Facts) -> Result<PathBuf, HostError> {
        let path = fresh("gatewalk-snapshot", "json");
        snapshot(&Arc::new(diagnosis.clone()), facts).save(&path).map_err(Failure::from)?;
        Ok(path)
    }
}

fn entry(file: &SourceFile) -> Option<PlaybookEntry> {
    let playbook = parse(file).ok()?;
    let inputs = playbook.spec.inputs.iter().map(|(name, input)| InputEntry {
        name: name.clone(),
        prompt: input.prompt.clone(),
        example: input.example.clone(),
        required: input.required,
    });
    Some(PlaybookEntry { id: playbook.metadata.id, title: playbook.metadata.title, inputs: inputs.collect() })
}

/// A name in the current folder that nothing has yet.
fn fresh(stem: &str, extension: &str) -> PathBuf {
    let named = |count: u32| match count {
        1 => PathBuf::from(format!("{stem}.{extension}")),
        count => PathBuf::from(format!("{stem}-{count}.{extension}")),
    };
    (1..).map(named).find(|path| !path.exists()).unwrap_or_else(|| named(1))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> HostError {
    Failure::usage(format!("{} cannot be written: {error}", path.display()), "change to a folder you may write to")
        .into()
}
