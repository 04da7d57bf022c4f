//! `hamlet exec`: a command inside an instance. Needs no network and no key, as the serial console would not.

use host::Enter;
use std::process::ExitCode;

use crate::arguments::Exec;
use crate::daemon::Daemon;
use crate::failure::Result;
use crate::instance;

pub(crate) fn run(daemon: &Daemon, options: &Exec) -> Result<ExitCode> {
    // Before anything is asked, because it begins again from the start.
    host::run_from_a_copy()?;
    let (status, instance) = instance::find_running(daemon, &options.instance)?;
    // Its file says when the process began, so that it is not mistaken for another of the same number.
    let pid = host::instance_pid(&status.data, &instance.id)?;
    let what = Enter::Instance {
        user: options.user.clone(),
        nesting: status.nesting,
        command: options.command.clone(),
    };
    Ok(ExitCode::from(host::enter(pid, &what)?))
}
