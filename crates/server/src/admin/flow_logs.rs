//! Flow logs in `hamlet status`.

use model::World;
use model::flow_log::{DeliveryProblem, FlowLogDestination};
use serde::{Deserialize, Serialize};

use crate::flow_logs::FlowLogCounts;
use crate::running::Running;

/// A flow log, and what became of its records since the run began.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FlowLogStatus {
    /// Its identifier.
    pub id: String,
    /// Whose packets.
    pub of: String,
    /// Where records go.
    pub destination: String,
    /// What keeps it from being delivered.
    pub problem: Option<String>,
    /// How many records.
    #[serde(flatten)]
    pub counts: FlowLogCounts,
}

pub(super) fn all(world: &World, running: &Running) -> Vec<FlowLogStatus> {
    let logs = &world.network.flow_logs;
    let counts = running.flow_logs.of(logs.iter().map(|(id, _)| id));
    let status = |log: &model::flow_log::FlowLog| FlowLogStatus {
        id: log.id.to_string(),
        of: log.settings.of.to_string(),
        destination: match &log.settings.destination {
            FlowLogDestination::CloudWatchLogs { group, .. } => group.clone(),
            FlowLogDestination::S3 { arn, .. } => arn.clone(),
        },
        problem: world.flow_log_problem(log.id).map(|problem| sentence(problem).to_owned()),
        counts: counts.get(&log.id).copied().unwrap_or_default(),
    };
    logs.values().map(status).collect()
}

fn sentence(problem: DeliveryProblem) -> &'static str {
    match problem {
        DeliveryProblem::Access => "its role cannot be assumed, or may not write there",
        DeliveryProblem::RateLimited => "its destination takes no more",
        DeliveryProblem::Unknown => "its records could not be stored; the log says why",
    }
}
