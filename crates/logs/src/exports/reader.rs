//! What a task writes: `STREAM/000000.gz`, `STREAM/000001.gz`, one object in memory at a time.

use std::io::Write;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use model::Timestamp;
use model::log_export::LogExport;
use model::log_group::LogGroup;

use crate::events::{Direction, Events, Page, Position, Problem, Question, Wanted};

/// Bytes of an object's lines: what is more goes into the next one.
const OBJECT_BYTES_MAX: usize = 8 << 20;
/// Bytes of a folder's name: keys have 1,024 at most, and names of streams may be longer.
const FOLDER_BYTES_MAX: usize = 700;
/// How much is read at once.
const PAGE_EVENTS: usize = 10_000;
const PAGE_BYTES: usize = 4 << 20;

/// Reads the events of a task, stream by stream.
pub struct ExportReader {
    events: Arc<Events>,
    group: u64,
    times: (i64, i64),
    pub(crate) object_bytes_max: usize,
    /// The streams that are left, the next one last: their names and numbers.
    streams: Vec<(Arc<str>, u64)>,
    /// The stream that is being read: from where on, and how many objects its folder has.
    open: Option<Open>,
}

struct Open {
    folder: String,
    stream: u64,
    after: Option<Position>,
    objects: u32,
}

/// An object to be written.
#[derive(Debug, PartialEq, Eq)]
pub struct ExportedObject {
    /// Its key, below the task's folder.
    pub name: String,
    /// Its lines, compressed.
    pub bytes: Vec<u8>,
}

impl ExportReader {
    /// Reads what a task is to write of its group: what is too old now is not there any more.
    pub fn new(events: Arc<Events>, group: &LogGroup, export: &LogExport, now: Timestamp) -> ExportReader {
        let id = group.id.number();
        let from = export.from.max(group.oldest(now).unwrap_or(0));
        let prefix = export.stream_prefix.as_deref().unwrap_or_default();
        let named = |stream| Some((events.stream_name(id, stream)?, stream));
        let mut streams: Vec<_> = events.streams_with(id, prefix).into_iter().filter_map(named).collect();
        // Those of which the folder is the same are next to each other, and share its numbers.
        streams.sort_by(|(one, a), (other, b)| folder(other).cmp(folder(one)).then(b.cmp(a)));
        let (times, object_bytes_max) = ((from, export.to), OBJECT_BYTES_MAX);
        ExportReader { events, group: id, times, object_bytes_max, streams, open: None }
    }

    /// The next object; none when there is no more. Blocks; call it from a thread that may wait.
    ///
    /// # Errors
    /// The store's.
    pub fn next_object(&mut self) -> Result<Option<ExportedObject>, Problem> {
        loop {
            let Some(mut open) = self.open.take().or_else(|| self.open_next(None)) else { return Ok(None) };
            let (lines, is_over) = self.fill(&mut open)?;
            let name = format!("{}/{:06}.gz", open.folder, open.objects);
            if lines.is_some() {
                open.objects += 1;
            }
            self.open = if is_over { self.open_next(Some(open)) } else { Some(open) };
            if let Some(bytes) = lines {
                return Ok(Some(ExportedObject { name, bytes }));
            }
            if self.open.is_none() {
                return Ok(None);
            }
        }
    }

    /// Goes on to the next stream.
    fn open_next(&mut self, before: Option<Open>) -> Option<Open> {
        let (name, stream) = self.streams.pop()?;
        let folder: String = folder(&name).collect();
        let objects = before.filter(|it| it.folder == folder).map_or(0, |it| it.objects);
        Some(Open { folder, stream, after: None, objects })
    }

    /// Lines of a stream until an object is full; and whether the stream has no more.
    fn fill(&self, open: &mut Open) -> Result<(Option<Vec<u8>>, bool), Problem> {
        let mut lines = Lines::default();
        loop {
            let page = self.page(open)?;
            let is_over = page.next.is_none();
            open.after = page.next;
            for event in &page.events {
                lines.put(event.timestamp, &event.message);
            }
            if is_over || lines.written >= self.object_bytes_max {
                return Ok((lines.finish(), is_over));
            }
        }
    }

    fn page(&self, open: &Open) -> Result<Page, Problem> {
        let (from, to) = self.times;
        self.events.page(&Question {
            group: self.group,
            streams: Wanted::One(open.stream),
            from,
            to,
            direction: Direction::Forward,
            after: open.after,
            limit: PAGE_EVENTS,
            bytes_max: PAGE_BYTES,
            scan_bytes_max: usize::MAX,
            matches: &|_| true,
        })
    }
}

/// A stream's name with no folders in it, as far as it fits into a key.
fn folder(stream: &str) -> impl Iterator<Item = char> {
    let end = stream.floor_char_boundary(FOLDER_BYTES_MAX);
    stream[..end].chars().map(|sign| if sign == '/' { '-' } else { sign })
}

/// Lines that are being compressed.
struct Lines {
    bytes: GzEncoder<Vec<u8>>,
    written: usize,
}

impl Default for Lines {
    fn default() -> Self {
        Lines { bytes: GzEncoder::new(Vec::new(), Compression::default()), written: 0 }
    }
}

impl Lines {
    /// `2026-11-30T03:46:00.123Z MESSAGE`
    fn put(&mut self, time: i64, message: &str) {
        let line = format!("{} {message}\n", Timestamp(time));
        // Memory takes what it is given.
        let _ = self.bytes.write_all(line.as_bytes());
        self.written += line.len();
    }

    /// What there is, if there is any.
    fn finish(self) -> Option<Vec<u8>> {
        let bytes = self.bytes.finish().expect("memory takes what it is given");
        (self.written > 0).then_some(bytes)
    }
}
