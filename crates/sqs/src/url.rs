//! The URL of a queue, by which requests name it: the path decides, whatever host is before it.
//!
//! AWS's is `https://sqs.us-west-2.amazonaws.com/123456789012/jobs`, and so it is for who speaks to SQS by that name. At the
//! API's own port it begins with where that is: many SDKs, of before and of today, send what is about a queue to its URL, and
//! that must not lead out of the machine.

use awsproto::{AwsError, Call};
use model::queue::Queue;
use model::queue_name::QueueName;
use model::{Scope, World};

use crate::errors;

/// The URL of a queue for who calls.
pub(crate) fn of(call: &Call, name: &QueueName) -> String {
    let Scope { account, region } = name.scope();
    let base = match &call.spoken_to {
        Some(host) if call.origin.is_secure => format!("https://{host}"),
        Some(host) => format!("http://{host}"),
        None => format!("https://sqs.{region}.{}", region.partition().domain()),
    };
    format!("{base}/{account}/{}", name.as_str())
}

/// The queue that a URL names, or a path; in the Region that is called.
pub(crate) fn read(call: &Call, url: &str) -> Option<QueueName> {
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/')?.1,
        None => url.trim_start_matches('/'),
    };
    let path = path.split(['?', '#']).next()?.trim_end_matches('/');
    // Some have `/queue` before it, as URLs of other emulators do.
    let mut parts = path.rsplitn(3, '/');
    let (name, account) = (parts.next()?, parts.next()?);
    let account = account.parse().ok()?;
    QueueName::new(Scope { account, region: call.scope.region }, name).ok()
}

/// The queue of a request.
pub(crate) fn queue<'w>(call: &Call, world: &'w World, url: &Option<String>) -> Result<&'w Queue, AwsError> {
    let url = url.as_deref().filter(|it| !it.is_empty()).ok_or_else(|| errors::missing("QueueUrl"))?;
    let name = read(call, url).ok_or_else(|| no_address(url))?;
    world.queue(&name).map_err(errors::refused)
}

/// The same, by its name.
pub(crate) fn name(call: &Call, world: &World, url: &Option<String>) -> Result<QueueName, AwsError> {
    queue(call, world, url).map(Queue::key)
}

fn no_address(url: &str) -> AwsError {
    // What is no URL at all names no queue, either.
    match url.contains('/') {
        true => AwsError::new("InvalidAddress", format!("The address {url} is not valid for this endpoint."))
            .with_status(404),
        false => errors::no_queue(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use awsproto::testing;

    #[test]
    fn the_path_decides_whatever_the_host() {
        let call = testing::call("us-west-2", 1);
        let jobs = QueueName::new(call.scope, "jobs").unwrap();
        for url in [
            "https://sqs.us-west-2.amazonaws.com/123456789012/jobs",
            "http://127.0.0.1:4566/123456789012/jobs",
            "http://localhost:4566/queue/123456789012/jobs/",
            "/123456789012/jobs",
        ] {
            assert_eq!(read(&call, url), Some(jobs), "{url}");
        }
        for other in [
            "",
            "jobs",
            "https://sqs.us-west-2.amazonaws.com/jobs",
            "http://x/1/jobs",
            "http://x/123456789012/a b",
        ] {
            assert_eq!(read(&call, other), None, "{other}");
        }
    }

    #[test]
    fn who_speaks_to_the_api_s_port_is_told_a_url_there() {
        let mut call = testing::call("us-west-2", 1);
        let jobs = QueueName::new(call.scope, "jobs").unwrap();
        assert_eq!(of(&call, &jobs), "https://sqs.us-west-2.amazonaws.com/123456789012/jobs");
        call.spoken_to = Some("127.0.0.1:4566".to_owned());
        assert_eq!(of(&call, &jobs), "http://127.0.0.1:4566/123456789012/jobs");
    }
}
