//! `hamlet status`: what there is, what runs, what passed and what was dropped.

use host::{AwsCli, Barrier, Nesting};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::endpoints::{self, EndpointStatus};
use super::flow_logs::{self, FlowLogStatus};
use super::instances::{self, InstanceStatus};
use super::internet::{self, InternetStatus};
use super::links::{self, PortStatus};
use super::resources::resources;
use crate::config::Instances;
use crate::controllers::status::ControllerStatus;
use crate::running::Running;

/// What `hamlet status` shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Status {
    /// Where the API is served.
    pub api: SocketAddr,
    /// Where everything is kept.
    pub data: PathBuf,
    /// The default account.
    pub account: String,
    /// The default Region.
    pub region: String,
    /// The process.
    pub pid: u32,
    /// Whether instances are machines; with `--instances none` they are not.
    pub machines: bool,
    /// The store's revision: grows with every change.
    pub revision: u64,
    /// Generation of the network: what is decided about packets is decided again when it grows.
    pub generation: u64,
    /// Resources by type, those of default VPCs left out.
    pub resources: BTreeMap<String, usize>,
    /// Instances that are not terminated.
    pub instances: Vec<InstanceStatus>,
    /// EC2 Instance Connect Endpoints that have not ended.
    pub instance_connect_endpoints: Vec<EndpointStatus>,
    /// What makes the network real: what each controller does, did last, and what failed.
    #[serde(default)]
    pub controllers: Vec<ControllerStatus>,
    /// Open links and what passed them.
    pub ports: Vec<PortStatus>,
    /// Dropped packets by reason.
    pub drops: BTreeMap<String, u64>,
    /// Callers that services have refused or sent away, by service and reason; and connections that were given up because
    /// others had fewer.
    #[serde(default)]
    pub refusals: BTreeMap<String, u64>,
    /// Tracked connections.
    pub connections: usize,
    /// Whether programs in instances may make namespaces of their own.
    pub nesting: Nesting,
    /// What stands between instances and this machine.
    pub boundary: Vec<Barrier>,
    /// Where the `aws` of instances comes from.
    #[serde(default)]
    pub aws_cli: String,
    /// Refused API requests by reason.
    pub refused_requests: BTreeMap<String, u64>,
    /// Calls in the audit trail, and those that it leaves out since more came than it takes.
    #[serde(default)]
    pub audit_trail: BTreeMap<String, u64>,
    /// The internet around the VPCs.
    #[serde(default)]
    pub internet: InternetStatus,
    /// Flow logs, and what became of their records.
    #[serde(default)]
    pub flow_logs: Vec<FlowLogStatus>,
}

pub(super) async fn status(running: &Running) -> Status {
    let world = running.state.snapshot();
    let moved = running.data_plane().await;
    Status {
        api: running.api,
        data: running.config.data.clone(),
        account: running.config.account.to_string(),
        region: running.config.region.to_string(),
        pid: std::process::id(),
        machines: running.config.instances != Instances::None,
        revision: world.revision,
        generation: world.network.generation,
        resources: resources(&world),
        instances: instances::all(&world, running),
        instance_connect_endpoints: endpoints::all(&world, running),
        controllers: running.controllers.status(Instant::now()),
        connections: moved.as_ref().map_or(0, |moved| moved.connections),
        nesting: running.config.nesting,
        boundary: running.boundary(),
        aws_cli: AwsCli::found(running.config.aws_cli.as_deref()).to_string(),
        ports: links::all(&world, moved.as_ref()),
        drops: moved
            .iter()
            .flat_map(|moved| &moved.drops)
            .map(|(reason, count)| (reason.name().to_owned(), *count))
            .collect(),
        refused_requests: running.refused_requests.counts(),
        audit_trail: audit_trail(running).await,
        internet: internet::status(running),
        flow_logs: flow_logs::all(&world, running),
        refusals: refusals(running, moved.as_ref()),
    }
}

async fn audit_trail(running: &Running) -> BTreeMap<String, u64> {
    let trail = Arc::clone(&running.trail);
    tokio::task::spawn_blocking(move || trail.counts()).await.unwrap_or_default()
}

fn refusals(running: &Running, moved: Option<&datapath::Status>) -> BTreeMap<String, u64> {
    let displaced = moved.map_or(0, |moved| moved.displaced_connections);
    let connections = (displaced > 0).then(|| ("connection-displaced".to_owned(), displaced));
    running.refusals.nonzero().into_iter().chain(connections).collect()
}
