//! Two diagnoses side by side: before and after, healthy and broken, mine and my colleague's. What changed on the path, and which answers
//! changed under it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::titled;
use crate::facts::{Fact, Facts};
use crate::model::{Diagnosis, GateReport, Layer, SCHEMA_VERSION, Status, Verdict};
use crate::visible::{one_line, visible};

/// A word of the question that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// `who`, `does`, `to`, `from`.
    pub name: &'static str,
    /// In the first.
    pub before: String,
    /// In the second.
    pub after: String,
}

/// A gate whose verdict differs, or that only one of the two has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateChange {
    /// Its layer.
    pub layer: Layer,
    /// Its name and action.
    pub title: String,
    /// Verdict and finding in the first.
    pub before: Option<(Verdict, String)>,
    /// Verdict and finding in the second.
    pub after: Option<(Verdict, String)>,
}

/// How an answer differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactHow {
    /// Only the second has it.
    Added,
    /// Only the first has it.
    Removed,
    /// It ended otherwise.
    Ended(&'static str, &'static str),
    /// Its document says something else: the first places that differ, as paths into it.
    Body(Vec<String>),
}

/// An answer that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactChange {
    /// `service:Operation`.
    pub call: String,
    /// Its parameters, in one line.
    pub params: String,
    /// How.
    pub how: FactHow,
}

/// What changed from one diagnosis to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Both verdicts.
    pub verdicts: (Status, Status),
    /// Both sentences.
    pub sentences: (String, String),
    /// Words of the question that differ.
    pub said: Vec<Said>,
    /// Gates that differ, in walking order.
    pub gates: Vec<GateChange>,
    /// Answers that differ, in the order of the plan.
    pub facts: Vec<FactChange>,
}

/// How many differing places of a document are named.
const PLACES: usize = 4;

/// Compares two diagnoses, each with its facts.
#[must_use]
pub fn compare(before: (&Diagnosis, &Facts), after: (&Diagnosis, &Facts)) -> Comparison {
    let (old, new) = (before.0, after.0);
    let words = |d: &Diagnosis| {
        let request = &d.request;
        [
            ("who", request.principal.clone()),
            ("does", request.action.clone()),
            ("to", request.resource.clone()),
            ("from", request.origin.clone()),
            ("playbook", format!("{} version {}", d.playbook.id, d.playbook.version)),
        ]
    };
    let said = words(old).into_iter().zip(words(new)).filter(|(a, b)| a != b);
    Comparison {
        verdicts: (old.verdict, new.verdict),
        sentences: (old.sentence.clone(), new.sentence.clone()),
        said: said.map(|((name, before), (_, after))| Said { name, before, after }).collect(),
        gates: gates(old, new),
        facts: facts(before.1, after.1),
    }
}

/// The same gate of another diagnosis: the same step and action, as often as it stands there.
fn same<'d>(other: &'d Diagnosis, gate: &GateReport) -> Option<&'d GateReport> {
    other.gates.iter().find(|it| it.step == gate.step && it.action == gate.action)
}

fn gates(old: &Diagnosis, new: &Diagnosis) -> Vec<GateChange> {
    let told = |gate: &GateReport| (gate.status, gate.summary.clone());
    let mut changes = Vec::new();
    for gate in &new.gates {
        let before = same(old, gate);
        let moved = before.is_none_or(|before| before.status != gate.status || before.code != gate.code);
        if moved {
            changes.push(GateChange {
                layer: gate.layer,
                title: titled(gate),
                before: before.map(told),
                after: Some(told(gate)),
            });
        }
    }
    for gate in old.gates.iter().filter(|gate| same(new, gate).is_none()) {
        changes.push(GateChange { layer: gate.layer, title: titled(gate), before: Some(told(gate)), after: None });
    }
    // A gate that neither request uses is no change worth telling.
    let unused =
        |told: &Option<(Verdict, String)>| told.as_ref().is_none_or(|(verdict, _)| *verdict == Verdict::NotApplicable);
    changes.retain(|change| !(unused(&change.before) && unused(&change.after)));
    changes.sort_by_key(|change| change.layer);
    changes
}

fn facts(old: &Facts, new: &Facts) -> Vec<FactChange> {
    let call = |fact: &Fact| crate::facts::Call { name: fact.call.clone(), params: fact.params.clone() };
    let change = |fact: &Fact, how| FactChange { call: fact.call.clone(), params: params(fact), how };
    let mut changes = Vec::new();
    for fact in new.all() {
        let how = match old.exactly(&call(fact)) {
            None => FactHow::Added,
            Some(before) if before.status != fact.status => {
                FactHow::Ended(before.status.as_str(), fact.status.as_str())
            }
            Some(before) if before.body != fact.body => {
                let mut places = Vec::new();
                let null = Value::Null;
                differ(before.body.as_ref().unwrap_or(&null), fact.body.as_ref().unwrap_or(&null), "", &mut places);
                FactHow::Body(places)
            }
            Some(_) => continue,
        };
        changes.push(change(fact, how));
    }
    let gone = old.all().iter().filter(|fact| new.exactly(&call(fact)).is_none());
    changes.extend(gone.map(|fact| change(fact, FactHow::Removed)));
    changes
}

fn params(fact: &Fact) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    fact.params.iter().map(|(name, value)| format!("{name}={}", text(value))).collect::<Vec<_>>().join(" ")
}

fn differ(a: &Value, b: &Value, at: &str, places: &mut Vec<String>) {
    if a == b || places.len() >= PLACES {
        return;
    }
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let names = a.keys().chain(b.keys().filter(|name| !a.contains_key(*name)));
            for name in names {
                let null = Value::Null;
                let (x, y) = (a.get(name).unwrap_or(&null), b.get(name).unwrap_or(&null));
                differ(x, y, &if at.is_empty() { name.clone() } else { format!("{at}.{name}") }, places);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (x, y)) in a.iter().zip(b).enumerate() {
                differ(x, y, &format!("{at}[{index}]"), places);
            }
        }
        // Policies come as JSON inside a text.
        (Value::String(x), Value::String(y)) => {
            let read = |text: &str| serde_json::from_str::<Value>(text).ok().filter(Value::is_object);
            match (read(x), read(y)) {
                (Some(x), Some(y)) if x != y => differ(&x, &y, at, places),
                _ => places.push(format!("{at}: {} -> {}", short(a), short(b))),
            }
        }
        _ => places.push(format!("{at}: {} -> {}", short(a), short(b))),
    }
}

fn short(value: &Value) -> String {
    const ROOM: usize = 60;
    let text = match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(ROOM) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text,
    }
}

impl Comparison {
    /// True when nothing on the path differs.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.verdicts.0 == self.verdicts.1 && self.said.is_empty() && self.gates.is_empty() && self.facts.is_empty()
    }

    /// The comparison for people, line by line.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut line = |text: String| _ = writeln!(out, "{}", visible(&text));
        let (before, after) = self.verdicts;
        line(format!("before  {}: {}", before.as_str(), one_line(&self.sentences.0)));
        line(format!("after   {}: {}", after.as_str(), one_line(&self.sentences.1)));
        for said in &self.said {
            line(format!("{:<8}{} -> {}", said.name, one_line(&said.before), one_line(&said.after)));
        }
        line(String::new());
        line(if self.gates.is_empty() { "No gate differs.".into() } else { "Gates that differ".into() });
        let word =
            |told: &Option<(Verdict, String)>| told.as_ref().map_or("not walked", |(verdict, _)| verdict.as_str());
        for gate in &self.gates {
            line(format!("  {}: {}: {} -> {}", gate.layer, gate.title, word(&gate.before), word(&gate.after)));
            if let Some((_, finding)) = gate.after.as_ref().or(gate.before.as_ref()) {
                line(format!("    {}", one_line(finding)));
            }
        }
        line(String::new());
        line(if self.facts.is_empty() { "No answer differs.".into() } else { "Answers that differ".into() });
        for fact in &self.facts {
            line(format!("  {} {}: {}", fact.call, one_line(&fact.params), fact.how.word()));
            for place in fact.how.places() {
                line(format!("    {}", one_line(place)));
            }
        }
        out
    }

    /// The comparison for scripts.
    #[must_use]
    pub fn json(&self) -> Value {
        let told = |told: &Option<(Verdict, String)>| {
            told.as_ref().map(|(verdict, summary)| json!({"status": verdict.as_str(), "summary": summary}))
        };
        let gate = |gate: &GateChange| json!({"layer": gate.layer.as_str(), "gate": gate.title, "before": told(&gate.before), "after": told(&gate.after)});
        let fact = |fact: &FactChange| json!({"call": fact.call, "params": fact.params, "change": fact.how.word(), "places": fact.how.places()});
        json!({
            "schema_version": SCHEMA_VERSION,
            "before": {"verdict": self.verdicts.0.as_str(), "sentence": self.sentences.0},
            "after": {"verdict": self.verdicts.1.as_str(), "sentence": self.sentences.1},
            "request": self.said.iter().map(|said| json!({"name": said.name, "before": said.before, "after": said.after})).collect::<Vec<_>>(),
            "gates": self.gates.iter().map(gate).collect::<Vec<_>>(),
            "facts": self.facts.iter().map(fact).collect::<Vec<_>>(),
        })
    }
}

impl FactHow {
    /// In words.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            FactHow::Added => "asked only after".into(),
            FactHow::Removed => "asked only before".into(),
            FactHow::Ended(before, after) => format!("{before} -> {after}"),
            FactHow::Body(_) => "says something else".into(),
        }
    }

    /// Where a document differs.
    #[must_use]
    pub fn places(&self) -> &[String] {
        match self {
            FactHow::Body(places) => places,
            _ => &[],
        }
    }
}
