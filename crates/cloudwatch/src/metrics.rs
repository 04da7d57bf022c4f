//! All metrics: minutes by metric and unit, in memory.
//!
//! Follows "Metrics retention" (Amazon CloudWatch User Guide): "Data points with a period of 60 seconds (1 minute) are available
//! for 15 days". Where an account has too many points, its oldest minutes go before that.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use awsproto::metering::{Measurement, Meter, Reading};
use model::{AccountId, Timestamp};

use crate::bucket::Bucket;
use crate::metric_id::MetricId;
use crate::unit::unit;

pub(crate) const MINUTE_MS: i64 = 60_000;
/// How long minutes are kept.
const KEPT_MS: i64 = 15 * 24 * 60 * MINUTE_MS;
/// Metrics of an account.
const METRICS_MAX: usize = 10_000;
/// Points of an account, some thirty MiB: of twenty instances and two NAT gateways, those of two days. Values that a minute
/// has beside its first count for a quarter of one.
const POINTS_MAX: usize = 300_000;
/// How many are left when the oldest went.
const POINTS_LEFT: usize = POINTS_MAX / 8 * 7;

/// All metrics of all accounts.
#[derive(Default)]
pub struct Metrics(Mutex<BTreeMap<AccountId, Account>>);

/// Those of an account.
#[derive(Default)]
struct Account {
    metrics: BTreeMap<MetricId, Series>,
    /// What all minutes weigh.
    points: usize,
    /// What there was no room for, of metric filters.
    refused: u64,
}

/// A metric's minutes, by unit: "CloudWatch … data points with different units are aggregated separately".
type Series = BTreeMap<&'static str, BTreeMap<i64, Bucket>>;

/// There are as many metrics as there can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooMany;

impl Metrics {
    fn accounts(&self) -> MutexGuard<'_, BTreeMap<AccountId, Account>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what was measured of metrics in a minute; all of them or, if one has no room, none.
    pub(crate) fn add(
        &self,
        account: AccountId,
        data: Vec<(MetricId, &'static str, Timestamp, Added)>,
    ) -> Result<(), TooMany> {
        let mut accounts = self.accounts();
        let account = accounts.entry(account).or_default();
        let mut new: Vec<&MetricId> =
            data.iter().map(|it| &it.0).filter(|id| !account.metrics.contains_key(id)).collect();
        new.sort();
        new.dedup();
        if account.metrics.len() + new.len() > METRICS_MAX {
            return Err(TooMany);
        }
        for (id, unit, at, added) in data {
            account.change(id, unit, at, |bucket| added.to(bucket));
        }
        account.make_room();
        Ok(())
    }

    /// What was measured of a metric from one moment to before another, by unit and minute.
    pub(crate) fn minutes(
        &self,
        account: AccountId,
        id: &MetricId,
        (from, to): (i64, i64),
    ) -> BTreeMap<&'static str, Vec<(i64, Bucket)>> {
        let accounts = self.accounts();
        let series = accounts.get(&account).and_then(|it| it.metrics.get(id));
        let mut found = BTreeMap::new();
        for (unit, minutes) in series.into_iter().flatten() {
            if from < to {
                let range = minutes.range(from..to).map(|(minute, it)| (*minute, it.clone())).collect();
                found.insert(*unit, range);
            }
        }
        found
    }

    /// All metrics of an account, in order, with their last minutes.
    pub(crate) fn list(
        &self,
        account: AccountId,
        mut is_meant: impl FnMut(&MetricId, i64) -> bool,
    ) -> Vec<MetricId> {
        let accounts = self.accounts();
        let rows = accounts.get(&account).into_iter().flat_map(|it| &it.metrics);
        let last = |series: &Series| {
            series.values().filter_map(|it| it.last_key_value()).map(|it| *it.0).max().unwrap_or(i64::MIN)
        };
        rows.filter(|(id, series)| is_meant(id, last(series))).map(|it| it.0.clone()).collect()
    }

    /// Forgets what is too old.
    pub fn keep_house(&self, now: Timestamp) {
        let mut accounts = self.accounts();
        accounts.values_mut().for_each(|it| it.forget_before(now.0 - KEPT_MS));
        accounts.retain(|_, it| !it.metrics.is_empty());
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.accounts().clear();
    }
}

/// What comes to a minute.
#[derive(Clone, Debug)]
pub(crate) enum Added {
    /// Values, and how often each.
    Values(Vec<(f64, f64)>),
    Summary(crate::bucket::Summary),
    Otherwise(f64),
}

impl Added {
    fn to(self, bucket: &mut Bucket) {
        match self {
            Added::Values(values) => values.into_iter().for_each(|(value, count)| bucket.add(value, count)),
            Added::Summary(summary) => bucket.add_summary(summary),
            Added::Otherwise(value) => bucket.set_otherwise(value),
        }
    }
}

/// Numbers of metric filters, and of what the network counts. Where there is no room, they are lost and counted.
impl Meter for Metrics {
    fn measure(&self, measurements: Vec<Measurement>) {
        for Measurement { scope, namespace, metric, dimensions, unit: word, at, reading } in measurements {
            let id = MetricId::new(scope.region, namespace, metric, dimensions);
            let added = match reading {
                Reading::Value(value) => Added::Values(vec![(value, 1.0)]),
                Reading::Otherwise(value) => Added::Otherwise(value),
            };
            let one = vec![(id, unit(word.as_deref()), at, added)];
            if self.add(scope.account, one).is_err() {
                self.refuse(scope.account);
            }
        }
    }
}

impl Metrics {
    fn refuse(&self, account: AccountId) {
        let mut accounts = self.accounts();
        let refused = &mut accounts.entry(account).or_default().refused;
        *refused += 1;
        if refused.is_power_of_two() {
            tracing::warn!(%account, refused = *refused, most = METRICS_MAX, "too many metrics: numbers are lost");
        }
    }
}

impl Account {
    fn change(&mut self, id: MetricId, unit: &'static str, at: Timestamp, change: impl FnOnce(&mut Bucket)) {
        let minute = minute_of(at);
        let minutes = self.metrics.entry(id).or_default().entry(unit).or_default();
        let before = minutes.get(&minute).map_or(0, Bucket::weight);
        let bucket = minutes.entry(minute).or_default();
        change(bucket);
        self.points = self.points + bucket.weight() - before;
    }

    /// The oldest minutes go if there are too many points.
    fn make_room(&mut self) {
        if self.points <= POINTS_MAX {
            return;
        }
        let mut by_minute: BTreeMap<i64, usize> = BTreeMap::new();
        for (minute, bucket) in self.metrics.values().flat_map(|it| it.values()).flatten() {
            *by_minute.entry(*minute).or_default() += bucket.weight();
        }
        let mut left = self.points;
        let last = by_minute.into_iter().find(|(_, weight)| {
            left -= weight;
            left <= POINTS_LEFT
        });
        self.forget_before(last.map_or(i64::MAX, |(minute, _)| minute + 1));
    }

    fn forget_before(&mut self, moment: i64) {
        let mut gone = 0;
        self.metrics.retain(|_, series| {
            series.retain(|_, minutes| {
                if minutes.first_key_value().is_some_and(|it| *it.0 < moment) {
                    let kept = minutes.split_off(&moment);
                    gone += std::mem::replace(minutes, kept).values().map(Bucket::weight).sum::<usize>();
                }
                !minutes.is_empty()
            });
            !series.is_empty()
        });
        self.points -= gone;
    }
}

/// When the minute of a moment began.
pub(crate) fn minute_of(at: Timestamp) -> i64 {
    at.0.div_euclid(MINUTE_MS) * MINUTE_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> MetricId {
        let region = "us-west-2".parse().expect("a Region");
        MetricId::new(region, "app".to_owned(), name.to_owned(), Vec::new())
    }

    fn one(name: &str, at: i64) -> Vec<(MetricId, &'static str, Timestamp, Added)> {
        vec![(id(name), "None", Timestamp(at), Added::Values(vec![(1.0, 1.0)]))]
    }

    #[test]
    fn an_account_s_metrics_have_a_bound_and_others_are_not_in_it() {
        let metrics = Metrics::default();
        for number in 0..METRICS_MAX {
            metrics.add(AccountId::DEFAULT, one(&format!("m{number}"), 0)).unwrap();
        }
        assert_eq!(metrics.add(AccountId::DEFAULT, one("more", 0)), Err(TooMany));
        metrics.add(AccountId::DEFAULT, one("m0", MINUTE_MS)).unwrap();
        metrics.add("222222222222".parse().unwrap(), one("more", 0)).unwrap();
        assert_eq!(metrics.list(AccountId::DEFAULT, |_, _| true).len(), METRICS_MAX);
    }

    #[test]
    fn the_oldest_minutes_go_where_there_are_too_many() {
        let metrics = Metrics::default();
        let most = i64::try_from(POINTS_MAX).unwrap();
        for minute in 0..=most {
            metrics.add(AccountId::DEFAULT, one("m", minute * MINUTE_MS)).unwrap();
        }
        let found = metrics.minutes(AccountId::DEFAULT, &id("m"), (0, i64::MAX));
        assert_eq!(found["None"].len(), POINTS_LEFT);
        assert_eq!(found["None"].last().unwrap().0, most * MINUTE_MS, "the newest is there");
    }

    #[test]
    fn what_is_too_old_is_forgotten_and_with_its_last_minute_a_metric() {
        let metrics = Metrics::default();
        metrics.add(AccountId::DEFAULT, one("old", 0)).unwrap();
        metrics.add(AccountId::DEFAULT, one("new", 2 * MINUTE_MS)).unwrap();
        metrics.keep_house(Timestamp(KEPT_MS + MINUTE_MS));
        assert_eq!(metrics.list(AccountId::DEFAULT, |_, _| true), [id("new")]);
        assert_eq!(metrics.accounts()[&AccountId::DEFAULT].points, 1);
    }
}
