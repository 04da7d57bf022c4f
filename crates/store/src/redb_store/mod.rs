//! The store in one redb file on this machine, for one process.
//!
//! ```text
//!   dir/lock         flock: one process; holds its pid
//!   dir/store.revision  the newest revision, to notice when the file has lost it
//!   dir/store.redb   records: key -> (revision, value)
//!                    log:     revision -> changes, the newest within their limits
//!                    meta:    format_version, revision, log_bytes
//! ```
//!
//! redb refuses everything after one failed write. The store then lets go of that file handle
//! and opens the file anew, which repairs it to the last commit; when the disk refuses even
//! that, it reads from a copy in memory, and every transaction tries the disk again.

mod engine;
mod follow;
mod guard;
mod log_entry;
mod overlay;
mod process_lock;
mod progress;
mod revision_note;
mod tables;
mod view;

#[cfg(test)]
mod crash_tests;
#[cfg(test)]
mod fault_tests;

use crate::disk::{Medium, store_error};
use crate::queue::Queue;
use crate::{Change, Compare, Revision, Snapshot, Store, StoreError, Watch, limits};
use engine::Engine;
use follow::Follow;
use guard::guard;
pub use process_lock::FILE as LOCK_FILE;
pub(crate) use process_lock::ProcessLock;
use progress::Progress;
use redb::ReadTransaction;
use revision_note::RevisionNote;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
pub use tables::Upgrade;
use tables::{Applied, LogLimit, Outcomes};
use view::View;

/// How to open a store.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The format of the values, as the program that owns them numbers it. A directory of a newer
    /// format is refused with [`StoreError::OtherVersion`], and left as it is.
    pub format_version: u32,
    /// Rewrites records of older formats; without it, these are refused, too.
    pub upgrade: Option<Upgrade>,
    /// How many of the newest revisions a watch can replay. The newest is always kept.
    pub log_revisions_max: u64,
    /// How many bytes of changes are kept for watches, beside the newest revision.
    pub log_bytes_max: u64,
}

impl Options {
    /// The usual options, for values of this format.
    pub fn new(format_version: u32) -> Self {
        Self { format_version, upgrade: None, log_revisions_max: 1000, log_bytes_max: 16 << 20 }
    }
}

/// A store in one file. Dropping it closes the file; watches then answer
/// [`StoreError::Closed`].
pub struct Redb {
    shared: Arc<Shared>,
    fell_back: Option<FellBack>,
}

/// A damaged file in which only an older commit could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FellBack {
    /// The newest revision that was acknowledged.
    pub noted: Revision,
    /// The revision that the store is at now.
    pub found: Revision,
}

impl Redb {
    /// Opens the store in `dir`, making both if they are not there.
    pub fn open(dir: &Path, options: Options) -> Result<Self, StoreError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(|error| store_error(error.kind(), format!("{}: {error}", dir.display())))?;
        let lock = ProcessLock::take(dir)?;
        let medium = engine::file_in(dir, options.format_version)?;
        check_format(&medium, options)?;
        Self::noting(Box::new(medium), options, Some(lock), RevisionNote::of(dir))
    }

    #[cfg(test)]
    fn on(medium: Box<dyn Medium>, options: Options, lock: Option<ProcessLock>) -> Result<Self, StoreError> {
        Self::noting(medium, options, lock, RevisionNote::nowhere())
    }

    /// What was lost, if the file was damaged and this store goes on from an older commit in it.
    pub fn fell_back(&self) -> Option<FellBack> {
        self.fell_back
    }

    fn noting(
        medium: Box<dyn Medium>,
        options: Options,
        lock: Option<ProcessLock>,
        note: RevisionNote,
    ) -> Result<Self, StoreError> {
        let engine = open_or_read(&*medium)?;
        let engine = upgraded(engine, &*medium, options)?;
        let found = engine.revision()?;
        let fell_back = note.read().filter(|noted| *noted > found).map(|noted| FellBack { noted, found });
        note.write(found);
        let progress = Progress::new(found);
        let log_limit = LogLimit { revisions: options.log_revisions_max, bytes: options.log_bytes_max };
        let shared = Shared {
            medium,
            log_limit,
            queue: Queue::default(),
            engine: RwLock::new(Some(engine)),
            progress,
            note,
            lock: Mutex::new(lock),
        };
        Ok(Self { shared: Arc::new(shared), fell_back })
    }
}

/// Refuses a file of another format before anything is written to it.
fn check_format(medium: &dyn Medium, options: Options) -> Result<(), StoreError> {
    let found = Engine::open_in_memory(medium)?.format()?;
    let expected = options.format_version;
    if found == expected || (found < expected && options.upgrade.is_some()) {
        return Ok(());
    }
    Err(StoreError::OtherVersion { found, expected })
}

/// The records in the format of `options`.
fn upgraded(engine: Engine, medium: &dyn Medium, options: Options) -> Result<Engine, StoreError> {
    let (found, expected) = (engine.format()?, options.format_version);
    let upgrade = match options.upgrade {
        _ if found == expected => return Ok(engine),
        Some(upgrade) if found < expected => upgrade,
        Some(_) | None => return Err(StoreError::OtherVersion { found, expected }),
    };
    // Where the disk refuses writes this says so.
    let engine = if engine.writable { engine } else { Engine::open(medium)? };
    engine.upgrade(found, expected, upgrade)?;
    Ok(engine)
}

/// For writing if the disk lets us, else for reading.
fn open_or_read(medium: &dyn Medium) -> Result<Engine, StoreError> {
    match Engine::open(medium) {
        Err(StoreError::DiskFull | StoreError::Io(_)) => Engine::open_in_memory(medium),
        opened => opened,
    }
}

impl Store for Redb {
    fn transaction(&self, compare: &[Compare], changes: &[Change]) -> Result<Revision, StoreError> {
        limits::check(compare, changes)?;
        let request = Request { compare: compare.to_vec(), changes: changes.to_vec() };
        self.shared.queue.submit(request, |group| self.shared.commit(group))
    }

    fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        self.shared.with_engine(|engine| {
            let read = engine.begin_read()?;
            let revision = tables::revision(&read).map_err(|error| engine.explain(error))?;
            Ok(Box::new(View { read, revision }) as Box<dyn Snapshot>)
        })
    }

    fn watch(&self, after: Revision) -> Result<Box<dyn Watch>, StoreError> {
        Ok(Box::new(Follow::new(self.shared.clone(), after)?))
    }
}

impl Drop for Redb {
    fn drop(&mut self) {
        self.shared.close();
    }
}

/// One transaction that waits.
#[derive(Debug)]
struct Request {
    compare: Vec<Compare>,
    changes: Vec<Change>,
}

/// What the store and its watches share.
struct Shared {
    medium: Box<dyn Medium>,
    log_limit: LogLimit,
    queue: Queue<Request, Revision>,
    /// Written only to put another opening in its place; `None` once closed.
    engine: RwLock<Option<Engine>>,
    progress: Progress,
    note: RevisionNote,
    lock: Mutex<Option<ProcessLock>>,
}

/// How a commit went wrong, and what it would have done had it begun.
struct Failed {
    why: StoreError,
    applied: Option<Applied>,
}

impl Shared {
    fn with_engine<T>(&self, act: impl FnOnce(&Engine) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        guard(|| act(engine.as_ref().ok_or(StoreError::Closed)?))
    }

    fn read<T>(&self, act: impl FnOnce(&ReadTransaction) -> Result<T, redb::Error>) -> Result<T, StoreError> {
        self.with_engine(|engine| engine.read(act))
    }

    /// Commits a group. Only one leader is here at a time.
    fn commit(&self, group: &[Request]) -> Outcomes {
        if let Err(why) = self.make_writable() {
            return vec![Err(why); group.len()];
        }
        match guard(|| Ok(self.try_commit(group))) {
            Ok(Ok(outcomes)) => outcomes,
            Ok(Err(failed)) => self.settle(failed, group.len()),
            Err(why) => self.settle(Failed { why, applied: None }, group.len()),
        }
    }

    fn try_commit(&self, group: &[Request]) -> Result<Outcomes, Failed> {
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        let Some(engine) = engine.as_ref() else {
            return Err(Failed { why: StoreError::Closed, applied: None });
        };
        let begun = |error: redb::Error| Failed { why: engine.explain(error), applied: None };
        let write = engine.begin_write().map_err(begun)?;
        let applied = tables::apply(&write, group, self.log_limit).map_err(begun)?;
        if !applied.changed() {
            return Ok(applied.outcomes);
        }
        match write.commit() {
            Ok(()) => {
                self.reach(applied.revision);
                Ok(applied.outcomes)
            }
            Err(error) => {
                let why = engine.explain(error.into());
                Err(Failed { why, applied: Some(applied) })
            }
        }
    }

    /// After a failure: open the file anew, see what it holds, and answer accordingly.
    fn settle(&self, failed: Failed, count: usize) -> Outcomes {
        let Failed { why, applied } = failed;
        let reopened = self.reopen();
        let Some(applied) = applied else {
            return vec![Err(why); count];
        };
        match reopened {
            Ok((revision, _)) if revision == applied.before => vec![Err(why); count],
            // The commit was complete when the fsync failed, and another fsync has passed.
            Ok((revision, true)) if revision == applied.revision => {
                self.reach(revision);
                applied.outcomes
            }
            Ok(_) | Err(_) => vec![Err(StoreError::Uncertain(why.to_string())); count],
        }
    }

    /// A store that can only be read tries the disk again.
    fn make_writable(&self) -> Result<(), StoreError> {
        if self.with_engine(|engine| Ok(engine.writable))? {
            return Ok(());
        }
        let engine = Engine::open(&*self.medium)?;
        let revision = engine.revision()?;
        self.replace(engine);
        self.reach(revision);
        Ok(())
    }

    fn reach(&self, revision: Revision) {
        self.note.write(revision);
        self.progress.reach(revision);
    }

    /// The revision found, and whether the store can be written.
    fn reopen(&self) -> Result<(Revision, bool), StoreError> {
        self.with_engine(|engine| {
            engine.let_go();
            Ok(())
        })?;
        let engine = open_or_read(&*self.medium)?;
        let found = (engine.revision()?, engine.writable);
        self.replace(engine);
        Ok(found)
    }

    fn replace(&self, engine: Engine) {
        let mut current = self.engine.write().unwrap_or_else(PoisonError::into_inner);
        *current = Some(engine);
    }

    fn close(&self) {
        self.progress.close();
        *self.engine.write().unwrap_or_else(PoisonError::into_inner) = None;
        *self.lock.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
