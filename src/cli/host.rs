//! What the terminal interface may ask for, answered by this program.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use super::diagnose::{From, Walk, prepare, shelf, snapshot, steered};
use super::live::LiveWords;
use super::train::{self, Keeping};
use super::{Failure, environment, examples, why};
use crate::config::{self, Recent};
use crate::engine::evidence::{self, reported};
use crate::engine::{Event, Steering};
use crate::facts::{Fact, Facts, Snapshot};
use crate::model::Diagnosis;
use crate::playbook::{SourceFile, Words, parse};
use crate::secret::scrubbed;
use crate::train::{Debrief, Scenario};
use crate::tui::{
    ExampleEntry, Host, HostError, Identity, InputEntry, LevelRequest, Levels, LiveRequest, PlaybookEntry,
    StartRequest, Walked, World,
};
use crate::{cloud, report};

/// This program.
#[derive(Debug)]
pub struct CliHost {
    live: LiveWords,
    keeping: Keeping,
}

impl CliHost {
    /// With what the user says of live calls.
    pub fn new(live: LiveWords) -> Self {
        CliHost { live, keeping: Keeping::default() }
    }

    /// With what the user wants to be kept of his training.
    pub fn keeping(self, keeping: Keeping) -> Self {
        CliHost { keeping, ..self }
    }
}

fn ready(what: &StartRequest) -> Result<Walk, Failure> {
    match what {
        StartRequest::Example(name) => prepare(None, None, From::Recorded(Box::new(examples::open(name)?))),
        StartRequest::Snapshot(path) => prepare(None, None, From::Recorded(Box::new(Snapshot::load(path)?))),
        StartRequest::Level(_) => Err(Failure::usage("a level is played, not walked", "gatewalk train")),
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
    fn world(&self) -> World {
        let recents = config::state_dir().map(|state| config::recents(&state)).unwrap_or_default();
        let snapshots = environment::snapshots();
        World {
            identity: Identity { credentials: super::doctor::identity(), account: environment::account() },
            examples: examples::list()
                .map(|(name, title)| ExampleEntry { name: name.into(), title: title.into() })
                .collect(),
            playbooks: shelf().files().iter().filter(|file| !file.is_fragment()).filter_map(entry).collect(),
            suggestions: environment::suggestions(&recents, &snapshots),
            snapshots,
            recents,
        }
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

    fn check(&self, live: &LiveRequest) -> Result<String, HostError> {
        let ready = prepare(Some(&words(live)), live.playbook.as_deref(), From::Live)?;
        let action = &ready.request.action;
        Ok(format!(
            "walks {} for {action}: {}",
            ready.loaded.playbook.metadata.id, ready.loaded.playbook.metadata.title
        ))
    }

    fn walk(
        &self,
        what: StartRequest,
        events: UnboundedSender<Event>,
        steering: Steering,
        cancel: CancellationToken,
    ) -> BoxFuture<'static, Result<(), HostError>> {
        let live = self.live.clone();
        Box::pin(async move {
            let mut walk_ready = ready(&what)?;
            match &steering.known {
                // What was reported or probed stands as well.
                Some(known) => {
                    let evidence = known.facts.all().iter().filter(|fact| evidence::is_evidence(fact)).cloned();
                    walk_ready.evidence = evidence.collect();
                }
                None => walk_ready.evidence.extend(said(&what, live.timeout).await),
            }
            steered(walk_ready, live, Some(&events), &steering, &cancel).await?;
            Ok(())
        })
    }

    fn open(&self, snapshot: &Path) -> Result<Walked, HostError> {
        Ok(super::compare::walked(snapshot)?)
    }

    fn permission(&self, call: &str) -> Option<String> {
        // Calls carry no provider: the first that knows the call says what it needs.
        cloud::ALL.iter().find_map(|provider| provider.permission(call)).map(str::to_owned)
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

    fn keep_text(&self, text: &str) -> Result<PathBuf, HostError> {
        let path = fresh("gatewalk-copied", "txt");
        std::fs::write(&path, text).map_err(|error| cannot_write(&path, &error))?;
        Ok(path)
    }

    fn levels(&self) -> Levels {
        train::levels(&train::bank())
    }

    fn level(&self, what: &LevelRequest) -> Result<Arc<Scenario>, HostError> {
        Ok(Arc::new(train::open(what)?))
    }

    fn trained(&self, debrief: &Debrief) -> Result<(), HostError> {
        Ok(self.keeping.keep(debrief)?)
    }

    fn write_debrief(&self, debrief: &Debrief) -> Result<PathBuf, HostError> {
        let path = fresh(&format!("gatewalk-debrief-{}", file_name(&debrief.scenario)), "md");
        std::fs::write(&path, debrief.markdown()).map_err(|error| cannot_write(&path, &error))?;
        Ok(path)
    }

    fn remember(&self, what: &StartRequest, diagnosis: &Diagnosis, saved: Option<&Path>) {
        let (StartRequest::Live(live), Some(state)) = (what, config::state_dir()) else { return };
        let at = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let mut recent = Recent::new(at, scrubbed(&live.resource), diagnosis.verdict, diagnosis.sentence.clone());
        recent.principal.clone_from(&live.principal);
        recent.action.clone_from(&live.action);
        recent.origin.clone_from(&live.origin);
        recent.snapshot = saved.map(|path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
        // A state folder that cannot be written costs the memory of this walk, not the walk.
        let _ = config::remember(&state, &recent).and_then(|()| config::forget_older(&state));
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

/// A level's id as part of a file's name.
fn file_name(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

fn cannot_write(path: &Path, error: &std::io::Error) -> HostError {
    Failure::usage(format!("{} cannot be written: {error}", path.display()), "change to a folder you may write to")
        .into()
}
