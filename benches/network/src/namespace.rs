//! Network namespaces, and threads that work in them.

use std::fs::File;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::{self, JoinHandle};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// A network namespace, by the file that stands for it.
#[derive(Clone, Debug)]
pub(crate) struct Namespace(PathBuf);

impl Namespace {
    /// That of a process.
    pub(crate) fn of_process(pid: i32) -> Namespace {
        Namespace(format!("/proc/{pid}/ns/net").into())
    }

    fn named(name: &str) -> Namespace {
        Namespace(Path::new("/run/netns").join(name))
    }

    /// Starts a thread that lives in the namespace. It is dedicated: no other thread is ever moved.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, String> + Send + 'static,
    ) -> JoinHandle<Result<T, String>> {
        let path = self.0.clone();
        thread::spawn(move || {
            let file = File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network))
                .map_err(|error| format!("entering {}: {error}", path.display()))?;
            work()
        })
    }
}

/// A namespace that is removed with everything in it when this is dropped.
pub(crate) struct Owned {
    name: String,
}

const PREFIX: &str = "hamlet-bench-";

/// Removes what runs that were interrupted have left.
pub(crate) fn remove_left_over() {
    let names = std::fs::read_dir("/run/netns").into_iter().flatten().flatten();
    for name in names.filter_map(|entry| entry.file_name().into_string().ok()) {
        let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
        if owner.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            drop(Owned { name });
        }
    }
}

impl Owned {
    pub(crate) fn new(name: &str) -> Result<Owned, String> {
        let name = format!("{PREFIX}{}-{name}", std::process::id());
        run("ip", &["netns", "add", &name])?;
        let owned = Owned { name };
        owned.ip("link set lo up")?;
        Ok(owned)
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn namespace(&self) -> Namespace {
        Namespace::named(&self.name)
    }

    /// `ip` inside, with these arguments.
    pub(crate) fn ip(&self, arguments: &str) -> Result<(), String> {
        let mut all = vec!["-n", self.name.as_str()];
        all.extend(arguments.split(' '));
        run("ip", &all)
    }

    /// Any command inside.
    pub(crate) fn exec(&self, command: &[&str]) -> Result<(), String> {
        let mut all = vec!["netns", "exec", self.name.as_str()];
        all.extend(command);
        run("ip", &all)
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if let Err(problem) = run("ip", &["netns", "del", &self.name]) {
            eprintln!("network-bench: {problem}");
        }
    }
}

pub(crate) fn run(program: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .map_err(|error| format!("{program} cannot be started: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(format!("{program} {}: {}", arguments.join(" "), said.lines().next().unwrap_or_default()))
        }
    }
}
