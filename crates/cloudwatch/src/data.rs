//! Statistics of many metrics. Follows GetMetricData (Amazon CloudWatch API Reference).

use std::collections::BTreeSet;
use std::sync::Arc;

use awsproto::{AwsError, Call, Timestamp};
use model::World;

use crate::bucket::Bucket;
use crate::metric_id::MetricId;
use crate::metrics::{Metrics, minute_of};
use crate::shapes::*;
use crate::statistic::Statistic;
use crate::{dimensions, errors, statistics};

/// "A single GetMetricData call can include up to 500 MetricDataQuery structures."
const QUERIES_MAX: usize = 500;
/// "The maximum number of data points the request should return before paginating … the default of 100,800 is used."
const POINTS_MAX: i32 = 100_800;
/// What precedes the two numbers in our tokens.
const TOKEN: &str = "data1:";

/// A metric that is asked for.
struct Query {
    id: String,
    label: String,
    metric: MetricId,
    period_ms: i64,
    statistic: Statistic,
    unit: Option<String>,
}

pub(crate) async fn get(
    call: Call,
    _: Arc<World>,
    metrics: Arc<Metrics>,
    request: GetMetricDataInput,
) -> Result<GetMetricDataOutput, AwsError> {
    let GetMetricDataInput {
        end_time,
        // No label has a time in it.
        label_options: _,
        max_datapoints,
        metric_data_queries,
        next_token,
        scan_by,
        start_time,
    } = request;
    let start = start_time.ok_or_else(|| errors::missing("StartTime"))?;
    let end = end_time.ok_or_else(|| errors::missing("EndTime"))?;
    if start >= end {
        return Err(errors::validation("The parameter EndTime must be greater than StartTime."));
    }
    let most = usize::try_from(max_datapoints.unwrap_or(POINTS_MAX).min(POINTS_MAX))
        .ok()
        .filter(|it| *it > 0)
        .ok_or_else(|| errors::validation("The parameter MaxDatapoints must be greater than 0."))?;
    let queries = read(&call, metric_data_queries)?;
    let mut place =
        next_token.as_deref().map_or(Ok(Place::default()), |it| Place::read(it, queries.len()))?;
    let is_ascending = scan_by.as_deref() == Some("TimestampAscending");
    let mut results = Vec::new();
    let mut left = most;
    while let Some(query) = queries.get(place.query) {
        let all = points(&call, &metrics, query, (start, end), is_ascending);
        let rest = all.get(place.point..).unwrap_or_default();
        let shown = &rest[..rest.len().min(left)];
        left -= shown.len();
        let is_whole = shown.len() == rest.len();
        results.push(result(query, shown, is_whole));
        place = match is_whole {
            true => Place { query: place.query + 1, point: 0 },
            false => Place { point: place.point + shown.len(), ..place },
        };
        if left == 0 {
            break;
        }
    }
    let next_token = (place.query < queries.len()).then(|| place.token());
    Ok(GetMetricDataOutput { messages: Vec::new(), metric_data_results: results, next_token })
}

/// How far an answer has come: so many queries, and so many points of the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place {
    query: usize,
    point: usize,
}

impl Place {
    fn token(self) -> String {
        format!("{TOKEN}{}:{}", self.query, self.point)
    }

    fn read(token: &str, queries: usize) -> Result<Place, AwsError> {
        let pair = token.strip_prefix(TOKEN).and_then(|it| it.split_once(':'));
        let place = pair.and_then(|(query, point)| {
            Some(Place { query: query.parse().ok()?, point: point.parse().ok()? })
        });
        place.filter(|it| it.query < queries).ok_or_else(errors::invalid_token)
    }
}

/// What is asked for and shown.
fn read(call: &Call, queries: Vec<MetricDataQuery>) -> Result<Vec<Query>, AwsError> {
    if queries.is_empty() {
        return Err(errors::validation("The parameter MetricDataQueries is required."));
    }
    if queries.len() > QUERIES_MAX {
        let sentence =
            format!("The collection MetricDataQueries must not have a size greater than {QUERIES_MAX}.");
        return Err(errors::validation(sentence));
    }
    let mut ids = BTreeSet::new();
    let mut read = Vec::with_capacity(queries.len());
    for (number, query) in (1..).zip(queries) {
        let at = format!("MetricDataQueries.member.{number}");
        let is_shown = query.return_data != Some(false);
        let one = one(call, query, &at)?;
        if !ids.insert(one.id.clone()) {
            return Err(errors::validation(
                "The values for parameter id in MetricDataQueries are not unique.",
            ));
        }
        if is_shown {
            read.push(one);
        }
    }
    match read.is_empty() {
        true => Err(errors::validation(
            "At least one of the elements in MetricDataQueries must have ReturnData set to true.",
        )),
        false => Ok(read),
    }
}

fn one(call: &Call, query: MetricDataQuery, at: &str) -> Result<Query, AwsError> {
    let MetricDataQuery { account_id, expression, id, label, metric_stat, period: _, return_data: _ } = query;
    let id = id.ok_or_else(|| errors::missing(&format!("{at}.Id")))?;
    let is_id = id.starts_with(|it: char| it.is_ascii_lowercase())
        && id.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
    if !is_id {
        return Err(errors::validation(format!(
            "The value {id} for parameter {at}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."
        )));
    }
    if account_id.is_some_and(|it| it != call.scope.account.to_string()) {
        return Err(AwsError::not_implemented_yet("metrics of accounts that another one observes"));
    }
    let stat = match (metric_stat, expression) {
        (Some(_), Some(_)) => {
            return Err(errors::validation(format!(
                "The parameters {at}.MetricStat and {at}.Expression are mutually exclusive and you have specified both."
            )));
        }
        (None, Some(_)) => return Err(AwsError::not_implemented_yet("metric math")),
        (None, None) => {
            return Err(errors::validation(format!(
                "The parameter {at} must have either MetricStat or Expression specified."
            )));
        }
        (Some(stat), None) => stat,
    };
    let MetricStat { metric, period, stat, unit } = stat;
    let Metric { dimensions: sent, metric_name, namespace } =
        metric.ok_or_else(|| errors::missing(&format!("{at}.MetricStat.Metric")))?;
    let said = |value: Option<String>, member: &str| {
        value
            .ok_or_else(|| errors::validation(format!("The parameter {at}.MetricStat.{member} is required.")))
    };
    let (namespace, name) = (said(namespace, "Metric.Namespace")?, said(metric_name, "Metric.MetricName")?);
    let dimensions = dimensions::checked(sent, &format!("{at}.MetricStat.Metric.Dimensions"))?;
    let asked = said(stat, "Stat")?;
    let statistic = Statistic::read(&asked)?.ok_or_else(|| {
        errors::validation(format!("The value {asked} for parameter {at}.MetricStat.Stat is not supported."))
    })?;
    let label = label.filter(|it| !it.is_empty()).unwrap_or_else(|| name.clone());
    if label.contains("${") {
        return Err(AwsError::not_implemented_yet("labels with what is put in by CloudWatch"));
    }
    let metric = MetricId::new(call.scope.region, namespace, name, dimensions);
    Ok(Query { id, label, metric, period_ms: period_ms(period)?, statistic, unit })
}

fn period_ms(period: Option<i32>) -> Result<i64, AwsError> {
    let wrong = || errors::validation("Period must be 1, 5, 10, 20, 30, or a multiple of 60.");
    statistics::whole_minutes(period.unwrap_or_default())?.ok_or_else(wrong)
}

/// Periods begin at multiples of themselves.
fn points(
    call: &Call,
    metrics: &Metrics,
    query: &Query,
    (start, end): (Timestamp, Timestamp),
    is_ascending: bool,
) -> Vec<(i64, f64)> {
    let by_unit = metrics.minutes(call.scope.account, &query.metric, (minute_of(start), end.0));
    let meant = by_unit.into_iter().filter(|(unit, _)| query.unit.as_deref().is_none_or(|it| it == *unit));
    let minutes: Vec<(i64, Bucket)> = meant.flat_map(|it| it.1).collect();
    let periods = statistics::periods(&minutes, 0, query.period_ms).into_iter();
    let mut points: Vec<(i64, f64)> =
        periods.filter_map(|(begins, bucket)| Some((begins, query.statistic.of(&bucket)?))).collect();
    if !is_ascending {
        points.reverse();
    }
    points
}

fn result(query: &Query, points: &[(i64, f64)], is_whole: bool) -> MetricDataResult {
    MetricDataResult {
        id: Some(query.id.clone()),
        label: Some(query.label.clone()),
        messages: Vec::new(),
        status_code: Some(if is_whole { "Complete" } else { "PartialData" }.to_owned()),
        timestamps: points.iter().map(|it| Timestamp(it.0)).collect(),
        values: points.iter().map(|it| it.1).collect(),
    }
}
