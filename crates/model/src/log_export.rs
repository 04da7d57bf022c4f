//! Tasks that write a log group's events into a bucket. What they write is not here.
//!
//! Follows CreateExportTask (Amazon CloudWatch Logs API Reference) and "Exporting log data to Amazon S3" (Amazon CloudWatch Logs
//! User Guide).

use serde::{Deserialize, Serialize};

use crate::bucket::Bucket;
use crate::bucket_delivery::Deliverer;
use crate::bucket_name::BucketName;
use crate::link::Link;
use crate::log_group::log_group_arn;
use crate::place::Scope;
use crate::quotas::LOG_EXPORTS_REMEMBERED;
use crate::timestamp::Timestamp;
use crate::uuid_id::uuid_id;
use crate::world::World;

uuid_id! {
    /// Which task.
    LogExportId
}

/// A task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogExport {
    /// Which.
    pub id: LogExportId,
    /// Account and Region.
    pub scope: Scope,
    /// What whoever made it calls it.
    pub name: Option<String>,
    /// The log group's name.
    pub group: String,
    /// What the names of the streams begin with that are meant; all without.
    pub stream_prefix: Option<String>,
    /// From which time on events are meant, in milliseconds.
    pub from: i64,
    /// Until which time, itself among them.
    pub to: i64,
    /// The bucket's name.
    pub bucket: String,
    /// What all keys begin with, without the slash.
    pub prefix: String,
    /// When it was made.
    pub created: Timestamp,
    /// How far it is.
    pub state: LogExportState,
    /// When it ended.
    pub completed: Option<Timestamp>,
}

/// How far a task is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogExportState {
    /// It has not begun.
    Pending,
    /// Events are being written.
    Running,
    /// It was told to end, and has not yet.
    PendingCancel,
    /// Everything was written.
    Completed,
    /// It was told to end.
    Cancelled,
    /// Something could not be written, and why.
    Failed(String),
}

/// A refused change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogExportRefusal {
    /// There is none.
    NotFound,
    /// "Each account can only have one active (RUNNING or PENDING) export task at a time."
    OneIsActive,
    /// It has ended.
    Over,
}

impl LogExportState {
    /// AWS's word.
    pub fn as_str(&self) -> &'static str {
        match self {
            LogExportState::Pending => "PENDING",
            LogExportState::Running => "RUNNING",
            LogExportState::PendingCancel => "PENDING_CANCEL",
            LogExportState::Completed => "COMPLETED",
            LogExportState::Cancelled => "CANCELLED",
            LogExportState::Failed(_) => "FAILED",
        }
    }

    /// Whether it will change.
    pub fn is_active(&self) -> bool {
        matches!(self, LogExportState::Pending | LogExportState::Running | LogExportState::PendingCancel)
    }
}

impl LogExport {
    /// The bucket that it writes into; none if there cannot be one of the name.
    pub fn bucket_name(&self) -> Option<BucketName> {
        BucketName::new(self.scope.region.partition(), &self.bucket).ok()
    }

    /// The key of what is written first, to see whether anything can be.
    pub fn test_key(&self) -> String {
        test_key(&self.prefix)
    }

    /// What the keys of its objects begin with.
    pub fn folder(&self) -> String {
        format!("{}/{}", self.prefix, self.id)
    }

    /// Whether a bucket's policy lets the service look whose the bucket is.
    pub fn may_read_acl(&self, bucket: &Bucket) -> bool {
        self.may(bucket, "s3:GetBucketAcl", None)
    }

    /// Whether a bucket's policy lets the service write this object.
    pub fn may_write(&self, bucket: &Bucket, key: &str) -> bool {
        self.may(bucket, "s3:PutObject", Some(key))
    }

    fn may(&self, bucket: &Bucket, action: &str, key: Option<&str>) -> bool {
        let service = format!("logs.{}", self.scope.region);
        let source = format!("{}:*", log_group_arn(self.scope, &self.group));
        Deliverer { service: &service, scope: self.scope, source }.may(bucket, action, key)
    }
}

/// The key of what a task with this prefix writes first.
pub fn test_key(prefix: &str) -> String {
    format!("{prefix}/aws-logs-write-test")
}

impl World {
    /// The tasks of an account and Region, the newest first.
    pub fn log_exports_of(&self, scope: Scope) -> Vec<&LogExport> {
        let mut all: Vec<&LogExport> = self.log_exports.linked(Link::Scope(scope)).collect();
        all.sort_by_key(|it| (std::cmp::Reverse(it.created), it.id));
        all
    }

    /// The tasks that have not ended, whosever they are, the oldest first.
    pub fn active_log_exports(&self) -> Vec<&LogExport> {
        let mut all: Vec<&LogExport> = self.log_exports.linked(Link::Active).collect();
        all.sort_by_key(|it| (it.created, it.id));
        all
    }

    /// A task.
    pub fn log_export(&self, scope: Scope, id: LogExportId) -> Result<&LogExport, LogExportRefusal> {
        self.log_exports.get(&id).filter(|it| it.scope == scope).ok_or(LogExportRefusal::NotFound)
    }

    /// Makes a task. Of those that have ended the oldest are forgotten.
    pub fn create_log_export(&mut self, export: LogExport) -> Result<(), LogExportRefusal> {
        let before = self.log_exports_of(export.scope);
        if before.iter().any(|it| it.state.is_active()) {
            return Err(LogExportRefusal::OneIsActive);
        }
        let old: Vec<_> = before.iter().skip(LOG_EXPORTS_REMEMBERED - 1).map(|it| it.id).collect();
        for id in old {
            self.log_exports.remove(&id);
        }
        self.log_exports.insert(export.id, export);
        Ok(())
    }

    /// Tells a task to end: what has not begun has ended.
    pub fn cancel_log_export(
        &mut self,
        scope: Scope,
        id: LogExportId,
        now: Timestamp,
    ) -> Result<(), LogExportRefusal> {
        let next = match self.log_export(scope, id)?.state {
            LogExportState::Pending => LogExportState::Cancelled,
            LogExportState::Running => LogExportState::PendingCancel,
            LogExportState::PendingCancel
            | LogExportState::Completed
            | LogExportState::Cancelled
            | LogExportState::Failed(_) => return Err(LogExportRefusal::Over),
        };
        self.set_log_export_state(id, next, now);
        Ok(())
    }

    /// Says how far a task is. One that has ended stays as it is, and one that was told to end does not go on.
    pub fn set_log_export_state(&mut self, id: LogExportId, next: LogExportState, now: Timestamp) {
        let Some(export) = self.log_exports.get_mut(&id).filter(|it| it.state.is_active()) else { return };
        if export.state == LogExportState::PendingCancel && next.is_active() {
            return;
        }
        export.completed = (!next.is_active()).then_some(now);
        export.state = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::AccountId;

    fn scope() -> Scope {
        Scope { account: AccountId::DEFAULT, region: "us-west-2".parse().unwrap() }
    }

    fn export(number: u128, created: i64) -> LogExport {
        LogExport {
            id: LogExportId(number),
            scope: scope(),
            name: None,
            group: "app".to_owned(),
            stream_prefix: None,
            from: 0,
            to: 1,
            bucket: "archive".to_owned(),
            prefix: "exportedlogs".to_owned(),
            created: Timestamp(created),
            state: LogExportState::Pending,
            completed: None,
        }
    }

    #[test]
    fn one_is_active_and_what_has_ended_is_remembered_for_a_while() {
        let mut world = World::default();
        world.create_log_export(export(1, 1)).unwrap();
        assert_eq!(world.create_log_export(export(2, 2)), Err(LogExportRefusal::OneIsActive));
        for number in 2..2 + LOG_EXPORTS_REMEMBERED as u128 {
            world.set_log_export_state(LogExportId(number - 1), LogExportState::Completed, Timestamp(9));
            world.create_log_export(export(number, i64::try_from(number).unwrap())).unwrap();
        }
        assert_eq!(world.log_exports_of(scope()).len(), LOG_EXPORTS_REMEMBERED);
        assert_eq!(world.log_export(scope(), LogExportId(1)), Err(LogExportRefusal::NotFound));
        assert_eq!(world.active_log_exports().len(), 1);
    }

    #[test]
    fn what_runs_is_told_to_end_and_then_ends_only_so() {
        let mut world = World::default();
        let id = LogExportId(1);
        world.create_log_export(export(1, 1)).unwrap();
        world.set_log_export_state(id, LogExportState::Running, Timestamp(2));
        world.cancel_log_export(scope(), id, Timestamp(3)).unwrap();
        assert_eq!(world.cancel_log_export(scope(), id, Timestamp(3)), Err(LogExportRefusal::Over));
        world.set_log_export_state(id, LogExportState::Running, Timestamp(4));
        let state = |world: &World| world.log_export(scope(), id).unwrap().state.clone();
        assert_eq!(state(&world), LogExportState::PendingCancel);
        world.set_log_export_state(id, LogExportState::Cancelled, Timestamp(5));
        world.set_log_export_state(id, LogExportState::Completed, Timestamp(6));
        assert_eq!(state(&world), LogExportState::Cancelled);
        assert_eq!(world.log_export(scope(), id).unwrap().completed, Some(Timestamp(5)));
        assert!(world.active_log_exports().is_empty());
        let elsewhere = Scope { region: "us-east-1".parse().unwrap(), ..scope() };
        assert_eq!(world.cancel_log_export(elsewhere, id, Timestamp(7)), Err(LogExportRefusal::NotFound));
    }
}
