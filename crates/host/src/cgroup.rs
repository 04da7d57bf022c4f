//! A control group for each instance: to end everything in it at once, and to bound what it uses.
//!
//! Follows the kernel's "Control Group v2". Groups are made below our own, which needs a version 2 hierarchy in which we
//! may: as root, or where it was delegated to us (`systemd-run --user --scope -p Delegate=yes hamlet up`). Limits need
//! the controllers there as well; where they are elsewhere (version 1, or not delegated), groups only end instances.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::mounts::PROCESSES_MAX;
use crate::spec::InstanceSize;

/// What limits are set with.
const CONTROLLERS: &[&str] = &["memory", "pids", "cpu"];
/// How long the kernel may take to let go of a group whose processes have been killed.
const REMOVAL_LIMIT: Duration = Duration::from_secs(2);
/// `cpu.weight` of one virtual processor, the kernel's own default.
const WEIGHT_OF_A_VCPU: u32 = 100;
const WEIGHT_MAX: u32 = 10_000;

/// The group that holds a daemon's instances.
#[derive(Debug)]
pub(crate) struct Cgroups {
    root: PathBuf,
    controllers: BTreeSet<String>,
}

impl Cgroups {
    /// Makes the group for the daemon of this data directory and empties what an earlier one left. Nothing where groups
    /// cannot be made or cannot be killed as a whole (Linux before 5.14).
    pub(crate) fn open(data: &Path) -> Option<Self> {
        let own = directory_of("self")?;
        let mut hash = DefaultHasher::new();
        data.hash(&mut hash);
        let root = own.join(format!("hamlet-{:016x}", hash.finish()));
        remove_all(&root);
        fs::create_dir(&root).ok()?;
        if !root.join("cgroup.kill").exists() {
            let _ = fs::remove_dir(&root);
            return None;
        }
        enable(&own);
        enable(&root);
        let enabled = fs::read_to_string(root.join("cgroup.subtree_control")).unwrap_or_default();
        let controllers = enabled.split_whitespace().map(str::to_owned).collect();
        Some(Self { root, controllers })
    }

    /// Which of memory, processes and processors can be bounded.
    pub(crate) fn controllers(&self) -> Vec<&str> {
        CONTROLLERS.iter().copied().filter(|name| self.controllers.contains(*name)).collect()
    }

    /// A group for one instance.
    pub(crate) fn make(&self, id: &str, size: InstanceSize) -> io::Result<PathBuf> {
        let path = self.root.join(id);
        remove_all(&path);
        fs::create_dir(&path)?;
        let bound = |controller: &str, file: &str, value: u64| match self.controllers.contains(controller) {
            true => fs::write(path.join(file), value.to_string()),
            false => Ok(()),
        };
        bound("memory", "memory.max", size.memory_mib.saturating_mul(1024 * 1024))?;
        // Not there where the kernel has no swap.
        if path.join("memory.swap.max").exists() {
            bound("memory", "memory.swap.max", 0)?;
        }
        bound("pids", "pids.max", PROCESSES_MAX)?;
        let weight = size.vcpus.saturating_mul(WEIGHT_OF_A_VCPU).clamp(1, WEIGHT_MAX);
        bound("cpu", "cpu.weight", u64::from(weight))?;
        Ok(path)
    }
}

impl Drop for Cgroups {
    fn drop(&mut self) {
        remove_all(&self.root);
    }
}

/// One instance's group.
pub(crate) struct Cgroup;

impl Cgroup {
    /// Puts a process into a group, and with it all that it will start.
    pub(crate) fn add(path: &Path, pid: i32) -> io::Result<()> {
        fs::write(path.join("cgroup.procs"), pid.to_string())
    }

    /// Where a process writes a zero to be in the group.
    pub(crate) fn open(path: &Path) -> io::Result<OwnedFd> {
        Ok(fs::File::options().write(true).open(path.join("cgroup.procs"))?.into())
    }

    /// The group that a process is in; nothing where it is not one of ours.
    pub(crate) fn of(pid: i32) -> Option<PathBuf> {
        let found = directory_of(&pid.to_string())?;
        let is_ours = |parent: &Path| parent.file_name()?.to_str()?.starts_with("hamlet-").then_some(());
        is_ours(found.parent()?)?;
        Some(found)
    }

    /// Ends every process in a group, at once and whatever they do.
    pub(crate) fn kill(path: &Path) {
        let _ = fs::write(path.join("cgroup.kill"), "1");
    }

    /// Ends what is in the group, and removes it.
    pub(crate) fn remove(path: &Path) {
        Self::kill(path);
        let deadline = Instant::now() + REMOVAL_LIMIT;
        while let Err(error) = fs::remove_dir(path) {
            if error.raw_os_error() != Some(libc::EBUSY) || Instant::now() > deadline {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Ends and removes a group with the groups in it.
pub(crate) fn remove_all(root: &Path) {
    if !root.is_dir() {
        return;
    }
    Cgroup::kill(root);
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|it| it.is_dir()) {
            Cgroup::remove(&entry.path());
        }
    }
    Cgroup::remove(root);
}

/// Lets the groups below a group have their limits. Where a group has processes of its own the kernel refuses that,
/// except in the topmost one; if we are its only one, we step aside.
fn enable(group: &Path) {
    let refused = |controller: &str| {
        let enabled = fs::write(group.join("cgroup.subtree_control"), format!("+{controller}"));
        enabled.is_err_and(|error| error.raw_os_error() == Some(libc::EBUSY))
    };
    if !CONTROLLERS.iter().copied().any(refused) {
        return;
    }
    let ours = std::process::id().to_string();
    let alone = fs::read_to_string(group.join("cgroup.procs")).is_ok_and(|found| found.trim() == ours);
    let aside = group.join("hamlet-daemon");
    if alone && fs::create_dir_all(&aside).is_ok() && fs::write(aside.join("cgroup.procs"), ours).is_ok() {
        for controller in CONTROLLERS {
            refused(controller);
        }
    }
}

/// Where the version 2 hierarchy shows the group of a process, `self` or a number.
fn directory_of(process: &str) -> Option<PathBuf> {
    let groups = fs::read_to_string(format!("/proc/{process}/cgroup")).ok()?;
    let group = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    mounts.lines().find_map(|line| place(line, group)).filter(|path| path.is_dir())
}

/// Where a line of `mountinfo` (proc_pid_mountinfo(5)) shows the group, if it is about the version 2 hierarchy.
fn place(line: &str, group: &str) -> Option<PathBuf> {
    let (before, after) = line.split_once(" - ")?;
    if after.split(' ').next() != Some("cgroup2") {
        return None;
    }
    let mut fields = before.split(' ').skip(3);
    let (root, point) = (fields.next()?, fields.next()?);
    let below = Path::new(group).strip_prefix(root).ok()?;
    Some(Path::new(point).join(below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_found_below_where_its_hierarchy_is_mounted() {
        let line = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate";
        assert_eq!(place(line, "/user.slice/x").unwrap(), Path::new("/sys/fs/cgroup/user.slice/x"));
        assert_eq!(place(line, "/").unwrap(), Path::new("/sys/fs/cgroup/"));
        let part = "30 23 0:26 /docker/7 /sys/fs/cgroup rw - cgroup2 cgroup2 rw";
        assert_eq!(place(part, "/docker/7/a").unwrap(), Path::new("/sys/fs/cgroup/a"));
        assert!(place(part, "/elsewhere").is_none());
        assert!(place("30 23 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu", "/").is_none());
    }
}
