//! Bytes to headers and back: Ethernet, ARP, IPv4 and IPv6, TCP, UDP, ICMP; checksums and rewriting in place.
//!
//! Three things happen to a frame here. [`parse`] turns it into [`Headers`], a small copy of
//! everything a decision needs. [`Rewrite`] changes addresses, ports and TTL in place and keeps
//! every checksum right, also the half-computed ones of a virtual network card ([`offload`]).
//! And the builders ([`TcpSegment`], [`UdpDatagram`], [`icmp`], [`icmpv6`], [`Arp`]) compose answers.
//!
//! All input is hostile: any bytes give a value or a named [`Malformed`], never a panic. Nothing
//! here does I/O, reads a clock or draws randomness. Left out: VLAN tags, jumbograms, reassembly.
#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

pub mod arp;
pub mod checksum;
pub mod compose;
pub mod ethernet;
mod field;
pub mod flow;
pub mod fragment;
pub mod icmp;
pub mod icmpv6;
pub mod ipv4;
pub mod ipv6;
mod malformed;
pub mod offload;
pub mod packet;
pub mod plain;
pub mod plain_ipv6;
pub mod protocol;
pub mod quoted;
pub mod rewrite;
pub mod segment;
pub mod tcp;
pub mod translate;
pub mod udp;

pub use arp::{Arp, ArpOperation};
pub use compose::{IpPacket, Link};
pub use ethernet::{EtherType, EthernetHeader, Mac};
pub use flow::Flow;
pub use fragment::{CannotFragment, fragment};
pub use icmp::IcmpEcho;
pub use malformed::Malformed;
pub use offload::{BadOffload, ChecksumState, Gso, VnetHeader, finish_checksum};
pub use packet::{Fragment, Headers, IcmpKind, Layer3, parse};
pub use quoted::{QuotedPacket, quoted};
pub use rewrite::{Expired, Rewrite, WrongFamily};
pub use segment::segment;
pub use tcp::{TcpFlags, TcpSegment};
pub use translate::{Onward, translate, translate_error};
pub use udp::UdpDatagram;
