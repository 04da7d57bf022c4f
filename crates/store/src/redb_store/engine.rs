//! The open database file: opening, creating, and what to do when redb fails.
//!
//! Commits are redb's one-phase: one fsync each, and checksums tell an unfinished commit apart
//! when the file is next opened. Its "quick repair" is left off: with 10,000 records it made a
//! commit take 350 instead of 200 µs (a second fsync, and the allocator's state each time), to
//! open in 6 instead of 11 ms after a crash.

use super::guard::guard;
use super::overlay::Overlay;
use super::tables;
use super::tables::Upgrade;
use crate::disk::{FileMedium, Latch, LatchedDisk, Medium, private, store_error};
use crate::{Revision, StoreError};
use redb::{Database, ReadTransaction, ReadableDatabase, StorageBackend, WriteTransaction};
use std::fs::{self, File};
use std::io;
use std::path::Path;

const FILE: &str = "store.redb";
const UNFINISHED_FILE: &str = "store.redb.new";
/// All of a usual store; a larger one is read from the page cache.
const CACHE_BYTES: usize = 64 << 20;

/// One opening of the file.
pub(super) struct Engine {
    /// There until it is dropped.
    database: Option<Database>,
    latch: Latch,
    /// False when the disk refuses writes, and `database` is a copy in memory for reading.
    pub(super) writable: bool,
}

impl Engine {
    /// Opens for reading and writing.
    pub(super) fn open(medium: &dyn Medium) -> Result<Self, StoreError> {
        let failed = |error: io::Error| store_error(error.kind(), error.to_string());
        Self::on(medium.open().map_err(failed)?, true)
    }

    /// Opens for reading, leaving the disk as it is: redb writes when it opens, and more when it repairs after a crash,
    /// and here it writes to memory. For a disk that refuses every write, and for a file that may not be ours to write.
    pub(super) fn open_in_memory(medium: &dyn Medium) -> Result<Self, StoreError> {
        let failed = |error: io::Error| store_error(error.kind(), error.to_string());
        let overlay = medium.open().and_then(Overlay::over).map_err(failed)?;
        Self::on(Box::new(overlay), false)
    }

    fn on(disk: Box<dyn StorageBackend>, writable: bool) -> Result<Self, StoreError> {
        let latch = Latch::default();
        let disk = LatchedDisk { disk, latch: latch.clone() };
        let mut builder = redb::Builder::new();
        builder.set_cache_size(CACHE_BYTES);
        let database =
            guard(|| builder.create_with_backend(disk).map_err(|error| explain(&latch, error.into())))?;
        Ok(Self { database: Some(database), latch, writable })
    }

    pub(super) fn begin_write(&self) -> Result<WriteTransaction, redb::Error> {
        Ok(self.database().begin_write()?)
    }

    fn database(&self) -> &Database {
        self.database.as_ref().expect("only the drop takes it")
    }

    pub(super) fn begin_read(&self) -> Result<ReadTransaction, StoreError> {
        self.database().begin_read().map_err(|error| self.explain(error.into()))
    }

    /// One read, of what is on the disk now.
    pub(super) fn read<T>(
        &self,
        act: impl FnOnce(&ReadTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, StoreError> {
        guard(|| act(&self.begin_read()?).map_err(|error| self.explain(error)))
    }

    pub(super) fn revision(&self) -> Result<Revision, StoreError> {
        self.read(tables::revision)
    }

    /// What the caller can do about an error of redb on this file.
    pub(super) fn explain(&self, error: redb::Error) -> StoreError {
        explain(&self.latch, error)
    }

    /// Writes nothing more, not even what redb writes when it closes.
    pub(super) fn let_go(&self) {
        self.latch.close();
    }

    /// The format that the file was written in.
    pub(super) fn format(&self) -> Result<u32, StoreError> {
        let found = self.read(tables::format_version)?;
        found.ok_or_else(|| StoreError::Corrupt("its format version is missing".into()))
    }

    /// Rewrites every record in one transaction: a crash leaves all of the old format or all of the new one.
    pub(super) fn upgrade(&self, from: u32, to: u32, upgrade: Upgrade) -> Result<(), StoreError> {
        let write = self.begin_write().map_err(|error| self.explain(error))?;
        tables::upgrade(&write, from, to, upgrade).map_err(|error| self.explain(error))??;
        write.commit().map_err(|error| self.explain(error.into()))
    }
}

impl Drop for Engine {
    /// redb writes when it closes, and on a damaged file it may panic there. What was
    /// acknowledged is on the disk already.
    fn drop(&mut self) {
        let database = self.database.take();
        let closed = guard(|| {
            drop(database);
            Ok(())
        });
        if closed.is_err() {
            self.latch.close();
        }
    }
}

/// The first failure of the disk says more than what redb made of it.
fn explain(latch: &Latch, error: redb::Error) -> StoreError {
    if let Some(failure) = latch.failure() {
        return failure;
    }
    match error {
        redb::Error::Io(error) => store_error(error.kind(), error.to_string()),
        redb::Error::PreviousIo | redb::Error::DatabaseClosed => StoreError::SnapshotLost,
        // redb's errors grow, and all others say that the file is not what was written.
        other => StoreError::Corrupt(other.to_string()),
    }
}

/// The store's file in `dir`, made if it is not there. A file under its own name is complete.
pub(super) fn file_in(dir: &Path, format: u32) -> Result<FileMedium, StoreError> {
    let failed = |error: io::Error| store_error(error.kind(), error.to_string());
    let path = dir.join(FILE);
    if !path.try_exists().map_err(failed)? {
        create(dir, format)?;
    }
    if fs::metadata(&path).map_err(failed)?.len() == 0 {
        // redb would take it for a file to initialise.
        return Err(StoreError::Corrupt(format!("{FILE} is empty")));
    }
    Ok(FileMedium(path))
}

fn create(dir: &Path, format: u32) -> Result<(), StoreError> {
    let failed = |error: io::Error| store_error(error.kind(), error.to_string());
    let unfinished = dir.join(UNFINISHED_FILE);
    private().write(true).create(true).truncate(true).open(&unfinished).map_err(failed)?;
    initialise(&FileMedium(unfinished.clone()), format)?;
    fs::rename(&unfinished, dir.join(FILE)).map_err(failed)?;
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(failed)
}

/// Writes the empty tables and closes.
pub(super) fn initialise(medium: &dyn Medium, format: u32) -> Result<(), StoreError> {
    let engine = Engine::open(medium)?;
    let write = || -> Result<(), redb::Error> {
        let write = engine.begin_write()?;
        tables::initialise(&write, format)?;
        Ok(write.commit()?)
    };
    write().map_err(|error| engine.explain(error))
}
