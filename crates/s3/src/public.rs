//! Whether a bucket's policy lets the public in.
//!
//! Follows "The meaning of 'public'" (Blocking public access to your Amazon S3 storage, Amazon S3 User Guide): S3 "begins by
//! assuming that the policy is public", and it is not if it gives access "only to fixed values (values that don't contain a
//! wildcard or an AWS Identity and Access Management Policy Variable)" of a principal or of one of some conditions.

use std::net::IpAddr;

use serde_json::Value;

/// Keys of conditions that a fixed value of says who it is.
const KEYS: &[&str] = &[
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];
/// Operators by which a value has to be one of those that are given. What is missing does not meet them.
const OPERATORS: &[&str] =
    &["stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"];

/// Whether a policy, as JSON, lets the public in.
pub fn is_public(policy: &Value) -> bool {
    each(policy.get("Statement")).into_iter().any(is_public_statement)
}

fn is_public_statement(statement: &Value) -> bool {
    let allows = statement.get("Effect").and_then(Value::as_str) == Some("Allow");
    allows && is_for_anybody(statement) && !is_narrowed(statement.get("Condition"))
}

fn is_for_anybody(statement: &Value) -> bool {
    match statement.get("Principal") {
        // NotPrincipal: everybody but a few.
        None => true,
        Some(Value::Object(kinds)) => kinds.values().flat_map(|it| each(Some(it))).any(|it| !is_fixed(it)),
        Some(other) => !is_fixed(other),
    }
}

/// One condition that holds for some alone is enough: all have to be met.
fn is_narrowed(conditions: Option<&Value>) -> bool {
    let Some(Value::Object(conditions)) = conditions else { return false };
    conditions.iter().any(|(operator, keys)| {
        let operator = operator.to_ascii_lowercase();
        let operator = operator.strip_prefix("foranyvalue:").unwrap_or(&operator);
        let Value::Object(keys) = keys else { return false };
        OPERATORS.contains(&operator) && keys.iter().any(|(key, values)| says_who(key, values))
    })
}

fn says_who(key: &str, values: &Value) -> bool {
    let key = key.to_ascii_lowercase();
    let values = each(Some(values));
    match key.as_str() {
        "aws:sourceip" | "aws:vpcsourceip" => !values.is_empty() && values.into_iter().all(is_narrow_range),
        other => KEYS.contains(&other) && !values.is_empty() && values.into_iter().all(is_fixed),
    }
}

fn is_fixed(value: &Value) -> bool {
    value.as_str().is_some_and(|it| !it.contains(['*', '?']) && !it.contains("${"))
}

/// "very broad IP ranges (for example, 0.0.0.0/1) are evaluated as being public": broader than /8, or /32 of IPv6.
fn is_narrow_range(value: &Value) -> bool {
    let Some(text) = value.as_str() else { return false };
    let (address, length) = text.split_once('/').map_or((text, None), |(it, length)| (it, Some(length)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let (all, least) = if address.is_ipv4() { (32, 8) } else { (128, 32) };
    let length = length.map_or(Ok(all), str::parse::<u8>);
    length.is_ok_and(|it| (least..=all).contains(&it))
}

fn each(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None => Vec::new(),
        Some(Value::Array(all)) => all.iter().collect(),
        Some(one) => vec![one],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn public(principal: Value, condition: Value) -> bool {
        let statement = json!({ "Effect": "Allow", "Principal": principal, "Condition": condition });
        is_public(&json!({ "Statement": [statement] }))
    }

    #[test]
    fn who_is_named_is_not_the_public() {
        assert!(public(json!("*"), json!({})));
        assert!(public(json!({ "AWS": "*" }), json!({})));
        assert!(public(json!({ "AWS": ["111122223333", "*"] }), json!({})));
        assert!(!public(json!({ "AWS": "arn:aws:iam::111122223333:root" }), json!({})));
        assert!(!public(json!({ "Service": "logging.s3.amazonaws.com" }), json!({})));
        assert!(!is_public(&json!({ "Statement": { "Effect": "Deny", "Principal": "*" } })));
        assert!(is_public(&json!({ "Statement": { "Effect": "Allow", "NotPrincipal": { "AWS": "1" } } })));
    }

    #[test]
    fn a_fixed_condition_closes_a_policy_and_a_broad_one_does_not() {
        let given =
            |operator: &str, key: &str, value: Value| public(json!("*"), json!({ operator: { key: value } }));
        assert!(!given("StringEquals", "aws:SourceVpc", json!("vpc-91237329")));
        assert!(given("StringLike", "aws:SourceVpc", json!("vpc-*")));
        assert!(given("StringNotEquals", "aws:SourceVpc", json!("vpc-91237329")));
        assert!(given("StringEqualsIfExists", "aws:SourceVpce", json!("vpce-1")));
        assert!(given("ForAllValues:StringEquals", "aws:PrincipalOrgID", json!("o-1")));
        assert!(given("StringEquals", "aws:UserAgent", json!("me")));
        assert!(!given("IpAddress", "aws:SourceIp", json!(["203.0.113.0/24", "10.0.0.0/8"])));
        assert!(given("IpAddress", "aws:SourceIp", json!(["203.0.113.0/24", "0.0.0.0/1"])));
        assert!(given("IpAddress", "aws:SourceIp", json!("2001::/16")));
        assert!(!given("StringLike", "aws:userid", json!("AIDAEXAMPLE")));
        assert!(given("StringLike", "aws:userid", json!("AROAEXAMPLE:*")), "outside the pattern AROLEID:*");
        assert!(given("StringEquals", "aws:PrincipalArn", json!("${aws:PrincipalArn}")));
    }
}
