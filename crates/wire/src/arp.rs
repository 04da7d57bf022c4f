//! ARP for IPv4 over Ethernet: reading, building, answering.
//!
//! Follows RFC 826. Other hardware and protocol kinds are refused.

use std::fmt;
use std::net::Ipv4Addr;

use crate::ethernet::{EtherType, EthernetHeader, HEADER_LEN, Mac};
use crate::malformed::Malformed;

/// The length of an ARP packet.
pub const LEN: usize = 28;

/// Ethernet, IPv4, and the lengths of their addresses.
const KINDS: [u8; 6] = [0, 1, 8, 0, 6, 4];

/// What an ARP packet is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArpOperation {
    /// Who has this address?
    Request,
    /// This hardware address has it.
    Reply,
}

/// An ARP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arp {
    /// Question or answer.
    pub operation: ArpOperation,
    /// The hardware address the sender claims.
    pub sender_mac: Mac,
    /// The address the sender claims.
    pub sender: Ipv4Addr,
    /// In an answer, the asker's hardware address.
    pub target_mac: Mac,
    /// The address asked about; in an answer, the asker's.
    pub target: Ipv4Addr,
}

impl Arp {
    /// The broadcast question who has `target`.
    pub fn request(sender_mac: Mac, sender: Ipv4Addr, target: Ipv4Addr) -> Arp {
        Arp { operation: ArpOperation::Request, sender_mac, sender, target_mac: Mac::default(), target }
    }

    /// The answer to this question: `mac` has the address.
    #[must_use]
    pub fn answered_by(&self, mac: Mac) -> Arp {
        Arp {
            operation: ArpOperation::Reply,
            sender_mac: mac,
            sender: self.target,
            target_mac: self.sender_mac,
            target: self.sender,
        }
    }

    /// Reads an Ethernet frame that carries ARP.
    pub fn parse(frame: &[u8]) -> Result<Arp, Malformed> {
        let packet = frame.get(HEADER_LEN..).unwrap_or_default();
        let Some(
            &[
                k0,
                k1,
                k2,
                k3,
                k4,
                k5,
                o0,
                o1,
                m0,
                m1,
                m2,
                m3,
                m4,
                m5,
                s0,
                s1,
                s2,
                s3,
                n0,
                n1,
                n2,
                n3,
                n4,
                n5,
                t0,
                t1,
                t2,
                t3,
            ],
        ) = packet.first_chunk::<LEN>()
        else {
            return Err(Malformed::TooShort);
        };
        if [k0, k1, k2, k3, k4, k5] != KINDS {
            return Err(Malformed::BadArp);
        }
        let operation = match u16::from_be_bytes([o0, o1]) {
            1 => ArpOperation::Request,
            2 => ArpOperation::Reply,
            _ => return Err(Malformed::BadArp),
        };
        Ok(Arp {
            operation,
            sender_mac: Mac([m0, m1, m2, m3, m4, m5]),
            sender: Ipv4Addr::new(s0, s1, s2, s3),
            target_mac: Mac([n0, n1, n2, n3, n4, n5]),
            target: Ipv4Addr::new(t0, t1, t2, t3),
        })
    }

    /// Builds the frame: a request to everyone, a reply to its target.
    pub fn build(&self) -> Vec<u8> {
        let mut frame = Vec::new();
        self.write(&mut frame);
        frame
    }

    /// Appends the frame.
    pub fn write(&self, frame: &mut Vec<u8>) {
        let (operation, destination) = match self.operation {
            ArpOperation::Request => (1u16, Mac::BROADCAST),
            ArpOperation::Reply => (2, self.target_mac),
        };
        EthernetHeader { destination, source: self.sender_mac, ethertype: EtherType::Arp }.write(frame);
        frame.extend_from_slice(&KINDS);
        frame.extend_from_slice(&operation.to_be_bytes());
        frame.extend_from_slice(&self.sender_mac.0);
        frame.extend_from_slice(&self.sender.octets());
        frame.extend_from_slice(&self.target_mac.0);
        frame.extend_from_slice(&self.target.octets());
    }
}

/// One line for people: `arp who has 10.0.1.1 tell 10.0.1.10`.
impl fmt::Display for Arp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.operation {
            ArpOperation::Request => write!(f, "arp who has {} tell {}", self.target, self.sender),
            ArpOperation::Reply => write!(f, "arp {} is at {}", self.sender, self.sender_mac),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    const ASKER: Mac = Mac([2, 0, 0, 0, 0, 1]);
    const ROUTER: Mac = Mac([2, 0, 0, 0, 0, 2]);

    #[test]
    fn a_question_and_its_answer() {
        let question = Arp::request(ASKER, [10, 0, 1, 10].into(), [10, 0, 1, 1].into());
        let frame = question.build();
        assert_eq!(Arp::parse(&frame), Ok(question));
        assert_eq!(question.to_string(), "arp who has 10.0.1.1 tell 10.0.1.10");
        assert_eq!(parse(&frame).unwrap().to_string(), "10.0.1.10 -> 10.0.1.1 arp");

        let frame = question.answered_by(ROUTER).build();
        assert_eq!(Arp::parse(&frame).unwrap().to_string(), "arp 10.0.1.1 is at 02:00:00:00:00:02");
        assert_eq!(parse(&frame).unwrap().destination_mac, ASKER);
    }

    #[test]
    fn arp_about_anything_else_is_refused() {
        let frame = Arp::request(ASKER, [10, 0, 1, 10].into(), [10, 0, 1, 1].into()).build();
        for (at, value) in [(15, 6), (16, 0x86), (18, 8), (19, 16), (21, 0), (21, 3)] {
            let mut frame = frame.clone();
            frame[at] = value;
            assert_eq!(parse(&frame), Err(Malformed::BadArp));
        }
        assert_eq!(parse(&frame[..41]), Err(Malformed::TooShort));
    }
}
