//! What an instance sees: its root over the image, `/usr` over the host's, its own `/proc`, `/sys`, `/dev`.
//!
//! Runs as the first process in its new user and mount namespaces. Every mount is made there and goes with them. What
//! is mounted stays mounted: nobody in an instance keeps the capability to undo it.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, open};
use rustix::mount::{
    MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags, mount, mount_bind,
    mount_bind_recursive, mount_change, mount_remount, move_mount, open_tree, unmount,
};
use rustix::process::{Resource, Rlimit, setrlimit};

use crate::error::{Attempt, Result};
use crate::image::USR_LINKS;
use crate::namespace::has_user;

/// Parts of `/proc` that only tell, or do, something about the host.
const HIDDEN: &[&str] =
    &["acpi", "asound", "kcore", "keys", "latency_stats", "sched_debug", "scsi", "timer_list", "timer_stats"];
/// Parts of `/proc` that stay readable.
const READ_ONLY: &[&str] = &["bus", "fs", "irq", "sys", "sysrq-trigger"];
/// The host's device nodes that are harmless.
const DEVICES: &[&str] = &["full", "null", "random", "tty", "urandom", "zero"];
/// Upper bounds of what a guest can hold in memory through its file systems.
const RUN_OPTIONS: &str = "mode=0755,size=64m";
const TMP_OPTIONS: &str = "mode=1777,size=512m";
const SHM_OPTIONS: &str = "mode=1777,size=256m";

/// How many processes an instance may have.
const PROCESSES_MAX: u64 = 4096;

/// The terminal that stands for the instance's serial port.
pub(crate) struct ConsoleTerminal {
    /// Read here what the instance prints.
    pub(crate) printed: OwnedFd,
    /// Held, so that reading does not end when nobody else has it open.
    pub(crate) terminal: OwnedFd,
}

/// Builds the instance's root in `directory` and makes it ours.
pub(crate) fn enter_root(directory: &Path, image: &Path) -> Result<ConsoleTerminal> {
    make_private()?;
    // Overlay takes its directories from here, so that the data directory may have any length.
    rustix::process::chdir(directory).attempt("entering the instance's directory")?;
    let root = overlay(&image.join("root").to_string_lossy(), "root");
    mount("overlay", "merged", "overlay", MountFlags::empty(), Some(root.as_c_str())).attempt(
        "mounting the instance's root (the data directory must be on a file system that overlay accepts)",
    )?;
    mount_usr(image)?;
    rustix::process::chdir("merged").attempt("entering the new root")?;
    for name in USR_LINKS {
        mount_unmerged(name)?;
    }
    mount_proc()?;
    mount_sys();
    let console = mount_dev()?;
    mount_tmpfs("run", RUN_OPTIONS)?;
    mount_tmpfs("tmp", TMP_OPTIONS)?;
    let _ = fs::create_dir("run/lock");
    pivot()?;
    Ok(console)
}

/// Nothing mounted from here on is seen outside, nor the other way round.
pub(crate) fn make_private() -> Result<()> {
    let flags = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    mount_change("/", flags).attempt("making the mount namespace private")
}

fn overlay(lower: &str, name: &str) -> std::ffi::CString {
    let options = format!("lowerdir={lower},upperdir={name}/upper,workdir={name}/work,userxattr");
    std::ffi::CString::new(options).expect("a path from the kernel holds no zero byte")
}

/// The host's `/usr`, writable as far as this instance is concerned; read-only where the kernel refuses the overlay.
fn mount_usr(image: &Path) -> Result<()> {
    let layered = overlay(&format!("{}:/usr", image.join("usr").to_string_lossy()), "usr");
    if mount("overlay", "merged/usr", "overlay", MountFlags::empty(), Some(layered.as_c_str())).is_ok() {
        return Ok(());
    }
    bind_read_only(Path::new("/usr"), Path::new("merged/usr")).attempt("showing /usr in the instance")
}

/// `/bin` and its like, where the host has them as directories of their own.
fn mount_unmerged(name: &str) -> Result<()> {
    let host = Path::new("/").join(name);
    let is_directory = fs::symlink_metadata(&host).is_ok_and(|found| found.is_dir());
    if !is_directory || !Path::new(name).is_dir() {
        return Ok(());
    }
    bind_read_only(&host, Path::new(name)).attempt(format!("showing /{name} in the instance"))
}

fn bind_read_only(from: &Path, to: &Path) -> io::Result<()> {
    // Recursive: mounts below are locked to it in a new user namespace.
    mount_bind_recursive(from, to)?;
    remount_read_only(to)
}

/// Sets read-only and keeps what else is locked on the mount.
fn remount_read_only(path: &Path) -> io::Result<()> {
    let found = rustix::fs::statvfs(path)?.f_flag;
    let mut flags = MountFlags::BIND | MountFlags::RDONLY;
    for (seen, kept) in [
        (rustix::fs::StatVfsMountFlags::NOSUID, MountFlags::NOSUID),
        (rustix::fs::StatVfsMountFlags::NODEV, MountFlags::NODEV),
        (rustix::fs::StatVfsMountFlags::NOEXEC, MountFlags::NOEXEC),
        (rustix::fs::StatVfsMountFlags::NOATIME, MountFlags::NOATIME),
        (rustix::fs::StatVfsMountFlags::RELATIME, MountFlags::RELATIME),
    ] {
        flags.set(kept, found.contains(seen));
    }
    Ok(mount_remount(path, flags, "")?)
}

fn mount_proc() -> Result<()> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("proc", "proc", "proc", flags, None)
        .attempt("mounting /proc (inside a container, its /proc must not be masked)")?;
    bound_process_ids();
    let clone = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
    let net = open_tree(CWD, "proc/sys/net", clone).attempt("keeping /proc/sys/net")?;
    for name in READ_ONLY {
        let path = Path::new("proc").join(name);
        if path.exists() {
            mount_bind(&path, &path).attempt(format!("protecting /{}", path.display()))?;
            remount_read_only(&path).attempt(format!("protecting /{}", path.display()))?;
        }
    }
    for name in HIDDEN {
        hide(&Path::new("proc").join(name))?;
    }
    // The instance's own network is its own to tune.
    move_mount(&net, "", CWD, "proc/sys/net", MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)
        .attempt("opening /proc/sys/net")
}

/// A fork bomb costs its own instance. Root outside is exempt from this limit, but not from the one on ids.
pub(crate) fn bound_processes() {
    let limit = Rlimit { current: Some(PROCESSES_MAX), maximum: Some(PROCESSES_MAX) };
    let _ = setrlimit(Resource::Nproc, limit);
}

/// From Linux 6.14 on this number is the pid namespace's own; before, it was the whole machine's and is left alone.
fn bound_process_ids() {
    if kernel_is_at_least(&rustix::system::uname().release().to_string_lossy(), 6, 14) {
        let _ = fs::write("proc/sys/kernel/pid_max", PROCESSES_MAX.to_string());
    }
}

fn kernel_is_at_least(release: &str, major: u32, minor: u32) -> bool {
    let mut numbers = release.split(['.', '-']).map_while(|word| word.parse::<u32>().ok());
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (major, minor)
}

fn hide(path: &Path) -> Result<()> {
    let Ok(found) = fs::metadata(path) else {
        return Ok(());
    };
    let hidden = if found.is_dir() {
        mount("tmpfs", path, "tmpfs", MountFlags::RDONLY, Some(c"size=0,mode=0755"))
    } else {
        mount_bind("/dev/null", path)
    };
    hidden.attempt(format!("hiding /{}", path.display()))
}

/// Read-only. Left out where an outer container hides parts of its own: then the kernel refuses a second one.
fn mount_sys() {
    let flags = MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    let _ = mount("sysfs", "sys", "sysfs", flags, None);
}

fn mount_tmpfs(path: &str, options: &str) -> Result<()> {
    let options = std::ffi::CString::new(options).expect("options hold no zero byte");
    mount("tmpfs", path, "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, Some(options.as_c_str()))
        .attempt(format!("mounting /{path}"))
}

fn mount_dev() -> Result<ConsoleTerminal> {
    mount("tmpfs", "dev", "tmpfs", MountFlags::NOSUID, Some(c"mode=0755,size=64k"))
        .attempt("mounting /dev")?;
    for name in DEVICES {
        let path = Path::new("dev").join(name);
        fs::File::create(&path).attempt(format!("making /{}", path.display()))?;
        mount_bind(Path::new("/dev").join(name), &path).attempt(format!("showing /{}", path.display()))?;
    }
    for (target, link) in [
        ("/proc/self/fd", "dev/fd"),
        ("/proc/self/fd/0", "dev/stdin"),
        ("/proc/self/fd/1", "dev/stdout"),
        ("/proc/self/fd/2", "dev/stderr"),
        ("pts/ptmx", "dev/ptmx"),
    ] {
        std::os::unix::fs::symlink(target, link).attempt(format!("linking /{link}"))?;
    }
    fs::create_dir("dev/shm").attempt("making /dev/shm")?;
    mount_tmpfs("dev/shm", SHM_OPTIONS)?;
    fs::create_dir("dev/pts").attempt("making /dev/pts")?;
    mount_terminals()?;
    make_console()
}

fn mount_terminals() -> Result<()> {
    let options = if has_user(5) {
        c"newinstance,ptmxmode=0666,mode=0620,gid=5"
    } else {
        c"newinstance,ptmxmode=0666,mode=0620"
    };
    let flags = MountFlags::NOSUID | MountFlags::NOEXEC;
    mount("devpts", "dev/pts", "devpts", flags, Some(options)).attempt("mounting /dev/pts")
}

fn make_console() -> Result<ConsoleTerminal> {
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let printed =
        open("dev/pts/ptmx", flags | OFlags::NONBLOCK, Mode::empty()).attempt("making the console")?;
    rustix::pty::unlockpt(&printed).attempt("making the console")?;
    let terminal = open("dev/pts/0", flags, Mode::empty()).attempt("opening the console")?;
    fs::File::create("dev/console").attempt("making /dev/console")?;
    mount_bind("dev/pts/0", "dev/console").attempt("showing /dev/console")?;
    Ok(ConsoleTerminal { printed, terminal })
}

/// Makes the current directory the root, and forgets the old one.
fn pivot() -> Result<()> {
    rustix::process::pivot_root(".", ".").attempt("changing to the new root")?;
    // The old root now lies over the new one.
    unmount(".", UnmountFlags::DETACH).attempt("leaving the old root")?;
    rustix::process::chdir("/").attempt("entering the new root")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernel_versions_compare_by_number() {
        assert!(kernel_is_at_least("6.14.0-rc1", 6, 14));
        assert!(kernel_is_at_least("10.1", 6, 14));
        assert!(!kernel_is_at_least("6.9.12-generic", 6, 14));
        assert!(!kernel_is_at_least("odd", 6, 14));
    }
}
