//! DNS messages: a query out of bytes, an answer into bytes.
//!
//! Follows RFC 1035, section 4, and RFC 6891 (EDNS). A query has one question; records that come with it are stepped over.
//! Only the kinds of records that the resolver has are written. The tests read and write with hickory-proto as well.

use std::net::{Ipv4Addr, Ipv6Addr};

const HEADER_LEN: usize = 12;
const NAME_LEN_MAX: usize = 255;
const LABEL_LEN_MAX: u8 = 63;
/// The two upper bits of a pointer to an earlier name, where a label has its length.
const POINTER: u8 = 0xc0;
/// What a pointer can reach.
const POINTER_REACH: usize = 0x4000;
/// How many pointers a name can need: one for each of its labels.
const POINTERS_MAX: usize = NAME_LEN_MAX / 2;
const DNSSEC_OK: u8 = 0x80;

/// Kinds of records, as far as they have a meaning here.
pub(super) mod kind {
    pub(in super::super) const A: u16 = 1;
    pub(in super::super) const NS: u16 = 2;
    pub(in super::super) const CNAME: u16 = 5;
    pub(in super::super) const SOA: u16 = 6;
    pub(in super::super) const PTR: u16 = 12;
    pub(in super::super) const MX: u16 = 15;
    pub(in super::super) const TXT: u16 = 16;
    pub(in super::super) const AAAA: u16 = 28;
    pub(in super::super) const SRV: u16 = 33;
    pub(in super::super) const OPT: u16 = 41;
    pub(in super::super) const SPF: u16 = 99;
    pub(in super::super) const IXFR: u16 = 251;
    pub(in super::super) const AXFR: u16 = 252;
    pub(in super::super) const ANY: u16 = 255;
    pub(in super::super) const CAA: u16 = 257;
}

/// Classes of records.
pub(super) mod class {
    pub(in super::super) const INTERNET: u16 = 1;
    pub(in super::super) const ANY: u16 = 255;
}

/// The operation that asks.
pub(super) const STANDARD_QUERY: u8 = 0;

/// Response codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NoSuchName = 3,
    NotImplemented = 4,
    Refused = 5,
    /// Of EDNS; it does not fit the header alone.
    BadVersion = 16,
}

/// A name as messages carry it: labels behind their lengths, and the root's empty one. Its letters are kept as they were
/// written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name(Vec<u8>);

impl Name {
    /// A name from text without the final dot; the empty text is the root.
    pub(super) fn new(text: &str) -> Option<Self> {
        let mut name = Vec::with_capacity(text.len() + 2);
        for label in text.split('.').filter(|_| !text.is_empty()) {
            let len = u8::try_from(label.len()).ok().filter(|len| (1..=LABEL_LEN_MAX).contains(len))?;
            name.push(len);
            name.extend(label.bytes());
        }
        name.push(0);
        (name.len() <= NAME_LEN_MAX).then_some(Name(name))
    }

    /// The name in lower case and without the final dot. Bytes that no host name has are written as their numbers, so
    /// that a dot inside of a label is none.
    pub(super) fn plain(&self) -> String {
        let mut text = String::with_capacity(self.0.len());
        for label in self.labels() {
            if !text.is_empty() {
                text.push('.');
            }
            for byte in label {
                match byte {
                    b'.' | b'\\' | 0..=b' ' | 0x7f.. => text.push_str(&format!("\\{byte:03}")),
                    _ => text.push(char::from(byte.to_ascii_lowercase())),
                }
            }
        }
        text
    }

    fn labels(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(move || {
            let (&len, behind) = rest.split_first().filter(|(len, _)| **len > 0)?;
            let (label, behind) = behind.split_at_checked(usize::from(len))?;
            rest = behind;
            Some(label)
        })
    }
}

/// What every message begins with, as far as it is of interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) id: u16,
    pub(super) operation: u8,
    pub(super) recursion_desired: bool,
    pub(super) checking_disabled: bool,
}

impl Header {
    /// The header of a query; `None` for what is none, an answer among it.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let header: &[u8; HEADER_LEN] = bytes.first_chunk()?;
        let is_query = header[2] & 0x80 == 0;
        is_query.then_some(Header {
            id: u16::from_be_bytes([header[0], header[1]]),
            operation: (header[2] >> 3) & 15,
            recursion_desired: header[2] & 1 != 0,
            checking_disabled: header[3] & 0x10 != 0,
        })
    }
}

/// A query with its one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Query {
    pub(super) header: Header,
    pub(super) question: Question,
    pub(super) edns: Option<Edns>,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) name: Name,
    pub(super) kind: u16,
    pub(super) class: u16,
}

/// What a client says about itself in an OPT record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edns {
    pub(super) payload_max: u16,
    pub(super) version: u8,
    dnssec_ok: bool,
}

impl Query {
    /// A query whose header is known; `None` when what follows the header is malformed.
    pub(super) fn parse(header: Header, bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader { bytes, at: 4 };
        let [questions, answers, authorities, additionals] =
            [reader.u16()?, reader.u16()?, reader.u16()?, reader.u16()?];
        if questions != 1 {
            return None;
        }
        let question = Question { name: reader.name()?, kind: reader.u16()?, class: reader.u16()? };
        for _ in 0..u32::from(answers) + u32::from(authorities) {
            // "The OPT RR MAY be placed anywhere within the additional data section" (RFC 6891, 6.1.1), and nowhere else.
            if reader.record()?.is_some() {
                return None;
            }
        }
        let mut edns = None;
        for _ in 0..additionals {
            let found = reader.record()?;
            if found.is_some() && edns.is_some() {
                return None;
            }
            edns = edns.or(found);
        }
        Some(Query { header, question, edns })
    }
}

/// A position in a message.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let taken = self.bytes.get(self.at..)?.first_chunk::<N>().copied()?;
        self.at += N;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_be_bytes)
    }

    /// A name, put together from the places that it points to. Each of them lies before the one that points there, so
    /// that there is an end; and they are not more than a name has labels, so that it comes soon.
    fn name(&mut self) -> Option<Name> {
        let mut name = Vec::new();
        let mut end = None;
        let (mut at, mut limit, mut pointers) = (self.at, self.at, 0);
        loop {
            let len = *self.bytes.get(at)?;
            if len & POINTER == POINTER {
                let low = *self.bytes.get(at + 1)?;
                end = end.or(Some(at + 2));
                at = usize::from(u16::from_be_bytes([len & !POINTER, low]));
                limit = Some(at).filter(|target| *target < limit)?;
                pointers = Some(pointers + 1).filter(|count| *count <= POINTERS_MAX)?;
                continue;
            }
            let label = self.bytes.get(at..at + 1 + usize::from(len)).filter(|_| len <= LABEL_LEN_MAX)?;
            name.extend(label);
            at += label.len();
            if name.len() > NAME_LEN_MAX {
                return None;
            }
            if len == 0 {
                self.at = end.unwrap_or(at);
                return Some(Name(name));
            }
        }
    }

    /// Steps over a record; what it says if it is an OPT record.
    fn record(&mut self) -> Option<Option<Edns>> {
        self.name()?;
        let (kind, payload_max) = (self.u16()?, self.u16()?);
        let [_, version, flags, _] = self.take()?;
        let len = usize::from(self.u16()?);
        self.at = self.at.checked_add(len).filter(|end| *end <= self.bytes.len())?;
        let edns = Edns { payload_max, version, dnssec_ok: flags & DNSSEC_OK != 0 };
        Some((kind == kind::OPT).then_some(edns))
    }
}

/// A record of an answer, of class IN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) owner: Name,
    /// How long it may be kept.
    pub(super) ttl_s: u32,
    pub(super) data: Data,
}

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Data {
    A(Ipv4Addr),
    Aaaa(Ipv6Addr),
    Caa {
        flags: u8,
        tag: String,
        value: Vec<u8>,
    },
    Cname(Name),
    Mx {
        preference: u16,
        exchange: Name,
    },
    Ns(Name),
    Ptr(Name),
    Soa {
        server: Name,
        mailbox: Name,
        /// Serial, refresh, retry, expire, and how long absence holds.
        numbers: [u32; 5],
    },
    Spf(Vec<Vec<u8>>),
    Srv {
        /// Priority, weight and port.
        numbers: [u16; 3],
        target: Name,
    },
    Txt(Vec<Vec<u8>>),
}

impl Data {
    pub(super) fn kind(&self) -> u16 {
        match self {
            Data::A(_) => kind::A,
            Data::Aaaa(_) => kind::AAAA,
            Data::Caa { .. } => kind::CAA,
            Data::Cname(_) => kind::CNAME,
            Data::Mx { .. } => kind::MX,
            Data::Ns(_) => kind::NS,
            Data::Ptr(_) => kind::PTR,
            Data::Soa { .. } => kind::SOA,
            Data::Spf(_) => kind::SPF,
            Data::Srv { .. } => kind::SRV,
            Data::Txt(_) => kind::TXT,
        }
    }
}

/// An answer to a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Response {
    pub(super) code: Code,
    pub(super) answers: Vec<Record>,
    /// The start of authority behind an answer without records.
    pub(super) authority: Option<Record>,
}

impl Response {
    /// The answer's bytes. One that would be longer than `len_max` is truncated: it has no records, and says so.
    pub(super) fn to_bytes(&self, query: &Query, payload_max: u16, len_max: usize) -> Vec<u8> {
        let whole = self.written(query, payload_max, Extent::Whole);
        if whole.len() <= len_max { whole } else { self.written(query, payload_max, Extent::Truncated) }
    }

    fn written(&self, query: &Query, payload_max: u16, extent: Extent) -> Vec<u8> {
        let (answers, authority) = match extent {
            Extent::Whole => (self.answers.as_slice(), self.authority.as_slice()),
            Extent::Truncated => ([].as_slice(), [].as_slice()),
        };
        let mut writer = Writer::new(query.header, self.code, extent);
        writer.counts([1, answers.len(), authority.len(), usize::from(query.edns.is_some())]);
        // The question as it was asked, letter case included.
        writer.name(&query.question.name);
        writer.u16(query.question.kind);
        writer.u16(query.question.class);
        for record in answers.iter().chain(authority) {
            writer.record(record);
        }
        if let Some(edns) = query.edns {
            writer.edns(edns, self.code, payload_max);
        }
        writer.bytes
    }
}

/// An answer that is a header and nothing else.
pub(super) fn refusal(header: Header, code: Code) -> Vec<u8> {
    let mut writer = Writer::new(header, code, Extent::Whole);
    writer.counts([0; 4]);
    writer.bytes
}

/// How much of an answer is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    Whole,
    Truncated,
}

/// A message being written, with the places of names that later ones can point to.
struct Writer {
    bytes: Vec<u8>,
    names: Vec<(Vec<u8>, usize)>,
}

impl Writer {
    fn new(header: Header, code: Code, extent: Extent) -> Self {
        let mut bytes = header.id.to_be_bytes().to_vec();
        let truncated = u8::from(extent == Extent::Truncated);
        bytes.push(0x80 | header.operation << 3 | truncated << 1 | u8::from(header.recursion_desired));
        // Recursion is available.
        bytes.push(0x80 | u8::from(header.checking_disabled) << 4 | (code as u8 & 15));
        Writer { bytes, names: Vec::new() }
    }

    fn u16(&mut self, value: u16) {
        self.bytes.extend(value.to_be_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.bytes.extend(value.to_be_bytes());
    }

    fn counts(&mut self, counts: [usize; 4]) {
        for count in counts {
            self.u16(u16::try_from(count).unwrap_or(u16::MAX));
        }
    }

    /// A name: labels up to the longest rest that was written before, and a pointer to that.
    fn name(&mut self, name: &Name) {
        let mut rest = name.0.as_slice();
        while rest.len() > 1 {
            if let Some((_, at)) = self.names.iter().find(|(known, _)| known == rest) {
                let target = u16::try_from(*at).expect("places are remembered within a pointer's reach");
                return self.u16(u16::from(POINTER) << 8 | target);
            }
            if self.bytes.len() < POINTER_REACH {
                self.names.push((rest.to_vec(), self.bytes.len()));
            }
            let (label, behind) = rest.split_at(1 + usize::from(rest[0]));
            self.bytes.extend(label);
            rest = behind;
        }
        self.bytes.push(0);
    }

    fn record(&mut self, record: &Record) {
        self.name(&record.owner);
        self.u16(record.data.kind());
        self.u16(class::INTERNET);
        self.u32(record.ttl_s);
        let len_at = self.bytes.len();
        self.u16(0);
        self.data(&record.data);
        let len = u16::try_from(self.bytes.len() - len_at - 2)
            .expect("names, numbers and texts of 4,000 bytes are short");
        self.bytes[len_at..len_at + 2].copy_from_slice(&len.to_be_bytes());
    }

    fn data(&mut self, data: &Data) {
        match data {
            Data::A(address) => self.bytes.extend(address.octets()),
            Data::Aaaa(address) => self.bytes.extend(address.octets()),
            Data::Caa { flags, tag, value } => {
                self.bytes.push(*flags);
                self.string(tag.as_bytes());
                self.bytes.extend(value);
            }
            Data::Cname(name) | Data::Ns(name) | Data::Ptr(name) => self.name(name),
            Data::Mx { preference, exchange } => {
                self.u16(*preference);
                self.name(exchange);
            }
            Data::Soa { server, mailbox, numbers } => {
                self.name(server);
                self.name(mailbox);
                numbers.iter().for_each(|number| self.u32(*number));
            }
            Data::Spf(strings) | Data::Txt(strings) => strings.iter().for_each(|string| self.string(string)),
            Data::Srv { numbers, target } => {
                numbers.iter().for_each(|number| self.u16(*number));
                // "name compression is not to be used for this field" (RFC 2782).
                self.bytes.extend(&target.0);
            }
        }
    }

    /// A length of one byte and the string, as far as that reaches.
    fn string(&mut self, string: &[u8]) {
        let len = string.len().min(usize::from(u8::MAX));
        self.bytes.push(u8::try_from(len).unwrap_or(u8::MAX));
        self.bytes.extend(&string[..len]);
    }

    /// RFC 6891, 6.1.3: the upper bits of the code, version 0, and DNSSEC OK as it was asked (RFC 3225).
    fn edns(&mut self, asked: Edns, code: Code, payload_max: u16) {
        self.bytes.push(0);
        self.u16(kind::OPT);
        self.u16(payload_max);
        self.bytes.extend([code as u8 >> 4, 0, if asked.dnssec_ok { DNSSEC_OK } else { 0 }, 0]);
        self.u16(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A query whose question's name is these bytes.
    fn read(name: &[u8]) -> Option<String> {
        let mut bytes = vec![0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        bytes.extend(name);
        bytes.extend([0, 1, 0, 1]);
        Query::parse(Header::parse(&bytes)?, &bytes).map(|query| query.question.name.plain())
    }

    #[test]
    fn names_are_read_in_lower_case_and_odd_bytes_as_numbers() {
        assert_eq!(read(b"\x03WwW\x07example\0").as_deref(), Some("www.example"));
        assert_eq!(read(b"\0").as_deref(), Some(""));
        assert_eq!(read(b"\x03a.b\x01\\\0").as_deref(), Some("a\\046b.\\092"));
    }

    #[test]
    fn pointers_lead_back_only() {
        assert_eq!(read(b"\xc0\x0c"), None, "to itself");
        assert_eq!(read(b"\x01a\xc0\x0c"), None, "into its own beginning");
        assert_eq!(read(b"\xc0\x20"), None, "forward");
        assert_eq!(read(b"\xc0\x08").as_deref(), Some(""), "into the header's zeros");
        assert_eq!(read(b"\x41a\0"), None, "neither length nor pointer");
    }

    #[test]
    fn a_long_chain_of_pointers_is_given_up() {
        // A question for the root, and an additional record whose name is the last of a chain of pointers.
        let message = |pointers: u16| {
            let mut bytes = vec![0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1];
            let start = bytes.len() as u16;
            // Owner: the root. Kind, class, lifetime, and the chain as its data; it is no longer than said.
            bytes.extend([0, 0, 16, 0, 1, 0, 0, 0, 0]);
            bytes.extend((pointers * 2).to_be_bytes());
            let chain = bytes.len() as u16;
            for index in 0..pointers {
                let target = if index == 0 { start } else { chain + (index - 1) * 2 };
                bytes.extend((0xc000 | target).to_be_bytes());
            }
            bytes[11] = 2;
            bytes.extend((0xc000 | (chain + (pointers - 1) * 2)).to_be_bytes());
            bytes.extend([0, 16, 0, 1, 0, 0, 0, 0, 0, 0]);
            bytes
        };
        let parsed = |pointers| {
            let bytes = message(pointers);
            Query::parse(Header::parse(&bytes).unwrap(), &bytes)
        };
        assert!(parsed(10).is_some());
        assert!(parsed(126).is_some());
        assert!(parsed(127).is_none());
        assert!(parsed(5000).is_none());
    }

    #[test]
    fn names_have_255_bytes_at_most() {
        let labels = |count: usize, last: usize| {
            let mut name = [b"\x3f".as_slice(), &[b'a'; 63]].concat().repeat(count);
            name.push(u8::try_from(last).unwrap());
            name.extend(vec![b'b'; last]);
            name.push(0);
            name
        };
        assert!(read(&labels(3, 61)).is_some());
        assert!(read(&labels(3, 62)).is_none());
        assert!(Name::new(&"a".repeat(64)).is_none());
        assert!(Name::new("a..b").is_none());
        assert_eq!(Name::new("").unwrap().0, [0]);
    }
}
