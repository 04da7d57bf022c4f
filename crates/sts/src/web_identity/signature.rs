//! Whether a token is signed with one of its issuer's keys.
//!
//! Follows RFC 7515 (JSON Web Signature), RFC 7517 (JSON Web Key) and RFC 7518 (their algorithms). "Tokens must be signed using
//! either RSA keys (RS256, RS384, or RS512) or ECDSA keys (ES256, ES384, or ES512)" (AssumeRoleWithWebIdentity): none and
//! shared secrets are no algorithms.

use awsproto::AwsError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Verifier;
use rsa::pkcs1v15;
use rsa::{BoxedUint, RsaPublicKey};
use serde::Deserialize;

use super::{invalid, no_verification_key};

/// "can have a maximum of 100 RSA keys and 100 EC keys" (Create an OpenID Connect identity provider).
const KEYS_MAX: usize = 200;

/// A token taken apart.
#[derive(Debug)]
pub(super) struct Signed {
    algorithm: String,
    key_id: Option<String>,
    /// What is signed: header and payload as they were sent.
    text: String,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<serde_json::Value>,
}

/// A key as its set has it.
#[derive(Deserialize)]
struct Key {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// How a token may be signed.
#[derive(Clone, Copy)]
enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
    Es256,
    Es384,
    Es512,
}

impl Signed {
    /// The three parts of a token, and its payload; `None` if it is none.
    pub(super) fn read(token: &str) -> Option<(Signed, Vec<u8>)> {
        let (text, signature) = token.rsplit_once('.')?;
        let (header, payload) = text.split_once('.').filter(|(_, payload)| !payload.contains('.'))?;
        let header: Header = serde_json::from_slice(&bytes(header)?).ok()?;
        let signature = bytes(signature)?;
        let payload = bytes(payload)?;
        let signed = Signed { algorithm: header.alg, key_id: header.kid, text: text.to_owned(), signature };
        Some((signed, payload))
    }

    /// Looks for the key that it is signed with.
    pub(super) fn check(&self, keys: &[u8]) -> Result<(), AwsError> {
        let Some(algorithm) = Algorithm::named(&self.algorithm) else {
            return Err(invalid(format!("Unsupported token signing algorithm: {}", self.algorithm)));
        };
        let set: KeySet = serde_json::from_slice(keys).map_err(|_| no_verification_key())?;
        // What kind of key it is not known, is nobody's here.
        let keys = set.keys.into_iter().take(KEYS_MAX).filter_map(|key| Key::deserialize(key).ok());
        let mut is_any = false;
        for key in keys.filter(|key| self.may_be_by(key, algorithm)) {
            match algorithm.verify(&key, self.text.as_bytes(), &self.signature) {
                Some(true) => return Ok(()),
                Some(false) => is_any = true,
                None => {}
            }
        }
        match is_any {
            true => Err(invalid("The signature of the ID Token provided is not valid.")),
            false => Err(no_verification_key()),
        }
    }

    fn may_be_by(&self, key: &Key, algorithm: Algorithm) -> bool {
        let (kind, curve) = algorithm.key();
        key.kty == kind
            && (curve.is_none() || key.crv.as_deref() == curve)
            && key.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
            && key.alg.as_ref().is_none_or(|known| *known == self.algorithm)
            && self.key_id.as_ref().is_none_or(|id| key.kid.as_ref() == Some(id))
    }
}

impl Algorithm {
    fn named(name: &str) -> Option<Algorithm> {
        match name {
            "RS256" => Some(Algorithm::Rs256),
            "RS384" => Some(Algorithm::Rs384),
            "RS512" => Some(Algorithm::Rs512),
            "ES256" => Some(Algorithm::Es256),
            "ES384" => Some(Algorithm::Es384),
            "ES512" => Some(Algorithm::Es512),
            _ => None,
        }
    }

    /// The type of its keys, and their curve.
    fn key(self) -> (&'static str, Option<&'static str>) {
        match self {
            Algorithm::Rs256 | Algorithm::Rs384 | Algorithm::Rs512 => ("RSA", None),
            Algorithm::Es256 => ("EC", Some("P-256")),
            Algorithm::Es384 => ("EC", Some("P-384")),
            Algorithm::Es512 => ("EC", Some("P-521")),
        }
    }

    /// Whether a signature is by a key; `None` if that is no key.
    fn verify(self, key: &Key, text: &[u8], signature: &[u8]) -> Option<bool> {
        match self {
            Algorithm::Rs256 => {
                let key = pkcs1v15::VerifyingKey::<rsa::sha2::Sha256>::new(key.rsa()?);
                Some(by_rsa(&key, text, signature))
            }
            Algorithm::Rs384 => {
                let key = pkcs1v15::VerifyingKey::<rsa::sha2::Sha384>::new(key.rsa()?);
                Some(by_rsa(&key, text, signature))
            }
            Algorithm::Rs512 => {
                let key = pkcs1v15::VerifyingKey::<rsa::sha2::Sha512>::new(key.rsa()?);
                Some(by_rsa(&key, text, signature))
            }
            Algorithm::Es256 => {
                let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&key.point(32)?).ok()?;
                let signature = p256::ecdsa::Signature::from_slice(signature);
                Some(signature.is_ok_and(|signature| key.verify(text, &signature).is_ok()))
            }
            Algorithm::Es384 => {
                let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(&key.point(48)?).ok()?;
                let signature = p384::ecdsa::Signature::from_slice(signature);
                Some(signature.is_ok_and(|signature| key.verify(text, &signature).is_ok()))
            }
            Algorithm::Es512 => {
                let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(&key.point(66)?).ok()?;
                let signature = p521::ecdsa::Signature::from_slice(signature);
                Some(signature.is_ok_and(|signature| key.verify(text, &signature).is_ok()))
            }
        }
    }
}

fn by_rsa(key: &impl Verifier<pkcs1v15::Signature>, text: &[u8], signature: &[u8]) -> bool {
    pkcs1v15::Signature::try_from(signature).is_ok_and(|signature| key.verify(text, &signature).is_ok())
}

impl Key {
    fn rsa(&self) -> Option<RsaPublicKey> {
        let number =
            |text: &Option<String>| Some(BoxedUint::from_be_slice_vartime(&bytes(text.as_deref()?)?));
        RsaPublicKey::new(number(&self.n)?, number(&self.e)?).ok()
    }

    /// An uncompressed point (SEC 1) of coordinates of so many bytes.
    fn point(&self, length: usize) -> Option<Vec<u8>> {
        let coordinate = |text: &Option<String>| bytes(text.as_deref()?).filter(|it| it.len() == length);
        Some([vec![4], coordinate(&self.x)?, coordinate(&self.y)?].concat())
    }
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
