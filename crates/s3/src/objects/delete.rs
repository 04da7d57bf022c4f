//! Deleting objects and versions.

use model::timestamp::Timestamp;

use super::index::Changes;
use super::put::{Condition, Keep, is_locked, write};
use super::{Objects, Refusal, key, read};

/// What a deletion did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deleted {
    /// Whether a delete marker was made or taken away.
    pub is_marker: bool,
    /// The identifier of what was made or taken away, where versions are.
    pub version: Option<String>,
}

impl Objects {
    /// Deletes an object, or one version. What is not there is deleted, too.
    ///
    /// # Errors
    /// It is locked, the condition does not hold, or the disk fails.
    #[expect(clippy::too_many_arguments, reason = "each is one of the request's")]
    pub async fn delete(
        &self,
        bucket: u64,
        name: String,
        id: Option<String>,
        keep: Keep,
        condition: Condition,
        bypass: bool,
        now: Timestamp,
    ) -> Result<Deleted, Refusal> {
        let delete = move |changes: &mut Changes<'_>| {
            let current = changes.current(bucket, &name)?;
            condition.check(current.as_ref().map(|(_, it)| it))?;
            match id {
                Some(id) => delete_version(changes, bucket, &name, id, bypass, now),
                None => delete_current(changes, bucket, &name, keep, now),
            }
        };
        self.queue.change(delete).await
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

pub(super) fn delete_current(
    changes: &mut Changes<'_>,
    bucket: u64,
    name: &str,
    keep: Keep,
    now: Timestamp,
) -> Result<Deleted, Refusal> {
    if keep != Keep::Nothing {
        let marker = write(changes, bucket, name, keep, None, now)?;
        let version = marker.id.unwrap_or_else(|| read::NULL.to_owned());
        return Ok(Deleted { is_marker: true, version: Some(version) });
    }
    if let Some((number, version)) = changes.current(bucket, name)? {
        changes.remove(bucket, name, number, &version)?;
    }
    Ok(Deleted::default())
}

pub(super) fn delete_version(
    changes: &mut Changes<'_>,
    bucket: u64,
    name: &str,
    id: String,
    bypass: bool,
    now: Timestamp,
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
    Ok(Deleted { is_marker: version.object.is_none(), version: Some(id) })
}
