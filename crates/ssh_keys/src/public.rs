//! Public keys: read in the forms that ImportKeyPair takes, written as a line of `authorized_keys`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use model::key_pair::KeyKind;
use sha2::{Digest, Sha256};

use crate::{base64_lines, colon_hex, der, pem, wire};

/// A public key, of a size that EC2 takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(Numbers);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Numbers {
    /// Modulus and exponent, big-endian without leading zeros.
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    /// The point.
    Ed25519([u8; 32]),
}

/// "Supported lengths: 1024, 2048, and 4096" (EC2 User Guide); and 3072, which is what `ssh-keygen` makes unasked, so that
/// a user's own key works. Whether AWS takes those is not documented (docs/facts.md).
const RSA_BITS: [usize; 4] = [1024, 2048, 3072, 4096];
const RSA: &str = "ssh-rsa";
const ED25519: &str = "ssh-ed25519";
/// How RFC 4716 begins and ends a key.
const RFC4716: (&str, &str) = ("---- BEGIN SSH2 PUBLIC KEY ----", "---- END SSH2 PUBLIC KEY ----");
/// What PEM calls one.
const PEM_LABEL: &str = "PUBLIC KEY";
/// Letters in a line of it.
const PEM_WIDTH: usize = 64;
/// How PEM begins and ends one.
const PEM: (&str, &str) = ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----");

impl PublicKey {
    /// Reads a key: "OpenSSH public key format", "Base64 encoded DER format" or "SSH public key file format as
    /// specified in RFC 4716" (EC2 User Guide).
    pub fn read(material: &[u8]) -> Option<PublicKey> {
        let text = std::str::from_utf8(material).ok()?.trim();
        if let Some(body) = between(text, RFC4716) {
            return Self::from_blob(&STANDARD.decode(rfc4716_body(body)).ok()?);
        }
        if let Some(body) = between(text, PEM) {
            return Self::from_spki(body);
        }
        match text.split_once([' ', '\t']) {
            Some((kind, rest)) => {
                let blob = STANDARD.decode(rest.split_whitespace().next()?).ok()?;
                Self::from_blob(&blob).filter(|key| key.name() == kind)
            }
            None => Self::from_spki(text),
        }
    }

    /// Reads DER in base64.
    fn from_spki(base64: &str) -> Option<PublicKey> {
        let base64: String = base64.split_whitespace().collect();
        let (modulus, exponent) = der::read_spki(&STANDARD.decode(base64).ok()?)?;
        Self::rsa(&modulus, &exponent)
    }

    pub(crate) fn rsa(modulus: &[u8], exponent: &[u8]) -> Option<PublicKey> {
        let (modulus, exponent) = (wire::trimmed(modulus).to_vec(), wire::trimmed(exponent).to_vec());
        let first = modulus.first()?;
        let bits = modulus.len() * 8 - usize::try_from(first.leading_zeros()).ok()?;
        let is_sound = RSA_BITS.contains(&bits) && !exponent.is_empty();
        is_sound.then_some(PublicKey(Numbers::Rsa { modulus, exponent }))
    }

    pub(crate) fn ed25519(point: &[u8; 32]) -> PublicKey {
        PublicKey(Numbers::Ed25519(*point))
    }

    /// Reads the bytes that SSH itself sends for a key.
    fn from_blob(mut blob: &[u8]) -> Option<PublicKey> {
        let name = wire::take(&mut blob)?;
        let key = if name == RSA.as_bytes() {
            let exponent = wire::take(&mut blob)?;
            Self::rsa(wire::take(&mut blob)?, exponent)?
        } else if name == ED25519.as_bytes() {
            Self::ed25519(wire::take(&mut blob)?.try_into().ok()?)
        } else {
            return None;
        };
        blob.is_empty().then_some(key)
    }

    /// The bytes that SSH itself sends for the key.
    pub(crate) fn blob(&self) -> Vec<u8> {
        match &self.0 {
            Numbers::Rsa { modulus, exponent } => {
                wire::strings(&[RSA.as_bytes(), &wire::positive(exponent), &wire::positive(modulus)])
            }
            Numbers::Ed25519(point) => wire::strings(&[ED25519.as_bytes(), point]),
        }
    }

    /// The algorithm's name in SSH.
    pub(crate) fn name(&self) -> &'static str {
        match &self.0 {
            Numbers::Rsa { .. } => RSA,
            Numbers::Ed25519(_) => ED25519,
        }
    }

    /// RSA or ED25519.
    pub fn kind(&self) -> KeyKind {
        match &self.0 {
            Numbers::Rsa { .. } => KeyKind::Rsa,
            Numbers::Ed25519(_) => KeyKind::Ed25519,
        }
    }

    /// A line of `authorized_keys`.
    pub fn to_line(&self, comment: &str) -> String {
        format!("{} {} {comment}", self.name(), base64_lines(&self.blob(), usize::MAX, ""))
    }

    /// How long the modulus of an RSA key is.
    pub fn rsa_bits(&self) -> Option<usize> {
        match &self.0 {
            Numbers::Rsa { modulus, .. } => Some(modulus.len() * 8),
            Numbers::Ed25519(_) => None,
        }
    }

    /// An RSA key in PEM, as `openssl rsa -pubout` writes it.
    pub fn to_pem(&self) -> Option<String> {
        match &self.0 {
            Numbers::Rsa { modulus, exponent } => {
                let spki = der::spki(&der::integers(&[modulus, exponent]));
                Some(pem(PEM_LABEL, &spki, PEM_WIDTH))
            }
            Numbers::Ed25519(_) => None,
        }
    }

    /// MD5 of what SSH sends for the key, as `ssh-keygen -l -E md5` shows it.
    pub fn md5(&self) -> String {
        colon_hex(&Md5::digest(self.blob()))
    }

    /// The fingerprint of an imported key: MD5 of the DER public key for RSA; SHA-256 in base64, with its padding, for
    /// ED25519 however it came.
    pub fn fingerprint(&self) -> String {
        match &self.0 {
            Numbers::Rsa { modulus, exponent } => {
                let spki = der::spki(&der::integers(&[modulus, exponent]));
                colon_hex(&Md5::digest(spki))
            }
            Numbers::Ed25519(_) => STANDARD.encode(Sha256::digest(self.blob())),
        }
    }
}

/// What stands between a first and a last line.
fn between<'a>(text: &'a str, (begin, end): (&str, &str)) -> Option<&'a str> {
    text.strip_prefix(begin)?.strip_suffix(end)
}

/// The base64 of an RFC 4716 file, whose headers have a colon and go on after a backslash.
fn rfc4716_body(body: &str) -> String {
    let mut in_header = false;
    let is_body = |line: &&str| {
        let is_header = in_header || line.contains(':');
        in_header = is_header && line.ends_with('\\');
        !is_header
    };
    body.lines().map(str::trim).filter(is_body).collect()
}
