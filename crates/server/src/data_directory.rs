//! The data directory: ours alone, whatever it was before.
//!
//! Everything a Hamlet knows lies there, secrets among it, and root's Hamlet follows what it finds there. So it has to
//! belong to us, and is closed to others before anything in it is opened or locked. What lies directly in it has to be
//! ours as well, since others may have put it there while they could: files and folders of our own, no symbolic links, no
//! files with a second name elsewhere. The folders' insides are `host`'s, and mostly instances' own.
//!
//! The directory may be a symbolic link if that is our own or root's: people move it to another disk that way. Who may
//! rename what lies in the directory above could put another in its place, so that one that everybody can write to must
//! at least be sticky.

use anyhow::{Context, bail, ensure};
use rustix::fs::{
    AtFlags, Dir, FileType, Mode, OFlags, Stat, fstat, open, openat, readlinkat, statat, unlinkat,
};
use rustix::process::geteuid;
use std::ffi::OsStr;
use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Nobody but the owner.
const DIRECTORY_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
/// The bits of a mode that say who may do what.
const PERMISSIONS: u32 = 0o7777;
/// Everybody may write, and only owners may rename.
const OTHERS_WRITE: u32 = 0o002;
const STICKY: u32 = 0o1000;
/// Everything that others may do.
const OTHERS: u32 = 0o077;

/// Makes the directory if it is not there, closes it to others, and checks what it holds. To be called before anything in
/// it is opened.
pub fn secure(data: &Path) -> anyhow::Result<()> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(data);
    made.with_context(|| format!("the data directory {} cannot be made", data.display()))?;
    let path = target(data)?;
    check_ancestors(&path)?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let directory = open(&path, flags, Mode::empty())
        .with_context(|| format!("the data directory {} cannot be opened", path.display()))?;
    let found = fstat(&directory)?;
    ensure!(
        is_ours(&found),
        "the data directory {} belongs to user {}: only its owner can use it, so say another with --data",
        path.display(),
        found.st_uid
    );
    restrict(directory.as_fd(), &found, DIRECTORY_MODE)?;
    check_entries(&directory, &path)?;
    match found.st_mode & OTHERS {
        0 => Ok(()),
        _ => renew_lock(&directory),
    }
}

/// Opens a file of the data directory for appending, made if it is not there.
pub fn append(path: &Path) -> io::Result<File> {
    options().create(true).append(true).open(path)
}

/// How files of the data directory are opened: no link is followed, and what is made is the owner's alone.
pub(crate) fn options() -> OpenOptions {
    let mut options = File::options();
    options.mode(FILE_MODE).custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
    options
}

/// The directory itself, where its name is a symbolic link: one of our own or of root's, and to no further one.
fn target(data: &Path) -> anyhow::Result<PathBuf> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let named = open(data, flags, Mode::empty()).with_context(|| data.display().to_string())?;
    let found = fstat(&named)?;
    if kind(&found) != FileType::Symlink {
        return Ok(data.to_owned());
    }
    ensure!(
        is_ours(&found) || found.st_uid == 0,
        "the data directory {} is a symbolic link that user {} has made, and is not followed",
        data.display(),
        found.st_uid
    );
    let content = readlinkat(&named, "", Vec::new())?;
    let target = Path::new(OsStr::from_bytes(content.as_bytes()));
    Ok(data.parent().unwrap_or(Path::new("/")).join(target))
}

/// Whoever may rename a directory on the way decides what lies at its end.
fn check_ancestors(path: &Path) -> anyhow::Result<()> {
    let above = path.parent().unwrap_or(Path::new("/"));
    let above = above.canonicalize().with_context(|| above.display().to_string())?;
    // The root apart: whoever may rename what lies there needs no data directory.
    for ancestor in above.ancestors().filter(|it| it.parent().is_some()) {
        let found = rustix::fs::stat(ancestor).with_context(|| ancestor.display().to_string())?;
        ensure!(
            found.st_mode & OTHERS_WRITE == 0 || found.st_mode & STICKY != 0,
            "everybody may rename what lies in {}, so that a data directory there is nobody's own: say another with --data",
            ancestor.display()
        );
        ensure!(
            is_ours(&found) || found.st_uid == 0,
            "user {} may rename what lies in {}, so that a data directory there is not only yours: say another with --data",
            found.st_uid,
            ancestor.display()
        );
    }
    Ok(())
}

fn check_entries(directory: &OwnedFd, path: &Path) -> anyhow::Result<()> {
    for entry in Dir::read_from(directory)? {
        let entry = entry?;
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        if name == "." || name == ".." {
            continue;
        }
        check_entry(directory, name).with_context(|| path.join(name).display().to_string())?;
    }
    Ok(())
}

fn check_entry(directory: &OwnedFd, name: &OsStr) -> anyhow::Result<()> {
    let found = match statat(directory, name, AtFlags::SYMLINK_NOFOLLOW) {
        // Another `up` of our own has removed it.
        Err(rustix::io::Errno::NOENT) => return Ok(()),
        found => found?,
    };
    ensure!(
        is_ours(&found),
        "it belongs to user {}: remove it, or say another directory with --data",
        found.st_uid
    );
    match kind(&found) {
        FileType::Directory | FileType::Socket => Ok(()),
        FileType::RegularFile => {
            ensure!(
                found.st_nlink == 1,
                "it has a second name elsewhere: remove it, or copy it and remove the original"
            );
            let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let file = openat(directory, name, flags, Mode::empty())?;
            restrict(file.as_fd(), &fstat(&file)?, FILE_MODE)
        }
        FileType::Symlink => bail!("it is a symbolic link, which is not followed here: remove it"),
        FileType::Fifo | FileType::CharacterDevice | FileType::BlockDevice | FileType::Unknown => {
            bail!("it is no file: remove it")
        }
    }
}

/// Others could open the lock until now, and a file that can be read can be locked. Where the process that wrote its number
/// there is not the one that holds it, another user does: a new file takes its place.
fn renew_lock(directory: &OwnedFd) -> anyhow::Result<()> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let Ok(lock) = openat(directory, store::LOCK_FILE, flags, Mode::empty()) else { return Ok(()) };
    let mut lock = File::from(lock);
    if lock.try_lock().is_ok() {
        return Ok(());
    }
    let mut text = String::new();
    lock.read_to_string(&mut text)?;
    match text.trim().parse().is_ok_and(|writer: u32| !is_a_process_of_ours(writer)) {
        true => Ok(unlinkat(directory, store::LOCK_FILE, AtFlags::empty())?),
        false => Ok(()),
    }
}

fn is_a_process_of_ours(pid: u32) -> bool {
    rustix::fs::stat(format!("/proc/{pid}")).is_ok_and(|found| is_ours(&found))
}

/// Sets the mode, by a name that can only mean what was opened.
fn restrict(opened: BorrowedFd<'_>, found: &Stat, mode: u32) -> anyhow::Result<()> {
    if found.st_mode & PERMISSIONS == mode {
        return Ok(());
    }
    let name = format!("/proc/self/fd/{}", opened.as_raw_fd());
    std::fs::set_permissions(name, Permissions::from_mode(mode)).context("it cannot be closed to other users")
}

fn is_ours(found: &Stat) -> bool {
    found.st_uid == geteuid().as_raw()
}

fn kind(found: &Stat) -> FileType {
    FileType::from_raw_mode(found.st_mode)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{MetadataExt, symlink};

    /// A directory to make data directories in, removed afterwards.
    struct Above(PathBuf);

    impl Above {
        fn new(name: &str) -> Above {
            let path = std::env::temp_dir().join(format!("hamlet-data-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir(&path).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
            Above(path)
        }

        /// A data directory as somebody careless made it.
        fn open_to_all(&self) -> PathBuf {
            let data = self.0.join("data");
            fs::create_dir(&data).unwrap();
            fs::set_permissions(&data, Permissions::from_mode(0o777)).unwrap();
            data
        }
    }

    impl Drop for Above {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().mode() & PERMISSIONS
    }

    fn refusal(data: &Path) -> String {
        format!("{:#}", secure(data).unwrap_err())
    }

    #[test]
    fn what_is_made_and_what_was_there_is_closed_to_others() {
        let above = Above::new("closed");
        let deep = above.0.join("a/b");
        secure(&deep).unwrap();
        assert_eq!((mode(&deep), mode(&above.0.join("a"))), (0o700, 0o700));
        let data = above.open_to_all();
        fs::write(data.join("store.redb"), "x").unwrap();
        fs::set_permissions(data.join("store.redb"), Permissions::from_mode(0o4777)).unwrap();
        fs::create_dir(data.join("images")).unwrap();
        secure(&data).unwrap();
        assert_eq!((mode(&data), mode(&data.join("store.redb"))), (0o700, 0o600));
    }

    #[test]
    fn planted_links_pipes_and_second_names_are_refused_and_not_touched() {
        for name in ["hamlet.log", "store.redb", "lock", "hamlet.sock", "images", "root-access-key.json"] {
            let above = Above::new("planted");
            let (data, victim) = (above.open_to_all(), above.0.join("victim"));
            fs::write(&victim, "x").unwrap();
            fs::set_permissions(&victim, Permissions::from_mode(0o644)).unwrap();
            symlink(&victim, data.join(name)).unwrap();
            assert!(refusal(&data).contains("symbolic link"), "{name}");
            assert!(append(&data.join(name)).is_err(), "{name}");
            fs::remove_file(data.join(name)).unwrap();
            fs::hard_link(&victim, data.join(name)).unwrap();
            assert!(refusal(&data).contains("second name"), "{name}");
            assert_eq!((mode(&victim), fs::read_to_string(&victim).unwrap().as_str()), (0o644, "x"));
        }
        let above = Above::new("pipe");
        let data = above.open_to_all();
        rustix::fs::mknodat(rustix::fs::CWD, data.join("lock"), FileType::Fifo, Mode::RWXU, 0).unwrap();
        assert!(refusal(&data).contains("no file"));
    }

    #[test]
    fn a_link_to_the_directory_is_followed_once_if_it_is_ours() {
        let above = Above::new("link");
        let data = above.open_to_all();
        symlink(&data, above.0.join("link")).unwrap();
        symlink("link", above.0.join("second")).unwrap();
        secure(&above.0.join("link")).unwrap();
        assert_eq!(mode(&data), 0o700);
        assert!(secure(&above.0.join("second")).is_err());
        symlink("/nowhere", above.0.join("dangling")).unwrap();
        assert!(secure(&above.0.join("dangling")).is_err());
    }

    #[test]
    fn a_lock_that_a_stranger_holds_is_replaced_and_a_daemons_own_is_not() {
        let above = Above::new("lock");
        let data = above.open_to_all();
        let path = data.join(store::LOCK_FILE);
        // No process has this number: the kernel gives none above 2^22.
        for (writer, is_replaced) in
            [("4999999", true), (&std::process::id().to_string(), false), ("", false)]
        {
            fs::write(&path, writer).unwrap();
            fs::set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
            let held = File::open(&path).unwrap();
            held.lock_shared().unwrap();
            secure(&data).unwrap();
            assert_eq!(path.exists(), !is_replaced, "{writer}");
        }
        fs::write(&path, "4999999").unwrap();
        let held = File::open(&path).unwrap();
        held.lock().unwrap();
        secure(&data).unwrap();
        assert!(path.exists(), "nobody else could have opened it");
    }

    #[test]
    fn a_place_where_everybody_may_rename_is_refused_unless_it_is_sticky() {
        let above = Above::new("above");
        for (mode, good) in [(0o777, false), (0o1777, true), (0o755, true)] {
            fs::set_permissions(&above.0, Permissions::from_mode(mode)).unwrap();
            assert_eq!(secure(&above.0.join("data")).is_ok(), good, "{mode:o}");
        }
    }

    #[test]
    fn another_owner_is_named() {
        if !geteuid().is_root() {
            eprintln!("CANNOT RUN another_owner_is_named: only root can give directories away");
            return;
        }
        let above = Above::new("owner");
        let data = above.open_to_all();
        std::os::unix::fs::chown(&data, Some(34), Some(34)).unwrap();
        assert!(refusal(&data).contains("belongs to user 34"));
        assert_eq!(mode(&data), 0o777, "not ours to change");
        std::os::unix::fs::chown(&data, Some(0), Some(0)).unwrap();
        fs::write(data.join("lock"), "").unwrap();
        std::os::unix::fs::chown(data.join("lock"), Some(34), Some(34)).unwrap();
        assert!(refusal(&data).contains("lock: it belongs to user 34"), "{}", refusal(&data));
        symlink(&data, above.0.join("link")).unwrap();
        std::os::unix::fs::lchown(above.0.join("link"), Some(34), Some(34)).unwrap();
        assert!(refusal(&above.0.join("link")).contains("that user 34 has made"));
    }
}
