//! What went wrong, in one sentence, and the exit code that goes with it.

use std::fmt;

/// Something failed.
pub(crate) const FAILED: u8 = 1;
/// No Hamlet runs with that data directory.
pub(crate) const NOT_RUNNING: u8 = 3;
/// `hamlet trace`: the packet or its answer does not arrive.
pub(crate) const UNREACHABLE: u8 = 4;
/// `exec`, `ssh`, `connect` and `shell` could not start the command, whose own exit code it would otherwise be.
pub(crate) const NOT_STARTED: u8 = 125;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What is wrong, and what to do.
    pub(crate) sentence: String,
    /// The exit code.
    pub(crate) code: u8,
}

pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Failure { sentence: sentence.into(), code: FAILED }
    }

    /// The same failure of a command whose exit codes belong to the program it runs.
    pub(crate) fn before_start(self) -> Self {
        Failure { code: NOT_STARTED, ..self }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

/// A failure's sentence is its whole chain: "what was attempted: why it failed".
impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure::new(format!("{error:#}"))
    }
}

impl From<host::HostError> for Failure {
    fn from(error: host::HostError) -> Self {
        Failure::new(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::new(error.to_string())
    }
}
