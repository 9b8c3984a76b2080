//! From facts to a diagnosis. Pure: the same facts give the same answer.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::evidence;
use super::names::queries_behind;
use crate::facts::{Fact, FactStatus, Facts, Reading, Why, WhyNot};
use crate::model::{
    Command, Diagnosis, Effect, Fix, GateReport, Judgement, Layer, LayerReport, Request, Risk, Status, Verdict,
    Verified,
};
use crate::path::{self, Station};
use crate::playbook::expr::{Evaluated, Scope, Template};
use crate::playbook::{Loaded, LoadedCheck, LoadedStep};
use crate::provider::{Ask, Gate, Provider};

/// Judges every step of a playbook. `finished`: nothing more will come, so what is unknown stays unknown.
pub fn judge(
    loaded: &Loaded,
    provider: &dyn Provider,
    request: &Request,
    facts: &Facts,
    names: &Scope<'_>,
    finished: bool,
) -> Diagnosis {
    let mut scope = names.inner();
    scope.set("view", &provider.view(request, &Reading::new(facts)));
    let judge = Judge { loaded, provider, request, facts, scope: &scope, finished };
    let mut walked: Vec<(&LoadedStep, Judged)> = Vec::new();
    for layer in Layer::ALL {
        for step in loaded.steps.iter().filter(|step| step.spec.layer == layer) {
            walked.extend(judge.step(step).into_iter().map(|judged| (step, judged)));
        }
    }
    judge.diagnosis(walked)
}

struct Judge<'j> {
    loaded: &'j Loaded,
    provider: &'j dyn Provider,
    request: &'j Request,
    facts: &'j Facts,
    scope: &'j Scope<'j>,
    finished: bool,
}

/// One gate, judged, with what was read for it.
struct Judged {
    judgement: Judgement,
    action: Option<String>,
    facts: Vec<String>,
}

impl Judged {
    fn missing(mut self, missing: Vec<String>) -> Self {
        if !missing.is_empty() {
            self.judgement.missing = missing;
        }
        self
    }
}

impl Judge<'_> {
    /// One gate for each action of the step; none when the step is not walked.
    fn step(&self, step: &LoadedStep) -> Vec<Judged> {
        if let Some(Evaluated::Yes(false)) = step.when.as_ref().map(|when| when.test(self.scope)) {
            return Vec::new();
        }
        if let Some(check) = &step.check {
            return vec![self.check(step, check)];
        }
        let Some(gate) = self.provider.gates().iter().find(|gate| gate.name == step.spec.gate) else {
            return Vec::new();
        };
        let with = match step.with.evaluate(self.scope) {
            Evaluated::Yes(Value::Object(with)) => with.into_iter().collect(),
            Evaluated::Yes(_) => BTreeMap::new(),
            Evaluated::Missing(name) => return vec![self.cannot_ask(step, &name)],
            Evaluated::Failed(why) => return vec![Self::cannot_tell(step, &why)],
        };
        match self.actions(step) {
            Ok(actions) => actions.iter().map(|action| self.gate(gate, &with, action)).collect(),
            Err(name) => vec![self.cannot_ask(step, &name)],
        }
    }

    fn actions(&self, step: &LoadedStep) -> Result<Vec<String>, String> {
        if step.actions.is_empty() {
            return Ok(vec![self.request.action.clone()]);
        }
        let mut actions = Vec::new();
        for template in &step.actions {
            match template.evaluate(self.scope) {
                Evaluated::Yes(Value::Array(items)) => {
                    actions.extend(items.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                Evaluated::Yes(Value::String(action)) => actions.push(action),
                Evaluated::Yes(_) => {}
                Evaluated::Missing(name) | Evaluated::Failed(name) => return Err(name),
            }
        }
        Ok(actions)
    }

    fn gate(&self, gate: &Gate, with: &BTreeMap<String, Value>, action: &str) -> Judged {
        let reading = Reading::new(self.facts);
        let ask = Ask { request: self.request, reading: &reading, with, action };
        let mut judgement = (gate.judge)(&ask);
        // A step about somebody else on the way is not what was refused or probed.
        let about = ask.principal() == self.request.principal;
        let weighed = about
            .then(|| evidence::weigh(self.provider, &mut judgement, gate, action, self.request, self.facts))
            .flatten();
        if judgement.verdict == Verdict::Unknown && judgement.missing.is_empty() {
            judgement.missing = self.missing(&reading.missing());
        }
        Judged {
            judgement,
            action: gate.judges_actions().then(|| action.to_owned()),
            facts: reading
                .used()
                .into_iter()
                .filter_map(|at| Some(self.facts.all().get(at)?.id.clone()))
                .chain(weighed.map(str::to_owned))
                .collect(),
        }
    }

    /// Permissions and facts that would settle it, each once.
    fn missing(&self, whys: &[Why]) -> Vec<String> {
        let mut missing: Vec<String> = Vec::new();
        for why in whys {
            let what = match (why.not, self.provider.permission(&why.call)) {
                (WhyNot::Pending, _) => continue,
                (WhyNot::NotReadable, _) | (_, None) => why.text.clone(),
                (_, Some(permission)) => permission.to_owned(),
            };
            if !missing.contains(&what) {
                missing.push(what);
            }
        }
        missing
    }

    /// A parameter of the step needs `name`, which is not known: the queries behind it say why.
    fn cannot_ask(&self, step: &LoadedStep, name: &str) -> Judged {
        let mut names: Vec<&str> = step.names().into_iter().filter(|known| !self.scope.knows(known)).collect();
        if names.is_empty() {
            names.push(name);
        }
        let (mut facts, mut missing) = (Vec::new(), Vec::new());
        self.behind(names, &mut facts, &mut missing, &mut BTreeSet::new());
        let why = match facts.first() {
            Some(fact) => format!("{} {}", fact.call, ended(fact)),
            None => format!("`{name}` is not known"),
        };
        let mut judgement = Judgement::unknown("unread", format!("{} It cannot be told: {why}.", step.spec.question));
        judgement.missing = if missing.is_empty() { vec![format!("what `{name}` is")] } else { missing };
        Judged { judgement, action: None, facts: facts.iter().map(|fact| fact.id.clone()).collect() }
    }

    fn behind<'s>(
        &'s self,
        names: Vec<&'s str>,
        facts: &mut Vec<&'s Fact>,
        missing: &mut Vec<String>,
        seen: &mut BTreeSet<usize>,
    ) {
        for at in queries_behind(self.loaded, names) {
            let query = &self.loaded.queries[at];
            if !seen.insert(at) {
                continue;
            }
            let failed: Vec<&Fact> = self
                .facts
                .of_call(&query.spec.call)
                .map(|(_, fact)| fact)
                .filter(|fact| !matches!(fact.status, FactStatus::Ok | FactStatus::NotFound))
                .collect();
            if failed.is_empty() {
                let unknown = query.names().into_iter().filter(|name| !self.scope.knows(name)).collect();
                self.behind(unknown, facts, missing, seen);
                continue;
            }
            facts.extend(failed);
            if let Some(permission) = self.provider.permission(&query.spec.call)
                && !missing.iter().any(|known| known == permission)
            {
                missing.push(permission.to_owned());
            }
        }
    }

    fn cannot_tell(step: &LoadedStep, why: &str) -> Judged {
        let summary = format!("{} It cannot be told: {why}.", step.spec.question);
        let judgement = Judgement::unknown("unread", summary).missing(why.to_owned());
        Judged { judgement, action: None, facts: Vec::new() }
    }

    /// A judgement of the playbook's own.
    fn check(&self, step: &LoadedStep, check: &LoadedCheck) -> Judged {
        let say = |template: &Template| template.text(self.scope).yes().unwrap_or_default();
        let judgement = match check.open.test(self.scope) {
            Evaluated::Missing(name) => return self.cannot_ask(step, &name),
            Evaluated::Failed(why) => return self.cannot_check(step, &why),
            Evaluated::Yes(true) => {
                let pass = say(&check.pass);
                Judgement::open(if pass.is_empty() { format!("{} Yes.", step.spec.question) } else { pass })
            }
            Evaluated::Yes(false) => {
                let blame = check.blame.as_ref().map_or_else(|| self.request.resource.clone(), &say);
                let mut closed = Judgement::closed(Effect::NoAllow, check.spec.reason.clone(), blame, say(&check.fail));
                for (title, owner, command) in &check.fixes {
                    closed.fixes.push(Fix {
                        title: say(title),
                        owner: say(owner),
                        risk: Risk::Medium,
                        widens: Vec::new(),
                        commands: command
                            .iter()
                            .map(|text| Command {
                                tool: self.loaded.playbook.metadata.provider.clone(),
                                text: say(text),
                            })
                            .collect(),
                        verified: Verified::Unverified,
                    });
                }
                closed
            }
        };
        Judged { judgement, action: None, facts: self.facts_behind(step) }
    }

    /// A check that cannot be told: which reads behind it did not answer.
    fn cannot_check(&self, step: &LoadedStep, why: &str) -> Judged {
        let facts = self.facts_behind(step);
        let mut missing: Vec<String> = Vec::new();
        let unanswered = |fact: &&Fact| !matches!(fact.status, FactStatus::Ok | FactStatus::NotFound);
        for fact in facts.iter().filter_map(|id| self.facts.by_id(id)).filter(unanswered) {
            let what = self.provider.permission(&fact.call).unwrap_or(&fact.call).to_owned();
            if !missing.contains(&what) {
                missing.push(what);
            }
        }
        // What a playbook says by `unknown(…)` stands after the name of the function.
        let why = why.rsplit_once("'unknown': ").map_or(why, |(_, said)| said);
        Judged { facts, ..Self::cannot_tell(step, why) }.missing(missing)
    }

    fn facts_behind(&self, step: &LoadedStep) -> Vec<String> {
        let calls: BTreeSet<&str> = queries_behind(self.loaded, step.names())
            .into_iter()
            .map(|at| self.loaded.queries[at].spec.call.as_str())
            .collect();
        self.facts.all().iter().filter(|fact| calls.contains(fact.call.as_str())).map(|fact| fact.id.clone()).collect()
    }

    fn diagnosis(&self, walked: Vec<(&LoadedStep, Judged)>) -> Diagnosis {
        let mut gates = Vec::new();
        let mut fixes = Vec::new();
        let mut ends = Vec::new();
        for (at, (step, judged)) in walked.into_iter().enumerate() {
            let id = format!("g{}", at + 1);
            let mut offered = Vec::new();
            for fix in judged.judgement.fixes.clone() {
                let fix_id = format!("x{}", fixes.len() + 1);
                offered.push(fix_id.clone());
                fixes.push((fix_id, id.clone(), fix));
            }
            ends.push((step.from.as_str(), step.to.as_str()));
            gates.push(self.report(id, step, judged, offered));
        }
        let path = path::build(&self.stations(), &ends, &mut gates);
        let verdict = Status::of(gates.iter().map(|gate| gate.status));
        Diagnosis {
            verdict,
            sentence: sentence(verdict, self.request, &gates),
            request: self.request.clone(),
            playbook: self.loaded.reference(),
            layers: layers(&gates),
            broken_edge: path::first_broken(&path).map(|edge| edge.id.clone()),
            path,
            gates,
            fixes,
        }
    }

    fn report(&self, id: String, step: &LoadedStep, judged: Judged, fixes: Vec<String>) -> GateReport {
        let Judged { judgement, action, facts } = judged;
        let reason = match judgement.verdict {
            Verdict::Open | Verdict::NotApplicable => judgement.verdict.as_str(),
            Verdict::Closed | Verdict::Unknown => &judgement.reason,
        };
        GateReport {
            id,
            edge: String::new(),
            layer: step.spec.layer,
            gate: step.spec.gate.clone(),
            step: step.spec.id.clone(),
            status: judgement.verdict,
            effect: judgement.effect,
            code: format!("{}.{}.{reason}", self.provider.id(), step.spec.gate),
            action,
            blame: judgement.blame,
            decisive: judgement.decisive,
            summary: judgement.summary,
            question: step.spec.question.clone(),
            why: step.spec.why.clone(),
            confidence: judgement.confidence,
            missing: if judgement.verdict == Verdict::Unknown { judgement.missing } else { Vec::new() },
            facts,
            fixes,
            notes: judgement.notes,
            links: step.spec.links.clone(),
            controls: step.spec.controls.clone(),
            pending: !self.finished && judgement.verdict == Verdict::Unknown,
        }
    }

    fn stations(&self) -> Vec<Station> {
        let say = |template: &Template| template.text(self.scope).yes().filter(|text| !text.is_empty());
        let station = |node: &crate::playbook::LoadedNode| {
            let label = say(&node.label).unwrap_or_else(|| node.name.clone());
            let reference = node.reference.as_ref().and_then(say).unwrap_or_else(|| label.clone());
            Station { name: node.name.clone(), kind: node.spec.kind.clone(), label, reference }
        };
        self.loaded.nodes.iter().map(station).collect()
    }
}

fn ended(fact: &Fact) -> String {
    let how = match fact.status {
        FactStatus::Denied => "was refused",
        FactStatus::Skipped => "was not made",
        _ => "failed",
    };
    match &fact.error {
        Some(error) => format!("{how} ({})", error.code),
        None => how.to_owned(),
    }
}

fn layers(gates: &[GateReport]) -> Vec<LayerReport> {
    let report = |layer: Layer| {
        let of_layer: Vec<&GateReport> = gates.iter().filter(|gate| gate.layer == layer).collect();
        LayerReport {
            id: layer,
            status: Status::of(of_layer.iter().map(|gate| gate.status)),
            gates: of_layer.iter().map(|gate| gate.id.clone()).collect(),
        }
    };
    Layer::ALL.into_iter().map(report).collect()
}

fn sentence(verdict: Status, request: &Request, gates: &[GateReport]) -> String {
    let of = |wanted: Verdict| gates.iter().filter(move |gate| gate.status == wanted);
    match verdict {
        Status::Broken => {
            let mut closed = of(Verdict::Closed);
            let first = closed.next().map(|gate| gate.summary.clone()).unwrap_or_default();
            match closed.count() {
                0 => first,
                1 => format!("{first} One more gate is closed."),
                more => format!("{first} {more} more gates are closed."),
            }
        }
        Status::Unknown => {
            let unknown: Vec<&str> =
                of(Verdict::Unknown).map(|gate| gate.gate.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
            format!("No gate was found closed, but these could not be judged: {}.", unknown.join(", "))
        }
        Status::Open => {
            let open = of(Verdict::Open).count();
            format!(
                "{} can do {} on {}: all {open} gates on the way are open.",
                request.principal, request.action, request.resource
            )
        }
    }
}
