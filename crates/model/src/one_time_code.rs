//! Codes that hold for half a minute and for one use, as authenticator apps show them.
//!
//! Follows RFC 6238 (TOTP) with what every app takes for granted: HMAC-SHA-1, thirty seconds, six digits. Nothing here
//! reads a clock: the time is an argument.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use crate::as_text::as_text;
use crate::iam_id::LETTERS;
use crate::timestamp::Timestamp;

/// How long a code is shown.
const STEP_MS: i64 = 30_000;
/// One more than the largest code of six digits.
const CODES: u32 = 1_000_000;
/// Bytes of a seed: 64 letters in base32, as AWS hands them out.
pub const SEED_BYTES: usize = 40;
/// Bytes and letters that make a whole together: five times eight bits, eight times five.
const GROUP_BYTES: usize = 5;
const GROUP_LETTERS: usize = 8;
/// How many codes before and after the present one are taken: clocks differ, and people are slow.
const STEPS_AROUND: i64 = 1;
/// How many are looked through for two that follow each other, which nobody guesses: five minutes both ways.
const STEPS_TO_FIND: i64 = 10;

/// What a device and those who check its codes both know. Written as base32 (RFC 4648), 64 letters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seed([u8; SEED_BYTES]);

/// Which half minute it is, counted from 1970.
pub type Step = i64;

impl Seed {
    /// One of bytes that nobody can guess.
    pub fn new(bytes: [u8; SEED_BYTES]) -> Seed {
        Seed(bytes)
    }
}

/// Which half minute a moment lies in.
pub fn step(now: Timestamp) -> Step {
    now.0.div_euclid(STEP_MS)
}

/// The code of a half minute.
pub fn code(seed: &[u8], step: Step) -> String {
    let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(seed).expect("keys have any length");
    mac.update(&step.to_be_bytes());
    let hash: [u8; 20] = mac.finalize().into_bytes().into();
    // "Dynamic truncation" (RFC 4226, section 5.3): the last four bits say where the number is.
    let start = usize::from(hash[19] & 0xf);
    let number = u32::from_be_bytes([hash[start], hash[start + 1], hash[start + 2], hash[start + 3]]);
    format!("{:06}", (number & 0x7fff_ffff) % CODES)
}

/// The codes that are taken at a moment, each with its half minute: of a device whose clock is as many half minutes off as
/// `drift` says, or is right by now.
pub fn codes(seed: Seed, now: Timestamp, drift: Step) -> impl Iterator<Item = (Step, String)> {
    let present = step(now);
    let steps = present + drift.min(0) - STEPS_AROUND..=present + drift.max(0) + STEPS_AROUND;
    steps.map(move |step| (step, code(&seed.0, step)))
}

/// The half minute of the later one of two codes that follow each other, if they do, around a moment.
pub fn find(seed: Seed, now: Timestamp, first: &str, second: &str) -> Option<Step> {
    let around: RangeInclusive<Step> = step(now) - STEPS_TO_FIND..=step(now) + STEPS_TO_FIND;
    around.into_iter().find(|later| code(&seed.0, later - 1) == first && code(&seed.0, *later) == second)
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for group in self.0.chunks(GROUP_BYTES) {
            let bits = group.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            for place in (0..GROUP_LETTERS).rev() {
                let letter = usize::try_from(bits >> (5 * place) & 31).expect("five bits");
                write!(f, "{}", char::from(LETTERS[letter]))?;
            }
        }
        Ok(())
    }
}

/// A text is not a seed in base32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedSeed;

impl fmt::Display for MalformedSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not {} letters of base32", SEED_BYTES / GROUP_BYTES * GROUP_LETTERS)
    }
}

impl std::error::Error for MalformedSeed {}

impl FromStr for Seed {
    type Err = MalformedSeed;
    fn from_str(text: &str) -> Result<Self, MalformedSeed> {
        let value = |letter: &u8| LETTERS.iter().position(|known| known == letter);
        let mut bytes = Vec::with_capacity(SEED_BYTES);
        for group in text.as_bytes().chunks(GROUP_LETTERS) {
            let bits = group.iter().try_fold(0_usize, |bits, letter| Some(bits << 5 | value(letter)?));
            let bits = bits.filter(|_| group.len() == GROUP_LETTERS).ok_or(MalformedSeed)?;
            bytes.extend_from_slice(&bits.to_be_bytes()[size_of::<usize>() - GROUP_BYTES..]);
        }
        bytes.try_into().map(Seed).map_err(|_| MalformedSeed)
    }
}

as_text! { Seed }

#[cfg(test)]
mod tests {
    use super::*;

    /// "SEED" of the RFC's test vectors, of twenty bytes.
    const RFC_SEED: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, of which the last six of eight digits are what apps show.
        for (second, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(RFC_SEED, step(Timestamp(second * 1000))), expected, "{second}");
        }
    }

    #[test]
    fn a_seed_is_read_as_it_is_written() {
        let mut bytes = [0; SEED_BYTES];
        bytes.iter_mut().zip(1..).for_each(|(byte, number)| *byte = number * 6);
        let text = Seed(bytes).to_string();
        assert_eq!((text.len(), text.parse()), (64, Ok(Seed(bytes))));
        // RFC 4648, section 10, "fooba".
        bytes[..5].copy_from_slice(b"fooba");
        assert!(Seed(bytes).to_string().starts_with("MZXW6YTB"));
        for wrong in [
            "",
            "A",
            &text[1..],
            &format!("{text}A"),
            &text.replace(&text[..1], "1"),
            &format!("{text}{text}"),
        ] {
            assert_eq!(wrong.parse::<Seed>(), Err(MalformedSeed), "{wrong}");
        }
    }

    #[test]
    fn a_code_is_taken_half_a_minute_early_and_late() {
        let (seed, now) = (Seed([7; SEED_BYTES]), Timestamp(1_800_000_000_000));
        let steps =
            |drift| codes(seed, now, drift).map(|(step, _)| step - super::step(now)).collect::<Vec<_>>();
        assert_eq!(steps(0), [-1, 0, 1]);
        assert_eq!(steps(2), [-1, 0, 1, 2, 3]);
        assert_eq!(steps(-1), [-2, -1, 0, 1]);
        assert!(codes(seed, now, 0).all(|(step, text)| text == code(&seed.0, step)));
    }

    #[test]
    fn two_codes_that_follow_each_other_are_found_where_they_are() {
        let (seed, now) = (Seed([9; SEED_BYTES]), Timestamp(1_800_000_000_000));
        let of = |offset| code(&seed.0, step(now) + offset);
        assert_eq!(find(seed, now, &of(-1), &of(0)), Some(step(now)));
        assert_eq!(find(seed, now, &of(9), &of(10)), Some(step(now) + 10));
        assert_eq!(find(seed, now, &of(10), &of(11)), None);
        assert_eq!(find(seed, now, &of(0), &of(-1)), None);
        assert_eq!(find(seed, now, &of(0), &of(0)), None);
        assert_eq!(find(seed, now, &of(-2), &of(0)), None);
    }
}
