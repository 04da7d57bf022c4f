//! What happened to a packet, stage by stage: the explanation is written by the stages themselves while they decide.

use model::{Direction, ResourceId};

use crate::drop_reason::DropReason;
use crate::stage::Stage;

/// One stage's decision.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceStep {
    /// Where the packet was: the interface, subnet, gateway or connection.
    pub at: Option<ResourceId>,
    /// What decided: the group, network ACL, route table or gateway.
    pub by: Option<ResourceId>,
    /// Which stage.
    pub stage: Stage,
    /// Which way the packet went, for stages that have rules both ways.
    pub direction: Option<Direction>,
    /// What was decided.
    pub outcome: Outcome,
    /// The rule, route or translation, in AWS's words.
    pub detail: String,
}

/// What a stage decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The packet may go on.
    Allow,
    /// The packet was sent somewhere or changed, as the detail says.
    Pass,
    /// The packet died.
    Deny(DropReason),
}
