//! Queues come and go. Follows CreateQueue and DeleteQueue (Amazon SQS API Reference).

use awsproto::{AwsError, Call};
use model::World;
use model::queue::{Queue, QueueSettings};
use model::queue_name::QueueName;

use crate::attributes::{Attributes, Changed, Setting};
use crate::shapes::{CreateQueueRequest, CreateQueueResult, DeleteQueueRequest};
use crate::{attributes, errors, tags, url};

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateQueueRequest,
) -> Result<CreateQueueResult, AwsError> {
    let CreateQueueRequest { attributes, queue_name, tags } = request;
    let attributes = attributes.unwrap_or_default();
    let name = name(call, &queue_name.unwrap_or_default(), &attributes)?;
    let setting = Setting { world, queue: name };
    let is_fifo = name.is_fifo();
    let blank = Changed { settings: QueueSettings::new(is_fifo), policy: None };
    let wanted = setting.apply(blank, &attributes)?;
    if let Ok(there) = world.queue(&name) {
        let before = Changed { settings: there.settings.clone(), policy: there.policy.clone() };
        same(&before, &wanted, &attributes)?;
        return Ok(CreateQueueResult { queue_url: Some(url::of(call, &name)) });
    }
    let tags = tags::checked(tags.unwrap_or_default())?;
    let now = call.now;
    let queue = call.with_ids(|ids| Queue::new(&name, wanted.settings, now, ids));
    let queue = Queue { policy: wanted.policy, tags, ..queue };
    world.create_queue(queue, now).map_err(errors::refused)?;
    Ok(CreateQueueResult { queue_url: Some(url::of(call, &name)) })
}

/// The name of a new queue, which tells its kind as its attributes do.
fn name(call: &Call, text: &str, attributes: &Attributes) -> Result<QueueName, AwsError> {
    let is_fifo = match attributes.get("FifoQueue").map(|it| it.to_ascii_lowercase()) {
        None => false,
        Some(it) if it == "true" => true,
        // "You can't … set it to false": a standard queue has no such attribute.
        Some(_) => return Err(errors::unknown_attribute("FifoQueue")),
    };
    let invalid = |sentence| Err(AwsError::invalid_parameter_value(sentence));
    match QueueName::new(call.scope, text) {
        Ok(name) if name.is_fifo() == is_fifo => Ok(name),
        Ok(_) | Err(_) if is_fifo => invalid(
            "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with \
             .fifo suffix and be 1 to 80 in length",
        ),
        Ok(_) | Err(_) => {
            invalid("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")
        }
    }
}

/// Whether a queue is what is wanted, of that which is said.
fn same(there: &Changed, wanted: &Changed, said: &Attributes) -> Result<(), AwsError> {
    let (before, after) = (attributes::settings(&there.settings), attributes::settings(&wanted.settings));
    let differs = |name: &&String| match name.as_str() {
        "Policy" => there.policy != wanted.policy,
        name => before.get(name) != after.get(name),
    };
    match said.keys().find(differs) {
        None => Ok(()),
        Some(name) => {
            let sentence = format!(
                "A queue already exists with the same name and a different value for attribute {name}"
            );
            Err(AwsError::new("QueueNameExists", sentence))
        }
    }
}

pub(crate) fn delete(
    call: &mut Call,
    world: &mut World,
    request: DeleteQueueRequest,
) -> Result<(), AwsError> {
    let DeleteQueueRequest { queue_url } = request;
    let name = url::name(call, world, &queue_url)?;
    world.delete_queue(&name, call.now).map_err(errors::refused)
}
