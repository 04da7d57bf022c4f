//! One process per data directory: a lock file, locked with flock and holding the owner's pid.
//!
//! The kernel lets go of the lock when its process ends, however it ends; a file left behind
//! locks nothing.

use crate::StoreError;
use crate::disk::{private, store_error};
use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// The lock's name in the directory.
pub const FILE: &str = "lock";

/// How long a process may take from its end until the kernel has closed all its files, and how often that is looked at.
const ENDING_MAX: Duration = Duration::from_secs(5);
const ENDING_STEP: Duration = Duration::from_millis(5);

/// Held as long as the store is open.
#[derive(Debug)]
pub(crate) struct ProcessLock {
    _file: File,
}

impl ProcessLock {
    /// Takes the lock. A process that has ended may still be giving up what it held, and is waited for.
    pub(crate) fn take(dir: &Path) -> Result<Self, StoreError> {
        let began = Instant::now();
        loop {
            match Self::try_take(dir) {
                Err(StoreError::InUse { pid: Some(pid), .. })
                    if has_ended(pid) && began.elapsed() < ENDING_MAX =>
                {
                    std::thread::sleep(ENDING_STEP);
                }
                taken => return taken,
            }
        }
    }

    fn try_take(dir: &Path) -> Result<Self, StoreError> {
        let failed = |error: std::io::Error| store_error(error.kind(), error.to_string());
        let mut options = private();
        let options = options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(dir.join(FILE)).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::InUse { path: dir.to_owned(), pid: read_pid(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        write_pid(&mut file);
        Ok(Self { _file: file })
    }
}

/// Whether a process is gone, or nothing is left of it but its exit code. Of one with several threads the first may be
/// that while the others still end.
fn has_ended(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name in parentheses may hold anything; the state follows the last one.
    stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with(['Z', 'X']))
}

/// The pid only makes the message of [`StoreError::InUse`] better: the store opens without it,
/// so that a full disk does not keep anyone from reading.
fn write_pid(file: &mut File) {
    let _ = file.set_len(0);
    let _ = file.rewind();
    let _ = writeln!(file, "{}", std::process::id());
}

fn read_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
