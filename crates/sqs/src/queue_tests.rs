//! Queues without messages, as requests make, show and change them.

use serde_json::json;

use crate::testing::caller;

const JOBS: &str = "https://sqs.us-west-2.amazonaws.com/123456789012/jobs";

#[test]
fn a_queue_is_made_once_and_differs_by_its_attributes() {
    let mut caller = caller();
    let made = caller.ok("CreateQueue", json!({"QueueName": "jobs", "Attributes": {"DelaySeconds": "5"}}));
    assert_eq!(made["QueueUrl"], JOBS);
    let again = caller.ok("CreateQueue", json!({"QueueName": "jobs"}));
    assert_eq!(again["QueueUrl"], JOBS);
    let other =
        caller.refused("CreateQueue", json!({"QueueName": "jobs", "Attributes": {"DelaySeconds": "6"}}));
    assert_eq!(
        other,
        "QueueNameExists: A queue already exists with the same name and a different value for attribute DelaySeconds"
    );
    assert_eq!(caller.ok("GetQueueUrl", json!({"QueueName": "jobs"}))["QueueUrl"], JOBS);
    let gone = caller.refused("GetQueueUrl", json!({"QueueName": "other"}));
    assert_eq!(gone, "QueueDoesNotExist: The specified queue does not exist.");
}

#[test]
fn names_tell_the_kind() {
    let mut caller = caller();
    let fifo = json!({"FifoQueue": "true"});
    caller.ok("CreateQueue", json!({"QueueName": "a.fifo", "Attributes": fifo}));
    let plain = caller.refused("CreateQueue", json!({"QueueName": "b.fifo"}));
    assert!(
        plain.ends_with(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
        )
    );
    let named = caller.refused("CreateQueue", json!({"QueueName": "c", "Attributes": fifo}));
    assert!(named.contains("must end with .fifo suffix"), "{named}");
    let no = json!({"QueueName": "d", "Attributes": {"FifoQueue": "false"}});
    assert_eq!(caller.refused("CreateQueue", no), "InvalidAttributeName: Unknown Attribute FifoQueue.");
    let content = json!({"QueueName": "e", "Attributes": {"ContentBasedDeduplication": "true"}});
    assert_eq!(
        caller.refused("CreateQueue", content),
        "InvalidAttributeName: Unknown Attribute ContentBasedDeduplication."
    );
}

#[test]
fn each_attribute_has_its_bounds() {
    let mut caller = caller();
    caller.ok("CreateQueue", json!({"QueueName": "jobs"}));
    for (name, wrong) in [
        ("DelaySeconds", "901"),
        ("MaximumMessageSize", "1023"),
        ("MaximumMessageSize", "1048577"),
        ("MessageRetentionPeriod", "59"),
        ("MessageRetentionPeriod", "1209601"),
        ("ReceiveMessageWaitTimeSeconds", "21"),
        ("VisibilityTimeout", "-1"),
        ("VisibilityTimeout", "x"),
        ("KmsDataKeyReusePeriodSeconds", "59"),
        ("SqsManagedSseEnabled", "yes"),
        ("Policy", "x"),
    ] {
        let request = json!({"QueueUrl": JOBS, "Attributes": {name: wrong}});
        let said = caller.refused("SetQueueAttributes", request);
        assert_eq!(said, format!("InvalidAttributeValue: Invalid value for the parameter {name}."));
    }
    let kms = json!({"QueueUrl": JOBS, "Attributes": {"KmsMasterKeyId": "alias/aws/sqs"}});
    assert!(caller.refused("SetQueueAttributes", kms).starts_with("NotImplemented"));
}

#[test]
fn a_dead_letter_queue_is_of_the_same_kind_and_takes_the_messages() {
    let mut caller = caller();
    let create =
        |name: &str, attributes: serde_json::Value| json!({"QueueName": name, "Attributes": attributes});
    caller.ok(
        "CreateQueue",
        create("dead", json!({"RedriveAllowPolicy": r#"{"redrivePermission":"denyAll"}"#})),
    );
    caller.ok("CreateQueue", create("dead.fifo", json!({"FifoQueue": "true"})));
    let to = |name: &str| {
        let arn = format!("arn:aws:sqs:us-west-2:123456789012:{name}");
        json!({"RedrivePolicy": json!({"deadLetterTargetArn": arn, "maxReceiveCount": 1}).to_string()})
    };
    for (name, reason) in [
        ("dead.fifo", "Dead-letter queue must be same type of queue as the source."),
        ("none", "Dead letter target does not exist."),
        ("dead", "Queue is not allowed to use the dead-letter target: see its RedriveAllowPolicy."),
    ] {
        let said = caller.refused("CreateQueue", create("jobs", to(name)));
        assert!(said.ends_with(reason), "{said}");
    }
    let allow = json!({"QueueUrl": JOBS.replace("jobs", "dead"), "Attributes": {"RedriveAllowPolicy": ""}});
    caller.ok("SetQueueAttributes", allow);
    caller.ok("CreateQueue", create("jobs", to("dead")));
    let sources = caller.ok("ListDeadLetterSourceQueues", json!({"QueueUrl": JOBS.replace("jobs", "dead")}));
    assert_eq!(sources["queueUrls"], json!([JOBS]));
}

#[test]
fn queues_come_in_pages_if_somebody_asks_for_them() {
    let mut caller = caller();
    assert_eq!(caller.ok("ListQueues", json!({})), json!({}));
    for name in ["a", "b", "c"] {
        caller.ok("CreateQueue", json!({"QueueName": name}));
    }
    let all = caller.ok("ListQueues", json!({}));
    assert_eq!((all["QueueUrls"].as_array().unwrap().len(), all.get("NextToken")), (3, None));
    let first = caller.ok("ListQueues", json!({"MaxResults": 2}));
    let rest = caller.ok("ListQueues", json!({"MaxResults": 2, "NextToken": first["NextToken"]}));
    assert_eq!(rest, json!({"QueueUrls": [JOBS.replace("jobs", "c")]}));
    assert!(caller.refused("ListQueues", json!({"MaxResults": 1001})).contains("Must be between 1 and 1000"));
}

#[test]
fn permissions_are_statements_of_the_policy() {
    let mut caller = caller();
    caller.ok("CreateQueue", json!({"QueueName": "jobs"}));
    let add = |label: &str, actions: serde_json::Value| json!({"QueueUrl": JOBS, "Label": label, "AWSAccountIds": ["222222222222"], "Actions": actions});
    caller.ok("AddPermission", add("one", json!(["SendMessage", "GetQueueUrl"])));
    let again = caller.refused("AddPermission", add("one", json!(["SendMessage"])));
    assert!(again.ends_with("Value one for parameter Label is invalid. Reason: Already exists."), "{again}");
    let owner = caller.refused("AddPermission", add("two", json!(["DeleteQueue"])));
    assert!(owner.contains("Only the queue owner is allowed to invoke this action."), "{owner}");
    let many = caller.refused("AddPermission", add("two", json!(vec!["*"; 8])));
    assert_eq!(many, "OverLimit: 8 Actions were found, maximum allowed is 7.");
    caller.ok("RemovePermission", json!({"QueueUrl": JOBS, "Label": "one"}));
    let gone = caller.refused("RemovePermission", json!({"QueueUrl": JOBS, "Label": "one"}));
    assert!(gone.ends_with("can't find label on existing policy."), "{gone}");
}

#[test]
fn tags_come_and_go() {
    let mut caller = caller();
    caller.ok("CreateQueue", json!({"QueueName": "jobs", "tags": {"a": "1"}}));
    caller.ok("TagQueue", json!({"QueueUrl": JOBS, "Tags": {"b": "2"}}));
    caller.ok("UntagQueue", json!({"QueueUrl": JOBS, "TagKeys": ["a"]}));
    assert_eq!(caller.ok("ListQueueTags", json!({"QueueUrl": JOBS})), json!({"Tags": {"b": "2"}}));
}
