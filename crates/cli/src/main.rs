//! The `hamlet` program: starts a Hamlet, and asks one that runs.
//!
//! [`arguments`] is what a user can type, one file per command in [`commands`] is what happens then. Commands talk to
//! the running Hamlet over the socket in its data directory, and enter namespaces themselves.

#![forbid(unsafe_code)]

mod arguments;
mod commands;
mod credentials;
mod daemon;
mod endpoint;
mod failure;
mod flow_text;
mod http;
mod instance;
mod privilege;
mod progress;
mod surrounding;
mod tunnel;
mod user;

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(sentence) = privilege::refusal() {
        eprintln!("hamlet: {sentence}");
        return ExitCode::from(failure::FAILED);
    }
    // The same program is the first process of instances. Nothing may have started a thread before.
    if let Some(code) = host::internal_main(std::env::args_os()) {
        return code;
    }
    let arguments = arguments::parse();
    match commands::run(arguments) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("hamlet: {}", failure.sentence);
            ExitCode::from(failure.code)
        }
    }
}
