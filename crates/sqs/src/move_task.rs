//! Messages of a dead-letter queue are moved back, or elsewhere. Follows StartMessageMoveTask, CancelMessageMoveTask and
//! ListMessageMoveTasks (Amazon SQS API Reference).

use std::sync::Arc;

use awsproto::{AwsError, Call};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::World;
use model::queue::Queue;
use model::queue_name::QueueName;
use serde_json::{Value, json};

use crate::errors;
use crate::messages::{Messages, NoTask, QueueOf, Status, Task};
use crate::shapes::*;

/// Messages in a second.
const RATE: std::ops::RangeInclusive<i32> = 1..=500;
/// Tasks that are shown.
const RESULTS: std::ops::RangeInclusive<i32> = 1..=10;

pub(crate) async fn start(
    mut call: Call,
    world: Arc<World>,
    messages: Arc<Messages>,
    request: StartMessageMoveTaskRequest,
) -> Result<StartMessageMoveTaskResult, AwsError> {
    let StartMessageMoveTaskRequest { destination_arn, max_number_of_messages_per_second: rate, source_arn } =
        request;
    let source = queue(&call, &world, "SourceArn", source_arn.as_deref())?;
    if world.queues_redriving_to(&source.key()).next().is_none() {
        let sentence = "Source queue must be configured as a Dead Letter Queue.";
        return Err(AwsError::invalid_parameter_value(sentence));
    }
    if let Some(arn) = &destination_arn {
        let destination = queue(&call, &world, "DestinationArn", Some(arn))?;
        if destination.arn() == source.arn() {
            return Err(AwsError::invalid_parameter_value(
                "Source queue arn and destination queue arn cannot be the same.",
            ));
        }
        if destination.settings.fifo.is_some() != source.settings.fifo.is_some() {
            return Err(AwsError::invalid_parameter_value(
                "Source queue and destination queue must be of the same type.",
            ));
        }
    }
    if let Some(rate) = rate.filter(|it| !RATE.contains(it)) {
        let reason = "Must be between 1 and 500, if provided.";
        return Err(errors::invalid_parameter("MaxNumberOfMessagesPerSecond", &rate.to_string(), reason));
    }
    let task = Task {
        id: call.ids.uuid(),
        source: source.arn(),
        destination: destination_arn,
        per_second: rate.and_then(|it| u32::try_from(it).ok()),
        started: call.now.0,
        ..Task::default()
    };
    let handle = handle(&task);
    messages.start_task(QueueOf::from(source), task, call.now).await.map_err(refused)?;
    Ok(StartMessageMoveTaskResult { task_handle: Some(handle) })
}

pub(crate) async fn cancel(
    call: Call,
    world: Arc<World>,
    messages: Arc<Messages>,
    request: CancelMessageMoveTaskRequest,
) -> Result<CancelMessageMoveTaskResult, AwsError> {
    let CancelMessageMoveTaskRequest { task_handle } = request;
    let (id, source) = task_handle
        .as_deref()
        .and_then(read_handle)
        .ok_or_else(|| AwsError::invalid_parameter_value("Value for parameter TaskHandle is invalid."))?;
    let source = queue(&call, &world, "TaskHandle", Some(&source))?;
    let moved = messages.cancel_task(QueueOf::from(source), &id).await.map_err(refused)?;
    Ok(CancelMessageMoveTaskResult { approximate_number_of_messages_moved: i64::try_from(moved).ok() })
}

pub(crate) async fn list(
    call: Call,
    world: Arc<World>,
    messages: Arc<Messages>,
    request: ListMessageMoveTasksRequest,
) -> Result<ListMessageMoveTasksResult, AwsError> {
    let ListMessageMoveTasksRequest { max_results, source_arn } = request;
    let most = max_results.unwrap_or(1);
    if !RESULTS.contains(&most) {
        let reason = "Must be between 1 and 10, if provided.";
        return Err(errors::invalid_parameter("MaxResults", &most.to_string(), reason));
    }
    let source = queue(&call, &world, "SourceArn", source_arn.as_deref())?;
    let tasks = messages.tasks_of(QueueOf::from(source));
    let most = usize::try_from(most).unwrap_or(1);
    Ok(ListMessageMoveTasksResult { results: tasks.into_iter().take(most).map(shown).collect() })
}

fn shown(task: Task) -> ListMessageMoveTasksResultEntry {
    let is_running = task.status == Status::Running;
    ListMessageMoveTasksResultEntry {
        // "This value is only returned if the status of the message movement task is RUNNING."
        task_handle: is_running.then(|| handle(&task)),
        status: Some(status_name(task.status).to_owned()),
        source_arn: Some(task.source),
        destination_arn: task.destination,
        max_number_of_messages_per_second: task.per_second.and_then(|it| i32::try_from(it).ok()),
        approximate_number_of_messages_moved: i64::try_from(task.moved).ok(),
        approximate_number_of_messages_to_move: i64::try_from(task.to_move).ok(),
        failure_reason: task.reason,
        started_timestamp: Some(task.started),
    }
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Running => "RUNNING",
        Status::Completed => "COMPLETED",
        Status::Cancelled => "CANCELLED",
        Status::Failed => "FAILED",
    }
}

/// The queue of an ARN, in the account and Region that are called.
fn queue<'w>(
    call: &Call,
    world: &'w World,
    parameter: &str,
    arn: Option<&str>,
) -> Result<&'w Queue, AwsError> {
    let arn = arn.filter(|it| !it.is_empty()).ok_or_else(|| errors::missing(parameter))?;
    let name = QueueName::of_arn(arn).map_err(|_| {
        AwsError::invalid_parameter_value(
            "You must use this format to specify the queue ARN: \
                                           arn:<partition>:<service>:<region>:<account-id>:<resource-id>",
        )
    })?;
    let gone = || {
        AwsError::new(
            "ResourceNotFoundException",
            format!("The resource that you specified for the {parameter} parameter doesn't exist."),
        )
    };
    if name.scope() != call.scope {
        return Err(gone());
    }
    world.queue(&name).map_err(|_| gone())
}

fn refused(why: NoTask) -> AwsError {
    match why {
        NoTask::Running => AwsError::invalid_parameter_value(
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
        ),
        NoTask::TooMany => {
            AwsError::new("RequestThrottled", "As many tasks run as can run at once.").with_status(403)
        }
        NoTask::Gone => AwsError::new("ResourceNotFoundException", "Task does not exist."),
        NoTask::Problem(problem) => errors::problem(problem, ""),
    }
}

/// A handle says which queue's task it is.
fn handle(task: &Task) -> String {
    STANDARD.encode(json!({ "taskId": task.id, "sourceArn": task.source }).to_string())
}

pub(crate) fn read_handle(handle: &str) -> Option<(String, String)> {
    let bytes = STANDARD.decode(handle).ok()?;
    let read: Value = serde_json::from_slice(&bytes).ok()?;
    let text = |name: &str| read.get(name).and_then(Value::as_str).map(str::to_owned);
    Some((text("taskId")?, text("sourceArn")?))
}
