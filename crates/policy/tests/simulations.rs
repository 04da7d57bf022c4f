//! What the policy simulator tells of a decision.
//!
//! Follows SimulateCustomPolicy and SimulatePrincipalPolicy (IAM API Reference) and the examples of the AWS CLI.

mod common;

use common::*;
use policy::{
    Attached, Context, Decision, Document, Effect, Kind, Origin, Policies, PolicyType, Position, Request,
    Test, simulate,
};

fn request<'a>(action: &'a str, resource: &'a str, context: &'a Context) -> Request<'a> {
    Request { action, resource, resource_account: None, principal: &USER, context }
}

/// Where the statements that match are: line and column of beginning and end.
fn places(text: &str, action: &str) -> Vec<[usize; 4]> {
    let document = Document::parse(text, Kind::Identity).unwrap();
    let (context, attached) = (Context::new(), [inline(&document)]);
    let policies = Policies { identity: &attached, ..NONE };
    let simulation = simulate(&request(action, "arn:aws:s3:::teambucket", &context), &policies);
    let place = |(start, end): (Position, Position)| [start.line, start.column, end.line, end.column];
    simulation.matched.iter().map(|matched| place(matched.positions())).collect()
}

#[test]
fn statements_are_where_aws_says_that_they_are() {
    // The API Reference's example: from 3:16 to 7:4.
    let alone = "{\n  \"Version\":\"2012-10-17\",\n  \"Statement\":{\n    \"Effect\":\"Allow\",\n    \
                 \"Action\":\"s3:ListBucket\",\n    \"Resource\":\"arn:aws:s3:::teambucket\"\n  }\n}";
    assert_eq!(places(alone, "s3:ListBucket"), [[3, 16, 7, 4]]);
    // AdministratorAccess, as recorded: from 3:17 to 8:6.
    let administrator = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n      \
                         \"Action\": \"*\",\n      \"Resource\": \"*\"\n    }\n  ]\n}";
    assert_eq!(places(administrator, "s3:GetObject"), [[3, 17, 8, 6]]);
    // The AWS CLI's example for one in a line: from 38 to 167, with its condition.
    let line = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThanIfExists":{"a:b":"2015-08-16T12:00:00Z"}}}}"#;
    assert_eq!(places(line, "dynamodb:CreateBackup"), [[1, 38, 1, line.len()]]);
    // The second of a list begins where the first ends.
    let one = r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#;
    let two = format!(r#"{{"Version":"2012-10-17","Statement":[{one},{one}]}}"#);
    let (first, second) = (38 + one.len(), 39 + 2 * one.len());
    assert_eq!(places(&two, "s3:GetObject"), [[1, 38, 1, first], [1, first, 1, second]]);
}

#[test]
fn each_type_of_policies_says_its_own() {
    let (context, origin) = (Context::new(), Origin::Given { name: "boundary" });
    let own = identity(
        r#"[{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"s3:Put*","Resource":"*"}]"#,
    );
    let boundary = identity(r#"{"Effect":"Allow","Action":"ec2:*","Resource":"*"}"#);
    let attached = [inline(&own)];
    let bound = Some(Attached { document: &boundary, origin });
    let policies = Policies { identity: &attached, boundary: bound, ..NONE };
    let said = |action: &'static str| {
        let simulation = simulate(&request(action, "arn:aws:s3:::b/k", &context), &policies);
        let effects = [PolicyType::Identity, PolicyType::Boundary].map(|of| simulation.effect_of(of));
        (simulation.decision, effects)
    };
    let denied = Decision::ExplicitDeny(PolicyType::Identity, None);
    assert_eq!(said("s3:PutObject"), (denied, [Some(Effect::Deny), None]));
    let bounded = Decision::ImplicitDeny(PolicyType::Boundary);
    assert_eq!(said("s3:GetObject"), (bounded, [Some(Effect::Allow), None]));
    let not_own = Decision::ImplicitDeny(PolicyType::Identity);
    assert_eq!(said("ec2:RunInstances"), (not_own, [None, Some(Effect::Allow)]));
}

#[test]
fn values_are_of_the_kinds_that_tests_take() {
    for (test, good, bad) in [
        (Test::Numeric(policy::Order::Equals), "3306", "many"),
        (Test::Date(policy::Order::Equals), "2015-08-16T12:00:00Z", "yesterday"),
        (Test::Bool, "TRUE", "yes"),
        (Test::BinaryEquals, "AAEC", "?"),
        (Test::IpAddress, "2001:db8::/32", "here"),
    ] {
        assert!(test.takes(good) && !test.takes(bad), "{test:?}");
    }
}
