//! Segments: files of bounded size that hold the entries of one stream, in order.
//!
//! ```text
//!   name    = stream . first sequence . first time . number of the file . "segment"       numbers in hexadecimal
//!   segment = frame(header) frame(block or start)*
//!   header  = 'H' version u8, first sequence of the stream u64
//!   block   = 'B' first sequence u64, (time i64, length u32, bytes)*
//!   start   = 'S' first sequence of the stream u64           what comes before it was dropped
//! ```
//!
//! The next segment of a stream begins where this one ends. Of two that begin in the same place the one with the higher
//! number counts: the other is what a writing that failed has left.

use super::bytes::{Put, Take};
use super::entry::Entry;
use super::frame::{self, FileNumber};
use super::stream_name::StreamName;
use std::sync::Arc;

const VERSION: u8 = 1;
const HEADER: u8 = b'H';
const BLOCK: u8 = b'B';
const START: u8 = b'S';
const SUFFIX: &str = "segment";
/// About how many bytes of entries share a checksum.
const BLOCK_BYTES: usize = 64 << 10;

/// A segment, as far as it is kept in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// The number of its first entry.
    pub(super) first: u64,
    /// No entry in it is earlier.
    pub(super) time_ms: i64,
    /// Of the file.
    pub(super) number: FileNumber,
    /// How much of it counts.
    pub(super) bytes: u64,
}

impl Segment {
    /// An empty one that begins with this entry.
    pub(super) fn new(first: u64, time_ms: i64, number: FileNumber) -> Self {
        Self { first, time_ms, number, bytes: 0 }
    }

    pub(super) fn file_name(&self, stream: &StreamName) -> String {
        let time = u64::from_le_bytes(self.time_ms.to_le_bytes());
        format!("{}.{:x}.{time:x}.{:x}.{SUFFIX}", stream.in_files(), self.first, self.number.0)
    }

    /// The stream and segment that a file's name says; its bytes are not known yet.
    pub(super) fn from_file_name(name: &str) -> Option<(StreamName, Self)> {
        let mut parts = name.split('.');
        let stream = StreamName::from_files(parts.next()?)?;
        let mut number = || u64::from_str_radix(parts.next()?, 16).ok();
        let (first, time, file) = (number()?, number()?, number()?);
        (parts.next() == Some(SUFFIX) && parts.next().is_none())
            .then(|| (stream, Self::new(first, i64::from_le_bytes(time.to_le_bytes()), FileNumber(file))))
    }
}

/// Bytes to be written at the end of a segment.
#[derive(Debug)]
pub(super) struct Writing {
    pub(super) segment: Segment,
    /// Whether the file is there before.
    pub(super) exists: bool,
    pub(super) bytes: Vec<u8>,
}

impl Writing {
    /// Goes on with a segment.
    pub(super) fn after(segment: Segment) -> Self {
        Self { segment, exists: true, bytes: Vec::new() }
    }

    /// Begins a segment of a stream that begins with `start`.
    pub(super) fn new(segment: Segment, start: u64) -> Self {
        let mut writing = Self { segment, exists: false, bytes: Vec::new() };
        writing.frame(|out| {
            out.extend_from_slice(&[HEADER, VERSION]);
            out.put_u64(start);
        });
        writing
    }

    /// What the segment is once this is written.
    pub(super) fn written(&self) -> Segment {
        Segment { bytes: self.length(), ..self.segment }
    }

    pub(super) fn length(&self) -> u64 {
        self.segment.bytes + self.bytes.len() as u64
    }

    /// Says where the stream begins now.
    pub(super) fn start(&mut self, start: u64) {
        self.frame(|out| {
            out.push(START);
            out.put_u64(start);
        });
    }

    /// Takes entries of a block from the beginning of `entries`.
    pub(super) fn block<'a>(&mut self, entries: &mut std::iter::Peekable<impl Iterator<Item = &'a Entry>>) {
        let Some(first) = entries.peek().map(|entry| entry.sequence) else { return };
        self.frame(|out| {
            let begun = out.len();
            out.push(BLOCK);
            out.put_u64(first);
            while let Some(entry) = entries.next_if(|_| out.len() - begun < BLOCK_BYTES) {
                out.put_i64(entry.time_ms);
                out.put_field(&entry.bytes);
            }
        });
    }

    fn frame(&mut self, payload: impl FnOnce(&mut Vec<u8>)) {
        frame::put(&mut self.bytes, self.segment.number, self.segment.bytes, payload);
    }
}

/// What a segment holds, up to the first frame that is not whole.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) entries: Vec<Entry>,
    /// Where the stream begins, as far as this segment knows.
    pub(super) start: u64,
    /// How many bytes are whole.
    pub(super) bytes: usize,
}

/// Reads a segment; `None` if not even its header is whole, or it is of another version.
pub(super) fn read(bytes: &[u8], segment: &Segment) -> Option<Contents> {
    let mut contents = Contents::default();
    while let Some((payload, next)) = frame::take(bytes, segment.number, contents.bytes) {
        take(&mut contents, payload)?;
        contents.bytes = next;
    }
    (contents.bytes > 0).then_some(contents)
}

fn take(contents: &mut Contents, mut payload: &[u8]) -> Option<()> {
    match payload.take_u8()? {
        HEADER if payload.take_u8()? == VERSION => contents.start = payload.take_u64()?,
        BLOCK => take_block(&mut contents.entries, payload)?,
        START => contents.start = contents.start.max(payload.take_u64()?),
        _ => return None,
    }
    Some(())
}

fn take_block(entries: &mut Vec<Entry>, mut payload: &[u8]) -> Option<()> {
    let mut sequence = payload.take_u64()?;
    while !payload.is_empty() {
        let time_ms = payload.take_i64()?;
        entries.push(Entry { sequence, time_ms, bytes: Arc::from(payload.take_field()?) });
        sequence += 1;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(sequence: u64, bytes: &[u8]) -> Entry {
        Entry { sequence, time_ms: -5, bytes: bytes.into() }
    }

    #[test]
    fn a_segment_is_read_as_it_was_written_and_a_torn_one_up_to_the_tear() {
        let segment = Segment::new(3, -5, FileNumber(9));
        let entries = [entry(3, b"a"), entry(4, &[1; BLOCK_BYTES]), entry(5, b"")];
        let mut writing = Writing::new(segment, 2);
        let mut rest = entries.iter().peekable();
        writing.block(&mut rest);
        writing.start(4);
        let first_block = writing.bytes.len();
        writing.block(&mut rest);
        let contents = read(&writing.bytes, &segment).unwrap();
        assert_eq!((contents.entries.as_slice(), contents.start), (entries.as_slice(), 4));
        let torn = read(&writing.bytes[..writing.bytes.len() - 1], &segment).unwrap();
        assert_eq!((torn.entries.as_slice(), torn.bytes), (&entries[..2], first_block));
        assert!(read(&writing.bytes[..5], &segment).is_none());
    }

    #[test]
    fn a_segment_is_known_by_the_name_of_its_file() {
        let stream = StreamName::new("console/i-1").unwrap();
        let segment = Segment::new(300, -5, FileNumber(77));
        assert_eq!(Segment::from_file_name(&segment.file_name(&stream)), Some((stream, segment)));
        for other in ["lock", "a.1.2.segment", "a.1.2.3.segment.new", "a.x.2.3.segment", "7.journal"] {
            assert_eq!(Segment::from_file_name(other), None, "{other}");
        }
    }
}
