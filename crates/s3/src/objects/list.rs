//! Lists: of objects, of versions, of uploads. All are walks along the index that jump over what a common prefix covers.

use redb::TableDefinition;

use super::index::{UPLOADS, VERSIONS, reader};
use super::row::{self, Upload, Version};
use super::{Objects, Refusal, key, read};

/// Where a list goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// Behind this key and all of its versions, or behind all keys that begin with this common prefix.
    AfterKey(String),
    /// Behind this version of a key.
    AfterVersion(String, String),
    /// Behind this upload of a key.
    AfterUpload(String, u128),
}

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Only keys that begin so.
    pub prefix: String,
    /// What is between the parts of keys; keys that are equal up to it are shown as one.
    pub delimiter: Option<String>,
    /// Where to go on.
    pub after: Option<Position>,
    /// How many at most.
    pub max: usize,
}

/// Something in a list.
#[derive(Clone, Debug, PartialEq)]
pub enum Listed<R> {
    /// A row, and its key.
    Row {
        /// The object's key.
        name: String,
        /// What there is.
        row: R,
        /// Whether it is the newest with this key.
        is_latest: bool,
    },
    /// What several keys have in common.
    Prefix(String),
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<R> {
    /// What there is, in order.
    pub entries: Vec<Listed<R>>,
    /// Whether there is more.
    pub is_truncated: bool,
}

impl Objects {
    /// A bucket's objects: the current versions that are no delete markers.
    ///
    /// # Errors
    /// The index fails.
    pub fn list(&self, bucket: u64, listing: &Listing) -> Result<Page<Version>, Refusal> {
        let keep = |_: &[u8], it: &Version, is_latest| is_latest && it.object.is_some();
        self.walk(VERSIONS, bucket, listing, true, keep)
    }

    /// All versions of a bucket.
    ///
    /// # Errors
    /// The index fails.
    pub fn list_versions(&self, bucket: u64, listing: &Listing) -> Result<Page<Version>, Refusal> {
        self.walk(VERSIONS, bucket, listing, false, |_, _, _| true)
    }

    /// The unfinished uploads of a bucket, with their identifiers.
    ///
    /// # Errors
    /// The index fails.
    pub fn list_uploads(&self, bucket: u64, listing: &Listing) -> Result<Page<(u128, Upload)>, Refusal> {
        let page = self.walk(UPLOADS, bucket, listing, false, |_, _: &(u128, Upload), _| true)?;
        Ok(page)
    }

    fn walk<R: Listable>(
        &self,
        table: TableDefinition<'static, &'static [u8], &'static [u8]>,
        bucket: u64,
        listing: &Listing,
        only_latest: bool,
        keep: impl Fn(&[u8], &R, bool) -> bool,
    ) -> Result<Page<R>, Refusal> {
        let table = reader(&self.database)?.open_table(table)?;
        let first = key::of_prefix(bucket, &listing.prefix);
        let mut page = Page { entries: Vec::new(), is_truncated: false };
        let Some(mut from) = listing.start(bucket, &first, &table)? else { return Ok(page) };
        // Whether what is met first can be the newest with its key is known only behind another key.
        let mut last = listing.resumed_in();
        'seek: loop {
            for entry in table.range::<&[u8]>(from.as_slice()..)? {
                let (key, value) = entry?;
                if !key.value().starts_with(&first) {
                    return Ok(page);
                }
                let unreadable = || Refusal::Storage("a key of the index cannot be read".to_owned());
                let (name, rest) = key::read(key.value()).ok_or_else(unreadable)?;
                let is_latest = last.as_ref() != Some(&name);
                if only_latest && !is_latest {
                    let Some(next) = key::after(key::of_object(bucket, &name)) else { return Ok(page) };
                    from = next;
                    continue 'seek;
                }
                last = Some(name.clone());
                let row = R::read(rest, value.value())?;
                if !keep(rest, &row, is_latest) {
                    continue;
                }
                if page.entries.len() >= listing.max {
                    page.is_truncated = listing.max > 0;
                    return Ok(page);
                }
                if let Some(common) = listing.common(&name) {
                    let next = key::after(key::of_prefix(bucket, &common));
                    page.entries.push(Listed::Prefix(common));
                    let Some(next) = next else { return Ok(page) };
                    from = next;
                    continue 'seek;
                }
                page.entries.push(Listed::Row { name, row, is_latest });
            }
            return Ok(page);
        }
    }
}

impl Listing {
    /// What a key has in common with others.
    fn common(&self, name: &str) -> Option<String> {
        let delimiter = self.delimiter.as_deref().filter(|it| !it.is_empty())?;
        let rest = name.strip_prefix(self.prefix.as_str())?;
        let end = rest.find(delimiter)? + delimiter.len();
        Some(name[..self.prefix.len() + end].to_owned())
    }

    /// The key within which it goes on.
    fn resumed_in(&self) -> Option<String> {
        match &self.after {
            Some(Position::AfterVersion(name, _)) => Some(name.clone()),
            _ => None,
        }
    }

    /// Where in the index to begin; `None` if nothing is behind it.
    fn start(&self, bucket: u64, first: &[u8], table: &read::Versions) -> Result<Option<Vec<u8>>, Refusal> {
        let start = match &self.after {
            None => Some(first.to_vec()),
            Some(Position::AfterKey(name)) => {
                let is_common = self.common(name).as_ref() == Some(name);
                match is_common {
                    true => key::after(key::of_prefix(bucket, name)),
                    false => key::after(key::of_object(bucket, name)),
                }
            }
            Some(Position::AfterVersion(name, id)) => match read::version(table, bucket, name, id) {
                Ok((number, _)) => key::after(key::of_version(bucket, name, number)),
                // It has gone since: its number still says where it was.
                Err(Refusal::NoSuchVersion) => match row::version_number(id) {
                    Some(number) => key::after(key::of_version(bucket, name, number)),
                    None => key::after(key::of_object(bucket, name)),
                },
                Err(other) => return Err(other),
            },
            Some(Position::AfterUpload(name, id)) => key::after(key::of_upload(bucket, name, *id)),
        };
        Ok(start.map(|it| it.max(first.to_vec())))
    }
}

/// What lists have rows of.
pub(super) trait Listable: Sized {
    /// Reads a row, and what its key has behind the name.
    fn read(rest: &[u8], value: &[u8]) -> Result<Self, Refusal>;
}

impl Listable for Version {
    fn read(_: &[u8], value: &[u8]) -> Result<Self, Refusal> {
        row::from_bytes(value)
    }
}

impl Listable for (u128, Upload) {
    fn read(rest: &[u8], value: &[u8]) -> Result<Self, Refusal> {
        let id = rest.try_into().map_err(|_| Refusal::Storage("an upload's key".to_owned()))?;
        Ok((u128::from_be_bytes(id), row::from_bytes(value)?))
    }
}
