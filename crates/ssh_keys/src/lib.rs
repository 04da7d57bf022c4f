//! SSH keys: made, read, written down and fingerprinted the way EC2 does it.
//!
//! Follows "Create a key pair" and "Verify the fingerprint of your key pair" (EC2 User Guide). RSA of 2048 bits and
//! ED25519 are made; RSA of 1024, 2048 and 4096 bits and ED25519 can be imported. No DSA, no ECDSA, as on AWS.
//! Nothing here is random by itself: a key depends on the seed that is handed in.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

mod der;
mod private;
mod public;
mod putty;
mod random;
mod wire;

pub use private::{PrivateKey, rsa_primes};
pub use public::PublicKey;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Bytes in AWS's way: `1f:51:ae:…`.
fn colon_hex(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(":")
}

/// Base64 in lines of `width`, each ended by `newline`.
fn base64_lines(bytes: &[u8], width: usize, newline: &str) -> String {
    let text = STANDARD.encode(bytes);
    let lines =
        text.as_bytes().chunks(width).map(|line| String::from_utf8_lossy(line).into_owned() + newline);
    lines.collect()
}

/// A PEM file with this label.
fn pem(label: &str, bytes: &[u8], width: usize) -> String {
    let lines = base64_lines(bytes, width, "\n");
    format!("-----BEGIN {label}-----\n{lines}-----END {label}-----")
}

#[cfg(test)]
mod tests {
    // The tests ask ssh-keygen and openssl.
    #![allow(clippy::disallowed_methods)]

    use super::*;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Stdio};

    #[test]
    fn the_same_seed_makes_the_same_key_and_another_seed_another() {
        let make = |seed: u8| PrivateKey::ed25519(&[seed; 32]).public().to_line("k");
        assert_eq!(make(1), make(1));
        assert_ne!(make(1), make(2));
    }

    #[test]
    fn ssh_keygen_reads_both_kinds_and_finds_the_same_public_key() {
        let Some(dir) = Scratch::with(&["ssh-keygen"]) else { return };
        for (name, key) in keys() {
            let file = dir.write_private(name, &key.to_pem());
            let shown = run("ssh-keygen", &["-y", "-f", &file]);
            let [kind, blob] = [0, 1].map(|part| shown.split_whitespace().nth(part).unwrap().to_owned());
            assert_eq!(format!("{kind} {blob} k"), key.public().to_line("k"), "{name}");
        }
    }

    #[test]
    fn fingerprints_are_those_that_the_user_guide_computes_with_openssl_and_ssh_keygen() {
        let Some(dir) = Scratch::with(&["openssl", "ssh-keygen"]) else { return };
        let keys = keys();
        let rsa = dir.write_private("rsa", &keys[0].1.to_pem());
        let (pkcs8, spki) = (dir.path("pkcs8"), dir.path("spki"));
        // "openssl pkcs8 -in … -inform PEM -outform DER -topk8 -nocrypt | openssl sha1 -c"
        run("openssl", &["pkcs8", "-in", &rsa, "-outform", "DER", "-topk8", "-nocrypt", "-out", &pkcs8]);
        let sha1 = run("openssl", &["dgst", "-sha1", "-c", &pkcs8]);
        assert!(sha1.trim().ends_with(&format!("= {}", keys[0].1.fingerprint())), "{sha1}");
        // "openssl rsa -in … -pubout -outform DER | openssl md5 -c"
        run("openssl", &["rsa", "-in", &rsa, "-pubout", "-outform", "DER", "-out", &spki]);
        let md5 = run("openssl", &["dgst", "-md5", "-c", &spki]);
        assert!(md5.trim().ends_with(&format!("= {}", keys[0].1.public().fingerprint())), "{md5}");
        // "ssh-keygen -l -f …", which writes the same digest without the padding.
        let ed25519 = dir.write_private("ed25519", &keys[1].1.to_pem());
        let shown = run("ssh-keygen", &["-l", "-f", &ed25519]);
        let digest = keys[1].1.fingerprint();
        assert!(shown.contains(&format!("SHA256:{} ", digest.trim_end_matches('='))), "{shown} {digest}");
        assert_eq!(keys[1].1.public().fingerprint(), digest);
    }

    #[test]
    fn keys_that_ssh_keygen_made_are_read_in_every_form_that_aws_takes() {
        let Some(dir) = Scratch::with(&["ssh-keygen", "openssl"]) else { return };
        for (kind, bits) in [("rsa", "1024"), ("rsa", "2048"), ("ed25519", "256")] {
            let file = dir.path(&format!("{kind}{bits}"));
            run("ssh-keygen", &["-q", "-t", kind, "-b", bits, "-N", "", "-C", "me@here", "-f", &file]);
            let line = std::fs::read_to_string(format!("{file}.pub")).unwrap();
            let key = PublicKey::read(line.as_bytes()).unwrap();
            assert_eq!(format!("{}\n", key.to_line("me@here")), line);
            let md5 = run("ssh-keygen", &["-l", "-E", "md5", "-f", &file]);
            assert!(md5.contains(&format!("MD5:{} ", key.md5())), "{md5}");
            let rfc4716 = run("ssh-keygen", &["-e", "-f", &file]);
            assert_eq!(PublicKey::read(rfc4716.as_bytes()), Some(key.clone()));
            if kind == "rsa" {
                run("ssh-keygen", &["-q", "-p", "-N", "", "-m", "PEM", "-f", &file]);
                let spki = run("openssl", &["rsa", "-in", &file, "-pubout", "-outform", "PEM"]);
                let base64: String = spki.lines().filter(|line| !line.starts_with('-')).collect();
                assert_eq!(PublicKey::read(base64.as_bytes()), Some(key.clone()));
                assert_eq!(PublicKey::read(spki.as_bytes()), Some(key.clone()));
                assert_eq!(key.to_pem().as_deref(), Some(spki.trim_end()));
                assert_eq!(key.rsa_bits().map(|it| it.to_string()).as_deref(), Some(bits));
            }
        }
    }

    #[test]
    fn a_putty_key_is_read_by_puttygen() {
        let Some(dir) = Scratch::with(&["puttygen"]) else { return };
        for (name, key) in keys() {
            let file = dir.write_private(name, &key.to_ppk("k"));
            assert_eq!(run("puttygen", &["-L", &file]).trim(), key.public().to_line("k"));
        }
    }

    #[test]
    fn a_putty_key_says_what_it_is() {
        let ppk = PrivateKey::ed25519(&[7; 32]).to_ppk("k");
        let lines: Vec<&str> = ppk.lines().collect();
        assert_eq!(
            lines[..4],
            ["PuTTY-User-Key-File-2: ssh-ed25519", "Encryption: none", "Comment: k", "Public-Lines: 2"]
        );
        assert!(lines.last().unwrap().starts_with("Private-MAC: "));
    }

    #[test]
    fn what_is_no_public_key_is_refused() {
        let one = PrivateKey::ed25519(&[3; 32]).public().to_line("k");
        let cut = &one[..one.len() - 12];
        for text in ["", "ssh-rsa", "ssh-rsa AAAA", "ssh-dss AAAAB3NzaC1kc3M=", "hello", cut] {
            assert_eq!(PublicKey::read(text.as_bytes()), None, "{text}");
        }
        assert_eq!(PublicKey::read(&[0xff, 0xfe]), None);
        // The blob says ssh-ed25519, the line something else.
        assert_eq!(PublicKey::read(one.replace("ssh-ed25519", "ssh-rsa").as_bytes()), None);
    }

    fn keys() -> [(&'static str, PrivateKey); 2] {
        [("rsa", PrivateKey::rsa(&[1; 32])), ("ed25519", PrivateKey::ed25519(&[1; 32]))]
    }

    fn run(program: &str, arguments: &[&str]) -> String {
        let output = Command::new(program).args(arguments).output().unwrap();
        assert!(
            output.status.success(),
            "{program} {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// A directory that goes when the test ends.
    struct Scratch(PathBuf);

    impl Scratch {
        /// `None`, said aloud, where a program is not installed.
        fn with(programs: &[&str]) -> Option<Scratch> {
            for program in programs {
                let found = Command::new(program)
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .stdin(Stdio::null())
                    .status();
                if found.is_err() {
                    eprintln!("SKIPPED: {program} is not installed here, so nothing was compared with it");
                    return None;
                }
            }
            let name = format!("{:?}", std::thread::current().id()).replace(['(', ')'], "-");
            let path = std::env::temp_dir().join(format!("hamlet-ssh-key-{}-{name}", std::process::id()));
            std::fs::create_dir_all(&path).unwrap();
            Some(Scratch(path))
        }

        fn path(&self, name: &str) -> String {
            self.0.join(name).to_str().unwrap().to_owned()
        }

        fn write_private(&self, name: &str, text: &str) -> String {
            use std::os::unix::fs::PermissionsExt;
            let path = self.path(name);
            std::fs::write(&path, format!("{text}\n")).unwrap();
            std::fs::set_permissions(Path::new(&path), std::fs::Permissions::from_mode(0o600)).unwrap();
            path
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}
