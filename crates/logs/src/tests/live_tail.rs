//! Events as they come.

use std::time::{Duration, Instant};

use awsproto::event_stream::EventSource;
use serde_json::{Value, json};

use super::rig::{NOW, Rig};

const APP: &str = "arn:aws:logs:us-west-2:123456789012:log-group:app";

#[test]
fn a_session_begins_with_what_it_is_about_and_then_tells_each_second_what_came() {
    let mut rig = Rig::with_stream();
    rig.put(&[(NOW, "before")]);
    let mut tail = rig.tail(json!({"logGroupIdentifiers": [APP], "logEventFilterPattern": "ERROR"})).unwrap();
    assert_eq!(rig.next(&mut tail), ("initial-response".to_owned(), json!({})));
    let (name, start) = rig.next(&mut tail);
    assert_eq!(name, "sessionStart");
    assert_eq!(start["logGroupIdentifiers"], json!([APP]));
    assert_eq!((&start["logEventFilterPattern"], &start["logStreamNames"]), (&json!("ERROR"), &json!([])));
    assert!(start["sessionId"].as_str().is_some_and(|it| it.len() == 36), "{start}");
    assert!(start["requestId"].is_string(), "{start}");

    rig.put(&[(NOW - 5, "an ERROR"), (NOW, "all is well")]);
    let began = Instant::now();
    let (name, update) = rig.next(&mut tail);
    let event = json!({
        "ingestionTime": NOW, "logGroupIdentifier": APP, "logStreamName": "one", "message": "an ERROR",
        "timestamp": NOW - 5,
    });
    assert_eq!((name.as_str(), &update["sessionResults"]), ("sessionUpdate", &json!([event])));
    assert_eq!(update["sessionMetadata"], json!({"sampled": false}));
    assert!(began.elapsed() < Duration::from_millis(1_500), "{:?}", began.elapsed());
    let (name, update) = rig.next(&mut tail);
    assert_eq!((name.as_str(), &update["sessionResults"]), ("sessionUpdate", &json!([])));
}

#[test]
fn several_groups_or_streams_of_one_by_names_or_prefixes() {
    let mut rig = Rig::with_stream();
    for group in ["app", "web", "other"] {
        if group != "app" {
            rig.ok("CreateLogGroup", json!({"logGroupName": group}));
        }
        for stream in ["a-1", "a-2", "b"] {
            rig.ok("CreateLogStream", json!({"logGroupName": group, "logStreamName": stream}));
        }
    }
    let web = APP.replace("app", "web");
    let mut tails = [
        json!({"logGroupIdentifiers": [APP, web]}),
        json!({"logGroupIdentifiers": [APP], "logStreamNames": ["b", "a-1"]}),
        json!({"logGroupIdentifiers": [APP], "logStreamNamePrefixes": ["a-"]}),
    ]
    .map(|request| rig.tail(request).unwrap());
    for (group, stream) in
        [("app", "a-1"), ("app", "a-2"), ("app", "b"), ("app", "one"), ("web", "b"), ("other", "b")]
    {
        let event = json!({"timestamp": NOW, "message": format!("{group} {stream}")});
        let request = json!({"logGroupName": group, "logStreamName": stream, "logEvents": [event]});
        rig.ok("PutLogEvents", request);
    }
    let mut seen = tails.iter_mut().map(|tail| rig.seen(tail));
    assert_eq!(seen.next().unwrap(), ["app a-1", "app a-2", "app b", "app one", "web b"]);
    assert_eq!(seen.next().unwrap(), ["app a-1", "app b"]);
    assert_eq!(seen.next().unwrap(), ["app a-1", "app a-2"]);
}

#[test]
fn of_more_than_five_hundred_events_in_a_second_there_is_a_sample() {
    let mut rig = Rig::with_stream();
    let mut tail = rig.tail(json!({"logGroupIdentifiers": [APP]})).unwrap();
    let events: Vec<(i64, &str)> = vec![(NOW, "x"); 501];
    rig.put(&events);
    for _ in 0..2 {
        rig.next(&mut tail);
    }
    let (_, update) = rig.next(&mut tail);
    assert_eq!(update["sessionResults"].as_array().map(Vec::len), Some(500));
    assert_eq!(update["sessionMetadata"]["sampled"], true);
}

#[test]
fn fifteen_sessions_go_on_at_once_and_one_that_is_dropped_makes_room() {
    let mut rig = Rig::with_stream();
    let about = json!({"logGroupIdentifiers": [APP]});
    let mut tails: Vec<_> = (0..15).map(|_| rig.tail(about.clone()).unwrap()).collect();
    let said = refused(&mut rig, about.clone());
    assert_eq!(said, "LimitExceededException: Resource limit exceeded.");
    tails.pop();
    tails.push(rig.tail(about.clone()).unwrap());
    assert!(refused(&mut rig, about).starts_with("LimitExceeded"));
}

#[test]
fn what_can_be_no_session_is_refused() {
    let mut rig = Rig::with_stream();
    rig.ok("CreateLogGroup", json!({"logGroupName": "rare", "logGroupClass": "INFREQUENT_ACCESS"}));
    let eleven: Vec<String> = (0..11).map(|number| format!("{APP}{number}")).collect();
    let rare = APP.replace("app", "rare");
    for (request, code, says) in [
        (json!({}), "ValidationException", "logGroupIdentifiers"),
        (json!({"logGroupIdentifiers": []}), "InvalidParameterException", "logGroupIdentifiers"),
        (json!({"logGroupIdentifiers": eleven}), "InvalidParameterException", "less than or equal to 10"),
        (json!({"logGroupIdentifiers": ["app"]}), "InvalidParameterException", "must be ARNs"),
        (json!({"logGroupIdentifiers": [format!("{APP}:*")]}), "InvalidParameterException", "pattern"),
        (
            json!({"logGroupIdentifiers": [APP.replace("app", "none")]}),
            "ResourceNotFoundException",
            "The specified log group does not exist.",
        ),
        (
            json!({"logGroupIdentifiers": [APP.replace("us-west-2", "us-east-1")]}),
            "ResourceNotFoundException",
            "The specified log group does not exist.",
        ),
        (json!({"logGroupIdentifiers": [rare]}), "InvalidOperationException", "INFREQUENT_ACCESS"),
        (
            json!({"logGroupIdentifiers": [APP, APP], "logStreamNames": ["one"]}),
            "InvalidParameterException",
            "one log group",
        ),
        (
            json!({"logGroupIdentifiers": [APP], "logStreamNames": ["a"], "logStreamNamePrefixes": ["a"]}),
            "InvalidParameterException",
            "mutually exclusive",
        ),
        (
            json!({"logGroupIdentifiers": [APP], "logEventFilterPattern": "{ $.a"}),
            "InvalidParameterException",
            "pattern",
        ),
    ] {
        let said = refused(&mut rig, request.clone());
        assert!(said.starts_with(code) && said.contains(says), "{request}: {said}");
    }
}

#[test]
fn a_group_that_is_made_again_is_another() {
    let mut rig = Rig::with_stream();
    let mut tail = rig.tail(json!({"logGroupIdentifiers": [APP]})).unwrap();
    rig.ok("DeleteLogGroup", json!({"logGroupName": "app"}));
    rig.ok("CreateLogGroup", json!({"logGroupName": "app"}));
    rig.ok("CreateLogStream", json!({"logGroupName": "app", "logStreamName": "one"}));
    rig.put(&[(NOW, "x")]);
    assert_eq!(rig.seen(&mut tail), [""; 0]);
}

fn refused(rig: &mut Rig, request: Value) -> String {
    match rig.tail(request) {
        Ok(_) => panic!("a session has begun"),
        Err(error) => error.to_string(),
    }
}

impl Rig {
    /// The name and the members of the next event.
    fn next(&mut self, tail: &mut Box<dyn EventSource>) -> (String, Value) {
        let frame = self.wait(tail.next()).expect("the session goes on");
        let number = |at: usize| u32::from_be_bytes(frame[at..at + 4].try_into().unwrap()) as usize;
        let (heads, members) = frame[12..number(0) - 4].split_at(number(4));
        let name_at = 1 + ":event-type".len() + 3;
        let length = usize::from(heads[name_at - 1]);
        let name = String::from_utf8(heads[name_at..name_at + length].to_vec()).unwrap();
        (name, serde_json::from_slice(members).unwrap())
    }

    /// The messages of a session's first update.
    fn seen(&mut self, tail: &mut Box<dyn EventSource>) -> Vec<String> {
        while self.next(tail).0 != "sessionStart" {}
        let (_, update) = self.next(tail);
        let events = update["sessionResults"].as_array().cloned().unwrap_or_default();
        events.iter().map(|it| it["message"].as_str().unwrap_or_default().to_owned()).collect()
    }
}
