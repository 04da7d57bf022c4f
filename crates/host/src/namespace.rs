//! Who is who in the user namespaces of an instance.
//!
//! ```text
//!   user namespace of the daemon
//!     └ outer: owns the instance's processes (pid) and the mounts that make up its root
//!         └ inner: owns its network, host name and ipc; here runs all of the instance
//! ```
//!
//! Mounts that come from the outer namespace are locked in the inner one: no capability there undoes them
//! (mount_namespaces(7)). Both have the same users.

use std::fs;
use std::io;
use std::ops::Range;

use rustix::process::{getegid, geteuid};
use serde::{Deserialize, Serialize};

/// What the first process of an instance is born into.
pub(crate) const OUTER: i32 = libc::CLONE_NEWUSER | libc::CLONE_NEWNS | libc::CLONE_NEWPID;

/// What it moves into when its root is built.
pub(crate) const INNER: i32 = libc::CLONE_NEWUSER
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWCGROUP;

/// What the first process of a network namespace is born into. The user's own commands run there with the user's own
/// rights.
pub(crate) const NETWORK: i32 = libc::CLONE_NEWUSER
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC;

/// Users in an instance: those of a system with 16-bit ids.
pub(crate) const IDS_OF_AN_INSTANCE: u32 = 65_536;

/// The first id outside that stands for a user other than root in [`Ids::SharedRoot`], less one.
pub(crate) const SHARED_ROOT_OTHERS: u32 = 100_000;

/// Which ids outside stand for an instance's users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ids {
    /// Ids from `first` on that nobody else has, root's included.
    Private { first: u32 },
    /// Root is root outside, too; everybody else is an id that nobody has.
    SharedRoot,
    /// Everybody is the one user that the daemon runs as.
    Daemon,
    /// A network namespace: everyone is who they are outside.
    Same,
}

/// Writes the maps of a process that has just been made in a new user namespace.
pub(crate) fn write_id_maps(pid: i32, ids: Ids) -> io::Result<()> {
    let (uid, gid) = (geteuid().as_raw(), getegid().as_raw());
    match ids {
        Ids::Private { first } => write_both(pid, &format!("0 {first} {IDS_OF_AN_INSTANCE}\n")),
        Ids::SharedRoot => {
            let others = format!("1 {} {}\n", SHARED_ROOT_OTHERS + 1, IDS_OF_AN_INSTANCE - 1);
            write_both(pid, &format!("0 0 1\n{others}"))
        }
        Ids::Same if uid == 0 && write_both(pid, &format!("0 0 {}\n", u32::MAX)).is_ok() => Ok(()),
        Ids::Same => write_one(pid, (uid, uid), (gid, gid)),
        Ids::Daemon => write_one(pid, (0, uid), (0, gid)),
    }
}

fn write_both(pid: i32, lines: &str) -> io::Result<()> {
    fs::write(format!("/proc/{pid}/uid_map"), lines)?;
    fs::write(format!("/proc/{pid}/gid_map"), lines)
}

/// The one id that an ordinary user may map, from inside to outside.
fn write_one(pid: i32, uid: (u32, u32), gid: (u32, u32)) -> io::Result<()> {
    fs::write(format!("/proc/{pid}/setgroups"), "deny")?;
    fs::write(format!("/proc/{pid}/uid_map"), format!("{} {} 1", uid.0, uid.1))?;
    fs::write(format!("/proc/{pid}/gid_map"), format!("{} {} 1", gid.0, gid.1))
}

/// Writes the maps of the inner namespace that the first process has moved into, from a process in the outer one: the
/// same ids. `proc` is where the instance's own `/proc` is.
pub(crate) fn write_inner_maps(proc: &str) -> io::Result<()> {
    for map in ["uid_map", "gid_map"] {
        let outer = fs::read_to_string(format!("{proc}/self/{map}"))?;
        let same = |line: &str| {
            let mut words = line.split_whitespace();
            Some(format!("{0} {0} {1}\n", words.next()?, words.nth(1)?))
        };
        let lines: String = outer.lines().filter_map(same).collect();
        fs::write(format!("{proc}/1/{map}"), lines)?;
    }
    Ok(())
}

/// The ids that exist in a user namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Users(Vec<Range<u64>>);

impl Users {
    /// Those of our own.
    pub(crate) fn ours() -> Self {
        Self::of("self")
    }

    /// Those of a process, `self` or a number, as the `/proc` in sight knows it. Root alone where that is not to be read.
    pub(crate) fn of(process: &str) -> Self {
        let map = fs::read_to_string(format!("/proc/{process}/uid_map")).unwrap_or_default();
        let users = Self::parse(&map);
        if users.0.is_empty() { Self(std::iter::once(0..1).collect()) } else { users }
    }

    fn parse(map: &str) -> Self {
        let range = |line: &str| {
            let mut words = line.split_whitespace();
            let first: u64 = words.next()?.parse().ok()?;
            let count: u64 = words.nth(1)?.parse().ok()?;
            Some(first..first.checked_add(count)?)
        };
        Self(map.lines().filter_map(range).collect())
    }

    pub(crate) fn have(&self, uid: u32) -> bool {
        self.0.iter().any(|range| range.contains(&u64::from(uid)))
    }

    /// Whether there is nobody but root.
    pub(crate) fn are_root_alone(&self) -> bool {
        !self.have(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_what_the_map_says() {
        let one = Users::parse("         0       1000          1\n");
        assert!(one.have(0) && !one.have(1) && one.are_root_alone());
        let many = Users::parse("0 0 1\n1 100001 65535\n");
        assert!(many.have(65_535) && !many.have(65_536) && !many.are_root_alone());
        assert_eq!(Users::parse("nonsense\n1 2\n"), Users(vec![]));
    }
}
