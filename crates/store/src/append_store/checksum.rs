//! CRC-32C (Castagnoli), as RFC 3720 has it, by the processor's own instructions where it has them.

use crc_fast::{CrcAlgorithm, Digest};

/// The checksum of `bytes` after that of what comes before them; zero before anything.
pub fn extend(checksum: u32, bytes: &[u8]) -> u32 {
    let mut digest = Digest::new_with_init_state(CrcAlgorithm::Crc32Iscsi, u64::from(!checksum));
    digest.update(bytes);
    u32::try_from(digest.finalize()).expect("it is a checksum of 32 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_values_are_met_in_one_piece_and_in_several() {
        // RFC 3720, B.4, and the check value of the catalogue of CRCs.
        let ascending: Vec<u8> = (0..32).collect();
        let cases: [(&[u8], u32); 4] = [
            (&[0; 32], 0x8a91_36aa),
            (&[0xff; 32], 0x62a8_ab43),
            (&ascending, 0x46dd_794e),
            (b"123456789", 0xe306_9283),
        ];
        for (bytes, expected) in cases {
            assert_eq!(extend(0, bytes), expected);
            for cut in 0..bytes.len() {
                let (first, second) = bytes.split_at(cut);
                assert_eq!(extend(extend(0, first), second), expected, "cut at {cut}");
            }
        }
    }
}
