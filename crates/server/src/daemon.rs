//! The whole program that `hamlet up` is: a run, and the socket on which the other commands ask about it.

use crate::admin;
use crate::config::Config;
use crate::running::Running;

/// Runs until told to end. `ready` is called once the API and the socket answer.
pub fn run(config: Config, ready: impl FnOnce(&Running)) -> anyhow::Result<()> {
    crate::run::run(config, |running| {
        let socket = admin::open(running)?;
        ready(running);
        Ok(socket)
    })
}
