//! Messages: to whom they go, in which form, and which are none.

use awsproto::Beside;
use serde_json::Value;
use std::sync::Arc;

use super::{Counting, QUEUE, TOPIC, Topics};
use crate::Publishing;

#[test]
fn a_message_goes_to_those_who_want_it_as_they_want_it() {
    let mut topics = Topics::new();
    topics.create("alarms", &[]);
    topics.subscribe(TOPIC, QUEUE, &[]);
    topics.subscribe(TOPIC, &format!("{QUEUE}-raw"), &[("RawMessageDelivery", "true")]);
    topics.subscribe(TOPIC, &format!("{QUEUE}-red"), &[("FilterPolicy", r#"{"colour":["red"]}"#)]);
    let blue = [
        ("TopicArn", TOPIC),
        ("Message", "hello"),
        ("Subject", "greeting"),
        ("MessageAttributes.entry.1.Name", "colour"),
        ("MessageAttributes.entry.1.Value.DataType", "String"),
        ("MessageAttributes.entry.1.Value.StringValue", "blue"),
    ];
    let id = topics.publish(&blue).text("MessageId");
    let mut delivered = topics.delivered();
    delivered.sort_by(|one, other| one.to.cmp(&other.to));
    let [enveloped, raw] = delivered.as_slice() else { panic!("{delivered:?}") };
    let body: Value = serde_json::from_str(&enveloped.body).unwrap();
    assert_eq!((&body["MessageId"], &body["Subject"]), (&id.as_str().into(), &"greeting".into()));
    assert_eq!((&body["Message"], &body["TopicArn"]), (&"hello".into(), &TOPIC.into()));
    assert_eq!(body["MessageAttributes"]["colour"]["Value"], "blue");
    assert_eq!(body["SignatureVersion"], "1");
    assert!(body["Signature"].as_str().unwrap().starts_with("Sha1 "));
    assert!(enveloped.attributes.is_empty() && enveloped.source_arn == TOPIC);
    assert_eq!((raw.body.as_str(), raw.attributes.len(), raw.by), ("hello", 1, "sns.amazonaws.com"));
    let red: Vec<(&str, &str)> =
        blue.iter().map(|(name, value)| (*name, if *value == "blue" { "red" } else { value })).collect();
    topics.publish(&red);
    assert_eq!(topics.delivered().len(), 3);
}

#[test]
fn each_protocol_may_be_told_something_of_its_own() {
    let mut topics = Topics::new();
    topics.create("alarms", &[("SignatureVersion", "2")]);
    topics.subscribe(TOPIC, QUEUE, &[]);
    let json = |message: &str| {
        [("TopicArn", TOPIC), ("MessageStructure", "json"), ("Message", message)]
            .map(|it| (it.0.to_owned(), it.1.to_owned()))
    };
    let mut say = |message: &str| {
        let pairs = json(message);
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        topics.send("Publish", &pairs).map_err(|it| it.message)?;
        let body: Value = serde_json::from_str(&topics.delivered()[0].body).unwrap();
        assert_eq!(body["SignatureVersion"], "2");
        Ok::<_, String>(body["Message"].as_str().unwrap().to_owned())
    };
    assert_eq!(say(r#"{"default":"a","sqs":"b"}"#), Ok("b".to_owned()));
    assert_eq!(say(r#"{"default":"a","email":"b","sqs":1}"#), Ok("a".to_owned()));
    let refused = |sentence: &str| Err(format!("Invalid parameter: Message Structure - {sentence}"));
    assert_eq!(say(r#"{"sqs":"b"}"#), refused("No default entry in JSON message body"));
    assert_eq!(say(r#"{"default":{}}"#), refused("No default entry in JSON message body"));
    assert_eq!(say("{"), refused("JSON message body failed to parse"));
}

#[test]
fn what_cannot_be_delivered_goes_to_the_queue_for_that_or_nowhere() {
    let mut topics = Topics::new();
    topics.create("alarms", &[]);
    let gone = QUEUE.replace("jobs", "gone");
    topics.subscribe(TOPIC, &gone, &[]);
    topics.publish(&[("TopicArn", TOPIC), ("Message", "lost")]);
    assert_eq!(topics.delivered(), []);
    let arn = topics.ok("ListSubscriptions", &[]).text("SubscriptionArn");
    let redrive = format!(r#"{{"deadLetterTargetArn":"{QUEUE}"}}"#);
    let set =
        [("SubscriptionArn", arn.as_str()), ("AttributeName", "RedrivePolicy"), ("AttributeValue", &redrive)];
    topics.ok("SetSubscriptionAttributes", &set);
    topics.publish(&[("TopicArn", TOPIC), ("Message", "kept")]);
    let delivered = topics.delivered();
    assert_eq!((delivered.len(), delivered[0].to.as_str()), (1, QUEUE));
    assert!(delivered[0].body.contains("\"Message\" : \"kept\""));
    topics.subscribe(TOPIC, &QUEUE.replace("jobs", "full"), &[]);
    let refused = topics.unpublished("Publish", &[("TopicArn", TOPIC), ("Message", "x")]);
    assert_eq!(refused, "500 InternalError: The message could not be stored.");
    assert_eq!(topics.delivered().len(), 1, "the other one has it nevertheless");
}

#[test]
fn without_a_courier_only_topics_that_nobody_hears_can_be_spoken_to() {
    let mut topics = Topics::new();
    topics.beside = Beside::default().with(Arc::new(Publishing::new(None, Arc::new(Counting))));
    topics.create("alarms", &[]);
    topics.publish(&[("TopicArn", TOPIC), ("Message", "hello")]);
    topics.subscribe(TOPIC, QUEUE, &[]);
    let refused = topics.unpublished("Publish", &[("TopicArn", TOPIC), ("Message", "hello")]);
    assert!(refused.starts_with("501 NotImplemented: "), "{refused}");
}

#[test]
fn messages_are_refused_in_awss_words() {
    let mut topics = Topics::new();
    topics.create("alarms", &[]);
    let long = "a".repeat((256 << 10) + 1);
    let invalid = |sentence: &str| format!("400 InvalidParameter: Invalid parameter: {sentence}");
    for (parameters, refusal) in [
        (vec![("Message", "x")], invalid("TopicArn or TargetArn Reason: no value for required parameter")),
        (vec![("TopicArn", TOPIC), ("Message", "")], invalid("Empty message")),
        (vec![("TopicArn", TOPIC), ("Message", long.as_str())], invalid("Message too long")),
        (vec![("TopicArn", TOPIC), ("Message", "x"), ("Subject", "")], invalid("Subject")),
        (vec![("TopicArn", TOPIC), ("Message", "x"), ("Subject", "a\nb")], invalid("Subject")),
        (
            vec![("TopicArn", "x"), ("Message", "x")],
            invalid("TopicArn Reason: An ARN must have at least 6 elements, not 1"),
        ),
        (
            vec![("PhoneNumber", "+1a234"), ("Message", "x")],
            invalid("PhoneNumber Reason: +1a234 is not valid to publish to"),
        ),
        (
            vec![("TargetArn", "arn:aws:sns:us-west-2:123456789012:endpoint/APNS/app/1"), ("Message", "x")],
            invalid("TargetArn Reason: No endpoint found for the target arn specified"),
        ),
        (
            vec![("TopicArn", TOPIC), ("Message", "x"), ("MessageDeduplicationId", "d")],
            invalid(
                "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for \
                 this topic type",
            ),
        ),
    ] {
        assert_eq!(topics.unpublished("Publish", &parameters), refusal);
    }
    let elsewhere = TOPIC.replace("alarms", "others");
    let refused = topics.unpublished("Publish", &[("TopicArn", &elsewhere), ("Message", "x")]);
    assert_eq!(refused, "404 NotFound: Topic does not exist");
    assert!(
        topics
            .unpublished("Publish", &[("PhoneNumber", "+15551234567"), ("Message", "x")])
            .contains("NotImplemented")
    );
}

#[test]
fn a_fifo_topic_takes_each_message_once_and_numbers_them() {
    let mut topics = Topics::new();
    let topic = topics.create("orders.fifo", &[("FifoTopic", "true")]);
    let fifo = format!("{QUEUE}.fifo");
    topics.subscribe(&topic, &fifo, &[]);
    topics.subscribe(&topic, QUEUE, &[]);
    let say = |topics: &mut Topics, more: &[(&str, &str)]| {
        let all = [&[("TopicArn", topic.as_str()), ("Message", "Test")], more].concat();
        topics.send("Publish", &all).map_err(|it| it.message)
    };
    let refused = |sentence: &str| Err(format!("Invalid parameter: {sentence}"));
    let needs_group = "The MessageGroupId parameter is required for FIFO topics";
    assert_eq!(say(&mut topics, &[]).map(|_| ()), refused(needs_group));
    let needs_more = "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly";
    assert_eq!(say(&mut topics, &[("MessageGroupId", "g")]).map(|_| ()), refused(needs_more));
    let first = say(&mut topics, &[("MessageGroupId", "g"), ("MessageDeduplicationId", "d")]).unwrap();
    let again = say(&mut topics, &[("MessageGroupId", "h"), ("MessageDeduplicationId", "d")]).unwrap();
    assert_eq!(first.0, again.0, "the same answer");
    let mut delivered = topics.delivered();
    delivered.sort_by(|one, other| one.to.cmp(&other.to));
    let [standard, ordered] = delivered.as_slice() else { panic!("{delivered:?}") };
    assert_eq!((standard.group.as_deref(), standard.deduplication.as_deref()), (None, None));
    assert_eq!((ordered.group.as_deref(), ordered.deduplication.as_deref()), (Some("g"), Some("d")));
    let body: Value = serde_json::from_str(&ordered.body).unwrap();
    assert_eq!(body["SequenceNumber"], first.text("SequenceNumber").as_str());
    assert!(body.get("Signature").is_none(), "as recorded");
    let set = [
        ("TopicArn", topic.as_str()),
        ("AttributeName", "ContentBasedDeduplication"),
        ("AttributeValue", "true"),
    ];
    topics.ok("SetTopicAttributes", &set);
    say(&mut topics, &[("MessageGroupId", "g")]).unwrap();
    let digest = "532eaabd9574880dbf76b9b8cc00832c20a6ec113d682299550d7a6e0f345e25";
    assert!(topics.delivered().iter().any(|it| it.deduplication.as_deref() == Some(digest)), "as recorded");
}

#[test]
fn a_batch_is_taken_message_by_message() {
    let mut topics = Topics::new();
    topics.create("alarms", &[]);
    topics.subscribe(TOPIC, QUEUE, &[("RawMessageDelivery", "true")]);
    let batch = |entries: &[(&str, &str)]| -> Vec<(String, String)> {
        let each = entries.iter().enumerate().flat_map(|(at, (id, message))| {
            let entry = format!("PublishBatchRequestEntries.member.{}", at + 1);
            [(format!("{entry}.Id"), (*id).to_owned()), (format!("{entry}.Message"), (*message).to_owned())]
        });
        let pairs = each.chain([("TopicArn".to_owned(), TOPIC.to_owned())]);
        match entries.is_empty() {
            true => pairs.chain([("PublishBatchRequestEntries".to_owned(), String::new())]).collect(),
            false => pairs.collect(),
        }
    };
    let mut send = |entries: &[(&str, &str)]| {
        let pairs = batch(entries);
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        topics.send("PublishBatch", &pairs).map_err(|it| it.to_string())
    };
    let answer = send(&[("1", "one"), ("two", "2")]).unwrap();
    assert_eq!(answer.texts("Id"), ["1", "two"]);
    let eleven: Vec<String> = (0..11).map(|it| it.to_string()).collect();
    let eleven: Vec<(&str, &str)> = eleven.iter().map(|it| (it.as_str(), "x")).collect();
    let half = "a".repeat(150_000);
    for (entries, refusal) in [
        (vec![], "EmptyBatchRequest: The batch request doesn't contain any entries."),
        (eleven, "TooManyEntriesInBatchRequest: The batch request contains more entries than permissible."),
        (
            vec![("a", "x"), ("a", "y")],
            "BatchEntryIdsNotDistinct: Two or more batch entries in the request have the same Id.",
        ),
        (
            vec![("a b", "x")],
            "InvalidBatchEntryId: The Id of a batch entry in a batch request doesn't abide by the specification.",
        ),
        (
            vec![("a", half.as_str()), ("b", half.as_str())],
            "BatchRequestTooLong: The length of all the messages put together is more than the limit.",
        ),
    ] {
        assert_eq!(send(&entries).map(|it| it.0), Err(refusal.to_owned()));
    }
    let mut bodies: Vec<String> = topics.delivered().into_iter().map(|it| it.body).collect();
    bodies.sort();
    assert_eq!(bodies, ["2", "one"]);
}
