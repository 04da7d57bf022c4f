//! The journal: what is not in segments yet. One file, written at its end and synced before anybody is answered.
//!
//! ```text
//!   frame = length u32, checksum u32, one operation
//! ```
//!
//! The checksum is of the journal's number and the frame's place, too, so that nothing of before is taken for a frame. What a
//! crash leaves half is behind everything that was acknowledged, and is cut off.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::operation::Operation;

/// What comes before each operation.
const HEADER_BYTES: usize = 8;

/// One file, open for writing.
pub(super) struct Journal {
    file: File,
    number: u64,
    /// Everything before this is synced, or about to be.
    length: u64,
    /// Whether nothing is behind it.
    is_sound: bool,
}

pub(super) fn path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:020}.journal"))
}

/// The number of a journal's file.
pub(super) fn number_of(name: &str) -> Option<u64> {
    name.strip_suffix(".journal")?.parse().ok()
}

impl Journal {
    /// A new one without anything in it.
    pub(super) fn create(folder: &Path, number: u64) -> io::Result<Journal> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(true).mode(0o600);
        let file = file.open(path(folder, number))?;
        file.sync_all()?;
        super::segment::sync_folder(folder)?;
        Ok(Journal { file, number, length: 0, is_sound: true })
    }

    /// One that is there, and what it says.
    pub(super) fn open(folder: &Path, number: u64) -> io::Result<(Journal, Vec<Operation>)> {
        let path = path(folder, number);
        let bytes = std::fs::read(&path)?;
        let file = OpenOptions::new().read(true).write(true).open(&path)?;
        let (operations, length) = read(&bytes, number);
        let mut journal = Journal { file, number, length, is_sound: length == bytes.len() as u64 };
        if !journal.is_sound {
            tracing::warn!(
                bytes = bytes.len() as u64 - length,
                "the journal of log events ends with what was not written whole: it was never acknowledged"
            );
        }
        journal.mend()?;
        Ok((journal, operations))
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Writes operations, and makes them last. When that fails, none of them is there.
    pub(super) fn append(&mut self, operations: &[Operation]) -> io::Result<()> {
        if !self.is_sound {
            self.mend()?;
        }
        let mut bytes = Vec::new();
        for operation in operations {
            put(&mut bytes, self.number, self.length, operation);
        }
        let written = self.file.write_all_at(&bytes, self.length).and_then(|()| self.file.sync_data());
        match written {
            Ok(()) => self.length += bytes.len() as u64,
            Err(error) => {
                self.is_sound = false;
                // What is behind the end would be found again by a restart, though its writers were told otherwise.
                if let Err(error) = self.mend() {
                    tracing::error!(%error, "the journal of log events could not be cut after a failure");
                }
                return Err(error);
            }
        }
        Ok(())
    }

    fn mend(&mut self) -> io::Result<()> {
        self.file.set_len(self.length)?;
        self.file.sync_data()?;
        self.is_sound = true;
        Ok(())
    }
}

fn put(out: &mut Vec<u8>, number: u64, base: u64, operation: &Operation) {
    let start = out.len();
    out.extend_from_slice(&[0; HEADER_BYTES]);
    operation.encode(out);
    let (header, payload) = out[start..].split_at_mut(HEADER_BYTES);
    let length = u32::try_from(payload.len()).expect("a call has far fewer bytes");
    header[..4].copy_from_slice(&length.to_le_bytes());
    header[4..].copy_from_slice(&sum(number, base + start as u64, payload).to_le_bytes());
}

/// The operations of whole frames, and where these end.
fn read(bytes: &[u8], number: u64) -> (Vec<Operation>, u64) {
    let mut operations = Vec::new();
    let mut at = 0;
    while let Some((operation, next)) = frame(bytes, number, at) {
        operations.push(operation);
        at = next;
    }
    (operations, at as u64)
}

fn frame(bytes: &[u8], number: u64, at: usize) -> Option<(Operation, usize)> {
    let (length, rest) = bytes.get(at..)?.split_first_chunk::<4>()?;
    let (checksum, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let payload = rest.get(..length)?;
    if sum(number, at as u64, payload) != u32::from_le_bytes(*checksum) {
        return None;
    }
    Some((Operation::decode(payload)?, at + HEADER_BYTES + length))
}

fn sum(number: u64, place: u64, payload: &[u8]) -> u32 {
    let place = [number.to_le_bytes(), place.to_le_bytes()].concat();
    store::checksum(store::checksum(0, &place), payload)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::testing::Folder;

    fn streams(numbers: std::ops::Range<u64>) -> Vec<Operation> {
        numbers.map(|stream| Operation::Stream { group: 7, stream, created: 1, name: "s".into() }).collect()
    }

    #[test]
    fn what_was_appended_is_read_and_what_is_half_is_cut_wherever_it_ends() {
        let folder = Folder::new();
        let mut journal = Journal::create(folder.path(), 3).unwrap();
        journal.append(&streams(1..3)).unwrap();
        let whole = journal.length();
        journal.append(&streams(3..4)).unwrap();
        drop(journal);
        let bytes = std::fs::read(path(folder.path(), 3)).unwrap();
        for end in whole..bytes.len() as u64 {
            let cut = usize::try_from(end).unwrap();
            std::fs::write(path(folder.path(), 3), &bytes[..cut]).unwrap();
            let (journal, found) = Journal::open(folder.path(), 3).unwrap();
            assert_eq!((found, journal.length()), (streams(1..3), whole), "{end}");
            assert_eq!(std::fs::metadata(path(folder.path(), 3)).unwrap().len(), whole);
        }
    }

    #[test]
    fn a_frame_of_another_journal_is_none() {
        let folder = Folder::new();
        Journal::create(folder.path(), 3).unwrap().append(&streams(1..3)).unwrap();
        std::fs::rename(path(folder.path(), 3), path(folder.path(), 4)).unwrap();
        assert_eq!(Journal::open(folder.path(), 4).unwrap().1, []);
    }
}
