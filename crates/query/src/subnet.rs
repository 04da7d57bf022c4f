//! Subnets in CIDR notation, for `isIpInSubnet` and the like.

use std::net::IpAddr;

/// A block of addresses of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subnet {
    base: IpAddr,
    prefix: u32,
}

impl Subnet {
    /// Reads `192.0.2.0/24`; bits behind the prefix do not matter.
    #[must_use]
    pub fn read(text: &str) -> Option<Subnet> {
        let (base, prefix) = text.split_once('/')?;
        let base: IpAddr = base.parse().ok()?;
        let plain = prefix.len() <= 3 && prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix: u32 = prefix.parse().ok().filter(|_| plain)?;
        let bits = if base.is_ipv4() { 32 } else { 128 };
        (prefix <= bits).then_some(Subnet { base, prefix })
    }

    /// Whether the address is in it.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                let differing = u64::from(u32::from(base) ^ u32::from(address));
                differing >> (32 - self.prefix) == 0
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let differing = u128::from(base) ^ u128::from(address);
                differing.checked_shr(128 - self.prefix).unwrap_or(0) == 0
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }

    /// Whether it is of IPv4.
    #[must_use]
    pub fn is_ipv4(&self) -> bool {
        self.base.is_ipv4()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(subnet: &str, address: &str) -> bool {
        Subnet::read(subnet).unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn addresses_lie_in_subnets_of_their_family() {
        assert!(contains("10.0.0.0/16", "10.0.255.1"));
        assert!(!contains("10.0.0.0/16", "10.1.0.1"));
        assert!(contains("0.0.0.0/0", "255.1.2.3"));
        assert!(contains("10.0.0.1/32", "10.0.0.1") && !contains("10.0.0.1/32", "10.0.0.2"));
        assert!(contains("2001:db8::/32", "2001:db8:1::1"));
        assert!(contains("::/0", "2001:db8:1::1"));
        assert!(!contains("::/0", "10.0.0.1"));
    }

    #[test]
    fn what_is_no_subnet_is_not_read() {
        for text in ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/+8", "::/129", "a/8", "/8", "10.0.0.0/"]
        {
            assert_eq!(Subnet::read(text), None, "{text}");
        }
    }
}
