//! Events are read.

use serde_json::{Value, json};

use super::rig::{DAY, NOW, Rig, messages};
use crate::record::pointer;

#[test]
fn a_stream_is_read_from_both_ends_and_tokens_stay_at_the_end() {
    let mut rig = Rig::with_stream();
    let texts: Vec<String> = (0..5).map(|it| it.to_string()).collect();
    let events: Vec<(i64, &str)> =
        texts.iter().zip(0..).map(|(it, place)| (NOW + place, it.as_str())).collect();
    rig.put(&events);
    let mut get = |more: Value| {
        let mut request = json!({"logGroupName": "app", "logStreamName": "one", "limit": 2});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        rig.ok("GetLogEvents", request)
    };
    let newest = get(json!({}));
    assert_eq!(messages(&newest), ["3", "4"]);
    assert_eq!(newest["events"][0], json!({"timestamp": NOW + 3, "message": "3", "ingestionTime": NOW}));
    let before = get(json!({"nextToken": newest["nextBackwardToken"]}));
    assert_eq!(messages(&before), ["1", "2"]);
    assert_eq!(messages(&get(json!({"nextToken": before["nextForwardToken"]}))), ["3", "4"]);
    let end = get(json!({"nextToken": newest["nextForwardToken"]}));
    assert_eq!((messages(&end), &end["nextForwardToken"]), (vec![], &newest["nextForwardToken"]));
    assert_eq!(messages(&get(json!({"nextToken": end["nextBackwardToken"]}))), ["3", "4"]);
    let head = get(json!({"startFromHead": true}));
    assert_eq!(messages(&head), ["0", "1"]);
    let forward = head["nextForwardToken"].as_str().unwrap();
    assert!(forward.starts_with("f/") && forward.ends_with("/s") && forward.len() == 60, "{forward}");
    let within = get(json!({"startFromHead": true, "startTime": NOW + 1, "endTime": NOW + 3, "limit": 9}));
    assert_eq!(messages(&within), ["1", "2"], "the start is in, the end is not");
}

#[test]
fn what_comes_later_is_found_by_a_token_of_before() {
    let mut rig = Rig::with_stream();
    let get = json!({"logGroupName": "app", "logStreamName": "one"});
    let empty = rig.ok("GetLogEvents", get.clone());
    assert_eq!(messages(&empty), Vec::<&str>::new());
    rig.put(&[(NOW, "late")]);
    let token =
        json!({"logGroupName": "app", "logStreamName": "one", "nextToken": empty["nextForwardToken"]});
    assert_eq!(messages(&rig.ok("GetLogEvents", token)), ["late"]);
}

#[test]
fn tokens_and_limits_that_are_none_are_refused() {
    let mut rig = Rig::with_stream();
    rig.ok("CreateLogStream", json!({"logGroupName": "app", "logStreamName": "two"}));
    let other = rig.ok("GetLogEvents", json!({"logGroupName": "app", "logStreamName": "two"}));
    for token in [json!("x"), json!("f/1/s"), other["nextForwardToken"].clone()] {
        let said = rig.refused(
            "GetLogEvents",
            json!({"logGroupName": "app", "logStreamName": "one", "nextToken": token}),
        );
        assert_eq!(said, "InvalidParameterException: The specified nextToken is invalid.");
        let said = rig.refused("FilterLogEvents", json!({"logGroupName": "app", "nextToken": token}));
        assert_eq!(said, "InvalidParameterException: The specified nextToken is invalid.");
    }
    for action in ["GetLogEvents", "FilterLogEvents"] {
        let said =
            rig.refused(action, json!({"logGroupName": "app", "logStreamName": "one", "limit": 10001}));
        assert!(said.ends_with("Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000"));
    }
}

#[test]
fn a_group_s_events_are_found_by_pattern_stream_and_time_in_pages() {
    let mut rig = Rig::with_stream();
    rig.ok("CreateLogStream", json!({"logGroupName": "app", "logStreamName": "two"}));
    rig.put(&[(NOW, "ERROR a"), (NOW + 4, "ERROR b"), (NOW + 6, "fine")]);
    rig.put_into("two", &[(NOW + 2, "ERROR c")]);
    let mut filter = |more: Value| {
        let mut request = json!({"logGroupName": "app"});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        rig.ok("FilterLogEvents", request)
    };
    let found = filter(json!({"filterPattern": "ERROR"}));
    assert_eq!(messages(&found), ["ERROR a", "ERROR c", "ERROR b"]);
    assert_eq!((found.get("nextToken"), &found["searchedLogStreams"]), (None, &json!([])));
    let first = &found["events"][0];
    assert_eq!((&first["logStreamName"], first["eventId"].as_str().unwrap().len()), (&json!("one"), 56));
    assert_eq!(messages(&filter(json!({"logStreamNames": ["two"]}))), ["ERROR c"]);
    assert_eq!(messages(&filter(json!({"logStreamNamePrefix": "o"}))).len(), 3);
    assert_eq!(
        messages(&filter(json!({"startTime": NOW + 2, "endTime": NOW + 4}))),
        ["ERROR c", "ERROR b"],
        "both ends are in"
    );
    assert_eq!(messages(&filter(json!({"startFromHead": false, "limit": 2}))), ["fine", "ERROR b"]);
    let page = filter(json!({"filterPattern": "ERROR", "limit": 2}));
    assert_eq!(messages(&page), ["ERROR a", "ERROR c"]);
    let rest = filter(json!({"filterPattern": "ERROR", "limit": 2, "nextToken": page["nextToken"]}));
    assert_eq!((messages(&rest), rest.get("nextToken")), (vec!["ERROR b"], None));
    let said = rig.refused("FilterLogEvents", json!({"logGroupName": "app", "filterPattern": "[a"}));
    assert_eq!(said, "InvalidParameterException: Invalid filter pattern");
    let said = rig.refused("FilterLogEvents", json!({"logGroupName": "app", "logStreamNames": ["none"]}));
    assert_eq!(said, "ResourceNotFoundException: The specified log stream does not exist.");
}

#[test]
fn a_page_has_a_megabyte_at_most() {
    let mut rig = Rig::with_stream();
    let long = "x".repeat(600_000);
    rig.put(&[(NOW, &long)]);
    rig.put(&[(NOW + 1, &long)]);
    let page = rig.ok("FilterLogEvents", json!({"logGroupName": "app"}));
    assert_eq!(messages(&page).len(), 1);
    let rest = rig.ok("FilterLogEvents", json!({"logGroupName": "app", "nextToken": page["nextToken"]}));
    assert_eq!((messages(&rest).len(), rest.get("nextToken")), (1, None));
}

#[test]
fn what_is_too_old_is_hidden_at_once() {
    let mut rig = Rig::with_stream();
    rig.put(&[(NOW - 2 * DAY, "two days")]);
    rig.put(&[(NOW, "now")]);
    rig.ok("PutRetentionPolicy", json!({"logGroupName": "app", "retentionInDays": 1}));
    assert_eq!(messages(&rig.ok("FilterLogEvents", json!({"logGroupName": "app"}))), ["now"]);
    assert_eq!(
        messages(&rig.ok("GetLogEvents", json!({"logGroupName": "app", "logStreamName": "one"}))),
        ["now"]
    );
}

#[test]
fn a_record_of_a_flow_log_is_found_with_the_fields_of_its_format() {
    let mut rig = Rig::with_stream();
    let message = "2 123456789012 eni-1 10.0.0.1 10.0.0.2 0 0 1 4 336 1432917027 1432917142 REJECT OK";
    rig.put(&[(NOW, message)]);
    let found = rig.ok("FilterLogEvents", json!({"logGroupName": "app"}));
    let (_, _, number) = crate::position::read(found["events"][0]["eventId"].as_str().unwrap()).unwrap();
    let record = rig.ok("GetLogRecord", json!({"logRecordPointer": pointer("123456789012:app", number)}));
    let of = |name: &str| record["logRecord"][name].as_str().map(str::to_owned);
    let wanted = ["eni-1", "10.0.0.1", "336", "REJECT"].map(|it| Some(it.to_owned()));
    assert_eq!(["interfaceId", "srcAddr", "bytes", "action"].map(of), wanted);
    assert_eq!(of("@message").as_deref(), Some(message));
}

#[test]
fn an_event_is_found_by_its_pointer_with_its_fields() {
    let mut rig = Rig::with_stream();
    let message = r#"{"a":{"b":[1,"x"]},"@c":true,"n":null}"#;
    rig.put(&[(NOW, message)]);
    let found = rig.ok("FilterLogEvents", json!({"logGroupName": "app"}));
    let (_, _, number) = crate::position::read(found["events"][0]["eventId"].as_str().unwrap()).unwrap();
    let record = rig.ok("GetLogRecord", json!({"logRecordPointer": pointer("123456789012:app", number)}));
    assert_eq!(
        record["logRecord"],
        json!({
            "@ptr": pointer("123456789012:app", number), "@timestamp": NOW.to_string(), "@ingestionTime": NOW.to_string(),
            "@logStream": "one", "@log": "123456789012:app", "@message": message,
            "a.b.0": "1", "a.b.1": "x", "@@c": "true",
        })
    );
    let said = rig.refused("GetLogRecord", json!({"logRecordPointer": "x"}));
    assert!(said.starts_with("InvalidParameterException"));
    let said =
        rig.refused("GetLogRecord", json!({"logRecordPointer": pointer("123456789012:app", number + 1)}));
    assert!(said.starts_with("ResourceNotFoundException"));
}

#[test]
fn rare_groups_are_not_read_by_these_calls() {
    let mut rig = Rig::new();
    rig.ok("CreateLogGroup", json!({"logGroupName": "app", "logGroupClass": "INFREQUENT_ACCESS"}));
    rig.ok("CreateLogStream", json!({"logGroupName": "app", "logStreamName": "one"}));
    rig.put(&[(NOW, "x")]);
    for action in ["GetLogEvents", "FilterLogEvents"] {
        let said = rig.refused(action, json!({"logGroupName": "app", "logStreamName": "one"}));
        assert!(
            said.starts_with("InvalidOperationException") && said.contains("INFREQUENT_ACCESS"),
            "{said}"
        );
    }
}
