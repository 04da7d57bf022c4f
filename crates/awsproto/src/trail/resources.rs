//! What an event was about, by which it can be found: resources in what was asked and what was answered.
//!
//! Follows "Filtering CloudTrail events" and "Supported resource types" (CloudTrail User Guide). Of changes alone: questions
//! are about whatever there is.

use serde_json::Value;
use std::collections::BTreeSet;

/// The most resources of one event.
const RESOURCES_MAX: usize = 50;

/// A resource that an event was about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Resource {
    /// `AWS::EC2::SecurityGroup`
    pub kind: &'static str,
    /// Its identifier or name.
    pub name: String,
}

/// EC2's resources, by the beginnings of their identifiers.
const PREFIXES: [(&str, &str); 26] = [
    ("acl-", "AWS::EC2::NetworkAcl"),
    ("ami-", "AWS::EC2::Ami"),
    ("dopt-", "AWS::EC2::DHCPOptions"),
    ("eigw-", "AWS::EC2::EgressOnlyInternetGateway"),
    ("fl-", "AWS::EC2::FlowLog"),
    ("eice-", "AWS::EC2::InstanceConnectEndpoint"),
    ("eipalloc-", "AWS::EC2::EIP"),
    ("eni-", "AWS::EC2::NetworkInterface"),
    ("fleet-", "AWS::EC2::EC2Fleet"),
    ("i-", "AWS::EC2::Instance"),
    ("igw-", "AWS::EC2::InternetGateway"),
    ("key-", "AWS::EC2::KeyPair"),
    ("lt-", "AWS::EC2::LaunchTemplate"),
    ("nat-", "AWS::EC2::NatGateway"),
    ("pcx-", "AWS::EC2::VPCPeeringConnection"),
    ("pg-", "AWS::EC2::PlacementGroup"),
    ("pl-", "AWS::EC2::PrefixList"),
    ("rtb-", "AWS::EC2::RouteTable"),
    ("sg-", "AWS::EC2::SecurityGroup"),
    ("sgr-", "AWS::EC2::SecurityGroupRule"),
    ("snap-", "AWS::EC2::Snapshot"),
    ("subnet-", "AWS::EC2::Subnet"),
    ("tgw-", "AWS::EC2::TransitGateway"),
    ("vol-", "AWS::EC2::Volume"),
    ("vpc-", "AWS::EC2::VPC"),
    ("vpce-", "AWS::EC2::VPCEndpoint"),
];

/// Resources that have names or ARNs, by the services and members where these are.
const MEMBERS: [(&str, &str, &str); 14] = [
    ("ec2.amazonaws.com", "groupName", "AWS::EC2::SecurityGroup"),
    ("ec2.amazonaws.com", "keyName", "AWS::EC2::KeyPair"),
    ("iam.amazonaws.com", "userName", "AWS::IAM::User"),
    ("iam.amazonaws.com", "groupName", "AWS::IAM::Group"),
    ("iam.amazonaws.com", "roleName", "AWS::IAM::Role"),
    ("iam.amazonaws.com", "policyName", "AWS::IAM::Policy"),
    ("iam.amazonaws.com", "policyArn", "AWS::IAM::Policy"),
    ("iam.amazonaws.com", "instanceProfileName", "AWS::IAM::InstanceProfile"),
    ("iam.amazonaws.com", "accessKeyId", "AWS::IAM::AccessKey"),
    ("iam.amazonaws.com", "serverCertificateName", "AWS::IAM::ServerCertificate"),
    ("sts.amazonaws.com", "roleArn", "AWS::IAM::Role"),
    ("sts.amazonaws.com", "accessKeyId", "AWS::IAM::AccessKey"),
    ("route53.amazonaws.com", "hostedZoneId", "AWS::Route53::HostedZone"),
    ("ssm.amazonaws.com", "name", "AWS::SSM::Parameter"),
];

/// The resources of an event.
pub(super) fn of(record: &Value) -> Vec<Resource> {
    let source = record["eventSource"].as_str().unwrap_or_default();
    let is_question = record["readOnly"] == true && source != "sts.amazonaws.com";
    if is_question {
        return Vec::new();
    }
    let mut found = BTreeSet::new();
    for part in ["requestParameters", "responseElements"] {
        collect(source, "", &record[part], &mut found);
    }
    found.into_iter().collect()
}

fn collect(source: &str, name: &str, value: &Value, found: &mut BTreeSet<Resource>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| collect(source, name, value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| collect(source, name, value, found)),
        Value::String(text) if found.len() < RESOURCES_MAX => {
            found.extend(kind(source, name, text).map(|kind| Resource { kind, name: text.clone() }));
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn kind(source: &str, name: &str, text: &str) -> Option<&'static str> {
    let by_member = MEMBERS.iter().find(|(of, member, _)| *of == source && *member == name);
    by_member.map(|(_, _, kind)| *kind).or_else(|| {
        let is_named = source == "ec2.amazonaws.com" && (name.ends_with("Id") || name.ends_with("Ids"));
        let by_prefix = PREFIXES.iter().find(|(prefix, _)| is_named && text.starts_with(prefix));
        by_prefix.map(|(_, kind)| *kind)
    })
}
