//! What is in buckets: an index of versions in a file of its own, and bodies beside it.
//!
//! A change is answered when the index has it and the disk has both. What the index does not name does not exist, so that a
//! crash leaves nothing half. What is to be told of a change is in the same commit.

mod body;
mod checksum;
mod delete;
mod event;
mod expire;
mod gone;
mod index;
mod key;
mod list;
mod multipart;
mod outbox;
mod put;
mod read;
mod room;
mod row;

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use redb::{Database, ReadableDatabase, ReadableTable};
use tokio::sync::Notify;

pub use body::{Reading, Written, cut};
pub use checksum::hex;
pub use delete::{Deleted, Deletion};
pub use event::{Event, Occasion, Telling};
pub use index::Changes;
pub use list::{Listed, Listing, Page, Position};
pub use multipart::{Completing, NamedPart, PART_MIN, UPLOADS_PER_BUCKET_MAX};
pub use outbox::{Notice, UNTOLD_MAX};
pub use put::{Condition, Keep, Put};
pub use row::{Algorithm, Checksum, Object, ObjectPart, Part, Retention, Said, Segment, Upload, Version};

/// All objects of all buckets. Copies are the same.
#[derive(Clone)]
pub struct Objects {
    database: Arc<Database>,
    bodies: Arc<body::Bodies>,
    queue: index::Queue,
    /// Told when there is something to tell.
    news: Arc<Notify>,
}

/// Why something is not done with objects.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// There is no such object.
    NoSuchKey,
    /// There is no such version.
    NoSuchVersion,
    /// This is no identifier of a version.
    InvalidVersion,
    /// The version is a delete marker, with this identifier.
    DeleteMarker(Option<String>),
    /// What was asked for did not hold; the header that asked.
    Precondition(&'static str),
    /// It is locked.
    Locked,
    /// There is no such upload.
    NoSuchUpload,
    /// The bucket has as many unfinished uploads as it may.
    TooManyUploads,
    /// Too much waits to be told to whoever has to hear of this.
    TooManyUntold,
    /// A part is not there, or is another one.
    InvalidPart,
    /// Parts are not in the order of their numbers.
    InvalidPartOrder,
    /// A part is smaller than parts are, except the last.
    TooSmall {
        /// Its number.
        part: u16,
        /// Its bytes.
        size: u64,
    },
    /// A body is larger than one can be.
    TooLarge {
        /// What it has so far.
        size: u64,
        /// What it may have.
        max: u64,
    },
    /// The checksum of all is not the one that was said.
    WrongChecksum,
    /// There is too little room on the disk.
    Full,
    /// The disk or the index does not do as it should.
    Storage(String),
}

macro_rules! storage_errors {
    ($($error:ty),*) => {
        $(impl From<$error> for Refusal {
            fn from(error: $error) -> Refusal {
                Refusal::Storage(error.to_string())
            }
        })*
    };
}
storage_errors!(redb::Error, redb::StorageError, redb::TableError, redb::TransactionError);

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Refusal {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Refusal::Full,
            _ => Refusal::Storage(error.to_string()),
        }
    }
}

impl Objects {
    /// Opens what is in a folder, and removes what a crash has left there.
    ///
    /// # Errors
    /// The disk's, and the index's.
    pub fn open(folder: &Path) -> Result<Objects, Refusal> {
        std::fs::create_dir_all(folder)?;
        let database =
            Database::create(folder.join("index.redb")).map_err(|it| Refusal::Storage(it.to_string()))?;
        Changes::make_tables(&database)?;
        let mut known = HashSet::new();
        for entry in database.begin_read()?.open_table(index::FILES)?.iter()? {
            known.insert(entry?.0.value());
        }
        let bodies = body::Bodies::open(folder.join("bodies"), &known)?;
        let database = Arc::new(database);
        let news = Arc::<Notify>::default();
        let queue = index::Queue::start(database.clone(), bodies.clone(), news.clone())?;
        Ok(Objects { database, bodies, queue, news })
    }
}

/// Sixteen bytes that nobody can guess.
pub(crate) fn random() -> u128 {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the kernel has randomness");
    u128::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests;
