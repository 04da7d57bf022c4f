//! When a statement is in effect: AWS's tables and examples of condition operators, as cases.
//!
//! Follows "IAM JSON policy elements: Condition operators", "Conditions with multiple context keys or values", "Set operators
//! for multivalued context keys" and "IAM policy elements: Variables and tags" (IAM User Guide).

mod common;

use common::*;
use policy::{Context, Document, Kind, Policies};

fn one(key: &'static str, value: &'static str) -> Context {
    Context::new().with(key, value)
}

fn many(key: &'static str, values: &[&str]) -> Context {
    Context::new().with(key, values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>())
}

/// Each operator: the policy's value, a value of a request that meets it, and one that does not.
#[test]
fn each_operator_is_met_by_what_it_says() {
    for (operator, expected, meets, fails) in [
        ("StringEquals", r#""queue""#, "queue", "Queue"),
        ("StringEquals", r#""que*""#, "que*", "queue"),
        ("StringNotEquals", r#""queue""#, "Queue", "queue"),
        ("StringEqualsIgnoreCase", r#""QUEUE-É""#, "queue-é", "queue"),
        ("StringNotEqualsIgnoreCase", r#""Queue""#, "queues", "QUEUE"),
        ("StringLike", r#""q?eue*""#, "queues", "qeue"),
        ("StringNotLike", r#""q*""#, "topic", "queue"),
        ("NumericEquals", "10", "10.0", "11"),
        ("NumericEquals", r#""10""#, "10", "ten"),
        ("NumericNotEquals", "10", "9", "10"),
        ("NumericLessThan", "10", "9.5", "10"),
        ("NumericLessThanEquals", "10", "10", "10.1"),
        ("NumericGreaterThan", "-1", "0", "-1"),
        ("NumericGreaterThanEquals", r#""1e2""#, "100", "99"),
        ("DateEquals", r#""2026-11-29T00:00:00Z""#, "1795910400", "2026-11-30"),
        ("DateNotEquals", r#""2026-11-29""#, "2026-11-30", "2026-11-29T00:00:00Z"),
        ("DateLessThan", r#""2026-11-29T12:00:00Z""#, "2026-11-29T11:59:59Z", "2026-11-29T12:00:00Z"),
        (
            "DateLessThanEquals",
            r#""2026-11-29T12:00:00Z""#,
            "2026-11-29T13:00:00+01:00",
            "2026-11-29T12:00:00.001Z",
        ),
        ("DateGreaterThan", "1795910400", "2026-11-29T00:00:01Z", "2026-11-29"),
        ("DateGreaterThanEquals", r#""2026""#, "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z"),
        ("Bool", "true", "true", "false"),
        ("Bool", r#""FALSE""#, "false", "true"),
        ("BinaryEquals", r#""QmluYXJ5""#, "QmluYXJ5", "qmluyxj5"),
        ("IpAddress", r#""203.0.113.0/24""#, "203.0.113.200", "203.0.114.1"),
        ("IpAddress", r#""2001:DB8:1234:5678::/64""#, "2001:db8:1234:5678:0:0:0:1", "2001:db8:1234:5679::1"),
        ("IpAddress", r#""203.0.113.5""#, "203.0.113.5", "203.0.113.6"),
        ("NotIpAddress", r#"["203.0.113.0/24","2001:db8::/32"]"#, "2001:db9::1", "2001:db8::1"),
        (
            "ArnEquals",
            r#""arn:aws:sns:*:111122223333:t*""#,
            "arn:aws:sns:us-east-1:111122223333:topic",
            "arn:aws:sns:us-east-1:1:111122223333:t",
        ),
        (
            "ArnLike",
            r#""arn:aws:iam::*:role/*""#,
            "arn:aws:iam::111122223333:role/a/b",
            "arn:aws:iam::111122223333:user/a",
        ),
        (
            "ArnNotEquals",
            r#""arn:aws:sns:*:*:topic""#,
            "arn:aws:sns:us-east-1:1:other",
            "arn:aws:sns:us-east-1:1:topic",
        ),
        (
            "ArnNotLike",
            r#""arn:aws:sns:*:*:*""#,
            "arn:aws:sqs:us-east-1:1:q",
            "arn:aws:sns:us-east-1:1:topic",
        ),
    ] {
        let condition = format!(r#"{{"{operator}":{{"test:Key":{expected}}}}}"#);
        assert!(is_met(&condition, &one("TEST:key", meets)), "{condition} {meets}");
        assert!(!is_met(&condition, &one("TEST:key", fails)), "{condition} {fails}");
    }
}

/// The tables of "…IfExists condition operators" and of what a missing key means.
#[test]
fn without_the_key_only_negations_and_if_exists_are_met() {
    for (operator, expected, negated) in [
        ("StringEquals", "a", false),
        ("StringNotEquals", "a", true),
        ("StringEqualsIgnoreCase", "a", false),
        ("StringNotEqualsIgnoreCase", "a", true),
        ("StringLike", "*", false),
        ("StringNotLike", "*", true),
        ("NumericEquals", "1", false),
        ("NumericNotEquals", "1", true),
        ("NumericLessThan", "1", false),
        ("DateEquals", "2026", false),
        ("DateNotEquals", "2026", true),
        ("DateGreaterThan", "2026", false),
        ("Bool", "false", false),
        ("BinaryEquals", "YQ==", false),
        ("IpAddress", "0.0.0.0/0", false),
        ("NotIpAddress", "0.0.0.0/0", true),
        ("ArnLike", "arn:*:*:*:*:*", false),
        ("ArnNotEquals", "arn:*:*:*:*:*", true),
    ] {
        let met = |operator: String| {
            is_met(&format!(r#"{{"{operator}":{{"a:b":"{expected}"}}}}"#), &Context::new())
        };
        assert_eq!(met(operator.to_owned()), negated, "{operator}");
        assert!(met(format!("{operator}IfExists")), "{operator}IfExists");
        assert!(met(format!("ForAllValues:{operator}")), "ForAllValues:{operator}");
        assert!(!met(format!("ForAnyValue:{operator}")), "ForAnyValue:{operator}");
        assert!(met(format!("ForAnyValue:{operator}IfExists")), "ForAnyValue:{operator}IfExists");
    }
}

#[test]
fn null_asks_whether_the_key_is_there() {
    let there = one("aws:TokenIssueTime", "2026-11-29T00:00:00Z");
    for (wanted, absent) in [("\"true\"", true), ("true", true), ("\"false\"", false), ("false", false)] {
        let condition = format!(r#"{{"Null":{{"aws:TokenIssueTime":{wanted}}}}}"#);
        assert_eq!(is_met(&condition, &Context::new()), absent);
        assert_eq!(is_met(&condition, &there), !absent);
    }
    // A key without any value is as none.
    assert!(is_met(r#"{"Null":{"aws:TagKeys":true}}"#, &many("aws:TagKeys", &[])));
}

/// "Evaluation logic for multiple context keys or values": OR in a key, NOR if negated, AND everywhere else.
#[test]
fn values_are_alternatives_and_all_else_must_be_met() {
    let two = r#"{"StringEquals":{"a:b":["x","y"]}}"#;
    assert!(is_met(two, &one("a:b", "y")) && !is_met(two, &one("a:b", "z")));
    let neither = r#"{"StringNotEquals":{"a:b":["x","y"]}}"#;
    assert!(is_met(neither, &one("a:b", "z")) && !is_met(neither, &one("a:b", "y")));
    let both_keys = r#"{"StringEquals":{"a:b":"x","a:c":"y"}}"#;
    assert!(is_met(both_keys, &one("a:b", "x").with("a:c", "y")));
    assert!(!is_met(both_keys, &one("a:b", "x")));
    let both_operators = r#"{"StringLike":{"a:b":"x*"},"NumericLessThan":{"a:n":5}}"#;
    assert!(is_met(both_operators, &one("a:b", "xyz").with("a:n", "4")));
    assert!(!is_met(both_operators, &one("a:b", "xyz").with("a:n", "5")));
    assert!(is_met("{}", &Context::new()) && is_met(r#"{"StringEquals":{}}"#, &Context::new()));
}

/// The tables of "Set operators for multivalued context keys".
#[test]
fn set_operators_look_at_all_values_or_at_any() {
    let all = r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["environment","cost-center"]}}"#;
    for (keys, met) in [
        (&["environment"][..], true),
        (&["environment", "cost-center"], true),
        (&[], true),
        (&["environment", "owner"], false),
        (&["owner"], false),
    ] {
        assert_eq!(is_met(all, &many("aws:TagKeys", keys)), met, "{keys:?}");
    }
    let any = r#"{"ForAnyValue:StringEquals":{"aws:TagKeys":["environment","cost-center"]}}"#;
    for (keys, met) in
        [(&["environment"][..], true), (&["environment", "owner"], true), (&[], false), (&["owner"], false)]
    {
        assert_eq!(is_met(any, &many("aws:TagKeys", keys)), met, "{keys:?}");
    }
    // Negated: each value, or one value, that is none of them.
    let all_not = r#"{"ForAllValues:StringNotLike":{"aws:TagKeys":["aws:*","secret"]}}"#;
    assert!(is_met(all_not, &many("aws:TagKeys", &["a", "b"])));
    assert!(!is_met(all_not, &many("aws:TagKeys", &["a", "secret"])));
    let any_not = r#"{"ForAnyValue:StringNotLike":{"aws:TagKeys":["aws:*","secret"]}}"#;
    assert!(is_met(any_not, &many("aws:TagKeys", &["a", "secret"])));
    assert!(!is_met(any_not, &many("aws:TagKeys", &["aws:x", "secret"])));
}

fn allows(version: &str, resource: &str, asked: &str, context: &Context) -> bool {
    let text = format!(
        r#"{{{version}"Statement":{{"Effect":"Allow","Action":"s3:GetObject","Resource":"{resource}"}}}}"#
    );
    let document = Document::parse(&text, Kind::Session).unwrap();
    let policies = Policies { identity: &[inline(&document)], ..NONE };
    decide("s3:GetObject", asked, None, &USER, context, &policies).is_allowed()
}

/// "Variables and tags": defaults, escapes, and that the older version has none.
#[test]
fn variables_have_the_values_of_the_request() {
    const NOW: &str = r#""Version":"2012-10-17","#;
    let ann = one("aws:username", "ann").with("aws:PrincipalTag/Team", "net*");
    let home = "arn:aws:s3:::bucket/homes/${aws:username}/*";
    assert!(allows(NOW, home, "arn:aws:s3:::bucket/homes/ann/x", &ann));
    assert!(!allows(NOW, home, "arn:aws:s3:::bucket/homes/bob/x", &ann));
    assert!(!allows(NOW, home, "arn:aws:s3:::bucket/homes//x", &Context::new()));
    for old in ["", r#""Version":"2008-10-17","#] {
        assert!(!allows(old, home, "arn:aws:s3:::bucket/homes/ann/x", &ann));
        assert!(allows(old, home, "arn:aws:s3:::bucket/homes/${aws:username}/x", &ann));
    }
    let team = "arn:aws:s3:::bucket/${aws:PrincipalTag/team, 'company-wide'}/*";
    assert!(allows(NOW, team, "arn:aws:s3:::bucket/company-wide/x", &Context::new()));
    // A wildcard in a value is a character.
    assert!(allows(NOW, team, "arn:aws:s3:::bucket/net*/x", &ann));
    assert!(!allows(NOW, team, "arn:aws:s3:::bucket/network/x", &ann));
    let escaped = "arn:aws:s3:::bucket/${*}${?}${$}{a}";
    assert!(allows(NOW, escaped, "arn:aws:s3:::bucket/*?${a}", &ann));
    assert!(!allows(NOW, escaped, "arn:aws:s3:::bucket/xx${a}", &ann));
    // Several values are none: "You can't use multivalued condition keys".
    let keys = "arn:aws:s3:::bucket/${aws:TagKeys}";
    assert!(!allows(NOW, keys, "arn:aws:s3:::bucket/a", &many("aws:TagKeys", &["a", "b"])));
}

#[test]
fn variables_work_in_conditions_too() {
    let own = r#"{"StringEquals":{"ec2:ResourceTag/Owner":"${aws:username}"}}"#;
    let tagged = one("ec2:ResourceTag/Owner", "ann");
    assert!(is_met(own, &tagged.clone().with("aws:username", "ann")));
    assert!(!is_met(own, &tagged.clone().with("aws:username", "bob")));
    assert!(!is_met(own, &tagged));
    // What cannot be said is not met, neither way.
    let others = r#"{"StringNotEquals":{"ec2:ResourceTag/Owner":"${aws:username}"}}"#;
    assert!(!is_met(others, &tagged));
    assert!(is_met(others, &tagged.clone().with("aws:username", "bob")));
    let ignoring = r#"{"StringEqualsIgnoreCase":{"ec2:ResourceTag/Owner":"${aws:username}"}}"#;
    assert!(is_met(ignoring, &tagged.clone().with("aws:username", "ANN")));
    let flag = r#"{"Bool":{"aws:SecureTransport":"${test:Flag}"}}"#;
    assert!(is_met(flag, &one("aws:SecureTransport", "true").with("test:Flag", "True")));
}

#[test]
fn the_keys_that_a_policy_asks_for_are_known() {
    let document = identity(
        r#"[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:PrincipalTag/team, 'x'}/*",
            "Condition":{"StringLike":{"s3:prefix":["${aws:username}/*","home"]},"Bool":{"aws:SecureTransport":true}}},
           {"Effect":"Deny","NotAction":"s3:*","NotResource":"*","Condition":{"Null":{"AWS:Username":"true"}}}]"#,
    );
    assert_eq!(
        document.context_keys(),
        ["aws:PrincipalTag/team", "s3:prefix", "aws:username", "aws:SecureTransport"]
    );
}
