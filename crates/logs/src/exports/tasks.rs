//! CreateExportTask, DescribeExportTasks and CancelExportTask (Amazon CloudWatch Logs API Reference).

use awsproto::{AwsError, Call};
use model::World;
use model::bucket_name::BucketName;
use model::log_export::{LogExport, LogExportId, LogExportRefusal, LogExportState};

use crate::shapes::*;
use crate::{errors, names, paging};

/// Tasks of a page.
const PAGE_MAX: i32 = 50;
const NAME_MAX: usize = 512;
/// Bytes of a key's beginning. With an identifier, a stream's name and a file's name behind it a key has 1,024 at most.
const PREFIX_BYTES_MAX: usize = 256;
/// "If you don't specify a value, the default is exportedlogs."
const PREFIX: &str = "exportedlogs";
const STATUSES: [&str; 6] = ["CANCELLED", "COMPLETED", "FAILED", "PENDING", "PENDING_CANCEL", "RUNNING"];

pub(crate) fn create(
    call: &mut Call,
    world: &mut World,
    request: CreateExportTaskRequest,
) -> Result<CreateExportTaskResponse, AwsError> {
    let CreateExportTaskRequest {
        destination,
        destination_prefix,
        from,
        log_group_name,
        log_stream_name_prefix,
        task_name,
        to,
    } = request;
    let (from, to) = times(from, to)?;
    let name = task_name.map(|name| length(name, "taskName")).transpose()?;
    let bucket = length(destination.ok_or_else(|| errors::missing("destination"))?, "destination")?;
    if log_stream_name_prefix.is_some() {
        names::checked_stream(&log_stream_name_prefix, "logStreamNamePrefix")?;
    }
    let group = names::group(call, world, &log_group_name)?;
    names::check_standard(group, "CreateExportTask")?;
    let export = LogExport {
        id: fresh_id(call),
        scope: call.scope,
        name,
        group: group.name.clone(),
        stream_prefix: log_stream_name_prefix,
        from,
        to,
        bucket,
        prefix: checked_prefix(destination_prefix.as_deref())?,
        created: call.now,
        state: LogExportState::Pending,
        completed: None,
    };
    check_bucket(world, &export)?;
    let id = export.id;
    world.create_log_export(export).map_err(refused)?;
    Ok(CreateExportTaskResponse { task_id: Some(id.to_string()) })
}

fn fresh_id(call: &mut Call) -> LogExportId {
    call.ids.uuid().parse().expect("it is a UUID")
}

fn times(from: Option<i64>, to: Option<i64>) -> Result<(i64, i64), AwsError> {
    let from = time(from, "from")?;
    let to = time(to, "to")?;
    match from <= to {
        true => Ok((from, to)),
        false => Err(errors::invalid("The start time must not be later than the end time.")),
    }
}

fn time(time: Option<i64>, member: &str) -> Result<i64, AwsError> {
    match time.ok_or_else(|| errors::missing(member))? {
        time if time < 0 => Err(errors::violated(time, member, "have value greater than or equal to 0")),
        time => Ok(time),
    }
}

fn length(text: String, member: &str) -> Result<String, AwsError> {
    match text.chars().count() {
        0 => Err(errors::violated("", member, "have length greater than or equal to 1")),
        count if count > NAME_MAX => {
            Err(errors::violated(text, member, &format!("have length less than or equal to {NAME_MAX}")))
        }
        _ => Ok(text),
    }
}

/// What keys begin with, without the slash behind it.
pub(super) fn prefix(said: Option<&str>) -> &str {
    let prefix = said.filter(|it| !it.is_empty()).unwrap_or(PREFIX);
    prefix.strip_suffix('/').unwrap_or(prefix)
}

fn checked_prefix(said: Option<&str>) -> Result<String, AwsError> {
    let prefix = prefix(said);
    match prefix.len() > PREFIX_BYTES_MAX {
        true => {
            let rule = format!("have length less than or equal to {PREFIX_BYTES_MAX}");
            Err(errors::violated(prefix, "destinationPrefix", &rule))
        }
        false => Ok(prefix.to_owned()),
    }
}

/// "The bucket must be in the same AWS Region", and its policy must let the service in.
fn check_bucket(world: &World, export: &LogExport) -> Result<(), AwsError> {
    let bucket = export.bucket_name().and_then(|name: BucketName| world.buckets.get(&name));
    let bucket = bucket.filter(|it| it.region == export.scope.region);
    let bucket = bucket.ok_or_else(|| {
        errors::invalid("The given bucket does not exist. Please make sure the bucket is valid.")
    })?;
    let may = [
        ("GetBucketAcl", export.may_read_acl(bucket)),
        ("PutObject", export.may_write(bucket, &export.test_key())),
    ];
    match may.into_iter().find(|(_, may)| !may) {
        Some((action, _)) => Err(errors::invalid(super::not_granted(action))),
        None => Ok(()),
    }
}

fn refused(refusal: LogExportRefusal) -> AwsError {
    match refusal {
        LogExportRefusal::NotFound => errors::not_found("The specified export task does not exist."),
        LogExportRefusal::OneIsActive => errors::too_many(),
        LogExportRefusal::Over => {
            AwsError::new("InvalidOperationException", "The specified export task has already finished")
        }
    }
}

pub(crate) fn describe(
    call: &mut Call,
    world: &World,
    request: DescribeExportTasksRequest,
) -> Result<DescribeExportTasksResponse, AwsError> {
    let DescribeExportTasksRequest { limit, next_token, status_code, task_id } = request;
    if let Some(word) = status_code.as_ref().filter(|it| !STATUSES.contains(&it.as_str())) {
        let rule = format!("satisfy enum value set: [{}]", STATUSES.join(", "));
        return Err(errors::violated(word, "statusCode", &rule));
    }
    let id = task_id.map(|id| length(id, "taskId")).transpose()?;
    paging::limit(limit, "limit", PAGE_MAX)?;
    let is_meant = |it: &&LogExport| {
        status_code.as_ref().is_none_or(|word| word == it.state.as_str())
            && id.as_ref().is_none_or(|id| *id == it.id.to_string())
    };
    let meant = world.log_exports_of(call.scope).into_iter().filter(is_meant);
    // The newest come first.
    let key = |it: &&LogExport| format!("{:020} {}", i64::MAX - it.created.0, it.id);
    let (page, next_token) = paging::page(meant, key, (limit, PAGE_MAX), next_token.as_deref())?;
    Ok(DescribeExportTasksResponse { export_tasks: page.into_iter().map(shown).collect(), next_token })
}

fn shown(export: &LogExport) -> ExportTask {
    let LogExport {
        id,
        scope: _,
        name,
        group,
        stream_prefix: _,
        from,
        to,
        bucket,
        prefix,
        created,
        state,
        completed,
    } = export;
    let message = match state {
        LogExportState::Completed => Some("Completed successfully".to_owned()),
        LogExportState::Failed(why) => Some(why.clone()),
        LogExportState::Pending
        | LogExportState::Running
        | LogExportState::PendingCancel
        | LogExportState::Cancelled => None,
    };
    ExportTask {
        destination: Some(bucket.clone()),
        destination_prefix: Some(prefix.clone()),
        execution_info: Some(ExportTaskExecutionInfo {
            completion_time: completed.map(|it| it.0),
            creation_time: Some(created.0),
        }),
        from: Some(*from),
        log_group_name: Some(group.clone()),
        status: Some(ExportTaskStatus { code: Some(state.as_str().to_owned()), message }),
        task_id: Some(id.to_string()),
        task_name: name.clone(),
        to: Some(*to),
    }
}

pub(crate) fn cancel(
    call: &mut Call,
    world: &mut World,
    request: CancelExportTaskRequest,
) -> Result<(), AwsError> {
    let CancelExportTaskRequest { task_id } = request;
    let id = length(task_id.ok_or_else(|| errors::missing("taskId"))?, "taskId")?;
    let id = id.parse().map_err(|_| refused(LogExportRefusal::NotFound))?;
    world.cancel_log_export(call.scope, id, call.now).map_err(refused)
}
