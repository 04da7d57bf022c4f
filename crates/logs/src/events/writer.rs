//! The writer: one thread that changes the store. Changes that wait together are written together, with one fsync, and only then
//! does anybody see what came of them.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

use super::block::{self, Block};
use super::change::{Change, Job, Plan};
use super::index::{Changes, Index};
use super::journal::{self, Journal};
use super::segment::{self, Segment};
use super::{JOURNAL_BYTES_MAX, Layouts, OVERFULL, Problem, Shared};

/// Jobs that wait; who comes then waits before the queue.
const QUEUE_MAX: usize = 1024;
/// Changes in one write, and about how many bytes.
const BATCH_MAX: usize = 512;
const BATCH_BYTES_MAX: usize = 8 << 20;

/// A group, its segment that goes on, and what goes into it.
type Work = (u64, Option<Arc<Segment>>, Vec<Arc<Block>>);
type Asked = (Job, oneshot::Sender<Result<(), Problem>>);

/// Hands jobs to the thread, which ends with it.
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Asked>>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread has.
pub(super) struct Desk {
    pub(super) shared: Arc<Shared>,
    pub(super) index: Index,
    pub(super) journal: Journal,
    /// Whether the index does not know everything.
    pub(super) is_dirty: bool,
}

impl Writer {
    pub(super) fn start(desk: Desk) -> std::io::Result<Writer> {
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        let thread =
            std::thread::Builder::new().name("log events".to_owned()).spawn(move || run(desk, jobs))?;
        Ok(Writer { queue: Some(queue), thread: Some(thread) })
    }

    /// Has a job done, and returns when what it did lasts.
    pub(super) async fn ask(&self, job: Job) -> Result<(), Problem> {
        let ended = || Problem::Storage("the store of log events has been closed".to_owned());
        let (reply, answer) = oneshot::channel();
        let queue = self.queue.as_ref().ok_or_else(ended)?;
        queue.send((job, reply)).await.map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // What it panicked with it has told.
            let _ = thread.join();
        }
    }
}

fn run(mut desk: Desk, mut jobs: mpsc::Receiver<Asked>) {
    let mut held = None;
    while let Some(first) = held.take().or_else(|| jobs.blocking_recv()) {
        let (job, reply) = first;
        let change = match job {
            Job::Change(change) => change,
            Job::Flush => {
                answer(reply, desk.flush());
                continue;
            }
            Job::Clean { group, kept } => {
                answer(reply, desk.clean(group, kept));
                continue;
            }
        };
        let mut bytes = change.bytes();
        let mut batch = vec![(change, reply)];
        while batch.len() < BATCH_MAX && bytes < BATCH_BYTES_MAX {
            match jobs.try_recv() {
                Ok((Job::Change(change), reply)) => {
                    bytes += change.bytes();
                    batch.push((change, reply));
                }
                Ok(other) => {
                    held = Some(other);
                    break;
                }
                Err(_) => break,
            }
        }
        desk.commit(batch);
    }
}

/// Who asked may be gone; what was done holds all the same.
fn answer(reply: oneshot::Sender<Result<(), Problem>>, outcome: Result<(), Problem>) {
    let _ = reply.send(outcome);
}

impl Desk {
    pub(super) fn new(shared: Arc<Shared>, index: Index, journal: Journal) -> Desk {
        let is_dirty = {
            let state = shared.state();
            state.groups.values().any(|it| !it.pending.is_empty() || !it.dirty.is_empty())
        };
        Desk { shared, index, journal, is_dirty }
    }

    fn commit(&mut self, batch: Vec<(Change, oneshot::Sender<Result<(), Problem>>)>) {
        let has_room = self.has_room();
        let mut planned = Vec::with_capacity(batch.len());
        // The lock is held while blocks are made, not while they are written.
        let operations = {
            let state = self.shared.state();
            let mut plan = Plan::on(&state);
            for (change, reply) in batch {
                let refused = if change.takes_room() { has_room.clone() } else { Ok(()) };
                planned.push((refused.and_then(|()| plan.add(change)), reply));
            }
            plan.operations
        };
        let written = match operations.is_empty() {
            true => Ok(()),
            false => self.journal.append(&operations).map_err(Problem::from),
        };
        if written.is_ok() {
            self.is_dirty |= !operations.is_empty();
            let mut state = self.shared.state();
            operations.into_iter().for_each(|operation| state.apply(operation));
        } else if let Err(problem) = &written {
            tracing::error!(?problem, "log events were not stored");
        }
        for (outcome, reply) in planned {
            answer(reply, outcome.and(written.clone()));
        }
        if self.journal.length() >= JOURNAL_BYTES_MAX
            && let Err(problem) = self.flush()
        {
            tracing::error!(?problem, "log events stay in the journal");
        }
    }

    fn has_room(&self) -> Result<(), Problem> {
        if self.journal.length() >= JOURNAL_BYTES_MAX * OVERFULL {
            return Err(Problem::Full);
        }
        self.shared.check_room()
    }

    /// Moves everything of the journal into segments, and begins a new one. When it fails, everything is as before, and the next
    /// flush tries again.
    pub(super) fn flush(&mut self) -> Result<(), Problem> {
        if !self.is_dirty {
            return Ok(());
        }
        let mut made = Vec::new();
        let flushed = self.try_to_flush(&mut made);
        if flushed.is_err() {
            for path in made {
                let _ = std::fs::remove_file(path);
            }
        }
        flushed
    }

    /// The same; gives the files that are to be removed if it fails.
    fn try_to_flush(&mut self, made: &mut Vec<PathBuf>) -> Result<(), Problem> {
        let folder = self.shared.folder.clone();
        let (mut changes, work) = self.flush_plan();
        let layouts: Layouts = changes.layouts.iter().cloned().collect();
        let (next, _) = changes.goes_on.expect("it has just been said");
        for (place, (group, last, pending)) in (1..).zip(&work) {
            let blocks = block::merge(pending.iter().map(|it| &**it));
            let before = match last {
                Some(segment) => Arc::clone(segment),
                None => {
                    made.push(segment::path(&folder, *group, next + place));
                    Arc::new(Segment::create(&folder, *group, next + place)?)
                }
            };
            let after = before.with(&blocks, &layouts)?;
            changes.segments.push(((*group, after.number), Some(Arc::new(after))));
        }
        made.push(journal::path(&folder, next));
        let journal = Journal::create(&folder, next)?;
        self.index.commit(&changes)?;
        let old = std::mem::replace(&mut self.journal, journal);
        self.is_dirty = false;
        self.settle(changes);
        if let Err(error) = std::fs::remove_file(journal::path(&folder, old.number())) {
            tracing::warn!(%error, "a journal of log events is left to the next start");
        }
        Ok(())
    }

    /// What the index has to learn but for segments, and for each group the segment that goes on and what goes into it.
    fn flush_plan(&self) -> (Changes, Vec<Work>) {
        let (mut changes, mut work) = (Changes::default(), Vec::new());
        let mut state = self.shared.state();
        for (number, group) in &state.groups {
            let rows = group.dirty.iter().map(|it| ((*number, *it), group.streams.get(it).cloned()));
            changes.streams.extend(rows);
            let alive = group.pending.iter().filter(|it| group.streams.contains_key(&it.stream));
            let pending: Vec<Arc<Block>> = alive.cloned().collect();
            if !pending.is_empty() {
                let last = group.segments.last_key_value().map(|it| Arc::clone(it.1));
                work.push((*number, last.filter(|it| it.has_room()), pending));
            }
        }
        changes.layouts = state.layouts.iter().map(|(number, text)| (*number, Arc::clone(text))).collect();
        // Numbers for the segments and the journal; those of a flush that fails are nobody's.
        let next = state.next;
        state.next += work.len() as u64 + 1;
        changes.goes_on = Some((next, state.next));
        (changes, work)
    }

    fn settle(&self, changes: Changes) {
        let mut state = self.shared.state();
        for group in state.groups.values_mut() {
            group.pending.clear();
            group.dirty.clear();
        }
        for ((group, number), segment) in changes.segments {
            let Some(group) = state.groups.get_mut(&group) else { continue };
            match segment {
                Some(segment) => drop(group.segments.insert(number, segment)),
                None => drop(group.segments.remove(&number)),
            }
        }
    }
}
