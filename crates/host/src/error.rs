//! What can go wrong on the host, each with what was being attempted.

use std::fmt;
use std::io;

/// Trouble with the machine. `Display` is one sentence for the user.
#[derive(Debug)]
pub enum HostError {
    /// A system call failed while doing what `attempt` says.
    System {
        /// "mounting the instance's root", in the user's terms.
        attempt: String,
        /// What the kernel said.
        source: io::Error,
    },
    /// The helper or the instance's first process reported a failure, in its own words.
    Launch(String),
    /// The machine cannot do this as it is set up; the sentence says what to do.
    Unsupported(String),
    /// The other side ended before it answered.
    Ended(String),
    /// A name that must not become part of a path.
    BadName(String),
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System { attempt, source } => write!(f, "{attempt}: {source}"),
            Self::Launch(what) | Self::Unsupported(what) => f.write_str(what),
            Self::Ended(what) => write!(f, "{what} ended before it answered"),
            Self::BadName(name) => write!(f, "'{name}' cannot be the name of an instance or a namespace"),
        }
    }
}

impl std::error::Error for HostError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::System { source, .. } => Some(source),
            Self::Launch(_) | Self::Unsupported(_) | Self::Ended(_) | Self::BadName(_) => None,
        }
    }
}

pub(crate) type Result<T> = std::result::Result<T, HostError>;

/// Says what was attempted when a system call fails.
pub(crate) trait Attempt<T> {
    fn attempt(self, what: impl Into<String>) -> Result<T>;
}

impl<T, E: Into<io::Error>> Attempt<T> for std::result::Result<T, E> {
    fn attempt(self, what: impl Into<String>) -> Result<T> {
        self.map_err(|error| HostError::System { attempt: what.into(), source: error.into() })
    }
}
