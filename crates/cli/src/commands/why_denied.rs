//! `hamlet why-denied`: which policies were read about a call, and what in them decided.

use server::admin::{WhyAnswer, WhyRequest};
use std::process::ExitCode;

use crate::arguments::WhyDenied;
use crate::daemon::Daemon;
use crate::failure::Result;

pub(crate) fn run(daemon: &Daemon, options: &WhyDenied) -> Result<ExitCode> {
    let request = WhyRequest { request_id: options.request_id.clone(), allowed: options.allowed };
    let answer: WhyAnswer = daemon.post("/why", &request)?;
    match options.output.json {
        true => super::print_json(&answer),
        false => super::print(&format!("{}\n", answer.text.trim_end())),
    }
}
