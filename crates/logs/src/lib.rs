//! Amazon CloudWatch Logs: log groups, streams of events in them, and who looks for which.
//!
//! Follows the Amazon CloudWatch Logs API Reference and User Guide. Log groups and their settings are records of the model, which
//! a change makes as any other; streams and events are bulk data, in a store beside it ([`events`]); queries of Logs Insights run
//! over that. Filters of metrics count events as they come, and sessions of live tail see them (`watching`); filters of subscribers
//! are kept, and nobody is told. What a group has is exported to buckets (`exports`). No keys of KMS, no data protection, no
//! transformers.

#![forbid(unsafe_code)]

mod errors;
pub mod events;
mod exports;
mod get;
mod groups;
mod live_tail;
mod metric_filter;
mod names;
mod paging;
mod pattern;
mod position;
mod put;
mod queries;
mod query_definition;
mod quotas;
mod record;
mod resource_policy;
pub mod shapes;
mod source;
mod streams;
mod subscription_filter;
mod tags;
#[cfg(test)]
mod tests;
mod touches;
mod watching;

pub use events::Events;
pub use exports::{EXPORT_TEST, ExportReader, ExportedObject, not_granted};
pub use put::{LogDelivery, deliver, ensure_group};
pub use queries::Queries;
pub use record::pointer;
pub use source::GroupSource;

use awsproto::{Action, Api, events_beside, read, read_beside, write, write_beside};
use model::World;
use shapes::op;

/// The service.
pub static API: Api<World> = Api {
    service: &shapes::SERVICE,
    actions: ACTIONS,
    vacant: &[],
    tokens: &(),
    first_use: None,
    touches: touches::touches,
};

/// What the service can do.
static ACTIONS: &[Action<World>] = &[
    write!(CreateLogGroup, groups::create),
    write!(DeleteLogGroup, groups::delete),
    read_beside!(DescribeLogGroups, groups::describe),
    read!(ListLogGroups, groups::list),
    write!(PutRetentionPolicy, groups::put_retention),
    write!(DeleteRetentionPolicy, groups::delete_retention),
    write!(PutLogGroupDeletionProtection, groups::protect),
    write!(TagResource, tags::tag),
    write!(UntagResource, tags::untag),
    read!(ListTagsForResource, tags::list),
    write!(TagLogGroup, tags::tag_group),
    write!(UntagLogGroup, tags::untag_group),
    read!(ListTagsLogGroup, tags::list_of_group),
    write_beside!(CreateLogStream, streams::create),
    write_beside!(DeleteLogStream, streams::delete),
    read_beside!(DescribeLogStreams, streams::describe),
    write_beside!(PutLogEvents, put::put),
    read_beside!(GetLogEvents, get::get),
    read_beside!(FilterLogEvents, get::filter),
    read_beside!(GetLogRecord, record::get),
    events_beside!(StartLiveTail, live_tail::start),
    write_beside!(StartQuery, queries::start),
    read_beside!(GetQueryResults, queries::results),
    write_beside!(StopQuery, queries::stop),
    read_beside!(DescribeQueries, queries::describe),
    read_beside!(GetLogGroupFields, queries::fields),
    write!(PutMetricFilter, metric_filter::put),
    read!(DescribeMetricFilters, metric_filter::describe),
    write!(DeleteMetricFilter, metric_filter::delete),
    read!(TestMetricFilter, metric_filter::test),
    write!(PutSubscriptionFilter, subscription_filter::put),
    read!(DescribeSubscriptionFilters, subscription_filter::describe),
    write!(DeleteSubscriptionFilter, subscription_filter::delete),
    write!(CreateExportTask, exports::tasks::create).asks_resource(),
    read!(DescribeExportTasks, exports::tasks::describe),
    write!(CancelExportTask, exports::tasks::cancel),
    write!(PutResourcePolicy, resource_policy::put),
    read!(DescribeResourcePolicies, resource_policy::describe),
    write!(DeleteResourcePolicy, resource_policy::delete),
    write!(PutQueryDefinition, query_definition::put),
    read!(DescribeQueryDefinitions, query_definition::describe),
    write!(DeleteQueryDefinition, query_definition::delete),
];
