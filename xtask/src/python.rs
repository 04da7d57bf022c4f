//! `cargo xtask check python`: the formatter and the linter of the tests' language, as ruff.toml sets them.
//!
//! Ruff is pinned in tests/requirements.txt, beside the aws CLI, and installed with it.

use crate::{cache_folder, root};
use std::path::Path;
use std::process::Command;

/// Both, so that one run says all.
pub(crate) fn check() -> Result<(), String> {
    run(&root().join("tests/install"), &["python"])?;
    let ruff = cache_folder()?.join("venv/bin/ruff");
    let formatted = run(&ruff, &["format", "--check", "--no-cache", "."]);
    run(&ruff, &["check", "--no-cache", "."]).and(formatted)
}

fn run(program: &Path, arguments: &[&str]) -> Result<(), String> {
    let called = format!("{} {}", program.display(), arguments.join(" "));
    match Command::new(program).args(arguments).current_dir(root()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{called}: {status}")),
        Err(error) => Err(format!("{called}: {error}")),
    }
}
