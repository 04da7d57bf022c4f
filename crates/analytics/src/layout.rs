//! The fields of messages whose writer is known to write them in an order: records of VPC flow logs.

use std::sync::{Arc, LazyLock};

/// The names under which Logs Insights shows what stands between a message's spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    names: Vec<Arc<str>>,
}

/// "Version, account-id, interface-id, …": the fields of the default format, which is that of version 2.
const DEFAULT_FORMAT: [&str; 14] = [
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
];

static DEFAULT: LazyLock<Layout> = LazyLock::new(|| Layout::flow_log(&DEFAULT_FORMAT));

impl Layout {
    /// The layout of a flow log with these fields, as its format names them: `srcaddr`, `tcp-flags`.
    #[must_use]
    pub fn flow_log(format: &[&str]) -> Layout {
        Layout { names: format.iter().map(|field| discovered_name(field).into()).collect() }
    }

    /// That of version 2.
    #[must_use]
    pub fn of_default_format() -> &'static Layout {
        &DEFAULT
    }

    /// The names, in the order of the message.
    #[must_use]
    pub fn names(&self) -> &[Arc<str>] {
        &self.names
    }

    /// The place of a field.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| &**known == name)
    }

    /// The default format, if the message is a record of it, whoever has written it. Logs Insights discovers these fields in
    /// every group.
    #[must_use]
    pub fn recognized(message: &[u8]) -> Option<&'static Layout> {
        let mut fields = message.split(|byte| *byte == b' ');
        let begins = message.starts_with(b"2 ") && fields.nth(2)?.starts_with(b"eni-");
        let mut from_end = message.rsplit(|byte| *byte == b' ');
        let is_record = begins
            && matches!(from_end.next()?, b"OK" | b"NODATA" | b"SKIPDATA")
            && matches!(from_end.next()?, b"ACCEPT" | b"REJECT" | b"-")
            && memchr::memchr_iter(b' ', message).count() == DEFAULT_FORMAT.len() - 1;
        is_record.then(Layout::of_default_format)
    }
}

/// "accountId, endTime, interfaceId, logStatus, startTime, version, action, bytes, dstAddr, …" (supported logs and discovered
/// fields). For fields of later versions the documentation lists none: their names in the same manner.
fn discovered_name(field: &str) -> String {
    match field {
        "srcaddr" => "srcAddr".to_owned(),
        "dstaddr" => "dstAddr".to_owned(),
        "srcport" => "srcPort".to_owned(),
        "dstport" => "dstPort".to_owned(),
        "pkt-srcaddr" => "pktSrcAddr".to_owned(),
        "pkt-dstaddr" => "pktDstAddr".to_owned(),
        "start" => "startTime".to_owned(),
        "end" => "endTime".to_owned(),
        other => camel_case(other),
    }
}

fn camel_case(field: &str) -> String {
    let mut name = String::with_capacity(field.len());
    for (index, word) in field.split('-').enumerate() {
        let mut characters = word.chars();
        match characters.next() {
            Some(first) if index > 0 => name.push(first.to_ascii_uppercase()),
            Some(first) => name.push(first),
            None => {}
        }
        name.push_str(characters.as_str());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_the_names_that_insights_shows() {
        let names =
            Layout::flow_log(&["srcaddr", "start", "log-status", "tcp-flags", "pkt-src-aws-service"]).names;
        let names: Vec<&str> = names.iter().map(|name| &**name).collect();
        assert_eq!(names, ["srcAddr", "startTime", "logStatus", "tcpFlags", "pktSrcAwsService"]);
    }

    #[test]
    fn records_are_recognized_wherever_they_lie() {
        let record = b"2 123456789012 eni-0a 10.0.0.1 10.0.1.1 22 40000 6 5 300 1 60 ACCEPT OK";
        assert_eq!(Layout::recognized(record).unwrap().position("dstAddr"), Some(4));
        assert!(Layout::recognized(b"2 123456789012 eni-0a - - - - - - - 1 60 - NODATA").is_some());
        assert!(Layout::recognized(b"2 apples were eaten").is_none());
    }
}
