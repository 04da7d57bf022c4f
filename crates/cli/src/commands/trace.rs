//! `hamlet trace`: what would happen to a packet, and to its answer, stage by stage.

use server::admin::{TraceAnswer, TraceRequest};
use std::process::ExitCode;

use crate::arguments::Trace;
use crate::daemon::Daemon;
use crate::failure::{Failure, Result, UNREACHABLE};

pub(crate) fn run(daemon: &Daemon, options: &Trace) -> Result<ExitCode> {
    let (protocol, port) = protocol_and_port(&options.protocol, options.port.as_deref())?;
    let request = TraceRequest {
        from: options.from.clone(),
        to: options.to.clone(),
        protocol,
        port,
        by: options.by.clone(),
        fragmented: options.fragmented,
    };
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

/// `tcp/22`, `tcp 22`, `icmp`.
fn protocol_and_port(text: &str, port: Option<&str>) -> Result<(String, Option<u16>)> {
    let (protocol, port) = match (text.split_once('/'), port) {
        (Some((protocol, port)), None) => (protocol, Some(port)),
        (None, port) => (text, port),
        (Some(_), Some(port)) => return Err(Failure::new(format!("{text} has a port; what is {port}?"))),
    };
    let is_no_port = |port| Failure::new(format!("'{port}' is no port: a port is a number up to 65535"));
    let port = port.map(|port| port.parse().map_err(|_| is_no_port(port))).transpose()?;
    Ok((protocol.to_ascii_lowercase(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_belongs_to_its_protocol() {
        assert_eq!(protocol_and_port("TCP/22", None).unwrap(), ("tcp".to_owned(), Some(22)));
        assert_eq!(protocol_and_port("tcp", Some("22")).unwrap(), ("tcp".to_owned(), Some(22)));
        assert_eq!(protocol_and_port("icmp", None).unwrap(), ("icmp".to_owned(), None));
        assert!(protocol_and_port("tcp/ssh", None).is_err());
        assert!(protocol_and_port("tcp", Some("65536")).is_err());
        assert!(protocol_and_port("tcp/22", Some("80")).is_err());
    }
}
