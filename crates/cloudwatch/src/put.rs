//! Numbers come. Follows PutMetricData (Amazon CloudWatch API Reference).

use std::sync::Arc;

use awsproto::{AwsError, Call, Timestamp};
use model::World;

use crate::bucket::Summary;
use crate::metric_id::MetricId;
use crate::metrics::{Added, Metrics};
use crate::shapes::*;
use crate::unit::unit;
use crate::{dimensions, errors};

/// "Each request is also limited to no more than 1000 different metrics."
const DATA_MAX: usize = 1000;
/// "Up to 150 unique values".
const VALUES_MAX: usize = 150;
const HOUR_MS: i64 = 60 * 60 * 1000;
/// "from two weeks before the current date to 2 hours into the future".
const TOO_OLD_MS: i64 = 14 * 24 * HOUR_MS;
const TOO_NEW_MS: i64 = 2 * HOUR_MS;

pub(crate) async fn put(
    call: Call,
    _: Arc<World>,
    metrics: Arc<Metrics>,
    request: PutMetricDataInput,
) -> Result<(), AwsError> {
    let PutMetricDataInput {
        entity_metric_data,
        metric_data,
        namespace,
        // About entities, of which there are none.
        strict_entity_validation: _,
    } = request;
    if !entity_metric_data.is_empty() {
        return Err(AwsError::not_implemented_yet("metrics of entities"));
    }
    let namespace = namespace.ok_or_else(|| errors::missing("Namespace"))?;
    if namespace.starts_with("AWS/") {
        return Err(errors::invalid("The value AWS/ for parameter Namespace is invalid."));
    }
    if metric_data.is_empty() {
        return Err(errors::missing("MetricData"));
    }
    if metric_data.len() > DATA_MAX {
        let sentence = format!("The collection MetricData must not have a size greater than {DATA_MAX}.");
        return Err(errors::invalid(sentence));
    }
    let mut data = Vec::with_capacity(metric_data.len());
    for (number, datum) in (1..).zip(metric_data) {
        data.push(read(&call, &namespace, datum, &format!("MetricData.member.{number}"))?);
    }
    metrics.add(call.scope.account, data).map_err(|_| errors::too_many())
}

type Read = (MetricId, &'static str, Timestamp, Added);

fn read(call: &Call, namespace: &str, datum: MetricDatum, at: &str) -> Result<Read, AwsError> {
    let MetricDatum {
        counts,
        dimensions: sent,
        metric_name,
        statistic_values,
        storage_resolution,
        timestamp,
        unit: word,
        value,
        values,
    } = datum;
    let name = metric_name.ok_or_else(|| errors::missing(&format!("{at}.MetricName")))?;
    match storage_resolution {
        None | Some(60) => {}
        Some(1) => return Err(AwsError::not_implemented_yet("metrics of less than a minute's resolution")),
        Some(other) => {
            return Err(errors::invalid(format!(
                "The value {other} for parameter {at}.StorageResolution is invalid: it is 1 or 60."
            )));
        }
    }
    let when = timestamp.unwrap_or(call.now);
    if when.0 > call.now.0 + TOO_NEW_MS {
        return Err(errors::invalid(format!(
            "The parameter {at}.Timestamp must specify a time no more than two hours in the future."
        )));
    }
    if when.0 < call.now.0 - TOO_OLD_MS {
        return Err(errors::invalid(format!(
            "The parameter {at}.Timestamp must specify a time within the past two weeks."
        )));
    }
    let dimensions = dimensions::checked(sent, &format!("{at}.Dimensions"))?;
    let id = MetricId::new(call.scope.region, namespace.to_owned(), name, dimensions);
    let added = match (value, statistic_values, values.is_empty()) {
        (Some(value), None, true) => {
            check(value, &format!("{at}.Value"))?;
            Added::Values(vec![(value, 1.0)])
        }
        (None, Some(set), true) => Added::Summary(summary(set, at)?),
        (None, None, false) => Added::Values(counted(values, counts, at)?),
        (None, None, true) => return Err(errors::missing(&format!("{at}.Value"))),
        (Some(_), Some(_), _) => return Err(exclusive(at, "Value", "StatisticValues")),
        (Some(_), None, false) => return Err(exclusive(at, "Value", "Values")),
        (None, Some(_), false) => return Err(exclusive(at, "StatisticValues", "Values")),
    };
    Ok((id, unit(word.as_deref()), when, added))
}

fn exclusive(at: &str, one: &str, other: &str) -> AwsError {
    errors::combination(format!(
        "The parameters {at}.{one} and {at}.{other} are mutually exclusive and you have specified both."
    ))
}

fn summary(set: StatisticSet, at: &str) -> Result<Summary, AwsError> {
    let StatisticSet { maximum, minimum, sample_count, sum } = set;
    let said = |value: Option<f64>, member: &str| {
        let at = format!("{at}.StatisticValues.{member}");
        let value = value.ok_or_else(|| errors::missing(&at))?;
        check(value, &at).map(|()| value)
    };
    let summary = Summary {
        samples: said(sample_count, "SampleCount")?,
        sum: said(sum, "Sum")?,
        minimum: said(minimum, "Minimum")?,
        maximum: said(maximum, "Maximum")?,
    };
    if summary.samples <= 0.0 {
        return Err(errors::invalid(format!(
            "The value {:?} for parameter {at}.StatisticValues.SampleCount is invalid.",
            summary.samples
        )));
    }
    match summary.minimum > summary.maximum {
        true => Err(errors::combination(format!(
            "The parameter {at}.StatisticValues.Maximum must not be less than {at}.StatisticValues.Minimum."
        ))),
        false => Ok(summary),
    }
}

fn counted(values: Vec<f64>, counts: Vec<f64>, at: &str) -> Result<Vec<(f64, f64)>, AwsError> {
    if values.len() > VALUES_MAX {
        let sentence = format!("The collection {at}.Values must not have a size greater than {VALUES_MAX}.");
        return Err(errors::invalid(sentence));
    }
    let counts = match counts.is_empty() {
        true => vec![1.0; values.len()],
        false => counts,
    };
    if counts.len() != values.len() {
        return Err(errors::invalid(format!(
            "The parameters {at}.Values and {at}.Counts must be of the same size."
        )));
    }
    for (value, count) in values.iter().zip(&counts) {
        check(*value, &format!("{at}.Values"))?;
        check(*count, &format!("{at}.Counts"))?;
        if *count <= 0.0 {
            return Err(errors::invalid(format!(
                "The value {count:?} for parameter {at}.Counts is invalid."
            )));
        }
    }
    Ok(values.into_iter().zip(counts).collect())
}

/// "Values must be in the range of -2^360 to 2^360. In addition, special values (for example, NaN, +Infinity, -Infinity) are not
/// supported."
fn check(value: f64, at: &str) -> Result<(), AwsError> {
    match value.is_finite() && value.abs() <= 2_f64.powi(360) {
        true => Ok(()),
        false => Err(errors::invalid(format!("The value {value:?} for parameter {at} is invalid."))),
    }
}
