//! Who is who in a user namespace, and what its processes may never do.

use std::fs;
use std::io;

use rustix::process::{getegid, geteuid};

/// The namespaces of an instance or a space.
pub(crate) const NAMESPACES: i32 = libc::CLONE_NEWUSER
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC;

/// Capabilities that no process in an instance may hold, even as root: with them mounts could be undone, devices made,
/// or the first process traced. Numbers from capabilities(7).
pub(crate) const DROPPED_IN_INSTANCES: &[u32] = &[
    2,  // DAC_READ_SEARCH: open files by handle.
    16, // SYS_MODULE
    17, // SYS_RAWIO
    19, // SYS_PTRACE: the first process must not be steered by the guest's root.
    20, // SYS_PACCT
    21, // SYS_ADMIN: mounts, namespaces' names.
    22, // SYS_BOOT
    25, // SYS_TIME
    26, // SYS_TTY_CONFIG
    27, // MKNOD
    30, // AUDIT_CONTROL
    32, // MAC_OVERRIDE
    33, // MAC_ADMIN
    34, // SYSLOG
    35, // WAKE_ALARM
    36, // BLOCK_SUSPEND
    37, // AUDIT_READ
    38, // PERFMON
    39, // BPF
    40, // CHECKPOINT_RESTORE
];

/// The user's own machine, the laptop, keeps what its user namespace gives.
pub(crate) const DROPPED_IN_SPACES: &[u32] = &[];

/// How ids inside map to ids outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdMap {
    /// Root inside is us; with privilege, 65,535 more users are ids nobody else has.
    Instance,
    /// Everyone is who they are outside.
    Identity,
}

/// The first id outside that stands for a user other than root in an instance.
const FIRST_SUBORDINATE_ID: u32 = 100_001;

/// Writes the maps of a process that has just been made in a new user namespace.
pub(crate) fn write_id_maps(pid: i32, map: IdMap) -> io::Result<()> {
    let (uid, gid) = (geteuid().as_raw(), getegid().as_raw());
    if uid == 0 && write_privileged(pid, map).is_ok() {
        return Ok(());
    }
    let (inside_uid, inside_gid) = match map {
        IdMap::Instance => (0, 0),
        IdMap::Identity => (uid, gid),
    };
    fs::write(format!("/proc/{pid}/setgroups"), "deny")?;
    fs::write(format!("/proc/{pid}/uid_map"), format!("{inside_uid} {uid} 1"))?;
    fs::write(format!("/proc/{pid}/gid_map"), format!("{inside_gid} {gid} 1"))
}

fn write_privileged(pid: i32, map: IdMap) -> io::Result<()> {
    let lines = match map {
        IdMap::Instance => format!("0 0 1\n1 {FIRST_SUBORDINATE_ID} 65535\n"),
        IdMap::Identity => format!("0 0 {}\n", u32::MAX),
    };
    fs::write(format!("/proc/{pid}/uid_map"), &lines)?;
    fs::write(format!("/proc/{pid}/gid_map"), &lines)
}

/// Whether an id other than root exists in our user namespace.
pub(crate) fn has_user(uid: u32) -> bool {
    let Ok(map) = fs::read_to_string("/proc/self/uid_map") else {
        return false;
    };
    map.lines().any(|line| {
        let mut numbers = line.split_whitespace().filter_map(|word| word.parse::<u64>().ok());
        match (numbers.next(), numbers.next(), numbers.next()) {
            (Some(inside), Some(_), Some(count)) => (inside..inside + count).contains(&u64::from(uid)),
            (_, _, _) => false,
        }
    })
}
