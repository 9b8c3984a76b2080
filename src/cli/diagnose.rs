//! `gatewalk diagnose`.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use super::args::{Diagnose, Format};
use super::{Failure, examples, print, start};
use crate::config;
use crate::engine::{Event, Outcome, Replay, Steering, evidence, run};
#[cfg(feature = "aws")]
use crate::facts::Credentials;
#[cfg(not(feature = "aws"))]
use crate::facts::FactError;
use crate::facts::{Answer, Call, Fact, FactStatus, Snapshot, Source};
use crate::model::{Request, Status};
use crate::playbook::{Loaded, Shelf, Words, assemble, choose, complete};
use crate::provider::Provider;
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

/// What the user says of live calls.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "without live calls nobody reads them"))]
pub struct LiveWords {
    /// The profile that may read the organization's policies.
    pub org_profile: Option<String>,
    /// How long one call may take.
    pub timeout: Duration,
    /// Whether the data itself may be touched.
    pub probe: bool,
}

impl Default for LiveWords {
    fn default() -> Self {
        LiveWords { org_profile: None, timeout: Duration::from_secs(20), probe: false }
    }
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
    live: LiveWords,
    events: Option<&UnboundedSender<Event>>,
    cancel: &CancellationToken,
) -> Result<Outcome, Failure> {
    steered(walk, live, events, &Steering::default(), cancel).await
}

/// Walks to the end, under a person's hand.
pub async fn steered(
    walk: Walk,
    live: LiveWords,
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
            let (source, observed) = live_source(provider, live, &walk.request).await?;
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

#[cfg(feature = "aws")]
async fn live_source(
    provider: &dyn Provider,
    live: LiveWords,
    request: &Request,
) -> Result<(Box<dyn Source>, Vec<Fact>), Failure> {
    use crate::aws::collect::{Live, LiveOptions};
    let LiveWords { org_profile, timeout, probe } = live;
    let live = Live::connect(LiveOptions { org_profile, timeout, ..LiveOptions::default() }).await;
    let mut observed = if probe { live.probe(request).await } else { Vec::new() };
    // A refusal may say more than its code: it is read as a pasted error would be.
    let said = observed.iter().filter(|fact| fact.status == FactStatus::Denied).find_map(|fact| fact.error.clone());
    let denials = said.map(|error| provider.denials(&format!("{}: {}", error.code, error.message))).unwrap_or_default();
    observed.extend(denials.first().filter(|denial| denial.reported.gate.is_some()).map(evidence::reported));
    Ok((Box::new(live), observed))
}

/// One live call outside a walk.
#[cfg(feature = "aws")]
pub async fn ask_once(call: &Call, timeout: Duration) -> Answer {
    use crate::aws::collect::{Live, LiveOptions};
    /// Details are recorded some moments after the denial (IAM User Guide, `troubleshoot_access-denied-authorization-id`).
    const LATER: Duration = Duration::from_secs(1);
    let live = Live::connect(LiveOptions { timeout, ..LiveOptions::default() }).await;
    let answer = live.ask(call, Credentials::Caller).await;
    if answer.status != FactStatus::NotFound {
        return answer;
    }
    tokio::time::sleep(LATER).await;
    live.ask(call, Credentials::Caller).await
}

/// One live call outside a walk: there are none in this build.
#[cfg(not(feature = "aws"))]
pub fn ask_once(_: &Call, _: Duration) -> std::future::Ready<Answer> {
    let error = Some(FactError { code: "NoLiveCalls".into(), message: String::new() });
    std::future::ready(Answer { status: FactStatus::Skipped, body: None, error, at: String::new(), took_ms: 0 })
}

#[cfg(not(feature = "aws"))]
fn live_source(
    provider: &dyn Provider,
    _: LiveWords,
    _: &Request,
) -> std::future::Ready<Result<(Box<dyn Source>, Vec<Fact>), Failure>> {
    std::future::ready(Err(Failure::usage(
        format!("this gatewalk was built without live calls to {}", provider.id()),
        "use --snapshot",
    )))
}

/// The command.
pub fn diagnose(args: Diagnose) -> Result<u8, Failure> {
    let format = args.format.unwrap_or(if io::stdout().is_terminal() && io::stdin().is_terminal() {
        Format::Tui
    } else {
        Format::Text
    });
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
