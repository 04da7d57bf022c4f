//! Segments: files of blocks of one log group, written at their end. Which blocks are where is in the index, and what is behind
//! the last of them is nothing.

use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::block::{self, Block};
use super::stored::{self, StoredBlock, Unreadable};
use super::{Layouts, Problem};

/// How long a segment gets.
pub(super) const SEGMENT_BYTES_MAX: u64 = 32 << 20;
/// How many blocks it gets.
pub(super) const SEGMENT_BLOCKS_MAX: usize = 8192;
/// Bytes of a block's line in the index.
const ENTRY_BYTES: usize = 64;

/// Where a block is, and what can be known of it without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) stream: u64,
    /// The least and the greatest time.
    pub(super) least: i64,
    pub(super) greatest: i64,
    /// The least and the greatest number.
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) offset: u64,
    pub(super) bytes: u32,
    /// Of the block's head; of all of it, if it is one of before.
    pub(super) checksum: u32,
    pub(super) events: u32,
    pub(super) text_bytes: u32,
}

/// A segment as it is at a moment.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub(super) number: u64,
    pub(super) file: Arc<File>,
    /// Where the next block would be.
    pub(super) end: u64,
    pub(super) entries: Vec<Entry>,
}

pub(super) fn folder_of(folder: &Path, group: u64) -> PathBuf {
    folder.join(format!("{group:016x}"))
}

pub(super) fn path(folder: &Path, group: u64, number: u64) -> PathBuf {
    folder_of(folder, group).join(format!("{number:020}.segment"))
}

/// Makes the names in a folder last.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

impl Entry {
    /// Of a block that is written at a place.
    pub(super) fn of(block: &Block, offset: u64, bytes: usize, checksum: u32) -> Entry {
        let count = |it: usize| u32::try_from(it).expect("a block is far shorter");
        Entry {
            stream: block.stream,
            least: block.timestamps.first().copied().unwrap_or_default(),
            greatest: block.timestamps.last().copied().unwrap_or_default(),
            first: block.numbers.iter().min().copied().unwrap_or_default(),
            last: block.numbers.iter().max().copied().unwrap_or_default(),
            offset,
            bytes: count(bytes),
            checksum,
            events: count(block.len()),
            text_bytes: count(block.text.len()),
        }
    }

    fn encode(&self, out: &mut Vec<u8>) {
        let Entry { stream, least, greatest, first, last, offset, bytes, checksum, events, text_bytes } =
            self;
        for wide in [stream.to_le_bytes(), least.to_le_bytes(), greatest.to_le_bytes(), first.to_le_bytes()] {
            out.extend_from_slice(&wide);
        }
        out.extend_from_slice(&last.to_le_bytes());
        out.extend_from_slice(&offset.to_le_bytes());
        for narrow in [bytes, checksum, events, text_bytes] {
            out.extend_from_slice(&narrow.to_le_bytes());
        }
    }

    fn decode(row: &[u8; ENTRY_BYTES]) -> Entry {
        let wide = |place: usize| {
            let bytes = row[place * 8..place * 8 + 8].try_into().expect("eight bytes");
            u64::from_le_bytes(bytes)
        };
        let narrow = |place: usize| {
            let at = 48 + place * 4;
            u32::from_le_bytes(row[at..at + 4].try_into().expect("four bytes"))
        };
        Entry {
            stream: wide(0),
            least: wide(1).cast_signed(),
            greatest: wide(2).cast_signed(),
            first: wide(3),
            last: wide(4),
            offset: wide(5),
            bytes: narrow(0),
            checksum: narrow(1),
            events: narrow(2),
            text_bytes: narrow(3),
        }
    }
}

impl Segment {
    /// A new file without a block.
    pub(super) fn create(folder: &Path, group: u64, number: u64) -> io::Result<Segment> {
        let of_group = folder_of(folder, group);
        if !of_group.is_dir() {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&of_group)?;
            sync_folder(folder)?;
        }
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(true).mode(0o600);
        let file = file.open(path(folder, group, number))?;
        sync_folder(&of_group)?;
        Ok(Segment { number, file: Arc::new(file), end: 0, entries: Vec::new() })
    }

    /// One that is there, with what the index says of it.
    pub(super) fn open(folder: &Path, group: u64, number: u64, index: &[u8]) -> Result<Segment, Problem> {
        let path = path(folder, group, number);
        let file = OpenOptions::new().read(true).write(true).open(&path)?;
        let (rows, rest) = index.as_chunks::<ENTRY_BYTES>();
        let entries: Vec<Entry> = rows.iter().map(Entry::decode).collect();
        let end = entries.last().map_or(0, |it| it.offset + u64::from(it.bytes));
        if !rest.is_empty() || file.metadata()?.len() < end {
            return Err(Problem::Storage(format!("{} is not as long as its index says", path.display())));
        }
        Ok(Segment { number, file: Arc::new(file), end, entries })
    }

    /// What the index keeps.
    pub(super) fn index(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.entries.len() * ENTRY_BYTES);
        self.entries.iter().for_each(|entry| entry.encode(&mut bytes));
        bytes
    }

    pub(super) fn has_room(&self) -> bool {
        self.end < SEGMENT_BYTES_MAX && self.entries.len() < SEGMENT_BLOCKS_MAX
    }

    /// The same with blocks behind its own, synced.
    pub(super) fn with(&self, blocks: &[Block], layouts: &Layouts) -> io::Result<Segment> {
        let mut bytes = Vec::new();
        let mut after = self.clone();
        for block in blocks {
            let start = bytes.len();
            let checksum = stored::write(block, layouts, &mut bytes);
            after.entries.push(Entry::of(block, self.end + start as u64, bytes.len() - start, checksum));
        }
        self.file.write_all_at(&bytes, self.end)?;
        self.file.sync_data()?;
        after.end += bytes.len() as u64;
        Ok(after)
    }

    /// Reads a block.
    pub(super) fn read(&self, entry: &Entry, buffer: &mut Vec<u8>) -> Result<Block, Problem> {
        buffer.resize(size(entry.bytes), 0);
        self.file.read_exact_at(buffer, entry.offset)?;
        if buffer.first() != Some(&block::VERSION) {
            let part = |place: Range<usize>| Ok(Cow::Borrowed(&buffer[place]));
            let stored = StoredBlock::open(buffer, entry, &part);
            return stored.and_then(StoredBlock::into_block).map_err(|problem| self.problem(entry, problem));
        }
        let is_sound = store::checksum(0, buffer) == entry.checksum;
        let block = Block::decode(buffer).filter(|it| is_sound && it.stream == entry.stream);
        block.ok_or_else(|| self.problem(entry, Unreadable::Damaged))
    }

    /// Has a block looked at, of which no more is read than is asked for. `None` if it has to be read whole.
    pub(super) fn look<T>(
        &self,
        entry: &Entry,
        look: impl FnOnce(&StoredBlock<'_>) -> T,
    ) -> Result<Option<T>, Problem> {
        let mut first = vec![0; stored::HEAD_BYTES_MAX.min(size(entry.bytes))];
        self.file.read_exact_at(&mut first, entry.offset)?;
        if first.first() == Some(&block::VERSION) {
            return Ok(None);
        }
        let part = |place: Range<usize>| {
            let mut bytes = vec![0; place.len()];
            self.file.read_exact_at(&mut bytes, entry.offset + place.start as u64).map(|()| bytes.into())
        };
        let looked = StoredBlock::open(&first, entry, &part).and_then(|block| {
            let seen = look(&block);
            block.finish().map(|()| seen)
        });
        looked.map(Some).map_err(|problem| self.problem(entry, problem))
    }

    fn problem(&self, entry: &Entry, problem: Unreadable) -> Problem {
        match problem {
            Unreadable::Failed(error) => error.into(),
            Unreadable::Damaged => Problem::Storage(format!(
                "a block of log events is damaged, at {} of segment {}",
                entry.offset, self.number
            )),
        }
    }
}

fn size(bytes: u32) -> usize {
    usize::try_from(bytes).expect("a block fits in memory")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::testing::Folder;

    #[test]
    fn blocks_of_before_are_read() {
        let folder = Folder::new();
        let segment = Segment::create(folder.path(), 7, 1).unwrap();
        let (mut block, mut bytes) = (Block::of(3, 0), Vec::new());
        block.push(5, 6, 1, "one");
        block.encode(&mut bytes);
        segment.file.write_all_at(&bytes, 0).unwrap();
        let entry = Entry::of(&block, 0, bytes.len(), store::checksum(0, &bytes));
        assert_eq!(segment.look(&entry, |_| ()).unwrap(), None);
        assert_eq!(segment.read(&entry, &mut Vec::new()).unwrap(), block);
    }
}
