//! Walks over trees that a guest has made, however deep and whatever they are called.
//!
//! A guest makes directories as deep as its disk is large: neither the stack nor the table of descriptors may grow with
//! them, and no path is long enough. One directory is open at a time; the way back is `..`, which nobody changes
//! meanwhile, since the instance has ended. No link is followed.

use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat, fstat, openat, statat, unlinkat};

const DIRECTORY: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// What is done with each entry, relative to the open directory that it is in.
pub(crate) trait Visitor {
    /// Before a directory is opened.
    fn enter(&mut self, parent: BorrowedFd<'_>, name: &CStr, found: &Stat) -> io::Result<()>;
    /// When everything in a directory has been visited.
    fn leave(&mut self, parent: BorrowedFd<'_>, name: &CStr) -> io::Result<()>;
    /// For whatever is no directory.
    fn leaf(&mut self, parent: BorrowedFd<'_>, name: &CStr, found: &Stat) -> io::Result<()>;
}

/// A directory on the way: its name in the one above, which file it is, and what is still to be visited in it.
struct Level {
    name: CString,
    identity: (u64, u64),
    left: Vec<CString>,
}

/// Visits `path` and everything below. Stops at the first error.
pub(crate) fn walk(path: &Path, visitor: &mut dyn Visitor) -> io::Result<()> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let mut open = openat(CWD, parent, DIRECTORY, Mode::empty())?;
    let top = CString::new(std::os::unix::ffi::OsStrExt::as_bytes(name))?;
    let mut levels = vec![Level { name: CString::default(), identity: identity(&open)?, left: vec![top] }];
    while let Some(level) = levels.last_mut() {
        let Some(name) = level.left.pop() else {
            let done = levels.pop();
            let (Some(done), Some(above)) = (done, levels.last()) else { break };
            open = openat(&open, "..", DIRECTORY, Mode::empty())?;
            if identity(&open)? != above.identity {
                return Err(io::Error::other("a directory was moved meanwhile"));
            }
            visitor.leave(open.as_fd(), &done.name)?;
            continue;
        };
        let found = statat(&open, &name, AtFlags::SYMLINK_NOFOLLOW)?;
        if FileType::from_raw_mode(found.st_mode) != FileType::Directory {
            visitor.leaf(open.as_fd(), &name, &found)?;
            continue;
        }
        visitor.enter(open.as_fd(), &name, &found)?;
        open = openat(&open, &name, DIRECTORY, Mode::empty())?;
        levels.push(Level { name, identity: identity(&open)?, left: entries(&open)? });
    }
    Ok(())
}

fn identity(directory: &OwnedFd) -> io::Result<(u64, u64)> {
    let found = fstat(directory)?;
    Ok((found.st_dev, found.st_ino))
}

fn entries(directory: &OwnedFd) -> io::Result<Vec<CString>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(directory)? {
        let name = entry?.file_name().to_owned();
        if name.as_c_str() != c"." && name.as_c_str() != c".." {
            names.push(name);
        }
    }
    Ok(names)
}

/// Removes everything, also where the guest took away our permissions on its directories. What is not there is removed.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match walk(path, &mut Remover) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

struct Remover;

impl Visitor for Remover {
    fn enter(&mut self, parent: BorrowedFd<'_>, name: &CStr, found: &Stat) -> io::Result<()> {
        const ALL: u32 = 0o700;
        if found.st_mode & ALL != ALL {
            // A directory, as just seen, in a tree in which nobody else makes links any more.
            rustix::fs::chmodat(parent, name, Mode::RWXU, AtFlags::empty())?;
        }
        Ok(())
    }

    fn leave(&mut self, parent: BorrowedFd<'_>, name: &CStr) -> io::Result<()> {
        Ok(unlinkat(parent, name, AtFlags::REMOVEDIR)?)
    }

    fn leaf(&mut self, parent: BorrowedFd<'_>, name: &CStr, _found: &Stat) -> io::Result<()> {
        Ok(unlinkat(parent, name, AtFlags::empty())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn scratch(name: &str) -> std::path::PathBuf {
        let path = std::env::temp_dir().join(format!("hamlet-tree-{}-{name}", std::process::id()));
        remove(&path).unwrap();
        fs::create_dir(&path).unwrap();
        path
    }

    #[test]
    fn a_tree_is_removed_although_its_directories_are_closed_and_its_links_lead_away() {
        let (tree, elsewhere) = (scratch("closed"), scratch("elsewhere"));
        fs::write(elsewhere.join("canary"), "alive").unwrap();
        fs::create_dir_all(tree.join("a/b")).unwrap();
        fs::write(tree.join("a/b/c\nd"), "x").unwrap();
        symlink(&elsewhere, tree.join("a/link")).unwrap();
        fs::set_permissions(tree.join("a/b"), fs::Permissions::from_mode(0o000)).unwrap();
        remove(&tree).unwrap();
        assert!(!tree.exists());
        assert_eq!(fs::read_to_string(elsewhere.join("canary")).unwrap(), "alive");
        remove(&elsewhere).unwrap();
    }

    #[test]
    fn a_tree_is_removed_however_deep_it_is() {
        const DEPTH: usize = 10_000;
        let tree = scratch("deep");
        let mut open = openat(CWD, &tree, DIRECTORY, Mode::empty()).unwrap();
        for _ in 0..DEPTH {
            rustix::fs::mkdirat(&open, "deeper", Mode::RWXU).unwrap();
            open = openat(&open, "deeper", DIRECTORY, Mode::empty()).unwrap();
        }
        remove(&tree).unwrap();
        assert!(!tree.exists());
    }

    #[test]
    fn what_is_not_there_is_removed_and_a_link_is_removed_itself() {
        let top = scratch("links");
        remove(&top.join("nothing")).unwrap();
        symlink("/", top.join("root")).unwrap();
        remove(&top.join("root")).unwrap();
        assert_eq!(fs::read_dir(&top).unwrap().count(), 0);
        remove(&top).unwrap();
    }
}
