//! `gatewalk diagnose`.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use super::args::{Diagnose, Format};
use super::live::{self, LiveWords};
use super::{Failure, examples, print, start};
use crate::config;
use crate::engine::{Event, Outcome, Replay, Steering, evidence, run};
use crate::facts::{Fact, Snapshot, Source};
use crate::model::{Request, Status};
use crate::playbook::{Loaded, Shelf, Words, assemble, choose, complete};
use crate::report;
use crate::tui::{self, LiveRequest, StartRequest};

/// Where the answers come from.
#[derive(Debug, Clone)]
pub enum From {
    /// A live cloud.
    Live,
    /// A recorded file.
    Recorded(Box<Snapshot>),
}

/// Everything that is needed to walk.
#[derive(Debug)]
pub struct Walk {
    /// The playbook.
    pub loaded: Loaded,
    /// The question.
    pub request: Request,
    /// Where the answers come from.
    pub from: From,
    /// What is known beside them.
    pub evidence: Vec<Fact>,
}

/// The shelf of all playbooks.
pub fn shelf() -> Shelf {
    Shelf::new(config::playbook_dirs())
}

/// Makes a walk of the user's words. Words beside a recorded file ask it another question.
pub fn prepare(words: Option<&Words>, playbook: Option<&str>, from: From) -> Result<Walk, Failure> {
    let shelf = shelf();
    let evidence = match &from {
        From::Recorded(snapshot) => snapshot.facts.iter().filter(|fact| evidence::is_evidence(fact)).cloned().collect(),
        From::Live => Vec::new(),
    };
    match (words, &from) {
        (Some(words), _) => {
            let loaded = match playbook {
                Some(name) => shelf.open(name)?,
                None => choose(&shelf, words)?,
            };
            let request = assemble(&loaded, words)?;
            // What was reported or probed for one question is no evidence for another.
            let same = matches!(&from, From::Recorded(snapshot) if snapshot.request.is_same_question(&request));
            let evidence = if same { evidence } else { Vec::new() };
            Ok(Walk { loaded, request, from, evidence })
        }
        (None, From::Recorded(snapshot)) if snapshot.playbook.is_empty() && playbook.is_none() => Err(Failure::usage(
            "the snapshot holds answers but no question",
            "name a RESOURCE, and --as and --from, beside --snapshot",
        )),
        (None, From::Recorded(snapshot)) => {
            let loaded = shelf.open(playbook.unwrap_or(&snapshot.playbook))?;
            let mut request = snapshot.request.clone();
            complete(&loaded, &mut request);
            Ok(Walk { loaded, request, from, evidence })
        }
        (None, From::Live) => {
            Err(Failure::usage("nobody said what cannot be reached", "name a RESOURCE, e.g. s3://BUCKET/KEY"))
        }
    }
}

/// Walks to the end.
pub async fn walk(
    walk: Walk,
    words: LiveWords,
    events: Option<&UnboundedSender<Event>>,
    cancel: &CancellationToken,
) -> Result<Outcome, Failure> {
    steered(walk, words, events, &Steering::default(), cancel).await
}

/// Walks to the end, under a person's hand.
pub async fn steered(
    walk: Walk,
    words: LiveWords,
    events: Option<&UnboundedSender<Event>>,
    steering: &Steering,
    cancel: &CancellationToken,
) -> Result<Outcome, Failure> {
    let provider =
        walk.loaded.provider().ok_or_else(|| Failure::invalid("the playbook's provider is not known", ""))?;
    let asks = matches!(walk.from, From::Live);
    let mut evidence = walk.evidence;
    let source: Box<dyn Source + '_> = match walk.from {
        From::Recorded(snapshot) => Box::new(Replay::new(snapshot.facts, provider)),
        From::Live => {
            let (source, observed) = live::source(provider, &words, &walk.request).await?;
            evidence.extend(observed);
            source
        }
    };
    let source = steering.over(source.as_ref());
    let outcome = run(&walk.loaded, provider, walk.request, evidence, &source, events, cancel).await;
    match Failure::unreachable(&outcome.facts) {
        Some(failure) if asks => Err(failure),
        _ => Ok(outcome),
    }
}

/// The command.
pub fn diagnose(args: Diagnose) -> Result<u8, Failure> {
    let format = args.format.unwrap_or(if start::is_interactive() { Format::Tui } else { Format::Text });
    let words = args.resource.clone().map(|resource| Words {
        resource,
        principal: args.principal.clone(),
        action: args.action.clone(),
        origin: args.origin.clone(),
        inputs: args.inputs.iter().cloned().collect(),
    });
    if words.is_none()
        && (args.principal.is_some() || args.action.is_some() || args.origin.is_some() || !args.inputs.is_empty())
    {
        return Err(Failure::usage(
            "--as, --do, --from and -i ask another question than the recorded one, which needs a RESOURCE as well",
            "name the RESOURCE, or leave these out",
        ));
    }
    let from = match (&args.snapshot, &args.example) {
        (Some(path), _) => From::Recorded(Box::new(Snapshot::load(path)?)),
        (None, Some(name)) => From::Recorded(Box::new(examples::open(name)?)),
        (None, None) => From::Live,
    };
    let walk_ready = prepare(words.as_ref(), args.playbook.as_deref(), from)?;
    let live = LiveWords {
        org_profile: args.org_profile.clone(),
        timeout: Duration::from_secs(args.timeout),
        probe: args.probe,
    };
    if format == Format::Tui {
        return start::run(Some(tui_start(&args, words)), live, tui::Options { ascii: args.ascii });
    }
    finish(walk_ready, live, format, args.save.as_deref(), args.timings)
}

/// Walks without a terminal interface, and prints the answer.
pub fn finish(ready: Walk, live: LiveWords, format: Format, kept: Option<&Path>, timings: bool) -> Result<u8, Failure> {
    let cancel = CancellationToken::new();
    let outcome = runtime()?.block_on(async {
        let on_interrupt = cancel.clone();
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                on_interrupt.cancel();
            }
        });
        walk(ready, live, None, &cancel).await
    })?;
    if let Some(path) = kept {
        save(&outcome, path)?;
    }
    print(&shown(&outcome, format))?;
    if timings {
        let _ = write!(io::stderr(), "{}", report::timings(&outcome));
    }
    Ok(exit_code(outcome.diagnosis.verdict))
}

fn tui_start(args: &Diagnose, words: Option<Words>) -> StartRequest {
    match (&args.snapshot, &args.example, words) {
        (Some(path), ..) => StartRequest::Snapshot(path.clone()),
        (None, Some(name), _) => StartRequest::Example(name.clone()),
        (None, None, words) => {
            let words = words.unwrap_or_default();
            StartRequest::Live(LiveRequest {
                resource: words.resource,
                principal: words.principal,
                action: words.action,
                origin: words.origin,
                playbook: args.playbook.clone(),
                inputs: words.inputs,
                error: None,
            })
        }
    }
}

/// Judges a snapshot without any cloud.
pub fn replayed(snapshot: Snapshot) -> Result<crate::model::Diagnosis, Failure> {
    let ready = prepare(None, None, From::Recorded(Box::new(snapshot)))?;
    let outcome = futures::executor::block_on(walk(ready, LiveWords::default(), None, &CancellationToken::new()))?;
    Ok((*outcome.diagnosis).clone())
}

/// The async machinery.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::usage(format!("the program cannot start its threads: {error}"), ""))
}

fn shown(outcome: &Outcome, format: Format) -> String {
    let Outcome { diagnosis, facts, .. } = outcome;
    match format {
        Format::Json => format!("{:#}\n", report::json(diagnosis, facts)),
        Format::Markdown => report::markdown(diagnosis, facts),
        Format::Dot => report::dot(diagnosis),
        Format::Text | Format::Tui => report::text(diagnosis, facts),
    }
}

/// Keeps the answers in a file.
pub fn save(outcome: &Outcome, path: &Path) -> Result<(), Failure> {
    Ok(snapshot(&outcome.diagnosis, &outcome.facts).save(path)?)
}

/// The snapshot of a diagnosis, dated by its first answer.
pub fn snapshot(diagnosis: &Arc<crate::model::Diagnosis>, facts: &crate::facts::Facts) -> Snapshot {
    let taken = facts.all().iter().map(|fact| fact.at.as_str()).filter(|at| !at.is_empty()).min().unwrap_or_default();
    Snapshot::new(diagnosis.request.clone(), &diagnosis.playbook.id, facts.all().to_vec(), taken)
}

/// The contract's exit code of a verdict.
pub fn exit_code(status: Status) -> u8 {
    match status {
        Status::Open => 0,
        Status::Broken => 1,
        Status::Unknown => 3,
    }
}
