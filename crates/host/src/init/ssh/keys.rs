//! The server's own key, and whose keys it lets in.

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use russh::keys::ssh_key::private::{Ed25519Keypair, KeypairData};
use russh::keys::ssh_key::{HashAlg, LineEnding};
use russh::keys::{PrivateKey, PublicKey};

use crate::files::{read_guest_file, write_guest_file};
use crate::init::Account;
use crate::init::imds::Metadata;

const HOST_KEY: &str = "/etc/ssh/ssh_host_ed25519_key";

/// Makes the server's key, once in the life of the instance.
pub(in crate::init) fn ensure_host_key() -> io::Result<()> {
    if Path::new(HOST_KEY).exists() {
        return Ok(());
    }
    let mut seed = [0; 32];
    fs::File::open("/dev/urandom")?.read_exact(&mut seed)?;
    let pair = KeypairData::Ed25519(Ed25519Keypair::from_seed(&seed));
    let key = PrivateKey::new(pair, "root@hamlet").map_err(io::Error::other)?;
    let text = key.to_openssh(LineEnding::LF).map_err(io::Error::other)?;
    let unfinished = format!("{HOST_KEY}.unfinished");
    let _ = fs::remove_file(&unfinished);
    let mut file = fs::File::options().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    io::Write::write_all(&mut file, text.as_bytes())?;
    fs::rename(&unfinished, HOST_KEY)?;
    let public = key.public_key().to_openssh().map_err(io::Error::other)?;
    write_guest_file(format!("{HOST_KEY}.pub"), &format!("{public}\n"))
}

/// The server's key.
pub(super) fn host_key() -> io::Result<PrivateKey> {
    PrivateKey::from_openssh(read_guest_file(Path::new(HOST_KEY))?.0).map_err(io::Error::other)
}

/// What cloud-init prints about it on the console, for those who check before they connect.
pub(in crate::init) fn host_key_lines() -> Vec<String> {
    let Ok(key) = host_key() else {
        return vec!["sshd: there is no host key".into()];
    };
    let public = key.public_key();
    vec![
        "-----BEGIN SSH HOST KEY FINGERPRINTS-----".into(),
        format!("256 {} root@hamlet (ED25519)", public.fingerprint(HashAlg::Sha256)),
        "-----END SSH HOST KEY FINGERPRINTS-----".into(),
        "-----BEGIN SSH HOST KEY KEYS-----".into(),
        public.to_openssh().unwrap_or_default(),
        "-----END SSH HOST KEY KEYS-----".into(),
    ]
}

/// Whether the account's own file has the key.
pub(super) fn is_authorized(account: &Account, key: &PublicKey) -> bool {
    read_owned(&account.home.join(".ssh/authorized_keys"), account.uid)
        .is_some_and(|text| has_key(&text, key))
}

/// Whether EC2 Instance Connect has pushed the key for this user.
pub(super) fn is_pushed(user: &str, key: &PublicKey) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if !user.bytes().all(good) {
        return false;
    }
    let path = format!("meta-data/managed-ssh-keys/active-keys/{user}");
    let text = Metadata::connect(Duration::ZERO).and_then(|metadata| metadata.get_text(&path));
    text.is_ok_and(|text| text.is_some_and(|text| has_key(&text, key)))
}

/// As sshd's StrictModes: a list of keys that others can write to counts for nothing.
fn read_owned(path: &Path, uid: u32) -> Option<String> {
    let (text, found) = read_guest_file(path).ok()?;
    let strict = (found.uid() == uid || found.uid() == 0) && found.mode() & 0o022 == 0;
    strict.then_some(text)
}

/// Lines with options are passed over: to ignore a restriction would be to lift it.
fn has_key(text: &str, key: &PublicKey) -> bool {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .filter_map(|line| PublicKey::from_openssh(line).ok())
        .any(|known| known.key_data() == key.key_data())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHJZVRUO5B1ULDRIXJ6YfuYJAmGJNUOBnjBqqgQdT1vJ";

    #[test]
    fn a_key_is_found_whatever_its_comment() {
        let key = PublicKey::from_openssh(ONE).unwrap();
        assert!(has_key(&format!("# mine\n\nrubbish\n{ONE} some words\n"), &key));
        assert!(!has_key("rubbish\n", &key));
    }

    #[test]
    fn a_restricted_key_is_not_let_in_without_its_restriction() {
        let key = PublicKey::from_openssh(ONE).unwrap();
        assert!(!has_key(&format!("command=\"date\" {ONE}\n"), &key));
    }
}
