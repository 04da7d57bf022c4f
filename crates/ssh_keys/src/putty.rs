//! PuTTY's private key files, version 2: what every PuTTY since 0.52 reads.
//!
//! Follows "PPK version 2" in PuTTY's manual, appendix C. No passphrase.

use crate::{PublicKey, base64_lines, wire};
use hmac::{Hmac, KeyInit, Mac};
use sha1::{Digest, Sha1};

const WIDTH: usize = 64;
const ENCRYPTION: &str = "none";

/// The whole file.
pub(crate) fn file(public: &PublicKey, private: &[u8], comment: &str) -> String {
    let (name, blob) = (public.name(), public.blob());
    let (public_lines, private_lines) =
        (base64_lines(&blob, WIDTH, "\r\n"), base64_lines(private, WIDTH, "\r\n"));
    let (public_count, private_count) = (public_lines.lines().count(), private_lines.lines().count());
    let mac = mac(name, comment, &blob, private);
    format!(
        "PuTTY-User-Key-File-2: {name}\r\nEncryption: {ENCRYPTION}\r\nComment: {comment}\r\n\
         Public-Lines: {public_count}\r\n{public_lines}Private-Lines: {private_count}\r\n{private_lines}\
         Private-MAC: {mac}\r\n"
    )
}

/// By which PuTTY notices a file that was changed.
fn mac(name: &str, comment: &str, public: &[u8], private: &[u8]) -> String {
    let key = Sha1::digest(b"putty-private-key-file-mac-key");
    let mut mac = Hmac::<Sha1>::new_from_slice(&key).expect("HMAC takes keys of any length");
    mac.update(&wire::strings(&[
        name.as_bytes(),
        ENCRYPTION.as_bytes(),
        comment.as_bytes(),
        public,
        private,
    ]));
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}
