//! Records go to a log group, one stream for each interface, in the name of the flow log's role.

use futures_util::StreamExt;
use futures_util::stream;
use logs::LogDelivery;
use model::flow_log::{DeliveryProblem, FlowLog, FlowLogDestination, TrafficType};
use model::{Scope, World};
use policy::Context;

use super::FlowLogs;
use super::written::Written;
use crate::authorization::RoleSession;
use crate::clock;
use crate::writer::Applied;

/// What the role's sessions are called.
const SESSION: &str = "vpc-flow-logs";
/// How many streams are written to at once: they share the store's fsync.
const STREAMS_AT_ONCE: usize = 64;

/// What the role must be allowed.
const CREATE_GROUP: &str = "logs:CreateLogGroup";
const CREATE_STREAM: &str = "logs:CreateLogStream";
const PUT: &str = "logs:PutLogEvents";

impl FlowLogs {
    /// Puts records into a log group, which is made if it is not there.
    pub(super) async fn to_log_group(
        &self,
        log: &FlowLog,
        group: &str,
        written: Written,
    ) -> Result<(), DeliveryProblem> {
        let Some(events) = &self.events else { return Err(DeliveryProblem::Unknown) };
        let streams: Vec<LogDelivery> = deliveries(log, written);
        let scope = self.allowed(log, group, &streams)?;
        self.ensure_group(scope, group).await?;
        let world = self.state.snapshot();
        let row = world.log_group(scope, group).map_err(|_| DeliveryProblem::Unknown)?;
        let now = clock::now();
        let put = streams.into_iter().map(|delivery| logs::deliver(events, row, delivery, now));
        let mut put = stream::iter(put).buffer_unordered(STREAMS_AT_ONCE);
        let mut problem = None;
        while let Some(stored) = put.next().await {
            if let Err(error) = stored {
                tracing::warn!(flow_log = %log.id, %error, "records were not stored");
                problem = Some(match &*error.code {
                    "LimitExceededException" | "ThrottlingException" => DeliveryProblem::RateLimited,
                    _ => DeliveryProblem::Unknown,
                });
            }
        }
        problem.map_or(Ok(()), Err)
    }

    /// Whose group it is, if the role may do all that there is to do.
    fn allowed(&self, log: &FlowLog, group: &str, streams: &[LogDelivery]) -> Result<Scope, DeliveryProblem> {
        let (world, now) = (self.state.snapshot(), clock::now());
        let partition = log.scope.region.partition();
        let role = world.delivery_role(log, now).ok_or(DeliveryProblem::Access)?;
        let context = Context::new()
            .with("aws:CurrentTime", now.to_the_second())
            .with("aws:EpochTime", now.as_secs().to_string())
            .with("aws:SecureTransport", "true")
            .with("aws:ViaAWSService", "false")
            .with("aws:RequestedRegion", log.scope.region.to_string());
        let mut session = RoleSession::begin(&world, partition, role, SESSION, context);
        let mut scope = log.scope;
        if let FlowLogDestination::CloudWatchLogs { cross_account_role: Some(other), .. } =
            &log.settings.destination
        {
            session = session.assume(other).ok_or(DeliveryProblem::Access)?;
            scope.account = session.account();
        }
        let of = Group { world: &world, scope, name: group };
        match of.is_allowed(&session, streams) {
            true => Ok(scope),
            false => Err(DeliveryProblem::Access),
        }
    }

    async fn ensure_group(&self, scope: Scope, group: &str) -> Result<(), DeliveryProblem> {
        if self.state.snapshot().log_group(scope, group).is_ok() {
            return Ok(());
        }
        let (name, now) = (group.to_owned(), clock::now());
        let make = move |world: &mut World| {
            let made = clock::ids().with_ids(|ids| logs::ensure_group(world, scope, &name, now, ids));
            (if made.is_ok() { Applied::Keep } else { Applied::TakeBack }, made.is_ok())
        };
        match self.state.change(make).await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(DeliveryProblem::Unknown),
        }
    }
}

/// A log group, as policies are asked about it.
struct Group<'a> {
    world: &'a World,
    scope: Scope,
    name: &'a str,
}

impl Group<'_> {
    fn is_allowed(&self, session: &RoleSession<'_>, streams: &[LogDelivery]) -> bool {
        let account = self.scope.account.to_string();
        let arn = model::log_group::log_group_arn(self.scope, self.name);
        let is_there = self.world.log_group(self.scope, self.name).is_ok();
        let may = |action: &str, resource: &str| session.may(action, resource, &account);
        let may_stream = |delivery: &LogDelivery| {
            let stream = format!("{arn}:log-stream:{}", delivery.stream);
            may(CREATE_STREAM, &stream) && may(PUT, &stream)
        };
        (is_there || may(CREATE_GROUP, &arn)) && streams.iter().all(may_stream)
    }
}

/// A stream for each interface: `eni-0123456789abcdef0-all`.
fn deliveries(log: &FlowLog, written: Written) -> Vec<LogDelivery> {
    let suffix = match log.settings.traffic {
        TrafficType::All => "all",
        TrafficType::Accept => "accept",
        TrafficType::Reject => "reject",
    };
    let of = |(interface, events)| LogDelivery {
        stream: format!("{interface}-{suffix}"),
        layout: Some(log.settings.format.clone()),
        events,
    };
    written.lines.into_iter().map(of).collect()
}
