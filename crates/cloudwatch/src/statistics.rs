//! Statistics of one metric. Follows GetMetricStatistics (Amazon CloudWatch API Reference).

use std::collections::BTreeMap;
use std::sync::Arc;

use awsproto::{AwsError, Call, Timestamp};
use model::World;

use crate::bucket::Bucket;
use crate::metric_id::MetricId;
use crate::metrics::{Metrics, minute_of};
use crate::shapes::*;
use crate::statistic::Statistic;
use crate::{dimensions, errors};

/// "The maximum number of data points returned from a single call is 1,440."
const POINTS_MAX: i64 = 1440;

pub(crate) async fn get(
    call: Call,
    _: Arc<World>,
    metrics: Arc<Metrics>,
    request: GetMetricStatisticsInput,
) -> Result<GetMetricStatisticsOutput, AwsError> {
    let GetMetricStatisticsInput {
        dimensions: sent,
        end_time,
        extended_statistics,
        metric_name,
        namespace,
        period,
        start_time,
        statistics,
        unit,
    } = request;
    let namespace = namespace.ok_or_else(|| errors::missing("Namespace"))?;
    let name = metric_name.ok_or_else(|| errors::missing("MetricName"))?;
    let start = start_time.ok_or_else(|| errors::missing("StartTime"))?;
    let end = end_time.ok_or_else(|| errors::missing("EndTime"))?;
    let period_ms = period_ms(period)?;
    if statistics.is_empty() && extended_statistics.is_empty() {
        return Err(errors::combination(
            "At least one of the parameters Statistics and ExtendedStatistics must be specified.",
        ));
    }
    let plain = named(statistics, "Statistics", |it| !matches!(it, Statistic::Percentile(_)))?;
    let extended =
        named(extended_statistics, "ExtendedStatistics", |it| matches!(it, Statistic::Percentile(_)))?;
    if start >= end {
        return Err(errors::invalid("The parameter StartTime must be less than the parameter EndTime."));
    }
    // "Start time between 3 hours and 15 days ago - Rounds down to the nearest 1-minute interval."
    let first = minute_of(start);
    let asked = end.0.saturating_sub(first).div_euclid(period_ms);
    if asked > POINTS_MAX {
        return Err(errors::combination(format!(
            "You have requested up to {} datapoints, which exceeds the limit of 1,440. You may reduce the datapoints \
             requested by increasing Period, or decreasing the time range.",
            grouped(asked)
        )));
    }
    let dimensions = dimensions::checked(sent, "Dimensions")?;
    let id = MetricId::new(call.scope.region, namespace, name, dimensions);
    let mut datapoints = Vec::new();
    for (of, minutes) in metrics.minutes(call.scope.account, &id, (first, end.0)) {
        if unit.as_deref().is_some_and(|it| it != of) {
            continue;
        }
        for (begins, bucket) in periods(&minutes, first, period_ms) {
            datapoints.push(datapoint(of, begins, &bucket, &plain, &extended));
        }
    }
    Ok(GetMetricStatisticsOutput { datapoints, label: Some(id.name) })
}

fn period_ms(period: Option<i32>) -> Result<i64, AwsError> {
    let period = period.ok_or_else(|| errors::missing("Period"))?;
    whole_minutes(period)?.ok_or_else(|| errors::invalid("The parameter Period must be a multiple of 60."))
}

/// The milliseconds of a period in seconds; none of one that no metric has.
pub(crate) fn whole_minutes(period: i32) -> Result<Option<i64>, AwsError> {
    match i64::from(period) {
        // Those of metrics of high resolution, which there are none of.
        1 | 5 | 10 | 20 | 30 => Err(AwsError::not_implemented_yet("periods of less than a minute")),
        period if period > 0 && period % 60 == 0 => Ok(Some(period * 1000)),
        _ => Ok(None),
    }
}

/// Statistics by name, of those that the parameter has.
fn named(
    names: Vec<String>,
    parameter: &str,
    is_there: impl Fn(&Statistic) -> bool,
) -> Result<Vec<(String, Statistic)>, AwsError> {
    let mut read = Vec::with_capacity(names.len());
    for name in names {
        let Some(statistic) = Statistic::read(&name)?.filter(&is_there) else {
            return Err(errors::invalid(format!("The value {name} for parameter {parameter} is invalid.")));
        };
        read.push((name, statistic));
    }
    Ok(read)
}

/// What was measured in each period, of which the first begins at a moment; those with nothing are left out.
pub(crate) fn periods(minutes: &[(i64, Bucket)], first: i64, period_ms: i64) -> BTreeMap<i64, Bucket> {
    let mut periods: BTreeMap<i64, Bucket> = BTreeMap::new();
    for (minute, bucket) in minutes {
        let begins = first + (minute - first).div_euclid(period_ms) * period_ms;
        periods.entry(begins).or_default().merge(bucket);
    }
    periods
}

fn datapoint(
    unit: &str,
    begins: i64,
    bucket: &Bucket,
    plain: &[(String, Statistic)],
    extended: &[(String, Statistic)],
) -> Datapoint {
    let mut datapoint =
        Datapoint { timestamp: Some(Timestamp(begins)), unit: Some(unit.to_owned()), ..Datapoint::default() };
    for (_, statistic) in plain {
        let member = match statistic {
            Statistic::SampleCount => &mut datapoint.sample_count,
            Statistic::Average => &mut datapoint.average,
            Statistic::Sum => &mut datapoint.sum,
            Statistic::Minimum => &mut datapoint.minimum,
            Statistic::Maximum => &mut datapoint.maximum,
            Statistic::Percentile(_) => continue,
        };
        *member = statistic.of(bucket);
    }
    let percentiles = extended.iter().filter_map(|(name, it)| Some((name.clone(), it.of(bucket)?)));
    datapoint.extended_statistics = Some(percentiles.collect()).filter(|it: &BTreeMap<_, _>| !it.is_empty());
    datapoint
}

/// `1,608`, as AWS's sentence has it.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
