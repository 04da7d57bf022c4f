//! `hamlet laptop`: a command on the internet side, as the user's own computer there.

use host::Enter;
use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use crate::arguments::Laptop;
use crate::daemon::Daemon;
use crate::failure::{Failure, Result};
use crate::progress;

/// The API answers a moment before the laptop is there.
const OPEN_MAX: Duration = Duration::from_secs(5);

pub(crate) fn run(daemon: &Daemon, options: &Laptop) -> Result<ExitCode> {
    let command = match options.command.is_empty() {
        true => vec![std::env::var_os("SHELL").unwrap_or_else(|| "/bin/sh".into())],
        false => options.command.clone(),
    };
    enter(daemon, command)
}

/// Runs a command there; its exit code is ours.
pub(crate) fn enter(daemon: &Daemon, command: Vec<OsString>) -> Result<ExitCode> {
    let status = daemon.status()?;
    if !status.machines {
        return Err(Failure::new(
            "there is no laptop: this Hamlet was started with --instances none, and no packet moves in it",
        ));
    }
    let find = || host::namespace_pid(&status.data, server::namespaces::LAPTOP_NAMESPACE).ok();
    let pid = progress::wait_for("waiting for the laptop", OPEN_MAX, find);
    let pid = pid.ok_or_else(|| {
        Failure::new("the laptop is not there; the running Hamlet's terminal or log says why")
    })?;
    Ok(ExitCode::from(host::enter(pid, &Enter::NetworkNamespace { command })?))
}
