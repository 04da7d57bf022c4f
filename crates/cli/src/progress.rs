//! A sign of life on the terminal for what takes longer than a second.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

const QUIET: Duration = Duration::from_secs(1);
const STEP: Duration = Duration::from_millis(20);

/// Calls `done` until it returns something; None when `limit` has passed.
pub(crate) fn wait_for<T>(what: &str, limit: Duration, mut done: impl FnMut() -> Option<T>) -> Option<T> {
    let began = Instant::now();
    let mut shown = 0;
    let result = loop {
        if let Some(result) = done() {
            break Some(result);
        }
        let passed = began.elapsed();
        if passed > limit {
            break None;
        }
        if passed > QUIET && passed.as_secs() > shown {
            shown = passed.as_secs();
            show(what, shown);
        }
        std::thread::sleep(STEP);
    };
    if shown > 0 {
        clear();
    }
    result
}

fn show(what: &str, seconds: u64) {
    let mut terminal = std::io::stderr();
    // A log needs the sentence once; a terminal wants the clock.
    let line = match (terminal.is_terminal(), seconds) {
        (true, _) => format!("\r{what} … {seconds} s"),
        (false, 1) => format!("{what} …\n"),
        (false, _) => return,
    };
    let _ = terminal.write_all(line.as_bytes());
}

fn clear() {
    let mut terminal = std::io::stderr();
    if terminal.is_terminal() {
        let _ = terminal.write_all(b"\r\x1b[K");
    }
}
