//! Secondary private IPv4 addresses. DHCP gives the primary one alone; instance metadata knows them all.
//!
//! Follows amazon-ec2-net-utils, which looks once a minute on Amazon Linux ("Secondary IP addresses for your EC2
//! instances", EC2 User Guide); and at once when the daemon says that addresses have changed. A child asks, since an answer may be long in coming, and tells us through a pipe.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::Ipv4Addr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use super::imds::Metadata;
use crate::sys::{self, Forked};

const EVERY: Duration = Duration::from_secs(60);
const PATIENCE: Duration = Duration::from_secs(5);
/// More than fifteen interfaces with fifty addresses each need.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Addresses by the interface's hardware address.
pub(super) type Addresses = BTreeMap<[u8; 6], Vec<Ipv4Addr>>;

/// Looks from time to time.
pub(super) struct Lookout {
    /// Nothing before the instance has a network.
    due: Option<Instant>,
    asking: Option<Asking>,
}

struct Asking {
    answer: io::PipeReader,
    bytes: Vec<u8>,
}

impl Lookout {
    pub(super) fn new() -> Self {
        Self { due: None, asking: None }
    }

    /// Looks after this time, and then regularly.
    pub(super) fn look_in(&mut self, time: Duration) {
        self.due = Some(Instant::now() + time);
    }

    /// When something must be done by the clock.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.due.filter(|_| self.asking.is_none())
    }

    /// What may become readable.
    pub(super) fn socket(&self) -> Option<BorrowedFd<'_>> {
        self.asking.as_ref().map(|asking| asking.answer.as_fd())
    }

    /// Asks what is due, for these interfaces. Returns what has been answered.
    pub(super) fn drive(&mut self, interfaces: &[[u8; 6]], readable: bool) -> io::Result<Option<Addresses>> {
        if readable && let Some(mut asking) = self.asking.take() {
            if asking.is_going_on()? {
                self.asking = Some(asking);
                return Ok(None);
            }
            return Ok(Some(parse(&asking.bytes)));
        }
        if self.deadline().is_some_and(|due| due <= Instant::now()) {
            self.due = Some(Instant::now() + EVERY);
            self.asking = Some(Asking::start(interfaces)?);
        }
        Ok(None)
    }
}

impl Asking {
    fn start(interfaces: &[[u8; 6]]) -> io::Result<Self> {
        let (answer, writer) = io::pipe()?;
        match sys::fork()? {
            Forked::Parent { .. } => Ok(Self { answer, bytes: Vec::new() }),
            Forked::Child => {
                sys::unblock_signals();
                let writer = OwnedFd::from(writer);
                sys::close_all_except(&[&writer]);
                // Without an answer there is nothing to change.
                let told =
                    ask(interfaces).and_then(|text| io::PipeWriter::from(writer).write_all(text.as_bytes()));
                sys::exit_now(i32::from(told.is_err()));
            }
        }
    }

    /// Reads what there is. False once all of it has been read.
    fn is_going_on(&mut self) -> io::Result<bool> {
        let mut chunk = [0; 4096];
        let length = self.answer.read(&mut chunk)?;
        self.bytes.extend_from_slice(&chunk[..length]);
        Ok(length > 0 && self.bytes.len() < ANSWER_BYTES_MAX)
    }
}

/// One line for each interface that the metadata knows: its hardware address, then its addresses.
fn ask(interfaces: &[[u8; 6]]) -> io::Result<String> {
    let metadata = Metadata::connect(PATIENCE)?;
    let mut text = String::new();
    for mac in interfaces.iter().map(|mac| mac.map(|byte| format!("{byte:02x}")).join(":")) {
        let path = format!("meta-data/network/interfaces/macs/{mac}/local-ipv4s");
        if let Some(addresses) = metadata.get_text(&path)? {
            let _ = writeln!(text, "{mac} {}", addresses.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
    Ok(text)
}

fn parse(bytes: &[u8]) -> Addresses {
    let text = String::from_utf8_lossy(bytes);
    let line = |line: &str| {
        let mut words = line.split(' ');
        let mac = words.next().and_then(parse_mac)?;
        Some((mac, words.filter_map(|word| word.parse().ok()).collect()))
    };
    text.lines().filter_map(line).collect()
}

fn parse_mac(text: &str) -> Option<[u8; 6]> {
    let bytes: Option<Vec<u8>> = text.split(':').map(|byte| u8::from_str_radix(byte, 16).ok()).collect();
    bytes?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_hardware_addresses_and_addresses() {
        let found = parse(b"02:00:00:00:00:07 10.0.1.10 10.0.1.12\n0a:ff:00:00:00:01 10.0.2.30\n");
        let addresses: [Ipv4Addr; 2] = ["10.0.1.10", "10.0.1.12"].map(|it| it.parse().unwrap());
        assert_eq!(found[&[2, 0, 0, 0, 0, 7]], addresses);
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn what_is_no_address_is_passed_over() {
        assert_eq!(
            parse(b"nonsense 10.0.0.1\n\xff\xff\n02:00:00:00:00:07 x\n"),
            [([2, 0, 0, 0, 0, 7], vec![])].into()
        );
    }
}
