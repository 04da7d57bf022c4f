//! What people send to make it slow or fall over: an answer or a refusal, in time.

mod common;

use common::*;
use policy::{Context, Document, Kind, Policies, PolicyProblem};
use std::time::{Duration, Instant};

/// Far more than any of it takes in a build that is not optimised, and far less than what has gone astray takes.
const TIME_MAX: Duration = Duration::from_secs(5);

fn in_time<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let result = work();
    assert!(begun.elapsed() < TIME_MAX, "{what}: {:?}", begun.elapsed());
    result
}

fn allows(document: &Document, resource: &str, context: &Context) -> bool {
    let policies = Policies { identity: &[inline(document)], ..NONE };
    decide("s3:GetObject", resource, None, &USER, context, &policies).is_allowed()
}

#[test]
fn six_thousand_bytes_of_wildcards() {
    let resource = format!("arn:aws:s3:::{}", "a".repeat(2_000));
    for unit in ["*a", "*?a", "*a*aa?", "?*", "*aaaaaaaaaaaaaaaaaaab"] {
        let pattern = unit.repeat(6_000 / unit.len());
        let document = identity(&format!(
            r#"{{"Effect":"Allow","Action":"s3:*{0}","Resource":"arn:aws:s3:::{0}!","Condition":{{"StringLike":{{"a:b":"{0}!"}},"ArnLike":{{"a:c":"arn:{0}:*:*:*:{0}"}}}}}}"#,
            pattern
        ));
        let everything =
            identity(&format!(r#"{{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::{pattern}!"}}"#));
        in_time(unit, || assert!(!allows(&document, &resource, &Context::new())));
        in_time(unit, || assert!(!allows(&everything, &resource, &Context::new())));
    }
}

#[test]
fn a_thousand_values_against_a_thousand() {
    let values: Vec<String> = (0..1_000).map(|n| format!("\"*value-{n}?\"")).collect();
    let keys: Vec<String> = (0..1_000).map(|n| format!("some-value-{n}x")).collect();
    let condition = format!(r#"{{"ForAllValues:StringLike":{{"aws:TagKeys":[{}]}}}}"#, values.join(","));
    let context = Context::new().with("aws:TagKeys", keys);
    in_time("values", || assert!(is_met(&condition, &context)));
}

#[test]
fn deep_nesting_and_huge_texts() {
    for text in [
        "[".repeat(1_000_000),
        "{\"a\":".repeat(1_000_000),
        format!("{{\"Statement\":{}", "[".repeat(131_072)),
    ] {
        let refused = in_time("nesting", || Document::parse(&text, Kind::Identity));
        assert_eq!(refused.unwrap_err(), PolicyProblem::NotJson);
    }
    let statement = r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::other/*"}"#;
    let many = vec![statement; 10_000].join(",\n");
    let document = in_time("statements", || identity(&format!("[{many}]")));
    in_time("explained", || assert!(!allows(&document, "arn:aws:s3:::bucket/key", &Context::new())));
    let actions: Vec<String> = (0..20_000).map(|n| format!("\"s3:Action{n}\"")).collect();
    in_time("actions", || {
        identity(&format!(r#"{{"Effect":"Allow","Action":[{}],"Resource":"*"}}"#, actions.join(",")))
    });
    let keys: Vec<String> = (0..20_000).map(|n| format!("\"a:k{n}\":\"v\"")).collect();
    let document = in_time("keys", || {
        identity(&format!(
            r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"StringEquals":{{{}}}}}}}"#,
            keys.join(",")
        ))
    });
    assert_eq!(document.context_keys().len(), 20_000);
}

#[test]
fn characters_that_are_not_ascii() {
    let document = identity(
        r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/é?*","Condition":{"StringLike":{"a:b":"\u00fc?"}}}"#,
    );
    assert!(allows(&document, "arn:aws:s3:::b/é漢字", &Context::new().with("a:b", "ü💡")));
    assert!(!allows(&document, "arn:aws:s3:::b/é", &Context::new().with("a:b", "ü💡")));
    let lone = Document::parse(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"\ud800","Resource":"*"}}"#,
        Kind::Identity,
    );
    assert_eq!(lone.unwrap_err(), PolicyProblem::NotJson);
}
