//! The messages of all queues: what they say lies in a store of its own, where they are is in memory.
//!
//! ```text
//!   send, delete -> one thread: all that waits -> one commit with one fsync -> the lines -> answers
//!   receive      -> the line of the queue, at once -> what the messages say, from the store
//! ```
//!
//! Nobody receives a message that is not durable, and one whose storing has failed never was there. How often and until when
//! messages are received is stored some time later ([`Messages::keep_house`]): what a crash takes of it, is received anew. A
//! queue's row may be gone while messages of it are here; keeping house gives them back, as what is too old.

mod copies;
mod groups;
mod handle;
mod house;
mod index;
pub mod line;
#[cfg(test)]
mod line_tests;
mod moving;
mod open;
mod purge;
mod receive;
mod row;
mod send;
mod settle;
mod tasks;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use model::Timestamp;
use redb::Database;
use tokio::sync::{Notify, Semaphore};

use copies::Copies;
pub(crate) use handle::{HandleKey, Receipt};
pub use house::Kept;
pub use line::{Asking, Counts};
use line::{Line, Number};
pub use moving::Move;
pub use receive::{Answer, Delivered};
pub use row::{Content, StoredAttribute};
pub use send::{NewMessage, Sent};
pub use tasks::{NoTask, PAUSE, Status, Task};

/// Messages of all queues at most: what is known of each takes some two hundred bytes of memory.
pub const MESSAGES_MAX: usize = 1_000_000;
/// Who waits for messages at once.
pub const WAITERS_MAX: usize = 4096;
/// Bytes on the disk that are left for deleting: more than what changes that wait can take, with what the store copies for them.
const RESERVE_BYTES: u64 = 64 << 20;
/// How often what is sent may be in the store's file for a while.
const COPIES_OF_MESSAGE: u64 = 3;
/// The store's file.
const FILE: &str = "messages.redb";

/// All messages of all queues.
pub struct Messages {
    database: Arc<Database>,
    folder: PathBuf,
    queue: index::Queue,
    lines: Arc<Mutex<Lines>>,
    /// How many there are, and how many are on their way.
    count: Arc<AtomicUsize>,
    pub(crate) handles: HandleKey,
    waiters: Arc<Semaphore>,
    tasks: Arc<Mutex<tasks::Tasks>>,
    /// Told when a task may run.
    task_news: Notify,
    /// Bytes that the store's file had free inside when it was looked at, less what was sent since.
    spare: AtomicU64,
}

/// What is in memory.
#[derive(Default)]
pub(crate) struct Lines {
    by_queue: HashMap<u64, InQueue>,
    /// Messages of which something is to be stored.
    dirty: HashSet<(u64, Number)>,
}

/// What is in memory of a queue.
struct InQueue {
    line: Line,
    copies: Copies,
    /// Told when there may be something to receive.
    news: Arc<Notify>,
    /// When it was purged last.
    purged: Option<Timestamp>,
}

/// Why something is not done with messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// As many are received and not deleted as may be.
    OverLimit,
    /// There are as many messages, or who waits for some, as there can be.
    TooMany,
    /// A handle does not hold any longer.
    Expired,
    /// Nobody has the message.
    NotInFlight,
    /// There is no such message.
    Gone,
    /// The queue was purged just now.
    Purging,
    /// There is too little room on the disk.
    Full,
    /// The disk or the store does not do as it should.
    Storage(String),
}

macro_rules! storage_errors {
    ($($error:ty),*) => {
        $(impl From<$error> for Problem {
            fn from(error: $error) -> Problem {
                Problem::Storage(error.to_string())
            }
        })*
    };
}
storage_errors!(
    redb::Error,
    redb::StorageError,
    redb::TableError,
    redb::TransactionError,
    redb::CommitError,
    redb::DatabaseError,
    std::io::Error
);

/// A queue, as far as its messages are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueOf {
    /// Under what they are kept.
    pub messages: u64,
    /// Whether they keep their order.
    pub in_order: bool,
}

impl From<&model::queue::Queue> for QueueOf {
    fn from(queue: &model::queue::Queue) -> QueueOf {
        QueueOf { messages: queue.messages, in_order: queue.settings.fifo.is_some() }
    }
}

impl Lines {
    fn of(&mut self, queue: QueueOf) -> &mut InQueue {
        self.by_queue.entry(queue.messages).or_insert_with(|| InQueue {
            line: Line::new(queue.in_order),
            copies: Copies::default(),
            news: Arc::default(),
            purged: None,
        })
    }
}

impl Messages {
    fn lines(&self) -> MutexGuard<'_, Lines> {
        lock(&self.lines)
    }

    /// Refuses what takes room if there is too little, on the disk and in what the store's file has free inside.
    fn check_room(&self, bytes: usize) -> Result<(), Problem> {
        let Some(left) = self.bytes_left() else { return Ok(()) };
        if left >= RESERVE_BYTES {
            return Ok(());
        }
        let needed = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_mul(COPIES_OF_MESSAGE);
        let take = |spare: u64| spare.checked_sub(needed).filter(|rest| left + rest >= RESERVE_BYTES);
        let taken = self.spare.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        taken.map(drop).map_err(|_| Problem::Full)
    }

    /// Bytes that the disk has left. A file system that does not say it will say when it is full.
    fn bytes_left(&self) -> Option<u64> {
        let told = rustix::fs::statvfs(&self.folder).ok()?;
        Some(told.f_bavail.saturating_mul(told.f_frsize))
    }

    /// Looks at what the store's file has free inside, where the disk has too little left: a file does not give back at once what
    /// was deleted.
    async fn look_for_room(&self) -> Result<(), Problem> {
        if self.bytes_left().is_none_or(|left| left >= RESERVE_BYTES) {
            return Ok(());
        }
        let database = Arc::clone(&self.database);
        let used = tokio::task::spawn_blocking(move || bytes_used(&database));
        let used = used.await.map_err(|error| Problem::Storage(error.to_string()))??;
        let file = std::fs::metadata(self.folder.join(FILE))?.len();
        self.spare.store(file.saturating_sub(used), Ordering::Relaxed);
        Ok(())
    }

    /// How many messages of a queue are where.
    pub fn counts(&self, queue: QueueOf, now: Timestamp) -> Counts {
        self.lines().of(queue).line.counts(now)
    }
}

/// Bytes of a store's file that have something in them.
fn bytes_used(database: &Database) -> Result<u64, Problem> {
    let transaction = database.begin_write()?;
    let stats = transaction.stats()?;
    transaction.abort()?;
    Ok(stats.allocated_pages().saturating_mul(stats.page_size() as u64))
}

fn lock(lines: &Mutex<Lines>) -> MutexGuard<'_, Lines> {
    lines.lock().expect("nobody who changes a line panics")
}
