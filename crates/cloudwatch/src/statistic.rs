//! Statistics: what is asked of a period.
//!
//! Follows "CloudWatch statistics definitions" (Amazon CloudWatch User Guide). Left out: trimmed means, winsorized means,
//! percentile ranks and what else takes all values between two bounds.

use awsproto::AwsError;

use crate::bucket::Bucket;

/// What is asked of a period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Statistic {
    SampleCount,
    Average,
    Sum,
    Minimum,
    Maximum,
    /// Between 0 and 1.
    Percentile(f64),
}

/// What begins the names of statistics that are not here.
const OTHERS: [&str; 6] = ["tm", "wm", "tc", "ts", "pr", "iqm"];

impl Statistic {
    /// The statistic of a name.
    ///
    /// # Errors
    /// AWS has it and Hamlet has not; `Ok(None)` if AWS has none of the name.
    pub(crate) fn read(name: &str) -> Result<Option<Statistic>, AwsError> {
        Ok(Some(match name {
            "SampleCount" => Statistic::SampleCount,
            "Average" => Statistic::Average,
            "Sum" => Statistic::Sum,
            "Minimum" => Statistic::Minimum,
            "Maximum" => Statistic::Maximum,
            _ => {
                let percent = name.strip_prefix('p').filter(|it| it.bytes().all(is_of_number));
                let percent = percent.and_then(|it| it.parse::<f64>().ok());
                match percent.filter(|it| (0.0..=100.0).contains(it)) {
                    Some(percent) => Statistic::Percentile(percent / 100.0),
                    None if OTHERS.iter().any(|it| name.to_lowercase().starts_with(it)) => {
                        return Err(AwsError::not_implemented_yet("statistics of values between two bounds"));
                    }
                    None => return Ok(None),
                }
            }
        }))
    }

    /// The statistic of what was measured; none of nothing.
    pub(crate) fn of(self, bucket: &Bucket) -> Option<f64> {
        if bucket.samples == 0.0 {
            return None;
        }
        match self {
            Statistic::SampleCount => Some(bucket.samples),
            Statistic::Average => Some(bucket.sum / bucket.samples),
            Statistic::Sum => Some(bucket.sum),
            Statistic::Minimum => Some(bucket.minimum),
            Statistic::Maximum => Some(bucket.maximum),
            Statistic::Percentile(part) => bucket.percentile(part),
        }
    }
}

fn is_of_number(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'.'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_aws() {
        assert_eq!(Statistic::read("Sum"), Ok(Some(Statistic::Sum)));
        assert_eq!(Statistic::read("p99.9"), Ok(Some(Statistic::Percentile(0.9990000000000001))));
        for unknown in ["sum", "p101", "p", "p-1", "pinf", "Median"] {
            assert_eq!(Statistic::read(unknown), Ok(None), "{unknown}");
        }
        assert_eq!(Statistic::read("tm99").unwrap_err().status, 501);
    }
}
