//! CRC-32C (Castagnoli), as RFC 3720 has it, eight bytes a step.

const POLYNOMIAL: u32 = 0x82f6_3b78;
/// How many bytes one step takes.
const STEP: usize = 8;
/// What a byte does to the checksum when so many other bytes follow it in its step.
static TABLES: [[u32; 256]; STEP] = tables();

/// The checksum of `bytes` after that of what comes before them; zero before anything.
pub fn extend(checksum: u32, bytes: &[u8]) -> u32 {
    let mut sum = !checksum;
    let (steps, rest) = bytes.as_chunks::<STEP>();
    for step in steps {
        sum = take_step(sum, *step);
    }
    for byte in rest {
        let [low, ..] = sum.to_le_bytes();
        sum = TABLES[0][usize::from(low ^ byte)] ^ (sum >> 8);
    }
    !sum
}

fn take_step(sum: u32, mut step: [u8; STEP]) -> u32 {
    for (byte, of_sum) in step.iter_mut().zip(sum.to_le_bytes()) {
        *byte ^= of_sum;
    }
    let after = TABLES.iter().rev();
    step.iter().zip(after).fold(0, |sum, (byte, table)| sum ^ table[usize::from(*byte)])
}

#[allow(clippy::cast_possible_truncation)] // `try_from` is not const, and the index is below 256.
const fn tables() -> [[u32; 256]; STEP] {
    let mut tables = [[0; 256]; STEP];
    let mut byte = 0;
    while byte < 256 {
        let mut sum = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ POLYNOMIAL } else { sum >> 1 };
            bit += 1;
        }
        tables[0][byte] = sum;
        byte += 1;
    }
    let mut after = 1;
    while after < STEP {
        let mut byte = 0;
        while byte < 256 {
            let sum = tables[after - 1][byte];
            tables[after][byte] = tables[0][(sum & 0xff) as usize] ^ (sum >> 8);
            byte += 1;
        }
        after += 1;
    }
    tables
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
