//! Link-layer addresses, as the network assigns them.

use std::fmt;
use std::str::FromStr;

/// A MAC address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MacAddress(pub [u8; 6]);

impl MacAddress {
    /// The implicit router's address on every link. Locally administered; guests see it as their gateway.
    pub const ROUTER: MacAddress = MacAddress([0x02, 0xec, 0x02, 0x00, 0x00, 0x01]);

    /// A locally administered unicast address made from 40 random bits.
    pub fn from_random(random: u128) -> Self {
        let bytes = random.to_be_bytes();
        // 0a: locally administered, unicast, and never the router's 02.
        MacAddress([0x0a, bytes[11], bytes[12], bytes[13], bytes[14], bytes[15]])
    }
}

impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl fmt::Debug for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for MacAddress {
    type Err = crate::place::UnknownPlace;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed = || crate::place::UnknownPlace(text.to_owned());
        let bytes: Result<Vec<u8>, _> = text.split(':').map(|part| u8::from_str_radix(part, 16)).collect();
        let bytes = bytes.map_err(|_| malformed())?;
        bytes.try_into().map(MacAddress).map_err(|_| malformed())
    }
}

impl serde::Serialize for MacAddress {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for MacAddress {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
