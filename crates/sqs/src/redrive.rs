//! `RedrivePolicy` and `RedriveAllowPolicy`: read, and held against the queues there are.
//!
//! Follows "Using dead-letter queues in Amazon SQS" (Amazon SQS Developer Guide): "The dead-letter queue of a FIFO queue must also
//! be a FIFO queue", of the same account and Region.

use awsproto::AwsError;
use model::World;
use model::queue::{Redrive, RedriveAllow, RedriveSources};
use model::queue_name::QueueName;
use serde_json::Value;

use crate::errors::invalid_attribute_because as because;

/// How often a message may be received before it goes.
const RECEIVES: std::ops::RangeInclusive<u64> = 1..=1000;
/// ARNs in a policy.
const SOURCES_MAX: usize = 10;

/// Reads where messages go; an empty text takes it back.
pub(crate) fn redrive(text: &str) -> Result<Option<Redrive>, AwsError> {
    let invalid = |reason: &str| because("RedrivePolicy", text, reason);
    if text.is_empty() {
        return Ok(None);
    }
    let policy = object(text).ok_or_else(|| invalid("Redrive policy is not a valid JSON map."))?;
    let missing =
        |name: &str| invalid(&format!("Redrive policy does not contain mandatory attribute: {name}."));
    let target = policy.get("deadLetterTargetArn").ok_or_else(|| missing("deadLetterTargetArn"))?;
    let receives = policy.get("maxReceiveCount").ok_or_else(|| missing("maxReceiveCount"))?;
    if let Some(other) =
        policy.keys().find(|it| !["deadLetterTargetArn", "maxReceiveCount"].contains(&it.as_str()))
    {
        return Err(invalid(&format!("Redrive policy contains unknown attribute: {other}.")));
    }
    let receives_max =
        number(receives).filter(|it| RECEIVES.contains(it)).and_then(|it| u32::try_from(it).ok());
    let receives_max = receives_max.ok_or_else(|| {
        invalid("Invalid value for maxReceiveCount: it must be an integer between 1 and 1000.")
    })?;
    let target = target.as_str().filter(|it| QueueName::of_arn(it).is_ok());
    let target = target.ok_or_else(|| invalid("Invalid value for deadLetterTargetArn."))?.to_owned();
    Ok(Some(Redrive { target, receives_max, text: text.to_owned() }))
}

/// Whether a queue's messages can go there.
pub(crate) fn check(world: &World, queue: &QueueName, redrive: &Redrive) -> Result<(), AwsError> {
    let invalid = |reason: &str| because("RedrivePolicy", &redrive.text, reason);
    let named =
        QueueName::of_arn(&redrive.target).map_err(|_| invalid("Invalid value for deadLetterTargetArn."))?;
    if named.scope() != queue.scope() {
        return Err(invalid("Dead-letter target owner should be same as the source."));
    }
    let target = world.queue(&named).map_err(|_| invalid("Dead letter target does not exist."))?;
    if named.is_fifo() != queue.is_fifo() {
        return Err(invalid("Dead-letter queue must be same type of queue as the source."));
    }
    let allowed = target.settings.redrive_allow.as_ref();
    match allowed.is_none_or(|it| it.from.allow(&queue.arn())) {
        true => Ok(()),
        false => {
            Err(invalid("Queue is not allowed to use the dead-letter target: see its RedriveAllowPolicy."))
        }
    }
}

/// Reads whose messages may come; an empty text takes it back.
pub(crate) fn allow(text: &str) -> Result<Option<RedriveAllow>, AwsError> {
    let invalid = |reason: &str| because("RedriveAllowPolicy", text, reason);
    if text.is_empty() {
        return Ok(None);
    }
    let policy = object(text).ok_or_else(|| invalid("Redrive allow policy is not a valid JSON map."))?;
    let sources = match policy.get("sourceQueueArns") {
        None => None,
        Some(Value::Array(all)) => {
            Some(all.iter().map(|it| it.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>())
        }
        Some(_) => Some(None),
    };
    let from = match (policy.get("redrivePermission").and_then(Value::as_str), sources) {
        (Some("allowAll"), None) => RedriveSources::All,
        (Some("denyAll"), None) => RedriveSources::None,
        (Some("byQueue"), Some(Some(arns))) if (1..=SOURCES_MAX).contains(&arns.len()) => {
            if let Some(arn) = arns.iter().find(|it| QueueName::of_arn(it).is_err()) {
                return Err(invalid(&format!("Invalid value for sourceQueueArns: {arn}.")));
            }
            RedriveSources::These(arns)
        }
        (Some("byQueue"), _) => {
            return Err(invalid(
                "sourceQueueArns must have between 1 and 10 ARNs for redrivePermission byQueue.",
            ));
        }
        (Some("allowAll" | "denyAll"), Some(_)) => {
            return Err(invalid("sourceQueueArns can be given only for redrivePermission byQueue."));
        }
        (Some(_) | None, _) => return Err(invalid("Invalid value for redrivePermission.")),
    };
    Ok(Some(RedriveAllow { from, text: text.to_owned() }))
}

fn object(text: &str) -> Option<serde_json::Map<String, Value>> {
    serde_json::from_str(text).ok()
}

/// A number; some write it as a text.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redrive_policy_names_a_queue_and_a_count() {
        let read = |text: &str| redrive(text).map(|it| it.map(|it| it.receives_max)).map_err(|it| it.message);
        let to = r#""deadLetterTargetArn":"arn:aws:sqs:us-west-2:123456789012:dead""#;
        assert_eq!(read(&format!("{{{to},\"maxReceiveCount\":3}}")), Ok(Some(3)));
        assert_eq!(read(&format!("{{{to},\"maxReceiveCount\":\"1000\"}}")), Ok(Some(1000)));
        assert_eq!(read(""), Ok(None));
        for wrong in ["0", "1001", "-1", "1.5", "\"x\"", "null"] {
            assert!(read(&format!("{{{to},\"maxReceiveCount\":{wrong}}}")).is_err(), "{wrong}");
        }
        let reason = read("{\"maxReceiveCount\":3}").unwrap_err();
        assert!(
            reason.ends_with("Redrive policy does not contain mandatory attribute: deadLetterTargetArn."),
            "{reason}"
        );
        assert!(read("x").unwrap_err().ends_with("Redrive policy is not a valid JSON map."));
    }

    #[test]
    fn a_redrive_allow_policy_is_for_all_for_nobody_or_for_some() {
        let read = |text: &str| allow(text).map(|it| it.map(|it| it.from)).map_err(|it| it.message);
        assert_eq!(read(r#"{"redrivePermission":"denyAll"}"#), Ok(Some(RedriveSources::None)));
        let arn = "arn:aws:sqs:us-west-2:123456789012:jobs";
        let some = read(&format!(r#"{{"redrivePermission":"byQueue","sourceQueueArns":["{arn}"]}}"#))
            .unwrap()
            .unwrap();
        assert!(some.allow(arn) && !some.allow("arn:aws:sqs:us-west-2:123456789012:other"));
        for wrong in [
            r#"{"redrivePermission":"byQueue"}"#,
            "{}",
            r#"{"redrivePermission":"allowAll","sourceQueueArns":[]}"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
