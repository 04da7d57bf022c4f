//! What the journal says: what became of streams, and which events came.

use std::sync::Arc;

use super::block::Block;

/// One change of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// A stream is made.
    Stream { group: u64, stream: u64, created: i64, name: Arc<str> },
    /// A stream is deleted, with its events.
    Deleted { group: u64, stream: u64 },
    /// How messages of some streams are written.
    Layout { layout: u32, text: Arc<str> },
    /// Events come.
    Events { group: u64, block: Arc<Block> },
}

impl Operation {
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Operation::Stream { group, stream, created, name } => {
                out.push(1);
                out.extend_from_slice(&group.to_le_bytes());
                out.extend_from_slice(&stream.to_le_bytes());
                out.extend_from_slice(&created.to_le_bytes());
                out.extend_from_slice(name.as_bytes());
            }
            Operation::Deleted { group, stream } => {
                out.push(2);
                out.extend_from_slice(&group.to_le_bytes());
                out.extend_from_slice(&stream.to_le_bytes());
            }
            Operation::Layout { layout, text } => {
                out.push(3);
                out.extend_from_slice(&layout.to_le_bytes());
                out.extend_from_slice(text.as_bytes());
            }
            Operation::Events { group, block } => {
                out.push(4);
                out.extend_from_slice(&group.to_le_bytes());
                block.encode(out);
            }
        }
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Operation> {
        let (kind, rest) = bytes.split_first()?;
        if *kind == 3 {
            let (layout, text) = rest.split_first_chunk::<4>()?;
            let text = std::str::from_utf8(text).ok()?.into();
            return Some(Operation::Layout { layout: u32::from_le_bytes(*layout), text });
        }
        let (group, rest) = rest.split_first_chunk::<8>()?;
        let group = u64::from_le_bytes(*group);
        if *kind == 4 {
            return Some(Operation::Events { group, block: Arc::new(Block::decode(rest)?) });
        }
        let (stream, rest) = rest.split_first_chunk::<8>()?;
        let stream = u64::from_le_bytes(*stream);
        match kind {
            1 => {
                let (created, name) = rest.split_first_chunk::<8>()?;
                let name = std::str::from_utf8(name).ok()?.into();
                Some(Operation::Stream { group, stream, created: i64::from_le_bytes(*created), name })
            }
            2 if rest.is_empty() => Some(Operation::Deleted { group, stream }),
            _ => None,
        }
    }
}
