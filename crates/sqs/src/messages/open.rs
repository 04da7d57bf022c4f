//! Opening the store: what it has is brought to memory, but for what messages say.

use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex};

use model::Timestamp;
use redb::{Database, ReadableTable};
use tokio::sync::{Notify, Semaphore};

use super::copies::First;
use super::index::{self, Changes, read};
use super::line::{Entry, Place};
use super::row::Head;
use super::{FILE, HandleKey, Lines, Messages, Problem, QueueOf, WAITERS_MAX, tasks};

impl Messages {
    /// Opens what is in a folder.
    ///
    /// # Errors
    /// The disk's, and the store's.
    pub fn open(folder: &Path) -> Result<Messages, Problem> {
        std::fs::create_dir_all(folder)?;
        let database = Arc::new(Database::create(folder.join(FILE))?);
        let mut lines = Lines::default();
        let transaction = database.begin_write()?;
        let (handles, tasks) = {
            let mut changes = Changes::open(&transaction)?;
            load(&mut changes, &mut lines)?;
            let kept = changes.secrets.get(())?.map(|it| *it.value());
            let secret = match kept {
                Some(secret) => secret,
                None => {
                    let mut secret = [0; 32];
                    getrandom::fill(&mut secret).expect("the kernel has randomness");
                    changes.secrets.insert((), &secret)?;
                    secret
                }
            };
            (HandleKey(secret), tasks::load(&changes)?)
        };
        transaction.commit()?;
        let count = lines.by_queue.values().map(|it| it.line.len()).sum();
        Ok(Messages {
            queue: index::Queue::start(Arc::clone(&database))?,
            database,
            folder: folder.to_owned(),
            lines: Arc::new(Mutex::new(lines)),
            count: Arc::new(AtomicUsize::new(count)),
            handles,
            waiters: Arc::new(Semaphore::new(WAITERS_MAX)),
            tasks,
            // One may have run when the last run ended.
            task_news: task_news(),
            spare: AtomicU64::new(0),
        })
    }
}

fn task_news() -> Notify {
    let news = Notify::new();
    news.notify_one();
    news
}

fn load(changes: &mut Changes<'_>, lines: &mut Lines) -> Result<(), Problem> {
    let mut purged = Vec::new();
    for row in changes.heads.iter()? {
        let (at, head) = row?;
        let (queue, number) = at.value();
        if changes.purges.get(queue)?.is_some_and(|it| number <= it.value()) {
            purged.push((queue, number));
            continue;
        }
        let Head { sent, from, group, in_order } = read(head.value())?;
        let state = changes.states.get((queue, number))?.map(|it| it.value());
        let place = match state {
            Some((until, ..)) => Place::InFlight(Timestamp(until)),
            None if from > sent => Place::Delayed(Timestamp(from)),
            None => Place::Waiting,
        };
        let entry = Entry {
            sent: Timestamp(sent),
            group: group.map(Into::into),
            place,
            receives: state.map_or(0, |(_, receives, _)| receives),
            first_receive: state.map(|(.., first)| Timestamp(first)),
        };
        lines.of(QueueOf { messages: queue, in_order }).line.add(number, entry);
    }
    for at in purged {
        changes.remove(at)?;
    }
    for row in changes.copies.iter()? {
        let (of, first) = row?;
        let ((queue, mark), (until, number, id)) = (of.value(), first.value());
        let first = First { until: Timestamp(until), number, id: id.to_owned() };
        lines.of(QueueOf { messages: queue, in_order: true }).copies.note(*mark, first);
    }
    Ok(())
}
