//! Addresses and blocks of both families, in any of their notations.

use ipnet::IpNet;
use std::net::IpAddr;

/// A block, or an address alone, which is a block of one. Bits behind the prefix do not count.
pub(super) fn block(text: &str) -> Option<IpNet> {
    let text = text.trim();
    match text.contains('/') {
        true => text.parse().ok(),
        false => text.parse::<IpAddr>().ok().map(IpNet::from),
    }
}

/// An address. An IPv4 address in an IPv6 one is the IPv4 address.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    text.trim().parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_the_same_in_any_notation() {
        for (of, in_block) in [
            ("203.0.113.9", "203.0.113.0/24"),
            ("203.0.113.9", "203.0.113.77/24"),
            ("203.0.113.9", "203.0.113.9"),
            ("2001:db8:0:0::1", "2001:DB8::/32"),
            ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
            ("::ffff:203.0.113.9", "203.0.113.0/24"),
            ("198.51.100.1", "0.0.0.0/0"),
        ] {
            assert!(block(in_block).unwrap().contains(&address(of).unwrap()), "{of} {in_block}");
        }
        assert!(!block("0.0.0.0/0").unwrap().contains(&address("2001:db8::1").unwrap()));
        for malformed in
            ["", "10.0.0.0/33", "10.0.0/8", "10.0.0.256", "::/129", "10.0.0.0/", "a/b", "10.0.0.*"]
        {
            assert_eq!(block(malformed), None, "{malformed}");
        }
    }
}
