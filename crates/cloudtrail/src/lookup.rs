//! Looking up events. Follows LookupEvents (CloudTrail API Reference).

use awsproto::trail::Event as Recorded;
use awsproto::{AwsError, Call, Page, Provided, Timestamp};
use model::World;
use std::sync::Arc;

use crate::shapes::*;

/// How many events a page has if nothing is said: "The default is 50".
const PAGE_DEFAULT: i32 = 50;
/// The bounds of `MaxResults`.
const PAGE: std::ops::RangeInclusive<i32> = 1..=50;
/// "The maximum length for the AttributeValue is 2000 characters."
const VALUE_CHARACTERS_MAX: usize = 2000;

pub(crate) fn events(
    call: &mut Call,
    _: &World,
    request: LookupEventsRequest,
) -> Result<LookupEventsResponse, AwsError> {
    let LookupEventsRequest {
        lookup_attributes,
        start_time,
        end_time,
        event_category,
        max_results,
        next_token,
    } = request;
    let wanted = Wanted::of(&lookup_attributes)?;
    check_times(start_time, end_time)?;
    let is_about_insights = is_about_insights(event_category.as_deref())?;
    let page = page(max_results, next_token.as_deref())?;
    let is_shown = |event: &Recorded| {
        // Nothing here looks for what is unusual.
        !is_about_insights
            && wanted.as_ref().is_none_or(|it| it.is(event))
            && start_time.is_none_or(|start| start <= event.time)
            && end_time.is_none_or(|end| event.time <= end)
    };
    let found = provided(call).into_iter().filter(|(_, event)| is_shown(event));
    // Places grow; the newest comes first.
    let (found, next_token) = page.cut_sorted(found, |(place, _)| format!("{:020}", u64::MAX - place));
    let events = found.iter().map(|(_, event)| render(event)).collect();
    Ok(LookupEventsResponse { events, next_token })
}

fn provided(call: &mut Call) -> Vec<(u64, Arc<Recorded>)> {
    match std::mem::take(&mut call.provided) {
        Provided::Events(events) => events,
        Provided::Nothing | Provided::Secret { .. } | Provided::ConsoleOutput(_) => Vec::new(),
    }
}

/// The one attribute that events are looked up by.
struct Wanted<'a> {
    key: Key,
    value: &'a str,
}

enum Key {
    EventId,
    EventName,
    ReadOnly,
    Username,
    ResourceType,
    ResourceName,
    EventSource,
    AccessKeyId,
}

impl<'a> Wanted<'a> {
    fn of(attributes: &'a [LookupAttribute]) -> Result<Option<Wanted<'a>>, AwsError> {
        let [LookupAttribute { attribute_key, attribute_value }] = attributes else {
            return match attributes.is_empty() {
                true => Ok(None),
                false => Err(invalid_attributes("You can only specify one lookup attribute.")),
            };
        };
        let name = attribute_key.as_deref().unwrap_or_default();
        let value = attribute_value.as_deref().unwrap_or_default();
        let key = Key::named(name).ok_or_else(|| {
            invalid_attributes(format!("The lookup attribute {name} is not a valid lookup attribute."))
        })?;
        match value.chars().count() {
            1..=VALUE_CHARACTERS_MAX => Ok(Some(Wanted { key, value })),
            _ => Err(invalid_attributes(format!(
                "The value of the lookup attribute {name} must have 1 to {VALUE_CHARACTERS_MAX} characters."
            ))),
        }
    }

    fn is(&self, event: &Recorded) -> bool {
        let value = self.value;
        match self.key {
            Key::EventId => event.id == value,
            Key::EventName => event.name == value,
            Key::ReadOnly => event.is_read_only.to_string() == value,
            Key::Username => event.username.as_deref() == Some(value),
            Key::ResourceType => event.resources.iter().any(|it| it.kind == value),
            Key::ResourceName => event.resources.iter().any(|it| it.name == value),
            Key::EventSource => event.source == value,
            Key::AccessKeyId => event.access_key_id.as_deref() == Some(value),
        }
    }
}

impl Key {
    fn named(name: &str) -> Option<Key> {
        match name {
            "EventId" => Some(Key::EventId),
            "EventName" => Some(Key::EventName),
            "ReadOnly" => Some(Key::ReadOnly),
            "Username" => Some(Key::Username),
            "ResourceType" => Some(Key::ResourceType),
            "ResourceName" => Some(Key::ResourceName),
            "EventSource" => Some(Key::EventSource),
            "AccessKeyId" => Some(Key::AccessKeyId),
            _ => None,
        }
    }
}

fn invalid_attributes(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidLookupAttributesException", message)
}

fn check_times(start: Option<Timestamp>, end: Option<Timestamp>) -> Result<(), AwsError> {
    match start.zip(end).is_some_and(|(start, end)| start > end) {
        true => Err(AwsError::new("InvalidTimeRangeException", "The start time is after the end time.")),
        false => Ok(()),
    }
}

fn is_about_insights(category: Option<&str>) -> Result<bool, AwsError> {
    match category {
        None => Ok(false),
        Some("insight") => Ok(true),
        Some(other) => {
            let message = format!("The event category {other} is not valid.");
            Err(AwsError::new("InvalidEventCategoryException", message))
        }
    }
}

fn page(max_results: Option<i32>, next_token: Option<&str>) -> Result<Page, AwsError> {
    let wanted = max_results.unwrap_or(PAGE_DEFAULT);
    Page::new(Some(wanted), next_token, PAGE).map_err(|error| match error.code.as_ref() {
        "InvalidNextToken" => AwsError::new("InvalidNextTokenException", "Invalid token."),
        _ => AwsError::new(
            "InvalidMaxResultsException",
            format!("MaxResults must be between {} and {}, and is {wanted}.", PAGE.start(), PAGE.end()),
        ),
    })
}

fn render(event: &Recorded) -> Event {
    let resource = |it: &awsproto::trail::Resource| Resource {
        resource_type: Some(it.kind.to_owned()),
        resource_name: Some(it.name.clone()),
    };
    Event {
        event_id: Some(event.id.clone()),
        event_name: Some(event.name.clone()),
        read_only: Some(event.is_read_only.to_string()),
        access_key_id: event.access_key_id.clone(),
        event_time: Some(event.time),
        event_source: Some(event.source.clone()),
        username: event.username.clone(),
        resources: event.resources.iter().map(resource).collect(),
        cloud_trail_event: Some(event.text.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use awsproto::Principal;
    use awsproto::testing::JsonCaller;
    use awsproto::trail::{Actor, Finished};
    use model::UserId;
    use serde_json::{Value, json};

    /// Who looks up events that bob has caused, one a second: the creation of a group, and its deletion, which was refused.
    fn lookup(body: &Value) -> Result<Value, AwsError> {
        let mut caller = JsonCaller::new(&crate::API, "us-west-2");
        caller.inner.call.provided = Provided::Events(recorded(&caller.inner.call));
        caller.send("LookupEvents", body)
    }

    fn recorded(call: &Call) -> Vec<(u64, Arc<Recorded>)> {
        let bob = Principal::User {
            account: call.scope.account,
            user: UserId::numbered(1),
            path: "/".into(),
            name: "bob".into(),
        };
        let finished = |second: i64, operation: &str, is_write, outcome| Finished {
            request_id: "r".to_owned(),
            actor: Actor { principal: bob.clone(), access_key_id: "AKIABOB".to_owned(), session: None },
            scope: call.scope,
            is_global: false,
            at: Timestamp::from_secs(1_700_000_000 + second),
            origin: call.origin,
            user_agent: None,
            // The protocol decides about the names of errors alone.
            service: &SERVICE,
            operation: operation.to_owned(),
            is_write,
            input: None,
            outcome,
        };
        let refused = AwsError::new("AccessDeniedException", "No.");
        let calls = [
            finished(0, "CreateTrail", true, Ok(Some("{\"Name\":\"t\"}".to_owned()))),
            finished(1, "ListTrails", false, Ok(None)),
            finished(2, "DeleteTrail", true, Err(refused)),
        ];
        let events =
            (1..).zip(calls.iter()).map(|(place, it)| (place, Arc::new(it.event(&format!("e{place}")))));
        let mut events: Vec<_> = events.collect();
        events.reverse();
        events
    }

    fn ids(body: &Value) -> Vec<String> {
        let answer = lookup(body).unwrap_or_else(|error| panic!("{body}: {error}"));
        let events = answer["Events"].as_array().unwrap();
        events.iter().map(|it| it["EventId"].as_str().unwrap().to_owned()).collect()
    }

    fn by(key: &str, value: &str) -> Vec<String> {
        ids(&json!({ "LookupAttributes": [{ "AttributeKey": key, "AttributeValue": value }] }))
    }

    fn refused(body: &Value) -> String {
        lookup(body).map_or_else(|error| error.code.into_owned(), |answer| panic!("{body}: {answer}"))
    }

    #[test]
    fn everything_is_shown_the_newest_first() {
        let events = lookup(&json!({})).unwrap()["Events"].clone();
        assert_eq!(ids(&json!({})), ["e3", "e2", "e1"]);
        let newest = &events[0];
        assert_eq!(
            (&newest["EventName"], &newest["Username"], &newest["ReadOnly"], &newest["AccessKeyId"]),
            (&json!("DeleteTrail"), &json!("bob"), &json!("false"), &json!("AKIABOB"))
        );
        assert_eq!(
            (&newest["EventTime"], &newest["EventSource"]),
            (&json!(1_700_000_002), &json!("cloudtrail.amazonaws.com"))
        );
        let whole: Value = serde_json::from_str(newest["CloudTrailEvent"].as_str().unwrap()).unwrap();
        assert_eq!((&whole["errorCode"], &whole["errorMessage"]), (&json!("AccessDenied"), &json!("No.")));
    }

    #[test]
    fn each_attribute_finds_its_own() {
        assert_eq!(by("EventId", "e2"), ["e2"]);
        assert_eq!(by("EventName", "CreateTrail"), ["e1"]);
        assert_eq!(by("ReadOnly", "true"), ["e2"]);
        assert_eq!(by("Username", "bob").len(), 3);
        assert_eq!(by("EventSource", "cloudtrail.amazonaws.com").len(), 3);
        assert_eq!(by("AccessKeyId", "AKIABOB").len(), 3);
        for (key, other) in [
            ("EventId", "e"),
            ("EventName", "createtrail"),
            ("ReadOnly", "yes"),
            ("Username", "alice"),
            ("ResourceType", "AWS::EC2::VPC"),
            ("ResourceName", "vpc-1"),
            ("EventSource", "ec2.amazonaws.com"),
            ("AccessKeyId", "AKIA"),
        ] {
            assert!(by(key, other).is_empty(), "{key}");
        }
    }

    #[test]
    fn times_bound_what_is_found_and_are_part_of_it() {
        let between = |start: i64, end: i64| {
            ids(&json!({ "StartTime": 1_700_000_000 + start, "EndTime": 1_700_000_000 + end }))
        };
        assert_eq!(between(1, 2), ["e3", "e2"]);
        assert_eq!(between(0, 0), ["e1"]);
        assert!(between(3, 9).is_empty());
        assert!(ids(&json!({ "EventCategory": "insight" })).is_empty());
    }

    #[test]
    fn pages_put_together_are_the_whole() {
        let first = lookup(&json!({ "MaxResults": 2 })).unwrap();
        assert_eq!(first["Events"].as_array().unwrap().len(), 2);
        let second = json!({ "MaxResults": 2, "NextToken": first["NextToken"] });
        assert_eq!(ids(&second), ["e1"]);
        assert_eq!(lookup(&second).unwrap().get("NextToken"), None);
    }

    #[test]
    fn what_cannot_be_looked_up_is_refused() {
        let attribute = |key: &str, value: &str| json!({ "AttributeKey": key, "AttributeValue": value });
        let one = attribute("EventName", "CreateVpc");
        let cases = [
            (json!({ "LookupAttributes": [one, one] }), "InvalidLookupAttributesException"),
            (json!({ "LookupAttributes": [attribute("Color", "red")] }), "InvalidLookupAttributesException"),
            (json!({ "LookupAttributes": [attribute("EventName", "")] }), "InvalidLookupAttributesException"),
            (json!({ "StartTime": 2, "EndTime": 1 }), "InvalidTimeRangeException"),
            (json!({ "EventCategory": "data" }), "InvalidEventCategoryException"),
            (json!({ "MaxResults": 0 }), "InvalidMaxResultsException"),
            (json!({ "MaxResults": 51 }), "InvalidMaxResultsException"),
            (json!({ "NextToken": "x" }), "InvalidNextTokenException"),
        ];
        for (body, code) in cases {
            assert_eq!(refused(&body), code, "{body}");
        }
    }
}
