//! The commands, one file each.

mod actions;
mod capture;
mod certificate;
mod connect;
mod console;
mod down;
mod env;
mod exec;
mod flows;
mod forward;
mod internet;
mod metrics;
mod open_tunnel;
mod reset;
mod shell;
mod ssh;
mod status;
mod trace;
mod up;
mod why_denied;

use std::process::ExitCode;

use crate::arguments::{Arguments, Command};
use crate::daemon::Daemon;
use crate::failure::{Failure, Result};

/// Does what the user asked.
pub(crate) fn run(arguments: Arguments) -> Result<ExitCode> {
    let daemon = Daemon::of(arguments.data)?;
    match arguments.command {
        Command::Up(options) => up::run(&daemon, &options),
        Command::Down => down::run(&daemon),
        Command::Status(output) => status::run(&daemon, output),
        Command::Metrics(output) => metrics::run(&daemon, output),
        Command::Env(output) => env::run(&daemon, output),
        Command::Internet(options) => internet::run(&daemon, &options),
        Command::Exec(options) => exec::run(&daemon, &options).map_err(Failure::before_start),
        Command::Ssh(options) => ssh::run(&daemon, &options).map_err(Failure::before_start),
        Command::Connect(options) => connect::run(&daemon, &options).map_err(Failure::before_start),
        Command::OpenTunnel(options) => open_tunnel::run(&daemon, &options),
        Command::Forward(options) => forward::run(&daemon, &options),
        Command::Shell(options) => shell::run(&daemon, &options).map_err(Failure::before_start),
        Command::Console(options) => console::run(&daemon, &options),
        Command::Trace(options) => trace::run(&daemon, &options),
        Command::Flows(options) => flows::run(&daemon, &options),
        Command::WhyDenied(options) => why_denied::run(&daemon, &options),
        Command::Capture(options) => capture::run(&daemon, &options),
        Command::Certificate(output) => certificate::run(&daemon, output),
        Command::Reset(options) => reset::run(&daemon, &options),
        Command::Actions(asked) => actions::run(&asked),
    }
}

/// Prints data for programs.
fn print_json(value: &impl serde::Serialize) -> Result<ExitCode> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::new(error.to_string()))?;
    print(&format!("{text}\n"))
}

/// Prints to standard output; a reader that has gone has seen enough.
fn print(text: &str) -> Result<ExitCode> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        Ok(()) | Err(_) => Ok(ExitCode::SUCCESS),
    }
}
