//! A metric filter counts: which numbers come of events.
//!
//! Follows "Creating metrics from log events using filters" and "Publishing dimensions with metrics" (Amazon CloudWatch Logs User
//! Guide). A number is of the minute in which its event happened. What AWS's pages leave open is in `docs/facts.md`.

use std::collections::{BTreeMap, BTreeSet};

use awsproto::metering::{Measurement, Reading};
use model::Scope;
use model::log_filter::MetricTransformation;

use super::minute;
use crate::pattern::{Pattern, Selector};

/// Where a value is, in what a message has.
enum Field<'a> {
    /// `$bytes`: of a line with spaces between its fields.
    Named(&'a str),
    /// `$.bytes`: of JSON.
    Selected(Selector),
    /// It is in no message.
    Nowhere,
}

impl<'a> Field<'a> {
    fn of(text: &'a str, pattern: &Pattern) -> Field<'a> {
        match pattern.is_about_json() {
            true => Selector::parse(text).map_or(Field::Nowhere, Field::Selected),
            false => Field::Named(text),
        }
    }

    fn find(&self, found: &Found) -> Option<String> {
        match self {
            Field::Named(name) => found.fields.get(*name).cloned(),
            Field::Selected(selector) => selector.find(&found.json),
            Field::Nowhere => None,
        }
    }
}

/// What a message that matches has.
struct Found {
    fields: BTreeMap<String, String>,
    /// Null if nobody asks for parts of it.
    json: serde_json::Value,
}

/// The numbers of one filter, of events that come together.
pub(super) fn count(
    scope: Scope,
    pattern: &Pattern,
    of: &MetricTransformation,
    events: &[(i64, String)],
) -> Vec<Measurement> {
    let constant = of.value.parse::<f64>().ok();
    let value = Field::of(&of.value, pattern);
    let dimensions: Vec<(&String, Field<'_>)> =
        of.dimensions.iter().map(|(name, field)| (name, Field::of(field, pattern))).collect();
    let measurement = |time: i64, dimensions: Vec<(String, String)>, reading: Reading| Measurement {
        scope,
        namespace: of.namespace.clone(),
        metric: of.metric.clone(),
        dimensions,
        unit: of.unit.clone(),
        at: minute(time),
        reading,
    };
    let (mut measurements, mut others) = (Vec::new(), BTreeSet::new());
    for (time, message) in events {
        let Some(fields) = pattern.extract(message) else {
            others.insert(minute(*time));
            continue;
        };
        let is_looked_into = pattern.is_about_json() && (constant.is_none() || !dimensions.is_empty());
        let json = is_looked_into.then(|| serde_json::from_str(message).unwrap_or_default());
        let found = Found { fields, json: json.unwrap_or_default() };
        let number = constant.or_else(|| value.find(&found)?.parse().ok()).filter(|it| it.is_finite());
        let named = dimensions.iter().map(|(name, field)| Some(((*name).clone(), field.find(&found)?)));
        // An event that has not all that is asked for is in no metric.
        if let (Some(number), Some(dimensions)) = (number, named.collect()) {
            measurements.push(measurement(*time, dimensions, Reading::Value(number)));
        }
    }
    // "the value reported … during a period when logs are ingested but no matching logs are found".
    if let Some(default) = of.default_value {
        let of_minute = |it: &awsproto::Timestamp| measurement(it.0, Vec::new(), Reading::Otherwise(default));
        measurements.extend(others.iter().map(of_minute));
    }
    measurements
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    #[test]
    fn each_event_that_matches_counts_in_its_own_minute() {
        let of = transformation("1", None, &[]);
        let events = events(&[(5, "ERROR a"), (6, "fine"), (MINUTE, "ERROR b")]);
        let found = numbers("ERROR", &of, &events);
        assert_eq!(found, [(0, 1.0, String::new()), (MINUTE, 1.0, String::new())]);
    }

    #[test]
    fn a_value_is_a_field_s_and_what_is_no_number_counts_nothing() {
        let events = events(&[(0, "a 12"), (1, "b many"), (2, "c")]);
        assert_eq!(
            numbers("[who, bytes]", &transformation("$bytes", None, &[]), &events),
            [(0, 12.0, String::new())]
        );
        let json =
            self::events(&[(0, r#"{"a":1,"b":{"c":[7.5]}}"#), (1, r#"{"a":1}"#), (2, r#"{"a":2,"b":1}"#)]);
        let of = transformation("$.b.c[0]", None, &[]);
        assert_eq!(numbers("{ $.a = 1 }", &of, &json), [(0, 7.5, String::new())]);
    }

    #[test]
    fn dimensions_are_fields_and_an_event_without_one_is_in_no_metric() {
        let of = transformation("1", None, &[("Host", "$.host"), ("Code", "$.code")]);
        let json = events(&[(0, r#"{"a":1,"host":"h","code":404}"#), (1, r#"{"a":1,"host":"h"}"#)]);
        assert_eq!(numbers("{ $.a = 1 }", &of, &json), [(0, 1.0, "Code=404 Host=h".to_owned())]);
        let of = transformation("1", None, &[("Host", "$host")]);
        assert_eq!(
            numbers("[host, code=4*]", &of, &events(&[(0, "h 404"), (1, "i 200")])),
            [(0, 1.0, "Host=h".to_owned())]
        );
    }

    #[test]
    fn a_minute_with_other_events_alone_has_the_default_value() {
        let of = transformation("1", Some(0.0), &[]);
        let events = events(&[(0, "fine"), (1, "fine"), (MINUTE, "ERROR"), (MINUTE + 1, "fine")]);
        let found = count(scope(), &Pattern::parse("ERROR").unwrap(), &of, &events);
        let readings: Vec<(i64, Reading)> = found.iter().map(|it| (it.at.0, it.reading)).collect();
        let otherwise = |at| (at, Reading::Otherwise(0.0));
        assert_eq!(readings, [(MINUTE, Reading::Value(1.0)), otherwise(0), otherwise(MINUTE)]);
    }

    fn scope() -> Scope {
        awsproto::testing::call("us-west-2", 1).scope
    }

    fn events(events: &[(i64, &str)]) -> Vec<(i64, String)> {
        events.iter().map(|(time, message)| (*time, (*message).to_owned())).collect()
    }

    fn transformation(
        value: &str,
        default_value: Option<f64>,
        dimensions: &[(&str, &str)],
    ) -> MetricTransformation {
        MetricTransformation {
            metric: "m".to_owned(),
            namespace: "app".to_owned(),
            value: value.to_owned(),
            default_value,
            dimensions: dimensions.iter().map(|(name, it)| ((*name).to_owned(), (*it).to_owned())).collect(),
            unit: None,
        }
    }

    /// When, how much, and by which dimensions.
    fn numbers(
        pattern: &str,
        of: &MetricTransformation,
        events: &[(i64, String)],
    ) -> Vec<(i64, f64, String)> {
        let shown = |it: Measurement| {
            let pairs: Vec<String> =
                it.dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let Reading::Value(number) = it.reading else { panic!("a default value") };
            (it.at.0, number, pairs.join(" "))
        };
        count(scope(), &Pattern::parse(pattern).unwrap(), of, events).into_iter().map(shown).collect()
    }
}
