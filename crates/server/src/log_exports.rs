//! Export tasks of CloudWatch Logs are worked off: what the log group has goes to the bucket, in the service's name.
//!
//! Follows "Exporting log data to Amazon S3" (Amazon CloudWatch Logs User Guide). A task that was running when the run ended is
//! begun anew: its keys are the same, so that nothing is there twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use logs::{EXPORT_TEST, Events, ExportReader, ExportedObject, not_granted};
use model::World;
use model::log_export::{LogExport, LogExportId, LogExportState};
use model::log_group::LogGroupId;
use s3::service::S3Service;
use tokio::task::{JoinError, JoinSet};

use crate::clock;
use crate::writer::{Applied, State};

/// How many tasks are worked off at once, of all accounts. Each has an object in memory.
const AT_ONCE: usize = 4;
const NO_GROUP: &str = "The specified log group does not exist.";
const INTERNAL: &str = "Internal error: please try again.";

/// What works off tasks.
#[derive(Clone)]
pub(crate) struct LogExports {
    /// Where the tasks, log groups and buckets are.
    pub(crate) state: State,
    /// What is in the log groups.
    pub(crate) events: Arc<Events>,
    /// Where objects go.
    pub(crate) s3: S3Service,
}

/// Why a task is not gone on with.
enum Stopped {
    /// It was told to end.
    Cancelled,
    /// Something does not let it.
    Failed(String),
}

impl LogExports {
    /// Works off tasks for ever.
    pub(crate) async fn work_for_ever(self) {
        let mut published = self.state.published();
        let mut at_work = JoinSet::new();
        let mut taken = BTreeMap::new();
        loop {
            published.borrow_and_update();
            let world = self.state.snapshot();
            for export in world.active_log_exports() {
                if taken.len() < AT_ONCE && !taken.values().any(|id| *id == export.id) {
                    let task = at_work.spawn(self.clone().work_off(export.clone()));
                    taken.insert(task.id(), export.id);
                }
            }
            tokio::select! {
                changed = published.changed() => if changed.is_err() { return },
                Some(done) = at_work.join_next_with_id() => {
                    let task = done.as_ref().map_or_else(JoinError::id, |(task, ())| *task);
                    if let (Some(id), Err(error)) = (taken.remove(&task), done) {
                        tracing::error!(export = %id, %error, "an export task was not worked off");
                        self.set(id, failed_by_us()).await;
                    }
                },
            }
        }
    }

    /// Works off a task, to its end whatever that is.
    async fn work_off(self, export: LogExport) {
        self.set(export.id, LogExportState::Running).await;
        let end = match self.write(&export).await {
            Ok(()) => LogExportState::Completed,
            Err(Stopped::Cancelled) => LogExportState::Cancelled,
            Err(Stopped::Failed(why)) => LogExportState::Failed(why),
        };
        self.set(export.id, end).await;
    }

    async fn set(&self, id: LogExportId, to: LogExportState) {
        let change = move |world: &mut World| {
            world.set_log_export_state(id, to, clock::now());
            (Applied::Keep, ())
        };
        if let Err(error) = self.state.change(change).await {
            tracing::warn!(export = %id, %error, "how far an export task is could not be noted");
        }
    }

    async fn write(&self, export: &LogExport) -> Result<(), Stopped> {
        self.put(export, export.test_key(), "text/plain", EXPORT_TEST.to_vec()).await?;
        let (group, mut reader) = self.reader(export)?;
        loop {
            let next = tokio::task::spawn_blocking(move || (reader.next_object(), reader)).await;
            let (object, rest) = next.map_err(|_| failed(INTERNAL))?;
            reader = rest;
            let object = object.map_err(|problem| {
                tracing::warn!(export = %export.id, ?problem, "log events were not read");
                failed(INTERNAL)
            })?;
            let Some(ExportedObject { name, bytes }) = object else { return self.is_there(export, group) };
            let key = format!("{}/{name}", export.folder());
            self.put(export, key, "application/octet-stream", bytes).await?;
        }
    }

    /// The group that is exported, and what reads it.
    fn reader(&self, export: &LogExport) -> Result<(LogGroupId, ExportReader), Stopped> {
        let world = self.state.snapshot();
        let group = world.log_group(export.scope, &export.group).map_err(|_| failed(NO_GROUP))?;
        Ok((group.id, ExportReader::new(Arc::clone(&self.events), group, export, clock::now())))
    }

    /// Whether the group is there still: of one that was deleted some events are missing.
    fn is_there(&self, export: &LogExport, group: LogGroupId) -> Result<(), Stopped> {
        let world = self.state.snapshot();
        match world.log_group(export.scope, &export.group) {
            Ok(there) if there.id == group => Ok(()),
            Ok(_) | Err(_) => Err(failed(NO_GROUP)),
        }
    }

    /// Writes an object, if the task is to go on and the bucket's policy lets it.
    async fn put(
        &self,
        export: &LogExport,
        key: String,
        content_type: &str,
        bytes: Vec<u8>,
    ) -> Result<(), Stopped> {
        let world = self.state.snapshot();
        match world.log_export(export.scope, export.id).map(|it| &it.state) {
            Ok(LogExportState::Pending | LogExportState::Running) => {}
            Ok(_) | Err(_) => return Err(Stopped::Cancelled),
        }
        let name = export.bucket_name().ok_or_else(|| failed(INTERNAL))?;
        let bucket = world.buckets.get(&name).filter(|it| it.region == export.scope.region);
        let bucket = bucket.ok_or_else(|| failed("The given bucket does not exist."))?;
        if !export.may_write(bucket, &key) {
            return Err(Stopped::Failed(not_granted("PutObject")));
        }
        self.s3.deliver(&name, key, content_type, bytes).await.map_err(|error| {
            tracing::warn!(export = %export.id, ?error, "exported log events were not stored");
            failed(INTERNAL)
        })
    }
}

/// How a task ends that came upon a fault of ours.
fn failed_by_us() -> LogExportState {
    LogExportState::Failed(INTERNAL.to_owned())
}

fn failed(why: &str) -> Stopped {
    Stopped::Failed(why.to_owned())
}
