//! Facts that can be diagnosed: whole, or as far as a trainee has read them.

use std::collections::{BTreeMap, BTreeSet};
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::touch;
use crate::engine::{Event, Outcome, Replay, evidence, queries_behind, run};
use crate::facts::{Answer, Call, Credentials, Fact, FactError, FactStatus, Snapshot, Source};
use crate::model::{Diagnosis, Layer, Request};
use crate::playbook::schema::As;
use crate::playbook::{Loaded, complete};
use crate::provider::Provider;

/// Facts, and the question they are asked.
#[derive(Clone)]
pub struct World {
    loaded: Arc<Loaded>,
    provider: &'static dyn Provider,
    /// The question.
    pub request: Request,
    /// The answers.
    pub facts: Vec<Fact>,
}

/// A read that a trainee can make: a query of the playbook, with those it needs first.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Probe {
    /// The query's name in the playbook.
    pub name: String,
    /// `service:Operation`.
    pub call: String,
    /// What a person would type, one for each call.
    pub commands: Vec<String>,
    /// Why it is asked (the playbook's words).
    pub why: String,
    /// The layer whose gates read it most.
    pub layer: Layer,
    /// 1; 2 where it needs the credentials of somebody else, or reads the data's own lists; 3 where the request itself is made.
    pub cost: u32,
    /// Queries that are asked along, because this one cannot be asked without them.
    pub brings: Vec<String>,
    /// Keys of its own calls.
    #[serde(skip)]
    pub keys: Vec<String>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World")
            .field("request", &self.request)
            .field("facts", &self.facts.len())
            .finish_non_exhaustive()
    }
}

/// Answers from some of the recorded facts.
struct Partly<'w> {
    replay: Replay<'w>,
    known: Option<&'w BTreeSet<String>>,
}

impl Source for Partly<'_> {
    fn ask<'a>(
        &'a self,
        call: &'a Call,
        credentials: Credentials,
    ) -> Pin<Box<dyn Future<Output = Answer> + Send + 'a>> {
        if self.known.is_some_and(|known| !known.contains(&call.key())) {
            let error = FactError { code: "NotAsked".into(), message: "nobody has asked this yet".into() };
            let status = FactStatus::Skipped;
            return Box::pin(ready(Answer { status, body: None, error: Some(error), at: String::new(), took_ms: 0 }));
        }
        self.replay.ask(call, credentials)
    }

    fn concurrency(&self) -> usize {
        usize::MAX
    }
}

/// What says whether an account has access control lists.
const ACCOUNT: &str = "storage:GetAccount";

/// The layer that a service's answers tell of, where it is one. It must not depend on what is broken: the list of reads would tell.
fn subject(call: &str) -> Option<Layer> {
    let (service, operation) = call.split_once(':')?;
    match (service, operation) {
        ("iam" | "sts" | "organizations" | "entra" | "graph" | "authorization" | "identity", _) => {
            Some(Layer::Identity)
        }
        ("ec2" | "network" | "privatedns", _) | ("ml", "ListOutboundRules") => Some(Layer::Network),
        ("s3" | "s3control" | "kms" | "ecr" | "storage" | "keyvault", _) => Some(Layer::Storage),
        _ => None,
    }
}

impl World {
    /// The world of a snapshot under a playbook; `None` when its cloud is not known.
    pub fn new(loaded: Arc<Loaded>, snapshot: &Snapshot) -> Option<Self> {
        let provider = loaded.provider()?;
        let mut request = snapshot.request.clone();
        complete(&loaded, &mut request);
        let mut facts = snapshot.facts.clone();
        // As `--probe` does: what a refused request says is evidence beside it.
        if !facts.iter().any(|fact| fact.call == evidence::REPORTED) {
            facts.extend(evidence::reported_by(provider, &facts));
        }
        Some(World { loaded, provider, request, facts })
    }

    /// The playbook.
    pub fn loaded(&self) -> &Loaded {
        &self.loaded
    }

    /// The cloud.
    pub fn provider(&self) -> &'static dyn Provider {
        self.provider
    }

    /// The diagnosis of all facts.
    pub fn whole(&self) -> Outcome {
        self.run(None, None)
    }

    /// The diagnosis of the facts whose calls have these keys.
    pub fn known(&self, keys: &BTreeSet<String>) -> Outcome {
        self.run(Some(keys), None)
    }

    fn run(
        &self,
        known: Option<&BTreeSet<String>>,
        events: Option<&tokio::sync::mpsc::UnboundedSender<Event>>,
    ) -> Outcome {
        let replay = Replay::new(self.facts.iter().cloned(), self.provider);
        let source = Partly { replay, known };
        let is_known = |fact: &Fact| known.is_none_or(|known| known.contains(&touch::key(fact)));
        let told = self.facts.iter().filter(|fact| evidence::is_evidence(fact) && is_known(fact)).cloned().collect();
        let cancel = CancellationToken::new();
        let run = run(&self.loaded, self.provider, self.request.clone(), told, &source, events, &cancel);
        // Every answer is there already, so nothing waits.
        futures::executor::block_on(run)
    }

    /// The reads that this world's playbook makes, in its order. A query whose every call another one makes too is that other one.
    pub fn probes(&self) -> Vec<Probe> {
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        let outcome = self.run(None, Some(&sender));
        drop(sender);
        let mut asked: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        while let Ok(event) = receiver.try_recv() {
            if let Event::Asked { query, call, command } = event {
                asked.entry(query).or_default().push((call.key(), command));
            }
        }
        let layers = self.layers(&outcome.diagnosis, &asked, &outcome);
        let mut probes = Vec::new();
        for query in &self.loaded.queries {
            let Some(calls) = asked.get(&query.name) else { continue };
            let brings = self.behind(&query.name).into_iter().filter(|name| asked.contains_key(name)).collect();
            probes.push(Probe {
                name: query.name.clone(),
                call: query.spec.call.clone(),
                commands: calls.iter().map(|(_, command)| command.clone()).collect(),
                why: query.spec.why.clone(),
                layer: layers.get(&query.name).copied().unwrap_or(Layer::Storage),
                cost: if query.spec.credentials == As::Organization { 2 } else { 1 },
                brings,
                keys: calls.iter().map(|(key, _)| key.clone()).collect(),
            });
        }
        for mut probe in touch::probes(&self.facts) {
            // There are lists only where the account says that its namespace is hierarchical, so whoever reads them knows the account.
            let accounts = self.loaded.queries.iter().filter(|query| query.spec.call == ACCOUNT);
            if probe.name == touch::ACCESS_LISTS {
                let names = accounts.flat_map(|query| [self.behind(&query.name), vec![query.name.clone()]].concat());
                probe.brings = names.filter(|name| asked.contains_key(name)).collect();
            }
            probes.push(probe);
        }
        probes
    }

    /// All queries that one needs before it can be asked, in the playbook's order.
    fn behind(&self, name: &str) -> Vec<String> {
        let queries = &self.loaded.queries;
        let mut found = BTreeSet::new();
        let mut waiting: Vec<usize> = queries.iter().position(|query| query.name == name).into_iter().collect();
        while let Some(at) = waiting.pop() {
            for before in queries_behind(&self.loaded, queries[at].names()) {
                if found.insert(before) {
                    waiting.push(before);
                }
            }
        }
        found.into_iter().map(|at| queries[at].name.clone()).filter(|other| other != name).collect()
    }

    /// The layer of each query: what its service is about. Where that is more than one thing, the layer of most gates which read its answers; and where
    /// no gate reads them itself, that of most queries of the same service.
    fn layers(
        &self,
        diagnosis: &Diagnosis,
        asked: &BTreeMap<String, Vec<(String, String)>>,
        outcome: &Outcome,
    ) -> BTreeMap<String, Layer> {
        let service = |call: &str| call.split(':').next().unwrap_or_default().to_owned();
        let most = |votes: &[usize; 3]| {
            let layer = Layer::ALL.into_iter().rev().max_by_key(|layer| votes[*layer as usize]);
            layer.filter(|_| *votes != [0; 3])
        };
        let (mut layers, mut services): (BTreeMap<String, Layer>, BTreeMap<String, [usize; 3]>) = Default::default();
        let queries = || self.loaded.queries.iter().filter(|query| asked.contains_key(&query.name));
        for query in queries() {
            let keys: BTreeSet<&str> = asked[&query.name].iter().map(|(key, _)| key.as_str()).collect();
            let own = |fact: &&Fact| {
                keys.contains(Call { name: fact.call.clone(), params: fact.params.clone() }.key().as_str())
            };
            let ids: BTreeSet<&str> = outcome.facts.all().iter().filter(own).map(|fact| fact.id.as_str()).collect();
            let mut votes = [0; 3];
            for gate in diagnosis.gates.iter().filter(|gate| gate.facts.iter().any(|id| ids.contains(id.as_str()))) {
                votes[gate.layer as usize] += 1;
            }
            if let Some(layer) = most(&votes) {
                layers.insert(query.name.clone(), layer);
                services.entry(service(&query.spec.call)).or_default()[layer as usize] += 1;
            }
        }
        for query in queries() {
            let others = services.get(&service(&query.spec.call));
            if let (false, Some(layer)) = (layers.contains_key(&query.name), others.and_then(most)) {
                layers.insert(query.name.clone(), layer);
            }
            if let Some(layer) = subject(&query.spec.call) {
                layers.insert(query.name.clone(), layer);
            }
        }
        layers
    }
}
