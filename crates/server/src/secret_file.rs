//! Files in the data directory that only its owner can read, made when they are first needed.

use std::io::{self, Read, Write};
use std::path::Path;

use crate::data_directory;

/// What a secret file holds; it is made if it is not there. The data directory's lock keeps a second maker away.
pub(crate) fn read_or_make(path: &Path, make: impl FnOnce() -> io::Result<Vec<u8>>) -> io::Result<Vec<u8>> {
    match read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let content = make()?;
            write(path, &content)?;
            Ok(content)
        }
        read => read,
    }
}

/// What separates the halves of a file with a key and its certificate.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";

/// The halves of a file with a private key and its certificate, one after the other, both as PEM.
pub(crate) fn key_and_certificate(content: &[u8]) -> io::Result<(&str, &str)> {
    let text = std::str::from_utf8(content).map_err(io::Error::other)?;
    let at = text.find(CERTIFICATE).ok_or_else(|| io::Error::other("it has no certificate"))?;
    Ok(text.split_at(at))
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    data_directory::options().read(true).open(path)?.read_to_end(&mut content)?;
    Ok(content)
}

/// Writes a file that only its owner can read, whole or not at all.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let draft = path.with_extension("draft");
    let mut file = data_directory::options().write(true).create(true).truncate(true).open(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&draft, path)
}
