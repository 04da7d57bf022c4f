//! Why bytes are not a packet of a VPC: the closed list.

use std::fmt;

/// Why a frame could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Malformed {
    /// Shorter than its Ethernet, ARP or IP header.
    TooShort,
    /// Carries a VLAN tag.
    Vlan,
    /// Carries neither IPv4, IPv6 nor ARP, but this ether type.
    NotIp(u16),
    /// An ARP packet that is not about IPv4 over Ethernet.
    BadArp,
    /// The ether type says one IP version, the packet another.
    BadVersion,
    /// An IPv4 header that says it is shorter than 20 bytes or longer than its packet.
    BadHeaderLength,
    /// An IP packet that says it is longer than its frame.
    BadTotalLength,
    /// IPv4 options that do not fit their header.
    BadOptions,
    /// An IPv6 extension header that is cut off, repeated, or out of place.
    BadExtensionHeader,
    /// More IPv6 extension headers than anyone needs.
    TooManyExtensionHeaders,
    /// A fragment that ends past 65,535 bytes, has an odd length, or hides a TCP header.
    BadFragment,
    /// The packet ends within its TCP, UDP or ICMP header.
    TruncatedTransport,
    /// A TCP or UDP header whose own length is impossible.
    BadTransportLength,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Malformed::TooShort => "the frame is shorter than its headers",
            Malformed::Vlan => "the frame carries a VLAN tag",
            Malformed::NotIp(ethertype) => {
                return write!(f, "ether type {ethertype:#06x} is neither IPv4, IPv6 nor ARP");
            }
            Malformed::BadArp => "the ARP packet is not about IPv4 over Ethernet",
            Malformed::BadVersion => "the IP version is not the one the ether type promises",
            Malformed::BadHeaderLength => "the IPv4 header length is impossible",
            Malformed::BadTotalLength => "the IP packet says it is longer than its frame",
            Malformed::BadOptions => "the IPv4 options do not fit their header",
            Malformed::BadExtensionHeader => "an IPv6 extension header is cut off, repeated or out of place",
            Malformed::TooManyExtensionHeaders => "there are too many IPv6 extension headers",
            Malformed::BadFragment => "the fragment's offset or length is impossible",
            Malformed::TruncatedTransport => "the packet ends within its transport header",
            Malformed::BadTransportLength => "the transport header's own length is impossible",
        };
        f.write_str(words)
    }
}

impl std::error::Error for Malformed {}
