//! `hamlet laptop`: a command on the internet side, as the user's own computer there.

use host::Enter;
use std::ffi::OsString;
use std::net::IpAddr;
use std::path::Path;
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
    let environment = environment(&status.data);
    Ok(ExitCode::from(host::enter(pid, &Enter::NetworkNamespace { command, environment })?))
}

/// What differs there from the caller's environment: whom programs trust, and no endpoint that is on this machine's own
/// loopback, which the laptop does not have: AWS has its own names there.
fn environment(data: &Path) -> Vec<(String, Option<String>)> {
    let trusted = host::laptop_variables(data).into_iter().map(|(name, value)| (name, Some(value)));
    let endpoints = std::env::vars_os().filter_map(|(name, value)| {
        let (name, value) = (name.into_string().ok()?, value.into_string().ok()?);
        (name.starts_with("AWS_ENDPOINT_URL") && is_on_loopback(&value)).then_some((name, None))
    });
    trusted.chain(endpoints).collect()
}

/// Whether a URL's host is this machine by any of its own names.
fn is_on_loopback(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_endpoints_of_this_machine_are_taken_away() {
        for url in
            ["http://127.0.0.1:4566", "http://localhost:4566/", "http://[::1]:4566", "http://x.localhost"]
        {
            assert!(is_on_loopback(url), "{url}");
        }
        for url in [
            "https://sts.us-west-2.amazonaws.com",
            "http://192.0.2.1:4566",
            "http://localhost.example.com",
            "",
        ] {
            assert!(!is_on_loopback(url), "{url}");
        }
    }
}
