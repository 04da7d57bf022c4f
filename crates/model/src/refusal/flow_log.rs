//! Why a change of flow logs is refused.

use crate::ids::FlowLogId;

/// A refused change of a flow log.
#[derive(Clone, Debug, PartialEq)]
pub enum FlowLogRefusal {
    /// There is one of the same resource that says the same.
    Exists(FlowLogId),
}
