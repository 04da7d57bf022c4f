//! What CreateFlowLogs asks for, read and checked.

use awsproto::{AwsError, Call};
use flowlog::{Format, MalformedFormat};
use model::bucket_name::BucketName;
use model::flow_log::{FlowLog, FlowLogDestination, FlowLogFileFormat, FlowLogSettings, Logged, TrafficType};
use model::{Tags, World};

use crate::request::{parse_id, refuse_unsupported};
use crate::shapes::{CreateFlowLogsRequest, DestinationOptionsRequest};

/// How many resources one call may name.
const RESOURCES_MAX: usize = 1000;
/// For how long packets are added up, in seconds.
const INTERVALS: [i32; 2] = [60, 600];

/// What is asked for.
pub(super) struct Wanted {
    /// Whose packets are to be logged.
    pub(super) of: Vec<Logged>,
    /// What all the flow logs have in common.
    pub(super) settings: Common,
    /// Their tags.
    pub(super) tags: Tags,
    /// Why none can be made: it is told for each of the resources.
    pub(super) destination_problem: Option<String>,
}

/// Settings without the resource.
pub(super) struct Common {
    traffic: TrafficType,
    destination: FlowLogDestination,
    format: String,
    interval_s: u32,
}

impl Common {
    pub(super) fn of(&self, of: Logged) -> FlowLogSettings {
        FlowLogSettings {
            of,
            traffic: self.traffic,
            destination: self.destination.clone(),
            format: self.format.clone(),
            interval_s: self.interval_s,
        }
    }
}

/// Whether it is delivered in the name of a role.
pub(super) fn needs_role(log: &FlowLog) -> bool {
    matches!(log.settings.destination, FlowLogDestination::CloudWatchLogs { .. })
}

impl Wanted {
    pub(super) fn read(
        call: &Call,
        world: &World,
        request: CreateFlowLogsRequest,
    ) -> Result<Wanted, AwsError> {
        let CreateFlowLogsRequest {
            client_token: _,
            deliver_cross_account_role,
            deliver_logs_permission_arn,
            destination_options,
            log_destination,
            log_destination_type,
            log_format,
            log_group_name,
            max_aggregation_interval,
            resource_ids,
            resource_type,
            tag_field_specifications,
            tag_specifications,
            traffic_type,
        } = request;
        refuse_unsupported(&[("TagFieldSpecifications", !tag_field_specifications.is_empty())])?;
        let named = Named {
            kind: log_destination_type.unwrap_or_else(|| "cloud-watch-logs".to_owned()),
            arn: log_destination,
            group: log_group_name,
            role: deliver_logs_permission_arn,
            cross_account_role: deliver_cross_account_role,
            options: destination_options,
        };
        let (destination, destination_problem) = named.read(call, world)?;
        if resource_ids.len() > RESOURCES_MAX {
            return Err(invalid(format!("You may specify no more than {RESOURCES_MAX} resource IDs.")));
        }
        let kind = resource_type.unwrap_or_default();
        let of = resource_ids.iter().map(|id| resource(&kind, id)).collect::<Result<_, _>>()?;
        let interval = max_aggregation_interval.unwrap_or(INTERVALS[1]);
        let interval_s = u32::try_from(interval).ok().filter(|_| INTERVALS.contains(&interval));
        Ok(Wanted {
            of,
            settings: Common {
                traffic: traffic(traffic_type.as_deref())?,
                destination,
                format: format(log_format)?,
                interval_s: interval_s.ok_or_else(|| invalid("Invalid Flow Log Max Aggregation Interval"))?,
            },
            tags: awsproto::tags::specified(tag_specifications, "vpc-flow-log")?,
            destination_problem,
        })
    }
}

/// What most refusals of this call are.
pub(super) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameter", message)
}

fn resource(kind: &str, id: &str) -> Result<Logged, AwsError> {
    match kind {
        "VPC" => parse_id(id).map(Logged::Vpc),
        "Subnet" => parse_id(id).map(Logged::Subnet),
        "NetworkInterface" => parse_id(id).map(Logged::NetworkInterface),
        "TransitGateway" | "TransitGatewayAttachment" | "RegionalNatGateway" => {
            Err(AwsError::not_implemented_yet(&format!("a flow log of a {kind}")))
        }
        other => {
            let words = "[NetworkInterface, TransitGatewayAttachment, Subnet, RegionalNatGateway, \
                         TransitGateway, VPC]";
            Err(constraint(other, "resourceType", words))
        }
    }
}

fn traffic(word: Option<&str>) -> Result<TrafficType, AwsError> {
    match word {
        Some("ACCEPT") => Ok(TrafficType::Accept),
        Some("REJECT") => Ok(TrafficType::Reject),
        Some("ALL") => Ok(TrafficType::All),
        Some(other) => Err(constraint(other, "trafficType", "[ACCEPT, REJECT, ALL]")),
        None => Err(AwsError::missing_parameter("TrafficType")),
    }
}

fn constraint(value: &str, member: &str, words: &str) -> AwsError {
    AwsError::invalid_parameter_value(format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must \
         satisfy enum value set: {words}"
    ))
}

/// A format as it was given, or the one that is meant without.
fn format(text: Option<String>) -> Result<String, AwsError> {
    let Some(text) = text else { return Ok(Format::default().to_string()) };
    match text.parse::<Format>() {
        Ok(_) => Ok(text),
        Err(MalformedFormat::Shape) => Err(AwsError::invalid_parameter_value(format!(
            "1 validation error detected: Value '{text}' at 'logFormat' has an invalid format"
        ))),
        Err(MalformedFormat::UnknownField(_)) => Err(invalid("Unknown fields provided")),
    }
}

/// The destination as the request names it.
struct Named {
    kind: String,
    arn: Option<String>,
    group: Option<String>,
    role: Option<String>,
    cross_account_role: Option<String>,
    options: Option<DestinationOptionsRequest>,
}

impl Named {
    /// The destination, and what is wrong with it if it cannot be had.
    fn read(self, call: &Call, world: &World) -> Result<(FlowLogDestination, Option<String>), AwsError> {
        if self.group.is_some() && self.kind != "cloud-watch-logs" {
            return Err(invalid(
                "LogDestination type must be cloud-watch-logs if LogGroupName is provided.".to_owned(),
            ));
        }
        if self.group.is_some() && self.arn.is_some() {
            return Err(invalid("Please only provide LogGroupName or only provide LogDestination."));
        }
        if self.group.is_none() && self.arn.is_none() {
            return Err(invalid("LogDestination can't be empty if LogGroupName is not provided."));
        }
        match self.kind.as_str() {
            "cloud-watch-logs" => Ok((self.log_group(call)?, None)),
            "s3" => self.bucket(call, world),
            "kinesis-data-firehose" => {
                Err(AwsError::not_implemented_yet("the delivery of flow logs to Firehose"))
            }
            other => {
                Err(constraint(other, "logDestinationType", "[cloud-watch-logs, s3, kinesis-data-firehose]"))
            }
        }
    }

    fn log_group(self, call: &Call) -> Result<FlowLogDestination, AwsError> {
        let Named { arn, group, role, cross_account_role, options, .. } = self;
        refuse_unsupported(&[("DestinationOptions", options.is_some())])?;
        let role = role.ok_or_else(|| {
            invalid("DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.")
        })?;
        let group = match (group, &arn) {
            (Some(group), _) => group,
            (None, Some(arn)) => group_of(call, arn, cross_account_role.is_some())?,
            (None, None) => String::new(),
        };
        let is_name = |it: &str| {
            (1..=512).contains(&it.len())
                && it.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_/#".contains(&byte))
        };
        if !is_name(&group) {
            return Err(invalid(format!("Invalid log group name: {group}")));
        }
        Ok(FlowLogDestination::CloudWatchLogs { group, arn, role, cross_account_role })
    }

    fn bucket(self, call: &Call, world: &World) -> Result<(FlowLogDestination, Option<String>), AwsError> {
        let Named { arn, role, cross_account_role, options, .. } = self;
        if role.is_some() || cross_account_role.is_some() {
            return Err(invalid("DeliverLogsPermissionArn is not applicable for s3 delivery"));
        }
        let DestinationOptionsRequest { file_format, hive_compatible_partitions, per_hour_partition } =
            options.unwrap_or_default();
        let file_format = match file_format.as_deref() {
            None | Some("plain-text") => FlowLogFileFormat::PlainText,
            Some("parquet") => FlowLogFileFormat::Parquet,
            Some(other) => return Err(constraint(other, "fileFormat", "[plain-text, parquet]")),
        };
        let arn = arn.unwrap_or_default();
        let prefix = format!("arn:{}:s3:::", call.partition().name());
        let path = arn.strip_prefix(&prefix);
        let path = path.ok_or_else(|| invalid(format!("LogDestination: {arn} is not a valid ARN")))?;
        let (name, folder) = path.split_once('/').unwrap_or((path, ""));
        if folder.split('/').next() == Some("AWSLogs") {
            return Err(invalid("LogDestination: AWSLogs is a reserved term"));
        }
        let bucket = BucketName::new(call.partition(), name);
        let is_there = bucket.is_ok_and(|bucket| world.buckets.contains(&bucket));
        let problem = (!is_there).then(|| format!("LogDestination: {name} does not exist"));
        let destination = FlowLogDestination::S3 {
            arn,
            file_format,
            hive_compatible_partitions: hive_compatible_partitions == Some(true),
            per_hour_partition: per_hour_partition == Some(true),
        };
        Ok((destination, problem))
    }
}

/// The name of a log group in its ARN: of the caller's Region, and of another account only with a role there.
fn group_of(call: &Call, arn: &str, has_role_there: bool) -> Result<String, AwsError> {
    let malformed = || invalid(format!("LogDestination: {arn} is not a valid ARN"));
    let parts: Vec<&str> = arn.strip_suffix(":*").unwrap_or(arn).splitn(7, ':').collect();
    let ["arn", partition, "logs", region, account, "log-group", name] = parts[..] else {
        return Err(malformed());
    };
    let is_here = partition == call.partition().name() && region == call.scope.region.name();
    let is_ours = account == call.scope.account.to_string();
    match is_here && (is_ours || has_role_there) {
        true => Ok(name.to_owned()),
        false => Err(malformed()),
    }
}
