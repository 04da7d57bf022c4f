//! Calls of the service.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use awsproto::metering::{Measurement, Meter as _, Reading};
use awsproto::testing::{self, JsonCaller};
use awsproto::{AwsError, Beside, Call, Handler, Input, Timestamp};
use model::World;
use serde_json::{Value, json};

use crate::Metrics;

/// Noon of 2024-09-24, in seconds.
const NOON: i64 = 1_727_179_200;

struct Caller {
    call: Call,
    metrics: Arc<Metrics>,
}

impl Caller {
    fn new() -> Caller {
        Caller { call: testing::call("us-west-2", 1), metrics: Arc::default() }
    }

    fn send(&self, action: &str, body: Value) -> Result<Value, AwsError> {
        let row = crate::API.find(action)?;
        let Handler::Beside { handle, .. } = row.handler else {
            return JsonCaller::new(&crate::API, "us-west-2").send(action, &body);
        };
        let request = (row.decode)(&Input::Json(body))?;
        let beside = Beside::default().with(Arc::clone(&self.metrics));
        let mut answering = handle(self.call.clone(), Arc::new(World::default()), &beside, request);
        match answering.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => Ok(serde_json::from_str(&answer?.body).unwrap_or_default()),
            Poll::Pending => panic!("{action} waits for something"),
        }
    }

    #[track_caller]
    fn ok(&self, action: &str, body: Value) -> Value {
        self.send(action, body).unwrap_or_else(|error| panic!("{action} was refused: {error}"))
    }

    #[track_caller]
    fn refused(&self, action: &str, body: Value) -> String {
        self.send(action, body).expect_err("it is refused").to_string()
    }

    #[track_caller]
    fn put(&self, data: Value) {
        self.ok("PutMetricData", json!({"Namespace": "app", "MetricData": data}));
    }

    fn sums(&self, more: Value) -> Value {
        let mut asked = json!({
            "Namespace": "app", "MetricName": "m", "StartTime": NOON - 600, "EndTime": NOON + 60, "Period": 60,
            "Statistics": ["Sum", "SampleCount", "Average", "Minimum", "Maximum"],
        });
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.ok("GetMetricStatistics", asked)["Datapoints"].clone()
    }
}

fn query(id: &str, stat: &str) -> Value {
    json!({"Id": id, "MetricStat": {"Metric": {"Namespace": "app", "MetricName": "m"}, "Period": 60, "Stat": stat}})
}

fn data(queries: Value) -> Value {
    json!({"MetricDataQueries": queries, "StartTime": NOON - 600, "EndTime": NOON + 60})
}

#[test]
fn what_is_put_is_there_by_the_minute() {
    let caller = Caller::new();
    caller.put(json!([{"MetricName": "m", "Value": 1.5}, {"MetricName": "m", "Value": 2.5}]));
    caller.put(json!([{"MetricName": "m", "Timestamp": NOON - 61, "Values": [1, 2], "Counts": [3, 1]}]));
    let points = caller.sums(json!({}));
    let at = |time: i64, sum: f64, count: f64, least: f64, most: f64| {
        json!({"Average": sum / count, "Maximum": most, "Minimum": least, "SampleCount": count, "Sum": sum,
            "Timestamp": time, "Unit": "None"})
    };
    assert_eq!(points, json!([at(NOON - 120, 5.0, 4.0, 1.0, 2.0), at(NOON, 4.0, 2.0, 1.5, 2.5)]));
    let longer = caller.sums(json!({"Period": 300, "Statistics": ["Sum"]}));
    assert_eq!(longer.as_array().unwrap().len(), 2, "from {} on", NOON - 600);
    assert_eq!(longer[0]["Timestamp"], NOON - 300);
}

#[test]
fn a_metric_is_its_namespace_name_and_dimensions_in_any_order() {
    let caller = Caller::new();
    let dimension = |name: &str, value: &str| json!({"Name": name, "Value": value});
    let (a, b) = (dimension("a", "1"), dimension("b", "2"));
    caller.put(json!([{"MetricName": "m", "Value": 1, "Dimensions": [a, b]}]));
    caller.put(json!([{"MetricName": "m", "Value": 2, "Dimensions": [b, a]}]));
    assert_eq!(caller.sums(json!({})), json!([]), "without dimensions it is another");
    assert_eq!(caller.sums(json!({"Dimensions": [b, a]}))[0]["Sum"], 3.0);
    let found = caller.ok("ListMetrics", json!({"Namespace": "app"}));
    assert_eq!(
        found,
        json!({"Metrics": [{"Dimensions": [a, b], "MetricName": "m", "Namespace": "app"}], "OwningAccounts": []})
    );
    assert_eq!(caller.ok("ListMetrics", json!({"Dimensions": [{"Name": "c"}]}))["Metrics"], json!([]));
    assert_eq!(
        caller.ok("ListMetrics", json!({"Dimensions": [{"Name": "b"}]}))["Metrics"][0]["MetricName"],
        "m"
    );
    let mut elsewhere = Caller { call: testing::call("us-east-1", 1), metrics: Arc::clone(&caller.metrics) };
    assert_eq!(elsewhere.ok("ListMetrics", json!({}))["Metrics"], json!([]));
    elsewhere.call = testing::call("us-west-2", 1);
    elsewhere.call.scope.account = "222222222222".parse().unwrap();
    assert_eq!(elsewhere.ok("ListMetrics", json!({}))["Metrics"], json!([]));
}

#[test]
fn metrics_are_listed_in_pages_and_by_when_they_were_last_seen() {
    let mut caller = Caller::new();
    let names: Vec<Value> =
        (0..501).map(|it| json!({"MetricName": format!("m{it:03}"), "Value": 1})).collect();
    caller.put(json!(names));
    let first = caller.ok("ListMetrics", json!({}));
    assert_eq!(first["Metrics"].as_array().unwrap().len(), 500);
    let rest = caller.ok("ListMetrics", json!({"NextToken": first["NextToken"]}));
    assert_eq!((rest["Metrics"][0]["MetricName"].as_str(), rest.get("NextToken")), (Some("m500"), None));
    assert!(caller.refused("ListMetrics", json!({"NextToken": "x"})).starts_with("InvalidParameterValue"));
    caller.call.now = Timestamp((NOON + 4 * 3600) * 1000);
    assert_eq!(caller.ok("ListMetrics", json!({"RecentlyActive": "PT3H"}))["Metrics"], json!([]));
}

#[test]
fn units_are_kept_apart() {
    let caller = Caller::new();
    caller.put(json!([{"MetricName": "m", "Value": 1, "Unit": "Bytes"}, {"MetricName": "m", "Value": 2, "Unit": "Count"}]));
    assert_eq!(caller.sums(json!({})).as_array().unwrap().len(), 2);
    assert_eq!(caller.sums(json!({"Unit": "Count"}))[0]["Sum"], 2.0);
    assert_eq!(caller.sums(json!({"Unit": "Percent"})), json!([]));
}

#[test]
fn data_of_many_metrics_comes_newest_first_and_in_pages() {
    let caller = Caller::new();
    for minute in 0..3 {
        caller.put(json!([{"MetricName": "m", "Value": minute, "Timestamp": NOON - 60 * minute}]));
    }
    let found = caller.ok("GetMetricData", data(json!([query("a", "Sum"), query("b", "SampleCount")])));
    let result = |id: &str, values: Value| {
        json!({"Id": id, "Label": "m", "Messages": [], "StatusCode": "Complete",
            "Timestamps": [NOON, NOON - 60, NOON - 120], "Values": values})
    };
    let expected = json!([result("a", json!([0.0, 1.0, 2.0])), result("b", json!([1.0, 1.0, 1.0]))]);
    assert_eq!(found, json!({"Messages": [], "MetricDataResults": expected}));
    let mut asked = data(json!([query("a", "Sum"), query("b", "Maximum")]));
    asked["MaxDatapoints"] = json!(2);
    asked["ScanBy"] = json!("TimestampAscending");
    let mut values = Vec::new();
    for _ in 0..3 {
        let page = caller.ok("GetMetricData", asked.clone());
        for result in page["MetricDataResults"].as_array().unwrap() {
            values.extend(result["Values"].as_array().unwrap().clone());
        }
        asked["NextToken"] = page["NextToken"].clone();
    }
    assert_eq!(json!(values), json!([2.0, 1.0, 0.0, 2.0, 1.0, 0.0]));
    assert!(asked["NextToken"].is_null());
    asked["NextToken"] = json!("data1:9:0");
    assert!(caller.refused("GetMetricData", asked).starts_with("InvalidNextToken"));
}

#[test]
fn percentiles_are_asked_for_by_name() {
    let caller = Caller::new();
    let values: Vec<i32> = (1..=100).collect();
    caller.put(json!([{"MetricName": "m", "Values": values}]));
    let asked = json!({"Namespace": "app", "MetricName": "m", "StartTime": NOON, "EndTime": NOON + 60, "Period": 60,
        "ExtendedStatistics": ["p90"]});
    assert_eq!(
        caller.ok("GetMetricStatistics", asked)["Datapoints"][0]["ExtendedStatistics"],
        json!({"p90": 90.0})
    );
    let found = caller.ok("GetMetricData", data(json!([query("a", "p50")])));
    assert_eq!(found["MetricDataResults"][0]["Values"], json!([50.0]));
}

#[test]
fn what_is_wrong_is_told_in_aws_s_words() {
    let caller = Caller::new();
    let put = |data: Value| caller.refused("PutMetricData", json!({"Namespace": "app", "MetricData": data}));
    let reserved = json!({"Namespace": "AWS/EC2", "MetricData": [{"MetricName": "m", "Value": 1}]});
    assert_eq!(
        caller.refused("PutMetricData", reserved),
        "InvalidParameterValueException: The value AWS/ for parameter Namespace is invalid."
    );
    assert!(put(json!([])).starts_with("MissingRequiredParameterException"));
    assert!(put(json!([{"MetricName": "m"}])).contains("MetricData.member.1.Value is required"));
    let both = put(json!([{"MetricName": "m", "Value": 1, "Values": [1]}]));
    assert!(both.starts_with("InvalidParameterCombinationException"), "{both}");
    let old = put(json!([{"MetricName": "m", "Value": 1, "Timestamp": NOON - 15 * 86_400}]));
    assert!(old.ends_with("must specify a time within the past two weeks."), "{old}");
    let new = put(json!([{"MetricName": "m", "Value": 1, "Timestamp": NOON + 7201}]));
    assert!(new.ends_with("no more than two hours in the future."), "{new}");
    assert!(put(json!([{"MetricName": "m", "Value": 1e120}])).starts_with("InvalidParameterValue"));
    assert!(
        put(json!([{"MetricName": "m", "Value": 1, "Unit": "Miles"}]))
            .starts_with("ValidationError: 1 validation")
    );
    assert!(put(json!([{"MetricName": "m", "Value": 1, "StorageResolution": 1}])).contains("implement"));
    let asked = |more: Value| {
        let mut asked = json!({"Namespace": "app", "MetricName": "m", "StartTime": NOON - 600, "EndTime": NOON, "Period": 60,
            "Statistics": ["Sum"]});
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        caller.refused("GetMetricStatistics", asked)
    };
    assert_eq!(
        asked(json!({"StartTime": NOON - 60 * 1608})),
        "InvalidParameterCombinationException: You have requested up to 1,608 datapoints, which exceeds the limit of \
         1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range."
    );
    assert!(asked(json!({"Period": 90})).ends_with("The parameter Period must be a multiple of 60."));
    assert!(asked(json!({"StartTime": NOON})).ends_with("must be less than the parameter EndTime."));
    assert!(asked(json!({"Statistics": []})).starts_with("ValidationError"));
    let data_of = |queries: Value| caller.refused("GetMetricData", data(queries));
    assert!(data_of(json!([query("A", "Sum")])).contains("expected pattern ^[a-z][a-zA-Z0-9_]*$"));
    assert!(data_of(json!([query("a", "Sum"), query("a", "Sum")])).ends_with("are not unique."));
    assert!(data_of(json!([{"Id": "e", "Expression": "m1 / 2"}])).contains("metric math"));
    assert!(data_of(json!([])).starts_with("ValidationError"));
}

#[test]
fn there_are_no_alarms_and_no_dashboards() {
    let caller = Caller::new();
    assert_eq!(caller.ok("DescribeAlarms", json!({}))["MetricAlarms"], json!([]));
    assert_eq!(
        caller.refused("PutMetricAlarm", json!({})).split(':').next(),
        Some("NotImplementedException")
    );
}

#[test]
fn a_meter_s_numbers_are_metrics_like_others() {
    let caller = Caller::new();
    let measurement = |reading| Measurement {
        scope: caller.call.scope,
        namespace: "app".to_owned(),
        metric: "m".to_owned(),
        dimensions: Vec::new(),
        unit: None,
        at: caller.call.now,
        reading,
    };
    caller.metrics.measure(vec![measurement(Reading::Otherwise(0.0))]);
    assert_eq!(caller.sums(json!({}))[0]["SampleCount"], 1.0);
    caller.metrics.measure(vec![measurement(Reading::Value(4.0)), measurement(Reading::Value(5.0))]);
    let points = caller.sums(json!({}));
    assert_eq!((&points[0]["SampleCount"], &points[0]["Minimum"]), (&json!(2.0), &json!(4.0)));
}
