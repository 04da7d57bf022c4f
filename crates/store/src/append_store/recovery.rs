//! What is found in the folder when a store is opened, and in a stream when it is first used.
//!
//! Only the journals are read at once. A stream's last segment is read when the stream is first used: unless the journal
//! goes on from it, it was synced, and has to be whole.

use super::entry::Entry;
use super::folder::{Folder, read_up_to};
use super::frame::FileNumber;
use super::journal::{self, Journal, Replay};
use super::operation::Operation;
use super::segment::{self, Contents, Segment};
use super::stream::Stream;
use super::stream_name::StreamName;
use std::collections::BTreeMap;
use std::io;

pub(super) type Streams = BTreeMap<StreamName, Stream>;

/// What a folder holds.
pub(super) struct Found {
    pub(super) streams: Streams,
    /// The newest journal, if there is one.
    pub(super) journal: Option<Journal>,
    /// Files to be removed.
    pub(super) leftovers: Vec<String>,
    /// What the next file is called.
    pub(super) next_number: u64,
    /// What was acknowledged and is lost, in words.
    pub(super) damage: Option<String>,
}

/// Reads what is there, changing nothing.
pub(super) fn find(folder: &dyn Folder) -> io::Result<Found> {
    let names = folder.names()?;
    let (streams, mut leftovers, last_segment) = find_segments(&names);
    let mut journals: Vec<FileNumber> =
        names.iter().filter_map(|name| journal::from_file_name(name)).collect();
    journals.sort_unstable_by_key(|number| number.0);
    let last_journal = journals.last().map_or(0, |number| number.0);
    let mut found = Found {
        streams,
        journal: None,
        leftovers: Vec::new(),
        next_number: last_segment.max(last_journal) + 1,
        damage: None,
    };
    for number in journals {
        let older = found.journal.take();
        leftovers.extend(older.map(|journal| journal::file_name(journal.number())));
        found.take_journal(folder, number)?;
    }
    found.leftovers.extend(leftovers);
    Ok(found)
}

/// The streams by their segments, the files that count no more, and the highest number of a file.
fn find_segments(names: &[String]) -> (Streams, Vec<String>, u64) {
    let mut by_stream: BTreeMap<StreamName, Vec<Segment>> = BTreeMap::new();
    for (stream, segment) in names.iter().filter_map(|name| Segment::from_file_name(name)) {
        by_stream.entry(stream).or_default().push(segment);
    }
    let last = by_stream.values().flatten().map(|segment| segment.number.0).max().unwrap_or(0);
    let mut leftovers = Vec::new();
    let mut streams = Streams::new();
    for (stream, segments) in by_stream {
        let (counting, rest) = without_superseded(segments);
        leftovers.extend(rest.iter().map(|segment| segment.file_name(&stream)));
        streams.insert(stream, Stream::of(counting));
    }
    (streams, leftovers, last)
}

/// A segment that a later one begins before, or with, was given up.
fn without_superseded(mut segments: Vec<Segment>) -> (Vec<Segment>, Vec<Segment>) {
    segments.sort_unstable_by_key(|segment| segment.number.0);
    let mut begins = u64::MAX;
    let (mut counting, mut rest) = (Vec::new(), Vec::new());
    for segment in segments.into_iter().rev() {
        if segment.first < begins {
            begins = segment.first;
            counting.push(segment);
        } else {
            rest.push(segment);
        }
    }
    counting.reverse();
    (counting, rest)
}

impl Found {
    fn take_journal(&mut self, folder: &dyn Folder, number: FileNumber) -> io::Result<()> {
        let file = folder.open(&journal::file_name(number))?;
        let Replay { operations, whole, damaged } = journal::replay(&*file, number)?;
        if damaged {
            self.damage = Some(format!("{} is damaged after {whole} bytes", journal::file_name(number)));
        }
        for operation in operations {
            self.redo(folder, operation)?;
        }
        self.journal = Some(Journal::after(file, number, whole));
        Ok(())
    }

    /// Does again what may have been done, in full or in part, before the end.
    fn redo(&mut self, folder: &dyn Folder, operation: Operation) -> io::Result<()> {
        match operation {
            Operation::Append { stream, entries } => {
                let Some(first) = entries.first().map(|entry| entry.sequence) else { return Ok(()) };
                let found = self.stream_at(folder, stream, first)?;
                if found.damage.is_none() {
                    found.append(&entries);
                }
            }
            Operation::Drop { stream, first, next } => {
                self.stream_at(folder, stream, next)?.drop_before(first);
            }
            Operation::Delete { stream } => {
                let gone = self.streams.remove(&stream);
                let files = gone.into_iter().flat_map(|it| it.segments);
                self.leftovers.extend(files.map(|segment| segment.file_name(&stream)));
            }
        }
        Ok(())
    }

    /// The stream, which has everything before the entry `next`, or is damaged.
    fn stream_at(&mut self, folder: &dyn Folder, name: StreamName, next: u64) -> io::Result<&mut Stream> {
        let stream = self.streams.entry(name.clone()).or_insert_with(Stream::new);
        if !stream.seen {
            let gone = look(folder, &name, stream, Tail::MayBeTorn)?;
            self.leftovers.extend(gone.iter().map(|segment| segment.file_name(&name)));
        }
        if stream.segments.is_empty() && stream.pending.is_empty() && stream.next < next {
            // All that was there before was dropped.
            (stream.next, stream.first) = (next, next);
        }
        if stream.next < next && stream.damage.is_none() {
            stream.damage =
                Some(format!("of {name} the entries {} to {} are missing", stream.next, next - 1));
        }
        Ok(stream)
    }
}

/// What the end of a stream's last segment may look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    /// It was being written, and the journal has what it should hold.
    MayBeTorn,
    /// It was synced.
    IsWhole,
}

/// Looks where a stream begins and ends. Segments that do not count are taken out and returned: those that were being made,
/// and those of which everything was dropped, of which some may be removed already.
pub(super) fn look(
    folder: &dyn Folder,
    name: &StreamName,
    stream: &mut Stream,
    tail: Tail,
) -> io::Result<Vec<Segment>> {
    let mut gone = Vec::new();
    while let Some(last) = stream.segments.last().copied() {
        let file = folder.open(&last.file_name(name))?;
        let bytes = read_up_to(&*file, u64::MAX)?;
        let contents = segment::read(&bytes, &last);
        if contents.is_none() && tail == Tail::MayBeTorn {
            gone.extend(stream.segments.pop());
            continue;
        }
        let whole = contents.as_ref().map_or(0, |contents| contents.bytes);
        if whole == 0 || (tail == Tail::IsWhole && whole != bytes.len()) {
            stream.damage = Some(damaged(name, &last));
        }
        stream.end_with(last, &contents.unwrap_or_default());
        break;
    }
    gone.extend(stream.take_dropped());
    for segment in &mut stream.segments {
        if segment.bytes == 0 {
            segment.bytes = folder.open(&segment.file_name(name))?.len()?;
        }
    }
    stream.seen = true;
    Ok(gone)
}

pub(super) fn damaged(name: &StreamName, segment: &Segment) -> String {
    format!("{} does not hold what was written there", segment.file_name(name))
}

impl Stream {
    fn end_with(&mut self, last: Segment, contents: &Contents) {
        let next = |entry: &Entry| (entry.sequence + 1, entry.time_ms);
        (self.next, self.time_ms) = contents.entries.last().map_or((last.first, last.time_ms), next);
        self.first = self.first.max(contents.start);
        self.first_in_segments = self.first;
        self.segments.pop();
        self.segments.push(Segment { bytes: contents.bytes as u64, ..last });
    }
}
