//! Checksums of bodies as they pass, and of objects out of those of their parts.
//!
//! Follows "Checking object integrity for data uploads in Amazon S3" (Amazon S3 User Guide).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256};

use super::row::{Algorithm, Checksum};

/// Makes one checksum.
enum Running {
    Crc32(Crc32),
    Crc32c(Crc32c),
    Crc64Nvme(Crc64Nvme),
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Running {
    fn new(algorithm: Algorithm) -> Running {
        match algorithm {
            Algorithm::Crc32 => Running::Crc32(Crc32::new()),
            Algorithm::Crc32c => Running::Crc32c(Crc32c::new()),
            Algorithm::Crc64Nvme => Running::Crc64Nvme(Crc64Nvme::new()),
            Algorithm::Sha1 => Running::Sha1(Sha1::new()),
            Algorithm::Sha256 => Running::Sha256(Sha256::new()),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Running::Crc32(it) => it.update(bytes),
            Running::Crc32c(it) => it.update(bytes),
            Running::Crc64Nvme(it) => it.update(bytes),
            Running::Sha1(it) => it.update(bytes),
            Running::Sha256(it) => it.update(bytes),
        }
    }

    fn end(self) -> Vec<u8> {
        match self {
            Running::Crc32(it) => it.finalize().to_vec(),
            Running::Crc32c(it) => it.finalize().to_vec(),
            Running::Crc64Nvme(it) => it.finalize().to_vec(),
            Running::Sha1(it) => it.finalize().to_vec(),
            Running::Sha256(it) => it.finalize().to_vec(),
        }
    }
}

/// What is computed while a body passes.
pub(super) struct Sums {
    md5: Md5,
    algorithm: Algorithm,
    running: Running,
}

impl Sums {
    pub(super) fn new(algorithm: Algorithm) -> Sums {
        Sums { md5: Md5::new(), algorithm, running: Running::new(algorithm) }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        self.running.update(bytes);
    }

    /// MD5, and the checksum.
    pub(super) fn end(self) -> ([u8; 16], Checksum) {
        let value = STANDARD.encode(self.running.end());
        (self.md5.finalize(), Checksum { algorithm: self.algorithm, value, composite: false })
    }
}

/// The entity tag of an object made of parts with these.
pub(super) fn multipart_etag(parts: &[&str]) -> String {
    let mut md5 = Md5::new();
    for part in parts {
        md5.update(&from_hex(part));
    }
    format!("{}-{}", hex(&md5.finalize()), parts.len())
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

fn from_hex(text: &str) -> Vec<u8> {
    let digit = |it: u8| char::from(it).to_digit(16).unwrap_or(0) as u8;
    text.as_bytes().chunks_exact(2).map(|it| digit(it[0]) << 4 | digit(it[1])).collect()
}

/// An object's checksum out of its parts', which are all made in the same way.
pub(super) fn of_parts(algorithm: Algorithm, composite: bool, parts: &[(&str, u64)]) -> Option<Checksum> {
    let decoded: Option<Vec<Vec<u8>>> = parts.iter().map(|(it, _)| STANDARD.decode(it).ok()).collect();
    let decoded = decoded?;
    let value = match composite {
        true => {
            let mut running = Running::new(algorithm);
            decoded.iter().for_each(|it| running.update(it));
            format!("{}-{}", STANDARD.encode(running.end()), parts.len())
        }
        false => STANDARD.encode(joined(Crc::of(algorithm)?, parts, &decoded)),
    };
    Some(Checksum { algorithm, value, composite })
}

fn joined(crc: Crc, parts: &[(&str, u64)], decoded: &[Vec<u8>]) -> Vec<u8> {
    let number = |bytes: &[u8]| bytes.iter().fold(0, |sum, it| sum << 8 | u64::from(*it));
    let mut all = 0;
    for ((_, size), bytes) in parts.iter().zip(decoded) {
        all = crc.append(all, number(bytes), *size);
    }
    all.to_be_bytes()[8 - crc.width as usize / 8..].to_vec()
}

/// A cyclic redundancy check whose bits are reflected, as all three are: checks of two texts give that of both together,
/// since a check is the remainder of a polynomial.
#[derive(Clone, Copy)]
struct Crc {
    width: u32,
    polynomial: u64,
}

impl Crc {
    fn of(algorithm: Algorithm) -> Option<Crc> {
        match algorithm {
            Algorithm::Crc32 => Some(Crc { width: 32, polynomial: 0xedb8_8320 }),
            Algorithm::Crc32c => Some(Crc { width: 32, polynomial: 0x82f6_3b78 }),
            Algorithm::Crc64Nvme => Some(Crc { width: 64, polynomial: 0x9a6c_9329_ac4b_c9b5 }),
            Algorithm::Sha1 | Algorithm::Sha256 => None,
        }
    }

    /// The check of a text whose check is `first`, followed by one of `size` bytes whose check is `second`.
    fn append(self, first: u64, second: u64, size: u64) -> u64 {
        self.multiply(self.power(size), first) ^ second
    }

    /// The product of two polynomials, the highest bit being the lowest power.
    fn multiply(self, a: u64, mut b: u64) -> u64 {
        let mut product = 0;
        for bit in (0..self.width).rev() {
            if a >> bit & 1 == 1 {
                product ^= b;
            }
            b = if b & 1 == 1 { b >> 1 ^ self.polynomial } else { b >> 1 };
        }
        product
    }

    /// `x` to the power of as many bits as `bytes` have.
    fn power(self, mut bytes: u64) -> u64 {
        let mut square = 1 << (self.width - 1 - 8);
        let mut power = 1 << (self.width - 1);
        while bytes > 0 {
            if bytes & 1 == 1 {
                power = self.multiply(power, square);
            }
            square = self.multiply(square, square);
            bytes >>= 1;
        }
        power
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRCS: [Algorithm; 3] = [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme];

    fn of(algorithm: Algorithm, text: &[u8]) -> String {
        let mut sums = Sums::new(algorithm);
        sums.update(text);
        sums.end().1.value
    }

    #[test]
    fn the_parts_checks_give_the_check_of_all() {
        let text: Vec<u8> = (0..100_003_u32).map(|it| ((it * 7) >> 3) as u8).collect();
        for algorithm in CRCS {
            let parts: Vec<_> = text.chunks(9_999).map(|it| (of(algorithm, it), it.len() as u64)).collect();
            let parts: Vec<_> = parts.iter().map(|(sum, size)| (sum.as_str(), *size)).collect();
            assert_eq!(of_parts(algorithm, false, &parts).unwrap().value, of(algorithm, &text));
        }
    }

    #[test]
    fn what_hashes_has_no_check_of_all_but_one_of_the_parts() {
        let sum = of(Algorithm::Sha256, b"part");
        assert_eq!(of_parts(Algorithm::Sha256, false, &[(&sum, 4)]), None);
        let composite = of_parts(Algorithm::Sha256, true, &[(&sum, 4), (&sum, 4)]).unwrap();
        assert!(composite.value.ends_with("=-2") && composite.composite);
    }

    #[test]
    fn known_checks_are_what_they_are() {
        assert_eq!(of(Algorithm::Crc32, b"123456789"), STANDARD.encode(0xcbf4_3926_u32.to_be_bytes()));
        assert_eq!(
            of(Algorithm::Crc64Nvme, b"123456789"),
            STANDARD.encode(0xae8b_1486_0a79_9888_u64.to_be_bytes())
        );
        let empty = "d41d8cd98f00b204e9800998ecf8427e";
        assert_eq!(multipart_etag(&[empty]), "59adb24ef3cdbe0297f05b395827453f-1");
    }
}
