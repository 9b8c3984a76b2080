//! The small Azure of `tests/support/azure/server.py`: started by the tests themselves, one world at a time.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Child, Command, Output};

use serde_json::{Value, json};

use crate::support::{self, Answer};

/// A running server.
pub struct Azure {
    server: Child,
    pub port: u16,
    pub home: PathBuf,
}

/// A world that it plays: what to ask of it, and what must come out.
pub struct World {
    pub answer: Value,
}

impl Azure {
    pub fn start() -> Self {
        let (server, port, home) = support::serve("python3".as_ref(), "azure");
        Azure { server, port, home }
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Plays the lab with these faults.
    pub fn world(&self, faults: &[&str]) -> World {
        let answer = self.post("/harness/world", &json!({"world": "lab", "faults": faults}));
        assert!(answer.get("error").is_none(), "the world cannot be played: {answer}");
        World { answer }
    }

    /// Denials, throttling, page size, …; and forgets the log.
    pub fn set(&self, how: &Value) {
        let answer = self.post("/harness/set", how);
        assert!(answer.get("error").is_none(), "{answer}");
    }

    /// Every call since the last `set`: `RIGHT METHOD HOST/PATH?QUERY`.
    pub fn log(&self) -> Vec<String> {
        serde_json::from_value(self.post("/harness/log", &json!({}))).unwrap()
    }

    /// Every token that the server issued for this world.
    pub fn tokens(&self) -> Vec<String> {
        serde_json::from_value(self.post("/harness/tokens", &json!({}))).unwrap()
    }

    /// The rights that the calls since the last `set` needed.
    pub fn rights(&self) -> BTreeSet<String> {
        let log = self.log();
        let named = log.iter().filter(|call| call.starts_with("Microsoft.") || call.contains(" (Microsoft Graph) "));
        named.map(|call| right(call).to_owned()).collect()
    }

    pub fn post(&self, path: &str, body: &Value) -> Value {
        support::post(self.port, path, body)
    }

    /// The program with the world's application signed in, or with nobody.
    pub fn gatewalk(&self, world: Option<&World>) -> Command {
        let mut command = support::gatewalk(&self.home);
        command.env("GATEWALK_AZURE_ENDPOINT", self.endpoint());
        let signed_in = world.and_then(|world| world.answer["env"].as_object());
        for (name, value) in signed_in.into_iter().flatten() {
            command.env(name, value.as_str().unwrap());
        }
        command
    }

    /// One of the world's questions, answered as JSON.
    pub fn ask(&self, world: &World, question: &str, more: &[&str]) -> Answer {
        Answer::of(self.output(world, question, &[&["--format", "json"], more].concat()))
    }

    pub fn output(&self, world: &World, question: &str, more: &[&str]) -> Output {
        self.gatewalk(Some(world)).args(world.words(question)).args(more).output().unwrap()
    }
}

impl Drop for Azure {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl World {
    pub fn words(&self, question: &str) -> Vec<String> {
        serde_json::from_value(self.answer["questions"][question].clone()).unwrap()
    }

    pub fn questions(&self) -> Vec<String> {
        self.answer["questions"].as_object().unwrap().keys().cloned().collect()
    }

    /// Names of its `faults`, `herrings`, `unknowns`.
    pub fn names(&self, kind: &str) -> Vec<String> {
        serde_json::from_value(self.answer[kind].clone()).unwrap()
    }

    pub fn pairs(&self) -> Vec<Vec<String>> {
        serde_json::from_value(self.answer["pairs"].clone()).unwrap()
    }

    pub fn id(&self, name: &str) -> &str {
        self.answer["ids"][name].as_str().unwrap()
    }

    pub fn expected(&self, question: &str) -> &[Value] {
        self.answer["expected"][question].as_array().unwrap()
    }

    /// Gates that nobody can judge in this world.
    pub fn unknown(&self, question: &str) -> Vec<String> {
        let gates = self.answer["unknown"][question].as_array().unwrap();
        gates.iter().map(|gate| gate["gate"].as_str().unwrap().to_owned()).collect()
    }
}

/// Gate, effect, reason and blame of every closed gate, each once; a closed gate without a fix is wrong.
pub fn closed(answer: &Answer) -> Vec<Value> {
    let mut closed: Vec<Value> = Vec::new();
    for gate in gates(answer, "closed") {
        assert!(!gate["fixes"].as_array().unwrap().is_empty(), "no fix for {gate}");
        let reason = gate["code"].as_str().unwrap().rsplit('.').next().unwrap();
        let cause = json!({"gate": gate["gate"], "effect": gate["effect"], "reason": reason, "blame": gate["blame"]});
        if !closed.contains(&cause) {
            closed.push(cause);
        }
    }
    closed
}

/// The gates of this status.
pub fn gates<'a>(answer: &'a Answer, status: &'a str) -> impl Iterator<Item = &'a Value> {
    answer.json["gates"].as_array().into_iter().flatten().filter(move |gate| gate["status"] == status)
}

/// Whether two causes are the same: ids are compared without regard to case, as ARM does.
pub fn same(left: &Value, right: &Value) -> bool {
    left["blame"].as_str().map(str::to_ascii_lowercase) == right["blame"].as_str().map(str::to_ascii_lowercase)
        && ["gate", "effect", "reason"].iter().all(|name| left[name] == right[name])
}

/// The right in a line of the log: what stands before the method.
pub fn right(call: &str) -> &str {
    let end = [" GET ", " POST ", " HEAD "].iter().filter_map(|method| call.find(method)).min();
    &call[..end.unwrap_or(call.len())]
}
