//! Topics: made, set, tagged, listed, and whose leave is asked.

use awsproto::testing::Caller;
use awsproto::{Input, Touched};
use serde_json::Value;

use super::{QUEUE, TOPIC, Topics};
use crate::API;

#[test]
fn a_topic_is_made_once_as_long_as_it_is_the_same() {
    let mut topics = Topics::new();
    assert_eq!(topics.create("alarms", &[("DisplayName", "Alarms")]), TOPIC);
    assert_eq!(topics.create("alarms", &[]), TOPIC);
    assert_eq!(topics.create("alarms", &[("DisplayName", "Alarms")]), TOPIC);
    let other = [
        ("Name", "alarms"),
        ("Attributes.entry.1.key", "DisplayName"),
        ("Attributes.entry.1.value", "Others"),
    ];
    assert_eq!(
        topics.refused("CreateTopic", &other),
        "400 InvalidParameter: Invalid parameter: Attributes Reason: Topic already exists with different attributes"
    );
    let tagged = [("Name", "alarms"), ("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "b")];
    assert_eq!(
        topics.refused("CreateTopic", &tagged),
        "400 InvalidParameter: Invalid parameter: Tags Reason: Topic already exists with different tags"
    );
    for bad in ["", "a b", "a:b", "x.fifo"] {
        let refused = topics.refused("CreateTopic", &[("Name", bad)]);
        assert_eq!(refused, "400 InvalidParameter: Invalid parameter: Topic Name", "{bad}");
    }
    assert_eq!(topics.ok("ListTopics", &[]).texts("TopicArn"), [TOPIC]);
    topics.ok("DeleteTopic", &[("TopicArn", TOPIC)]);
    topics.ok("DeleteTopic", &[("TopicArn", TOPIC)]);
    let refused = topics.refused("GetTopicAttributes", &[("TopicArn", TOPIC)]);
    assert_eq!(refused, "404 NotFound: Topic does not exist");
}

#[test]
fn a_topic_shows_what_it_is_set_to() {
    let mut topics = Topics::new();
    topics.create("alarms", &[]);
    let shown = topics.attributes("GetTopicAttributes", "TopicArn", TOPIC);
    let names: Vec<&str> = shown.keys().map(String::as_str).collect();
    let expected = [
        "DisplayName",
        "EffectiveDeliveryPolicy",
        "Owner",
        "Policy",
        "SubscriptionsConfirmed",
        "SubscriptionsDeleted",
        "SubscriptionsPending",
        "TopicArn",
    ];
    assert_eq!(names, expected);
    let policy = shown["Policy"].replace("&quot;", "\"");
    let policy: Value = serde_json::from_str(&policy).unwrap();
    assert_eq!(policy["Id"], "__default_policy_ID");
    assert_eq!(policy["Statement"][0]["Action"][7], "SNS:Publish");
    assert_eq!(policy["Statement"][0]["Condition"]["StringEquals"]["AWS:SourceOwner"], "123456789012");
    let set = |topics: &mut Topics, name: &str, value: &str| {
        let parameters = [("TopicArn", TOPIC), ("AttributeName", name), ("AttributeValue", value)];
        topics.caller.send("SetTopicAttributes", &parameters).map(|_| ()).map_err(|it| it.message)
    };
    set(&mut topics, "SignatureVersion", "2").unwrap();
    set(&mut topics, "SQSSuccessFeedbackSampleRate", "100").unwrap();
    let shown = topics.attributes("GetTopicAttributes", "TopicArn", TOPIC);
    assert_eq!(
        (shown["SignatureVersion"].as_str(), shown["SQSSuccessFeedbackSampleRate"].as_str()),
        ("2", "100")
    );
    for (name, value, sentence) in [
        ("FifoTopic", "false", "Invalid parameter: AttributeName"),
        ("ContentBasedDeduplication", "true", "Invalid parameter: AttributeName"),
        ("Nothing", "", "Invalid parameter: AttributeName"),
        ("SignatureVersion", "3", "Invalid parameter: SignatureVersion: Invalid value [3]."),
        ("Policy", "{}", "Invalid parameter: Policy Error: null"),
        (
            "KmsMasterKeyId",
            "alias/aws/sns",
            "Hamlet does not implement topics that are encrypted by a key of KMS yet.",
        ),
    ] {
        assert_eq!(set(&mut topics, name, value), Err(sentence.to_owned()), "{name}");
    }
    let foreign = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"SQS:SendMessage","Resource":"*"}]}"#;
    assert_eq!(
        set(&mut topics, "Policy", foreign),
        Err("Invalid parameter: Policy statement action out of service scope!".to_owned())
    );
}

#[test]
fn statements_come_and_go_by_their_labels() {
    let mut topics = Topics::new();
    topics.create("alarms", &[]);
    let add = [
        ("TopicArn", TOPIC),
        ("Label", "friends"),
        ("AWSAccountId.member.1", "222222222222"),
        ("ActionName.member.1", "Publish"),
    ];
    topics.ok("AddPermission", &add);
    let policy = |topics: &Topics| -> Value {
        let topic = topics.caller.world.topics.values().next().unwrap();
        serde_json::from_str(topic.policy.text()).unwrap()
    };
    let statement = policy(&topics)["Statement"][1].clone();
    assert_eq!(statement["Principal"]["AWS"], "arn:aws:iam::222222222222:root");
    assert_eq!((&statement["Action"], &statement["Resource"]), (&"SNS:Publish".into(), &TOPIC.into()));
    assert_eq!(
        topics.refused("AddPermission", &add),
        "400 InvalidParameter: Invalid parameter: Statement already exists"
    );
    let out_of_scope = [("ActionName.member.1", "CreateTopic"), ("Label", "x"), add[0], add[2]];
    assert_eq!(
        topics.refused("AddPermission", &out_of_scope),
        "400 InvalidParameter: Invalid parameter: Policy statement action out of service scope!"
    );
    for _ in 0..2 {
        topics.ok("RemovePermission", &[("TopicArn", TOPIC), ("Label", "friends")]);
    }
    assert_eq!(policy(&topics)["Statement"].as_array().unwrap().len(), 1);
}

#[test]
fn tags_are_those_of_topics() {
    let mut topics = Topics::new();
    topics.create("alarms", &[]);
    let tag = [("ResourceArn", TOPIC), ("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "1")];
    topics.ok("TagResource", &tag);
    let listed = topics.ok("ListTagsForResource", &[("ResourceArn", TOPIC)]);
    assert_eq!((listed.text("Key"), listed.text("Value")), ("a".to_owned(), "1".to_owned()));
    let twice = [tag[0], tag[1], tag[2], ("Tags.member.2.Key", "a"), ("Tags.member.2.Value", "2")];
    assert_eq!(
        topics.refused("TagResource", &twice),
        "400 InvalidParameter: Invalid parameter: Duplicated keys are not allowed."
    );
    topics.ok("UntagResource", &[("ResourceArn", TOPIC), ("TagKeys.member.1", "a")]);
    let none = TOPIC.replace("alarms", "others");
    let refused = topics.refused("ListTagsForResource", &[("ResourceArn", &none)]);
    assert_eq!(refused, "404 ResourceNotFound: Resource does not exist");
}

#[test]
fn pages_have_a_hundred() {
    let mut topics = Topics::new();
    for number in 0..101 {
        topics.create(&format!("t{number}"), &[]);
    }
    let first = topics.ok("ListTopics", &[]);
    assert_eq!(first.texts("TopicArn").len(), 100);
    let rest = topics.ok("ListTopics", &[("NextToken", &first.text("NextToken"))]);
    assert_eq!((rest.texts("TopicArn").len(), rest.texts("NextToken").len()), (1, 0));
    assert!(topics.refused("ListTopics", &[("NextToken", "x")]).contains("Invalid parameter: NextToken"));
}

#[test]
fn a_call_touches_its_topic_under_the_topics_policy() {
    let mut topics = Topics::new();
    topics.create("alarms", &[]);
    let touched = |topics: &Topics, action: &str, form: &str| -> Vec<Touched> {
        let input = Input::parse(API.service.protocol, "", form.as_bytes()).unwrap();
        let Caller { world, call, .. } = &topics.caller;
        (API.touches)(world, call, API.find(action).unwrap(), &input)
    };
    let form = format!("TopicArn={TOPIC}&Protocol=sqs&Endpoint={QUEUE}");
    let asked = touched(&topics, "Subscribe", &form);
    assert_eq!((asked[0].arn.as_str(), asked.len()), (TOPIC, 1));
    assert_eq!(asked[0].values("sns:Protocol").unwrap(), ["sqs"]);
    assert_eq!(asked[0].values("sns:Endpoint").unwrap(), [QUEUE]);
    assert_eq!(asked[0].policy.as_ref().unwrap().arn, TOPIC);
    assert_eq!(touched(&topics, "CreateTopic", "Name=other")[0].policy, None);
    assert_eq!(touched(&topics, "ListTopics", ""), []);
    assert_eq!(touched(&topics, "Publish", "TopicArn=x"), []);
}
