//! X.509 certificates and private keys as people send them: in PEM (RFC 7468).

use awsproto::{AwsError, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use x509_cert::Certificate;
use x509_cert::der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, OctetStringRef};
use x509_cert::der::{Decode, Encode, Tag, TagNumber, Tagged};

/// How a certificate begins.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";
/// What keys in PKCS#8 say they are.
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ELLIPTIC_CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// Reads the one certificate of a text, which still holds.
pub(crate) fn read(text: &str, now: Timestamp) -> Result<Certificate, AwsError> {
    let one = chain(text).filter(|found| found.len() == 1).and_then(|mut found| found.pop());
    let sentence = "Unable to parse certificate. Please ensure the certificate is in PEM format.";
    let certificate = one.ok_or_else(|| malformed(sentence))?;
    if expires(&certificate) < now {
        return Err(malformed("The certificate has expired."));
    }
    Ok(certificate)
}

/// Until when a certificate says that it holds.
pub(crate) fn expires(certificate: &Certificate) -> Timestamp {
    let ends = certificate.tbs_certificate().validity().not_after.to_unix_duration();
    Timestamp(i64::try_from(ends.as_millis()).unwrap_or(i64::MAX))
}

/// Whether a private key is the one of a certificate.
pub(crate) fn check_pair(certificate: &Certificate, private_key: &str) -> Result<(), AwsError> {
    let public = public_half(private_key).ok_or_else(|| malformed("Invalid Private Key."))?;
    let named = certificate.tbs_certificate().subject_public_key_info();
    match named.subject_public_key.raw_bytes() == public {
        true => Ok(()),
        false => {
            let sentence = "The public key certificate and the private key do not match.";
            Err(AwsError::new("KeyPairMismatch", sentence))
        }
    }
}

/// "The certificate chain must start with the immediate signing certificate, followed by any intermediaries in order": by
/// their names; signatures are not looked at.
pub(crate) fn check_chain(certificate: &Certificate, text: &str) -> Result<(), AwsError> {
    let chain = chain(text).ok_or_else(|| {
        malformed("Unable to parse certificate chain. Please ensure the certificate chain is in PEM format.")
    })?;
    let signed = std::iter::once(certificate).chain(&chain);
    let wrong = signed
        .zip(&chain)
        .position(|(signed, by)| signed.tbs_certificate().issuer() != by.tbs_certificate().subject());
    match wrong {
        None => Ok(()),
        Some(index) => Err(malformed(format!(
            "Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, \
             followed by any intermediaries in order. The index within the chain of the invalid certificate is: {index}"
        ))),
    }
}

/// All certificates of a text.
fn chain(text: &str) -> Option<Vec<Certificate>> {
    // What stands before the first one, and between them, is for people.
    let starts = text.match_indices(CERTIFICATE).map(|(at, _)| at);
    let found: Option<Vec<Certificate>> = starts.map(|at| one(&text[at..])).collect();
    found.filter(|found| !found.is_empty())
}

fn one(text: &str) -> Option<Certificate> {
    let der = block(text, "CERTIFICATE")?;
    Certificate::from_der(&der).ok()
}

/// The bytes of the first block of a label, in lines of whatever length.
fn block(text: &str, label: &str) -> Option<Vec<u8>> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let (_, behind) = text.split_once(&begin)?;
    let (base64, _) = behind.split_once(&end)?;
    let base64: String = base64.split_whitespace().collect();
    STANDARD.decode(base64).ok()
}

/// The public half of a private key, as certificates have it: of RSA in PKCS#1 (RFC 8017), of an elliptic curve in SEC 1
/// (RFC 5915), or of either in PKCS#8 (RFC 5958). Encrypted ones cannot be read.
pub(crate) fn public_half(text: &str) -> Option<Vec<u8>> {
    if let Some(der) = block(text, "RSA PRIVATE KEY") {
        return rsa_public_half(&der);
    }
    if let Some(der) = block(text, "EC PRIVATE KEY") {
        return curve_public_half(&der);
    }
    let der = block(text, "PRIVATE KEY")?;
    let parts = Vec::<AnyRef<'_>>::from_der(&der).ok()?;
    let algorithm = parts.get(1)?.decode_as::<Vec<AnyRef<'_>>>().ok()?;
    let key = parts.get(2)?.decode_as::<&OctetStringRef>().ok()?.as_bytes();
    let kind = algorithm.first()?.decode_as::<ObjectIdentifier>().ok()?;
    match () {
        () if kind == RSA => rsa_public_half(key),
        () if kind == ELLIPTIC_CURVE => curve_public_half(key),
        () => None,
    }
}

/// Version, modulus, public exponent, and the secret ones.
fn rsa_public_half(der: &[u8]) -> Option<Vec<u8>> {
    let parts = Vec::<AnyRef<'_>>::from_der(der).ok()?;
    parts.get(1..3)?.to_vec().to_der().ok()
}

/// Version, the secret number, and behind the curve's name the point, where it is given.
fn curve_public_half(der: &[u8]) -> Option<Vec<u8>> {
    let point = Tag::ContextSpecific { constructed: true, number: TagNumber(1) };
    let parts = Vec::<AnyRef<'_>>::from_der(der).ok()?;
    let part = parts.iter().find(|part| part.tag() == point)?;
    BitStringRef::from_der(part.value()).ok()?.as_bytes().map(<[u8]>::to_vec)
}

fn malformed(sentence: impl Into<String>) -> AwsError {
    AwsError::new("MalformedCertificate", sentence)
}
