//! Metric filters: what is counted of events. Follows PutMetricFilter, DescribeMetricFilters, DeleteMetricFilter and TestMetricFilter
//! (Amazon CloudWatch Logs API Reference). How they count is `watching::counting`'s.

use awsproto::metering::UNITS;
use awsproto::{AwsError, Call};
use model::log_filter;
use model::log_group::LogGroup;
use model::{Timestamp, World};

use crate::pattern::Pattern;
use crate::quotas::check_regexes;
use crate::shapes::*;
use crate::{errors, get, names, paging};

/// Filters of a page.
const PAGE_MAX: i32 = 50;
const DIMENSIONS_MAX: usize = 3;
const NAME_MAX: usize = 255;
const VALUE_MAX: usize = 100;
const MESSAGES_MAX: usize = 50;

pub(crate) fn put(
    call: &mut Call,
    world: &mut World,
    request: PutMetricFilterRequest,
) -> Result<(), AwsError> {
    let PutMetricFilterRequest {
        apply_on_transformed_logs,
        emit_system_field_dimensions,
        field_selection_criteria,
        filter_name,
        filter_pattern,
        log_group_name,
        metric_transformations,
    } = request;
    refuse_transformed(apply_on_transformed_logs, &field_selection_criteria, &emit_system_field_dimensions)?;
    let name = names::checked_stream(&filter_name, "filterName")?.to_owned();
    let read = get::pattern(&filter_pattern)?;
    let transformation = transformation(metric_transformations)?;
    let now = call.now;
    let group = names::group_mut(call, world, &log_group_name)?;
    names::check_standard(group, "PutMetricFilter")?;
    check_regexes(group, &name, &read)?;
    let pattern = filter_pattern.unwrap_or_default();
    let is_new = !group.metric_filters.contains_key(&name);
    if is_new && group.metric_filters.len() >= model::quotas::METRIC_FILTERS_MAX {
        return Err(errors::too_many());
    }
    group.metric_filters.insert(name, log_filter::MetricFilter { pattern, created: now, transformation });
    Ok(())
}

/// What needs transformers, or accounts that others are observed from.
pub(crate) fn refuse_transformed(
    transformed: Option<bool>,
    criteria: &Option<String>,
    system_fields: &[String],
) -> Result<(), AwsError> {
    if transformed == Some(true) {
        return Err(AwsError::not_implemented_yet("log transformers"));
    }
    match criteria.is_some() || !system_fields.is_empty() {
        true => Err(AwsError::not_implemented_yet("system fields of log events in filters")),
        false => Ok(()),
    }
}

fn transformation(all: Vec<MetricTransformation>) -> Result<log_filter::MetricTransformation, AwsError> {
    let one = match <[MetricTransformation; 1]>::try_from(all) {
        Ok([one]) => one,
        Err(all) => {
            let rule = match all.is_empty() {
                true => "have length greater than or equal to 1",
                false => "have length less than or equal to 1",
            };
            let shown: Vec<String> = all.iter().map(written).collect();
            return Err(errors::violated(format!("[{}]", shown.join(", ")), "metricTransformations", rule));
        }
    };
    let MetricTransformation { default_value, dimensions, metric_name, metric_namespace, metric_value, unit } =
        one;
    let at = |member: &str| format!("metricTransformations.1.member.{member}");
    let metric = metric_part(metric_name, &at("metricName"))?;
    let namespace = metric_part(metric_namespace, &at("metricNamespace"))?;
    let value = metric_value.ok_or_else(|| errors::missing(&at("metricValue")))?;
    if value.chars().count() > VALUE_MAX {
        let rule = format!("have length less than or equal to {VALUE_MAX}");
        return Err(errors::violated(value, &at("metricValue"), &rule));
    }
    if value.parse::<f64>().is_err() && !value.starts_with('$') {
        return Err(errors::invalid(format!(
            "Invalid metric transformation: '{value}' is no number and no field."
        )));
    }
    let dimensions = dimensions.unwrap_or_default();
    if default_value.is_some() && !dimensions.is_empty() {
        return Err(errors::invalid(
            "Invalid metric transformation: dimensions and default value are mutually exclusive properties.",
        ));
    }
    if dimensions.len() > DIMENSIONS_MAX {
        return Err(errors::invalid(format!(
            "Invalid metric transformation: there are {} dimensions, and {DIMENSIONS_MAX} are the most.",
            dimensions.len()
        )));
    }
    if let Some(unit) = unit.as_ref().filter(|it| !UNITS.contains(&it.as_str())) {
        let rule = format!("satisfy enum value set: [{}]", UNITS.join(", "));
        return Err(errors::violated(unit, &at("unit"), &rule));
    }
    Ok(log_filter::MetricTransformation { metric, namespace, value, default_value, dimensions, unit })
}

/// As AWS's errors show it.
fn written(it: &MetricTransformation) -> String {
    let text = |it: &Option<String>| it.clone().unwrap_or_else(|| "null".to_owned());
    format!(
        "MetricTransformation(metricName={}, metricNamespace={}, metricValue={}, defaultValue={}, dimensions={}, unit={})",
        text(&it.metric_name),
        text(&it.metric_namespace),
        text(&it.metric_value),
        it.default_value.map_or_else(|| "null".to_owned(), |it| format!("{it:?}")),
        it.dimensions.as_ref().map_or_else(|| "null".to_owned(), |it| format!("{it:?}")),
        text(&it.unit),
    )
}

fn metric_part(name: Option<String>, member: &str) -> Result<String, AwsError> {
    let name = name.ok_or_else(|| errors::missing(member))?;
    if name.chars().count() > NAME_MAX {
        let rule = format!("have length less than or equal to {NAME_MAX}");
        return Err(errors::violated(name, member, &rule));
    }
    match name.contains([':', '*', '$']) {
        true => Err(errors::violated(name, member, "satisfy regular expression pattern: [^:*$]*")),
        false => Ok(name),
    }
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeMetricFiltersRequest,
) -> Result<DescribeMetricFiltersResponse, AwsError> {
    let DescribeMetricFiltersRequest {
        filter_name_prefix,
        limit,
        log_group_name,
        metric_name,
        metric_namespace,
        next_token,
    } = request;
    if metric_name.is_some() != metric_namespace.is_some() {
        return Err(errors::invalid("metricName and metricNamespace must be given together."));
    }
    if filter_name_prefix.is_some() && log_group_name.is_none() {
        return Err(errors::invalid("filterNamePrefix needs a logGroupName."));
    }
    let groups = match &log_group_name {
        Some(_) => vec![names::group(call, world, &log_group_name)?],
        None => world.log_groups_of(call.scope),
    };
    let rows = groups.into_iter().flat_map(|group| group.metric_filters.iter().map(move |it| (group, it)));
    let is_meant = |(_, (name, filter)): &(&LogGroup, (&String, &log_filter::MetricFilter))| {
        let of = &filter.transformation;
        filter_name_prefix.as_ref().is_none_or(|it| name.starts_with(it))
            && metric_name.as_ref().is_none_or(|it| *it == of.metric)
            && metric_namespace.as_ref().is_none_or(|it| *it == of.namespace)
    };
    let key = |(group, (name, _)): &(&LogGroup, (&String, _))| format!("{}:{name}", group.name);
    let mut rows: Vec<_> = rows.filter(is_meant).collect();
    rows.sort_by_key(key);
    let (page, next_token) = paging::page(rows.into_iter(), key, (limit, PAGE_MAX), next_token.as_deref())?;
    let metric_filters = page.into_iter().map(|(group, (name, filter))| shown(group, name, filter)).collect();
    Ok(DescribeMetricFiltersResponse { metric_filters, next_token })
}

fn shown(group: &LogGroup, name: &str, filter: &log_filter::MetricFilter) -> MetricFilter {
    let log_filter::MetricFilter { pattern, created: Timestamp(created), transformation: of } = filter;
    MetricFilter {
        apply_on_transformed_logs: Some(false),
        creation_time: Some(*created),
        emit_system_field_dimensions: Vec::new(),
        field_selection_criteria: None,
        filter_name: Some(name.to_owned()),
        filter_pattern: Some(pattern.clone()),
        log_group_name: Some(group.name.clone()),
        metric_transformations: vec![MetricTransformation {
            default_value: of.default_value,
            dimensions: Some(of.dimensions.clone()).filter(|it| !it.is_empty()),
            metric_name: Some(of.metric.clone()),
            metric_namespace: Some(of.namespace.clone()),
            metric_value: Some(of.value.clone()),
            unit: of.unit.clone(),
        }],
    }
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteMetricFilterRequest,
) -> Result<(), AwsError> {
    let DeleteMetricFilterRequest { filter_name, log_group_name } = request;
    let name = names::checked_stream(&filter_name, "filterName")?;
    let gone = names::group_mut(call, world, &log_group_name)?.metric_filters.remove(name);
    gone.map(drop).ok_or_else(|| errors::not_found("The specified metric filter does not exist."))
}

pub(crate) fn test(
    _call: &mut Call,
    _world: &World,
    request: TestMetricFilterRequest,
) -> Result<TestMetricFilterResponse, AwsError> {
    let TestMetricFilterRequest { filter_pattern, log_event_messages } = request;
    let pattern: Pattern = get::pattern(&filter_pattern)?;
    let rule = match log_event_messages.len() {
        0 => Some("have length greater than or equal to 1".to_owned()),
        count => (count > MESSAGES_MAX).then(|| format!("have length less than or equal to {MESSAGES_MAX}")),
    };
    if let Some(rule) = rule {
        let shown = format!("[{}]", log_event_messages.join(", "));
        return Err(errors::violated(shown, "logEventMessages", &rule));
    }
    let matches = (1..).zip(log_event_messages).filter_map(|(number, message)| {
        let extracted = pattern.extract(&message)?;
        Some(MetricFilterMatchRecord {
            event_message: Some(message),
            event_number: Some(number),
            extracted_values: Some(extracted),
        })
    });
    Ok(TestMetricFilterResponse { matches: matches.collect() })
}
