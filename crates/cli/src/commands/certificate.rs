//! `hamlet certificate`: with what anybody can check the signature of an instance identity document.

use server::admin::Certificate;
use std::process::ExitCode;

use crate::arguments::Output;
use crate::daemon::Daemon;
use crate::failure::Result;

pub(crate) fn run(daemon: &Daemon, output: Output) -> Result<ExitCode> {
    let certificate: Certificate = daemon.get("/certificate")?;
    match output.json {
        true => super::print_json(&certificate),
        false => super::print(&certificate.pem),
    }
}
