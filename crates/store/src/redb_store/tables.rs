//! The three tables of the file, and a group of transactions applied to them in one commit.

use super::Request;
use super::log_entry;
use crate::{Change, Compare, Event, Key, Record, Revision, StoreError};
use redb::{ReadTransaction, ReadableTable, Table, TableDefinition, TableError, WriteTransaction};

const RECORDS: TableDefinition<&str, (u64, &[u8])> = TableDefinition::new("records");
const LOG: TableDefinition<u64, &[u8]> = TableDefinition::new("log");
const META: TableDefinition<&str, u64> = TableDefinition::new("meta");

const FORMAT_VERSION: &str = "format_version";
const REVISION: &str = "revision";
const LOG_BYTES: &str = "log_bytes";

/// How much of the log is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogLimit {
    pub(super) revisions: u64,
    pub(super) bytes: u64,
}

/// What became of each transaction of a group, when the disk did not fail.
pub(super) type Outcomes = Vec<Result<Revision, StoreError>>;

/// Writes the empty tables of a new file.
pub(super) fn initialise(write: &WriteTransaction, format: u32) -> Result<(), redb::Error> {
    write.open_table(RECORDS)?;
    write.open_table(LOG)?;
    let mut meta = write.open_table(META)?;
    meta.insert(FORMAT_VERSION, u64::from(format))?;
    meta.insert(REVISION, 0)?;
    meta.insert(LOG_BYTES, 0)?;
    Ok(())
}

/// The format the file was written in; `None` when it does not say.
pub(super) fn format_version(read: &ReadTransaction) -> Result<Option<u32>, redb::Error> {
    let meta = match read.open_table(META) {
        Ok(meta) => meta,
        Err(TableError::TableDoesNotExist(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let found = meta.get(FORMAT_VERSION)?.map(|guard| guard.value());
    Ok(found.and_then(|version| u32::try_from(version).ok()))
}

/// Rewrites a record of an older format: the format, the key and the value. What is to be written, each under its key: the
/// record, unless it is the same in the new format, and those that are made out of it; in words, what is wrong with it.
pub type Upgrade = fn(u32, &str, &[u8]) -> Result<Vec<(Key, Vec<u8>)>, String>;

/// Rewrites every record. The change takes a revision; watches from before it have to begin anew.
pub(super) fn upgrade(
    write: &WriteTransaction,
    from: u32,
    to: u32,
    upgrade: Upgrade,
) -> Result<Result<(), StoreError>, redb::Error> {
    let mut meta = write.open_table(META)?;
    let revision = current(&meta)?.0 + 1;
    let mut records = write.open_table(RECORDS)?;
    let mut rewritten = Vec::new();
    for entry in records.iter()? {
        let (key, value) = entry?;
        match upgrade(from, key.value(), value.value().1) {
            Ok(new) => rewritten.extend(new),
            Err(problem) => {
                return Ok(Err(StoreError::NotUpgraded { from, to, key: key.value().to_owned(), problem }));
            }
        }
    }
    for (key, value) in rewritten {
        records.insert(key.as_str(), (revision, value.as_slice()))?;
    }
    write.open_table(LOG)?.retain(|_, _| false)?;
    meta.insert(FORMAT_VERSION, u64::from(to))?;
    meta.insert(REVISION, revision)?;
    meta.insert(LOG_BYTES, 0)?;
    Ok(Ok(()))
}

/// The store's revision.
pub(super) fn revision(read: &ReadTransaction) -> Result<Revision, redb::Error> {
    current(&read.open_table(META)?)
}

fn current(meta: &impl ReadableTable<&'static str, u64>) -> Result<Revision, redb::Error> {
    number(meta, REVISION).map(Revision)
}

fn number(meta: &impl ReadableTable<&'static str, u64>, name: &str) -> Result<u64, redb::Error> {
    let found = meta.get(name)?.map(|guard| guard.value());
    found.ok_or_else(|| redb::Error::Corrupted(format!("the {name} is missing")))
}

pub(super) fn get(read: &ReadTransaction, key: &str) -> Result<Option<Record>, redb::Error> {
    let records = read.open_table(RECORDS)?;
    Ok(records.get(key)?.map(|guard| record(guard.value())))
}

pub(super) fn range(read: &ReadTransaction, prefix: &str) -> Result<Vec<(Key, Record)>, redb::Error> {
    let mut found = Vec::new();
    for entry in read.open_table(RECORDS)?.range(prefix..)? {
        let (key, value) = entry?;
        if !key.value().starts_with(prefix) {
            break;
        }
        found.push((key.value().to_owned(), record(value.value())));
    }
    Ok(found)
}

fn record((revision, value): (u64, &[u8])) -> Record {
    Record { revision: Revision(revision), value: value.to_vec() }
}

/// The oldest revision a watch can begin after. Every revision has its entry in the log.
pub(super) fn oldest_watch(read: &ReadTransaction) -> Result<Revision, redb::Error> {
    match read.open_table(LOG)?.first()? {
        Some((first, _)) => Ok(Revision(first.value().saturating_sub(1))),
        None => revision(read),
    }
}

/// The log's entry of exactly this revision.
pub(super) fn event(
    read: &ReadTransaction,
    revision: Revision,
) -> Result<Option<Result<Event, StoreError>>, redb::Error> {
    let log = read.open_table(LOG)?;
    let Some(entry) = log.get(revision.0)? else {
        return Ok(None);
    };
    let decoded = log_entry::decode(entry.value());
    Ok(Some(decoded.map(|changes| Event { revision, changes })))
}

/// Applies transactions one after another, each seeing the ones before it. Nothing is committed
/// here: the caller commits when `changed`, and drops the write otherwise.
pub(super) fn apply(
    write: &WriteTransaction,
    group: &[Request],
    log_limit: LogLimit,
) -> Result<Applied, redb::Error> {
    let mut meta = write.open_table(META)?;
    let mut tables = Tables {
        records: write.open_table(RECORDS)?,
        log: write.open_table(LOG)?,
        log_bytes: number(&meta, LOG_BYTES)?,
    };
    let before = current(&meta)?;
    let mut revision = before;
    let mut outcomes = Vec::with_capacity(group.len());
    for request in group {
        outcomes.push(tables.transaction(&mut revision, request)?);
    }
    if revision != before {
        tables.compact(revision, log_limit)?;
        meta.insert(REVISION, revision.0)?;
        meta.insert(LOG_BYTES, tables.log_bytes)?;
    }
    Ok(Applied { outcomes, before, revision })
}

/// A group applied but not yet committed.
pub(super) struct Applied {
    pub(super) outcomes: Outcomes,
    pub(super) before: Revision,
    pub(super) revision: Revision,
}

impl Applied {
    pub(super) fn changed(&self) -> bool {
        self.revision != self.before
    }
}

struct Tables<'txn> {
    records: Table<'txn, &'static str, (u64, &'static [u8])>,
    log: Table<'txn, u64, &'static [u8]>,
    log_bytes: u64,
}

impl Tables<'_> {
    fn transaction(
        &mut self,
        revision: &mut Revision,
        request: &Request,
    ) -> Result<Result<Revision, StoreError>, redb::Error> {
        for condition in &request.compare {
            let found = self.conflicting(condition, *revision)?;
            if let Some(found) = found {
                return Ok(Err(StoreError::Conflict { failed: condition.clone(), found }));
            }
        }
        let next = Revision(revision.0 + 1);
        let mut changed = Vec::new();
        for change in &request.changes {
            if self.change(change, next)? {
                changed.push(change);
            }
        }
        if !changed.is_empty() {
            let entry = log_entry::encode(changed);
            self.log.insert(next.0, entry.as_slice())?;
            self.log_bytes = self.log_bytes.saturating_add(entry.len() as u64);
            *revision = next;
        }
        Ok(Ok(*revision))
    }

    /// The revision found, when the condition does not hold.
    fn conflicting(&self, condition: &Compare, store: Revision) -> Result<Option<Revision>, redb::Error> {
        let (found, holds) = match condition {
            Compare::Revision(key, expected) => {
                let found = self.revision_of(key)?;
                (found, found == *expected)
            }
            Compare::Present(key) => {
                let found = self.revision_of(key)?;
                (found, found != Revision(0))
            }
            Compare::StoreRevision(expected) => (store, store == *expected),
        };
        Ok((!holds).then_some(found))
    }

    fn revision_of(&self, key: &str) -> Result<Revision, redb::Error> {
        let found = self.records.get(key)?;
        Ok(Revision(found.map_or(0, |guard| guard.value().0)))
    }

    /// Whether anything changed.
    fn change(&mut self, change: &Change, revision: Revision) -> Result<bool, redb::Error> {
        match change {
            Change::Put(key, value) => {
                self.records.insert(key.as_str(), (revision.0, value.as_slice()))?;
                Ok(true)
            }
            Change::Delete(key) => Ok(self.records.remove(key.as_str())?.is_some()),
        }
    }

    /// Keeps the newest entries within the limit, and always the newest one.
    fn compact(&mut self, newest: Revision, limit: LogLimit) -> Result<(), redb::Error> {
        while let Some((oldest, bytes)) = self.oldest_entry()? {
            let revisions = newest.0.saturating_sub(oldest) + 1;
            let within = revisions <= limit.revisions && self.log_bytes <= limit.bytes;
            if within || oldest >= newest.0 {
                break;
            }
            self.log.remove(oldest)?;
            self.log_bytes = self.log_bytes.saturating_sub(bytes);
        }
        Ok(())
    }

    fn oldest_entry(&self) -> Result<Option<(u64, u64)>, redb::Error> {
        let oldest = self.log.first()?;
        Ok(oldest.map(|(revision, entry)| (revision.value(), entry.value().len() as u64)))
    }
}
