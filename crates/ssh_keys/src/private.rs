//! Private keys: made from a seed, given out once, never kept.

use ed25519_dalek::SigningKey;
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use rsa::{BoxedUint, RsaPrivateKey};
use sha1::{Digest, Sha1};

use crate::random::Stream;
use crate::{PublicKey, colon_hex, der, pem, putty, wire};

/// The size of RSA keys that EC2 makes.
const RSA_BITS: usize = 2048;
const PRIME_BYTES: usize = RSA_BITS / 8 / 2;
/// What `RsaPrivateKey::new` takes, and everybody else.
const PUBLIC_EXPONENT: u64 = 65_537;

fn new_rsa(seed: &[u8; 32]) -> RsaPrivateKey {
    let key = RsaPrivateKey::new(&mut Stream::new(seed), RSA_BITS);
    key.expect("2048 bits and exponent 65537 are always possible")
}

/// The two primes of a new RSA key, one behind the other. Takes a good part of a second; everything else about a key is
/// quick.
pub fn rsa_primes(seed: &[u8; 32]) -> Vec<u8> {
    new_rsa(seed).primes().iter().flat_map(|prime| prime.to_be_bytes()).collect()
}

/// A private key.
pub struct PrivateKey(Secret);

enum Secret {
    Rsa(Box<RsaNumbers>),
    Ed25519 { seed: [u8; 32], public: [u8; 32] },
}

/// The numbers of an RSA key, big-endian.
struct RsaNumbers {
    modulus: Box<[u8]>,
    public_exponent: Box<[u8]>,
    private_exponent: Box<[u8]>,
    primes: [Box<[u8]>; 2],
    /// The private exponent modulo each prime less one.
    exponents: [Box<[u8]>; 2],
    /// The second prime's inverse modulo the first.
    coefficient: Box<[u8]>,
}

impl PrivateKey {
    /// Makes an RSA key of 2048 bits.
    pub fn rsa(seed: &[u8; 32]) -> PrivateKey {
        PrivateKey::of_rsa(&new_rsa(seed))
    }

    /// The RSA key with these primes, if they are two of the size that [`rsa_primes`] finds.
    pub fn rsa_of_primes(primes: &[u8]) -> Option<PrivateKey> {
        let (p, q) = primes.split_at_checked(PRIME_BYTES).filter(|(_, q)| q.len() == PRIME_BYTES)?;
        let primes = [p, q].map(BoxedUint::from_be_slice_vartime).into();
        let key = RsaPrivateKey::from_primes(primes, BoxedUint::from(PUBLIC_EXPONENT)).ok()?;
        Some(PrivateKey::of_rsa(&key))
    }

    fn of_rsa(key: &RsaPrivateKey) -> PrivateKey {
        let precomputed = "a new key has its Chinese remainder values";
        PrivateKey(Secret::Rsa(Box::new(RsaNumbers {
            modulus: key.n_bytes(),
            public_exponent: key.e_bytes(),
            private_exponent: key.d().to_be_bytes(),
            primes: [0, 1].map(|index| key.primes()[index].to_be_bytes()),
            exponents: [key.dp(), key.dq()].map(|exponent| exponent.expect(precomputed).to_be_bytes()),
            coefficient: key.crt_coefficient().expect(precomputed).to_be_bytes(),
        })))
    }

    /// Makes an ED25519 key.
    pub fn ed25519(seed: &[u8; 32]) -> PrivateKey {
        let public = SigningKey::from_bytes(seed).verifying_key().to_bytes();
        PrivateKey(Secret::Ed25519 { seed: *seed, public })
    }

    /// The other half.
    pub fn public(&self) -> PublicKey {
        match &self.0 {
            Secret::Rsa(numbers) => PublicKey::rsa(&numbers.modulus, &numbers.public_exponent)
                .expect("a key of a size that we make ourselves"),
            Secret::Ed25519 { public, .. } => PublicKey::ed25519(public),
        }
    }

    /// The fingerprint of a key that EC2 made: SHA-1 of the DER private key in PKCS#8 for RSA.
    pub fn fingerprint(&self) -> String {
        match &self.0 {
            Secret::Rsa(numbers) => colon_hex(&Sha1::digest(der::pkcs8(&numbers.pkcs1()))),
            Secret::Ed25519 { .. } => self.public().fingerprint(),
        }
    }

    /// As a file for OpenSSH: PKCS#1 for RSA, OpenSSH's own format for ED25519.
    pub fn to_pem(&self) -> String {
        match &self.0 {
            Secret::Rsa(numbers) => pem("RSA PRIVATE KEY", &numbers.pkcs1(), 64),
            Secret::Ed25519 { seed, public } => {
                pem("OPENSSH PRIVATE KEY", &self.openssh(&[*seed, *public].concat()), 70)
            }
        }
    }

    /// As a file for PuTTY.
    pub fn to_ppk(&self, comment: &str) -> String {
        let private = match &self.0 {
            Secret::Rsa(numbers) => {
                let [p, q] = &numbers.primes;
                let numbers = [&numbers.private_exponent, p, q, &numbers.coefficient];
                let numbers = numbers.map(|number| wire::positive(number));
                wire::strings(&numbers.each_ref().map(Vec::as_slice))
            }
            Secret::Ed25519 { seed, .. } => wire::strings(&[seed]),
        };
        putty::file(&self.public(), &private, comment)
    }

    /// `openssh-key-v1` without encryption ("PROTOCOL.key", OpenSSH).
    fn openssh(&self, secret: &[u8]) -> Vec<u8> {
        let public = self.public();
        let point = &secret[32..];
        // Two equal numbers by which a wrong passphrase would be noticed; there is none here.
        let mut private = [public_check(point), public_check(point)].concat();
        [public.name().as_bytes(), point, secret, b""].iter().for_each(|text| wire::put(&mut private, text));
        let padding = private.len().next_multiple_of(8) - private.len();
        private.extend((1..).take(padding));
        let mut file = b"openssh-key-v1\0".to_vec();
        [b"none".as_slice(), b"none", b""].iter().for_each(|text| wire::put(&mut file, text));
        file.extend_from_slice(&1u32.to_be_bytes());
        wire::put(&mut file, &public.blob());
        wire::put(&mut file, &private);
        file
    }
}

/// Four bytes that anyone may know.
fn public_check(point: &[u8]) -> Vec<u8> {
    Sha1::digest(point)[..4].to_vec()
}

impl RsaNumbers {
    /// `RSAPrivateKey` (RFC 8017, A.1.2).
    fn pkcs1(&self) -> Vec<u8> {
        let [p, q] = &self.primes;
        let [dp, dq] = &self.exponents;
        der::integers(&[
            &[],
            &self.modulus,
            &self.public_exponent,
            &self.private_exponent,
            p,
            q,
            dp,
            dq,
            &self.coefficient,
        ])
    }
}
