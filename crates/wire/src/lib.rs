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
#![deny(clippy::disallowed_methods, clippy::wildcard_enum_match_arm)]
#![deny(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_lossless
)]

pub mod arp;
pub mod checksum;
pub mod compose;
pub mod ethernet;
mod field;
pub mod flow;
pub mod fragment;
mod headers;
pub mod icmp;
pub mod icmp_types;
pub mod icmpv6;
pub mod icmpv6_types;
pub mod ipv4;
pub mod ipv6;
mod malformed;
pub mod offload;
mod packet;
pub mod plain;
pub mod plain_ipv6;
pub mod protocol;
pub mod quoted;
pub mod rewrite;
pub mod segment;
pub mod tcp;
mod tcp_flags;
pub mod translate;
mod transport;
pub mod udp;

pub use arp::{Arp, ArpOperation};
pub use compose::IpPacket;
pub use ethernet::{EtherType, EthernetHeader, Link, Mac};
pub use flow::Flow;
pub use fragment::{CannotFragment, fragment};
pub use headers::{Fragment, Headers, IcmpKind, Layer3};
pub use icmp::IcmpEcho;
pub use malformed::Malformed;
pub use offload::{BadOffload, ChecksumState, Gso, VnetHeader, finish_checksum};
pub use packet::parse;
pub use quoted::{QuotedPacket, quoted};
pub use rewrite::{Expired, Rewrite, WrongFamily};
pub use segment::segment;
pub use tcp::TcpSegment;
pub use tcp_flags::TcpFlags;
pub use translate::{Onward, translate, translate_error};
pub use udp::UdpDatagram;
