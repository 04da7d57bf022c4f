//! What is left of buckets that are gone: by a crash, or since all of them were forgotten at once.

use std::collections::BTreeSet;

use redb::ReadableTable;

use super::index::{Changes, UPLOADS, VERSIONS, reader};
use super::multipart::forget_some_uploads;
use super::{Objects, Refusal, key, row};

/// How many versions go in one commit.
const VERSIONS_AT_ONCE: usize = 100;

impl Objects {
    /// The buckets of which there is anything. Who asks for those that are gone looks at the buckets that there are after this, not
    /// before: a bucket is there before anything is in it.
    ///
    /// # Errors
    /// The index fails.
    pub fn buckets(&self) -> Result<BTreeSet<u64>, Refusal> {
        let mut found = BTreeSet::new();
        let transaction = reader(&self.database)?;
        for table in [VERSIONS, UPLOADS] {
            let table = transaction.open_table(table)?;
            let mut from = Vec::new();
            while let Some(entry) = table.range::<&[u8]>(from.as_slice()..)?.next().transpose()? {
                let Some(bucket) = key::bucket(entry.0.value()) else { break };
                found.insert(bucket);
                let Some(next) = key::after(key::of_bucket(bucket)) else { break };
                from = next;
            }
        }
        Ok(found)
    }

    /// Gives up all that is left of a bucket that is gone, locked or not.
    ///
    /// # Errors
    /// The disk fails.
    pub async fn forget(&self, bucket: u64) -> Result<(), Refusal> {
        while self.queue.change(move |changes| forget_some_versions(changes, bucket)).await? {}
        while self.queue.change(move |changes| forget_some_uploads(changes, bucket)).await? {}
        Ok(())
    }
}

/// Whether there may be more.
fn forget_some_versions(changes: &mut Changes<'_>, bucket: u64) -> Result<bool, Refusal> {
    let first = key::of_bucket(bucket);
    let mut found = Vec::new();
    for entry in changes.versions.range::<&[u8]>(first.as_slice()..)?.take(VERSIONS_AT_ONCE) {
        let (key, value) = entry?;
        if !key.value().starts_with(&first) {
            break;
        }
        let read = key::read(key.value()).and_then(|(name, number)| Some((name, number.try_into().ok()?)));
        let (name, number) = read.ok_or_else(|| Refusal::Storage("a version's key".to_owned()))?;
        found.push((name, !u64::from_be_bytes(number), row::from_bytes(value.value())?));
    }
    for (name, number, version) in &found {
        changes.remove(bucket, name, *number, version)?;
    }
    Ok(found.len() == VERSIONS_AT_ONCE)
}
