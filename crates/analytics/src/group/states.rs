//! What is computed for groups: a state for each group and aggregation, which two halves of the events can be put together of.

use super::table::Hash;
use crate::frame::Frame;
use crate::order::Rank;
use crate::value::Value;
use query::Aggregate;
use std::cmp::Ordering;
use std::collections::HashSet;

/// The states of one aggregation, one for each group.
pub(super) enum States {
    Counts {
        present: bool,
        counts: Vec<u64>,
    },
    /// Different values, by their hashes: two in ten million are the same by chance once in a million queries.
    Distinct {
        hash: Hash,
        seen: Vec<HashSet<u64>>,
        values: usize,
    },
    /// NaN where there has been no number.
    Sums(Vec<f64>),
    Moments {
        deviation: bool,
        moments: Vec<Moments>,
    },
    Extremes {
        wanted: Ordering,
        values: Vec<Rank<'static>>,
    },
    /// All numbers: a percentile is exact, or there are too many.
    Percentiles {
        percent: f64,
        numbers: Vec<Vec<f64>>,
        values: usize,
    },
    /// By the time, and by the store's number within it.
    Timed {
        wanted: Ordering,
        values: Vec<Option<Timed>>,
    },
}

/// How many numbers there were, their mean, and the sum of their squared distances from it.
#[derive(Clone, Copy, Default)]
pub(super) struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

#[derive(Clone)]
pub(super) struct Timed {
    at: (i64, u64),
    value: Value<'static>,
}

impl States {
    pub(super) fn new(aggregate: Aggregate, seed: u64) -> States {
        match aggregate {
            Aggregate::Count => States::Counts { present: false, counts: vec![] },
            Aggregate::CountPresent => States::Counts { present: true, counts: vec![] },
            Aggregate::CountDistinct => States::Distinct { hash: Hash::new(seed), seen: vec![], values: 0 },
            Aggregate::Sum => States::Sums(vec![]),
            Aggregate::Average => States::Moments { deviation: false, moments: vec![] },
            Aggregate::StandardDeviation => States::Moments { deviation: true, moments: vec![] },
            Aggregate::Least => States::Extremes { wanted: Ordering::Less, values: vec![] },
            Aggregate::Greatest => States::Extremes { wanted: Ordering::Greater, values: vec![] },
            Aggregate::Percentile(percent) => States::Percentiles { percent, numbers: vec![], values: 0 },
            Aggregate::Earliest => States::Timed { wanted: Ordering::Less, values: vec![] },
            Aggregate::Latest => States::Timed { wanted: Ordering::Greater, values: vec![] },
        }
    }

    /// So many groups there are now.
    pub(super) fn grow(&mut self, groups: usize) {
        match self {
            States::Counts { counts, .. } => counts.resize(groups, 0),
            States::Distinct { seen, .. } => seen.resize_with(groups, HashSet::new),
            States::Sums(sums) => sums.resize(groups, f64::NAN),
            States::Moments { moments, .. } => moments.resize(groups, Moments::default()),
            States::Extremes { values, .. } => values.resize(groups, Rank::Absent),
            States::Percentiles { numbers, .. } => numbers.resize_with(groups, Vec::new),
            States::Timed { values, .. } => values.resize(groups, None),
        }
    }

    /// Adds rows, whose groups these are. Only `count(*)` has no argument.
    pub(super) fn add(&mut self, groups: &[u32], argument: Option<&[Value<'_>]>, frame: &Frame<'_>) {
        let Some(column) = argument else {
            if let States::Counts { counts, .. } = self {
                groups.iter().for_each(|group| counts[*group as usize] += 1);
            }
            return;
        };
        let rows = groups.iter().map(|group| *group as usize).zip(column);
        match self {
            States::Counts { present, counts } => rows.for_each(|(group, value)| {
                counts[group] += u64::from(!*present || !value.is_absent());
            }),
            States::Distinct { hash, seen, values } => rows.for_each(|(group, value)| {
                if let Some(text) = value.as_text() {
                    *values += usize::from(seen[group].insert(hash.of_bytes(&text)));
                }
            }),
            // `add_numbers` has them.
            States::Sums(_) | States::Moments { .. } | States::Percentiles { .. } => {}
            States::Extremes { wanted, values } => rows.for_each(|(group, value)| {
                let rank = Rank::of(value);
                if is_better(&rank, &values[group], *wanted) {
                    values[group] = rank.into_owned();
                }
            }),
            States::Timed { wanted, values } => {
                for (row, (group, value)) in rows.enumerate().filter(|(_, (_, value))| !value.is_absent()) {
                    let at = (frame.time_ms(row), frame.pointer(row));
                    if values[group].as_ref().is_none_or(|before| at.cmp(&before.at) == *wanted) {
                        values[group] = Some(Timed { at, value: value.clone().into_owned() });
                    }
                }
            }
        }
    }

    /// Whether it is about numbers alone.
    pub(super) fn are_of_numbers(&self) -> bool {
        matches!(self, States::Sums(_) | States::Moments { .. } | States::Percentiles { .. })
    }

    /// Adds rows' numbers, which are NaN where there is none. They were all read before: groups lie far apart in memory, and the
    /// processor reaches for several at once if nothing has to be decided between them.
    pub(super) fn add_numbers(&mut self, groups: &[u32], numbers: &[f64]) {
        let rows = groups.iter().map(|group| *group as usize).zip(numbers.iter().copied());
        let mut rows = rows.filter(|(_, number)| !number.is_nan());
        match self {
            States::Sums(sums) => rows.for_each(|(group, number)| add_up(&mut sums[group], number)),
            States::Moments { moments, .. } => rows.for_each(|(group, number)| moments[group].add(number)),
            States::Percentiles { numbers: all, values, .. } => rows.by_ref().for_each(|(group, number)| {
                *values += 1;
                all[group].push(number);
            }),
            _ => {}
        }
    }

    /// Adds the states of another for the same aggregation; `groups` are its groups here.
    pub(super) fn merge(&mut self, groups: &[u32], other: States) {
        let group = |index: usize| groups[index] as usize;
        match (self, other) {
            (States::Counts { counts, .. }, States::Counts { counts: others, .. }) => {
                others.iter().enumerate().for_each(|(index, count)| counts[group(index)] += count);
            }
            (States::Distinct { seen, values, .. }, States::Distinct { seen: others, .. }) => {
                for (index, hashes) in others.into_iter().enumerate() {
                    let seen = &mut seen[group(index)];
                    let before = seen.len();
                    seen.extend(hashes);
                    *values += seen.len() - before;
                }
            }
            (States::Sums(sums), States::Sums(others)) => {
                let there = others.into_iter().enumerate().filter(|(_, sum)| !sum.is_nan());
                there.for_each(|(index, sum)| add_up(&mut sums[group(index)], sum));
            }
            (States::Moments { moments, .. }, States::Moments { moments: others, .. }) => {
                others.into_iter().enumerate().for_each(|(index, other)| moments[group(index)].merge(other));
            }
            (States::Extremes { wanted, values }, States::Extremes { values: others, .. }) => {
                for (index, rank) in others.into_iter().enumerate() {
                    if is_better(&rank, &values[group(index)], *wanted) {
                        values[group(index)] = rank;
                    }
                }
            }
            (
                States::Percentiles { numbers, values, .. },
                States::Percentiles { numbers: others, values: more, .. },
            ) => {
                *values += more;
                others
                    .into_iter()
                    .enumerate()
                    .for_each(|(index, mut other)| numbers[group(index)].append(&mut other));
            }
            (States::Timed { wanted, values }, States::Timed { values: others, .. }) => {
                for (index, other) in others.into_iter().enumerate() {
                    let Some(other) = other else { continue };
                    let before = &mut values[group(index)];
                    if before.as_ref().is_none_or(|before| other.at.cmp(&before.at) == *wanted) {
                        *before = Some(other);
                    }
                }
            }
            _ => unreachable!("both were made for the same aggregation"),
        }
    }

    /// What they take of memory, about.
    pub(super) fn bytes(&self) -> usize {
        /// A hash in a set, with the room that the set leaves.
        const DISTINCT_BYTES: usize = 20;
        match self {
            States::Counts { counts, .. } => counts.len() * 8,
            States::Distinct { seen, values, .. } => seen.len() * 48 + values * DISTINCT_BYTES,
            States::Sums(sums) => sums.len() * 8,
            States::Moments { moments, .. } => moments.len() * size_of::<Moments>(),
            States::Extremes { values, .. } => values.len() * 2 * size_of::<Rank<'_>>(),
            States::Percentiles { numbers, values, .. } => numbers.len() * 24 + values * 16,
            States::Timed { values, .. } => values.len() * 2 * size_of::<Option<Timed>>(),
        }
    }

    /// A value for each group.
    pub(super) fn finish(self) -> Vec<Value<'static>> {
        match self {
            States::Counts { counts, .. } => {
                counts.into_iter().map(|count| Value::Number(count as f64)).collect()
            }
            States::Distinct { seen, .. } => {
                seen.into_iter().map(|seen| Value::Number(seen.len() as f64)).collect()
            }
            States::Sums(sums) => sums.into_iter().map(Value::number).collect(),
            States::Moments { deviation, moments } => {
                moments.into_iter().map(|moments| moments.finish(deviation)).collect()
            }
            States::Extremes { values, .. } => values.into_iter().map(Rank::into_value).collect(),
            States::Percentiles { percent, numbers, .. } => {
                numbers.into_iter().map(|numbers| percentile(numbers, percent)).collect()
            }
            States::Timed { values, .. } => values
                .into_iter()
                .map(|timed| timed.map_or(Value::Absent, |timed| milliseconds(timed.value)))
                .collect(),
        }
    }
}

fn add_up(sum: &mut f64, number: f64) {
    *sum = if sum.is_nan() { number } else { *sum + number };
}

fn is_better(rank: &Rank<'_>, than: &Rank<'_>, wanted: Ordering) -> bool {
    match (rank, than) {
        (Rank::Absent, _) => false,
        (_, Rank::Absent) => true,
        _ => rank.compare(than) == wanted,
    }
}

/// "earliest(@timestamp)" is shown as the milliseconds, not as a time.
fn milliseconds(value: Value<'static>) -> Value<'static> {
    match value {
        Value::Time(time) => Value::Number(time as f64),
        other => other,
    }
}

/// The least number that so many percent of all do not exceed.
fn percentile(mut numbers: Vec<f64>, percent: f64) -> Value<'static> {
    if numbers.is_empty() {
        return Value::Absent;
    }
    let place = (percent / 100.0 * numbers.len() as f64).ceil() as usize;
    let (_, number, _) = numbers.select_nth_unstable_by(place.saturating_sub(1), f64::total_cmp);
    Value::number(*number)
}

impl Moments {
    /// One more number: Welford's way, which loses nothing where numbers are large and close together.
    fn add(&mut self, number: f64) {
        self.count += 1.0;
        let distance = number - self.mean;
        self.mean += distance / self.count;
        self.squares += distance * (number - self.mean);
    }

    fn merge(&mut self, other: Moments) {
        let count = self.count + other.count;
        if other.count == 0.0 {
            return;
        }
        let distance = other.mean - self.mean;
        self.squares += other.squares + distance * distance * self.count * other.count / count;
        self.mean += distance * other.count / count;
        self.count = count;
    }

    /// The mean, or the standard deviation of all that there is, not of a sample.
    fn finish(self, deviation: bool) -> Value<'static> {
        match (self.count == 0.0, deviation) {
            (true, _) => Value::Absent,
            (false, true) => Value::number((self.squares / self.count).max(0.0).sqrt()),
            (false, false) => Value::number(self.mean),
        }
    }
}
