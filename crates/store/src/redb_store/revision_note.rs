//! The newest revision, written down beside the store after each commit.
//!
//! redb keeps the commit before the last one, and goes back to it where the last one is damaged; it does not say so. What
//! was acknowledged would be gone without a word. The note is not synced: after a power cut it may be older than the store,
//! which says nothing. One that is newer says that the store has lost something.

use crate::Revision;
use crate::disk::private;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

const FILE: &str = "store.revision";
/// As many digits as a revision may have, and the end of the line: always as many bytes, so that one write replaces all.
const LENGTH: usize = 21;

/// The note. Where it cannot be read or written, the store goes without.
#[derive(Debug)]
pub(super) struct RevisionNote(Option<File>);

impl RevisionNote {
    /// The note in a directory.
    pub(super) fn of(dir: &Path) -> RevisionNote {
        let mut options = private();
        RevisionNote(options.read(true).write(true).create(true).truncate(false).open(dir.join(FILE)).ok())
    }

    /// For a store without a directory.
    #[cfg(test)]
    pub(super) fn nowhere() -> RevisionNote {
        RevisionNote(None)
    }

    pub(super) fn read(&self) -> Option<Revision> {
        let mut bytes = [0; LENGTH];
        self.0.as_ref()?.read_exact_at(&mut bytes, 0).ok()?;
        std::str::from_utf8(&bytes).ok()?.trim().parse().ok().map(Revision)
    }

    pub(super) fn write(&self, revision: Revision) {
        let Some(file) = &self.0 else { return };
        let _ = file.write_all_at(format!("{:020}\n", revision.0).as_bytes(), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_read_as_it_was_written_and_rubbish_is_none() {
        let dir = std::env::temp_dir().join(format!("hamlet-note-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let note = RevisionNote::of(&dir);
        assert_eq!(note.read(), None);
        for revision in [Revision(u64::MAX), Revision(7)] {
            note.write(revision);
            assert_eq!(RevisionNote::of(&dir).read(), Some(revision));
        }
        std::fs::write(dir.join(FILE), "x".repeat(LENGTH)).unwrap();
        assert_eq!(note.read(), None);
        std::fs::remove_dir_all(&dir).unwrap();
        RevisionNote::nowhere().write(Revision(1));
    }
}
