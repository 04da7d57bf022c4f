//! The writer: a group of requests becomes one write to the journal and, if any of them asks for it, one fsync.

use super::AppendOptions;
use super::entry::{Entry, NewEntry};
use super::folder::Folder;
use super::journal::Journal;
use super::limits::{self, STREAMS_MAX};
use super::operation::Operation;
use super::recovery::{self, Streams, Tail};
use super::stream::Stream;
use super::stream_name::StreamName;
use crate::StoreError;
use crate::disk::store_error;
use crate::queue::Queue;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How much may be written and not synced, so that writing it again after a failure stays cheap.
const UNSYNCED_BYTES_MAX: usize = 1 << 20;
/// How much fuller than it should be the journal may get while the disk refuses segments.
const OVERFULL: u64 = 2;

/// What a caller wants done.
pub(super) struct Request {
    pub(super) wanted: Wanted,
    /// Whether it is answered only once it lasts.
    pub(super) durable: bool,
}

pub(super) enum Wanted {
    Append {
        stream: StreamName,
        entries: Vec<(i64, Arc<[u8]>)>,
    },
    DropBefore {
        stream: StreamName,
        first: u64,
    },
    Delete {
        stream: StreamName,
    },
    /// Nothing, but that what was done before lasts.
    Sync,
}

impl Wanted {
    pub(super) fn append(stream: &StreamName, entries: &[NewEntry<'_>]) -> Result<Self, StoreError> {
        limits::check(entries)?;
        let entries = entries.iter().map(|entry| (entry.time_ms, Arc::from(entry.bytes))).collect();
        Ok(Wanted::Append { stream: stream.clone(), entries })
    }
}

/// What became of a request: the first number of what was appended.
pub(super) type Outcome = Result<u64, StoreError>;

pub(super) struct Shared {
    pub(super) folder: Arc<dyn Folder>,
    pub(super) options: AppendOptions,
    pub(super) queue: Queue<Request, u64>,
    /// Held by who writes. Taken before `streams`.
    pub(super) writer: Mutex<Writer>,
    /// Changed only by who holds `writer`, and never for long.
    pub(super) streams: Mutex<Streams>,
}

pub(super) struct Writer {
    pub(super) journal: Journal,
    /// Files that count no more, to be removed before a journal that speaks of them.
    pub(super) garbage: Vec<String>,
    pub(super) next_file: u64,
    /// What the entries take that are in no segment.
    pub(super) pending_cost: usize,
}

/// The ends of the streams as a group moves them, before it is on the disk.
#[derive(Default)]
struct Ends(BTreeMap<StreamName, End>);

#[derive(Clone, Copy)]
struct End {
    next: u64,
    time_ms: i64,
}

/// A group that is ready to be written.
struct Planned {
    operations: Vec<Operation>,
    outcomes: Vec<Outcome>,
    durable: bool,
}

impl Shared {
    pub(super) fn submit(&self, request: Request) -> Outcome {
        self.queue.submit(request, |group| self.commit(group))
    }

    /// Does what a group wants. Only one leader is here at a time.
    fn commit(&self, group: &[Request]) -> Vec<Outcome> {
        let mut writer = lock(&self.writer);
        if let Err(error) = self.make_room(&mut writer) {
            return vec![Err(failed(&error)); group.len()];
        }
        let planned = self.plan(&mut writer, group);
        let written = self.write_group(&mut writer, &planned);
        if let Err(why) = written {
            return planned.outcomes.into_iter().map(|outcome| outcome.and(Err(why.clone()))).collect();
        }
        self.apply(&mut writer, planned.operations);
        planned.outcomes
    }

    /// A journal that can be written, and has room.
    fn make_room(&self, writer: &mut Writer) -> io::Result<()> {
        if !writer.journal.is_sound() {
            writer.journal.mend(&*self.folder)?;
        }
        if !self.is_full(writer, 1) && writer.garbage.is_empty() {
            return Ok(());
        }
        match self.flush(writer) {
            Err(error) if self.is_full(writer, OVERFULL) || !writer.journal.is_sound() => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn is_full(&self, writer: &Writer, times: u64) -> bool {
        let full = self.options.journal_bytes * times;
        writer.journal.length() >= full || writer.pending_cost as u64 >= full
    }

    fn plan(&self, writer: &mut Writer, group: &[Request]) -> Planned {
        let mut ends = Ends::default();
        let mut planned = Planned { operations: Vec::new(), outcomes: Vec::new(), durable: false };
        for request in group {
            let outcome = match self.plan_one(writer, &mut ends, &request.wanted) {
                Ok((sequence, operation)) => {
                    planned.durable |= request.durable;
                    planned.operations.extend(operation);
                    Ok(sequence)
                }
                Err(why) => Err(why),
            };
            planned.outcomes.push(outcome);
        }
        planned
    }

    fn plan_one(
        &self,
        writer: &mut Writer,
        ends: &mut Ends,
        wanted: &Wanted,
    ) -> Result<(u64, Option<Operation>), StoreError> {
        match wanted {
            Wanted::Append { stream, entries } => self.plan_append(writer, ends, stream, entries),
            Wanted::DropBefore { stream, first } => {
                let Some(end) = self.end(writer, ends, stream)? else { return Ok((0, None)) };
                let first = (*first).min(end.next);
                Ok((0, Some(Operation::Drop { stream: stream.clone(), first, next: end.next })))
            }
            Wanted::Delete { stream } => {
                ends.0.insert(stream.clone(), End::NEW);
                Ok((0, Some(Operation::Delete { stream: stream.clone() })))
            }
            Wanted::Sync => Ok((0, None)),
        }
    }

    fn plan_append(
        &self,
        writer: &mut Writer,
        ends: &mut Ends,
        stream: &StreamName,
        entries: &[(i64, Arc<[u8]>)],
    ) -> Result<(u64, Option<Operation>), StoreError> {
        let end = self.end(writer, ends, stream)?.unwrap_or(End::NEW);
        let mut after = end;
        let entries: Vec<Entry> = entries
            .iter()
            .map(|(time_ms, bytes)| {
                after.time_ms = after.time_ms.max(*time_ms);
                after.next += 1;
                Entry { sequence: after.next - 1, time_ms: after.time_ms, bytes: Arc::clone(bytes) }
            })
            .collect();
        ends.0.insert(stream.clone(), after);
        let operation = (!entries.is_empty()).then(|| Operation::Append { stream: stream.clone(), entries });
        Ok((end.next, operation))
    }

    /// Where a stream ends; `None` if it is not there.
    fn end(&self, writer: &mut Writer, ends: &Ends, name: &StreamName) -> Result<Option<End>, StoreError> {
        if let Some(end) = ends.0.get(name) {
            return Ok(Some(*end));
        }
        let mut streams = lock(&self.streams);
        let count = streams.len() + ends.0.len();
        let Some(stream) = streams.get_mut(name) else {
            return if count < STREAMS_MAX {
                Ok(None)
            } else {
                Err(StoreError::Invalid(format!("{STREAMS_MAX} streams is the most")))
            };
        };
        self.look(writer, name, stream)?;
        Ok(Some(End { next: stream.next, time_ms: stream.time_ms }))
    }

    /// Finds out where a stream ends, the first time it is used.
    pub(super) fn look(
        &self,
        writer: &mut Writer,
        name: &StreamName,
        stream: &mut Stream,
    ) -> Result<(), StoreError> {
        if !stream.seen {
            let gone = recovery::look(&*self.folder, name, stream, Tail::IsWhole);
            let gone = gone.map_err(|error| failed(&error))?;
            writer.garbage.extend(gone.iter().map(|segment| segment.file_name(name)));
        }
        match &stream.damage {
            None => Ok(()),
            Some(damage) => Err(StoreError::Corrupt(damage.clone())),
        }
    }

    fn write_group(&self, writer: &mut Writer, planned: &Planned) -> Result<(), StoreError> {
        let mut frames = Vec::new();
        for operation in &planned.operations {
            writer.journal.put(operation, &mut frames);
        }
        let mut taken = 0;
        let mut write = || -> io::Result<()> {
            if !frames.is_empty() {
                writer.journal.write(&frames)?;
                taken = frames.len();
            }
            if planned.durable || writer.journal.unsynced() > UNSYNCED_BYTES_MAX {
                writer.journal.sync()?;
            }
            Ok(())
        };
        let Err(error) = write() else { return Ok(()) };
        writer.journal.take_back(taken);
        match writer.journal.mend(&*self.folder) {
            Ok(()) => Err(failed(&error)),
            Err(_) => Err(StoreError::Uncertain(error.to_string())),
        }
    }

    /// Shows what was written to readers.
    fn apply(&self, writer: &mut Writer, operations: Vec<Operation>) {
        let mut streams = lock(&self.streams);
        for operation in operations {
            match operation {
                Operation::Append { stream, entries } => {
                    writer.pending_cost += entries.iter().map(Entry::cost).sum::<usize>();
                    streams.entry(stream).or_insert_with(Stream::new).append(&entries);
                }
                Operation::Drop { stream, first, .. } => {
                    if let Some(stream) = streams.get_mut(&stream) {
                        stream.drop_before(first);
                    }
                }
                Operation::Delete { stream } => {
                    let gone = streams.remove(&stream);
                    let segments = gone.into_iter().flat_map(|it| it.segments);
                    writer.garbage.extend(segments.map(|segment| segment.file_name(&stream)));
                }
            }
        }
    }

    /// Has what was dropped or deleted removed from the disk now. What fails is tried again later.
    pub(super) fn tidy(&self) {
        let mut writer = lock(&self.writer);
        if writer.journal.is_sound() || writer.journal.mend(&*self.folder).is_ok() {
            let _ = self.flush(&mut writer);
        }
    }
}

impl End {
    /// Of a stream that has nothing.
    const NEW: End = End { next: 1, time_ms: i64::MIN };
}

/// What the caller can do about a disk that fails.
pub(super) fn failed(error: &io::Error) -> StoreError {
    store_error(error.kind(), error.to_string())
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
