//! What is done to streams, as the journal has it.
//!
//! ```text
//!   append = 'A' synced u64, stream, first sequence u64, (time i64, length u32, bytes)*
//!   drop   = 'D' synced u64, stream, first that stays u64, next sequence u64
//!   delete = 'X' synced u64, stream
//! ```
//!
//! `synced` is how much of the journal was on the disk for certain when this was written. Where a frame before that place
//! is not whole, the disk has lost what was acknowledged, which a crash does not do.

use super::bytes::{Put, Take};
use super::entry::Entry;
use super::stream_name::StreamName;
use std::sync::Arc;

const APPEND: u8 = b'A';
const DROP: u8 = b'D';
const DELETE: u8 = b'X';

/// One change of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// Entries at its end; the stream is made if it is not there.
    Append { stream: StreamName, entries: Vec<Entry> },
    /// What comes before `first` is gone; the next entry is `next`.
    Drop { stream: StreamName, first: u64, next: u64 },
    /// The stream is gone.
    Delete { stream: StreamName },
}

impl Operation {
    pub(super) fn put(&self, synced: u64, out: &mut Vec<u8>) {
        let mut head = |kind, stream: &StreamName| {
            out.push(kind);
            out.put_u64(synced);
            out.put_field(stream.as_str().as_bytes());
        };
        match self {
            Operation::Append { stream, entries } => {
                head(APPEND, stream);
                out.put_u64(entries.first().map_or(0, |entry| entry.sequence));
                for entry in entries {
                    out.put_i64(entry.time_ms);
                    out.put_field(&entry.bytes);
                }
            }
            Operation::Drop { stream, first, next } => {
                head(DROP, stream);
                out.put_u64(*first);
                out.put_u64(*next);
            }
            Operation::Delete { stream } => head(DELETE, stream),
        }
    }

    /// How much was synced when what begins here was written, if an operation begins here.
    pub(super) fn synced(mut payload: &[u8]) -> Option<u64> {
        let kind = payload.take_u8()?;
        matches!(kind, APPEND | DROP | DELETE).then(|| payload.take_u64())?
    }

    /// The operation, and how much was synced when it was written.
    pub(super) fn take(mut payload: &[u8]) -> Option<(Self, u64)> {
        let kind = payload.take_u8()?;
        let synced = payload.take_u64()?;
        let stream = StreamName::new(std::str::from_utf8(payload.take_field()?).ok()?).ok()?;
        let operation = match kind {
            APPEND => {
                let first = payload.take_u64()?;
                Operation::Append { stream, entries: take_entries(first, payload)? }
            }
            DROP => Operation::Drop { stream, first: payload.take_u64()?, next: payload.take_u64()? },
            DELETE => Operation::Delete { stream },
            _ => return None,
        };
        Some((operation, synced))
    }
}

fn take_entries(first: u64, mut payload: &[u8]) -> Option<Vec<Entry>> {
    let mut entries = Vec::new();
    while !payload.is_empty() {
        let sequence = first + entries.len() as u64;
        let time_ms = payload.take_i64()?;
        entries.push(Entry { sequence, time_ms, bytes: Arc::from(payload.take_field()?) });
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_read_as_it_was_written_and_a_part_of_one_is_none() {
        let stream = StreamName::new("a").unwrap();
        let entry = |sequence| Entry { sequence, time_ms: 7, bytes: [sequence as u8; 3].into() };
        let operations = [
            Operation::Append { stream: stream.clone(), entries: vec![entry(4), entry(5)] },
            Operation::Drop { stream: stream.clone(), first: 2, next: 9 },
            Operation::Delete { stream },
        ];
        for operation in operations {
            let mut bytes = Vec::new();
            operation.put(33, &mut bytes);
            assert_eq!(Operation::take(&bytes), Some((operation, 33)));
            assert_eq!(Operation::take(&bytes[..12]), None);
        }
    }
}
