//! Flow logs: whose packets are written down, where to, and in which form.
//!
//! Follows "Logging IP traffic using VPC Flow Logs" (VPC User Guide). A flow log is of one resource and never changes, but for
//! its tags. What it writes is in no table: the engine makes the records. None of transit gateways and of regional NAT
//! gateways.

use policy::{Context, Principal};
use serde::{Deserialize, Serialize};

use crate::bucket::Bucket;
use crate::bucket_delivery::Deliverer;
use crate::bucket_name::BucketName;
use crate::ids::*;
use crate::link::Link;
use crate::network_interface::NetworkInterface;
use crate::place::Scope;
use crate::quotas::Quota;
use crate::refusal::{FlowLogRefusal, Refusal};
use crate::role::Role;
use crate::tags::Tags;
use crate::timestamp::Timestamp;
use crate::world::{Network, World};

/// A flow log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowLog {
    /// Its identifier.
    pub id: FlowLogId,
    /// Owner and Region.
    pub scope: Scope,
    /// What it is, and writes.
    pub settings: FlowLogSettings,
    /// When it was made.
    pub created: Timestamp,
    /// Tags.
    pub tags: Tags,
}

/// What whoever makes a flow log says of it. No two of them are alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowLogSettings {
    /// Whose packets.
    pub of: Logged,
    /// Which of them.
    pub traffic: TrafficType,
    /// Where records go.
    pub destination: FlowLogDestination,
    /// What records have, as `LogFormat` says it: `${version} ${account-id}`.
    pub format: String,
    /// For how long packets of a flow are added up at the most, in seconds: 60 or 600.
    pub interval_s: u32,
}

/// Whose packets a flow log writes down: an interface's, or those of all interfaces in something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Logged {
    /// All interfaces of a VPC.
    Vpc(VpcId),
    /// All interfaces of a subnet.
    Subnet(SubnetId),
    /// One interface.
    NetworkInterface(NetworkInterfaceId),
}

/// Which packets are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TrafficType {
    /// Those that groups and network ACLs let pass.
    Accept,
    /// The others.
    Reject,
    /// All.
    All,
}

/// Where a flow log's records go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum FlowLogDestination {
    /// To a log group.
    CloudWatchLogs {
        /// Its name; it need not be there.
        group: String,
        /// Its ARN, where it was named by that.
        arn: Option<String>,
        /// The ARN of the role in whose name records are put there.
        role: String,
        /// The ARN of a role in the group's account, which that role assumes.
        cross_account_role: Option<String>,
    },
    /// To a bucket.
    S3 {
        /// The ARN of the bucket, with a folder behind a slash.
        arn: String,
        /// Of which form files are.
        #[serde(default)]
        file_format: FlowLogFileFormat,
        /// Whether keys say what their parts are: `year=2026/month=11`.
        hive_compatible_partitions: bool,
        /// Whether there is a folder for each hour, and not for each day alone.
        per_hour_partition: bool,
    },
}

/// Of which form a flow log's files are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FlowLogFileFormat {
    /// Lines of text, compressed.
    #[default]
    PlainText,
    /// Columns.
    Parquet,
}

impl FlowLogFileFormat {
    /// As requests and answers say it.
    pub fn name(self) -> &'static str {
        match self {
            FlowLogFileFormat::PlainText => "plain-text",
            FlowLogFileFormat::Parquet => "parquet",
        }
    }
}

/// What keeps a flow log from being delivered, while something does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowLogDelivery {
    /// The flow log.
    pub id: FlowLogId,
    /// What is wrong.
    pub problem: DeliveryProblem,
}

/// What can be wrong with the delivery of a flow log, as `DeliverLogsErrorMessage` tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeliveryProblem {
    /// The role cannot be assumed, or may not do what it must; or a bucket's policy does not let records in.
    Access,
    /// The destination takes no more for now.
    RateLimited,
    /// Records could not be put there, for whatever reason.
    Unknown,
}

/// The service that delivers, as policies name it before the dot.
const SERVICE: &str = "vpc-flow-logs";

/// The service that writes into buckets, likewise.
pub const LOG_DELIVERY: &str = "delivery.logs";

/// What conditions can be about when the service acts for a flow log.
fn delivery_context(log: &FlowLog, service: &str, now: Timestamp) -> Context {
    let mut context = Context::new()
        .with("aws:CurrentTime", now.to_the_second())
        .with("aws:EpochTime", now.as_secs().to_string())
        .with("aws:SourceAccount", log.scope.account.to_string())
        .with("aws:SourceArn", log.arn())
        .with("aws:SecureTransport", "true");
    Principal::Service(service).describe(&mut context);
    context
}

impl Logged {
    /// By which its flow logs are found.
    pub fn link(self) -> Link {
        match self {
            Logged::Vpc(id) => Link::Vpc(id),
            Logged::Subnet(id) => Link::Subnet(id),
            Logged::NetworkInterface(id) => Link::NetworkInterface(id),
        }
    }
}

impl std::fmt::Display for Logged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Logged::Vpc(id) => id.fmt(f),
            Logged::Subnet(id) => id.fmt(f),
            Logged::NetworkInterface(id) => id.fmt(f),
        }
    }
}

impl FlowLog {
    /// The bucket that it is delivered to, if it is one.
    pub fn bucket_name(&self) -> Option<BucketName> {
        let FlowLogDestination::S3 { arn, .. } = &self.settings.destination else { return None };
        let path = arn.splitn(6, ':').nth(5)?;
        let name = path.split_once('/').map_or(path, |(name, _)| name);
        BucketName::new(self.scope.region.partition(), name).ok()
    }

    /// What the keys of its files begin with, up to the account; `None` if it has none.
    pub fn files_folder(&self) -> Option<String> {
        let FlowLogDestination::S3 { arn, hive_compatible_partitions, .. } = &self.settings.destination
        else {
            return None;
        };
        let folder = arn.split_once('/').map(|(_, folder)| folder).unwrap_or_default();
        let slash = if folder.is_empty() || folder.ends_with('/') { "" } else { "/" };
        let name = if *hive_compatible_partitions { "aws-account-id=" } else { "" };
        Some(format!("{folder}{slash}AWSLogs/{name}{}/", self.scope.account))
    }

    /// For what the service writes into buckets, as policies' `aws:SourceArn` says it.
    pub fn delivery_source(&self) -> String {
        self.scope.region.arn("logs", self.scope.account, "*")
    }

    /// Whether a bucket's policy lets the service write this object for the flow log.
    pub fn may_write(&self, bucket: &Bucket, key: &str) -> bool {
        Deliverer { service: LOG_DELIVERY, scope: self.scope, source: self.delivery_source() }.may(
            bucket,
            "s3:PutObject",
            Some(key),
        )
    }

    /// Its ARN.
    pub fn arn(&self) -> String {
        self.scope.region.arn("ec2", self.scope.account, format_args!("vpc-flow-log/{}", self.id))
    }
}

impl Network {
    /// The flow logs that an interface's packets are written down in.
    pub fn flow_logs_of(&self, interface: &NetworkInterface) -> impl Iterator<Item = &FlowLog> {
        let of =
            [Link::NetworkInterface(interface.id), Link::Subnet(interface.subnet), Link::Vpc(interface.vpc)];
        of.into_iter().flat_map(|link| self.flow_logs.linked(link))
    }

    /// Whether anybody writes down an interface's packets.
    pub fn is_logged(&self, interface: &NetworkInterface) -> bool {
        !self.flow_logs.is_empty() && self.flow_logs_of(interface).next().is_some()
    }
}

impl World {
    /// The flow log with this identifier, if it is the caller's.
    pub fn flow_log(&self, scope: Scope, id: FlowLogId) -> Result<&FlowLog, Refusal> {
        let log = self.network.flow_logs.get(&id);
        log.filter(|it| it.scope == scope).ok_or(Refusal::NotFound(id.into()))
    }

    /// Makes a flow log.
    pub fn create_flow_log(
        &mut self,
        scope: Scope,
        settings: FlowLogSettings,
        tags: Tags,
        now: Timestamp,
        ids: &mut Ids<'_>,
    ) -> Result<FlowLogId, Refusal> {
        match settings.of {
            Logged::Vpc(id) => drop(self.vpc(scope, id)?),
            Logged::Subnet(id) => drop(self.subnet(scope, id)?),
            Logged::NetworkInterface(id) => drop(self.network_interface(scope, id)?),
        }
        let link = settings.of.link();
        if let Some(same) = self.network.flow_logs.linked(link).find(|it| it.settings == settings) {
            return Err(FlowLogRefusal::Exists(same.id).into());
        }
        let count = self.network.flow_logs.linked(link).count();
        self.check_quota(scope, Quota::FlowLogsPerResource, count)?;
        let id = ids.fresh();
        self.network.flow_logs.insert(id, FlowLog { id, scope, settings, created: now, tags });
        Ok(id)
    }

    /// Deletes a flow log. What it has written stays.
    pub fn delete_flow_log(&mut self, scope: Scope, id: FlowLogId) -> Result<(), Refusal> {
        self.flow_log(scope, id)?;
        self.remove_flow_log(id);
        Ok(())
    }

    /// The role in whose name a flow log is delivered, if it is there and lets the service act as it for this flow log.
    pub fn delivery_role(&self, log: &FlowLog, now: Timestamp) -> Option<&Role> {
        let FlowLogDestination::CloudWatchLogs { role: arn, .. } = &log.settings.destination else {
            return None;
        };
        let partition = log.scope.region.partition();
        let role = self.role_of_arn(partition, arn).filter(|role| role.account == log.scope.account)?;
        let is_trusting = partition
            .service_principals(SERVICE)
            .iter()
            .any(|service| role.trust_policy.trusts_service(service, &delivery_context(log, service, now)));
        is_trusting.then_some(role)
    }

    /// What keeps a flow log from being delivered.
    pub fn flow_log_problem(&self, id: FlowLogId) -> Option<DeliveryProblem> {
        self.flow_log_deliveries.get(&id).map(|delivery| delivery.problem)
    }

    /// Says what keeps a flow log from being delivered; `None` if nothing does. One that is gone has no problems.
    pub fn set_flow_log_problem(&mut self, id: FlowLogId, problem: Option<DeliveryProblem>) {
        match problem.filter(|_| self.network.flow_logs.contains(&id)) {
            Some(problem) => self.flow_log_deliveries.insert(id, FlowLogDelivery { id, problem }),
            None => drop(self.flow_log_deliveries.remove(&id)),
        }
    }

    fn remove_flow_log(&mut self, id: FlowLogId) {
        self.network.flow_logs.remove(&id);
        self.flow_log_deliveries.remove(&id);
    }

    /// What is deleted has no packets to be written down.
    pub(crate) fn forget_flow_logs_of(&mut self, of: Logged) {
        let over = self.network.flow_logs.linked(of.link());
        for id in over.map(|it| it.id).collect::<Vec<_>>() {
            self.remove_flow_log(id);
        }
    }
}
