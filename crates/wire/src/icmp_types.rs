//! The messages of ICMP for IPv4 (RFC 792), and what people call them.

use crate::headers::IcmpKind;

/// Echo reply.
pub const ECHO_REPLY: u8 = 0;
/// Destination unreachable.
pub const DESTINATION_UNREACHABLE: u8 = 3;
/// Source quench, deprecated.
pub const SOURCE_QUENCH: u8 = 4;
/// Redirect.
pub const REDIRECT: u8 = 5;
/// Echo request.
pub const ECHO_REQUEST: u8 = 8;
/// Time exceeded.
pub const TIME_EXCEEDED: u8 = 11;
/// Parameter problem.
pub const PARAMETER_PROBLEM: u8 = 12;

/// The code of destination unreachable that says the packet must be smaller.
pub const CODE_FRAGMENTATION_NEEDED: u8 = 4;

/// Is a message of this type an error, which quotes a packet?
#[inline]
pub fn is_error(icmp_type: u8) -> bool {
    matches!(
        icmp_type,
        DESTINATION_UNREACHABLE | SOURCE_QUENCH | REDIRECT | TIME_EXCEEDED | PARAMETER_PROBLEM
    )
}

/// How people call this message.
pub fn name(kind: IcmpKind) -> Option<&'static str> {
    match (kind.icmp_type, kind.code) {
        (ECHO_REPLY, _) => Some("echo reply"),
        (ECHO_REQUEST, _) => Some("echo request"),
        (DESTINATION_UNREACHABLE, 0) => Some("network unreachable"),
        (DESTINATION_UNREACHABLE, 1) => Some("host unreachable"),
        (DESTINATION_UNREACHABLE, 2) => Some("protocol unreachable"),
        (DESTINATION_UNREACHABLE, 3) => Some("port unreachable"),
        (DESTINATION_UNREACHABLE, CODE_FRAGMENTATION_NEEDED) => Some("fragmentation needed"),
        (DESTINATION_UNREACHABLE, 13) => Some("administratively prohibited"),
        (REDIRECT, _) => Some("redirect"),
        (TIME_EXCEEDED, 0) => Some("time exceeded"),
        (TIME_EXCEEDED, 1) => Some("reassembly time exceeded"),
        _ => None,
    }
}
