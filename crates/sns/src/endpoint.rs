//! Where subscriptions deliver to: what an endpoint of each protocol looks like, and which need not be asked whether they
//! want it.
//!
//! Follows Subscribe (Amazon SNS API Reference).

use awsproto::AwsError;
use model::AccountId;
use model::subscription::Protocol;
use model::topic::FIFO_SUFFIX;

use crate::errors::{invalid, invalid_because};

/// The protocol of a name.
pub(crate) fn protocol(name: &str) -> Result<Protocol, AwsError> {
    let found = Protocol::ALL.into_iter().find(|it| it.name() == name);
    found.ok_or_else(|| invalid(format_args!("Amazon SNS does not support this protocol string: {name}")))
}

/// Whose an endpoint is, where that can be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// An account's.
    Account(AccountId),
    /// A person's with a telephone, who is not asked.
    Telephone,
    /// Somebody's.
    Unknown,
}

/// Refuses an endpoint that is none of its protocol's; says whose it is.
pub(crate) fn check(protocol: Protocol, endpoint: &str, of_fifo: bool) -> Result<Holder, AwsError> {
    if of_fifo && protocol != Protocol::Sqs {
        return Err(invalid_because("Protocol", "FIFO topics can have queues of SQS as subscribers only"));
    }
    match protocol {
        Protocol::Sqs => {
            let account = resource_of("sqs", endpoint).filter(|(_, name)| !name.contains([':', '/']));
            let (account, _) = account.ok_or_else(|| invalid("SQS endpoint ARN"))?;
            if endpoint.ends_with(FIFO_SUFFIX) && !of_fifo {
                let reason = "FIFO SQS Queues can not be subscribed to standard SNS topics";
                return Err(invalid(invalid_because("Endpoint", reason).message));
            }
            Ok(Holder::Account(account))
        }
        Protocol::Lambda => of_account("lambda", endpoint, "function:", "Lambda endpoint ARN"),
        Protocol::Firehose => of_account("firehose", endpoint, "deliverystream/", "Firehose endpoint ARN"),
        Protocol::Application => match resource_of("sns", endpoint) {
            // No application can be registered here.
            Some((_, rest)) if rest.starts_with("endpoint/") => {
                Err(AwsError::new("NotFound", "Endpoint does not exist").with_status(404))
            }
            Some(_) | None => Err(invalid("ApplicationEndpoint ARN")),
        },
        Protocol::Http => of_web(endpoint, "http://"),
        Protocol::Https => of_web(endpoint, "https://"),
        Protocol::Email | Protocol::EmailJson => match is_mail_address(endpoint) {
            true => Ok(Holder::Unknown),
            false => Err(invalid("Email address")),
        },
        Protocol::Sms => match is_telephone(endpoint) {
            true => Ok(Holder::Telephone),
            false => {
                let sentence = format!("Invalid SMS endpoint: {endpoint}");
                Err(AwsError::new("InvalidParameter", sentence))
            }
        },
    }
}

fn of_account(service: &str, endpoint: &str, begin: &str, what: &str) -> Result<Holder, AwsError> {
    let found = resource_of(service, endpoint)
        .filter(|(_, rest)| rest.len() > begin.len() && rest.starts_with(begin));
    found.map(|(account, _)| Holder::Account(account)).ok_or_else(|| invalid(what))
}

/// The account and the rest of a service's ARN.
fn resource_of<'a>(service: &str, arn: &'a str) -> Option<(AccountId, &'a str)> {
    let elements: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, of, region, account, rest] = elements[..] else { return None };
    let is_whole = !partition.is_empty() && of == service && !region.is_empty() && !rest.is_empty();
    Some((account.parse().ok()?, rest)).filter(|_| is_whole)
}

fn of_web(endpoint: &str, begin: &str) -> Result<Holder, AwsError> {
    match endpoint.strip_prefix(begin).is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/')) {
        true => Ok(Holder::Unknown),
        false => Err(invalid("Endpoint must match the specified protocol")),
    }
}

fn is_mail_address(text: &str) -> bool {
    let has_space = text.chars().any(|it| it.is_whitespace() || it.is_control());
    let parts: Vec<&str> = text.split('@').collect();
    !has_space && matches!(parts[..], [local, domain] if !local.is_empty() && domain.contains('.'))
}

/// Whether a text is a telephone's number, however its digits are set apart.
pub(crate) fn is_telephone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    let is_good = |it: char| it.is_ascii_digit() || matches!(it, ' ' | '-' | '.' | '/' | '(' | ')');
    (3..=15).contains(&count) && digits.chars().all(is_good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_protocol_has_endpoints_of_its_own() {
        let of = |protocol, endpoint: &str| check(protocol, endpoint, false).map_err(|it| it.message);
        let account = Holder::Account("123456789012".parse().unwrap());
        assert_eq!(of(Protocol::Sqs, "arn:aws:sqs:us-east-1:123456789012:orders"), Ok(account));
        assert_eq!(of(Protocol::Lambda, "arn:aws:lambda:us-east-1:123456789012:function:f"), Ok(account));
        assert_eq!(
            of(Protocol::Firehose, "arn:aws:firehose:us-east-1:123456789012:deliverystream/d"),
            Ok(account)
        );
        assert_eq!(of(Protocol::Sms, "+15/55-123.4567"), Ok(Holder::Telephone));
        for (protocol, good) in [
            (Protocol::Http, "http://example.com/sns"),
            (Protocol::Https, "https://example.com"),
            (Protocol::Email, "someone@example.com"),
        ] {
            assert_eq!(of(protocol, good), Ok(Holder::Unknown));
        }
        for (protocol, bad, sentence) in [
            (Protocol::Sqs, "https://sqs.us-east-1.amazonaws.com/1/q", "Invalid parameter: SQS endpoint ARN"),
            (Protocol::Sqs, "arn:aws:sqs:us-east-1:123456789012:a:b", "Invalid parameter: SQS endpoint ARN"),
            (Protocol::Sms, "NAA+15551234567", "Invalid SMS endpoint: NAA+15551234567"),
            (
                Protocol::Https,
                "http://example.com",
                "Invalid parameter: Endpoint must match the specified protocol",
            ),
            (Protocol::Email, "someone", "Invalid parameter: Email address"),
            (Protocol::Lambda, "f", "Invalid parameter: Lambda endpoint ARN"),
            (Protocol::Application, "x", "Invalid parameter: ApplicationEndpoint ARN"),
            (
                Protocol::Sqs,
                "arn:aws:sqs:us-east-1:123456789012:orders.fifo",
                "Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard \
                 SNS topics",
            ),
        ] {
            assert_eq!(of(protocol, bad), Err(sentence.to_owned()));
        }
        assert!(check(Protocol::Sqs, "arn:aws:sqs:us-east-1:123456789012:orders.fifo", true).is_ok());
        assert!(check(Protocol::Email, "someone@example.com", true).is_err());
    }
}
