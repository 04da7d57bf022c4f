//! Points in time, and their spellings on the wire. The network never asks what time it is; it is told.
//!
//! EC2 and query answers carry ISO 8601 with milliseconds, always UTC
//! (`2024-09-24T23:19:46.000Z`); JSON answers carry seconds since the epoch. Signatures
//! carry the basic form (`20240924T231946Z`). Leap seconds do not exist here, as in POSIX.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Timestamp(pub i64);

/// 0001-01-01T00:00:00.000Z, the earliest moment with a four-digit year.
const EARLIEST_MS: i64 = -62_135_596_800_000;
/// 9999-12-31T23:59:59.999Z, the latest moment with a four-digit year.
const LATEST_MS: i64 = 253_402_300_799_999;
const DAY_MS: i64 = 86_400_000;

impl Timestamp {
    /// Whether this is less than `ms` from another moment, to either side. What is shown or kept for a while after a moment
    /// is so counted: a moment in the future is one from before the clock was set back, and the while must end all the
    /// same.
    pub fn is_within(self, ms: i64, of: Timestamp) -> bool {
        self.0.abs_diff(of.0) < ms.unsigned_abs()
    }

    /// A moment so many seconds after the epoch.
    pub fn from_secs(seconds: i64) -> Self {
        Timestamp(seconds.saturating_mul(1000))
    }

    /// A moment so many milliseconds after the epoch.
    pub fn from_millis(milliseconds: i64) -> Self {
        Timestamp(milliseconds)
    }

    /// Whole seconds since the epoch, rounded down.
    pub fn as_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Milliseconds since the epoch.
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// Reads ISO 8601: `2024-09-24`, `2024-09-24T23:19:46Z`, `…46.123Z`, `…46+02:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.as_bytes();
        let date = Civil::parse_date(text.get(..10)?)?;
        let midnight_ms = date.days() * DAY_MS;
        let Some(time) = text.get(10..).filter(|rest| !rest.is_empty()) else {
            return Some(Timestamp(midnight_ms));
        };
        let (b'T' | b't' | b' ', clock) = time.split_first().map(|(t, rest)| (*t, rest))? else {
            return None;
        };
        Some(Timestamp(midnight_ms + clock_ms(clock)?))
    }

    /// Reads the basic form used in signatures: `20240924T231946Z`.
    pub fn parse_basic(text: &str) -> Option<Self> {
        let text = text.as_bytes();
        if text.len() != 16 || text[8] != b'T' || text[15] != b'Z' {
            return None;
        }
        let date =
            Civil { year: digits(&text[0..4])?, month: digits(&text[4..6])?, day: digits(&text[6..8])? };
        let time = hms_ms(&text[9..11], &text[11..13], &text[13..15])?;
        Some(Timestamp(date.checked()?.days() * DAY_MS + time))
    }

    /// To the second: `2024-09-24T23:19:46Z`.
    pub fn to_the_second(self) -> String {
        let (date, ms) = self.split();
        let (hour, minute, second, _) = clock(ms);
        format!("{:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", date.year, date.month, date.day)
    }

    /// Writes the basic form used in signatures: `20240924T231946Z`.
    pub fn basic(self) -> String {
        let (date, ms) = self.split();
        let (hour, minute, second, _) = clock(ms);
        format!("{:04}{:02}{:02}T{hour:02}{minute:02}{second:02}Z", date.year, date.month, date.day)
    }

    /// The date alone, in its basic form: `20240924`.
    pub fn basic_date(self) -> String {
        self.basic()[..8].to_owned()
    }

    /// The IMF-fixdate of the HTTP `Date` header: `Tue, 24 Sep 2024 23:19:46 GMT`.
    pub fn http_date(self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let (date, ms) = self.split();
        let (hour, minute, second, _) = clock(ms);
        // 1970-01-01 was a Thursday.
        let weekday = usize::try_from(date.days().rem_euclid(7)).unwrap_or_default();
        let month = usize::try_from(date.month - 1).unwrap_or_default();
        format!(
            "{}, {:02} {} {:04} {hour:02}:{minute:02}:{second:02} GMT",
            DAYS[weekday], date.day, MONTHS[month], date.year
        )
    }

    /// The moment later by this much; the latest one there is rather than an overflow.
    pub fn saturating_add(self, duration: Duration) -> Self {
        Timestamp(self.0.saturating_add(millis(duration)))
    }

    /// The moment earlier by this much; the earliest one there is rather than an overflow.
    pub fn saturating_sub(self, duration: Duration) -> Self {
        Timestamp(self.0.saturating_sub(millis(duration)))
    }

    /// How long after `earlier` this is; zero if it is not.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The civil date and the milliseconds since its midnight. Years of more or fewer than
    /// four digits cannot be written, so that moments outside are pulled to the nearest inside.
    fn split(self) -> (Civil, i64) {
        let ms = self.0.clamp(EARLIEST_MS, LATEST_MS);
        (Civil::from_days(ms.div_euclid(DAY_MS)), ms.rem_euclid(DAY_MS))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, ms) = self.split();
        let (hour, minute, second, milli) = clock(ms);
        write!(
            f,
            "{:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z",
            date.year, date.month, date.day
        )
    }
}

impl Add<Duration> for Timestamp {
    type Output = Timestamp;
    fn add(self, duration: Duration) -> Timestamp {
        self.saturating_add(duration)
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Timestamp;
    fn sub(self, duration: Duration) -> Timestamp {
        self.saturating_sub(duration)
    }
}

/// A day of the proleptic Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Civil {
    year: i64,
    month: i64,
    day: i64,
}

impl Civil {
    fn parse_date(text: &[u8]) -> Option<Self> {
        if text[4] != b'-' || text[7] != b'-' {
            return None;
        }
        let date =
            Civil { year: digits(&text[0..4])?, month: digits(&text[5..7])?, day: digits(&text[8..10])? };
        date.checked()
    }

    /// Only days that exist: converting to a day number and back changes nothing else.
    fn checked(self) -> Option<Self> {
        let exists = self.year >= 1
            && (1..=12).contains(&self.month)
            && (1..=31).contains(&self.day)
            && Civil::from_days(self.days()) == self;
        exists.then_some(self)
    }

    /// Days since 1970-01-01. Years are taken to begin in March, so that the leap day is the
    /// last of its year, and 146,097 days make four centuries.
    fn days(self) -> i64 {
        let year = if self.month <= 2 { self.year - 1 } else { self.year };
        let century4 = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((self.month + 9) % 12) + 2) / 5 + self.day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        century4 * 146_097 + day_of_era - 719_468
    }

    fn from_days(days: i64) -> Self {
        let shifted = days + 719_468;
        let century4 = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let year = year_of_era + century4 * 400 + i64::from(month <= 2);
        Civil { year, month, day }
    }
}

/// Hour, minute, second and millisecond of milliseconds since midnight.
fn clock(ms: i64) -> (i64, i64, i64, i64) {
    (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
}

/// `23:19:46`, then maybe a fraction, then a zone; no zone means UTC, as AWS takes it.
fn clock_ms(text: &[u8]) -> Option<i64> {
    let hms = text.get(..8)?;
    if hms[2] != b':' || hms[5] != b':' {
        return None;
    }
    let base = hms_ms(&hms[0..2], &hms[3..5], &hms[6..8])?;
    let (fraction, zone) = fraction_ms(&text[8..])?;
    Some(base + fraction - zone_ms(zone)?)
}

fn hms_ms(hour: &[u8], minute: &[u8], second: &[u8]) -> Option<i64> {
    let (hour, minute, second) = (digits(hour)?, digits(minute)?, digits(second)?);
    let exists = hour < 24 && minute < 60 && second < 60;
    exists.then_some(((hour * 60 + minute) * 60 + second) * 1000)
}

/// The fraction in whole milliseconds, and what follows it.
fn fraction_ms(text: &[u8]) -> Option<(i64, &[u8])> {
    let Some(rest) = text.strip_prefix(b".") else {
        return Some((0, text));
    };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 || length > 9 {
        return None;
    }
    let milli = rest[..length].iter().chain(b"000").take(3);
    let milli = milli.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    Some((milli, &rest[length..]))
}

fn zone_ms(text: &[u8]) -> Option<i64> {
    match text {
        b"" | b"Z" | b"z" => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] | [sign @ (b'+' | b'-'), h1, h2, m1, m2] => {
            let offset = hms_ms(&[*h1, *h2], &[*m1, *m2], b"00")?;
            Some(if *sign == b'+' { offset } else { -offset })
        }
        _ => None,
    }
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |sum: i64, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_utc() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(Timestamp(ms).to_the_second(), text);
        }
    }
    use proptest::prelude::*;

    #[test]
    fn a_while_ends_however_the_clock_was_set() {
        let end = Timestamp(1_700_000_000_000);
        let within = |after_ms: i64| Timestamp(end.0 + after_ms).is_within(1000, end);
        assert!(within(0) && within(999) && within(-999));
        assert!(!within(1000) && !within(-1000));
        assert!(!Timestamp(i64::MIN).is_within(1000, Timestamp(i64::MAX)));
        assert!(!Timestamp(i64::MAX).is_within(1000, Timestamp(i64::MIN)));
    }

    #[test]
    fn a_known_moment_has_its_four_spellings() {
        let moment = Timestamp(1_727_219_986_000);
        assert_eq!(moment.to_string(), "2024-09-24T23:19:46.000Z");
        assert_eq!(moment.basic(), "20240924T231946Z");
        assert_eq!(moment.basic_date(), "20240924");
        assert_eq!(moment.http_date(), "Tue, 24 Sep 2024 23:19:46 GMT");
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp(-1).to_string(), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn zones_and_fractions_are_read() {
        let read = |text| Timestamp::parse(text).map(|moment| moment.to_string());
        assert_eq!(read("2024-09-24").as_deref(), Some("2024-09-24T00:00:00.000Z"));
        assert_eq!(read("2024-02-29T10:00:00.5+02:00").as_deref(), Some("2024-02-29T08:00:00.500Z"));
        assert_eq!(read("2024-02-29T23:00:00-0130").as_deref(), Some("2024-03-01T00:30:00.000Z"));
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in ["2023-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "1900-02-29"] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
        for text in ["2024-01-01T24:00:00Z", "2024-01-01T", "2024-01-01T00:00:00.Z", "é024-01-01"] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
        assert_eq!(Timestamp::parse_basic("20230229T000000Z"), None);
    }

    #[test]
    fn extremes_are_written_without_overflow() {
        assert_eq!(Timestamp(i64::MIN).to_string(), "0001-01-01T00:00:00.000Z");
        assert_eq!(Timestamp(i64::MAX).to_string(), "9999-12-31T23:59:59.999Z");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(ms in EARLIEST_MS..=LATEST_MS) {
            let moment = Timestamp(ms);
            prop_assert_eq!(Timestamp::parse(&moment.to_string()), Some(moment));
            prop_assert_eq!(
                Timestamp::parse_basic(&moment.basic()),
                Some(Timestamp::from_secs(moment.as_secs()))
            );
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in any::<String>(), near in "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]?[0-9:.Z+-]{0,20}") {
            let _ = (Timestamp::parse(&text), Timestamp::parse_basic(&text), Timestamp::parse(&near));
        }
    }
}
