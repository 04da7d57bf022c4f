//! How often deliveries to web servers are tried: kept and shown, since nothing is sent to any.
//!
//! Follows "Creating a delivery policy" (Amazon SNS Developer Guide). Members are in the order in which AWS shows them.

use awsproto::AwsError;
use serde::{Deserialize, Serialize};

use crate::errors::invalid;

const CONTENT_TYPE: &str = "text/plain; charset=UTF-8";
/// Seconds of the longest delay.
const DELAY_MAX_S: i64 = 3600;
const RETRIES_MAX: i64 = 100;

/// A topic's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfTopic {
    http: Http,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
struct Http {
    #[serde(skip_serializing_if = "Option::is_none")]
    default_healthy_retry_policy: Option<Retries>,
    disable_subscription_overrides: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_throttle_policy: Option<Throttle>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_request_policy: Option<Request>,
}

/// A subscription's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
struct OfSubscription {
    healthy_retry_policy: Option<Retries>,
    sickly_retry_policy: Option<Retries>,
    throttle_policy: Option<Throttle>,
    request_policy: Option<Request>,
    guaranteed: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
struct Retries {
    #[serde(skip_serializing_if = "Option::is_none")]
    min_delay_target: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_delay_target: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    num_retries: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    num_max_delay_retries: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    num_no_delay_retries: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    num_min_delay_retries: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backoff_function: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
struct Throttle {
    max_receives_per_second: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
struct Request {
    header_content_type: Option<String>,
}

/// A topic's as AWS shows it again. `prefix` names where it was sent.
pub(crate) fn of_topic(text: &str, prefix: &str) -> Result<String, AwsError> {
    let policy: OfTopic = read(text, prefix)?;
    check(policy.http.default_healthy_retry_policy.as_ref(), prefix)?;
    Ok(written(&policy))
}

/// What holds for a topic.
pub(crate) fn effective_of_topic(stored: Option<&str>) -> String {
    let own = stored.and_then(|text| serde_json::from_str::<OfTopic>(text).ok()).unwrap_or_default().http;
    written(&OfTopic {
        http: Http {
            default_healthy_retry_policy: Some(filled(own.default_healthy_retry_policy)),
            disable_subscription_overrides: own.disable_subscription_overrides,
            default_throttle_policy: own.default_throttle_policy,
            default_request_policy: own.default_request_policy.or_else(|| Some(plain())),
        },
    })
}

/// A subscription's as AWS shows it again.
pub(crate) fn of_subscription(text: &str, prefix: &str) -> Result<String, AwsError> {
    let policy: OfSubscription = read(text, prefix)?;
    check(policy.healthy_retry_policy.as_ref(), prefix)?;
    check(policy.sickly_retry_policy.as_ref(), prefix)?;
    Ok(written(&policy))
}

/// What holds for a subscription to a topic.
pub(crate) fn effective_of_subscription(stored: Option<&str>, topic: Option<&str>) -> String {
    let of_topic = topic.and_then(|text| serde_json::from_str::<OfTopic>(text).ok()).unwrap_or_default().http;
    let own = stored.filter(|_| !of_topic.disable_subscription_overrides);
    let own = own.and_then(|text| serde_json::from_str::<OfSubscription>(text).ok()).unwrap_or_default();
    written(&OfSubscription {
        healthy_retry_policy: Some(filled(
            own.healthy_retry_policy.or(of_topic.default_healthy_retry_policy),
        )),
        sickly_retry_policy: own.sickly_retry_policy,
        throttle_policy: own.throttle_policy.or(of_topic.default_throttle_policy),
        request_policy: own.request_policy.or(of_topic.default_request_policy).or_else(|| Some(plain())),
        guaranteed: own.guaranteed,
    })
}

fn plain() -> Request {
    Request { header_content_type: Some(CONTENT_TYPE.to_owned()) }
}

fn filled(own: Option<Retries>) -> Retries {
    let own = own.unwrap_or_default();
    Retries {
        min_delay_target: own.min_delay_target.or(Some(20)),
        max_delay_target: own.max_delay_target.or(Some(20)),
        num_retries: own.num_retries.or(Some(3)),
        num_max_delay_retries: own.num_max_delay_retries.or(Some(0)),
        num_no_delay_retries: own.num_no_delay_retries.or(Some(0)),
        num_min_delay_retries: own.num_min_delay_retries.or(Some(0)),
        backoff_function: own.backoff_function.or_else(|| Some("linear".to_owned())),
    }
}

fn check(retries: Option<&Retries>, prefix: &str) -> Result<(), AwsError> {
    let Some(retries) = retries else { return Ok(()) };
    let refused = |sentence: &str| Err(invalid(format_args!("{prefix}DeliveryPolicy: {sentence}")));
    let full = filled(Some(retries.clone()));
    let (least, most) =
        (full.min_delay_target.unwrap_or_default(), full.max_delay_target.unwrap_or_default());
    if least < 1 || least > most {
        return refused("healthyRetryPolicy.minDelayTarget must be specified between 1 and maxDelayTarget");
    }
    if most > DELAY_MAX_S {
        return refused("healthyRetryPolicy.maxDelayTarget must be specified between 1 and 3600");
    }
    let parts = [full.num_max_delay_retries, full.num_no_delay_retries, full.num_min_delay_retries];
    let all = full.num_retries.unwrap_or_default();
    if !(0..=RETRIES_MAX).contains(&all) {
        return refused("healthyRetryPolicy.numRetries must be specified between 0 and 100");
    }
    if parts.iter().flatten().any(|it| *it < 0) || parts.iter().flatten().sum::<i64>() > all {
        return refused(
            "healthyRetryPolicy.numRetries must be greater than or equal to total of numMinDelayRetries, \
                        numNoDelayRetries and numMaxDelayRetries",
        );
    }
    match full.backoff_function.as_deref() {
        Some("arithmetic" | "exponential" | "geometric" | "linear") => Ok(()),
        _ => refused("healthyRetryPolicy.backoffFunction is invalid"),
    }
}

fn read<'a, T: Deserialize<'a>>(text: &'a str, prefix: &str) -> Result<T, AwsError> {
    serde_json::from_str(text)
        .map_err(|_| invalid(format_args!("{prefix}DeliveryPolicy: failed to parse JSON.")))
}

fn written(policy: &impl Serialize) -> String {
    serde_json::to_string(policy).expect("a policy is plain values")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_is_the_topics_own_and_the_rest_is_awss() {
        assert_eq!(
            effective_of_topic(None),
            "{\"http\":{\"defaultHealthyRetryPolicy\":{\"minDelayTarget\":20,\"maxDelayTarget\":20,\"numRetries\":3,\
             \"numMaxDelayRetries\":0,\"numNoDelayRetries\":0,\"numMinDelayRetries\":0,\"backoffFunction\":\"linear\"},\
             \"disableSubscriptionOverrides\":false,\"defaultRequestPolicy\":{\"headerContentType\":\
             \"text/plain; charset=UTF-8\"}}}"
        );
        let own = r#"{"http": {"defaultHealthyRetryPolicy": {"minDelayTarget": 5, "maxDelayTarget": 6, "numRetries": 1}}}"#;
        let shown = of_topic(own, "").unwrap();
        assert_eq!(
            shown,
            "{\"http\":{\"defaultHealthyRetryPolicy\":{\"minDelayTarget\":5,\"maxDelayTarget\":6,\"numRetries\":1},\
             \"disableSubscriptionOverrides\":false}}"
        );
        assert!(effective_of_topic(Some(&shown)).contains("\"numRetries\":1,\"numMaxDelayRetries\":0"));
    }

    #[test]
    fn a_subscription_overrides_its_topic_unless_that_says_no() {
        let own = of_subscription(r#"{"requestPolicy": {"headerContentType": "text/csv"}}"#, "").unwrap();
        assert_eq!(
            own,
            "{\"healthyRetryPolicy\":null,\"sicklyRetryPolicy\":null,\"throttlePolicy\":null,\
             \"requestPolicy\":{\"headerContentType\":\"text/csv\"},\"guaranteed\":false}"
        );
        assert!(effective_of_subscription(Some(&own), None).contains("text/csv"));
        let stubborn = r#"{"http":{"disableSubscriptionOverrides":true}}"#;
        assert!(effective_of_subscription(Some(&own), Some(stubborn)).contains("text/plain"));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for bad in [
            "",
            "[]",
            "{}",
            r#"{"http":{"x":1}}"#,
            r#"{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":30}}}"#,
            r#"{"http":{"defaultHealthyRetryPolicy":{"maxDelayTarget":3601}}}"#,
            r#"{"http":{"defaultHealthyRetryPolicy":{"numRetries":101}}}"#,
            r#"{"http":{"defaultHealthyRetryPolicy":{"numNoDelayRetries":4}}}"#,
            r#"{"http":{"defaultHealthyRetryPolicy":{"backoffFunction":"none"}}}"#,
        ] {
            let refused = of_topic(bad, "Attributes Reason: ").unwrap_err().to_string();
            assert!(
                refused
                    .starts_with("InvalidParameter: Invalid parameter: Attributes Reason: DeliveryPolicy: ")
            );
        }
    }
}
