//! What an instance sees: its root over the image, `/usr` over the host's, its own `/proc`, `/sys`, `/dev`.
//!
//! Built by the first process in its outer user and mount namespace. Then the process moves into an inner pair, where
//! all of these mounts are locked. Every mount goes with the namespaces.
//!
//! What the guest left on its disk may be there again: no path here passes through a link that a guest could have made.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, open, openat};
use rustix::mount::{
    MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags, mount, mount_bind,
    mount_bind_recursive, mount_change, mount_remount, move_mount, open_tree, unmount,
};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{DumpableBehavior, Resource, Rlimit, WaitOptions, set_dumpable_behavior, setrlimit};

use crate::error::{Attempt, HostError, Result};
use crate::image::USR_LINKS;
use crate::namespace::{INNER, Users, write_inner_maps};
use crate::spec::Nesting;
use crate::sys::{self, Forked};

/// Parts of `/proc` that everybody may read, and that only tell something about the host.
const HIDDEN: &[&str] =
    &["acpi", "asound", "kcore", "keys", "latency_stats", "sched_debug", "scsi", "timer_list", "timer_stats"];
/// Parts of `/proc` that are the instance's own or covered by themselves.
const OWN: &[&str] = &["self", "thread-self", "net", "mounts", "sys"];
/// Parts of `/sys` that only tell something about the host's hardware.
const HIDDEN_IN_SYS: &[&str] = &["sys/firmware", "sys/devices/virtual/powercap"];
/// The host's device nodes that are harmless.
const DEVICES: &[&str] = &["full", "null", "random", "tty", "urandom", "zero"];
/// Directories of the root that something is mounted on.
const MOUNT_POINTS: &[&str] = &["usr", "proc", "sys", "dev", "run", "tmp"];
/// Upper bounds of what a guest can hold in memory through its file systems.
const RUN_OPTIONS: &str = "mode=0755,size=64m,nr_inodes=16k";
const TMP_OPTIONS: &str = "mode=1777,size=512m,nr_inodes=64k";
const SHM_OPTIONS: &str = "mode=1777,size=256m,nr_inodes=16k";

/// How many processes an instance may have.
pub(crate) const PROCESSES_MAX: u64 = 4096;

/// The id of who has no rights to any file.
const NOBODY: u32 = 65_534;

/// The terminal that stands for the instance's serial port.
pub(crate) struct ConsoleTerminal {
    /// Read here what the instance prints.
    pub(crate) printed: OwnedFd,
    /// Held, so that reading does not end when nobody else has it open.
    pub(crate) terminal: OwnedFd,
}

/// Where the parts of an instance's root are.
pub(crate) enum Layers {
    /// In the daemon's own files, which we may use as they are.
    InPlace {
        /// `<data>/instances/<id>`
        directory: PathBuf,
        /// `<data>/images/host-userland`
        image: PathBuf,
    },
    /// Out of our reach by path; as trees, in which owners are the instance's where it has ids of its own.
    Trees {
        /// Of the instance's directory, `root` and `usr`.
        disk: [OwnedFd; 2],
        /// The image.
        image: OwnedFd,
        /// The host's `/usr`.
        usr: OwnedFd,
    },
}

/// A root that is built.
pub(crate) struct Built {
    pub(crate) console: ConsoleTerminal,
    /// `/proc/sys` as it was before it was made read-only. Whose settings are seen in it is decided at each look.
    pub(crate) settings: OwnedFd,
}

/// The same as paths, from the directory that has the root in its `merged`.
struct Places {
    disk: &'static str,
    image: PathBuf,
    usr: &'static str,
    /// Whether root in the instance has rights to files of the host's root.
    root_sees_more: bool,
}

/// Builds the instance's root in the outer namespaces, and enters it as a directory.
pub(crate) fn build_root(layers: Layers) -> Result<Built> {
    make_private()?;
    let places = bring_together(&layers)?;
    let root = overlay(&places.image.join("root").to_string_lossy(), &places, "root");
    mount_overlay("merged", &root).attempt(
        "mounting the instance's root (the data directory must be on a file system that overlay accepts)",
    )?;
    rustix::process::chdir("merged").attempt("entering the new root")?;
    for name in MOUNT_POINTS {
        ensure_directory(name)?;
    }
    mount_usr(&places)?;
    for name in USR_LINKS {
        mount_unmerged(name)?;
    }
    let settings = mount_proc()?;
    let console = mount_dev()?;
    mount_tmpfs("run", RUN_OPTIONS)?;
    mount_tmpfs("tmp", TMP_OPTIONS)?;
    let _ = fs::create_dir("run/lock");
    Ok(Built { console, settings })
}

/// Leaves the namespaces in which the root was built for inner ones, in which it cannot be taken apart.
pub(crate) fn enter_inner_namespaces(settings: OwnedFd, nesting: Nesting) -> Result<()> {
    let (told, tell) = pipe_with(PipeFlags::CLOEXEC).attempt("making a pipe")?;
    let (done, finish) = pipe_with(PipeFlags::CLOEXEC).attempt("making a pipe")?;
    // Only a process that stays behind may say who is who in a namespace with more than one id. The files of `/proc` that
    // it writes to are ours while nothing of the guest runs.
    set_dumpable_behavior(DumpableBehavior::Dumpable).attempt("preparing the inner namespaces")?;
    match sys::fork().attempt("starting the process that stays behind")? {
        Forked::Child => {
            drop((tell, done));
            let asked = rustix::io::read(&told, &mut [0u8; 1]) == Ok(1);
            let written = asked && write_inner_maps("proc").is_ok();
            let _ = rustix::io::write(&finish, if written { b"!" } else { b"?" });
            sys::exit_now(0);
        }
        Forked::Parent { pid } => {
            drop((told, finish));
            sys::unshare(INNER).attempt("making the inner namespaces")?;
            let _ = rustix::io::write(&tell, b"!");
            let mut answer = [0u8; 1];
            let written = rustix::io::read(&done, &mut answer) == Ok(1) && answer == *b"!";
            let _ = rustix::process::waitpid(rustix::process::Pid::from_raw(pid), WaitOptions::empty());
            if !written {
                return Err(HostError::Launch("the ids of the inner namespace cannot be set".into()));
            }
            bound_inner_namespace(&settings, nesting);
            Ok(())
        }
    }
}

/// What the users of an instance may have of what all users of the machine share (namespaces(7), inotify(7)).
const INNER_LIMITS: &[(&str, &str)] = &[
    ("user/max_inotify_instances", "32"),
    ("user/max_inotify_watches", "16384"),
    ("user/max_fanotify_groups", "0"),
];
/// A second bar behind the filter of system calls.
const NO_NAMESPACES: &[(&str, &str)] = &[
    ("user/max_user_namespaces", "0"),
    ("user/max_mnt_namespaces", "0"),
    ("user/max_pid_namespaces", "0"),
    ("user/max_net_namespaces", "0"),
    ("user/max_uts_namespaces", "0"),
    ("user/max_ipc_namespaces", "0"),
    ("user/max_cgroup_namespaces", "0"),
    ("user/max_time_namespaces", "0"),
];

/// Each limit is there where the kernel has it.
fn bound_inner_namespace(settings: &OwnedFd, nesting: Nesting) {
    let namespaces = match nesting {
        Nesting::Refused => NO_NAMESPACES,
        Nesting::Allowed => &[],
    };
    for (name, value) in INNER_LIMITS.iter().chain(namespaces) {
        let flags = OFlags::WRONLY | OFlags::CLOEXEC;
        if let Ok(file) = openat(settings, *name, flags, Mode::empty()) {
            let _ = rustix::io::write(&file, value.as_bytes());
        }
    }
}

/// Makes the root built the root. In the inner namespaces.
pub(crate) fn enter_root() -> Result<()> {
    // Locked mounts cannot be moved: what becomes the root is a mount of our own of the whole.
    mount_bind_recursive(".", ".").attempt("binding the new root")?;
    rustix::process::chdir("../merged").attempt("entering the new root")?;
    // Shows the network namespace that we are in, which is the inner one.
    mount_sys()?;
    protect_settings_of_all_networks()?;
    pivot()
}

/// A setting below `/proc/sys/net` that is the whole machine's although every network namespace shows it for writing.
const SETTING_OF_ALL_NETWORKS: &str = "proc/sys/net/netfilter/nf_hooks_lwtunnel";

/// Here, since each namespace has files of its own there.
fn protect_settings_of_all_networks() -> Result<()> {
    let path = Path::new(SETTING_OF_ALL_NETWORKS);
    if path.exists() { protect(path) } else { Ok(()) }
}

/// Changes to a directory with an empty `merged` from which the layers have paths.
fn bring_together(layers: &Layers) -> Result<Places> {
    match layers {
        // Overlay takes its directories from here, so that the data directory may have any length.
        Layers::InPlace { directory, image } => {
            rustix::process::chdir(directory).attempt("entering the instance's directory")?;
            Ok(Places { disk: ".", image: image.clone(), usr: "/usr", root_sees_more: false })
        }
        Layers::Trees { disk, image, usr } => {
            // Covers what is of no use any more. All that we need of the host lies elsewhere.
            mount("tmpfs", "/tmp", "tmpfs", MountFlags::NOSUID, Some(c"mode=0755,size=64k,nr_inodes=1k"))
                .attempt("making room for the new root")?;
            rustix::process::chdir("/tmp").attempt("making room for the new root")?;
            fs::create_dir_all("merged").attempt("making room for the new root")?;
            let trees = [("disk/root", &disk[0]), ("disk/usr", &disk[1]), ("image", image), ("usr", usr)];
            for (name, tree) in trees {
                fs::create_dir_all(name).attempt("making room for the new root")?;
                move_mount(tree, "", CWD, name, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)
                    .attempt(format!("placing the {name} of the new root"))?;
            }
            Ok(Places { disk: "disk", image: "image".into(), usr: "usr", root_sees_more: true })
        }
    }
}

/// A guest may have put something else in its place.
fn ensure_directory(name: &str) -> Result<()> {
    let path = Path::new(name);
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => return Ok(()),
        Ok(_) => fs::remove_file(path).attempt(format!("making /{name} a directory again"))?,
        Err(_) => {}
    }
    fs::create_dir(path).attempt(format!("making /{name}"))
}

/// Nothing mounted from here on is seen outside, nor the other way round.
pub(crate) fn make_private() -> Result<()> {
    let flags = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    mount_change("/", flags).attempt("making the mount namespace private")
}

fn overlay(lower: &str, places: &Places, name: &str) -> std::ffi::CString {
    let disk = places.disk;
    let options =
        format!("lowerdir={lower},upperdir={disk}/{name}/upper,workdir={disk}/{name}/work,userxattr");
    std::ffi::CString::new(options).expect("a path from the kernel holds no zero byte")
}

/// The host's `/usr`, writable as far as this instance is concerned; read-only where the kernel refuses the overlay.
fn mount_usr(places: &Places) -> Result<()> {
    // Overlay takes the names from the directory above, where the layers are.
    rustix::process::chdir("..").attempt("mounting /usr")?;
    let lower = format!("{}:{}", places.image.join("usr").to_string_lossy(), places.usr);
    let below = match places.root_sees_more {
        true => {
            share_what_everybody_may_read(&lower)?;
            "shared".into()
        }
        false => lower,
    };
    let layered = overlay(&below, places, "usr");
    let bound = match mount_overlay("merged/usr", &layered) {
        Ok(()) => Ok(()),
        Err(_) if places.root_sees_more => bind_read_only(Path::new("shared"), Path::new("merged/usr")),
        Err(_) => bind_read_only(Path::new("/usr"), Path::new("merged/usr")),
    };
    rustix::process::chdir("merged").attempt("mounting /usr")?;
    bound.attempt("showing /usr in the instance")
}

/// The layers as an overlay of their own, mounted with the rights to files that nobody has: overlay asks for every file
/// whether both who opens it and who mounted it may. Root in the instance owns what is the host's root's here, and would
/// otherwise read that as well.
fn share_what_everybody_may_read(lower: &str) -> Result<()> {
    fs::create_dir("shared").attempt("sharing /usr")?;
    let options = std::ffi::CString::new(format!("lowerdir={lower},userxattr")).expect("no zero byte");
    sys::set_file_ids(NOBODY);
    let mounted = mount_overlay("shared", &options);
    sys::set_file_ids(0);
    mounted.attempt("sharing /usr")
}

fn mount_overlay(place: &str, options: &std::ffi::CStr) -> io::Result<()> {
    Ok(mount("overlay", place, "overlay", MountFlags::empty(), Some(options))?)
}

/// `/bin` and its like, where the host has them as directories of their own.
fn mount_unmerged(name: &str) -> Result<()> {
    let host = Path::new("/").join(name);
    let is_directory = fs::symlink_metadata(&host).is_ok_and(|found| found.is_dir());
    if !is_directory {
        return Ok(());
    }
    ensure_directory(name)?;
    bind_read_only(&host, Path::new(name)).attempt(format!("showing /{name} in the instance"))
}

fn bind_read_only(from: &Path, to: &Path) -> io::Result<()> {
    // Recursive: mounts below are locked to it in a new user namespace.
    mount_bind_recursive(from, to)?;
    remount_read_only(to)
}

/// Makes what is there already read-only.
fn protect(path: &Path) -> Result<()> {
    let attempt = || format!("protecting /{}", path.display());
    mount_bind(path, path).attempt(attempt())?;
    remount_read_only(path).attempt(attempt())
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

/// Returns `/proc/sys` as it is below what covers it.
fn mount_proc() -> Result<OwnedFd> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("proc", "proc", "proc", flags, None)
        .attempt("mounting /proc (inside a container, its /proc must not be masked)")?;
    bound_process_ids();
    let clone = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
    let net = open_tree(CWD, "proc/sys/net", clone).attempt("keeping /proc/sys/net")?;
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let settings = open("proc/sys", flags, Mode::empty()).attempt("keeping /proc/sys")?;
    protect(Path::new("proc/sys"))?;
    for entry in fs::read_dir("proc").attempt("looking at /proc")?.flatten() {
        cover_if_the_hosts(&entry)?;
    }
    // The instance's own network is its own to tune.
    move_mount(&net, "", CWD, "proc/sys/net", MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)
        .attempt("opening /proc/sys/net")?;
    Ok(settings)
}

/// What is neither a process nor the instance's own is the host's: hidden if not everybody may read it, read-only if its
/// owner may write it. In an instance without ids of its own root is that owner.
fn cover_if_the_hosts(entry: &fs::DirEntry) -> Result<()> {
    let name = entry.file_name();
    let name = name.to_string_lossy();
    let is_process = name.bytes().all(|byte| byte.is_ascii_digit());
    let Ok(found) = entry.metadata() else {
        return Ok(());
    };
    if is_process || OWN.contains(&&*name) || found.is_symlink() {
        return Ok(());
    }
    let is_public = found.mode() & 0o004 != 0;
    match (HIDDEN.contains(&&*name) || !is_public, found.mode() & 0o200 != 0 || found.is_dir()) {
        (true, _) => hide(&entry.path()),
        (false, true) => protect(&entry.path()),
        (false, false) => Ok(()),
    }
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

pub(crate) fn kernel_is_at_least(release: &str, major: u32, minor: u32) -> bool {
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
fn mount_sys() -> Result<()> {
    let flags = MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    if mount("sysfs", "sys", "sysfs", flags, None).is_ok() {
        HIDDEN_IN_SYS.iter().try_for_each(|path| hide(Path::new(path)))?;
    }
    Ok(())
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
        // Read-only as files: their owner, mode and times are the host's.
        let attempt = || format!("showing /{}", path.display());
        mount_bind(Path::new("/dev").join(name), &path).attempt(attempt())?;
        remount_read_only(&path).attempt(attempt())?;
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
    // The machine has some 3,000 in all.
    let options = if Users::ours().have(5) {
        c"newinstance,ptmxmode=0666,mode=0620,max=256,gid=5"
    } else {
        c"newinstance,ptmxmode=0666,mode=0620,max=256"
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
