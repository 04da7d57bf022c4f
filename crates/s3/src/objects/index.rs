//! The index: which versions there are, and which bodies they have. One thread changes it; changes that wait together are
//! committed together, with one fsync.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::timestamp::Timestamp;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use tokio::sync::{Notify, mpsc, oneshot};

use super::body::{Bodies, Written};
use super::outbox::OUTBOX;
use super::row::{self, Object, Segment, Version};
use super::{Refusal, key};

pub(super) const VERSIONS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("versions");
pub(super) const UPLOADS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("uploads");
pub(super) const PARTS: TableDefinition<'_, (u128, u16), &[u8]> = TableDefinition::new("parts");
pub(super) const INLINE: TableDefinition<'_, u128, &[u8]> = TableDefinition::new("inline");
/// How often each file is used; copies share.
pub(super) const FILES: TableDefinition<'_, u128, u64> = TableDefinition::new("files");
/// The same of what is in the index.
pub(super) const INLINE_USES: TableDefinition<'_, u128, u64> = TableDefinition::new("inline_uses");
/// How many unfinished uploads each bucket has.
pub(super) const UPLOAD_COUNTS: TableDefinition<'_, u64, u64> = TableDefinition::new("upload_counts");
pub(super) const NUMBERS: TableDefinition<'_, (), u64> = TableDefinition::new("numbers");

/// Changes that wait; who comes then waits before the queue.
const QUEUE_MAX: usize = 1024;
/// Changes in one commit.
const BATCH_MAX: usize = 256;

type Reply = Box<dyn FnOnce(Result<(), String>) + Send>;
type Job = Box<dyn FnOnce(&mut Changes<'_>) -> Reply + Send>;

/// The tables while they are changed.
pub struct Changes<'t> {
    pub(super) versions: redb::Table<'t, &'static [u8], &'static [u8]>,
    pub(super) uploads: redb::Table<'t, &'static [u8], &'static [u8]>,
    pub(super) parts: redb::Table<'t, (u128, u16), &'static [u8]>,
    pub(super) inline: redb::Table<'t, u128, &'static [u8]>,
    upload_counts: redb::Table<'t, u64, u64>,
    files: redb::Table<'t, u128, u64>,
    inline_uses: redb::Table<'t, u128, u64>,
    numbers: redb::Table<'t, (), u64>,
    pub(super) outbox: redb::Table<'t, u64, &'static [u8]>,
    /// Files that nobody uses after this.
    freed: Vec<u128>,
    /// Whether there is something to tell after this.
    pub(super) has_news: bool,
    /// Whether something went wrong in the middle of a change, so that nothing of the batch holds.
    is_broken: bool,
}

/// Hands changes to the thread that makes them.
#[derive(Clone)]
pub(super) struct Queue(mpsc::Sender<Job>);

impl Queue {
    pub(super) fn start(
        database: Arc<Database>,
        bodies: Arc<Bodies>,
        news: Arc<Notify>,
    ) -> std::io::Result<Queue> {
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        std::thread::Builder::new()
            .name("objects".to_owned())
            .spawn(move || run(&database, &bodies, &news, jobs))?;
        Ok(Queue(queue))
    }

    /// Makes a change, and returns when it is durable. A change that is refused must not have changed anything.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Changes<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |changes| {
            let made = change(changes);
            changes.is_broken |= matches!(made, Err(Refusal::Storage(_)));
            Box::new(move |committed| {
                // Who asked may be gone; the change holds all the same.
                let _ = reply.send(committed.map_err(Refusal::Storage).and(made));
            })
        });
        let ended = || Refusal::Storage("the index has been closed".to_owned());
        self.0.send(job).await.map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }
}

fn run(database: &Database, bodies: &Bodies, news: &Notify, mut jobs: mpsc::Receiver<Job>) {
    while let Some(first) = jobs.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH_MAX
            && let Ok(next) = jobs.try_recv()
        {
            batch.push(next);
        }
        let mut replies = Vec::new();
        let committed = commit(database, batch, &mut replies);
        if let Ok(Left { freed, has_news }) = &committed {
            bodies.remove(freed);
            if *has_news {
                news.notify_one();
            }
        }
        let outcome =
            committed.map(drop).inspect_err(|error| tracing::error!(%error, "objects were not stored"));
        replies.into_iter().for_each(|reply| reply(outcome.clone()));
    }
}

/// What a commit leaves to do.
struct Left {
    freed: Vec<u128>,
    has_news: bool,
}

fn commit(database: &Database, batch: Vec<Job>, replies: &mut Vec<Reply>) -> Result<Left, String> {
    let transaction = database.begin_write().map_err(|it| it.to_string())?;
    let (left, is_broken) = {
        let mut changes = Changes::open(&transaction).map_err(|it| it.to_string())?;
        replies.extend(batch.into_iter().map(|job| job(&mut changes)));
        (Left { freed: changes.freed, has_news: changes.has_news }, changes.is_broken)
    };
    if is_broken {
        transaction.abort().map_err(|it| it.to_string())?;
        return Err("another change of the batch could not be made".to_owned());
    }
    transaction.commit().map_err(|it| it.to_string())?;
    Ok(left)
}

impl<'t> Changes<'t> {
    fn open(transaction: &'t redb::WriteTransaction) -> Result<Changes<'t>, redb::TableError> {
        Ok(Changes {
            versions: transaction.open_table(VERSIONS)?,
            uploads: transaction.open_table(UPLOADS)?,
            parts: transaction.open_table(PARTS)?,
            inline: transaction.open_table(INLINE)?,
            upload_counts: transaction.open_table(UPLOAD_COUNTS)?,
            files: transaction.open_table(FILES)?,
            inline_uses: transaction.open_table(INLINE_USES)?,
            numbers: transaction.open_table(NUMBERS)?,
            outbox: transaction.open_table(OUTBOX)?,
            freed: Vec::new(),
            has_news: false,
            is_broken: false,
        })
    }

    /// Makes tables that are not there yet, and counts uploads anew: who wrote them may not have counted.
    pub(super) fn make_tables(database: &Database) -> Result<(), redb::Error> {
        let transaction = database.begin_write()?;
        {
            let mut changes = Changes::open(&transaction)?;
            changes.upload_counts.retain(|_, _| false)?;
            let mut counts = BTreeMap::new();
            for entry in changes.uploads.iter()? {
                if let Some(bucket) = key::bucket(entry?.0.value()) {
                    *counts.entry(bucket).or_insert(0) += 1;
                }
            }
            for (bucket, count) in counts {
                changes.upload_counts.insert(bucket, count)?;
            }
        }
        Ok(transaction.commit()?)
    }

    /// How many unfinished uploads a bucket has.
    pub(super) fn uploads_of(&self, bucket: u64) -> Result<u64, Refusal> {
        Ok(self.upload_counts.get(bucket)?.map_or(0, |it| it.value()))
    }

    /// Notes that a bucket has so many.
    pub(super) fn count_uploads(&mut self, bucket: u64, count: u64) -> Result<(), Refusal> {
        match count {
            0 => drop(self.upload_counts.remove(bucket)?),
            count => drop(self.upload_counts.insert(bucket, count)?),
        }
        Ok(())
    }

    /// One more than the last.
    pub(super) fn next_number(&mut self) -> Result<u64, Refusal> {
        let next = self.numbers.get(())?.map_or(0, |it| it.value()) + 1;
        self.numbers.insert((), next)?;
        Ok(next)
    }

    /// Makes a body that was taken in one that is used once.
    pub(super) fn adopt(&mut self, written: &mut Written) -> Result<(), Refusal> {
        if let Some(bytes) = written.inline.take() {
            self.inline.insert(written.segment.body, bytes.as_slice())?;
        }
        if let Some(file) = &mut written.file {
            // From here to the commit a failure leaves a file that the next start removes.
            file.keep();
        }
        self.hold(&[written.segment])
    }

    /// Uses bodies once more.
    pub(super) fn hold(&mut self, segments: &[Segment]) -> Result<(), Refusal> {
        for it in segments {
            let uses = if it.inline { &mut self.inline_uses } else { &mut self.files };
            let before = uses.get(it.body)?.map_or(0, |it| it.value());
            uses.insert(it.body, before + 1)?;
        }
        Ok(())
    }

    /// Uses bodies once less; who is used no more goes away.
    pub(super) fn release(&mut self, segments: &[Segment]) -> Result<(), Refusal> {
        for it in segments {
            let uses = if it.inline { &mut self.inline_uses } else { &mut self.files };
            let before = uses.get(it.body)?.map_or(0, |it| it.value());
            if before > 1 {
                uses.insert(it.body, before - 1)?;
                continue;
            }
            uses.remove(it.body)?;
            match it.inline {
                true => drop(self.inline.remove(it.body)?),
                false => self.freed.push(it.body),
            }
        }
        Ok(())
    }

    /// The current version of an object, and its number.
    pub(super) fn current(&self, bucket: u64, name: &str) -> Result<Option<(u64, Version)>, Refusal> {
        super::read::first_version(&self.versions, bucket, name)
    }

    /// A version by its identifier, and its number.
    pub(super) fn version(&self, bucket: u64, name: &str, id: &str) -> Result<(u64, Version), Refusal> {
        super::read::version(&self.versions, bucket, name, id)
    }

    pub(super) fn put(&mut self, bucket: u64, name: &str, number: u64, row: &Version) -> Result<(), Refusal> {
        let key = key::of_version(bucket, name, number);
        self.versions.insert(key.as_slice(), row::to_bytes(row).as_slice())?;
        Ok(())
    }

    /// Takes a version away, with its bytes.
    pub(super) fn remove(
        &mut self,
        bucket: u64,
        name: &str,
        number: u64,
        row: &Version,
    ) -> Result<(), Refusal> {
        self.versions.remove(key::of_version(bucket, name, number).as_slice())?;
        match &row.object {
            Some(Object { segments, .. }) => self.release(segments),
            None => Ok(()),
        }
    }
}

/// Whether a moment has come.
pub(super) fn is_due(at: Timestamp, now: Timestamp) -> bool {
    at.as_millis() <= now.as_millis()
}

/// Reads without holding up anybody who changes.
pub(super) fn reader(database: &Database) -> Result<redb::ReadTransaction, Refusal> {
    Ok(database.begin_read()?)
}
