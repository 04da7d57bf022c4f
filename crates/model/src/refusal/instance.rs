//! Why a change of instances is refused.

use crate::cpu_options::CpuOptions;
use crate::ids::*;
use crate::instance_state::InstanceState;

/// A refused change of an instance, or of its association with an instance profile.
#[derive(Clone, Debug, PartialEq)]
pub enum InstanceRefusal {
    /// The instance's state does not allow it: what was wanted.
    State(InstanceId, InstanceState, Wanted),
    /// `DisableApiTermination` is on.
    TerminationDisabled(InstanceId),
    /// `DisableApiStop` is on.
    StopDisabled(InstanceId),
    /// Its type does not offer these cores and threads.
    CpuOptions(String, CpuOptions),
    /// The instance has an association with an instance profile.
    ProfileAssociated(InstanceId),
    /// No instance has this association.
    NoSuchProfileAssociation(InstanceProfileAssociationId),
    /// The instance of an association does not run.
    ProfileAssociationInactive(InstanceProfileAssociationId),
}

/// What was wanted of an instance whose state did not allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// To start it.
    Start,
    /// To stop it.
    Stop,
    /// To reboot it.
    Reboot,
    /// To change what can only be changed while it is stopped.
    Stopped,
    /// To use it while it is not running.
    Running,
    /// Anything, while it is not gone.
    Present,
}
