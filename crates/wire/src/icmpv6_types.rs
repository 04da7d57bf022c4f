//! The messages of ICMPv6 (RFC 4443 and RFC 4861), and what people call them.

use crate::headers::IcmpKind;

/// Destination unreachable.
pub const DESTINATION_UNREACHABLE: u8 = 1;
/// Packet too big.
pub const PACKET_TOO_BIG: u8 = 2;
/// Time exceeded.
pub const TIME_EXCEEDED: u8 = 3;
/// Parameter problem.
pub const PARAMETER_PROBLEM: u8 = 4;
/// Echo request.
pub const ECHO_REQUEST: u8 = 128;
/// Echo reply.
pub const ECHO_REPLY: u8 = 129;
/// Router solicitation.
pub const ROUTER_SOLICITATION: u8 = 133;
/// Router advertisement.
pub const ROUTER_ADVERTISEMENT: u8 = 134;
/// Neighbor solicitation.
pub const NEIGHBOR_SOLICITATION: u8 = 135;
/// Neighbor advertisement.
pub const NEIGHBOR_ADVERTISEMENT: u8 = 136;
/// Redirect.
pub const REDIRECT: u8 = 137;

/// Is a message of this type an error, which quotes a packet?
#[inline]
pub fn is_error(icmp_type: u8) -> bool {
    matches!(icmp_type, DESTINATION_UNREACHABLE | PACKET_TOO_BIG | TIME_EXCEEDED | PARAMETER_PROBLEM)
}

/// How people call this message.
pub fn name(kind: IcmpKind) -> Option<&'static str> {
    match (kind.icmp_type, kind.code) {
        (DESTINATION_UNREACHABLE, 0) => Some("no route"),
        (DESTINATION_UNREACHABLE, 1) => Some("administratively prohibited"),
        (DESTINATION_UNREACHABLE, 3) => Some("address unreachable"),
        (DESTINATION_UNREACHABLE, 4) => Some("port unreachable"),
        (PACKET_TOO_BIG, _) => Some("packet too big"),
        (TIME_EXCEEDED, 0) => Some("time exceeded"),
        (TIME_EXCEEDED, 1) => Some("reassembly time exceeded"),
        (ECHO_REQUEST, _) => Some("echo request"),
        (ECHO_REPLY, _) => Some("echo reply"),
        (ROUTER_SOLICITATION, _) => Some("router solicitation"),
        (ROUTER_ADVERTISEMENT, _) => Some("router advertisement"),
        (NEIGHBOR_SOLICITATION, _) => Some("neighbor solicitation"),
        (NEIGHBOR_ADVERTISEMENT, _) => Some("neighbor advertisement"),
        (REDIRECT, _) => Some("redirect"),
        _ => None,
    }
}
