//! Real packets between real network stacks, through the engine.
//!
//! Without libtest's harness: the same program is the first process of every namespace, and must look at its arguments
//! before any thread starts. `cargo test -p datapath --test packets [part of a name]`. Needs what instances need
//! (`host::probe`), and says so when it is missing.

mod cases;
mod lab;

use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    if let Some(code) = host::internal_main(std::env::args_os()) {
        return code;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["inside", pid, command @ ..] => lab::enter(pid, command),
        rest => run(rest.iter().find(|word| !word.starts_with('-')).copied().unwrap_or_default()),
    }
}

fn run(filter: &str) -> ExitCode {
    let fatal: Vec<_> = host::probe().into_iter().filter(|finding| finding.fatal).collect();
    if !fatal.is_empty() {
        for finding in fatal {
            println!("CANNOT RUN: {}", finding.sentence);
        }
        // Aloud, and red where everything must run.
        return if std::env::var_os("CI").is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    let mut failed = 0;
    for (name, case) in cases::ALL.iter().filter(|(name, _)| name.contains(filter)) {
        let start = Instant::now();
        let outcome = std::panic::catch_unwind(case);
        let verdict = if outcome.is_ok() { "ok" } else { "FAILED" };
        println!("{verdict:6} {name} ({} ms)", start.elapsed().as_millis());
        failed += u32::from(outcome.is_err());
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
