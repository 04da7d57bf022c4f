//! Bytes of objects: small ones in the index, others in files of their own.
//!
//! A file has its final name from the start. What makes it a body is the index, and a file that the index does not name is
//! removed: by who began it, or at the next start.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use futures_util::{Stream, StreamExt};
use s3s::StdError;

use super::checksum::Sums;
use super::row::{Algorithm, Checksum, Segment};
use super::{Objects, Refusal};

/// The largest body that is kept in the index: one commit then makes all of an object durable.
const INLINE_MAX: usize = 16 * 1024;
/// How much of a body is in memory at once.
const BUFFER: usize = 512 * 1024;
/// The largest body: AWS's limit of one request.
const BODY_MAX: u64 = 5 * 1024 * 1024 * 1024;

/// A body that is durable, but that no object has yet. Dropped, it goes away.
pub struct Written {
    /// Where it is.
    pub segment: Segment,
    /// MD5.
    pub md5: [u8; 16],
    /// The checksum that was asked for.
    pub checksum: Checksum,
    /// The bytes, if they belong into the index.
    pub(super) inline: Option<Vec<u8>>,
    pub(super) file: Option<Orphan>,
}

/// A file that no object has yet.
pub(super) struct Orphan {
    path: PathBuf,
    is_kept: bool,
}

impl Orphan {
    /// From now on the index says what becomes of it.
    pub(super) fn keep(&mut self) {
        self.is_kept = true;
    }
}

impl Drop for Orphan {
    fn drop(&mut self) {
        if !self.is_kept {
            remove(&self.path);
        }
    }
}

fn remove(path: &Path) {
    match fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        // The next start tries again.
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "a file of an object that is gone stays")
        }
    }
}

/// The folder of bodies, and who reads which of them.
pub(super) struct Bodies {
    pub(super) folder: PathBuf,
    /// Held for reading from before the index is asked until what it names is leased, so that nothing of that is removed.
    pub(super) asking: RwLock<()>,
    leases: Mutex<HashMap<u128, Leased>>,
}

#[derive(Default)]
struct Leased {
    readers: usize,
    is_over: bool,
}

/// Holds that bodies stay while somebody reads them.
pub(super) struct Lease {
    bodies: Arc<Bodies>,
    ids: Vec<u128>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut leases = self.bodies.leases.lock().unwrap_or_else(PoisonError::into_inner);
        for id in &self.ids {
            let Some(leased) = leases.get_mut(id) else { continue };
            leased.readers -= 1;
            if leased.readers == 0 {
                let is_over = leased.is_over;
                leases.remove(id);
                if is_over {
                    remove(&self.bodies.path(*id));
                }
            }
        }
    }
}

impl Bodies {
    /// Opens the folder, and removes what is in it by accident.
    pub(super) fn open(folder: PathBuf, known: &HashSet<u128>) -> io::Result<Arc<Bodies>> {
        fs::create_dir_all(&folder)?;
        for first in 0..=u8::MAX {
            fs::create_dir_all(folder.join(format!("{first:02x}")))?;
        }
        File::open(&folder)?.sync_all()?;
        let bodies = Bodies { folder, asking: RwLock::default(), leases: Mutex::default() };
        bodies.remove_unknown(known)?;
        Ok(Arc::new(bodies))
    }

    fn remove_unknown(&self, known: &HashSet<u128>) -> io::Result<()> {
        for first in 0..=u8::MAX {
            for entry in fs::read_dir(self.folder.join(format!("{first:02x}")))? {
                let entry = entry?;
                let name = entry.file_name();
                let id = name.to_str().and_then(|it| u128::from_str_radix(it, 16).ok());
                if id.is_none_or(|it| !known.contains(&it)) {
                    remove(&entry.path());
                }
            }
        }
        Ok(())
    }

    pub(super) fn path(&self, id: u128) -> PathBuf {
        let name = format!("{id:032x}");
        self.folder.join(&name[..2]).join(name)
    }

    pub(super) fn lease(self: &Arc<Self>, segments: &[Segment]) -> Lease {
        let ids: Vec<u128> = segments.iter().filter(|it| !it.inline).map(|it| it.body).collect();
        let mut leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
        for id in &ids {
            leases.entry(*id).or_default().readers += 1;
        }
        Lease { bodies: self.clone(), ids }
    }

    /// Gives space back, at once or when the last reader has ended.
    pub(super) fn remove(&self, ids: &[u128]) {
        if ids.is_empty() {
            return;
        }
        // Waits for those who have asked the index, and may be about to lease.
        drop(self.asking.write().unwrap_or_else(PoisonError::into_inner));
        for id in ids {
            let mut leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
            match leases.get_mut(id) {
                Some(leased) => leased.is_over = true,
                None => remove(&self.path(*id)),
            }
        }
    }
}

/// A body on its way to the disk.
struct Writing {
    file: File,
    orphan: Orphan,
}

impl Writing {
    fn begin(bodies: &Bodies, id: u128) -> io::Result<Writing> {
        let path = bodies.path(id);
        let file = File::create_new(&path)?;
        Ok(Writing { file, orphan: Orphan { path, is_kept: false } })
    }

    /// Makes the file and its name durable.
    fn end(self) -> io::Result<Orphan> {
        self.file.sync_all()?;
        let folder = self.orphan.path.parent().expect("bodies are in a folder");
        File::open(folder)?.sync_all()?;
        Ok(self.orphan)
    }
}

impl Objects {
    /// Takes a body in, and makes it durable if it is not for the index.
    ///
    /// # Errors
    /// The stream's own, as the outer one.
    pub async fn write(
        &self,
        mut stream: impl Stream<Item = Result<hyper::body::Bytes, StdError>> + Unpin,
        algorithm: Algorithm,
    ) -> Result<Result<Written, Refusal>, StdError> {
        let id = super::random();
        let mut taken = Taken { sums: Sums::new(algorithm), writing: None, buffer: Vec::new(), size: 0 };
        while let Some(bytes) = stream.next().await {
            let bytes = bytes?;
            taken.size += bytes.len() as u64;
            if taken.size > BODY_MAX {
                return Ok(Err(Refusal::TooLarge { size: taken.size, max: BODY_MAX }));
            }
            taken.buffer.extend_from_slice(&bytes);
            if taken.buffer.len() >= BUFFER {
                match self.blocking(move |bodies| taken.flush(bodies, id)).await {
                    Ok(next) => taken = next,
                    Err(error) => return Ok(Err(error)),
                }
            }
        }
        Ok(self.blocking(move |bodies| taken.end(bodies, id)).await)
    }

    /// The same of bytes that are there already: their sums.
    pub async fn sums_of(
        &self,
        read: Reading,
        algorithm: Algorithm,
    ) -> Result<([u8; 16], Checksum), Refusal> {
        let mut sums = Sums::new(algorithm);
        let mut stream = Box::pin(self.clone().stream(read));
        while let Some(bytes) = stream.next().await {
            let bytes = bytes.map_err(|it| Refusal::Storage(it.to_string()))?;
            sums = tokio::task::spawn_blocking(move || {
                sums.update(&bytes);
                sums
            })
            .await
            .map_err(|it| Refusal::Storage(it.to_string()))?;
        }
        Ok(sums.end())
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Bodies) -> io::Result<T> + Send + 'static,
    ) -> Result<T, Refusal> {
        let bodies = self.bodies.clone();
        let done = tokio::task::spawn_blocking(move || work(&bodies)).await;
        done.map_err(io::Error::other).flatten().map_err(|it| Refusal::Storage(it.to_string()))
    }

    /// The bytes of what is read, in order.
    pub fn stream(
        self,
        read: Reading,
    ) -> impl Stream<Item = io::Result<hyper::body::Bytes>> + Send + Sync + 'static {
        futures_util::stream::try_unfold((self, read), |(objects, mut read)| async move {
            let bodies = objects.bodies.clone();
            let step = tokio::task::spawn_blocking(move || {
                let bytes = read.next(&bodies)?;
                Ok::<_, io::Error>((bytes, read))
            });
            let (bytes, read) = step.await.map_err(io::Error::other)??;
            Ok(bytes.map(|it| (it, (objects, read))))
        })
    }
}

struct Taken {
    sums: Sums,
    writing: Option<Writing>,
    buffer: Vec<u8>,
    size: u64,
}

impl Taken {
    fn flush(mut self, bodies: &Bodies, id: u128) -> io::Result<Taken> {
        if !super::room::is_left(&bodies.folder) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.sums.update(&self.buffer);
        let mut writing = match self.writing.take() {
            Some(writing) => writing,
            None => Writing::begin(bodies, id)?,
        };
        writing.file.write_all(&self.buffer)?;
        self.buffer.clear();
        self.writing = Some(writing);
        Ok(self)
    }

    fn end(mut self, bodies: &Bodies, id: u128) -> io::Result<Written> {
        let is_inline = self.writing.is_none() && self.buffer.len() <= INLINE_MAX;
        let mut inline = None;
        if is_inline {
            self.sums.update(&self.buffer);
            inline = Some(std::mem::take(&mut self.buffer));
        } else {
            self = self.flush(bodies, id)?;
        }
        let file = self.writing.map(Writing::end).transpose()?;
        let (md5, checksum) = self.sums.end();
        let segment = Segment { body: id, start: 0, size: self.size, inline: is_inline };
        Ok(Written { segment, md5, checksum, inline, file })
    }
}

/// What is to be read, and how far it is.
pub struct Reading {
    pub(super) segments: std::collections::VecDeque<Segment>,
    /// The bytes of those that are in the index.
    pub(super) inline: HashMap<u128, Vec<u8>>,
    pub(super) open: Option<(u128, File)>,
    pub(super) _lease: Lease,
}

impl Reading {
    /// Leaves only a range of it.
    pub fn cut(&mut self, range: std::ops::Range<u64>) {
        self.segments = cut(self.segments.iter().copied(), range).into();
    }

    fn next(&mut self, bodies: &Bodies) -> io::Result<Option<hyper::body::Bytes>> {
        let Some(first) = self.segments.front_mut() else { return Ok(None) };
        let take = first.size.min(BUFFER as u64);
        let mut bytes = vec![0; usize::try_from(take).map_err(io::Error::other)?];
        if first.inline {
            let all = self.inline.get(&first.body).ok_or(io::ErrorKind::NotFound)?;
            let start = usize::try_from(first.start).map_err(io::Error::other)?;
            let range = start..start + bytes.len();
            bytes.copy_from_slice(all.get(range).ok_or(io::ErrorKind::UnexpectedEof)?);
        } else {
            if self.open.as_ref().is_none_or(|(of, _)| *of != first.body) {
                self.open = Some((first.body, File::open(bodies.path(first.body))?));
            }
            let (_, file) = self.open.as_mut().expect("it was opened just now");
            file.seek(SeekFrom::Start(first.start))?;
            file.read_exact(&mut bytes)?;
        }
        first.start += take;
        first.size -= take;
        if first.size == 0 {
            self.segments.pop_front();
        }
        Ok(Some(bytes.into()))
    }
}

/// The segments of a range of what these have together; none are empty.
pub fn cut(segments: impl IntoIterator<Item = Segment>, range: std::ops::Range<u64>) -> Vec<Segment> {
    let mut at = 0;
    let mut cut = Vec::new();
    for segment in segments {
        let (start, end) = (range.start.max(at), range.end.min(at + segment.size));
        if start < end {
            cut.push(Segment { start: segment.start + (start - at), size: end - start, ..segment });
        }
        at += segment.size;
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_out_of_several_segments() {
        let segment = |body, start, size| Segment { body, start, size, inline: false };
        let all = [segment(1, 0, 10), segment(2, 5, 0), segment(3, 100, 10)];
        assert_eq!(cut(all, 0..20), [segment(1, 0, 10), segment(3, 100, 10)]);
        assert_eq!(cut(all, 8..12), [segment(1, 8, 2), segment(3, 100, 2)]);
        assert_eq!(cut(all, 12..13), [segment(3, 102, 1)]);
        assert_eq!(cut(all, 20..30), []);
    }
}
