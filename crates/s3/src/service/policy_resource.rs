//! What a bucket's policy may be about: the bucket, and what is in it.

use serde_json::Value;

/// Whether each statement is about this bucket or its objects. A pattern counts, if it can mean them.
pub(super) fn is_about(policy: &Value, bucket: &str) -> bool {
    let each = |it: &Value| match it {
        Value::Array(all) => all.clone(),
        one => vec![one.clone()],
    };
    let statements = policy.get("Statement").map(each).unwrap_or_default();
    let of = |it: &Value| {
        ["Resource", "NotResource"]
            .into_iter()
            .filter_map(|name| it.get(name))
            .flat_map(each)
            .collect::<Vec<_>>()
    };
    statements.iter().flat_map(of).all(|it| it.as_str().is_some_and(|it| names(it, bucket)))
}

fn names(resource: &str, bucket: &str) -> bool {
    if resource == "*" {
        return true;
    }
    let Some((_, named)) = resource.split_once(":s3:::") else { return false };
    let named = named.split('/').next().unwrap_or_default();
    match named.find(['*', '?', '$']) {
        Some(end) => bucket.starts_with(&named[..end]),
        None => named == bucket,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_about_its_own_bucket() {
        let about = |it: &str| is_about(&serde_json::json!({ "Statement": { "Resource": [it] } }), "logs");
        for own in ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*", "arn:aws-cn:s3:::lo*", "*"] {
            assert!(about(own), "{own}");
        }
        for other in
            ["arn:aws:s3:::logs2/*", "arn:aws:s3:::other", "arn:aws:sqs:::logs", "logs", "arn:aws:s3:::x*"]
        {
            assert!(!about(other), "{other}");
        }
    }
}
