//! The calendar: days since 1970 and years, months, days. Everything is UTC.

/// Milliseconds of a day.
pub const DAY_MS: i64 = 86_400_000;

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// Year.
    pub year: i64,
    /// Month, from 1.
    pub month: i64,
    /// Day of the month, from 1.
    pub day: i64,
}

impl Date {
    /// The day so many days after 1970-01-01.
    #[must_use]
    pub fn from_days(days: i64) -> Date {
        // Counted from March on, leap days are at the ends of years; 400 years have 146,097 days.
        let shifted = days + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Date { year, month, day: day_of_year - (153 * from_march + 2) / 5 + 1 }
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub fn days(self) -> i64 {
        let year = self.year - i64::from(self.month <= 2);
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let from_march = if self.month > 2 { self.month - 3 } else { self.month + 9 };
        let day_of_year = (153 * from_march + 2) / 5 + self.day - 1;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
    }

    /// Months since January 1970.
    #[must_use]
    pub fn months(self) -> i64 {
        (self.year - 1970) * 12 + self.month - 1
    }

    /// The first day of a month that is counted from January 1970.
    #[must_use]
    pub fn first_of_month(months: i64) -> Date {
        Date { year: 1970 + months.div_euclid(12), month: months.rem_euclid(12) + 1, day: 1 }
    }
}

/// A time in milliseconds since 1970 as Logs Insights prints it: `2026-11-20 05:14:06.123`.
#[must_use]
pub fn print(time_ms: i64) -> String {
    let date = Date::from_days(time_ms.div_euclid(DAY_MS));
    let of_day = time_ms.rem_euclid(DAY_MS);
    let (hour, minute) = (of_day / 3_600_000, of_day / 60_000 % 60);
    let (second, millisecond) = (of_day / 1000 % 60, of_day % 1000);
    let Date { year, month, day } = date;
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{millisecond:03}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_days_are_found() {
        assert_eq!(print(0), "1970-01-01 00:00:00.000");
        assert_eq!(print(1_582_934_400_000), "2020-02-29 00:00:00.000");
        assert_eq!(print(1_795_410_846_123), "2026-11-23 05:14:06.123");
        assert_eq!(print(-1), "1969-12-31 23:59:59.999");
    }

    proptest! {
        #[test]
        fn days_and_dates_are_one_another(days in -1_000_000i64..1_000_000) {
            let date = Date::from_days(days);
            prop_assert_eq!(date.days(), days);
            prop_assert!((1..=12).contains(&date.month) && (1..=31).contains(&date.day));
            prop_assert!(Date::first_of_month(date.months()).days() <= days);
        }
    }
}
