//! Trees of files that an instance could not reach by path, and in which their owners are the instance's.
//!
//! The image and the host's `/usr` belong to the host's root, who is nobody in an instance with ids of its own. An
//! idmapped mount (mount_setattr(2)) shows them as the instance's root's. What was made there and handed over as a
//! descriptor needs no way through the directories above it, which are closed.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::CWD;
use rustix::mount::{OpenTreeFlags, open_tree};

use crate::error::{Attempt, Result};
use crate::namespace::Ids;
use crate::sys;

/// The two parts of the disk, the image and the host's `/usr` for the instance whose first process is `pid`; nothing where it can use the
/// files themselves.
pub(crate) fn for_instance(pid: i32, ids: Ids, directory: &Path, image: &Path) -> Result<Vec<OwnedFd>> {
    let disk = [tree(&directory.join("root")), tree(&directory.join("usr"))];
    let shared = match ids {
        Ids::Private { .. } => {
            let users = user_namespace(pid)?;
            [mapped(image, &users), mapped(Path::new("/usr"), &users)]
        }
        Ids::SharedRoot => [tree(image), tree(Path::new("/usr"))],
        Ids::Daemon | Ids::Same => return Ok(Vec::new()),
    };
    disk.into_iter().chain(shared).collect()
}

/// The user namespace that a process is in.
pub(crate) fn user_namespace(pid: i32) -> Result<OwnedFd> {
    Ok(File::open(format!("/proc/{pid}/ns/user")).attempt("finding the instance's user namespace")?.into())
}

/// A directory as a mount of its own, with owners as in `users`.
pub(crate) fn mapped(path: &Path, users: &OwnedFd) -> Result<OwnedFd> {
    let tree = tree(path)?;
    sys::map_ids_of_tree(&tree, users).attempt(format!(
        "mapping the owners of {} (its file system must know idmapped mounts)",
        path.display()
    ))?;
    Ok(tree)
}

fn tree(path: &Path) -> Result<OwnedFd> {
    open_tree(CWD, path, OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC)
        .attempt(format!("opening {} as a mount", path.display()))
}
