//! CreateFlowLogs and its neighbours, as the `aws` CLI calls them.

use crate::testing::Caller;
use model::role::NewRole;
use model::{Ids, Tags, Timestamp};

const ROLE: &str = "arn:aws:iam::123456789012:role/writer";
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole",
    "Principal":{"Service":"vpc-flow-logs.amazonaws.com"},
    "Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}}}"#;

/// Somebody with a VPC and a role that the service may act as.
fn caller() -> (Caller, String) {
    let mut caller = Caller::new();
    add_role(&mut caller, "writer", TRUST);
    let vpc = caller.ok("CreateVpc", &[("CidrBlock", "10.0.0.0/16")]).text("vpcId");
    (caller, vpc)
}

fn add_role(caller: &mut Caller, name: &str, trust: &str) {
    let new = NewRole {
        path: "/".to_owned(),
        name: name.to_owned(),
        description: None,
        trust_policy: policy::Document::parse(trust, policy::Kind::Trust).unwrap(),
        max_session_duration_s: 3600,
        boundary: None,
        tags: Tags::new(),
    };
    let account = caller.scope().account;
    let mut bits = 0_u128;
    let mut source = || {
        bits += 1 << 70;
        bits
    };
    caller.world.create_role(account, new, &mut Ids::new(&mut source), Timestamp(0)).unwrap();
}

fn of<'a>(vpc: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![
        ("ResourceType", "VPC"),
        ("ResourceId.1", vpc),
        ("TrafficType", "ALL"),
        ("LogGroupName", "flows"),
        ("DeliverLogsPermissionArn", ROLE),
    ];
    all.retain(|(name, _)| !more.iter().any(|(other, _)| name == other));
    all.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    all
}

#[test]
fn a_flow_log_shows_what_was_asked_for_and_what_was_not_said() {
    let (mut caller, vpc) = caller();
    let made = caller.ok(
        "CreateFlowLogs",
        &of(
            &vpc,
            &[
                ("TagSpecification.1.ResourceType", "vpc-flow-log"),
                ("TagSpecification.1.Tag.1.Key", "lab"),
                ("TagSpecification.1.Tag.1.Value", "7"),
                ("MaxAggregationInterval", "60"),
            ],
        ),
    );
    let id = made.texts("item").first().cloned().unwrap();
    assert!(id.starts_with("fl-") && !made.text("clientToken").is_empty(), "{id}");
    let shown =
        caller.ok("DescribeFlowLogs", &[("Filter.1.Name", "resource-id"), ("Filter.1.Value.1", &vpc)]);
    for (member, value) in [
        ("flowLogId", id.as_str()),
        ("flowLogStatus", "ACTIVE"),
        ("deliverLogsStatus", "SUCCESS"),
        ("deliverLogsPermissionArn", ROLE),
        ("logGroupName", "flows"),
        ("logDestinationType", "cloud-watch-logs"),
        ("trafficType", "ALL"),
        ("maxAggregationInterval", "60"),
        ("resourceId", vpc.as_str()),
        ("key", "lab"),
    ] {
        assert_eq!(shown.text(member), value, "{member}");
    }
    assert!(shown.text("logFormat").starts_with("${version} ${account-id} ${interface-id} ${srcaddr}"));
    assert!(shown.texts("deliverLogsErrorMessage").is_empty());
    assert_eq!(
        caller.refused("CreateFlowLogs", &of(&vpc, &[("MaxAggregationInterval", "60")])),
        "FlowLogAlreadyExists: Error. There is an existing Flow Log with the same configuration and log \
         destination."
    );
    caller.ok("DeleteFlowLogs", &[("FlowLogId.1", &id)]);
    assert_eq!(
        caller.refused("DeleteFlowLogs", &[("FlowLogId.1", &id)]),
        format!(
            "InvalidFlowLogId.NotFound: These flow log ids in the input list are not found: [TotalCount: 1] {id}"
        )
    );
}

#[test]
fn the_sentences_about_destinations_are_aws_s() {
    let (mut caller, vpc) = caller();
    let group = "arn:aws:logs:us-east-1:123456789012:log-group:flows";
    for (more, sentence) in [
        (&[("LogGroupName", "")][..], "LogDestination can't be empty if LogGroupName is not provided."),
        (&[("LogDestination", group)], "Please only provide LogGroupName or only provide LogDestination."),
        (
            &[("LogDestinationType", "s3")],
            "LogDestination type must be cloud-watch-logs if LogGroupName is provided.",
        ),
        (
            &[("DeliverLogsPermissionArn", "")],
            "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.",
        ),
        (&[("MaxAggregationInterval", "61")], "Invalid Flow Log Max Aggregation Interval"),
        (&[("LogFormat", "${srcaddr} ${what}")], "Unknown fields provided"),
        (
            &[("DeliverLogsPermissionArn", "arn:aws:iam::123456789012:role/nobody")],
            "Unable to assume given IAM role",
        ),
    ] {
        let refused = caller.refused("CreateFlowLogs", &of(&vpc, more));
        assert_eq!(refused, format!("InvalidParameter: {sentence}"));
    }
    assert_eq!(
        caller.refused("CreateFlowLogs", &of(&vpc, &[("LogFormat", "${srcaddr} ")])),
        "InvalidParameterValue: 1 validation error detected: Value '${srcaddr} ' at 'logFormat' has an invalid \
         format"
    );
    assert!(caller.ok("DescribeFlowLogs", &[]).texts("flowLogId").is_empty(), "nothing of it was made");
}

#[test]
fn a_role_for_another_service_or_source_is_not_assumed() {
    let (mut caller, vpc) = caller();
    for (name, trust) in [
        ("ec2s", TRUST.replace("vpc-flow-logs", "ec2")),
        ("others", TRUST.replace("123456789012", "999999999999")),
    ] {
        add_role(&mut caller, name, &trust);
        let arn = format!("arn:aws:iam::123456789012:role/{name}");
        let refused = caller.refused("CreateFlowLogs", &of(&vpc, &[("DeliverLogsPermissionArn", &arn)]));
        assert_eq!(refused, "InvalidParameter: Unable to assume given IAM role");
    }
}

#[test]
fn a_bucket_that_is_not_there_fails_each_resource_and_not_the_call() {
    let (mut caller, vpc) = caller();
    let more = [
        ("LogGroupName", ""),
        ("DeliverLogsPermissionArn", ""),
        ("LogDestinationType", "s3"),
        ("LogDestination", "arn:aws:s3:::nobodys-bucket/logs/"),
    ];
    let answer = caller.ok("CreateFlowLogs", &of(&vpc, &more));
    assert_eq!(answer.text("message"), "LogDestination: nobodys-bucket does not exist");
    assert_eq!((answer.text("code"), answer.text("resourceId")), ("400".to_owned(), vpc));
}

#[test]
fn it_goes_with_its_resource() {
    let (mut caller, vpc) = caller();
    caller.ok("CreateFlowLogs", &of(&vpc, &[]));
    caller.ok("DeleteVpc", &[("VpcId", &vpc)]);
    assert!(caller.ok("DescribeFlowLogs", &[]).texts("flowLogId").is_empty());
}

/// A bucket of an account, with a policy.
fn add_bucket(caller: &mut Caller, name: &str, account: &str) {
    let partition = caller.scope().region.partition();
    let key = model::bucket_name::BucketName::new(partition, name).unwrap();
    let mut bits = 7_u128 << 64;
    let mut source = || {
        bits += 1 << 64;
        bits
    };
    let (account, region) = (account.parse().unwrap(), caller.scope().region);
    let bucket = model::bucket::Bucket::new(&key, account, region, Timestamp(0), &mut Ids::new(&mut source));
    caller.world.buckets.insert(key, bucket);
}

#[test]
fn one_s_own_bucket_gets_the_statements_that_let_files_in_and_another_account_s_must_have_them() {
    let (mut caller, vpc) = caller();
    add_bucket(&mut caller, "my-flow-logs", "123456789012");
    add_bucket(&mut caller, "their-flow-logs", "999999999999");
    let to = |arn| {
        [
            ("LogGroupName", ""),
            ("DeliverLogsPermissionArn", ""),
            ("LogDestinationType", "s3"),
            ("LogDestination", arn),
        ]
    };
    let made = caller.ok("CreateFlowLogs", &of(&vpc, &to("arn:aws:s3:::my-flow-logs/net/")));
    assert!(made.texts("message").is_empty());
    let policy = |caller: &Caller| {
        let partition = caller.scope().region.partition();
        let key = model::bucket_name::BucketName::new(partition, "my-flow-logs").unwrap();
        caller.world.buckets.get(&key).unwrap().policy.as_ref().unwrap().text().to_owned()
    };
    let text = policy(&caller);
    assert!(text.contains(r#""arn:aws:s3:::my-flow-logs/net/AWSLogs/123456789012/*""#), "{text}");
    caller.ok(
        "CreateFlowLogs",
        &of(&vpc, &[&to("arn:aws:s3:::my-flow-logs/net/")[..], &[("TrafficType", "REJECT")]].concat()),
    );
    assert_eq!(policy(&caller), text, "what lets the second in is there");
    let shown = caller.ok("DescribeFlowLogs", &[]);
    assert_eq!(shown.texts("fileFormat"), ["plain-text", "plain-text"]);
    let options = |format| [("DestinationOptions.FileFormat", format), ("TrafficType", "ACCEPT")];
    let in_form = |format| [&to("arn:aws:s3:::my-flow-logs/net/")[..], &options(format)].concat();
    let id = caller.ok("CreateFlowLogs", &of(&vpc, &in_form("parquet"))).text("item");
    let shown = caller.ok("DescribeFlowLogs", &[("FlowLogId.1", &id)]);
    let shown = |member| shown.text(member);
    assert_eq!(
        (shown("fileFormat"), shown("hiveCompatiblePartitions"), shown("perHourPartition")),
        ("parquet".into(), "false".into(), "false".into())
    );
    assert_eq!(
        caller.refused("CreateFlowLogs", &of(&vpc, &in_form("orc"))),
        "InvalidParameterValue: 1 validation error detected: Value 'orc' at 'fileFormat' failed to satisfy \
         constraint: Member must satisfy enum value set: [plain-text, parquet]"
    );
    let refused = caller.ok("CreateFlowLogs", &of(&vpc, &to("arn:aws:s3:::their-flow-logs")));
    assert_eq!(
        refused.text("message"),
        "Access Denied for LogDestination: their-flow-logs. Please check LogDestination permission"
    );
}

#[test]
fn a_bucket_whose_policy_denies_keeps_it_as_it_is() {
    let (mut caller, vpc) = caller();
    add_bucket(&mut caller, "my-flow-logs", "123456789012");
    let partition = caller.scope().region.partition();
    let key = model::bucket_name::BucketName::new(partition, "my-flow-logs").unwrap();
    let deny = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*",
        "Resource":"arn:aws:s3:::my-flow-logs/*"}}"#;
    let deny = policy::Document::parse(deny, policy::Kind::Resource).unwrap();
    caller.world.buckets.get_mut(&key).unwrap().policy = Some(deny.clone());
    let to = [
        ("LogGroupName", ""),
        ("DeliverLogsPermissionArn", ""),
        ("LogDestinationType", "s3"),
        ("LogDestination", "arn:aws:s3:::my-flow-logs"),
    ];
    let refused = caller.ok("CreateFlowLogs", &of(&vpc, &to));
    assert!(refused.text("message").starts_with("Access Denied for LogDestination: my-flow-logs."));
    assert_eq!(caller.world.buckets.get(&key).unwrap().policy, Some(deny));
}
