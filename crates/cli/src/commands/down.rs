//! `hamlet down`: stops the running Hamlet and returns when it has ended.

use std::process::ExitCode;
use std::time::Duration;

use crate::daemon::{Daemon, runs};
use crate::failure::{Failure, Result};
use crate::progress;

/// How long instances may take to end.
const END_MAX: Duration = Duration::from_secs(60);

pub(crate) fn run(daemon: &Daemon) -> Result<ExitCode> {
    let pid = daemon.status()?.pid;
    let () = daemon.post("/down", &())?;
    let ended = progress::wait_for("stopping Hamlet", END_MAX, || (!runs(pid)).then_some(()));
    ended.map(|()| ExitCode::SUCCESS).ok_or_else(|| {
        Failure::new(format!(
            "Hamlet (process {pid}) still runs after {} s: `kill -9 {pid}` ends it",
            END_MAX.as_secs()
        ))
    })
}
