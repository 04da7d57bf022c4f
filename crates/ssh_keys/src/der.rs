//! As much of DER as RSA keys need: PKCS#1 (RFC 8017), PKCS#8 (RFC 5208) and SubjectPublicKeyInfo (RFC 5280).

/// `rsaEncryption` with its NULL parameters, as an AlgorithmIdentifier.
const RSA_ENCRYPTION: [u8; 15] =
    [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const SEQUENCE: u8 = 0x30;

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => out.push(short),
        Ok(_) | Err(_) => {
            let length = content.len().to_be_bytes();
            let digits = &length[length.iter().take_while(|byte| **byte == 0).count()..];
            out.push(0x80 | u8::try_from(digits.len()).expect("a length has at most eight bytes"));
            out.extend_from_slice(digits);
        }
    }
    out.extend_from_slice(content);
    out
}

/// A number that is not negative, from its big-endian bytes.
fn integer(bytes: &[u8]) -> Vec<u8> {
    element(INTEGER, &crate::wire::positive(bytes))
}

/// `RSAPublicKey` and, with more numbers after a zero version, `RSAPrivateKey`.
pub(crate) fn integers(numbers: &[&[u8]]) -> Vec<u8> {
    element(SEQUENCE, &numbers.iter().flat_map(|number| integer(number)).collect::<Vec<u8>>())
}

/// `PrivateKeyInfo` around an `RSAPrivateKey`.
pub(crate) fn pkcs8(pkcs1: &[u8]) -> Vec<u8> {
    let content = [integer(&[]), RSA_ENCRYPTION.to_vec(), element(OCTET_STRING, pkcs1)].concat();
    element(SEQUENCE, &content)
}

/// `SubjectPublicKeyInfo` around an `RSAPublicKey`.
pub(crate) fn spki(public: &[u8]) -> Vec<u8> {
    let bits = [&[0], public].concat();
    element(SEQUENCE, &[RSA_ENCRYPTION.to_vec(), element(BIT_STRING, &bits)].concat())
}

/// Modulus and exponent from a `SubjectPublicKeyInfo`.
pub(crate) fn read_spki(bytes: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (info, rest) = take(bytes, SEQUENCE)?;
    let bits = info.strip_prefix(&RSA_ENCRYPTION)?;
    let (bits, after) = take(bits, BIT_STRING)?;
    let (numbers, last) = take(bits.strip_prefix(&[0])?, SEQUENCE)?;
    let (modulus, numbers) = take(numbers, INTEGER)?;
    let (exponent, numbers) = take(numbers, INTEGER)?;
    let nothing_left = [rest, after, last, numbers].iter().all(|rest| rest.is_empty());
    nothing_left.then(|| (modulus.to_vec(), exponent.to_vec()))
}

/// An element's content and what comes after it.
fn take(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let bytes = bytes.strip_prefix(&[tag])?;
    let (first, bytes) = bytes.split_first()?;
    let (length, bytes) = match first {
        0..0x80 => (usize::from(*first), bytes),
        0x81..=0x83 => {
            let (digits, bytes) = bytes.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), bytes)
        }
        0x80 | 0x84.. => return None,
    };
    bytes.split_at_checked(length)
}
