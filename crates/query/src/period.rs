//! Periods as `bin(5m)` and `datefloor` have them.

use crate::civil::{DAY_MS, Date};

/// A length of time by which times are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// A fixed length. Weeks begin on Mondays, everything else where 1970 did.
    Milliseconds {
        /// How long.
        length: i64,
        /// Where the first one begins.
        origin: i64,
    },
    /// So many months of the calendar, quarters and years among them.
    Months(i64),
}

/// 1970-01-05, the first Monday.
const MONDAY_MS: i64 = 4 * DAY_MS;
/// Longer than the whole of time that logs have; beyond it sums of milliseconds would not fit.
const PERIOD_MS_MAX: i64 = 10_000 * 366 * DAY_MS;
const PERIOD_MONTHS_MAX: i64 = 10_000 * 12;

impl Period {
    /// Reads `5m`, `1 hour` without the blank, `2weeks`. None if there is no such unit.
    pub(crate) fn read(text: &str) -> Option<Period> {
        let digits = text.find(|character: char| !character.is_ascii_digit())?;
        let count: i64 = text[..digits].parse().ok().filter(|count| *count > 0)?;
        let (unit, plain) = unit(&text[digits..])?;
        match unit {
            Unit::Fixed { length, most } => {
                // "It caps 60 as the maximum value for any request that uses s" (datetime functions).
                let count = most.map_or(count, |most| count.min(most));
                let length = count.checked_mul(length).filter(|length| *length <= PERIOD_MS_MAX)?;
                let origin = if plain.starts_with('w') { MONDAY_MS } else { 0 };
                Some(Period::Milliseconds { length, origin })
            }
            Unit::Months(months) => {
                let months = count.checked_mul(months).filter(|months| *months <= PERIOD_MONTHS_MAX)?;
                Some(Period::Months(months))
            }
        }
    }

    /// The beginning of the period that a time lies in, if the first one begins `shift_ms` later than it would.
    #[must_use]
    pub fn floor(self, time_ms: i64, shift_ms: i64) -> i64 {
        let time = time_ms.saturating_sub(shift_ms);
        let floor = match self {
            Period::Milliseconds { length, origin } => {
                time.saturating_sub(time.saturating_sub(origin).rem_euclid(length))
            }
            Period::Months(months) => first_ms(month_of(time).div_euclid(months) * months),
        };
        floor.saturating_add(shift_ms)
    }

    /// The end of the period that a time lies in; the time itself where one begins.
    #[must_use]
    pub fn ceil(self, time_ms: i64) -> i64 {
        let floor = self.floor(time_ms, 0);
        if floor == time_ms {
            return floor;
        }
        match self {
            Period::Milliseconds { length, .. } => floor.saturating_add(length),
            Period::Months(months) => first_ms((month_of(time_ms).div_euclid(months) + 1) * months),
        }
    }

    /// How long it is, if that is the same everywhere.
    pub(crate) fn length_ms(self) -> Option<i64> {
        match self {
            Period::Milliseconds { length, .. } => Some(length),
            Period::Months(_) => None,
        }
    }
}

fn month_of(time_ms: i64) -> i64 {
    Date::from_days(time_ms.div_euclid(DAY_MS)).months()
}

fn first_ms(months: i64) -> i64 {
    Date::first_of_month(months).days().saturating_mul(DAY_MS)
}

enum Unit {
    Fixed { length: i64, most: Option<i64> },
    Months(i64),
}

/// "For all units and abbreviations that include more than one character, adding s to pluralize is supported" (stats).
fn unit(text: &str) -> Option<(Unit, String)> {
    let text = text.to_ascii_lowercase();
    let singular = match text.strip_suffix('s') {
        Some(singular) if singular.len() > 1 => singular.to_owned(),
        _ => text,
    };
    let fixed = |length, most| Unit::Fixed { length, most };
    let unit = match singular.as_str() {
        "millisecond" | "ms" | "msec" => fixed(1, Some(1000)),
        "second" | "s" | "sec" => fixed(1000, Some(60)),
        "minute" | "m" | "min" => fixed(60_000, Some(60)),
        "hour" | "h" | "hr" => fixed(3_600_000, Some(24)),
        "day" | "d" => fixed(DAY_MS, None),
        "week" | "w" => fixed(7 * DAY_MS, None),
        "month" | "mo" | "mon" => Unit::Months(1),
        "quarter" | "q" | "qtr" => Unit::Months(3),
        "year" | "y" | "yr" => Unit::Months(12),
        _ => return None,
    };
    Some((unit, singular))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::civil::print;

    /// 2026-11-23 05:14:06.123, a Monday.
    const TIME: i64 = 1_795_410_846_123;

    fn floor(period: &str) -> String {
        print(Period::read(period).unwrap().floor(TIME, 0))
    }

    #[test]
    fn times_are_cut_down() {
        assert_eq!(floor("100ms"), "2026-11-23 05:14:06.100");
        assert_eq!(floor("5m"), "2026-11-23 05:10:00.000");
        assert_eq!(floor("2hrs"), "2026-11-23 04:00:00.000");
        assert_eq!(floor("1d"), "2026-11-23 00:00:00.000");
        assert_eq!(floor("1week"), "2026-11-23 00:00:00.000");
        assert_eq!(floor("1mo"), "2026-11-01 00:00:00.000");
        assert_eq!(floor("1q"), "2026-10-01 00:00:00.000");
        assert_eq!(floor("1y"), "2026-01-01 00:00:00.000");
    }

    #[test]
    fn times_are_cut_up() {
        let ceil = |period| print(Period::read(period).unwrap().ceil(TIME));
        assert_eq!(ceil("1h"), "2026-11-23 06:00:00.000");
        assert_eq!(ceil("1mon"), "2026-12-01 00:00:00.000");
        let whole = Period::read("1h").unwrap();
        assert_eq!(whole.ceil(3_600_000), 3_600_000);
    }

    #[test]
    fn more_than_the_next_unit_has_is_the_next_unit() {
        assert_eq!(Period::read("300s"), Period::read("60s"));
        assert_eq!(Period::read("90m"), Period::read("1h"));
    }

    #[test]
    fn an_offset_moves_where_periods_begin() {
        let hour = Period::read("1h").unwrap();
        assert_eq!(print(hour.floor(TIME, 600_000)), "2026-11-23 05:10:00.000");
    }

    #[test]
    fn there_are_other_letters_behind_numbers() {
        for text in ["5x", "0m", "5", "m", "99999999999999999999d", "9999999999d"] {
            assert_eq!(Period::read(text), None, "{text}");
        }
    }

    #[test]
    fn no_time_is_too_far_away() {
        for period in ["1ms", "1w", "1y", "10000y"] {
            let period = Period::read(period).unwrap();
            for time in [i64::MIN, i64::MAX, 0] {
                let _ = (period.floor(time, 1), period.ceil(time));
            }
        }
    }
}
