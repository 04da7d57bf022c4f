//! Moves what is in the journal into segments, and begins a new journal.
//!
//! ```text
//!   segments written, synced   folder synced   now they count   dropped files removed   folder synced   next journal
//! ```
//!
//! Until the next journal lasts, the old one says everything again, so that a crash at any point loses nothing.

use super::frame::FileNumber;
use super::journal::{self, Journal};
use super::recovery::Streams;
use super::segment::{Segment, Writing};
use super::stream::Stream;
use super::stream_name::StreamName;
use super::writer::{Shared, Writer, lock};
use redb::StorageBackend;
use std::io;

/// How many files are open at once while they are written.
const FILES_AT_ONCE: usize = 64;

/// What a stream has to have written.
struct Staged {
    stream: StreamName,
    writings: Vec<Writing>,
    /// The first entry that is in no segment after it.
    flushed: u64,
    first: u64,
}

impl Shared {
    /// Moves everything. What fails is tried again with the next flush.
    pub(super) fn flush(&self, writer: &mut Writer) -> io::Result<()> {
        if writer.journal.unsynced() > 0 {
            writer.journal.sync()?;
        }
        let staged = self.stage(writer);
        self.write_staged(writer, &staged)?;
        self.settle_staged(writer, staged);
        self.remove_garbage(writer)?;
        self.begin_journal(writer)
    }

    fn stage(&self, writer: &mut Writer) -> Vec<Staged> {
        let streams = lock(&self.streams);
        let dirty = streams.iter().filter(|(_, stream)| stream.is_dirty());
        dirty.map(|(name, stream)| self.stage_stream(writer, name, stream)).collect()
    }

    fn stage_stream(&self, writer: &mut Writer, name: &StreamName, stream: &Stream) -> Staged {
        let staged =
            |writings| Staged { stream: name.clone(), writings, flushed: stream.next, first: stream.first };
        let mut writings = Vec::new();
        // A segment of which everything was dropped is followed by a new one, and can go.
        let last = stream
            .segments
            .last()
            .filter(|it| it.bytes < self.options.segment_bytes && stream.first < stream.flushed());
        let mut current = match last {
            Some(last) => Writing::after(*last),
            None => {
                let time = stream.pending.front().map_or(stream.time_ms, |entry| entry.time_ms);
                begin_segment(writer, stream, stream.flushed(), time)
            }
        };
        if current.exists && stream.first != stream.first_in_segments {
            current.start(stream.first);
        }
        let mut entries = stream.pending.iter().peekable();
        while let Some(next) = entries.peek() {
            if current.length() >= self.options.segment_bytes {
                let following = begin_segment(writer, stream, next.sequence, next.time_ms);
                writings.push(std::mem::replace(&mut current, following));
            }
            current.block(&mut entries);
        }
        writings.push(current);
        staged(writings)
    }

    fn write_staged(&self, writer: &mut Writer, staged: &[Staged]) -> io::Result<()> {
        let all = staged.iter().flat_map(|it| it.writings.iter().map(|writing| (writing, &it.stream)));
        let all: Vec<_> = all.map(|(writing, stream)| (writing, writing.segment.file_name(stream))).collect();
        let mut made =
            all.iter().filter(|(writing, _)| !writing.exists).map(|(_, name)| name.clone()).peekable();
        let mut write_all = || -> io::Result<()> {
            all.chunks(FILES_AT_ONCE).try_for_each(|files| self.write_and_sync(files))?;
            if made.peek().is_some() { self.folder.sync() } else { Ok(()) }
        };
        let written = write_all();
        if written.is_err() {
            // They take the room that may be missing, and the journal still has everything.
            writer.garbage.extend(made.filter(|name| self.folder.remove(name).is_err()));
        }
        written
    }

    /// Writes all before it syncs the first: the file system then does much of it at once.
    fn write_and_sync(&self, files: &[(&Writing, String)]) -> io::Result<()> {
        let mut written = Vec::new();
        for (writing, name) in files {
            written.push(self.write(name, writing)?);
        }
        written.iter().try_for_each(|file| file.sync_data())
    }

    fn write(&self, name: &str, writing: &Writing) -> io::Result<Box<dyn StorageBackend>> {
        let file = if writing.exists { self.folder.open(name) } else { self.folder.create(name) }?;
        let begin = writing.segment.bytes;
        if file.len()? != begin {
            // A flush that failed, or a crash, has left something there.
            file.set_len(begin)?;
        }
        file.write(begin, &writing.bytes)?;
        Ok(file)
    }

    /// Takes over what was written; from now on it is read from the segments.
    fn settle_staged(&self, writer: &mut Writer, staged: Vec<Staged>) {
        let mut streams = lock(&self.streams);
        for Staged { stream: name, writings, flushed, first } in staged {
            let Some(stream) = streams.get_mut(&name) else { continue };
            for writing in &writings {
                if writing.exists {
                    stream.segments.pop();
                }
                stream.segments.push(writing.written());
            }
            while stream.pending.front().is_some_and(|entry| entry.sequence < flushed) {
                stream.pending.pop_front();
            }
            stream.first_in_segments = first;
            self.cap(stream);
            let dropped = stream.take_dropped();
            writer.garbage.extend(dropped.iter().map(|segment| segment.file_name(&name)));
        }
        writer.pending_cost = pending_cost(&streams);
    }

    /// Drops the oldest segments while the others have as much as a stream may have.
    fn cap(&self, stream: &mut Stream) {
        let Some(bytes_max) = self.options.stream_bytes_max else { return };
        let mut bytes = stream.bytes();
        for pair in stream.segments.windows(2) {
            bytes -= pair[0].bytes;
            if bytes < bytes_max {
                break;
            }
            stream.first = stream.first.max(pair[1].first);
            // Nothing has to say so: the stream begins with its first segment.
            stream.first_in_segments = stream.first;
        }
    }

    fn remove_garbage(&self, writer: &mut Writer) -> io::Result<()> {
        if writer.garbage.is_empty() {
            return Ok(());
        }
        // Oldest first: what stays when it is interrupted has no hole.
        let mut removed = 0;
        let all = writer.garbage.iter().try_for_each(|name| -> io::Result<()> {
            self.folder.remove(name)?;
            removed += 1;
            Ok(())
        });
        writer.garbage.drain(..removed);
        all?;
        self.folder.sync()
    }

    fn begin_journal(&self, writer: &mut Writer) -> io::Result<()> {
        if writer.journal.length() == 0 && writer.journal.is_sound() {
            return Ok(());
        }
        let next = Journal::create(&*self.folder, writer.next_number())?;
        let old = journal::file_name(writer.journal.number());
        if let Err(error) = self.folder.remove(&old) {
            writer.garbage.push(journal::file_name(next.number()));
            return Err(error);
        }
        writer.journal = next;
        writer.journal.mend(&*self.folder)
    }
}

fn begin_segment(writer: &mut Writer, stream: &Stream, first: u64, time_ms: i64) -> Writing {
    Writing::new(Segment::new(first, time_ms, writer.next_number()), stream.first)
}

/// What entries take that are in no segment yet.
pub(super) fn pending_cost(streams: &Streams) -> usize {
    let costs = streams.values().flat_map(|stream| &stream.pending).map(super::entry::Entry::cost);
    costs.sum()
}

impl Writer {
    /// Files have numbers that no other file has had.
    pub(super) fn next_number(&mut self) -> FileNumber {
        let number = FileNumber(self.next_file);
        self.next_file += 1;
        number
    }
}
