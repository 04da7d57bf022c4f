//! Policies of topics: the one that AWS gives to new ones, and which others may be given.
//!
//! Follows "Using identity-based policies with Amazon SNS" and "Example cases for Amazon SNS access control" (Amazon SNS
//! Developer Guide).

use awsproto::AwsError;
use model::Scope;
use model::topic::topic_arn;
use policy::{Document, Kind};
use serde_json::{Value, json};

use crate::errors::invalid;

/// What policies of topics may be about.
pub(crate) const ACTIONS: [&str; 9] = [
    "GetTopicAttributes",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "DeleteTopic",
    "Subscribe",
    "ListSubscriptionsByTopic",
    "Publish",
    "Receive",
];
/// What they are about at first.
const ACTIONS_AT_FIRST: usize = 8;
/// "Maximum policy size: 30 KB" (Amazon SNS endpoints and quotas).
const BYTES_MAX: usize = 30 << 10;

/// The policy of a new topic. It lets nobody do anything whom policies of their own do not: whoever calls is no AWS service
/// that acts for the owner.
pub(crate) fn at_first(scope: Scope, name: &str) -> Document {
    let actions = ACTIONS[..ACTIONS_AT_FIRST].iter().map(|it| format!("\"SNS:{it}\"")).collect::<Vec<_>>();
    Document::stored(&format!(
        "{{\"Version\":\"2008-10-17\",\"Id\":\"__default_policy_ID\",\"Statement\":[{{\"Sid\":\
         \"__default_statement_ID\",\"Effect\":\"Allow\",\"Principal\":{{\"AWS\":\"*\"}},\"Action\":[{}],\
         \"Resource\":\"{}\",\"Condition\":{{\"StringEquals\":{{\"AWS:SourceOwner\":\"{}\"}}}}}}]}}",
        actions.join(","),
        topic_arn(scope, name),
        scope.account
    ))
}

/// A policy that somebody sent.
pub(crate) fn read(text: &str) -> Result<Document, AwsError> {
    if text.len() > BYTES_MAX {
        return Err(invalid("Policy length exceeded limit 30720"));
    }
    let document = Document::parse(text, Kind::Resource).map_err(|_| invalid("Policy Error: null"))?;
    let read: Value = serde_json::from_str(text).map_err(|_| invalid("Policy Error: null"))?;
    match statements(&read).iter().flat_map(|it| texts(it.get("Action"))).all(is_of_topics) {
        true => Ok(document),
        false => Err(invalid("Policy statement action out of service scope!")),
    }
}

/// A policy with one more statement.
pub(crate) fn with(
    policy: &Document,
    label: &str,
    principals: &[String],
    actions: &[String],
    resource: &str,
) -> Result<Document, AwsError> {
    let mut read = parsed(policy);
    if statements(&read).iter().any(|it| it.get("Sid").and_then(Value::as_str) == Some(label)) {
        return Err(invalid("Statement already exists"));
    }
    if actions.iter().any(|it| !ACTIONS.contains(&it.as_str())) {
        return Err(invalid("Policy statement action out of service scope!"));
    }
    let one_or_all = |all: Vec<String>| match all.as_slice() {
        [one] => json!(one),
        all => json!(all),
    };
    let statement = json!({
        "Sid": label,
        "Effect": "Allow",
        "Principal": { "AWS": one_or_all(principals.to_vec()) },
        "Action": one_or_all(actions.iter().map(|it| format!("SNS:{it}")).collect()),
        "Resource": resource,
    });
    let mut all = statements(&read);
    all.push(statement);
    read["Statement"] = Value::Array(all);
    Ok(Document::stored(&read.to_string()))
}

/// A policy without a statement; the same if it has none of the name.
pub(crate) fn without(policy: &Document, label: &str) -> Document {
    let mut read = parsed(policy);
    let mut all = statements(&read);
    let before = all.len();
    all.retain(|it| it.get("Sid").and_then(Value::as_str) != Some(label));
    if all.len() == before {
        return policy.clone();
    }
    read["Statement"] = Value::Array(all);
    Document::stored(&read.to_string())
}

fn parsed(policy: &Document) -> Value {
    serde_json::from_str(policy.text()).expect("it was checked when it was written down")
}

fn statements(policy: &Value) -> Vec<Value> {
    match policy.get("Statement") {
        Some(Value::Array(all)) => all.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    }
}

fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(one)) => vec![one],
        Some(_) | None => Vec::new(),
    }
}

fn is_of_topics(action: &str) -> bool {
    let Some((service, name)) = action.split_once(':') else { return false };
    service.eq_ignore_ascii_case("sns") && ACTIONS.iter().any(|it| it.eq_ignore_ascii_case(name))
}
