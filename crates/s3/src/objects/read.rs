//! Finding versions, and reading them.

use std::collections::HashMap;
use std::sync::PoisonError;

use redb::{ReadOnlyTable, ReadableTable};

use super::body::Reading;
use super::index::{INLINE, VERSIONS, reader};
use super::row::{self, Segment, Version};
use super::{Objects, Refusal, key};

pub(super) type Versions = ReadOnlyTable<&'static [u8], &'static [u8]>;

/// What the identifier of the null version is.
pub(super) const NULL: &str = "null";

/// The newest version of an object, and its number.
pub(super) fn first_version(
    table: &impl ReadableTable<&'static [u8], &'static [u8]>,
    bucket: u64,
    name: &str,
) -> Result<Option<(u64, Version)>, Refusal> {
    versions_of(table, bucket, name, |_| true)
}

/// The newest version of an object that is looked for, and its number.
pub(super) fn versions_of(
    table: &impl ReadableTable<&'static [u8], &'static [u8]>,
    bucket: u64,
    name: &str,
    is_it: impl Fn(&Version) -> bool,
) -> Result<Option<(u64, Version)>, Refusal> {
    let first = key::of_object(bucket, name);
    for entry in table.range::<&[u8]>(first.as_slice()..)? {
        let (key, value) = entry?;
        let Some(number) = key.value().strip_prefix(first.as_slice()).and_then(number) else { break };
        let version = row::from_bytes(value.value())?;
        if is_it(&version) {
            return Ok(Some((number, version)));
        }
    }
    Ok(None)
}

pub(super) fn number(rest: &[u8]) -> Option<u64> {
    Some(!u64::from_be_bytes(rest.try_into().ok()?))
}

/// The version with an identifier, and its number.
pub(super) fn version(
    table: &impl ReadableTable<&'static [u8], &'static [u8]>,
    bucket: u64,
    name: &str,
    id: &str,
) -> Result<(u64, Version), Refusal> {
    if id == NULL {
        return versions_of(table, bucket, name, |it| it.id.is_none())?.ok_or(Refusal::NoSuchVersion);
    }
    let number = row::version_number(id).ok_or(Refusal::InvalidVersion)?;
    let found = table.get(key::of_version(bucket, name, number).as_slice())?.ok_or(Refusal::NoSuchVersion)?;
    let version: Version = row::from_bytes(found.value())?;
    match version.id.as_deref() == Some(id) {
        true => Ok((number, version)),
        false => Err(Refusal::NoSuchVersion),
    }
}

impl Objects {
    /// A version of an object, the current one if none is named; not a delete marker.
    ///
    /// # Errors
    /// There is none.
    pub fn find(&self, bucket: u64, name: &str, id: Option<&str>) -> Result<Version, Refusal> {
        let table = reader(&self.database)?.open_table(VERSIONS)?;
        found(&table, bucket, name, id)
    }

    /// The same, and what is needed to read it, which stays until then.
    ///
    /// # Errors
    /// There is none.
    pub fn read(&self, bucket: u64, name: &str, id: Option<&str>) -> Result<(Version, Reading), Refusal> {
        let _asking = self.bodies.asking.read().unwrap_or_else(PoisonError::into_inner);
        let transaction = reader(&self.database)?;
        let version = found(&transaction.open_table(VERSIONS)?, bucket, name, id)?;
        let segments: Vec<Segment> =
            version.object.iter().flat_map(|it| &it.segments).filter(|it| it.size > 0).copied().collect();
        let mut inline = HashMap::new();
        let table = transaction.open_table(INLINE)?;
        for segment in segments.iter().filter(|it| it.inline) {
            if let Some(bytes) = table.get(segment.body)? {
                inline.insert(segment.body, bytes.value().to_vec());
            }
        }
        let _lease = self.bodies.lease(&segments);
        Ok((version, Reading { segments: segments.into(), inline, open: None, _lease }))
    }
}

fn found(table: &Versions, bucket: u64, name: &str, id: Option<&str>) -> Result<Version, Refusal> {
    let version = match id {
        Some(id) => version(table, bucket, name, id)?.1,
        None => first_version(table, bucket, name)?.ok_or(Refusal::NoSuchKey)?.1,
    };
    match version.object {
        Some(_) => Ok(version),
        None => Err(Refusal::DeleteMarker(version.id)),
    }
}
