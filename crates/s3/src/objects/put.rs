//! Writing versions.

use model::bucket::{Bucket, Versioning};
use model::timestamp::Timestamp;

use super::event::{Event, Telling};
use super::index::Changes;
use super::row::{self, Object, Retention, Segment, Version};
use super::{Objects, Refusal, Written, random, read};

/// What becomes of former versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// There are none: the null version is replaced.
    Nothing,
    /// All are kept.
    All,
    /// Those that there are stay, and the null version is replaced.
    Former,
}

/// What has to hold of the current version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// It has this entity tag; `*` for any.
    pub matches: Option<String>,
    /// There is none.
    pub is_absent: bool,
}

/// What is to be written.
pub struct Put {
    /// The bucket's objects.
    pub bucket: u64,
    /// The key.
    pub name: String,
    /// What becomes of former versions.
    pub keep: Keep,
    /// What has to hold.
    pub condition: Condition,
    /// The moment.
    pub now: Timestamp,
    /// The object; its segments are those of bodies that other objects have, too.
    pub object: Object,
    /// A body of its own, behind those.
    pub written: Option<Written>,
    /// What has happened then, and who hears of it.
    pub telling: Option<(Event, Telling)>,
}

impl Keep {
    /// What becomes of a bucket's former versions.
    pub fn of(bucket: &Bucket) -> Keep {
        match bucket.versioning {
            None => Keep::Nothing,
            Some(Versioning::Enabled) => Keep::All,
            Some(Versioning::Suspended) => Keep::Former,
        }
    }
}

impl Condition {
    pub(super) fn check(&self, current: Option<&Version>) -> Result<(), Refusal> {
        let object = current.and_then(|it| it.object.as_ref());
        if self.is_absent && object.is_some() {
            return Err(Refusal::Precondition("If-None-Match"));
        }
        match (&self.matches, object) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(Refusal::NoSuchKey),
            (Some(asked), Some(object)) if asked == "*" || *asked == object.etag => Ok(()),
            (Some(_), Some(_)) => Err(Refusal::Precondition("If-Match")),
        }
    }
}

impl Objects {
    /// Writes a version; it is the current one for everybody who asks from now on.
    ///
    /// # Errors
    /// The condition does not hold, or the disk fails.
    pub async fn put(&self, put: Put) -> Result<Version, Refusal> {
        self.check_room()?;
        self.queue.change(move |changes| put.make(changes)).await
    }

    /// Writes a version whose bytes are those of another, if that is still there.
    ///
    /// # Errors
    /// As for [`Objects::put`].
    pub async fn copy(&self, put: Put, bucket: u64, name: String, seen: Version) -> Result<Version, Refusal> {
        self.check_room()?;
        let copy = move |changes: &mut Changes<'_>| {
            let is_same = is_still_there(changes, bucket, &name, &seen);
            if is_same { put.make(changes) } else { Err(Refusal::NoSuchKey) }
        };
        self.queue.change(copy).await
    }

    /// Changes what a version has besides its bytes.
    ///
    /// # Errors
    /// There is no such version, or `change` refuses.
    pub async fn edit(
        &self,
        bucket: u64,
        name: String,
        id: Option<String>,
        telling: Option<(Event, Telling)>,
        change: impl FnOnce(&mut Object) -> Result<(), Refusal> + Send + 'static,
    ) -> Result<Version, Refusal> {
        let edit = move |changes: &mut Changes<'_>| {
            changes.check_untold(telling.as_ref().map(|(_, it)| it))?;
            let (number, mut version) = match &id {
                Some(id) => changes.version(bucket, &name, id)?,
                None => changes.current(bucket, &name)?.ok_or(Refusal::NoSuchKey)?,
            };
            match &mut version.object {
                Some(object) => change(object)?,
                None => return Err(Refusal::DeleteMarker(version.id)),
            }
            changes.put(bucket, &name, number, &version)?;
            if let Some((event, telling)) = &telling {
                changes.tell(Some(telling), *event, &name, &version)?;
            }
            Ok(version)
        };
        self.queue.change(edit).await
    }
}

impl Put {
    pub(super) fn make(mut self, changes: &mut Changes<'_>) -> Result<Version, Refusal> {
        let current = changes.current(self.bucket, &self.name)?;
        self.condition.check(current.as_ref().map(|(_, it)| it))?;
        changes.check_untold(self.telling.as_ref().map(|(_, it)| it))?;
        let shared: Vec<Segment> = self.object.segments.clone();
        changes.hold(&shared)?;
        if let Some(written) = &mut self.written {
            changes.adopt(written)?;
            self.object.segments.push(written.segment);
        }
        let version = write(changes, self.bucket, &self.name, self.keep, Some(self.object), self.now)?;
        if let Some((event, telling)) = &self.telling {
            changes.tell(Some(telling), *event, &self.name, &version)?;
        }
        Ok(version)
    }
}

/// Whether a version is what it was when it was read.
pub(super) fn is_still_there(changes: &Changes<'_>, bucket: u64, name: &str, seen: &Version) -> bool {
    let there = changes.version(bucket, name, seen.id.as_deref().unwrap_or(read::NULL));
    there.is_ok_and(|(_, it)| it.written == seen.written && it.object == seen.object)
}

/// Writes a version, or a delete marker.
pub(super) fn write(
    changes: &mut Changes<'_>,
    bucket: u64,
    name: &str,
    keep: Keep,
    object: Option<Object>,
    now: Timestamp,
) -> Result<Version, Refusal> {
    let number = changes.next_number()?;
    let id = (keep == Keep::All).then(|| row::version_id(number, random()));
    if id.is_none()
        && let Some((replaced, version)) =
            read::versions_of(&changes.versions, bucket, name, |it| it.id.is_none())?
    {
        changes.remove(bucket, name, replaced, &version)?;
    }
    let version = Version { id, written: now, object };
    changes.put(bucket, name, number, &version)?;
    Ok(version)
}

/// Whether something may be taken away.
pub(super) fn is_locked(object: &Object, bypass: bool, now: Timestamp) -> bool {
    let holds = |it: Retention| !super::index::is_due(it.until, now) && (it.compliance || !bypass);
    object.legal_hold || object.retention.is_some_and(holds)
}
