//! `hamlet env`: what to set so that AWS's tools talk to this Hamlet.

use server::admin::Environment;
use std::process::ExitCode;

use crate::arguments::Output;
use crate::daemon::Daemon;
use crate::failure::Result;

/// The variable that names the address.
const ENDPOINT: &str = "AWS_ENDPOINT_URL";

pub(crate) fn run(daemon: &Daemon, output: Output) -> Result<ExitCode> {
    let environment = daemon.environment()?;
    if output.json {
        let map: serde_json::Map<_, _> =
            environment.variables.into_iter().map(|(name, value)| (name, value.into())).collect();
        return super::print_json(&map);
    }
    let lines: String =
        assignments(&environment).map(|assignment| format!("export {assignment}\n")).collect();
    super::print(&(lines + &for_older_clients(&environment)))
}

/// A remark for those whose CLI does not read the variable and would ask the real AWS. It comes last: a shell that was given
/// all of this as one line takes what follows for the remark, too.
fn for_older_clients(environment: &Environment) -> String {
    let endpoint = environment.variables.iter().find(|(name, _)| name == ENDPOINT);
    endpoint.map_or_else(String::new, |(_, url)| {
        format!(
            "# The aws CLI reads {ENDPOINT} from 2.13 (or 1.29) on. An older one asks the real AWS unless told:\n\
             # alias aws='aws --endpoint-url {url}'\n"
        )
    })
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
    fn older_clients_are_told_where_to_ask() {
        let variables = vec![(ENDPOINT.to_owned(), "http://127.0.0.1:4566".to_owned())];
        let remark = for_older_clients(&Environment { variables });
        assert!(remark.ends_with("# alias aws='aws --endpoint-url http://127.0.0.1:4566'\n"), "{remark}");
        assert!(remark.lines().all(|line| line.starts_with('#')), "{remark}");
    }

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
