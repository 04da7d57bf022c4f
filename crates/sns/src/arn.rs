//! ARNs of topics and of subscriptions, as requests name them.

use awsproto::{AwsError, Call};
use model::subscription::SubscriptionId;
use model::{AccountId, Scope};

use crate::errors::{invalid, invalid_because, missing};

/// What every ARN has at least: `arn:partition:service:region:account:resource`.
const ELEMENTS: usize = 6;

/// A topic that a request names. It need not be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TopicName {
    pub(crate) scope: Scope,
    pub(crate) name: String,
}

/// The topic that a parameter names, in the Region that is called.
pub(crate) fn topic(call: &Call, parameter: &str, arn: Option<&str>) -> Result<TopicName, AwsError> {
    let arn = arn.ok_or_else(|| missing(parameter))?;
    let elements = elements(parameter, arn)?;
    let scope = scope(call, &elements).ok_or_else(|| invalid(parameter))?;
    match elements[ELEMENTS - 1..] {
        [name] if !name.is_empty() => Ok(TopicName { scope, name: name.to_owned() }),
        // Of a subscription's ARN, for one.
        _ => Err(invalid("Topic Name")),
    }
}

/// Refuses what cannot be a subscription's ARN.
pub(crate) fn check_subscription<'a>(call: &Call, arn: Option<&'a str>) -> Result<&'a str, AwsError> {
    const PARAMETER: &str = "SubscriptionArn";
    let arn = arn.filter(|arn| !arn.is_empty()).ok_or_else(|| missing(PARAMETER))?;
    let elements = elements(PARAMETER, arn)?;
    scope(call, &elements).ok_or_else(|| invalid(PARAMETER))?;
    match elements[ELEMENTS - 1..] {
        [_, id] if id.parse::<SubscriptionId>().is_ok() => Ok(arn),
        _ => Err(invalid("SubscriptionId")),
    }
}

fn elements<'a>(parameter: &str, arn: &'a str) -> Result<Vec<&'a str>, AwsError> {
    let elements: Vec<&str> = arn.split(':').collect();
    match elements.len() >= ELEMENTS {
        true => Ok(elements),
        false => {
            let count = elements.len();
            Err(invalid_because(
                parameter,
                format_args!("An ARN must have at least {ELEMENTS} elements, not {count}"),
            ))
        }
    }
}

/// The account that an ARN says, in the Region that is called; another Region's are not to be had here.
fn scope(call: &Call, elements: &[&str]) -> Option<Scope> {
    let region = call.scope.region;
    let account: AccountId = elements[4].parse().ok()?;
    let is_here = elements[..4] == ["arn", region.partition().name(), "sns", region.name()];
    is_here.then_some(Scope { account, region })
}

#[cfg(test)]
mod tests {
    use super::*;
    use awsproto::testing;

    #[test]
    fn an_arn_names_a_topic_of_the_region_that_is_called() {
        let call = testing::call("us-west-2", 1);
        let of = |arn: &str| topic(&call, "TopicArn", Some(arn)).map(|it| it.name).map_err(|it| it.message);
        let refused = |sentence: &str| Err(format!("Invalid parameter: {sentence}"));
        assert_eq!(of("arn:aws:sns:us-west-2:123456789012:alarms"), Ok("alarms".to_owned()));
        let reason = "TopicArn Reason: An ARN must have at least 6 elements, not ";
        assert_eq!(of("alarms"), refused(&format!("{reason}1")));
        assert_eq!(of(""), refused(&format!("{reason}1")));
        assert_eq!(of("arn:aws:sns:us-west-2:123456789012"), refused(&format!("{reason}5")));
        for elsewhere in [
            "arn:aws:sns:us-east-1:123456789012:alarms",
            "arn:aws-cn:sns:us-west-2:123456789012:alarms",
            "arn:aws:sqs:us-west-2:123456789012:alarms",
            "arn:aws:sns:us-west-2:1:alarms",
        ] {
            assert_eq!(of(elsewhere), refused("TopicArn"), "{elsewhere}");
        }
        assert_eq!(of("arn:aws:sns:us-west-2:123456789012:alarms:1"), refused("Topic Name"));
    }

    #[test]
    fn a_subscriptions_arn_ends_in_a_uuid() {
        let call = testing::call("us-west-2", 1);
        let of = |arn: Option<&str>| check_subscription(&call, arn).map_err(|it| it.message).err();
        let refused = |sentence: &str| Some(format!("Invalid parameter: {sentence}"));
        let arn = "arn:aws:sns:us-west-2:123456789012:alarms";
        assert_eq!(of(Some(&format!("{arn}:01234567-89ab-4def-8123-456789abcdef"))), None);
        assert_eq!(of(Some(&format!("{arn}:1"))), refused("SubscriptionId"));
        assert_eq!(of(Some(arn)), refused("SubscriptionId"));
        assert_eq!(of(None), refused("SubscriptionArn Reason: no value for required parameter"));
        let reason = "SubscriptionArn Reason: An ARN must have at least 6 elements, not 1";
        assert_eq!(of(Some("pending confirmation")), refused(reason));
    }
}
