//! Which boundary is in force around instances on this machine, and what would make a better one.

use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{WaitOptions, geteuid};
use serde::{Deserialize, Serialize};

use crate::cgroup::Cgroups;
use crate::error::{Attempt, Result};
use crate::namespace::{Ids, write_id_maps};
use crate::private_ids::FIRST_PRIVATE_ID;
use crate::spec::Nesting;
use crate::sys::{self, Forked};
use crate::{mounts, trees};

/// One part of the boundary, for `hamlet status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Barrier {
    /// "users", "system calls".
    pub name: String,
    /// What holds now, in one sentence.
    pub in_force: String,
    /// What is missing for the next better one, in one sentence; nothing where there is none.
    pub missing: Option<String>,
}

/// Whether trees of files can be shown with other owners, and why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum IdMappedMounts {
    Known,
    Unknown(String),
}

/// Tries it, with the trees that matter. In a helper that is root.
pub(crate) fn look(image: &Path, data: &Path) -> Result<IdMappedMounts> {
    let release = rustix::system::uname().release().to_string_lossy().into_owned();
    // Overlay takes such layers from here on.
    if !mounts::kernel_is_at_least(&release, 5, 19) {
        return Ok(IdMappedMounts::Unknown(format!("Linux {release} is older than 5.19")));
    }
    let tried = with_private_users(|users| {
        [image, data, Path::new("/usr")].iter().try_for_each(|path| trees::mapped(path, users).map(drop))
    });
    Ok(tried.map_or_else(|error| IdMappedMounts::Unknown(error.to_string()), |()| IdMappedMounts::Known))
}

/// How long it takes to show these trees with other owners, again and again; nothing where it cannot be done.
pub(crate) fn cost_of_trees(paths: &[&Path], rounds: usize) -> Option<Vec<Duration>> {
    let measured = with_private_users(|users| {
        let round = |_| {
            let begun = Instant::now();
            paths.iter().try_for_each(|path| trees::mapped(path, users).map(drop))?;
            Ok(begun.elapsed())
        };
        (0..rounds).map(round).collect()
    });
    measured.ok()
}

/// Does something with a user namespace whose ids are private ones. It ends afterwards.
fn with_private_users<T>(what: impl FnOnce(&OwnedFd) -> Result<T>) -> Result<T> {
    let (wait, go) = pipe_with(PipeFlags::CLOEXEC).attempt("making a pipe")?;
    let (ready, entered) = pipe_with(PipeFlags::CLOEXEC).attempt("making a pipe")?;
    match sys::fork().attempt("trying idmapped mounts")? {
        Forked::Child => {
            drop(go);
            let born = sys::unshare(libc::CLONE_NEWUSER).is_ok();
            let _ = rustix::io::write(&entered, if born { b"!" } else { b"?" });
            let _ = rustix::io::read(&wait, &mut [0u8; 1]);
            sys::exit_now(0);
        }
        Forked::Parent { pid } => {
            let _ = rustix::io::read(&ready, &mut [0u8; 1]);
            let done = write_id_maps(pid, Ids::Private { first: FIRST_PRIVATE_ID })
                .attempt("mapping private ids")
                .and_then(|()| trees::user_namespace(pid))
                .and_then(|users| what(&users));
            drop(go);
            let _ = rustix::process::waitpid(rustix::process::Pid::from_raw(pid), WaitOptions::empty());
            done
        }
    }
}

/// What holds on this machine.
pub(crate) fn describe(mounts: &IdMappedMounts, nesting: Nesting, cgroups: Option<&Cgroups>) -> Vec<Barrier> {
    vec![users(mounts), calls(nesting), rights(nesting), files(), ending(cgroups), limits(cgroups)]
}

fn barrier(name: &str, in_force: &str, missing: Option<String>) -> Barrier {
    Barrier { name: name.into(), in_force: in_force.into(), missing }
}

fn users(mounts: &IdMappedMounts) -> Barrier {
    let is_root = geteuid().is_root();
    let (in_force, missing) = match mounts {
        IdMappedMounts::Known if is_root => {
            ("root in an instance is an id of no user of this machine, another in each instance", None)
        }
        IdMappedMounts::Unknown(why) if is_root => (
            "root in an instance is root's id outside, without its rights",
            Some(format!("idmapped mounts: {why}")),
        ),
        IdMappedMounts::Known | IdMappedMounts::Unknown(_) => (
            "root in an instance is the id of the user who runs Hamlet, without sight of that user's files",
            Some("ids of the instances' own: run Hamlet as root".into()),
        ),
    };
    barrier("users", in_force, missing)
}

fn calls(nesting: Nesting) -> Barrier {
    match nesting {
        Nesting::Refused => {
            let in_force =
                "seccomp refuses mounts, namespaces, bpf, io_uring, keyrings and what it does not know";
            barrier("system calls", in_force, None)
        }
        Nesting::Allowed => {
            let in_force = "seccomp refuses bpf, io_uring, keyrings and what it does not know";
            let missing = "mounts and namespaces refused: leave --nested-namespaces out";
            barrier("system calls", in_force, Some(missing.into()))
        }
    }
}

fn rights(nesting: Nesting) -> Barrier {
    let gains = if geteuid().is_root() { "" } else { "; no program gains any (no_new_privs)" };
    let where_else = match nesting {
        Nesting::Refused => "",
        Nesting::Allowed => ", outside namespaces that its programs make",
    };
    barrier("rights", &format!("20 capabilities are in no process of an instance{where_else}{gains}"), None)
}

fn files() -> Barrier {
    barrier("files", "mounts are locked by an outer namespace; the program inside is a sealed copy", None)
}

fn ending(cgroups: Option<&Cgroups>) -> Barrier {
    match cgroups {
        Some(_) => barrier("ending", "cgroup.kill, and a reaper outside", None),
        None => {
            let missing =
                "a cgroup v2 that we may write to (`systemd-run --user --scope -p Delegate=yes hamlet up`)";
            barrier("ending", "a reaper outside", Some(missing.into()))
        }
    }
}

fn limits(cgroups: Option<&Cgroups>) -> Barrier {
    let bounded = cgroups.map(Cgroups::controllers).unwrap_or_default();
    let lacking: Vec<&str> =
        ["memory", "pids", "cpu"].into_iter().filter(|it| !bounded.contains(it)).collect();
    let by_type: Vec<&str> = bounded.iter().copied().filter(|&it| it != "pids").collect();
    let in_force = match by_type.is_empty() {
        true => format!("{} processes; nothing by instance type", mounts::PROCESSES_MAX),
        false => format!("{} processes; {} by instance type", mounts::PROCESSES_MAX, by_type.join(" and ")),
    };
    let missing = format!("cgroup v2 controllers delegated to Hamlet: {}", lacking.join(", "));
    barrier("limits", &in_force, (!lacking.is_empty()).then_some(missing))
}
