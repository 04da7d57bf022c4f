//! `hamlet capture`: the packets of one link, as pcapng, until Ctrl-C.

use std::fs::File;
use std::io::{self, Read, Write};
use std::process::ExitCode;

use crate::arguments::Capture;
use crate::daemon::Daemon;
use crate::failure::{Failure, Result};

pub(crate) fn run(daemon: &Daemon, options: &Capture) -> Result<ExitCode> {
    use io::IsTerminal;
    if options.output.is_none() && io::stdout().is_terminal() {
        return Err(Failure::new("a capture is not for a terminal: say --output FILE, or `| tcpdump -nr -`"));
    }
    let body = serde_json::json!({ "target": options.target }).to_string();
    let answer = daemon.ask("POST", "/capture", body.as_bytes())?;
    answer.body.get_ref().set_read_timeout(None)?;
    match &options.output {
        None => copy(answer.body, io::stdout().lock()),
        Some(path) => {
            let file = File::create(path)
                .map_err(|error| Failure::new(format!("{} cannot be written: {error}", path.display())))?;
            eprintln!("Capturing to {}; Ctrl-C ends it.", path.display());
            copy(answer.body, file)
        }
    }
}

/// Copies what comes, as it comes. A reader that has gone has seen enough.
fn copy(mut from: impl Read, mut to: impl Write) -> Result<ExitCode> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let length = from.read(&mut buffer)?;
        let written =
            buffer.get(..length).map_or(Ok(()), |bytes| to.write_all(bytes)).and_then(|()| to.flush());
        match written {
            Ok(()) if length > 0 => {}
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
            Ok(()) | Err(_) => return Ok(ExitCode::SUCCESS),
        }
    }
}
