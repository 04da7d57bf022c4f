//! DNS records as Route 53 keeps them: sets of values of one name and type, each value a text with a form.
//!
//! Follows "Supported DNS record types" (Route 53 Developer Guide). A value is kept as it was written and read again
//! for each answer, so that the API shows what was sent. Left out: NAPTR, DS, TLSA, SSHFP, SVCB and HTTPS records;
//! aliases; routing policies other than simple.

use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::domain_name::{DomainName, octal};

/// The longest of the strings that a TXT value is made of.
const STRING_LEN_MAX: usize = 255;

macro_rules! record_types {
    ($($(#[$doc:meta])* $name:ident $text:literal;)*) => {
        /// The type of a record.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum RecordType { $($(#[$doc])* $name,)* }

        impl std::fmt::Display for RecordType {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $(RecordType::$name => $text,)* })
            }
        }

        impl std::str::FromStr for RecordType {
            type Err = UnknownRecordType;
            fn from_str(text: &str) -> Result<Self, UnknownRecordType> {
                match text {
                    $($text => Ok(RecordType::$name),)*
                    _ => Err(UnknownRecordType(text.to_owned())),
                }
            }
        }
    };
}

// By name, which is the order that they are listed in.
record_types! {
    /// An IPv4 address.
    A "A";
    /// An IPv6 address.
    Aaaa "AAAA";
    /// Who may issue certificates.
    Caa "CAA";
    /// Another name for this one.
    Cname "CNAME";
    /// Where mail goes.
    Mx "MX";
    /// A name server.
    Ns "NS";
    /// A name, for a reverse lookup.
    Ptr "PTR";
    /// The start of a zone's authority.
    Soa "SOA";
    /// Who sends mail; superseded by TXT.
    Spf "SPF";
    /// Where a service is.
    Srv "SRV";
    /// Text.
    Txt "TXT";
}

/// A text that is no type of record, or of one that is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRecordType(pub String);

/// All records of one name and type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordSet {
    /// The name.
    pub name: DomainName,
    /// The type.
    pub record_type: RecordType,
    /// How long an answer may be kept.
    pub ttl_s: u32,
    /// The values, as they were written.
    pub values: Vec<String>,
}

impl RecordSet {
    /// What the values say. All can be read: they were checked when they were written.
    pub fn data(&self) -> impl Iterator<Item = RecordData> + '_ {
        self.values.iter().filter_map(|value| RecordData::read(self.record_type, value))
    }
}

/// What one value says. Names are in lower case and without the final dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordData {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// Who may issue certificates.
    Caa {
        /// 128 if issuers must understand the tag.
        flags: u8,
        /// `issue`, `issuewild`, `iodef`.
        tag: String,
        /// Whom the tag is about.
        value: Vec<u8>,
    },
    /// Another name.
    Cname(String),
    /// Where mail goes.
    Mx {
        /// The lower, the better.
        preference: u16,
        /// The mail server.
        exchange: String,
    },
    /// A name server.
    Ns(String),
    /// The name that belongs to an address.
    Ptr(String),
    /// The start of a zone's authority.
    Soa {
        /// The zone's first server.
        server: String,
        /// Its keeper's mailbox, written as a name.
        mailbox: String,
        /// Serial, refresh, retry, expire, and how long absence holds.
        numbers: [u32; 5],
    },
    /// Who sends mail.
    Spf(Vec<Vec<u8>>),
    /// Where a service is.
    Srv {
        /// The lower, the better.
        priority: u16,
        /// The share among equals.
        weight: u16,
        /// The port.
        port: u16,
        /// The host.
        target: String,
    },
    /// Strings of up to 255 bytes.
    Txt(Vec<Vec<u8>>),
}

impl From<IpAddr> for RecordData {
    fn from(address: IpAddr) -> RecordData {
        match address {
            IpAddr::V4(v4) => RecordData::A(v4),
            IpAddr::V6(v6) => RecordData::Aaaa(v6),
        }
    }
}

impl RecordData {
    /// Reads a value of this type; `None` if it has not the type's form.
    pub fn read(record_type: RecordType, value: &str) -> Option<RecordData> {
        let mut words = value.split_ascii_whitespace();
        let read = match record_type {
            RecordType::A => RecordData::A(words.next()?.parse().ok()?),
            RecordType::Aaaa => RecordData::Aaaa(words.next()?.parse().ok()?),
            RecordType::Cname => RecordData::Cname(name(words.next())?),
            RecordType::Mx => {
                RecordData::Mx { preference: number(words.next())?, exchange: name(words.next())? }
            }
            RecordType::Ns => RecordData::Ns(name(words.next())?),
            RecordType::Ptr => RecordData::Ptr(name(words.next())?),
            RecordType::Soa => RecordData::Soa {
                server: name(words.next())?,
                mailbox: name(words.next())?,
                numbers: [(); 5]
                    .map(|()| number(words.next()))
                    .into_iter()
                    .collect::<Option<Vec<_>>>()?
                    .try_into()
                    .ok()?,
            },
            RecordType::Srv => RecordData::Srv {
                priority: number(words.next())?,
                weight: number(words.next())?,
                port: number(words.next())?,
                target: name(words.next())?,
            },
            RecordType::Caa => return caa(value),
            RecordType::Spf => return strings(value).map(RecordData::Spf),
            RecordType::Txt => return strings(value).map(RecordData::Txt),
        };
        words.next().is_none().then_some(read)
    }
}

fn name(word: Option<&str>) -> Option<String> {
    word?.parse().ok().map(|name: DomainName| name.as_str().to_owned())
}

fn number<N: std::str::FromStr>(word: Option<&str>) -> Option<N> {
    word.filter(|word| word.bytes().all(|digit| digit.is_ascii_digit()))?.parse().ok()
}

/// `0 issue "ca.example.com"`
fn caa(value: &str) -> Option<RecordData> {
    let (flags, rest) = value.trim().split_once(' ')?;
    let (tag, rest) = rest.trim_start().split_once(' ')?;
    let [value] = <[Vec<u8>; 1]>::try_from(strings(rest)?).ok()?;
    let is_tag = (1..=15).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_tag.then_some(RecordData::Caa { flags: number(Some(flags))?, tag: tag.to_owned(), value })
}

/// `"one string" "and another"`, with `\"`, `\\` and octal escapes inside of the quotation marks.
fn strings(value: &str) -> Option<Vec<Vec<u8>>> {
    let (mut strings, mut rest) = (Vec::new(), value.trim());
    while !rest.is_empty() {
        let (string, behind) = quoted(rest.strip_prefix('"')?)?;
        strings.push(string);
        let next = behind.trim_start();
        if next.len() == behind.len() && !next.is_empty() {
            return None;
        }
        rest = next;
    }
    (!strings.is_empty()).then_some(strings)
}

/// One string up to its closing quotation mark, and what is behind.
fn quoted(text: &str) -> Option<(Vec<u8>, &str)> {
    let (mut string, mut rest) = (Vec::new(), text);
    loop {
        let first = rest.chars().next()?;
        let len = match first {
            '"' => return (string.len() <= STRING_LEN_MAX).then_some((string, &rest[1..])),
            '\\' => {
                let octal = rest.get(1..4).and_then(octal);
                string.push(octal.or_else(|| rest.as_bytes().get(1).copied().filter(u8::is_ascii))?);
                if octal.is_some() { 4 } else { 2 }
            }
            ' '..='~' => {
                string.extend(first.to_string().bytes());
                1
            }
            _ => return None,
        };
        rest = rest.get(len..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RecordType::*;
    use proptest::prelude::*;

    #[test]
    fn values_are_read_by_the_form_of_their_type() {
        let host = || "mail.corp.internal".to_owned();
        let text = |text: &str| text.as_bytes().to_vec();
        for (kind, value, expected) in [
            (A, "10.0.0.5", RecordData::A(Ipv4Addr::new(10, 0, 0, 5))),
            (Aaaa, "2001:DB8::1", RecordData::Aaaa("2001:db8::1".parse().unwrap())),
            (
                Caa,
                "0 issue \"ca.test\"",
                RecordData::Caa { flags: 0, tag: "issue".into(), value: text("ca.test") },
            ),
            (Cname, "Mail.corp.internal.", RecordData::Cname(host())),
            (Mx, "10 mail.corp.internal", RecordData::Mx { preference: 10, exchange: host() }),
            (Ptr, "mail.corp.internal.", RecordData::Ptr(host())),
            (
                Srv,
                "1 2 389 mail.corp.internal",
                RecordData::Srv { priority: 1, weight: 2, port: 389, target: host() },
            ),
            (Txt, "\"v=1 a\" \"q\\\"\\\\\\101\"", RecordData::Txt(vec![text("v=1 a"), text("q\"\\A")])),
            (Txt, "\"\"", RecordData::Txt(vec![Vec::new()])),
        ] {
            assert_eq!(RecordData::read(kind, value), Some(expected), "{value}");
        }
    }

    #[test]
    fn values_of_another_form_are_refused() {
        let long = format!("\"{}\"", "a".repeat(256));
        for (kind, value) in [
            (A, "10.0.0"),
            (A, "10.0.0.1 10.0.0.2"),
            (Aaaa, "10.0.0.1"),
            (Caa, "0 issue ca.test"),
            (Caa, "256 issue \"ca.test\""),
            (Cname, "a..b"),
            (Cname, ""),
            (Mx, "mail.corp.internal"),
            (Mx, "70000 mail.corp.internal"),
            (Mx, "+10 mail.corp.internal"),
            (Soa, "a b 1 2 3 4"),
            (Srv, "1 2 3"),
            (Txt, "unquoted"),
            (Txt, "\"open"),
            (Txt, "\"a\"\"b\""),
            (Txt, "\"a\\"),
            (Txt, "\"\\é\""),
            (Txt, &long),
        ] {
            assert_eq!(RecordData::read(kind, value), None, "{kind} {value}");
        }
    }

    proptest! {
        #[test]
        fn no_value_makes_its_reader_panic(value in "([0-9]{1,5}|[a-z.:]{1,9}|\"|\\\\|é| ){0,30}", any in any::<String>()) {
            for kind in [A, Aaaa, Caa, Cname, Mx, Ns, Ptr, Soa, Spf, Srv, Txt] {
                let _ = (RecordData::read(kind, &value), RecordData::read(kind, &any));
            }
        }
    }
}
