//! Against another evaluator of IAM policies: both say the same of random policies and requests.
//!
//! Where they would not is left out, since AWS is on our side: there, wildcards of a resource stay in their part of the ARN, a
//! variable without a value is an empty text (AWS: "the statement does not match"), keys differ by case, and times and numbers
//! must not be texts. Who a resource's policy names, boundaries and sessions it does not know.

mod common;

use common::*;
use iam_rs::{Arn, ContextValue, IAMPolicy, IAMRequest, PolicyEvaluator, PrincipalId};
use policy::{Context, Decision, Document, Kind, Policies, Request};
use proptest::prelude::*;

const ACTIONS: [&str; 7] =
    ["s3:GetObject", "s3:PutObject", "s3:get*", "ec2:*", "*", "s3:?utObject", "s3:*Object"];
/// Patterns whose wildcards stay in their part.
const RESOURCES: [&str; 7] = [
    "*",
    "arn:aws:s3:::bucket/*",
    "arn:aws:s3:::bucket/a",
    "arn:aws:s3:::b?cket/${aws:username}",
    "arn:aws:s3:::bucket/${aws:PrincipalTag/team, 'ann'}",
    "arn:aws:ec2:*:*:instance/*",
    "arn:aws:s3:::*/a",
];
const CONDITIONS: [&str; 17] = [
    r#""StringEquals":{"aws:username":["ann","bob"]}"#,
    r#""StringNotEquals":{"aws:username":["ann","bob"]}"#,
    r#""StringEqualsIgnoreCase":{"aws:username":"ANN"}"#,
    r#""StringNotEqualsIgnoreCase":{"aws:username":"ANN"}"#,
    r#""StringLike":{"aws:username":["a*","?ve"]}"#,
    r#""StringNotLike":{"aws:username":["a*","?ve"]}"#,
    r#""StringLikeIfExists":{"aws:username":"b*"}"#,
    r#""ForAllValues:StringEquals":{"aws:TagKeys":["x","y"]}"#,
    r#""ForAnyValue:StringEquals":{"aws:TagKeys":["x","y"]}"#,
    r#""ForAllValues:StringNotLike":{"aws:TagKeys":["x*"]}"#,
    r#""ForAnyValue:StringNotEquals":{"aws:TagKeys":["x","y"]}"#,
    r#""Null":{"aws:TagKeys":"true"}"#,
    r#""NumericLessThanEquals":{"s3:max-keys":"10"}"#,
    r#""NumericNotEquals":{"s3:max-keys":"10"}"#,
    r#""Bool":{"aws:SecureTransport":"true"}"#,
    r#""IpAddress":{"aws:SourceIp":["10.0.0.0/8","2001:db8::/32"]}"#,
    r#""NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","2001:db8::/32"]}"#,
];

fn one_of(all: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    (0..all.len()).prop_map(|at| all[at])
}

fn listed(all: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(one_of(all), 1..3).prop_map(|values| format!("[\"{}\"]", values.join("\",\"")))
}

fn statement() -> impl Strategy<Value = String> {
    let not = || prop_oneof![3 => Just(""), 1 => Just("Not")];
    let effect = prop_oneof![2 => Just("Allow"), 1 => Just("Deny")];
    let conditions = prop::collection::btree_set(0..CONDITIONS.len(), 0..3);
    (effect, not(), listed(&ACTIONS), not(), listed(&RESOURCES), conditions).prop_map(
        |(effect, a, actions, r, resources, conditions)| {
            let conditions: Vec<&str> = conditions.into_iter().map(|at| CONDITIONS[at]).collect();
            format!(
                r#"{{"Effect":"{effect}","{a}Action":{actions},"{r}Resource":{resources},"Condition":{{{}}}}}"#,
                conditions.join(",")
            )
        },
    )
}

/// What a request says, for both.
#[derive(Clone, Debug)]
struct Asked {
    action: &'static str,
    resource: &'static str,
    strings: Vec<(&'static str, &'static str)>,
    tag_keys: Option<Vec<&'static str>>,
    max_keys: Option<u8>,
    secure: Option<bool>,
}

fn asked() -> impl Strategy<Value = Asked> {
    let actions = one_of(&["s3:GetObject", "s3:PutObject", "ec2:RunInstances", "s3:getobject"]);
    let resources = one_of(&[
        "arn:aws:s3:::bucket/a",
        "arn:aws:s3:::bucket/ann",
        "arn:aws:s3:::other/a",
        "arn:aws:ec2:us-east-1:111122223333:instance/i-1",
    ]);
    let keys = prop::collection::vec(one_of(&["x", "y", "xz"]), 1..3);
    (
        actions,
        resources,
        one_of(&["ann", "bob", "Ann", "eve"]),
        prop::option::of(one_of(&["10.1.2.3", "192.0.2.1", "2001:DB8::1"])),
        prop::option::of(keys),
        prop::option::of(9u8..12),
        prop::option::of(any::<bool>()),
    )
        .prop_map(|(action, resource, name, address, tag_keys, max_keys, secure)| {
            let mut strings = vec![("aws:username", name)];
            strings.extend(address.map(|address| ("aws:SourceIp", address)));
            Asked { action, resource, strings, tag_keys, max_keys, secure }
        })
}

/// Some(true): allowed; Some(false): denied; None: nobody says anything.
type Outcome = Option<bool>;

fn ours(text: &str, asked: &Asked) -> Outcome {
    let document = Document::parse(text, Kind::Identity).unwrap();
    let policies = Policies { identity: &[inline(&document)], ..NONE };
    let mut context = Context::new();
    for (key, value) in &asked.strings {
        context.set(*key, *value);
    }
    if let Some(keys) = &asked.tag_keys {
        context.set("aws:TagKeys", keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>());
    }
    if let Some(keys) = asked.max_keys {
        context.set("s3:max-keys", keys.to_string());
    }
    if let Some(secure) = asked.secure {
        context.set("aws:SecureTransport", secure);
    }
    let (action, resource) = (asked.action, asked.resource);
    let request = Request { action, resource, resource_account: None, principal: &USER, context: &context };
    match policy::decide(&request, &policies) {
        Decision::Allowed(_) => Some(true),
        Decision::ExplicitDeny(..) => Some(false),
        Decision::ImplicitDeny(_) => None,
    }
}

fn theirs(text: &str, asked: &Asked) -> Outcome {
    let mut context = iam_rs::Context::new();
    for (key, value) in &asked.strings {
        context.insert((*key).to_owned(), ContextValue::String((*value).to_owned()));
    }
    if let Some(keys) = &asked.tag_keys {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        context.insert("aws:TagKeys".to_owned(), ContextValue::StringList(keys));
    }
    if let Some(keys) = asked.max_keys {
        context.insert("s3:max-keys".to_owned(), ContextValue::Number(f64::from(keys)));
    }
    if let Some(secure) = asked.secure {
        context.insert("aws:SecureTransport".to_owned(), ContextValue::Boolean(secure));
    }
    let user = "arn:aws:iam::111122223333:user/dev/ann".to_owned();
    let principal = iam_rs::Principal::Aws(PrincipalId::String(user));
    let resource = Arn::parse(asked.resource).unwrap();
    let request = IAMRequest::new_with_context(principal, asked.action, resource, context);
    let policy = IAMPolicy::from_json(text).unwrap();
    match PolicyEvaluator::with_policies(vec![policy]).evaluate(&request).unwrap().decision {
        iam_rs::Decision::Allow => Some(true),
        iam_rs::Decision::Deny => Some(false),
        iam_rs::Decision::NotApplicable => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn both_decide_the_same(statements in prop::collection::vec(statement(), 1..4), asked in asked()) {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","));
        prop_assert_eq!(ours(&text, &asked), theirs(&text, &asked), "{}", text);
    }
}
