//! The store of messages. One thread changes it; changes that wait together are committed together, with one fsync, and only
//! then does anybody see what came of them.

use std::sync::Arc;

use redb::{Database, ReadableTable, TableDefinition};
use tokio::sync::{mpsc, oneshot};

use super::Problem;
use super::row::{Content, Head};
use super::tasks::TASKS;

/// What messages say, by queue and number.
pub(super) const CONTENTS: TableDefinition<'_, (u64, u64), &[u8]> = TableDefinition::new("contents");
/// What is known of them from their beginning.
pub(super) const HEADS: TableDefinition<'_, (u64, u64), &[u8]> = TableDefinition::new("heads");
/// What became of them since: until when they are held, how often they were received, and when first.
pub(super) const STATES: TableDefinition<'_, (u64, u64), (i64, u32, i64)> = TableDefinition::new("states");
/// By what copies are known: until when, and the first one's number and identifier.
pub(super) const COPIES: TableDefinition<'_, (u64, &[u8; 32]), (i64, u64, &str)> =
    TableDefinition::new("copies");
/// Up to which number messages of a queue were purged.
pub(super) const PURGES: TableDefinition<'_, u64, u64> = TableDefinition::new("purges");
/// The next number, and what handles are made with.
pub(super) const NUMBERS: TableDefinition<'_, (), u64> = TableDefinition::new("numbers");
pub(super) const SECRETS: TableDefinition<'_, (), &[u8; 32]> = TableDefinition::new("secrets");

/// Changes that wait; who comes then waits before the queue.
const QUEUE_MAX: usize = 1024;
/// Changes in one commit.
const BATCH_MAX: usize = 512;

/// Called when a change is durable, or could not be made so.
type Done = Box<dyn FnOnce(Result<(), Problem>) + Send>;
type Job = Box<dyn FnOnce(&mut Changes<'_>) -> Done + Send>;

/// The tables while they are changed.
pub(super) struct Changes<'t> {
    pub(super) contents: redb::Table<'t, (u64, u64), &'static [u8]>,
    pub(super) heads: redb::Table<'t, (u64, u64), &'static [u8]>,
    pub(super) states: redb::Table<'t, (u64, u64), (i64, u32, i64)>,
    pub(super) copies: redb::Table<'t, (u64, &'static [u8; 32]), (i64, u64, &'static str)>,
    pub(super) purges: redb::Table<'t, u64, u64>,
    numbers: redb::Table<'t, (), u64>,
    pub(super) secrets: redb::Table<'t, (), &'static [u8; 32]>,
    pub(super) tasks: redb::Table<'t, (u64, u64), &'static [u8]>,
    is_broken: bool,
}

/// Hands changes to the thread that makes them.
#[derive(Clone)]
pub(super) struct Queue(mpsc::Sender<Job>);

impl Queue {
    pub(super) fn start(database: Arc<Database>) -> std::io::Result<Queue> {
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        std::thread::Builder::new().name("messages".to_owned()).spawn(move || run(&database, jobs))?;
        Ok(Queue(queue))
    }

    /// Makes a change, and returns when it is durable and `settle` has been called with what came of it, in the order in
    /// which changes are made.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Changes<'_>) -> Result<T, Problem> + Send + 'static,
        settle: impl FnOnce(Result<&T, &Problem>) + Send + 'static,
    ) -> Result<T, Problem> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |changes| {
            let made = change(changes);
            changes.is_broken |= matches!(made, Err(Problem::Storage(_)));
            Box::new(move |committed| {
                let outcome = committed.and(made);
                settle(outcome.as_ref());
                // Who asked may be gone; the change holds all the same.
                let _ = reply.send(outcome);
            })
        });
        let ended = || Problem::Storage("the store of messages has been closed".to_owned());
        self.0.send(job).await.map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }
}

fn run(database: &Database, mut jobs: mpsc::Receiver<Job>) {
    while let Some(first) = jobs.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH_MAX
            && let Ok(next) = jobs.try_recv()
        {
            batch.push(next);
        }
        let mut done = Vec::with_capacity(batch.len());
        let committed = commit(database, batch, &mut done);
        if let Err(error) = &committed {
            tracing::error!(?error, "messages were not stored");
        }
        done.into_iter().for_each(|done| done(committed.clone()));
    }
}

fn commit(database: &Database, batch: Vec<Job>, done: &mut Vec<Done>) -> Result<(), Problem> {
    let transaction = database.begin_write()?;
    let is_broken = {
        let mut changes = Changes::open(&transaction)?;
        done.extend(batch.into_iter().map(|job| job(&mut changes)));
        changes.is_broken
    };
    if is_broken {
        transaction.abort()?;
        return Err(Problem::Storage("another change of the batch could not be made".to_owned()));
    }
    Ok(transaction.commit()?)
}

impl<'t> Changes<'t> {
    pub(super) fn open(transaction: &'t redb::WriteTransaction) -> Result<Changes<'t>, redb::TableError> {
        Ok(Changes {
            contents: transaction.open_table(CONTENTS)?,
            heads: transaction.open_table(HEADS)?,
            states: transaction.open_table(STATES)?,
            copies: transaction.open_table(COPIES)?,
            purges: transaction.open_table(PURGES)?,
            numbers: transaction.open_table(NUMBERS)?,
            secrets: transaction.open_table(SECRETS)?,
            tasks: transaction.open_table(TASKS)?,
            is_broken: false,
        })
    }

    /// One more than the last.
    pub(super) fn next_number(&mut self) -> Result<u64, Problem> {
        let next = self.numbers.get(())?.map_or(0, |it| it.value()) + 1;
        self.numbers.insert((), next)?;
        Ok(next)
    }

    pub(super) fn put(&mut self, at: (u64, u64), content: &Content, head: &Head) -> Result<(), Problem> {
        self.contents.insert(at, json(content).as_slice())?;
        self.heads.insert(at, json(head).as_slice())?;
        Ok(())
    }

    /// What a message says.
    pub(super) fn content(&self, at: (u64, u64)) -> Result<Option<Content>, Problem> {
        self.contents.get(at)?.map(|it| read(it.value())).transpose()
    }

    pub(super) fn remove(&mut self, at: (u64, u64)) -> Result<(), Problem> {
        self.contents.remove(at)?;
        self.heads.remove(at)?;
        self.states.remove(at)?;
        Ok(())
    }
}

pub(super) fn json(row: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(row).expect("rows are plain values")
}

pub(super) fn read<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| Problem::Storage(error.to_string()))
}
