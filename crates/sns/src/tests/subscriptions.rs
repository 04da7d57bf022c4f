//! Subscriptions: made, confirmed, refused.

use futures_util::FutureExt as _;
use serde_json::Value;

use super::{QUEUE, TOPIC, Topics, entries};
use crate::Publishing;

#[test]
fn who_owns_a_queue_need_not_confirm_and_others_must() {
    let mut topics = Topics::new();
    topics.create("alarms", &[]);
    let arn = topics.subscribe(TOPIC, QUEUE, &[("RawMessageDelivery", "true")]);
    assert!(arn.starts_with(TOPIC));
    assert_eq!(topics.subscribe(TOPIC, QUEUE, &[]), arn, "the same again");
    let shown = topics.attributes("GetSubscriptionAttributes", "SubscriptionArn", &arn);
    let names: Vec<&str> = shown.keys().map(String::as_str).collect();
    let expected = [
        "ConfirmationWasAuthenticated",
        "Endpoint",
        "Owner",
        "PendingConfirmation",
        "Protocol",
        "RawMessageDelivery",
        "SubscriptionArn",
        "SubscriptionPrincipal",
        "TopicArn",
    ];
    assert_eq!(names, expected);
    assert_eq!(
        (shown["PendingConfirmation"].as_str(), shown["RawMessageDelivery"].as_str()),
        ("false", "true")
    );
    let theirs = QUEUE.replace("123456789012", "222222222222");
    assert_eq!(topics.subscribe(TOPIC, &theirs, &[]), "pending confirmation");
    let listed = topics.ok("ListSubscriptionsByTopic", &[("TopicArn", TOPIC)]);
    let mut arns = listed.texts("SubscriptionArn");
    arns.sort();
    assert_eq!(arns, ["PendingConfirmation".to_owned(), arn.clone()]);
    let counted = topics.attributes("GetTopicAttributes", "TopicArn", TOPIC);
    assert_eq!(
        (counted["SubscriptionsConfirmed"].as_str(), counted["SubscriptionsPending"].as_str()),
        ("1", "1")
    );
    let token = "a".repeat(64);
    let wrong = "b".repeat(64);
    let confirm = |topics: &mut Topics, topic: &str, token: &str| {
        let parameters = [("TopicArn", topic), ("Token", token)];
        topics.caller.send("ConfirmSubscription", &parameters).map_err(|it| it.message)
    };
    assert_eq!(confirm(&mut topics, TOPIC, "x"), Err("Invalid token".to_owned()));
    assert_eq!(confirm(&mut topics, TOPIC, &wrong), Err("Invalid parameter: Token".to_owned()));
    assert_eq!(confirm(&mut topics, "x", &token), Err("Invalid parameter: Topic".to_owned()));
    assert!(confirm(&mut topics, TOPIC, &token).unwrap().contains(TOPIC));
    topics.ok("Unsubscribe", &[("SubscriptionArn", &arn)]);
    topics.ok("Unsubscribe", &[("SubscriptionArn", &arn)]);
    let refused = topics.refused("GetSubscriptionAttributes", &[("SubscriptionArn", &arn)]);
    assert_eq!(refused, "404 NotFound: Subscription does not exist");
}

#[test]
fn subscriptions_are_refused_in_awss_words() {
    let mut topics = Topics::new();
    topics.create("alarms", &[]);
    let attempt = |topics: &mut Topics, protocol: &str, endpoint: &str, attributes: &[(&str, &str)]| {
        let pairs = entries("Attributes", attributes);
        let mut parameters: Vec<(&str, &str)> = pairs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        parameters.extend([("TopicArn", TOPIC), ("Protocol", protocol), ("Endpoint", endpoint)]);
        topics.caller.send("Subscribe", &parameters).map(|_| ()).map_err(|it| it.message)
    };
    for (protocol, endpoint, attributes, sentence) in [
        ("test", "x", vec![], "Invalid parameter: Amazon SNS does not support this protocol string: test"),
        ("sqs", "x", vec![], "Invalid parameter: SQS endpoint ARN"),
        (
            "sqs",
            QUEUE,
            vec![("RawMessageDelivery", "wrongvalue")],
            "Invalid parameter: Attributes Reason: RawMessageDelivery: Invalid value [wrongvalue]. Must be true or false.",
        ),
        (
            "sqs",
            QUEUE,
            vec![("FilterPolicy", r#"{"a":{"b":["c"]}}"#)],
            "Invalid parameter: Attributes Reason: Filter policy scope MessageAttributes does not support nested filter policy",
        ),
        (
            "sqs",
            QUEUE,
            vec![("FilterPolicyScope", "Body")],
            "Invalid parameter: Attributes Reason: FilterPolicyScope: Invalid value [Body]. Please use either MessageBody or \
             MessageAttributes",
        ),
        (
            "sqs",
            QUEUE,
            vec![("RedrivePolicy", r#"{"deadLetterTargetArn":"fake"}"#)],
            "Invalid parameter: Attributes Reason: RedrivePolicy: deadLetterTargetArn is an invalid arn",
        ),
    ] {
        assert_eq!(attempt(&mut topics, protocol, endpoint, &attributes), Err(sentence.to_owned()));
    }
    let nested = [("FilterPolicy", r#"{"a":{"b":["c"]}}"#), ("FilterPolicyScope", "MessageBody")];
    assert_eq!(attempt(&mut topics, "sqs", QUEUE, &nested), Ok(()));
    assert_eq!(
        attempt(&mut topics, "sqs", QUEUE, &[("RawMessageDelivery", "true")]),
        Err("Invalid parameter: Attributes Reason: Subscription already exists with different attributes"
            .to_owned())
    );
    let arn = topics.ok("ListSubscriptions", &[]).text("SubscriptionArn");
    let set = |topics: &mut Topics, name: &str, value: &str| {
        let parameters =
            [("SubscriptionArn", arn.as_str()), ("AttributeName", name), ("AttributeValue", value)];
        topics.caller.send("SetSubscriptionAttributes", &parameters).map(|_| ()).map_err(|it| it.message)
    };
    assert_eq!(set(&mut topics, "fake", ""), Err("Invalid parameter: AttributeName".to_owned()));
    assert_eq!(
        set(&mut topics, "FilterPolicyScope", "MessageAttributes"),
        Err("Invalid parameter: Filter policy scope MessageAttributes does not support nested filter policy"
            .to_owned())
    );
    assert_eq!(
        set(&mut topics, "FilterPolicy", "{invalid}"),
        Err("Invalid parameter: FilterPolicy: failed to parse JSON. Unexpected character ('i' (code 105)): was expecting \
             double-quote to start field name\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` \
             disabled); line: 1, column: 2]"
            .to_owned())
    );
    assert_eq!(set(&mut topics, "FilterPolicy", "{}"), Ok(()));
    let shown = topics.attributes("GetSubscriptionAttributes", "SubscriptionArn", &arn);
    assert!(!shown.contains_key("FilterPolicyScope"), "there is nothing that it is the scope of");
}

#[test]
fn a_queue_of_another_account_is_asked_with_what_confirms() {
    let mut topics = Topics::new();
    topics.create("alarms", &[]);
    let theirs = QUEUE.replace("123456789012", "222222222222");
    topics.subscribe(TOPIC, &theirs, &[]);
    let publishing = topics.beside.get::<Publishing>().unwrap();
    let world = &topics.caller.world;
    let waiting: Vec<_> = world.subscriptions.linked(model::link::Link::Unconfirmed).collect();
    let now = topics.caller.call.now;
    let asked = publishing.ask_to_confirm(world, waiting[0], "m".to_owned(), now).now_or_never();
    assert_eq!((asked, waiting.len()), (Some(true), 1));
    let delivered = topics.delivered();
    assert_eq!((delivered.len(), delivered[0].to.as_str()), (1, theirs.as_str()));
    let body: Value = serde_json::from_str(&delivered[0].body).unwrap();
    assert_eq!((&body["Type"], &body["TopicArn"]), (&"SubscriptionConfirmation".into(), &TOPIC.into()));
    let token = body["Token"].as_str().unwrap().to_owned();
    assert!(body["SubscribeURL"].as_str().unwrap().ends_with(&format!("&Token={token}")));
    assert!(body["Signature"].as_str().unwrap().starts_with("Sha1 "));
    topics.ok("ConfirmSubscription", &[("TopicArn", TOPIC), ("Token", &token)]);
    assert_eq!(topics.caller.world.subscriptions.linked(model::link::Link::Unconfirmed).count(), 0);
}
