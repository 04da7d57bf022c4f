//! Blocks: events of one log stream in the order of their time, as columns. In a block are those of one call, until blocks of a
//! stream are put together in a segment, where they have another form (`stored`); segments of before have this one.
//!
//! ```text
//!   version u8, stream u64, layout u32, count u32, text bytes u32,
//!   timestamps i64 x count, ingested i64 x count, numbers u64 x count, ends u32 x count, text
//! ```

use std::ops::Range;

use analytics::{Columns, Strings};

use super::columns::{are_places, column, count, take};

/// Which form blocks have in the journal.
pub(super) const VERSION: u8 = 1;
/// Events in a block that is put together.
pub(super) const EVENTS_MAX: usize = 8192;
/// Bytes of messages in one; a single event can be longer.
pub(super) const TEXT_BYTES_MAX: usize = 1 << 20;

/// Events of one stream, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Block {
    /// Whose.
    pub(crate) stream: u64,
    /// How the messages are written, if that is known; zero if not.
    pub(crate) layout: u32,
    /// When each happened, in milliseconds since 1970.
    pub(crate) timestamps: Vec<i64>,
    /// When each came.
    pub(crate) ingested: Vec<i64>,
    /// The number of each, which no other event of the store has.
    pub(crate) numbers: Vec<u64>,
    /// Where each message begins in the text, and where the last one ends.
    pub(crate) offsets: Vec<u32>,
    /// All messages.
    pub(crate) text: String,
}

impl Block {
    /// An empty one.
    pub(crate) fn of(stream: u64, layout: u32) -> Block {
        Block { stream, layout, offsets: vec![0], ..Block::default() }
    }

    /// How many events.
    pub(crate) fn len(&self) -> usize {
        self.timestamps.len()
    }

    /// Adds an event.
    pub(crate) fn push(&mut self, timestamp: i64, ingested: i64, number: u64, message: &str) {
        self.timestamps.push(timestamp);
        self.ingested.push(ingested);
        self.numbers.push(number);
        self.text.push_str(message);
        self.offsets.push(u32::try_from(self.text.len()).expect("a block is far shorter"));
    }

    /// What an event says.
    pub(crate) fn message(&self, event: usize) -> &str {
        let at = |place: usize| usize::try_from(self.offsets[place]).expect("a place in memory");
        &self.text[at(event)..at(event + 1)]
    }

    /// Of which events the times are within, both ends included.
    pub(crate) fn within(&self, from: i64, to: i64) -> Range<usize> {
        within(&self.timestamps, from, to)
    }

    /// Whether another event of so many bytes has room in a block that is put together.
    pub(super) fn has_room(&self, bytes: usize) -> bool {
        self.len() == 0 || (self.len() < EVENTS_MAX && self.text.len() + bytes <= TEXT_BYTES_MAX)
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        out.extend_from_slice(&self.stream.to_le_bytes());
        out.extend_from_slice(&self.layout.to_le_bytes());
        out.extend_from_slice(&count(self.len()));
        out.extend_from_slice(&count(self.text.len()));
        self.timestamps.iter().for_each(|it| out.extend_from_slice(&it.to_le_bytes()));
        self.ingested.iter().for_each(|it| out.extend_from_slice(&it.to_le_bytes()));
        self.numbers.iter().for_each(|it| out.extend_from_slice(&it.to_le_bytes()));
        self.offsets[1..].iter().for_each(|it| out.extend_from_slice(&it.to_le_bytes()));
        out.extend_from_slice(self.text.as_bytes());
    }

    /// The block in these bytes, if they are one and nothing else.
    pub(super) fn decode(mut bytes: &[u8]) -> Option<Block> {
        let rest = &mut bytes;
        let [VERSION] = take::<1>(rest)? else { return None };
        let stream = u64::from_le_bytes(take(rest)?);
        let layout = u32::from_le_bytes(take(rest)?);
        let count = usize::try_from(u32::from_le_bytes(take(rest)?)).ok()?;
        let length = usize::try_from(u32::from_le_bytes(take(rest)?)).ok()?;
        let timestamps = column(rest, count)?.iter().map(|it| i64::from_le_bytes(*it)).collect();
        let ingested = column(rest, count)?.iter().map(|it| i64::from_le_bytes(*it)).collect();
        let numbers = column(rest, count)?.iter().map(|it| u64::from_le_bytes(*it)).collect();
        let mut offsets = Vec::with_capacity(count + 1);
        offsets.push(0);
        offsets.extend(column(rest, count)?.iter().map(|it| u32::from_le_bytes(*it)));
        let text = std::str::from_utf8(rest).ok().filter(|it| it.len() == length)?.to_owned();
        let is_whole = offsets.is_sorted()
            && are_places(&offsets, &text)
            && offsets.last().is_some_and(|it| usize::try_from(*it) == Ok(length));
        is_whole.then_some(Block { stream, layout, timestamps, ingested, numbers, offsets, text })
    }
}

/// Which of some times, in their order, are within, both ends included.
pub(super) fn within(timestamps: &[i64], from: i64, to: i64) -> Range<usize> {
    let first = timestamps.partition_point(|it| *it < from);
    let end = timestamps.partition_point(|it| *it <= to);
    first..end.max(first)
}

/// Some events of a block, for who looks at them.
pub(super) struct Shown<'b> {
    pub(super) block: &'b Block,
    pub(super) events: Range<usize>,
}

impl Columns for Shown<'_> {
    fn ingested(&self) -> &[i64] {
        &self.block.ingested[self.events.clone()]
    }

    fn pointers(&self) -> &[u64] {
        &self.block.numbers[self.events.clone()]
    }

    fn offsets(&self) -> &[u32] {
        &self.block.offsets[self.events.start..=self.events.end]
    }

    fn texts(&self) -> Strings<'_> {
        Strings { offsets: self.offsets(), bytes: self.block.text.as_bytes() }
    }
}

/// Puts blocks together: for each stream and layout its events in the order of their time and number, in as few blocks as they
/// fit in.
pub(super) fn merge<'b>(blocks: impl Iterator<Item = &'b Block>) -> Vec<Block> {
    let mut by_stream = std::collections::BTreeMap::<(u64, u32), Vec<&Block>>::new();
    for block in blocks {
        by_stream.entry((block.stream, block.layout)).or_default().push(block);
    }
    by_stream
        .into_iter()
        .flat_map(|((stream, layout), blocks)| merge_stream(stream, layout, &blocks))
        .collect()
}

fn merge_stream(stream: u64, layout: u32, blocks: &[&Block]) -> Vec<Block> {
    let mut order: Vec<(i64, u64, usize, usize)> = Vec::new();
    for (place, block) in blocks.iter().enumerate() {
        order.extend(
            (0..block.len()).map(|event| (block.timestamps[event], block.numbers[event], place, event)),
        );
    }
    order.sort_unstable();
    let mut merged = Vec::new();
    let mut last = Block::of(stream, layout);
    for (timestamp, number, place, event) in order {
        let message = blocks[place].message(event);
        if !last.has_room(message.len()) {
            merged.push(std::mem::replace(&mut last, Block::of(stream, layout)));
        }
        last.push(timestamp, blocks[place].ingested[event], number, message);
    }
    if last.len() > 0 {
        merged.push(last);
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn blocks() -> impl Strategy<Value = Vec<Block>> {
        let event = (0..50_i64, "[a-zäß]{0,12}");
        let block = (1..4_u64, prop::collection::vec(event, 0..8));
        prop::collection::vec(block, 0..8).prop_map(|blocks| {
            let mut number = 0;
            let mut made = Vec::new();
            for (stream, mut events) in blocks {
                events.sort_by_key(|it| it.0);
                let mut block = Block::of(stream, 0);
                for (timestamp, message) in events {
                    number += 1;
                    block.push(timestamp, 100, number, &message);
                }
                made.push(block);
            }
            made
        })
    }

    proptest! {
        #[test]
        fn a_block_is_read_as_it_was_written(blocks in blocks()) {
            for block in blocks {
                let mut bytes = Vec::new();
                block.encode(&mut bytes);
                prop_assert_eq!(Block::decode(&bytes), Some(block));
                prop_assert_eq!(Block::decode(&bytes[..bytes.len() - 1]), None);
                bytes.push(b'x');
                prop_assert_eq!(Block::decode(&bytes), None);
            }
        }

        #[test]
        fn any_bytes_are_a_block_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut bytes = bytes;
            if let Some(first) = bytes.first_mut() {
                *first = VERSION;
            }
            drop(Block::decode(&bytes));
        }

        #[test]
        fn what_is_put_together_has_every_event_once_and_in_order(blocks in blocks()) {
            let merged = merge(blocks.iter());
            let events = |blocks: &[Block]| {
                let mut all: Vec<_> = blocks
                    .iter()
                    .flat_map(|it| (0..it.len()).map(|event| (it.numbers[event], it.stream, it.timestamps[event], it.message(event).to_owned())))
                    .collect();
                all.sort();
                all
            };
            prop_assert_eq!(events(&merged), events(&blocks));
            for block in &merged {
                prop_assert!(block.timestamps.is_sorted() && block.len() <= EVENTS_MAX);
            }
        }
    }

    #[test]
    fn long_events_have_blocks_of_their_own() {
        let mut block = Block::of(1, 0);
        for number in 0..3 {
            block.push(1, 1, number, &"x".repeat(TEXT_BYTES_MAX - 10));
        }
        assert_eq!(merge([&block].into_iter()).len(), 3);
    }

    #[test]
    fn times_within_are_found_with_both_ends() {
        let mut block = Block::of(1, 0);
        for timestamp in [1, 3, 3, 5] {
            block.push(timestamp, 9, 1, "");
        }
        assert_eq!((block.within(3, 5), block.within(2, 2), block.within(9, 1)), (1..4, 1..1, 4..4));
    }
}
