//! Uploads in parts. A part is durable when it is answered; completing an upload moves no bytes.
//!
//! Follows "Uploading and copying objects using multipart upload" (Amazon S3 User Guide).

use model::timestamp::Timestamp;
use redb::ReadableTable;

use super::checksum;
use super::event::{Event, Telling};
use super::index::{Changes, PARTS, UPLOADS, reader};
use super::put::{self, Condition, Keep, Put};
use super::row::{self, Checksum, ObjectPart, Part, Upload, Version};
use super::{Objects, Refusal, Written, key, random};

/// The least size of a part that is not the last.
pub const PART_MIN: u64 = 5 * 1024 * 1024;
/// Unfinished uploads of a bucket; AWS has no limit.
pub const UPLOADS_PER_BUCKET_MAX: u64 = 100_000;
/// Uploads that are given up in one commit, when a bucket is gone.
const FORGOTTEN_AT_ONCE: usize = 100;

/// A part as who completes names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPart {
    /// Its number.
    pub number: u16,
    /// Its entity tag.
    pub etag: String,
    /// Its checksum, if it is said.
    pub checksum: Option<String>,
}

/// An upload that is to become an object.
pub struct Completing {
    /// The bucket's objects.
    pub bucket: u64,
    /// The key.
    pub name: String,
    /// The upload.
    pub id: u128,
    /// Its parts.
    pub parts: Vec<NamedPart>,
    /// What becomes of former versions.
    pub keep: Keep,
    /// What has to hold.
    pub condition: Condition,
    /// The checksum of all, if it is said.
    pub checksum: Option<String>,
    /// The moment.
    pub now: Timestamp,
    /// Who hears of it.
    pub telling: Option<Telling>,
}

impl Objects {
    /// Begins an upload.
    ///
    /// # Errors
    /// There are too many.
    pub async fn begin_upload(&self, bucket: u64, name: String, upload: Upload) -> Result<u128, Refusal> {
        self.check_room()?;
        let begin = move |changes: &mut Changes<'_>| {
            let count = changes.uploads_of(bucket)?;
            if count >= UPLOADS_PER_BUCKET_MAX {
                return Err(Refusal::TooManyUploads);
            }
            changes.count_uploads(bucket, count + 1)?;
            // Those of one key are listed in the order in which they were begun.
            let id = u128::from(changes.next_number()?) << 64 | random() >> 64;
            let key = key::of_upload(bucket, &name, id);
            changes.uploads.insert(key.as_slice(), row::to_bytes(&upload).as_slice())?;
            Ok(id)
        };
        self.queue.change(begin).await
    }

    /// An upload.
    ///
    /// # Errors
    /// There is none.
    pub fn upload(&self, bucket: u64, name: &str, id: u128) -> Result<Upload, Refusal> {
        found(&reader(&self.database)?.open_table(UPLOADS)?, bucket, name, id)
    }

    /// Writes a part, in place of the one that has its number.
    ///
    /// # Errors
    /// There is no such upload.
    pub async fn put_part(
        &self,
        bucket: u64,
        name: String,
        id: u128,
        number: u16,
        mut written: Written,
        now: Timestamp,
    ) -> Result<Part, Refusal> {
        self.check_room()?;
        let put = move |changes: &mut Changes<'_>| {
            found(&changes.uploads, bucket, &name, id)?;
            changes.adopt(&mut written)?;
            let part = Part {
                written: now,
                size: written.segment.size,
                etag: checksum::hex(&written.md5),
                checksum: Some(written.checksum.clone()),
                segments: vec![written.segment],
            };
            replace(changes, id, number, &part)?;
            Ok(part)
        };
        self.queue.change(put).await
    }

    /// Writes a part whose bytes are those of an object, if that is still there.
    ///
    /// # Errors
    /// There is no such upload, or no such object.
    pub async fn copy_part(
        &self,
        upload: (u64, String, u128),
        number: u16,
        part: Part,
        source: (u64, String, Version),
    ) -> Result<Part, Refusal> {
        self.check_room()?;
        let copy = move |changes: &mut Changes<'_>| {
            let ((bucket, name, id), (from, key, seen)) = (upload, source);
            found(&changes.uploads, bucket, &name, id)?;
            if !put::is_still_there(changes, from, &key, &seen) {
                return Err(Refusal::NoSuchKey);
            }
            changes.hold(&part.segments)?;
            replace(changes, id, number, &part)?;
            Ok(part)
        };
        self.queue.change(copy).await
    }

    /// The parts of an upload behind a number.
    ///
    /// # Errors
    /// There is no such upload.
    pub fn parts(&self, bucket: u64, name: &str, id: u128, after: u16) -> Result<Vec<(u16, Part)>, Refusal> {
        let transaction = reader(&self.database)?;
        found(&transaction.open_table(UPLOADS)?, bucket, name, id)?;
        let Some(first) = after.checked_add(1) else { return Ok(Vec::new()) };
        let mut parts = Vec::new();
        for entry in transaction.open_table(PARTS)?.range((id, first)..=(id, u16::MAX))? {
            let (key, value) = entry?;
            parts.push((key.value().1, row::from_bytes(value.value())?));
        }
        Ok(parts)
    }

    /// Makes an upload an object.
    ///
    /// # Errors
    /// The parts are not what was said, or the condition does not hold.
    pub async fn complete_upload(&self, completing: Completing) -> Result<Version, Refusal> {
        self.queue.change(move |changes| completing.make(changes)).await
    }

    /// Gives an upload up.
    ///
    /// # Errors
    /// There is none.
    pub async fn abort_upload(&self, bucket: u64, name: String, id: u128) -> Result<(), Refusal> {
        self.queue.change(move |changes| abort(changes, bucket, &name, id)).await
    }
}

fn replace(changes: &mut Changes<'_>, id: u128, number: u16, part: &Part) -> Result<(), Refusal> {
    let replaced: Option<Part> = match changes.parts.get((id, number))? {
        Some(it) => Some(row::from_bytes(it.value())?),
        None => None,
    };
    if let Some(replaced) = replaced {
        changes.release(&replaced.segments)?;
    }
    changes.parts.insert((id, number), row::to_bytes(part).as_slice())?;
    Ok(())
}

pub(super) fn abort(changes: &mut Changes<'_>, bucket: u64, name: &str, id: u128) -> Result<(), Refusal> {
    found(&changes.uploads, bucket, name, id)?;
    for (number, part) in all_parts(changes, id)? {
        changes.release(&part.segments)?;
        changes.parts.remove((id, number))?;
    }
    changes.uploads.remove(key::of_upload(bucket, name, id).as_slice())?;
    let count = changes.uploads_of(bucket)?;
    changes.count_uploads(bucket, count.saturating_sub(1))
}

/// Gives up some uploads of a bucket, and says whether there may be more.
pub(super) fn forget_some_uploads(changes: &mut Changes<'_>, bucket: u64) -> Result<bool, Refusal> {
    let first = key::of_bucket(bucket);
    let mut found = Vec::new();
    for entry in changes.uploads.range::<&[u8]>(first.as_slice()..)?.take(FORGOTTEN_AT_ONCE) {
        let (key, _) = entry?;
        if !key.value().starts_with(&first) {
            break;
        }
        let read = key::read(key.value()).and_then(|(name, id)| Some((name, id.try_into().ok()?)));
        let (name, id) = read.ok_or_else(|| Refusal::Storage("an upload's key".to_owned()))?;
        found.push((name, u128::from_be_bytes(id)));
    }
    for (name, id) in &found {
        abort(changes, bucket, name, *id)?;
    }
    Ok(found.len() == FORGOTTEN_AT_ONCE)
}

fn found(
    table: &impl ReadableTable<&'static [u8], &'static [u8]>,
    bucket: u64,
    name: &str,
    id: u128,
) -> Result<Upload, Refusal> {
    let found = table.get(key::of_upload(bucket, name, id).as_slice())?;
    row::from_bytes(found.ok_or(Refusal::NoSuchUpload)?.value())
}

fn all_parts(changes: &Changes<'_>, id: u128) -> Result<Vec<(u16, Part)>, Refusal> {
    let mut parts = Vec::new();
    for entry in changes.parts.range((id, 0)..=(id, u16::MAX))? {
        let (key, value) = entry?;
        parts.push((key.value().1, row::from_bytes(value.value())?));
    }
    Ok(parts)
}

impl Completing {
    fn make(self, changes: &mut Changes<'_>) -> Result<Version, Refusal> {
        let upload = found(&changes.uploads, self.bucket, &self.name, self.id)?;
        let there = all_parts(changes, self.id)?;
        let chosen = self.chosen(&there)?;
        let checksum = self.checked(&upload, &chosen)?;
        let current = changes.current(self.bucket, &self.name)?;
        self.condition.check(current.as_ref().map(|(_, it)| it))?;

        let etags: Vec<&str> = chosen.iter().map(|(_, it)| it.etag.as_str()).collect();
        let mut object = upload.object.clone();
        object.etag = checksum::multipart_etag(&etags);
        object.size = chosen.iter().map(|(_, it)| it.size).sum();
        object.segments = chosen.iter().flat_map(|(_, it)| it.segments.iter().copied()).collect();
        object.parts = chosen.iter().map(|(number, it)| shown(*number, it, &upload)).collect();
        object.checksum = checksum;
        let Completing { bucket, name, keep, now, telling, .. } = self;
        // The object holds its bodies before the upload lets them go.
        let put = Put {
            bucket,
            name: name.clone(),
            keep,
            condition: Condition::default(),
            now,
            object,
            written: None,
            telling: telling.map(|it| (Event::CompleteMultipartUpload, it)),
        };
        let version = put.make(changes)?;
        abort(changes, bucket, &name, self.id)?;
        Ok(version)
    }

    fn chosen<'p>(&self, there: &'p [(u16, Part)]) -> Result<Vec<(u16, &'p Part)>, Refusal> {
        if !self.parts.is_sorted_by(|a, b| a.number < b.number) {
            return Err(Refusal::InvalidPartOrder);
        }
        let mut chosen = Vec::with_capacity(self.parts.len());
        for (at, named) in self.parts.iter().enumerate() {
            let found = there.binary_search_by_key(&named.number, |(number, _)| *number);
            let part = &there[found.map_err(|_| Refusal::InvalidPart)?];
            let differs = |said: &String| part.1.checksum.as_ref().is_none_or(|it| it.value != *said);
            if part.1.etag != named.etag || named.checksum.as_ref().is_some_and(differs) {
                return Err(Refusal::InvalidPart);
            }
            if part.1.size < PART_MIN && at + 1 < self.parts.len() {
                return Err(Refusal::TooSmall { part: named.number, size: part.1.size });
            }
            chosen.push((named.number, &part.1));
        }
        Ok(chosen)
    }

    /// The checksum of all; `None` where the parts' are made in several ways.
    fn checked(&self, upload: &Upload, chosen: &[(u16, &Part)]) -> Result<Option<Checksum>, Refusal> {
        let sums: Option<Vec<&Checksum>> = chosen.iter().map(|(_, it)| it.checksum.as_ref()).collect();
        let Some(sums) = sums else { return Ok(None) };
        let Some(algorithm) = sums.first().map(|it| it.algorithm) else { return Ok(None) };
        if sums.iter().any(|it| it.algorithm != algorithm) {
            return Ok(None);
        }
        let parts: Vec<(&str, u64)> =
            sums.iter().zip(chosen).map(|(sum, (_, part))| (sum.value.as_str(), part.size)).collect();
        let checksum = checksum::of_parts(algorithm, upload.composite, &parts);
        let is_said = |it: &Checksum| self.checksum.as_ref().is_none_or(|said| *said == it.value);
        match checksum.as_ref().is_none_or(is_said) {
            true => Ok(checksum),
            false => Err(Refusal::WrongChecksum),
        }
    }
}

fn shown(number: u16, part: &Part, upload: &Upload) -> ObjectPart {
    let checksum = part.checksum.as_ref().filter(|_| upload.algorithm.is_some()).map(|it| it.value.clone());
    ObjectPart { number, size: part.size, checksum }
}
