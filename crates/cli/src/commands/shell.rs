//! `hamlet shell`: the user's own programs on the internet side, as on their own computer there. `hamlet laptop` is the same.
//!
//! Files, programs, user and environment are the caller's. What differs: the network, where AWS has its own names; the
//! resolver; whom programs trust; and of the environment what [`crate::surrounding`] says.

use host::Enter;
use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use crate::arguments::Shell;
use crate::daemon::Daemon;
use crate::failure::{Failure, Result};
use crate::{progress, surrounding};

/// The API answers a moment before the laptop is there; at the first start the instances' image is made in between.
const OPEN_MAX: Duration = Duration::from_secs(20);

pub(crate) fn run(daemon: &Daemon, options: &Shell) -> Result<ExitCode> {
    let command = match options.command.is_empty() {
        true => vec![std::env::var_os("SHELL").unwrap_or_else(|| "/bin/sh".into())],
        false => options.command.clone(),
    };
    enter(daemon, command)
}

/// Runs a command there; its exit code is ours.
pub(crate) fn enter(daemon: &Daemon, command: Vec<OsString>) -> Result<ExitCode> {
    let pid = laptop(daemon)?;
    let status = daemon.status()?;
    let mut environment: Vec<_> =
        host::laptop_variables(&status.data).into_iter().map(|(name, value)| (name, Some(value))).collect();
    environment.extend(surrounding::of_caller().changes(&status, &daemon.environment()?));
    Ok(ExitCode::from(host::enter(pid, &Enter::NetworkNamespace { command, environment })?))
}

/// The laptop's first process.
pub(crate) fn laptop(daemon: &Daemon) -> Result<i32> {
    let status = daemon.status()?;
    if !status.machines {
        return Err(Failure::new(
            "there is no laptop: this Hamlet was started with --instances none, and no packet moves in it",
        ));
    }
    let find = || host::namespace_pid(&status.data, server::namespaces::LAPTOP_NAMESPACE).ok();
    let pid = progress::wait_for("waiting for the laptop", OPEN_MAX, find);
    pid.ok_or_else(|| match surrounding::is_inside() {
        true => Failure::new("this shell is on the laptop already: leave it to enter other places"),
        false => Failure::new("the laptop is not there; the running Hamlet's terminal or log says why"),
    })
}
