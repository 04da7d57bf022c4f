//! Groups and streams.

use serde_json::json;

use super::rig::{NOW, Rig};

const ARN: &str = "arn:aws:logs:us-west-2:123456789012:log-group:app";

#[test]
fn a_group_is_made_once_described_and_deleted() {
    let mut rig = Rig::new();
    rig.ok("CreateLogGroup", json!({"logGroupName": "app", "tags": {"a": "1"}}));
    let again = rig.refused("CreateLogGroup", json!({"logGroupName": "app"}));
    assert_eq!(again, "ResourceAlreadyExistsException: The specified log group already exists");
    let shown = rig.ok("DescribeLogGroups", json!({}));
    assert_eq!(
        shown,
        json!({"logGroups": [{
            "arn": format!("{ARN}:*"), "creationTime": NOW, "deletionProtectionEnabled": false, "logGroupArn": ARN,
            "logGroupClass": "STANDARD", "logGroupName": "app", "metricFilterCount": 0, "storedBytes": 0,
        }]})
    );
    let short = rig.ok("DescribeLogGroups", json!({"logGroupNamePattern": "pp"}));
    assert_eq!(short["logGroups"][0].get("storedBytes"), None);
    rig.ok("DeleteLogGroup", json!({"logGroupName": "app"}));
    let gone = rig.refused("DeleteLogGroup", json!({"logGroupName": "app"}));
    assert_eq!(gone, "ResourceNotFoundException: The specified log group does not exist.");
}

#[test]
fn names_keep_their_rules() {
    let mut rig = Rig::new();
    let long = rig.refused("CreateLogGroup", json!({"logGroupName": "x".repeat(513)}));
    assert!(
        long.ends_with("Invalid LogGroup or LogStream, both must have length less than or equal to 512."),
        "{long}"
    );
    let spaced = rig.refused("CreateLogGroup", json!({"logGroupName": "a b"}));
    assert!(
        spaced.ends_with(r"Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+"),
        "{spaced}"
    );
    let reserved = rig.refused("CreateLogGroup", json!({"logGroupName": "aws/x"}));
    assert_eq!(reserved, "InvalidParameterException: Log groups starting with AWS/ are reserved for AWS.");
    let class = rig.refused("CreateLogGroup", json!({"logGroupName": "a", "logGroupClass": "COLD"}));
    assert!(class.contains("at 'logGroupClass' failed to satisfy constraint"), "{class}");
    let key = rig.refused("CreateLogGroup", json!({"logGroupName": "a", "kmsKeyId": "arn:aws:kms:x"}));
    assert!(key.starts_with("NotImplemented"), "{key}");
}

#[test]
fn groups_are_found_by_prefix_pattern_class_and_identifier_in_pages() {
    let mut rig = Rig::new();
    for name in ["b", "/aws/vpc", "/aws/lambda/f", "a"] {
        rig.ok("CreateLogGroup", json!({"logGroupName": name}));
    }
    rig.ok("CreateLogGroup", json!({"logGroupName": "rare", "logGroupClass": "INFREQUENT_ACCESS"}));
    let mut names = |body| {
        let found = rig.ok("DescribeLogGroups", body);
        let names: Vec<String> = found["logGroups"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["logGroupName"].as_str().unwrap().to_owned())
            .collect();
        (names.join(" "), found["nextToken"].clone())
    };
    assert_eq!(names(json!({})).0, "/aws/lambda/f /aws/vpc a b rare");
    assert_eq!(names(json!({"logGroupNamePrefix": "/aws"})).0, "/aws/lambda/f /aws/vpc");
    assert_eq!(names(json!({"logGroupNamePattern": "vpc"})).0, "/aws/vpc");
    assert_eq!(names(json!({"logGroupClass": "INFREQUENT_ACCESS"})).0, "rare");
    assert_eq!(names(json!({"logGroupIdentifiers": ["b", "a"]})).0, "a b");
    let (first, token) = names(json!({"limit": 3}));
    assert_eq!(first, "/aws/lambda/f /aws/vpc a");
    assert_eq!(names(json!({"limit": 3, "nextToken": token})), ("b rare".to_owned(), json!(null)));
    let both =
        rig.refused("DescribeLogGroups", json!({"logGroupNamePrefix": "a", "logGroupNamePattern": "a"}));
    assert!(
        both.ends_with("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
    );
    let many = rig.refused("DescribeLogGroups", json!({"limit": 51}));
    assert!(many.ends_with(
        "Value '51' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 50"
    ));
    let token = rig.refused("DescribeLogGroups", json!({"nextToken": "x"}));
    assert_eq!(token, "InvalidParameterException: The specified nextToken is invalid.");
    let listed = rig.ok("ListLogGroups", json!({"logGroupNamePattern": "^/aws|rare"}));
    assert_eq!(listed["logGroups"].as_array().unwrap().len(), 3);
}

#[test]
fn retention_is_one_of_some_numbers_of_days() {
    let mut rig = Rig::new();
    rig.ok("CreateLogGroup", json!({"logGroupName": "app"}));
    let wrong = rig.refused("PutRetentionPolicy", json!({"logGroupName": "app", "retentionInDays": 2}));
    assert!(wrong.contains("Value '2' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [1, 3, 5"));
    rig.ok("PutRetentionPolicy", json!({"logGroupName": "app", "retentionInDays": 7}));
    assert_eq!(rig.ok("DescribeLogGroups", json!({}))["logGroups"][0]["retentionInDays"], 7);
    rig.ok("DeleteRetentionPolicy", json!({"logGroupName": "app"}));
    assert_eq!(rig.ok("DescribeLogGroups", json!({}))["logGroups"][0].get("retentionInDays"), None);
}

#[test]
fn a_protected_group_keeps_itself_and_its_streams() {
    let mut rig = Rig::with_stream();
    rig.ok(
        "PutLogGroupDeletionProtection",
        json!({"logGroupIdentifier": ARN, "deletionProtectionEnabled": true}),
    );
    assert!(rig.refused("DeleteLogGroup", json!({"logGroupName": "app"})).starts_with("ValidationException"));
    let stream = json!({"logGroupName": "app", "logStreamName": "one"});
    assert!(rig.refused("DeleteLogStream", stream).starts_with("ValidationException"));
    rig.ok(
        "PutLogGroupDeletionProtection",
        json!({"logGroupIdentifier": "app", "deletionProtectionEnabled": false}),
    );
    rig.ok("DeleteLogGroup", json!({"logGroupName": "app"}));
}

#[test]
fn tags_come_and_go_by_both_generations_of_calls() {
    let mut rig = Rig::new();
    rig.ok("CreateLogGroup", json!({"logGroupName": "app", "tags": {"a": "1"}}));
    rig.ok("TagResource", json!({"resourceArn": ARN, "tags": {"b": "2"}}));
    rig.ok("TagLogGroup", json!({"logGroupName": "app", "tags": {"c": "3"}}));
    rig.ok("UntagResource", json!({"resourceArn": ARN, "tagKeys": ["a"]}));
    rig.ok("UntagLogGroup", json!({"logGroupName": "app", "tags": ["c"]}));
    assert_eq!(rig.ok("ListTagsForResource", json!({"resourceArn": ARN})), json!({"tags": {"b": "2"}}));
    assert_eq!(rig.ok("ListTagsLogGroup", json!({"logGroupName": "app"})), json!({"tags": {"b": "2"}}));
    for (arn, code) in
        [(format!("{ARN}:*"), "InvalidParameterException"), (format!("{ARN}x"), "ResourceNotFoundException")]
    {
        assert!(rig.refused("ListTagsForResource", json!({"resourceArn": arn})).starts_with(code));
    }
}

#[test]
fn streams_come_go_and_are_described() {
    let mut rig = Rig::with_stream();
    let again = rig.refused("CreateLogStream", json!({"logGroupName": "app", "logStreamName": "one"}));
    assert_eq!(again, "ResourceAlreadyExistsException: The specified log stream already exists");
    let bad = rig.refused("CreateLogStream", json!({"logGroupName": "app", "logStreamName": "a:b"}));
    assert!(bad.ends_with("satisfy regular expression pattern: [^:*]*"), "{bad}");
    let nowhere = rig.refused("CreateLogStream", json!({"logGroupName": "none", "logStreamName": "a"}));
    assert_eq!(nowhere, "ResourceNotFoundException: The specified log group does not exist.");
    let fresh = json!({"arn": format!("{ARN}:log-stream:one"), "creationTime": NOW, "logStreamName": "one", "storedBytes": 0});
    assert_eq!(rig.ok("DescribeLogStreams", json!({"logGroupName": "app"})), json!({"logStreams": [fresh]}));
    rig.put(&[(NOW - 5, "x"), (NOW - 2, "y")]);
    let shown = rig.ok("DescribeLogStreams", json!({"logGroupIdentifier": ARN}));
    let shown = &shown["logStreams"][0];
    assert_eq!(
        (&shown["firstEventTimestamp"], &shown["lastEventTimestamp"]),
        (&json!(NOW - 5), &json!(NOW - 2))
    );
    assert_eq!(shown["lastIngestionTime"], NOW);
    let both = rig.refused("DescribeLogStreams", json!({"logGroupName": "app", "logGroupIdentifier": ARN}));
    assert_eq!(
        both,
        "ValidationException: LogGroup name and LogGroup ARN are mutually exclusive parameters."
    );
    let order = json!({"logGroupName": "app", "orderBy": "LastEventTime", "logStreamNamePrefix": "o"});
    let order = rig.refused("DescribeLogStreams", order);
    assert!(order.ends_with("Cannot order by LastEventTime with a logStreamNamePrefix."));
    for name in ["two", "three"] {
        rig.ok("CreateLogStream", json!({"logGroupName": "app", "logStreamName": name}));
    }
    let first = rig.ok("DescribeLogStreams", json!({"logGroupName": "app", "limit": 2}));
    assert_eq!(first["logStreams"].as_array().unwrap().len(), 2);
    let rest = rig.ok("DescribeLogStreams", json!({"logGroupName": "app", "nextToken": first["nextToken"]}));
    assert_eq!(rest["logStreams"][0]["logStreamName"], "two");
    rig.ok("DeleteLogStream", json!({"logGroupName": "app", "logStreamName": "one"}));
    let gone = rig.refused("DeleteLogStream", json!({"logGroupName": "app", "logStreamName": "one"}));
    assert_eq!(gone, "ResourceNotFoundException: The specified log stream does not exist.");
}
