//! `hamlet trace`: what would happen to a packet, and to its answer, stage by stage.

use server::admin::{TraceAnswer, TraceRequest};
use std::process::ExitCode;

use crate::arguments::Trace;
use crate::daemon::Daemon;
use crate::failure::{Failure, Result, UNREACHABLE};

pub(crate) fn run(daemon: &Daemon, options: &Trace) -> Result<ExitCode> {
    let (protocol, port) = protocol_and_port(&options.protocol)?;
    let request = TraceRequest { from: options.from.clone(), to: options.to.clone(), protocol, port };
    let answer: TraceAnswer = daemon.post("/trace", &request)?;
    match options.output.json {
        true => super::print_json(&answer)?,
        false => super::print(&format!("{}\n", answer.text.trim_end()))?,
    };
    Ok(match answer.reachable {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(UNREACHABLE),
    })
}

/// `tcp/22`, `icmp`.
fn protocol_and_port(text: &str) -> Result<(String, Option<u16>)> {
    let Some((protocol, port)) = text.split_once('/') else {
        return Ok((text.to_ascii_lowercase(), None));
    };
    let port = port
        .parse()
        .map_err(|_| Failure::new(format!("'{port}' is no port: a port is a number up to 65535")))?;
    Ok((protocol.to_ascii_lowercase(), Some(port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_belongs_to_its_protocol() {
        assert_eq!(protocol_and_port("TCP/22").unwrap(), ("tcp".to_owned(), Some(22)));
        assert_eq!(protocol_and_port("icmp").unwrap(), ("icmp".to_owned(), None));
        assert!(protocol_and_port("tcp/ssh").is_err());
        assert!(protocol_and_port("tcp/65536").is_err());
    }
}
