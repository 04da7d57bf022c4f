//! What can go wrong, named for what the caller can do about it. One sentence each.

use crate::{Compare, Revision};
use std::fmt;
use std::path::PathBuf;

/// Why the store did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// A comparison did not hold, and nothing was changed: read again and decide again.
    Conflict {
        /// The first comparison that did not hold.
        failed: Compare,
        /// The revision found instead: the record's (zero: absent) or the store's.
        found: Revision,
    },
    /// The transaction breaks a limit, and nothing was changed: correct it.
    Invalid(String),
    /// The disk is full and nothing was changed: make room and try again. Reads go on.
    DiskFull,
    /// Another process uses this directory.
    InUse {
        /// The directory.
        path: PathBuf,
        /// The process that says it holds it.
        pid: Option<u32>,
    },
    /// The directory was written in another format.
    OtherVersion {
        /// The format of the directory.
        found: u32,
        /// The format this program reads and writes.
        expected: u32,
    },
    /// A record of an older format cannot be rewritten, and nothing was changed: restore it, or use the older program.
    NotUpgraded {
        /// The format of the directory.
        from: u32,
        /// The format of this program.
        to: u32,
        /// The record's key.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The file does not hold what a store writes: restore it from a copy.
    Corrupt(String),
    /// The log no longer reaches back that far: read a snapshot and watch from its revision.
    Compacted {
        /// The oldest revision a watch can still begin after.
        oldest: Revision,
    },
    /// The store had to reopen its file under this snapshot: take a new one.
    SnapshotLost,
    /// The disk failed at the last moment, so that the change may or may not survive a restart.
    Uncertain(String),
    /// The store was closed.
    Closed,
    /// The disk failed and nothing was changed. The next transaction tries the disk again.
    Io(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict { failed, found } => conflict(f, failed, *found),
            Self::Invalid(why) => write!(f, "the transaction was refused: {why}"),
            Self::DiskFull => {
                f.write_str("the disk is full and nothing was changed: free some space and try again")
            }
            Self::InUse { path, pid } => in_use(f, path, *pid),
            Self::OtherVersion { found, expected } => write!(
                f,
                "the data directory has format {found} and this program uses format {expected}: \
                 use the program that wrote it, or another directory"
            ),
            Self::NotUpgraded { from, to, key, problem } => write!(
                f,
                "the stored record {key} of format {from} cannot be rewritten in format {to} ({problem}), and nothing was \
                 changed: use the program that wrote it, or another directory"
            ),
            Self::Corrupt(what) => write!(
                f,
                "the data directory is damaged ({what}): restore it from a copy, or remove it to \
                 begin anew"
            ),
            Self::Compacted { oldest } => write!(
                f,
                "changes are kept only after revision {oldest}: read a snapshot and watch from \
                 its revision"
            ),
            Self::SnapshotLost => {
                f.write_str("the store reopened its file after a disk error: take a new snapshot")
            }
            Self::Uncertain(what) => write!(
                f,
                "the disk failed while the change was written ({what}): it may or may not \
                 survive, so restart once the disk works"
            ),
            Self::Closed => f.write_str("the store is closed: open it again"),
            Self::Io(what) => {
                write!(f, "the disk failed and nothing was changed ({what}): check the disk and try again")
            }
        }
    }
}

fn conflict(f: &mut fmt::Formatter<'_>, failed: &Compare, found: Revision) -> fmt::Result {
    f.write_str("nothing was changed, because ")?;
    match failed {
        Compare::Revision(key, Revision(0)) => write!(f, "{key} already exists"),
        Compare::Revision(key, expected) if found == Revision(0) => {
            write!(f, "{key} is gone (it had revision {expected})")
        }
        Compare::Revision(key, expected) => {
            write!(f, "{key} has revision {found} and no longer {expected}")
        }
        Compare::Present(key) => write!(f, "{key} does not exist"),
        Compare::StoreRevision(expected) => {
            write!(f, "the store is at revision {found} and no longer at {expected}")
        }
    }?;
    f.write_str(": read again and decide again")
}

fn in_use(f: &mut fmt::Formatter<'_>, path: &std::path::Path, pid: Option<u32>) -> fmt::Result {
    write!(f, "the data directory {} is in use by ", path.display())?;
    match pid {
        Some(pid) => write!(f, "process {pid}: stop it, or use another directory"),
        None => f.write_str("another process: stop it, or use another directory"),
    }
}

impl std::error::Error for StoreError {}
