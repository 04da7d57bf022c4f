//! Queues are found. Follows GetQueueUrl, ListQueues and ListDeadLetterSourceQueues (Amazon SQS API Reference).

use awsproto::{AwsError, Call, Page};
use model::queue::Queue;
use model::queue_name::QueueName;
use model::{AccountId, Scope, World};

use crate::shapes::{
    GetQueueUrlRequest, GetQueueUrlResult, ListDeadLetterSourceQueuesRequest,
    ListDeadLetterSourceQueuesResult, ListQueuesRequest, ListQueuesResult,
};
use crate::{errors, url};

/// Queues of a page at most, and of one whose length is not said.
const PAGE_MAX: i32 = 1000;

pub(crate) fn url(
    call: &mut Call,
    world: &World,
    request: GetQueueUrlRequest,
) -> Result<GetQueueUrlResult, AwsError> {
    let GetQueueUrlRequest { queue_name, queue_owner_aws_account_id } = request;
    let name = named(call, queue_name.as_deref().unwrap_or_default(), queue_owner_aws_account_id.as_deref())
        .ok_or_else(errors::no_queue)?;
    world.queue(&name).map_err(errors::refused)?;
    Ok(GetQueueUrlResult { queue_url: Some(url::of(call, &name)) })
}

/// The queue of a name, of the caller's account or another one.
pub(crate) fn named(call: &Call, name: &str, owner: Option<&str>) -> Option<QueueName> {
    let account = match owner {
        None => call.scope.account,
        Some(owner) => owner.parse::<AccountId>().ok()?,
    };
    QueueName::new(Scope { account, region: call.scope.region }, name).ok()
}

pub(crate) fn list(
    call: &mut Call,
    world: &World,
    request: ListQueuesRequest,
) -> Result<ListQueuesResult, AwsError> {
    let ListQueuesRequest { max_results, next_token, queue_name_prefix } = request;
    let prefix = queue_name_prefix.unwrap_or_default();
    let queues = world.queues_of(call.scope).filter(|it| it.name.starts_with(&prefix));
    let (page, token) = page(queues.collect(), max_results, next_token.as_deref())?;
    let queue_urls = page.iter().map(|it| url::of(call, &it.key())).collect();
    Ok(ListQueuesResult { next_token: token, queue_urls })
}

pub(crate) fn dead_letter_sources(
    call: &mut Call,
    world: &World,
    request: ListDeadLetterSourceQueuesRequest,
) -> Result<ListDeadLetterSourceQueuesResult, AwsError> {
    let ListDeadLetterSourceQueuesRequest { max_results, next_token, queue_url } = request;
    let target = url::name(call, world, &queue_url)?;
    let sources = world.queues_redriving_to(&target);
    let (page, token) = page(sources.collect(), max_results, next_token.as_deref())?;
    let queue_urls = page.iter().map(|it| url::of(call, &it.key())).collect();
    Ok(ListDeadLetterSourceQueuesResult { next_token: token, queue_urls })
}

/// A page by name. Without `MaxResults` there is no token: "you must set MaxResults to receive a value for NextToken".
fn page<'a>(
    queues: Vec<&'a Queue>,
    max_results: Option<i32>,
    token: Option<&str>,
) -> Result<(Vec<&'a Queue>, Option<String>), AwsError> {
    if let Some(most) = max_results.filter(|it| !(1..=PAGE_MAX).contains(it)) {
        let reason = "Must be between 1 and 1000, if provided.";
        return Err(errors::invalid_parameter("MaxResults", &most.to_string(), reason));
    }
    let invalid = |_| errors::invalid_parameter("NextToken", token.unwrap_or_default(), "Invalid NextToken.");
    let page = Page::new(Some(max_results.unwrap_or(PAGE_MAX)), token, 1..=PAGE_MAX).map_err(invalid)?;
    let (page, next) = page.cut(queues, |it| it.name.clone());
    Ok((page, next.filter(|_| max_results.is_some())))
}
