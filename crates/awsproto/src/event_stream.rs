//! Answers that go on: events in frames, one after the other, for as long as they come.
//!
//! Follows "Amazon Event Stream Specification" and "Event streams" (Smithy): a prelude of two lengths and their checksum,
//! headers, a payload, and a checksum of it all. Protocols that name the operation in a header begin with an event of their
//! own, `initial-response`. Answers only: no requests go on.

use std::future::Future;
use std::pin::Pin;

/// The `Content-Type` of such an answer.
pub const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";

/// Where events come from.
pub trait EventSource: Send {
    /// The next frame; none when it has ended.
    fn next(&mut self) -> Coming<'_>;
}

/// A frame that comes.
pub type Coming<'a> = Pin<Box<dyn Future<Output = Option<Vec<u8>>> + Send + 'a>>;

/// The type of a header that is text.
const TEXT: u8 = 7;
/// Two lengths, and their checksum.
const PRELUDE_BYTES: usize = 12;
const CHECKSUM_BYTES: usize = 4;

/// What comes before all events.
pub fn initial_response() -> Vec<u8> {
    event("initial-response", "{}")
}

/// An event of a name, with members in JSON.
pub fn event(name: &str, members: &str) -> Vec<u8> {
    let headers = [(":event-type", name), (":content-type", "application/json"), (":message-type", "event")];
    frame(&headers, members.as_bytes())
}

/// An exception, after which nothing comes.
pub fn exception(name: &str, members: &str) -> Vec<u8> {
    let headers =
        [(":exception-type", name), (":content-type", "application/json"), (":message-type", "exception")];
    frame(&headers, members.as_bytes())
}

fn frame(headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
    let mut heads = Vec::new();
    for (name, value) in headers {
        heads.push(u8::try_from(name.len()).expect("our headers have short names"));
        heads.extend_from_slice(name.as_bytes());
        heads.push(TEXT);
        heads.extend_from_slice(&u16::try_from(value.len()).expect("and short values").to_be_bytes());
        heads.extend_from_slice(value.as_bytes());
    }
    let total = PRELUDE_BYTES + heads.len() + payload.len() + CHECKSUM_BYTES;
    let length = |bytes: usize| u32::try_from(bytes).expect("events are bounded").to_be_bytes();
    let mut frame = Vec::with_capacity(total);
    frame.extend_from_slice(&length(total));
    frame.extend_from_slice(&length(heads.len()));
    frame.extend_from_slice(&crc32fast::hash(&frame).to_be_bytes());
    frame.extend_from_slice(&heads);
    frame.extend_from_slice(payload);
    frame.extend_from_slice(&crc32fast::hash(&frame).to_be_bytes());
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_says_how_long_it_and_its_headers_are_and_has_two_checksums() {
        let frame = event("x", "{}");
        let number = |at: usize| u32::from_be_bytes(frame[at..at + 4].try_into().unwrap());
        let end = frame.len() - 4;
        assert_eq!(usize::try_from(number(0)).unwrap(), frame.len());
        assert_eq!((number(8), number(end)), (crc32fast::hash(&frame[..8]), crc32fast::hash(&frame[..end])));
        let heads = usize::try_from(number(4)).unwrap();
        assert_eq!(&frame[12 + heads..end], b"{}");
        assert_eq!(&frame[12..28], b"\x0b:event-type\x07\x00\x01x");
    }
}
