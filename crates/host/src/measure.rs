//! What the boundary costs when an instance starts, for `make bench`.
//!
//! In a process of its own: what is measured cannot be undone.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use rustix::process::{WaitOptions, waitpid};
use rustix::thread::set_no_new_privs;
use serde::{Deserialize, Serialize};

use crate::boundary;
use crate::error::{Attempt, HostError, Result};
use crate::namespace::Users;
use crate::sealed::Sealed;
use crate::seccomp;
use crate::spec::Nesting;
use crate::sys::{self, Forked};

/// The hidden subcommand.
pub(crate) const MEASURE: &str = "internal-measure";
const ROUNDS: usize = 51;

/// Medians.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Costs {
    /// Writing the filters of system calls and installing them.
    pub seccomp: Duration,
    /// Showing an image and `/usr` with other owners; nothing where only root can, or the machine cannot.
    pub idmapped_mounts: Option<Duration>,
    /// Copying the program into memory and sealing it, once for a daemon and for each `hamlet exec`.
    pub sealed_copy: Duration,
}

/// Measures with `program`, which calls [`crate::internal_main`]; `image` is any directory on the data's file system.
pub fn measure(program: &Path, image: &Path) -> Result<Costs> {
    let output = std::process::Command::new(program).arg(MEASURE).arg(image).output();
    let output = output.attempt("measuring the boundary")?;
    serde_json::from_slice(&output.stdout)
        .map_err(|_| HostError::Launch(String::from_utf8_lossy(&output.stderr).into_owned()))
}

/// The process.
pub(crate) fn run(image: Option<std::ffi::OsString>) -> ExitCode {
    let image = image.unwrap_or_else(|| "/tmp".into());
    match costs(Path::new(&image)) {
        Ok(costs) => {
            println!("{}", serde_json::to_string(&costs).unwrap_or_default());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn costs(image: &Path) -> Result<Costs> {
    let mut copies = Vec::new();
    for _ in 0..5 {
        let begun = Instant::now();
        drop(Sealed::copy(Path::new("/proc/self/exe"))?);
        copies.push(begun.elapsed());
    }
    Ok(Costs {
        seccomp: median((0..ROUNDS).map(|_| filters()).collect::<Result<_>>()?),
        idmapped_mounts: boundary::cost_of_trees(&[image, Path::new("/usr")], ROUNDS).map(median),
        sealed_copy: median(copies),
    })
}

fn median(mut values: Vec<Duration>) -> Duration {
    values.sort();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// In a child: there is no way out of a filter.
fn filters() -> Result<Duration> {
    let (mut reader, writer) = std::io::pipe().attempt("making a pipe")?;
    match sys::fork().attempt("starting a process to be filtered")? {
        Forked::Child => {
            let begun = Instant::now();
            let done = set_no_new_privs(true)
                .map_err(std::io::Error::from)
                .and_then(|()| seccomp::install(&Users::ours(), Nesting::Refused));
            let nanoseconds = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
            let _ = rustix::io::write(&writer, &nanoseconds.to_ne_bytes());
            sys::exit_now(i32::from(done.is_err()))
        }
        Forked::Parent { pid } => {
            drop(writer);
            let mut bytes = [0; 8];
            reader.read_exact(&mut bytes).attempt("measuring the filters")?;
            let status = waitpid(rustix::process::Pid::from_raw(pid), WaitOptions::empty());
            let succeeded =
                status.is_ok_and(|it| it.is_some_and(|(_, status)| status.exit_status() == Some(0)));
            match succeeded {
                true => Ok(Duration::from_nanos(u64::from_ne_bytes(bytes))),
                false => Err(HostError::Launch("the filters were not installed".into())),
            }
        }
    }
}
