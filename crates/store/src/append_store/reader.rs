//! Reading ranges: from segments, one at a time, and from what is pending in memory.

use super::entry::{Entry, Position};
use super::folder::read_up_to;
use super::recovery::damaged;
use super::segment::{self, Segment};
use super::stream::{Budget, Stream};
use super::stream_name::StreamName;
use super::writer::{Shared, failed, lock};
use crate::StoreError;
use std::io::{self, ErrorKind};

/// How often reading is begun anew because the segments were dropped meanwhile.
const ATTEMPTS: usize = 5;

/// A stream at one moment.
struct View {
    segments: Vec<Segment>,
    first: u64,
    pending: Vec<Entry>,
    /// The first entry that is in no segment.
    flushed: u64,
}

/// Why a reading did not come to an end.
enum Stopped {
    /// A segment is gone: it was dropped, or the stream deleted.
    Vanished,
    Failed(StoreError),
}

impl Shared {
    /// Entries at or after a place, the oldest first.
    pub(super) fn read(
        &self,
        name: &StreamName,
        from: Position,
        bytes_max: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        self.attempt(|| {
            let Some(view) = self.view(name, |stream| stream.pending_after(from, bytes_max))? else {
                return Ok(Vec::new());
            };
            self.read_forwards(name, &view, from, bytes_max)
        })
    }

    /// Entries before a place, the newest first.
    pub(super) fn read_back(
        &self,
        name: &StreamName,
        before: Position,
        bytes_max: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        self.attempt(|| {
            let Some(view) = self.view(name, |stream| stream.pending_before(before, bytes_max))? else {
                return Ok(Vec::new());
            };
            self.read_backwards(name, &view, before, bytes_max)
        })
    }

    fn attempt(
        &self,
        mut read: impl FnMut() -> Result<Vec<Entry>, Stopped>,
    ) -> Result<Vec<Entry>, StoreError> {
        for _ in 0..ATTEMPTS {
            match read() {
                Ok(entries) => return Ok(entries),
                Err(Stopped::Failed(error)) => return Err(error),
                Err(Stopped::Vanished) => {}
            }
        }
        Err(StoreError::SnapshotLost)
    }

    fn view(
        &self,
        name: &StreamName,
        pending: impl FnOnce(&Stream) -> Vec<Entry>,
    ) -> Result<Option<View>, Stopped> {
        self.see(name).map_err(Stopped::Failed)?;
        let streams = lock(&self.streams);
        let Some(stream) = streams.get(name) else { return Ok(None) };
        if let Some(damage) = &stream.damage {
            return Err(Stopped::Failed(StoreError::Corrupt(damage.clone())));
        }
        Ok(Some(View {
            segments: stream.segments.clone(),
            first: stream.first,
            pending: pending(stream),
            flushed: stream.flushed(),
        }))
    }

    /// Looks at a stream, should nobody have done so.
    fn see(&self, name: &StreamName) -> Result<(), StoreError> {
        if lock(&self.streams).get(name).is_none_or(|stream| stream.seen) {
            return Ok(());
        }
        let mut writer = lock(&self.writer);
        lock(&self.streams).get_mut(name).map_or(Ok(()), |stream| self.look(&mut writer, name, stream))
    }

    fn read_forwards(
        &self,
        name: &StreamName,
        view: &View,
        from: Position,
        bytes_max: usize,
    ) -> Result<Vec<Entry>, Stopped> {
        let after = view.segments.partition_point(|it| !from.precedes(it.first, it.time_ms));
        let mut budget = Budget::of(bytes_max);
        let mut found = Vec::new();
        for (place, segment) in view.segments.iter().enumerate().skip(after.saturating_sub(1)) {
            for entry in self.entries(name, view, segment, place)? {
                if !from.precedes(entry.sequence, entry.time_ms) {
                    continue;
                }
                if !budget.has_room(&entry) {
                    return Ok(found);
                }
                found.push(entry);
            }
        }
        found.extend(view.pending.iter().take_while(|entry| budget.has_room(entry)).cloned());
        Ok(found)
    }

    fn read_backwards(
        &self,
        name: &StreamName,
        view: &View,
        before: Position,
        bytes_max: usize,
    ) -> Result<Vec<Entry>, Stopped> {
        let end = view.segments.partition_point(|it| !before.precedes(it.first, it.time_ms));
        let mut budget = Budget::of(bytes_max);
        let mut found: Vec<Entry> =
            view.pending.iter().take_while(|entry| budget.has_room(entry)).cloned().collect();
        for (place, segment) in view.segments.iter().enumerate().take(end).rev() {
            for entry in self.entries(name, view, segment, place)?.into_iter().rev() {
                if before.precedes(entry.sequence, entry.time_ms) {
                    continue;
                }
                if !budget.has_room(&entry) {
                    return Ok(found);
                }
                found.push(entry);
            }
            if budget.is_used_up() {
                break;
            }
        }
        Ok(found)
    }

    /// The entries of a segment that were not dropped: all that should be there, or an error.
    fn entries(
        &self,
        name: &StreamName,
        view: &View,
        segment: &Segment,
        place: usize,
    ) -> Result<Vec<Entry>, Stopped> {
        let bytes = self.bytes(name, segment).map_err(|error| stopped(&error))?;
        let next = view.segments.get(place + 1).map_or(view.flushed, |next| next.first);
        let contents = segment::read(&bytes, segment);
        let all = contents.map(|contents| contents.entries).filter(|entries| {
            let end = entries.last().map_or(segment.first, |entry| entry.sequence + 1);
            end >= next && entries.iter().map(|entry| entry.sequence).eq(segment.first..end)
        });
        let Some(mut entries) = all else {
            return Err(Stopped::Failed(StoreError::Corrupt(damaged(name, segment))));
        };
        entries.retain(|entry| (view.first..next).contains(&entry.sequence));
        Ok(entries)
    }

    fn bytes(&self, name: &StreamName, segment: &Segment) -> io::Result<Vec<u8>> {
        let file = self.folder.open(&segment.file_name(name))?;
        read_up_to(&*file, segment.bytes)
    }
}

fn stopped(error: &io::Error) -> Stopped {
    match error.kind() {
        ErrorKind::NotFound => Stopped::Vanished,
        // `ErrorKind` is std's and grows there: every other failure is one of the disk.
        _ => Stopped::Failed(failed(error)),
    }
}
