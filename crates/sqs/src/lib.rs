//! Amazon SQS: queues, standard and FIFO, and the messages in them.
//!
//! Follows the Amazon SQS API Reference and Developer Guide. Queues are records of the model, which a change makes as any other;
//! messages are bulk data, in a store beside it ([`messages`]). Each call can come in JSON, or in the query protocol of before.
//! No keys of KMS.

#![forbid(unsafe_code)]

mod attributes;
mod batch;
mod create;
mod dead_letters;
mod digest;
mod errors;
mod list;
mod message_attribute;
pub mod messages;
mod move_task;
mod permission;
mod queue_policy;
#[cfg(test)]
mod queue_tests;
mod receive;
mod redrive;
mod select;
mod send;
mod settings;
mod settle;
pub mod shapes;
mod tags;
#[cfg(test)]
mod testing;
mod touches;
mod url;

pub use send::deliver;

use awsproto::{Action, Api, Protocol, Service, read, read_beside, write, write_beside};
use model::World;
use shapes::op;

/// The service as today's clients speak to it.
pub static API: Api<World> = api(&shapes::SERVICE);

/// The service as clients of before speak to it.
pub static API_IN_QUERY: Api<World> = api(&IN_QUERY);

static IN_QUERY: Service = Service {
    protocol: Protocol::SqsQuery,
    xml_namespace: "http://queue.amazonaws.com/doc/2012-11-05/",
    target_prefix: "",
    ..shapes::SERVICE
};

const fn api(service: &'static Service) -> Api<World> {
    Api { service, actions: ACTIONS, vacant: &[], tokens: &(), first_use: None, touches: touches::touches }
}

/// What the service can do. Other accounts' roots are asked like everybody else, since queues have policies.
static ACTIONS: &[Action<World>] = &[
    write!(CreateQueue, create::create),
    write!(DeleteQueue, create::delete).asks_resource(),
    read!(GetQueueUrl, list::url).asks_resource(),
    read!(ListQueues, list::list),
    write_beside!(StartMessageMoveTask, move_task::start).asks_resource(),
    write_beside!(CancelMessageMoveTask, move_task::cancel).asks_resource(),
    read_beside!(ListMessageMoveTasks, move_task::list).asks_resource(),
    read!(ListDeadLetterSourceQueues, list::dead_letter_sources).asks_resource(),
    read_beside!(GetQueueAttributes, settings::get).asks_resource(),
    write!(SetQueueAttributes, settings::set).asks_resource(),
    write!(AddPermission, permission::add).asks_resource(),
    write!(RemovePermission, permission::remove).asks_resource(),
    write!(TagQueue, tags::tag).asks_resource(),
    write!(UntagQueue, tags::untag).asks_resource(),
    read!(ListQueueTags, tags::list).asks_resource(),
    write_beside!(PurgeQueue, settle::purge).asks_resource(),
    write_beside!(SendMessage, send::send).asks_resource(),
    write_beside!(SendMessageBatch, send::send_batch).asks_resource(),
    write_beside!(ReceiveMessage, receive::receive).asks_resource(),
    write_beside!(DeleteMessage, settle::delete).asks_resource(),
    write_beside!(DeleteMessageBatch, settle::delete_batch).asks_resource(),
    write_beside!(ChangeMessageVisibility, settle::change_visibility).asks_resource(),
    write_beside!(ChangeMessageVisibilityBatch, settle::change_visibility_batch).asks_resource(),
];
