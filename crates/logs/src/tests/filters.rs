//! Filters, policies and kept queries.

use serde_json::{Value, json};

use super::rig::{NOW, Rig};

fn metric(name: &str, pattern: &str) -> Value {
    let transformation = json!({"metricName": "m", "metricNamespace": "n", "metricValue": "1"});
    json!({"logGroupName": "app", "filterName": name, "filterPattern": pattern, "metricTransformations": [transformation]})
}

#[test]
fn metric_filters_come_go_and_are_counted() {
    let mut rig = Rig::with_stream();
    rig.ok("PutMetricFilter", metric("errors", "ERROR"));
    rig.ok("PutMetricFilter", metric("warnings", "WARN"));
    assert_eq!(rig.ok("DescribeLogGroups", json!({}))["logGroups"][0]["metricFilterCount"], 2);
    let found = rig.ok("DescribeMetricFilters", json!({"logGroupName": "app", "filterNamePrefix": "e"}));
    assert_eq!(
        found,
        json!({"metricFilters": [{
            "applyOnTransformedLogs": false, "creationTime": NOW, "filterName": "errors", "filterPattern": "ERROR",
            "logGroupName": "app",
            "metricTransformations": [{"metricName": "m", "metricNamespace": "n", "metricValue": "1"}],
        }]})
    );
    let by_metric = json!({"metricName": "m", "metricNamespace": "n", "limit": 1});
    assert!(rig.ok("DescribeMetricFilters", by_metric)["nextToken"].is_string());
    assert!(rig.refused("DescribeMetricFilters", json!({"metricName": "m"})).starts_with("InvalidParameter"));
    rig.ok("DeleteMetricFilter", json!({"logGroupName": "app", "filterName": "errors"}));
    let gone = rig.refused("DeleteMetricFilter", json!({"logGroupName": "app", "filterName": "errors"}));
    assert_eq!(gone, "ResourceNotFoundException: The specified metric filter does not exist.");
}

#[test]
fn metric_filters_have_their_bounds() {
    let mut rig = Rig::with_stream();
    let with = |change: fn(&mut Value)| {
        let mut request = metric("f", "a");
        change(&mut request["metricTransformations"]);
        request
    };
    let two = rig.refused(
        "PutMetricFilter",
        with(|it| {
            let one = it[0].clone();
            it.as_array_mut().unwrap().push(one);
        }),
    );
    assert!(two.contains("at 'metricTransformations' failed to satisfy constraint: Member must have length less than or equal to 1"), "{two}");
    let both = rig.refused(
        "PutMetricFilter",
        with(|it| {
            it[0]["defaultValue"] = json!(0);
            it[0]["dimensions"] = json!({"a": "$a"});
        }),
    );
    assert!(both.ends_with("dimensions and default value are mutually exclusive properties."), "{both}");
    assert!(
        rig.refused("PutMetricFilter", with(|it| it[0]["metricValue"] = json!("x"))).contains("is no number")
    );
    assert!(
        rig.refused("PutMetricFilter", with(|it| it[0]["unit"] = json!("Miles"))).contains("enum value set")
    );
    for number in 0..5 {
        rig.ok("PutMetricFilter", metric(&format!("f{number}"), "%a%"));
    }
    rig.ok("PutMetricFilter", metric("f0", "%b%"));
    assert_eq!(
        rig.refused("PutMetricFilter", metric("f5", "%a%")),
        "LimitExceededException: Resource limit exceeded."
    );
    for number in 5..100 {
        rig.ok("PutMetricFilter", metric(&format!("f{number}"), "a"));
    }
    assert!(rig.refused("PutMetricFilter", metric("more", "a")).starts_with("LimitExceededException"));
}

#[test]
fn a_pattern_is_tested_with_what_it_finds() {
    let mut rig = Rig::new();
    let request = json!({
        "filterPattern": "[ip, id, user, time, request, status=4*, size]",
        "logEventMessages": [
            r#"127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /a HTTP/1.0" 200 1534"#,
            r#"127.0.0.1 - frank [10/Oct/2000:13:35:22 -0700] "GET /b HTTP/1.0" 404 55"#,
        ],
    });
    let found = rig.ok("TestMetricFilter", request);
    let [only] = &found["matches"].as_array().unwrap()[..] else { panic!("{found}") };
    assert_eq!(only["eventNumber"], 2);
    assert_eq!(only["extractedValues"]["$request"], "GET /b HTTP/1.0");
    assert_eq!(only["extractedValues"]["$status"], "404");
    let json = json!({"filterPattern": "{ $.a = 1 }", "logEventMessages": [r#"{"a":1}"#]});
    assert_eq!(rig.ok("TestMetricFilter", json)["matches"][0]["extractedValues"], json!({"$.a": "1"}));
    let bad = rig.refused("TestMetricFilter", json!({"filterPattern": "a-b", "logEventMessages": ["x"]}));
    assert_eq!(bad, "InvalidParameterException: Invalid character(s) in term 'a-b'");
}

#[test]
fn subscription_filters_are_two_at_most() {
    let mut rig = Rig::with_stream();
    let put = |name: &str, arn: &str| json!({"logGroupName": "app", "filterName": name, "filterPattern": "", "destinationArn": arn});
    let function = "arn:aws:lambda:us-west-2:123456789012:function:f";
    rig.ok("PutSubscriptionFilter", put("a", function));
    rig.ok("PutSubscriptionFilter", put("b", function));
    assert_eq!(
        rig.refused("PutSubscriptionFilter", put("c", function)),
        "LimitExceededException: Resource limit exceeded."
    );
    let kinesis =
        rig.refused("PutSubscriptionFilter", put("a", "arn:aws:kinesis:us-west-2:123456789012:stream/s"));
    assert!(
        kinesis.ends_with("destinationArn for vendor kinesis cannot be used without roleArn"),
        "{kinesis}"
    );
    let found = rig.ok("DescribeSubscriptionFilters", json!({"logGroupName": "app"}));
    assert_eq!(found["subscriptionFilters"].as_array().unwrap().len(), 2);
    assert_eq!(found["subscriptionFilters"][0]["distribution"], "ByLogStream");
    rig.ok("DeleteSubscriptionFilter", json!({"logGroupName": "app", "filterName": "a"}));
    let gone = rig.refused("DeleteSubscriptionFilter", json!({"logGroupName": "app", "filterName": "a"}));
    assert_eq!(gone, "ResourceNotFoundException: The specified subscription filter does not exist.");
}

#[test]
fn policies_of_an_account_are_ten_at_most() {
    let mut rig = Rig::new();
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"es.amazonaws.com"},"Action":"logs:PutLogEvents","Resource":"*"}]}"#;
    for number in 0..10 {
        rig.ok("PutResourcePolicy", json!({"policyName": format!("p{number}"), "policyDocument": document}));
    }
    let more = rig.refused("PutResourcePolicy", json!({"policyName": "more", "policyDocument": document}));
    assert_eq!(more, "LimitExceededException: Resource limit exceeded.");
    let all = rig.ok("DescribeResourcePolicies", json!({}));
    assert_eq!(all["resourcePolicies"].as_array().unwrap().len(), 10);
    assert_eq!(all["resourcePolicies"][0]["policyDocument"], document);
    rig.ok("DeleteResourcePolicy", json!({"policyName": "p0"}));
    let gone = rig.refused("DeleteResourcePolicy", json!({"policyName": "p0"}));
    assert_eq!(gone, "ResourceNotFoundException: Policy with name [p0] does not exist.");
    assert!(
        rig.refused("PutResourcePolicy", json!({"policyName": "x", "policyDocument": "{"}))
            .starts_with("InvalidParameter")
    );
}

#[test]
fn queries_are_kept_changed_whole_and_forgotten() {
    let mut rig = Rig::new();
    let put = json!({"name": "vpc/top", "queryString": "fields @message", "logGroupNames": ["app"]});
    let id = rig.ok("PutQueryDefinition", put)["queryDefinitionId"].clone();
    rig.ok(
        "PutQueryDefinition",
        json!({"name": "vpc/top", "queryString": "limit 1", "queryDefinitionId": id}),
    );
    let found = rig.ok("DescribeQueryDefinitions", json!({"queryDefinitionNamePrefix": "vpc/"}));
    let wanted = json!({"queryDefinitions": [{
        "lastModified": NOW, "logGroupNames": [], "name": "vpc/top", "queryDefinitionId": id, "queryLanguage": "CWLI",
        "queryString": "limit 1",
    }]});
    assert_eq!(found, wanted);
    assert_eq!(rig.ok("DeleteQueryDefinition", json!({"queryDefinitionId": id})), json!({"success": true}));
    let gone = rig.refused("DeleteQueryDefinition", json!({"queryDefinitionId": id}));
    assert!(gone.starts_with("ResourceNotFoundException"));
    let changed =
        rig.refused("PutQueryDefinition", json!({"name": "x", "queryString": "y", "queryDefinitionId": id}));
    assert!(changed.starts_with("ResourceNotFoundException"));
}
