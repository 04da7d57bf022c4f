//! Flow logs are delivered: the windows that the engine has closed become records, and these go where each flow log says, in
//! the name of its role.
//!
//! Follows "Publish flow logs to CloudWatch Logs", "Publish flow logs to Amazon S3" and "Troubleshoot VPC Flow Logs" (VPC User
//! Guide). AWS delivers some minutes after a window; here it is at once. What cannot be delivered is lost, and the flow log
//! says why; it is tried again with the next window.

mod bucket;
mod known;
mod log_group;
mod status;
mod written;

pub use status::{FlowLogCounters, FlowLogCounts};

use datapath::Datapath;
use engine::FlowWindow;
use logs::Events;
use model::flow_log::{DeliveryProblem, FlowLog, FlowLogDestination};
use model::{Timestamp, World};
use s3::service::S3Service;
use std::sync::Arc;
use std::time::Duration;

use crate::writer::{Applied, State};
use bucket::{File, Files};
use known::Known;
use written::{Writer, Written};

/// How often it is looked whether a window has closed, while anybody logs.
const LOOK: Duration = Duration::from_millis(250);
/// The same while one is being added up.
const LOOK_SOON: Duration = Duration::from_millis(20);

/// What delivers.
pub(crate) struct FlowLogs {
    /// Where flow logs, roles and log groups are.
    pub(crate) state: State,
    /// What makes windows.
    pub(crate) datapath: Arc<Datapath>,
    /// Where events of log groups go; none where they could not be opened.
    pub(crate) events: Option<Arc<Events>>,
    /// Where files go; none where buckets could not be opened.
    pub(crate) s3: Option<S3Service>,
    /// What was delivered.
    pub(crate) counters: Arc<FlowLogCounters>,
    /// How long what AWS calls a minute is.
    pub(crate) minute: Duration,
}

impl FlowLogs {
    /// Delivers for ever.
    pub(crate) async fn deliver_for_ever(self) {
        let mut published = self.state.published();
        let mut known = Known::default();
        let mut writer = Writer::new(self.minute);
        let mut files = Files::new(self.minute);
        loop {
            published.borrow_and_update();
            known.look(&self.state.snapshot());
            for file in files.take_gone(&known) {
                self.deliver_file(file).await;
            }
            // Also when nobody logs: the engine forgets what it has for nobody.
            let Some((windows, is_closing)) = self.take_windows().await else { return };
            if known.is_empty() {
                if published.changed().await.is_err() {
                    return;
                }
                continue;
            }
            for window in windows {
                let start = window.start;
                let written = writer.write(window, &known);
                known.forget_gone();
                for (log, written) in written {
                    self.deliver(&log, start, written, &mut files).await;
                }
            }
            tokio::time::sleep(if is_closing { LOOK_SOON } else { LOOK }).await;
        }
    }

    /// The windows that have closed, and whether one is closing; none when the run ends.
    async fn take_windows(&self) -> Option<(Vec<FlowWindow>, bool)> {
        let datapath = Arc::clone(&self.datapath);
        tokio::task::spawn_blocking(move || datapath.flow_windows()).await.ok()
    }

    /// Delivers what one flow log has to say of a window that began then.
    async fn deliver(&self, log: &Arc<FlowLog>, start: Timestamp, written: Written, files: &mut Files) {
        match &log.settings.destination {
            FlowLogDestination::CloudWatchLogs { group, .. } => {
                self.deliver_records(log, group, written).await;
            }
            FlowLogDestination::S3 { .. } => {
                for file in files.add(log, start, &written) {
                    self.deliver_file(file).await;
                }
            }
        }
    }

    /// Puts what one flow log has to say of a window into its log group, and notes what became of it.
    async fn deliver_records(&self, log: &FlowLog, group: &str, written: Written) {
        let (records, skipped) = (written.records, written.skipped);
        let delivered = self.to_log_group(log, group, written).await;
        self.counters.count(log.id, records, skipped, delivered.is_ok());
        self.note(log, delivered.err()).await;
    }

    /// Puts a file into its bucket, and notes what became of it.
    async fn deliver_file(&self, file: File) {
        let (records, skipped) = file.counts;
        let (log, delivered) = self.to_bucket(file).await;
        self.counters.count(log.id, records, skipped, delivered.is_ok());
        self.note(&log, delivered.err()).await;
    }

    /// Says of a flow log what keeps it from being delivered, if that is another thing than before.
    async fn note(&self, log: &FlowLog, problem: Option<DeliveryProblem>) {
        let id = log.id;
        if self.state.snapshot().flow_log_problem(id) == problem {
            return;
        }
        let change = move |world: &mut World| (Applied::Keep, world.set_flow_log_problem(id, problem));
        if let Err(error) = self.state.change(change).await {
            tracing::warn!(flow_log = %id, %error, "what became of its records is not noted");
        }
    }
}
