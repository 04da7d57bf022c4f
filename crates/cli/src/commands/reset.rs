//! `hamlet reset`: an empty account again, without a restart.

use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;

use crate::arguments::Reset;
use crate::daemon::Daemon;
use crate::failure::{Failure, Result};

pub(crate) fn run(daemon: &Daemon, options: &Reset) -> Result<ExitCode> {
    let status = daemon.status()?;
    if !options.yes && !confirmed(status.resources.values().sum())? {
        return Err(Failure::new("nothing was changed"));
    }
    let () = daemon.post("/reset", &())?;
    Ok(ExitCode::SUCCESS)
}

fn confirmed(resources: usize) -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(
            "this would forget every resource of every account: say --yes if that is meant",
        ));
    }
    eprint!("This forgets {resources} resources, in every account and Region. Go on? [y/N] ");
    std::io::stderr().flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}
