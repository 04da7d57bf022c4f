//! The journal: everything that is not in segments yet, of all streams in one file, so that they share an fsync.

use super::folder::{Folder, read_up_to};
use super::frame::{self, FileNumber};
use super::operation::Operation;
use redb::StorageBackend;
use std::io;

const SUFFIX: &str = ".journal";

/// A journal that is written.
pub(super) struct Journal {
    file: Box<dyn StorageBackend>,
    number: FileNumber,
    /// How much is on the disk for certain.
    synced: u64,
    /// What was accepted after that, to be written again should the disk fail.
    unsynced: Vec<u8>,
    /// False after a failure, and before the first sync: then nobody knows what the file holds after `synced`.
    sound: bool,
}

impl Journal {
    /// A new one. It is sound, and lasts, once it is mended.
    pub(super) fn create(folder: &dyn Folder, number: FileNumber) -> io::Result<Self> {
        let file = folder.create(&file_name(number))?;
        Ok(Self { file, number, synced: 0, unsynced: Vec::new(), sound: false })
    }

    /// Goes on with one of which so many bytes are whole.
    pub(super) fn after(file: Box<dyn StorageBackend>, number: FileNumber, whole: u64) -> Self {
        Self { file, number, synced: whole, unsynced: Vec::new(), sound: false }
    }

    pub(super) fn number(&self) -> FileNumber {
        self.number
    }

    pub(super) fn length(&self) -> u64 {
        self.synced + self.unsynced.len() as u64
    }

    pub(super) fn unsynced(&self) -> usize {
        self.unsynced.len()
    }

    pub(super) fn is_sound(&self) -> bool {
        self.sound
    }

    /// Puts a frame with the operation at the end of `frames`, which are to be written next.
    pub(super) fn put(&self, operation: &Operation, frames: &mut Vec<u8>) {
        frame::put(frames, self.number, self.length(), |out| operation.put(self.synced, out));
    }

    /// Writes frames, which last once they are synced. If that fails, they are forgotten.
    pub(super) fn write(&mut self, frames: &[u8]) -> io::Result<()> {
        let written = self.file.write(self.length(), frames);
        self.sound &= written.is_ok();
        written?;
        self.unsynced.extend_from_slice(frames);
        Ok(())
    }

    /// Makes what was written last.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        let synced = self.file.sync_data();
        self.sound &= synced.is_ok();
        synced?;
        self.synced = self.length();
        self.unsynced.clear();
        Ok(())
    }

    /// Forgets the last bytes that were written: they were refused. To be mended after.
    pub(super) fn take_back(&mut self, bytes: usize) {
        self.unsynced.truncate(self.unsynced.len().saturating_sub(bytes));
    }

    /// After a failure: makes the file hold what was accepted and nothing else, and last. What the kernel did not write
    /// it may have forgotten, so everything since the last sync is written again.
    pub(super) fn mend(&mut self, folder: &dyn Folder) -> io::Result<()> {
        self.sound = false;
        if self.file.len()? != self.synced {
            self.file.set_len(self.synced)?;
        }
        if !self.unsynced.is_empty() {
            self.file.write(self.synced, &self.unsynced)?;
        }
        self.file.sync_data()?;
        folder.sync()?;
        self.synced = self.length();
        self.unsynced.clear();
        self.sound = true;
        Ok(())
    }
}

pub(super) fn file_name(number: FileNumber) -> String {
    format!("{:x}{SUFFIX}", number.0)
}

pub(super) fn from_file_name(name: &str) -> Option<FileNumber> {
    u64::from_str_radix(name.strip_suffix(SUFFIX)?, 16).ok().map(FileNumber)
}

/// What a journal holds.
pub(super) struct Replay {
    pub(super) operations: Vec<Operation>,
    /// How many bytes are whole: a crash may have torn what follows, which nobody was told had lasted.
    pub(super) whole: u64,
    /// Whether something is missing that was acknowledged.
    pub(super) damaged: bool,
}

/// Reads a journal up to the first frame that is not whole.
pub(super) fn replay(file: &dyn StorageBackend, number: FileNumber) -> io::Result<Replay> {
    let bytes = read_up_to(file, file.len()?)?;
    let mut replay = Replay { operations: Vec::new(), whole: 0, damaged: false };
    let mut at = 0;
    while let Some((operation, next)) = operation_at(&bytes, number, at) {
        replay.operations.push(operation.0);
        at = next;
    }
    replay.whole = at as u64;
    replay.damaged = is_damage(&bytes, number, at);
    Ok(replay)
}

fn operation_at(bytes: &[u8], number: FileNumber, at: usize) -> Option<((Operation, u64), usize)> {
    let (payload, next) = frame::take(bytes, number, at)?;
    Some((Operation::take(payload)?, next))
}

/// Whether a frame after the tear at `torn` says that what is torn was synced before.
fn is_damage(bytes: &[u8], number: FileNumber, torn: usize) -> bool {
    let after = torn + 1..bytes.len().saturating_sub(frame::HEADER_BYTES);
    // What it says is looked at first, because a checksum of everything at every place would take minutes.
    let says_so = |at: usize| {
        let synced = bytes.get(at + frame::HEADER_BYTES..).and_then(Operation::synced);
        synced.is_some_and(|synced| (torn as u64 + 1..=at as u64).contains(&synced))
    };
    after.filter(|at| says_so(*at)).any(|at| frame::take(bytes, number, at).is_some())
}
