//! Whose an instance's files are on the host's disk.
//!
//! The guest's ids are stored as the ids outside that stand for them. Which those are is written beside the disk; where
//! an instance gets others (it was made by an older version, or the machine has changed), its files are given over
//! before it starts.

use std::ffi::CStr;
use std::fs;
use std::io::{self, Write};
use std::os::fd::BorrowedFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Gid, Mode, Stat, Uid, chmodat, chownat};
use rustix::process::geteuid;

use crate::error::{Attempt, Result};
use crate::namespace::{IDS_OF_AN_INSTANCE, Ids, SHARED_ROOT_OTHERS};
use crate::private_ids::FIRST_PRIVATE_ID;
use crate::tree::{self, Visitor};

/// The parts of the instance's directory that the guest's files are in.
const PARTS: &[&str] = &["root/upper", "root/work", "usr/upper", "usr/work"];
const RECORD: &str = "ids";
const UNFINISHED: &str = "ids.unfinished";
/// What permissions lose when an owner changes, and get back.
const SET_ID: u32 = 0o6000;

/// Whose the disk in this directory is; nothing for one that is not there yet.
pub(crate) fn recorded(directory: &Path) -> Option<Ids> {
    let disk = directory.join(PARTS[0]);
    match fs::read(directory.join(RECORD)) {
        Ok(record) => serde_json::from_slice(&record).ok().or_else(|| owner(&disk)),
        // Before there were records.
        Err(_) if disk.is_dir() => Some(if geteuid().is_root() { Ids::SharedRoot } else { Ids::Daemon }),
        Err(_) => None,
    }
}

/// Who the files say it is, where the record has been lost: ranges begin where the last 16 bits are zero.
fn owner(disk: &Path) -> Option<Ids> {
    let found = fs::symlink_metadata(disk).ok()?.uid();
    Some(match found {
        FIRST_PRIVATE_ID.. => Ids::Private { first: found - found % IDS_OF_AN_INSTANCE },
        _ if geteuid().is_root() => Ids::SharedRoot,
        _ => Ids::Daemon,
    })
}

/// Makes the disk if it is not there, and makes it the instance's whose ids these are.
pub(crate) fn prepare(directory: &Path, ids: Ids) -> Result<()> {
    let before = recorded(directory);
    for part in PARTS.iter().chain(&["merged"]) {
        let path = directory.join(part);
        fs::create_dir_all(&path).attempt(format!("making {}", path.display()))?;
    }
    // What the guest keeps on its disk is nobody else's to read.
    fs::set_permissions(directory, fs::Permissions::from_mode(0o700))
        .attempt("closing the instance's directory")?;
    if before == Some(ids) && directory.join(RECORD).exists() {
        return Ok(());
    }
    let unfinished = directory.join(UNFINISHED);
    note(&unfinished, ids).attempt("noting whose the disk is to be")?;
    if before != Some(ids) {
        // A new disk is the daemon's, as one of an older version was.
        let from = before.unwrap_or(Ids::SharedRoot);
        PARTS.iter().try_for_each(|part| give(&directory.join(part), from, ids))?;
    }
    // Last: what was interrupted is done again, with the same ids, and what was done is not harmed by it.
    fs::rename(&unfinished, directory.join(RECORD)).attempt("noting whose the disk is")
}

fn note(path: &Path, ids: Ids) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(&serde_json::to_vec(&ids)?)?;
    file.sync_all()
}

/// Whose the disk was going to be when that was interrupted.
pub(crate) fn intended(directory: &Path) -> Option<Ids> {
    serde_json::from_slice(&fs::read(directory.join(UNFINISHED)).ok()?).ok()
}

fn give(path: &Path, from: Ids, to: Ids) -> Result<()> {
    tree::walk(path, &mut Giver { from, to }).attempt(format!("giving {} to its instance", path.display()))
}

struct Giver {
    from: Ids,
    to: Ids,
}

impl Giver {
    fn give(&self, parent: BorrowedFd<'_>, name: &CStr, found: &Stat) -> io::Result<()> {
        let ids = (translate(found.st_uid, self.from, self.to), translate(found.st_gid, self.from, self.to));
        let (Some(uid), Some(gid)) = ids else {
            return Ok(());
        };
        let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
        chownat(parent, name, Some(uid), Some(gid), AtFlags::SYMLINK_NOFOLLOW)?;
        let is_file = FileType::from_raw_mode(found.st_mode) == FileType::RegularFile;
        if is_file && found.st_mode & SET_ID != 0 {
            chmodat(parent, name, Mode::from_raw_mode(found.st_mode & 0o7777), AtFlags::empty())?;
        }
        Ok(())
    }
}

impl Visitor for Giver {
    fn enter(&mut self, parent: BorrowedFd<'_>, name: &CStr, found: &Stat) -> io::Result<()> {
        self.give(parent, name, found)
    }

    fn leave(&mut self, _parent: BorrowedFd<'_>, _name: &CStr) -> io::Result<()> {
        Ok(())
    }

    fn leaf(&mut self, parent: BorrowedFd<'_>, name: &CStr, found: &Stat) -> io::Result<()> {
        self.give(parent, name, found)
    }
}

/// The id outside for the same user; nothing for one that is right already, or no instance's.
fn translate(outside: u32, from: Ids, to: Ids) -> Option<u32> {
    outside_of(inside_of(outside, from)?, to)
}

fn inside_of(outside: u32, ids: Ids) -> Option<u32> {
    match ids {
        Ids::Private { first } => outside.checked_sub(first).filter(|&id| id < IDS_OF_AN_INSTANCE),
        Ids::SharedRoot if outside == 0 => Some(0),
        Ids::SharedRoot => {
            outside.checked_sub(SHARED_ROOT_OTHERS).filter(|&id| (1..IDS_OF_AN_INSTANCE).contains(&id))
        }
        Ids::Daemon | Ids::Same => None,
    }
}

fn outside_of(inside: u32, ids: Ids) -> Option<u32> {
    match ids {
        Ids::Private { first } => first.checked_add(inside),
        Ids::SharedRoot if inside == 0 => Some(0),
        Ids::SharedRoot => SHARED_ROOT_OTHERS.checked_add(inside),
        Ids::Daemon | Ids::Same => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: Ids = Ids::Private { first: 0x7000_0000 };

    #[test]
    fn users_stay_who_they_are_inside() {
        assert_eq!(translate(0, Ids::SharedRoot, OWN), Some(0x7000_0000));
        assert_eq!(translate(101_000, Ids::SharedRoot, OWN), Some(0x7000_0000 + 1000));
        assert_eq!(translate(0x7000_0000 + 1000, OWN, Ids::SharedRoot), Some(101_000));
    }

    #[test]
    fn what_was_given_over_is_not_given_over_again() {
        assert_eq!(translate(0x7000_0000 + 1000, Ids::SharedRoot, OWN), None);
        assert_eq!(translate(0, OWN, Ids::SharedRoot), None);
        assert_eq!(translate(33, Ids::SharedRoot, OWN), None, "a user of the host");
    }

    #[test]
    fn a_disk_is_whose_its_record_says_or_of_before_there_were_records() {
        let directory = std::env::temp_dir().join(format!("hamlet-disk-{}", std::process::id()));
        assert_eq!(recorded(&directory), None);
        fs::create_dir_all(directory.join("root/upper")).unwrap();
        assert!(matches!(recorded(&directory), Some(Ids::SharedRoot | Ids::Daemon)));
        note(&directory.join(RECORD), OWN).unwrap();
        assert_eq!(recorded(&directory), Some(OWN));
        fs::write(directory.join(RECORD), "").unwrap();
        assert!(
            matches!(recorded(&directory), Some(Ids::SharedRoot | Ids::Daemon)),
            "as the files' owner says"
        );
        fs::remove_dir_all(&directory).unwrap();
    }
}
