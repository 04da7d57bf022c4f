//! The step from the privileged builder of an instance to its unprivileged inhabitant.
//!
//! Taken once by every process of ours that goes on among the guest's files: the first process when the root is built,
//! `hamlet exec` when it has joined the namespaces. From there on it has the rights of the guest's root and no others,
//! and so has everything it starts.

use std::io;

use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use rustix::thread::{
    CapabilitySet, capabilities, clear_ambient_capability_set, remove_capability_from_bounding_set,
    set_capabilities, set_no_new_privs,
};

use crate::namespace::Users;
use crate::seccomp;
use crate::spec::Nesting;

/// Capabilities that no process in an instance may hold, even as root: with them mounts could be undone, devices made,
/// or processes with other rights traced.
const DROPPED: CapabilitySet = CapabilitySet::from_bits_retain(
    CapabilitySet::DAC_READ_SEARCH.bits()
        | CapabilitySet::SYS_MODULE.bits()
        | CapabilitySet::SYS_RAWIO.bits()
        | CapabilitySet::SYS_PTRACE.bits()
        | CapabilitySet::SYS_PACCT.bits()
        | CapabilitySet::SYS_ADMIN.bits()
        | CapabilitySet::SYS_BOOT.bits()
        | CapabilitySet::SYS_TIME.bits()
        | CapabilitySet::SYS_TTY_CONFIG.bits()
        | CapabilitySet::MKNOD.bits()
        | CapabilitySet::AUDIT_CONTROL.bits()
        | CapabilitySet::MAC_OVERRIDE.bits()
        | CapabilitySet::MAC_ADMIN.bits()
        | CapabilitySet::SYSLOG.bits()
        | CapabilitySet::WAKE_ALARM.bits()
        | CapabilitySet::BLOCK_SUSPEND.bits()
        | CapabilitySet::AUDIT_READ.bits()
        | CapabilitySet::PERFMON.bits()
        | CapabilitySet::BPF.bits()
        | CapabilitySet::CHECKPOINT_RESTORE.bits(),
);

/// From here on this process is no more than the guest's root, and stays so whatever it executes.
pub(crate) fn confine(users: &Users, nesting: Nesting) -> io::Result<()> {
    // With one id there is nothing that a setuid program could change to.
    if users.are_root_alone() {
        set_no_new_privs(true)?;
    }
    seccomp::install(users, nesting)?;
    drop_capabilities()?;
    hide_from_the_guest()
}

fn drop_capabilities() -> io::Result<()> {
    for capability in DROPPED.iter() {
        match remove_capability_from_bounding_set(capability) {
            // A kernel that does not have it.
            Ok(()) | Err(rustix::io::Errno::INVAL) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    clear_ambient_capability_set()?;
    let mut sets = capabilities(None)?;
    sets.permitted.remove(DROPPED);
    sets.effective.remove(DROPPED);
    sets.inheritable = CapabilitySet::empty();
    Ok(set_capabilities(None, sets)?)
}

/// The guest's root has our ids and our capabilities. Only this keeps it from tracing us, and from what `/proc` has of us.
/// Ends where another program is executed.
pub(crate) fn hide_from_the_guest() -> io::Result<()> {
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}
