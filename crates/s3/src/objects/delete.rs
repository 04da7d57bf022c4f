//! Deleting objects and versions.

use model::timestamp::Timestamp;

use super::event::{Event, Telling};
use super::index::Changes;
use super::put::{Condition, Keep, is_locked, write};
use super::row::Version;
use super::{Objects, Refusal, key, read};

/// What is to be deleted.
pub struct Deletion {
    /// The bucket's objects.
    pub bucket: u64,
    /// The key.
    pub name: String,
    /// The version, if one is named.
    pub id: Option<String>,
    /// What becomes of former versions.
    pub keep: Keep,
    /// What has to hold.
    pub condition: Condition,
    /// Whether a lock that can be lifted does not count.
    pub bypass: bool,
    /// The moment.
    pub now: Timestamp,
    /// Who hears of it.
    pub telling: Option<Telling>,
}

/// What a deletion did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deleted {
    /// Whether a delete marker was made or taken away.
    pub is_marker: bool,
    /// The identifier of what was made or taken away, where versions are.
    pub version: Option<String>,
}

/// Who hears of a deletion, and under which name.
#[derive(Clone, Copy)]
pub(super) struct Heard<'a> {
    pub(super) telling: Option<&'a Telling>,
    /// What it is if something is gone.
    pub(super) gone: Event,
    /// What it is if a delete marker was written.
    pub(super) marked: Event,
}

impl<'a> Heard<'a> {
    fn by_request(telling: Option<&'a Telling>) -> Heard<'a> {
        Heard { telling, gone: Event::Delete, marked: Event::DeleteMarkerCreated }
    }

    pub(super) fn by_rule(telling: Option<&'a Telling>) -> Heard<'a> {
        Heard { telling, gone: Event::Expired, marked: Event::ExpiredByMarker }
    }

    fn gone(self, changes: &mut Changes<'_>, name: &str, of: &Version) -> Result<(), Refusal> {
        changes.tell(self.telling, self.gone, name, of)
    }
}

impl Objects {
    /// Deletes an object, or one version. What is not there is deleted, too.
    ///
    /// # Errors
    /// It is locked, the condition does not hold, or the disk fails.
    pub async fn delete(&self, deletion: Deletion) -> Result<Deleted, Refusal> {
        self.queue.change(move |changes| deletion.make(changes)).await
    }

    /// Whether a bucket has no version of anything; and whether it has unfinished uploads, which keep nobody from deleting it.
    ///
    /// # Errors
    /// The index fails.
    pub fn is_empty(&self, bucket: u64) -> Result<bool, Refusal> {
        let table = super::index::reader(&self.database)?.open_table(super::index::VERSIONS)?;
        let first = key::of_bucket(bucket);
        let next = table.range::<&[u8]>(first.as_slice()..)?.next().transpose()?;
        Ok(next.is_none_or(|(key, _)| !key.value().starts_with(&first)))
    }
}

impl Deletion {
    fn make(self, changes: &mut Changes<'_>) -> Result<Deleted, Refusal> {
        let Deletion { bucket, name, id, keep, condition, bypass, now, telling } = self;
        let current = changes.current(bucket, &name)?;
        condition.check(current.as_ref().map(|(_, it)| it))?;
        changes.check_untold(telling.as_ref())?;
        let heard = Heard::by_request(telling.as_ref());
        match id {
            Some(id) => delete_version(changes, (bucket, &name), id, bypass, now, heard),
            None => delete_current(changes, (bucket, &name), keep, now, heard),
        }
    }
}

pub(super) fn delete_current(
    changes: &mut Changes<'_>,
    (bucket, name): (u64, &str),
    keep: Keep,
    now: Timestamp,
    heard: Heard<'_>,
) -> Result<Deleted, Refusal> {
    if keep != Keep::Nothing {
        let marker = write(changes, bucket, name, keep, None, now)?;
        changes.tell(heard.telling, heard.marked, name, &marker)?;
        let version = marker.id.unwrap_or_else(|| read::NULL.to_owned());
        return Ok(Deleted { is_marker: true, version: Some(version) });
    }
    if let Some((number, version)) = changes.current(bucket, name)? {
        changes.remove(bucket, name, number, &version)?;
        heard.gone(changes, name, &version)?;
    }
    Ok(Deleted::default())
}

pub(super) fn delete_version(
    changes: &mut Changes<'_>,
    (bucket, name): (u64, &str),
    id: String,
    bypass: bool,
    now: Timestamp,
    heard: Heard<'_>,
) -> Result<Deleted, Refusal> {
    let (number, version) = match changes.version(bucket, name, &id) {
        Ok(found) => found,
        Err(Refusal::NoSuchVersion) => return Ok(Deleted { is_marker: false, version: Some(id) }),
        Err(other) => return Err(other),
    };
    if version.object.as_ref().is_some_and(|it| is_locked(it, bypass, now)) {
        return Err(Refusal::Locked);
    }
    changes.remove(bucket, name, number, &version)?;
    heard.gone(changes, name, &version)?;
    Ok(Deleted { is_marker: version.object.is_none(), version: Some(id) })
}
