//! Keys, revisions, records, and what a transaction compares and changes.

/// Text such as `123456789012/us-west-2/vpc/vpc-0ab1…`, ordered by its bytes.
pub type Key = String;

/// A point in the store's history. Zero is the empty store, before any change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub u64);

impl std::fmt::Display for Revision {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// What is stored at a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The revision of the transaction that last put this record.
    pub revision: Revision,
    /// The bytes that were put.
    pub value: Vec<u8>,
}

/// One change of a transaction. A transaction may name a key only once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Creates or replaces the record.
    Put(Key, Vec<u8>),
    /// Removes the record; removing an absent one changes nothing.
    Delete(Key),
}

impl Change {
    /// The key that changes.
    pub fn key(&self) -> &str {
        match self {
            Self::Put(key, _) | Self::Delete(key) => key,
        }
    }
}

/// What must hold for a transaction to be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compare {
    /// The record was last put by exactly this revision; revision zero says it is absent.
    Revision(Key, Revision),
    /// The record exists, whatever its revision.
    Present(Key),
    /// Nothing at all has changed since this revision.
    StoreRevision(Revision),
}

/// What one transaction changed. Deletes of absent keys are not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The revision the transaction was given.
    pub revision: Revision,
    /// The changes, in the order the transaction named them.
    pub changes: Vec<Change>,
}
