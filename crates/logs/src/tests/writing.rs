//! Events come.

use serde_json::{Value, json};

use super::rig::{DAY, HOUR, NOW, Rig, messages};
use crate::put::{LogDelivery, deliver, ensure_group};

fn request(events: Value) -> Value {
    json!({"logGroupName": "app", "logStreamName": "one", "logEvents": events})
}

#[test]
fn a_batch_has_its_bounds() {
    let mut rig = Rig::with_stream();
    let event = |time: i64, message: &str| json!({"timestamp": time, "message": message});
    for (events, sentence) in [
        (
            json!([event(NOW, "b"), event(NOW - 1, "a")]),
            "Log events in a single PutLogEvents request must be in chronological order.",
        ),
        (
            json!([event(NOW - 25 * HOUR, "b"), event(NOW, "a")]),
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
        ),
        (
            json!([event(NOW, &"x".repeat(1_048_551))]),
            "Upload too large: 1048577 bytes exceeds limit of 1048576",
        ),
        (
            json!([event(NOW, &"x".repeat(1_048_577))]),
            "Log event too large: 1048577 bytes exceeds limit of 1048576",
        ),
        (
            json!([]),
            "Value '[]' at 'logEvents' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            json!([event(NOW, "")]),
            "Value '' at 'logEvents.1.member.message' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (Value::Array(vec![event(NOW, "x"); 10_001]), "Member must have length less than or equal to 10000"),
    ] {
        let said = rig.refused("PutLogEvents", request(events));
        assert!(said.starts_with("InvalidParameterException") && said.ends_with(sentence), "{said}");
    }
    rig.ok("PutLogEvents", request(json!([event(NOW, &"x".repeat(1_048_550))])));
    let nowhere = json!({"logGroupName": "app", "logStreamName": "none", "logEvents": [event(NOW, "x")]});
    let said = rig.refused("PutLogEvents", nowhere);
    assert_eq!(said, "ResourceNotFoundException: The specified log stream does not exist.");
}

#[test]
fn events_out_of_time_are_told_and_the_others_are_stored() {
    let mut rig = Rig::with_stream();
    let answer = rig.put(&[(NOW - 15 * DAY, "old"), (NOW, "good"), (NOW + 3 * HOUR, "new")]);
    assert_eq!(
        answer["rejectedLogEventsInfo"],
        json!({"tooOldLogEventEndIndex": 1, "tooNewLogEventStartIndex": 2})
    );
    assert!(answer["nextSequenceToken"].as_str().is_some_and(|it| it.len() == 56));
    rig.ok("PutRetentionPolicy", json!({"logGroupName": "app", "retentionInDays": 3}));
    let answer = rig.put(&[(NOW - 15 * DAY, "old"), (NOW - 4 * DAY, "expired"), (NOW, "good too")]);
    assert_eq!(
        answer["rejectedLogEventsInfo"],
        json!({"tooOldLogEventEndIndex": 1, "expiredLogEventEndIndex": 2})
    );
    let all = rig.ok("FilterLogEvents", json!({"logGroupName": "app"}));
    assert_eq!(messages(&all), ["good", "good too"]);
    assert_eq!(rig.put(&[(NOW, "fine")]).get("rejectedLogEventsInfo"), None);
}

#[test]
fn a_service_writes_what_it_has_in_any_order_and_makes_what_is_missing() {
    let mut rig = Rig::new();
    let (scope, now) = (rig.caller.inner.call.scope, rig.caller.inner.call.now);
    let inner = &mut rig.caller.inner;
    for _ in 0..2 {
        inner.call.with_ids(|ids| ensure_group(&mut inner.world, scope, "app", now, ids)).unwrap();
    }
    inner.world.commit();
    let group = inner.world.log_group(scope, "app").unwrap().clone();
    let mut events: Vec<(i64, String)> = (0..25_000).map(|it| (NOW - it, format!("{it}"))).collect();
    events.push((NOW - 20 * DAY, "old".to_owned()));
    let delivery =
        LogDelivery { stream: "eni-1-all".to_owned(), layout: Some("${version}".to_owned()), events };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_eq!(runtime.block_on(deliver(&rig.events, &group, delivery, now)), Ok(25_000));
    let page =
        rig.ok("GetLogEvents", json!({"logGroupName": "app", "logStreamName": "eni-1-all", "limit": 2}));
    assert_eq!(messages(&page), ["1", "0"]);
    let bad = LogDelivery { stream: "a:b".to_owned(), layout: None, events: Vec::new() };
    assert!(runtime.block_on(deliver(&rig.events, &group, bad, now)).is_err());
}
