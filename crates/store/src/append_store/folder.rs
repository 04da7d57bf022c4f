//! The folder that the files are in. Tests give one that fails and crashes.

use crate::disk::{FileDisk, private};
use redb::StorageBackend;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::PathBuf;

/// Files by name. What happens to names lasts once the folder is synced; what is written, once its file is.
pub(crate) trait Folder: Send + Sync {
    fn names(&self) -> io::Result<Vec<String>>;

    /// A new, empty file, in the place of one that is there.
    fn create(&self, name: &str) -> io::Result<Box<dyn StorageBackend>>;

    fn open(&self, name: &str) -> io::Result<Box<dyn StorageBackend>>;

    /// Removes a file; one that is not there is removed already.
    fn remove(&self, name: &str) -> io::Result<()>;

    fn sync(&self) -> io::Result<()>;
}

/// A real folder.
pub(super) struct Directory(pub(super) PathBuf);

impl Folder for Directory {
    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            names.extend(entry?.file_name().into_string().ok());
        }
        Ok(names)
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn StorageBackend>> {
        let mut options = private();
        let file = options.read(true).write(true).create(true).truncate(true).open(self.0.join(name))?;
        Ok(Box::new(FileDisk(file)))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StorageBackend>> {
        let file = private().read(true).write(true).open(self.0.join(name))?;
        Ok(Box::new(FileDisk(file)))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.0.join(name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.0)?.sync_all()
    }
}

/// All of a file, as far as `length` says.
pub(super) fn read_up_to(file: &dyn StorageBackend, length: u64) -> io::Result<Vec<u8>> {
    let length = length.min(file.len()?);
    let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    file.read(0, &mut bytes)?;
    Ok(bytes)
}
