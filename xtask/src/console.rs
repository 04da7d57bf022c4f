//! `cargo xtask check console`: the types, lints and format of the web console, by the tools that its lock file pins.

use crate::root;
use std::process::Command;

/// All of them, so that one run says all.
pub(crate) fn check() -> Result<(), String> {
    match Command::new(root().join("console/build")).arg("--check").status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("console/build --check: {status}")),
        Err(error) => Err(format!("console/build --check: {error}")),
    }
}
