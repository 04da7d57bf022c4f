//! What was measured of a metric in a minute.

/// Different values that are remembered of a minute. If there were more, there are no percentiles of it.
const VALUES_MAX: usize = 150;

/// What was measured in a minute, or in several.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Bucket {
    pub(crate) samples: f64,
    pub(crate) sum: f64,
    pub(crate) minimum: f64,
    pub(crate) maximum: f64,
    /// The value if there are no samples.
    otherwise: Option<f64>,
    values: Values,
}

/// Which values there were, and how often each.
#[derive(Clone, Debug, Default, PartialEq)]
enum Values {
    /// No samples, or one value alone: the least, which is the greatest.
    #[default]
    One,
    Several(Vec<(f64, f64)>),
    /// Too many, or nobody has said.
    Unknown,
}

/// Samples that somebody has added up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Summary {
    pub(crate) samples: f64,
    pub(crate) sum: f64,
    pub(crate) minimum: f64,
    pub(crate) maximum: f64,
}

impl Bucket {
    /// A value, so many times.
    pub(crate) fn add(&mut self, value: f64, count: f64) {
        self.note(value, count);
        self.widen(Summary { samples: count, sum: value * count, minimum: value, maximum: value });
    }

    /// Samples that somebody has added up, whose values are not known unless all are one.
    pub(crate) fn add_summary(&mut self, summary: Summary) {
        if summary.minimum == summary.maximum {
            self.note(summary.minimum, summary.samples);
        } else {
            self.values = Values::Unknown;
        }
        self.widen(summary);
    }

    /// The value if there are no samples.
    pub(crate) fn set_otherwise(&mut self, value: f64) {
        self.otherwise = Some(value);
    }

    /// Adds what was measured in another minute.
    pub(crate) fn merge(&mut self, other: &Bucket) {
        let other = other.settled();
        if self.samples == 0.0 {
            *self = other;
            return;
        }
        match &other.values {
            Values::One if other.samples == 0.0 => return,
            Values::One => self.note(other.minimum, other.samples),
            Values::Several(values) => values.iter().for_each(|(value, count)| self.note(*value, *count)),
            Values::Unknown => self.values = Values::Unknown,
        }
        let Bucket { samples, sum, minimum, maximum, .. } = other;
        self.widen(Summary { samples, sum, minimum, maximum });
    }

    /// How much it takes, as points of one value.
    pub(crate) fn weight(&self) -> usize {
        match &self.values {
            Values::One | Values::Unknown => 1,
            Values::Several(values) => 1 + values.len() / 4,
        }
    }

    /// The least value that is at least as large as this part of all; `None` without values.
    pub(crate) fn percentile(&self, part: f64) -> Option<f64> {
        match &self.values {
            Values::One => Some(self.minimum),
            Values::Unknown => None,
            Values::Several(values) => {
                let mut sorted = values.clone();
                sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
                let mut below = self.samples * part;
                let found = sorted.iter().find(|(_, count)| {
                    below -= count;
                    below <= 0.0
                });
                found.or(sorted.last()).map(|it| it.0)
            }
        }
    }

    /// With the value that it has without samples, if it has none.
    fn settled(&self) -> Bucket {
        let mut settled = self.clone();
        if let Some(value) = self.otherwise.filter(|_| self.samples == 0.0) {
            settled.add(value, 1.0);
        }
        settled
    }

    fn widen(&mut self, by: Summary) {
        let is_first = self.samples == 0.0;
        self.minimum = if is_first { by.minimum } else { self.minimum.min(by.minimum) };
        self.maximum = if is_first { by.maximum } else { self.maximum.max(by.maximum) };
        self.samples += by.samples;
        self.sum += by.sum;
    }

    /// Remembers a value, before it is added.
    fn note(&mut self, value: f64, count: f64) {
        let values = match &mut self.values {
            Values::Unknown => return,
            Values::One if self.samples == 0.0 || self.minimum == value => return,
            Values::One => {
                self.values = Values::Several(vec![(self.minimum, self.samples), (value, count)]);
                return;
            }
            Values::Several(values) => values,
        };
        match values.iter().position(|it| it.0 == value) {
            Some(place) => values[place].1 += count,
            None if values.len() == VALUES_MAX => self.values = Values::Unknown,
            None => values.push((value, count)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_counts_and_widens() {
        let mut bucket = Bucket::default();
        bucket.add(3.0, 1.0);
        bucket.add(-1.0, 2.0);
        assert_eq!((bucket.samples, bucket.sum, bucket.minimum, bucket.maximum), (3.0, 1.0, -1.0, 3.0));
        let mut other = Bucket::default();
        other.add_summary(Summary { samples: 2.0, sum: 20.0, minimum: 5.0, maximum: 15.0 });
        bucket.merge(&other);
        assert_eq!((bucket.samples, bucket.sum, bucket.minimum, bucket.maximum), (5.0, 21.0, -1.0, 15.0));
        assert_eq!(bucket.percentile(0.5), None, "whose values are not known");
    }

    #[test]
    fn a_minute_without_samples_has_the_value_that_it_has_otherwise() {
        let (mut bucket, mut whole) = (Bucket::default(), Bucket::default());
        bucket.set_otherwise(0.0);
        whole.merge(&bucket);
        assert_eq!((whole.samples, whole.maximum), (1.0, 0.0));
        bucket.add(7.0, 1.0);
        let mut whole = Bucket::default();
        whole.merge(&bucket);
        assert_eq!((whole.samples, whole.minimum), (1.0, 7.0));
    }

    #[test]
    fn percentiles_are_values_that_there_were() {
        let mut bucket = Bucket::default();
        (1..=100).for_each(|value| bucket.add(f64::from(value), 1.0));
        assert_eq!(bucket.percentile(0.99), Some(99.0));
        assert_eq!(bucket.percentile(0.5), Some(50.0));
        assert_eq!(bucket.percentile(1.0), Some(100.0));
        assert_eq!(bucket.percentile(0.0), Some(1.0));
        (101..=200).for_each(|value| bucket.add(f64::from(value), 1.0));
        assert_eq!((bucket.percentile(0.5), bucket.samples), (None, 200.0), "too many to be remembered");
    }
}
