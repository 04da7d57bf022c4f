//! What became of flow logs' records, for `hamlet status`.

use model::FlowLogId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What became of one flow log's records, since the run began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowLogCounts {
    /// Records that were delivered.
    pub records: u64,
    /// Records that were lost since they could not be.
    pub lost: u64,
    /// How often an interface had more than could be told.
    pub skipped: u64,
}

/// Those of all flow logs.
#[derive(Debug, Default)]
pub struct FlowLogCounters(Mutex<BTreeMap<FlowLogId, FlowLogCounts>>);

impl FlowLogCounters {
    pub(super) fn count(&self, id: FlowLogId, records: u64, skipped: u64, is_delivered: bool) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = all.entry(id).or_default();
        counts.skipped += skipped;
        match is_delivered {
            true => counts.records += records,
            false => counts.lost += records,
        }
    }

    /// What became of the records of the flow logs that there are.
    pub fn of(&self, ids: impl Iterator<Item = FlowLogId>) -> BTreeMap<FlowLogId, FlowLogCounts> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let there: BTreeMap<_, _> = ids.map(|id| (id, all.get(&id).copied().unwrap_or_default())).collect();
        all.retain(|id, _| there.contains_key(id));
        there
    }
}
