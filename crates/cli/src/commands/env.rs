//! `hamlet env`: what to set so that AWS's tools talk to this Hamlet.

use server::admin::Environment;
use std::process::ExitCode;

use crate::arguments::Output;
use crate::daemon::Daemon;
use crate::failure::Result;

pub(crate) fn run(daemon: &Daemon, output: Output) -> Result<ExitCode> {
    let environment = daemon.environment()?;
    if output.json {
        let map: serde_json::Map<_, _> =
            environment.variables.into_iter().map(|(name, value)| (name, value.into())).collect();
        return super::print_json(&map);
    }
    let lines: String =
        assignments(&environment).map(|assignment| format!("export {assignment}\n")).collect();
    super::print(&lines)
}

/// All of it in one line to paste.
pub(crate) fn one_line(environment: &Environment) -> String {
    let all: Vec<String> = assignments(environment).collect();
    format!("export {}", all.join(" "))
}

fn assignments(environment: &Environment) -> impl Iterator<Item = String> {
    environment.variables.iter().map(|(name, value)| format!("{name}={}", quoted(value)))
}

/// A word as a shell reads it.
fn quoted(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@%+=,".contains(&byte);
    match !value.is_empty() && value.bytes().all(plain) {
        true => value.to_owned(),
        false => format!("'{}'", value.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_a_shell() {
        let pairs = [("A", "http://127.0.0.1:4566"), ("B", "it's $HOME"), ("C", "")];
        let variables = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        assert_eq!(
            one_line(&Environment { variables }),
            r"export A=http://127.0.0.1:4566 B='it'\''s $HOME' C=''"
        );
    }
}
