//! Files in the data directory that only its owner can read, made when they are first needed.

use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// What a secret file holds; it is made if it is not there. The data directory's lock keeps a second maker away.
pub(crate) fn read_or_make(path: &Path, make: impl FnOnce() -> io::Result<Vec<u8>>) -> io::Result<Vec<u8>> {
    match std::fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let content = make()?;
            write(path, &content)?;
            Ok(content)
        }
        read => read,
    }
}

/// Writes a file that only its owner can read, whole or not at all.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let draft = path.with_extension("draft");
    let mut file =
        std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&draft, path)
}
