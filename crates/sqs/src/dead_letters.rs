//! Where a queue's messages go that are received too often.

use model::World;
use model::queue::Queue;
use model::queue_name::QueueName;

use crate::messages::QueueOf;

/// How often a message is received before, and where it goes then; nothing if the queue there is gone, or does not take it: then
/// messages stay where they are.
pub(crate) fn of(world: &World, queue: &Queue) -> Option<(u32, QueueOf)> {
    let redrive = queue.settings.redrive.as_ref()?;
    let target = world.queue(&QueueName::of_arn(&redrive.target).ok()?).ok()?;
    let allowed = target.settings.redrive_allow.as_ref().is_none_or(|it| it.from.allow(&queue.arn()));
    (allowed && target.settings.fifo.is_some() == queue.settings.fifo.is_some())
        .then(|| (redrive.receives_max, QueueOf::from(target)))
}
