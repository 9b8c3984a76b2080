//! A host for sessions that shall look the same everywhere: this program's own, without what the machine adds.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::future::BoxFuture;
use gatewalk::engine::{Event, Steering};
use gatewalk::facts::Facts;
use gatewalk::model::Diagnosis;
use gatewalk::train::{Debrief, Scenario};
use gatewalk::tui::{Host, HostError, Identity, LevelRequest, Levels, LiveRequest, StartRequest, Walked, World};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

const SHOWN: &[&str] = &["aws/assume-role", "aws/ecr-image", "aws/s3-object", "aws/sagemaker-training", "azure/blob"];

/// The host.
pub struct Calm {
    /// Falls over as soon as it is asked.
    pub panics: bool,
}

impl Host for Calm {
    fn world(&self) -> World {
        assert!(!self.panics, "the host fell over");
        let identity = Identity { credentials: Some("profile dev".into()), account: Some("123456789012".into()) };
        let known = gatewalk::cli::host().world();
        let mut world = World { identity, recents: Vec::new(), snapshots: Vec::new(), ..known };
        world
            .suggestions
            .retain(|suggestion| !suggestion.about.contains("profile") && !suggestion.about.starts_with("asked"));
        // A new playbook or example is no reason to draw the pictures anew.
        world.examples.retain(|example| example.name == "broken-endpoint");
        world.playbooks.retain(|playbook| SHOWN.contains(&playbook.id.as_str()));
        world
    }

    fn request_of(&self, error: &str) -> Option<(LiveRequest, String)> {
        gatewalk::cli::host().request_of(error)
    }

    fn check(&self, live: &LiveRequest) -> Result<String, HostError> {
        gatewalk::cli::host().check(live)
    }

    fn walk(
        &self,
        what: StartRequest,
        events: UnboundedSender<Event>,
        steering: Steering,
        cancel: CancellationToken,
    ) -> BoxFuture<'static, Result<(), HostError>> {
        let (sender, mut received) = unbounded_channel();
        let walking = gatewalk::cli::host().walk(what, sender, steering, cancel);
        Box::pin(async move {
            let forward = async {
                while let Some(mut event) = received.recv().await {
                    // The one thing of a replay that the clock decides.
                    if let Event::Finished { took_ms, .. } = &mut event {
                        *took_ms = 9;
                    }
                    let _ = events.send(event);
                }
            };
            let (ended, ()) = tokio::join!(walking, forward);
            ended
        })
    }

    fn open(&self, snapshot: &Path) -> Result<Walked, HostError> {
        gatewalk::cli::host().open(snapshot)
    }

    fn permission(&self, call: &str) -> Option<String> {
        gatewalk::cli::host().permission(call)
    }

    fn markdown(&self, diagnosis: &Diagnosis, facts: &Facts) -> String {
        gatewalk::cli::host().markdown(diagnosis, facts)
    }

    fn export(&self, _: &Diagnosis, _: &Facts) -> Result<PathBuf, HostError> {
        Ok("gatewalk-report.md".into())
    }

    fn save_snapshot(&self, _: &Diagnosis, _: &Facts) -> Result<PathBuf, HostError> {
        Ok("gatewalk-snapshot.json".into())
    }

    fn keep_text(&self, _: &str) -> Result<PathBuf, HostError> {
        Ok("gatewalk-copied.txt".into())
    }

    fn levels(&self) -> Levels {
        let mut levels = gatewalk::cli::host().levels();
        for entry in &mut levels.entries {
            (entry.leitner, entry.best, entry.is_due, entry.told) = (None, None, false, "new".into());
        }
        levels
    }

    fn level(&self, what: &LevelRequest) -> Result<Arc<Scenario>, HostError> {
        gatewalk::cli::host().level(what)
    }

    fn trained(&self, _: &Debrief) -> Result<(), HostError> {
        Ok(())
    }

    fn write_debrief(&self, _: &Debrief) -> Result<PathBuf, HostError> {
        Ok("gatewalk-debrief.md".into())
    }

    fn remember(&self, _: &StartRequest, _: &Diagnosis, _: Option<&Path>) {}
}
