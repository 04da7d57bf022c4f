//! IPv6 addresses that stand for IPv4 ones: the resolver makes them up (DNS64), NAT gateways translate them (NAT64).
//!
//! Follows RFC 6052 with the well-known prefix, 64:ff9b::/96 ("DNS64 and NAT64", VPC User Guide).

use std::net::{Ipv4Addr, Ipv6Addr};

const PREFIX: [u8; 12] = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];

/// The address that stands for `address`.
pub fn embed(address: Ipv4Addr) -> Ipv6Addr {
    let mut octets = [0; 16];
    octets[..12].copy_from_slice(&PREFIX);
    octets[12..].copy_from_slice(&address.octets());
    octets.into()
}

/// The address that `address` stands for, if it stands for one.
pub fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let octets = address.octets();
    let last: [u8; 4] = octets[12..].try_into().ok()?;
    octets.starts_with(&PREFIX).then(|| last.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stands_for_one_and_no_other() {
        let address = Ipv4Addr::new(192, 0, 2, 33);
        assert_eq!(embed(address), "64:ff9b::c000:221".parse::<Ipv6Addr>().unwrap());
        assert_eq!(embedded(embed(address)), Some(address));
        assert_eq!(embedded("64:ff9b:1::c000:221".parse().unwrap()), None);
    }
}
