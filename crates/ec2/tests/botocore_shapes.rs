//! The generated shapes against the client they were made for: what botocore sends is read, what
//! is written botocore reads.

use awsproto::{AwsError, Input, Operation, Protocol, Timestamp};
use ec2::shapes::{self, SERVICE, op};
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};

#[test]
fn every_member_of_every_request_of_botocore_is_known() {
    let names: Vec<&str> = op::DECODERS.iter().map(|(name, _)| *name).collect();
    let Some(lines) = botocore(&[&["requests"], names.as_slice()].concat(), "") else {
        return;
    };
    // An older botocore may lack the newest operations.
    assert!(lines.len() > names.len() * 9 / 10, "{} of {}", lines.len(), names.len());
    for line in lines {
        let operation = line["operation"].as_str().unwrap();
        let (_, decoder) = op::DECODERS.iter().find(|(name, _)| *name == operation).unwrap();
        let input = Input::parse(Protocol::Ec2, "", form(&line["form"]).as_bytes()).unwrap();
        decoder(&input).unwrap_or_else(|refusal| panic!("{operation}: {refusal}"));
    }
}

#[test]
fn every_generated_operation_is_one_that_aws_has() {
    assert!(SERVICE.known_operations.is_sorted());
    for (name, _) in op::DECODERS {
        assert!(SERVICE.knows(name), "{name}");
    }
    assert!(SERVICE.knows("CreateFleet") && !SERVICE.knows("MakeFleet"));
}

#[test]
fn empty_lists_are_empty_or_absent_as_aws_has_them_and_absent_members_absent() {
    let association =
        shapes::VpcCidrBlockAssociation { association_id: text("vpc-cidr-assoc-1"), ..Default::default() };
    let made = shapes::Vpc {
        vpc_id: text("vpc-1"),
        is_default: Some(false),
        cidr_block: text("10.0.0.0/16"),
        cidr_block_association_set: vec![association],
        tags: vec![shapes::Tag { key: text("Name"), value: text("<main> & \"co\"") }],
        ..Default::default()
    };
    let answer = shapes::DescribeVpcsResult { vpcs: vec![made.clone()], next_token: None };
    let Some(described) = parsed::<op::DescribeVpcs>(&answer) else {
        return;
    };
    let vpc = &described["Vpcs"][0];
    assert_eq!(vpc["VpcId"], "vpc-1");
    assert_eq!(vpc["IsDefault"], false);
    assert_eq!(vpc["CidrBlockAssociationSet"], json!([{ "AssociationId": "vpc-cidr-assoc-1" }]));
    assert_eq!(vpc["Tags"], json!([{ "Key": "Name", "Value": "<main> & \"co\"" }]));
    assert_eq!((vpc.get("Ipv6CidrBlockAssociationSet"), vpc.get("State")), (None, None));
    assert_eq!(described.get("NextToken"), None);
    assert_eq!(described["ResponseMetadata"]["RequestId"], "r-1");
    let created = shapes::CreateVpcResult { vpc: Some(made) };
    let created = parsed::<op::CreateVpc>(&created).expect("botocore was there a moment ago");
    assert_eq!(created["Vpc"]["Ipv6CidrBlockAssociationSet"], json!([]));
}

#[test]
fn nested_answers_with_moments_and_numbers_are_read() {
    let instance = shapes::Instance {
        instance_id: text("i-1"),
        launch_time: Timestamp::parse("2024-09-24T23:19:46Z"),
        state: Some(shapes::InstanceState { code: Some(16), name: text("running") }),
        security_groups: vec![shapes::GroupIdentifier { group_id: text("sg-1"), group_name: text("web") }],
        ..Default::default()
    };
    let answer =
        shapes::Reservation { reservation_id: text("r-1"), instances: vec![instance], ..Default::default() };
    let Some(parsed) = parsed::<op::RunInstances>(&answer) else {
        return;
    };
    let instance = &parsed["Instances"][0];
    assert_eq!(instance["LaunchTime"], "2024-09-24T23:19:46Z");
    assert_eq!(instance["State"], json!({ "Code": 16, "Name": "running" }));
    assert_eq!(instance["SecurityGroups"][0]["GroupName"], "web");
    assert_eq!(instance["NetworkInterfaces"], json!([]));
}

#[test]
fn errors_are_read() {
    let error = AwsError::not_found("InvalidVpcID.NotFound", "vpc", "vpc-1");
    let reply = error.render(&SERVICE, "r-1");
    let Some(parsed) = read("DescribeVpcs", reply.status, &reply.text()) else {
        return;
    };
    assert_eq!(parsed["Error"]["Code"], "InvalidVpcID.NotFound");
    assert_eq!(parsed["Error"]["Message"], "The vpc ID 'vpc-1' does not exist");
    assert_eq!(parsed["ResponseMetadata"]["RequestId"], "r-1");
}

fn parsed<O: Operation>(answer: &O::Response) -> Option<Value> {
    let reply = O::encode(answer).render(&SERVICE, O::NAME, "r-1");
    read(O::NAME, reply.status, &reply.text())
}

fn read(operation: &str, status: u16, body: &str) -> Option<Value> {
    let line = json!({ "operation": operation, "status": status, "body": body }).to_string();
    botocore(&["answers"], &line)?.pop()
}

/// `a=b&c=d` from botocore's dictionary.
fn form(values: &Value) -> String {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs = values.as_object().unwrap().iter();
    pairs.map(|(key, value)| format!("{key}={}", encoded(&plain(value)))).collect::<Vec<_>>().join("&")
}

/// Runs the script; `None`, said aloud, if there is no botocore here.
fn botocore(arguments: &[&str], input: &str) -> Option<Vec<Value>> {
    let importable = Command::new("python3").args(["-c", "import botocore"]).output();
    if !importable.is_ok_and(|output| output.status.success()) {
        eprintln!("NOT RUN: python3 with botocore is not here");
        assert!(std::env::var_os("CI").is_none(), "CI must have python3 with botocore");
        return None;
    }
    let mut child = Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/botocore_shapes.py"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let lines = String::from_utf8(output.stdout).unwrap();
    Some(lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}
