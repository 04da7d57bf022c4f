//! Times in policies: W3C's profile of ISO 8601, or seconds since 1970.
//!
//! Follows "Date condition operators" (IAM User Guide) and <https://www.w3.org/TR/NOTE-datetime>.

const DAY_S: i64 = 86_400;

/// Milliseconds since 1970 of a time.
pub(super) fn milliseconds(text: &str) -> Option<i64> {
    let text = text.trim();
    match text.contains(['-', 'T', 't']) || text.len() == "2026".len() {
        true => iso(text),
        false => epoch(text),
    }
}

fn epoch(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds = digits(whole)?;
    seconds.checked_mul(1_000)?.checked_add(thousandths(fraction)?)
}

fn iso(text: &str) -> Option<i64> {
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let days = date_of(date)?;
    let milliseconds = time.map_or(Some(0), time_of)?;
    days.checked_mul(DAY_S * 1_000)?.checked_add(milliseconds)
}

/// `2026`, `2026-11` or `2026-11-29`, in days since 1970.
fn date_of(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let year = parts.next().filter(|year| year.len() == 4).and_then(digits)?;
    let month = parts.next().map_or(Some(1), two_digits)?;
    let day = parts.next().map_or(Some(1), two_digits)?;
    let exists = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    (exists && parts.next().is_none()).then(|| days_since_1970(year, month, day))
}

/// `15:04Z`, `15:04:05Z`, `15:04:05.678+01:00`, in milliseconds. Without a zone it is UTC.
fn time_of(text: &str) -> Option<i64> {
    let (clock, offset_s) = match text.find(['Z', 'z', '+', '-']) {
        Some(at) => (&text[..at], offset(&text[at..])?),
        None => (text, 0),
    };
    let mut parts = clock.split(':');
    let hour = parts.next().and_then(two_digits).filter(|hour| *hour < 24)?;
    let minute = parts.next().and_then(two_digits).filter(|minute| *minute < 60)?;
    let (second, fraction) =
        parts.next().map_or(("00", ""), |part| part.split_once('.').unwrap_or((part, "")));
    let second = two_digits(second).filter(|second| *second < 60)?;
    let seconds = hour * 3_600 + minute * 60 + second - offset_s;
    parts.next().is_none().then_some(())?;
    Some(seconds * 1_000 + thousandths(fraction)?)
}

/// `Z`, `+01:00` or `-0130`, in seconds.
fn offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, rest) = text.split_at_checked(1)?;
    let (hours, minutes) = rest.split_once(':').or_else(|| rest.split_at_checked(2))?;
    let hours = two_digits(hours).filter(|hours| *hours < 24)?;
    let minutes = if minutes.is_empty() { 0 } else { two_digits(minutes).filter(|minutes| *minutes < 60)? };
    let seconds = hours * 3_600 + minutes * 60;
    Some(if sign == "-" { -seconds } else { seconds })
}

/// Of a second, of its digits behind the point.
fn thousandths(fraction: &str) -> Option<i64> {
    if fraction.is_empty() {
        return Some(0);
    }
    digits(fraction)?;
    digits(&format!("{fraction:0<3}")[..3])
}

fn two_digits(text: &str) -> Option<i64> {
    (text.len() == 2).then(|| digits(text))?
}

fn digits(text: &str) -> Option<i64> {
    let are_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    are_digits.then(|| text.parse().ok())?
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Years begin in March here, so that the leap day is the last of one.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_form_of_the_profile() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970", 0),
            ("2026-11", 1_793_491_200),
            ("2026-11-29", 1_795_910_400),
            ("2026-11-29T05:57Z", 1_795_931_820),
            ("2026-11-29T05:57:49Z", 1_795_931_869),
            ("2026-11-29T06:57:49+01:00", 1_795_931_869),
            ("2026-11-29T00:27:49-0530", 1_795_931_869),
            ("2000-02-29T00:00:00Z", 951_782_400),
            ("1795931869", 1_795_931_869),
        ] {
            assert_eq!(milliseconds(text), Some(seconds * 1_000), "{text}");
        }
        assert_eq!(milliseconds("1970-01-01T00:00:00.25Z"), Some(250));
        assert_eq!(milliseconds("12345.5"), Some(12_345_500));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "now",
            "2026-13-01",
            "2026-02-29",
            "2026-11-29T24:00Z",
            "2026-11-29T",
            "2026-11-29T05",
            "2026-11-29T05:57:49Q",
            "99999999999999999999",
            "2026-11-29-01",
            "26-11-29",
            "2026-11-29T05:57:49+é",
            "2026-*",
        ] {
            assert_eq!(milliseconds(text), None, "{text}");
        }
    }
}
