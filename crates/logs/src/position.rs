//! Places of events as AWS writes them: 56 digits, here of a time, of what the place is in, and of an event's number.

/// The first digit, so that there are always so many.
const FIRST: char = '3';
const TIME_DIGITS: usize = 15;
const NUMBER_DIGITS: usize = 20;

/// A place in a log group, or a stream.
pub(crate) fn digits(time: i64, within: u64, number: u64) -> String {
    let time = u64::try_from(time).unwrap_or_default();
    format!("{FIRST}{time:0TIME_DIGITS$}{within:0NUMBER_DIGITS$}{number:0NUMBER_DIGITS$}")
}

/// The time, what it is in, and the number.
pub(crate) fn read(digits: &str) -> Option<(i64, u64, u64)> {
    let digits = digits.strip_prefix(FIRST)?;
    let is_whole =
        digits.len() == TIME_DIGITS + 2 * NUMBER_DIGITS && digits.bytes().all(|it| it.is_ascii_digit());
    if !is_whole {
        return None;
    }
    let (time, rest) = digits.split_at(TIME_DIGITS);
    let (within, number) = rest.split_at(NUMBER_DIGITS);
    Some((time.parse().ok()?, within.parse().ok()?, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_place_has_56_digits_and_is_read_again(time in 0..4_000_000_000_000_i64, within in any::<u64>(), number in any::<u64>()) {
            let written = digits(time, within, number);
            prop_assert_eq!(written.len(), 56);
            prop_assert_eq!(read(&written), Some((time, within, number)));
        }

        #[test]
        fn any_text_is_a_place_or_none(text in "[0-9a-z]{50,60}") {
            prop_assert!(read(&text).is_none_or(|_| text.len() == 56));
        }
    }
}
