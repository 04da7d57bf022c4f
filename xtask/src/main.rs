//! The project's own chores: `cargo xtask check`, `tidy`, `codegen`.

mod check;
mod codegen;
mod console;
mod coverage;
mod instance_types;
mod licences;
mod managed_policies;
mod metadata;
mod python;
mod requests;
mod services;
mod tidy;
mod vacant;
mod wheel;

use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <chore>

  check [WORD]       what CI asks of the code: formatting, lints, tests, documentation, python, console, layers,
                     licences, generated code
  tidy               layers, headers, what no file may say, requests read whole
  licences           whether each crate that is used has a licence that lets us
  codegen            write the AWS shapes from the pinned botocore model
  codegen --check    fail if the committed shapes differ from the generator's
  instance-types     write the table of instance types from the pinned package that has it
  instance-types --check
                     fail if the committed table differs
  managed-policies   write the policies that AWS manages from the pinned package that has them
  managed-policies --check
                     fail if the committed files differ
  coverage           write docs/coverage.md: the operations that are served, and those that are not
  coverage --check   fail if the committed page differs
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["check"] => check::run(None),
        ["check", word] => check::run(Some(word)),
        ["tidy"] => tidy::check(),
        ["licences"] => licences::check(),
        ["codegen"] => codegen::write(),
        ["codegen", "--check"] => codegen::check(),
        ["instance-types"] => instance_types::write(),
        ["instance-types", "--check"] => instance_types::check(),
        ["managed-policies"] => managed_policies::write(),
        ["managed-policies", "--check"] => managed_policies::check(),
        ["coverage"] => coverage::write(),
        ["coverage", "--check"] => coverage::check(),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the repository that this was run in. Asked when it runs: clones may share a target directory, and then one
/// runs what another compiled.
fn root() -> PathBuf {
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    folder.parent().expect("xtask is a folder of the repository").to_owned()
}
/// Where what is fetched lies: as the Makefile has it.
fn cache_folder() -> Result<PathBuf, String> {
    if let Some(folder) = std::env::var_os("HAMLET_CACHE") {
        return Ok(PathBuf::from(folder));
    }
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home);
    cache.map(|cache| cache.join("hamlet")).ok_or_else(|| "neither XDG_CACHE_HOME nor HOME is set".to_owned())
}
