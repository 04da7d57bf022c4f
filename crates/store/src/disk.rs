//! Where redb's bytes go: a file, behind a latch that remembers the first failure.
//!
//! After a failed write or fsync nobody knows which pages the disk holds, so nothing more may be
//! written through that handle: the latch refuses everything until the store opens a new one.

use crate::StoreError;
use redb::StorageBackend;
use rustix::fs::OFlags;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Gives the same bytes again after a failure. Tests give disks that fail.
pub(crate) trait Medium: Send + Sync {
    fn open(&self) -> io::Result<Box<dyn StorageBackend>>;
}

/// The store's file.
pub(crate) struct FileMedium(pub(crate) PathBuf);

impl Medium for FileMedium {
    fn open(&self) -> io::Result<Box<dyn StorageBackend>> {
        let file = private().read(true).write(true).open(&self.0)?;
        Ok(Box::new(FileDisk(file)))
    }
}

/// How files are opened: no link is followed, and what is made is the owner's alone.
pub(crate) fn private() -> OpenOptions {
    let mut options = File::options();
    options.mode(0o600).custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
    options
}

#[derive(Debug)]
pub(crate) struct FileDisk(pub(crate) File);

impl StorageBackend for FileDisk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read_exact_at(out, offset)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let now = self.0.metadata()?.len();
        if len > now {
            reserve(&self.0, now, len - now)?;
        }
        self.0.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write_all_at(data, offset)
    }
}

/// Takes the blocks now, so that the fsync of a commit seldom has to write the file's own
/// metadata. It is not required: redb doubles its file, and the last space of a nearly full disk
/// is better used by a sparse file, whose writes then say that the disk is full.
fn reserve(file: &File, offset: u64, len: u64) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    use rustix::io::Errno;
    match rustix::io::retry_on_intr(|| fallocate(file, FallocateFlags::empty(), offset, len)) {
        Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::NOSPC | Errno::DQUOT) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Remembers the first failure, and refuses everything after it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Latch(Arc<Mutex<Option<Failure>>>);

#[derive(Clone, Debug)]
struct Failure {
    kind: ErrorKind,
    what: String,
}

impl Latch {
    /// Refuses everything from now on, whether or not something failed before.
    pub(crate) fn close(&self) {
        self.note(ErrorKind::Other, "the store let go of this file handle");
    }

    /// What the caller can do about the first failure, if there was one.
    pub(crate) fn failure(&self) -> Option<StoreError> {
        let failure = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        Some(store_error(failure.kind, failure.what))
    }

    fn note(&self, kind: ErrorKind, what: &str) {
        let mut failure = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failure.get_or_insert_with(|| Failure { kind, what: what.to_owned() });
    }

    fn check<T>(&self, attempt: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let failed = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(Failure { kind, what }) = failed {
            return Err(io::Error::new(kind, what));
        }
        attempt().inspect_err(|error| self.note(error.kind(), &error.to_string()))
    }
}

/// An I/O failure by what the caller can do about it.
pub(crate) fn store_error(kind: ErrorKind, what: String) -> StoreError {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::DiskFull,
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof => StoreError::Corrupt(what),
        // `ErrorKind` is std's and grows there: all others say only that the disk failed.
        _ => StoreError::Io(what),
    }
}

/// A disk behind a latch.
#[derive(Debug)]
pub(crate) struct LatchedDisk {
    pub(crate) disk: Box<dyn StorageBackend>,
    pub(crate) latch: Latch,
}

impl StorageBackend for LatchedDisk {
    fn len(&self) -> io::Result<u64> {
        self.latch.check(|| self.disk.len())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.latch.check(|| self.disk.read(offset, out))
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.latch.check(|| self.disk.set_len(len))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.latch.check(|| self.disk.sync_data())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.latch.check(|| self.disk.write(offset, data))
    }
}
