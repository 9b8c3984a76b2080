//! What is asked of the host: with a host that plays the sample walk, and writes down what it was asked.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use super::sample::{self, events};
use crate::config::Settings;
use crate::engine::{Event, Steering};
use crate::facts::Facts;
use crate::model::Diagnosis;
use crate::train::{Debrief, Scenario};
use crate::tui::{Host, HostError, LevelRequest, Levels, LiveRequest, Options, Rehearsal, StartRequest, Walked, World};

#[derive(Default)]
struct Scripted {
    asked: Mutex<Vec<String>>,
}

impl Scripted {
    fn note(&self, text: impl Into<String>) {
        self.asked.lock().unwrap().push(text.into());
    }

    fn was_asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

impl Host for Scripted {
    fn world(&self) -> World {
        sample::world()
    }

    fn request_of(&self, _: &str) -> Option<(LiveRequest, String)> {
        None
    }

    fn check(&self, live: &LiveRequest) -> Result<String, HostError> {
        self.note(format!("check {}", live.resource));
        Ok("walks aws/s3-object".into())
    }

    fn walk(
        &self,
        _: StartRequest,
        told: UnboundedSender<Event>,
        steering: Steering,
        cancel: CancellationToken,
    ) -> BoxFuture<'static, Result<(), HostError>> {
        let known = steering.known.map(|known| format!(", {} known but {}", known.facts.all().len(), known.but.name));
        let paused = if steering.pace.is_paused() { ", paused" } else { "" };
        self.note(format!("walk{paused}{}", known.unwrap_or_default()));
        Box::pin(async move {
            let mut left = events();
            let end = left.split_off(5);
            left.into_iter().for_each(|event| _ = told.send(event));
            while steering.pace.is_paused() && !cancel.is_cancelled() {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            end.into_iter().for_each(|event| _ = told.send(event));
            Ok(())
        })
    }

    fn open(&self, snapshot: &Path) -> Result<Walked, HostError> {
        let facts = Facts::new([sample::fact()]);
        self.note(format!("open {}", snapshot.display()));
        Ok((sample::diagnosis(false), Arc::new(facts)))
    }

    fn permission(&self, call: &str) -> Option<String> {
        Some(format!("to do {call}"))
    }

    fn markdown(&self, _: &Diagnosis, _: &Facts) -> String {
        "# broken".into()
    }

    fn export(&self, _: &Diagnosis, _: &Facts) -> Result<PathBuf, HostError> {
        Err(HostError { sentence: "the folder is read-only".into(), next: "go elsewhere".into(), exit: 2 })
    }

    fn save_snapshot(&self, _: &Diagnosis, facts: &Facts) -> Result<PathBuf, HostError> {
        self.note(format!("save {} facts", facts.all().len()));
        Ok("gatewalk-snapshot.json".into())
    }

    fn keep_text(&self, text: &str) -> Result<PathBuf, HostError> {
        self.note(format!("keep {text}"));
        Ok("gatewalk-copied.txt".into())
    }

    fn levels(&self) -> Levels {
        sample::levels()
    }

    fn level(&self, what: &LevelRequest) -> Result<Arc<Scenario>, HostError> {
        self.note(format!("level {}", what.id));
        Ok(sample::level())
    }

    fn trained(&self, debrief: &Debrief) -> Result<(), HostError> {
        self.note(format!("trained {}", debrief.score.total));
        Ok(())
    }

    fn write_debrief(&self, _: &Debrief) -> Result<PathBuf, HostError> {
        Ok("gatewalk-debrief.md".into())
    }

    fn remember(&self, _: &StartRequest, diagnosis: &Diagnosis, saved: Option<&Path>) {
        let saved = saved.map(|path| format!(" in {}", path.display())).unwrap_or_default();
        self.note(format!("remember {}{saved}", diagnosis.verdict.as_str()));
    }
}

fn session() -> (Arc<Scripted>, Rehearsal) {
    let host = Arc::new(Scripted::default());
    let settings = Settings { ascii: Some(false), ..Settings::default() };
    (host.clone(), Rehearsal::new(host, Options::default(), &settings).unwrap())
}

#[test]
fn a_live_walk_is_remembered_and_so_is_where_it_was_saved() {
    let (host, mut session) = session();
    session.walk(sample::live());
    assert_eq!(host.was_asked(), ["walk", "remember broken"]);
    session.press(&["s"]);
    assert_eq!(host.was_asked(), ["save 2 facts", "remember broken in gatewalk-snapshot.json"]);
    assert!(session.text(80, 24).contains("The snapshot is in gatewalk-snapshot.json."));
    session.press(&["e"]);
    assert!(session.text(80, 24).contains("the folder is read-only; go elsewhere"));
    // What has been saved can be compared with at once.
    session.press(&["d"]);
    assert!(session.text(80, 24).contains("gatewalk-snapshot.json"));
    session.press(&["Down", "Down", "Enter"]);
    assert_eq!(host.was_asked(), ["open gatewalk-snapshot.json"]);
    assert!(session.text(100, 30).contains("endpoint-policy (s3:GetObject)"));
}

#[test]
fn an_example_is_not_remembered() {
    let (host, mut session) = session();
    session.walk(StartRequest::Example("broken".into()));
    assert_eq!(host.was_asked(), ["walk"]);
}

#[test]
fn a_query_is_asked_again_beside_the_answers_that_stand() {
    let (host, mut session) = session();
    session.walk(sample::live());
    host.was_asked();
    session.press(&["r"]).until_finished();
    assert_eq!(host.was_asked()[0], "walk, 2 known but kms:GetKeyPolicy");
    assert!(session.text(100, 30).contains("BROKEN"));
}

#[test]
fn a_walk_step_by_step_waits_and_goes_on() {
    let (host, mut session) = session();
    session.press(&["Down", "Down", "Down", "."]);
    session.settle();
    assert_eq!(host.was_asked(), ["walk, paused"]);
    assert!(session.text(100, 30).contains("Waiting for you"));
    session.press(&["Space"]).until_finished();
    assert!(session.text(100, 30).contains("✗ BROKEN"));
}

#[test]
fn where_no_clipboard_is_the_text_is_kept_in_a_file() {
    let (_, mut session) = session();
    session.walk(sample::live());
    session.press(&["Y"]).settle();
    assert!(session.text(100, 30).contains("the verdict, as Markdown, is in gatewalk-copied.txt"));
}

#[test]
fn fast_typing_is_looked_at_once() {
    let (host, mut session) = session();
    session.press(&["Enter", "s3://bucket/key"]);
    session.settle();
    assert_eq!(host.was_asked(), ["check s3://bucket/key"]);
    assert!(session.text(80, 24).contains("✓ walks aws/s3-object"));
}
